"""The one path that every channel calls: a question in, a stream of events out."""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Protocol, TypeAlias

from bot.abbreviations import spelt_as_in, spelt_out
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
from bot.composers.extractive import Composition
from bot.conversation import Said, Standalone, Turn, stand_alone
from bot.latin_names import glossary, in_characters, in_chinese, is_in_latin, latin_names
from bot.phrases import language_of, phrase
from bot.several import Part, parts_of, together
from bot.small_talk import small_talk
from bot.traditional import in_traditional, is_traditional
from retrieval.filters import Filters
from retrieval.hit import Hit
from retrieval.search import Searcher

LONGEST_QUESTION = 1000
_MOST_TURNS = 6  # earlier questions that can matter
_MOST_REMEMBERED = 1000
_NAMED_IN = 40  # passages that are looked through for names that a question writes in Latin letters
_ALONE_AHEAD = 0.2  # of confidence, by which a question by itself must be ahead of the same as a follow-up
_SAME_ARTICLE = 0.15  # added to the score of passages of the article spoken of
_Key: TypeAlias = tuple[tuple[str, ...], Filters | None, int]
_PIECES = re.compile(r".*?(?:[。！？!?；;，,]|\Z)", re.DOTALL)


class Composer(Protocol):
    """Makes an answer of hits."""

    def warm(self) -> None:
        """Do what would make the first answer slow."""
        ...

    def compose(self, question: Standalone, hits: Sequence[Hit], language: Language) -> Composition:
        """The answer, or the refusal, to `question` from `hits`, best first."""
        ...


class QuestionError(ValueError):
    """A question that cannot be asked; the message says why, in the language of the question's channel."""


