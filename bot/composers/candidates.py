"""Answers that the reader proposes, each with the sentence that it stands in and the signals that speak for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from bot.composers.answer_span import answer_span
from bot.composers.asked import Asked, fitness
from bot.composers.changes import level
from bot.composers.comparisons import compared
from bot.composers.contrasts import contradicts
from bot.composers.definitions import meaning
from bot.composers.evidence import Evidence
from bot.composers.explanations import explanation
from bot.composers.period import period_met
from bot.composers.places import of_another_place
from bot.composers.question_kind import QuestionKind
from bot.composers.series import enumerations
from bot.composers.specifics import Specifics, specifics
from bot.composers.values import values
from bot.composers.windows import Window
from bot.conversation import Standalone
from retrieval.hit import Hit
from retrieval.quoted import squeezed
from retrieval.reader import Reading, Span
from retrieval.terms import is_han

Rarity = Callable[[Sequence[str]], Mapping[str, float]]

_LONGEST_QUOTE = 240
_LONG = 20  # characters
_OFFERS = re.compile(
    r"还是|還是|或者?|是否|是不是|有没有|吗|嗎|\bor\b|\bvs\b|[和与與跟及、].*(?:谁|誰|哪|更|最)|(.)不\1", re.I
)
_COMPARED = 3  # candidates whose sentences are asked which of two things has more
_STATED = 2.0  # the least that the reader's score counts where the text itself says what a term means
_TYPED = 4  # values of the kind asked for that are considered in a window


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible answer, `hit.passage.text[start:end]`, inside the sentences `[quote_start:quote_end]`.

    `read` is the reader's score; `fitness`, 0..1, how well the answer itself is of the kind asked for; `period` whether
    its sentence is of the year asked about (`period_met`); `level` whether it is a figure that something has rather
    than by which it changed, as asked; `contrast` 1 where it is said of the other of two (女子 for 男子) or of another
    place; the rest are the signals of the sentence (`Evidence`) and of what the question names (`Specifics`).
    `score` ranks. `article` is the whole text that the passage is of.
    """

    hit: Hit
    start: int
    end: int
    quote_start: int
    quote_end: int
    read: float
    fitness: float
    period: float
    level: float
    contrast: float
    evidence: Evidence
    specifics: Specifics
    score: float
    article: str = ""

    @property
    def text(self) -> str:
        """The short answer."""
        return self.hit.passage.text[self.start : self.end]

    @property
    def quote(self) -> str:
        """The sentence or sentences that hold it."""
        return self.hit.passage.text[self.quote_start : self.quote_end]


RANKING = {
    "read": 0.29,
    "sentence": 3.7,
    "fitness": 3.16,
    "named": 2.42,
    "length": 0.88,
    "level": 2.06,
    "period": 0.05,
    "contrast": -4.02,
}
"""Weights of the signals in `Candidate.score`."""


def ranking_signals(candidate: Candidate) -> dict[str, float]:
    """The signals that `RANKING` weighs, in its order."""
    return {
        "read": candidate.read,
        "sentence": candidate.evidence.score,
        "fitness": candidate.fitness,
        "named": candidate.specifics.named,
        "length": min(len(candidate.text), _LONG) / _LONG,
        "level": candidate.level,
        "period": candidate.period,
        "contrast": candidate.contrast,
    }


def candidates(
    question: Standalone,
    evidence: Sequence[Evidence],
    read: Sequence[tuple[Window, Reading]],
    rarity: Rarity,
    body_of: Callable[[str], str],
) -> list[Candidate]:
    """The proposals of all windows, best first. `body_of` gives the whole text of an article by its id."""
    asked = Asked.of(question.text)
    sentences: dict[int, list[Evidence]] = {}
    for one in sorted(evidence, key=lambda one: one.start):
        sentences.setdefault(one.hit.passage.passage_id, []).append(one)
    found: dict[tuple[int, int, int], Candidate] = {}
    proposed = ((window, _proposed(window, reading, asked)) for window, reading in read)
    for window, spans in chain(proposed, _stated(evidence, asked)):
        if not spans:
            continue
        article = body_of(window.hit.passage.article_id)
        met = _specifics(question, window, rarity, article)
        for span in spans:
            candidate = _candidate(window, span, sentences[window.hit.passage.passage_id], asked, met)
            if candidate:
                key = (window.hit.passage.passage_id, candidate.start, candidate.end)
                if key not in found or found[key].score < candidate.score:
                    found[key] = replace(candidate, article=article)
    ranked = sorted(found.values(), key=lambda one: (-one.score, one.hit.passage.passage_id, one.start))
    ranked = _with_compared(asked.text, ranked)
    return [one for one in ranked if not _repeats(one, asked.text)] or ranked


