"""What of a passage the index holds, and how it is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import tantivy

from retrieval.filters import Filters, first_day, last_day
from retrieval.names import Names
from retrieval.store import IndexEntry
from retrieval.terms import terms

# The title and the headings of a passage's sections are one field: few passages have headings, and in a field of their
# own BM25 would take every heading for a long one.
HEADINGS_BOOST = 0.5  # beside 1 for the text
SEARCHED = (("text", 1.0), ("headings", HEADINGS_BOOST))
_SPACES = "spaces"


def new_index(directory: Path | None) -> tantivy.Index:
    """An empty index in `directory`, which exists, or in memory."""
    return _prepared(tantivy.Index(_schema(), path=str(directory)) if directory else tantivy.Index(_schema()))


def open_index(directory: Path) -> tantivy.Index:
    """The index in `directory`; tantivy raises over damaged files."""
    return _prepared(tantivy.Index.open(str(directory)))


def _prepared(index: tantivy.Index) -> tantivy.Index:
    index.register_tokenizer(_SPACES, tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    index.config_reader("manual")
    return index


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("passage_id", indexed=True, fast=True)
    builder.add_text_field("article_id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("text", tokenizer_name=_SPACES, index_option="freq")
    builder.add_text_field("headings", tokenizer_name=_SPACES, index_option="freq")
    builder.add_text_field("source", tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("first_day", indexed=True, fast=True)
    builder.add_unsigned_field("last_day", indexed=True, fast=True)
    return builder.build()


def document(entry: IndexEntry, names: Names) -> tantivy.Document:
    """A passage as the index takes it in."""
    made = tantivy.Document()
    made.add_unsigned("passage_id", entry.passage.passage_id)
    made.add_text("article_id", entry.passage.article_id)
    made.add_text("text", " ".join(terms(entry.passage.text) + names.terms(entry.passage.text)))
    made.add_text("headings", _terms(entry.above, names))
    made.add_text("source", entry.source)
    if entry.published:
        made.add_unsigned("first_day", first_day(entry.published))
        made.add_unsigned("last_day", last_day(entry.published))
    return made


@lru_cache(maxsize=64)  # an article's passages come one after the other
def _terms(headings: str, names: Names) -> str:
    return " ".join(terms(headings) + names.terms(headings))


def query_of(
    schema: tantivy.Schema,
    words: Sequence[str],
    names: Names,
    filters: Filters | None = None,
    phrases: Sequence[Sequence[str]] = (),
) -> tantivy.Query:
    """Passages that hold any of `words`, more often asked ones counting so often, and names by their weight.

    They must pass `filters`, and hold all terms of each of `phrases` in their text or above it.
    """
    clauses = []
    for term, count in Counter(words).items():
        for field, boost in SEARCHED:
            clause = tantivy.Query.term_query(schema, field, term, "freq")
            boosted = tantivy.Query.boost_query(clause, boost * count * names.weight(term))
            clauses.append((tantivy.Occur.Should, boosted))
    matching = tantivy.Query.boolean_query(clauses)
    conditions = _conditions(schema, filters) if filters else []
    conditions += [_all_of(schema, phrase) for phrase in phrases]
    if not conditions:
        return matching
    unscored = [(tantivy.Occur.Must, tantivy.Query.const_score_query(one, 0.0)) for one in conditions]
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, matching), *unscored])


def _all_of(schema: tantivy.Schema, words: Sequence[str]) -> tantivy.Query:
    in_either = []
    for field, _ in SEARCHED:
        held = [
            (tantivy.Occur.Must, tantivy.Query.term_query(schema, field, term, "basic"))
            for term in dict.fromkeys(words)
        ]
        in_either.append((tantivy.Occur.Should, tantivy.Query.boolean_query(held)))
    return tantivy.Query.boolean_query(in_either)


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
