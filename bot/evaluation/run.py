"""Asks every question through the assistant, as a channel would, and measures."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from bot.answer import Answer, Question
from bot.assistant import Assistant
from bot.evaluation.match import contains, exact_match, f1
from bot.evaluation.questions import EvalQuestion
from bot.serialization import answer_to_json


def evaluate(
    assistant: Assistant, questions: Sequence[EvalQuestion], progress: Callable[[int], None] | None = None
) -> dict[str, Any]:
    """`{"metrics": …, "results": […]}`: a result is a question's keys and its answer's, as in `ask --json`."""
    answers = []
    for question in questions:
        answers.append(_ask(assistant, question))
        if progress:
            progress(1)
    results = [
        question.raw | answer_to_json(answer) | _outcome(question, answer)
        for question, answer in zip(questions, answers, strict=True)
    ]
    return {"metrics": metrics(questions, answers), "results": results}


def _ask(assistant: Assistant, question: EvalQuestion) -> Answer:
    """The answer to `question`, after the questions of its history were asked, in order, in one conversation."""
    for number, earlier in enumerate(question.history):
        assistant.answer(Question(earlier, question.history[:number]))
    return assistant.answer(Question(question.question, question.history))


def _outcome(question: EvalQuestion, answer: Answer) -> dict[str, Any]:
    """`correct` where that can be told."""
    return {} if question.answers is None else {"correct": is_correct(question, answer)}


def is_correct(question: EvalQuestion, answer: Answer) -> bool:
    """Refused where it must be; otherwise answered with one of the right answers in the text."""
    if not question.answers:
        return answer.refused
    return not answer.refused and contains(answer.answer, question.answers)


def metrics(questions: Sequence[EvalQuestion], answers: Sequence[Answer]) -> dict[str, Any]:
    """Counts and shares, 0..1; a share over nothing is None.

    `exact_match` and `f1` compare the short answer, or the whole one where there is none, over the answerable
    questions; a refusal counts 0. `refusal_precision` is the share of refusals that were right, `refusal_recall` the
    share of the unanswerable that was refused.
    """
    pairs = list(zip(questions, answers, strict=True))
    answerable = [(question, answer) for question, answer in pairs if question.answers]
    unanswerable = [answer for question, answer in pairs if question.answers is not None and not question.answers]
    with_article = [(question, answer) for question, answer in answerable if question.article]
    refused_answerable = sum(answer.refused for _, answer in answerable)
    refused_rightly = sum(answer.refused for answer in unanswerable)
    latencies = sorted(answer.latency_ms for answer in answers)
    return {
        "questions": len(questions),
        "answerable": len(answerable),
        "unanswerable": len(unanswerable),
        "exact_match": _mean([_score(exact_match, question, answer) for question, answer in answerable]),
        "f1": _mean([_score(f1, question, answer) for question, answer in answerable]),
        "answer_contained": _mean([float(is_correct(question, answer)) for question, answer in answerable]),
        "article_cited": _mean([float(_cites(question, answer)) for question, answer in with_article]),
        "answerable_refused": _share(refused_answerable, len(answerable)),
        "refusal_precision": _share(refused_rightly, refused_rightly + refused_answerable),
        "refusal_recall": _share(refused_rightly, len(unanswerable)),
        "latency_p50_ms": _percentile(latencies, 0.5),
        "latency_p95_ms": _percentile(latencies, 0.95),
    }


def _score(measure: Callable[[str, Sequence[str]], float], question: EvalQuestion, answer: Answer) -> float:
    return 0.0 if answer.refused else measure(answer.short_answer or answer.answer, question.answers or ())


def _cites(question: EvalQuestion, answer: Answer) -> bool:
    return any(question.article == one.article_id or question.article in one.title for one in answer.citations)


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _percentile(ordered: Sequence[float], share: float) -> float | None:
    """The smallest value that at least `share` of them do not exceed."""
    return round(ordered[max(0, math.ceil(share * len(ordered)) - 1)], 1) if ordered else None
