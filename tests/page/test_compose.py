"""Composed pages: deterministic, spoilt as they say, and with gold that holds exactly what is on the page."""

from __future__ import annotations

import re
from collections import Counter
from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from page_oracle import load_composer, ownership, read_with_gold

from retrieval.page.evaluation import MEASURES, Page, evaluate, gold_body, group_of, parse_gold, plain, read_pages

composer = load_composer()
SOURCES = composer.read_sources()
PERFECT = dict.fromkeys(MEASURES, 1.0) | dict.fromkeys(("window_diff", "foreign", "furniture", "lost", "repeated"), 0.0)


@pytest.fixture(scope="module")
def pages():
    return list(composer.compose_pages(sources=SOURCES))


def check(composed):
    page = Page(composed.text)
    gold = parse_gold(composed.gold, composed.text)
    assert len(gold) == len(composed.sources)
    assert not [composed.text[at] for at, times in ownership(page, gold).items() if times != 1]
    for article, source in zip(gold, composed.sources, strict=True):
        body = plain(gold_body(page, article)[0])
        if article.starts_in_middle or article.stops_in_middle:
            assert body in plain(source.body)
            assert plain(source.body).endswith(body) == article.starts_in_middle
        else:
            assert body == plain(source.body)
        if article.title:
            assert plain(page.read(article.title)) == plain(source.title)
            assert article.key in re.sub(r"\s", "", page.read(article.title))
        byline = plain(page.read(article.byline))
        assert all(name in byline for name in article.names)
        if source.subtitle and article.title:
            assert plain(page.read(article.subtitle)) == plain(source.subtitle)
        for caption in article.captions:
            assert caption not in article.parts
    values = evaluate([(composed.text, gold)], read_with_gold([(composed.text, gold)]))
    assert {measure: values[measure] for measure in MEASURES} == PERFECT


@settings(max_examples=60, deadline=None)
@given(severity=st.integers(0, 4), number=st.integers(0, 10**6), seed=st.integers(0, 10**9))
def test_gold_holds_what_is_on_the_page(severity, number, seed):
    check(composer.compose_page(severity, number, seed, SOURCES))


def test_default_pages_are_consistent_and_spread_over_the_severities(pages):
    assert len(pages) >= 40
    assert set(Counter(page.severity for page in pages).values()) == {8}
    assert {group_of(page.name) for page in pages} == {f"severity {severity}" for severity in composer.SEVERITIES}
    for page in pages:
        check(page)


def test_the_same_seed_gives_the_same_pages(pages):
    assert pages == list(composer.compose_pages(sources=composer.read_sources()))
    assert pages[0].text != next(composer.compose_pages(1, seed=8, sources=SOURCES)).text


def test_sources_are_the_articles_without_what_a_web_page_leaves():
    assert len(SOURCES) == 31
    for source in SOURCES:
        assert source.title
        assert source.body
        assert not re.search(r"责任编辑|字号|来源：| 摄$", source.body, re.MULTILINE)
    assert sum(bool(source.captions) for source in SOURCES) == 4
    assert any(is_heading for source in SOURCES for _, is_heading in source.paragraphs)
    assert any(source.subtitle for source in SOURCES)


def gold_of(pages, severity):
    return [(page, record) for page in pages if page.severity == severity for record in page.gold]


def test_severity_0_is_clean(pages):
    for page, record in gold_of(pages, 0):
        assert not record["joins"]
        assert "\n\n\n" not in page.text.strip()
        assert record["title"][0][0] == min(span[0] for span in record["title"] + record["body"])


def test_severity_1_cuts_lines_at_the_column(pages):
    widths = [max(map(len, page.text.split("\n"))) for page in pages if page.severity == 1 and page.gold[0]["joins"]]
    assert any(width < 60 for width in widths)
    assert {"\n\n" in page.text.strip() for page in pages if page.severity == 1} == {True, False}


def test_severity_2_has_each_kind_of_furniture(pages):
    records = [record for _, record in gold_of(pages, 2)]
    text = "".join(page.text for page in pages if page.severity == 2)
    assert all(any(record.get(name) for record in records) for name in ("captions", "subtitle", "series", "doubled"))
    for form in (
        r"（[^）]+ [^）]+）\n",
        r"本报记者 \S+\n",
        r"本报讯（记者",
        r" 摄\n",
        r"[\u4e00-\u9fff] [\u4e00-\u9fff] [\u4e00-\u9fff]",
    ):
        assert re.search(form, text), form
    assert re.search(r"[\u4e00-\u9fff],", text)
    assert re.search(r"[０-９]", text)


def test_severity_3_moves_headlines_and_cuts_articles(pages):
    records = [record for _, record in gold_of(pages, 3)]
    places = set()
    for record in records:
        if record["title"]:
            above = [span[0] < record["title"][0][0] for span in record["body"]]
            places.add("before" if not any(above) else "after" if all(above) else "middle")
    assert places == {"before", "middle", "after"}
    assert any(record["starts_in_middle"] for record in records)
    assert any(record["stops_in_middle"] for record in records)


def test_severity_4_interleaves_two_articles(pages):
    for page in pages:
        if page.severity == 4:
            lines = sorted((span[0], number) for number, record in enumerate(page.gold) for span in record["body"])
            runs = [number for number, _ in groupby(number for _, number in lines)]
            twice = {number for number in runs if runs.count(number) > 1}
            assert len(twice) == 2, page.name
            others = {number: [line for line, owner in lines if owner != number] for number in twice}
            for number in twice:  # a sentence goes on after lines of the other
                assert any(
                    line < other < following
                    for line, following in page.gold[number]["joins"]
                    for other in others[number]
                ), page.name


def test_main_writes_pages_and_gold_that_evaluation_reads(tmp_path):
    assert composer.main([str(tmp_path), "--pages", "5", "--seed", "3"]) == 0
    pages = read_pages(tmp_path, tmp_path / "gold")
    assert list(pages) == ["s0_000", "s1_001", "s2_002", "s3_003", "s4_004"]
    composed = list(composer.compose_pages(5, seed=3, sources=SOURCES))
    assert [text for text, _ in pages.values()] == [page.text for page in composed]
