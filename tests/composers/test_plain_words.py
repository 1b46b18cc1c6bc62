from __future__ import annotations

import pytest

from bot.composers.asked import Asked, fitness
from bot.composers.plain_words import plainly, put_plainly
from bot.conversation import Standalone


@pytest.mark.parametrize(
    ("question", "plain"),
    [
        ("讨回来好多钱嘛？", "讨回来多少钱嘛？"),
        ("油锯备了好多把？", "油锯备了多少把？"),
        ("能放几多个娃娃？", "能放多少个娃娃？"),
        ("是么子意思？", "是什么意思？"),
        ("为么子改期？", "为什么改期？"),
        ("啥时候开？", "什么时候开？"),
        ("以后礼拜几开？", "以后星期几开？"),
        ("这东西咋用？", "这东西怎么用？"),
        ("有好多人来，是谁组织的？", "有好多人来，是谁组织的？"),  # 好多 says many here
        ("好多居民参加了评选吗？", "好多居民参加了评选吗？"),
        ("哪块金牌是他拿的？", "哪块金牌是他拿的？"),
        ("卖到哪块去了？", "卖到哪块去了？"),
        ("两周几次例会？", "两周几次例会？"),
        ("每周几次？", "每周几次？"),
        ("共有多少人？", "共有多少人？"),
        ("请些什么人讲课？", "请些什么人讲课？"),
        ("出了什么事？", "出了什么事？"),
        ("收入怎么样？", "收入怎么样？"),
        ("是什么样的？", "是什么样的？"),
    ],
)
def test_asking_words_become_standard_ones(question: str, plain: str) -> None:
    assert plainly(question) == plain
    assert put_plainly(Standalone(question, context=question)) == Standalone(plain, context=plain)


def test_a_weekday_asked_for_is_no_year() -> None:
    asked = Asked.of("夜市星期几开？")
    text = "2026年的夜市每周四晚开市。"
    at = text.index("每周四晚")
    assert fitness(asked, text, at, at + 4) > 3 * fitness(asked, text, 0, 5)
