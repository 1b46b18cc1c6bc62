from __future__ import annotations

import pytest

from bot.in_english import in_english


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("620人", "620 people"),
        ("1人", "1 person"),
        ("约1.2万人", "about 12,000 people"),
        ("1462.7亿元", "146,270,000,000 yuan"),
        ("1100余盏", "over 1,100"),
        ("31.2万吨", "312,000 tonnes"),
        ("1876米", "1,876 m"),
        ("66.3%", "66.3%"),
        ("３９.8℃", "39.8 °C"),
        ("88岁", "88 years old"),
        ("12月26日", "26 December"),
        ("2025年12月26日", "26 December 2025"),
        ("2025年3月", "March 2025"),
        ("2021年", "2021"),
        ("13月1日", None),
        ("谭若溪", None),
        ("620", None),
        ("", None),
    ],
)
def test_figures_and_dates_are_said_in_english(text: str, english: str | None) -> None:
    assert in_english(text) == english
