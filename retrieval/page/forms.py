"""What a line or a paragraph of a newspaper page looks like: headline, label, opening, open end."""

from __future__ import annotations

import re
from collections.abc import Sequence

import rjieba

from retrieval.page.bylines import is_dateline, names_of, sign_off_of
from retrieval.page.captions import is_caption
from retrieval.page.characters import HAN

_END = re.compile(r"(?:[。！？!?…]|——|[A-Za-z]\.)[”’」』）)】\"]*$")
_CLOSED = re.compile(r"(?:[。！？!?…；;：:]|——)[”’」』）)】]*$|[）)】]$")
_OPENING = re.compile(r"^(?:\d{1,2}月\d{1,2}日|\d{4}年\d{1,2}月\d{1,2}日|近日|日前|连日来|据悉|昨[日天]|[“‘]?今[日天])")
_SERIES = re.compile(
    r"[①-⑳]$|系列(?:之|报道|访谈)[一二三四五六七八九十\d]*[）)]?$|[·•](?:[\u4e00-\u9fff]{1,4})篇$|之[一二三四五六七八九十]{1,3}$"
)
_PLACE_COLON = re.compile(rf"^[{HAN}]{{2,7}}[：:][“‘「《]?[{HAN}\d]")
_NOTICE = re.compile(
    r"^(?:[\u4e00-\u9fff（）]{0,20}关于.{2,24}的(?:公告|通告|公示|通知|声明|启事)"
    r"|[\u4e00-\u9fff]{0,8}(?:公告|声明|启事|通告|公示|讣告|遗失声明|招标公告|拍卖公告|催收公告|广告))$"
)
_RUN = re.compile(rf"[{HAN}A-Za-z0-9]+")
_SAME_WORDS = 4  # characters that the headings of one set have in common
_WORDS = re.compile(rf"[{HAN}A-Za-z0-9]")
LONGEST_HEADLINE = 42
_LONGEST_PLAIN_HEADLINE = 30
_LONGEST_CALL = 24  # a headline with an exclamation or a question in it
_DATED = re.compile(r"^(?:\d{4}年)?\d{1,2}月[ \u3000]*\d{1,2}[ \u3000]*日[^，]{0,6}，|^(?:近日|日前|连日来|据悉)，")
_LABEL = re.compile(r"[①-⑳]$|[·•][\u4e00-\u9fff]{1,4}篇$")


def is_closed_sentence(text: str) -> bool:
    """Whether it ends as a sentence ends, or with an author's name in brackets."""
    return bool(_END.search(text)) or bool(sign_off_of(text)[0])


def is_closed(text: str) -> bool:
    """Whether it can be the end of a paragraph."""
    return bool(_CLOSED.search(text))


def is_opening(text: str) -> bool:
    """Whether it begins as a news story does."""
    return bool(_OPENING.match(text)) or is_dateline(text)


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


def skeleton(text: str) -> str:
    """The form of a heading: its marks, and how many characters stand between them."""
    return _RUN.sub(lambda match: str(len(match[0])), text)


def parallel(texts: Sequence[str]) -> frozenset[int]:
    """Those that are headings of one set: they begin with the same words and have one form, with quotation marks."""
    sets: dict[tuple[str, str], list[int]] = {}
    for index, text in enumerate(texts):
        if len(text) <= LONGEST_HEADLINE and "”" in text and not is_closed_sentence(text):
            sets.setdefault((text[:_SAME_WORDS], skeleton(text)), []).append(index)
    return frozenset(index for alike in sets.values() if len({texts[one] for one in alike}) > 1 for index in alike)


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
