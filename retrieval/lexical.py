"""BM25 over passages: a tantivy index, derived from the store and always rebuildable from it.

The text is segmented beforehand (retrieval.terms), so tantivy only splits at spaces. A small state file beside the
index says how far into the store it reaches; bringing it up to date is reading on from there. The state is written
after tantivy's commit: after a crash between the two, the same passages are taken in again, each replacing itself.
"""

from __future__ import annotations

import json
import math
import os
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import tantivy

from retrieval.filters import Filters, first_day, last_day
from retrieval.store import IndexEntry, Store
from retrieval.terms import terms

LAYOUT_VERSION = 1
TITLE_BOOST = 0.5  # beside 1 for the text
_WRITER_BYTES = 64 * 2**20
_STATE_FILE = "wenbao-state.json"
_SPACES = "spaces"


@dataclass(frozen=True, slots=True)
class State:
    """How much of which store an index holds: its newest passage and the newest deletion that it has taken in."""

    archive: str
    passage_id: int = 0
    article_id: str = ""  # of that passage: tells a store that was put back from a backup
    deletion: int = 0
    layout: int = LAYOUT_VERSION


class LexicalIndex:
    """Searching is safe from several threads; `sync` is for one writer at a time, across processes."""

    def __init__(self, directory: Path | None, archive: str) -> None:
        """Open the index in `directory` for the store named `archive`; one that is missing, damaged or another
        archive's is empty until `sync`. Without a directory the index lives in memory.
        """
        self._directory = directory
        self._archive = archive
        self.state = State(archive)
        self._index: tantivy.Index | None = None
        self.reload()

    def reload(self) -> None:
        """See what another process committed."""
        if self._directory is None:
            return
        state = _read_state(self._directory, self._archive)
        try:
            if state and tantivy.Index.exists(str(self._directory)):
                if self._index is None:
                    self._index = _with_tokenizer(tantivy.Index.open(str(self._directory)))
                self._index.reload()
                self.state = state
                return
        except (ValueError, OSError):
            pass  # damaged
        self._index, self.state = None, State(self._archive)

    def search(self, query: Sequence[str], limit: int, filters: Filters | None = None) -> list[tuple[int, float]]:
        """(passage_id, BM25 score) of the best passages that hold any of the terms `query`, best first."""
        if self._index is None or not query:
            return []
        searcher = self._index.searcher()
        found = searcher.search(_query(self._index.schema, query, filters), limit, count=False)
        addresses = [address for _, address in found.hits]
        ids = searcher.fast_field_values("passage_id", addresses)
        scores = [float(score) for score, _ in found.hits]
        # Equal scores in the order of ids: tantivy's own order depends on how its segments were merged.
        pairs = [(int(one or 0), score) for one, score in zip(ids, scores, strict=True)]
        return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))

    def rarity(self, words: Sequence[str]) -> dict[str, float]:
        """Inverse document frequency of each term, as BM25 has it: ln(1 + (N - n + 0.5) / (n + 0.5))."""
        if self._index is None:
            return dict.fromkeys(words, 1.0)
        searcher = self._index.searcher()
        total = searcher.num_docs
        counts = {word: min(searcher.doc_freq("text", word), total) for word in words}
        return {word: math.log(1 + (total - count + 0.5) / (count + 0.5)) for word, count in counts.items()}

    def is_current(self, store: Store) -> bool:
        """Whether the index holds just what the store does."""
        return self.state == _target(store, self._archive)

    def sync(self, store: Store) -> None:
        """Take in what the store has added and removed since the last time; from the beginning where need be."""
        target = _target(store, self._archive)
        if self.state == target:
            return
        if self._index is None or not self._continues(store):
            self._start_anew()
        assert self._index
        writer = self._index.writer(_WRITER_BYTES, 1)
        for _, passage_id in store.deletions(self.state.deletion):
            writer.delete_documents_by_term("passage_id", passage_id)
        for entry in store.index_entries(self.state.passage_id):
            if entry.passage.passage_id > target.passage_id:
                break
            writer.delete_documents_by_term("passage_id", entry.passage.passage_id)
            writer.add_document(_document(entry))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self.state = target
        if self._directory:
            _write_state(self._directory, target)

    def _continues(self, store: Store) -> bool:
        """Whether the store still holds, or once removed, the newest passage that the index knows."""
        if not self.state.passage_id:
            return True
        entry = store.entries_of([self.state.passage_id]).get(self.state.passage_id)
        if entry:
            return entry.passage.article_id == self.state.article_id
        return store.newest_passage()[0] >= self.state.passage_id

    def _start_anew(self) -> None:
        self.state = State(self._archive)
        if self._directory is None:
            self._index = _with_tokenizer(tantivy.Index(_schema()))
            return
        shutil.rmtree(self._directory, ignore_errors=True)
        self._directory.mkdir(parents=True)
        self._index = _with_tokenizer(tantivy.Index(_schema(), path=str(self._directory)))


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("passage_id", indexed=True, fast=True)
    builder.add_text_field("text", tokenizer_name=_SPACES, index_option="freq")
    builder.add_text_field("title", tokenizer_name=_SPACES, index_option="freq")
    builder.add_text_field("source", tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("first_day", indexed=True, fast=True)
    builder.add_unsigned_field("last_day", indexed=True, fast=True)
    return builder.build()


def _with_tokenizer(index: tantivy.Index) -> tantivy.Index:
    index.register_tokenizer(_SPACES, tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    index.config_reader("manual")
    return index


def _document(entry: IndexEntry) -> tantivy.Document:
    document = tantivy.Document()
    document.add_unsigned("passage_id", entry.passage.passage_id)
    document.add_text("text", " ".join(terms(entry.passage.text)))
    document.add_text("title", " ".join(terms(entry.title)))
    document.add_text("source", entry.source)
    if entry.published:
        document.add_unsigned("first_day", first_day(entry.published))
        document.add_unsigned("last_day", last_day(entry.published))
    return document


def _query(schema: tantivy.Schema, query: Sequence[str], filters: Filters | None) -> tantivy.Query:
    clauses = []
    for term, count in Counter(query).items():
        for field, boost in (("text", 1.0), ("title", TITLE_BOOST)):
            clause = tantivy.Query.term_query(schema, field, term, "freq")
            clauses.append((tantivy.Occur.Should, tantivy.Query.boost_query(clause, boost * count)))
    matching = tantivy.Query.boolean_query(clauses)
    conditions = _conditions(schema, filters) if filters else []
    if not conditions:
        return matching
    unscored = [(tantivy.Occur.Must, tantivy.Query.const_score_query(one, 0.0)) for one in conditions]
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, matching), *unscored])


