"""The first look at bytes against comparing every vector."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from retrieval import nearest
from retrieval.nearest import Nearest
from retrieval.nearest_bytes import ByteVectors

DIMENSION = 384


def alike(count: int, seed: int) -> np.ndarray:
    """Unit vectors as near to each other as a text encoder's are: cosines of about 0.8."""
    rng = np.random.default_rng(seed)
    common = np.random.default_rng(0).standard_normal(DIMENSION)
    vectors = common + 0.5 * rng.standard_normal((count, DIMENSION))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def exact(vectors: np.ndarray, query: np.ndarray, limit: int) -> list[int]:
    scores = vectors.astype(np.float16).astype(np.float32) @ query
    return np.argsort(-scores, kind="stable")[:limit].tolist()


def found(index: Nearest, query: np.ndarray, limit: int, among: np.ndarray | None = None) -> list[int]:
    return [one for one, _ in index.search(query, limit, among)]


def held(vectors: np.ndarray) -> Nearest:
    index = Nearest.exact(DIMENSION)
    index.add(range(len(vectors)), vectors)
    return index


def test_the_best_are_those_of_comparing_every_vector() -> None:
    vectors, queries = alike(nearest.BYTES_FROM, 1), alike(20, 2)
    index = held(vectors)
    assert index.looks_at_bytes
    for query in queries:
        assert set(found(index, query, 100)) == set(exact(vectors, query, 100))
        assert found(index, query, 10) == exact(vectors, query, 10)
        assert [score for _, score in index.search(query, 10)] == pytest.approx(
            sorted(vectors @ query, reverse=True)[:10], abs=1e-3
        )


def test_two_threads_find_the_same_as_one() -> None:
    vectors = alike(nearest.BYTES_FROM, 6)
    index = held(vectors)
    index.add(range(20_000, 20_010), alike(10, 7))
    gone = np.r_[3_000:6_000, 9_000:9_600]  # of either half
    index.remove(gone.tolist())
    among = np.arange(0, 20_010, 3)
    with ThreadPoolExecutor(1) as beside:
        for query in alike(10, 8):
            assert index.search(query, 50, None, beside) == index.search(query, 50)
            assert index.search(query, 50, among, beside) == index.search(query, 50, among)
    rest = np.setdiff1d(np.arange(len(vectors)), gone)
    for row in (7, 9_300, 9_900):
        assert set(found(index, vectors[row], 9)) == set(rest[exact(vectors[rest], vectors[row], 9)].tolist())


def test_few_are_compared_at_once() -> None:
    assert not held(alike(nearest.BYTES_FROM - 1, 1)).looks_at_bytes


def test_larger_components_widen_the_range(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearest, "BYTES_FROM", 1)
    vectors = alike(3000, 3)
    index = held(vectors)
    peaks = np.eye(DIMENSION, dtype=np.float32)[:40]  # 1 where an encoder's components are below 0.2
    index.add(range(3000, 3040), peaks)
    together = np.concatenate([vectors, peaks])
    for row in (3000, 3039, 5):
        near = exact(together, together[row], 10)
        assert found(index, together[row], 10)[:3] == near[:3]
        assert len(set(found(index, together[row], 10)) & set(near)) >= 9


def test_what_was_removed_or_replaced_is_not_found_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearest, "BYTES_FROM", 1)
    vectors = alike(2000, 4)
    index = held(vectors)
    index.remove([7, 1999, 0, 1000])
    rest = np.setdiff1d(np.arange(2000), [7, 1999, 0, 1000])
    query = vectors[7]
    assert found(index, query, 50) == rest[exact(vectors[rest], query, 50)].tolist()
    index.add([5, 7], vectors[[7, 9]])
    assert set(found(index, query, 1)) == {5}
    vectors[[5, 7]] = vectors[[7, 9]]
    among = np.array([5, 6, 7, 8, 9, 1000])
    assert found(index, query, 3, among) == among[:5][exact(vectors[among[:5]], query, 3)].tolist()
    assert found(index, query, 10, np.array([1000])) == []


def test_a_copy_is_looked_at_in_the_same_way(tmp_path: Path) -> None:
    vectors = alike(nearest.BYTES_FROM, 5)
    index = held(vectors)
    path = tmp_path / "copy"
    index.write(path)
    again = Nearest.read(path)
    assert again.looks_at_bytes
    assert again.search(vectors[3], 40) == index.search(vectors[3], 40)


def test_components_beyond_the_range_are_taken_for_the_largest() -> None:
    rows = ByteVectors(16, 0.5)
    rows.add(np.array([[0.5] * 16, [-0.5] * 16], np.float32))
    assert rows.search(np.full(16, 3.0, np.float32), 2).tolist() == [0, 1]
    assert rows.search(np.full(16, -3.0, np.float32), 2).tolist() == [1, 0]
    assert rows.search(np.full(16, -3.0, np.float32), 5, np.array([True, False])).tolist() == [0]
