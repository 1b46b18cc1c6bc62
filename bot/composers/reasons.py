"""Reasons as newspapers state them: 因水管老化, 受疫情影响, 为预防森林火灾, 原因是….

A reader that was taught on names and figures points at the effect as often as at the cause, so the spans that a text
itself calls a cause or a purpose are considered beside its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import rjieba

_STOP = r"[，。；！？：\n]"
_CAUSE = re.compile(
    r"(?:因为|因為|由于|由於|缘于|緣於|源于|源於|得益于|得益於|出于|出於|皆因|只因|归因于|归功于|(?:原因|理由)(?:就|主要)?(?:是|为|在于)(?:因为|由于)?"
    r"|(?<=[，。；！？：\n就正主要是])[因為]?因(?![此而為为病公特数素果地人])|^因(?![此而為为病公特数素果地人]))(?P<said>[^，。；！？：\n]{3,60})"
)
_UNDER = re.compile(
    r"(?:^|[，。；！？：\n]|[因是])受(?P<said>[^，。；！？：\n]{2,40}?)(?:等(?:多重|多种)?(?:因素)?)?的?影响"
)
_PURPOSE = re.compile(
    r"(?:^|[，。；！？：\n]|[是就]|(?=目的是|旨在|意在))(?:为了?|旨在|目的是|意在)(?!此|何|人|期|民|主|止|首|例|准|核心|基础|什么)(?P<said>[^，。；！？：\n]{3,60})"
)
_AIM = re.compile(
    r"(?:旨在|意在|目的(?:就)?是|目的在于|以期|目标是)(?P<said>[^，。；！？：\n]{3,60}(?:，[^，。；！？：\n]{3,60})*)"
)
_AIMS_ON = ("v", "d", "a", "p", "z", "i", "l")
_NO_AIM = re.compile(r"[了过]|已|目前|据|截至|\d+(?:人|名|个|家|户)")
_EFFECT = re.compile(r"(?:而?(?:导致|導致|造成|使得|引起|引发|致使|迫使)|的(?:缘故|原因|影响)|，).*$")
_FOLLOWS = re.compile(rf"(?:^|{_STOP})(?:因此|因而|所以|于是|於是|从而|故而?(?![事意障]))[，,]?")
_BACK = 80  # characters before 因此 that may say why
_BARE_FIGURE = re.compile(r"[\d,.，．零一二三四五六七八九十百千年月日号时分点元万亿%％个人次名余多上中下午]*")
_WHY = re.compile(r"为什么|为何|為什麼|為何|为啥|怎么会")
_CLEAR = 3  # characters of the question, from which a clause begins with the name of what it speaks of
_LONGEST_CAUSE = 30  # characters
_AFTER = 60  # characters behind a span in which 因此 may still call it a reason


def reasons(text: str) -> Iterator[tuple[int, int]]:
    """The places in `text` of what it calls a cause or a purpose, in order, without the words that call it so."""
    found = {
        (match.start("said"), match.start("said") + len(_EFFECT.sub("", match["said"])))
        for pattern in (_CAUSE, _UNDER, _PURPOSE)
        for match in pattern.finditer(text)
    }
    found |= set(_led_to(text)) | set(_aims(text))
    yield from sorted((start, end) for start, end in found if end - start >= 2)


def _aims(text: str) -> Iterator[tuple[int, int]]:
    """What 旨在 says, with the clauses behind that go on with a verb: 旨在将关口前移，增强意识，严守红线."""
    for match in _AIM.finditer(text):
        clauses = match["said"].split("，")
        last = 1
        while last < len(clauses) and _aims_on(clauses[last]):
            last += 1
        if last > 1:
            yield match.start("said"), match.start("said") + len("，".join(clauses[:last]))


def _aims_on(clause: str) -> bool:
    first = next(iter(rjieba.tag(clause)), None)
    return first is not None and first[1].startswith(_AIMS_ON) and not _NO_AIM.search(clause)


def _led_to(text: str) -> Iterator[tuple[int, int]]:
    """The clauses before 因此, back to where their sentence begins."""
    for match in _FOLLOWS.finditer(text):
        stop = match.start()
        start = max(text.rfind(mark, max(0, stop - _BACK), stop) for mark in "。！？\n") + 1
        if start == 0 and stop > _BACK:
            start = text.find("，", stop - _BACK, stop) + 1
        if stop - start > 4:
            yield start, stop


def whole_reason(text: str, start: int, end: int) -> tuple[int, int]:
    """The stated reason, the shortest, that `text[start:end]` is a part of; the span itself where it is none."""
    holding = [(first, last) for first, last in _around(text, start, end) if first <= start and end <= last]
    if holding:
        aims = set(_aims(text)) & set(holding)
        return min(aims or holding, key=lambda one: one[1] - one[0])
    # What goes on into the effect: 受疫情影响，厂里停了工.
    under = (match.span("said") for match in _UNDER.finditer(text, max(0, start - 2)))
    begun = ((first, last) for first, last in under if first - 1 <= start <= first and last < end)
    return next(begun, (start, end))


def cause_before(question: str, text: str, start: int, end: int) -> tuple[int, int]:
    """The clause before that of [start, end), where this one only says again what `question` asks the reason of.

    师生多 for 为什么防控压力大, of 园区师生多，防控压力巨大. The span itself where it is no such.
    """
    asked = _WHY.search(question)
    if asked is None or any(True for _ in _around(text, start, end)):
        return start, end
    begin = max(text.rfind(mark, 0, start) for mark in "，。；！？：\n")
    first = max((text.rfind(mark, 0, max(begin, 0)) for mark in "，。；！？：\n"), default=-1) + 1
    if begin < 0 or text[begin] != "，" or not 4 <= begin - first <= _LONGEST_CAUSE:
        return start, end
    effect = [word for word in rjieba.cut(question[asked.end() :]) if len(word) > 1]
    before = text[first:begin]
    if not any(word in text[start:end] for word in effect) or any(word in before for word in effect):
        return start, end
    return first + _repeated(question, before), begin


def _repeated(question: str, clause: str) -> int:
    """How many characters at the beginning of `clause` are a name that stands in `question` as well."""
    same = 0
    while same < len(clause) and clause[: same + 1] in question:
        same += 1
    if same >= _CLEAR:  # what follows a name may be cut wrongly into words: 梅江/市三所
        return same
    word = rjieba.cut(clause)[0]
    return len(word) if len(word) == same else 0


def reason_fitness(text: str, start: int, end: int) -> float:
    """1 for what the text itself calls a reason, 0 for a bare figure or date, 0.3 for all else."""
    if _BARE_FIGURE.fullmatch(text, start, end):
        return 0.0
    return 1.0 if any(first < end and last > start for first, last in _around(text, start, end)) else 0.3


def _around(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The reasons of the sentences that hold [start, end), and of what is drawn from them right after."""
    begin = max(text.rfind(mark, 0, start) for mark in "。！？\n") + 1
    return ((first + begin, last + begin) for first, last in reasons(text[begin : end + _AFTER]))
