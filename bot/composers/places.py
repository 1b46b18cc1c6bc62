"""Of several places that a sentence lists, the one that an answer is said of: 桂阳县3家、永兴县5家."""

from __future__ import annotations

import re

from bot.composers.question_kind import QuestionKind, expectation
from bot.composers.surroundings import SENTENCE, stretch

# Only the names that end alike are held against each other: a town of the county asked about is no other county.
_NAMES = tuple(
    re.compile(rf"[一-鿿]{{1,3}}?(?<![{before}])[{endings}](?![域级长委])")
    for before, endings in (
        ("地院园小社城景新矿校厂片街山发库灾林牧营特全各该我本每外这那两几市郊", "县区旗"),
        ("全各该我本每城集小古这那两几村", "镇乡"),
        ("全各该我本每农乡山这那两几新古", "村"),
    )
)
_BEGINS = re.compile(r"(?:^|[，、；：。（“和与及市省州在])$")  # what stands before a name in a list
# Where something took place on the day just named: 2月1日晚上，在邵阳市.
_HELD_AT = re.compile(
    r"(?:[上下]午|晚上?|早上|清晨|凌晨|当[天晚]|\d{1,2}时(?:\d{1,2}分)?|[，,\s])*在(?P<place>[一-鿿]{2,3}?(?P<ending>[省市县区旗州镇乡村]))"
)
_TOGETHER = re.compile(r"(?:[、和与及]|以及|\s)+")


def of_another_place(question: str, text: str, start: int, end: int) -> bool:
    """Whether `text[start:end]` is a figure or date of another place than the one that `question` names.

    So it is where the sentence names that place too, but another one last before the answer, unless the two stand
    together (宜章县、临武县共5家).
    """
    if expectation(question).kind not in (QuestionKind.NUMBER, QuestionKind.DATE):
        return False  # a place may lie in the county that is named before it
    begin, stop = stretch(text, start, end, SENTENCE)
    if expectation(question).kind is QuestionKind.DATE and _is_held_elsewhere(question, text[end:stop]):
        return True
    return any(_is_of_another(question, text[begin:stop], start - begin, name) for name in _NAMES)


def _is_held_elsewhere(question: str, behind: str) -> bool:
    """Whether what stands `behind` a date goes on with a place that ends as the one asked about, but is another."""
    held = _HELD_AT.match(behind)
    if not held or held["place"] in question:
        return False
    return re.search(rf"[一-鿿]{{2}}{held['ending']}", question) is not None


def _is_of_another(question: str, sentence: str, start: int, name: re.Pattern[str]) -> bool:
    asked = [_core(one, sentence) for one in name.findall(question)]
    if len(asked) != 1 or asked[0] not in sentence:
        return False
    said = [one for one in name.finditer(sentence, 0, start) if _BEGINS.search(sentence, 0, one.start())]
    if not said or said[-1][0].endswith(asked[0]):
        return False
    own = sentence.rfind(asked[0], 0, start)
    between = sentence[own + len(asked[0]) : said[-1].start()] if own >= 0 else "-"
    return _TOGETHER.fullmatch(name.sub("、", between)) is None


def _core(name: str, text: str) -> str:
    """`name` without characters before it that are no part of it: 桂阳县 of 在桂阳县, as `text` has it."""
    return next((name[at:] for at in range(len(name) - 1) if name[at:] in text), name)
