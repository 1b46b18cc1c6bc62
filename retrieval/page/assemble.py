"""Stretches of a page put together as an article: headline, text in reading order, bylines, captions, kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from retrieval.page import bylines, forms
from retrieval.page.fragments import Fragment, join
from retrieval.page.furniture import TURN_AT_EITHER_END
from retrieval.page.links import Link
from retrieval.page.page_article import PageArticle
from retrieval.page.stretches import LITTLE, LITTLE_SHARE, Stretch
from retrieval.page.traced import Traced, joined

_DASHES = "—─"
_BRIEF, _FEATURE = 200, 1500  # characters of running text


def assembled(
    fragments: Sequence[Fragment], group: Sequence[Stretch], links: Sequence[Link], evidence: Sequence[str] = ()
) -> PageArticle:
    """The article that the stretches of `group` make; its evidence stands after `evidence`, which the page gives."""
    indexes = [index for stretch in group for index in range(stretch.start, stretch.end)]
    titles = (stretch.title for stretch in group if stretch.title is not None)
    title_index = next((one for one in titles if not _heads_a_section(fragments, one, indexes)), None)
    title_index = _rather_in_front(fragments, title_index, indexes)
    front = _title_lines(fragments, title_index, indexes)
    author, signed = _author(fragments, indexes)
    subtitle = next((i for i in indexes if fragments[i].is_subtitle), None)
    series = next((i for i in indexes if fragments[i].is_series and i != subtitle), None)
    beside = _beside_pictures(fragments, title_index, group)
    taken = {*front, subtitle, series, *beside}
    headings = [i for i in indexes if fragments[i].headline and i not in front]
    paragraphs = list(_paragraphs(fragments, [i for i in indexes if i not in taken], links))
    body = joined(paragraphs, "\n")
    label = "" if series is None else fragments[series].text
    if subtitle is not None and not label and forms.is_series(fragments[subtitle].text):
        label = fragments[subtitle].text.lstrip(_DASHES)
    named = [i for i in front if not (fragments[i].is_subtitle or fragments[i].is_series)]
    title = " ".join(fragments[i].spaced.text for i in named)
    captions = [fragments[i].traced for i in indexes if fragments[i].is_caption or i in beside]
    evidence = [*evidence, *(line for stretch in group for line in _explained(fragments, stretch))]
    evidence += [
        f"lines {_lines(fragments, link)}: {', '.join(link.reasons)}" for link in links if link.after in indexes
    ]
    return PageArticle(
        title=title,
        subtitle="" if subtitle is None else fragments[subtitle].text.lstrip(_DASHES),
        series=label,
        author=author or signed,
        body=body.text,
        origin=body.origin,
        captions=tuple(one.text for one in captions),
        headings=tuple(fragments[i].spaced.text for i in headings),
        kind=kind_of(title, label, body.text),
        evidence=tuple(evidence),
        caption_origins=tuple(one.origin for one in captions),
    )


def _heads_a_section(fragments: Sequence[Fragment], title: int, indexes: Sequence[int]) -> bool:
    """Whether what the split took for the headline is one of a set of section headings, amid the text of an article.

    Such an article has no headline on the page; the heading that begins a section tells its text apart all the same.
    """
    before = any(fragments[index].is_body for index in indexes if index < title)
    after = any(fragments[index].is_body for index in indexes if index > title)
    others = (fragments[index] for index in indexes if index != title and fragments[index].headline)
    form = forms.skeleton(fragments[title].text)
    return before and after and not form.isdigit() and form in {forms.skeleton(one.text) for one in others}


def _rather_in_front(fragments: Sequence[Fragment], title: int | None, indexes: Sequence[int]) -> int | None:
    """The headline; where it stands amid the text with nothing beside it, as sections' headings do, one in front."""
    first = next((index for index in indexes if fragments[index].is_body), None)
    if title is None or first is None or title < first or title > max(i for i in indexes if fragments[i].is_body):
        return title
    beside = [fragments[index] for index in range(title - 1, title + 3) if index in indexes and index != title]
    if any(one.names or one.is_subtitle or one.is_series for one in beside):
        return title
    return next((index for index in indexes if index < first and fragments[index].headline), title)


def _title_lines(fragments: Sequence[Fragment], title: int | None, indexes: Sequence[int]) -> list[int]:
    """The fragments that make the headline: it, and a line right above or below it that is no section's heading."""
    if title is None:
        return []
    near = [title]
    below = title + 1
    headings = [i for i in indexes if fragments[i].headline and i not in (title, title - 1)]
    if headings == [below] and _in_one_type(fragments[below], fragments[title]) and not fragments[title].is_subtitle:
        return [title, below]
    above = title - 1
    alike = above in indexes and _in_one_type(fragments[above], fragments[title])
    if alike and fragments[above].headline and not fragments[title].is_subtitle:
        near.insert(0, above)
    return near


def _beside_pictures(fragments: Sequence[Fragment], title: int | None, group: Sequence[Stretch]) -> tuple[int, ...]:
    """The little text that stands behind a headline at the end of its article: captions without a credit."""
    if title is None or len(group) > 1:
        return ()
    body = [index for index in range(group[0].start, group[0].end) if fragments[index].is_body]
    before = sum(len(fragments[index].text) for index in body if index < title)
    after = [index for index in body if index > title]
    little = sum(len(fragments[index].text) for index in after) < min(LITTLE, LITTLE_SHARE * before)
    return tuple(after) if before and little and all(forms.is_closed(fragments[i].text) for i in after) else ()


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
        traced = one.spaced if one.headline else _unsigned(one)
        at = index
        while at in goes_on and goes_on[at] in wanted:
            at = goes_on[at]
            traced = join(traced, _unsigned(fragments[at]))
        if traced.text:
            yield traced


def _unsigned(fragment: Fragment) -> Traced:
    return fragment.traced[: fragment.sign_off[1]].without(TURN_AT_EITHER_END).strip()


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
