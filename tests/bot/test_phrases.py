"""Every sentence of ours, in both languages."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from bot import phrases
from bot.phrases import language_of, phrase, suggestion

HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("name", sorted(phrases._PHRASES))
def test_a_phrase_stands_in_both_languages_with_the_same_places(name: str) -> None:
    both = phrases._PHRASES[name]
    assert set(both) == {"zh", "en"}
    places = [sorted(one for _, one, _, _ in Formatter().parse(text) if one) for text in both.values()]
    assert places[0] == places[1]
    filled = dict.fromkeys(places[0], 7)
    assert not HAN.search(phrase(name, "en", **filled))
    chinese = phrase(name, "zh", **filled)
    assert HAN.search(chinese) or not chinese
    assert not re.search("[a-z]", chinese)


def test_suggestions_in_both_languages() -> None:
    assert suggestion("梅江二桥通车", "zh") == "《梅江二桥通车》说了什么？"
    assert suggestion("《湘原志》抢“鲜”看", "zh") == "《〈湘原志〉抢“鲜”看》说了什么？"
    assert suggestion("梅江二桥通车", "en") == "What does “梅江二桥通车” say?"


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("半程马拉松有多少人参加？", "zh"),
        ("湘原GDP总量多少", "zh"),
        ("When did the bridge open?", "en"),
        ("What does 梅江 mean?", "zh"),
        ("", "zh"),
        ("2025？", "zh"),
        ("ＧＤＰ？", "zh"),
        ("㐀？ ok", "zh"),
    ],
)
def test_the_language_of_a_question(question: str, language: str) -> None:
    assert language_of(question) == language
