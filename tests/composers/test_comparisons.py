from __future__ import annotations

import pytest

from bot.composers.comparisons import compared


@pytest.mark.parametrize(
    ("question", "sentence", "name"),
    [
        ("东城区跟西河产业园，哪一个名次前进得更多？", "东城区、西河产业园排名分别提升31、36个位次。", "西河产业园"),
        ("东城区和西河产业园相比，谁的名次上升得更少？", "东城区、西河产业园排名分别提升31、36个位次。", "东城区"),
        ("去年西河园与东城区哪个提升更大？", "东城区、西河园分别提升31、36位，北湖园提升2位。", "西河园"),
        (
            "高新企业和中小企业，哪个涨的倍数更多？",
            "高新企业从8家到43家，增长5.37倍，中小企业从17家到291家，增长17倍。",
            "中小企业",
        ),
        ("甲镇和乙镇哪个人口更多？", "甲镇人口3.2万，乙镇人口31000。", "甲镇"),
        ("甲镇和乙镇，哪个的房价更便宜？", "甲镇均价5200元，乙镇均价4900元。", "乙镇"),
    ],
)
def test_which_of_two_has_more(question: str, sentence: str, name: str) -> None:
    place = compared(question, sentence)
    assert place is not None
    assert sentence[slice(*place)] == name


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("甲镇和乙镇哪个人口更多？", "甲镇人口3.2万，丙镇人口3万。"),  # one of them is not there
        ("甲镇和乙镇哪个人口更多？", "甲镇人口3.2万，乙镇人口3.2万。"),
        ("甲镇和乙镇哪个人口更多？", "甲镇有12个村，乙镇人口3万。"),  # figures of other units
        ("甲镇和乙镇共有多少人？", "甲镇人口3.2万，乙镇人口3万。"),
        ("城东桥和城西桥哪个通车更早？", "城东桥2019年通车，城西桥2021年通车。"),
        ("东江县和西河县谁的排名更前？", "东江县排第3位，西河县排第8位。"),
        ("甲公司和乙公司谁增长更快？", "甲公司下降15%，乙公司增长3%。"),
        ("甲镇和乙镇哪个好？", "甲镇5人3户，乙镇4人9户。"),
        ("甲镇和乙镇哪个更大？", "甲镇5平方公里有3户，乙镇4平方公里有9户。"),  # two kinds of figures, none asked for
    ],
)
def test_where_it_is_unclear_nothing_is_compared(question: str, sentence: str) -> None:
    assert compared(question, sentence) is None
