"""Opening the database, its transactions, and its notes on itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from retrieval.errors import (
    ArchiveBusyError,
    ArchiveDamagedError,
    ArchiveError,
    ArchiveMissingError,
    ArchiveReadOnlyError,
    ArchiveVersionError,
)
from retrieval.privacy import mask
from retrieval.store import schema
from retrieval.store.connections import BUSY, NOT_WRITABLE, Connections

FILE_NAME = "archive.sqlite3"


class Database:
    """One archive's database. Raises ArchiveError's subclasses on opening."""

    def __init__(self, directory: Path, *, create: bool = False, shown: Callable[[str], str] = mask) -> None:
        """Open the archive in `directory`, making it first if `create`.

        Titles and bodies come out as `shown` makes them, which must keep their length; they are kept as they came.
        """
        self._shown = shown
        self.directory = directory
        self.path = directory / FILE_NAME
        self._connections = Connections(self.path)
        if create:
            self._make_directory()
        elif not self.path.exists():
            raise ArchiveMissingError(directory)
        if self.path.is_dir():
            raise ArchiveDamagedError(self.path, "it is a folder")
        try:
            self._open(create=create)
        except sqlite3.Error as error:
            self.close()
            raise self._translated(error) from error
        except BaseException:
            self.close()
            raise

    def _open(self, *, create: bool) -> None:
        tables = {str(row[0]) for row in self._connection.execute("SELECT name FROM sqlite_master")}
        if tables and "meta" not in tables:
            raise ArchiveDamagedError(self.path, "it is another program's database")
        if not tables and not create:  # another process is just making it, or was stopped while it did
            raise ArchiveMissingError(self.directory)
        if not tables:
            with self.transaction() as connection:
                schema.create(connection)
        if schema.is_old(self.meta("schema_version")):
            with self.transaction() as connection:
                schema.migrate(connection)
        version = self.meta("schema_version") or "none"
        if version != str(schema.SCHEMA_VERSION):
            raise ArchiveVersionError(self.path, version, schema.SCHEMA_VERSION)

    def _translated(self, error: sqlite3.Error) -> ArchiveError:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in BUSY:
            return ArchiveBusyError(self.directory)
        if code in (*NOT_WRITABLE, sqlite3.SQLITE_FULL):
            return ArchiveReadOnlyError(self.directory, str(error))
        return ArchiveDamagedError(self.path, str(error))

    def _make_directory(self) -> None:
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ArchiveReadOnlyError(self.directory, error.strerror or str(error)) from error

    @property
    def _connection(self) -> sqlite3.Connection:
        return self._connections.mine

    def close(self) -> None:
        """Close every connection; the store cannot be used after it."""
        self._connections.close()

    @contextmanager
    def transaction(self, *, moves: bool = True) -> Iterator[sqlite3.Connection]:
        """One write transaction of this thread; everything in it is kept, or nothing.

        A change moves the generation, unless `moves` is false: then nothing that is searched may change in it.
        """
        connection = self._connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            before = connection.total_changes
            yield connection
            if moves and connection.total_changes != before:
                connection.execute("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'generation'")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    @contextmanager
    def aside(self) -> Iterator[sqlite3.Connection]:
        """A transaction for what no index holds, conversations for instance. Raises ArchiveError's subclasses."""
        try:
            with self.transaction(moves=False) as connection:
                yield connection
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.IntegrityError):
                raise
            raise self._translated(error) from error

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Everything that this thread reads inside is of one moment."""
        connection = self._connection
        if connection.in_transaction:
            yield
            return
        try:
            connection.execute("BEGIN")
            yield
        finally:
            if connection.in_transaction:
                connection.execute("COMMIT")

    def copy_to(self, other: sqlite3.Connection, pages: int, progress: Callable[[int, int, int], None]) -> None:
        """Write everything into another database, `pages` at a time; inside `snapshot` it is all of one moment."""
        self._connection.backup(other, pages=pages, progress=progress, sleep=0)

    def flush(self) -> None:
        """Force everything committed to the disk."""
        connection = self._connection
        # A commit at FULL that writes something syncs the whole log. A checkpoint alone does not where a reader that
        # began before the last changes holds it back.
        connection.execute("PRAGMA synchronous=FULL")
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(
                "INSERT INTO meta VALUES ('flushes', '1')"
                " ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1"
            )
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def meta(self, key: str) -> str | None:
        """A value of the archive's own notes, None where there is none."""
        row = self._connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def set_meta(self, key: str, value: str) -> None:
        """Write one note."""
        with self.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    @property
    def name(self) -> str:
        """A random name given when the archive was made: indexes and caches carry it."""
        return self.meta("archive") or ""

    def generation(self) -> int:
        """A number that grows with every change, whichever process makes it."""
        return int(self.meta("generation") or 0)
