from __future__ import annotations

import pytest

from bot.composers.attributes import attribute_unsaid


def _is_unsaid(question: str, text: str, answer: str, title: str = "") -> bool:
    start = text.index(answer)
    return attribute_unsaid(question, title, text, start, start + len(answer))


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        ("夜市的吉祥物“依依”是谁设计的？", "副市长杨跃出席，市民参与。", "杨跃"),
        ("这15台无人机是什么牌子的？", "配备智能无人机15台。", "智能无人机"),
        ("马老师是哪所师范毕业的？", "马圆是向阳小学教师，2004年参加工作。", "向阳小学"),
        ("云岭景区的票多少钱一张？", "挽回游客损失2.5万元。", "2.5万元"),
        ("家政服务员的平均月薪是多少元？", "直接拉动消费超12.5亿元。", "12.5亿元"),
        ("打通断头路花了多少经费？", "新装1100余盏路灯。", "1100余"),
        ("600名网格长里面党员有多少个？", "共有网格长600人。", "600人"),
        ("公司一共给多少户人家供水？", "为17家园区企业减免费用。", "17家"),
        ("小区里住了多少户？", "孵化社会组织1037家；小区住户满意。", "1037家"),
        ("公司一季度的净利润是多少？", "一季度完成贸易9213万元。", "9213万元"),
        ("视频的播放量有多少？", "志愿者有3万人。", "3万人"),
        ("企业的负债有多少？", "产值达9亿元。", "9亿元"),
        ("周国强哪一年入党的？", "2006年，周国强到校任教。", "2006年"),
        ("周国强是哪里人？", "实训室里，周国强指导学生。", "实训室"),
        ("地铁7号线哪年通车？", "2026年，医院推出新活动。", "2026年"),
        ("活动是在哪个场馆举办的？", "活动在青川县举行。", "青川县"),
    ],
)
def test_no_word_around_the_answer_tells_what_is_asked(question: str, text: str, answer: str) -> None:
    assert _is_unsaid(question, text, answer)


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        ("夜市的吉祥物“依依”是谁设计的？", "吉祥物由美院教师杨跃绘制。", "杨跃"),
        ("这15台无人机是什么牌子的？", "配备的无人机为远翔牌。", "远翔"),
        ("云岭景区的票多少钱一张？", "门票每张80元。", "80元"),
        ("打通断头路花了多少经费？", "投入1100万元打通断头路。", "1100万元"),
        ("小区里住了多少户？", "小区有居民1037户。", "1037户"),
        ("总投资3000万元的项目在哪里？", "项目落户云岭镇。", "云岭镇"),
        ("周国强是哪里人？", "周国强生于1970年，青川人。", "青川"),
        ("李某被罚了多少？", "法院判处罚金5000元。", "5000元"),
        ("How much did the ticket cost?", "挽回损失2.5万元。", "2.5万元"),
        ("夜市办了多少期？", "夜市已举办151期。", "151期"),
    ],
)
def test_the_attribute_is_said_or_has_many_words(question: str, text: str, answer: str) -> None:
    assert not _is_unsaid(question, text, answer)


def test_the_headline_may_tell_the_attribute() -> None:
    assert _is_unsaid("云岭景区的票多少钱一张？", "每张80元。", "80元")
    assert not _is_unsaid("云岭景区的票多少钱一张？", "每张80元。", "80元", title="云岭景区门票降价")


def test_a_word_said_many_times_takes_no_time() -> None:
    assert attribute_unsaid("票价" + "达到" * 300 + "x多少钱", "", "票", 0, 1) in (True, False)
