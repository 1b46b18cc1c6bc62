"""Fit the weights of bot/composers/candidates.py and reading_confidence.py on questions with known outcome.

    python scripts/fit_reading.py ARCHIVE QUESTIONS.jsonl [ARCHIVE QUESTIONS.jsonl …]

Each ARCHIVE is a directory that `wenbao ingest` made, each QUESTIONS file is in the format of `wenbao eval`, with
`"answers": []` for what the archive cannot answer. The ranking is a conditional logit over a question's candidates,
the confidence a logistic model of whether the best one answers. Prints the weights fitted on all questions, and what
weights fitted on four fifths do on the others: exact match, F1, area under the ROC curve, calibration error (ECE),
and the share of the unanswerable refused at 3, 5 and 8 % of the answerable refused; for each file, without each signal
of the ranking, and without each of the confidence.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.assistant import Assistant
from bot.composers.candidates import RANKING, Candidate, ranking_signals
from bot.composers.reading import ReadingComposer
from bot.composers.reading_confidence import WEIGHTS, signals
from bot.conversation import Standalone
from bot.evaluation.match import contains, exact_match, f1
from bot.evaluation.questions import EvalQuestion, read_questions
from bot.settings import Settings
from bot.wiring import build_composer
from embeddings import load_encoder
from retrieval.archive import Archive
from retrieval.search import Searcher

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts.fit_confidence import area_under_curve, calibration_error, fit

Matrix = NDArray[np.float64]
FOLDS = 5
_RIGHT = 0.5  # F1 from which a candidate is worth ranking first
_RIDGE = 0.1


@dataclass(frozen=True)
class Sample:
    """One question with its candidates, and how right each is (F1 of the short answer, 0 where it must be refused)."""

    question: EvalQuestion
    standalone: Standalone
    found: list[Candidate]
    rightness: list[float]
    file: str

    @property
    def is_answerable(self) -> bool:
        """Whether the archive holds an answer."""
        return bool(self.question.answers)


def samples(archive_path: Path, questions_path: Path) -> list[Sample]:
    """Every question of the file that has an outcome."""
    archive = Archive(archive_path)
    searcher = Searcher(archive, load_encoder())
    composer = build_composer(Settings(), archive)
    assert isinstance(composer, ReadingComposer)
    assistant = Assistant(searcher, composer, passages=Settings().passages)
    rows = []
    for question in read_questions(questions_path):
        if question.answers is None:
            continue
        standalone, hits = assistant.resolve(question.question, question.history)
        found = composer.propose(standalone, hits)
        rightness = [f1(one.text, question.answers) for one in found]
        rows.append(Sample(question, standalone, found, rightness, questions_path.stem))
    return rows


def fit_ranking(rows: list[Sample], without: str = "") -> dict[str, float]:
    """Weights of a conditional logit: the best candidates of each answerable question against its others."""
    names = [name for name in RANKING if name != without]
    data = []
    for row in rows:
        if row.rightness and max(row.rightness) >= _RIGHT and row.is_answerable:
            table = np.array([[ranking_signals(one)[name] for name in names] for one in row.found])
            target = np.array([one == max(row.rightness) for one in row.rightness], float)
            data.append((table, target / target.sum()))
    weights = np.zeros(len(names))
    loss = _loss(data, weights)
    for _ in range(50):
        gradient, hessian = _slopes(data, weights)
        step = np.linalg.solve(hessian, gradient)
        size = 1.0
        while size > 1e-4 and _loss(data, weights - size * step) > loss:
            size /= 2
        weights = weights - size * step
        before, loss = loss, _loss(data, weights)
        if before - loss < 1e-6:
            break
    return dict(zip(names, map(float, weights), strict=True))


_Choices = list[tuple[Matrix, Matrix]]


def _loss(data: _Choices, weights: Matrix) -> float:
    total = 0.5 * _RIDGE * float(weights @ weights)
    for table, target in data:
        logits = table @ weights
        highest = logits.max()
        total += highest + float(np.log(np.exp(logits - highest).sum()) - target @ logits)
    return total


def _slopes(data: _Choices, weights: Matrix) -> tuple[Matrix, Matrix]:
    """Gradient and Hessian of `_loss`."""
    gradient, hessian = _RIDGE * weights, _RIDGE * np.eye(len(weights))
    for table, target in data:
        logits = table @ weights
        share = np.exp(logits - logits.max())
        share /= share.sum()
        mean = share @ table
        gradient = gradient + mean - target @ table
        hessian = hessian + (table.T * share) @ table - np.outer(mean, mean)
    return gradient, hessian


def ranked(row: Sample, weights: dict[str, float]) -> list[Candidate]:
    """The candidates under other weights, best first."""
    scored = [
        replace(one, score=sum(weight * ranking_signals(one)[name] for name, weight in weights.items()))
        for one in row.found
    ]
    return sorted(scored, key=lambda one: (-one.score, one.hit.passage.passage_id, one.start))


def answers_rightly(row: Sample, best: Candidate) -> bool:
    """Whether the answer that `best` makes holds one of the right ones."""
    return row.is_answerable and contains(f"{best.text}\n{best.quote}", row.question.answers or ())


def inputs_of(row: Sample, weights: dict[str, float]) -> tuple[list[float], float, Candidate]:
    """The confidence's inputs, whether the best candidate is right, and it."""
    found = ranked(row, weights)
    return list(signals(row.standalone, found).values()), float(answers_rightly(row, found[0])), found[0]


