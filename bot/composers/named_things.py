"""The people, organizations and places that a text names, each with its kind and place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import rjieba

from bot.composers.known_places import KNOWN_PLACES, is_prefecture
from bot.composers.values import SURNAMES

_HAN = "[一-鿿]"
_NAMED_FLAGS = ("nr", "ns", "nz", "nt")
_TEXTS_KEPT = 16  # an article is looked through for each question that it may answer


@dataclass(frozen=True, slots=True)
class _Kind:
    """Things whose names end alike; what stands before the ending of no name; whether such a name bears another's."""

    endings: str
    unnamed: str
    bears_name: bool = True


# Names of organizations and sites, which run over several words.
_LONG: Final = {
    "company": _Kind(
        "股份有限公司|有限责任公司|有限公司|集团公司|公司|集团|合作社|支行|农商行", "分子该本我贵家各级母业市外资营"
    ),
    "hospital": _Kind("医院|卫生院", "家所各该本我大级立科专方哪"),
    "school": _Kind("大学|学院|中学|小学|幼儿园", "所各该本我级立名哪到上读重"),
    "zone": _Kind(
        "高新区|经开区|开发区|产业园|工业园|物流园|科技园|示范区|新区", "各该本我个家级色业", bears_name=False
    ),
    "estate": _Kind("小区|家园|花园|公寓", "各该本我个市老旧哪住宅"),
    "project": _Kind("项目|工程", "个次点设资大各该本我类造金约商技业好家", bears_name=False),
}
# Names of places, which are one word, or one before the ending.
_SHORT: Final = {"village": "村|社区", "town": "镇|乡|街道", "county": "县|区|市"}
_PLACE_ENDING = re.compile("(?:" + "|".join(f"(?P<{kind}>{endings})" for kind, endings in _SHORT.items()) + ")$")
_PLACE_ENDS = frozenset("".join(_SHORT.values()))
_ORDINARY_PROJECTS = re.compile(r".*(?:[建新造]|示范|试点|农田|基地|配套|改造|提质|保障|推进|开展|实施|引进|签约)$")
_ORDINARY_PLACES = re.compile(
    r"(?:.*[园小社景矿校厂片街灾林牧营特辖城新地郊院胜险战工禁库]区|(?:经开|高新|开发|产业|工业|保税|.)区|.*(?:示范|试点|先进|强|大|贫困|牵头|成员)[县区镇乡村]"
    r"|[农乡山全各该本我每这那两几新古外城]村|[城集小古全各该本我每]镇|.*[全各该本我每城超夜门上开股楼菜集都闹省跨]市|.*[城外]乡)$"
)
_BEFORE_NAMES = "的在是给与和由把被让向对为到从及同跟替据里以将于并等即"
_QUESTION_PARTS = re.compile(f"[{_BEFORE_NAMES}]|[去今明前]年|年末|[哪几多少]|[^一-鿿]")
_TITLE_ENDS = re.compile("[部士官授匠婆嫂姨叔伯爷奶民长员师生者人工理记席任友户手总董兵警医妇父母妻子儿女哥姐弟妹]")
_BEFORE_PEOPLE = re.compile(rf"[^一-鿿]|{_TITLE_ENDS.pattern}|[和与叫名为]")
_RARER_SURNAMES = frozenset(
    "文言聂柯倪温柴华安常俞辛阮耿关焦左甘包司上官成詹霍柳尤庞谷路涂骆游时符庄米翟樊盛牛岑单颜祝章卜"
)
# 鼎新电子、湖南汉尧、东泰等一批企业
_LISTED = re.compile(
    rf"((?:{_HAN}{{2,8}}、)+{_HAN}{{2,8}})等(?:[一多几数十\d]*[批家个])?(?:知名|龙头|重点|本地|园区)?(?:企业|公司|厂家)"
)
_SHORTEST_OWN = 3
_GOES_ON_AS_PLACE = re.compile("[^的在是到去从]?[村镇乡县市区路街]")  # 钱粮湖镇
_LONGEST_NAME = 20  # characters of a name and the words before it that are looked for in a text
_MOST_ASKED = 8
_LONG_NAME = 4  # characters, from which a name without its ending is one


@dataclass(frozen=True, slots=True)
class Mention:
    """A name of a kind, `text[start:end]`, without its ending."""

    kind: str
    name: str
    start: int
    end: int


@lru_cache(maxsize=_TEXTS_KEPT)
def _tagged(text: str) -> tuple[tuple[str, str], ...]:
    return tuple(rjieba.tag(text))


@lru_cache(maxsize=_TEXTS_KEPT)
def people(text: str) -> tuple[Mention, ...]:
    """Names of people, as the tagger guesses them, of Chinese form, in order."""
    found, at = [], 0
    for word, flag in _tagged(text):
        end = at + len(word)
        is_chinese = 2 <= len(word) <= 4 and (word[0] in SURNAMES or word[0] in _RARER_SURNAMES)
        is_person = flag in ("nr", "nrfg") and is_chinese and not KNOWN_PLACES.match(word)
        if is_person and not _GOES_ON_AS_PLACE.match(text, end):
            found.append(Mention("person", word[:3], at, at + len(word[:3])))
        at = end
    return tuple(found)


