"""The lines of a raw page, each cleaned, with every character traced to the file."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from retrieval.page.bylines import bracketed_names, names_of
from retrieval.page.characters import CJK, HAN, width
from retrieval.page.forms import headline_strength
from retrieval.page.furniture import is_furniture
from retrieval.page.tables import rows
from retrieval.page.traced import Traced, joined

_GAP = re.compile(rf"(?<=[{CJK}])[ \u3000\t]+(?=[{CJK}])")
_GAP_BEFORE_NUMBER = re.compile(rf"(?<=[{CJK}])[ \u3000\t]+(?=[\d])|(?<=[\d%％])[ \u3000\t]+(?=[{CJK}])")
_DOUBLED = re.compile(r"(.{4,})\1(.{4,})\2")
_TWO_HAN = re.compile(f"[{HAN}]{{2}}")  # a row of a table may repeat its numbers
_THREE_HAN = re.compile(f"[{HAN}]{{3}}")
_SHORTEST_SHADOW, _SHORTEST_STUTTER = 6, 10  # characters
_WIDE_GAP = re.compile(r"\u3000[ \u3000]*| [ \u3000]+")
_NARROW_GAP = re.compile(r"(?<![ \u3000]) (?![ \u3000])")
_PART = re.compile(r"\S+")
_JUSTIFIED = re.compile(rf"[{CJK}] [{CJK}] [{CJK}]")
_CREDITED = re.compile(rf"(?:[{HAN}]{{2,4}}[ \u3000]+){{1,4}}(?:摄影报道|摄影|摄|供图)[)）]?$")
_CLOSING_BRACKET = re.compile("[)）]")
_WIDE = {ord("０") + i: str(i) for i in range(10)}
_WIDE |= {ord("Ａ") + i: chr(65 + i) for i in range(26)} | {ord("ａ") + i: chr(97 + i) for i in range(26)}
_WIDE |= {ord("％"): "%", ord("．"): ".", ord("＋"): "+", ord("／"): "/"}
_FULL = {",": "，", ";": "；", ":": "：", "!": "！", "?": "？", "(": "（", ")": "）"}
_QUOTES = {"「": "“", "」": "”", "『": "‘", "』": "’"}
_TO_UNIFY = re.compile(f"[{re.escape(''.join([*map(chr, _WIDE), *_FULL, *_QUOTES]))}]")
_DIGIT_OR_LATIN = re.compile(r"[0-9A-Za-z]")
_CJK_ONE = re.compile(f"[{CJK}]")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the page that is not blank; `number` counts from 0 in the raw text.

    `width` is that of its text in full-width characters, `spread` with the spaces that justify it. `shadowed`: its text
    stood twice. `indented`: white space stood before it. `gap`: white space stood between words of it that is no
    justification, as in a headline of two parts or a byline; `parted` is the text with it.
    `large`: it is set in the size of a headline. `row`: it is a table's, its cells parted by one space.
    """

    number: int
    traced: Traced
    gap: bool
    width: float
    spread: float
    shadowed: bool
    indented: bool
    parted: Traced
    large: bool = False
    row: bool = False

    @property
    def text(self) -> str:
        """Its cleaned text."""
        return self.traced.text

    @property
    def spaced(self) -> Traced:
        """Its parts, each cleaned, with one space between them."""
        parts = (self.parted[match.start() : match.end()] for match in _PART.finditer(self.parted.text))
        return joined([_unified(_unshadowed(part)) for part in parts], " ")


def read_lines(raw: str, at: int = 0, number: int = 0, large: Collection[int] = ()) -> Iterator[Line]:
    """Every line of `raw` with anything on it but what the page says of itself, cleaned; a shadow's line once.

    `raw` begins at offset `at` and with line `number` of the text that lines and characters are traced to.
    `large`: the numbers of the lines that are set in the size of a headline.
    """
    held: Line | None = None
    for line in _read_each(raw, at, number, large):
        if held is not None and _is_shadow(held, line):
            held = replace(held, shadowed=True)
            continue
        if held is not None:
            yield held
        held = line
    if held is not None:
        yield held


def _read_each(raw: str, at: int, first: int, large: Collection[int]) -> Iterator[Line]:
    contents = raw.split("\n")
    table = rows(contents)
    start = 0
    naming = False
    for index, content in enumerate(contents):
        traced = Traced(content, tuple(range(at + start, at + start + len(content)))).strip()
        start += len(content) + 1
        if not traced.text or is_furniture(traced.text):
            continue
        if index in table:
            yield _row(first + index, traced)
            continue
        line, naming = _clean(first + index, traced, indented=content[0].isspace(), naming=naming)
        yield replace(line, large=True) if first + index in large else line


