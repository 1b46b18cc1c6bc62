"""Questions with passages to train and to judge the span reader on, from a folder of reading sets.

    python scripts/reader_data.py ../shared/eval [COUNT]

prints a sample of training windows. `reading.articles.jsonl.gz` and `reading.questions.jsonl.gz` are read; questions of
the split `dev` are for validation and never become windows of training. Traditional characters become simplified.
"""

from __future__ import annotations

import gzip
import itertools
import json
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import opencc

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from retrieval.whole_spans import whole_span
from scripts.hard_negatives import PassageFinder, wrong_specific
from scripts.news_questions import NewsQuestion, news_questions
from scripts.written_questions import Written, load_written

_T = TypeVar("_T")

LONGEST = 240
"""Characters of the longest window."""
SHORTEST = 90
# Shares of the kinds of window. Of the machine-translated questions, the unanswerable are the more useful: each is
# asked of a text that speaks of nearly the same. Those that were written on news are the most like what readers ask.
SHARES = {
    "drcd": 0.12,
    "similar": 0.03,
    "own": 0.02,
    "wrong specific": 0.03,
    "translated": 0.01,
    "translated unanswerable": 0.02,
    "news": 0.01,
    "news unanswerable": 0.01,
    "written": 0.45,
    "written unanswerable": 0.30,
}
CROPPED = 0.3  # share of the written questions whose text is cut
HEADED = 0.85  # share of them that begin with the headline written for the text
TITLED = 0.5  # share of the windows that begin with their text's title, where there is one


@dataclass(frozen=True, slots=True)
class Reading:
    """A question, a text, and every string of it that answers; none: the text has no answer."""

    question: str
    text: str
    title: str
    answers: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Window:
    """What the reader sees, and the span `text[start:end]` that it should give; `start` is -1 where there is none."""

    question: str
    text: str
    start: int
    end: int
    kind: str


def load_readings(folder: Path, split: str) -> list[Reading]:
    """The Chinese readings of `split`, in the order of the file. Raises OSError when a file is missing."""
    simplify = opencc.OpenCC("t2s").convert
    articles = {row["id"]: row for row in _rows(folder / "reading.articles.jsonl.gz")}
    texts: dict[str, str] = {}
    readings = []
    for row in _rows(folder / "reading.questions.jsonl.gz"):
        source = row["id"].split("-")[0]
        if row["split"] != split or source == "jaquad":
            continue
        article = articles[row["article"]]
        body = texts.setdefault(article["id"], simplify(article["body"]))
        answers = tuple(simplify(answer) for answer in row["answers"])
        readings.append(Reading(simplify(row["question"]), body, simplify(article.get("title") or ""), answers, source))
    return readings


def load_news(folder: Path) -> list[str]:
    """The bodies of the news articles; none when the folder has no file of them."""
    path = folder / "news.articles.jsonl.gz"
    return [row["body"] for row in _rows(path)] if path.exists() else []


