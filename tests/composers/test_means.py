"""Who asks how to come by something, or by what means, gets the clause that says so."""

from __future__ import annotations

import pytest

from bot.composers.means import is_means, whole_means

_TEXT = "社区办起超市。居民通过打扫楼道攒下分数后，可到店里换米换油，很受欢迎。"


@pytest.mark.parametrize(
    ("question", "text", "part", "said"),
    [
        ("居民怎么做才能换米？", _TEXT, "换米", "通过打扫楼道攒下分数"),
        ("居民怎么做，才能换米？", _TEXT, "很受欢迎", "通过打扫楼道攒下分数"),
        ("居民怎么做才能换米？", _TEXT, "超市", None),
        ("居民能换什么？", _TEXT, "换米", None),
        ("店家靠什么办法拉来客人？", "门店推出凭票打折的优惠活动，客人多了。", "优惠活动", "推出凭票打折的优惠活动"),
        ("店家靠什么办法拉来客人？", "优惠活动很多。", "优惠活动", None),
        ("怎么做才能合格？", "产品通过验收后，可上市。", "上市", None),
    ],
)
def test_means(question: str, text: str, part: str, said: str | None) -> None:
    start = text.index(part)
    found = whole_means(question, text, start, start + len(part))
    assert (text[found[0] : found[1]] if found else None) == said


def test_what_says_by_what_means() -> None:
    assert is_means("怎么做才能换米？", "通过打扫楼道")
    assert not is_means("怎么做才能换米？", "社区办起超市")
    assert is_means("为什么换米？", "社区办起超市")
