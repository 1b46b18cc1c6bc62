"""The store: what is kept, what goes, what others see, and what happens to files that are not as they should be."""

from __future__ import annotations

import gc
import os
import random
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from archives import ENCODER, ROOT, content, encode_all, make_article, put

from retrieval.article import Article
from retrieval.errors import (
    ArchiveDamagedError,
    ArchiveMissingError,
    ArchiveReadOnlyError,
    ArchiveVersionError,
)
from retrieval.filters import Filters
from retrieval.store import FILE_NAME, SCHEMA_VERSION, Change, Counts, Store

FULL = make_article(
    "a1", "标题", "第一句。第二句。", subtitle="副题", author=("王芳", "李雷"), published="2025-05",
    source="澄江日报", kind="news", url="https://example.com/1",
)  # fmt: skip


def bring(store: Store, path: str, *articles: Article, fingerprint: str = "f") -> int:
    """Read a document that holds `articles`; how many of its older ones went."""
    key = store.begin_document(path)
    for article in articles:
        put(store, article, key)
    return store.finish_document(key, fingerprint, [one.article_id for one in articles])


# -- articles -------------------------------------------------------------------------------------------------------


def test_an_article_comes_back_as_it_was_put(store: Store) -> None:
    assert put(store, FULL) is Change.ADDED
    assert store.article("a1") == FULL
    assert list(store.articles()) == [FULL]
    assert store.article("none") is None
    odd = make_article("id with 空格'\"%", "", "😀\n\t𠀀e\u0301\u200b", author=('"quoted"',))
    put(store, odd)
    assert store.article(odd.article_id) == odd


def test_passages_are_their_ranges_of_the_body(store: Store, corpus: list[Article]) -> None:
    body = "😀𠀀一二三。" * 200
    for article in [*corpus, make_article("long", "长", body)]:
        put(store, article)
    bodies = {one.article_id: one.body for one in store.articles()}
    entries = list(store.index_entries())
    assert [one.passage.passage_id for one in entries] == sorted(one.passage.passage_id for one in entries)
    for entry in entries:
        one = entry.passage
        assert bodies[one.article_id][one.start : one.end] == one.text != ""
    chosen = random.Random(1).sample(entries, 7)
    assert store.entries_of([one.passage.passage_id for one in chosen] + [99999]) == {
        one.passage.passage_id: one for one in chosen
    }
    assert store.entries_of([]) == {}
    assert list(store.index_entries(after=entries[4].passage.passage_id)) == entries[5:]
    assert store.verify() == []


def test_the_same_article_again_changes_nothing(store: Store) -> None:
    put(store, FULL)
    before = store.generation(), list(store.index_entries())
    assert put(store, FULL) is Change.UNCHANGED
    assert (store.generation(), list(store.index_entries())) == before


@pytest.mark.parametrize("field", ["title", "body", "subtitle", "author", "published", "source", "kind", "url"])
def test_any_other_field_replaces_the_article(store: Store, field: str) -> None:
    put(store, FULL)
    encode_all(store)
    old = [one.passage.passage_id for one in store.index_entries()]
    fields = {name: getattr(FULL, name) for name in Article.__dataclass_fields__}
    fields |= {field: ("新",) if field == "author" else "2024" if field == "published" else "新的"}
    changed = Article(**fields)
    assert put(store, changed) is Change.REPLACED
    assert list(store.articles()) == [changed]
    assert store.entries_of(old) == {}  # new passages, so that every index and vector is made again
    assert [passage_id for _, passage_id in store.deletions()] == old
    assert store.counts().vectors == 0
    assert store.newest_passage()[0] > max(old)


def test_removing_an_article(store: Store, corpus: list[Article]) -> None:
    bring(store, "/f", *corpus)
    encode_all(store)
    gone = [one.passage.passage_id for one in store.index_entries() if one.passage.article_id == "a3"]
    assert store.remove_article("a3")
    assert not store.remove_article("a3")
    assert [passage_id for _, passage_id in store.deletions()] == gone
    assert store.newest_deletion() == len(gone)
    assert store.article("a3") is None
    assert store.counts() == Counts(11, len(list(store.index_entries())), len(list(store.vectors())))
    assert store.fingerprint("/f") is None  # so that reading the file again brings it back
    assert store.verify() == []


