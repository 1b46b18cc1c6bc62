"""The BM25 index: kept up with the store, made anew after any damage, and scoring as BM25 does."""

from __future__ import annotations

import json
import math
import os
import random
import shutil
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import filelock
import pytest
from archives import ENCODER, ROOT, encode_all, make_article, put

from retrieval.archive import Archive
from retrieval.article import Article
from retrieval.lexical import HEADINGS_BOOST, LexicalIndex
from retrieval.lexical import index as module
from retrieval.lexical import reading as reading_module
from retrieval.search import Searcher
from retrieval.store import Store
from retrieval.terms import terms

QUERY = terms("澄江市汛期水位公交")


def expected(store: Store) -> set[int]:
    """Passages that hold any term of QUERY, read from the store."""
    return {
        one.passage.passage_id
        for one in store.index_entries()
        if set(QUERY) & set(terms(one.passage.text) + terms(one.above))
    }


def found(lexical: LexicalIndex) -> list[int]:
    return [one for one, _ in lexical.reading().search(QUERY, 1000)]


def check(lexical: LexicalIndex, store: Store) -> None:
    assert lexical.is_current(store)
    assert sorted(found(lexical)) == sorted(expected(store)), "neither missing nor twice"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "lexical"


# -- in step with the store -----------------------------------------------------------------------------------------


def test_from_nothing(store: Store, folder: Path, corpus: list[Article]) -> None:
    lexical = LexicalIndex(folder, store.name)
    assert not lexical.is_current(store)
    assert not lexical.is_usable
    assert lexical.reading().search(QUERY, 10) == []
    assert lexical.reading().rarity(["水位"]) == {"水位": 1.0}
    lexical.sync(store)
    check(lexical, store)
    assert lexical.reading().search(QUERY, 10) == []
    for article in corpus:
        put(store, article)
    assert not lexical.is_current(store)
    lexical.sync(store)
    check(lexical, store)
    assert len(found(lexical)) == 12
    check(LexicalIndex(folder, store.name), store)


@pytest.mark.parametrize("in_memory", [False, True])
def test_in_step_through_random_changes(store: Store, folder: Path, corpus: list[Article], in_memory: bool) -> None:
    chosen = random.Random(3)
    lexical = LexicalIndex(None if in_memory else folder, store.name)
    assert lexical.in_memory == in_memory
    for step in range(25):
        for _ in range(chosen.randint(0, 3)):
            article = chosen.choice(corpus)
            if chosen.random() < 0.4:
                store.remove_article(article.article_id)
            else:
                body = article.body + chosen.choice(["", "汛期。", "公交。"])
                put(store, make_article(article.article_id, article.title, body))
        if step == 12:
            for article in corpus:
                store.remove_article(article.article_id)
        lexical.sync(store)
        check(lexical, store)
    if not in_memory:
        assert lexical.reading().search(QUERY, 100) == LexicalIndex(folder, store.name).reading().search(QUERY, 100)


def test_syncing_again_writes_nothing(store: Store, folder: Path, corpus: list[Article]) -> None:
    for article in corpus:
        put(store, article)
    lexical = LexicalIndex(folder, store.name)
    lexical.sync(store)
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    lexical.sync(store)
    LexicalIndex(folder, store.name).sync(store)
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_a_little_more_does_not_read_everything_again(
    store: Store, folder: Path, corpus: list[Article], monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[int] = []
    document = module.document
    monkeypatch.setattr(
        module, "document", lambda one, names: taken.append(one.passage.passage_id) or document(one, names)
    )
    for article in corpus[:10]:
        put(store, article)
    lexical = LexicalIndex(folder, store.name)
    lexical.sync(store)
    assert len(taken) == 10
    put(store, corpus[10])
    store.remove_article("a0")
    LexicalIndex(folder, store.name).sync(store)
    assert len(taken) == 11
    lexical.reload()
    check(lexical, store)
    put(store, corpus[11])
    lexical.sync(store)
    assert len(taken) == 12
    check(lexical, store)


def test_another_process_sees_it(store: Store, folder: Path, corpus: list[Article]) -> None:
    reader = LexicalIndex(folder, store.name)
    code = (
        "import sys, pathlib; from retrieval.store import Store; from retrieval.lexical import LexicalIndex;"
        "s = Store(pathlib.Path(sys.argv[1])); LexicalIndex(pathlib.Path(sys.argv[2]), s.name).sync(s); s.close()"
    )
    for article in corpus[:4]:
        put(store, article)
        subprocess.run([sys.executable, "-c", code, store.directory, folder], check=True, cwd=ROOT)
        reader.reload()
        check(reader, store)


def test_searches_go_on_while_it_is_written(store: Store, folder: Path, corpus: list[Article]) -> None:
    lexical = LexicalIndex(folder, store.name)
    put(store, corpus[0])
    lexical.sync(store)
    stop, errors = threading.Event(), []

    def look() -> None:
        while not stop.is_set():
            try:
                assert 1 in found(lexical)
                assert lexical.reading().rarity(["水"])["水"] >= 0
            except BaseException as error:
                errors.append(error)
                return

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for i, article in enumerate(corpus[1:]):
        put(store, article)
        if i == 5:
            shutil.rmtree(folder)
        lexical.sync(store)
    stop.set()
    for thread in threads:
        thread.join()
    assert errors == []
    check(lexical, store)


def test_two_writers_take_turns(store: Store, folder: Path, corpus: list[Article]) -> None:
    errors = []

    def work(own: list[Article]) -> None:
        lexical = LexicalIndex(folder, store.name)
        try:
            for article in own:
                put(store, article)
                lexical.sync(store)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(corpus[i::3],)) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    lexical = LexicalIndex(folder, store.name)
    lexical.sync(store)
    check(lexical, store)


