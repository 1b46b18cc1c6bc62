"""The first look at bytes in clusters against float16 in the same clusters, and against comparing every vector."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from retrieval import nearest
from retrieval.nearest import Nearest
from retrieval.nearest_bytes import Levels, largest_component

DIMENSION = 96
COUNT, CLUSTERS, SEARCHED = 4000, 32, 12


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearest, "BYTES_FROM", 1000)
    monkeypatch.setattr(nearest, "_CLUSTERS_SEARCHED", SEARCHED)


def alike(count: int, seed: int) -> np.ndarray:
    """Unit vectors around 40 centres, all of them as near to each other as a text encoder's are."""
    rng, fixed = np.random.default_rng(seed), np.random.default_rng(0)
    common, centres = 2.0 * fixed.standard_normal(DIMENSION), fixed.standard_normal((40, DIMENSION))
    vectors = common + 0.7 * centres[rng.integers(0, 40, count)] + 0.4 * rng.standard_normal((count, DIMENSION))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def written(vectors: np.ndarray, path: Path) -> Path:
    """A copy as the writing side leaves it, of vectors numbered from 0."""
    index = Nearest.clustered(vectors, CLUSTERS)
    index.add(range(len(vectors)), vectors)
    index.write(path)
    return path


@pytest.fixture
def vectors() -> np.ndarray:
    return alike(COUNT, 1)


@pytest.fixture
def copy(vectors: np.ndarray, tmp_path: Path) -> Path:
    return written(vectors, tmp_path / "copy")


def found(index: Nearest, query: np.ndarray, limit: int, among: np.ndarray | None = None) -> list[int]:
    return [one for one, _ in index.search(query, limit, among)]


def exact(vectors: np.ndarray, query: np.ndarray, limit: int) -> list[int]:
    return np.argsort(-(vectors.astype(np.float16).astype(np.float32) @ query), kind="stable")[:limit].tolist()


def test_the_best_are_those_of_float16_in_the_same_clusters(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = Nearest.read(copy)
    assert index.looks_at_bytes
    monkeypatch.setattr(nearest, "BYTES_FROM", COUNT + 1)
    plain = Nearest.read(copy)
    assert not plain.looks_at_bytes
    every_third = np.arange(0, COUNT, 3)
    for query in alike(30, 2):
        for among in (None, every_third, np.array([5, 6, 10**6])):
            best, theirs = index.search(query, 10, among), plain.search(query, 10, among)
            assert [one for one, _ in best] == [one for one, _ in theirs]
            assert [score for _, score in best] == pytest.approx([score for _, score in theirs], abs=1e-5)
        assert len(set(found(index, query, 100)) & set(found(plain, query, 100))) >= 99


def test_nearly_all_of_the_exact_best_are_found(vectors: np.ndarray, copy: Path) -> None:
    index = Nearest.read(copy)
    shares = [len({*found(index, query, 10)} & {*exact(vectors, query, 10)}) / 10 for query in alike(50, 3)]
    assert np.mean(shares) >= 0.98


def test_two_threads_find_the_same_as_one(copy: Path) -> None:
    index, among = Nearest.read(copy), np.arange(0, COUNT, 3)
    with ThreadPoolExecutor(1) as beside:
        for query in alike(10, 4):
            assert index.search(query, 50, None, beside) == index.search(query, 50)
            assert index.search(query, 50, among, beside) == index.search(query, 50, among)
            assert index.search(query, 5, np.array([7]), beside) == index.search(query, 5, np.array([7]))


def test_one_cluster_and_a_second_thread(vectors: np.ndarray, copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearest, "_CLUSTERS_SEARCHED", 1)
    index = Nearest.read(copy)
    with ThreadPoolExecutor(1) as beside:
        assert index.search(vectors[9], 1, None, beside)[0][0] == 9


def test_what_was_removed_added_or_replaced_is_found_as_it_is(
    vectors: np.ndarray, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nearest, "_CLUSTERS_SEARCHED", CLUSTERS)
    index, new = Nearest.read(copy), alike(50, 5)
    index.remove([7, 3999, 0, 1000])
    assert not {7, 3999, 0, 1000} & {*found(index, vectors[7], COUNT)}
    index.add(range(5000, 5050), new)
    index.add([5], new[:1])
    assert index.looks_at_bytes
    assert found(index, new[0], 2) == [5, 5000]
    assert found(index, new[49], 1) == [5049]
    held = np.setdiff1d(np.arange(COUNT), [7, 3999, 0, 1000, 5])
    ids = np.concatenate([held, [5], np.arange(5000, 5050)])
    together = np.concatenate([vectors[held], new[:1], new])
    for query in (vectors[5], vectors[7], new[20]):
        assert set(found(index, query, 20)) == set(ids[exact(together, query, 20)].tolist())


def test_larger_components_widen_the_range(vectors: np.ndarray, copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearest, "_CLUSTERS_SEARCHED", CLUSTERS)
    index = Nearest.read(copy)
    assert largest_component(vectors) < 0.5
    # Two components, both beyond the others' range: taken for its end these would all be the same.
    shares = np.linspace(0.6, 0.8, 60)
    peaks = np.zeros((60, DIMENSION), np.float32)
    peaks[:, 0], peaks[:, 1] = shares, np.sqrt(1 - shares**2)
    index.add(range(COUNT, COUNT + 60), peaks)
    assert [found(index, peak, 1) for peak in peaks] == [[COUNT + exact(peaks, peak, 1)[0]] for peak in peaks]
    assert found(index, vectors[3], 1) == [3]


def test_the_writing_side_keeps_no_bytes(vectors: np.ndarray) -> None:
    index = Nearest.clustered(vectors, CLUSTERS)
    index.add(range(COUNT), vectors)
    assert not index.looks_at_bytes
    assert found(index, vectors[3], 1) == [3]


def test_every_float16_has_one_byte() -> None:
    every = np.arange(2**16, dtype=np.uint16).view(np.float16)
    levels = Levels(0.4)
    finite = every[np.isfinite(every)]
    assert np.array_equal(levels.bytes_of(every), levels.of(every).astype(np.uint8))
    assert levels.of(np.array([0.0, 0.4, -0.4, 9.0, -9.0, np.nan])).tolist() == [128, 230, 26, 255, 0, 0]
    assert np.all(np.diff(levels.bytes_of(np.sort(finite)).astype(int)) >= 0)


def test_the_largest_component_is_that_of_either_sign() -> None:
    rows = np.array([[0.25, -0.5], [0.125, 0.0]], np.float32)
    for one in (rows, rows.astype(np.float16), -rows, -rows.astype(np.float16)):
        assert largest_component(one) == 0.5
    for nothing in (rows[:0], np.zeros((1, 2), np.float32), np.zeros((1, 2), np.float16)):
        assert 0 < largest_component(nothing.astype(np.float16)) < 1e-4
        assert 0 < largest_component(nothing) < 1e-4
    assert largest_component(np.array([[9.0, np.nan]], np.float16)) == 1.0
