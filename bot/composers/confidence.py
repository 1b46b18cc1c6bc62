"""How likely the best evidence is to answer: a logistic model over a few signals.

Fitted by `scripts/fit_confidence.py` on questions with known outcome: the sample archive's, own ones on the five real
pages, and CMRC trial and DRCD test with half of the paragraphs left out of the archive (1,417 in all). On a fifth of
them held out: area under the ROC curve 0.894, expected calibration error 0.064 (before years were checked).
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence

from bot.composers.evidence import Evidence
from bot.conversation import Standalone
from bot.phrases import language_of

BIAS = -6.6
WEIGHTS = {"coverage": 2.84, "similarity": 3.05, "rank": 2.1, "margin": 3.53, "lead": 7.15, "foreign": 5.3}

_LEAD_ASSUMED = 0.03  # where the passage has no vector
_YEAR_MISSING = 0.25  # what is left of the confidence when a year that is asked for stands nowhere in the evidence
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?=年|[^\d]|$)")


def signals(question: Standalone, evidence: Sequence[Evidence]) -> dict[str, float]:
    """The model's inputs for `evidence`, which is not empty and best first.

    `coverage`, `similarity`, `rank`: of the best sentence. `margin`: its score over that of the fifth. `lead`: the
    cosine of its passage over the mean of all passages read. `foreign`: 1 where the question has no Chinese, so that
    no terms could meet.
    """
    best = evidence[0]
    cosines = {one.hit.passage.passage_id: one.hit.dense for one in evidence if one.hit.dense is not None}
    mean = sum(cosines.values()) / len(cosines) if cosines else 0.0
    return {
        "coverage": best.coverage,
        "similarity": best.similarity,
        "rank": best.rank,
        "margin": best.score - evidence[min(4, len(evidence) - 1)].score,
        "lead": best.hit.dense - mean if best.hit.dense is not None else _LEAD_ASSUMED,
        "foreign": float(language_of(question.whole) == "en"),
    }


def confidence_of(question: Standalone, evidence: Sequence[Evidence]) -> float:
    """Probability, 0..1, that the best of `evidence`, best first, really answers; 0 without any."""
    if not evidence:
        return 0.0
    logit = BIAS + sum(WEIGHTS[name] * value for name, value in signals(question, evidence).items())
    probability = 1.0 / (1.0 + math.exp(-logit))
    return probability if _years_met(question, evidence) else _YEAR_MISSING * probability


def _years_met(question: Standalone, evidence: Sequence[Evidence]) -> bool:
    """Whether every year that the question names stands in the best article's passages, its headline or its date."""
    asked = set(_YEAR.findall(unicodedata.normalize("NFKC", question.text)))
    best = evidence[0].hit
    same = {one.hit.passage.text for one in evidence if one.hit.passage.article_id == best.passage.article_id}
    around = unicodedata.normalize("NFKC", " ".join([*same, best.title, best.published or ""]))
    return all(year in around for year in asked)
