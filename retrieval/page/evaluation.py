"""How well pages are split into articles: gold, measures and a table.

    python -m retrieval.page.evaluation PAGES GOLD [--faults]

PAGES is a folder of page dumps (`*.txt`), GOLD one of files with the same names ending in `.json`. A gold file is a
list of articles in reading order; lines are counted from 0 in the file split at line feeds, offsets in code points:

- `title`, `subtitle`, `series`, `byline`, `headings`, `captions`, `doubled`: spans `[line, start, end]`; `doubled` is
  the second half of a shadowed headline
- `names`: the people of the byline
- `body`: `[first line, last line]`, both included, or a span where a line holds two things; blank lines and the spans
  of `headings` within it are not body
- `joins`: `[line, next line]` where a paragraph, heading or caption goes on over the end of a line
- `gaps`: `[line, next line]` where the file lacks the text between the two; how they are parted is not judged
- `other_titles`: further readings of the headline that are as good
- `starts_in_middle`, `stops_in_middle`: the article's beginning or end is not on the page
- `key`: some characters of the headline or, where there is none, of the text
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

from retrieval.sentences import sentences

Span = tuple[int, int, int]
Link = tuple[int, int]

MOST_FOREIGN = 0.02  # of a predicted article that still counts as recovered whole
LEAST_COVERED = 0.98  # of a gold article's body
_NO_ARTICLE = -1
_BREAK = -1  # in a stream of offsets: a paragraph ends
_MEANT = frozenset("%‰")  # punctuation to Unicode, part of a number to a reader


class Predicted(Protocol):
    """An article as the page reader gives it; `origin` has for each code point of `body` its offset or -1."""

    @property
    def title(self) -> str:
        """The headline."""

    @property
    def author(self) -> tuple[str, ...]:
        """The people of the byline."""

    @property
    def body(self) -> str:
        """Paragraphs, one a line."""

    @property
    def origin(self) -> tuple[int, ...]:
        """Offsets in the page."""

    @property
    def captions(self) -> tuple[str, ...]:
        """Captions with their credits."""

    @property
    def headings(self) -> tuple[str, ...]:
        """Section headings."""


ReadPage = Callable[[str], Sequence[Predicted]]


@dataclass(frozen=True, slots=True)
class GoldArticle:
    """One article of a page as a person reads it; `parts` are the stretches of its body in reading order."""

    key: str
    title: tuple[Span, ...] = ()
    subtitle: tuple[Span, ...] = ()
    series: tuple[Span, ...] = ()
    byline: tuple[Span, ...] = ()
    names: tuple[str, ...] = ()
    headings: tuple[Span, ...] = ()
    captions: tuple[Span, ...] = ()
    doubled: tuple[Span, ...] = ()
    parts: tuple[Span, ...] = ()
    joins: frozenset[Link] = frozenset()
    gaps: frozenset[Link] = frozenset()
    other_titles: tuple[tuple[Span, ...], ...] = ()
    starts_in_middle: bool = False
    stops_in_middle: bool = False


def parse_gold(records: Sequence[Mapping[str, Any]], text: str) -> list[GoldArticle]:
    """The articles of a gold file for the page `text`. Raises ValueError where a span lies outside the page."""
    lines = text.split("\n")
    articles = [_parse_article(record, lines) for record in records]
    for article in articles:
        for line, start, end in _all_spans(article):
            if not (0 <= line < len(lines) and 0 <= start < end <= len(lines[line])):
                raise ValueError(f"the span {[line, start, end]} of '{article.key}' is not on the page")
    return articles


def _parse_article(record: Mapping[str, Any], lines: Sequence[str]) -> GoldArticle:
    def spans(name: str) -> tuple[Span, ...]:
        return tuple((line, start, end) for line, start, end in record.get(name, ()))

    heading_lines = {line for line, _, _ in spans("headings")}
    parts: list[Span] = []
    for stretch in record["body"]:
        if len(stretch) == 3:
            parts.append((stretch[0], stretch[1], stretch[2]))
            continue
        for number in range(stretch[0], stretch[1] + 1):
            if number not in heading_lines and lines[number].strip():
                parts.append((number, 0, len(lines[number])))
    return GoldArticle(
        key=record["key"],
        title=spans("title"),
        subtitle=spans("subtitle"),
        series=spans("series"),
        byline=spans("byline"),
        names=tuple(record["names"]),
        headings=spans("headings"),
        captions=spans("captions"),
        doubled=spans("doubled"),
        parts=tuple(parts),
        joins=frozenset((line, following) for line, following in record["joins"]),
        gaps=frozenset((line, following) for line, following in record.get("gaps", ())),
        other_titles=tuple(
            tuple((line, start, end) for line, start, end in other) for other in record.get("other_titles", ())
        ),
        starts_in_middle=record["starts_in_middle"],
        stops_in_middle=record["stops_in_middle"],
    )


def _all_spans(article: GoldArticle) -> Iterator[Span]:
    yield from article.parts
    yield from _furniture(article)
    yield from article.headings


def _furniture(article: GoldArticle) -> Iterator[Span]:
    """What is printed with an article and is not its running text."""
    for spans in (article.title, article.subtitle, article.series, article.byline, article.captions, article.doubled):
        yield from spans


class Page:
    """A page's text with the offset of each line."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0]
        for line in text.split("\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)

    def range_of(self, span: Span) -> tuple[int, int]:
        """The span as offsets in the text, without the white space around it."""
        start, end = self._starts[span[0]] + span[1], self._starts[span[0]] + span[2]
        while start < end and self.text[start].isspace():
            start += 1
        while end > start and self.text[end - 1].isspace():
            end -= 1
        return start, end

    def read(self, spans: Iterable[Span]) -> str:
        """The text of the spans, a space between two."""
        return " ".join(self.text[slice(*self.range_of(span))] for span in spans)

    def offsets(self, spans: Iterable[Span]) -> Iterator[int]:
        """The offsets of the characters that are compared."""
        for span in spans:
            yield from (offset for offset in range(*self.range_of(span)) if _is_compared(self.text[offset]))


def gold_body(page: Page, article: GoldArticle) -> tuple[str, tuple[int, ...]]:
    """The article's body with its cut lines joined, a paragraph a line, and the offset in the page of each code point.

    -1 stands for what is not on the page: the line feeds between paragraphs, and spaces between joined Latin words.
    """
    characters: list[str] = []
    origin: list[int] = []
    for index, part in enumerate(article.parts):
        start, end = page.range_of(part)
        if characters:
            link = (article.parts[index - 1][0], part[0])
            latin = characters[-1].isascii() and page.text[start].isascii()
            joint = "\n" if link not in article.joins else " " if latin and characters[-1].isalpha() else ""
            characters.extend(joint)
            origin.extend([-1] * len(joint))
        characters.extend(page.text[start:end])
        origin.extend(range(start, end))
    return "".join(characters), tuple(origin)


def blocks(page: Page, spans: Sequence[Span], joins: frozenset[Link]) -> list[str]:
    """Headings or captions, those over several lines put together."""
    texts: list[str] = []
    for index, span in enumerate(spans):
        if index and (spans[index - 1][0], span[0]) in joins:
            texts[-1] += page.read([span])
        else:
            texts.append(page.read([span]))
    return texts


def evaluate(pages: Iterable[tuple[str, Sequence[GoldArticle]]], read: ReadPage) -> dict[str, float]:
    """The measures over the pages taken together; each is between 0 and 1 but for the counts.

    Characters are compared by their offset in the page, letters, digits and symbols only: punctuation may be unified,
    spaces and the line feeds of the column may go. A predicted article is matched with the gold article that it shares
    most text with, one to one, largest overlap first.

    - `pages`, `articles`, `predicted`: counts
    - `boundary_f1`: over the body characters in the order of the file, labelled with their article: the harmonic mean
      of precision and recall of the boundaries, of which only those in exactly the same place count (Pevzner and
      Hearst, "A Critique and Improvement of an Evaluation Metric for Text Segmentation", Computational Linguistics
      28(1), 2002, section 2). A character that no predicted article holds has the label before it.
    - `window_diff`: the same labels by WindowDiff (the same paper, section 5): the share of windows of half the mean
      length of a gold stretch in which the two numbers of boundaries differ; mean over pages; 0 is best
    - `whole`: share of articles of which one predicted article has at least 98% of the body while at most 2% of it is
      another article's
    - `title`: share of articles whose predicted headline is the same, after NFKC, without white space and punctuation;
      one without a headline on the page is right when it has none or its own first words
    - `byline`: share of equal sets of names, among articles where the page or the prediction has one
    - `sentences`: share of the gold sentences (`retrieval.sentences` over the gold body) whose characters follow each
      other in the body of the article matched with theirs, within one paragraph
    - `joins`: share of the cut lines whose end is followed by its continuation in a predicted body
    - `paragraphs`: share of the other neighbours among lines, where a paragraph ends, that a predicted body parts
    - `headings`, `captions`: share found as such
    - `foreign`: share of the characters of predicted bodies that are another article's than most of that body
    - `furniture`: share of them that are headline, byline or caption
    - `lost`: share of the gold bodies' characters that no predicted body holds
    - `repeated`: share of the characters of predicted bodies that stood in one before
    """
    total: Counter[str] = Counter()
    window_diffs: list[float] = []
    for text, gold in pages:
        score = score_page(text, gold, read(text))
        total.update(score.counts)
        window_diffs.append(score.window_diff)
    return _measures(total, window_diffs)


_SHARES: dict[str, tuple[str, str, float]] = {  # measure: what is counted, of what, and the value where there is none
    "whole": ("bodies_right", "bodies", 1.0),
    "title": ("titles_right", "titles", 1.0),
    "byline": ("bylines_right", "bylines", 1.0),
    **{name: (f"{name}_right", name, 1.0) for name in ("sentences", "joins", "paragraphs", "headings", "captions")},
    "foreign": ("foreign", "predicted_characters", 0.0),
    "furniture": ("furniture", "predicted_characters", 0.0),
    "lost": ("lost", "gold_characters", 0.0),
    "repeated": ("repeated", "predicted_characters", 0.0),
}
COUNTS = ("pages", "articles", "predicted")
MEASURES = ("boundary_f1", "window_diff", *_SHARES)


def _measures(total: Counter[str], window_diffs: Sequence[float]) -> dict[str, float]:
    boundaries = total["boundaries_gold"] + total["boundaries_predicted"]
    values: dict[str, float] = {name: total[name] for name in COUNTS}
    values["boundary_f1"] = 2 * total["boundaries_right"] / boundaries if boundaries else 1.0
    values["window_diff"] = sum(window_diffs) / len(window_diffs) if window_diffs else 0.0
    for name, (counted, of, otherwise) in _SHARES.items():
        values[name] = total[counted] / total[of] if total[of] else otherwise
    return values


@dataclass(frozen=True, slots=True)
class PageScore:
    """What was counted on one page; `faults` says where, a line each."""

    counts: Counter[str]
    window_diff: float
    faults: tuple[str, ...]


def score_page(text: str, gold: Sequence[GoldArticle], predicted: Sequence[Predicted]) -> PageScore:
    """Compare one page's articles with gold.

    Raises ValueError where a predicted article's `origin` is not one offset for each code point of its body.
    """
    page = Page(text)
    reading = _Reading(page, predicted)
    owners = _owners(page, gold)
    bodies = [list(page.offsets(article.parts)) for article in gold]
    matches = _match(page, gold, bodies, reading)
    counts: Counter[str] = Counter(pages=1, articles=len(gold), predicted=len(predicted))

    labelled = sorted((offset, index) for index, body in enumerate(bodies) for offset in body)
    gold_labels = [index for _, index in labelled]
    labels = _carried([reading.article_at.get(offset, _NO_ARTICLE) for offset, _ in labelled])
    gold_boundaries, boundaries = _boundaries(gold_labels), _boundaries(labels)
    counts["boundaries_gold"] = len(gold_boundaries)
    counts["boundaries_predicted"] = len(boundaries)
    counts["boundaries_right"] = len(gold_boundaries & boundaries)
    counts["gold_characters"] = len(labelled)
    counts["lost"] = sum(offset not in reading.article_at for offset, _ in labelled)

    furniture = {offset for article in gold for offset in page.offsets(_furniture(article))}
    for stream in reading.streams:
        offsets = [offset for offset in stream if offset != _BREAK]
        held = Counter(owners[offset] for offset in offsets if offset in owners)
        counts["predicted_characters"] += len(offsets)
        counts["foreign"] += held.total() - max(held.values(), default=0)
        counts["furniture"] += sum(offset in furniture for offset in offsets)
    counts["repeated"] = counts["predicted_characters"] - len(reading.article_at)

    tally = _Tally(counts, [])
    for index, article in enumerate(gold):
        match = matches.get(index)
        found = None if match is None else predicted[match]
        if bodies[index]:
            whole = match is not None and _is_whole(bodies[index], reading.streams[match], owners, index)
            tally.judge("bodies", whole, f"{article.key}: not recovered whole")
        _judge_title(page, article, found, tally)
        _judge_byline(article, found, tally)
        _judge_sentences(page, article, None if match is None else reading.holder(match), tally)
        _judge_links(page, article, reading, tally)
        _judge_blocks(page, article, found, tally)
    return PageScore(counts, window_diff(gold_labels, labels), tuple(tally.faults))


@dataclass(frozen=True, slots=True)
class _Tally:
    """What was right of how many, under names as in `_SHARES`, and a line for each fault."""

    counts: Counter[str]
    faults: list[str]

    def judge(self, name: str, right: bool, fault: str) -> None:
        self.counts[name] += 1
        self.counts[f"{name}_right"] += right
        if not right:
            self.faults.append(fault)


class _Reading:
    """The predicted bodies as streams of page offsets: what is compared, and `_BREAK` where a paragraph ends."""

    def __init__(self, page: Page, predicted: Sequence[Predicted]) -> None:
        self.predicted = predicted
        self.streams: list[list[int]] = []
        self.places: list[dict[int, list[int]]] = []
        self.article_at: dict[int, int] = {}
        for index, article in enumerate(predicted):
            if len(article.origin) != len(article.body):
                raise ValueError(
                    f"origin has {len(article.origin)} entries for a body of {len(article.body)} characters"
                )
            stream: list[int] = []
            places: dict[int, list[int]] = {}
            for character, offset in zip(article.body, article.origin, strict=True):
                if character == "\n":
                    stream.append(_BREAK)
                elif offset >= len(page.text):
                    raise ValueError(f"origin has the offset {offset} on a page of {len(page.text)} characters")
                elif offset >= 0 and _is_compared(page.text[offset]):
                    places.setdefault(offset, []).append(len(stream))
                    stream.append(offset)
                    self.article_at.setdefault(offset, index)
            self.streams.append(stream)
            self.places.append(places)

    def holds(self, index: int, offsets: Sequence[int]) -> bool:
        """Whether the offsets follow each other in the body of the predicted article `index`."""
        stream = self.streams[index]
        wanted = list(offsets)
        return any(stream[at : at + len(wanted)] == wanted for at in self.places[index].get(offsets[0], ()))

    def holder(self, index: int) -> Callable[[Sequence[int]], bool]:
        """`holds` for one predicted article."""
        return partial(self.holds, index)

    def ends_at(self, offset: int) -> bool:
        """Whether a paragraph ends after the character."""
        index = self.article_at.get(offset)
        if index is None:
            return False
        stream = self.streams[index]
        return all(at + 1 == len(stream) or stream[at + 1] == _BREAK for at in self.places[index][offset])

    def begins_at(self, offset: int) -> bool:
        """Whether a paragraph begins with the character."""
        index = self.article_at.get(offset)
        if index is None:
            return False
        return all(at == 0 or self.streams[index][at - 1] == _BREAK for at in self.places[index][offset])


def _owners(page: Page, gold: Sequence[GoldArticle]) -> dict[int, int]:
    return {offset: index for index, article in enumerate(gold) for offset in page.offsets(_all_spans(article))}


def _match(
    page: Page, gold: Sequence[GoldArticle], bodies: Sequence[Sequence[int]], reading: _Reading
) -> dict[int, int]:
    """Gold article → predicted article. One without a body is matched by its headline."""
    overlaps = Counter(
        (index, place)
        for index, body in enumerate(bodies)
        for place, places in enumerate(reading.places)
        for offset in body
        if offset in places
    )
    matches: dict[int, int] = {}
    taken: set[int] = set()
    for index, place in sorted(overlaps, key=lambda pair: (-overlaps[pair], pair)):
        if index not in matches and place not in taken:
            matches[index] = place
            taken.add(place)
    for index, article in enumerate(gold):
        for place, predicted in enumerate(reading.predicted):
            if not bodies[index] and place not in taken and _is_title(page, article, predicted):
                matches[index] = place
                taken.add(place)
                break
    return matches


def _is_whole(body: Sequence[int], stream: Sequence[int], owners: Mapping[int, int], index: int) -> bool:
    held = {offset for offset in stream if offset != _BREAK}
    covered = sum(offset in held for offset in body)
    foreign = sum(owners.get(offset, index) != index for offset in held)
    return covered >= LEAST_COVERED * len(body) and foreign <= MOST_FOREIGN * len(held)


def _is_title(page: Page, article: GoldArticle, predicted: Predicted) -> bool:
    title = plain(predicted.title)
    if not article.title:
        return not title or plain(gold_body(page, article)[0]).startswith(title)
    return title in {plain(page.read(spans)) for spans in (article.title, *article.other_titles)}


def _judge_title(page: Page, article: GoldArticle, found: Predicted | None, tally: _Tally) -> None:
    right = found is not None and _is_title(page, article, found)
    tally.judge("titles", right, f"{article.key}: headline '{found.title if found else ''}'")


def _judge_byline(article: GoldArticle, found: Predicted | None, tally: _Tally) -> None:
    author = found.author if found else ()
    gold_names, names = {plain(name) for name in article.names}, {plain(name) for name in author}
    if gold_names or names:
        fault = f"{article.key}: byline {' '.join(author) or 'missing'}, not {' '.join(article.names) or 'any'}"
        tally.judge("bylines", gold_names == names, fault)


def _judge_sentences(
    page: Page, article: GoldArticle, holds: Callable[[Sequence[int]], bool] | None, tally: _Tally
) -> None:
    body, origin = gold_body(page, article)
    for start, end in sentences(body):
        offsets = [offset for offset in origin[start:end] if offset >= 0 and _is_compared(page.text[offset])]
        if offsets:
            right = holds is not None and holds(offsets)
            tally.judge("sentences", right, f"{article.key}: sentence '{body[start:end]}'")


def _judge_links(page: Page, article: GoldArticle, reading: _Reading, tally: _Tally) -> None:
    """The ends of the lines within the body: joined or parted."""
    for part, following in pairwise(article.parts):
        before, after = list(page.offsets([part])), list(page.offsets([following]))
        link = (part[0], following[0])
        if not before or not after or link in article.gaps:
            continue
        if link in article.joins:
            joined = any(reading.holds(index, [before[-1], after[0]]) for index in range(len(reading.streams)))
            tally.judge("joins", joined, f"{article.key}: line {link[0]} is not joined to {link[1]}")
        else:
            parted = reading.ends_at(before[-1]) and reading.begins_at(after[0])
            tally.judge("paragraphs", parted, f"{article.key}: line {link[0]} and {link[1]} are not two paragraphs")


def _judge_blocks(page: Page, article: GoldArticle, found: Predicted | None, tally: _Tally) -> None:
    headings = {plain(heading) for heading in found.headings} if found else set()
    captions = "".join(plain(caption) for caption in found.captions) if found else ""
    for heading in blocks(page, article.headings, article.joins):
        tally.judge("headings", plain(heading) in headings, f"{article.key}: heading '{heading}'")
    for caption in blocks(page, article.captions, article.joins):
        tally.judge("captions", plain(caption) in captions, f"{article.key}: caption '{caption}'")


def plain(text: str) -> str:
    """The text as titles and names are compared: NFKC, without white space and punctuation."""
    return "".join(character for character in unicodedata.normalize("NFKC", text) if _is_compared(character))


@cache
def _is_compared(character: str) -> bool:
    if character.isspace():
        return False
    return character in _MEANT or unicodedata.category(character)[0] not in "PZC"


def _carried(labels: Iterable[int]) -> list[int]:
    """The labels, with `_NO_ARTICLE` replaced by the label before it, at the beginning by the first."""
    carried: list[int] = []
    for label in labels:
        carried.append(carried[-1] if label == _NO_ARTICLE and carried else label)
    first = next((label for label in carried if label != _NO_ARTICLE), _NO_ARTICLE)
    return [first if label == _NO_ARTICLE else label for label in carried]


def _boundaries(labels: Sequence[int]) -> set[int]:
    return {at for at, (before, after) in enumerate(pairwise(labels), 1) if before != after}


def window_diff(gold: Sequence[int], predicted: Sequence[int]) -> float:
    """WindowDiff of two labellings of the same characters: 0 where they have their boundaries in the same places.

    `1 / (N - k) * Σ [|b(gold, i, i + k) - b(predicted, i, i + k)| > 0]` with `b` the number of boundaries between the
    characters `i` and `i + k`, and `k` half the mean length of a gold stretch (Pevzner and Hearst, 2002, section 5).
    Raises ValueError where the lengths differ.
    """
    if len(gold) != len(predicted):
        raise ValueError(f"{len(gold)} gold labels for {len(predicted)} predicted ones")
    size = max(1, round(len(gold) / (len(_boundaries(gold)) + 1) / 2))
    windows = len(gold) - size
    if windows <= 0:
        return 0.0
    ahead, behind = _running(gold), _running(predicted)
    differing = sum(ahead[i + size] - ahead[i] != behind[i + size] - behind[i] for i in range(windows))
    return differing / windows


def _running(labels: Sequence[int]) -> list[int]:
    """For each position the number of boundaries up to it."""
    counts = [0]
    for before, after in pairwise(labels):
        counts.append(counts[-1] + (before != after))
    return counts


def table(groups: Mapping[str, Mapping[str, float]]) -> str:
    """The measures of `evaluate` as a Markdown table, a row for each group."""
    heads = ["pages of", *COUNTS, *(name.replace("_", " ") for name in MEASURES)]
    rows = ["| " + " | ".join(heads) + " |", "| --- |" + " ---: |" * (len(heads) - 1)]
    for group, values in groups.items():
        cells = [group, *(f"{values[name]:.0f}" for name in COUNTS), *(f"{values[name]:.3f}" for name in MEASURES)]
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows)


