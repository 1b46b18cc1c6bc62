"""Which of the ways to read a follow-up is answered: the one that the composer is surest of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from bot.answer import Citation, Language, Question
from bot.assistant import Assistant
from bot.composers.extractive import Composition
from bot.conversation import Said, Standalone
from retrieval.hit import Hit, SearchResult


class NoPassages:
    """A searcher of an archive in which every search finds nothing."""

    generation = 1

    def is_empty(self) -> bool:
        return False

    def search(self, *_: object, **__: object) -> SearchResult:
        return SearchResult((), 1.0)


class Sure:
    """A composer that is as sure of an answer as it is told for the question, and knows what it was asked."""

    def __init__(self, confidence: Mapping[str, float]) -> None:
        self.confidence = confidence
        self.asked: list[Standalone] = []

    def warm(self) -> None:
        return None

    def compose(self, question: Standalone, hits: Sequence[Hit], language: Language) -> Composition:
        self.asked.append(question)
        cited = Citation("one", "题", None, "", "全县有护鸟员12名。", 10, 20)
        confidence = self.confidence.get(question.text, 0.1)
        return Composition(question.text, confidence < 0.2, confidence, (cited,), short_answer="12名")


def asked(composer: Sure, question: str, *history: str) -> str:
    assistant = Assistant(NoPassages(), composer, passages=4)  # type: ignore[arg-type]
    return assistant.answer(Question(question, history)).standalone


@pytest.mark.parametrize(("alone", "standalone"), [(0.9, "化解了多少纠纷？"), (0.6, "云湖县化解了多少纠纷？")])
def test_a_question_without_a_name_goes_on_unless_it_is_much_surer_by_itself(alone: float, standalone: str) -> None:
    composer = Sure({"化解了多少纠纷？": alone, "云湖县化解了多少纠纷？": 0.5})
    assert asked(composer, "化解了多少纠纷？", "云湖县有多少名护鸟员？") == standalone


def test_a_follow_up_is_told_what_was_answered_before() -> None:
    composer = Sure({})
    asked(composer, "那石陂县呢？", "云湖县有多少名护鸟员？")
    assert composer.asked[-1].text == "石陂县有多少名护鸟员？"
    assert composer.asked[-1].said == (Said("one", 16, 19, "12名"),)