def windows(
    readings: list[Reading], seed: int, news: list[str] | None = None, written: list[Written] | None = None
) -> Iterator[Window]:
    """Training windows without end, of the kinds in `SHARES`; the same for the same arguments.

    Every answerable DRCD question comes once before any comes again. Raises ValueError when there is none.
    """
    random_ = random.Random(seed)
    drcd = [r for r in readings if r.source == "drcd" and r.answers]
    translated = [r for r in readings if r.source == "squad2" and r.answers]
    unanswerable = [r for r in readings if r.source == "squad2" and not r.answers]
    if not any(map(locate, drcd)):
        raise ValueError("The data has no DRCD question whose answer stands in its article.")
    finder = PassageFinder([r.text for r in drcd])
    titles = {r.text: r.title for r in drcd}
    made = news_questions(news, random_) if news else iter(())
    positives, wrong = _cycle(drcd, random_), _cycle(drcd, random_)
    plain, refused = _cycle(translated, random_), _cycle(unanswerable, random_)
    asked = written or []
    by_hand = {
        "written": _cycle([one for one in asked if one.start >= 0], random_),
        "written unanswerable": _cycle([one for one in asked if one.start < 0], random_),
    }
    absent = {"translated": not (translated and unanswerable), "news": not news, "written": not written}
    kinds = [kind for kind in SHARES if not absent.get(kind.split()[0])]
    while True:
        kind = random_.choices(kinds, [SHARES[k] for k in kinds])[0]
        if kind == "drcd":
            window = positive(next(positives), random_, kind)
        elif kind == "translated":
            window = positive(next(plain), random_, kind)
        elif kind == "translated unanswerable":
            window = without_answer(next(refused), random_, kind)
        elif kind == "similar":
            window = similar(next(wrong), finder, titles, random_)
        elif kind == "own":
            window = own_rest(next(wrong), random_)
        elif kind.startswith("news"):
            window = from_news(next(made), kind, random_)
        elif kind.startswith("written"):
            window = from_written(next(by_hand[kind]), kind, random_)
        else:
            window = contradicted(next(wrong), random_)
        if window:
            yield window


def positive(reading: Reading, random_: random.Random, kind: str) -> Window | None:
    """A window around the answer; None when the answer is not in the text, as translations have it."""
    span = locate(reading)
    if not span:
        return None
    start, end = whole_span(reading.text, *span)
    text, offset = crop(reading.text, start, end, random_)
    return titled(Window(reading.question, text, start - offset, end - offset, kind), reading.title, random_)


def titled(window: Window, title: str, random_: random.Random) -> Window:
    """Sometimes the window with its title before it, as the reader gets it where an article has one."""
    if not title or random_.random() >= TITLED:
        return window
    shift = len(title) + 1 if window.start >= 0 else 0
    return replace(window, text=f"{title}\n{window.text}", start=window.start + shift, end=window.end + shift)


def from_written(made: Written, kind: str, random_: random.Random) -> Window:
    """The whole text, or now and then a piece of it with the answer, under its headline most of the time."""
    window = Window(made.question, made.text, made.start, made.end, kind)
    if made.start >= 0 and random_.random() < CROPPED:
        text, offset = crop(made.text, made.start, made.end, random_)
        window = Window(made.question, text, made.start - offset, made.end - offset, kind)
    headed = made.title and random_.random() < HEADED
    shift = len(made.title) + 1 if headed and window.start >= 0 else 0
    text = f"{made.title}\n{window.text}" if headed else window.text
    return replace(window, text=text, start=window.start + shift, end=window.end + shift)


def from_news(made: NewsQuestion, kind: str, random_: random.Random) -> Window | None:
    """A window of the news text around the answer; or, where it shall hold none, one whose sentence is missing."""
    if kind == "news":
        text, offset = crop(made.text, made.start, made.end, random_)
        return Window(made.question, text, made.start - offset, made.end - offset, kind)
    if random_.random() < 0.4:
        text, _ = crop(made.text, made.start, made.end, random_)
        other = wrong_specific(made.question, made.text, "", random_)
        return Window(other, text, -1, -1, kind) if other else None
    rest = made.text[: made.first] + made.text[made.last :]
    near = max(0, made.first - random_.randint(0, LONGEST))
    text = rest[near : near + random_.randint(SHORTEST, LONGEST)]
    return Window(made.question, text, -1, -1, kind) if len(text) > 40 else None


def without_answer(reading: Reading, random_: random.Random, kind: str) -> Window:
    """The part of a text without an answer that speaks most of what is asked, as search would choose it."""
    at = _most_alike(reading.question, reading.text)
    text, _ = crop(reading.text, at, at + 1, random_)
    return titled(Window(reading.question, text, -1, -1, kind), reading.title, random_)


