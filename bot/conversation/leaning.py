"""Whether a question needs what was said before it."""

from __future__ import annotations

import re

import rjieba

from bot.composers.specifics import named
from bot.conversation.asking import ASKING
from bot.conversation.names import persons, places
from bot.conversation.referents import POINTING, PRONOUN

OPENING = re.compile(
    r"^(?:那么|那(?![里儿边个条座家笔次位些年天时所项场届支只件部栋间片处起名种款时候])|还有|另外|此外|以及|其中|换成|要是|如果是|至于|再说|and\b|so\b)[，,\s]*",
    re.I,
)
ABOUT = re.compile(r"^(?:what|how) about (?P<focus>.+?)[?]?$", re.I)
ELLIPSIS = re.compile(r"^(?P<focus>.+?)的?(?:呢|又如何|怎么样|如何)[？?]?$")
# 那桂东县的是多少: the same as 那桂东县的呢.
THE_SAME = re.compile(r"^(?P<focus>.+?的)(?:又|则)?是(?:多少|几|什么|谁|哪里)[呢啊]?[？?]?$")
BARE = re.compile(
    r"^(?:这|那)?(?:都)?(?:又)?(?:是)?(?:因为什么|为什么(?:会|要)?(?:这样)?|为何|为啥|怎么回事|怎么(?:会)?(?:做到|办到|实现|这样|来)的?|(?:什么时候|什么时间|哪一?年|哪一?天|何时|几[月号])(?:的事情?|的)?"
    r"|(?:谁|哪位)(?:说|讲|提|写|介绍|负责|主持|组织|发起|举办)?的?|在?(?:哪里|哪儿|什么地方)(?:的事)?|多少钱|多少|花了多少钱?|然后|后来(?:怎么样)?|结果(?:怎么样|如何)?|why|when|where|who)(?:了|啊|呀|呢)?[？?]?$",
    re.I,
)
_BACK = re.compile(
    r"^(?:前|上|后|下|次|第二|再[前后])一?年|^(?:当[天时年月晚]|同[年期]|那[年天时]|(?:以|此|之)[前后]|后来|原来|比(?:去年|上年|前年|上一年))|[这那]么[久多高大长少快早晚]|这样"
)
_ENGLISH = re.compile(r"\b(?:it|its|he|him|his|she|her|they|them|their|there|that|those)\b", re.I)
_STARTS_ENGLISH = re.compile(r"(?:and|so)\b", re.I)
_WORDS = re.compile(r"\w")
_SHORTEST_ALONE = 7
_AMBIGUOUS_UP_TO = 16  # characters: a longer question says by itself what it is about


def is_bound(question: str) -> bool:
    """Whether the question says nothing without what was said before it."""
    if ABOUT.match(question) or BARE.match(question):
        return True
    if question.isascii():
        return bool(_STARTS_ENGLISH.match(question) or _ENGLISH.search(question))
    if OPENING.match(question) or _BACK.search(question) or points_back(question):
        return True
    ellipsis = ELLIPSIS.match(question)
    if ellipsis and question.rstrip("？?").endswith("呢") and not ASKING.search(ellipsis["focus"]):
        return True
    return len(_WORDS.findall(question)) < _SHORTEST_ALONE and not says_of_what(question)


def says_of_what(question: str) -> bool:
    """Whether the question asks something of a person, a place or a quoted thing that it names."""
    asking = ASKING.search(question)
    return asking is not None and (_named_in(question) or _is_sight(question[: asking.start()]))


def _is_sight(text: str) -> bool:
    """Whether `text` is the name of a river, a hill, a bridge or the like."""
    words = rjieba.tag(text)
    return (
        bool(words)
        and words[0][1] in ("nr", "ns")
        and re.search(r".[江河湖山海桥路寺塔站岛]$", words[0][0]) is not None
    )


def points_back(question: str) -> bool:
    """Whether a pronoun or a pointing word means something that the question itself does not name before it."""
    return pointing_back(question) is not None


def pointing_back(question: str) -> re.Match[str] | None:
    """The first such word."""
    pronoun, pointing = PRONOUN.search(question), POINTING.search(question)
    if pronoun and not _named_in(question[: pronoun.start()]):
        return pronoun
    return pointing if pointing and not _says_what(question[: pointing.start()]) else None


def _says_what(before: str) -> bool:
    """Whether the words before a pointing one are what it points at: 远景那份合同, but not 去年这项奖金."""
    words = rjieba.tag(before)
    return _named_in(before) or any(len(word) > 1 and flag in ("n", "nr", "nz", "nt", "ns") for word, flag in words)


def _named_in(text: str) -> bool:
    return bool(persons(f"{text}是") or places(text) or re.search(r"[“《「](?!十.五[”」]).+[”》」]", text))


def may_lean(question: str) -> bool:
    """Whether the question may be meant to go on with what was said, though it says something by itself."""
    return not question.isascii() and len(question) <= _AMBIGUOUS_UP_TO and not names(question)


def names(question: str) -> bool:
    """Whether the question names a place, a quoted thing, or someone, so that it needs no other subject."""
    if [one for one in named(question) if not one.isdigit() and not re.fullmatch("十.五", one)]:
        return True
    return any(flag in ("nr", "ns", "nt", "nz") and len(word) > 1 for word, flag in rjieba.tag(question))
