"""Articles: put, replaced, removed and read."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from enum import Enum

from retrieval.article import Article
from retrieval.filters import Filters, first_day
from retrieval.store.database import Database
from retrieval.store.kept_vectors import put_again, vectors_by_text
from retrieval.store.originals import Original, put_original

_ARTICLE = "article_id, title, body, subtitle, author, published, source, kind, url, place, dates"
_DERIVED = 2  # of these, how many at the end are found in the text: they alone changed make no other article


class Change(Enum):
    """What putting an article did."""

    ADDED = "added"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"


class Articles(Database):
    """The articles of an archive."""

    def put_article(
        self,
        article: Article,
        spans: Sequence[tuple[int, int]],
        document_key: int | None,
        original: Original | None = None,
    ) -> Change:
        """Add `article` with its passages, or replace the one of the same id; nothing where it is the same already.

        Passages of a replaced one whose text stayed keep their vectors.

        `original` says where in its document the body stands; it is kept for articles of a document only.

        Raises ValueError for an article that cannot be stored: its date is none, or its text holds a NUL or half a
        surrogate pair.
        """
        row = _row(article)
        with self.transaction() as connection:
            present = connection.execute(
                f"SELECT article_key, {_ARTICLE} FROM articles WHERE article_id = ?", (article.article_id,)
            ).fetchone()
            if present is None:
                key, change = _insert_article(connection, row, spans), Change.ADDED
            elif tuple(present[1:-_DERIVED]) == row[:-_DERIVED]:
                key, change = int(present[0]), Change.UNCHANGED
                if tuple(present[-_DERIVED:]) != row[-_DERIVED:]:
                    connection.execute(
                        "UPDATE articles SET place = ?, dates = ? WHERE article_key = ?", (*row[-_DERIVED:], key)
                    )
            else:
                links = connection.execute(
                    "SELECT document_key FROM document_articles WHERE article_key = ?", (present[0],)
                ).fetchall()
                kept = self._vectors_kept(connection, int(present[0]), present[1:], article)
                delete_article(connection, int(present[0]))
                key, change = _insert_article(connection, row, spans), Change.REPLACED
                put_again(connection, key, self._shown(article.body), kept)
                connection.executemany(
                    "INSERT INTO document_articles VALUES (?, ?)", ((link[0], key) for link in links)
                )
            if document_key is not None:
                connection.execute("INSERT OR IGNORE INTO document_articles VALUES (?, ?)", (document_key, key))
                if original is not None:
                    put_original(connection, original, document_key, key)
        return change

    def _vectors_kept(
        self, connection: sqlite3.Connection, key: int, before: Sequence[str], article: Article
    ) -> dict[str, bytes]:
        """Those vectors that hold on: none where the title changed, which is encoded with each passage."""
        _, title, body, *_ = before
        same = self._shown(title) == self._shown(article.title)
        return vectors_by_text(connection, key, self._shown(body)) if same else {}

    def remove_article(self, article_id: str) -> bool:
        """Remove an article, whichever documents brought it; False where there is none.

        Those documents count as changed, so that reading them again brings it back. The raw text that it came from
        goes with it, also where other articles came from that too.
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
            connection.execute(
                "DELETE FROM raw_texts WHERE raw_key IN (SELECT raw_key FROM origins WHERE article_key = ?)", (row[0],)
            )
            delete_article(connection, int(row[0]))
        return True

    def article(self, article_id: str) -> Article | None:
        """The article, None where there is none."""
        query = f"SELECT {_ARTICLE} FROM articles WHERE article_id = ?"
        row = self._connection.execute(query, (article_id,)).fetchone()
        return None if row is None else self._article(row)

    def held(self, article_ids: Collection[str]) -> list[str]:
        """Which of these articles there are, by the order of their coming."""
        ids = "SELECT value FROM json_each(?)"
        query = f"SELECT article_id FROM articles WHERE article_id IN ({ids}) ORDER BY article_key"
        return [str(row[0]) for row in self._connection.execute(query, (json.dumps(list(article_ids)),))]

    def articles(
        self, filters: Filters | None = None, *, title: str = "", limit: int = -1, offset: int = 0
    ) -> Iterator[Article]:
        """Articles, newest first, those without a date last and in the order of their coming.

        Where `title` is given, only those whose title holds it.
        """
        where, values = _where(filters, title)
        query = (
            f"SELECT {_ARTICLE} FROM articles WHERE {where}"
            " ORDER BY published IS NULL, published DESC, article_key LIMIT ? OFFSET ?"
        )
        for row in self._connection.execute(query, (*values, limit, offset)):
            yield self._article(row)

    def article_count(self, filters: Filters | None = None, *, title: str = "") -> int:
        """How many articles `articles` would give without a limit."""
        where, values = _where(filters, title)
        return int(self._connection.execute(f"SELECT count(*) FROM articles WHERE {where}", values).fetchone()[0])

    def _article(self, row: Sequence[str]) -> Article:
        article_id, title, body, subtitle, author, published, source, kind, url, place, dates = row
        names = tuple(json.loads(author))
        shown = self._shown
        return Article(
            article_id,
            shown(title),
            shown(body),
            shown(subtitle),
            names,
            published,
            source,
            kind,
            url,
            place,
            tuple(json.loads(dates)),
        )


def _where(filters: Filters | None, title: str) -> tuple[str, tuple[str, ...]]:
    where, values = (filters or Filters()).sql()
    return (f"{where} AND instr(title, ?)", (*values, title)) if title else (where, values)


def _insert_article(
    connection: sqlite3.Connection, row: tuple[str | None, ...], spans: Sequence[tuple[int, int]]
) -> int:
    cursor = connection.execute(f"INSERT INTO articles ({_ARTICLE}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    key = int(cursor.lastrowid or 0)
    connection.executemany(
        'INSERT INTO passages (article_key, start, "end") VALUES (?, ?, ?)',
        ((key, start, end) for start, end in spans),
    )
    return key


def delete_article(connection: sqlite3.Connection, key: int) -> int:
    """Remove an article with its passages and vectors, inside a transaction; how many articles that were."""
    connection.execute(
        "DELETE FROM vectors WHERE passage_id IN (SELECT passage_id FROM passages WHERE article_key = ?)", (key,)
    )
    connection.execute("DELETE FROM passages WHERE article_key = ?", (key,))
    return connection.execute("DELETE FROM articles WHERE article_key = ?", (key,)).rowcount


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
        article.place,
        json.dumps(article.dates),
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
