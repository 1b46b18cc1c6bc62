"""How likely a piece of evidence is to answer: a logistic model over its signals.

Fitted by `scripts/fit_confidence.py` on questions with known outcome; see there for data and figures.
"""

from __future__ import annotations

import math

from bot.composers.evidence import Evidence

BIAS = -5.0
WEIGHTS = {"coverage": 5.0, "own": 1.0, "similarity": 2.0, "rank": 1.0, "fitness": 1.0}


def signals(evidence: Evidence) -> dict[str, float]:
    """The model's inputs, each 0..1."""
    return {
        "coverage": evidence.coverage,
        "own": evidence.own,
        "similarity": evidence.similarity,
        "rank": evidence.rank,
        "fitness": evidence.fitness,
    }


def confidence_of(evidence: Evidence) -> float:
    """Probability, 0..1, that the best evidence found really answers the question."""
    logit = BIAS + sum(WEIGHTS[name] * value for name, value in signals(evidence).items())
    return 1.0 / (1.0 + math.exp(-logit))
