"""The people who wrote an article: bylines, sign-offs, and the reporters that a story's opening names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from retrieval.page.characters import HAN
from retrieval.page.people import is_name, is_name_after_role, is_unknown, may_be_name, two_names

OUTLET = (
    rf"(?:本[报刊网台社]|[{HAN}]{{0,8}}(?:日报|晚报|早报|晨报|时报|商报|周报|快报|都市报|青年报|农村报|社|网|[电视广播]台"
    r"|客户端|在线|融媒体中心|传媒|新媒体|杂志))"
)
_MANNER = rf"(?:特约|特派|实习|见习|首席|高级|全媒体|融媒体?|文字|视频|驻[{HAN}]{{2,4}})"
_JOB = r"(?:记者|通讯员|评论员|实习生|特约撰稿人?|作者)"
_ALONE = r"(?:文|图|摄影|撰文|采写|撰稿|采访|整理|执笔|供稿|编译|全媒体)"  # beside a name only behind a space, / or ：
_PAPER = rf"(?:本[报刊网台社]|[{HAN}]{{2,6}}(?:日报|晚报|早报|晨报|时报|商报|都市报|青年报))"
_ROLE = re.compile(rf"(?:(?:{OUTLET}[·•]?){{0,2}}{_MANNER}*{_JOB}|{_PAPER}$|{_ALONE}$)")
_PICTURES = frozenset(("图", "摄影"))
_MARK = re.compile(r"^[□■●○◎◆◇▲△▶►★☆※]+[ \u3000]*")
_REPORTS = re.compile(rf"[ \u3000/／]*(?:[{HAN}]{{2,4}})?报道$")
_SPLIT_NAME = re.compile(rf"(?<![{HAN}])([{HAN}])[ \u3000]+([{HAN}])(?![{HAN}])")
_LATIN_GAP = re.compile(r"(?<=[a-z.]) (?=[A-Z])")
_SEPARATOR = re.compile(r"[ \u3000、，,/／：:；;]+")
_GLUED = re.compile(
    rf"(?<=[{HAN}])(?<!特约|特派|实习|见习|首席|高级|媒体|融媒|文字|视频)(?<![报刊社网台端线])(?={_JOB}[{HAN}]{{2}})"
)
_BRACKET = re.compile(r"[（(]([^（()）]{2,60})[)）]$")
_LONGEST = 64
_NO_BYLINE = re.compile(r"[。！？!?“”《》%…]|\d")
_DAY = r"(?:(?:\d{4}年)?\d{1,2}月[ \u3000]*\d{1,2}日[ \u3000]*)?"
_SENT = rf"(?:据)?{OUTLET}[{HAN}]{{0,6}}?[ \u3000]*{_DAY}[讯电]"  # 本报长沙5月14日讯
_FROM = rf"[{HAN}]{{2,6}}{_DAY}[讯电](?=[ \u3000]*[（(][{HAN}]{{0,8}}(?:记者|通讯员))"  # 湘潭讯（记者
_NAMED = r"[ \u3000]*[（(]([^（()）]{2,60})[)）]"
_OPENED = re.compile(rf"^(?:{_SENT}|{_FROM}|{OUTLET}){_NAMED}")
_TOLD = re.compile(
    rf"^(?:{_SENT}[ \u3000]*)?((?:{OUTLET}[·•]?){{0,2}}{_MANNER}*(?:记者|通讯员)[^。！？“”]{{2,40}}?)"
    rf"(?:[ \u3000、，,在]+(?!通讯|记者|实习)[{HAN}]{{2,6}})?报道[：:，,]"
)
_DISPATCH = re.compile(rf"^(?:{_SENT}(?=[ \u3000（(：:，]|记者|本报|{OUTLET}|$)|{_FROM}|本报记者)")


@lru_cache(maxsize=8192)
def names_of(text: str) -> tuple[str, ...]:
    """The people of a byline or sign-off, empty where `text` is neither."""
    inner = _MARK.sub("", text.strip())
    if not 2 <= len(inner) <= _LONGEST or _NO_BYLINE.search(inner):
        return ()
    match = _BRACKET.search(inner)
    if match:  # the whole line, or the last of its names, as in 张三（通讯员 李四）
        inner = f"{inner[: match.start()]} {match[1]}"
    marked = match is not None or inner != text.strip()
    names, roles = _people(_REPORTS.sub("", inner), marked=marked)
    if not names or (roles and roles <= _PICTURES):
        return ()
    if roles:
        return names
    return names if _are_people(names, marked=marked) else ()


def _people(text: str, *, marked: bool) -> tuple[tuple[str, ...], set[str]]:
    """The names in a list of names and roles, and the roles; no names where it holds anything else.

    `marked`: a mark or a bracket sets them apart.
    """
    text = _GLUED.sub(" ", _SPLIT_NAME.sub(r"\1\2", text.strip()))
    names: list[str] = []
    roles: set[str] = set()
    announced = False
    for token in _SEPARATOR.split(_LATIN_GAP.sub("\xa0", text)):
        rest = token.replace("\xa0", " ")
        role = _ROLE.match(rest)
        if role and role.end() == len(rest):
            roles.add(rest)
            announced = True
            continue
        if role and role[0].endswith(("者", "员", "生")) and may_be_name(rest[role.end() :]):
            roles.add(role[0])
            rest = rest[role.end() :]
        if may_be_name(rest) or (announced and is_name_after_role(rest)):
            names.append(rest)
        elif rest:
            found = two_names(rest) if roles or marked else ()
            if not found:
                return (), set()
            names += found
        announced = announced and bool(names)
    return tuple(names), roles


def _are_people(names: tuple[str, ...], *, marked: bool) -> bool:
    """Whether words that have the form of names are people where no role says so."""
    sure = sum(is_name(one) for one in names)
    if len(names) == 1:
        return bool(sure) and (marked or is_unknown(names[0])) and "·" not in names[0]
    return 2 * sure >= len(names) and not all("·" in one for one in names)


@lru_cache(maxsize=8192)
def sign_off_of(text: str) -> tuple[tuple[str, ...], int]:
    """The people named in brackets at the end of a paragraph and where the bracket begins; ((), len) where none."""
    match = _BRACKET.search(text)
    names = names_of(match[0]) if match else ()
    return (names, match.start()) if match and names else ((), len(text))


def reporters_of(text: str) -> tuple[str, ...]:
    """The people named at a story's opening, as in 本报讯（记者 张三 李四）; empty where there are none."""
    match = _OPENED.match(text)
    if match:
        return names_of(f"（{match[1]}）")
    told = _TOLD.match(text)
    return names_of(told[1]) if told else ()


def is_dateline(text: str) -> bool:
    """Whether it begins as a dispatch does: 本报讯（, 新华社长沙5月14日电."""
    return bool(_DISPATCH.match(text))


def bracketed_names(text: str) -> Iterator[tuple[int, int]]:
    """Where brackets with names stand in a line, ends excluded; one that a line's end cut is open there."""
    for match in re.finditer(r"[（(][^（()）]{2,60}(?:[)）]|$)", text):
        inner = match[0][1:]
        if (match[0][-1] in ")）" and names_of(match[0])) or (match[0][-1] not in ")）" and _ROLE.match(inner)):
            yield match.span()
