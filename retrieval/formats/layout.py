"""Pieces of text with their places on a page → the page as text, in the order in which a person reads it."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from retrieval.formats.text import clean_text

SOFT_HYPHEN = "\xad"  # at a line's end: it only breaks a word
_HEADLINE = 1.3  # times the size of the running text
_ABOVE_ANOTHER = 1.1  # the most sizes between two lines of one block, from bottom to top
_ALIKE = 1.15  # ratio of sizes within one block
_SHARED = 0.5  # of the narrower line's width, that two lines of one block have in common
_GUTTER = 0.4  # sizes of running text between two columns, at least
_BESIDE = 0.6  # sizes between two parts of one line, at most
_INDENT = (1.0, 3.5)  # sizes by which a paragraph's first line stands in
_MARGIN = 0.08  # of the page's height at its top and bottom: where folios stand
_FOLIO = re.compile(
    r"(?:[-—·\s]*(?:第\s*)?[A-Z]?\s*\d{1,3}\s*(?:版|页)?[-—·\s]*|P(?:age)?\.?\s*\d{1,3})", re.IGNORECASE
)
# A paper's name, a date, a weekday, an edition: no sentence.
_DATED = re.compile(r"[^，。；：！？]{0,16}?(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日[^，。；！？]{0,24}")


@dataclass(frozen=True, slots=True)
class Piece:
    """Text of one line or a part of it; `size` is that of its type. Lengths in any one unit, `top` < `bottom`."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A page as text, and which of its lines, counted from 0, are set in the size of a headline.

    `published`: the date in its head or foot, `YYYY-MM-DD`, None where there is none or more than one.
    """

    text: str
    headlines: tuple[int, ...] = ()
    published: str | None = None


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines of one size under one another."""

    lines: tuple[Piece, ...]
    left: float
    top: float
    right: float
    bottom: float
    is_headline: bool


def laid_out(pieces: Iterable[Piece], height: float) -> LaidOut:
    """The text of a page of `height`: columns one after the other, a headline before what stands under it.

    A line of text a line, blank lines between blocks, two ideographic spaces before a line that is set in. Page numbers
    and dates in the margins are left out; so is a piece printed over its like, as a shadow is.
    """
    every = _lines(_once(pieces))
    folios = [one.text for one in every if _is_folio(one, height)]
    lines = [one for one in every if not _is_folio(one, height)]
    published = _date_in(folios)
    if not lines:
        return LaidOut("", published=published)
    size = _running_size(lines)
    blocks = _blocks(lines, size)
    texts: list[str] = []
    headlines: list[int] = []
    for block in _ordered(blocks, size):
        if texts:
            texts.append("")
        if block.is_headline:
            headlines.append(len(texts))
            texts.append(" ".join(one.text for one in block.lines))
        else:
            texts += _set_in(block)
    return LaidOut("\n".join(texts), tuple(headlines), published)


def _once(pieces: Iterable[Piece]) -> list[Piece]:
    """Cleaned, without those that lie over another of the same text."""
    kept: list[Piece] = []
    places: dict[str, list[Piece]] = {}
    for piece in pieces:
        text = " ".join(clean_text(piece.text).split())
        if not text:
            continue
        others = places.setdefault(text, [])
        if any(abs(one.left - piece.left) + abs(one.top - piece.top) < 0.5 * piece.size for one in others):
            continue
        others.append(piece)
        kept.append(replace(piece, text=text))
    return kept


def _is_folio(piece: Piece, height: float) -> bool:
    in_margin = piece.bottom < _MARGIN * height or piece.top > (1 - _MARGIN) * height
    return in_margin and bool(_FOLIO.fullmatch(piece.text) or _DATED.fullmatch(piece.text))


