"""How likely the best candidate is to be right: a logistic model over what the reader, the search and the question's
own words say. Fitted by `scripts/fit_reading.py`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from bot.composers.candidates import Candidate
from bot.composers.question_kind import QuestionKind, expectation
from bot.conversation import Standalone
from bot.evaluation.match import f1
from bot.phrases import language_of

BIAS = -8.76
WEIGHTS: dict[str, float] = {
    "read": 0.1,
    "lead": 0.24,
    "coverage": 2.29,
    "similarity": 1.43,
    "rank": 1.57,
    "fitness": 1.0,
    "words": 1.73,
    "article": 0.06,
    "rarest": -1.05,
    "named": 3.59,
    "period": 0.58,
    "agreement": 1.0,  # 4.6 was fitted, on a handful of questions
    "foreign": 2.79,
}
_MOST_LEAD = 8.0
_SAME = 0.6  # F1 from which two short answers say the same


def signals(question: Standalone, found: Sequence[Candidate]) -> dict[str, float]:
    """The model's inputs for `found`, which is not empty and best first; in the order of `WEIGHTS`.

    `read`: the reader's score, in -12..12. `lead`: by how much the best candidate's score exceeds that of the best with
    another answer. `coverage`, `similarity`, `rank`: of its sentence and passage. `words`, `article`, `rarest`,
    `named`: `Specifics`. `period`: `period_met`. `agreement`: 1 where another article says the same.
    `foreign`: 1 where the question has no Chinese.
    """
    best = found[0]
    others = [one for one in found[1:] if not _same(one, best)]
    lead = best.score - others[0].score if others else _MOST_LEAD
    elsewhere = {one.hit.passage.article_id for one in found if one.read > 0 and _same(one, best)}
    return {
        "read": max(-12.0, min(12.0, best.read)),
        "lead": min(lead, _MOST_LEAD),
        "coverage": best.evidence.coverage,
        "similarity": best.evidence.similarity,
        "rank": best.hit.score,
        "fitness": best.fitness if expectation(question.text).kind is not QuestionKind.OTHER else 0.5,
        "words": best.specifics.words,
        "article": best.specifics.article,
        "rarest": best.specifics.rarest,
        "named": best.specifics.named,
        "period": best.period,
        "agreement": float(len(elsewhere - {best.hit.passage.article_id}) > 0),
        "foreign": float(language_of(question.whole) == "en"),
    }


def confidence_of(question: Standalone, found: Sequence[Candidate]) -> float:
    """Probability, 0..1, that the best of `found`, best first, is right; 0 without any."""
    if not found:
        return 0.0
    logit = BIAS + sum(WEIGHTS[name] * value for name, value in signals(question, found).items())
    return 1.0 / (1.0 + math.exp(-logit))


def _same(one: Candidate, other: Candidate) -> bool:
    return f1(one.text, (other.text,)) >= _SAME
