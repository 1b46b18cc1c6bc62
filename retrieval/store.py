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
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.article import Article
from retrieval.errors import ArchiveDamagedError, ArchiveMissingError, ArchiveReadOnlyError, ArchiveVersionError
from retrieval.filters import Filters
from retrieval.passage import Passage

FILE_NAME = "archive.sqlite3"
SCHEMA_VERSION = 1

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
_ENTRY = (
    'SELECT passage_id, article_id, substr(body, start + 1, "end" - start), start, "end", title, published, source'
    " FROM passages JOIN articles USING (article_key)"
)


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


class Store:
    """One archive's database; every thread gets its own connection. Raises ArchiveError's subclasses on opening."""

    def __init__(self, directory: Path, *, create: bool = False) -> None:
        """Open the archive in `directory`, making it first if `create`."""
        self.directory = directory
        self.path = directory / FILE_NAME
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._connections_lock = threading.Lock()
        if create:
            self._make_directory()
        elif not self.path.is_file():
            raise ArchiveMissingError(directory)
        try:
            if create:
                self._create_schema()
            version = int(self.meta("schema_version") or 0)
        except sqlite3.OperationalError as error:
            if "readonly" in str(error) or "unable to open" in str(error):
                raise ArchiveReadOnlyError(directory) from error
            raise ArchiveDamagedError(self.path, str(error)) from error
        except sqlite3.DatabaseError as error:
            raise ArchiveDamagedError(self.path, str(error)) from error
        if version != SCHEMA_VERSION:
            raise ArchiveVersionError(self.path, version, SCHEMA_VERSION)

    # -- connections ---------------------------------------------------------------------------------------------

    def _make_directory(self) -> None:
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ArchiveReadOnlyError(self.directory) from error

    @property
    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._connect()
            self._local.connection = connection
            with self._connections_lock:
                self._connections.append(connection)
        return connection

    def _connect(self) -> sqlite3.Connection:
        # check_same_thread=False only so that close() may close the connections of threads that ended.
        connection = sqlite3.connect(self.path, timeout=30, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            # A directory that cannot be written has no -shm file to share: nobody writes, so read it as it stands.
            connection.close()
            connection = sqlite3.connect(
                f"{self.path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
            )
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA foreign_keys=ON")
        return connection

    def close(self) -> None:
        """Close every connection; the store cannot be used after it."""
        with self._connections_lock:
            for connection in self._connections:
                connection.close()
            self._connections.clear()
        self._local = threading.local()

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
        """One write transaction of this thread; everything in it is kept, or nothing. Also moves the generation."""
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'generation'")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Everything that this thread reads inside is of one moment."""
        self._connection.execute("BEGIN")
        try:
            yield
        finally:
            self._connection.execute("COMMIT")

    def flush(self) -> None:
        """Force everything committed to the disk."""
        self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

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
            if not connection.execute("SELECT 1 FROM document_articles WHERE article_key = ?", (key,)).fetchone():
                removed += self._delete_article(connection, key)
        return removed

    # -- articles ------------------------------------------------------------------------------------------------

    def put_article(self, article: Article, spans: Sequence[tuple[int, int]], document_key: int | None) -> Change:
        """Add `article` with its passages, or replace the one of the same id; nothing where it is the same already."""
        row = self._row(article)
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
        return None if row is None else _article(row)

    def articles(self, filters: Filters | None = None, *, limit: int = -1, offset: int = 0) -> Iterator[Article]:
        """Articles, newest first, those without a date last and in the order of their coming."""
        where, values = (filters or Filters()).sql()
        query = (
            f"SELECT {_ARTICLE} FROM articles WHERE {where}"
            " ORDER BY published IS NULL, published DESC, article_key LIMIT ? OFFSET ?"
        )
        for row in self._connection.execute(query, (*values, limit, offset)):
            yield _article(row)

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

    @staticmethod
    def _row(article: Article) -> tuple[str | None, ...]:
        author = json.dumps(article.author, ensure_ascii=False)
        return (
            article.article_id,
            article.title,
            article.body,
            article.subtitle,
            author,
            article.published,
            article.source,
            article.kind,
            article.url,
        )

    # -- passages ------------------------------------------------------------------------------------------------

    def index_entries(self, after: int = 0) -> Iterator[IndexEntry]:
        """Every passage with an id above `after`, in the order of ids."""
        query = f"{_ENTRY} WHERE passage_id > ? ORDER BY passage_id"
        for row in self._connection.execute(query, (after,)):
            yield IndexEntry(Passage(*row[:5]), *row[5:])

    def entries_of(self, passage_ids: Sequence[int]) -> dict[int, IndexEntry]:
        """The passages of these ids that exist, by id."""
        entries: dict[int, IndexEntry] = {}
        query = f"{_ENTRY} WHERE passage_id IN (SELECT value FROM json_each(?))"
        for row in self._connection.execute(query, (json.dumps([int(one) for one in passage_ids]),)):
            entries[int(row[0])] = IndexEntry(Passage(*row[:5]), *row[5:])
        return entries

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

    def passages_without_vector(self, limit: int) -> list[IndexEntry]:
        """Up to `limit` passages that have no vector yet, oldest first."""
        query = (
            "SELECT passage_id FROM passages WHERE NOT EXISTS"
            " (SELECT 1 FROM vectors WHERE vectors.passage_id = passages.passage_id) ORDER BY passage_id LIMIT ?"
        )
        ids = [int(row[0]) for row in self._connection.execute(query, (limit,))]
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


def _article(row: Sequence[str]) -> Article:
    article_id, title, body, subtitle, author, published, source, kind, url = row
    return Article(article_id, title, body, subtitle, tuple(json.loads(author)), published, source, kind, url)


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