@dataclass
class Outcome:
    """What held-out questions came to."""

    sample: Sample
    best: Candidate
    right: float
    probability: float


def cross_validated(rows: list[Sample], without: str = "", unheard: str = "") -> list[Outcome]:
    """The outcome of each question under weights that were fitted without its fold.

    `without` leaves a signal out of the ranking, `unheard` one out of the confidence.
    """
    heard = [number for number, name in enumerate(WEIGHTS) if name != unheard]
    outcomes = []
    for fold in range(FOLDS):
        train = [row for number, row in enumerate(rows) if number % FOLDS != fold and row.found]
        test = [row for number, row in enumerate(rows) if number % FOLDS == fold and row.found]
        weights = fit_ranking(train, without)
        fitted = [inputs_of(row, weights)[:2] for row in train]
        model = fit(np.array([one for one, _ in fitted])[:, heard], np.array([right for _, right in fitted]))
        for row in test:
            values, right, best = inputs_of(row, weights)
            probability = 1 / (1 + np.exp(-(model[0] + np.array(values)[heard] @ model[1:])))
            outcomes.append(Outcome(row, best, right, float(probability)))
    return outcomes


def report(name: str, rows: list[Sample], outcomes: list[Outcome]) -> None:
    """One line of figures."""
    asked = [row for row in rows if row.is_answerable]
    if not asked:
        return
    answered = [one for one in outcomes if one.sample.is_answerable]
    golds = [(one.best.text, one.sample.question.answers or ()) for one in answered]
    p, right = np.array([one.probability for one in outcomes]), np.array([one.right for one in outcomes])
    p_answerable = np.array([one.probability for one in answered])
    p_other = np.array([one.probability for one in outcomes if not one.sample.is_answerable])
    refused = [
        f"{(p_other < np.quantile(p_answerable, share)).mean():.2f}" if len(p_other) else "-"
        for share in (0.03, 0.05, 0.08)
    ]
    print(
        f"{name:34} {len(asked):5} {sum(exact_match(*one) for one in golds) / len(asked):.3f} "
        f"{sum(f1(*one) for one in golds) / len(asked):.3f} {sum(one.right for one in answered) / len(asked):.3f} "
        f"{area_under_curve(p, right):.3f} {calibration_error(p, right):.3f} {' '.join(refused)}",
        flush=True,
    )


def main() -> None:
    """Fit and print."""
    rows: list[Sample] = []
    for archive, questions in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
        rows += samples(Path(archive), Path(questions))
    print(f"{'':34} asked    EM    F1 right AUROC   ECE refused at 3, 5, 8 %")
    outcomes = cross_validated(rows)
    for file in dict.fromkeys(row.file for row in rows):
        report(file, [r for r in rows if r.file == file], [o for o in outcomes if o.sample.file == file])
    report("all", rows, outcomes)
    for name in RANKING:
        report(f"ranked without {name}", rows, cross_validated(rows, name))
    for name in WEIGHTS:
        report(f"confidence without {name}", rows, cross_validated(rows, unheard=name))
    weights = fit_ranking([row for row in rows if row.found])
    print("RANKING =", {name: round(value, 2) for name, value in weights.items()})
    fitted = [inputs_of(row, weights)[:2] for row in rows if row.found]
    model = fit(np.array([one for one, _ in fitted]), np.array([right for _, right in fitted]))
    print(f"BIAS = {model[0]:.2f}")
    print("WEIGHTS =", {name: round(float(one), 2) for name, one in zip(WEIGHTS, model[1:], strict=True)})


if __name__ == "__main__":
    main()
