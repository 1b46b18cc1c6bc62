from __future__ import annotations

import pytest

from bot.composers.discourse import speaks_of_another
from bot.composers.named_things import asked_things

_MASTER = (
    "教师周国强每天最早到车间。20年前，周国强从学徒起步。他肯下功夫，2006年夺得全省焊工大赛第三名。\n"
    "他的徒弟、青年教师孙晓敏说：“师父带着我一遍遍练。”"
)
_WATER = (
    "11月10日，青川绿源固体废物处理有限公司董事长祝强连连道谢。近年来，青川河口供水有限公司更新了系统。"
    "该公司总经理何光明介绍：“漏点少了一半。”今年已为园区企业减免费用30多万元。"
)
_MARKET = "近日，南岭市人民医院“中医夜市”开市。专家现场问诊。截至目前，夜市已举办151期。"
_VILLAGES = "黄坪村用积分换物资。村民石小勇领取分红346元。71岁的石德全说，日子好了。"


def _is_of_another(question: str, text: str, answer: str, title: str = "") -> bool:
    start = text.index(answer)
    return speaks_of_another(question, title, text, start, start + len(answer))


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        ("青年教师孙晓敏在全省焊工大赛上得了第几名？", _MASTER, "第三名"),
        ("孙晓敏拿过全省焊工大赛第几名？", _MASTER, "第三名"),
        ("黄坪村的石德全领到了多少元分红？", _VILLAGES, "346元"),
        ("绿源固体废物处理公司的总经理是谁？", _WATER, "何光明"),
        ("青川的绿源固体废物处理公司今年被减免了多少费用？", _WATER, "30多万元"),
        ("南岭市中心医院的中医夜市办了多少期？", _MARKET, "151期"),
        ("临水县打通了几条断头路？", "连山县变了样。近年来，该县打通5条断头路。", "5条"),
        ("河东村有几户换到了物资？", "上坊村共74户换到了物资。", "74户"),
        ("双河高新区的营收多少？", "双河高新区成立于2009年。长岭经开区营收90亿元。", "90亿元"),
    ],
)
def test_the_sentence_is_of_another(question: str, text: str, answer: str) -> None:
    assert _is_of_another(question, text, answer)


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        ("周国强在全省焊工大赛上得了第几名？", _MASTER, "第三名"),
        ("黄坪村的石小勇领到了多少元分红？", _VILLAGES, "346元"),
        ("河口供水有限公司的总经理是谁？", _WATER, "何光明"),
        ("青川河口供水公司今年减免了多少费用？", _WATER, "30多万元"),
        ("南岭市人民医院的中医夜市办了多少期？", _MARKET, "151期"),
        ("连山县打通了几条断头路？", "连山县变了样。近年来，该县打通5条断头路。", "5条"),
        ("哪个村换到了物资？", "上坊村共74户换到了物资。", "上坊村"),
        ("夜市办了多少期？", _MARKET, "151期"),
        # Who is asked for is another than who is named, and a speaker is not spoken of.
        ("孙晓敏的师父是谁？", _MASTER, "周国强"),
        ("周国强带的徒弟练了多久？", "周国强教得细。“练了三年。”孙晓敏说。", "三年"),
    ],
)
def test_the_sentence_is_of_the_one_asked_about(question: str, text: str, answer: str) -> None:
    assert not _is_of_another(question, text, answer)


def test_what_the_headline_names_is_spoken_of_throughout() -> None:
    text = "杨家村里，杨大山修了路。全长3公里。"
    assert _is_of_another("李秋生修的路有多长？", "李秋生种树。" + text, "3公里")
    assert not _is_of_another("李秋生修的路有多长？", "李秋生种树。" + text, "3公里", title="李秋生修路记")


