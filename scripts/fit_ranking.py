"""What each signal of retrieval/ranking.py brings, its weights, and the curve of relevance.

    python scripts/fit_ranking.py FITTED [HELD_OUT …]

Each argument is a folder with `archive/`, made by `wenbao ingest`, and `questions.jsonl`, lines with "question" and
"article" (the id of the right one). Weights are fitted on the first folder by listwise logistic regression over its
candidates; recall@1 and @5 of the right article are printed for all of them: of BM25 and cosine fused, of the weights
in use, of the fitted ones, and of these without each signal in turn.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings import Encoder, Role, load_encoder
from retrieval import ranking
from retrieval.archive import Archive
from retrieval.dense import DenseIndex
from retrieval.fusion import fuse
from retrieval.lookup import CANDIDATES

Matrix = NDArray[np.float64]
RIDGE = 1.0  # on standardized signals
STEPS = 15  # of Newton's method


@dataclass(frozen=True, slots=True)
class Sample:
    """One question's candidates in the order of fusion: signals, (n, 4), and which are of the right article, (n,)."""

    signals: Matrix
    right: Matrix


def samples(folder: Path, encoder: Encoder) -> list[Sample]:
    """The candidates of each question of `folder` that are read again."""
    archive = Archive(folder / "archive")
    archive.refresh_lexical()
    dense = DenseIndex(encoder.dimension)
    dense.sync(archive.store)
    reading, found = archive.lexical.reading(), []
    for line in (folder / "questions.jsonl").read_text("utf-8").splitlines():
        one = json.loads(line)
        words = reading.terms(one["question"])
        if not words:
            continue
        vector = encoder.encode([one["question"]], Role.QUERY)[0]
        lexical = dict(reading.search(words, CANDIDATES))
        near = dict(dense.search(vector, CANDIDATES))
        near |= dense.cosines(vector, [passage for passage in lexical if passage not in near])
        ids = [passage for passage, _ in fuse(lexical, near)[: ranking.READ]]
        entries = archive.store.entries_of(ids)
        asked = ranking.wanted(one["question"], archive.rarity)
        rows = [
            ranking.signals(
                ranking.coverage(asked, entries[i].above, entries[i].passage.text), lexical.get(i, 0.0), near.get(i)
            )
            for i in ids
        ]
        found.append(Sample(np.array(rows), np.array([entries[i].passage.article_id == one["article"] for i in ids])))
    archive.close()
    return found


def fit(data: list[Sample], columns: list[int]) -> Matrix:
    """Weights of `columns`, the first being 1: they make the right candidates of a question likely beside the rest."""
    used = [one for one in data if 0 < one.right.sum() < len(one.right)]
    every = np.concatenate([one.signals[:, columns] for one in used])
    mean, spread = every.mean(0), every.std(0) + 1e-9
    weights = np.zeros(len(columns))
    for _ in range(STEPS):
        gradient, hessian = RIDGE * weights, RIDGE * np.eye(len(columns))
        for one in used:
            x = (one.signals[:, columns] - mean) / spread
            share = np.exp(x @ weights - (x @ weights).max())
            share /= share.sum()
            target = share * one.right / (share @ one.right)
            centre = x.T @ share
            gradient += x.T @ (share - target)
            hessian += (x.T * share) @ x - np.outer(centre, centre)
        weights -= np.linalg.solve(hessian, gradient)
    weights /= spread
    fitted: Matrix = weights / weights[0]
    return fitted


def curve(data: list[Sample], weights: Matrix) -> tuple[float, float]:
    """Middle and steepness of the logistic curve from score to being of the right article."""
    scores = np.concatenate([one.signals @ weights for one in data])
    right = np.concatenate([one.right for one in data]).astype(float)
    mean, spread = scores.mean(), scores.std()
    design, found = np.c_[np.ones(len(scores)), (scores - mean) / spread], np.zeros(2)
    for _ in range(30):
        chance = 1 / (1 + np.exp(-design @ found))
        hessian = (design.T * (chance * (1 - chance))) @ design + 1e-3 * np.eye(2)
        found -= np.linalg.solve(hessian, design.T @ (chance - right))
    steepness = found[1] / spread
    return float(mean - found[0] / steepness), float(steepness)


def recall(data: list[Sample], columns: list[int], weights: Matrix) -> str:
    """recall@1 and @5 of passages of the right article."""
    ranks = [one.right[np.argsort(-(one.signals[:, columns] @ weights), kind="stable")] for one in data]
    return f"{np.mean([one[0] for one in ranks]):.4f} / {np.mean([one[:5].any() for one in ranks]):.4f}"


def main() -> None:
    """Fit on the first folder, measure on all."""
    folders = [Path(one) for one in sys.argv[1:]]
    if not folders:
        raise SystemExit(__doc__)
    encoder = load_encoder()
    data = [samples(folder, encoder) for folder in folders]
    names = " | ".join(f"{folder.name} ({len(one)})" for folder, one in zip(folders, data, strict=True))
    print(f"| recall@1 / @5 | {names} |\n|---|{'---|' * len(folders)}")

    def row(name: str, columns: list[int], weights: Matrix) -> None:
        print(f"| {name} | {' | '.join(recall(one, columns, weights) for one in data)} |", flush=True)

    every = list(range(len(ranking.SIGNALS)))
    row("BM25 and cosine", [0, 1], np.array([1.0, 0.004]))
    row("the weights in use", every, np.array(ranking.WEIGHTS))
    fitted = fit(data[0], every)
    shown = ", ".join(f"{name} {weight:.4f}" for name, weight in zip(ranking.SIGNALS, fitted, strict=True))
    row(f"fitted: {shown}", every, fitted)
    for left_out in every[1:]:
        columns = [one for one in every if one != left_out]
        row(f"… without {ranking.SIGNALS[left_out]}", columns, fit(data[0], columns))
    print("relevance: middle {:.3f}, steepness {:.1f}".format(*curve(data[0], np.array(ranking.WEIGHTS))))


if __name__ == "__main__":
    main()
