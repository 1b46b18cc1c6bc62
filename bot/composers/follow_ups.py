"""Which of the proposed answers a follow-up can mean.

It does not ask again for what was just answered: 700多处 was the answer for 今年, and is none for 去年. And its answer
is said of what it switched to: of 第3 for 生产总值 and 第4 for 工业投资 it is the one behind 工业投资.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.composers.candidates import Candidate
from bot.composers.question_kind import QuestionKind, expectation
from bot.composers.surroundings import CLAUSE, SEGMENT, stretch
from bot.composers.yes_no import asks_whether
from bot.conversation import Said, Standalone
from bot.conversation.times import EXPLICIT_YEAR
from retrieval.terms import fold

_MOSTLY = 0.6  # of the longer of two spans, from which they are one answer
_NEARLY = 2.5  # of a candidate's score, that one which is said of the right thing may be behind
_AS_GOOD = 1.7  # of a candidate's score; right answers were at most 1.6 behind, wrong ones 1.8 and more
_DISTRUST = 0.3
_FIGURES = re.compile(r"[\d一二两三四五六七八九十百千万亿]")
_OF_YEAR = 0.8  # of `Candidate.period`, above which its sentence or its day of publication is of the year asked for
_BESIDE = 2
_TELLS = 3  # characters, from which a figure is not two by chance: 2004年, but not 3个
_TYPED = (QuestionKind.NUMBER, QuestionKind.DATE)


def fitting(question: Standalone, found: Sequence[Candidate]) -> list[Candidate]:
    """`found`, best first, without what was answered before, one that is said of the right thing set first."""
    left = _unsaid(question, found)
    if not left or not question.focus or expectation(question.text).kind not in _TYPED:
        return left
    best = left[0]
    of_best = _said_of(question.focus, best)
    for one in left[1:]:
        if (
            one.score >= best.score - _NEARLY
            and one.fitness >= best.fitness
            and _said_of(question.focus, one) > of_best
        ):
            return [one, *(other for other in left if other is not one)]
    return left


def trust(question: Standalone, found: Sequence[Candidate], left: Sequence[Candidate]) -> float:
    """What the confidence is to be multiplied with, 0..1, where of `found` only `left` fits.

    The next best answer is believed only where it is nearly as good as the one that was set aside, or said of what the
    question switched to.
    """
    if not left or left[0].score >= found[0].score - _AS_GOOD or _is_of_focus(question.focus, left[0]):
        return 1.0
    return _DISTRUST


def _unsaid(question: Standalone, found: Sequence[Candidate]) -> list[Candidate]:
    if not question.said or asks_whether(question.text):
        return list(found)
    is_typed = expectation(question.text).kind in _TYPED
    left = [one for one in found if _is_of_focus(question.focus, one) or not _was_said(one, question.said, is_typed)]
    return [one for one in left if not _is_told(one.text, (question.text, *question.asked))] if is_typed else left


def _is_of_focus(focus: str, candidate: Candidate) -> bool:
    """Whether `candidate` is said of what the question switched to, so that it was wrong for what was asked before."""
    return bool(focus) and (
        _said_of(focus, candidate) == _BESIDE
        or (EXPLICIT_YEAR.search(focus) is not None and candidate.period > _OF_YEAR)
    )


def _was_said(candidate: Candidate, answers: Sequence[Said], is_typed: bool) -> bool:
    return any(_is_same(candidate, said, is_typed) for said in answers)


def _is_told(figure: str, questions: Sequence[str]) -> bool:
    """Whether one of the questions names `figure`, so that nobody asks for it: 2004年."""
    figure = fold(figure)
    pattern = re.compile(rf"(?<!\d){re.escape(figure)}")
    return len(figure) >= _TELLS and any(pattern.search(fold(one)) for one in questions)


def _is_same(candidate: Candidate, said: Said, is_typed: bool) -> bool:
    """Whether `candidate` is the span that was given, or, of figures, has no other figure than that."""
    passage = candidate.hit.passage
    if passage.article_id != said.article_id:
        return False
    if is_typed and len(said.text) >= _TELLS and fold(candidate.text) == fold(said.text):
        return True
    start, end = passage.start + candidate.start, passage.start + candidate.end
    first, last = max(start, said.start), min(end, said.end)
    if first >= last:
        return False
    rest = candidate.text[: first - start] + candidate.text[last - start :]
    return last - first >= _MOSTLY * max(end - start, said.end - said.start) or (is_typed and not _FIGURES.search(rest))


def _said_of(focus: str, candidate: Candidate) -> int:
    """2 where `focus` stands in the clause of the answer, 1 where before it in its part of the sentence, else 0."""
    text = candidate.hit.passage.text
    first, last = stretch(text, candidate.start, candidate.end, CLAUSE)
    if fold(focus) in fold(text[first:last]):
        return _BESIDE
    first, _ = stretch(text, candidate.start, candidate.end, SEGMENT)
    return int(fold(focus) in fold(text[first : candidate.end]))