def test_a_passage_id_is_never_given_twice(store: Store) -> None:
    put(store, FULL)
    newest = store.newest_passage()
    store.remove_article("a1")
    assert store.newest_passage() == (0, "")
    put(store, FULL)
    assert store.newest_passage()[0] > newest[0]


def test_order_and_paging(store: Store, corpus: list[Article]) -> None:
    for article in corpus:
        put(store, article)
    every = list(store.articles())
    dates = [one.published for one in every]
    known = [date for date in dates if date]
    assert known == sorted(known, reverse=True)
    assert dates[: len(known)] == known
    assert list(store.articles(limit=5, offset=4)) == every[4:9]
    assert list(store.articles(Filters(source="澄江日报"))) == [one for one in every if one.source == "澄江日报"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"published": "2025-13"}, "is not a date"),
        ({"published": ""}, "is not a date"),
        ({"title": "标\0题"}, "NUL"),
        ({"author": ("a\0b",)}, "NUL"),
        ({"title": "半\ud83d"}, "half a character"),
        ({"author": ("\udc00",)}, "half a character"),
    ],
)
def test_what_cannot_be_kept_is_refused_whole(store: Store, fields: dict[str, object], reason: str) -> None:
    article = make_article(**{"article_id": "a1", "title": "题", "body": "文。"} | fields)
    generation = store.generation()
    with pytest.raises(ValueError, match=reason):
        put(store, article)
    assert (store.counts(), store.generation()) == (Counts(0, 0, 0), generation)


def test_a_long_body_is_not_walked_through_for_each_passage(store: Store) -> None:
    sentence = "这一句有二十个字因为它要被切成许多段落。"
    put(store, make_article("book", "书", sentence * 30_000))  # 600,000 characters, 2,000 passages
    began = time.process_time()
    entries = list(store.index_entries())
    assert store.entries_of([one.passage.passage_id for one in entries]).keys()
    assert time.process_time() - began < 1.0
    assert len(entries) == 2000


# -- documents ------------------------------------------------------------------------------------------------------


def test_a_document_that_shrinks_lets_its_articles_go(store: Store, corpus: list[Article]) -> None:
    assert bring(store, "/f", *corpus) == 0
    assert bring(store, "/f", *corpus[:5]) == 7
    assert {one.article_id for one in store.articles()} == {f"a{i}" for i in range(5)}
    assert bring(store, "/f") == 5
    assert store.counts().articles == 0


def test_an_article_stays_while_another_document_brings_it(store: Store, corpus: list[Article]) -> None:
    bring(store, "/f", *corpus[:3])
    bring(store, "/g", *corpus[2:5])
    assert store.document_paths() == ["/f", "/g"]
    assert store.remove_document("/f") == 2
    assert {one.article_id for one in store.articles()} == {"a2", "a3", "a4"}
    assert bring(store, "/g", *corpus[3:5]) == 1
    assert store.remove_document("/f") == 0
    assert store.document_paths() == ["/g"]


def test_an_id_that_moves_between_files_is_kept_in_either_order(store: Store) -> None:
    x, y, z = (make_article(one, one, f"{one}。") for one in "xyz")
    for first_to_last in (True, False):
        bring(store, "/f", x, y)
        bring(store, "/g", z)
        steps = [("/f", (y,)), ("/g", (z, x))]
        for path, articles in steps if first_to_last else reversed(steps):
            bring(store, path, *articles)
        assert {one.article_id for one in store.articles()} == {"x", "y", "z"}
        assert store.remove_document("/g") == 2


def test_a_shared_id_goes_back_to_the_version_of_the_document_that_stays(store: Store) -> None:
    of_f, of_g = make_article("x", "甲", "甲文。"), make_article("x", "乙", "乙文。")
    bring(store, "/f", of_f, fingerprint="1")
    bring(store, "/g", of_g, fingerprint="1")
    assert store.fingerprint("/f") == "1"  # not read again each time, or the two would take turns for ever
    assert store.remove_document("/g") == 0
    assert store.article("x") == of_g
    assert store.fingerprint("/f") is None
    bring(store, "/f", of_f)
    assert store.article("x") == of_f


