"""The characters of a PDF page with their places → pieces of text."""

from __future__ import annotations

import ctypes
import math
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from retrieval.formats.layout import SOFT_HYPHEN, Piece

_ASCENT, _DESCENT = 0.85, 0.15  # of the size, above and below the line on which characters stand
_SAME_LINE = 0.2  # sizes by which neighbours may stand higher or lower
_GAP = 0.3  # sizes between two characters that part words though no space stands there
_NEXT, _NEXT_SPACED = 0.9, 2.2  # sizes beyond which the next character belongs to another column; after a space
_SPACE, _BREAKS = 0x20, (0x0A, 0x0D)
_HYPHENS = "\ufffe\x02\xad"  # PDFium's marks for a hyphen that only breaks a word
# A font may name its glyphs by look-alikes: Latin ligatures, and the radicals of CJK in place of its characters.
_NAMED_ALIKE = "".join(map(chr, (*range(0xFB00, 0xFB07), *range(0x2F00, 0x2FD6))))
_RADICALS = "⺟⺠⻁⻄⻅⻆⻉⻋⻑⻒⻓⻔⻗⻘⻙⻚⻛⻜⻝⻡⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻯⻰⻳"
_CHARACTERS = "母民虎西见角贝车長長长门雨青韦页风飞食首马骨鬼鱼鸟卤麦黄齐齿竜龙龟"
LOOK_ALIKES = str.maketrans(
    dict(zip(_RADICALS, _CHARACTERS, strict=True))
    | {glyph: unicodedata.normalize("NFKC", glyph) for glyph in _NAMED_ALIKE}
    | dict.fromkeys(_HYPHENS, SOFT_HYPHEN)
)


@dataclass(frozen=True, slots=True)
class _Character:
    text: str
    left: float
    right: float
    line: float  # how far below the page's top it stands
    size: float


def read_pieces(text_page: pdfium.PdfTextPage, height: float) -> Iterator[Piece]:
    """The text of a page of `height` in pieces, as the file draws it; lengths in points, from the page's top left."""
    run: list[_Character] = []
    spaced = False
    text = ""
    for one in _characters(text_page, height):
        if one.text.isspace():
            spaced = True
            continue
        if run and not _goes_on(run[-1], one, spaced=spaced):
            yield _piece(text, run)
            run, text, spaced = [], "", False
        elif run:
            text += " " if spaced or one.left - run[-1].right > _GAP * one.size else ""
        run.append(one)
        text += one.text
        spaced = False
    if run:
        yield _piece(text, run)


def _goes_on(before: _Character, after: _Character, *, spaced: bool) -> bool:
    gap = (after.left - before.right) / before.size
    forward = after.left >= before.left - 0.3 * before.size  # the letters of a ligature stand in one place
    same_line = abs(after.line - before.line) < _SAME_LINE * before.size
    alike = 0.8 < after.size / before.size < 1.25
    return same_line and alike and forward and gap < (_NEXT_SPACED if spaced else _NEXT)


def _piece(text: str, run: list[_Character]) -> Piece:
    size = max(one.size for one in run)
    line = max(one.line for one in run)
    text = text.translate(LOOK_ALIKES)
    return Piece(text, run[0].left, line - _ASCENT * size, run[-1].right, line + _DESCENT * size, size)


def _characters(text_page: pdfium.PdfTextPage, height: float) -> Iterator[_Character]:
    x, y = ctypes.c_double(), ctypes.c_double()
    matrix, box = pdfium_c.FS_MATRIX(), pdfium_c.FS_RECTF()
    page = text_page.raw
    for index in range(text_page.count_chars()):
        code = pdfium_c.FPDFText_GetUnicode(page, index)
        if not code or code in _BREAKS or (code == _SPACE and pdfium_c.FPDFText_IsGenerated(page, index)):
            continue
        placed = (
            pdfium_c.FPDFText_GetCharOrigin(page, index, x, y)
            and pdfium_c.FPDFText_GetMatrix(page, index, matrix)
            and pdfium_c.FPDFText_GetLooseCharBox(page, index, box)
        )
        size = pdfium_c.FPDFText_GetFontSize(page, index) * math.hypot(matrix.c, matrix.d)
        if placed and size > 0:
            yield _Character(chr(code), x.value, max(box.right, x.value), height - y.value, size)
