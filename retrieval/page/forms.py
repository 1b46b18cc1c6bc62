"""What a line or a paragraph of a newspaper page looks like: byline, credit, headline, opening, open end."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import rjieba

HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
CJK = rf"{HAN}\u3000-\u303f\uff00-\uffef“”‘’—…·"

_SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范江傅钟卢汪戴崔任陆廖姚方金邱夏"
    "谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常万顾赖武康贺严尹钱施牛洪龚汤陶黎温莫易樊乔文安殷颜庄章鲁倪庞邢俞翟蓝聂齐向申葛柴伍覃骆关焦柳"
    "欧祝纪尚毕耿芦左季管符辛苗詹曲欧靳祁路涂兰甘裴梅童翁霍游阮尤岳柯牟滕谷舒卜成饶宁凌盛查单冉鲍华包屈房喻解蒲卫简时连车项闵邬吉党阳司费"
    "蒙席晏隋古强穆姬宫景米麦谈柏瞿艾沙鄢桂窦郁缪畅巩卓褚栾戚全娄甄郎池丛边岑农苟迟保商臧佘卞虞刁冷应匡栗仇练楚揭师官佟封燕桑巫敖原植邝仲荆"
    "储宗楼干苑寇盖南屠鞠荣井乐银奚明麻雍花闻冼木郜廉衣蔺和冀占门帅利满谌肖付昌雷揭刁帖欧阳"
)
_ROLES = (
    r"(?:本报|本刊|特约|实习|见习|全媒体|湖南日报)*"
    r"(?:(?:记者|通讯员|作者|撰文|采写)[：:/／ \u3000]*|文[/／]?图?[：:/／ \u3000]+|图[：:/／ \u3000]+)"
)
_SPLIT_NAME = re.compile(rf"(?<![{HAN}])([{HAN}])[ \u3000]+([{HAN}])(?![{HAN}])")
_NAME_LIST = re.compile(rf"^(?:{_ROLES})?[{HAN}·]{{2,4}}(?:[ \u3000、，,/]+(?:{_ROLES})?[{HAN}·]{{2,4}})*$")
_ROLE = re.compile(rf"(?:^|(?<=[ \u3000、，,/])){_ROLES}")
_SIGN_OFF = re.compile(rf"[（(]((?:{_ROLES})?[{HAN}·]{{1,4}}(?:[ \u3000、，,]+(?:{_ROLES})?[{HAN}·]{{1,4}})*)[)）]$")
_CREDIT = re.compile(
    rf"(?:[{HAN}]{{2,12}}(?:[ \u3000]+[{HAN}]{{1,4}})*[ \u3000]*(?:摄影报道|摄|供图|制图|绘图|图/文|摄影)"
    rf"|[（(](?:图[：:])?[{HAN} ]{{0,14}}(?:摄|供图|提供|图|图片)[)）])$"
)
_END = re.compile(r"(?:[。！？!?…]|——|[A-Za-z]\.)[”’」』）)】\"]*$")
_CLOSED = re.compile(r"(?:[。！？!?…；;：:]|——)[”’」』）)】]*$|[）)】]$")
_OPENING = re.compile(
    r"^(?:\d{1,2}月\d{1,2}日|\d{4}年\d{1,2}月\d{1,2}日|近日|日前|连日来|本报讯|本报[\u4e00-\u9fff]{2,5}讯|本报记者|据悉|昨[日天]|[“‘]?今[日天]|新华社)"
)
_REPORTED = re.compile(rf"^本报[{HAN}]{{0,5}}讯?[ \u3000]*([（(][^（()）]{{2,40}}[)）])")
_SERIES = re.compile(
    r"[①-⑳]$|系列(?:之|报道|访谈)[一二三四五六七八九十\d]*[）)]?$|[·•](?:[\u4e00-\u9fff]{1,4})篇$|之[一二三四五六七八九十]{1,3}$"
)
_PLACE_COLON = re.compile(rf"^[{HAN}]{{2,7}}[：:][“‘「《]?[{HAN}\d]")
_NOTICE = re.compile(
    r"^(?:[\u4e00-\u9fff]{0,8}(?:公告|声明|启事|通告|公示|讣告|遗失声明|招标公告|拍卖公告|催收公告|广告))$"
)
_HAN_RUN, _LETTERS = re.compile(f"[{HAN}]+"), re.compile(r"[^\W\d_]+")
_WORDS = re.compile(rf"[{HAN}A-Za-z0-9]")
LONGEST_HEADLINE = 42
_LONGEST_PLAIN_HEADLINE = 30
_LONGEST_CALL = 24  # a headline with an exclamation or a question in it
_DATED = re.compile(r"^(?:\d{4}年)?\d{1,2}月[ \u3000]*\d{1,2}[ \u3000]*日[^，]{0,6}，|^(?:近日|日前|连日来|据悉)，")
_LABEL = re.compile(r"[①-⑳]$|[·•][\u4e00-\u9fff]{1,4}篇$")


def has_word(text: str) -> bool:
    """Whether there is any letter or digit in it."""
    return bool(re.search(r"\w", text))


def has_han(text: str) -> bool:
    """Whether there is any Chinese character in it."""
    return bool(_HAN_RUN.search(text))


def is_chinese(text: str) -> bool:
    """Whether at least a fifth of its letters are Chinese characters."""
    return _length(_HAN_RUN, text) >= 0.2 * max(1, _length(_LETTERS, text))


def _length(pattern: re.Pattern[str], text: str) -> int:
    """Characters that `pattern` matches."""
    return sum(match.end() - match.start() for match in pattern.finditer(text))


def width(text: str) -> float:
    """Columns that `text` takes on the page, in characters of full width."""
    return sum(1.0 if unicodedata.east_asian_width(one) in "WFA" else 0.5 for one in text)


def names_of(text: str) -> tuple[str, ...]:
    """The people of a byline or sign-off, empty where `text` is neither."""
    inner = text.strip()
    match = _SIGN_OFF.search(inner)
    if match:  # the whole line, or the last of its names, as in 张三（通讯员 李四）
        inner = f"{inner[: match.start()]} {match[1]}"
    inner = _SPLIT_NAME.sub(r"\1\2", inner.strip())
    if not _NAME_LIST.match(inner):
        return ()
    names = tuple(one for one in re.split(r"[ \u3000、，,/]+", _ROLE.sub(" ", inner)) if one)
    if len(names) == 1 and not match and not _ROLE.match(inner):
        return names if _is_single_name(names[0]) else ()
    has_role = bool(_ROLE.match(inner)) or match is not None
    if all(2 <= len(one) <= 4 and one[0] in _SURNAMES for one in names) and (has_role or len(names) > 1):
        return names
    return ()


def _is_single_name(text: str) -> bool:
    """Whether a line of one word is a person: a surname before one or two characters, and no word of the dictionary."""
    return 2 <= len(text) <= 3 and text[0] in _SURNAMES and not _words().has_word(text)


@lru_cache(maxsize=1)
def _words() -> rjieba.Jieba:
    return rjieba.Jieba()


def sign_off_of(text: str) -> tuple[tuple[str, ...], int]:
    """The people named in brackets at the end of a paragraph and where the bracket begins; ((), len) where none."""
    match = _SIGN_OFF.search(text)
    names = names_of(match.group()) if match else ()
    return (names, match.start()) if match and names else ((), len(text))


def reporters_of(text: str) -> tuple[str, ...]:
    """The people named at a story's opening, as in 本报讯（记者 张三 李四）; empty where there are none."""
    match = _REPORTED.match(text)
    return names_of(match[1]) if match else ()


