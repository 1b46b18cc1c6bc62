"""Answers judged end to end: a question goes through search, reading, composing and refusing, as a user's would.

    python scripts/evaluate_reading.py cmrc ../shared/eval WORK [--questions N]
    python scripts/evaluate_reading.py rgb ../shared/eval WORK [--questions N]

`cmrc`: the questions of CMRC 2018 trial (never trained on) over all of its paragraphs, then each question again with
its paragraph left out of the archive. `rgb`: news questions of RGB, each over an archive of five of its passages: three
that support and two that distract, then five that distract. WORK keeps the archives for the next run.

Prints exact match and F1 of the short answers (a refusal counts 0), the share of replies that hold the answer, and
how many were refused at the setting in force; and what share of the unanswerable would be refused where 5 and 8 % of
the answerable are.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bot.answer import Answer, Question
from bot.assistant import Assistant
from bot.evaluation.match import contains, exact_match, f1
from bot.settings import Settings
from bot.wiring import build_assistant
from embeddings import Encoder, load_encoder
from retrieval.archive import Archive
from retrieval.ingest import Ingestor
from retrieval.search import Searcher

SUPPORTING, PASSAGES = 3, 5  # of an RGB question's archive: 40 % noise


@dataclass(frozen=True)
class Asked:
    """A question with its right answers, and what was answered."""

    answers: Sequence[str]
    answer: Answer


def rows(path: Path) -> list[dict[str, Any]]:
    """The objects of a compressed JSONL file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def assistant_over(directory: Path, articles: Iterable[dict[str, Any]], encoder: Encoder) -> Assistant:
    """An assistant over an archive of `articles`, made where it is not there yet."""
    file = directory / "articles.jsonl"
    if not file.exists():
        directory.mkdir(parents=True, exist_ok=True)
        text = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in articles)
        file.write_text(text, "utf-8")
    archive = Archive(directory / "archive", create=True)
    with archive.writing():
        ingestor = Ingestor(archive, encoder)
        ingestor.read([file])
        ingestor.encode_missing()
    return build_assistant(Settings(), archive, Searcher(archive, encoder))


def cmrc(data: Path, work: Path, most: int) -> tuple[list[Asked], list[Asked]]:
    """Answers with every paragraph there, and with each question's own left out."""
    encoder = load_encoder()
    questions = [row for row in rows(data / "reading.questions.jsonl.gz") if row["split"] == "dev"][:most]
    wanted = {row["article"] for row in rows(data / "reading.questions.jsonl.gz") if row["split"] == "dev"}
    articles = [
        {key: row[key] for key in ("id", "title", "body")}
        for row in rows(data / "reading.articles.jsonl.gz")
        if row["id"] in wanted
    ]
    whole = assistant_over(work / "cmrc", articles, encoder)
    # Two archives, each without every second paragraph: a question is asked where its own is missing.
    halves = [
        assistant_over(work / f"cmrc-{half}", [one for n, one in enumerate(articles) if n % 2 != half], encoder)
        for half in (0, 1)
    ]
    place = {one["id"]: number % 2 for number, one in enumerate(articles)}
    found = [Asked(row["answers"], whole.answer(Question(row["question"]))) for row in questions]
    removed = [Asked((), halves[place[row["article"]]].answer(Question(row["question"]))) for row in questions]
    return found, removed


def rgb(data: Path, work: Path, most: int) -> tuple[list[Asked], list[Asked]]:
    """Answers from three supporting and two distracting passages, and from five distracting ones."""
    encoder = load_encoder()
    found: list[Asked] = []
    removed: list[Asked] = []
    for number, row in enumerate(rows(data / "rgb_zh.jsonl.gz")[:most]):
        distracting = row["negative"]
        mixed = row["positive"][:SUPPORTING] + distracting[: PASSAGES - SUPPORTING]
        for name, passages, kept in (("mixed", mixed, found), ("noise", distracting[:PASSAGES], removed)):
            articles = [{"id": f"{number}-{place}", "body": text} for place, text in enumerate(passages)]
            if articles:
                assistant = assistant_over(work / "rgb" / f"{name}-{number}", articles, encoder)
                answers = _flat(row["answer"]) if name == "mixed" else ()
                kept.append(Asked(answers, assistant.answer(Question(row["query"]))))
    return found, removed


def _flat(answer: Any) -> list[str]:
    return [answer] if isinstance(answer, str) else [one for part in answer for one in _flat(part)]


def report(found: Sequence[Asked], removed: Sequence[Asked]) -> None:
    """The figures, one a line."""
    short = [(one.answer.short_answer or one.answer.answer, one.answers) for one in found if not one.answer.refused]
    print(f"answerable {len(found)}, unanswerable {len(removed)}")
    print(f"exact match {sum(exact_match(*one) for one in short) / len(found):.3f}")
    print(f"F1 {sum(f1(*one) for one in short) / len(found):.3f}")
    held = [not one.answer.refused and contains(one.answer.answer, one.answers) for one in found]
    print(f"answer in the reply {np.mean(held):.3f}, refusals aside {_share(found, held):.3f}")
    print(f"refused of the answerable {np.mean([one.answer.refused for one in found]):.3f}")
    print(f"refused of the unanswerable {np.mean([one.answer.refused for one in removed]):.3f}")
    confidence = np.array([one.answer.confidence for one in found])
    other = np.array([one.answer.confidence for one in removed])
    for share in (0.05, 0.08):
        threshold = np.quantile(confidence, share)
        print(f"at {share:.0%} of the answerable refused: {(other < threshold).mean():.3f} (below {threshold:.3f})")
    latencies = [one.answer.latency_ms for one in found]
    print(f"latency p50 {np.percentile(latencies, 50):.0f} ms, p95 {np.percentile(latencies, 95):.0f} ms")


def _share(found: Sequence[Asked], held: Sequence[bool]) -> float:
    answered = [right for one, right in zip(found, held, strict=True) if not one.answer.refused]
    return float(np.mean(answered)) if answered else 0.0


def main() -> None:
    """Judge what the command line names."""
    parser = argparse.ArgumentParser(description="Judge answers end to end.")
    parser.add_argument("what", choices=("cmrc", "rgb"))
    parser.add_argument("data", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--questions", type=int, default=10_000)
    options = parser.parse_args()
    judge = cmrc if options.what == "cmrc" else rgb
    report(*judge(options.data, options.work, options.questions))


if __name__ == "__main__":
    main()
