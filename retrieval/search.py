"""A question to ranked hits. The read side: it writes nothing to the archive."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
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
from retrieval.lexical import Reading
from retrieval.nearest import Float32
from retrieval.present import candidates
from retrieval.quoted import phrase_terms, quoted_phrases, squeezed
from retrieval.ranking import BONUS_SHARE, READ, Wanted, ranked, rate, relevance, signals, wanted
from retrieval.terms import is_han
from retrieval.time_expressions import AskedTime, asked_time, with_time

CANDIDATES = 100
_TIMED = 50  # candidates that the time asked about can reorder
_MOST_TERMS = 25  # of a word asked alone: 13 Chinese characters; looking for all of a long question takes 1 ms
_QUOTING = 40  # candidates, and as many by each phrase, whose articles are looked through for quoted phrases


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question, its terms and its vector."""

    query: str
    limit: int
    filters: Filters
    words: Sequence[str]
    vector: Float32


@dataclass(frozen=True, slots=True)
class _Order:
    """Fused scores, how many of the first are read and put in order, and which of them come before all others."""

    fused: Sequence[tuple[int, float]]
    read: int
    first: Collection[int]


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
        filters = filters or Filters()
        self.refresh()
        reading = self._archive.lexical.reading()
        words = reading.terms(query)
        if not words or limit < 1:
            return SearchResult((), self._vector_share)
        vector = self._encoder.encode([query], Role.QUERY)[0]
        among = self._attributes.passing(self._store, filters) if filters else None
        near = self._dense.search(vector, max(CANDIDATES, limit), among)
        # The indexes have been read: the store is at least as new. From here on it is that of one moment.
        with self._store.snapshot():
            return self._found(_Asked(query, limit, filters, words, vector), reading, dict(near))

    def _found(self, asked: _Asked, reading: Reading, near: Mapping[int, float]) -> SearchResult:
        limit = asked.limit
        here = self._store.present(near.keys())
        dense = {one: cosine for one, cosine in near.items() if one in here}
        count = max(CANDIDATES, limit)
        lexical = candidates(reading, self._store, asked.words, count, asked.filters, gone=near.keys() - here)
        phrases = quoted_phrases(asked.query)
        quoting = self._quoting_candidates(reading, asked, phrases)
        holding = self._holding(reading, asked, lexical)
        lexical |= {**quoting, **holding}
        dense |= self._dense.cosines(asked.vector, [one for one in lexical if one not in dense])
        fused = fuse(lexical, dense)
        timed = self._timed(fused, asked_time(asked.query, self._today()), limit)
        chosen, missing = self._quoting(timed, phrases, quoting.keys())
        before = dict(fused)
        bonuses = {one: BONUS_SHARE * bonus for one, score in chosen if (bonus := score - before[one])}
        order = _order(chosen, holding.keys())
        hits = self._hits(wanted(asked.query, reading.rarity), order, bonuses, (lexical, dense), limit)
        return SearchResult(hits, self._vector_share, missing)

    def _holding(self, reading: Reading, asked: _Asked, lexical: Mapping[int, float]) -> Mapping[int, float]:
        """Passages that hold all that is asked, where that may be one word or a name, with their BM25 scores.

        They come before the others: a word alone says little to the encoder.
        """
        count = max(asked.limit, READ)
        plain = squeezed(asked.query)
        if is_han(plain):
            sure = phrase_terms(asked.query)
            if len(sure) > _MOST_TERMS:
                return {}
            return candidates(reading, self._store, asked.words, count, asked.filters, phrases=[sure])
        if len(asked.query.split()) > 1 or any(map(is_han, plain)):
            return {}  # of 什么是5G what is sure to stand in a text that has all of it is 什么是
        # A number, or a Latin word: its terms may be others where something stands around it, but never all of them.
        best = sorted(lexical, key=lambda one: (-lexical[one], one))[:count]
        return {one: lexical[one] for one in best}

    def _quoting_candidates(self, reading: Reading, asked: _Asked, phrases: Sequence[str]) -> Mapping[int, float]:
        """Passages that may hold each phrase, however few of the other words they meet, with their BM25 scores."""
        found: dict[int, float] = {}
        for phrase in phrases:
            if sure := phrase_terms(phrase):
                found |= candidates(reading, self._store, asked.words, _QUOTING, asked.filters, phrases=[sure])
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
        terms: Wanted,
        order: _Order,
        bonuses: Mapping[int, float],
        scores: tuple[Mapping[int, float], Mapping[int, float]],
        limit: int,
    ) -> tuple[Hit, ...]:
        """The best `limit`, their texts read: what is nearly the same as a better one goes into that.

        `scores` are BM25's and cosines.
        """
        lexical, dense = scores
        best = [one for one, _ in order.fused[: max(limit, order.read)]]
        entries = self._store.entries_of(best)

        def rated(one: int) -> float:
            entry = entries[one]
            inputs = signals(terms, entry.above, entry.passage.text, lexical.get(one, 0.0), dense.get(one))
            return rate(inputs) + bonuses.get(one, 0.0)

        shares = {one: shown(score) for one, score in order.fused}
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
            for one, score in ranked([(one, rated(one)) for one in best], order.read, order.first)
        ]
        return tuple(collapse(found)[:limit])


def _order(fused: Sequence[tuple[int, float]], first: Collection[int]) -> _Order:
    """`fused` with those that come `first` behind the first READ, so that they are read too."""
    more = [pair for pair in fused[READ:] if pair[0] in first]
    rest = [pair for pair in fused[READ:] if pair[0] not in first]
    return _Order([*fused[:READ], *more, *rest], READ + len(more), first)