class Assistant:
    """Answers questions from one archive. Synchronous; safe from several threads."""

    def __init__(
        self, searcher: Searcher, composer: Composer, *, passages: int, language: Language | None = None
    ) -> None:
        """Read `passages` passages a question; answer in `language`, or in the question's own where it is None."""
        self._searcher = searcher
        self._composer = composer
        self._passages = passages
        self._language = language
        self._turns: OrderedDict[_Key, Turn] = OrderedDict()
        self._turns_lock = threading.Lock()

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
        reply = small_talk(text, language)
        if reply:
            reply = in_traditional(reply) if language == "zh" and is_traditional(text) else reply
            yield Delta(reply)
            yield Finished(Answer(question.text, reply, False, 1.0, standalone=text, latency_ms=_since(started)))
            return
        standalone = self._standalone(text, question.history, filters)
        hits, vector_share = self._search(standalone, filters)
        if stop and stop.is_set():
            return
        yield PassagesFound(hits)
        standalone, composition = self._answer(standalone, hits, language, filters)
        self._remember((*question.history, question.text), filters, composition)
        if language == "zh" and is_traditional(text):
            composition = _traditional(composition)
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
                short_answer=composition.short_answer,
                nearest=composition.nearest,
                standalone=standalone.whole,
                vector_share=vector_share,
                latency_ms=_since(started),
                signals=composition.signals,
            )
        )

    # -- conversation ----------------------------------------------------------------------------------------------

    def _standalone(self, text: str, history: Sequence[str], filters: Filters | None) -> Standalone:
        """The question made complete; earlier ones are answered for it where they are no longer remembered."""
        earlier = [_well_formed(one).strip() for one in history[-_MOST_TURNS:]]
        standalone = stand_alone(text, earlier)
        if not standalone.leans:
            return self._with_names(standalone, filters)
        turns: list[Turn] = []
        for number, question in enumerate(earlier):
            key = (tuple(earlier[: number + 1]), filters, self._searcher.generation)
            turns.append(self._remembered(key) or self._turn(question, turns, filters, key))
        return self._with_names(stand_alone(text, turns), filters)

    def _with_names(self, standalone: Standalone, filters: Filters | None) -> Standalone:
        """A question in English with its names and common words also as the passages nearest to it write them."""
        if not is_in_latin(standalone.text):
            return standalone
        names, common = latin_names(standalone.text), glossary(standalone.text)
        if not names and not common:
            return standalone
        hits = self._searcher.search(standalone.whole, limit=_NAMED_IN, filters=filters).hits
        texts = [f"{hit.title}\n{hit.passage.text}" for hit in hits]
        written = [*in_characters(names, texts).values(), *in_chinese(common, texts)]
        return replace(standalone, context=" ".join(filter(None, (standalone.context, *written))))

    def _turn(self, question: str, before: Sequence[Turn], filters: Filters | None, key: _Key) -> Turn:
        standalone = stand_alone(question, before)
        _, composition = self._answer(standalone, self._search(standalone, filters)[0], "zh", filters)
        return self._keep(key, question, composition)

    def _remember(self, questions: Sequence[str], filters: Filters | None, composition: Composition) -> None:
        asked = [_well_formed(one).strip() for one in questions][-_MOST_TURNS:]
        self._keep((tuple(asked), filters, self._searcher.generation), asked[-1], composition)

    def _keep(self, key: _Key, question: str, composition: Composition) -> Turn:
        article = composition.citations[0].article_id if composition.citations else None
        turn = Turn(question, composition.short_answer, article, _said(composition))
        with self._turns_lock:
            self._turns[key] = turn
            while len(self._turns) > _MOST_REMEMBERED:
                self._turns.popitem(last=False)
        return turn

    def _remembered(self, key: _Key) -> Turn | None:
        with self._turns_lock:
            return self._turns.get(key)

    # -- one question ----------------------------------------------------------------------------------------------

    def _search(self, standalone: Standalone, filters: Filters | None) -> tuple[tuple[Hit, ...], float]:
        """The passages to read. A question that leans on an earlier one prefers the article that answered that."""
        spelt = spelt_out(standalone.whole)
        words = standalone.whole if spelt == standalone.whole else f"{standalone.whole} {spelt}"
        if not standalone.article_id:
            result = self._searcher.search(words, limit=self._passages, filters=filters)
            return result.hits, result.vector_share
        result = self._searcher.search(words, limit=4 * self._passages, filters=filters)
        preferred = [
            replace(hit, score=min(1.0, hit.score + _SAME_ARTICLE))
            if hit.passage.article_id == standalone.article_id
            else hit
            for hit in result.hits
        ]
        ordered = sorted(preferred, key=lambda hit: -hit.score)
        return tuple(ordered[: self._passages]), result.vector_share

    def _compose(
        self, standalone: Standalone, hits: Sequence[Hit], language: Language, filters: Filters | None
    ) -> tuple[Standalone, Composition]:
        """The composition, and the reading of the question that it answers."""
        if not hits and self._searcher.is_empty():
            return standalone, Composition(phrase("empty_archive", language), True, 0.0)
        composition = self._composer.compose(_as_written(standalone, hits), hits, language)
        answered = standalone, composition
        for other in _otherwise(standalone):
            found = self._search(other, filters)[0]
            tried = self._composer.compose(_as_written(other, found), found, language)
            # A question without a name most often goes on with what was said.
            least = answered[1].confidence + (0.0 if other.leans else _ALONE_AHEAD)
            if tried.confidence > least:
                answered = other, tried
        return answered

    def _answer(
        self, standalone: Standalone, hits: Sequence[Hit], language: Language, filters: Filters | None
    ) -> tuple[Standalone, Composition]:
        """The composition of one question, or of the several that it joins, and the reading of it that it answers."""
        parts = parts_of(standalone.text)
        if parts:
            return standalone, self._compose_parts(parts, language, filters)
        return self._compose(standalone, hits, language, filters)

    def _compose_parts(self, parts: Sequence[Part], language: Language, filters: Filters | None) -> Composition:
        """The answers to the questions that one question joins, as one."""
        asked = [Standalone(part.question, own=part.question) for part in parts]
        found = [self._compose(one, self._search(one, filters)[0], language, filters)[1] for one in asked]
        return together(parts, found, language)

    def warm(self) -> None:
        """Make the first answer as fast as the others."""
        self._composer.warm()

    def resolve(self, question: str, history: Sequence[str]) -> tuple[Standalone, tuple[Hit, ...]]:
        """The question made complete by `history`, and the passages to read for it."""
        standalone = self._standalone(question, history, None)
        return standalone, self._search(standalone, None)[0]

    def answer(self, question: Question, *, filters: Filters | None = None) -> Answer:
        """The final answer alone."""
        for event in self.ask(question, filters=filters):
            if isinstance(event, Finished):
                return event.answer
        raise AssertionError("an answer ends with Finished")


def _otherwise(standalone: Standalone) -> list[Standalone]:
    """What else the question may mean: another person, or just its own words."""
    others = [replace(standalone, text=standalone.also, also="")] if standalone.also else []
    return [*others, Standalone(standalone.own, own=standalone.own)] if standalone.may_stand else others


def _said(composition: Composition) -> Said | None:
    """Where in its article the short answer stands that was given."""
    if not composition.citations or not composition.short_answer:
        return None
    citation = composition.citations[0]
    at = citation.quote.find(composition.short_answer)
    start = citation.start + at
    text = composition.short_answer
    return Said(citation.article_id, start, start + len(text), text) if at >= 0 else None


def _as_written(standalone: Standalone, hits: Sequence[Hit]) -> Standalone:
    """The question with its abbreviations as the passages found write them."""
    return replace(standalone, text=spelt_as_in(standalone.text, (hit.passage.text for hit in hits)))


def _traditional(composition: Composition) -> Composition:
    """Our own words and the short answer in traditional characters; what is quoted stays as the article has it."""
    named = (*(one.quote for one in composition.citations), *(one.title for one in composition.nearest))
    short = composition.short_answer and in_traditional(composition.short_answer)
    return replace(composition, text=in_traditional(composition.text, named), short_answer=short)


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000


def _well_formed(text: str) -> str:
    """`text` without lone surrogates, which a terminal's odd bytes become; no index takes them."""
    return text.encode("utf-8", "replace").decode()
