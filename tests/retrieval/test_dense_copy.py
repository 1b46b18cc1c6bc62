"""The vector index of a large archive: clusters against exact search, and its copy on disk, whole, stale or damaged."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from archives import ROOT, ingest, record, write_jsonl
from fakes import HashEncoder

from embeddings.encoder import Progress, Role, Vectors
from retrieval import dense as module
from retrieval import nearest
from retrieval.archive import Archive
from retrieval.dense import DenseIndex, keep
from retrieval.dense_cache import Reach
from retrieval.ingest import Ingestor
from retrieval.nearest import Nearest
from retrieval.search import Searcher
from retrieval.store import Store

DIMENSION = 24
_WRITER = """
import sys
from pathlib import Path
sys.path[:0] = [".", "tests"]
from fakes import HashEncoder
from retrieval.archive import Archive
from retrieval.ingest import Ingestor
archive = Archive(Path(sys.argv[1]))
with archive.writing():
    ingestor = Ingestor(archive, HashEncoder(dimension=32))
    ingestor.read([Path(sys.argv[2])])
    ingestor.encode_missing()
archive.close()
"""


@pytest.fixture(autouse=True, params=[1, nearest.BYTES_FROM], ids=["bytes first", "exact at once"])
def looks_at_bytes_from(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearest, "BYTES_FROM", request.param)


def unit(count: int, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    centres = random.standard_normal((12, DIMENSION))
    vectors = centres[random.integers(0, 12, count)] + 0.6 * random.standard_normal((count, DIMENSION))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def write(store: Store, vectors: np.ndarray) -> list[int]:
    with store.transaction() as connection:
        connection.execute(
            "INSERT OR IGNORE INTO articles (article_key, article_id, title, subtitle, author, source, kind, url, body)"
            " VALUES (1, 'a', '', '', '[]', '', '', '', '文')"
        )
        row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'passages'").fetchone()
        before = row[0] if row else 0
        connection.executemany(
            'INSERT INTO passages (article_key, start, "end") VALUES (1, 0, ?)', ((1,) for _ in vectors)
        )
    ids = list(range(before + 1, before + 1 + len(vectors)))
    store.put_vectors(ids, vectors)
    return ids


@pytest.fixture
def big(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store of 3,000 vectors, which counts as large here."""
    monkeypatch.setattr(module, "EXACT_UP_TO", 1000)
    monkeypatch.setattr(module, "KEPT_FROM", 500)
    monkeypatch.setattr(module, "CLUSTERS", 32)
    opened = Store(tmp_path / "archive", create=True)
    write(opened, unit(3000, 1))
    yield opened
    opened.close()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "archive" / "cache" / "dense"


def exact_of(store: Store) -> DenseIndex:
    index = DenseIndex(DIMENSION)
    index.sync(store)
    assert index.is_exact
    return index


def opened(store: Store, place: Path) -> DenseIndex:
    index = DenseIndex(DIMENSION, place)
    index.sync(store)
    return index


def agrees(index: DenseIndex, exact: DenseIndex, among: np.ndarray | None = None, least: float = 0.98) -> None:
    assert len(index) == len(exact)
    shares = []
    for query in unit(40, 2):
        best = dict(exact.search(query, 10, among))
        found = dict(index.search(query, 10, among))
        shares.append(len(best.keys() & found.keys()) / max(1, len(best)))
        assert all(found[one] == pytest.approx(best[one], abs=1e-5) for one in best.keys() & found.keys())
    assert np.mean(shares) >= least