def _with_compared(question: str, ranked: Sequence[Candidate]) -> list[Candidate]:
    """`ranked`, behind the one of two things that has more where the best sentences tell which (`compared`)."""
    for one in ranked[:_COMPARED]:
        place = compared(question, one.quote)
        if place:
            start, end = (one.quote_start + at for at in place)
            best = replace(one, start=start, end=end, fitness=1.0, score=ranked[0].score + 1)
            return [best, *(other for other in ranked if (other.start, other.end) != (start, end))]
    return list(ranked)


def _repeats(candidate: Candidate, question: str) -> bool:
    """Whether the answer only repeats words of the question, which offers no choice: 西番莲 for 大果西番莲分布在哪里.

    Only Chinese ones: a figure or a short Latin word may well stand inside another.
    """
    text = squeezed(candidate.text)
    return is_han(text) and text in squeezed(question) and not _OFFERS.search(question)


def _proposed(window: Window, reading: Reading, asked: Asked) -> list[Span]:
    """The reader's best spans, the best of those that are just a value of the kind asked for, and of lists."""
    shift = len(window.heading)
    text = window.text[shift:]
    found = [reading.of(start + shift, end + shift) for start, end in values(asked.expected.kind, text)]
    if asked.is_list:
        found += [_best(reading, [one + shift for one in starts], end + shift) for starts, end in enumerations(text)]
    typed = sorted((one for one in found if one), key=lambda one: -one.score)
    return [*reading.best(), *typed[:_TYPED]]


def _stated(evidence: Sequence[Evidence], asked: Asked) -> Iterator[tuple[Window, list[Span]]]:
    """What sentences, read or not, say a term means that is asked about."""
    for one in evidence:
        said = meaning(asked.text, one.hit.passage.text, one.start, one.end)
        if said:
            window = Window(one.hit, one.start, one.end)
            shift = len(window.heading) - one.start
            yield window, [Span(said[0] + shift, said[1] + shift, _STATED)]


def _best(reading: Reading, starts: Sequence[int], end: int) -> Span | None:
    """The span to `end` from that of `starts` which the reader likes best."""
    found = [one for start in starts if (one := reading.of(start, end))]
    return max(found, key=lambda one: one.score, default=None)


def _specifics(question: Standalone, window: Window, rarity: Rarity, article: str) -> Specifics:
    hit = window.hit
    around = f"{hit.title}\n{hit.published or ''}\n"
    return specifics(question.whole, around + hit.passage.text, around + article, rarity)


def _candidate(
    window: Window,
    span: Span,
    sentences: Sequence[Evidence],
    asked: Asked,
    met: Specifics,
) -> Candidate | None:
    offset = window.start - len(window.heading)
    start, end = span.start + offset, span.end + offset
    if start < window.start:
        return None  # in the headline
    text = window.hit.passage.text
    start, end = answer_span(asked, text, start, end)
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
        read=max(span.score, _STATED) if meaning(asked.text, text, start, end) == (start, end) else span.score,
        fitness=fitness(asked, text, start, end),
        period=period_met(
            asked.text,
            text[held[0].start : held[-1].end],
            f"{window.hit.title}\n{text[: held[0].start]}",
            window.hit.published,
        ),
        contrast=float(_is_of_another_case(asked, text, (held[0].start, held[-1].end), (start, end))),
        level=level(asked.text, text, start, end) if asked.expected.kind is QuestionKind.NUMBER else 1.0,
        evidence=max(held, key=lambda one: one.score),
        specifics=met,
        score=0.0,
    )
    score = sum(RANKING[name] * value for name, value in ranking_signals(candidate).items())
    return replace(candidate, score=score)


def _is_of_another_case(asked: Asked, text: str, quote: tuple[int, int], span: tuple[int, int]) -> bool:
    """Whether the span is said of the other of two, or of another place than the one asked about."""
    first, last = quote
    start, end = span
    return contradicts(asked.text, text[first:last], start - first, end - first) or of_another_place(
        asked.text, text, start, end
    )
