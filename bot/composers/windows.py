"""What of the passages found is worth reading closely: about the best sentences, so that reading stays cheap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.composers.evidence import Evidence
from retrieval.hit import Hit
from retrieval.ingest import heading_of

BUDGETS = (260, 200, 150, 120, 120)
"""Characters to read of the most promising passage, the second, and so on; the rest is not read."""


@dataclass(frozen=True, slots=True)
class Window:
    """Neighbouring sentences of a passage, `hit.passage.text[start:end]`."""

    hit: Hit
    start: int
    end: int

    @property
    def heading(self) -> str:
        """What the reader sees before them: the article's title, which often says who 他 is."""
        return heading_of(self.hit.title)

    @property
    def text(self) -> str:
        """What the reader sees."""
        return self.heading + self.hit.passage.text[self.start : self.end]


def windows(evidence: Sequence[Evidence]) -> list[Window]:
    """The windows of the passages with the best sentences, best first; `evidence` is best first too."""
    passages: dict[int, list[Evidence]] = {}
    for one in evidence:
        passages.setdefault(one.hit.passage.passage_id, []).append(one)
    return [_around(found, budget) for found, budget in zip(passages.values(), BUDGETS, strict=False)]


def _around(found: Sequence[Evidence], budget: int) -> Window:
    """The best sentence with its neighbours, the better one first, while they fit."""
    ordered = sorted(found, key=lambda one: one.start)
    first = last = ordered.index(found[0])
    while True:
        before = ordered[first - 1] if first else None
        after = ordered[last + 1] if last + 1 < len(ordered) else None
        start, end = ordered[first].start, ordered[last].end
        fitting = [one for one in (before, after) if one and max(end, one.end) - min(start, one.start) <= budget]
        if not fitting:
            return Window(found[0].hit, start, end)
        if max(fitting, key=lambda one: one.score) is before:
            first -= 1
        else:
            last += 1
