"""An article that is being replaced is never missing, though the lexical index may be behind the store for long."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from archives import ENCODER, encode_all, ingest, make_article, put

from retrieval import present
from retrieval.archive import Archive
from retrieval.filters import Filters
from retrieval.search import Searcher
from retrieval.store import Store
from retrieval.terms import terms

TEXT = "今年汛期累计降雨量达到486毫米，沿线各站水位普遍上涨。"


@pytest.fixture
def writer(archive: Archive) -> Iterator[Archive]:
    """Another process's archive, filled and indexed; it holds the writer's lock, and indexes only when told."""
    for number in range(30):
        put(archive.store, make_article(f"b{number}", "通报", f"{number}号泵站检修。{TEXT}", source="湘原日报"))
    body = f"云湖大桥今日通车。{TEXT}"
    put(archive.store, make_article("a", "公告", body, published="2025-05-16", source="澄江日报"))
    encode_all(archive.store)
    archive.refresh_lexical()
    with archive.writing():
        yield archive


@pytest.fixture
def searcher(writer: Archive, tmp_path: Path) -> Iterator[Searcher]:
    reader = Archive(tmp_path / "archive")
    made = Searcher(reader, ENCODER)
    made.search("大桥")
    yield made
    reader.close()


def found(searcher: Searcher, query: str, limit: int = 5, **filters: str) -> dict[str, str]:
    hits = searcher.search(query, limit=limit, filters=Filters(**filters)).hits
    return {hit.passage.article_id: hit.passage.text for hit in hits}


def is_behind(searcher: Searcher) -> bool:
    return not searcher._archive.lexical.is_current(searcher._store)


def test_it_is_found_as_it_is_now(searcher: Searcher, writer: Archive) -> None:
    for version in range(3):
        body = f"云湖大桥第{version}天通行。{TEXT}"
        put(writer.store, make_article("a", "公告", body))
        assert is_behind(searcher)
        assert found(searcher, "云湖大桥")["a"] == body
        assert next(iter(found(searcher, "云湖大桥今日通车"))) == "a"
        assert searcher.search("“云湖大桥”通行").missing_phrases == ()
        assert found(searcher, "“云湖大桥”通行") == {"a": body}
    before = searcher.search("云湖大桥通行", limit=1).hits[0]
    writer.sync_lexical()
    after = searcher.search("云湖大桥通行", limit=1).hits[0]
    assert not is_behind(searcher)
    assert before.passage == after.passage
    assert before.lexical == pytest.approx(after.lexical, rel=0.3), "about the score that it has in the index"


def test_what_it_says_no_more_does_not_find_it(searcher: Searcher, writer: Archive) -> None:
    put(writer.store, make_article("a", "公告", f"公交线路延长。{TEXT}"))
    assert is_behind(searcher)
    hit = next((one for one in searcher.search("云湖", limit=50).hits if one.passage.article_id == "a"), None)
    assert hit is None or hit.lexical == 0
    assert "a" not in found(searcher, "“云湖大桥”", limit=50)


def test_one_that_was_removed_is_gone_and_others_take_its_place(searcher: Searcher, writer: Archive) -> None:
    for number in range(25):
        writer.store.remove_article(f"b{number}")
    assert is_behind(searcher)
    assert set(found(searcher, "泵站检修", limit=5)) >= {f"b{number}" for number in range(25, 30)}
    assert "a" in found(searcher, "累计降雨量", limit=50)
    assert not set(found(searcher, "累计降雨量", limit=50)) & {f"b{number}" for number in range(25)}


def test_all_replaced_at_once(searcher: Searcher, writer: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than a search looks at: those behind them are looked for."""
    monkeypatch.setattr("retrieval.lookup.CANDIDATES", 3)
    for number in range(20):
        put(writer.store, make_article(f"b{number}", "通报", f"{number}号泵站已修好。{TEXT}", source="湘原日报"))
    for number in range(20, 30):
        writer.store.remove_article(f"b{number}")
    assert is_behind(searcher)
    texts = found(searcher, "泵站", limit=50)
    assert set(texts) >= {f"b{number}" for number in range(20)}
    assert all("已修好" in text for one, text in texts.items() if one != "a")


def test_filters_see_the_new_date_and_source(searcher: Searcher, writer: Archive) -> None:
    put(writer.store, make_article("a", "公告", f"云湖大桥通车。{TEXT}", published="2024-01-01", source="梅江日报"))
    assert is_behind(searcher)
    assert "a" not in found(searcher, "云湖大桥", since="2025")
    assert "a" not in found(searcher, "云湖大桥", source="澄江日报")


@pytest.mark.parametrize("published", [None, "2023", "2024", "2024-05", "2024-05-16", "2025-01-31"])
@pytest.mark.parametrize("since", [None, "2024", "2024-05", "2024-05-17"])
@pytest.mark.parametrize("until", [None, "2024-05-17", "2024-06", "2025"])
@pytest.mark.parametrize("source", [None, "澄江日报", "湘原日报"])
def test_passing_is_what_the_database_says(
    shared: Archive, published: str | None, since: str | None, until: str | None, source: str | None
) -> None:
    filters = Filters(since, until, source)
    held = {one.article_id for one in shared.store.articles(filters)}
    assert filters.passes(published, "澄江日报") == (f"d{published}" in held)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    archive = Archive(tmp_path_factory.mktemp("dated"), create=True)
    for date in (None, "2023", "2024", "2024-05", "2024-05-16", "2025-01-31"):
        put(archive.store, make_article(f"d{date}", "", TEXT, published=date, source="澄江日报"))
    yield archive
    archive.close()


