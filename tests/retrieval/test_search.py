"""Search: what it finds, what it sees of others' work, and what it refuses."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from archives import ENCODER, ROOT, encode_all, ingest, make_article, put, record, write_jsonl
from fakes import HashEncoder
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st

from embeddings import Role
from retrieval.archive import Archive
from retrieval.article import Article
from retrieval.errors import EncoderMismatchError
from retrieval.filters import Filters
from retrieval.fusion import fuse, shown
from retrieval.lookup import Lookup
from retrieval.search import Searcher

SCORES = st.dictionaries(st.integers(1, 30), st.floats(0, 40), max_size=12)


@given(SCORES, SCORES, st.randoms())
def test_fusion_ignores_the_order_of_its_input(lexical: dict[int, float], dense: dict[int, float], chosen) -> None:
    fused = fuse(lexical, dense)
    assert [one for one, _ in fused] == [one for one, _ in sorted(fused, key=lambda pair: (-pair[1], pair[0]))]
    assert {one for one, _ in fused} == lexical.keys() | dense.keys()
    shuffled = [list(scores.items()) for scores in (lexical, dense)]
    for items in shuffled:
        chosen.shuffle(items)
    assert fuse(dict(shuffled[0]), dict(shuffled[1])) == fused
    assert all(0 <= shown(score) <= 1 for _, score in fused)


def test_hits_are_passages_of_the_archive(archive: Archive, corpus: list[Article]) -> None:
    for article in corpus:
        put(archive.store, article)
    encode_all(archive.store)
    searcher = Searcher(archive, ENCODER)
    assert not searcher.is_empty()
    result = searcher.search("汛期水位", limit=5)
    assert len(result.hits) == 5
    assert result.vector_share == 1.0
    assert [hit.score for hit in result.hits] == sorted((hit.score for hit in result.hits), reverse=True)
    for hit in result.hits:
        article = archive.store.article(hit.passage.article_id)
        assert article
        assert article.body[hit.passage.start : hit.passage.end] == hit.passage.text
        assert (hit.title, hit.published, hit.source) == (article.title, article.published, article.source)
    assert searcher.search("汛期水位", limit=5) == result
    assert searcher.search("汛期水位", limit=2).hits == result.hits[:2]
    again = Archive(archive.directory)
    assert Searcher(again, ENCODER).search("汛期水位", limit=5) == result
    again.close()


@pytest.mark.parametrize("query", ["", "   ", "？！……", "\x00", "\ud83d"])
def test_a_query_without_a_word_finds_nothing(archive: Archive, corpus: list[Article], query: str) -> None:
    put(archive.store, corpus[0])
    assert Searcher(archive, ENCODER).search(query).hits == ()


def test_odd_queries(archive: Archive, corpus: list[Article]) -> None:
    put(archive.store, corpus[1])
    encode_all(archive.store)
    searcher = Searcher(archive, ENCODER)
    for query in ("汛期\ud83d水位", "水位 AND (", '"水位', "水位" * 2000, "𠀀水位", "field:水位^9"):
        assert [hit.passage.article_id for hit in searcher.search(query).hits] == ["a1"]
    assert searcher.search("水位", limit=0).hits == ()
    assert len(searcher.search("水位", limit=10**9).hits) == 1


def test_an_empty_archive(archive: Archive) -> None:
    searcher = Searcher(archive, ENCODER)
    assert searcher.is_empty()
    assert searcher.search("水位").hits == ()
    assert searcher.search("水位").vector_share == 1.0


def test_filters_hold_for_both_sides(archive: Archive, corpus: list[Article]) -> None:
    for article in corpus:
        put(archive.store, article)
    encode_all(archive.store)
    searcher = Searcher(archive, ENCODER)
    for filters in (Filters("2025-05"), Filters(until="2024"), Filters(source="湘原日报"), Filters("2031")):
        hits = searcher.search("汛期水位公交", limit=100, filters=filters).hits
        assert {hit.passage.article_id for hit in hits} == {one.article_id for one in archive.store.articles(filters)}


def test_vectors_that_are_missing_for_a_part(archive: Archive, corpus: list[Article]) -> None:
    for article in corpus:
        put(archive.store, article)
    searcher = Searcher(archive, ENCODER)
    result = searcher.search("汛期水位", limit=20)
    assert result.vector_share == 0.0
    assert result.hits
    assert all(hit.dense is None for hit in result.hits)
    entries = archive.store.passages_without_vector(3)
    archive.store.put_vectors(
        [one.passage.passage_id for one in entries], np.eye(3, ENCODER.dimension, dtype=np.float32)
    )
    result = searcher.search("汛期水位", limit=20)
    assert result.vector_share == pytest.approx(0.25)
    assert {hit.passage.passage_id for hit in result.hits if hit.dense is not None} == {1, 2, 3}
    archive.store.remove_article("a0")
    assert searcher.search("汛期水位").vector_share == pytest.approx(2 / 11)


def test_another_process_ingests_and_removes(archive: Archive, tmp_path: Path) -> None:
    searcher = Searcher(archive, ENCODER)
    path = write_jsonl(tmp_path / "a.jsonl", [record("x", "汛期水位上涨。"), record("y", "公交线路延长。")])
    code = (
        "import sys, pathlib; sys.path[:0] = sys.argv[3:5]\n"
        "from archives import Archive, ingest\n"
        "archive = Archive(pathlib.Path(sys.argv[1])); ingest(archive, [pathlib.Path(sys.argv[2])]); archive.close()"
    )
    command = [sys.executable, "-c", code, archive.directory, path, ROOT / "tests", Path(__file__).parent]
    subprocess.run(command, check=True, cwd=ROOT)
    assert [hit.passage.article_id for hit in searcher.search("水位").hits] == ["x"]
    write_jsonl(path, [record("y", "公交改道，水位不变。")])
    subprocess.run(command, check=True, cwd=ROOT)
    assert [hit.passage.article_id for hit in searcher.search("水位").hits] == ["y"]


def test_another_encoder_is_refused_when_opening_and_later(archive: Archive, tmp_path: Path) -> None:
    ingest(archive, [write_jsonl(tmp_path / "a.jsonl", [record("x", "水位。")])])
    encode_all(archive.store)
    searcher = Searcher(archive, ENCODER)
    with pytest.raises(EncoderMismatchError, match=r"hash:32.*hash:16"):
        Searcher(archive, HashEncoder(dimension=16))
    other = Archive(archive.directory)
    other.store.clear_vectors("hash:16")
    other.store.put_vectors([1], np.ones((1, 16), np.float32))
    other.close()
    for _ in range(2):
        with pytest.raises(EncoderMismatchError, match=r"hash:16.*hash:32"):
            searcher.search("水位")


def test_vectors_made_anew_by_another_in_the_middle_of_a_look(
    archive: Archive, corpus: list[Article], monkeypatch: pytest.MonkeyPatch
) -> None:
    put(archive.store, corpus[0])
    archive.store.set_meta("encoder", ENCODER.identity)
    searcher = Searcher(archive, ENCODER)
    archive.store.set_meta("note", "changed")

    def meanwhile() -> None:
        archive.store.clear_vectors("hash:16")
        archive.store.put_vectors([1], np.ones((1, 16), np.float32))

    monkeypatch.setattr(archive, "refresh_lexical", meanwhile)
    with pytest.raises(EncoderMismatchError):
        searcher.search("水位")


def test_while_another_writes_the_index_is_left_to_it_but_not_for_ever(archive: Archive, corpus: list[Article]) -> None:
    put(archive.store, corpus[0])
    searcher = Searcher(archive, ENCODER)
    put(archive.store, corpus[1])
    with FileLock(archive.directory / "writer.lock"):
        assert len(searcher.search("澄江").hits) == 1
    # Nothing changed in the store since; the index still has to be caught up with.
    assert len(searcher.search("澄江").hits) == 2


def test_without_any_index_a_search_makes_one_though_another_writes(tmp_path: Path, corpus: list[Article]) -> None:
    archive = Archive(tmp_path, create=True)
    put(archive.store, corpus[0])
    with FileLock(tmp_path / "writer.lock"):
        assert len(Searcher(archive, ENCODER).search("澄江").hits) == 1
    assert not archive.lexical.in_memory
    archive.close()


def test_many_threads_search_while_articles_come(archive: Archive, corpus: list[Article]) -> None:
    put(archive.store, corpus[0])
    searcher = Searcher(archive, ENCODER)
    stop, errors = threading.Event(), []

    def look() -> None:
        try:
            seen = 0
            while not stop.is_set():
                hits = searcher.search("澄江市通报", limit=50).hits
                assert len(hits) >= seen
                seen = len(hits)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for i, article in enumerate(corpus[1:]):
        put(archive.store, make_article(f"n{i}", article.title, article.body))
        encode_all(archive.store)
    stop.set()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(searcher.search("澄江市通报", limit=50).hits) == 12


def test_an_encoder_that_fails_beside_the_search_is_told_and_the_next_search_works(
    archive: Archive, corpus: list[Article], monkeypatch: pytest.MonkeyPatch
) -> None:
    for article in corpus:
        put(archive.store, article)
    encode_all(archive.store)
    searcher = Searcher(archive, ENCODER)
    right = searcher.search("汛期水位")
    with monkeypatch.context() as patched:
        patched.setattr(searcher, "_encode", lambda query: (_ for _ in ()).throw(RuntimeError("no vector")))
        for _ in range(20):  # more than may search at once
            with pytest.raises(RuntimeError, match="no vector"):
                searcher.search("汛期水位")
    assert searcher.search("汛期水位") == right
    assert searcher._searching == 0


def test_what_changes_while_the_question_is_encoded_is_seen_as_it_is_then(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        put(archive.store, make_article(f"b{number}", "", f"{number}号泵站检修，汛期水位上涨。"))
    encode_all(archive.store)
    searcher = Searcher(archive, ENCODER)
    looked, changed = threading.Event(), threading.Event()

    def beforehand(lookup: Lookup) -> None:
        look(lookup)
        looked.set()

    def encode(query: str) -> np.ndarray:
        assert looked.wait(30)
        archive.store.remove_article("b0")
        put(archive.store, make_article("b1", "", "1号泵站已修好，汛期水位回落。"))
        changed.set()
        return ENCODER.encode([query], Role.QUERY)[0]

    look = Lookup.look_beforehand
    monkeypatch.setattr(Lookup, "look_beforehand", beforehand)
    monkeypatch.setattr(searcher, "_encode", encode)
    texts = {hit.passage.article_id: hit.passage.text for hit in searcher.search("泵站的汛期水位").hits}
    assert changed.is_set()
    assert texts.keys() == {"b1", "b2", "b3", "b4"}
    assert texts["b1"] == "1号泵站已修好，汛期水位回落。"


def test_beside_others_a_search_finds_what_it_finds_alone(
    archive: Archive, corpus: list[Article], monkeypatch: pytest.MonkeyPatch
) -> None:
    for article in corpus:
        put(archive.store, article)
    encode_all(archive.store)
    searcher = Searcher(archive, ENCODER)
    queries = ["汛期水位", "澄江", "“水位”上涨", "2025年的降雨量"]
    alone = {query: searcher.search(query) for query in queries}
    encode, encoded_by = searcher._encode, set[int]()

    def told(query: str) -> np.ndarray:
        encoded_by.add(threading.get_ident())
        return encode(query)

    monkeypatch.setattr(searcher, "_encode", told)
    with searcher._counted() as first:
        assert first
        assert {query: searcher.search(query) for query in queries} == alone
    assert encoded_by == {threading.get_ident()}, "a second thread would take a core from the others"
    assert searcher.search(queries[0]) == alone[queries[0]]
    assert len(encoded_by) == 2, "alone it need not wait"


def test_no_more_lookups_at_once_than_cores(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    put(archive.store, make_article("b1", "", "1号泵站检修，汛期水位上涨。"))
    encode_all(archive.store)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    searcher = Searcher(archive, ENCODER)
    counting, running, most = threading.Lock(), [0], [0]
    hits = Lookup.hits

    def counted(*given: Any) -> Any:
        with counting:
            running[0] += 1
            most[0] = max(most[0], running[0])
        threading.Event().wait(0.01)
        try:
            return hits(*given)
        finally:
            with counting:
                running[0] -= 1

    monkeypatch.setattr(Lookup, "hits", counted)
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(searcher.search, ["汛期水位"] * 12))
    assert most == [1]
    assert all(one.hits for one in found)
