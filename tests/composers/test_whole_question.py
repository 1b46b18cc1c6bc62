from __future__ import annotations

from collections.abc import Sequence

import pytest

from bot.composers.question_kind import QuestionKind, expectation
from bot.composers.specifics import specifics
from bot.composers.whole_question import Place, wholeness


def _of(question: str, text: str, answer: str, title: str = "") -> dict[str, float]:
    start = text.index(answer)
    return wholeness(question, Place(title, text, start, start + len(answer)))


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        ("澄海区今年早稻亩产多少？", "今年晚稻亩产620公斤。", "620公斤"),
        ("青川高新区的营收是多少？", "松州高新区营收120亿元，增长9%。", "120亿元"),
        ("第三污水处理厂卖了多少钱？", "第一、第二、第四污水处理厂成功出让，收入9亿元。", "9亿元"),
        ("文化节第二届有多少人来？", "第三届吸引了5万人。", "5万人"),
        ("系统2.0版是哪天上线的？", "系统3.0版于5月1日上线。", "5月1日"),
        ("二期工程花了多少钱？", "一期投资2亿元。", "2亿元"),
        ("男子组冠军拿了多少奖金？", "女子组冠军拿到奖金3000元。", "3000元"),
        ("全年一共运了多少旅客？", "一季度，车站发送旅客21万人次。", "21万人次"),
        ("西院区什么时候启用？", "1月16日，医院东院区启用。", "1月16日"),
    ],
)
def test_another_of_the_kind_that_is_asked_about(question: str, text: str, answer: str) -> None:
    assert _of(question, text, answer)["other"] == 1


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        ("澄海区今年晚稻亩产多少？", "今年晚稻亩产620公斤。", "620公斤"),
        ("松州市高新区的营收是多少？", "松州高新区营收120亿元，青川高新区90亿元。", "120亿元"),
        ("第四污水处理厂卖了多少钱？", "第四污水处理厂成功出让，收入9亿元。", "9亿元"),
        ("女子组冠军拿了多少奖金？", "男子组奖金5000元，女子组冠军拿到奖金3000元。", "3000元"),
        ("一季度车站送走多少人？", "一季度，车站发送旅客21万人次。", "21万人次"),
        ("云岭公园种了多少棵树？", "公园里种了300棵树。", "300棵"),
        ("北塔区基层治理讲什么？", "聚焦基层治理痛点。", "痛点"),
        ("7月鹤岭水文站水位多高？", "梅江鹤岭水文站水位37米。", "37米"),
    ],
)
def test_the_case_that_is_asked_about(question: str, text: str, answer: str) -> None:
    assert _of(question, text, answer)["other"] == 0


def test_the_right_one_elsewhere_in_the_passage_is_half_a_doubt() -> None:
    text = "青川高新区成立于2009年。松州高新区营收120亿元。"
    assert _of("青川高新区的营收是多少？", text, "120亿元")["other"] == 0.5


@pytest.mark.parametrize(
    ("question", "text", "answer", "met"),
    [
        ("学校的校长是谁？", "校长李青松说，新楼九月启用。", "李青松", 1.0),
        ("学校的校长是谁？", "副校长李青松说，新楼九月启用。", "李青松", 0.0),
        ("学校的副校长是谁？", "副校长李青松说，新楼九月启用。", "李青松", 1.0),
        ("社区居委会主任叫什么名字？", "社区党委书记周明介绍。", "周明", 0.0),
        ("市财政局局长是谁？", "市教育局局长丁一到场。", "丁一", 1.0),
        ("匠人的妻子叫什么名字？", "匠人的师傅叫谷三。", "谷三", 0.0),
        ("匠人的妻子叫什么名字？", "老伴王秀英每天给他送饭。", "王秀英", 1.0),
        ("是谁救了落水的孩子？", "村民赵大海跳进河里。", "赵大海", 1.0),
        ("校长每月拿多少钱？", "副校长李青松月薪9000元。", "9000元", 1.0),
    ],
)
def test_the_office_beside_a_name(question: str, text: str, answer: str, met: float) -> None:
    assert _of(question, text, answer)["office"] == met


def test_what_is_asked_stands_in_the_sentence() -> None:
    text = "全县有护林员320名，配备无人机15台；投入资金3000万元。"
    met = _of("全县配备了多少台无人机？", text, "15台")["asked"]
    missing = _of("全县扑灭了多少场山火？", text, "15台")["asked"]
    assert met > 0.9
    assert missing < 0.4


def test_the_segment_ends_at_a_semicolon() -> None:
    text = "甲县促成6名员工和解；乙县为67名民工追回工资16万元；丙县办结。"
    assert Place("", text, text.index("16"), text.index("16") + 2).segment == "乙县为67名民工追回工资16万元"


def test_questions_in_other_languages_are_not_judged_by_chinese_words() -> None:
    met = _of("Why?", "公园里种了300棵树。", "300棵")
    assert (met["other"], met["office"]) == (0.0, 1.0)


def _everything(words: Sequence[str]) -> dict[str, float]:
    return dict.fromkeys(words, 1.0)


@pytest.mark.parametrize(
    ("question", "article", "proper"),
    [
        ("怀化有几个县获奖？", "邵阳已有4个县获奖。", 0.0),
        ("邵阳市有几个县获奖？", "邵阳已有4个县获奖。", 1.0),
        ("王建国今年多大？", "李建军今年60岁。", 0.0),
        ("县里跟非洲做了多少生意？", "一季度对非贸易9213万元。", 1.0),
        ("县里跟非洲做了多少生意？", "一季度对日贸易9213万元。", 0.0),
        ("一共种了多少棵树？", "种了300棵。", 1.0),
        ("市长春节慰问了几户？", "他慰问了3户。", 1.0),
        ("这里长治久安靠多少网格员？", "靠3名网格员。", 1.0),
        ("北京地铁有几座车站？", "本市地铁有10座车站。", 0.8),
        ("北京地铁有几座车站？", "本市地铁有10座车站，和广州一样。", 0.0),
        ("怎样读懂大理石花纹？", "石头上有花纹。", 1.0),  # a word, and the name of a place as well
    ],
)
def test_names_of_people_and_places(question: str, article: str, proper: float) -> None:
    assert specifics(question, article, article, _everything).proper == proper


def test_a_year_that_the_article_calls_last_year_is_met() -> None:
    article = "标题\n2024-06-11\n队伍从去年的32支增加到40支。"
    assert not specifics("2023年有几支队伍？", article, article, _everything).missing
    assert specifics("2021年有几支队伍？", article, article, _everything).missing == ("2021",)


def test_a_place_cut_out_of_two_words_is_none() -> None:
    article = "北塔区在城市小区里推选出楼栋长。"
    assert not specifics("北塔城市小区里有多少楼栋长？", article, article, _everything).missing


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("2021年蓝星全球销量", QuestionKind.NUMBER),
        ("会议闭幕时间", QuestionKind.DATE),
        ("事故发生地点？", QuestionKind.PLACE),
        ("为什么要调整时间？", QuestionKind.REASON),
        ("什么决定了价格", QuestionKind.OTHER),
    ],
)
def test_questions_without_an_asking_word(question: str, kind: QuestionKind) -> None:
    assert expectation(question).kind is kind
