"""Answers that the reader proposes, each with the sentence that it stands in and the signals that speak for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.composers.evidence import Evidence
from bot.composers.explanations import asks_to_explain, explanation
from bot.composers.lists import asks_for_list, whole_list, whole_series
from bot.composers.period import period_met
from bot.composers.question_kind import Expectation, QuestionKind, expectation
from bot.composers.ranges import whole_range
from bot.composers.reasons import reason_fitness, whole_reason
from bot.composers.specifics import Specifics, specifics
from bot.composers.values import is_value, values
from bot.composers.whole_answers import whole_answer
from bot.composers.windows import Window
from bot.conversation import Standalone
from retrieval.hit import Hit
from retrieval.quoted import squeezed
from retrieval.reader import Reading, Span
from retrieval.terms import is_han, words
from retrieval.whole_spans import whole_span

Rarity = Callable[[Sequence[str]], Mapping[str, float]]

_LONGEST_QUOTE = 240
_LONG = 60  # characters
_HAS_MEASURE = re.compile(r"[\d十百千万亿余多][一-鿿%％℃]")
_ASKS_PART = re.compile(r"哪一?年|几几年|几月(?!份?几)|哪一?个?月|\b(?:what|which) (?:year|month)\b", re.I)  # of a date
_OFFERS = re.compile(
    r"还是|還是|或者?|是否|是不是|有没有|吗|嗎|\bor\b|\bvs\b|[和与與跟及、].*(?:谁|誰|哪|更|最)|(.)不\1", re.I
)
_COUNTED = re.compile(r"(?:几|幾|多少)([一-鿿])")
_FIGURE_AT_END = re.compile(r"[\d一二两三四五六七八九十百千万亿]\Z")
_TYPED = 4  # values of the kind asked for that are considered in a window


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible answer, `hit.passage.text[start:end]`, inside the sentences `[quote_start:quote_end]`.

    `read` is the reader's score; `fitness`, 0..1, how well the answer itself is of the kind asked for; `period` whether
    its sentence is of the year asked about (`period_met`); the rest are the signals of the sentence (`Evidence`) and of
    what the question names (`Specifics`). `score` ranks.
    """

    hit: Hit
    start: int
    end: int
    quote_start: int
    quote_end: int
    read: float
    fitness: float
    period: float
    evidence: Evidence
    specifics: Specifics
    score: float

    @property
    def text(self) -> str:
        """The short answer."""
        return self.hit.passage.text[self.start : self.end]

    @property
    def quote(self) -> str:
        """The sentence or sentences that hold it."""
        return self.hit.passage.text[self.quote_start : self.quote_end]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question and what it expects."""

    text: str
    expected: Expectation
    is_list: bool
    is_explanation: bool

    @property
    def is_part_of_date(self) -> bool:
        """Whether only the year or the month is asked for."""
        return self.expected.kind is QuestionKind.DATE and _ASKS_PART.search(self.text) is not None


RANKING = {"read": 0.26, "sentence": 3.01, "fitness": 1.54, "named": 1.69, "length": 0.55}
"""Weights of the signals in `Candidate.score`."""


def ranking_signals(candidate: Candidate) -> dict[str, float]:
    """The signals that `RANKING` weighs, in its order."""
    return {
        "read": candidate.read,
        "sentence": candidate.evidence.score,
        "fitness": candidate.fitness,
        "named": candidate.specifics.named,
        "length": min(len(candidate.text), _LONG) / _LONG,
    }


def candidates(
    question: Standalone,
    evidence: Sequence[Evidence],
    read: Sequence[tuple[Window, Reading]],
    rarity: Rarity,
    body_of: Callable[[str], str],
) -> list[Candidate]:
    """The proposals of all windows, best first. `body_of` gives the whole text of an article by its id."""
    asked = _Asked(
        question.text, expectation(question.text), asks_for_list(question.text), asks_to_explain(question.text)
    )
    sentences: dict[int, list[Evidence]] = {}
    for one in sorted(evidence, key=lambda one: one.start):
        sentences.setdefault(one.hit.passage.passage_id, []).append(one)
    found: dict[tuple[int, int, int], Candidate] = {}
    for window, reading in read:
        spans = _proposed(window, reading, asked.expected)
        if not spans:
            continue
        met = _specifics(question, window, rarity, body_of)
        for span in spans:
            candidate = _candidate(window, span, sentences[window.hit.passage.passage_id], asked, met)
            if candidate:
                key = (window.hit.passage.passage_id, candidate.start, candidate.end)
                if key not in found or found[key].score < candidate.score:
                    found[key] = candidate
    ranked = sorted(found.values(), key=lambda one: (-one.score, one.hit.passage.passage_id, one.start))
    return [one for one in ranked if not _repeats(one, asked.text)] or ranked


def _repeats(candidate: Candidate, question: str) -> bool:
    """Whether the answer only repeats words of the question, which offers no choice: 西番莲 for 大果西番莲分布在哪里.

    Only Chinese ones: a figure or a short Latin word may well stand inside another.
    """
    text = squeezed(candidate.text)
    return is_han(text) and text in squeezed(question) and not _OFFERS.search(question)


def _proposed(window: Window, reading: Reading, expected: Expectation) -> list[Span]:
    """The reader's best spans, and the best of those that are just a value of the kind asked for."""
    shift = len(window.heading)
    found = [reading.of(start + shift, end + shift) for start, end in values(expected.kind, window.text[shift:])]
    typed = sorted((one for one in found if one), key=lambda one: -one.score)
    return [*reading.best(), *typed[:_TYPED]]


