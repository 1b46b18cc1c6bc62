"""Answers in the archive's own words, from hits made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

import pytest

from bot.composers.evidence import find_evidence
from bot.composers.extractive import ExtractiveComposer
from bot.composers.question_kind import QuestionKind, content, expectation
from bot.conversation import Standalone
from retrieval.hit import Hit
from retrieval.passage import Passage

BODY = (
    "云湖县今年新建学校12所。总投资3.2亿元，新增学位5600个。\n县长陈远山说，资金来自市财政，因为去年土地出让收入增加。"
)


def hit(text: str = BODY, *, title: str = "云湖县新建学校", article_id: str = "a", dense: float | None = 0.9) -> Hit:
    passage = Passage(crc32(f"{article_id} {text}".encode()), article_id, text, 100, 100 + len(text))
    return Hit(passage, title, "2025-05-16", "湘原日报", 0.9, 20.0, dense)


def rarity(words: Sequence[str]) -> dict[str, float]:
    return dict.fromkeys(words, 1.0)


def best(question: str, *hits: Hit) -> str:
    return find_evidence(Standalone(question), hits or [hit()], rarity)[0].text


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("云湖县新建了多少所学校？", "云湖县今年新建学校12所。"),
        ("新增学位多少个？", "总投资3.2亿元，新增学位5600个。"),
        ("总投资多少亿元？", "总投资3.2亿元，新增学位5600个。"),
        ("資金從哪裡來？", "县长陈远山说，资金来自市财政，因为去年土地出让收入增加。"),
    ],
)
def test_the_sentence_that_answers_is_found(question: str, sentence: str) -> None:
    assert best(question) == sentence


def test_a_number_with_the_measure_asked_for_beats_a_date() -> None:
    text = "10月27日，半程马拉松开跑。今年有8000人参加。"
    assert best("半程马拉松有多少人参加？", hit(text, title="半程马拉松")) == "今年有8000人参加。"


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("全县有多少名教师？", QuestionKind.NUMBER),
        ("学校什么时候开学？", QuestionKind.DATE),
        ("校长是谁？", QuestionKind.PERSON),
        ("新校区在哪里？", QuestionKind.PLACE),
        ("为什么停水？", QuestionKind.REASON),
        ("介绍一下采茶节", QuestionKind.OTHER),
        ("How many schools were built?", QuestionKind.NUMBER),
    ],
)
def test_what_is_asked_for(question: str, kind: QuestionKind) -> None:
    assert expectation(question).kind is kind


@pytest.mark.parametrize(
    ("question", "sentence", "strength"),
    [
        ("有多少人？", "共有620人。", 1.0),
        ("有多少人？", "共有620名志愿者。", 1.0),
        ("有多少人？", "投资620亿元。", 0.5),
        ("有多少人？", "5月14日，天气晴。", 0.0),
        ("占比多少？", "问题解决率达80.28%。", 1.0),
        ("多少钱？", "共计13745.4元。", 1.0),
    ],
)
def test_how_well_a_sentence_could_answer(question: str, sentence: str, strength: float) -> None:
    assert expectation(question).strength(sentence) == strength


def test_only_words_that_ask_are_taken_off() -> None:
    assert content("天心区有多少名志愿网格员？").split() == ["天心区", "名志愿网格员？"]


def test_an_answer_quotes_what_stands_in_the_passage() -> None:
    composer = ExtractiveComposer(rarity, refuse_below=0.0)
    one = hit()
    composed = composer.compose(Standalone("云湖县新建了多少所学校？"), [one], "zh")
    assert not composed.refused
    assert composed.text.startswith("云湖县今年新建学校12所。 [1]")
    for citation in composed.citations:
        assert one.passage.text[citation.start - 100 : citation.end - 100] == citation.quote


def test_below_the_threshold_it_refuses_and_names_the_nearest_articles_once() -> None:
    composer = ExtractiveComposer(rarity, refuse_below=1.0)
    hits = [hit(), hit("另一段，说的是同一件事。"), hit(article_id="b", title="采茶节")]
    composed = composer.compose(Standalone("火星上有水吗？"), hits, "zh")
    assert composed.refused
    assert not composed.citations
    assert [one.article_id for one in composed.nearest] == ["a", "b"]


def test_there_is_a_quotation_however_bad_the_best_sentence_is() -> None:
    composer = ExtractiveComposer(rarity, refuse_below=0.0)
    composed = composer.compose(Standalone("多少吨？"), [hit("茶香。", title="", dense=0.7)], "zh")
    assert composed.refused or composed.citations


def test_a_question_without_content_is_refused() -> None:
    assert ExtractiveComposer(rarity, refuse_below=0.0).compose(Standalone("是吗？"), [hit()], "zh").refused


def test_a_year_that_the_evidence_does_not_name_costs_confidence() -> None:
    composer = ExtractiveComposer(rarity, refuse_below=0.0)
    text = "2025年，云湖县新建学校12所。"
    right = composer.compose(Standalone("2025年云湖县新建学校多少所？"), [hit(text)], "zh")
    wrong = composer.compose(Standalone("2019年云湖县新建学校多少所？"), [hit(text)], "zh")
    assert wrong.confidence < 0.5 * right.confidence


def test_the_best_sentence_comes_first() -> None:
    composer = ExtractiveComposer(rarity, refuse_below=0.0)
    text = "新建学校时，云湖县多方筹资。云湖县新建学校12所。"
    assert (
        composer.compose(Standalone("云湖县新建学校多少所？"), [hit(text)], "zh").citations[0].quote.endswith("12所。")
    )