def read_pages(pages: Path, gold: Path) -> dict[str, tuple[str, list[GoldArticle]]]:
    """File name without suffix → page and gold, for every gold file, in the order of their names.

    Raises FileNotFoundError where a page is missing.
    """
    read = {}
    for gold_file in sorted(gold.glob("*.json")):
        text = (pages / f"{gold_file.stem}.txt").read_bytes().decode("utf-8")
        read[gold_file.stem] = (text, parse_gold(json.loads(gold_file.read_text(encoding="utf-8")), text))
    return read


def group_of(name: str) -> str:
    """The group of a page: `severity 3` for the composed `s3_017`, its own name for any other."""
    composed = re.fullmatch(r"s(\d)_\d+", name)
    return f"severity {composed[1]}" if composed else name


def evaluate_groups(
    pages: Mapping[str, tuple[str, Sequence[GoldArticle]]], read: ReadPage
) -> dict[str, dict[str, float]]:
    """The measures of each group of pages, and of `all`."""
    grouped: dict[str, list[tuple[str, Sequence[GoldArticle]]]] = {}
    for name, page in pages.items():
        grouped.setdefault(group_of(name), []).append(page)
    groups = {group: evaluate(members, read) for group, members in sorted(grouped.items())}
    return groups | {"all": evaluate(pages.values(), read)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table for a folder of pages and one of gold."""
    parser = argparse.ArgumentParser(description="Measure the splitting of pages into articles.")
    parser.add_argument("pages", type=Path, help="folder of *.txt")
    parser.add_argument("gold", type=Path, help="folder of *.json with the same names")
    parser.add_argument("--faults", action="store_true", help="list what is wrong on each page")
    options = parser.parse_args(arguments)
    pages = read_pages(options.pages, options.gold)
    read: ReadPage = import_module("retrieval.page.read").read_page  # here, so that the measures do not need the reader
    if options.faults:
        for name, (text, gold) in pages.items():
            for fault in score_page(text, gold, read(text)).faults:
                print(name, fault, sep="\t")
    print(table(evaluate_groups(pages, read)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
