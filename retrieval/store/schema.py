"""The tables of an archive, and how those of older ones become today's.

A change of the tables is a new entry of `_MIGRATIONS` and never an edit of what is above it: every archive, new or
old, goes through the same steps. `tests/data/archives/` holds one of each past version.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator

_VERSION_1 = """
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


_ORIGINALS = """
ALTER TABLE articles ADD COLUMN place TEXT NOT NULL DEFAULT '';
ALTER TABLE articles ADD COLUMN dates TEXT NOT NULL DEFAULT '[]';       -- a JSON array
CREATE TABLE raw_texts (
    raw_key INTEGER PRIMARY KEY,
    document_key INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    locator TEXT NOT NULL,           -- the place in the document, "page 2"
    stale INTEGER NOT NULL,          -- 1 while the document is being read anew
    content BLOB NOT NULL            -- zlib of UTF-8
);
CREATE INDEX raw_texts_document ON raw_texts (document_key);
CREATE TABLE origins (
    article_key INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE,
    raw_key INTEGER NOT NULL REFERENCES raw_texts ON DELETE CASCADE,
    runs BLOB NOT NULL,              -- zlib of (start in body, start in raw text, length), little-endian uint32
    PRIMARY KEY (article_key, raw_key)
) WITHOUT ROWID;
CREATE INDEX origins_raw ON origins (raw_key);
CREATE TRIGGER origin_deleted AFTER DELETE ON origins
    WHEN NOT EXISTS (SELECT 1 FROM origins WHERE raw_key = old.raw_key)
    BEGIN DELETE FROM raw_texts WHERE raw_key = old.raw_key; END;
"""
_CHANNELS = """
CREATE TABLE conversations (
    conversation TEXT PRIMARY KEY,   -- the channel's name, a colon, and what the channel knows it by
    created REAL NOT NULL, updated REAL NOT NULL,                -- seconds since 1970, as everywhere below
    turns TEXT NOT NULL              -- a JSON array, oldest first
) WITHOUT ROWID;
CREATE INDEX conversations_updated ON conversations (updated);
CREATE TABLE feedback (
    feedback_key INTEGER PRIMARY KEY,
    channel TEXT NOT NULL, user TEXT NOT NULL, answer_id TEXT NOT NULL,
    conversation TEXT, question TEXT NOT NULL, answer TEXT NOT NULL,     -- answer: a JSON object
    vote INTEGER NOT NULL, comment TEXT NOT NULL,
    created REAL NOT NULL, updated REAL NOT NULL,
    UNIQUE (channel, user, answer_id)
);
CREATE INDEX feedback_updated ON feedback (updated);
CREATE TABLE api_keys (
    name TEXT PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,       -- SHA-256 of the key, in hexadecimal digits
    scope TEXT NOT NULL, created REAL NOT NULL, revoked REAL
) WITHOUT ROWID;
CREATE TABLE notes (                 -- what a channel has to remember: update offsets, settings of a chat, counters
    space TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, updated REAL NOT NULL,
    PRIMARY KEY (space, key)
) WITHOUT ROWID;
"""
_MIGRATIONS = (_VERSION_1, _ORIGINALS, _CHANNELS)  # the n-th leads from version n to n + 1
SCHEMA_VERSION = len(_MIGRATIONS)


def create(connection: sqlite3.Connection) -> None:
    """Make the tables, unless another process has just made them. To be called inside a transaction."""
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
        return
    _run(connection, _VERSION_1)
    connection.execute("INSERT INTO meta VALUES ('schema_version', '1')")
    connection.execute("INSERT INTO meta VALUES ('generation', '0')")
    connection.execute("INSERT INTO meta VALUES ('archive', ?)", (secrets.token_hex(8),))
    migrate(connection)


def is_old(version: str | None) -> bool:
    """Say whether `migrate` can make a database of this version today's."""
    return version in {str(one) for one in range(1, SCHEMA_VERSION)}


def migrate(connection: sqlite3.Connection) -> None:
    """Bring older tables to today's form. To be called inside a transaction, so that it happens whole or not at all."""
    found = int(connection.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchone()[0])
    for script in _MIGRATIONS[found:]:
        _run(connection, script)
    if found < SCHEMA_VERSION:  # else another process has just done it, or is newer
        connection.execute("UPDATE meta SET value = ? WHERE key = 'schema_version'", (str(SCHEMA_VERSION),))


def _run(connection: sqlite3.Connection, script: str) -> None:
    for statement in _statements(script):
        connection.execute(statement)


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
