"""A citation shows its place in the file that it came from, and nothing of it outlives its source."""

from __future__ import annotations

from pathlib import Path

import pytest
from archives import ingest, make_article
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.archive import Archive
from retrieval.articles import traced_articles_of
from retrieval.formats import RawDocument
from retrieval.store import Original, Store
from retrieval.store.originals import _packed, _unpacked

PAGE = """老街修缮完工
　　本报讯（记者 田小满）历时八
个月的老街修缮工程昨天完工，共修
复房屋四十二间，铺设石板路六百米
。施工期间，沿街的店铺没有停业，
居民从临时的木桥出入。施工队长留
下工地上的电话138001
38000，欢迎居民提意见。下一步，
街道将为老屋装上路灯，并在街口立
一块石碑。
茶馆重新开门
　　街口的老茶馆今天重新开门，第
一天来了三百位客人。茶馆每天早上
七点开门，晚上九点关门，茶客多是
住在附近的老人。老板说，茶价和从
前一样，一壶茶三元钱。
"""


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive", create=True)


def taken_in(archive: Archive, tmp_path: Path, text: str = PAGE) -> Path:
    path = tmp_path / "2021-05-14 page.txt"
    path.write_text(text, "utf-8")
    ingest(archive, [path])
    return path


def found(archive: Archive, words: str) -> tuple[str, int, int]:
    for article in archive.store.articles():
        if words in article.body:
            at = article.body.index(words)
            return article.article_id, at, at + len(words)
    raise AssertionError(f"{words} is in no article")


def raw_texts(archive: Archive) -> int:
    return int(archive.store._connection.execute("SELECT count(*) FROM raw_texts").fetchone()[0])


def test_a_sentence_that_a_column_cut_is_found_in_the_file(archive: Archive, tmp_path: Path) -> None:
    path = taken_in(archive, tmp_path)
    span = archive.store.original_span(*found(archive, "老街修缮工程昨天完工，共修复房屋四十二间"))
    assert span is not None
    assert span.source == str(path)
    assert PAGE[span.start : span.end] == span.text == "老街修缮工程昨天完工，共修\n复房屋四十二间"
    assert span.parts == ((span.start, span.end),)


def test_a_caption_is_found_in_the_file(archive: Archive, tmp_path: Path) -> None:
    caption = "老街口新立的石碑。王小明 摄"
    text = PAGE.replace("茶馆重新开门\n", f"{caption}\n茶馆重新开门\n")
    taken_in(archive, tmp_path, text)
    span = archive.store.original_span(*found(archive, "老街口新立的石碑。"))
    assert span is not None
    assert text[span.start : span.end] == span.text == "老街口新立的石碑。"


def test_a_number_that_a_line_end_parts_in_the_file_is_masked(archive: Archive, tmp_path: Path) -> None:
    taken_in(archive, tmp_path)
    article_id, start, end = found(archive, "电话138******00")
    span = archive.store.original_span(article_id, start, end)
    assert span is not None
    assert span.text == "电话138***\n***00"
    part = archive.store.original_span(article_id, start + 6, end - 2)
    assert part is not None
    assert not set(part.text) & set("1238")


def test_what_stands_between_two_parts_is_not_shown(tmp_path: Path) -> None:
    with_gap = Original("甲乙别人的丙丁", (0, 1, -1, 5, 6))
    store = Store(tmp_path, create=True)
    key = store.begin_document("page")
    store.put_article(make_article("a", "题", "甲乙，丙丁"), [(0, 5)], key, with_gap)
    span = store.original_span("a", 0, 5)
    assert span is not None
    assert (span.parts, span.text, span.start, span.end) == (((0, 2), (5, 7)), "甲乙\n丙丁", 0, 7)
    assert store.original_span("a", 2, 3) is None
    assert store.original_span("b", 0, 1) is None
    store.close()


def test_nothing_of_a_raw_text_outlives_its_source(archive: Archive, tmp_path: Path) -> None:
    path = taken_in(archive, tmp_path)
    assert raw_texts(archive) == 1
    taken_in(archive, tmp_path, PAGE.replace("三百", "五百"))
    assert raw_texts(archive) == 1
    article_id, start, end = found(archive, "房屋四十二间")
    assert archive.store.original_span(article_id, start, end) is not None
    assert archive.store.remove_article(article_id)
    assert raw_texts(archive) == 0, "the page held the text of the article that was removed"
    ingest(archive, [path])
    assert raw_texts(archive) == 1
    archive.store.remove_document(str(path))
    assert raw_texts(archive) == 0
    assert archive.store.counts().articles == 0
    assert archive.store.verify() == []


def test_an_article_of_two_files_keeps_the_original_of_the_one_that_stays(archive: Archive, tmp_path: Path) -> None:
    first = taken_in(archive, tmp_path)
    second = tmp_path / "2021-05-14 second.txt"
    second.write_text(PAGE, "utf-8")
    ingest(archive, [second])
    assert raw_texts(archive) == 2
    archive.store.remove_document(str(first))
    span = archive.store.original_span(*found(archive, "房屋四十二间"))
    assert span is not None
    assert span.source == str(second)


@given(st.lists(st.integers(-1, 50), max_size=60))
def test_packing_is_lossless(origin: list[int]) -> None:
    unpacked = [-1] * len(origin)
    for in_body, in_raw, length in _unpacked(_packed(origin)).tolist():
        unpacked[in_body : in_body + length] = range(in_raw, in_raw + length)
    assert unpacked == origin


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="山水城市新闻，。“” \n1２Ａa：—", max_size=300), st.booleans())
def test_every_traced_character_is_the_one_of_the_file(text: str, split_pages: bool) -> None:
    document = RawDocument(body=text, is_page=True)
    for article, origin in traced_articles_of(document, split_pages=split_pages):
        assert len(origin) == len(article.body)
        for character, at in zip(article.body, origin, strict=True):
            if at >= 0 and "\u4e00" <= character <= "\u9fff":
                assert text[at] == character
