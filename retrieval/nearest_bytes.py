"""A first look at many unit vectors, a byte a component: which of them are near enough to be compared exactly.

Of unit vectors the order by cosine is that by Euclidean distance, and FAISS takes distances of bytes in integers.
Measured at 60,238 encoded passages and 384 dimensions, one thread, 300 questions: 2.3 ms against 4.9 ms for float16;
the exact best 100 are all among the first 150, for each of the questions.
"""

from __future__ import annotations

from concurrent.futures import Executor
from typing import Final

import faiss
import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]
Bytes = NDArray[np.uint8]
Rows = NDArray[np.int64]

_MIDDLE: Final = 128
_ROOM: Final = 1.25  # beyond the largest component seen, so that the range is seldom widened
_MAGNITUDE: Final = 0x7FFF  # a float16's bits without its sign: as integers they are in the order of magnitudes


def largest_component(vectors: NDArray[np.floating]) -> float:
    """The largest magnitude of a component; more than 0, and at most the 1 of a unit vector."""
    if vectors.dtype == np.float16:
        bits = (vectors.view(np.uint16) & _MAGNITUDE).max(initial=1)
        return min(1.0, float(bits.view(np.float16)))
    return min(1.0, float(max(vectors.max(initial=0), -vectors.min(initial=0), np.finfo(np.float16).tiny)))


class Levels:
    """Components as bytes, 128 for 0; components beyond the range are taken for its ends."""

    def __init__(self, largest: float) -> None:
        """Components from `-largest` to `largest` are told apart, and some beyond."""
        self._scale = (_MIDDLE - 1) / (largest * _ROOM)
        self._of_bits = self.of(np.arange(2**16, dtype=np.uint16).view(np.float16)).astype(np.uint8)

    @property
    def largest(self) -> float:
        """The largest component that is told apart from smaller ones."""
        return (_MIDDLE - 1) / self._scale

    def of(self, vectors: NDArray[np.floating]) -> Float32:
        """The bytes of `vectors`, of their shape, as FAISS takes them."""
        with np.errstate(invalid="ignore"):
            levels: Float32 = np.rint(vectors.astype(np.float32) * np.float32(self._scale)) + np.float32(_MIDDLE)
        return np.clip(np.nan_to_num(levels, copy=False), 0, 2 * _MIDDLE - 1, out=levels)

    def bytes_of(self, vectors: NDArray[np.float16]) -> Bytes:
        """The same as bytes."""
        found: Bytes = np.take(self._of_bits, vectors.view(np.uint16))  # half the time of indexing
        return found


class ByteVectors:
    """Rows of bytes, numbered from 0 in the order in which they came; rows that go let the later ones move up.

    They lie in two halves, so that two cores can look through them. Not safe from several threads while `add` or
    `remove` runs.
    """

    def __init__(self, dimension: int, largest: float, expected: int = 0) -> None:
        """None yet, `expected` are about to come; components from `-largest` to `largest` are told apart.

        Others are taken for these.
        """
        self._levels = Levels(largest)
        self._first, self._second = (
            faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_8bit_direct, faiss.METRIC_L2)
            for _ in range(2)
        )
        self._half = expected // 2

    @property
    def largest(self) -> float:
        """The largest component that is told apart from smaller ones."""
        return self._levels.largest

    def add(self, vectors: NDArray[np.floating]) -> None:
        """Append these, (n, dimension)."""
        first = not self._second.ntotal and self._first.ntotal < self._half
        (self._first if first else self._second).add(self._levels.of(vectors))

    def remove(self, rows: Rows) -> None:
        """Let go of these."""
        parted = self._first.ntotal
        self._first.remove_ids(rows[rows < parted])
        self._second.remove_ids(rows[rows >= parted] - parted)

    def search(
        self, query: Float32, limit: int, among: NDArray[np.bool_] | None = None, beside: Executor | None = None
    ) -> Rows:
        """About the nearest `limit` rows to `query`, (dimension,), `among` (rows,) these if given.

        With `beside`, where a thread is free, the two halves are looked through at once.
        """
        parted = self._first.ntotal
        asked = self._levels.of(query[None])
        halves = (None, None) if among is None else (among[:parted], among[parted:])
        later = beside.submit(_search, self._second, asked, limit, halves[1]) if beside else None
        near, rows = _search(self._first, asked, limit, halves[0])
        other, others = later.result() if later else _search(self._second, asked, limit, halves[1])
        distances = np.concatenate([near, other])
        found: Rows = np.concatenate([rows, others + parted])
        return found[np.argsort(distances, kind="stable")[:limit]]


def _search(index: faiss.Index, query: Float32, limit: int, among: NDArray[np.bool_] | None) -> tuple[Float32, Rows]:
    """Distances and rows of the nearest, nearest first."""
    if not index.ntotal:
        return np.zeros(0, np.float32), np.zeros(0, np.int64)
    faiss.omp_set_num_threads(1)  # of this thread
    selector = None if among is None else faiss.IDSelectorBitmap(np.packbits(among, bitorder="little"))
    parameters = faiss.SearchParameters(sel=selector) if selector else None
    distances, rows = index.search(query, min(limit, index.ntotal), params=parameters)
    held = rows[0] >= 0
    return distances[0][held], rows[0][held]
