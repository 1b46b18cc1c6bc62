"""Documents: which file brought which articles."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from retrieval.store.articles import delete_article
from retrieval.store.database import Database


class Documents(Database):
    """The documents of an archive."""

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
            connection.execute("UPDATE raw_texts SET stale = 1 WHERE document_key = ?", row)
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
            connection.execute("DELETE FROM raw_texts WHERE document_key = ? AND stale", (document_key,))
            connection.execute(
                "UPDATE documents SET fingerprint = ? WHERE document_key = ?", (fingerprint, document_key)
            )
        return removed

    def articles_of_document(self, document_key: int) -> set[str]:
        """Ids of the articles that a document brought."""
        query = "SELECT article_id FROM document_articles JOIN articles USING (article_key) WHERE document_key = ?"
        return {str(row[0]) for row in self._connection.execute(query, (document_key,))}

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
                removed += delete_article(connection, key)
            # What stays may be as this document had it: the others count as changed, so that theirs can come back.
            connection.executemany("UPDATE documents SET fingerprint = '' WHERE document_key = ?", others)
        return removed
