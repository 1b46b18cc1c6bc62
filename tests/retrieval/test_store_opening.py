"""Opening a store: missing, damaged, foreign, of another version, or where nothing may be written."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from archives import FULL, ROOT, content, make_article, put

from retrieval.article import Article
from retrieval.errors import (
    ArchiveDamagedError,
    ArchiveMissingError,
    ArchiveReadOnlyError,
    ArchiveVersionError,
)
from retrieval.store import FILE_NAME, SCHEMA_VERSION, Store


def test_opening_again_changes_nothing(store: Store) -> None:
    put(store, FULL)
    before = store.name, store.generation()
    again = Store(store.directory, create=True)
    assert (again.name, again.generation()) == before
    assert content(again) == content(store)
    again.close()
    assert len(before[0]) == 16


def test_a_directory_without_an_archive(tmp_path: Path) -> None:
    for directory in (tmp_path, tmp_path / "none"):
        with pytest.raises(ArchiveMissingError, match="wenbao ingest"):
            Store(directory)
    assert list(tmp_path.iterdir()) == []


def test_an_archive_whose_making_was_stopped_is_missing_and_can_be_made(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).touch()
    with pytest.raises(ArchiveMissingError):
        Store(tmp_path)
    Store(tmp_path, create=True).close()
    Store(tmp_path).close()


def test_two_processes_may_make_the_same_archive_at_once(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from retrieval.store import Store; sys.stdin.readline();"
        "s = Store(pathlib.Path(sys.argv[1]), create=True); print(s.name); s.close()"
    )
    for attempt in range(2):
        command = [sys.executable, "-c", code, tmp_path / str(attempt)]
        running = [
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
            for _ in range(4)
        ]
        for process in running:
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
        names = {process.communicate(timeout=60)[0] for process in running}
        assert [process.returncode for process in running] == [0] * 4
        assert len(names) == 1


def damaged(tmp_path: Path, damage: Callable[[Path], None]) -> Path:
    store = Store(tmp_path, create=True)
    for i in range(40):
        put(store, make_article(f"a{i}", "题", "文字。" * 200))
    store.flush()
    store.close()
    damage(tmp_path / FILE_NAME)
    return tmp_path


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b"this is no database, only a text that is long enough" * 100),
        lambda path: path.write_bytes(b"PK"),
        lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
        lambda path: path.write_bytes(path.read_bytes()[:50]),
        lambda path: path.write_bytes(path.read_bytes()[:4096]),
        lambda path: path.write_bytes(b"\0" * 8192 + path.read_bytes()[8192:]),
    ],
    ids=["text", "two bytes", "half", "half a header", "one page", "zeros"],
)
@pytest.mark.parametrize("create", [False, True])
def test_a_damaged_database_says_what_to_do(tmp_path: Path, damage: Callable[[Path], None], create: bool) -> None:
    directory = damaged(tmp_path, damage)
    before = (directory / FILE_NAME).read_bytes()
    with pytest.raises(ArchiveDamagedError) as raised:
        Store(directory, create=create)
    assert str(directory / FILE_NAME) in str(raised.value)
    assert "backup" in str(raised.value)
    assert (directory / FILE_NAME).read_bytes() == before


def test_another_programs_database_is_not_taken_over(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    connection.execute("CREATE TABLE contacts (name TEXT)")
    connection.commit()
    connection.close()
    for create in (False, True):
        with pytest.raises(ArchiveDamagedError, match="another program's"):
            Store(tmp_path, create=create)


@pytest.mark.parametrize("version", [str(SCHEMA_VERSION + 1), "999", "0", "x", None])
def test_an_unknown_schema_version(tmp_path: Path, version: str | None) -> None:
    store = Store(tmp_path, create=True)
    with store.transaction() as connection:
        if version is None:
            connection.execute("DELETE FROM meta WHERE key = 'schema_version'")
        else:
            connection.execute("UPDATE meta SET value = ? WHERE key = 'schema_version'", (version,))
    store.close()
    for create in (False, True):
        with pytest.raises(
            ArchiveVersionError, match=f"schema version {version or 'none'}, this wenbao knows {SCHEMA_VERSION}"
        ):
            Store(tmp_path, create=create)


def test_a_place_that_cannot_hold_an_archive(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for directory in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(ArchiveReadOnlyError, match="--data"):
            Store(directory, create=True)
    (tmp_path / "folder" / FILE_NAME).mkdir(parents=True)
    for create in (False, True):
        with pytest.raises(ArchiveDamagedError, match="it is a folder"):
            Store(tmp_path / "folder", create=create)


READER = """
import os, sys, pathlib, tempfile
sys.path[:0] = sys.argv[2:4]
from archives import ENCODER, FULL, ROOT, content, make_article, put
from retrieval.archive import Archive
from retrieval.errors import ArchiveError
from retrieval.search import Searcher

