from __future__ import annotations

import pytest

from bot.composers.period import period_met
from bot.composers.question_kind import QuestionKind
from bot.composers.values import is_value, values


@pytest.mark.parametrize(
    ("question", "quote", "before", "published", "met"),
    [
        ("粮食总产量是多少？", "2022年产粮12万吨。", "", "2023-01-05", 1.0),
        ("2022年产粮多少？", "2022年产粮12万吨。", "", "2023-01-05", 1.0),
        ("2021年产粮多少？", "2022年产粮12万吨。", "", "2023-01-05", 0.0),
        ("2021年产粮多少？", "2022年产粮12万吨。", "", "2021-01-05", 0.3),
        ("2021年办了几期？", "截至目前，夜市已累计办了151期。", "2021年办起。", None, 0.2),
        ("2021年至今办了几期？", "截至目前，夜市已累计办了151期。", "2021年办起。", None, 1.0),
        ("2022年产粮多少？", "去年产粮12万吨。", "", "2023-01-05", 0.9),
        ("2023年产粮多少？", "去年产粮12万吨。", "", "2023-01-05", 0.1),
        ("2022年产粮多少？", "产粮12万吨。", "2021年歉收。2022年丰收。", None, 1.0),
        ("2021年产粮多少？", "产粮12万吨。", "2021年歉收。2022年丰收。", None, 0.3),
        ("2023年产粮多少？", "全市产粮12万吨。", "", "2023-10-05", 0.9),
        ("2023年产粮多少？", "全市产粮12万吨。", "", None, 0.6),
        ("２０２３年产粮多少？", "2023年产粮12万吨。", "", None, 1.0),
        ("2023年产粮多少？", "全年产粮12万吨，比2022年多1万吨。", "", "2024-02-06", 0.9),
        ("2023年产粮多少？", "产粮12万吨，比2022年多1万吨。", "", "2024-06-06", 0.3),
        ("2022年产粮多少？", "产粮12万吨，比2022年多1万吨。", "", "2024-02-06", 0.6),
        ("2025年水位多高？", "水位涨到37米，离2017年的最高水位只差一点。", "", "2025-07-04", 0.9),
        ("2025年气温多高？", "气象站测得39℃，是1957年建站以来最高。", "", "2025-07-04", 0.9),
        ("2023年有几支队？", "队伍从去年的32支增加到40支。", "", "2024-06-11", 0.6),
        ("2024年有几支队？", "队伍从去年的32支增加到40支。", "", "2024-06-11", 0.9),
        ("2025年产粮多少？", "产粮12万吨。", "湘州2025年产粮创新高\n", "2026-02-05", 1.0),
    ],
)
def test_the_year_that_is_asked_about(
    question: str, quote: str, before: str, published: str | None, met: float
) -> None:
    assert period_met(question, quote, before, published) == met


@pytest.mark.parametrize(
    ("kind", "text", "found"),
    [
        (QuestionKind.NUMBER, "2023年共有网格长600人、志愿网格员620人", ["600人", "620人"]),
        (QuestionKind.NUMBER, "监测457户1089人", ["457户", "1089人"]),
        (QuestionKind.NUMBER, "约13200余人，同比增长5.2%", ["约13200余人", "5.2%"]),
        (QuestionKind.DATE, "2022年10月8日，在现场；每周四晚开放", ["2022年10月8日", "每周四晚"]),
        (QuestionKind.PERSON, "镇党委书记李国强介绍", ["李国强"]),
        (QuestionKind.PLACE, "在云湖县", []),
    ],
)
def test_values_of_a_kind(kind: QuestionKind, text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in values(kind, text)] == found
    assert all(is_value(kind, one) for one in found)