def own_rest(reading: Reading, random_: random.Random) -> Window | None:
    """The question with the rest of its own text, before or after the sentence that answers it."""
    rest = [part for part in _around(reading) if len(part) > 24]
    return without_answer(replace(reading, text=random_.choice(rest)), random_, "own") if rest else None


def similar(reading: Reading, finder: PassageFinder, titles: dict[str, str], random_: random.Random) -> Window | None:
    """The question with a passage that reads like it but holds no answer."""
    found = [t for t in finder.similar(reading.question, 6) if not any(answer in t for answer in reading.answers)]
    if not found:
        return None
    chosen = random_.choice(found[:3])
    return without_answer(replace(reading, text=chosen, title=titles.get(chosen, "")), random_, "similar")


def _most_alike(question: str, text: str) -> int:
    """Where the sentence begins that shares most pairs of characters with the question."""
    asked = set(itertools.pairwise(question))
    starts = [0, *(at + 1 for at, character in enumerate(text[:-2]) if character in "。！？\n")]
    ends = [*starts[1:], len(text)]
    shared = [len(asked & set(itertools.pairwise(text[start:end]))) for start, end in zip(starts, ends, strict=True)]
    return starts[shared.index(max(shared))]


def contradicted(reading: Reading, random_: random.Random) -> Window | None:
    """The answerable window with another year, place, number or subject in the question."""
    window = positive(reading, random_, "wrong specific")
    question = window and wrong_specific(reading.question, reading.text, reading.title, random_)
    return replace(window, question=question, start=-1, end=-1) if window and question else None


def locate(reading: Reading) -> tuple[int, int] | None:
    """Where the answer stands: of several places, the one whose surroundings share most with the question."""
    asked = set(itertools.pairwise(reading.question))
    best: tuple[int, int, int] | None = None
    for answer in filter(None, reading.answers):
        at = reading.text.find(answer)
        while at >= 0:
            near = reading.text[max(0, at - 40) : at + len(answer) + 40]
            shared = len(asked & set(itertools.pairwise(near)))
            if best is None or shared > best[0]:
                best = (shared, at, at + len(answer))
            at = reading.text.find(answer, at + 1)
    return best[1:] if best else None


def crop(text: str, start: int, end: int, random_: random.Random) -> tuple[str, int]:
    """A piece of `text` of random length that holds [start, end), begun after a clause; and where it begins."""
    length = max(random_.randint(SHORTEST, LONGEST), min(end - start + 20, LONGEST))
    if random_.random() < 0.5:
        length = max((length + SHORTEST) // 2, end - start + 20)  # more short ones: they train sooner
    if len(text) <= length:
        return text, 0
    first = random_.randint(max(0, end - length), max(0, min(start, len(text) - length)))
    for at in range(first, min(first + 40, start if end else first + 40)):
        if text[at] in "。！？；，":
            first = at + 1
            break
    return text[first : first + max(length, end - first)], first


def _around(reading: Reading) -> list[str]:
    """The text before the answer's sentence and the text after it."""
    span = locate(reading)
    if not span or reading.text.count(reading.text[slice(*span)]) > 1:
        return []
    before = reading.text.rfind("。", 0, span[0]) + 1
    after = reading.text.find("。", span[1]) + 1
    return [reading.text[:before], reading.text[after:] if after else ""]


def _cycle(items: list[_T], random_: random.Random) -> Iterator[_T]:
    order = list(items)
    while True:
        random_.shuffle(order)
        yield from order


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def main() -> None:
    """Print windows of the folder that the command line names."""
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    folder = Path(sys.argv[1])
    stream = windows(load_readings(folder, "train"), 0, load_news(folder), load_written(folder))
    for _ in range(count):
        window = next(stream)
        print(f"[{window.kind}] {window.question}")
        if window.start < 0:
            print(f"    — {window.text}")
        else:
            span = f"【{window.text[window.start : window.end]}】"
            print(f"    {window.text[: window.start]}{span}{window.text[window.end :]}")


if __name__ == "__main__":
    main()
