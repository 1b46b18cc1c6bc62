"""Stretches of a page put together as an article: headline, text in reading order, bylines, captions, kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from retrieval.page import bylines, forms
from retrieval.page.fragments import Fragment, join
from retrieval.page.links import Link
from retrieval.page.page_article import PageArticle
from retrieval.page.stretches import Stretch
from retrieval.page.traced import Traced, joined

_BRIEF, _FEATURE = 200, 1500  # characters of running text


def assembled(
    fragments: Sequence[Fragment], group: Sequence[Stretch], links: Sequence[Link], evidence: Sequence[str] = ()
) -> PageArticle:
    """The article that the stretches of `group` make; its evidence stands after `evidence`, which the page gives."""
    title_index = next((stretch.title for stretch in group if stretch.title is not None), None)
    indexes = [index for stretch in group for index in range(stretch.start, stretch.end)]
    front = _title_lines(fragments, title_index, indexes)
    author, signed = _author(fragments, indexes)
    subtitle = next((i for i in indexes if fragments[i].is_subtitle), None)
    series = next((i for i in indexes if fragments[i].is_series and i != subtitle), None)
    taken = {*front, subtitle, series}
    headings = [i for i in indexes if fragments[i].headline and i not in front]
    paragraphs = list(_paragraphs(fragments, [i for i in indexes if i not in taken], links))
    body = joined(paragraphs, "\n")
    label = "" if series is None else fragments[series].text
    title = " ".join(fragments[i].spaced for i in front if not (fragments[i].is_subtitle or fragments[i].is_series))
    evidence = [*evidence, *(line for stretch in group for line in _explained(fragments, stretch))]
    evidence += [
        f"lines {_lines(fragments, link)}: {', '.join(link.reasons)}" for link in links if link.after in indexes
    ]
    return PageArticle(
        title=title,
        subtitle="" if subtitle is None else fragments[subtitle].text.lstrip("—─"),
        series=label,
        author=author or signed,
        body=body.text,
        origin=body.origin,
        captions=tuple(fragments[i].text for i in indexes if fragments[i].is_caption),
        headings=tuple(fragments[i].text for i in headings),
        kind=kind_of(title, label, body.text),
        evidence=tuple(evidence),
    )


def _title_lines(fragments: Sequence[Fragment], title: int | None, indexes: Sequence[int]) -> list[int]:
    """The fragments that make the headline: it, a line right above it, its subtitle and series."""
    if title is None:
        return []
    near = [title]
    above = title - 1
    alike = above in indexes and _in_one_type(fragments[above], fragments[title])
    if alike and fragments[above].headline and not fragments[title].is_subtitle:
        near.insert(0, above)
    return near


def _in_one_type(one: Fragment, other: Fragment) -> bool:
    return one.shadowed == other.shadowed and one.large == other.large


def _author(fragments: Sequence[Fragment], indexes: Sequence[int]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    byline = next((fragments[i].names for i in indexes if fragments[i].names), ())
    signed = next((fragments[i].sign_off[0] for i in indexes if fragments[i].sign_off[0]), ())
    reported = next((found for i in indexes if (found := bylines.reporters_of(fragments[i].text))), ())
    return byline or reported, signed


def _paragraphs(fragments: Sequence[Fragment], indexes: Sequence[int], links: Sequence[Link]) -> Iterator[Traced]:
    """Running text and headings in reading order, interrupted sentences joined, sign-offs taken off."""
    goes_on = {link.before: link.after for link in links}
    continued = set(goes_on.values())
    wanted = set(indexes)
    for index in indexes:
        one = fragments[index]
        if one.names or one.is_caption or index in continued & wanted:
            continue
        traced = _unsigned(one)
        at = index
        while at in goes_on and goes_on[at] in wanted:
            at = goes_on[at]
            traced = join(traced, _unsigned(fragments[at]))
        if traced.text:
            yield traced


def _unsigned(fragment: Fragment) -> Traced:
    return fragment.traced[: fragment.sign_off[1]].strip()


def kind_of(title: str, series: str, body: str) -> str:
    """Caption, notice, feature, brief or news, by the headline and the length of the text."""
    if not body:
        return "caption"
    if forms.is_notice_title(title):
        return "notice"
    if series or len(body) > _FEATURE:
        return "feature"
    return "brief" if len(body) < _BRIEF else "news"


def _explained(fragments: Sequence[Fragment], stretch: Stretch) -> Iterator[str]:
    first, last = fragments[stretch.start].first_line + 1, fragments[stretch.end - 1].last_line + 1
    reasons = [f"{text} {value:+.1f}" for text, value in stretch.reasons]
    yield f"lines {first}-{last}, score {stretch.score:.1f}: {', '.join(reasons)}"


def _lines(fragments: Sequence[Fragment], link: Link) -> str:
    return f"{fragments[link.before].last_line + 1} and {fragments[link.after].first_line + 1} are one sentence"