def is_surely_person(one: Mention, text: str) -> bool:
    """Whether the guess is likely: the name stands more than once, or begins a clause, or follows a title."""
    if len(one.name) == 2 and one.name[1] != "某":
        return False
    return text.count(one.name) > 1 or one.start == 0 or _BEFORE_PEOPLE.search(text[one.start - 1]) is not None


def follows_title(one: Mention, text: str) -> bool:
    """Whether what stands right before the name ends as titles do: 主任, 村民."""
    return one.start > 0 and _TITLE_ENDS.match(text[one.start - 1]) is not None


def things(kind: str, text: str) -> list[Mention]:
    """The organizations, sites or places of `kind` that `text` names, in order."""
    return [one for one in (places(text) if kind in _SHORT else _organizations(text)) if one.kind == kind]


def asked_things(question: str) -> list[tuple[str, str]]:
    """The kinds and names, without their endings, of what `question` names, each once; a name may have words before it.

    Eight at most: a question that names more is about none of them.
    """
    found = [*_asked_organizations(question), *((one.kind, one.name) for one in places(question))]
    return list(dict.fromkeys(found))[:_MOST_ASKED]


def _asked_organizations(question: str) -> Iterator[tuple[str, str]]:
    for kind, what in _LONG.items():
        for match in re.finditer(rf"({_HAN}{{1,20}}?)(?<![{what.unnamed}])(?:{what.endings})", question):
            name = _QUESTION_PARTS.split(question[: match.start() + len(match[1])])[-1]
            if len(name) > 1 and (kind != "project" or len(name) >= _LONG_NAME):
                yield kind, name[-_LONGEST_NAME:]


@lru_cache(maxsize=_TEXTS_KEPT)
def companies_of(text: str) -> frozenset[str]:
    """What is their own of the companies' names in `text`, and the names of those it lists before 等企业."""
    own = (_own(one.name) for one in _organizations(text) if one.kind == "company")
    listed = (item for match in _LISTED.finditer(text) for item in match[1].split("、"))
    return frozenset(name for name in (*own, *listed) if len(name) >= _SHORTEST_OWN)


def as_written(kind: str, asked: str, text: str) -> str:
    """The longest end of `asked` that `text` has as a name of `kind`, "" if none: 万容 of 汨罗高新区万容."""
    endings = _SHORT[kind] if kind in _SHORT else _LONG[kind].endings
    shortest = 1 if kind in _SHORT else 2
    for at in range(len(asked) - shortest + 1):
        rest = asked[at:]
        if re.search(f"{re.escape(rest)}(?:{endings})", text) or (len(rest) >= _LONG_NAME and rest in text):
            return rest
    return ""


def ways_of_naming(kind: str, name: str) -> set[str]:
    """`name`, and of a company's what is its own, too: 帝京 of 湖南帝京新材料."""
    if kind != "company":
        return {name}
    own = _own(name)
    return {form for form in (name, own, own[:4], own[:2]) if len(form) > 1}


def _own(name: str) -> str:
    """A company's name without the province or prefecture that it begins with."""
    return KNOWN_PLACES.sub("", name, count=1).lstrip("省市") if KNOWN_PLACES.match(name) else name


@lru_cache(maxsize=_TEXTS_KEPT)
def _organizations(text: str) -> tuple[Mention, ...]:
    found = []
    for kind, what in _LONG.items():
        for match in re.finditer(rf"({_HAN}{{1,16}}?)(?<![{what.unnamed}])(?:{what.endings})(?![域级长委])", text):
            name = re.split(f"[{_BEFORE_NAMES}]", match[1])[-1]
            if _is_name(kind, name) and (not what.bears_name or _bears_name(name)):
                end = match.start() + len(match[1])
                found.append(Mention(kind, name, end - len(name), end))
    return tuple(sorted(found, key=lambda one: one.start))


def _is_name(kind: str, name: str) -> bool:
    if kind == "project":
        return len(name) >= _LONG_NAME and not _ORDINARY_PROJECTS.fullmatch(name)
    return len(name) > 1


def _bears_name(text: str) -> bool:
    return any(flag in _NAMED_FLAGS and len(word) > 1 for word, flag in rjieba.tag(text))


@lru_cache(maxsize=_TEXTS_KEPT)
def places(text: str) -> tuple[Mention, ...]:
    """The villages, towns and counties that `text` names, in order."""
    found, at, before = [], 0, ("", "")
    for word, flag in _tagged(text):
        ending = _PLACE_ENDING.search(word) if word[-1] in _PLACE_ENDS else None
        if ending and ending.lastgroup:
            name, start = word[: ending.start()], at
            if not name and before[1] in ("ns", "nr", "nz", "n") and len(before[0]) in (2, 3):
                name, start = before[0], at - len(before[0])
            is_name = (len(name) > 1 or (name and flag == "ns")) and not is_prefecture(name) and flag[0] != "m"
            if is_name and name[-1] not in "县区市镇乡村" and not _ORDINARY_PLACES.fullmatch(name + ending[0]):
                found.append(Mention(ending.lastgroup, name, start, start + len(name)))
        at += len(word)
        before = (word, flag)
    return tuple(found)
