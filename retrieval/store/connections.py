"""Connections to one database file: every thread has its own."""

from __future__ import annotations

import sqlite3
import threading
import time
import weakref
from pathlib import Path

_BUSY_TIMEOUT_S = 30.0
BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
NOT_WRITABLE = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM)


class _Held:
    """A thread's connection; gone with the thread, and the connection is closed then."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection


class Connections:
    """The connections to the database at `path`, made when a thread first asks and closed when it ends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._connections: set[sqlite3.Connection] = set()
        self._connections_lock = threading.RLock()
        self._closed = False

    @property
    def mine(self) -> sqlite3.Connection:
        """This thread's. Raises sqlite3.Error where the file cannot be opened, RuntimeError after close."""
        held: _Held | None = getattr(self._local, "held", None)
        if held is not None:
            return held.connection
        if self._closed:
            raise RuntimeError(f"the store of {self.path.parent} is closed")
        held = _Held(self._connect())
        with self._connections_lock:
            self._connections.add(held.connection)
        ending = weakref.finalize(held, _discard, held.connection, self._connections, self._connections_lock)
        ending.atexit = False
        self._local.held = held
        return held.connection

    def _connect(self) -> sqlite3.Connection:
        deadline = time.monotonic() + _BUSY_TIMEOUT_S
        while True:
            try:
                return _prepared(str(self.path), "PRAGMA journal_mode=WAL", uri=False)
            except sqlite3.OperationalError as error:
                code = error.sqlite_errorcode & 0xFF
                if code in NOT_WRITABLE:
                    return self._connect_read_only()
                # Going over to WAL, once in an archive's life, does not wait by itself for another that does it too.
                if code not in BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def _connect_read_only(self) -> sqlite3.Connection:
        """A connection where the place cannot be written: beside a writer who may write it, or to a file at rest."""
        address = f"{self.path.resolve().as_uri()}?mode=ro"
        try:
            return _prepared(address, "SELECT 1 FROM sqlite_master", uri=True)
        except sqlite3.OperationalError as error:
            log = self.path.with_name(f"{self.path.name}-wal")
            if error.sqlite_errorcode & 0xFF not in NOT_WRITABLE or (log.exists() and log.stat().st_size):
                raise  # what the log holds can only be read by one who may write; without it the file is not whole
        return _prepared(f"{address}&immutable=1", "SELECT 1 FROM sqlite_master", uri=True)

    def close(self) -> None:
        """Close every connection; the store cannot be used after it."""
        self._closed = True
        self._local = threading.local()
        with self._connections_lock:
            connections = list(self._connections)
            self._connections.clear()
        for connection in connections:
            connection.close()


def _discard(connection: sqlite3.Connection, connections: set[sqlite3.Connection], lock: threading.RLock) -> None:
    with lock:
        connections.discard(connection)
    connection.close()


def _prepared(address: str, first: str, *, uri: bool) -> sqlite3.Connection:
    """A connection on which the statement `first`, which touches the file, has succeeded."""
    # check_same_thread=False only so that close() may close the connections of other threads.
    connection = sqlite3.connect(
        address, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False, uri=uri
    )
    try:
        connection.execute(first).fetchone()
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA foreign_keys=ON")
    except BaseException:
        connection.close()
        raise
    return connection