def vectors(archive: Archive) -> dict[str, np.ndarray]:
    """By the text of the passage."""
    entries = {one.passage.passage_id: one for one in archive.store.index_entries()}
    return {entries[one].passage.text: np.frombuffer(blob, "<f2") for _, one, blob in archive.store.vectors()}


def test_passages_that_stayed_keep_their_vectors(archive: Archive, tmp_path: Path) -> None:
    paragraphs = [f"第{number}段。" + f"{number}号泵站检修。" * 42 for number in range(4)]
    put(archive.store, make_article("a", "公告", "\n".join(paragraphs)))
    put(archive.store, make_article("b", "公告", paragraphs[3]))
    encode_all(archive.store)
    before = vectors(archive)
    assert len(before) == 4
    searcher = Searcher(archive, ENCODER)
    changed = [*paragraphs[:2], "新的一段。" + "大桥通车。" * 59, paragraphs[3]]
    put(archive.store, make_article("a", "公告", "\n".join(changed)))
    assert archive.store.vector_count() == 4, "three of a's four and b's"
    kept = vectors(archive)
    assert all((kept[text] == before[text]).all() for text in kept)
    searcher.refresh()
    assert len(searcher._dense) == 4
    encode_all(archive.store)
    made = vectors(archive)
    fresh = Archive(tmp_path / "fresh", create=True)
    for article in archive.store.articles():
        put(fresh.store, article)
    encode_all(fresh.store)
    assert made.keys() == vectors(fresh).keys()
    assert all((made[text] == vector).all() for text, vector in vectors(fresh).items())
    fresh.close()


def test_an_edited_file_is_found_before_what_it_replaces_goes(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an id of its own the edited text is another article."""
    path = tmp_path / "bridge.txt"
    finish, seen = Store.finish_document, []

    def look(store: Store, *rest: object) -> int:
        reader = Archive(archive.directory)
        by_word = [one for one, _ in reader.lexical.reading().search(terms("通车"), 10)]
        seen.append(sorted(entry.passage.text for entry in store.entries_of(by_word).values()))
        reader.close()
        return finish(store, *rest)

    monkeypatch.setattr(Store, "finish_document", look)
    for day in ("今日", "明日"):
        path.write_text(f"云湖大桥通车\n\n云湖大桥{day}通车。{TEXT}", "utf-8")
        assert ingest(archive, [path]).problems == []
    assert len(seen[1]) == 2, "the old one and the new one"
    assert "明日" in "".join(seen[1])
    assert len(list(archive.store.articles())) == 1


def test_with_another_title_none_is_kept(archive: Archive) -> None:
    put(archive.store, make_article("a", "公告", TEXT))
    encode_all(archive.store)
    put(archive.store, make_article("a", "更正", TEXT))
    assert archive.store.vector_count() == 0


def test_the_index_knows_whose_its_passages_are(archive: Archive) -> None:
    for number in range(3):
        put(archive.store, make_article(f"编号 {number}", "", f"{TEXT}\n" * 30))
    archive.refresh_lexical()
    reading = archive.lexical.reading()
    entries = list(archive.store.index_entries())
    ids = [one.passage.passage_id for one in entries]
    assert len(ids) > 3
    assert sorted(reading.articles_of([*ids, 10**9])) == ["编号 0", "编号 1", "编号 2"]
    assert reading.articles_of(ids[:1]) == ["编号 0"]
    assert reading.articles_of([]) == []
    query = terms("累计降雨量")
    scores = dict(reading.search(query, 100))
    assert all(reading.score(one, query) == pytest.approx(scores[one.passage.passage_id], rel=0.3) for one in entries)
    assert reading.score(entries[0], terms("鲸")) == 0


def test_what_was_replaced_by_something_else_hides_nothing(searcher: Searcher, writer: Archive) -> None:
    for number in range(130):
        put(writer.store, make_article(f"c{number}", "通报", f"泵站检修泵站检修，第{number}号。"))
    for number in range(5):
        put(writer.store, make_article(f"k{number}", "通报", f"南岸今年又有一座泵站检修了，已是第{number}座。{TEXT}"))
    writer.sync_lexical()
    for number in range(130):
        put(writer.store, make_article(f"c{number}", "通报", f"公交延长第{number}号。"))
    searcher.refresh()
    assert is_behind(searcher)
    first = [one for one, _ in searcher._archive.lexical.reading().search(terms("泵站检修"), 100)]
    assert not writer.store.present(first), "more than a search looks at were replaced, and they rank first"
    hits = searcher.search("泵站检修", limit=50).hits
    assert {hit.passage.article_id for hit in hits if hit.lexical} >= {f"k{number}" for number in range(5)}


def test_a_long_one_leaves_room_for_the_others(
    searcher: Searcher, writer: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(present, "_MOST_SCORED", 10)
    long = "\n\n".join(f"云湖大桥泵站第{number}号巡查记录，各处正常。{TEXT * 8}" for number in range(40))
    put(writer.store, make_article("0", "巡查", long))
    writer.sync_lexical()
    put(writer.store, make_article("0", "巡查", long + "完。"))
    put(writer.store, make_article("a", "公告", f"云湖大桥明日通车。{TEXT}"))
    assert is_behind(searcher)
    assert "a" in found(searcher, "云湖大桥明日通车", limit=50)
