"""The archive on disk: one SQLite database, the one truth; every index is derived from it.

What survives a crash: each article is one transaction in WAL mode with `synchronous=NORMAL`, so a killed process
loses nothing that was committed; `flush` also forces it to the disk, and is called before anything is acknowledged
(the end of a file, an HTTP answer), so that a power cut loses nothing that was acknowledged.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.article import Article
from retrieval.errors import (
    ArchiveBusyError,
    ArchiveDamagedError,
    ArchiveError,
    ArchiveMissingError,
    ArchiveReadOnlyError,
    ArchiveVersionError,
)
from retrieval.filters import Filters, first_day
from retrieval.passage import Passage
from retrieval.privacy import mask

FILE_NAME = "archive.sqlite3"
SCHEMA_VERSION = 1
_BUSY_TIMEOUT_S = 30.0
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_NOT_WRITABLE = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM)

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    document_key INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,       -- absolute path, or a name given over HTTP
    fingerprint TEXT NOT NULL        -- of the bytes and of the reading's options; '' while being read
);
CREATE TABLE articles (
    article_key INTEGER PRIMARY KEY AUTOINCREMENT,
    article_id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL, subtitle TEXT NOT NULL, author TEXT NOT NULL,   -- author: a JSON array
    published TEXT, source TEXT NOT NULL, kind TEXT NOT NULL, url TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX articles_published ON articles (published);
CREATE TABLE document_articles (
    document_key INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    article_key INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE,
    PRIMARY KEY (document_key, article_key)
) WITHOUT ROWID;
CREATE INDEX document_articles_article ON document_articles (article_key);
CREATE TABLE passages (
    passage_id INTEGER PRIMARY KEY AUTOINCREMENT,
    article_key INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL
);
CREATE INDEX passages_article ON passages (article_key);
CREATE TABLE vectors (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    passage_id INTEGER NOT NULL UNIQUE REFERENCES passages ON DELETE CASCADE,
    vector BLOB NOT NULL             -- float16, little-endian
);
CREATE TABLE deletions (sequence INTEGER PRIMARY KEY AUTOINCREMENT, passage_id INTEGER NOT NULL);
CREATE TRIGGER passage_deleted AFTER DELETE ON passages
    BEGIN INSERT INTO deletions (passage_id) VALUES (old.passage_id); END;
"""
_ARTICLE = "article_id, title, body, subtitle, author, published, source, kind, url"
_HEAD = "SELECT article_id, body, title, published, source FROM articles WHERE article_key = ?"


class Change(Enum):
    """What putting an article did."""

    ADDED = "added"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """A passage as an index takes it in, with the article's fields that are searched or filtered by."""

    passage: Passage
    title: str
    published: str | None
    source: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How much the archive holds."""

    articles: int
    passages: int
    vectors: int


class _Held:
    """A thread's connection; gone with the thread, and the connection is closed then."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection


