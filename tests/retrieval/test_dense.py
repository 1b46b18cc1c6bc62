"""The vector index against exact search by numpy."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from archives import ENCODER, encode_all, exact_cosines, make_article, put

from embeddings import Role
from retrieval import nearest
from retrieval.article import Article
from retrieval.attributes import Attributes
from retrieval.dense import DenseIndex
from retrieval.filters import Filters
from retrieval.store import Store


@pytest.fixture(autouse=True, params=[1, nearest.BYTES_FROM], ids=["bytes first", "exact at once"])
def looks_at_bytes_from(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearest, "BYTES_FROM", request.param)


def query(text: str) -> np.ndarray:
    return ENCODER.encode([text], Role.QUERY)[0]


def check(dense: DenseIndex, store: Store, among: np.ndarray | None = None) -> None:
    assert len(dense) == store.vector_count()
    for text in ("汛期水位", "公交", "x"):
        exact = exact_cosines(store, query(text))
        if among is not None:
            exact = {one: exact[one] for one in among.tolist() if one in exact}
        got = dense.search(query(text), 1000, among)
        assert dict(got) == pytest.approx(exact, abs=1e-5)
        assert len(got) == len(exact)
        assert got == sorted(got, key=lambda pair: (-pair[1], pair[0]))
        best = sorted(exact.values(), reverse=True)[:3]
        assert [score for _, score in dense.search(query(text), 3, among)] == pytest.approx(best, abs=1e-5)
        assert dense.cosines(query(text), [*exact, 99999]) == pytest.approx(exact, abs=1e-5)


def test_nothing(store: Store) -> None:
    dense = DenseIndex(ENCODER.dimension)
    dense.sync(store)
    check(dense, store)
    assert dense.cosines(query("x"), []) == {}


def test_in_step_with_the_store(store: Store, corpus: list[Article]) -> None:
    dense = DenseIndex(ENCODER.dimension)
    for article in corpus:
        put(store, article)
    dense.sync(store)
    check(dense, store)
    encode_all(store)
    dense.sync(store)
    check(dense, store)
    assert len(dense) == 12
    store.remove_article("a4")
    store.remove_article("a11")
    dense.sync(store)
    check(dense, store)
    put(store, corpus[4])  # again, and one changed: new passages without vectors yet
    put(store, make_article("a5", "新题", "新文。"))
    dense.sync(store)
    check(dense, store)
    assert len(dense) == 9
    encode_all(store)
    dense.sync(store)
    check(dense, store)
    fresh = DenseIndex(ENCODER.dimension)
    fresh.sync(store)
    assert fresh.search(query("汛期"), 100) == dense.search(query("汛期"), 100)


@pytest.mark.parametrize("again", [0, 5, 12])
def test_vectors_cleared_and_made_anew(store: Store, corpus: list[Article], again: int) -> None:
    dense = DenseIndex(ENCODER.dimension)
    for article in corpus:
        put(store, article)
    encode_all(store)
    dense.sync(store)
    store.clear_vectors("other")
    entries = store.passages_without_vector(again) if again else []
    other = np.roll(ENCODER.encode([one.passage.text for one in entries], Role.PASSAGE), 1, axis=1)
    store.put_vectors([one.passage.passage_id for one in entries], other)
    dense.sync(store)
    check(dense, store)
    assert len(dense) == again


def test_vectors_come_and_go_between_two_looks(store: Store, corpus: list[Article]) -> None:
    dense = DenseIndex(ENCODER.dimension)
    for _ in range(3):
        for article in corpus[:6]:
            put(store, article)
        encode_all(store)
        dense.sync(store)
        for article in corpus[:6]:
            store.remove_article(article.article_id)
        for article in corpus[6:]:
            put(store, article)
        encode_all(store)
        store.remove_article("a7")
        dense.sync(store)
        check(dense, store)


def test_filters(store: Store, corpus: list[Article]) -> None:
    dense = DenseIndex(ENCODER.dimension)
    for article in corpus:
        put(store, article)
    encode_all(store)
    dense.sync(store)
    for filters in (Filters("2025"), Filters(until="2024"), Filters(source="澄江日报"), Filters("2030")):
        check(dense, store, Attributes().passing(store, filters))
    assert dense.search(query("x"), 0) == []
    assert dense.search(query("x"), -1) == []


def test_a_large_index_in_batches(store: Store) -> None:
    count = 20_000
    with store.transaction() as connection:
        connection.execute(
            "INSERT INTO articles (article_id, title, subtitle, author, source, kind, url, body)"
            " VALUES ('a', '', '', '[]', '', '', '', '文')"
        )
        connection.executemany(
            'INSERT INTO passages (article_key, start, "end") VALUES (1, 0, ?)', ((1,) for _ in range(count))
        )
    vectors = np.random.default_rng(1).standard_normal((count, ENCODER.dimension)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    ids = [one.passage.passage_id for one in store.index_entries()]
    store.put_vectors(ids, vectors)
    dense = DenseIndex(ENCODER.dimension)
    dense.sync(store)
    scores = vectors.astype(np.float16).astype(np.float32) @ vectors[7]
    best = dense.search(vectors[7], 200)
    assert [one for one, _ in best] == [ids[row] for row in np.argsort(-scores, kind="stable")[:200]]
    with store.transaction() as connection:
        connection.execute("DELETE FROM passages WHERE passage_id % 2 = 0")
    dense.sync(store)
    assert len(dense) == count // 2
    assert [one for one, _ in dense.search(vectors[7], 30)] == [one for one, _ in best if one % 2][:30]


def test_searches_while_it_follows(store: Store, corpus: list[Article]) -> None:
    dense = DenseIndex(ENCODER.dimension)
    put(store, corpus[0])
    encode_all(store)
    dense.sync(store)
    stop, errors = threading.Event(), []

    def look() -> None:
        try:
            while not stop.is_set():
                got = dict(dense.search(query("汛期水位"), 100))
                assert 1 in got
                assert all(-1.01 < score < 1.01 for score in got.values())
                dense.cosines(query("水"), [1, 2, 3])
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for turn in range(15):
        for article in corpus[1:]:
            put(store, make_article(article.article_id, f"{turn}", article.body))
        encode_all(store)
        dense.sync(store)
    stop.set()
    for thread in threads:
        thread.join()
    assert errors == []
    check(dense, store)


def test_vectors_of_another_length_are_refused(tmp_path: Path, corpus: list[Article]) -> None:
    store = Store(tmp_path, create=True)
    put(store, corpus[0])
    store.put_vectors([1], np.ones((1, 7), np.float32))
    with pytest.raises(ValueError, match="7"):
        DenseIndex(8).sync(store)
    store.close()
