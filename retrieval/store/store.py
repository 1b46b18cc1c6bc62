"""The store as one object."""

from __future__ import annotations

from dataclasses import dataclass

from retrieval.store.api_keys import ApiKeys
from retrieval.store.articles import Articles
from retrieval.store.conversations import Conversations
from retrieval.store.documents import Documents
from retrieval.store.feedback import Feedbacks
from retrieval.store.notes import Notes
from retrieval.store.originals import Originals
from retrieval.store.vectors import Vectors


@dataclass(frozen=True, slots=True)
class Counts:
    """How much the archive holds."""

    articles: int
    passages: int
    vectors: int


class Store(Documents, Articles, Originals, Vectors, Conversations, Feedbacks, ApiKeys, Notes):
    """One archive's database; every thread gets its own connection. Raises ArchiveError's subclasses on opening."""

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
