"""What the score of every stretch of a page asks for, looked up once."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate

from retrieval.page import forms, weights
from retrieval.page.fragments import Fragment
from retrieval.page.likeness import Likeness
from retrieval.page.links import Link
from retrieval.page.title_words import TitleWords

_BLOCK, _BLOCK_REACH = 3, 8  # paragraphs that are compared across a place, and fragments in which they are looked for
_DEPTH_REACH = 8  # fragments to either side in which the hills of likeness are looked for
_WITHIN_LIKENESS = 0.09  # above it, no article begins between two paragraphs without any other sign


class Survey:
    """The fragments of a page, the links between them, and what both say of each place.

    `torn`: fragments that stop in mid-sentence; `resumed`: those that go on with a sentence from above another article.
    `closed`: places where no article may begin. `beginnings`: for each place, what speaks for and against a beginning.
    """

    def __init__(self, fragments: Sequence[Fragment], links: Sequence[Link], likeness: Likeness) -> None:
        """Look at the whole page."""
        self.fragments = fragments
        direct = [link for link in links if _is_direct(fragments, link)]
        joined = {link.before for link in direct}
        self.torn = {index for index, one in enumerate(fragments) if one.is_open and index not in joined}
        self.resumed = {link.after for link in links} - {link.after for link in direct}
        self._across = [self._likeness_at(index, likeness) for index in range(len(fragments) + 1)]
        self._body = [index for index, one in enumerate(fragments) if one.is_body]
        self._headlines = [index for index, one in enumerate(fragments) if one.headline]
        self._signed = [index for index in range(len(fragments)) if self._signs(index)]
        self._signing = frozenset(self._signed)
        self._marks = [index for index, one in enumerate(fragments) if one.names or one.is_subtitle or one.headline]
        self._length_until = [0, *accumulate(len(one.text) if one.is_body else 0 for one in fragments)]
        uncuttable = {index for link in direct for index in range(link.before + 1, link.after + 1)}
        self.closed = uncuttable | {index for index in range(1, len(fragments)) if self._is_within(index)}
        self.parallel = self._parallel()
        self.bylines = {index for index, one in enumerate(fragments) if one.names} - self._signing
        self.beginnings = [self._beginning(index) for index in range(len(fragments))]
        self.title_words = {index: TitleWords(fragments, likeness, index) for index in self._headlines}

    def body(self, start: int, end: int) -> list[int]:
        """The running text of a stretch."""
        return _within(self._body, start, end)

    def headlines(self, start: int, end: int) -> list[int]:
        """What may be the headline of a stretch."""
        return _within(self._headlines, start, end)

    def signed(self, start: int, end: int) -> list[int]:
        """Where an article's sign-off stands in a stretch."""
        return _within(self._signed, start, end)

    def is_signed(self, index: int) -> bool:
        """Whether an article's sign-off stands there."""
        return index in self._signing

    def marks(self, start: int, end: int) -> list[int]:
        """Bylines, subtitles and what looks like a headline in a stretch."""
        return _within(self._marks, start, end)

    def body_length(self, start: int, end: int) -> int:
        """Characters of running text in a stretch."""
        return self._length_until[end] - self._length_until[start]

    def _parallel(self) -> frozenset[int]:
        """Headings that come in sets of at least three with one form."""
        forms_of = {index: _form(self.fragments[index]) for index in self._headlines}
        count = Counter(form for form in forms_of.values() if form)
        return frozenset(index for index, form in forms_of.items() if form and count[form] >= 3)

    def _signs(self, index: int) -> bool:
        """Whether an article's sign-off stands there; in brackets right under a headline it is a byline."""
        one = self.fragments[index]
        if not one.names:
            return bool(one.sign_off[0])
        under_headline = index > 0 and self.fragments[index - 1].headline > 0
        return one.is_signature and not under_headline

    def _likeness_at(self, index: int, likeness: Likeness) -> float:
        """Cosine of the running text before and after a place (TextTiling's block comparison, Hearst 1997)."""
        first, last = max(0, index - _BLOCK_REACH), min(len(self.fragments), index + _BLOCK_REACH)
        before = [one for one in range(index - 1, first - 1, -1) if self.fragments[one].is_body]
        after = [one for one in range(index, last) if self.fragments[one].is_body]
        return likeness.between(before[:_BLOCK], after[:_BLOCK])

    def _is_within(self, index: int) -> bool:
        """Whether no article can begin there: like text on both sides, and nothing that ends or begins one."""
        before, after = self.fragments[index - 1], self.fragments[index]
        plain = before.is_body and after.is_body and not before.sign_off[0] and not before.is_open
        return (
            plain
            and not forms.is_opening(after.text)
            and index not in self.resumed
            and self._across[index] > _WITHIN_LIKENESS
        )

    def _beginning(self, index: int) -> list[tuple[str, float]]:
        first = ("a part of one", weights.RESUMED) if index in self.resumed else ("an article", weights.ARTICLE)
        if not index:
            return [first]
        likeness = self._across[index]
        valley = weights.BREAK_WEIGHT * (weights.BREAK_LIKENESS - likeness) + weights.DEPTH * self._depth_at(index)
        signed = [("after a sign-off", weights.AFTER_SIGN_OFF)] if self.signed(max(0, index - 2), index) else []
        opens = forms.is_opening(self.fragments[index].text) and self.fragments[index].is_body
        signed += [("a story's opening", weights.OPENS)] if opens else []
        return [first, *signed, (f"likeness {likeness:.2f} across its beginning", max(weights.BREAK_LEAST, valley))]

    def _depth_at(self, index: int) -> float:
        """How far the likeness at a place lies below the lower of the hills around it."""
        left = max(self._across[max(0, index - _DEPTH_REACH) : index + 1])
        right = max(self._across[index : index + _DEPTH_REACH + 1])
        return min(left, right) - self._across[index]


def _form(fragment: Fragment) -> tuple[bool, int] | None:
    """What headings of one set have in common: words in quotation marks, and about one length."""
    text = fragment.text
    return (fragment.gap, len(text) // 4) if "”" in text and not fragment.shadowed else None


def _within(indexes: list[int], start: int, end: int) -> list[int]:
    """Those of ascending `indexes` from `start` to before `end`."""
    return indexes[bisect_left(indexes, start) : bisect_left(indexes, end)]


def _is_direct(fragments: Sequence[Fragment], link: Link) -> bool:
    """Whether nothing but captions stands between the two halves of a sentence."""
    return all(fragments[index].is_caption for index in range(link.before + 1, link.after))