def test_a_fingerprint_is_given_only_for_a_document_read_whole(store: Store) -> None:
    assert store.fingerprint("/f") is None
    key = store.begin_document("/f")
    assert store.fingerprint("/f") is None
    store.finish_document(key, "1", [])
    assert store.fingerprint("/f") == "1"
    assert store.begin_document("/f") == key
    assert store.fingerprint("/f") is None


# -- vectors --------------------------------------------------------------------------------------------------------


def test_vectors(store: Store, corpus: list[Article]) -> None:
    for article in corpus:
        put(store, article)
    ids = [one.passage.passage_id for one in store.passages_without_vector(100)]
    assert ids == sorted(ids)
    assert [one.passage.passage_id for one in store.passages_without_vector(3, after=ids[1])] == ids[2:5]
    rows = np.eye(len(ids), ENCODER.dimension, dtype=np.float32)
    store.put_vectors([*ids[:4], 99999], rows[:5])  # the last passage is gone meanwhile
    assert store.counts().vectors == store.vector_count() == 4
    written = list(store.vectors())
    assert [passage_id for _, passage_id, _ in written] == ids[:4]
    for row, (_, _, blob) in enumerate(written):
        assert np.array_equal(np.frombuffer(blob, "<f2"), rows[row].astype(np.float16))
    assert list(store.vectors(after=written[1][0])) == written[2:]
    store.put_vectors(ids[:1], -rows[:1])  # the first one stays
    assert list(store.vectors()) == written
    store.clear_vectors("other")
    assert store.meta("encoder") == "other"
    assert store.vector_count() == 0
    encode_all(store)
    assert store.vector_count() == len(ids)
    assert next(iter(store.vectors()))[0] > written[-1][0]  # never a sequence twice


# -- transactions, threads, processes -------------------------------------------------------------------------------


def test_the_generation_grows_with_every_change_and_with_nothing_else(store: Store) -> None:
    seen = [store.generation()]

    def grew(action: Callable[[], object]) -> bool:
        action()
        seen.append(store.generation())
        assert seen[-1] >= seen[-2]
        return seen[-1] > seen[-2]

    assert grew(lambda: put(store, FULL))
    assert grew(lambda: bring(store, "/f", FULL))
    assert grew(lambda: encode_all(store))
    assert grew(lambda: store.set_meta("note", "x"))
    assert grew(lambda: store.clear_vectors("e"))
    assert grew(lambda: store.remove_article("a1"))
    assert not grew(lambda: store.remove_article("a1"))
    assert not grew(lambda: store.remove_document("/none"))
    assert not grew(store.flush)
    assert not grew(lambda: list(store.articles()))


def delete_everything_but_fail(store: Store, error: type[BaseException]) -> None:
    with store.transaction() as connection:
        connection.execute("DELETE FROM passages")
        connection.execute("DELETE FROM articles")
        raise error


def test_a_transaction_that_fails_leaves_nothing(store: Store, corpus: list[Article]) -> None:
    put(store, corpus[0])
    before = content(store), store.generation(), store.newest_deletion()
    for error in (ValueError, KeyboardInterrupt, sqlite3.IntegrityError):
        with pytest.raises(error):
            delete_everything_but_fail(store, error)
        assert (content(store), store.generation(), store.newest_deletion()) == before
    with pytest.raises(sqlite3.IntegrityError):
        store.put_article(corpus[1], [(0, None)], None)  # type: ignore[list-item]
    assert (content(store), store.generation(), store.newest_deletion()) == before


