"""Answers on a terminal, and the conversation there."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable

from bot.answer import Answer, Delta, Finished, Question
from bot.assistant import Assistant, QuestionError
from retrieval.article import Article
from retrieval.hit import SearchResult

HISTORY = 6


def printable(text: str) -> str:
    """`text` without what steers a terminal: of control and format characters only tab and line feed stay."""
    return "".join(_shown(one) for one in text)


def one_line(text: str) -> str:
    """`printable`, in one line: a title cannot pretend to be the next line."""
    return " ".join(printable(text).split())


def _shown(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cs":  # a lone surrogate, which no terminal can be sent
        return "\ufffd"
    return character if character in "\n\t" or category not in ("Cc", "Cf") else ""


def print_articles(articles: Iterable[Article], *, full: bool) -> None:
    """A line each: id, date, source and title between tabs; the text after it if `full`."""
    for article in articles:
        print(
            *map(one_line, (article.article_id, article.published or "-", article.source or "-", article.title)),
            sep="\t",
        )
        if full:
            print(f"{printable(article.body)}\n")


def print_hits(result: SearchResult) -> None:
    """Each passage with its article."""
    for number, hit in enumerate(result.hits, 1):
        about = _about(hit.published, hit.source, hit.passage.article_id)
        print(f"{number}. {one_line(hit.title)}  [{hit.relevance:.2f}]  {about}")
        print(f"   {printable(hit.passage.text)}\n")
    if not result.hits:
        print("没有找到。 / Nothing found.", file=sys.stderr)
    for phrase in result.missing_phrases:
        shown = one_line(phrase)
        print(f"档案里没有“{shown}”这几个字。 / No article holds “{shown}” as it stands.", file=sys.stderr)
    if result.vector_share < 1:
        print(f"({result.vector_share:.0%} of the archive has vectors so far)", file=sys.stderr)


def print_answer(answer: Answer) -> None:
    """The answer and its sources."""
    print(printable(answer.answer))
    _print_sources(answer)


def _print_sources(answer: Answer) -> None:
    for number, citation in enumerate(answer.citations, 1):
        about = _about(citation.published, citation.source, citation.article_id)
        print(f"\n[{number}] {one_line(citation.title)}  {about}\n    “{printable(citation.quote)}”")
    for reference in answer.nearest:
        about = _about(reference.published, reference.source, reference.article_id)
        print(f"  · {one_line(reference.title)}  {about}")


def _about(*parts: str | None) -> str:
    return "  ".join(one_line(part) for part in parts if part)


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
