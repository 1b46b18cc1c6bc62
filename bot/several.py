"""Questions that ask the same of several years or places: each is asked by itself, and the answers stand together.

2023年和2024年的冠军成绩各是多少？ → 2023年的冠军成绩是多少？ 2024年的冠军成绩是多少？
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.answer import Citation, Language
from bot.composers.extractive import Composition
from bot.composers.specifics import named
from bot.phrases import phrase

_YEARS = re.compile(r"(?<!\d)(?:19|20)\d{2}年?(?:(?:、|，|和|与|及|以及|同|跟)(?:19|20)\d{2}年?)+(?=(?P<rest>[^\d年]))")
_YEAR = re.compile(r"(?:19|20)\d{2}")
_EACH = re.compile(r"分别|分別|各自|各(?=[是为有占达多几自])")
_JOINTLY = re.compile(
    r"都|之间|期间|相差|差多少|一共|总共|合计|增长|增加|减少|下降|变化|\bboth\b|比.{0,8}[多少高低大小]"
)
_TOGETHER = re.compile(r"(?:、|和|与|及|以及|同|跟)")
_MOST = 4


@dataclass(frozen=True, slots=True)
class Part:
    """One of the questions in a question, and what sets it apart from the others."""

    label: str
    question: str


def parts_of(question: str) -> tuple[Part, ...]:
    """The questions that `question` joins; none where it asks one thing only."""
    each = _EACH.search(question)
    if not each and _JOINTLY.search(question):
        return ()
    years = _YEARS.search(question)
    if years:
        labels = [f"{year}年" for year in dict.fromkeys(_YEAR.findall(years[0]))]
        return _parts(question, years.span(), labels)
    if not each:
        return ()
    span = _joined_names(question)
    return _parts(question, span, _TOGETHER.split(question[slice(*span)])) if span else ()


def _parts(question: str, span: tuple[int, int], labels: Sequence[str]) -> tuple[Part, ...]:
    if not 2 <= len(labels) <= _MOST:
        return ()
    before, after = question[: span[0]], _EACH.sub("", question[span[1] :])
    return tuple(Part(label, f"{before}{label}{after}") for label in labels)


def _joined_names(question: str) -> tuple[int, int] | None:
    """Where names of places, Latin words or quoted names stand side by side with 和 or 、 between them."""
    names = [(question.find(name), len(name)) for name in named(question) if not name[0].isdigit()]
    spans = sorted((at, at + length) for at, length in names if at >= 0)
    joined: tuple[int, int] | None = None
    for (first, end), (start, last) in pairwise(spans):
        if end < start and _TOGETHER.fullmatch(question[end:start]):
            joined = (joined[0] if joined else first, last)
    return joined


def together(parts: Sequence[Part], found: Sequence[Composition], language: Language) -> Composition:
    """The parts' answers in one, each under its label; refused where all of them are."""
    answered = [(part, one) for part, one in zip(parts, found, strict=True) if not one.refused]
    if not answered:
        return max(found, key=lambda one: one.confidence)
    lines: list[str] = []
    shorts: list[str] = []
    citations: list[Citation] = []
    for part, one in zip(parts, found, strict=True):
        if one.refused:
            lines.append(phrase("part_missing", language, name=part.label))
            continue
        if one.citations[0] not in citations:
            citations.append(one.citations[0])
        citation = one.citations[0]
        short = one.short_answer or ""
        lines.append(part.label + ("：" if language == "zh" else ": ") + short)
        lines.append(f"{citation.quote} [{citations.index(citation) + 1}]")
        shorts.append(f"{part.label} {short}".strip())
    confidence = min(one.confidence for _, one in answered)
    return Composition("\n".join(lines), False, confidence, tuple(citations), short_answer="；".join(shorts))
