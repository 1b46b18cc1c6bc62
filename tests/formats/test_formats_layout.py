"""PDF pages with columns: the order in which they are read, their headlines by size, what is left out."""

from __future__ import annotations

import time

import pytest
from format_files import Read
from pdf_pages import BRIDGE, MARKET, TEA, PageComposer, front_page

from retrieval.articles import articles_of
from retrieval.formats import RawDocument
from retrieval.formats.layout import Piece, laid_out


def piece(text: str, left: float, top: float, size: float = 10) -> Piece:
    return Piece(text, left, top, left + len(text) * size, top + size, size)


def test_columns_are_read_one_after_the_other_whatever_order_the_file_has() -> None:
    left = [piece(f"左{number}一二三四五六七八", 0, 15 * number) for number in range(4)]
    right = [piece(f"右{number}一二三四五六七八", 120, 15 * number) for number in range(4)]
    rows = [one for pair in zip(right, left, strict=True) for one in pair]
    lines = laid_out(rows, 1000).text.split("\n")
    assert [line[:2] for line in lines] == ["左0", "左1", "左2", "左3", "", "右0", "右1", "右2", "右3"]


def test_a_headline_of_two_lines_is_one_and_a_shadow_is_dropped() -> None:
    headline = [piece("山里来了", 0, 0, 30), piece("送书人", 0, 36, 30), piece("山里来了", 2, 2, 30)]
    body = [piece("一二三四五六七八九十一二", 0, 90 + 15 * number) for number in range(5)]
    page = laid_out([*headline, *body], 1000)
    assert page.text.split("\n")[0] == "山里来了 送书人"
    assert page.headlines == (0,)


def test_articles_of_a_page_in_columns(read: Read) -> None:
    (page,) = read("a.pdf", front_page())
    assert isinstance(page, RawDocument)
    assert "A03" not in page.body
    assert "星期三" not in page.body
    articles = {article.title: article for article in articles_of(page)}
    assert set(articles) == {BRIDGE[0], MARKET[0], TEA[0]}
    for title, paragraphs in (BRIDGE, MARKET, TEA):
        text = [line for line in articles[title].body.split("\n") if "摄" not in line]
        assert text == paragraphs
        assert articles[title].published == "2025-06-04"
    assert sum("停航前的江心洲渡口。廖江生 摄" in one.body for one in articles.values()) == 1


def test_the_lines_that_are_headlines_are_named(read: Read) -> None:
    (page,) = read("a.pdf", front_page())
    assert isinstance(page, RawDocument)
    lines = page.body.split("\n")
    assert {lines[number] for number in page.headline_lines} == {BRIDGE[0], MARKET[0], TEA[0]}


def test_several_pages_with_words_of_two_scripts(read: Read) -> None:
    pages = PageComposer()
    for number in range(3):
        pages.text(40, 80, f"第{number}期 Open Data 平台上线", 24)
        pages.columns(
            0,
            120,
            [f"平台 version 2.{number} 今天上线，收入了全省14个市州的1.5万张表，用 API 取用。"],
            count=1,
            lines=4,
        )
        pages.end_page()
    documents = read("a.pdf", pages.pdf())
    assert [one.locator for one in documents] == ["page 1", "page 2", "page 3"]
    for number, document in enumerate(documents):
        assert isinstance(document, RawDocument)
        (article,) = articles_of(document)
        assert article.title == f"第{number}期 Open Data 平台上线"
        assert f"version 2.{number}" in article.body
        assert "1.5万张" in article.body


@pytest.mark.parametrize("count", [4000])
def test_layout_of_many_pieces_takes_no_time(count: int) -> None:
    pieces = [piece(f"一二{number:04}五", 60 * (number % 40), 15 * (number // 40), 8) for number in range(count)]
    began = time.process_time()
    page = laid_out(pieces, 20_000)
    assert time.process_time() - began < 2
    assert page.text.count("一二") == count
