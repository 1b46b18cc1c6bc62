"""What the lexical index finds, as the store holds it now.

While another process writes, the index is behind the store: it finds passages of articles that have been replaced or
removed since. An article that is found by what it was is taken as it is, so that none is ever missing while it is being
replaced, however long the index takes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import chain, islice

from retrieval.filters import Filters
from retrieval.lexical import Reading
from retrieval.store import IndexEntry, Store

_MORE = 4  # times as many are looked for where too many are gone
_MOST_SCORED = 2000  # passages of articles that were replaced, shared out among them; scoring one takes up to 0.3 ms


def candidates(
    reading: Reading,
    store: Store,
    query: Sequence[str],
    limit: int,
    filters: Filters,
    *,
    phrases: Sequence[Sequence[str]] = (),
    gone: Collection[int] = (),
) -> dict[int, float]:
    """BM25 scores of the best passages that are in the store, by id; `limit` and sometimes some more.

    Those that the index does not hold yet have about the score that they will have. `gone` are passages found in
    another way that are not in the store any more: their articles are looked at too.
    """
    asked, scores, looked_at = limit, dict[int, float](), set[str]()
    while True:
        found = reading.search(query, asked, filters, phrases)
        here = store.present([one for one, _ in found])
        missing = [one for one, _ in found if one not in here]
        articles = store.held(reading.articles_of([*missing, *gone])) if missing or gone else []
        for entry in _first_of_each(store, [one for one in articles if one not in looked_at]):
            if _may_be_found(reading, entry, filters, phrases) and (score := reading.score(entry, query)) > 0:
                scores[entry.passage.passage_id] = score
        looked_at.update(articles)
        if len(here | scores.keys()) >= limit or len(found) < asked:
            return scores | {one: score for one, score in found if one in here}
        asked *= _MORE


def _first_of_each(store: Store, articles: Sequence[str]) -> Iterator[IndexEntry]:
    """Passages of `articles` that were replaced, of each the first, so that a long one leaves room for the others."""
    most = max(1, _MOST_SCORED // max(1, len(articles)))
    return chain.from_iterable(islice(store.entries_of_articles([one]), most) for one in articles)


def _may_be_found(reading: Reading, entry: IndexEntry, filters: Filters, phrases: Sequence[Sequence[str]]) -> bool:
    return filters.passes(entry.published, entry.source) and reading.holds_phrases(entry, phrases)
