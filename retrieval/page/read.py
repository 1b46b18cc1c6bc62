"""A raw newspaper page to its articles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from retrieval.page import forms
from retrieval.page.fragments import Fragment, join, read_fragments
from retrieval.page.likeness import Likeness
from retrieval.page.lines import Line, read_lines
from retrieval.page.links import Link, find_links
from retrieval.page.segment import split
from retrieval.page.stretches import Stretch
from retrieval.page.traced import Traced, joined

_BRIEF, _FEATURE = 200, 1500  # characters of running text
_UNTITLED = 24
_LONGEST_FOREIGN_TITLE = 120


@dataclass(frozen=True, slots=True)
class PageArticle:
    """One article of a page.

    `body` holds a paragraph or a section heading a line; `origin` has for each of its code points the offset in the
    raw text, or -1 for one that is not in it. Captions stand apart. `title` is empty where the page has none.
    `evidence` says why it was put together so, a reason a line.
    """

    title: str
    subtitle: str
    series: str
    author: tuple[str, ...]
    body: str
    origin: tuple[int, ...]
    captions: tuple[str, ...]
    headings: tuple[str, ...]
    kind: str
    evidence: tuple[str, ...] = ()


def read_page(text: str) -> list[PageArticle]:
    """The articles of a page in the order of their beginnings; none for a text without any word."""
    lines = read_lines(text)
    if not any(forms.has_word(line.text) for line in lines):
        return []
    if not forms.is_chinese(text):
        return [_unsplit(lines)]
    fragments = read_fragments(lines)
    likeness = Likeness(fragments)
    links = find_links(fragments, likeness)
    stretches = split(fragments, links, likeness)
    groups = _grouped(stretches, links)
    return [_assembled(fragments, group, links) for group in groups]


def _unsplit(lines: Sequence[Line]) -> PageArticle:
    """A text in another script: the lines of each paragraph joined, the first line the headline if it stands alone."""
    groups: list[Traced] = []
    for index, line in enumerate(lines):
        if groups and line.number == lines[index - 1].number + 1:
            groups[-1] = join(groups[-1], line.traced)
        else:
            groups.append(line.traced)
    first = groups[0].text
    has_title = len(groups) > 1 and len(first) <= _LONGEST_FOREIGN_TITLE and first[-1] not in ".!?:;,"
    body = joined(groups[has_title:], "\n")
    title = first if has_title else ""
    return PageArticle(title, "", "", (), body.text, body.origin, (), (), _kind(title, "", body.text))


def _grouped(stretches: Sequence[Stretch], links: Sequence[Link]) -> list[list[Stretch]]:
    """Stretches that one sentence runs across belong to one article."""
    group_of: dict[int, int] = {}
    groups: list[list[Stretch]] = []
    resumes = {link.after: link.before for link in links}
    for number, stretch in enumerate(stretches):
        before = resumes.get(stretch.start)
        earlier = None if before is None else _containing(stretches[:number], before)
        if earlier is not None:
            group_of[number] = group_of[earlier]
            groups[group_of[number]].append(stretch)
        else:
            group_of[number] = len(groups)
            groups.append([stretch])
    return groups


def _containing(stretches: Sequence[Stretch], index: int) -> int | None:
    return next((n for n, one in enumerate(stretches) if one.start <= index < one.end), None)


def _assembled(fragments: Sequence[Fragment], group: Sequence[Stretch], links: Sequence[Link]) -> PageArticle:
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
    evidence = [line for stretch in group for line in _explained(fragments, stretch)]
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
        kind=_kind(title, label, body.text),
        evidence=tuple(evidence),
    )


def _title_lines(fragments: Sequence[Fragment], title: int | None, indexes: Sequence[int]) -> list[int]:
    """The fragments that make the headline: it, a line right above it, its subtitle and series."""
    if title is None:
        return []
    near = [title]
    above = title - 1
    alike = above in indexes and fragments[above].shadowed == fragments[title].shadowed
    if alike and fragments[above].headline and not fragments[title].is_subtitle:
        near.insert(0, above)
    return near


def _author(fragments: Sequence[Fragment], indexes: Sequence[int]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    byline = next((fragments[i].names for i in indexes if fragments[i].names), ())
    signed = next((fragments[i].sign_off[0] for i in indexes if fragments[i].sign_off[0]), ())
    reported = next((found for i in indexes if (found := forms.reporters_of(fragments[i].text))), ())
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


def _kind(title: str, series: str, body: str) -> str:
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


def title_or_beginning(article: PageArticle) -> str:
    """The headline, or the beginning of the text where the page has none."""
    text = article.title or article.body or " ".join(article.captions)
    return text if article.title else text.split("\n")[0][:_UNTITLED]
