"""A question as those see it who look for its answer: what it says, and what it expects."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.composers.asked_noun import noun_fitness
from bot.composers.explanations import asks_to_explain
from bot.composers.lists import asks_for_list
from bot.composers.means import is_means
from bot.composers.question_kind import Expectation, QuestionKind, expectation
from bot.composers.ranges import is_range
from bot.composers.reasons import reason_fitness
from bot.composers.series import count
from bot.composers.two_figures import asks_for_two, is_two
from bot.composers.values import is_value

_ASKS_PART = re.compile(r"哪一?年|几几年|几月(?!份?几)|哪一?个?月|\b(?:what|which) (?:year|month)\b", re.I)  # of a date
_ASKS_WEEKDAY = re.compile(r"(?:周|星期|礼拜)几|\bwhat day of the week\b|\bwhich (?:day|evening) of the week\b", re.I)
_WEEKDAY = re.compile(r"周|星期|礼拜|每[天日晚]|天天|双休|工作日")
_NO_WEEKDAY = 0.2
_HAS_MEASURE = re.compile(r"[\d十百千万亿余多][一-鿿%％℃]")
_MEASURE = 3  # characters behind a bare figure that may be its measure
_BARE = re.compile(r"[\d.,，]+[十百千万亿]*")
_MEASURED = re.compile(r"[余多]?[一-鿿%％℃]")
_SENTENCES = re.compile(r"[。！？；\n].")
_SEVERAL_SENTENCES = 0.4  # of the fitness, where an answer that should be short goes on into another sentence
_NO_MEANS = 0.7  # the fitness of what says not by what means, where that is asked
_BEFORE = 12  # characters before an answer that may say what it is


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and what it expects."""

    text: str
    expected: Expectation
    is_list: bool
    is_explanation: bool
    is_two: bool = False

    @classmethod
    def of(cls, question: str) -> Asked:
        """What `question` asks."""
        return cls(
            question, expectation(question), asks_for_list(question), asks_to_explain(question), asks_for_two(question)
        )

    @property
    def is_part_of_date(self) -> bool:
        """Whether only the year or the month is asked for."""
        return self.expected.kind is QuestionKind.DATE and _ASKS_PART.search(self.text) is not None


def fitness(asked: Asked, text: str, start: int, end: int) -> float:
    """1 for nothing but a value of the kind asked for, less for what holds one, 0 for what does not."""
    if asked.is_two and is_two(asked.text, text[start:end]):
        return 1.0
    fits = _fitness(asked, text, start, end)
    if _ASKS_WEEKDAY.search(asked.text) and not _WEEKDAY.search(text[start:end]):
        fits *= _NO_WEEKDAY
    return fits if asked.is_explanation or not _SENTENCES.search(text[start:end]) else _SEVERAL_SENTENCES * fits


def _measure_behind(said: str, behind: str) -> str:
    """What may be the measure of a figure that ends right before it: 起 of 4起."""
    return behind if _BARE.fullmatch(said) and _MEASURED.match(behind) else ""


def _fitness(asked: Asked, text: str, start: int, end: int) -> float:
    expected, said = asked.expected, text[start:end]
    if expected.kind is QuestionKind.REASON:
        return reason_fitness(text, start, end)
    if expected.kind is QuestionKind.OTHER or (
        expected.kind is QuestionKind.PERSON and asked.is_list and count(said) > 1
    ):
        explains = 1.0 if is_means(asked.text, said) else _NO_MEANS
        before = text[max(0, start - _BEFORE) : start]
        return explains if asked.is_explanation else noun_fitness(asked.text, said, before)
    measured = said + _measure_behind(said, text[end : end + _MEASURE])
    strength = expected.strength(measured)
    if expected.kind is QuestionKind.PLACE:
        return 0.5 + 0.5 * strength  # few foreign places say what they are
    if expected.measure and strength < 1 and _HAS_MEASURE.search(measured):
        return 0.0  # people for money
    if is_value(expected.kind, said) or (expected.kind is not QuestionKind.PERSON and is_range(said)):
        return max(strength, 0.5) if expected.kind is QuestionKind.NUMBER else 1.0
    return 0.3 * strength
