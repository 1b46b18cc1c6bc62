"""Transactions, and what threads and processes see of each other's writing."""

from __future__ import annotations

import gc
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from archives import FULL, ROOT, bring, content, encode_all, make_article, put

from retrieval.article import Article
from retrieval.store import Store


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
