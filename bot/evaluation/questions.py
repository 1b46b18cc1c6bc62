"""Questions to evaluate with, one JSON object a line (the contract of `wenbao eval`)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.assistant import LONGEST_QUESTION


class QuestionFileError(Exception):
    """A file of questions cannot be used; the message names the line and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class EvalQuestion:
    """One question. `answers` None: no gold is known; empty: it must be refused. `raw` is the line as it was read."""

    question: str
    answers: tuple[str, ...] | None = None
    history: tuple[str, ...] = ()
    article: str = ""
    raw: dict[str, Any] = field(default_factory=dict)


def read_questions(path: Path) -> list[EvalQuestion]:
    """The questions of a file, in its order. Raises QuestionFileError."""
    try:
        lines = path.read_text("utf-8-sig").split("\n")  # splitlines() would cut at U+2028 inside a text
    except OSError as error:
        raise QuestionFileError(f"Cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise QuestionFileError(f"{path} is not UTF-8 text") from error
    questions = [_question(line, f"{path}, line {number}") for number, line in enumerate(lines, 1) if line.strip()]
    if not questions:
        raise QuestionFileError(f'{path} holds no question; write one JSON object a line with the key "question"')
    return questions


def _question(line: str, place: str) -> EvalQuestion:
    try:
        raw = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise QuestionFileError(f"{place}: not a JSON object ({error})") from None
    if not isinstance(raw, dict) or not isinstance(raw.get("question"), str) or not raw["question"].strip():
        raise QuestionFileError(f'{place}: "question" is missing or is not text')
    if len(raw["question"].strip()) > LONGEST_QUESTION:
        raise QuestionFileError(f'{place}: "question" has more than {LONGEST_QUESTION} characters')
    answers = None if raw.get("answers") is None else _texts(raw["answers"], place, "answers")
    history = _texts(raw.get("history") or [], place, "history")
    if any(not one.strip() or len(one.strip()) > LONGEST_QUESTION for one in history):
        raise QuestionFileError(
            f'{place}: "history" holds an empty question, or one of over {LONGEST_QUESTION} characters'
        )
    article = raw.get("article") or ""
    if not isinstance(article, str):
        raise QuestionFileError(f'{place}: "article" is not text')
    return EvalQuestion(raw["question"], answers, history, article, raw)


def _texts(value: object, place: str, key: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise QuestionFileError(f'{place}: "{key}" must be a list of texts')
    return tuple(value)
