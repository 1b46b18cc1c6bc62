"""Questions that people of this project wrote on passages of the news articles, to train the span reader on.

    python scripts/written_questions.py FOLDER PASSAGES TEXT… > scripts/written_questions.jsonl

makes the file that is kept from texts with a block a passage: `@ NUMBER`, `H headline`, `A question ||| answer
[||| which occurrence]` and, asked in the same manner but not answered there, `N question`; PASSAGES gives the articles
and texts by number. The kept file holds places in the articles of `news.articles.jsonl.gz` in FOLDER, not their texts.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Block = dict[str, Any]
KEPT = Path(__file__).with_suffix(".jsonl")


@dataclass(frozen=True, slots=True)
class Written:
    """A question on `text`, whose headline is `title`; `text[start:end]` answers, or nothing where `start` is -1."""

    question: str
    text: str
    title: str
    start: int
    end: int


def load_written(folder: Path, kept: Path = KEPT) -> list[Written]:
    """The questions of `kept` with their texts; none when there is no such file, or `folder` has no news."""
    news = folder / "news.articles.jsonl.gz"
    if not kept.exists() or not news.exists():
        return []
    blocks = [json.loads(line) for line in kept.read_text("utf-8").splitlines()]
    wanted = {block["article"] for block in blocks}
    bodies = {}
    with gzip.open(news, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row["id"] in wanted:
                bodies[row["id"]] = row["body"]
    return [one for block in blocks if block["article"] in bodies for one in _of(block, bodies[block["article"]])]


def _of(block: Block, body: str) -> Iterator[Written]:
    text = squeezed(body[block["start"] : block["end"]])
    for question, *span in block["asked"]:
        start, end = span or (-1, -1)
        yield Written(question, text, block["headline"], start, end)


def squeezed(text: str) -> str:
    """`text` without blanks and line breaks."""
    return "".join(text.split())


def parse(text: str, passages: dict[str, Block], bodies: dict[str, str]) -> Iterator[Block]:
    """The blocks of a written text as they are kept; what does not stand in its passage is left out."""
    block: Block | None = None
    for line in map(str.strip, text.splitlines()):
        mark, _, rest = line.partition(" ")
        if mark == "@":
            if block and block["asked"]:
                yield block
            block = _begun(passages.get(rest.strip()), bodies)
        elif block and mark == "H":
            block["headline"] = rest.strip()
        elif block and mark == "N" and rest.strip():
            block["asked"].append([rest.strip()])
        elif block and mark == "A":
            asked = _answered(rest, squeezed(bodies[block["article"]][block["start"] : block["end"]]))
            block["asked"] += [asked] if asked else []
    if block and block["asked"]:
        yield block


def _begun(passage: Block | None, bodies: dict[str, str]) -> Block | None:
    """A block for `passage`, found in its article whatever blanks stand between."""
    if not passage:
        return None
    body = bodies[passage["id"]]
    places = [at for at, character in enumerate(body) if not character.isspace()]
    found = squeezed(body).find(squeezed(passage["text"]))
    if found < 0:
        return None
    last = places[found + len(squeezed(passage["text"])) - 1]
    return {"article": passage["id"], "start": places[found], "end": last + 1, "headline": "", "asked": []}


def _answered(rest: str, text: str) -> list[Any] | None:
    question, _, answer = rest.partition("|||")
    answer, _, which = answer.partition("|||")
    wanted, at = squeezed(answer), -1
    for _ in range(int(which) if which.strip().isdigit() else 1):
        at = text.find(wanted, at + 1)
    return [question.strip(), at, at + len(wanted)] if wanted and at >= 0 else None


def main() -> None:
    """Print the kept lines of the texts that the command line names."""
    folder, chosen, *texts = map(Path, sys.argv[1:])
    passages = json.loads(chosen.read_text("utf-8"))
    with gzip.open(folder / "news.articles.jsonl.gz", "rt", encoding="utf-8") as lines:
        bodies = {row["id"]: row["body"] for row in map(json.loads, lines)}
    for path in texts:
        for block in parse(path.read_text("utf-8"), passages, bodies):
            print(json.dumps(block, ensure_ascii=False))


if __name__ == "__main__":
    main()
