"""Filters: SQL and BM25's conditions against a plain reading of the rule."""

from __future__ import annotations

import calendar
import itertools
from pathlib import Path

import numpy as np
import pytest
from archives import make_article, put

from retrieval.attributes import Attributes
from retrieval.filters import Filters, first_day, last_day
from retrieval.lexical import LexicalIndex
from retrieval.store import Store
from retrieval.terms import terms

DATES = [
    None, "2023", "2023-12", "2023-12-31", "2024", "2024-01", "2024-01-01", "2024-02", "2024-02-28", "2024-02-29",
    "2024-03-01", "2024-12", "2024-12-31", "2025", "2025-01-01", "2025-11", "2025-12", "0001-01-01", "9999-12-31",
]  # fmt: skip
BOUNDS = ["2023", "2023-12", "2023-12-31", "2024", "2024-02", "2024-02-29", "2024-03", "2024-12-31", "2025-01", "9999"]
SOURCES = ["澄江日报", "湘原日报", ""]


def days(date: str) -> tuple[str, str]:
    """First and last day of a date, as full ISO dates, by the calendar."""
    year, month, day = [*date.split("-"), "", ""][:3]
    last = calendar.monthrange(int(year), int(month or 12))[1]
    return f"{year}-{month or '01'}-{day or '01'}", f"{year}-{month or '12'}-{day or last}"


def passes(filters: Filters, published: str | None, source: str) -> bool:
    if filters.source and source != filters.source:
        return False
    if not (filters.since or filters.until):
        return True
    if published is None:
        return False
    first, last = days(published)
    return (not filters.since or last >= days(filters.since)[0]) and (
        not filters.until or first <= days(filters.until)[1]
    )


def all_filters() -> list[Filters]:
    found = []
    for since, until, source in itertools.product([None, *BOUNDS], [None, *BOUNDS], [None, SOURCES[0]]):
        if not (since and until) or days(since)[0] <= days(until)[1]:
            found.append(Filters(since, until, source))
    return found


def test_store_and_lexical_index_filter_as_a_calendar_does(store: Store) -> None:
    with store.transaction():
        pass
    facts: dict[str, tuple[str | None, str]] = {}
    for i, (date, source) in enumerate(itertools.product(DATES, SOURCES)):
        facts[f"a{i}"] = date, source
        put(store, make_article(f"a{i}", "题", "水位上涨。", published=date, source=source))
    lexical, attributes = LexicalIndex(None, store.name), Attributes()
    lexical.sync(store)
    article_of = {one.passage.passage_id: one.passage.article_id for one in store.index_entries()}
    for filters in all_filters():
        expected = {one for one, (date, source) in facts.items() if passes(filters, date, source)}
        assert {one.article_id for one in store.articles(filters)} == expected
        ids = attributes.passing(store, filters)
        assert list(ids) == sorted(ids)
        assert ids.dtype == np.int64
        assert {article_of[one] for one in ids.tolist()} == expected
        found = lexical.reading().search(terms("水位"), 1000, filters)
        assert {article_of[one] for one, _ in found} == expected


def test_attributes_follow_the_store(tmp_path: Path) -> None:
    store = Store(tmp_path / "archive", create=True)
    attributes, filters = Attributes(), Filters("2025-03", source=SOURCES[0])
    assert attributes.passing(store, filters).tolist() == []
    put(store, make_article("a", "题", "水位。", published="2025-04", source=SOURCES[0]))
    assert attributes.passing(store, filters).tolist() == [1]
    backup = store.path.read_bytes() if store.flush() is None else b""
    put(store, make_article("a", "题", "水位。", published="2025-02", source=SOURCES[0]))
    put(store, make_article("b", "题", "水位。", published="2025-05-01", source=SOURCES[1]))
    put(store, make_article("c", "题", "水位。", published="2025-05-01", source=SOURCES[0]))
    held = {one.passage.passage_id for one in store.index_entries()}
    assert set(attributes.passing(store, filters).tolist()) & held == {4}
    store.close()
    for name in ("archive.sqlite3-wal", "archive.sqlite3-shm"):
        (tmp_path / "archive" / name).unlink(missing_ok=True)
    store.path.write_bytes(backup)
    store = Store(tmp_path / "archive")
    assert attributes.passing(store, filters).tolist() == [1]
    store.close()


def test_filtering_does_not_change_scores(store: Store) -> None:
    for i in range(6):
        put(store, make_article(f"a{i}", "题", "水位" * (i + 1), published=f"2025-0{i + 1}", source=SOURCES[i % 2]))
    lexical = LexicalIndex(None, store.name)
    lexical.sync(store)
    every = dict(lexical.reading().search(terms("水位"), 10))
    some = lexical.reading().search(terms("水位"), 10, Filters("2025-02", "2025-05", SOURCES[1]))
    assert len(some) == 2
    for passage_id, score in some:
        assert score == pytest.approx(every[passage_id], rel=1e-6)


@pytest.mark.parametrize(
    "date",
    ["", "25", "2025-5", "2025-13", "2025-00", "2025-02-29", "2025-02-00", "2025-2-1", "2025/05/16", "0000", "2025-05-",
     "２０２５", "2025-05-16 ", "2025-05-16\n", "二〇二五"],
)  # fmt: skip
def test_what_is_no_date_is_refused_with_an_example(date: str) -> None:
    for read in (first_day, last_day):
        with pytest.raises(ValueError, match="write 2025, 2025-05 or 2025-05-16"):
            read(date)
    if date:
        with pytest.raises(ValueError, match="is not a date"):
            Filters(since=date)


def test_bounds_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="since 2025-06 is after until 2025-05"):
        Filters("2025-06", "2025-05")
    assert Filters("2025-05-31", "2025-05")
    assert not Filters()
    assert not Filters("", "", "")
