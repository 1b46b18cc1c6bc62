"""How far the words around an answer are those around the asking word of the question, or other words for the same.

讨回了多少工钱 is met by 追回工资: people ask in plain words, newspapers answer in theirs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

import rjieba

from bot.composers.known_places import KNOWN_PLACES
from bot.composers.values import SURNAMES
from bot.latin_names import glossary
from retrieval.terms import fold

UNTOLD = 0.7  # of `words_met`, where the question has no such words: about the mean of right answers
_BY_TITLE = 0.5
_BY_ANOTHER_WORD = 0.9
_BY_CHARACTERS = 0.6
ASKING = re.compile(
    r"多少|第?[几幾]|哪[一些个家位里儿年天月座条支种项所名只场次]?|什么|什麼|谁|誰|多[大高长久远重宽深]|怎[么样]+|如何"
)
_EMPTY_WORDS = re.compile(
    r"请问|总共|一共|大约|大概|现在|目前|如今|当初|最后|最终|[一全今去]年|名字|时候|地方|东西|达到|[一这那]个|[这那]次|时间|情况|拿到|得到"
    r"|意思|解释.*|地点|目的|原因|方式|办法|内容|具体|报上|当中|其中|里面|百分之|没有|之后|以后|期间|前后|怎样|发生|起来|回来|才能|可以|数量|总数|个人|固定"
)
# Words that are said for each other, one set a line; a word of one character is looked for, but not asked by.
_SETS: Final = """
照片 图片 摄影 摄
卖 卖到 出口 销售 销往 出售 出让 转让 外销
讨回 要回 追回 追发 拿回 挽回 讨要 追讨
工钱 工资 薪水 薪资 月薪 工资总额 劳动报酬
收入 月薪 工资 年薪 营收
违章 违法 违规
涨 涨到 增长 增加 上升 提高 提升 上涨 跃升
减少 少了 下降 降低 缩减 下滑 下跌 跌 降
修好 抢修 维修 修复 修缮
打工人 打工 劳动者 农民工 工人 民工 务工人员
高企 高新技术企业
头一回 头一次 首次 第一次 首批
比例 占比 比重 百分比 率 %
花 花费 投入 支出 耗资 斥资 费用 经费
投 投资 投入 总投资
漏水 渗水 漏点
开张 开市 开业 营业 开门 揭牌 启用
年轻 青年
厂子 企业 公司 工厂
驻扎 驻守 派驻
做买卖 买卖 生意 贸易 交易
娃娃 小孩 孩子 儿童 婴幼儿 托位
名次 排名 位次 位列 名列 第
游客 客流 旅客 观光客 人次
交钱 收费 免费 停车费
毕业 就读 考入 母校
牌子 品牌
居民 住户 人家 家庭 户
列为 列进 列入 纳入
检查 巡查 排查 督查 查处
确诊 感染 病例
举办 举行 召开 开展
造成 导致 引起 引发 因
获得 荣获 夺得 获 得
取得 夺得 获得 获
签约 签订 签下 签署
赚 盈利 利润 净利
奖金 奖励 奖
补贴 补助 津贴 资助
违建 违章建筑 违法建筑
拆掉 拆除
疏通 打通
新修 新建 修建 兴建
老师 教师
徒弟 弟子 学徒
办法 举措 措施 做法
开头 开始 启动
变成 提升至 精简至 调整为 减至 增至 整合成 降至
礼拜 周 星期
难处 困难 难题 问题
省钱 节省 节约 减免
去世 逝世 病逝 离世
当上 担任 任 出任 当选
受伤 伤者 伤员 伤
下雨 降雨 暴雨 雨量
医生 医师 大夫 医护
村干部 村支书 村主任
""".strip().splitlines()


def _other_words() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for line in _SETS:
        words = line.split()
        for word in words:
            found.setdefault(word, set()).update(other for other in words if other != word)
    return found


_OTHER_WORDS: Final = _other_words()


def words_met(question: str, near: str, title: str) -> float:
    """The share, 0..1, of the words around the asking word of `question` that `near` has, or in part `title`."""
    words = _asked_words(unicodedata.normalize("NFKC", question))
    if not words:
        return UNTOLD
    near, title = fold(near), fold(title)
    return sum(max(_share(word, near), _BY_TITLE * _share(word, title)) for word in words) / len(words)


def translated_words_met(question: str, text: str) -> float:
    """The share of the common English words of `question` that `text` has in Chinese."""
    words = glossary(question)
    text = fold(text)
    return sum(any(one in text for one in ways) for ways in words) / len(words) if words else UNTOLD


def _share(word: str, text: str) -> float:
    word = fold(word)
    if word in text:
        return 1.0
    if any(other in text for other in _OTHER_WORDS.get(word, ())):
        return _BY_ANOTHER_WORD
    return _BY_CHARACTERS * sum(character in text for character in word) / len(word) if len(word) > 1 else 0.0


def _asked_words(question: str) -> list[str]:
    """The nouns and verbs right before the asking word and the one right after it."""
    asking = ASKING.search(question)
    if not asking:  # 2021年宝马全球销量: what is asked stands last
        return list(_telling(question))[-2:]
    return [*list(_telling(question[: asking.start()]))[-2:], *list(_telling(question[asking.end() :]))[:1]]


def _telling(text: str) -> Iterator[str]:
    return (word for word, flag in rjieba.tag(text) if _tells(word, flag))


def _tells(word: str, flag: str) -> bool:
    """Whether the word may tell what is asked: no place, no person, and none that stands in any question."""
    if len(word) < 2 or flag[0] not in "nvabjlisgz" or _EMPTY_WORDS.fullmatch(word):
        return False
    is_person = flag == "nr" and word[0] in SURNAMES
    return not (is_person or flag == "ns" or KNOWN_PLACES.fullmatch(word.removesuffix("市")))
