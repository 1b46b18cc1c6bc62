"""Vectors that outlive the replacing of their article: those of passages whose text has not changed.

So a corrected article is found by its meaning at once, and only what changed in it is encoded again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping


def vectors_by_text(connection: sqlite3.Connection, key: int, body: str) -> dict[str, bytes]:
    """The vectors of an article with this body, by the texts of their passages."""
    query = 'SELECT start, "end", vector FROM passages JOIN vectors USING (passage_id) WHERE article_key = ?'
    return {body[start:end]: vector for start, end, vector in connection.execute(query, (key,))}


def put_again(connection: sqlite3.Connection, key: int, body: str, kept: Mapping[str, bytes]) -> None:
    """Give the passages of an article with this body the vectors of the same texts."""
    if not kept:
        return
    query = 'SELECT passage_id, start, "end" FROM passages WHERE article_key = ? ORDER BY passage_id'
    rows = connection.execute(query, (key,)).fetchall()
    found = ((passage_id, kept[text]) for passage_id, start, end in rows if (text := body[start:end]) in kept)
    connection.executemany("INSERT INTO vectors (passage_id, vector) VALUES (?, ?)", found)
