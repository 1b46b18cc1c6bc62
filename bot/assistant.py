"""The one path that every channel calls: a question in, a stream of events out."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Sequence

from bot.answer import (
    Answer,
    AnswerEvent,
    Delta,
    Finished,
    Language,
    PassagesFound,
    Question,
    Searching,
)
from bot.composers.extractive import Composition, ExtractiveComposer
from bot.conversation import Standalone, stand_alone
from bot.phrases import language_of, phrase
from retrieval.filters import Filters
from retrieval.hit import Hit
from retrieval.search import Searcher

LONGEST_QUESTION = 1000
_PIECES = re.compile(r".*?(?:[。！？!?；;，,]|\Z)", re.DOTALL)


class QuestionError(ValueError):
    """A question that cannot be asked; the message says why, in the language of the question's channel."""


class Assistant:
    """Answers questions from one archive. Synchronous; safe from several threads."""

    def __init__(
        self, searcher: Searcher, composer: ExtractiveComposer, *, passages: int, language: Language | None = None
    ) -> None:
        """Read `passages` passages a question; answer in `language`, or in the question's own where it is None."""
        self._searcher = searcher
        self._composer = composer
        self._passages = passages
        self._language = language

    def ask(
        self, question: Question, *, filters: Filters | None = None, stop: threading.Event | None = None
    ) -> Iterator[AnswerEvent]:
        """The events of one answer, `Finished` last; nothing more once `stop` is set.

        Raises QuestionError for an empty or over-long question, before the first event.
        """
        started = time.perf_counter()
        text = _well_formed(question.text).strip()
        language = question.language or self._language or language_of(text)
        if not text:
            raise QuestionError(phrase("empty_question", language))
        if len(text) > LONGEST_QUESTION:
            raise QuestionError(phrase("long_question", language, length=len(text), most=LONGEST_QUESTION))
        yield Searching()
        standalone = stand_alone(text, [_well_formed(earlier) for earlier in question.history])
        result = self._searcher.search(standalone.whole, limit=self._passages, filters=filters)
        if stop and stop.is_set():
            return
        yield PassagesFound(result.hits)
        composition = self._compose(standalone, result.hits, language)
        for piece in _PIECES.findall(composition.text):
            if piece:
                yield Delta(piece)
        yield Finished(
            Answer(
                question=question.text,
                answer=composition.text,
                refused=composition.refused,
                confidence=composition.confidence,
                citations=composition.citations,
                nearest=composition.nearest,
                standalone=standalone.whole,
                vector_share=result.vector_share,
                latency_ms=(time.perf_counter() - started) * 1000,
            )
        )

    def _compose(self, standalone: Standalone, hits: Sequence[Hit], language: Language) -> Composition:
        if not hits and self._searcher.is_empty():
            return Composition(phrase("empty_archive", language), True, 0.0)
        return self._composer.compose(standalone, hits, language)

    def answer(self, question: Question, *, filters: Filters | None = None) -> Answer:
        """The final answer alone."""
        for event in self.ask(question, filters=filters):
            if isinstance(event, Finished):
                return event.answer
        raise AssertionError("an answer ends with Finished")


def _well_formed(text: str) -> str:
    """`text` without lone surrogates, which a terminal's odd bytes become; no index takes them."""
    return text.encode("utf-8", "replace").decode()
