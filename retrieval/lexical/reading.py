"""The index as it stood at one moment: what a search asks of it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence

import tantivy

from retrieval.filters import Filters
from retrieval.lexical.fields import SEARCHED, new_index, query_of
from retrieval.lexical.files import View
from retrieval.names import Names
from retrieval.store import IndexEntry
from retrieval.terms import fold, terms

_SATURATION = 1.2  # BM25's k1 in tantivy
# Of more passages than this only the terms are looked for that at most this share of them hold: the others tell little
# and cost most. Among a million, questions of DRCD test (250) and CMRC trial (250): the right article among the best
# 100 as often with as without them (0.996, 0.988), among the best 20 in 0.980 (0.988), 0.988 (0.988); p50 43 → 16 and
# 28 → 10 ms.
_LARGE, _COMMON_SHARE = 100_000, 0.2


class Reading:
    """One state of the index, however often it is written meanwhile; nothing at all where there is none."""

    def __init__(self, view: View | None) -> None:
        """Read `view`."""
        index = view.index if view else new_index(None)
        self._searcher, self._schema = index.searcher(), index.schema
        self._names: Names = view.names if view else Names()
        self._found: dict[Hashable, list[tuple[int, float]]] = {}

    def terms(self, text: str) -> list[str]:
        """The terms to search for: those of `text` and of the listed names in it."""
        return terms(text) + self._names.terms(text)

    def search(
        self,
        query: Sequence[str],
        limit: int,
        filters: Filters | None = None,
        phrases: Sequence[Sequence[str]] = (),
    ) -> list[tuple[int, float]]:
        """(passage_id, BM25 score) of the best passages that hold any of the terms `query`, best first.

        Only such as hold all terms of each of `phrases` in their text or above it, in title and headings. In a large
        index very common terms are left out, unless too few passages are found without them. What was found is
        remembered: one who waits for something else may look beforehand.
        """
        key = (tuple(query), limit, filters, tuple(map(tuple, phrases)))
        if key not in self._found:
            self._found[key] = self._search(query, limit, filters, phrases)
        return self._found[key]

    def _search(
        self, query: Sequence[str], limit: int, filters: Filters | None, phrases: Sequence[Sequence[str]]
    ) -> list[tuple[int, float]]:
        if not self._searcher.num_docs or not query or limit < 1:
            return []
        telling = self._telling(query)
        found = self._best(telling, limit, filters, phrases)
        if len(found) < limit and len(telling) < len(query):
            found = self._best(query, limit, filters, phrases)
        return found

    def _telling(self, query: Sequence[str]) -> Sequence[str]:
        """Those of `query` that are looked for first: the rare ones; all where none is, or where the index is small."""
        total = self._searcher.num_docs
        if total <= _LARGE:
            return query
        rare = {one for one in dict.fromkeys(query) if self._searcher.doc_freq("text", one) <= _COMMON_SHARE * total}
        return [one for one in query if one in rare] or query

    def _best(
        self, query: Sequence[str], limit: int, filters: Filters | None, phrases: Sequence[Sequence[str]]
    ) -> list[tuple[int, float]]:
        searcher = self._searcher
        # tantivy makes room for `limit` results beforehand
        asked = query_of(self._schema, query, self._names, filters, phrases)
        found = searcher.search(asked, min(limit, int(searcher.num_docs)), count=False)
        ids = searcher.fast_field_values("passage_id", [address for _, address in found.hits])
        scores = [float(score) for score, _ in found.hits]
        # Equal scores in the order of ids: tantivy's own order depends on how its segments were merged.
        pairs = [(int(one or 0), score) for one, score in zip(ids, scores, strict=True)]
        return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))

    def articles_of(self, passage_ids: Sequence[int]) -> list[str]:
        """Ids of the articles that the index knows these passages to be of, each once."""
        searcher = self._searcher
        if not passage_ids:
            return []
        asked = tantivy.Query.term_set_query(self._schema, "passage_id", [int(one) for one in passage_ids])
        found = searcher.search(asked, len(passage_ids), count=False)
        return list(dict.fromkeys(str(searcher.doc(address)["article_id"][0]) for _, address in found.hits))

    def rarity(self, words: Sequence[str]) -> dict[str, float]:
        """Inverse document frequency of each term, as BM25 has it: ln(1 + (N - n + 0.5) / (n + 0.5))."""
        return {word: self._rarity("text", word) for word in words}

    def _rarity(self, field: str, word: str) -> float:
        total = self._searcher.num_docs
        if not total:
            return 1.0
        count = min(self._searcher.doc_freq(field, word), total)
        return math.log(1 + (total - count + 0.5) / (count + 0.5))

    def score(self, entry: IndexEntry, query: Sequence[str]) -> float:
        """About the BM25 score of a passage that the index does not hold yet: its length is taken for an average one.

        0 where it holds no term of `query`.
        """
        query, score = self._telling(query), 0.0
        for (field, boost), text in zip(SEARCHED, (entry.passage.text, entry.above), strict=True):
            held = self._held(text, query)
            for term, times in Counter(query).items():
                if count := held[term]:
                    saturated = count * (_SATURATION + 1) / (count + _SATURATION)
                    score += boost * times * self._names.weight(term) * self._rarity(field, term) * saturated
        return score

    def _held(self, text: str, query: Sequence[str]) -> Counter[str]:
        """How often `text` holds each term; nothing where it has no term of `query`, which is quickly seen."""
        folded = fold(text)
        # A number may stand there written in another way.
        if not any(term in folded or not term.isalpha() for term in query):
            return Counter()
        return Counter(self.terms(text))

    def holds_phrases(self, entry: IndexEntry, phrases: Sequence[Sequence[str]]) -> bool:
        """Whether a passage that the index does not hold yet has all terms of each phrase in its text or above it."""
        fields = [set(self.terms(text)) for text in (entry.passage.text, entry.above)] if phrases else []
        return all(any(held.issuperset(phrase) for held in fields) for phrase in phrases)