def _conditions(schema: tantivy.Schema, filters: Filters) -> list[tantivy.Query]:
    conditions = []
    number = tantivy.FieldType.Unsigned
    if filters.since:
        bounds = (first_day(filters.since), 99999999)
        conditions.append(tantivy.Query.range_query(schema, "last_day", number, *bounds))
    if filters.until:
        conditions.append(tantivy.Query.range_query(schema, "first_day", number, 0, last_day(filters.until)))
    if filters.source:
        conditions.append(tantivy.Query.term_query(schema, "source", filters.source, "basic"))
    return conditions


def _target(store: Store, archive: str) -> State:
    deletion = store.newest_deletion()  # read first: a passage that comes and goes meanwhile is then deleted next time
    passage_id, article_id = store.newest_passage()
    return State(archive, passage_id, article_id, deletion)


def _read_state(directory: Path, archive: str) -> State | None:
    try:
        state = State(**json.loads((directory / _STATE_FILE).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return state if (state.archive, state.layout) == (archive, LAYOUT_VERSION) else None


def _write_state(directory: Path, state: State) -> None:
    temporary = directory / f"{_STATE_FILE}.new"
    temporary.write_text(json.dumps(asdict(state)), "utf-8")
    os.replace(temporary, directory / _STATE_FILE)
