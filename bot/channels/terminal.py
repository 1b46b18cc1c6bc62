"""Answers on a terminal, and the conversation there."""

from __future__ import annotations

import sys
import unicodedata

from bot.answer import Answer, Delta, Finished, Question
from bot.assistant import Assistant, QuestionError
from retrieval.hit import SearchResult

HISTORY = 6


def printable(text: str) -> str:
    """`text` without control characters: an article must not be able to steer the terminal."""
    return "".join(one for one in text if one in "\n\t" or unicodedata.category(one) not in ("Cc", "Cf"))


def print_hits(result: SearchResult) -> None:
    """Each passage with its article."""
    for number, hit in enumerate(result.hits, 1):
        about = "  ".join(part for part in (hit.published, hit.source, hit.passage.article_id) if part)
        print(f"{number}. {printable(hit.title)}  [{hit.score:.2f}]  {about}")
        print(f"   {printable(hit.passage.text)}\n")
    if not result.hits:
        print("没有找到。 / Nothing found.", file=sys.stderr)
    if result.vector_share < 1:
        print(f"({result.vector_share:.0%} of the archive has vectors so far)", file=sys.stderr)


def print_answer(answer: Answer) -> None:
    """The answer and its sources."""
    print(printable(answer.answer))
    _print_sources(answer)


def _print_sources(answer: Answer) -> None:
    for number, citation in enumerate(answer.citations, 1):
        about = "  ".join(part for part in (citation.published, citation.source, citation.article_id) if part)
        print(f"\n[{number}] {printable(citation.title)}  {about}\n    “{printable(citation.quote)}”")
    for reference in answer.nearest:
        about = "  ".join(part for part in (reference.published, reference.source, reference.article_id) if part)
        print(f"  · {printable(reference.title)}  {about}")


def chat(assistant: Assistant) -> None:
    """Questions from standard input until it ends or an empty `/quit`; answers stream as they come."""
    history: list[str] = []
    prompt = "问> " if sys.stdin.isatty() else ""
    if prompt:
        print(
            "输入问题，/new 开始新对话，/quit 退出。 Type a question; /new starts over, /quit leaves.", file=sys.stderr
        )
    while True:
        try:
            line = input(prompt).strip()
        except EOFError:
            return
        if line in ("/quit", "/exit"):
            return
        if line == "/new":
            history.clear()
        elif line:
            _turn(assistant, line, history)


def _turn(assistant: Assistant, line: str, history: list[str]) -> None:
    try:
        for event in assistant.ask(Question(line, tuple(history[-HISTORY:]))):
            if isinstance(event, Delta):
                print(printable(event.text), end="", flush=True)
            elif isinstance(event, Finished):
                print()
                _print_sources(event.answer)
                print()
        history.append(line)
    except QuestionError as error:
        print(error, file=sys.stderr)