def test_clusters_find_what_exact_search_finds(big: Store, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retrieval.nearest._CLUSTERS_SEARCHED", 12)  # of 32
    assert keep(big, DIMENSION, place)
    index, exact = opened(big, place), exact_of(big)
    assert not index.is_exact
    agrees(index, exact)
    for step, least in (
        (2, 0.98),
        (7, 1.0),
        (500, 1.0),
    ):  # the fewer pass a filter, the more clusters are looked through
        agrees(index, exact, np.arange(1, 3001, step), least)
    query = unit(1, 9)[0]
    assert index.cosines(query, [1, 2, 99999]) == pytest.approx(exact.cosines(query, [1, 2]), abs=1e-5)


def test_clusters_are_the_same_each_time(big: Store, place: Path) -> None:
    found = []
    for _ in range(2):
        index = DenseIndex(DIMENSION, place)
        index.fit(big)
        found.append([index.search(query, 20) for query in unit(10, 3)])
    assert found[0] == found[1]


def test_the_copy_is_followed_by_what_came_after(big: Store, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retrieval.nearest._CLUSTERS_SEARCHED", 32)
    keep(big, DIMENSION, place)
    reader = opened(big, place)
    with big.transaction() as connection:
        connection.execute("DELETE FROM passages WHERE passage_id % 3 = 0")
    new = write(big, unit(50, 4))
    for index in (reader, DenseIndex(DIMENSION, place)):
        index.sync(big)
        assert not index.is_exact
        agrees(index, exact_of(big), least=1.0)
        query = np.frombuffer(next(blob for _, one, blob in big.vectors() if one == new[0]), "<f2").astype(np.float32)
        assert index.search(query, 1)[0][0] == new[0]
        assert not {one for one, _ in index.search(query, 3000)} & set(range(3, 3001, 3))


def test_a_copy_is_written_only_when_it_lacks_much(big: Store, place: Path) -> None:
    assert keep(big, DIMENSION, place)
    state = (place / "state.json").read_bytes()
    write(big, unit(20, 5))
    assert not keep(big, DIMENSION, place)
    assert (place / "state.json").read_bytes() == state
    write(big, unit(400, 6))
    assert keep(big, DIMENSION, place)
    assert len(list(place.glob("vectors-*"))) == 1
    assert json.loads((place / "state.json").read_bytes())["fitted_on"] == 3000


def test_a_small_archive_has_no_copy(tmp_path: Path) -> None:
    store = Store(tmp_path / "small", create=True)
    write(store, unit(100, 1))
    assert not keep(store, DIMENSION, tmp_path / "small" / "cache" / "dense")
    assert not (tmp_path / "small" / "cache").exists()
    store.close()


@pytest.mark.parametrize("damage", ["state gone", "state cut", "state changed", "file gone", "file cut", "bit flipped"])
def test_a_damaged_copy_is_passed_over_and_mended(big: Store, place: Path, damage: str) -> None:
    keep(big, DIMENSION, place)
    state, file = place / "state.json", next(place.glob("vectors-*"))
    if damage.endswith("gone"):
        (state if damage.startswith("state") else file).unlink()
    elif damage == "state changed":
        state.write_text(state.read_text().replace('"deletion": 0', '"deletion": 1'))
    elif damage == "bit flipped":
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 16
        file.write_bytes(content)
    else:
        cut = state if damage.startswith("state") else file
        cut.write_bytes(cut.read_bytes()[:-40])
    index = opened(big, place)
    assert index.is_exact
    agrees(index, exact_of(big), least=1.0)
    assert keep(big, DIMENSION, place)
    assert not opened(big, place).is_exact


def test_the_copy_of_another_archive_or_of_another_past_is_passed_over(big: Store, place: Path, tmp_path: Path) -> None:
    keep(big, DIMENSION, place)
    other = Store(tmp_path / "other", create=True)
    write(other, unit(3000, 8))
    assert opened(other, place).is_exact
    with other.transaction() as connection:  # as if both came from one backup
        connection.execute("UPDATE meta SET value = ? WHERE key = 'archive'", (big.name,))
    index = opened(other, place)
    assert index.is_exact
    agrees(index, exact_of(other), least=1.0)
    other.close()


def test_a_reader_takes_the_copy_that_another_process_made(big: Store, place: Path) -> None:
    reader = opened(big, place)
    assert reader.is_exact
    assert not reader.has_better_copy(big)
    keep(big, DIMENSION, place)
    assert reader.has_better_copy(big)
    reader.sync(big)
    assert not reader.is_exact
    assert not reader.has_better_copy(big)


def test_a_copy_that_is_taken_never_finds_what_was_removed_since(
    big: Store, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(big, DIMENSION, place)
    with big.transaction() as connection:
        connection.execute("DELETE FROM passages WHERE passage_id = 7")
    taken: list[list[int]] = []
    become = DenseIndex._become

    def spy(index: DenseIndex, nearest: Nearest, reach: Reach) -> None:
        become(index, nearest, reach)
        taken.append(nearest.known([6, 7, 8]))  # as another thread may search it from here on

    monkeypatch.setattr(DenseIndex, "_become", spy)
    reader = opened(big, place)
    assert not reader.is_exact
    assert taken == [[6, 8]]
    agrees(reader, exact_of(big), least=0.9)


def test_written_then_read_is_the_same(tmp_path: Path) -> None:
    vectors = unit(300, 1)
    for index in (Nearest.exact(DIMENSION), Nearest.clustered(vectors, 8)):
        index.add(range(5, 305), vectors)
        index.remove([7, 8, 100000])
        index.write(tmp_path / "x")
        again = Nearest.read(tmp_path / "x")
        assert (len(again), again.is_exact) == (298, index.is_exact)
        assert dict(again.search(vectors[0], 300)) == pytest.approx(dict(index.search(vectors[0], 300)), abs=1e-6)
        assert again.known([5, 7, 9, -1, 10**6]) == [5, 9]
        again.remove([5])
        again.add([9, 400], vectors[:2])
        assert again.search(vectors[0], 1)[0][0] == 9


def test_ingest_keeps_a_copy_of_many_vectors(
    tmp_path: Path, encoder: HashEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEPT_FROM", 3)
    archive = Archive(tmp_path / "archive", create=True)
    source = write_jsonl(tmp_path / "a.jsonl", [record(f"a{n}", f"第{n}号泵站检修完成。") for n in range(9)])
    with archive.writing():
        ingestor = Ingestor(archive, encoder)
        ingestor.read([source])
        ingestor.encode_missing()
    assert (tmp_path / "archive" / "cache" / "dense" / "state.json").exists()
    assert len(Searcher(archive, encoder).search("泵站检修", limit=20).hits) == 9
    archive.close()


def test_an_interrupted_vector_run_repeats_nothing(
    tmp_path: Path, encoder: HashEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retrieval.ingest._VECTOR_BATCH", 4)
    encoded: list[str] = []
    left = iter([True, True, False])

    class Interrupted(HashEncoder):
        def encode(self, texts: Sequence[str], role: Role, progress: Progress | None = None) -> Vectors:
            if not next(left, True):
                raise KeyboardInterrupt
            encoded.extend(texts)
            return super().encode(texts, role, progress)

    archive = Archive(tmp_path / "archive", create=True)
    source = write_jsonl(tmp_path / "a.jsonl", [record(f"a{n}", f"第{n}号泵站检修完成。") for n in range(15)])
    ingestor = Ingestor(archive, Interrupted(dimension=32))
    ingestor.read([source])
    with pytest.raises(KeyboardInterrupt):
        ingestor.encode_missing()
    assert archive.store.vector_count() == 8
    archive.close()
    archive = Archive(tmp_path / "archive")
    assert Ingestor(archive, Interrupted(dimension=32)).encode_missing() == 7
    assert len(encoded) == len(set(encoded)) == archive.store.vector_count() == 15
    archive.close()


def test_a_searcher_sees_at_its_next_search_what_another_process_wrote(tmp_path: Path, encoder: HashEncoder) -> None:
    archive = Archive(tmp_path / "archive", create=True)
    ingest(archive, [write_jsonl(tmp_path / "a.jsonl", [record("a", "一号泵站检修完成。")])])
    searcher = Searcher(archive, encoder)
    assert {one.passage.article_id for one in searcher.search("泵站检修").hits} == {"a"}
    source = write_jsonl(tmp_path / "b.jsonl", [record("b", "二号泵站检修完成。")])
    subprocess.run([sys.executable, "-c", _WRITER, archive.directory, source], cwd=ROOT, check=True)
    result = searcher.search("泵站检修")
    assert {one.passage.article_id for one in result.hits} == {"a", "b"}
    assert all(one.dense is not None for one in result.hits if one.passage.article_id == "b")
    archive.close()
