"""A seeded plan of what a writer does, so that a checker knows what the archive must hold after any of its steps."""

from __future__ import annotations

import random
from dataclasses import dataclass

LONG = "今年汛期累计降雨量达到四百八十六毫米，澄江沿岸各站水位普遍上涨。"


@dataclass(frozen=True, slots=True)
class Step:
    """One file of articles (id → version), and then ids that are removed."""

    put: dict[str, int]
    removed: tuple[str, ...]


def record(article_id: str, version: int) -> dict[str, object]:
    """The article as a line of JSONL; the same id and version give the same text everywhere."""
    chosen = random.Random(f"{article_id}/{version}")
    body = f"{word(article_id)}，{word(f'{article_id}v{version}')}。" + LONG * chosen.randrange(1, 25)
    return {"id": article_id, "title": f"第{version}版的{article_id}", "body": body, "published": "2025-05-16"}


def word(name: str) -> str:
    """A word that no other text holds."""
    return f"zq{name}qz"


def steps(seed: int, count: int) -> list[Step]:
    """`count` steps; each adds some articles, replaces some and removes some."""
    chosen = random.Random(seed)
    held: dict[str, int] = {}
    made: list[Step] = []
    for number in range(count):
        put = {f"a{number}n{i}": 0 for i in range(chosen.randrange(1, 4))}
        put |= {one: held[one] + 1 for one in chosen.sample(sorted(held), min(len(held), chosen.randrange(3)))}
        left = sorted(set(held) - set(put))
        removed = tuple(chosen.sample(left, min(len(left), chosen.randrange(2))))
        held = {one: version for one, version in (held | put).items() if one not in removed}
        made.append(Step(put, removed))
    return made


def states(plan: list[Step]) -> list[dict[str, int]]:
    """What is held after 0, 1, 2 … steps: id → version."""
    held: list[dict[str, int]] = [{}]
    for step in plan:
        after = held[-1] | step.put
        held.append({one: version for one, version in after.items() if one not in step.removed})
    return held
