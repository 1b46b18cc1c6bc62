"""A question to ranked hits. The read side: it writes nothing to the archive."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date

from embeddings import Encoder, Role
from retrieval.archive import Archive
from retrieval.attributes import Attributes
from retrieval.dense import DenseIndex
from retrieval.duplicates import collapse
from retrieval.errors import EncoderMismatchError
from retrieval.filters import Filters
from retrieval.fusion import fuse, shown
from retrieval.hit import Hit, SearchResult
from retrieval.quoted import phrase_terms, quoted_phrases, squeezed
from retrieval.ranking import BONUS_SHARE, READ, ranked, rate, relevance, signals, wanted
from retrieval.time_expressions import AskedTime, asked_time, with_time

CANDIDATES = 100
_TIMED = 50  # candidates that the time asked about can reorder
_QUOTING = 40  # candidates, and as many by each phrase, whose articles are looked through for quoted phrases
_SPARE = 5
_PATIENCE_S = 2.0  # for an article that is just being replaced
_LOOK_AGAIN_S = 0.02


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
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            self.refresh()
            result, gone = self._search(query, limit, filters or Filters())
            # Another process has just replaced an article that was found, and is about to index its new text.
            if not gone or time.monotonic() > deadline or self._store.generation() == self._generation:
                return result
            time.sleep(_LOOK_AGAIN_S)

    def _search(self, query: str, limit: int, filters: Filters) -> tuple[SearchResult, bool]:
        """The result, and whether passages that belong to it are in the indexes but no longer in the store."""
        words = self._archive.lexical.terms(query)
        if not words or limit < 1:
            return SearchResult((), self._vector_share), False
        count = max(CANDIDATES, limit)
        phrases = quoted_phrases(query)
        lexical = dict(self._archive.lexical.search(words, count, filters))
        quoting = self._quoting_candidates(words, phrases, filters)
        lexical |= quoting
        vector = self._encoder.encode([query], Role.QUERY)[0]
        among = self._attributes.passing(self._store, filters) if filters else None
        dense = dict(self._dense.search(vector, count, among))
        dense |= self._dense.cosines(vector, [one for one in lexical if one not in dense])
        fused = fuse(lexical, dense)
        timed = self._timed(fused, asked_time(query, self._today()), limit)
        chosen, missing = self._quoting(timed, phrases, quoting.keys())
        before = dict(fused)
        bonuses = {one: BONUS_SHARE * bonus for one, score in chosen if (bonus := score - before[one])}
        hits = self._hits(query, chosen, bonuses, (lexical, dense), limit)
        best = [one for one, _ in fused[:limit]]
        gone = len(self._store.entries_of(best)) < len(best)
        return SearchResult(hits, self._vector_share, missing), gone

    def _quoting_candidates(
        self, words: Sequence[str], phrases: Sequence[str], filters: Filters
    ) -> Mapping[int, float]:
        """Passages that may hold each phrase, however few of the other words they meet, with their BM25 scores."""
        found: dict[int, float] = {}
        for phrase in phrases:
            if sure := phrase_terms(phrase):
                found |= self._archive.lexical.search(words, _QUOTING, filters, [sure])
        return found

    def _quoting(
        self, fused: Sequence[tuple[int, float]], phrases: Sequence[str], likely: Collection[int]
    ) -> tuple[Sequence[tuple[int, float]], tuple[str, ...]]:
        """Those of articles that hold every phrase, or where none does, any of them; and the phrases that none holds.

        Looked at are the best and those that are `likely` to hold one.
        """
        if not phrases:
            return fused, ()
        read = [pair for number, pair in enumerate(fused) if number < _QUOTING or pair[0] in likely]
        entries = self._store.entries_of([one for one, _ in read])
        held: dict[str, set[str]] = {}
        for article_id in {entry.passage.article_id for entry in entries.values()}:
            article = self._store.article(article_id)
            text = squeezed(f"{article.title}\n{article.subtitle}\n{article.body}") if article else ""
            held[article_id] = {phrase for phrase in phrases if squeezed(phrase) in text}
        missing = set(phrases).difference(*held.values())
        most = max(map(len, held.values()), default=0)
        least = len(phrases) - len(missing) if most == len(phrases) - len(missing) else 1
        chosen = [
            pair for pair in read if (entry := entries.get(pair[0])) and len(held[entry.passage.article_id]) >= least
        ]
        return chosen if most else fused, tuple(phrase for phrase in phrases if phrase in missing)

    def _timed(self, fused: Sequence[tuple[int, float]], asked: AskedTime, limit: int) -> Sequence[tuple[int, float]]:
        if not asked:
            return fused
        count = max(_TIMED, limit)
        return [
            *with_time(fused[:count], asked, self._store.entries_of([one for one, _ in fused[:count]])),
            *fused[count:],
        ]

    @property
    def generation(self) -> int:
        """The archive's state that searches see; it changes with every change of the archive."""
        return self._generation

    def is_empty(self) -> bool:
        """Whether the archive holds nothing at all."""
        return self._store.passage_count() == 0

    def _hits(
        self,
        query: str,
        fused: Sequence[tuple[int, float]],
        bonuses: Mapping[int, float],
        scores: tuple[Mapping[int, float], Mapping[int, float]],
        limit: int,
    ) -> tuple[Hit, ...]:
        """The best `limit` of `fused`, their texts read: what is nearly the same as a better one goes into that.

        `scores` are BM25's and cosines.
        """
        lexical, dense = scores
        # A few more than are read: some may have been removed since the indexes were read.
        count = max(limit, READ)
        entries = self._store.entries_of([one for one, _ in fused[: count + _SPARE]])
        query_terms = wanted(query, self._archive.rarity)

        def rated(one: int) -> float:
            entry = entries[one]
            inputs = signals(query_terms, entry.above, entry.passage.text, lexical.get(one, 0.0), dense.get(one))
            return rate(inputs) + bonuses.get(one, 0.0)

        shares = {one: shown(score) for one, score in fused}
        found = [
            Hit(
                entries[one].passage,
                entries[one].title,
                entries[one].published,
                entries[one].source,
                shares[one],
                lexical.get(one, 0.0),
                dense.get(one),
                relevance(score),
            )
            for one, score in ranked([(one, rated(one)) for one in [one for one, _ in fused if one in entries][:count]])
        ]
        return tuple(collapse(found)[:limit])
