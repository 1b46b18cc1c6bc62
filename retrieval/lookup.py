"""One question looked up: what words and vectors find, put in order.

Half of it needs no vector, and is done while the question is being encoded (`look_beforehand`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

from retrieval.dense import DenseIndex
from retrieval.duplicates import collapse
from retrieval.filters import Filters
from retrieval.fusion import fuse, shown
from retrieval.hit import Hit
from retrieval.lexical import Reading
from retrieval.nearest import Float32, Ids
from retrieval.present import candidates
from retrieval.quoted import phrase_terms, quoted_phrases, squeezed
from retrieval.ranking import BONUS_SHARE, READ, Wanted, coverage, ranked, rate, relevance, signals, wanted
from retrieval.store import IndexEntry, Store
from retrieval.terms import is_han
from retrieval.time_expressions import AskedTime, with_time

CANDIDATES = 100
_TIMED = 50  # candidates that the time asked about can reorder
_MOST_TERMS = 25  # of a word asked alone: 13 Chinese characters; looking for all of a long question takes 1 ms
_READ_BEFOREHAND = 28  # found by words; as many as the encoding leaves time for
_QUOTING = 40  # candidates, and as many by each phrase, whose articles are looked through for quoted phrases


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, its terms and the time that it asks about."""

    query: str
    limit: int
    filters: Filters
    words: Sequence[str]
    time: AskedTime


@dataclass(frozen=True, slots=True)
class _Order:
    """Fused scores, how many of the first are read and put in order, and which of them come before all others."""

    fused: Sequence[tuple[int, float]]
    read: int
    first: Collection[int]


