"""Small pictures of articles for inline results: a page in miniature, on which the title and each line is a bar.

Letters of that size could not be read, and no font for Chinese comes with a server; how a text is laid out can be seen.
"""

from __future__ import annotations

import struct
import unicodedata
import zlib

import numpy as np
from numpy.typing import NDArray

from bot.channels.telegram.text import one_line
from retrieval.article import Article

SIDE = 96  # pixels
_MARGIN = 8
_A_LINE = 20.0  # Chinese characters
_TITLE, _TITLE_STEP, _TITLE_GREY = 7, 11, 40
_LINE, _LINE_STEP, _LINE_GREY = 3, 6, 150
_PARAGRAPH = 3  # pixels between paragraphs
_LOOKED_AT = 600  # characters; more does not fit


def thumbnail(article: Article) -> bytes:
    """A PNG of SIDE × SIDE pixels, grey on white; the same article gives the same picture."""
    page = np.full((SIDE, SIDE), 255, np.uint8)
    at = _MARGIN
    for length in _lines(one_line(article.title, 40)):
        _bar(page, at, _TITLE, length, _TITLE_GREY)
        at += _TITLE_STEP
    for paragraph in article.body[:_LOOKED_AT].splitlines():
        for length in _lines(one_line(paragraph)):
            _bar(page, at, _LINE, length, _LINE_GREY)
            at += _LINE_STEP
        at += _PARAGRAPH
    return _png(page)


def _lines(text: str) -> list[float]:
    """How long each line of a text is, as a share of a full one."""
    length = sum(1.0 if unicodedata.east_asian_width(one) in "WF" else 0.5 for one in text)
    full, rest = divmod(length / _A_LINE, 1.0)
    return [1.0] * int(full) + ([rest] if rest else [])


def _bar(page: NDArray[np.uint8], top: int, height: int, length: float, grey: int) -> None:
    if top + height <= SIDE - _MARGIN:
        width = max(2, round(length * (SIDE - 2 * _MARGIN)))
        page[top : top + height, _MARGIN : _MARGIN + width] = grey


def _png(page: NDArray[np.uint8]) -> bytes:
    """The picture as PNG (RFC 2083): eight bits of grey, no filter."""
    rows = np.pad(page, ((0, 0), (1, 0))).tobytes()
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
