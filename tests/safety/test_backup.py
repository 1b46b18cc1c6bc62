"""A backup is one consistent file, made beside a writer; what goes wrong leaves everything as it was."""

from __future__ import annotations

import json
import shutil
import sqlite3
import threading
from pathlib import Path

import pytest
from fakes import HashEncoder

from retrieval.archive import Archive
from retrieval.backup import BackupError, back_up
from retrieval.ingest import Ingestor
from retrieval.search import Searcher
from safety.plan import record, word

ENCODER = HashEncoder(dimension=32)


def put(archive: Archive, folder: Path, version: int) -> None:
    """All ten articles at one version, and the number of articles grows with it."""
    file = folder / "news.jsonl"
    lines = [json.dumps(record(f"a{i}", version), ensure_ascii=False) for i in range(10)]
    file.write_text("\n".join(lines), "utf-8")
    with archive.writing(10.0):
        ingestor = Ingestor(archive, ENCODER)
        ingestor.read([file])
        ingestor.encode_missing()


def restored(backup: Path, directory: Path) -> Archive:
    directory.mkdir()
    shutil.copy(backup, directory / "archive.sqlite3")
    return Archive(directory)


def test_a_backup_is_the_archive_in_one_file(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive", create=True)
    put(archive, tmp_path, 0)
    pages: list[tuple[int, int]] = []
    size = back_up(archive.store, tmp_path / "backup", progress=lambda done, total: pages.append((done, total)))
    assert size == (tmp_path / "backup").stat().st_size
    assert pages[-1][0] == pages[-1][1] > 0
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith((".", "backup"))] == ["backup"]
    copy = restored(tmp_path / "backup", tmp_path / "restored")
    assert list(copy.store.articles()) == list(archive.store.articles())
    assert copy.store.verify() == []
    assert copy.store.counts() == archive.store.counts()
    assert "a3" in {one.passage.article_id for one in Searcher(copy, ENCODER).search(word("a3")).hits}
    copy.close()
    archive.close()


def test_a_backup_beside_a_writer_is_of_one_moment(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive", create=True)
    put(archive, tmp_path, 0)
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():  # two articles in one transaction: a backup has both changes, or none
            number += 1
            with archive.store.transaction() as connection:
                connection.execute("UPDATE articles SET subtitle = ? WHERE article_id IN ('a0', 'a9')", (str(number),))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            backup = tmp_path / f"backup{number}"
            back_up(archive.store, backup)
            copy = restored(backup, tmp_path / f"restored{number}")
            subtitles = {one.article_id: one.subtitle for one in copy.store.articles()}
            assert subtitles["a0"] == subtitles["a9"]
            assert copy.store.verify() == []
            copy.close()
    finally:
        stop.set()
        writer.join()
    archive.close()


def test_what_is_there_is_not_overwritten_unasked(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive", create=True)
    put(archive, tmp_path, 0)
    backup = tmp_path / "backup"
    backup.write_text("mine")
    for path in (backup, tmp_path):
        with pytest.raises(BackupError, match="--overwrite"):
            back_up(archive.store, path)
    assert backup.read_text() == "mine"
    with pytest.raises(BackupError):
        back_up(archive.store, archive.store.path, overwrite=True)
    back_up(archive.store, backup, overwrite=True)
    with sqlite3.connect(backup) as connection:
        assert connection.execute("SELECT count(*) FROM articles").fetchone()[0] == 10
    connection.close()
    archive.close()


def test_a_full_disk_leaves_the_older_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = Archive(tmp_path / "archive", create=True)
    put(archive, tmp_path, 0)
    backup = tmp_path / "backup"
    backup.write_text("older")

    def full(other: sqlite3.Connection, pages: int, progress: object) -> None:
        other.execute("PRAGMA max_page_count=4")  # SQLite's own "database or disk is full"
        other.execute("CREATE TABLE filler AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
                      " WHERE i < 9999) SELECT i, hex(randomblob(99)) FROM n")  # fmt: skip

    monkeypatch.setattr(archive.store, "copy_to", full)
    with pytest.raises(BackupError, match=r"full.*Make room"):
        back_up(archive.store, backup, overwrite=True)
    assert backup.read_text() == "older"
    assert not list(tmp_path.glob(".backup*"))
    archive.close()
