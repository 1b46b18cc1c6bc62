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
from bot.composers.reading import CAUTION_BELOW
from bot.composers.specifics import named
from bot.phrases import phrase

_YEARS = re.compile(
    r"(?<!\d)(?:19|20)\d{2}年?(?:(?:、|，|和|与|及|以及|同|跟)(?:19|20)\d{2}年?)++(?<=年)(?![、，和与及同跟]?\d)"
)
_YEAR = re.compile(r"(?:19|20)\d{2}")
_EACH = re.compile(r"分别|分別|各自|各(?=[是为有占达多几自])")
_JOINTLY = re.compile(
    r"都|之间|期间|相差|差多少|共|合计|累计|连续|之和|增长|增加|减少|下降|变化|相比|对比|一样|不同|更|最|谁|哪|[两三四]年|\bboth\b"
)
_COMPARES = re.compile(r"哪一?[年个]|更|最|谁|相比|对比|一样|不同|累计|之和|合计|共")
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
    if _JOINTLY.search(question) and not (each and not _COMPARES.search(question)):
        return ()
    years = _YEARS.search(question)
    if years:
        spans = [match.span() for match in _YEAR.finditer(question, *years.span())]
        return _parts(question, years.span(), [f"{question[slice(*span)]}年" for span in spans])
    spans = _joined_names(question) if each else []
    if not spans:
        return ()
    return _parts(question, (spans[0][0], spans[-1][1]), [question[slice(*span)] for span in spans])


def _parts(question: str, span: tuple[int, int], labels: Sequence[str]) -> tuple[Part, ...]:
    labels = list(dict.fromkeys(labels))
    if not 2 <= len(labels) <= _MOST:
        return ()
    before, after = question[: span[0]], _EACH.sub("", question[span[1] :])
    return tuple(Part(label, f"{before}{label}{after}") for label in labels)


def _joined_names(question: str) -> list[tuple[int, int]]:
    """The places of names with 和 or 、 between them; none where a 和 may belong to a name (大同市, 和平县)."""
    found = [(question.find(name), len(name)) for name in named(question) if not name[0].isdigit()]
    spans = sorted((at, at + length) for at, length in found if at >= 0)
    joints = [question[end:start] for (_, end), (start, _) in pairwise(spans)]
    if len(spans) < 2 or not all(_TOGETHER.fullmatch(joint) for joint in joints):
        return []
    if any(_TOGETHER.search(question[start:end]) for start, end in spans):
        return []
    return [] if spans[0][0] and _TOGETHER.fullmatch(question[spans[0][0] - 1]) else spans


def together(parts: Sequence[Part], found: Sequence[Composition], language: Language) -> Composition:
    """The parts' answers in one, each under its label; refused where all of them are."""
    answered = [(part, one) for part, one in zip(parts, found, strict=True) if not one.refused]
    if not answered:
        return max(found, key=lambda one: one.confidence)
    confidence = min(one.confidence for _, one in answered)
    lines: list[str] = [phrase("caution", language).rstrip()] if confidence < CAUTION_BELOW else []
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
    return Composition("\n".join(lines), False, confidence, tuple(citations), short_answer="；".join(shorts))
