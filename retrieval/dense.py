"""Nearest vectors: an index in memory that follows the store, and its copy on disk for archives that are large.

Up to `EXACT_UP_TO` vectors a query is compared with every one. Above that the writing side fits clusters (`keep`), and
readers take them over from the copy; until they can, they compare with every one. Nothing here is the truth: a copy
that is missing, damaged or not of this store's past is passed over, and the vectors are read from the store.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence
from concurrent.futures import Executor
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from retrieval import dense_cache
from retrieval.dense_cache import Reach
from retrieval.nearest import CLUSTERS, SAMPLE, Float32, Ids, Nearest
from retrieval.shared_lock import SharedLock
from retrieval.store import Store

EXACT_UP_TO = 100_000  # 6 ms a query on one thread
KEPT_FROM = 20_000  # reading fewer from the store takes 0.1 s, the copy would not be faster
_STALE_SHARE = 0.05  # of the vectors: with more than these changed a new copy is written
_GROWTH = 4  # with so many times the vectors they were fitted on, clusters are fitted anew
_BATCH = 4096
_PROBES = 16


class DenseIndex:
    """Cosine over unit vectors. Searching is safe from several threads, also while one of them calls `sync`."""

    def __init__(self, dimension: int, directory: Path | None = None) -> None:
        """An empty index; `directory` is where its copy lies, if anywhere."""
        self._dimension = dimension
        self._directory = directory
        self._syncing = threading.Lock()
        self._lock = SharedLock()
        self._nearest = Nearest.exact(dimension)
        self._reach = Reach()
        self._passed_over = ""  # the copy's file that was of no use, or was taken already

    def __len__(self) -> int:
        """Vectors held."""
        return len(self._nearest)

    @property
    def is_exact(self) -> bool:
        """Whether every vector is compared with a query."""
        return self._nearest.is_exact

    def sync(self, store: Store) -> None:
        """Take in the vectors that were written, and let go those that were removed, since the last time.

        Raises ValueError where the store's vectors have another dimension.
        """
        with self._syncing, store.snapshot():
            if self._reach == Reach() or self._wants_clusters:
                self._take_copy(store)
            self._follow(store)
            if len(self) != store.vector_count():  # vectors were all made anew, or a backup was put back
                self._become(Nearest.exact(self._dimension), Reach())
                self._follow(store)

    def has_better_copy(self, store: Store) -> bool:
        """Whether there is a copy with clusters that this index, grown large without them, has not looked at."""
        if not self._wants_clusters or not self._directory:
            return False
        state = dense_cache.read_state(self._directory, owner_of(store))
        return state is not None and not state.is_exact and state.file != self._passed_over

    @property
    def _wants_clusters(self) -> bool:
        return self.is_exact and len(self) > EXACT_UP_TO

    def _take_copy(self, store: Store) -> None:
        state = dense_cache.read_state(self._directory, owner_of(store)) if self._directory else None
        if not self._directory or state is None or state.file == self._passed_over:
            return
        if len(self) and state.is_exact:
            return
        self._passed_over = state.file
        nearest = dense_cache.load(self._directory, state)
        if nearest and nearest.dimension == self._dimension and _is_past_of(store, nearest, state.reach):
            # Before anyone searches it: what was removed since must not be found.
            self._become(*_without_removed(store, nearest, state.reach))

    def _become(self, nearest: Nearest, reach: Reach) -> None:
        with self._lock.writing():
            self._nearest, self._reach = nearest, reach

    def _follow(self, store: Store) -> None:
        deletions = store.deletions(self._reach.deletion)
        if deletions:
            with self._lock.writing():
                self._nearest.remove([passage_id for _, passage_id in deletions])
                self._reach = Reach(self._reach.vector, deletions[-1][0])
        written = store.vectors(self._reach.vector)
        while batch := list(itertools.islice(written, _BATCH)):
            vectors = _matrix([blob for _, _, blob in batch], self._dimension)
            with self._lock.writing():
                self._nearest.add([passage_id for _, passage_id, _ in batch], vectors)
                self._reach = Reach(batch[-1][0], self._reach.deletion)

    def search(
        self, query: Float32, limit: int, among: Ids | None = None, beside: Executor | None = None
    ) -> list[tuple[int, float]]:
        """(passage_id, cosine) of the vectors nearest to `query`, (dimension,), best first, `among` these if given.

        `beside` has a thread that may do half of it.
        """
        with self._lock.reading():
            return self._nearest.search(query, limit, among, beside)

    def cosines(self, query: Float32, passage_ids: Sequence[int]) -> dict[int, float]:
        """Cosine of `query` to each of these passages that has a vector."""
        with self._lock.reading():
            known = self._nearest.known(passage_ids)
            vectors = self._nearest.vectors(known)
        return dict(zip(known, (vectors @ query).tolist(), strict=True))

    # -- the writing side ------------------------------------------------------------------------------------------

    def fit(self, store: Store) -> None:
        """Begin anew with clusters fitted on the store's vectors, and take them all in."""
        step = max(1, store.vector_count() // SAMPLE)
        blobs = [blob for _, _, blob in itertools.islice(store.vectors(), 0, None, step)]
        sample = _matrix(blobs, self._dimension)
        with self._syncing, store.snapshot():
            self._become(Nearest.clustered(sample, min(CLUSTERS, len(sample))), Reach())
            self._follow(store)

    def save(self, store: Store, fitted_on: int) -> None:
        """Write the copy. Raises OSError or RuntimeError where it cannot be written."""
        if self._directory:
            with self._syncing:
                dense_cache.save(self._directory, owner_of(store), self._nearest, self._reach, fitted_on)


def keep(store: Store, dimension: int, directory: Path) -> bool:
    """Bring the copy in `directory` up to the store, fitting clusters where they are due; whether it was written.

    Nothing is done for an archive that is small, a copy that lacks little, or while another process does it. Raises
    OSError or RuntimeError where the copy cannot be written: searching needs none.
    """
    count = store.vector_count()
    state = dense_cache.read_state(directory, owner_of(store))
    if state and not dense_cache.is_whole(directory, state):
        state = None
    fit = count > EXACT_UP_TO and (state is None or state.is_exact or count > _GROWTH * state.fitted_on)
    changes = (store.newest_vector(), store.newest_deletion())
    if state:
        changes = (changes[0] - state.reach.vector, changes[1] - state.reach.deletion)
    is_due = state is None or fit or min(changes) < 0 or sum(changes) > _STALE_SHARE * count
    if count < KEPT_FROM or not is_due:
        return False
    directory.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(directory.with_name(f"{directory.name}.lock"), timeout=0):
            index = DenseIndex(dimension, directory)
            if fit:
                index.fit(store)
            else:
                index.sync(store)
            index.save(store, count if fit or state is None else state.fitted_on)
    except Timeout:
        return False
    return True


def owner_of(store: Store) -> str:
    """Whose vectors a store's are: the archive's name and the encoder's."""
    return f"{store.name} {store.meta('encoder')}"


def _without_removed(store: Store, nearest: Nearest, reach: Reach) -> tuple[Nearest, Reach]:
    """`nearest` after the store's removals since `reach`, and how far it reaches then."""
    deletions = store.deletions(reach.deletion)
    nearest.remove([passage_id for _, passage_id in deletions])
    return nearest, Reach(reach.vector, max((number for number, _ in deletions), default=reach.deletion))


def _is_past_of(store: Store, nearest: Nearest, reach: Reach) -> bool:
    """Whether the store's vectors just before `reach` are those of the index: not so in one that went another way."""
    if reach.vector > store.newest_vector() or reach.deletion > store.newest_deletion():
        return False
    rows = list(itertools.takewhile(lambda row: row[0] <= reach.vector, store.vectors(reach.vector - _PROBES)))
    ids = [passage_id for _, passage_id, _ in rows]
    if nearest.known(ids) != ids:
        return False
    return bool(np.array_equal(_matrix([blob for _, _, blob in rows], nearest.dimension), nearest.vectors(ids)))


def _matrix(blobs: Sequence[bytes], dimension: int) -> Float32:
    return np.frombuffer(b"".join(blobs), "<f2").reshape(len(blobs), dimension).astype(np.float32)
