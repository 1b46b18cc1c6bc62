"""Originals: the raw text that a document held, and where in it each article's body stands."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from retrieval.store.database import Database

_Run = tuple[int, int, int]  # start in the body, start in the raw text, length


@dataclass(frozen=True, slots=True)
class Original:
    """A part of a document as it was read, and for each code point of a body its offset there, or -1."""

    text: str
    origin: Sequence[int]
    locator: str = ""


@dataclass(frozen=True, slots=True)
class OriginalSpan:
    """Where a stretch of an article stands in its document.

    `source` is the document's path, `locator` the page of it whose text is meant (empty: the whole file).
    `raw[start:end]` is the shortest range that holds the stretch; `parts` are the ranges that make it up, without
    what other articles or the page's furniture put between. `text` is that of the parts, a line each, numbers masked.
    """

    source: str
    locator: str
    start: int
    end: int
    parts: tuple[tuple[int, int], ...]
    text: str


class Originals(Database):
    """The raw texts of an archive's documents."""

    def original_span(self, article_id: str, start: int, end: int) -> OriginalSpan | None:
        """Where `body[start:end]` of an article stands in the raw text of the first document that brought it.

        None where there is no such article or stretch, or none of it came from a raw text: the article was sent
        without a file, its format marks articles itself, or the archive has not read the file again since version 1.
        """
        query = (
            "SELECT body, path, locator, runs, content FROM articles JOIN origins USING (article_key)"
            " JOIN raw_texts USING (raw_key) JOIN documents USING (document_key)"
            " WHERE article_id = ? ORDER BY raw_key LIMIT 1"
        )
        row = self._connection.execute(query, (article_id,)).fetchone()
        if row is None:
            return None
        body, path, locator, runs, content = row
        raw = zlib.decompress(content).decode()
        pieces = list(_clipped(_unpacked(runs), start, end))
        if not pieces:
            return None
        shown = self._as_shown(raw, body, pieces)
        parts = _merged(raw, pieces)
        text = "\n".join(shown[one:other] for one, other in parts)
        return OriginalSpan(path, locator, min(parts)[0], max(other for _, other in parts), parts, text)

    def _as_shown(self, raw: str, body: str, pieces: Sequence[_Run]) -> str:
        """The raw text masked as such, and where the body is: a line break may part a number in the raw text only."""
        characters = list(self._shown(raw))
        for index, (before, after) in enumerate(zip(body, self._shown(body), strict=True)):
            if before != after:
                for in_body, in_raw, length in pieces:
                    if in_body <= index < in_body + length:
                        characters[in_raw + index - in_body] = after
        return "".join(characters)


def put_original(connection: sqlite3.Connection, original: Original, document_key: int, article_key: int) -> None:
    """Keep an article's origin, and the raw text once for all articles of it, inside a transaction."""
    where = (document_key, original.locator)
    row = connection.execute(
        "SELECT raw_key FROM raw_texts WHERE document_key = ? AND locator = ? AND NOT stale", where
    ).fetchone()
    if row is None:
        content = zlib.compress(original.text.encode(errors="replace"))
        row = (
            connection.execute(
                "INSERT INTO raw_texts (document_key, locator, stale, content) VALUES (?, ?, 0, ?)", (*where, content)
            ).lastrowid,
        )
    connection.execute(
        "INSERT OR REPLACE INTO origins VALUES (?, ?, ?)", (article_key, row[0], _packed(original.origin))
    )


def _packed(origin: Sequence[int]) -> bytes:
    """Runs of neighbours in both texts; characters that are not in the raw text belong to none."""
    offsets = np.asarray(origin, np.int64)
    at = np.flatnonzero(offsets >= 0)
    breaks = np.flatnonzero((np.diff(at) != 1) | (np.diff(offsets[at]) != 1)) + 1
    runs = [(one[0], offsets[one[0]], len(one)) for one in np.split(at, breaks) if len(one)]
    return zlib.compress(np.asarray(runs, "<u4").tobytes())


def _unpacked(runs: bytes) -> NDArray[np.uint32]:
    return np.frombuffer(zlib.decompress(runs), "<u4").reshape(-1, 3)


def _clipped(runs: NDArray[np.uint32], start: int, end: int) -> Iterator[_Run]:
    for in_body, in_raw, length in runs.tolist():
        first, last = max(start, in_body), min(end, in_body + length)
        if first < last:
            yield first, in_raw + first - in_body, last - first


def _merged(raw: str, pieces: Sequence[_Run]) -> tuple[tuple[int, int], ...]:
    """The pieces in reading order; those with nothing but white space between them are one."""
    starts = [0] + [
        index + 1
        for index, (one, other) in enumerate(pairwise(pieces))
        if one[1] + one[2] > other[1] or raw[one[1] + one[2] : other[1]].strip()
    ]
    ends = [*(one - 1 for one in starts[1:]), len(pieces) - 1]
    return tuple((pieces[one][1], pieces[other][1] + pieces[other][2]) for one, other in zip(starts, ends, strict=True))