def _specifics(question: Standalone, window: Window, rarity: Rarity, body_of: Callable[[str], str]) -> Specifics:
    hit = window.hit
    around = f"{hit.title}\n{hit.published or ''}\n"
    return specifics(question.whole, around + hit.passage.text, around + body_of(hit.passage.article_id), rarity)


def _candidate(
    window: Window,
    span: Span,
    sentences: Sequence[Evidence],
    asked: _Asked,
    met: Specifics,
) -> Candidate | None:
    offset = window.start - len(window.heading)
    start, end = span.start + offset, span.end + offset
    if start < window.start:
        return None  # in the headline
    text = window.hit.passage.text
    start, end = whole_span(text, start, end)
    end = _with_measure(asked.text, text, end)
    if not asked.is_part_of_date:
        start, end = whole_answer(asked.expected.kind, text, start, end)
    start, end = _trimmed(text, start, end)
    start, end = whole_range(asked.text, asked.expected.kind, text, start, end)
    if asked.is_list:
        start, end = whole_list(text, start, end)
    elif asked.expected.kind is QuestionKind.REASON:
        start, end = whole_reason(text, start, end)
    elif asked.expected.kind in (QuestionKind.OTHER, QuestionKind.PLACE, QuestionKind.PERSON):
        start, end = whole_series(asked.text, text, start, end)
    held = [one for one in sentences if one.start < end and one.end > start]
    if not held or start >= end or held[-1].end - held[0].start > max(_LONGEST_QUOTE, held[0].end - held[0].start):
        return None
    if asked.is_explanation:
        first = held[0].start
        start, end = (
            first + at for at in explanation(asked.text, text[first : held[-1].end], start - first, end - first)
        )
    candidate = Candidate(
        hit=window.hit,
        start=start,
        end=end,
        quote_start=held[0].start,
        quote_end=held[-1].end,
        read=span.score,
        fitness=reason_fitness(text, start, end)
        if asked.expected.kind is QuestionKind.REASON
        else _fitness(text[start:end], asked.expected),
        period=period_met(asked.text, text[held[0].start : held[-1].end], text[: held[0].start], window.hit.published),
        evidence=max(held, key=lambda one: one.score),
        specifics=met,
        score=0.0,
    )
    score = sum(RANKING[name] * value for name, value in ranking_signals(candidate).items())
    return replace(candidate, score=score)


def _with_measure(question: str, text: str, end: int) -> int:
    """Behind the word that the question counts by, whatever that is: 2股 for 2 where it asks 几股."""
    counted = _COUNTED.search(question)
    follows = counted is not None and text[end : end + 1] == counted[1]
    return end + 1 if follows and _FIGURE_AT_END.search(text[:end]) else end


def _fitness(text: str, expected: Expectation) -> float:
    """1 for nothing but a value of the kind asked for, less for what holds one, 0 for what does not."""
    strength = expected.strength(text)
    if expected.kind not in (QuestionKind.NUMBER, QuestionKind.DATE, QuestionKind.PERSON):
        return strength
    if expected.measure and strength < 1 and _HAS_MEASURE.search(text):
        return 0.0  # people for money
    if is_value(expected.kind, text):
        return max(strength, 0.5) if expected.kind is QuestionKind.NUMBER else 1.0
    return 0.3 * strength


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Without punctuation at the ends, except for a closing mark whose opening is inside."""
    while start < end and text[start] in "，。、；：！？,.;: \n　）)":
        start += 1
    while start < end and text[end - 1] in "，。、；：！？,;: \n　（(":
        end -= 1
    if end - start > 2 and text[end - 1] == "的" and not _is_part_of_word(text[start:end]):
        end -= 1  # DC漫画公司 of DC漫画公司的虚拟人物
    return _balanced(text, start, end)


def _is_part_of_word(text: str) -> bool:
    """Whether the 的 at the end is no particle: 政治目的, 投资标的."""
    return any(len(word) > 1 and word.endswith("的") for word in words(text[-6:]))


def _balanced(text: str, start: int, end: int) -> tuple[int, int]:
    """With the other half of a pair of quotation marks or brackets where it is right beside, else without the one."""
    for opening, closing in ("《》", "“”", "‘’", "「」", "『』", "（）", "()"):
        opened, closed = text.count(opening, start, end), text.count(closing, start, end)
        if opened > closed:
            if text[end : end + 1] == closing:
                end += 1
            elif text[start] == opening:
                start += 1
        elif closed > opened:
            if start and text[start - 1] == opening:
                start -= 1
            elif text[end - 1] == closing:
                end -= 1
        elif start and opened and _crossed(text[start - 1 : end + 1], opening, closing):
            start, end = start - 1, end + 1
    return start, end


def _crossed(around: str, opening: str, closing: str) -> bool:
    """Whether a span, given with its neighbours, lacks the marks at both ends: 仁仁”和“依依 of “仁仁”和“依依”."""
    inside = around[1:-1]
    return around[0] == opening and around[-1] == closing and inside.find(closing) < inside.find(opening)
