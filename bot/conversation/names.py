"""Where a question names a person or a place."""

from __future__ import annotations

import re
from collections.abc import Iterator

import rjieba

from bot.composers.known_places import KNOWN_PLACES
from bot.composers.values import SURNAMES

Range = tuple[int, int]

_MORE_SURNAMES = (
    "祝尤裘鲍卜沙鲁苗章俞喻柳葛樊滕符瞿仇凤花管焦冀景鞠柯蓝乐雷冷连凌路骆麻梅闵明穆倪聂牛欧裴戚齐乔屈阮桑商邵申盛施时舒帅司隋"
    "佟童涂温文翁巫奚席咸相辛邢幸胥燕晏易殷应游虞郁岳恽臧翟詹湛仲诸庄卓宗祖左车蹇旷谌"
)
_FAMILY = "".join(sorted(SURNAMES | set(_MORE_SURNAMES)))
# What may stand behind a name; a name that the tagger ran together with it is cut there.
_BEHIND = (
    r"的|是|在|用|靠|把|被|说|叫|有|得|拿|当|从|给|对|为|去|来|今年|去年|现在|以前|以后|后来|最|多大|几|哪|什么|怎|因|一共"
    r"|和|跟|与|家|说|做|教|管|撑|打|欠|采|开|住|卖|买|种|养|写|带|获|夺|任|参加|毕业|出生|退休|受|送|捐|讲|介绍|表示|负责|创办|老师|教师|医生|书记|局长|主任|师傅|同志|先生|女士|教练|院长|校长|教授|[\d（(，,、？?]|$"
)
_PERSON = re.compile(rf"(?:欧阳|司马|上官|诸葛|[{_FAMILY}])(?:某[一-鿿]?|[一-鿿]{{1,2}}?)(?={_BEHIND})")
_NAME = re.compile(rf"(?:欧阳|司马|上官|诸葛|[{_FAMILY}])(?:某[一-鿿]?|[一-鿿]{{1,2}})")
_BEFORE = re.compile(
    r"(?:^|[的，,、：和跟与叫是对给]|[村镇乡区县市]|[人员师生嫂民长手家友工匠医授记任理席队主]|婆婆|爷爷|奶奶|先生|女士)$"
)
_NO_PERSON = re.compile(
    r".[江河湖山海塔]$|.*[区县市镇乡村街路桥厂校院馆站所社队会节赛窑墙期日里园场店巷的是了几多哪]$|.*[年月]$(?<!.{3})"
)
# fmt: off
_ENDINGS = (
    "自治区", "自治州", "开发区", "高新区", "经开区", "示范区", "街道", "社区", "小区", "园区", "新区", "景区", "林场",
    "省", "市", "区", "县", "旗", "镇", "乡", "村",
)
# fmt: on
_LEVELS = (
    ("省", "自治区"),
    ("市", "自治州", ""),
    ("县", "区", "旗", "市"),
    ("开发区", "高新区", "经开区", "示范区", "园区", "新区"),
    ("镇", "乡", "街道", "林场"),
    ("村", "社区", "小区", "景区"),
)
_NO_PLACE = re.compile(
    r"(?:[全本该各每哪某我这那几两一二三四五六七八九十多数\d]+(?:个|座|家)?|城|地|郊|农|灾|社|小|园|景|新|山|"
    r".*(?:什么|多少|哪)|.*级|.*[夜早超城股楼菜开上都门集闹](?=市))(?:自治区|自治州|开发区|高新区|经开区|示范区|街道|社区|小区|园区|新区|景区|林场|省|市|区|县|旗|镇|乡|村)"
)
_JOINS = ("n", "ns", "nr", "nz", "nt", "zg", "a", "b", "j", "s", "g", "an", "ng")
_RUN_TOGETHER = re.compile(r"[市区县镇乡村][有是在办为]")  # as the tagger takes 镇有 of 雾峰镇有几所
_SIDES = ("上", "下", "东", "西", "南", "北", "中", "前", "后")
_PARTICLES = re.compile("[的了呢吗吧啊着过]")
_BARE_AFTER = re.compile(r"(?:^|[的在、和跟与是到去从由对年月日，,：“])$")