def read(directory, create):
    archive = Archive(directory, create=create)
    searcher = Searcher(archive, ENCODER)
    print(archive.store.counts().articles, len(searcher.search("水位").hits), archive.lexical.in_memory)
    print(archive.store.verify())
    searcher.refresh()
    try:
        with archive.writing():
            print("locked")
    except ArchiveError as error:
        print(type(error).__name__)
    archive.close()

if os.getuid() == 0:
    # Whatever is imported late is imported now: the interpreter itself may lie where only root can read.
    out, sys.stdout = sys.stdout, open(os.devnull, "w")
    with tempfile.TemporaryDirectory() as directory:
        read(pathlib.Path(directory), True)
    sys.stdout.close()
    sys.stdout = out
    os.setgid(65534)
    os.setuid(65534)
try:
    read(pathlib.Path(sys.argv[1]), sys.argv[4] == "create")
except ArchiveError as error:
    print(type(error).__name__, error)
"""


def read_without_permission(directory: Path, create: str = "open") -> list[str]:
    """What a process sees that may not write anything in `directory`."""
    paths = [*directory.rglob("*"), directory]
    modes = {path: path.stat().st_mode for path in paths}
    above = [one for one in directory.parents if one != Path("/") and not one.stat().st_mode & stat.S_IXOTH]
    above_modes = {path: path.stat().st_mode for path in above}
    for path in above:
        path.chmod(above_modes[path] | stat.S_IXOTH)
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        command = [sys.executable, "-c", READER, directory, ROOT / "tests", Path(__file__).parent, create]
        done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    finally:
        for path, mode in (modes | above_modes).items():
            path.chmod(mode)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.skipif(not hasattr(os, "setuid"), reason="permissions of POSIX")
@pytest.mark.parametrize("indexed", [True, False])
def test_an_archive_that_cannot_be_written_can_be_read(tmp_path: Path, indexed: bool) -> None:
    from retrieval.archive import Archive

    archive = Archive(tmp_path / "archive", create=True)
    for i in range(5):
        put(archive.store, make_article(f"a{i}", "汛期", "水位上涨。"))
    if indexed:
        archive.refresh_lexical()
    archive.close()
    expected = ["5 5 " + str(not indexed), "[]", "ArchiveReadOnlyError"]
    for create in ("open", "create"):
        assert read_without_permission(tmp_path / "archive", create) == expected


@pytest.mark.skipif(not hasattr(os, "setuid"), reason="permissions of POSIX")
def test_beside_a_writer_one_who_may_not_write_sees_what_is_committed(tmp_path: Path) -> None:
    store = Store(tmp_path / "archive", create=True)
    for i in range(5):
        put(store, make_article(f"a{i}", "汛期", "水位上涨。"))
    assert read_without_permission(store.directory)[0] == "5 5 True"  # all five are still in the log
    put(store, make_article("a5", "汛期", "水位上涨。"))
    store.close()


@pytest.mark.skipif(not hasattr(os, "setuid"), reason="permissions of POSIX")
def test_a_log_that_cannot_be_read_is_not_passed_over(tmp_path: Path) -> None:
    store = Store(tmp_path / "archive", create=True)
    put(store, FULL)
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in (FILE_NAME, f"{FILE_NAME}-wal"):
        shutil.copy(store.directory / name, copy)
    store.close()
    answer = read_without_permission(copy)
    assert answer[0].startswith("ArchiveReadOnlyError")
    assert "permissions" in answer[0]
    with_permission = Store(copy)
    assert with_permission.article("a1") == FULL
    with_permission.close()


def test_a_copy_of_the_one_file_is_a_backup(tmp_path: Path, store: Store, corpus: list[Article]) -> None:
    for article in corpus:
        put(store, article)
    store.flush()
    (tmp_path / "backup").mkdir()
    shutil.copy(store.path, tmp_path / "backup")
    backup = Store(tmp_path / "backup")
    assert content(backup) == content(store)
    backup.close()


def test_verify_names_what_is_wrong(store: Store) -> None:
    put(store, FULL)
    assert store.verify() == []
    with store.transaction() as connection:
        connection.execute('UPDATE passages SET "end" = 1000')
    assert store.verify() == ["passage 1 lies outside its article"]
    connection = store._connection
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute("DELETE FROM articles")
    assert any("broken reference in passages" in one for one in store.verify())
