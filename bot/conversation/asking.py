"""The parts of a question: what it is about, what it asks, and of what it asks how many."""

from __future__ import annotations

import re
from dataclasses import dataclass

import rjieba

from bot.conversation.names import persons
from bot.conversation.times import YEAR

# Each not where it begins a noun: 多少项目, 多少群众.
_MEASURE = (
    r"名(?![额单称次])|位(?!置)|个|条(?![件例])|支(?![部出持队])|只|头(?!盔)|座|栋|幢|辆|台(?![风账])|套(?!餐)|架|艘|列(?!车)|趟|班(?![级主次车])"
    r"|项(?!目)|件|起|桩|次(?!数)|场(?![馆地所次景])|届|期(?![限刊])|轮|批|户(?![籍外型])|份(?!额)|张|间|处(?![罚分理方])|家(?![庭属长政])|所|亩"
    r"|吨|对(?!象)|棵|株|盏|根|颗|粒|本(?![金科])|册|部(?![门分队])|宗|笔(?!记)|种(?![子植类])|类(?!型)|款(?![项式])|门(?![店票诊])|道(?!路)"
    r"|片(?!区)|块|口(?![味罩岸])|把|面(?!积)|段|节(?![目日约])|层(?![次级])|排|组(?![织员])|队(?![伍员友])|群(?!众)|双|副|幅|首|篇|封|瓶|箱|包(?!裹)"
    r"|杯|碗|盘|对"
)
_UNITS = re.compile(
    r"(?:多|钱|[人元岁天年月日]|小时|分钟|秒|公里|千米|米|公斤|斤|克|平方|立方|升|度|倍|分|成|个百分点|百分点|百分之)"
)
ASKING = re.compile(
    r"什么时候|什么时间|什么|为什么|为何|为啥|何时|何地|多少|第?几|哪一?[个些里儿家座位年天条所支只项届场种款件月]?|谁|怎么样?|怎样|如何"
    r"|多[大高长远久重宽深快]|是不是|有没有|是否|吗"
)
_HOW_MANY = re.compile(rf"(?:多少|几(?!乎))(?P<measure>{_MEASURE})?(?P<noun>[一-鿿“”《》]{{1,12}})?")
_ASKED_OUT = re.compile(
    rf"(?:[靠在从到为因对给用拿由被](?=什么|哪|谁|多少|几))?(?:{ASKING.pattern})(?:(?<=[少几])(?:{_MEASURE}))?(?:(?<=什么)(?:地方|原因|办法|时候))?"
)
_COPULAS = ("是", "叫", "名叫", "叫做", "为", "属于", "姓")
_TRAILING = ("v", "p", "d", "u", "y", "c", "r", "a", "b", "f", "q", "x", "e")
_PROTECTED = re.compile(r"“[^”]*”|《[^》]*》|「[^」]*」")
_NOUN = ("n", "vn", "ns", "nz", "nt", "nr", "l", "j", "an", "s")
_HAS = re.compile(r"(?:一共|总共|共)?(?:有|是)$")
_RANKED = re.compile(
    r"(?:在[一-鿿“”]{2,14}|全[市省国县区州镇村球])?(?:[里中内])?(?:排名?|位列|位居|位于|名列|居|列)(?:在?全[市省国县区州镇村球]|在[一-鿿“”]{2,14})?$"
)
_IS_NOUN = re.compile(
    r"^[长员]$|.[速率名值额量价数比幅绩力积度期]$"
)  # 网格长, and 增速 that the tagger takes for a verb
_MEASURED = re.compile(
    r"(?:总投资|投资额?|全长|总长|主跨|面积|总价|价格|单价|票价|造价|高度|宽度|深度|重量|年龄|规模|总量)$"
)
_PER = re.compile(r"[一每](?:个?月|天|年|次|晚上?|个|份|碗|斤|张|亩|吨|公里|度|件|场|趟)|现在|目前|如今")
_BY = re.compile(r"(?<=.{2})(?:通过|依托|利用)[一-鿿]{1,8}$")
_OPEN = re.compile(r"^(?:请问|想问一?下|那么|那)[，,]?")


@dataclass(frozen=True, slots=True)
class Asked:
    """`subject`, what a question is about; `noun`, what it asks the number of; `[start:end]`, where that noun stands.

    Empty, and -1, where there is none.
    """

    subject: str
    noun: str = ""
    start: int = -1
    end: int = -1


def asked(question: str) -> Asked:
    """The parts of `question`."""
    counted = _HOW_MANY.search(question)
    noun, start = "", -1
    if counted and counted["noun"]:
        noun, start = _noun_phrase(counted["noun"]), counted.start("noun")
    return Asked(subject(question), noun, start, start + len(noun) if noun else -1)