def test_a_sentence_with_its_own_subject_is_of_no_one_named_before() -> None:
    text = "南岭市人民医院开了夜市。市里还有河东市第一人民医院。中医夜市每周四开。"
    assert not _is_of_another("南岭市人民医院的中医夜市哪天开？", text, "每周四")


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        ("常德的护薪行动追回了多少工资？", "郴州市护薪行动追回工资357万元。", "357万元"),
        ("衡阳市的夜市办了几期？", "株洲的夜市已办151期。", "151期"),
        ("第三污水处理厂卖了几年？", "第一、第二污水处理厂出让。期限延长至40年。", "40年"),
        ("第四水厂卖了多少钱？", "市第一、第二、第四水厂成功出让，收入9亿元。", "9亿元"),
        ("黄坪村有多少户换到了物资？", "黄坪村、上坊村共74户换到物资。", "74户"),
        ("临湘市办了多少场宣讲？", "桂溪县开展宣讲32场次；临武县、临湘市设立咨询台。", "32场"),
        ("桂东县追回了多少工资？", "桂东县化解纠纷17件；北湖区为357人追回工资427万元。", "427万元"),
        ("临武追回了多少工资？", "临武县办了宣讲。永兴县追回工资18万元。", "18万元"),
        ("云江二桥是哪年建成的？", "云江三桥2024年建成。", "2024年"),
        ("临武县办了多少场宣讲？", "桂溪县开展宣讲32场次；临武县设立咨询台。", "32场"),
        ("南岭市中医院的夜市办了几期？", _MARKET, "151期"),
        ("云谷玻璃扩建项目投资多少？", "云谷玻璃扩建项目开工。总投资3000万元的南岗果蔬项目建成。", "3000万元"),
        ("香樟社区的文玲每天工作几小时？", "香樟社区主任文玲吃住在社区。干部李晓明每天工作10个小时。", "10个小时"),
        ("南光汽车的二手车出口到哪里？", "宏远箱包出口迪拜；南光汽车二手车出口有突破。", "迪拜"),
        ("湖东汉尧今年产值多少？", "安培公司产值3亿元。湖东汉尧、鼎新电子、东泰等一批企业获奖。", "3亿元"),
        (
            "鼎新电子今年产值多少？",
            "“今年产值3亿元。”青川安培科技有限公司经理说。湖东汉尧、鼎新电子等企业获奖。",
            "3亿元",
        ),
    ],
)
def test_figures_of_others_and_of_several_together(question: str, text: str, answer: str) -> None:
    assert _is_of_another(question, text, answer)


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        ("郴州的护薪行动追回了多少工资？", "郴州市护薪行动追回工资357万元，常德来人学习。", "357万元"),
        ("湖南的夜市办了几期？", "株洲的夜市已办151期。", "151期"),
        ("日照时间有多长？", "郴州今年日照时间1500小时。", "1500小时"),
        ("第四水厂卖了多少钱？", "市第一、第四水厂各收入9亿元。", "9亿元"),
        ("黄坪村和上坊村共有多少户换到了物资？", "黄坪村、上坊村共74户换到物资。", "74户"),
        ("为什么青岗的畜牧业发达？", "青岗日照长，土壤肥沃；因此，畜牧业发达。", "日照长，土壤肥沃"),
        ("云江三桥是哪年建成的？", "云江三桥2024年建成，离二桥3公里。", "2024年"),
        ("示范区追回了多少工资？", "示范区里，永兴县追回工资18万元。", "18万元"),
        ("第三名得了多少奖金？", "第一名得9000元，第三名得3000元。", "3000元"),
        ("宏远箱包出口到哪里？", "宏远箱包出口迪拜；南光汽车二手车出口有突破。", "迪拜"),
        ("宏远和南光相比，哪家出口更多？", "宏远箱包出口9亿元；南光汽车出口8亿元，南光汽车居第二。", "9亿元"),
    ],
)
def test_figures_of_the_one_asked_about(question: str, text: str, answer: str) -> None:
    assert not _is_of_another(question, text, answer)


def test_a_question_of_many_names_is_looked_through_for_some_of_them_only() -> None:
    """Each name costs searches through the article: 120 of them took 26 seconds."""
    question = "".join(f"{first}{second}村的" for first in "张王李赵刘陈" for second in "家山水田石木")
    assert 0 < len(asked_things(question)) <= 8
    assert len(asked_things("某某某某某某公司" * 120)) <= 8
