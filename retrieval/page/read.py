"""A raw newspaper page to its articles."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from retrieval.page import characters
from retrieval.page.assemble import assembled
from retrieval.page.fragments import read_fragments
from retrieval.page.likeness import Likeness
from retrieval.page.lines import read_lines
from retrieval.page.links import Link, find_links
from retrieval.page.page_article import PageArticle
from retrieval.page.segment import split
from retrieval.page.stretches import Stretch
from retrieval.page.unsplit import unsplit

_UNTITLED = 24
_WINDOW = 40_000  # characters that are read at a time; the longest newspaper page has some 15,000
_SURE = 0.75  # of a window: an article that ends in this part of it is not changed by what follows


def read_page(text: str, headline_lines: Collection[int] = ()) -> list[PageArticle]:
    """The articles of a page in the order of their beginnings; none for a text without any word.

    `headline_lines`: the lines, counted from 0, that are known to be set in the size of a headline.
    """
    return list(read_articles(text, headline_lines))


def read_articles(text: str, headline_lines: Collection[int] = ()) -> Iterator[PageArticle]:
    """The articles of `text`, one after the other, in memory that does not grow with it.

    A text longer than any page is read a window at a time: articles that end well before the window's end are given,
    and the next window begins with the first of the others.
    """
    if not characters.has_word(text):
        return
    if not characters.is_chinese(text):
        yield unsplit(text)
        return
    large = frozenset(headline_lines)
    at = number = 0
    while at < len(text):
        end = _window_end(text, at)
        read = _Reading(text[at:end], at, number, large)
        count = len(read.groups) if end == len(text) else read.sure(_SURE * (end - at))
        yield from read.articles(count)
        following = end if count == len(read.groups) else read.line_start(count)
        number += text.count("\n", at, following)
        at = following


def _window_end(text: str, start: int) -> int:
    """Where a window ends that begins at `start`: with the text, else with a line, a sentence or no matter where."""
    end = start + _WINDOW
    if end >= len(text):
        return len(text)
    for mark in ("\n", "。"):
        found = text.rfind(mark, start + _WINDOW // 2, end)
        if found >= 0:
            return found + 1
    return end


class _Reading:
    """A window of a text, read: fragments, the links between them, and the groups of stretches that are articles."""

    def __init__(self, text: str, at: int, number: int, large: Collection[int]) -> None:
        """Read `text`, which begins at offset `at` of the whole one and with its line `number`."""
        self._text, self._at = text, at
        self.fragments = read_fragments(list(read_lines(text, at, number, large)))
        likeness = Likeness(self.fragments)
        self.links = find_links(self.fragments, likeness)
        self._split = split(self.fragments, self.links, likeness)
        self.groups = _grouped(self._split.stretches, self.links)

    def articles(self, count: int) -> Iterator[PageArticle]:
        """The articles of the first `count` groups."""
        for number, group in enumerate(self.groups[:count]):
            reason = () if number else (self._split.reason,)
            yield assembled(self.fragments, group, self.links, reason)

    def sure(self, limit: float) -> int:
        """How many of the first groups lie wholly before the others and before offset `limit` of the window.

        All, where the first goes on behind `limit`: what is so long is cut where the window ends.
        """
        found = 0
        for count in range(1, len(self.groups)):
            end = max(stretch.end for group in self.groups[:count] for stretch in group)
            following = min(stretch.start for group in self.groups[count:] for stretch in group)
            if end == following and self._offset(end) <= limit:
                found = count
        return found or len(self.groups)

    def _offset(self, fragment: int) -> int:
        """Where in the window a fragment's first line begins."""
        first = self.fragments[fragment].traced.origin[0] - self._at
        return self._text.rfind("\n", 0, first) + 1

    def line_start(self, group: int) -> int:
        """Where in the whole text the first line of the groups from `group` on begins."""
        return self._at + self._offset(min(stretch.start for one in self.groups[group:] for stretch in one))


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


def title_or_beginning(article: PageArticle) -> str:
    """The headline, or the beginning of the text where the page has none."""
    text = article.title or article.body or " ".join(article.captions)
    return text if article.title else text.split("\n")[0][:_UNTITLED]
