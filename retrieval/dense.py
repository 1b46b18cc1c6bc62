"""Nearest vectors by FAISS: an exact index in memory, read from the store and kept up with it."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import faiss
import numpy as np
from numpy.typing import NDArray

from retrieval.store import Store

_BATCH = 8192
Float32 = NDArray[np.float32]


class DenseIndex:
    """Cosine over unit vectors, exact, kept as float16 (768 bytes a passage at 384 dimensions).

    Searching is safe from several threads, also while one of them calls `sync`.
    """

    def __init__(self, dimension: int) -> None:
        """An empty index."""
        self._dimension = dimension
        self._lock = threading.Lock()
        self._start_anew()

    def _start_anew(self) -> None:
        flat = faiss.IndexScalarQuantizer(self._dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
        self._index = faiss.IndexIDMap2(flat)
        self._ids: set[int] = set()
        self._vector_sequence = 0
        self._deletion = 0

    def __len__(self) -> int:
        """Vectors held."""
        return len(self._ids)

    def sync(self, store: Store) -> None:
        """Take in the vectors that were written, and let go those that were removed, since the last time.

        Raises ValueError where the store's vectors have another dimension.
        """
        with self._lock:
            self._sync(store)

    def _sync(self, store: Store) -> None:
        with store.snapshot():
            self._follow(store)
            if len(self._ids) != store.vector_count():  # vectors were all made anew, or a backup was put back
                self._start_anew()
                self._follow(store)

    def _follow(self, store: Store) -> None:
        deletions = store.deletions(self._deletion)
        self._remove([passage_id for _, passage_id in deletions])
        if deletions:
            self._deletion = deletions[-1][0]
        ids: list[int] = []
        blobs: list[bytes] = []
        for sequence, passage_id, blob in store.vectors(self._vector_sequence):
            self._vector_sequence = sequence
            ids.append(passage_id)
            blobs.append(blob)
            if len(ids) == _BATCH:
                self._add(ids, blobs)
                ids, blobs = [], []
        if ids:
            self._add(ids, blobs)

    def _remove(self, ids: Sequence[int]) -> None:
        gone = [one for one in ids if one in self._ids]
        if gone:
            self._index.remove_ids(np.array(gone, np.int64))
            self._ids.difference_update(gone)

    def _add(self, ids: Sequence[int], blobs: Sequence[bytes]) -> None:
        self._remove(ids)  # a vector written again takes the old one's place
        vectors = np.frombuffer(b"".join(blobs), "<f2").reshape(len(ids), self._dimension).astype(np.float32)
        self._index.add_with_ids(vectors, np.array(ids, np.int64))
        self._ids.update(ids)

    def search(self, query: Float32, limit: int, among: NDArray[np.int64] | None = None) -> list[tuple[int, float]]:
        """(passage_id, cosine) of the vectors nearest to `query`, (dimension,), best first, `among` these if given."""
        if limit < 1 or (among is not None and not len(among)):
            return []
        parameters = None if among is None else faiss.SearchParameters(sel=faiss.IDSelectorBatch(among))
        with self._lock:
            if not self._ids:
                return []
            scores, ids = self._index.search(query[None], min(limit, len(self._ids)), params=parameters)
        found = [(int(one), float(score)) for one, score in zip(ids[0], scores[0], strict=True) if one >= 0]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))

    def cosines(self, query: Float32, passage_ids: Sequence[int]) -> dict[int, float]:
        """Cosine of `query` to each of these passages that has a vector."""
        with self._lock:
            known = [one for one in passage_ids if one in self._ids]
            if not known:
                return {}
            vectors = self._index.reconstruct_batch(np.array(known, np.int64))
        return dict(zip(known, (vectors @ query).tolist(), strict=True))
