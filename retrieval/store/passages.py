"""Passages, as the indexes and the search read them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from retrieval.passage import Passage
from retrieval.section_headings import Section, headings_over, sections_of
from retrieval.store.database import Database

_HEAD = "SELECT article_id, body, title, published, source FROM articles WHERE article_key = ?"


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """A passage as an index takes it in, with the article's fields that are searched or filtered by.

    `headings` are those of the sections that it stands in, a line each.
    """

    passage: Passage
    title: str
    published: str | None
    source: str
    headings: str = ""

    @property
    def above(self) -> str:
        """What stands above the passage: the title, and its headings."""
        return f"{self.title}\n{self.headings}" if self.headings else self.title


class Passages(Database):
    """The passages of an archive."""

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
        sections: Sequence[Section] = ()
        query = f'SELECT passage_id, article_key, start, "end" FROM passages WHERE {condition}'
        for passage_id, key, start, end in connection.execute(query, (value,)):
            if key != head_key:
                head, head_key = connection.execute(_HEAD, (key,)).fetchone(), key
            if head is not None:
                article_id, body, title, published, source = head
                if body is not masked_of:
                    masked, masked_of = self._shown(body), body
                    sections = sections_of(masked)
                passage = Passage(passage_id, article_id, masked[start:end], start, end)
                headings = headings_over(sections, start, end)
                yield IndexEntry(passage, self._shown(title), published, source, headings)

    def entries_of_articles(self, article_ids: Sequence[str]) -> Iterator[IndexEntry]:
        """The passages of these articles, those of one after the other and in order."""
        articles = "SELECT article_key FROM articles WHERE article_id IN (SELECT value FROM json_each(?))"
        yield from self._entries(
            f"article_key IN ({articles}) ORDER BY article_key, passage_id", json.dumps(list(article_ids))
        )

    def present(self, passage_ids: Collection[int]) -> set[int]:
        """Which of these passages there are."""
        query = "SELECT passage_id FROM passages WHERE passage_id IN (SELECT value FROM json_each(?))"
        return {int(row[0]) for row in self._connection.execute(query, (json.dumps([int(i) for i in passage_ids]),))}

    def passage_attributes(self, after: int = 0) -> list[tuple[int, str | None, str]]:
        """(passage_id, date of publication, source) of every passage with an id above `after`, by id."""
        query = (
            "SELECT passage_id, published, source FROM passages JOIN articles USING (article_key)"
            " WHERE passage_id > ? ORDER BY passage_id"
        )
        return self._connection.execute(query, (after,)).fetchall()

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
