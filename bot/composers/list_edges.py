"""Where an enumeration begins and ends: without the words that govern it (整合公安、消防) nor what follows its 等.

Newspapers put a subject and a verb before a list with nothing between them. What tells the first item from them is the
others: the items of a list are alike, in how they begin, in length, and in being or not being clauses of their own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import rjieba

JOINT = r"(?:、|(?<=”)(?=“)|(?<=》)(?=《)|以及|和|与|(?<!以)及)"
ASIDE = r"(?:[（(][^（()）\n]{1,40}[）)])?"
JOINED = re.compile(rf"{JOINT}|(?<=」)(?=「)")

# Verbs and prepositions that govern lists in news text, which the tagger often takes for nouns.
_GOVERNING = (
    "落实 发动 整合 联合 组织 动员 邀请 聘请 吸纳 吸引 汇聚 凝聚 统筹 协调 调动 依托 依靠 按照 根据 "
    "围绕 聚焦 针对 通过 利用 运用 使用 采用 采取 实行 实施 推行 推进 推动 推广 推出 开展 开设 开通 "
    "打造 建设 构建 建成 新建 建立 形成 设立 设置 设有 成立 组建 培育 引进 引入 引导 配备 配置 拥有 "
    "具有 具备 覆盖 涵盖 包含 包括 囊括 涉及 发放 提供 完善 健全 出台 制定 印发 签订 发布 创新 探索 "
    "突出 坚持 强化 加强 提升 提高 增强 生产 种植 养殖 销售 出口 主打 获得 荣获 获评 担任 兼任 历任 "
    "驻守 进驻 分布 来自 走访 拜访 慰问 联动 协同 筹集 投入 安排 选派 抽调 组成 涌现 评选 命名 列入 "
    "纳入 承担 负责 主管 分管 学习 宣传 讲解 查看 检查 排查 整治 打击 解决 破解 受理 办理 接待 服务 "
    "面向 展示 展出 展现 演唱 演奏 表演 收录 刊登 刊发 记录 经营 经销 栽种 栽植 播种 饲养 加工 收购 "
    "订购 采购 购买 赠送 捐赠 送去 送上 安装 加装 增设 新增 增加 扩建 改造 修建 修缮 种下 送达 践行 "
    "秉持 弘扬 传承 遵循 贯彻 执行 建有 种有 辖有 下辖 管辖 途经 途径 连接 串联 贯通 打通 联通 借助 "
    "凭借 立足 对接 邀约 牵手 携手 "
)
_GOVERNS = frozenset(_GOVERNING.split())
_GOVERNING_FLAGS = ("v", "p")
_AFTER_VERB = "出了着为至于有"  # what a word that the tagger does not know as a verb ends in where it is one
_BEGINS_WITH_NUMBER = re.compile(r"[\dA-Za-z一二两三四五六七八九十百千万]")
_NUMBER = re.compile(r"[\dA-Za-z]|[一二两三四五六七八九十百千万]+(?=[个名项家条处座种支部套件所间次场])")
# 等 as the end of a list, not in 等级, 平等, 高等, 等待.
ENDS = re.compile(r"(?<![平同均相对高中初上下优劣一二三四五六七八九甲乙丙特])等(?![级待候于同号差式温量次闲])")
_VERB_FIRST = 1.5  # of length, by which a first item that begins with a verb is unlike others that begin with none
_UNLIKE = 0.5  # of length, from which a cut must make the first item more like the others
_KNOWN = 0.75  # of length, for which a verb that is known to govern lists makes up
_ALIKE = 2  # items, from which a common beginning is no chance


def items_of(text: str, begin: int, stop: int) -> list[tuple[int, int]]:
    """The items of the enumeration `text[begin:stop]`, [start, end) each; marks inside brackets or quotes join none."""
    cuts = [begin]
    for joint in JOINED.finditer(text, begin, stop):
        if joint.start() > begin and joint.end() < stop and not _is_open(text[begin : joint.start()]):
            cuts += [joint.start(), joint.end()]
    cuts.append(stop)
    return list(zip(cuts[::2], cuts[1::2], strict=True))


def _is_open(text: str) -> bool:
    """Whether a mark that is opened in `text` is not closed in it."""
    return any(text.count(opening) > text.count(closing) for opening, closing in ("《》", "“”", "「」", "（）", "()"))


def lead_length(items: Sequence[str]) -> int:
    """How many characters of the first of `items` are not yet the list: 2 for 整合公安, 消防, 卫健力量."""
    first, others = items[0], [_bare(item) for item in items[1:]]
    others = [item for item in others if item]
    if not others:
        return 0
    if len(others) >= _ALIKE:
        begins = _common_beginning(first, others)
        if begins is not None:
            return begins
    return _behind_governor(first, others)


def alike_length(items: Sequence[str]) -> int:
    """How many characters of the last of `items` are the list: 3 of 服务好的标准, where all others end in 好 too."""
    *others, last = items
    endings = {item[-1:] for item in others}
    ending = endings.pop() if endings else ""
    if len(others) < _ALIKE or endings or not ending:
        return len(last)
    end = last.find(f"{ending}的")
    return end + 1 if end > 0 else len(last)


def _bare(item: str) -> str:
    """`item` without 等 and what follows it."""
    end = ENDS.search(item)
    return item[: end.start()] if end else item


def _common_beginning(first: str, others: Sequence[str]) -> int | None:
    """Where in `first` there stands what all others begin with: a character, or a number; None without one."""
    if all(_BEGINS_WITH_NUMBER.match(item) for item in others):
        number = _NUMBER.search(first)
        return number.start() if number else None
    begins = others[0][0]
    if any(item[0] != begins for item in others):
        return None
    starts = [at for at in word_starts(first) if first[at] == begins and len(first) - at > 1]
    return max(starts, default=None)


def word_starts(text: str) -> list[int]:
    """Where the words of `text` begin."""
    starts, at = [], 0
    for word in rjieba.cut(text):
        starts.append(at)
        at += len(word)
    return starts


def _behind_governor(first: str, others: Sequence[str]) -> int:
    """Where `first` begins behind the verb or preposition from which on it is most like the others; else 0."""
    words = rjieba.tag(first)
    shortest, longest = min(map(len, others)), max(map(len, others))
    clauses = any(_governs(*rjieba.tag(item)[0]) for item in others)
    best, best_cost = 0, _off(len(first), shortest, longest) - _UNLIKE
    if not clauses and _governs(*words[0]):
        best_cost += _VERB_FIRST
    at = 0
    for (word, flag), (_, following) in pairwise(words):
        at += len(word)
        rest = len(first) - at
        if rest < min(2, shortest) or not _governs(word, flag) or following.startswith("u"):
            continue
        cost = _off(rest, shortest, longest) - (_KNOWN if word in _GOVERNS else 0.0)
        if cost < best_cost or (best and cost == best_cost):
            best, best_cost = at, cost
    return best


def _off(length: int, shortest: int, longest: int) -> float:
    return float(max(shortest - length, length - longest, 0))


def _governs(word: str, flag: str) -> bool:
    return (
        word in _GOVERNS or flag in _GOVERNING_FLAGS or word in "了着过" or (len(word) > 1 and word[-1] in _AFTER_VERB)
    )
