"""`wenbao doctor`: what it finds wrong, and what it repairs."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from fakes import HashEncoder

from bot import doctor, wiring
from bot.settings import Settings
from embeddings.encoder import Encoder
from retrieval.archive import Archive
from retrieval.article import Article
from retrieval.ingest import Ingestor
from retrieval.passages import split_passages
from retrieval.search import Searcher

ENCODER = HashEncoder(dimension=32)


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    def encoder(settings: Settings) -> Encoder:
        return ENCODER

    monkeypatch.setattr(wiring, "open_encoder", encoder)
    archive = Archive(tmp_path / "archive", create=True)
    for number in range(12):
        body = f"第{number}号泵站检修，日供水{number}万吨。" * 20
        spans = split_passages(body, ENCODER.count_tokens, ENCODER.max_tokens)
        archive.store.put_article(Article(f"a{number}", f"泵站{number}", body), spans, None)
    with archive.writing():
        Ingestor(archive, ENCODER).encode_missing()
    archive.close()
    return tmp_path / "archive"


def checks(directory: Path, *, repair: bool = False) -> dict[str, doctor.Check]:
    return {one.name: one for one in doctor.examine(Settings(data=directory), repair=repair)}


def bad(directory: Path) -> set[str]:
    return {name for name, one in checks(directory).items() if not one.ok}


def change(directory: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(directory / "archive.sqlite3")) as connection, connection:
        connection.execute(statement, values)


def test_an_archive_that_is_well(directory: Path) -> None:
    assert bad(directory) == set()
    found = checks(directory, repair=True)["repair"]
    assert found.ok
    assert "nothing to do" in found.detail


@pytest.mark.parametrize("vector", [np.full(32, np.nan), np.zeros(32), np.full(32, 3.0), np.ones(31) / 31**0.5])
def test_vectors_that_are_none_are_made_anew(directory: Path, vector: np.ndarray) -> None:
    change(directory, "UPDATE vectors SET vector = ? WHERE sequence = 3", vector.astype("<f2").tobytes())
    found = checks(directory)["vectors"]
    assert not found.ok
    assert "--repair" in found.remedy
    assert "1 vectors" in checks(directory, repair=True)["repair"].detail
    assert bad(directory) == set()


def test_vectors_of_other_passages_are_made_anew(directory: Path) -> None:
    with closing(sqlite3.connect(directory / "archive.sqlite3")) as connection, connection:
        rows = connection.execute("SELECT passage_id, vector FROM vectors ORDER BY sequence").fetchall()
        for (passage_id, _), (_, vector) in zip(rows, [*rows[len(rows) // 2 :], *rows], strict=False):
            connection.execute("UPDATE vectors SET vector = ? WHERE passage_id = ?", (vector, passage_id))
    assert bad(directory) == {"vectors"}


@pytest.mark.parametrize("damage", ["cut", "flip", "gone"])
def test_every_damaged_file_of_the_index_is_found_and_made_anew(directory: Path, damage: str) -> None:
    archive = Archive(directory)
    right = Searcher(archive, ENCODER).search("七号泵站日供水").hits
    folder = directory / "cache" / "lexical"
    kinds = {one.suffix for one in folder.iterdir() if not one.name.startswith(".") and one.stat().st_size > 1}
    assert {".json", ".store", ".term", ".idx"} <= kinds
    for kind in sorted(kinds):  # an index made anew has other names
        path = next(one for one in sorted(folder.glob(f"*{kind}")) if not one.name.startswith("."))
        content = path.read_bytes()
        if damage == "gone":
            path.unlink()
        elif damage == "cut":
            path.write_bytes(content[: len(content) // 2])
        else:
            path.write_bytes(content[:1] + bytes([content[1] ^ 4]) + content[2:])
        assert checks(directory, repair=True)["repair"].ok
        assert bad(directory) == set(), path.name
    archive.close()
    archive = Archive(directory)
    assert Searcher(archive, ENCODER).search("七号泵站日供水").hits == right
    archive.close()


def test_damage_to_an_open_index_is_named(directory: Path) -> None:
    archive = Archive(directory)
    archive.refresh_lexical()
    path = next(one for one in (directory / "cache" / "lexical").iterdir() if one.suffix == ".store")
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    assert archive.damaged_caches() == [f"lexical/{path.name}"]
    dense = directory / "cache" / "dense"
    dense.mkdir()
    (dense / "state.json").write_text("{}")
    assert archive.damaged_caches() == [f"lexical/{path.name}", "dense"]
    with archive.writing():
        archive.remake_caches(ENCODER.dimension)
    assert archive.damaged_caches() == []
    archive.close()


def test_a_passage_outside_its_article_is_no_cache(directory: Path) -> None:
    change(directory, 'UPDATE passages SET "end" = 99999 WHERE passage_id = 1')
    found = checks(directory, repair=True)
    assert not found["database"].ok
    assert not found["repair"].ok
    assert "backup" in found["database"].remedy
    shutil.rmtree(directory)
    assert bad(directory) == {"archive"}