def is_caption(text: str) -> bool:
    """Whether it is a picture's caption with its credit, or only the credit."""
    return len(text) <= 120 and bool(_CREDIT.search(text)) and not is_closed_sentence(text)


def is_closed_sentence(text: str) -> bool:
    """Whether it ends as a sentence ends, or with an author's name in brackets."""
    return bool(_END.search(text)) or bool(sign_off_of(text)[0])


def is_closed(text: str) -> bool:
    """Whether it can be the end of a paragraph."""
    return bool(_CLOSED.search(text))


def is_opening(text: str) -> bool:
    """Whether it begins as a news story does."""
    return bool(_OPENING.match(text))


def is_series(text: str) -> bool:
    """Whether it is a series' label."""
    return len(text) <= 30 and bool(_SERIES.search(text))


def is_series_label(text: str) -> bool:
    """Whether it is a series' label by a form that no sentence has."""
    return len(text) <= 20 and bool(_LABEL.search(text))


def is_subtitle(text: str) -> bool:
    """Whether it is a subtitle by its dash."""
    return text.startswith(("——", "──", "—")) and len(text) <= 60


def is_notice_title(text: str) -> bool:
    """Whether it is the title of a notice or an advertisement."""
    return bool(_NOTICE.match(text))


def headline_strength(text: str, gap: bool) -> float:
    """How much its form alone says headline: 0 it cannot be one; `gap`: white space stood inside the line."""
    if not 4 <= len(text) <= LONGEST_HEADLINE or is_closed_sentence(text) or text.endswith(("，", ",", "、", "；")):
        return 0.0
    calls = re.findall(r"[！？!?]", text[:-1])
    if (
        re.search(r"[。；]", text[:-1])
        or len(calls) > 2
        or (calls and len(text) > _LONGEST_CALL)
        or _DATED.match(text)
        or names_of(text)
        or is_caption(text)
        or not re.search(rf"[{HAN}]{{2}}|[A-Za-z]{{3}}", text)
    ):
        return 0.0
    if open_quotes(text) or first_unmatched_closer(text):
        return 0.0
    strength = 1.0
    if gap and len(text) >= 8:
        strength += 1.5
    if _PLACE_COLON.match(text):
        strength += 1.5
    if is_notice_title(text):
        strength += 2.0
    if strength == 1.0 and len(text) > _LONGEST_PLAIN_HEADLINE:
        return 0.0
    return strength


def open_quotes(text: str) -> str:
    """The closing marks that `text` still waits for, innermost last."""
    waiting: list[str] = []
    for one in text:
        if one in _PAIRS:
            waiting.append(_PAIRS[one])
        elif waiting and one == waiting[-1]:
            waiting.pop()
    return "".join(waiting)


def first_unmatched_closer(text: str) -> str:
    """The first closing mark in `text` that nothing in it opened, "" where none."""
    waiting: list[str] = []
    for one in text:
        if one in _PAIRS:
            waiting.append(_PAIRS[one])
        elif one in _PAIRS.values():
            if not waiting:
                return one
            if one == waiting[-1]:
                waiting.pop()
    return ""


_PAIRS = {"“": "”", "‘": "’", "「": "」", "『": "』", "《": "》", "（": "）", "(": ")", "【": "】", "〔": "〕"}


def cuts_a_word(left: str, right: str) -> bool:
    """Whether the segmenter sees one word across the cut (as 株洲市基 / 层党建)."""
    if not (_WORDS.match(left[-1:]) and _WORDS.match(right[:1])):
        return False
    head = left[-6:]
    at = 0
    for word in rjieba.cut(head + right[:6], hmm=True):
        if at < len(head) < at + len(word):
            return True
        at += len(word)
    return False
