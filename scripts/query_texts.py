"""Questions and short texts for the query encoder to learn on, from a folder of reading sets.

    python scripts/query_texts.py ../shared/eval [SEED]

prints a sample. Questions of the split `dev` and those of DRCD test are for validation; no text is made from their
paragraphs either.
"""

from __future__ import annotations

import gzip
import itertools
import json
import random
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import opencc

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from retrieval.sentences import sentences
from scripts.news_questions import news_questions

SHORTEST, LONGEST = 6, 60  # characters
COUNTS = {"drcd": 3600, "squad2": 7000, "jaquad": 2500, "news questions": 7000, "news": 7000, "paragraphs": 6000}
"""How many texts of each kind; questions of DRCD come in simplified characters too."""
_CLAUSE = re.compile(r"[^，；：。！？,;\n]+")
_TRIES = 20  # for a piece of the right length
_FURNITURE = re.compile(r"正文|标题|\d\d:\d\d|https?:")


def training_texts(folder: Path, seed: int) -> list[str]:
    """Texts to train on, each once, in random order; the same for the same seed. Raises OSError for missing files."""
    random_ = random.Random(seed)
    simplify = opencc.OpenCC("t2s").convert
    asked: dict[str, list[str]] = {"drcd": [], "squad2": [], "jaquad": []}
    for row in _rows(folder / "reading.questions.jsonl.gz"):
        source = row["id"].split("-")[0]
        if row["split"] == "train" and not row["id"].startswith("drcd-test"):
            asked[source].append(row["question"].strip())
    chosen = {source: _sample(questions, COUNTS[source], random_) for source, questions in asked.items()}
    found = [*itertools.chain(*chosen.values()), *map(simplify, chosen["drcd"])]
    news = [row["body"] for row in _rows(folder / "news.articles.jsonl.gz")]
    made = (one.question for one in news_questions(news, random_))
    found += itertools.islice(made, COUNTS["news questions"])
    found += _pieces(random_.sample(news, min(len(news), COUNTS["news"])), COUNTS["news"], random_)
    sources = ("drcd-dev", "squad2")
    paragraphs = [row for row in _rows(folder / "reading.articles.jsonl.gz") if row["id"].startswith(sources)]
    found += _pieces([row["body"] for row in paragraphs], COUNTS["paragraphs"], random_)
    found += {row["title"] for row in paragraphs if row.get("title")}
    texts = sorted(set(found))
    random_.shuffle(texts)
    return texts


def validation_questions(folder: Path, count: int) -> dict[str, list[str]]:
    """At most `count` questions of each validation set, spread over it."""
    sets: dict[str, list[str]] = {"cmrc": [], "drcd-test": []}
    for row in _rows(folder / "reading.questions.jsonl.gz"):
        for name, questions in sets.items():
            if row["id"].startswith(name):
                questions.append(row["question"])
    return {name: questions[:: max(1, len(questions) // count)][:count] for name, questions in sets.items()}


def _pieces(texts: list[str], count: int, random_: random.Random) -> Iterator[str]:
    """At most `count` sentences, clauses and neighbouring clauses of random texts."""
    tried = (_piece(random_.choice(texts), random_) for _ in range(_TRIES * count if texts else 0))
    return itertools.islice(filter(None, tried), count)


def _piece(text: str, random_: random.Random) -> str | None:
    spans = list(sentences(text))
    start, end = random_.choice(spans) if spans else (0, 0)
    clauses = [match.span() for match in _CLAUSE.finditer(text, start, end)]
    if not clauses:
        return None
    first = random_.randrange(len(clauses))
    last = min(len(clauses), first + random_.choice((1, 1, 2, 3))) - 1
    piece = text[clauses[first][0] : clauses[last][1]].strip()
    return piece if SHORTEST <= len(piece) <= LONGEST and not _FURNITURE.search(piece) else None


def _sample(questions: list[str], count: int, random_: random.Random) -> list[str]:
    chosen = sorted({one for one in questions if one})
    return random_.sample(chosen, min(count, len(chosen)))


def _rows(path: Path) -> Iterable[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def main() -> None:
    """Print some of the texts."""
    texts = training_texts(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    print(f"{len(texts)} texts, {sum(map(len, texts)) / len(texts):.1f} characters on average")
    print("\n".join(texts[:40]))


if __name__ == "__main__":
    main()
