"""Short answers: what is read, what is proposed, what is answered. A stand-in reads, which finds fixed strings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from zlib import crc32

import pytest

from bot.composers import reading
from bot.composers.candidates import candidates
from bot.composers.evidence import find_evidence
from bot.composers.reading import ReadingComposer
from bot.composers.reading_confidence import BIAS, WEIGHTS, confidence_of, signals
from bot.composers.specifics import named, specifics
from bot.composers.windows import BUDGETS, windows
from bot.conversation import Standalone
from retrieval.hit import Hit
from retrieval.passage import Passage
from retrieval.reader import Span

BODY = "天心区是长沙市的中心城区。全区共有网格长600人、志愿网格员620人。去年排查隐患约1.2万处，全部整改。"


def hit(text: str = BODY, *, title: str = "多元共治新活力", article_id: str = "a", score: float = 0.9) -> Hit:
    passage = Passage(crc32(f"{article_id} {text}".encode()), article_id, text, 100, 100 + len(text))
    return Hit(passage, title, "2023-05-16", "湘原日报", score, 20.0, 0.9)


def rarity(words: Sequence[str]) -> dict[str, float]:
    return dict.fromkeys(words, 1.0)


class FixedReading:
    """Finds `found`, with that score, and gives any other span -20."""

    def __init__(self, text: str, found: dict[str, float]) -> None:
        spans = [Span(text.find(one), text.find(one) + len(one), score) for one, score in found.items()]
        self.spans = sorted((span for span in spans if span.start >= 0), key=lambda span: -span.score)

    def best(self) -> list[Span]:
        return self.spans

    def best_score(self) -> float:
        return max((span.score for span in self.spans), default=float("-inf"))

    def of(self, start: int, end: int) -> Span:
        scores = [span.score for span in self.spans if (span.start, span.end) == (start, end)]
        return Span(start, end, scores[0] if scores else -20.0)


class FixedReader:
    """Finds `found` in every text that holds it, with that score."""

    def __init__(self, **found: float) -> None:
        self.found = found
        self.texts: list[str] = []

    def read(self, question: str, texts: Sequence[str]) -> list[FixedReading]:
        self.texts += texts
        return [FixedReading(text, self.found) for text in texts]


def composer(reader: FixedReader, refuse_below: float = 0.3) -> ReadingComposer:
    return ReadingComposer(rarity, lambda _: BODY, reader, refuse_below=refuse_below)  # type: ignore[arg-type]


def test_the_short_answer_then_its_sentence_with_the_citation() -> None:
    question = Standalone("天心区有多少名志愿网格员？")
    composed = composer(FixedReader(**{"620人": 9.0, "600人": 2.0})).compose(question, [hit()], "zh")
    sentence = "全区共有网格长600人、志愿网格员620人。"
    assert composed.short_answer == "620人"
    assert composed.text == f"620人\n{sentence} [1]"
    citation = composed.citations[0]
    assert (citation.quote, citation.end - citation.start) == (sentence, len(sentence))
    assert BODY[citation.start - 100 : citation.end - 100] == sentence


@pytest.mark.parametrize(("read", "whole"), [("1.2", "约1.2万处"), ("620", "620人"), ("，全部整改。", "全部整改")])
def test_an_answer_is_whole_and_without_stray_marks(read: str, whole: str) -> None:
    found = composer(FixedReader(**{read: 9.0})).propose(Standalone("天心区排查了多少处隐患？"), [hit()])
    assert found[0].text == whole


@pytest.mark.parametrize(
    ("text", "read", "whole"),
    [
        ("他写了《三斤茶籽油》一书。", "三斤茶籽油》", "《三斤茶籽油》"),
        ("他说“稳定预期”很重要。", "“稳定预期", "“稳定预期”"),
        ("吉祥物是“仁仁”“依依”。", "仁仁”“依依", "“仁仁”“依依”"),
    ],
)
def test_marks_come_in_pairs(text: str, read: str, whole: str) -> None:
    assert composer(FixedReader(**{read: 9.0})).propose(Standalone("他写了什么？"), [hit(text)])[0].text == whole


@pytest.mark.parametrize(
    ("text", "read", "whole"),
    [
        ("收购云湖漫画公司的虚拟人物。", "云湖漫画公司的", "云湖漫画公司"),
        ("他此行出于政治目的。", "政治目的", "政治目的"),
        ("沿用央视节目的名称。", "央视节目的", "央视节目"),
        ("众人沦为众矢之的。", "众矢之的", "众矢之的"),
    ],
)
def test_a_particle_at_the_end_is_no_part_of_an_answer(text: str, read: str, whole: str) -> None:
    answer = composer(FixedReader(**{read: 9.0})).propose(Standalone("那是何物？"), [hit(text)])[0]
    assert answer.text == whole


def test_what_explains_is_a_piece_of_its_quote_wherever_it_stands() -> None:
    text = "老街在城西。八两秤（也叫黑心秤）是一种故意做轻的杆秤！后来禁了。"
    answer = composer(FixedReader(杆秤=9.0)).propose(Standalone("八两秤是什么？"), [hit(text)])[0]
    assert answer.text == "八两秤（也叫黑心秤）是一种故意做轻的杆秤"
    assert answer.quote == f"{answer.text}！"


def test_the_questions_own_words_are_no_answer_unless_it_offers_them() -> None:
    reader = FixedReader(天心区=9.0, 长沙市=2.0)
    assert composer(reader).propose(Standalone("天心区是哪里的中心城区？"), [hit()])[0].text == "长沙市"
    offered = Standalone("中心城区是天心区还是开福区？")
    assert composer(reader).propose(offered, [hit()])[0].text == "天心区"
    both = Standalone("天心区和开福区哪个是中心城区？")
    assert composer(reader).propose(both, [hit()])[0].text == "天心区"
    figure = composer(FixedReader(**{"620人": 1.0, "3": 9.0}))
    assert figure.propose(Standalone("2023年有几名？"), [hit("全区有620人，列第3。")])[0].text == "第3", (
        "2023 holds a 3"
    )
    country = composer(FixedReader(US=9.0, Canada=2.0))
    asked = Standalone("Which country bought the house?")
    told = country.propose(asked, [hit("The US bought the old house. Canada did not.")])
    assert told[0].text == "US", "a house holds a us"
    alone = FixedReader(天心区=9.0)
    assert composer(alone).propose(Standalone("天心区是哪里？"), [hit()])[0].text == "天心区", "nothing else was found"


def test_a_year_asked_for_is_told_without_its_day() -> None:
    body = "新馆于2008年12月20日开放。"
    for question, answer in (
        ("新馆哪年开放？", "2008年"),
        ("新馆何时开放？", "2008年12月20日"),
        ("新馆是几月开放的？", "2008年"),
    ):
        assert composer(FixedReader(**{"2008年": 9.0})).propose(Standalone(question), [hit(body)])[0].text == answer


def test_a_figure_has_the_word_that_the_question_counts_by() -> None:
    body = "他把军队分成2股，渡河3次。"
    two = composer(FixedReader(**{"2": 9.0}))
    assert two.propose(Standalone("军队分成几股？"), [hit(body)])[0].text == "2股"
    assert two.propose(Standalone("军队分成几路？"), [hit(body)])[0].text == "2"


def test_a_reason_is_whole_though_the_question_names_a_month() -> None:
    body = "因水管老化导致楼道渗水，新馆推迟开放。"
    reason = composer(FixedReader(因水管老化导致=9.0))
    assert reason.propose(Standalone("新馆为什么不知道几月开放？"), [hit(body)])[0].text == "水管老化"


def test_an_answer_in_the_headline_alone_is_none() -> None:
    found = composer(FixedReader(多元共治=9.0)).propose(Standalone("什么新活力？"), [hit()])
    assert found == []
    assert composer(FixedReader(多元共治=9.0)).compose(Standalone("什么新活力？"), [hit()], "zh").refused


def test_a_refusal_names_what_the_nearest_article_lacks() -> None:
    question = Standalone("雨花区有多少名志愿网格员？")
    composed = composer(FixedReader(**{"620人": 1.0}), refuse_below=0.99).compose(question, [hit()], "zh")
    assert composed.refused
    assert "“雨花区”" in composed.text
    assert composed.nearest[0].title == "多元共治新活力"
    english = composer(FixedReader(), refuse_below=0.99).compose(Standalone("How many?"), [hit()], "en")
    assert english.refused
    assert english.text.startswith("The archive does not hold")


def test_what_is_doubtful_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "CAUTION_BELOW", 1.01)
    composed = composer(FixedReader(**{"620人": 9.0})).compose(Standalone("志愿网格员多少人？"), [hit()], "zh")
    assert composed.text.startswith("不十分确定")
    assert not composed.refused


def test_a_why_is_answered_by_its_sentence() -> None:
    question = Standalone("为什么要整改隐患？")
    composed = composer(FixedReader(全部整改=9.0), refuse_below=0.0).compose(question, [hit()], "zh")
    assert composed.text.startswith("去年排查隐患约1.2万处，全部整改。 [1]") or "\n去年排查" not in composed.text
    assert composed.short_answer == "全部整改"


def test_whether_is_answered_by_yes_or_no_and_the_sentence() -> None:
    question = Standalone("天心区的隐患整改了吗？")
    composed = composer(FixedReader(全部整改=9.0), refuse_below=0.0).compose(question, [hit()], "zh")
    assert composed.short_answer == "是"
    assert composed.text == "是\n去年排查隐患约1.2万处，全部整改。 [1]"
    unclear = composer(FixedReader(全部整改=9.0), refuse_below=0.0).compose(
        Standalone("天心区的隐患治理到位吗？"), [hit()], "zh"
    )
    assert unclear.text == "去年排查隐患约1.2万处，全部整改。 [1]"


def test_articles_that_disagree_are_both_shown_with_the_other_ones_date() -> None:
    question = Standalone("天心区有多少名志愿网格员？")
    reader = FixedReader(**{"620人": 9.0, "580人": 8.0})
    other = hit("天心区另有志愿网格员580人。", article_id="b")
    first = hit("天心区共有志愿网格员620人。")
    composed = composer(reader).compose(question, [first, other], "zh")
    assert composed.short_answer == "620人"
    assert composed.text.endswith("[1]\n另一篇文章（2023-05-16）说法不同：天心区另有志愿网格员580人。 [2]")
    assert [one.article_id for one in composed.citations] == ["a", "b"]
    same = hit("天心区现有志愿网格员620人。", article_id="b")
    assert "说法不同" not in composer(reader).compose(question, [first, same], "zh").text


def test_a_question_in_english_gets_the_figure_in_english_too() -> None:
    question = Standalone("How many grid volunteers does Tianxin have?")
    composed = composer(FixedReader(**{"620人": 9.0}), refuse_below=0.0).compose(question, [hit()], "en")
    assert composed.text.startswith("620 people (620人)\n")
    assert composed.short_answer == "620人"


def test_an_abbreviation_is_met_by_what_it_stands_for() -> None:
    met = specifics("2025年GDP是多少？", "2025年地区生产总值1462.7亿元。", "2025年地区生产总值1462.7亿元。", rarity)
    assert (met.named, met.missing) == (1.0, ())
    other = specifics("2025年GDP是多少？", "2025年产茶1万吨。", "2025年产茶1万吨。", rarity)
    assert other.missing == ("GDP",)


def test_a_name_that_stands_nowhere_quarters_the_confidence() -> None:
    question = Standalone("天心区有多少名志愿网格员？")
    found = composer(FixedReader(**{"620人": 9.0})).propose(question, [hit()])
    assert not found[0].specifics.missing
    lacking = replace(found[0], specifics=replace(found[0].specifics, missing=("雨花区",)))
    assert confidence_of(question, [lacking]) == pytest.approx(confidence_of(question, found[:1]) / 4)


def test_of_two_years_another_article_may_have_the_one_that_is_missing() -> None:
    found = composer(FixedReader(**{"620人": 9.0})).propose(Standalone("天心区有多少名志愿网格员？"), [hit()])
    lacking = replace(found[0], specifics=replace(found[0].specifics, missing=("2022",)))
    one, two = Standalone("2022年有多少名志愿网格员？"), Standalone("2022年和2023年有多少名志愿网格员？")
    assert confidence_of(two, [lacking]) > 2 * confidence_of(one, [lacking])


def test_another_person_and_an_attribute_unsaid_are_doubted() -> None:
    text = "周国强从学徒起步。他夺得第三名。徒弟孙晓敏很高兴。"
    hits = [hit(text)]
    reader = ReadingComposer(rarity, lambda _: " " * 100 + text, FixedReader(第三名=9.0), refuse_below=0.3)  # type: ignore[arg-type]
    asked = {name: Standalone(f"{name}得了第几名？") for name in ("周国强", "孙晓敏")}
    values = {name: signals(question, reader.propose(question, hits)) for name, question in asked.items()}
    assert (values["周国强"]["another"], values["孙晓敏"]["another"]) == (0.0, 1.0)
    question = Standalone("马圆是哪所师范毕业的？")
    found = composer(FixedReader(向阳小学=9.0)).propose(question, [hit("马圆在向阳小学任教。")])
    assert signals(question, found)["unsaid"] == 1.0


def test_an_answer_that_mostly_repeats_the_question_is_no_person_or_place() -> None:
    question = Standalone("黄土岭社区的负责人是谁？")
    found = composer(FixedReader(黄土岭社区负责人=9.0)).propose(question, [hit("黄土岭社区负责人介绍了情况。")])
    repeating = next(one for one in found if one.text == "黄土岭社区负责人")
    assert signals(question, [repeating])["unfit"] == 1.0
    offered = Standalone("黄土岭社区和云岭社区，谁的户数更多？")
    assert signals(offered, [replace(repeating, end=repeating.start + 5)])["unfit"] == 0.0
    named = composer(FixedReader(李青=9.0)).propose(question, [hit("黄土岭社区负责人李青介绍了情况。")])
    assert signals(question, named)["unfit"] == 0.0


@pytest.mark.parametrize(
    ("question", "text", "liked", "right"),
    [
        ("男子冠军是谁？", "男子冠军是龙正岩，成绩不错；女子冠军是谭若溪，成绩也好。", "谭若溪", "龙正岩"),
        ("共数到多少只鸟？", "共数到2.4万只鸟，比上年多2800只鸟。", "2800只", "2.4万只"),
    ],
)
def test_what_fits_is_before_what_the_reader_likes_a_little_more(
    question: str, text: str, liked: str, right: str
) -> None:
    reader = FixedReader(**{liked: 2.0, right: 1.0})
    assert composer(reader).propose(Standalone(question), [hit(text)])[0].text == right


def test_a_list_that_the_reader_did_not_find_is_considered() -> None:
    text = "新区有科技馆、美术馆、书画馆。"
    found = composer(FixedReader()).propose(Standalone("新区有哪些馆？"), [hit(text)])
    assert [one.text for one in found] == ["科技馆、美术馆、书画馆"]


def test_what_a_term_means_is_considered_wherever_it_is_said() -> None:
    far = "镇上的路修好了。" * 60
    text = f"“三好”评比开始了，村里都报了名。{far}评比按照环境好、秩序好、邻里好的“三好”标准来办。"
    reader = FixedReader(村里=-1.0)
    found = composer(reader).propose(Standalone("“三好”评比的“三好”是什么意思？"), [hit(text)])
    assert found[0].text == "环境好、秩序好、邻里好"
    assert found[0].read == 2.0
    assert not any(found[0].text in one for one in reader.texts)


def test_another_year_quarters_the_confidence() -> None:
    question = Standalone("天心区有多少名志愿网格员？")
    best = composer(FixedReader(**{"620人": 9.0})).propose(question, [hit()])[0]
    other = replace(best, period=0.0)
    logit = BIAS + sum(WEIGHTS[name] * value for name, value in signals(question, [other]).items())
    assert confidence_of(question, [other]) == pytest.approx(0.25 / (1 + math.exp(-logit)))


def test_only_promising_sentences_are_read_within_the_budget() -> None:
    long = "".join(f"第{number}段讲了别的事情，与此无关。" for number in range(40))
    texts = [hit(long + "志愿网格员有620人。" + long, article_id=str(number)) for number in range(9)]
    evidence = find_evidence(Standalone("志愿网格员有多少人？"), texts, rarity)
    chosen = windows(evidence)
    assert len(chosen) == len(BUDGETS)
    for window, budget in zip(chosen, BUDGETS, strict=True):
        assert "志愿网格员有620人。" in window.text
        assert window.end - window.start <= budget


@pytest.mark.parametrize(("score", "read"), [(9.0, 2), (-3.0, 5)])
def test_the_rest_is_read_only_where_the_first_leaves_doubt(score: float, read: int) -> None:
    hits = [hit(f"第{number}讯，志愿网格员620人。", article_id=str(number)) for number in range(5)]
    reader = FixedReader(**{"620人": score})
    composer(reader).propose(Standalone("志愿网格员有多少人？"), hits)
    assert len(reader.texts) == read


def test_the_same_answer_elsewhere_is_agreement() -> None:
    question = Standalone("志愿网格员有多少人？")
    hits = [hit(), hit("另讯，志愿网格员620人受到表彰。", article_id="b", title="表彰")]
    found = composer(FixedReader(**{"620人": 9.0})).propose(question, hits)
    values = signals(question, found)
    assert list(values) == list(WEIGHTS)
    assert values["agreement"] == 1.0
    assert signals(question, found[:1])["agreement"] == 0.0
    assert 0.0 < confidence_of(question, found) < 1.0
    assert confidence_of(question, []) == 0.0


def test_nothing_to_read_is_a_refusal() -> None:
    assert composer(FixedReader()).compose(Standalone("？"), [], "zh").refused
    assert candidates(Standalone("几人？"), [], [], rarity, lambda _: "") == []


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("天心区有多少名志愿网格员？", ["天心区"]),
        ("2023年北塔区GDP是多少？", ["2023", "GDP", "北塔区"]),
        ("2月27号安仁在哪个公园放无人机？", ["2月27日"]),
        ("戴“状元小哥”头盔的骑手有几个？", ["状元小哥"]),
        ("花鼓戏剧团下乡演了多少场？", []),
        ("这个社区有几个村？", []),
        ("How many teams took part in 2025?", ["2025"]),
    ],
)
def test_what_a_question_names(question: str, names: list[str]) -> None:
    assert named(question) == names


def test_a_name_with_words_behind_it_is_met() -> None:
    asked = "魏舒把筑修城墙的事交给了谁？"
    assert specifics(asked, "魏舒交给韩简。", "魏舒交给韩简。", rarity).proper == 1
    assert specifics(asked, "舒怀交给韩简。", "舒怀交给韩简。", rarity).proper == 0


def test_a_verb_before_the_ending_of_a_place_makes_no_name() -> None:
    assert named("会同县石小勇拿到村集体的分红是多少钱？") == ["会同县"]


def test_what_is_missing_lowers_its_signals() -> None:
    article = f"2023-05-16\n{BODY}"
    right = specifics("2023年天心区有多少名志愿网格员？", BODY, article, rarity)
    place = specifics("2023年雨花区有多少名志愿网格员？", BODY, article, rarity)
    year = specifics("2019年天心区有多少名志愿网格员？", BODY, article, rarity)
    assert (right.named, right.missing) == (1.0, ())
    assert (place.named, place.missing) == (0.5, ("雨花区",))
    assert (year.named, year.missing) == (0.5, ("2019",))
    assert place.article < right.article
    assert place.rarest < right.rarest


def test_a_number_is_met_however_it_is_written() -> None:
    met = specifics("19个农民工讨薪花了几天？", "十九个农民工讨薪。", "十九个农民工讨薪。", rarity)
    assert met.missing == ()
