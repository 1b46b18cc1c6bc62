"""Articles in the store: what is kept as it was put, and what a change of one does."""

from __future__ import annotations

import random
import time

import pytest
from archives import FULL, bring, encode_all, make_article, put

from retrieval.article import Article
from retrieval.filters import Filters
from retrieval.store import Change, Counts, Store


def test_an_article_comes_back_as_it_was_put(store: Store) -> None:
    assert put(store, FULL) is Change.ADDED
    assert store.article("a1") == FULL
    assert list(store.articles()) == [FULL]
    assert store.article("none") is None
    odd = make_article("id with 空格'\"%", "", "😀\n\t𠀀e\u0301\u200b", author=('"quoted"',))
    put(store, odd)
    assert store.article(odd.article_id) == odd


def test_passages_are_their_ranges_of_the_body(store: Store, corpus: list[Article]) -> None:
    body = "😀𠀀一二三。" * 200
    for article in [*corpus, make_article("long", "长", body)]:
        put(store, article)
    bodies = {one.article_id: one.body for one in store.articles()}
    entries = list(store.index_entries())
    assert [one.passage.passage_id for one in entries] == sorted(one.passage.passage_id for one in entries)
    for entry in entries:
        one = entry.passage
        assert bodies[one.article_id][one.start : one.end] == one.text != ""
    chosen = random.Random(1).sample(entries, 7)
    assert store.entries_of([one.passage.passage_id for one in chosen] + [99999]) == {
        one.passage.passage_id: one for one in chosen
    }
    assert store.entries_of([]) == {}
    assert list(store.index_entries(after=entries[4].passage.passage_id)) == entries[5:]
    assert store.verify() == []


def test_the_same_article_again_changes_nothing(store: Store) -> None:
    put(store, FULL)
    before = store.generation(), list(store.index_entries())
    assert put(store, FULL) is Change.UNCHANGED
    assert (store.generation(), list(store.index_entries())) == before


@pytest.mark.parametrize("field", ["title", "body", "subtitle", "author", "published", "source", "kind", "url"])
def test_any_other_field_replaces_the_article(store: Store, field: str) -> None:
    put(store, FULL)
    encode_all(store)
    old = [one.passage.passage_id for one in store.index_entries()]
    fields = {name: getattr(FULL, name) for name in Article.__dataclass_fields__}
    fields |= {field: ("新",) if field == "author" else "2024" if field == "published" else "新的"}
    changed = Article(**fields)
    assert put(store, changed) is Change.REPLACED
    assert list(store.articles()) == [changed]
    assert store.entries_of(old) == {}  # new passages, so that every index takes them in again
    assert [passage_id for _, passage_id in store.deletions()] == old
    assert store.counts().vectors == (0 if field in ("title", "body") else len(old)), "of what is encoded"
    assert store.newest_passage()[0] > max(old)


def test_removing_an_article(store: Store, corpus: list[Article]) -> None:
    bring(store, "/f", *corpus)
    encode_all(store)
    gone = [one.passage.passage_id for one in store.index_entries() if one.passage.article_id == "a3"]
    assert store.remove_article("a3")
    assert not store.remove_article("a3")
    assert [passage_id for _, passage_id in store.deletions()] == gone
    assert store.newest_deletion() == len(gone)
    assert store.article("a3") is None
    assert store.counts() == Counts(11, len(list(store.index_entries())), len(list(store.vectors())))
    assert store.fingerprint("/f") is None  # so that reading the file again brings it back
    assert store.verify() == []


def test_a_passage_id_is_never_given_twice(store: Store) -> None:
    put(store, FULL)
    newest = store.newest_passage()
    store.remove_article("a1")
    assert store.newest_passage() == (0, "")
    put(store, FULL)
    assert store.newest_passage()[0] > newest[0]


def test_order_and_paging(store: Store, corpus: list[Article]) -> None:
    for article in corpus:
        put(store, article)
    every = list(store.articles())
    dates = [one.published for one in every]
    known = [date for date in dates if date]
    assert known == sorted(known, reverse=True)
    assert dates[: len(known)] == known
    assert list(store.articles(limit=5, offset=4)) == every[4:9]
    assert list(store.articles(Filters(source="澄江日报"))) == [one for one in every if one.source == "澄江日报"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"published": "2025-13"}, "is not a date"),
        ({"published": ""}, "is not a date"),
        ({"title": "标\0题"}, "NUL"),
        ({"author": ("a\0b",)}, "NUL"),
        ({"title": "半\ud83d"}, "half a character"),
        ({"author": ("\udc00",)}, "half a character"),
    ],
)
def test_what_cannot_be_kept_is_refused_whole(store: Store, fields: dict[str, object], reason: str) -> None:
    article = make_article(**{"article_id": "a1", "title": "题", "body": "文。"} | fields)
    generation = store.generation()
    with pytest.raises(ValueError, match=reason):
        put(store, article)
    assert (store.counts(), store.generation()) == (Counts(0, 0, 0), generation)


def test_a_long_body_is_not_walked_through_for_each_passage(store: Store) -> None:
    sentence = "这一句有二十个字因为它要被切成许多段落。"
    put(store, make_article("book", "书", sentence * 30_000))  # 600,000 characters, 2,000 passages
    began = time.process_time()
    entries = list(store.index_entries())
    assert store.entries_of([one.passage.passage_id for one in entries]).keys()
    assert time.process_time() - began < 1.0
    assert len(entries) == 2000
