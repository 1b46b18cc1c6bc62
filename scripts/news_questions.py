"""Questions made from news sentences: a figure, a date or a quoted title is replaced by what asks for it.

    在第三季度，全市新建公园12座。  →  在第三季度，全市新建公园多少座？   12座

News text has what encyclopedias lack: several figures of one kind side by side, measure words, and qualifiers such as
近 and 余, which belong to the answer.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from retrieval.whole_spans import whole_span

_SENTENCE = re.compile(r"[^。！？\n]{12,160}[。！？]")
_NUMBER = re.compile(r"(?<![\d.年月a-zA-Z-])\d[\d,.]*(?:亿|万|千|百)?(?![\d.a-zA-Z])")
_DATE = re.compile(r"(?:\d{4}年)?\d{1,2}月\d{1,2}日|(?<!\d)(?:19|20)\d\d年(?!\d)")
_TITLE = re.compile(r"《[^《》\n]{2,24}》")
_FURNITURE = re.compile(r"正文：|标题：|\d\d:\d\d|摄|\d{4}-\d")
_CLAUSE = re.compile(r"[^，；：,;]+[，；：,;]?")
_WHEN = ("什么时候", "哪一天", "何时", "哪天")
_YEAR = ("哪一年", "哪年", "什么时候")


@dataclass(frozen=True, slots=True)
class NewsQuestion:
    """A question, and the span `text[start:end]` that answers it; its sentence is `text[first:last]`."""

    question: str
    text: str
    start: int
    end: int
    first: int
    last: int


def news_questions(texts: list[str], random_: random.Random) -> Iterator[NewsQuestion]:
    """Questions without end, each from a random sentence of a random text. Raises ValueError when there is no text."""
    if not texts:
        raise ValueError("There is no news text to make questions from.")
    while True:
        text = random_.choice(texts)
        sentences = [sentence for sentence in _SENTENCE.finditer(text) if not _FURNITURE.search(sentence[0])]
        if not sentences:
            continue
        made = _ask(text, random_.choice(sentences), random_)
        if made:
            yield made


def _ask(text: str, sentence: re.Match[str], random_: random.Random) -> NewsQuestion | None:
    spans = list(_askable(text, sentence, random_))
    if not spans:
        return None
    start, end, asks = random_.choice(spans)
    question = _shortened(text, sentence, start, end, asks, random_)
    return NewsQuestion(question, text, start, end, *sentence.span()) if question else None


def _askable(text: str, sentence: re.Match[str], random_: random.Random) -> Iterator[tuple[int, int, str]]:
    first, last = sentence.span()
    dates = [match.span() for match in _DATE.finditer(text, first, last)]
    for start, end in dates:
        yield start, end, random_.choice(_YEAR if text[end - 1] == "年" else _WHEN)
    for match in _TITLE.finditer(text, first, last):
        yield *match.span(), random_.choice(("什么", "哪一部作品", "哪个文件"))
    for match in _NUMBER.finditer(text, first, last):
        if any(start <= match.start() < end for start, end in dates):
            continue
        start, end = whole_span(text, *match.span())
        unit = re.sub(r"^[多余]", "", text[match.end() : end])
        if end > match.end() or text[end : end + 1] in "，。；、":
            yield start, end, random_.choice(("多少", "多少", "几" if len(match[0]) < 3 else "多少")) + unit


def _shortened(
    text: str, sentence: re.Match[str], start: int, end: int, asks: str, random_: random.Random
) -> str | None:
    """The clause of the span with the asking words in its place; mostly with the clause before it."""
    clauses = list(_CLAUSE.finditer(text, *sentence.span()))
    own = next((n for n, clause in enumerate(clauses) if clause.start() <= start < clause.end()), None)
    if own is None or end > clauses[own].end():
        return None
    from_ = clauses[max(0, own - random_.choice((0, 1, 1, 2)))].start()
    before = text[from_:start].strip("“”、 ")
    after = text[end : clauses[own].end()].rstrip("，；：,;。！？”、 ")
    if sum(map(str.isalnum, before + after)) < 8:
        return None
    if random_.random() < 0.5:
        before = _thinned(before, random_)
    return f"{before}{asks}{after}"[-80:] + random_.choice(("？", "?", ""))


def _thinned(words: str, random_: random.Random) -> str:
    """Without one run of two to six characters: a person does not ask with all of the sentence's words."""
    if len(words) < 12:
        return words
    at = random_.randrange(len(words) - 6)
    return words[:at] + words[at + random_.randint(2, 6) :]
