from __future__ import annotations

import pytest

from bot.composers.authorship import asks_for_author, byline
from bot.composers.reading import ReadingComposer
from bot.conversation import Standalone
from retrieval.hit import Hit
from retrieval.passage import Passage
from retrieval.reader import Span

TEXT = "护薪行动历时一个半月。市人社局牵头。"


def hit(relevance: float = 0.9) -> Hit:
    passage = Passage(7, "a", TEXT, 30, 30 + len(TEXT))
    return Hit(passage, "护薪行动收官", "2024-05-01", "日报", 0.9, 10.0, 0.9, relevance)


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("护薪行动那篇报道的作者有谁？", True),
        ("写护薪行动的文章是谁写的？", True),
        ("这篇报道的记者是谁？", True),
        ("Who wrote the article on wages?", True),
        ("《茶籽油》是谁写的？", False),
        ("记者站有几个人？", False),
        ("诗的作者是谁？", False),
    ],
)
def test_who_wrote_an_article_is_not_who_wrote_a_poem(question: str, asks: bool) -> None:
    assert asks_for_author(question) == asks


def test_the_byline_with_a_sentence_of_the_article() -> None:
    found = byline([hit()], ("李鹏", "凌凯华"), "zh")
    assert found is not None
    assert found.text == "《护薪行动收官》的署名：李鹏、凌凯华\n护薪行动历时一个半月。 [1]"
    assert (found.short_answer, found.confidence) == ("李鹏、凌凯华", 0.9)
    citation = found.citations[0]
    assert TEXT[citation.start - 30 : citation.end - 30] == citation.quote
    assert byline([hit()], (), "zh") is None


class NothingFound:
    def best(self) -> list[Span]:
        return []

    def best_score(self) -> float:
        return -20.0

    def of(self, start: int, end: int) -> None:
        return None


class NothingRead:
    def read(self, question: str, texts: list[str]) -> list[NothingFound]:
        return [NothingFound() for _ in texts]


@pytest.mark.parametrize(("relevance", "refused"), [(0.9, False), (0.1, True)])
def test_an_article_that_is_hardly_meant_is_not_answered_with(relevance: float, refused: bool) -> None:
    composer = ReadingComposer(
        lambda words: dict.fromkeys(words, 1.0),
        lambda _: TEXT,
        NothingRead(),  # type: ignore[arg-type]
        refuse_below=0.3,
        authors_of=lambda _: ("李鹏",),
    )
    composed = composer.compose(Standalone("护薪行动那篇报道是谁写的？"), [hit(relevance)], "zh")
    assert composed.refused == refused