def test_an_interrupt_as_a_transaction_begins_leaves_none_open(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted:
        def __init__(self, connection: sqlite3.Connection) -> None:
            self._connection = connection

        def __getattr__(self, name: str) -> object:
            return getattr(self._connection, name)

        def execute(self, statement: str, *values: object) -> object:
            result = self._connection.execute(statement, *values)
            if statement == "BEGIN IMMEDIATE":
                raise KeyboardInterrupt
            return result

    connection = store._connection
    with monkeypatch.context() as patched:
        patched.setattr(Store, "_connection", Interrupted(connection))
        with pytest.raises(KeyboardInterrupt), store.transaction():
            pass
    assert not connection.in_transaction


def test_a_snapshot_is_of_one_moment(store: Store, corpus: list[Article]) -> None:
    put(store, corpus[0])
    with store.snapshot():
        before = store.counts(), store.generation()
        writer = threading.Thread(target=put, args=(store, corpus[1]))
        writer.start()
        writer.join()
        assert (store.counts(), store.generation()) == before
        with store.snapshot():
            assert store.counts() == before[0]
        assert (store.counts(), store.generation()) == before
    assert store.counts().articles == 2


def test_other_threads_and_processes_see_what_is_committed(store: Store, corpus: list[Article]) -> None:
    seen: list[int] = []
    begun, ready = threading.Event(), threading.Event()

    def watch() -> None:
        seen.append(store.counts().articles)
        begun.set()
        ready.wait(10)
        seen.append(store.counts().articles)

    thread = threading.Thread(target=watch)
    thread.start()
    begun.wait(10)
    for article in corpus:
        put(store, article)
    ready.set()
    thread.join()
    assert seen == [0, 12]
    code = (
        "import sys, pathlib; from retrieval.store import Store; s = Store(pathlib.Path(sys.argv[1]));"
        "s.remove_article('a0'); print(s.counts().articles, s.generation()); s.close()"
    )
    generation = store.generation()
    answer = subprocess.run(
        [sys.executable, "-c", code, store.directory], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert answer.stdout.split() == ["11", str(generation + 1)]
    assert (store.counts().articles, store.generation()) == (11, generation + 1)


def test_many_threads_write_at_once(store: Store) -> None:
    def write(number: int) -> None:
        for i in range(20):
            put(store, make_article(f"{number}-{i}", "题", "文。"))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.counts().articles == 80
    assert store.generation() >= 80


def open_files(path: Path) -> int:
    links = [Path("/proc/self/fd", name) for name in os.listdir("/proc/self/fd")]
    return sum(link.is_symlink() and os.readlink(link).startswith(str(path)) for link in links)


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts open files in /proc")
def test_connections_end_with_their_threads_and_with_the_store(tmp_path: Path) -> None:
    store = Store(tmp_path, create=True)
    once = open_files(tmp_path)
    for _ in range(30):
        thread = threading.Thread(target=store.counts)
        thread.start()
        thread.join()
    gc.collect()
    assert open_files(tmp_path) <= once + 2
    store.close()
    assert open_files(tmp_path) == 0
    with pytest.raises(RuntimeError, match="closed"):
        store.counts()
    store.close()
    forgotten = Store(tmp_path)
    del forgotten
    gc.collect()
    assert open_files(tmp_path) == 0


def test_flush_syncs_the_log_even_where_a_reader_holds_the_checkpoint_back(store: Store) -> None:
    strace = shutil.which("strace")
    if not strace:
        pytest.skip("needs strace to see what is synced")
    code = (
        "import sys, pathlib, sqlite3; from retrieval.store import Store;"
        "store = Store(pathlib.Path(sys.argv[1]));"
        "reader = sqlite3.connect(store.path); reader.execute('BEGIN');"
        "reader.execute('SELECT * FROM meta').fetchall();"
        "store.flush(); store.set_meta('a', 'b'); print('MARK', flush=True); store.flush(); print('DONE', flush=True);"
        "reader.close(); store.close()"
    )
    command = [strace, "-f", "-y", "-e", "trace=fsync,fdatasync,write", sys.executable, "-c", code, store.directory]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    if done.returncode and "ptrace" in done.stderr:
        pytest.skip("strace may not trace here")
    assert done.returncode == 0, done.stderr[-2000:]
    between = done.stderr.split('"MARK')[1].split('"DONE')[0]
    assert any("sync(" in line and "-wal>" in line for line in between.splitlines())


# -- opening --------------------------------------------------------------------------------------------------------


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
from archives import ENCODER, make_article, put
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
