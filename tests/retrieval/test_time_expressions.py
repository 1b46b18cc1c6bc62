"""Time expressions of questions, and the bounded bonus they bring."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from archives import ENCODER, encode_all, make_article, put
from hypothesis import given
from hypothesis import strategies as st

from retrieval import time_expressions as module
from retrieval.archive import Archive
from retrieval.article import Article
from retrieval.search import Searcher
from retrieval.time_expressions import AskedTime, asked_time, time_bonus

TODAY = date(2025, 8, 13)  # a Wednesday
QUESTIONS = Path(__file__).parents[1] / "data" / "time.questions.jsonl"


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("2023年的预算是多少", 20230101, 20231231),
        ("二〇二三年五月的降雨", 20230501, 20230531),
        ("２０２４年３月５日發生了什麼", 20240305, 20240305),
        ("2024-03-05", 20240305, 20240305),
        ("2024/2", 20240201, 20240229),
        ("去年谁夺冠", 20240101, 20241231),
        ("前年5月", 20230501, 20230531),
        ("今年以来", 20250101, 20251231),
        ("今年一季度增长多少", 20250101, 20250331),
        ("去年前三季度", 20240101, 20240930),
        ("去年第四季度", 20241001, 20241231),
        ("2024年上半年", 20240101, 20240630),
        ("5月降雨量", 20250501, 20250531),
        ("12月的雪", 20241201, 20241231),
        ("十一月三日", 20241103, 20241103),
        ("上个月", 20250701, 20250731),
        ("上周的会议", 20250804, 20250810),
        ("本周", 20250811, 20250817),
        ("昨天的比赛", 20250812, 20250812),
        ("十年前建成", 20150101, 20151231),
        ("三个月前", 20250501, 20250531),
        ("半年前", 20250201, 20250228),
        ("近三年投资", 20220811, 20250813),
    ],
)
def test_what_is_asked_about(question: str, first: int, last: int) -> None:
    asked = asked_time(question, TODAY)
    assert (asked.first, asked.last) == (first, last)
    assert asked


@pytest.mark.parametrize(
    "question", ["水位多高", "2023年2月30日", "3号线什么时候开通", "周边", "五千年前", "最近的地铁站在哪", "月亮", "",
                 "五个月的孩子", "3月球", "123月"],
)  # fmt: skip
def test_no_time_is_asked_about(question: str) -> None:
    assert not asked_time(question, TODAY)


@pytest.mark.parametrize("question", ["最近有什么新闻", "最新的数据", "近期的政策", "the latest news"])
def test_the_newest_is_asked_for(question: str) -> None:
    assert asked_time(question, TODAY) == AskedTime(newest=True)


@given(st.text(st.sampled_from("前去今明年月日号上下半周近最一二十〇个天季度2024/-新"), max_size=14), st.dates())
def test_any_question_on_any_day_is_read(question: str, today: date) -> None:
    asked = asked_time(question, today)
    assert asked.first <= asked.last


@given(st.sampled_from([None, "2023", "2024-05", "2024-05-16", "2025-01-10"]), st.booleans(), st.booleans())
def test_the_bonus_is_bounded(published: str | None, newest: bool, named: bool) -> None:
    asked = AskedTime(20240501, 20240531, ("2024年5月",), newest)
    bonus = time_bonus(asked, published, "2024年5月" if named else "", 20250110, 20230101)
    assert 0 <= bonus <= module.TEXT_WEIGHT + module.PUBLISHED_WEIGHT + module.RECENCY_WEIGHT


def test_the_bonus_by_date() -> None:
    asked = asked_time("2024年5月", TODAY)
    weights = [
        time_bonus(asked, day, "") for day in ("2024-05-31", "2024", "2024-06-20", "2024-04-30", "2024-08", None)
    ]
    whole = module.PUBLISHED_WEIGHT
    assert weights == [whole, whole, whole / 2, 0, 0, 0]
    newest = asked_time("最新", TODAY)
    shares = [
        time_bonus(newest, day, "", 20250111, 20250101) for day in ("2025-01-11", "2025-01-06", "2025-01-01", None)
    ]
    assert shares == pytest.approx([module.RECENCY_WEIGHT, module.RECENCY_WEIGHT / 2, 0, 0])


def test_of_equal_reports_the_year_asked_about_comes_first(archive: Archive) -> None:
    for year in (2022, 2023, 2024, 2025):
        put(archive.store, make_article(f"a{year}", "龙舟赛", "龙舟赛在梅江举行。", published=f"{year}-06-10"))
    encode_all(archive.store)
    searcher = Searcher(archive, ENCODER, today=lambda: TODAY)

    def first(question: str) -> str:
        return searcher.search(question).hits[0].passage.article_id

    assert first("去年的龙舟赛") == "a2024"
    assert first("2023年龙舟赛") == "a2023"
    assert first("最新的龙舟赛") == "a2025"
    assert first("龙舟赛") == "a2022"  # equal scores by id
    assert len(searcher.search("1990年龙舟赛").hits) == 4  # nothing is left out


def test_own_questions_with_times(archive: Archive, seed_articles: Sequence[Article]) -> None:
    """More are found first with their time than without, over the sample archive and words alone."""
    for article in seed_articles:
        put(archive.store, article)
    searcher = Searcher(archive, ENCODER, today=lambda: date(2026, 3, 22))
    questions = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]

    def found_first() -> int:
        return sum(
            any(one["article"] in hit.title for hit in searcher.search(one["question"]).hits[:1]) for one in questions
        )

    with_time = found_first()
    with pytest.MonkeyPatch.context() as patched:
        for name in ("TEXT_WEIGHT", "PUBLISHED_WEIGHT", "RECENCY_WEIGHT"):
            patched.setattr(module, name, 0.0)
        without = found_first()
    assert with_time > without
