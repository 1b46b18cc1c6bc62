"""Where a column's width cut a line: what goes on in the next line, and what ends."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from retrieval.page import bylines, captions, characters, forms
from retrieval.page.lines import Line

WIDEST_COLUMN = 45.0
_SHORTEST_COLUMN = 7.0
_SLACK = 2.6  # columns by which a full line may fall short: a mark that may not begin a line, a number kept whole
_INDENT = 0.8  # more, where a paragraph's first line lost its indent of two characters
_AROUND = 5
_SHORT_LINE = 14.0
_SHORT_CAPTION = 40
_WHOLE = re.compile(r"[0-9A-Za-z.,%％‰+/—–-]+[）”，。、；]?")  # what no line's end cuts: a number, a Latin word
_BESIDE_WHOLE = 1.0  # columns that justifying a line takes at most, where it ends before such a word
_LEAST_ALIKE = 3  # narrow lines among five that make a column
_WIDENING = 1.7  # how much wider a column may go on, below a picture for instance


class Columns:
    """The lines of a page, and how wide its columns are around each."""

    def __init__(self, lines: Sequence[Line]) -> None:
        """Look at all `lines` once."""
        self._lines = lines
        self._widths = [line.width for line in lines]
        apart = sum(other.number > one.number + 1 for one, other in pairwise(lines)) / max(1, len(lines))
        self._parallel = forms.parallel([line.text for line in lines])
        # Where nearly all lines have a blank one after them, that says nothing, but its absence does.
        self._all_apart = apart > 0.8
        self._some_apart = 0.02 < apart <= 0.8

    def width_at(self, start: int, index: int) -> float:
        """The column's width at a line of a fragment that begins at `start`: that of the fragment so far, else of the
        lines after it. Where no blank line follows but others have one, the lines before may tell as well.
        """
        so_far = self._widths[start:index]
        if len(so_far) >= 2:
            return median(so_far)
        after = self._widths[index + 1 : index + 1 + _AROUND]
        before = self._widths[max(0, index - _AROUND) : index]
        medians = [width for around in (after, before) if (width := self._median(around))]
        if not medians:
            return WIDEST_COLUMN
        return min(medians) if self._some_apart and self._is_tight(index) else medians[0]

    def _median(self, around: Sequence[float]) -> float | None:
        narrow = [one for one in around if _SHORTEST_COLUMN <= one <= WIDEST_COLUMN]
        return median(narrow) if narrow and len(narrow) >= min(_LEAST_ALIKE, len(self._widths) - 1) else None

    def _is_tight(self, index: int) -> bool:
        """No blank line stands between a line and the next."""
        after = self._lines[index + 1 : index + 2]
        return bool(after) and after[0].number == self._lines[index].number + 1

    def cut_after(self, start: int, index: int) -> bool:
        """Whether line `index` of a fragment that begins at `start` goes on in the next line."""
        line, after = self._lines[index], self._lines[index + 1]
        if line.row or after.row:
            return False
        if self._all_apart and self._is_tight(index) and captions.is_caption(after.text):
            return not forms.is_closed(line.text)  # a caption's last line
        column = self.width_at(start, index)
        if line.large or after.large:
            return False
        if self._stands_alone(index, column) or self._stands_alone(index + 1, column):
            return False
        if _is_split_headline(line, after, column):
            return True
        return not self._ends(start, index, column) and self._is_full(start, index, column)

    def _is_full(self, start: int, index: int, column: float) -> bool:
        line = self._lines[index]
        whole = _WHOLE.match(self._lines[index + 1].text)
        slack = max(_SLACK, _BESIDE_WHOLE + characters.width(whole[0])) if whole else _SLACK
        slack += _INDENT if index == start else 0.0
        return column <= WIDEST_COLUMN and max(line.width, line.spread) >= column - slack

    def _ends(self, start: int, index: int, column: float) -> bool:
        """Whether a line ends something, full as it may be."""
        line, after = self._lines[index], self._lines[index + 1]
        return (
            (after.indented and not line.indented)
            or not line.width >= _SHORTEST_COLUMN
            or line.spread > WIDEST_COLUMN
            or forms.is_closed_sentence(line.text)
            or after.width > _WIDENING * column
            or (index == start and self._is_heading_before_indent(index, column))
            or (forms.is_opening(after.text) and forms.headline_strength(line.text, line.gap) > 0)
        )

    def _is_heading_before_indent(self, index: int, column: float) -> bool:
        """Two short lines and then a full one: a heading, and a first line that lost its indent."""
        two, third = self._lines[index : index + 2], self._lines[index + 2 : index + 3]
        if not third or forms.is_closed_sentence(two[1].text):
            return False
        short = all(max(one.width, one.spread) <= column - _INDENT for one in two)
        return short and third[0].width > column - _INDENT and two[0].text[-1] not in "，、；："

    def _stands_alone(self, index: int, column: float) -> bool:
        """Whether a line is a byline, a subtitle, a caption or a headline by itself."""
        line = self._lines[index]
        if (
            line.shadowed
            or bylines.names_of(line.text)
            or forms.is_subtitle(line.text)
            or forms.is_series_label(line.text)
            or (index in self._parallel and line.width < column)
        ):
            return True
        if captions.is_caption(line.text) and len(line.text) <= _SHORT_CAPTION:
            return True
        is_full = column < WIDEST_COLUMN and abs(line.width - column) <= _SLACK
        if line.gap and not is_full and forms.headline_strength(line.text, gap=True) > 2:
            return True
        follows = self._lines[index + 1].text if index + 1 < len(self._lines) else ""
        announced = forms.is_subtitle(follows) or len(bylines.names_of(follows)) > 1
        return announced and forms.headline_strength(line.text, line.gap) > 0 and line.width < WIDEST_COLUMN


def _is_split_headline(line: Line, after: Line, column: float) -> bool:
    """A headline on two lines: short, ending with a comma or colon, before another short one."""
    short = line.width < column - _SLACK and line.width <= _SHORT_LINE
    return short and line.text.endswith(("，", ",", "：")) and after.width <= 20 and not forms.is_closed(after.text)