class Lookup:
    """The search for one question; `generation` is the state of the store that the indexes hold."""

    def __init__(self, asked: Asked, store: Store, reading: Reading, dense: DenseIndex, generation: int) -> None:
        self._asked = asked
        self._store = store
        self._reading = reading
        self._dense = dense
        self._generation = generation
        self._unchanged = False
        self._terms = wanted(asked.query, reading.rarity)
        self._sure = phrase_terms(asked.query) if is_han(squeezed(asked.query)) else ()
        if len(self._sure) > _MOST_TERMS:
            self._sure = ()
        self._read = _Read(store, self._terms)

    def look_beforehand(self) -> None:
        """Find by words, and read the best: most of them will be among the best in the end."""
        asked = self._asked
        found = self._reading.search(asked.words, max(CANDIDATES, asked.limit), asked.filters)
        if self._sure:
            self._reading.search(asked.words, max(asked.limit, READ), asked.filters, [self._sure])
        self._read.read([one for one, _ in found[:_READ_BEFOREHAND]])
        for one in self._read.entries:
            self._read.met(one)

    def hits(
        self, vector: Float32, among: Ids | None, beside: Executor | None = None
    ) -> tuple[tuple[Hit, ...], tuple[str, ...]]:
        """The best passages, best first, and the quoted phrases that none holds.

        `vector` is the question's, (dimension,), `among` the passages that the filters let pass, None for all.
        `beside` has a thread that is free for a part of it.
        """
        near = dict(self._dense.search(vector, max(CANDIDATES, self._asked.limit), among, beside))
        # The indexes have been read: the store is at least as new. From here on it is that of one moment.
        with self._store.snapshot():
            self._unchanged = self._store.generation() == self._generation
            if not self._unchanged:
                self._read = _Read(self._store, self._terms)
            return self._ordered(vector, near)

    def _ordered(self, vector: Float32, near: Mapping[int, float]) -> tuple[tuple[Hit, ...], tuple[str, ...]]:
        asked = self._asked
        here = near.keys() if self._unchanged else self._store.present(near.keys())
        dense = {one: cosine for one, cosine in near.items() if one in here}
        lexical = self._candidates(max(CANDIDATES, asked.limit), gone=near.keys() - here)
        phrases = quoted_phrases(asked.query)
        quoting = self._quoting_candidates(phrases)
        holding = self._holding(lexical)
        lexical |= {**quoting, **holding}
        dense |= self._dense.cosines(vector, [one for one in lexical if one not in dense])
        fused = fuse(lexical, dense)
        chosen, missing = self._quoting(self._timed(fused), phrases, quoting.keys())
        before = dict(fused)
        bonuses = {one: BONUS_SHARE * bonus for one, score in chosen if (bonus := score - before[one])}
        return self._hits(_order(chosen, holding.keys()), bonuses, lexical, dense), missing

    def _candidates(
        self, limit: int, *, phrases: Sequence[Sequence[str]] = (), gone: Collection[int] = ()
    ) -> dict[int, float]:
        """BM25 scores of the best passages that there are, by id."""
        words, filters = self._asked.words, self._asked.filters
        if self._unchanged:
            return dict(self._reading.search(words, limit, filters, phrases))
        return candidates(self._reading, self._store, words, limit, filters, phrases=phrases, gone=gone)

    def _holding(self, lexical: Mapping[int, float]) -> Mapping[int, float]:
        """Passages that hold all that is asked, where that may be one word or a name, with their BM25 scores.

        They come before the others: a word alone says little to the encoder.
        """
        query = self._asked.query
        count = max(self._asked.limit, READ)
        if self._sure:
            return self._candidates(count, phrases=[self._sure])
        if len(query.split()) > 1 or any(map(is_han, squeezed(query))):
            return {}  # of 什么是5G what is sure to stand in a text that has all of it is 什么是
        # A number, or a Latin word: its terms may be others where something stands around it, but never all of them.
        best = sorted(lexical, key=lambda one: (-lexical[one], one))[:count]
        return {one: lexical[one] for one in best}

    def _quoting_candidates(self, phrases: Sequence[str]) -> Mapping[int, float]:
        """Passages that may hold each phrase, however few of the other words they meet, with their BM25 scores."""
        found: dict[int, float] = {}
        for phrase in phrases:
            if sure := phrase_terms(phrase):
                found |= self._candidates(_QUOTING, phrases=[sure])
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

    def _timed(self, fused: Sequence[tuple[int, float]]) -> Sequence[tuple[int, float]]:
        if not self._asked.time:
            return fused
        count = max(_TIMED, self._asked.limit)
        entries = self._store.entries_of([one for one, _ in fused[:count]])
        return [*with_time(fused[:count], self._asked.time, entries), *fused[count:]]

    def _hits(
        self,
        order: _Order,
        bonuses: Mapping[int, float],
        lexical: Mapping[int, float],
        dense: Mapping[int, float],
    ) -> tuple[Hit, ...]:
        """The best, their texts read: what is nearly the same as a better one goes into that.

        `lexical` and `dense` are BM25 scores and cosines.
        """
        limit = self._asked.limit
        best = [one for one, _ in order.fused[: max(limit, order.read)]]
        self._read.read(best)
        entries = self._read.entries

        def rated(one: int) -> float:
            inputs = signals(self._read.met(one), lexical.get(one, 0.0), dense.get(one))
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


class _Read:
    """The passages that were read for a question, with how much of it each meets; of one state of the store."""

    def __init__(self, store: Store, terms: Wanted) -> None:
        self.entries: dict[int, IndexEntry] = {}
        self._store = store
        self._terms = terms
        self._met: dict[int, tuple[float, float]] = {}

    def read(self, passage_ids: Sequence[int]) -> None:
        """Read those that were not read yet."""
        self.entries |= self._store.entries_of([one for one in passage_ids if one not in self.entries])

    def met(self, one: int) -> tuple[float, float]:
        """The `coverage` of one that is there."""
        if one not in self._met:
            entry = self.entries[one]
            self._met[one] = coverage(self._terms, entry.above, entry.passage.text)
        return self._met[one]


def _order(fused: Sequence[tuple[int, float]], first: Collection[int]) -> _Order:
    """`fused` with those that come `first` behind the first READ, so that they are read too."""
    more = [pair for pair in fused[READ:] if pair[0] in first]
    rest = [pair for pair in fused[READ:] if pair[0] not in first]
    return _Order([*fused[:READ], *more, *rest], READ + len(more), first)
