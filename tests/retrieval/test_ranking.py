"""Ranking the candidates by their text, relevance, and texts that several articles carry."""

from __future__ import annotations

import pytest
from archives import ENCODER, encode_all, make_article, put
from hypothesis import given
from hypothesis import strategies as st

from retrieval.archive import Archive
from retrieval.article import Article
from retrieval.duplicates import collapse
from retrieval.fusion import COSINE_UNKNOWN
from retrieval.hit import Carrier, Hit
from retrieval.passage import Passage
from retrieval.ranking import (
    ACROSS_WORDS,
    READ,
    SINGLE_WORD,
    TITLE_SHARE,
    WEIGHTS,
    coverage,
    ranked,
    rate,
    relevance,
    signals,
    wanted,
)
from retrieval.search import Searcher


def alike(words: object) -> dict[str, float]:
    return dict.fromkeys(words, 1.0)


def test_what_is_looked_for_is_shared_out_by_rarity() -> None:
    query = wanted("水位水位", lambda words: {word: 3.0 if word == "水位" else 1.0 for word in words})
    assert query.shares == pytest.approx({"水位": 3 / (3 + ACROSS_WORDS), "位水": ACROSS_WORDS / (3 + ACROSS_WORDS)})
    assert wanted("水", alike).shares == {"水": 1.0}


def test_a_word_of_one_character_is_looked_for_but_no_character_of_a_longer_one() -> None:
    shares = wanted("蓍的别名", alike).shares
    assert shares["蓍"] == pytest.approx(SINGLE_WORD * shares["别名"])
    assert shares["蓍的"] == pytest.approx(ACROSS_WORDS * shares["别名"])
    assert not shares.keys() & {"别", "名"}
    assert "3" not in wanted("地震3级", alike).shares, "a lone digit stands in too many numbers"


def test_a_traditional_question_has_the_same_words() -> None:
    assert wanted("國慶節的傳統", alike).shares == wanted("国庆节的传统", alike).shares
    assert wanted("瞭解情況", alike).shares == wanted("了解情况", alike).shares


def test_signals_by_hand() -> None:
    query = wanted("水位上涨", alike)  # 水位 位上 上涨
    share = 1 / (2 + ACROSS_WORDS)
    met = signals(coverage(query, "", "水位公布。明天上涨！"), 7.0, None)
    assert met == pytest.approx((COSINE_UNKNOWN, 7.0, 2 * share, share))
    in_title = signals(coverage(query, "上漲", "水位公布"), 0.0, 0.9)
    assert in_title == pytest.approx((0.9, 0.0, share * (1 + TITLE_SHARE), share * (1 + TITLE_SHARE)))
    assert rate((1.0, 10.0, 0.5, 0.25)) == pytest.approx(1 + 10 * WEIGHTS[1] + 0.5 * WEIGHTS[2] + 0.25 * WEIGHTS[3])


@given(st.lists(st.floats(-2, 5), min_size=2, max_size=40))
def test_relevance_is_a_probability_in_the_order_of_the_scores(scores: list[float]) -> None:
    found = ranked(list(enumerate(scores)))
    assert sorted(one for one, _ in found) == list(range(len(scores)))
    assert [one for one, _ in found[READ:]] == list(range(READ, len(scores)))
    chances = [relevance(score) for _, score in found]
    assert chances == sorted(chances, reverse=True)
    assert all(0 <= one <= 1 for one in chances)


WIRE = (
    "新华社电，全国铁路暑运今日启动，预计发送旅客八亿人次，各地增开列车一千二百列，方便学生和游客出行，车站加派人手。"
)


def hit(article_id: str, text: str) -> Hit:
    return Hit(Passage(1, article_id, text, 0, len(text)), f"题{article_id}", "2025", "报", 0.5, 1.0, None)


def test_texts_that_several_articles_carry_are_one_hit() -> None:
    hits = [
        hit("a", WIRE),
        hit("b", WIRE.replace("今日", "昨日")),
        hit("a", WIRE),
        hit("c", "别的内容。" * 9),
        hit("b", WIRE),
    ]
    found = collapse(hits)
    assert [one.passage.article_id for one in found] == ["a", "a", "c"]
    assert found[0].also == (Carrier("b", "题b", "2025", "报"),)
    assert found[1].also == found[2].also == ()
    assert [one.also for one in collapse([hit("a", "短。"), hit("b", "短。")])] == [(), ()]


def test_a_search_keeps_every_source_and_fills_up(archive: Archive, corpus: list[Article]) -> None:
    for article in corpus:
        put(archive.store, article)
    for number in range(3):
        put(archive.store, make_article(f"wire{number}", "暑运启动", WIRE, source=f"报{number}"))
    encode_all(archive.store)
    hits = Searcher(archive, ENCODER).search("铁路暑运发送旅客多少人次", limit=3).hits
    assert len(hits) == 3
    assert hits[0].passage.article_id == "wire0"
    assert [one.article_id for one in hits[0].also] == ["wire1", "wire2"]
    assert [one.relevance for one in hits] == sorted((one.relevance for one in hits), reverse=True)


def test_the_passage_that_meets_the_question_comes_before_one_that_repeats_a_word(archive: Archive) -> None:
    put(archive.store, make_article("often", "", "水位。" * 40))
    put(
        archive.store,
        make_article(
            "whole", "", "澄江站昨夜的最高水位到了多少米，防汛办今晨作了通报，其余各站略有回落，均低于警戒线。"
        ),
    )
    encode_all(archive.store)
    hits = Searcher(archive, ENCODER).search("澄江站最高水位多少米").hits
    assert [one.passage.article_id for one in hits] == ["whole", "often"]


def test_texts_with_other_figures_are_not_the_same() -> None:
    report = "全市全年粮食播种面积保持稳定，总产量{}万吨，比上年增长，农业农村局局长在会上作了通报，并部署明年的工作。"
    found = collapse([hit("a", report.format(12)), hit("b", report.format(13)), hit("c", report.format(12))])
    assert [(one.passage.article_id, len(one.also)) for one in found] == [("a", 1), ("b", 0)]