def subject(question: str) -> str:
    """What `question` is about: its words before the asking one, without the verb and the like at their end."""
    question = _OPEN.sub("", question)
    clause = next((one for one in re.split(r"(?<=[，,])", question) if ASKING.search(one)), "")
    first = question.find(clause)
    asking = next((match for match in reversed(list(ASKING.finditer(question, 0, first + len(clause))))), None)
    if not asking:
        return question.rstrip("？?。 ")
    before = question[: asking.start()]
    if len(before) < 2:
        return _behind(question[asking.end() :])
    return _without_tail(before)


def statement(question: str) -> str:
    """`question` without its asking words, and the preposition before them."""
    return _ASKED_OUT.sub("", question).rstrip("？?。呢 ")


def without_quantity(topic: str) -> str:
    """`topic` without a measured side at its end: 三桥全长 is about the bridge."""
    side = _MEASURED.search(topic)
    return topic[: side.start()].rstrip("的") if side and side.start() > 1 else topic


def without_side(topic: str) -> str:
    """`topic` without a common noun at its end: 二桥全长 is about the bridge."""
    words = rjieba.tag(topic)
    if len(words) < 2 or words[-1][1] not in ("n", "vn"):
        return topic
    return "".join(word for word, _ in words[:-1]).rstrip("的")


def _behind(rest: str) -> str:
    """What a question is about that begins with the asking word: 哪个村是最老的村 is about the oldest village."""
    rest = rest.rstrip("？?。 ")
    copula = re.match(r"[一-鿿]{0,3}?是(?=.{2})", rest)
    return rest[copula.end() :] if copula else rest


def _without_tail(before: str) -> str:
    kept = max((end for _, end in persons(before)), default=0)
    kept = max([kept, *(match.end() for one in (_PROTECTED, YEAR) for match in one.finditer(before))])
    before = _without_rank(_HAS.sub("", before))
    done = _done(before)
    if done > kept - 1 and done > 1:
        before = before[:done]
    words = rjieba.tag(before)
    end, popped = len(before), ""
    while len(words) > 1 and end > kept:
        word, flag = words[-1]
        if not _trails(word, flag) and not (popped[:1] in ("了", "过", "到") and flag == "vn"):
            break
        words.pop()
        end -= len(word)
        popped = word + popped
        if word in _COPULAS:
            break
    if end - len(words[-1][0]) < kept < end < kept + 2:
        return before[:kept]  # the tagger ran a name together with the verb behind it
    kept_text = before[: max(end, kept)]
    if re.match(r".{0,6}[上里中内]", popped):
        kept_text = re.sub(r"(?<=.{2})在[一-鿿]{1,8}$", "", kept_text)
    return _BY.sub("", kept_text).rstrip("，, ")


def _done(before: str) -> int:
    """Where the verb with 了 begins that has an object behind it: 欠 in 祁某欠了工人; -1 without one."""
    at, words = 0, rjieba.tag(before)
    for number, (word, flag) in enumerate(words):
        following = words[number + 1][0] if number + 1 < len(words) else ""
        if following in ("了", "过") and flag in ("v", "vn") and number + 2 < len(words):
            return at if "的" not in before[at:] else -1
        at += len(word)
    return -1


def _without_rank(before: str) -> str:
    """`before` without what something is ranked among: 产值在全市排 is about 产值."""
    ranked = _RANKED.search(before)
    return before[: ranked.start()] if ranked and ranked.start() > 1 else before


def _trails(word: str, flag: str) -> bool:
    """Whether a word at the end of a topic belongs to what was asked of it: a verb and the like, but no verbal noun."""
    if word in "是有在把被了的" or _PER.fullmatch(word):
        return True
    if flag.startswith("f"):
        return len(word) == 1 or word.startswith(("以", "之"))
    return flag.startswith(_TRAILING) and flag != "vn" and not _IS_NOUN.search(word)


def _noun_phrase(text: str) -> str:
    """The noun that `text` begins with, with the words before it that tell of what kind; empty where it is a unit."""
    if _UNITS.match(text):
        return ""
    quoted = _PROTECTED.match(text)
    at = quoted.end() if quoted else 0
    end = at
    for word, flag in rjieba.tag(text[at:]):
        is_last = at + len(word) == len(text)
        is_noun = flag.startswith(_NOUN) or (flag == "v" and is_last) or _IS_NOUN.search(word)
        if not is_noun and flag not in ("b", "a", "zg", "uj") and not (flag in ("v", "d") and at == 0):
            break
        at += len(word)
        end = at if is_noun else end
    return text[:end]
