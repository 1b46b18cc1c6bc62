"""The lexical index against bm25s, an exact BM25 of another make, over the same terms."""

from __future__ import annotations

import random

import numpy as np
import pytest
from archives import make_article, put

from retrieval.article import Article
from retrieval.lexical import LexicalIndex
from retrieval.lexical import index as module
from retrieval.store import Store
from retrieval.terms import terms

bm25s = pytest.importorskip("bm25s", reason="SKIPPED: bm25s is not installed (pip install '.[dev]')")
K1, B = 1.2, 0.75
# tantivy keeps the length of a text in one byte, at most 1/8 too short: so much a score may differ by.
TOLERANCE = 0.12


@pytest.fixture
def filled(store: Store, seed_articles: list[Article]) -> Store:
    for number, article in enumerate(seed_articles[:60]):
        put(store, Article(f"a{number}", "", article.body.replace("\n", " ")))  # no headings: bm25s has one field
    return store


def exact(store: Store) -> tuple[list[int], object]:
    entries = list(store.index_entries())
    vocabulary: dict[str, int] = {}
    tokens = [[vocabulary.setdefault(t, len(vocabulary)) for t in terms(one.passage.text)] for one in entries]
    index = bm25s.BM25(k1=K1, b=B, method="lucene")
    index.index((tokens, vocabulary), show_progress=False)
    return [one.passage.passage_id for one in entries], index


def scores_of(index: object, query: list[str]) -> np.ndarray:
    known = index.vocab_dict
    ids = [known[term] for term in query if term in known]
    return np.asarray(index.get_scores_from_ids(ids)) if ids else np.zeros(index.scores["num_docs"])


def questions(store: Store, count: int) -> list[list[str]]:
    chosen = random.Random(7)
    texts = [one.passage.text for one in store.index_entries()]
    picked = [chosen.choice(texts) for _ in range(count)]
    return [terms(text[(at := chosen.randrange(max(1, len(text) - 20))) : at + 20]) for text in picked]


def test_scores_and_order_are_those_of_bm25s(filled: Store) -> None:
    lexical = LexicalIndex(None, filled.name)
    lexical.sync(filled)
    ids, index = exact(filled)
    same_best = 0
    asked = questions(filled, 120)
    for query in asked:
        right = dict(zip(ids, scores_of(index, query) * (K1 + 1), strict=True))  # bm25s leaves the constant out
        found = lexical.reading().search(query, 10**6)
        assert {one for one, _ in found} == {one for one, score in right.items() if score > 0}
        for one, score in found:
            assert score == pytest.approx(right[one], rel=TOLERANCE, abs=1e-3)
        same_best += found[0][0] == max(right, key=lambda one: (right[one], -one))
    assert same_best >= 0.95 * len(asked)


def test_removed_passages_leave_the_statistics(filled: Store, tmp_path) -> None:
    lexical = LexicalIndex(tmp_path / "lexical", filled.name)
    articles = list(filled.articles())
    for article in articles:  # beyond what is let lie
        for again in range(6):
            put(filled, make_article(f"{article.article_id} {again}", "", article.body))
    lexical.sync(filled)
    for article in articles[::2]:
        for again in range(6):
            filled.remove_article(f"{article.article_id} {again}")
    lexical.sync(filled)
    assert module._is_wasteful(tmp_path / "lexical")
    fresh = LexicalIndex(None, filled.name)
    fresh.sync(filled)
    asked = questions(filled, 20)
    blurred = [dict(lexical.reading().search(query, 50)) for query in asked]
    right = [pytest.approx(dict(fresh.reading().search(query, 50)), rel=1e-5) for query in asked]
    assert blurred != right, "nothing to mend: the test shows nothing"
    lexical.sync(filled, compact=True)
    assert not module._is_wasteful(tmp_path / "lexical")
    assert [dict(lexical.reading().search(query, 50)) for query in asked] == right
    ids, index = exact(filled)
    for query in asked:
        scores = dict(zip(ids, scores_of(index, query) * (K1 + 1), strict=True))
        for one, score in lexical.reading().search(query, 50):
            assert score == pytest.approx(scores[one], rel=TOLERANCE, abs=1e-3)
