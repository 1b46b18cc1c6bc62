"""Documents, which bring articles and take them away, and vectors."""

from __future__ import annotations

import numpy as np
from archives import ENCODER, bring, encode_all, make_article, put

from retrieval.article import Article
from retrieval.store import Store


def test_a_document_that_shrinks_lets_its_articles_go(store: Store, corpus: list[Article]) -> None:
    assert bring(store, "/f", *corpus) == 0
    assert bring(store, "/f", *corpus[:5]) == 7
    assert {one.article_id for one in store.articles()} == {f"a{i}" for i in range(5)}
    assert bring(store, "/f") == 5
    assert store.counts().articles == 0


def test_an_article_stays_while_another_document_brings_it(store: Store, corpus: list[Article]) -> None:
    bring(store, "/f", *corpus[:3])
    bring(store, "/g", *corpus[2:5])
    assert store.document_paths() == ["/f", "/g"]
    assert store.remove_document("/f") == 2
    assert {one.article_id for one in store.articles()} == {"a2", "a3", "a4"}
    assert bring(store, "/g", *corpus[3:5]) == 1
    assert store.remove_document("/f") == 0
    assert store.document_paths() == ["/g"]


def test_an_id_that_moves_between_files_is_kept_in_either_order(store: Store) -> None:
    x, y, z = (make_article(one, one, f"{one}。") for one in "xyz")
    for first_to_last in (True, False):
        bring(store, "/f", x, y)
        bring(store, "/g", z)
        steps = [("/f", (y,)), ("/g", (z, x))]
        for path, articles in steps if first_to_last else reversed(steps):
            bring(store, path, *articles)
        assert {one.article_id for one in store.articles()} == {"x", "y", "z"}
        assert store.remove_document("/g") == 2


def test_a_shared_id_goes_back_to_the_version_of_the_document_that_stays(store: Store) -> None:
    of_f, of_g = make_article("x", "甲", "甲文。"), make_article("x", "乙", "乙文。")
    bring(store, "/f", of_f, fingerprint="1")
    bring(store, "/g", of_g, fingerprint="1")
    assert store.fingerprint("/f") == "1"  # not read again each time, or the two would take turns for ever
    assert store.remove_document("/g") == 0
    assert store.article("x") == of_g
    assert store.fingerprint("/f") is None
    bring(store, "/f", of_f)
    assert store.article("x") == of_f


def test_a_fingerprint_is_given_only_for_a_document_read_whole(store: Store) -> None:
    assert store.fingerprint("/f") is None
    key = store.begin_document("/f")
    assert store.fingerprint("/f") is None
    store.finish_document(key, "1", [])
    assert store.fingerprint("/f") == "1"
    assert store.begin_document("/f") == key
    assert store.fingerprint("/f") is None


# -- vectors --------------------------------------------------------------------------------------------------------


def test_vectors(store: Store, corpus: list[Article]) -> None:
    for article in corpus:
        put(store, article)
    ids = [one.passage.passage_id for one in store.passages_without_vector(100)]
    assert ids == sorted(ids)
    assert [one.passage.passage_id for one in store.passages_without_vector(3, after=ids[1])] == ids[2:5]
    rows = np.eye(len(ids), ENCODER.dimension, dtype=np.float32)
    store.put_vectors([*ids[:4], 99999], rows[:5])  # the last passage is gone meanwhile
    assert store.counts().vectors == store.vector_count() == 4
    written = list(store.vectors())
    assert [passage_id for _, passage_id, _ in written] == ids[:4]
    for row, (_, _, blob) in enumerate(written):
        assert np.array_equal(np.frombuffer(blob, "<f2"), rows[row].astype(np.float16))
    assert list(store.vectors(after=written[1][0])) == written[2:]
    store.put_vectors(ids[:1], -rows[:1])  # the first one stays
    assert list(store.vectors()) == written
    store.clear_vectors("other")
    assert store.meta("encoder") == "other"
    assert store.vector_count() == 0
    encode_all(store)
    assert store.vector_count() == len(ids)
    assert next(iter(store.vectors()))[0] > written[-1][0]  # never a sequence twice
