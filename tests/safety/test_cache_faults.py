"""Whatever happens to the caches, an archive finds what it found: bits flipped, files cut, swapped or gone.

WENBAO_LONG_TESTS=1 tries far more places in every file.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes import HashEncoder

from embeddings import Role
from retrieval import dense
from retrieval.archive import Archive
from retrieval.article import Article
from retrieval.ingest import Ingestor, encoded_text
from retrieval.passages import split_passages
from retrieval.search import Searcher

ENCODER = HashEncoder(dimension=32)
LONG = bool(os.environ.get("WENBAO_LONG_TESTS"))
FLIPS, CUTS = (40, 20) if LONG else (1, 1)
QUERIES = ("zq7qz", "“公交延长”到哪里", "汛期泵站检修")
ALL = 10_000

Found = list[tuple[tuple[str, str, float, float], ...]]
Fault = Callable[[Path], None]


def put(archive: Archive, number: int, text: str) -> None:
    body = f"zq{number}qz。" + "\n".join(f"{number}号{text}第{part}次。" + "汛期水位上涨。" * 40 for part in range(2))
    spans = split_passages(body, ENCODER.count_tokens, ENCODER.max_tokens)
    archive.store.put_article(Article(f"a{number}", f"第{number}号", body, published="2025-05-16"), spans, None)


def encode(archive: Archive) -> None:
    with archive.writing():
        Ingestor(archive, ENCODER).encode_missing()


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Archive]:
    """Large enough, here, for clusters on disk; the lexical index has two segments and removed passages."""
    monkeypatch.setattr(dense, "EXACT_UP_TO", 30)
    monkeypatch.setattr(dense, "KEPT_FROM", 20)
    monkeypatch.setattr(dense, "CLUSTERS", 8)
    made = Archive(tmp_path / "archive", create=True)
    for number in range(20):
        put(made, number, "泵站检修")
    made.sync_lexical()
    for number in range(18, 22):
        put(made, number, "公交延长")
    made.store.remove_article("a4")
    encode(made)
    made.sync_lexical()
    made.keep_vectors(ENCODER.dimension)
    yield made
    made.close()


def look(directory: Path) -> Found:
    """What each query finds, in an archive opened anew; the indexes are as the store afterwards."""
    archive = Archive(directory)
    try:
        searcher = Searcher(archive, ENCODER)
        found = [
            tuple(
                (one.passage.article_id, one.passage.text, one.lexical, one.dense or 0.0)
                for one in searcher.search(query, limit=ALL).hits
            )
            for query in QUERIES
        ]
        assert archive.lexical.is_current(archive.store)
        assert not archive.lexical.in_memory, "it was made anew on disk"
        assert len(searcher._dense) == archive.store.vector_count() > 30
        return found
    finally:
        archive.close()


def same(found: Found, right: Found) -> bool:
    """Whether the same passages are found, in the same order; an index made anew may differ a little in BM25, as
    removed passages do not count any more.
    """
    pairs = [zip(hits, others, strict=True) for hits, others in zip(found, right, strict=True)]
    return [len(hits) for hits in found] == [len(hits) for hits in right] and all(
        one[:2] == other[:2]
        and one[2] == pytest.approx(other[2], rel=0.2)
        and one[3] == pytest.approx(other[3], abs=2e-6)
        for hits in pairs
        for one, other in hits
    )


def files_of(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


def flip(chosen: random.Random) -> Fault:
    def fault(path: Path) -> None:
        content = bytearray(path.read_bytes())
        if content:
            content[chosen.randrange(len(content))] ^= 1 << chosen.randrange(8)
        path.write_bytes(content)

    return fault


def cut(chosen: random.Random) -> Fault:
    return lambda path: os.truncate(path, chosen.randrange(max(1, path.stat().st_size)))


def block_of(filling: bytes, chosen: random.Random) -> Fault:
    def fault(path: Path) -> None:
        content = bytearray(path.read_bytes())
        at = chosen.randrange(len(content) + 1)
        content[at : at + 512] = (filling * 512)[: len(content[at : at + 512])]
        path.write_bytes(content)

    return fault


def faults(name: Path, chosen: random.Random) -> Iterator[Fault]:
    """What may happen to one file; most of a flipped vector's bits matter little."""
    yield from (flip(chosen) for _ in range(FLIPS * (8 if name.suffix == ".faiss" else 1)))
    yield from (cut(chosen) for _ in range(CUTS))
    yield Path.unlink
    if LONG:
        yield lambda path: os.truncate(path, 0)
        yield from (block_of(filling, chosen) for filling in (b"\0", b"\xff", b"\x00\x7f{"))
        yield lambda path: path.write_bytes(path.read_bytes() * 2)
        yield lambda path: path.write_bytes(chosen.choice(files_of(path.parent)).read_bytes())


@pytest.mark.timeout(1200)
def test_a_fault_in_any_file_changes_nothing_that_is_found(archive: Archive, tmp_path: Path) -> None:
    directory, kept, chosen = archive.directory, tmp_path / "kept", random.Random(5)
    right = look(directory)
    assert len(right[2]) > 10
    shutil.copytree(directory / "cache", kept)
    files = [path.relative_to(kept) for path in files_of(kept)]
    assert {".faiss", ".del", ".json", ".store"} <= {path.suffix for path in files}
    tried = 0
    for name in files:
        for fault in faults(name, chosen):
            fault(directory / "cache" / name)
            assert same(look(directory), right), f"{name} after fault {tried}"
            tried += 1
            shutil.rmtree(directory / "cache")
            shutil.copytree(kept, directory / "cache")
    print(f"{tried} faults in {len(files)} files")


@pytest.mark.parametrize("gone", ["cache", "cache/lexical", "cache/dense", "cache/lexical/meta.json"])
def test_gone_while_it_is_open(archive: Archive, gone: str) -> None:
    reader = Archive(archive.directory)
    searcher = Searcher(reader, ENCODER)
    before = searcher.search(QUERIES[2], limit=ALL)
    path = archive.directory / gone
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert searcher.search(QUERIES[2], limit=ALL) == before
    put(archive, 77, "大桥通车")
    assert "a77" in {one.passage.article_id for one in searcher.search("大桥通车", limit=ALL).hits}
    encode(archive)
    archive.keep_vectors(ENCODER.dimension)
    reader.close()
    assert "a77" in {one[0] for one in look(archive.directory)[2]}


def test_every_file_damaged_at_once_is_mended(archive: Archive) -> None:
    right = look(archive.directory)
    cache = archive.directory / "cache"
    for path in files_of(cache):
        flip(random.Random(1))(path)
    assert same(look(archive.directory), right)
    archive.keep_vectors(ENCODER.dimension)
    again = Archive(archive.directory)
    assert again.damaged_caches() == []
    again.close()
    assert same(look(archive.directory), right)


def test_vectors_are_those_of_the_texts(archive: Archive) -> None:
    """What the searches above compare with is right itself."""
    texts = [encoded_text(one) for one in archive.store.index_entries()]
    query = ENCODER.encode([QUERIES[2]], Role.QUERY)[0]
    cosines = sorted((ENCODER.encode(texts, Role.PASSAGE) @ query).tolist(), reverse=True)
    hits = Searcher(archive, ENCODER).search(QUERIES[2], limit=ALL).hits
    assert max(one.dense or 0 for one in hits) == pytest.approx(cosines[0], abs=0.01)