def _is_shadow(one: Line, other: Line) -> bool:
    """Whether a headline's line is printed once more in the next line."""
    same = one.text == other.text and len(one.text) >= _SHORTEST_SHADOW and not (one.row or other.row)
    return same and bool(_TWO_HAN.search(one.text)) and headline_strength(one.text, one.gap) > 0


def _row(number: int, traced: Traced) -> Line:
    cells = joined([_unified(traced[match.start() : match.end()]) for match in _PART.finditer(traced.text)], " ")
    columns = width(cells.text)
    return Line(number, cells, True, columns, columns, False, False, cells, row=True)


def _clean(number: int, traced: Traced, *, indented: bool, naming: bool) -> tuple[Line, bool]:
    """One line, and whether it ends within a bracket of names; `naming`: it begins within one."""
    columns = width(traced.text)
    original = traced
    justified = bool(_JUSTIFIED.search(traced.text))
    gap = bool(_GAP.search(traced.text)) and not justified
    if justified and names_of(_WIDE_GAP.sub("\0", traced.text).replace(" ", "").replace("\0", " ")):
        traced = traced.without(_NARROW_GAP)
    kept = _name_spans(traced.text, naming=naming)
    if not names_of(traced.text):
        traced = _close_gaps(traced, kept)
    parted = traced if justified else original
    once = _unshadowed(traced)
    wide = columns if len(once) == len(original) else width(once.text)
    line = Line(number, _unified(once), gap, wide, columns, len(once) < len(traced), indented, parted)
    return line, bool(kept) and kept[-1][1] == len(original) and not _CLOSING_BRACKET.match(original.text[-1])


def _name_spans(text: str, *, naming: bool) -> list[tuple[int, int]]:
    """Where white space parts names: in brackets, of which the line may hold one end, and before a credit."""
    spans = [match.span() for match in _CREDITED.finditer(text)]
    closing = _CLOSING_BRACKET.search(text) if naming else None
    if closing:
        spans.append((0, closing.end()))
    return spans + list(bracketed_names(text))


def _close_gaps(traced: Traced, kept: Sequence[tuple[int, int]]) -> Traced:
    """Without white space inside Chinese text, but for what `kept` spans hold."""

    def outside(match: re.Match[str]) -> bool:
        return not any(start <= match.start() < end for start, end in kept)

    parts: list[Traced] = []
    at = 0
    matches = [*_GAP.finditer(traced.text), *_GAP_BEFORE_NUMBER.finditer(traced.text)]
    for match in sorted(filter(outside, matches), key=re.Match.start):
        parts.append(traced[at : match.start()])
        at = match.end()
    parts.append(traced[at:])
    text = "".join(part.text for part in parts)
    return Traced(text, tuple(one for part in parts for one in part.origin))


def _unshadowed(traced: Traced) -> Traced:
    """A headline that a shadow doubled (ABAB, ABABAB), or whose parts or characters are each doubled (AABB), once."""
    half, odd = divmod(len(traced), 2)
    if half >= 4 and not odd and traced.text[:half] == traced.text[half:] and _TWO_HAN.search(traced.text[:half]):
        return _unshadowed(traced[:half])
    third, rest = divmod(len(traced), 3)
    if third >= 4 and not rest and traced.text == 3 * traced.text[:third] and _TWO_HAN.search(traced.text[:third]):
        return traced[:third]
    if (
        len(traced) >= _SHORTEST_STUTTER
        and traced.text[::2] == traced.text[1::2]
        and _THREE_HAN.search(traced.text[::2])
    ):
        return traced[::2]
    match = _DOUBLED.fullmatch(traced.text)
    if match and _TWO_HAN.search(match[1]) and _TWO_HAN.search(match[2]):
        first, second = len(match[1]), len(match[2])
        return traced[:first] + traced[2 * first : 2 * first + second]
    return traced


def _unified(traced: Traced) -> Traced:
    """Full-width digits and letters narrow; half-width punctuation between Chinese full; 「」 as “”."""
    text = traced.text
    if not _TO_UNIFY.search(text):
        return traced

    def change(index: int, one: str) -> str:
        if ord(one) in _WIDE:
            return _WIDE[ord(one)]
        if one in _QUOTES:
            return _QUOTES[one]
        if one in _FULL and _between_chinese(text, index):
            return _FULL[one]
        return one

    return traced.mapped(change)


def _between_chinese(text: str, index: int) -> bool:
    before = text[index - 1] if index else ""
    after = text[index + 1] if index + 1 < len(text) else ""
    if _DIGIT_OR_LATIN.match(before) and _DIGIT_OR_LATIN.match(after):
        return False
    return bool(_CJK_ONE.match(before) or _CJK_ONE.match(after)) and not (after and after.isspace())
