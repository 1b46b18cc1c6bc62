"""The tables of an archive."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator

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


def create(connection: sqlite3.Connection) -> None:
    """Make the tables, unless another process has just made them. To be called inside a transaction."""
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
        return
    for statement in statements(_SCHEMA):
        connection.execute(statement)
    connection.execute("INSERT INTO meta VALUES ('schema_version', ?)", (str(SCHEMA_VERSION),))
    connection.execute("INSERT INTO meta VALUES ('generation', '0')")
    connection.execute("INSERT INTO meta VALUES ('archive', ?)", (secrets.token_hex(8),))


def statements(script: str) -> Iterator[str]:
    """The single statements of an SQL script."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
