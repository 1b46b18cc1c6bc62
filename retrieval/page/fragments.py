"""Lines to fragments: what one column's width cut is joined again; what is left open waits for links.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from retrieval.page import bylines, captions, characters, forms
from retrieval.page.columns import Columns
from retrieval.page.lines import Line
from retrieval.page.traced import Traced, inserted

_EMPTY = Traced("", ())
_WIDE, _SHORT_HEADING = 30.0, 8  # where no column cuts the lines, so short a line is whole
_LONGEST_LARGE = 60
_SHADOWED = 2.0  # only headlines have shadows, or their size


@dataclass(frozen=True)
class Fragment:
    """Lines that belong together by their form: a paragraph or a part of one, a headline, a byline, a caption.

    `large`: it is set in the size of a headline. `row`: it is a table's. `in_column`: it was wrapped at a column's
    width. `runs_on`: it looks like a headline, but what follows goes on within its last word. `spaced`: the text with
    the spaces that part a headline.
    """

    traced: Traced
    first_line: int
    last_line: int
    gap: bool
    shadowed: bool
    in_column: bool
    column_width: float
    large: bool = False
    runs_on: bool = False
    spaced: Traced = _EMPTY
    row: bool = False

    @property
    def text(self) -> str:
        """Its text."""
        return self.traced.text

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The people named, where it is a byline."""
        return () if self.row else bylines.names_of(self.text)

    @cached_property
    def sign_off(self) -> tuple[tuple[str, ...], int]:
        """The people named in brackets at its end, and where the bracket begins."""
        return bylines.sign_off_of(self.text)

    @property
    def is_signature(self) -> bool:
        """Whether it is a byline in brackets, which stands at an article's end."""
        return bool(self.names) and self.text[0] in "（("

    @cached_property
    def is_caption(self) -> bool:
        """Whether it is a picture's caption or credit."""
        return not self.row and captions.is_caption(self.text)

    @cached_property
    def is_subtitle(self) -> bool:
        """Whether it is a subtitle by its dash."""
        return forms.is_subtitle(self.text)

    @cached_property
    def headline(self) -> float:
        """How much its form says headline, 0 none."""
        if self.row or self.runs_on or self.is_subtitle or self.is_series or self.last_line - self.first_line > 4:
            return 0.0
        if self.in_column and characters.width(self.text) > 2.2 * self.column_width:
            return 0.0
        strength = forms.headline_strength(self.text, self.gap)
        if self.large and not strength and len(self.text) <= _LONGEST_LARGE and characters.has_han(self.text):
            strength = 1.0
        return strength + _SHADOWED if strength and (self.shadowed or self.large) else strength

    @cached_property
    def is_series(self) -> bool:
        """Whether it is a series' label."""
        return not self.row and forms.is_series(self.text)

    @cached_property
    def is_body(self) -> bool:
        """Whether it is running text."""
        return not (self.names or self.is_caption or self.is_subtitle or self.headline or self.is_series)

    @cached_property
    def is_open(self) -> bool:
        """Whether it is running text that stops in the middle."""
        return self.is_body and not self.row and not self.sign_off[0] and not forms.is_closed(self.text)


def read_fragments(lines: Sequence[Line]) -> list[Fragment]:
    """`lines` joined where a column's width cut them."""
    columns = Columns(lines)
    fragments: list[Fragment] = []
    start = 0
    while start < len(lines):
        end = start + 1
        width = columns.width_at(start, start)
        while end < len(lines) and columns.cut_after(start, end - 1):
            end += 1
        fragments.append(_fragment(lines[start:end], width, in_column=end - start > 1))
        start = end
    return [_judged(one, other) for one, other in pairwise(fragments)] + fragments[-1:]


def _judged(fragment: Fragment, after: Fragment) -> Fragment:
    """A plain headline that cuts a word of what follows is the beginning of a sentence."""
    if fragment.column_width > _WIDE and len(fragment.text) <= _SHORT_HEADING:
        return fragment
    plain = 0 < fragment.headline <= 1.0 and after.is_body
    return replace(fragment, runs_on=True) if plain and forms.cuts_a_word(fragment.text, after.text) else fragment


def _fragment(lines: Sequence[Line], column: float, *, in_column: bool) -> Fragment:
    traced = lines[0].traced
    for line in lines[1:]:
        traced = join(traced, line.traced)
    gap = any(line.gap for line in lines)
    spaced = lines[0].spaced if len(lines) == 1 else traced
    shadowed = any(line.shadowed for line in lines)
    return Fragment(
        traced,
        lines[0].number,
        lines[-1].number,
        gap,
        shadowed,
        in_column,
        column,
        lines[0].large,
        spaced=spaced,
        row=lines[0].row,
    )


def join(before: Traced, after: Traced) -> Traced:
    """Two stretches of one sentence; Latin words get a space between them."""
    between = space_between(before.text, after.text)
    return before + inserted(between) + after if between else before + after


def space_between(before: str, after: str) -> str:
    """The space that joining two stretches takes, empty beside Chinese."""
    left, right = before[-1:], after[:1]
    if not (left.isascii() and right.isascii() and left and right):
        return ""
    if left.isdigit() and right.isdigit():  # a number that a line cut, or the rows of a table
        return "" if characters.has_han(before) else " "
    return " " if left.isalpha() or right.isalpha() or left in ",;.:!?)" else ""
