from __future__ import annotations

import pytest

from bot.composers.yes_no import asks_whether, verdict, yes_or_no


@pytest.mark.parametrize(
    ("question", "sentence", "word"),
    [
        ("比赛改期了吗？", "比赛没有改期。", "没有"),
        ("比赛改期了吗？", "原定周六的比赛改期到周日。", "是的"),
        ("新馆有没有停车场？", "新馆没有停车场。", "没有"),
        ("新馆有停车场吗？", "新馆有停车场一座，周一闭馆。", "有"),
        ("市民能不能进厂参观？", "市民不能进厂参观。", "不能"),
        ("新馆是免费开放的吗？", "新馆免费开放，周一不开门。", "是的"),
        ("新馆收门票吗？", "展期到8月31日，新馆不收门票。", "不收"),
        ("新馆收门票吗？", "新馆免门票。", "不收"),
        ("周强是周德的亲戚吗？", "周强不是周德的亲戚，只是同姓。", "不是"),
        ("公园晚上不关门吗？", "公园晚上不关门。", "是的"),
        ("西塘镇村民收到补贴款了吗？", "西塘镇村民没收到补贴款。", "没有"),
        ("居民同意搬迁吗？", "多数居民不同意搬迁。", "不是"),
        ("学生开放吗？", "学生免费开放。", "是的"),
        ("收入增长吗？", "收入增长一成。", "是的"),
        ("把车停到机关大院的停车场要交钱吗？", "免费对外开放机关停车场，倡导绿色出行。", "不用"),
        ("报装要掏水表装置的钱吗？", "报装环节缩减为零、水表装置费用为零。", "不用"),
        ("景区停车不要钱吗？", "景区停车免费。", "是的"),
        ("景区停车是不是不收费？", "景区停车免费。", "是的"),
        ("停车场要收费吗？", "公园免费开放，停车场收费。", "要"),
        ("城西冷链物流园一期开张了没有？", "冷链物流园一期已热闹开业，二期年底建成。", "是的"),
        ("梅山县是林业碳汇试点县吗？", "去年，梅山县获评先进，成功纳入林业碳汇试点县。", "是的"),
    ],
)
def test_the_sentence_says_yes_or_no(question: str, sentence: str, word: str) -> None:
    assert asks_whether(question)
    is_so = verdict(question, "", sentence)
    assert is_so is not None
    assert yes_or_no(question, is_so) == word


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("看展要买票吗？", "周一闭馆，不收门票。"),  # speaks of it in other words
        ("新馆天天都开放吗？", "新馆每周四开放。"),  # asks for all
        ("他被判缓刑了吗？", "他的家属代为付清了工资。"),
        ("城镇化率超过七成了吗？", "城镇化率60.1%，首次超过六成。"),
        ("公园门票是50元吗？", "公园门票30元。"),
        ("张亮是不是连州人？", "李明是连州人，张亮是阳山人。"),
        ("索道建成了吗？", "预计2026年建成索道。"),
        ("大桥不是已经通车了吗？", "大桥已经通车。"),
        ("公园免费开放吗？", "公园收费开放。"),
        ("他是医生吗？", "没有人不知道他是医生。"),  # two negations
        ("公园停车场要交钱吗？", "展览馆免费开放。"),
        ("梅山县是碳汇试点县吗？", "梅山县获评先进，桃江县是碳汇试点县。"),
    ],
)
def test_where_it_is_unclear_no_verdict_is_given(question: str, sentence: str) -> None:
    assert asks_whether(question)
    assert verdict(question, "", sentence) is None


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("局长是谁？", False),
        ("有多少人吗？", False),
        ("是不是局长？", True),
        ("Is the museum free?", True),
        ("Who is the director?", False),
        ("什么吗", False),
    ],
)
def test_which_questions_want_yes_or_no(question: str, asks: bool) -> None:
    assert asks_whether(question) == asks


def test_no_verdict_across_languages() -> None:
    assert verdict("Is the museum free?", "", "博物馆免费开放。") is None