def persons(text: str) -> list[Range]:
    """The names of people in `text`, in order; guessed from surnames, so a rare one may be missed."""
    words = dict(_words(text))
    found = []
    for match in _PERSON.finditer(text):
        flag = words.get(match.span(), "nr")
        begins = next((tag for (start, _), tag in words.items() if start == match.start()), None)
        if flag != "nr" or begins is None or _PARTICLES.search(match[0]):
            continue
        if _NO_PERSON.match(match[0]) or KNOWN_PLACES.match(match[0]):
            continue
        if begins == "nr" or _BEFORE.search(text[: match.start()]):
            # 李开来是: the tagger knows that the name goes on.
            whole = next((end for (start, end), tag in words.items() if start == match.start() and tag == "nr"), 0)
            found.append((match.start(), whole if match.end() < whole <= match.start() + 3 else match.end()))
    return found


def is_person(text: str) -> bool:
    """Whether `text` is nothing but a person's name, by its surname."""
    if not _NAME.fullmatch(text) or _NO_PERSON.match(text) or _PARTICLES.search(text) or KNOWN_PLACES.match(text):
        return False
    return len(text) > 2 or rjieba.tag(text)[0][1] == "nr" or len(rjieba.cut(text)) > 1


def may_be_person(text: str) -> bool:
    """Whether `text` may be a name, though of no known surname: two or three characters that are no common word."""
    if not 2 <= len(text) <= 3 or not _is_han(text) or _NO_PERSON.match(text):
        return False
    words = rjieba.tag(text)
    return len(words) > 1 or words[0][1] in ("nr", "nz")


def places(text: str) -> list[Range]:
    """The names of places in `text`, in order, each to its own ending: 云湖县雾峰镇 is two."""
    found: list[Range] = []
    begun: int | None = None
    for (start, end), flag in _words(text):
        word = text[start:end]
        known = KNOWN_PLACES.fullmatch(word)
        side = word in _SIDES and (start == 0 or (found and found[-1][1] == start))  # 上甘棠村
        if begun is None and (flag in _JOINS or known or side) and _is_han(word):
            begun = start
            if side:
                continue
        if begun is None:
            continue
        if flag not in _JOINS and not known and not word.endswith(_ENDINGS):
            begun = None
            continue
        is_ended = level_of(word) and end - begun > 1 and not _NO_PLACE.fullmatch(text[begun:end])
        if is_ended or known or (flag == "ns" and start == begun and _is_bare(text, start, end)):
            found.append((begun, end))
            begun = None
    return found


def level_of(place: str) -> str:
    """The ending of a place's name that says what kind of place it is; empty without one."""
    return next((one for one in _ENDINGS if place.endswith(one)), "")


def are_alike(one: str, other: str) -> bool:
    """Whether two places are of one kind: both counties, both towns."""
    endings = {level_of(one), level_of(other)}
    return any(endings <= set(level) for level in _LEVELS)


def _is_bare(text: str, start: int, end: int) -> bool:
    """Whether what the tagger takes for a place may be one without its ending; it takes 东西 and 新建 for one too."""
    is_open = end - start > 1 and not text.startswith(_ENDINGS, end)
    return is_open and text[start:end] != "东西" and _BARE_AFTER.search(text[:start]) is not None


def _words(text: str) -> Iterator[tuple[Range, str]]:
    at = 0
    for word, flag in rjieba.tag(text):
        if _RUN_TOGETHER.fullmatch(word):
            yield (at, at + 1), "n"
            yield (at + 1, at + 2), "v"
        else:
            yield (at, at + len(word)), flag
        at += len(word)


def _is_han(text: str) -> bool:
    return all("一" <= one <= "鿿" for one in text)