# -- crashes and damage ---------------------------------------------------------------------------------------------


class Crash(BaseException):
    """Nothing after it runs, as when a process is killed."""


def crash(*_: object) -> None:
    raise Crash


@pytest.mark.parametrize("point", ["write_state", "checksums_of", "document"])
@pytest.mark.parametrize("before", [0, 6])
def test_a_crash_at_any_point_leaves_what_can_be_taken_up(
    store: Store, folder: Path, corpus: list[Article], point: str, before: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for article in corpus[:before]:
        put(store, article)
    LexicalIndex(folder, store.name).sync(store)
    for article in corpus[before:]:
        put(store, article)
    store.remove_article("a2")
    with monkeypatch.context() as patched:
        patched.setattr(module, point, crash)
        with pytest.raises(Crash):
            LexicalIndex(folder, store.name).sync(store)
    lexical = LexicalIndex(folder, store.name)
    lexical.sync(store)
    check(lexical, store)
    put(store, make_article("later", "汛期", "水位。"))
    lexical.sync(store)
    check(lexical, store)
    check(LexicalIndex(folder, store.name), store)


def test_a_crash_while_a_new_index_takes_the_old_ones_place(
    store: Store, folder: Path, corpus: list[Article], monkeypatch: pytest.MonkeyPatch
) -> None:
    for article in corpus:
        put(store, article)
    LexicalIndex(folder, store.name).sync(store)
    (folder / "meta.json").unlink()
    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", lambda a, b: crash() if Path(b) == folder else os.rename(a, b))
        with pytest.raises(Crash):
            LexicalIndex(folder, store.name).sync(store)
    assert not folder.exists()
    lexical = LexicalIndex(folder, store.name)
    lexical.sync(store)
    check(lexical, store)


def damages(path: Path, chosen: random.Random) -> Iterator[None]:
    content = path.read_bytes()
    path.unlink()
    yield
    path.write_bytes(content[: chosen.randrange(len(content) + 1)])
    yield
    if content:
        at = chosen.randrange(len(content))
        path.write_bytes(content[:at] + bytes([content[at] ^ (1 << chosen.randrange(8))]) + content[at + 1 :])
        yield
    path.write_bytes(chosen.randbytes(len(content)))
    yield
    path.write_bytes(content + b"\0")
    yield
    path.write_bytes(content)


def test_any_damage_is_mended_and_never_seen(tmp_path: Path, corpus: list[Article]) -> None:
    with_archive = Archive(tmp_path, create=True)
    for article in corpus:
        put(with_archive.store, article)
    encode_all(with_archive.store)
    lexical = with_archive.lexical
    lexical.sync(with_archive.store)
    put(with_archive.store, make_article("more", "又", "汛期水位。"))
    with_archive.store.remove_article("a1")
    lexical.sync(with_archive.store)  # two segments, one with deletions
    folder, right = tmp_path / "cache" / "lexical", lexical.reading().search(QUERY, 100)
    intact, chosen = tmp_path / "intact", random.Random(11)
    shutil.copytree(folder, intact)
    names = sorted(path.name for path in folder.iterdir())
    assert any(name.endswith(".del") for name in names)
    with_archive.close()
    for name in names:
        for _ in damages(folder / name, chosen):
            archive = Archive(tmp_path)
            result = Searcher(archive, ENCODER).search("澄江市汛期水位公交", limit=100)
            assert archive.lexical.is_current(archive.store)
            assert not archive.lexical.in_memory
            assert set(found(archive.lexical)) == {one for one, _ in right} == expected(archive.store)
            assert len(result.hits) == 12
            archive.close()
            shutil.rmtree(folder)
            shutil.copytree(intact, folder)


@pytest.mark.parametrize("what", ["folder", "cache", "file in its place", "folder in the state's place"])
def test_a_cache_that_is_gone_or_no_folder(tmp_path: Path, corpus: list[Article], what: str) -> None:
    archive = Archive(tmp_path, create=True)
    put(archive.store, corpus[0])
    archive.refresh_lexical()
    folder = tmp_path / "cache" / "lexical"
    if what == "folder in the state's place":
        (folder / "wenbao-state.json").unlink()
        (folder / "wenbao-state.json").mkdir()
    else:
        shutil.rmtree(folder if what == "folder" else folder.parent)
    if what == "file in its place":
        folder.parent.write_text("x")
    put(archive.store, corpus[1])
    archive.refresh_lexical()
    check(archive.lexical, archive.store)
    assert archive.lexical.in_memory == (what == "file in its place")
    put(archive.store, corpus[2])
    archive.refresh_lexical()
    check(archive.lexical, archive.store)
    archive.close()


@pytest.mark.parametrize(
    "change",
    [{"archive": "0" * 16}, {"layout": 1}, {"passage_id": 3}, {"deletion": 1}, {"article_id": "b"}, {"unknown": 1}],
)
def test_a_state_that_was_tampered_with_is_not_believed(
    store: Store, folder: Path, corpus: list[Article], change: dict[str, object]
) -> None:
    for article in corpus:
        put(store, article)
    LexicalIndex(folder, store.name).sync(store)
    path = folder / "wenbao-state.json"
    content = json.loads(path.read_text("utf-8"))
    content["state"] |= change
    path.write_text(json.dumps(content), "utf-8")
    lexical = LexicalIndex(folder, store.name)
    assert not lexical.is_usable
    lexical.sync(store)
    check(lexical, store)


def test_an_index_of_another_archive_is_made_anew(tmp_path: Path, corpus: list[Article]) -> None:
    stores = [Store(tmp_path / name, create=True) for name in "ab"]
    folder = tmp_path / "lexical"
    for store, articles in zip(stores, (corpus[:6], corpus[3:]), strict=True):
        for article in articles:
            put(store, article)
    for store in (*stores, *stores):
        lexical = LexicalIndex(folder, store.name)
        assert found(lexical) == []
        lexical.sync(store)
        check(lexical, store)
    for store in stores:
        store.close()


@pytest.mark.parametrize("later", ["nothing", "other articles", "as many", "another removed"])
def test_a_store_put_back_from_a_backup(tmp_path: Path, corpus: list[Article], later: str) -> None:
    archive = Archive(tmp_path / "archive", create=True)
    for article in corpus[:8]:
        put(archive.store, article)
    archive.store.flush()
    backup = archive.store.path.read_bytes()
    put(archive.store, corpus[8])
    put(archive.store, corpus[9])
    archive.store.remove_article("a3")
    if later == "another removed":
        archive.store.remove_article("a8")
        archive.store.remove_article("a9")
    archive.refresh_lexical()
    archive.close()
    for name in ("archive.sqlite3-wal", "archive.sqlite3-shm"):
        (tmp_path / "archive" / name).unlink(missing_ok=True)
    archive.store.path.write_bytes(backup)
    archive = Archive(tmp_path / "archive")
    if later == "other articles":
        put(archive.store, corpus[10])
    elif later == "as many":
        put(archive.store, corpus[10])
        put(archive.store, corpus[9])
    elif later == "another removed":
        archive.store.remove_article("a5")
    archive.refresh_lexical()
    check(archive.lexical, archive.store)
    archive.close()


def test_a_reader_waits_for_nobody_while_it_has_an_index(
    store: Store, folder: Path, corpus: list[Article], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PATIENCE_S", 0.2)
    put(store, corpus[0])
    reader = LexicalIndex(folder, store.name)
    reader.sync(store)
    with filelock.FileLock(f"{folder}.lock"):
        (folder / "wenbao-state.json").unlink()  # as between another's commit and its state
        reader.reload()
        assert found(reader) == [1]
        newcomer = LexicalIndex(folder, store.name)
        assert not newcomer.is_usable
        with pytest.raises(filelock.Timeout):
            newcomer.sync(store, 0.1)
    newcomer.sync(store)
    check(newcomer, store)


# -- scores ---------------------------------------------------------------------------------------------------------


def length_as_tantivy_keeps_it(length: int) -> int:
    """Field lengths are kept in one byte: exact to 40, then rounded down to one of 216 steps, 1/8 apart at most.

    The codes are those of Lucene's SmallFloat.
    """
    if length < 24:
        return length
    rest = length - 24
    bits = rest.bit_length()
    return length if bits < 4 else 24 + (rest >> (bits - 4) << (bits - 4))


def reference(store: Store, query: list[str]) -> dict[int, float]:
    """BM25 with k1 = 1.2 and b = 0.75 over each field, that of title and headings boosted, summed."""
    entries = list(store.index_entries())
    scores: dict[int, float] = {}
    for boost, field in ((1.0, lambda one: one.passage.text), (HEADINGS_BOOST, lambda one: one.above)):
        counts = {one.passage.passage_id: Counter(terms(field(one))) for one in entries}
        average = sum(sum(count.values()) for count in counts.values()) / len(entries)
        for term, times in Counter(query).items():
            holding = sum(term in count for count in counts.values())
            idf = math.log(1 + (len(entries) - holding + 0.5) / (holding + 0.5))
            for passage_id, count in counts.items():
                if count[term]:
                    length = length_as_tantivy_keeps_it(sum(count.values()))
                    saturated = count[term] * 2.2 / (count[term] + 1.2 * (0.25 + 0.75 * length / average))
                    scores[passage_id] = scores.get(passage_id, 0.0) + boost * times * idf * saturated
    return scores


@pytest.mark.parametrize("query", ["汛期水位", "公交线路延长", "降雨量486毫米", "汛期汛期汛期公交", "江", "第3篇"])
def test_scores_are_those_of_bm25(
    store: Store, corpus: list[Article], seed_articles: list[Article], query: str
) -> None:
    for article in [*corpus, *seed_articles[:40]]:
        put(store, article)
    lexical = LexicalIndex(None, store.name)
    lexical.sync(store)
    right = reference(store, terms(query))
    got = lexical.reading().search(terms(query), 1000)
    assert dict(got) == pytest.approx(right, rel=1e-4)
    assert got == sorted(got, key=lambda pair: (-pair[1], pair[0]))
    some = [one for one, _ in lexical.reading().search(terms(query), 5)]
    assert [right[one] for one in some] == pytest.approx(sorted(right.values(), reverse=True)[:5], rel=1e-4)


def test_equal_scores_come_in_the_order_of_ids(store: Store) -> None:
    for i in range(30):
        put(store, make_article(f"a{i}", "题", "水位。"))
    lexical = LexicalIndex(None, store.name)
    lexical.sync(store)
    assert found(lexical) == sorted(found(lexical))
    assert len(found(lexical)) == 30


def test_rarity_is_bm25s(store: Store, corpus: list[Article]) -> None:
    for article in corpus:
        put(store, article)
    lexical = LexicalIndex(None, store.name)
    lexical.sync(store)
    holding = sum("汛期" in one.passage.text for one in store.index_entries())
    rarity = lexical.reading().rarity(["汛期", "无此词", "澄江"])
    assert rarity["汛期"] == pytest.approx(math.log(1 + (12 - holding + 0.5) / (holding + 0.5)))
    assert rarity["无此词"] > rarity["汛期"] > rarity["澄江"] > 0


@pytest.mark.parametrize("limit", [-1, 0, 1, 10**12])
def test_any_limit(store: Store, corpus: list[Article], limit: int) -> None:
    for article in corpus:
        put(store, article)
    lexical = LexicalIndex(None, store.name)
    lexical.sync(store)
    assert len(lexical.reading().search(QUERY, limit)) == min(max(limit, 0), 12)
    assert lexical.reading().search([], 10) == []
    assert lexical.reading().search(['"(*:^~', "水位 OR", "x" * 70000], 10) == []


def test_in_a_large_index_common_terms_are_left_out_where_enough_is_found(
    corpus: list[Article], store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for article in corpus:
        put(store, article)
    put(store, make_article("rare", "", "澄江市新桥通车。" + "湖" * 20))
    put(store, make_article("both", "", "新桥通车。"))
    lexical = LexicalIndex(None, store.name)
    lexical.sync(store)
    reading = lexical.reading()
    query = ["新桥", "汛期", "澄江"]
    in_full = {limit: reading.search(query, limit) for limit in (2, 100)}
    common = reading.search(["汛期", "澄江"], 3)
    assert len(common) == 3
    rarity = reading.rarity(query)
    monkeypatch.setattr(reading_module, "_LARGE", 10)
    telling = lexical.reading().search(["新桥"], 2)
    assert lexical.reading().search(query, 2) == telling, "as if the others had not been asked for"
    assert dict(telling) != dict(in_full[2]), "they count otherwise"
    assert lexical.reading().search(query, 100) == in_full[100], "nothing that holds any of them is lost"
    assert lexical.reading().search(["汛期", "澄江"], 3) == common, "there is no other"
    assert reading.rarity(query) == rarity
    entry = next(one for one in store.index_entries() if one.passage.article_id == "rare")
    assert reading.score(entry, query) == reading.score(entry, ["新桥"]) > 0
    assert reading.score(entry, ["澄江"]) > 0
    monkeypatch.setattr(reading_module, "_LARGE", 14)
    assert lexical.reading().search(query, 2) == in_full[2], "not a large one"