class Store:
    """One archive's database; every thread gets its own connection. Raises ArchiveError's subclasses on opening."""

    def __init__(self, directory: Path, *, create: bool = False, shown: Callable[[str], str] = mask) -> None:
        """Open the archive in `directory`, making it first if `create`.

        Titles and bodies come out as `shown` makes them, which must keep their length; they are kept as they came.
        """
        self._shown = shown
        self.directory = directory
        self.path = directory / FILE_NAME
        self._local = threading.local()
        self._connections: set[sqlite3.Connection] = set()
        self._connections_lock = threading.RLock()
        self._closed = False
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
            self._create_schema()
        version = self.meta("schema_version") or "none"
        if version != str(SCHEMA_VERSION):
            raise ArchiveVersionError(self.path, version, SCHEMA_VERSION)

    def _translated(self, error: sqlite3.Error) -> ArchiveError:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in _BUSY:
            return ArchiveBusyError(self.directory)
        if code in (*_NOT_WRITABLE, sqlite3.SQLITE_FULL):
            return ArchiveReadOnlyError(self.directory, str(error))
        return ArchiveDamagedError(self.path, str(error))

    # -- connections ---------------------------------------------------------------------------------------------

    def _make_directory(self) -> None:
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ArchiveReadOnlyError(self.directory, error.strerror or str(error)) from error

    @property
    def _connection(self) -> sqlite3.Connection:
        held: _Held | None = getattr(self._local, "held", None)
        if held is not None:
            return held.connection
        if self._closed:
            raise RuntimeError(f"the store of {self.directory} is closed")
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
                if code in _NOT_WRITABLE:
                    return self._connect_read_only()
                # Going over to WAL, once in an archive's life, does not wait by itself for another that does it too.
                if code not in _BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def _connect_read_only(self) -> sqlite3.Connection:
        """A connection where the place cannot be written: beside a writer who may write it, or to a file at rest."""
        address = f"{self.path.resolve().as_uri()}?mode=ro"
        try:
            return _prepared(address, "SELECT 1 FROM sqlite_master", uri=True)
        except sqlite3.OperationalError as error:
            log = self.path.with_name(f"{FILE_NAME}-wal")
            if error.sqlite_errorcode & 0xFF not in _NOT_WRITABLE or (log.exists() and log.stat().st_size):
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

    def _create_schema(self) -> None:
        with self.transaction() as connection:
            present = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone()
            if not present:
                for statement in _statements(_SCHEMA):
                    connection.execute(statement)
                connection.execute("INSERT INTO meta VALUES ('schema_version', ?)", (str(SCHEMA_VERSION),))
                connection.execute("INSERT INTO meta VALUES ('generation', '0')")
                connection.execute("INSERT INTO meta VALUES ('archive', ?)", (secrets.token_hex(8),))

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One write transaction of this thread; everything in it is kept, or nothing. A change moves the generation."""
        connection = self._connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            before = connection.total_changes
            yield connection
            if connection.total_changes != before:
                connection.execute("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'generation'")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

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

    # -- what the archive knows of itself ------------------------------------------------------------------------

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

    def counts(self) -> Counts:
        """How many articles, passages and vectors there are."""
        query = (
            "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM passages), (SELECT count(*) FROM vectors)"
        )
        return Counts(*self._connection.execute(query).fetchone())

    def passage_count(self) -> int:
        """How many passages there are."""
        return int(self._connection.execute("SELECT count(*) FROM passages").fetchone()[0])

    def vector_count(self) -> int:
        """How many passages have a vector."""
        return int(self._connection.execute("SELECT count(*) FROM vectors").fetchone()[0])

    def verify(self) -> list[str]:
        """What SQLite's own checks find wrong, and citations' footing: passages outside their article's body."""
        found = [str(row[0]) for row in self._connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
        found += [f"broken reference in {row[0]}" for row in self._connection.execute("PRAGMA foreign_key_check")]
        query = (
            "SELECT passage_id FROM passages JOIN articles USING (article_key)"
            ' WHERE start < 0 OR start >= "end" OR "end" > length(body)'
        )
        return found + [f"passage {row[0]} lies outside its article" for row in self._connection.execute(query)]

    # -- documents: which file brought which articles ------------------------------------------------------------

    def fingerprint(self, path: str) -> str | None:
        """The fingerprint of the document at `path` when it was last read whole, None if it never was."""
        row = self._connection.execute("SELECT fingerprint FROM documents WHERE path = ?", (path,)).fetchone()
        return None if row is None or not row[0] else str(row[0])

    def begin_document(self, path: str) -> int:
        """Note that `path` is being read; its key."""
        with self.transaction() as connection:
            connection.execute(
                "INSERT INTO documents (path, fingerprint) VALUES (?, '')"
                " ON CONFLICT (path) DO UPDATE SET fingerprint = ''",
                (path,),
            )
            row = connection.execute("SELECT document_key FROM documents WHERE path = ?", (path,)).fetchone()
        return int(row[0])

    def finish_document(self, document_key: int, fingerprint: str, article_ids: Iterable[str]) -> int:
        """Note that a document was read whole and held just `article_ids`; how many older ones of it are gone.

        An article stays while another document still brings it.
        """
        with self.transaction() as connection:
            connection.execute("CREATE TEMP TABLE IF NOT EXISTS kept (article_id TEXT PRIMARY KEY) WITHOUT ROWID")
            connection.execute("DELETE FROM kept")
            connection.executemany("INSERT OR IGNORE INTO kept VALUES (?)", ((one,) for one in article_ids))
            gone = connection.execute(
                "SELECT article_key FROM document_articles JOIN articles USING (article_key)"
                " WHERE document_key = ? AND article_id NOT IN kept",
                (document_key,),
            ).fetchall()
            removed = self._unlink(connection, document_key, [int(row[0]) for row in gone])
            connection.execute(
                "UPDATE documents SET fingerprint = ? WHERE document_key = ?", (fingerprint, document_key)
            )
        return removed

    def remove_document(self, path: str) -> int:
        """Forget a document and the articles that no other brings; how many articles that were."""
        with self.transaction() as connection:
            row = connection.execute("SELECT document_key FROM documents WHERE path = ?", (path,)).fetchone()
            if row is None:
                return 0
            keys = connection.execute(
                "SELECT article_key FROM document_articles WHERE document_key = ?", (row[0],)
            ).fetchall()
            removed = self._unlink(connection, int(row[0]), [int(key[0]) for key in keys])
            connection.execute("DELETE FROM documents WHERE document_key = ?", (row[0],))
        return removed

    def document_paths(self) -> list[str]:
        """The paths of all documents, sorted."""
        return [str(row[0]) for row in self._connection.execute("SELECT path FROM documents ORDER BY path")]

    def _unlink(self, connection: sqlite3.Connection, document_key: int, article_keys: Sequence[int]) -> int:
        removed = 0
        for key in article_keys:
            connection.execute(
                "DELETE FROM document_articles WHERE document_key = ? AND article_key = ?", (document_key, key)
            )
            others = connection.execute(
                "SELECT document_key FROM document_articles WHERE article_key = ?", (key,)
            ).fetchall()
            if not others:
                removed += self._delete_article(connection, key)
            # What stays may be as this document had it: the others count as changed, so that theirs can come back.
            connection.executemany("UPDATE documents SET fingerprint = '' WHERE document_key = ?", others)
        return removed

    # -- articles ------------------------------------------------------------------------------------------------

    def put_article(self, article: Article, spans: Sequence[tuple[int, int]], document_key: int | None) -> Change:
        """Add `article` with its passages, or replace the one of the same id; nothing where it is the same already.

        Raises ValueError for an article that cannot be stored: its date is none, or its text holds a NUL or half a
        surrogate pair.
        """
        row = _row(article)
        with self.transaction() as connection:
            present = connection.execute(
                f"SELECT article_key, {_ARTICLE} FROM articles WHERE article_id = ?", (article.article_id,)
            ).fetchone()
            if present is None:
                key, change = self._insert_article(connection, row, spans), Change.ADDED
            elif tuple(present[1:]) == row:
                key, change = int(present[0]), Change.UNCHANGED
            else:
                links = connection.execute(
                    "SELECT document_key FROM document_articles WHERE article_key = ?", (present[0],)
                ).fetchall()
                self._delete_article(connection, int(present[0]))
                key, change = self._insert_article(connection, row, spans), Change.REPLACED
                connection.executemany(
                    "INSERT INTO document_articles VALUES (?, ?)", ((link[0], key) for link in links)
                )
            if document_key is not None:
                connection.execute("INSERT OR IGNORE INTO document_articles VALUES (?, ?)", (document_key, key))
        return change

    def remove_article(self, article_id: str) -> bool:
        """Remove an article, whichever documents brought it; False where there is none.

        Those documents count as changed, so that reading them again brings it back.
        """
        with self.transaction() as connection:
            row = connection.execute("SELECT article_key FROM articles WHERE article_id = ?", (article_id,)).fetchone()
            if row is None:
                return False
            connection.execute(
                "UPDATE documents SET fingerprint = '' WHERE document_key IN"
                " (SELECT document_key FROM document_articles WHERE article_key = ?)",
                (row[0],),
            )
            self._delete_article(connection, int(row[0]))
        return True

    def article(self, article_id: str) -> Article | None:
        """The article, None where there is none."""
        query = f"SELECT {_ARTICLE} FROM articles WHERE article_id = ?"
        row = self._connection.execute(query, (article_id,)).fetchone()
        return None if row is None else self._article(row)

    def articles(self, filters: Filters | None = None, *, limit: int = -1, offset: int = 0) -> Iterator[Article]:
        """Articles, newest first, those without a date last and in the order of their coming."""
        where, values = (filters or Filters()).sql()
        query = (
            f"SELECT {_ARTICLE} FROM articles WHERE {where}"
            " ORDER BY published IS NULL, published DESC, article_key LIMIT ? OFFSET ?"
        )
        for row in self._connection.execute(query, (*values, limit, offset)):
            yield self._article(row)

    def _article(self, row: Sequence[str]) -> Article:
        article_id, title, body, subtitle, author, published, source, kind, url = row
        names = tuple(json.loads(author))
        shown = self._shown
        return Article(article_id, shown(title), shown(body), shown(subtitle), names, published, source, kind, url)

    def _insert_article(
        self, connection: sqlite3.Connection, row: tuple[str | None, ...], spans: Sequence[tuple[int, int]]
    ) -> int:
        cursor = connection.execute(f"INSERT INTO articles ({_ARTICLE}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        key = int(cursor.lastrowid or 0)
        connection.executemany(
            'INSERT INTO passages (article_key, start, "end") VALUES (?, ?, ?)',
            ((key, start, end) for start, end in spans),
        )
        return key

    def _delete_article(self, connection: sqlite3.Connection, key: int) -> int:
        connection.execute(
            "DELETE FROM vectors WHERE passage_id IN (SELECT passage_id FROM passages WHERE article_key = ?)", (key,)
        )
        connection.execute("DELETE FROM passages WHERE article_key = ?", (key,))
        return connection.execute("DELETE FROM articles WHERE article_key = ?", (key,)).rowcount

    # -- passages ------------------------------------------------------------------------------------------------

    def index_entries(self, after: int = 0) -> Iterator[IndexEntry]:
        """Every passage with an id above `after`, in the order of ids."""
        yield from self._entries("passage_id > ? ORDER BY passage_id", after)

    def entries_of(self, passage_ids: Sequence[int]) -> dict[int, IndexEntry]:
        """The passages of these ids that exist, by id."""
        ids = json.dumps([int(one) for one in passage_ids])
        entries = self._entries("passage_id IN (SELECT value FROM json_each(?)) ORDER BY article_key, passage_id", ids)
        return {entry.passage.passage_id: entry for entry in entries}

    def _entries(self, condition: str, value: int | str) -> Iterator[IndexEntry]:
        # A body is fetched once for its passages in a row: SQLite's substr would walk through it for each of them.
        connection, head, head_key = self._connection, None, None
        masked, masked_of = "", None
        query = f'SELECT passage_id, article_key, start, "end" FROM passages WHERE {condition}'
        for passage_id, key, start, end in connection.execute(query, (value,)):
            if key != head_key:
                head, head_key = connection.execute(_HEAD, (key,)).fetchone(), key
            if head is not None:
                article_id, body, title, published, source = head
                if body is not masked_of:
                    masked, masked_of = self._shown(body), body
                passage = Passage(passage_id, article_id, masked[start:end], start, end)
                yield IndexEntry(passage, self._shown(title), published, source)

    def passage_ids(self, filters: Filters) -> NDArray[np.int64]:
        """Ids of the passages whose articles pass `filters`, ascending."""
        where, values = filters.sql()
        query = f"SELECT passage_id FROM passages JOIN articles USING (article_key) WHERE {where} ORDER BY passage_id"
        return np.fromiter((row[0] for row in self._connection.execute(query, values)), np.int64)

    def deletions(self, after: int = 0) -> list[tuple[int, int]]:
        """(sequence, passage_id) of every passage removed since the deletion `after`, in order."""
        query = "SELECT sequence, passage_id FROM deletions WHERE sequence > ? ORDER BY sequence"
        return [(int(a), int(b)) for a, b in self._connection.execute(query, (after,))]

    def newest_passage(self) -> tuple[int, str]:
        """The highest passage id there is, and its article's id; (0, "") where there is none."""
        query = (
            "SELECT passage_id, article_id FROM passages JOIN articles USING (article_key)"
            " ORDER BY passage_id DESC LIMIT 1"
        )
        row = self._connection.execute(query).fetchone()
        return (int(row[0]), str(row[1])) if row else (0, "")

    def newest_deletion(self) -> int:
        """The sequence of the last removal of a passage, 0 where there was none."""
        return int(self._connection.execute("SELECT coalesce(max(sequence), 0) FROM deletions").fetchone()[0])

    # -- vectors -------------------------------------------------------------------------------------------------

    def passages_without_vector(self, limit: int, after: int = 0) -> list[IndexEntry]:
        """Up to `limit` passages with an id above `after` that have no vector yet, oldest first."""
        query = (
            "SELECT passage_id FROM passages WHERE passage_id > ? AND NOT EXISTS"
            " (SELECT 1 FROM vectors WHERE vectors.passage_id = passages.passage_id) ORDER BY passage_id LIMIT ?"
        )
        ids = [int(row[0]) for row in self._connection.execute(query, (after, limit))]
        entries = self.entries_of(ids)
        return [entries[one] for one in ids if one in entries]

    def put_vectors(self, passage_ids: Sequence[int], vectors: NDArray[np.float32]) -> None:
        """Keep vectors, (n, dimension) float32, of passages; those removed meanwhile are passed over."""
        blobs = [row.tobytes() for row in vectors.astype("<f2")]
        with self.transaction() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO vectors (passage_id, vector)"
                " SELECT passage_id, ? FROM passages WHERE passage_id = ?",
                zip(blobs, passage_ids, strict=True),
            )

    def vectors(self, after: int = 0) -> Iterator[tuple[int, int, bytes]]:
        """(sequence, passage_id, float16 bytes) of every vector written since `after`, in order."""
        query = "SELECT sequence, passage_id, vector FROM vectors WHERE sequence > ? ORDER BY sequence"
        yield from self._connection.execute(query, (after,))

    def clear_vectors(self, encoder: str) -> None:
        """Drop all vectors; from now on the archive is that of `encoder`."""
        with self.transaction() as connection:
            connection.execute("DELETE FROM vectors")
            connection.execute("INSERT OR REPLACE INTO meta VALUES ('encoder', ?)", (encoder,))


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


def _row(article: Article) -> tuple[str | None, ...]:
    if article.published is not None:
        first_day(article.published)
    row = (
        article.article_id,
        article.title,
        article.body,
        article.subtitle,
        json.dumps(article.author, ensure_ascii=False),
        article.published,
        article.source,
        article.kind,
        article.url,
    )
    text = "".join(filter(None, row))
    if "\0" in text or "\\u0000" in row[4]:
        raise ValueError(f"the article {article.article_id!a} holds a NUL character; remove it")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        at = f"{text[error.start]!a}"
        raise ValueError(f"the article {article.article_id!a} holds {at}, half a character; remove it") from None
    return row


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
