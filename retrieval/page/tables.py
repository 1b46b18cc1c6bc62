"""Which lines are rows of a table: the white space in them parts cells and must stay."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from retrieval.page.bylines import names_of
from retrieval.page.characters import HAN

_FEWEST, _MOST = 3, 16  # cells
_LONGEST_CELL = 14
_SENTENCE_MARK = re.compile(r"[，。；！？：“”、;!?]|[,:](?!\d)")
_NUMBER = re.compile(rf"[+\-−]?[\d０-９][\d０-９.,．，]*(?:%|％|‰|[{HAN}]{{0,2}})")
_SINGLE = re.compile(f"[{HAN}]")
_MOST_SINGLE = 1  # cells of one character; a justified line of running text has more


def rows(lines: Sequence[str]) -> frozenset[int]:
    """The lines that have as many cells as a neighbour, at least three, with numbers in the same half of them or more.

    A row of words may stand beside one of numbers. Blank lines between rows do not matter.
    """
    filled = [(number, cells) for number, line in enumerate(lines) if (cells := line.split())]
    found: set[int] = set()
    for (number, cells), (following, others) in pairwise(filled):
        if len(cells) == len(others) and _has_cells(cells) and _has_cells(others) and _fit(cells, others):
            found |= {number, following}
    return frozenset(number for number in found if not names_of(lines[number]))


def _has_cells(cells: Sequence[str]) -> bool:
    return (
        _FEWEST <= len(cells) <= _MOST
        and all(len(one) <= _LONGEST_CELL and not _SENTENCE_MARK.search(one) for one in cells)
        and sum(bool(_SINGLE.fullmatch(one)) for one in cells) <= _MOST_SINGLE
    )


def _fit(cells: Sequence[str], others: Sequence[str]) -> bool:
    one, other = ([bool(_NUMBER.fullmatch(cell)) for cell in row] for row in (cells, others))
    return 2 * max(sum(one), sum(other)) >= len(cells) and (one == other or not (any(one) and any(other)))
