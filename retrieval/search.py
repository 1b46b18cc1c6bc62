"""A question to ranked hits. The read side: it writes nothing to the archive."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date

from embeddings import Encoder, Role
from retrieval.archive import Archive
from retrieval.attributes import Attributes
from retrieval.dense import DenseIndex
from retrieval.errors import EncoderMismatchError
from retrieval.filters import Filters
from retrieval.hit import SearchResult
from retrieval.lookup import Asked, Lookup
from retrieval.nearest import Float32
from retrieval.time_expressions import asked_time


class Searcher:
    """Finds passages. Safe from several threads; sees what other processes commit at the next search."""

    def __init__(self, archive: Archive, encoder: Encoder, today: Callable[[], date] = date.today) -> None:
        """Open for searching; 去年 and the like are relative to `today`.

        Raises EncoderMismatchError where the archive's vectors are another encoder's.
        """
        self._today = today
        self._archive = archive
        self._store = archive.store
        self._encoder = encoder
        self._dense = DenseIndex(encoder.dimension, archive.directory / "cache" / "dense")
        self._attributes = Attributes()
        self._generation = -1
        self._vector_share = 1.0
        self._refreshing = threading.Lock()
        self._beside = ThreadPoolExecutor(2, thread_name_prefix="ask")
        # More at once than there are cores only get into each other's way.
        self._at_once = threading.BoundedSemaphore(os.cpu_count() or 1)
        self._counting = threading.Lock()
        self._searching = 0
        self.refresh()

    def refresh(self) -> None:
        """Catch up with the store, if it changed."""
        if self._store.generation() == self._generation and not self._dense.has_better_copy(self._store):
            return
        with self._refreshing:
            generation = self._store.generation()
            if generation == self._generation and not self._dense.has_better_copy(self._store):
                return
            self._check_encoder()
            self._archive.refresh_lexical()
            try:
                self._dense.sync(self._store)
            except ValueError:
                self._check_encoder()  # all vectors were made anew by another, just now
                raise
            passages = self._store.passage_count()
            self._vector_share = min(1.0, len(self._dense) / passages) if passages else 1.0
            # While another process writes, the lexical index may be behind; the next search looks again.
            if self._archive.lexical.is_current(self._store):
                self._generation = generation

    def _check_encoder(self) -> None:
        made_by = self._store.meta("encoder")
        if made_by and made_by != self._encoder.identity:
            raise EncoderMismatchError(self._store.directory, made_by, self._encoder.identity)

    def search(self, query: str, *, limit: int = 10, filters: Filters | None = None) -> SearchResult:
        """The best `limit` passages for `query`, best first; empty for a query without any word."""
        query = query.encode("utf-8", "replace").decode()  # half a surrogate pair is no text to an encoder
        filters = filters or Filters()
        with self._counted() as alone:
            # Before anything else is looked at: where a search is alone, it waits for its vector.
            vector = self._vector(query, beside=alone) if limit > 0 and query.strip() else None
            self.refresh()
            generation = self._generation  # before the indexes are read, so that it is never newer than they are
            reading = self._archive.lexical.reading()
            words = reading.terms(query)
            if not words or not vector:
                return SearchResult((), self._vector_share)
            among = self._attributes.passing(self._store, filters) if filters else None
            with self._at_once:
                asked = Asked(query, limit, filters, words, asked_time(query, self._today()))
                lookup = Lookup(asked, self._store, reading, self._dense, generation)
                if alone:
                    lookup.look_beforehand()
                hits, missing = lookup.hits(vector.result(), among, self._beside if alone else None)
        return SearchResult(hits, self._vector_share, missing)

    def _vector(self, query: str, *, beside: bool) -> Future[Float32]:
        """The vector of `query`, (dimension,): made `beside` what the caller goes on to do, or before.

        A second thread helps only where a core is idle: with several searches at once it costs a tenth of them.
        """
        if beside:
            return self._beside.submit(self._encode, query)
        made: Future[Float32] = Future()
        made.set_result(self._encode(query))
        return made

    def _encode(self, query: str) -> Float32:
        vector: Float32 = self._encoder.encode([query], Role.QUERY)[0]
        return vector

    @contextmanager
    def _counted(self) -> Iterator[bool]:
        """Count one more search; whether it is the only one as it begins."""
        with self._counting:
            self._searching += 1
            alone = self._searching == 1
        try:
            yield alone
        finally:
            with self._counting:
                self._searching -= 1

    @property
    def generation(self) -> int:
        """The archive's state that searches see; it changes with every change of the archive."""
        return self._generation

    def is_empty(self) -> bool:
        """Whether the archive holds nothing at all."""
        return self._store.passage_count() == 0
