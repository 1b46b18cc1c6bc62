"""Fit the weights of bot/composers/confidence.py on questions with known outcome.

    python scripts/fit_confidence.py ARCHIVE QUESTIONS.jsonl [ARCHIVE QUESTIONS.jsonl …]

Each ARCHIVE is a directory that `wenbao ingest` made, each QUESTIONS file is in the format of `wenbao eval`, with
`"answers": []` for what the archive cannot answer. A question counts as answered where one of its answers stands in
the best two sentences. Prints the weights, the area under the ROC curve and the calibration error on a fifth that
was held out, and the precision and coverage at several thresholds.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.composers.confidence import WEIGHTS, signals
from bot.composers.evidence import find_evidence
from bot.conversation import stand_alone
from bot.evaluation.match import contains
from bot.evaluation.questions import read_questions
from embeddings import load_encoder
from retrieval.archive import Archive
from retrieval.search import Searcher

Matrix = NDArray[np.float64]
RIDGE = 1e-2


def samples(archive_path: Path, questions_path: Path, passages: int = 8) -> tuple[list[list[float]], list[bool]]:
    """Signals of the best evidence of each question, and whether it answers."""
    archive = Archive(archive_path)
    searcher = Searcher(archive, load_encoder())
    rows, outcomes = [], []
    for question in read_questions(questions_path):
        if question.answers is None:
            continue
        standalone = stand_alone(question.question, question.history)
        hits = searcher.search(standalone.whole, limit=passages).hits
        evidence = find_evidence(standalone, hits, archive.rarity)
        if evidence:
            rows.append(list(signals(standalone, evidence).values()))
            outcomes.append(any(contains(one.text, question.answers) for one in evidence[:2]))
    return rows, outcomes


def fit(inputs: Matrix, outcomes: Matrix) -> Matrix:
    """Logistic regression by Newton's method with a small ridge; the bias comes first."""
    design = np.c_[np.ones(len(inputs)), inputs]
    weights = np.zeros(design.shape[1])
    for _ in range(50):
        probability = 1 / (1 + np.exp(-design @ weights))
        gradient = design.T @ (probability - outcomes) + RIDGE * weights
        hessian = (design.T * (probability * (1 - probability))) @ design + RIDGE * np.eye(len(weights))
        weights -= np.linalg.solve(hessian, gradient)
    return weights


def area_under_curve(probability: Matrix, outcomes: Matrix) -> float:
    """Probability that a right answer is rated above a wrong one."""
    right, wrong = probability[outcomes == 1], probability[outcomes == 0]
    return float((right[:, None] > wrong).mean() + 0.5 * (right[:, None] == wrong).mean())


def calibration_error(probability: Matrix, outcomes: Matrix, bins: int = 10) -> float:
    """Expected calibration error over equal-width bins (Guo et al. 2017)."""
    index = np.minimum((probability * bins).astype(int), bins - 1)
    gaps = [
        abs(probability[index == one].mean() - outcomes[index == one].mean()) * (index == one).mean()
        for one in range(bins)
        if (index == one).any()
    ]
    return float(sum(gaps))


def main() -> None:
    """Fit and print."""
    inputs, outcomes = [], []
    for archive, questions in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
        rows, answered = samples(Path(archive), Path(questions))
        print(f"{questions}: {len(rows)} questions, {np.mean(answered):.3f} answered by the best two sentences")
        inputs += rows
        outcomes += answered
    x, y = np.array(inputs), np.array(outcomes, float)
    held_out = np.arange(len(y)) % 5 == 0
    weights = fit(x[~held_out], y[~held_out])
    probability = 1 / (1 + np.exp(-np.c_[np.ones(len(x)), x] @ weights))
    p, o = probability[held_out], y[held_out]
    print(f"held out: AUROC {area_under_curve(p, o):.3f}, calibration error {calibration_error(p, o):.3f}")
    for threshold in (0.3, 0.4, 0.5, 0.6, 0.7):
        kept = p >= threshold
        print(f"  at {threshold}: answers {kept.mean():.3f}, of these right {o[kept].mean():.3f}")
    final = fit(x, y)
    print(f"BIAS = {final[0]:.2f}")
    print("WEIGHTS =", {name: round(float(one), 2) for name, one in zip(WEIGHTS, final[1:], strict=True)})


if __name__ == "__main__":
    main()