def _date_in(folios: Sequence[str]) -> str | None:
    dates = {f"{match[1]}-{match[2]:0>2}-{match[3]:0>2}" for text in folios if (match := _DATED.fullmatch(text))}
    valid = [one for one in dates if _is_date(one)]
    return valid[0] if len(valid) == 1 else None


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _lines(pieces: Sequence[Piece]) -> list[Piece]:
    """Pieces beside one another, nearer than columns are, as one line."""
    lines: list[Piece] = []
    band = max((one.size for one in pieces), default=1.0)  # no two parts of one line stand farther apart than this
    in_band: dict[int, list[int]] = {}
    for piece in sorted(pieces, key=lambda one: (one.left, one.top)):
        place = int(piece.bottom // band)
        near = [number for one in (place - 1, place, place + 1) for number in in_band.get(one, ())]
        before = next((number for number in sorted(near, reverse=True) if _goes_on(lines[number], piece)), None)
        if before is None:
            in_band.setdefault(place, []).append(len(lines))
            lines.append(piece)
        else:
            one = lines[before]
            gap = " " if piece.left - one.right > 0.3 * piece.size else ""
            top, bottom = min(one.top, piece.top), max(one.bottom, piece.bottom)
            lines[before] = Piece(f"{one.text}{gap}{piece.text}", one.left, top, piece.right, bottom, one.size)
    return lines


def _goes_on(before: Piece, after: Piece) -> bool:
    shared = min(before.bottom, after.bottom) - max(before.top, after.top)
    near = -0.5 * after.size < after.left - before.right < _BESIDE * min(before.size, after.size)
    return (
        near and shared > 0.6 * min(before.bottom - before.top, after.bottom - after.top) and _is_alike(before, after)
    )


def _is_alike(one: Piece, other: Piece) -> bool:
    return max(one.size, other.size) <= _ALIKE * min(one.size, other.size)


def _running_size(lines: Sequence[Piece]) -> float:
    """The size in which most characters are set."""
    sizes = sorted((one.size, len(one.text)) for one in lines)
    half = sum(length for _, length in sizes) / 2
    for size, length in sizes:
        half -= length
        if half <= 0:
            return size
    return sizes[-1][0]


def _blocks(lines: Sequence[Piece], size: float) -> list[_Block]:
    """Lines joined to the one right above them, where only one is right under that."""
    lines = sorted(lines, key=lambda one: (one.top, one.left))
    tops = [one.top for one in lines]
    groups: list[list[Piece]] = []
    open_groups: list[list[Piece]] = []
    for line in lines:
        open_groups = [group for group in open_groups if line.top < group[-1].bottom + _ABOVE_ANOTHER * group[-1].size]
        above = [group for group in open_groups if _is_under(line, group[-1])]
        if len(above) == 1:
            last = above[0][-1]
            near = lines[bisect_left(tops, last.top) : bisect_left(tops, line.bottom)]
            if not any(other is not line and _is_under(other, last) for other in near):
                above[0].append(line)
                continue
        groups.append([line])
        open_groups.append(groups[-1])
    return [_block(group, size) for group in groups]


def _is_under(line: Piece, above: Piece) -> bool:
    shared = min(line.right, above.right) - max(line.left, above.left)
    narrower = min(line.right - line.left, above.right - above.left)
    near = -0.5 * line.size < line.top - above.bottom < _ABOVE_ANOTHER * min(line.size, above.size)
    beside = abs(line.left - above.left) < _INDENT[1] * line.size and shared > 0
    return near and (beside or shared >= _SHARED * narrower) and _is_alike(line, above)


def _block(lines: Sequence[Piece], size: float) -> _Block:
    return _Block(
        tuple(lines),
        min(one.left for one in lines),
        min(one.top for one in lines),
        max(one.right for one in lines),
        max(one.bottom for one in lines),
        is_headline=lines[0].size >= _HEADLINE * size,
    )


def _set_in(block: _Block) -> list[str]:
    least, most = (_INDENT[0] * block.lines[0].size, _INDENT[1] * block.lines[0].size)
    texts: list[str] = []
    for one in block.lines:
        indent = "　　" if least < one.left - block.left < most else ""
        if texts and texts[-1].endswith(SOFT_HYPHEN):
            texts[-1] = texts[-1].removesuffix(SOFT_HYPHEN) + one.text
        else:
            texts.append(indent + one.text)
    return texts


def _ordered(blocks: Sequence[_Block], size: float) -> list[_Block]:
    """Blocks in reading order, by cutting the page along its white space (recursive XY cut, Nagy and Seth 1984).

    Where both ways are open: between columns if each side has a headline, or none has; else above and below headlines.
    """
    if len(blocks) < 2:
        return list(blocks)
    columns = _parted(blocks, lambda one: (one.left, one.right), _GUTTER * size)
    rows = _parted(blocks, lambda one: (one.top, one.bottom), 0.0)
    with_headline = sum(any(one.is_headline for one in part) for part in columns)
    if len(columns) > 1 and with_headline in (0, len(columns)):
        parts = columns
    elif len(rows) > 1 and len(by_headlines := _at_headlines(rows)) > 1:
        parts = by_headlines
    else:
        parts = columns if len(columns) > 1 else rows
    if len(parts) < 2:
        return sorted(blocks, key=lambda one: (one.top, one.left))
    return [one for part in parts for one in _ordered(part, size)]


def _parted(
    blocks: Sequence[_Block], extent: Callable[[_Block], tuple[float, float]], least: float
) -> list[list[_Block]]:
    """Blocks in groups between which there is white space of at least `least`, in the order of their places."""
    parts: list[list[_Block]] = []
    reach = -math.inf
    for block in sorted(blocks, key=extent):
        start, end = extent(block)
        if parts and start < reach + least:
            parts[-1].append(block)
        else:
            parts.append([block])
        reach = max(reach, end)
    return parts


def _at_headlines(rows: Sequence[Sequence[_Block]]) -> list[list[_Block]]:
    """Rows joined again but where a headline begins the lower one, or is all of the upper one."""
    parts: list[list[_Block]] = []
    alone = False
    for row in rows:
        begins = row[0].is_headline
        if parts and not begins and not alone:
            parts[-1] += row
        else:
            parts.append([*row])
        alone = len(row) == 1 and begins
    return parts
