"""Archives of past versions still open; newer ones do not; a migration happens whole or not at all."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from archives import ENCODER, ingest
from fakes import HashEncoder

from retrieval.archive import Archive
from retrieval.errors import ArchiveReadOnlyError, ArchiveVersionError
from retrieval.search import Searcher
from retrieval.store import FILE_NAME, SCHEMA_VERSION, Store, schema
from retrieval.terms import terms

PAST = sorted((Path(__file__).parents[1] / "data" / "archives").glob("v*.sql"))


def restored(dump: Path, directory: Path) -> Path:
    directory.mkdir()
    connection = sqlite3.connect(directory / FILE_NAME)
    connection.executescript(dump.read_text("utf-8"))
    connection.close()
    return directory


def tables(directory: Path) -> list[tuple[str, str]]:
    connection = sqlite3.connect(directory / FILE_NAME)
    found = connection.execute("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'").fetchall()
    connection.close()
    return sorted((name, " ".join(sql.split())) for name, sql in found)


def test_every_past_version_has_its_archive() -> None:
    assert [path.stem for path in PAST] == [f"v{version}" for version in range(1, SCHEMA_VERSION)]


@pytest.mark.parametrize("dump", PAST, ids=lambda path: path.stem)
def test_an_archive_of_a_past_version_opens_and_is_searched(dump: Path, tmp_path: Path) -> None:
    directory = restored(dump, tmp_path / "old")
    archive = Archive(directory)
    try:
        store = archive.store
        assert store.meta("schema_version") == str(SCHEMA_VERSION)
        assert store.verify() == []
        assert store.counts().articles == 3
        assert store.counts().vectors == store.counts().passages > 0
        archive.refresh_lexical()
        assert archive.lexical.reading().search(terms("十二处座椅"), 5)[0][0] == 2
        hits = Searcher(archive, HashEncoder(dimension=8)).search("十二处座椅").hits
        assert "river-1" in {hit.passage.article_id for hit in hits}
        article = store.article("river-1")
        assert article is not None
        assert article.author == ("林小川", "周禾")
        assert store.fingerprint("/papers/page.txt") == "fingerprint-v1"
        assert store.original_span("river-1", 0, 5) is None
    finally:
        archive.close()
    Store(tmp_path / "new", create=True).close()
    assert tables(directory) == tables(tmp_path / "new")


def test_a_migrated_archive_takes_in_files(tmp_path: Path) -> None:
    archive = Archive(restored(PAST[0], tmp_path / "old"))
    archive.store.clear_vectors(ENCODER.identity)
    page = tmp_path / "page.txt"
    page.write_text("新桥通车\n五月的一个早晨，新桥通车了，居民走上桥面。\n", "utf-8")
    assert ingest(archive, [page]).added == 1
    assert archive.store.counts().articles == 4
    archive.close()


def test_a_migration_that_fails_leaves_the_archive_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = restored(PAST[0], tmp_path / "old")
    before = tables(directory)
    monkeypatch.setattr(
        schema, "_MIGRATIONS", (*schema._MIGRATIONS, "CREATE TABLE extra (a);\nCREATE TABLE extra (a);\n")
    )
    monkeypatch.setattr(schema, "SCHEMA_VERSION", SCHEMA_VERSION + 1)
    with pytest.raises(Exception, match="extra"):
        Store(directory)
    monkeypatch.undo()
    assert tables(directory) == before
    Store(directory).close()


def test_a_newer_archive_says_so_and_is_left_alone(tmp_path: Path) -> None:
    Store(tmp_path, create=True).close()
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    connection.execute("UPDATE meta SET value = ? WHERE key = 'schema_version'", (SCHEMA_VERSION + 7,))
    connection.commit()
    connection.close()
    with pytest.raises(ArchiveVersionError, match=f"version {SCHEMA_VERSION + 7}.*knows {SCHEMA_VERSION}.*newer"):
        Store(tmp_path)


def test_an_old_archive_that_cannot_be_written_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = restored(PAST[0], tmp_path / "old")
    copy = shutil.copytree(directory, tmp_path / "copy")

    def refuse(connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA query_only=ON")
        connection.execute("CREATE TABLE refused (a)")

    monkeypatch.setattr(schema, "migrate", refuse)
    with pytest.raises(ArchiveReadOnlyError, match="cannot be written"):
        Store(copy)


def test_what_version_2_knew_of_its_files_stays(tmp_path: Path) -> None:
    store = Store(restored(PAST[1], tmp_path / "old"))
    article, span = store.article("market-2"), store.original_span("market-2", 0, 30)
    store.close()
    assert article
    assert (article.place, article.dates) == ("清河", ("2022-05",))
    assert span
    assert (span.start, span.end, span.parts) == (8, 39, ((8, 39),))
    assert span.text == "南门早市五月迁入新大棚。摊主陈桂兰说，雨\n天再也不用收摊，联系"
