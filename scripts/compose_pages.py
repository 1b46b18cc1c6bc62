"""Compose raw newspaper pages with known articles, from the sample archive, as exports of real pages spoil them.

    python scripts/compose_pages.py OUT [--pages 40] [--seed 7]

Writes OUT/s<severity>_<number>.txt and OUT/gold/<same>.json, in the gold format of `retrieval.page.evaluation`. The
same seed gives the same pages. The severities take turns; each adds to the ones before it, and what spoils a page does
so with some chance:

0. a paragraph a line and a blank line between, headline, subtitle and byline first
1. lines cut at a column of 13 to 24 characters, or now and then at a column's end; a blank line between all, or none
2. bylines in brackets at the end, with 本报记者 or before the first words; captions with credits in the middle;
   invented subtitles and series labels; shadowed headlines; spaces between justified characters and around numbers;
   half-width punctuation, full-width digits, 「」 for “”
3. the headline after the text or in its middle, or lost; an article without its beginning or its end. As on real
   pages, most articles of one page have it in one place
4. two articles in alternating blocks that break in the middle of a sentence
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

from retrieval.formats import RawDocument, read_documents

SEEDS = Path(__file__).resolve().parents[1] / "seeds"
SEVERITIES = range(5)
Record = dict[str, Any]

_CLOSING = "。，、；：！？”’）》」』,;:!?)…%"  # does not begin a line
_OPENING = "“‘（《「『("  # does not end one
_END = re.compile(r"[。！？!?…][”’」』）)]*$")
_WORD = re.compile(r"[A-Za-z0-9０-９.%+\-]+|——|……|.", re.DOTALL)  # what no line's end cuts
_FURNITURE = re.compile(r"记者 |作者：|责任编辑|湘原日报$")  # what a saved web page leaves around the text
_CAPTION = re.compile(r"(?:摄|供图)[）)]?$")
_HALF_WIDTH = str.maketrans("，；！？", ",;!?")
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_CORNERS = str.maketrans("“”", "「」")
_NUMBER = re.compile(r"(?<=[\u4e00-\u9fff])(\d[\d.]*%?)(?=[\u4e00-\u9fff])")
_PLACE = re.compile(r"云湖县|石陂县|禾田县|桐湾市|北津区|东屏区|高新区|湘原市|梅江")
_PHOTOGRAPHERS = ("王见川", "廖江生", "通讯员 夏小荷", "本报记者 田小渔")
_LONGEST_HEADING = 20


@dataclass(frozen=True, slots=True)
class Source:
    """One of our own articles; a paragraph is its text and whether it is a heading."""

    title: str
    subtitle: str
    author: tuple[str, ...]
    paragraphs: tuple[tuple[str, bool], ...]
    captions: tuple[str, ...] = ()

    @property
    def body(self) -> str:
        """The running text without headings."""
        return "\n".join(text for text, is_heading in self.paragraphs if not is_heading)


@dataclass(frozen=True, slots=True)
class Page:
    """A composed page, its gold, and the article behind each gold record."""

    name: str
    severity: int
    text: str
    gold: list[Record]
    sources: tuple[Source, ...]


def read_sources(seeds: Path = SEEDS) -> list[Source]:
    """The articles of the sample archive whose files say where an article begins and ends, in a fixed order."""
    files = sorted([*(seeds / "markdown").glob("*.md"), *(seeds / "html").glob("*.html")])
    return [
        _source(document)
        for file in [*files, seeds / "briefs.jsonl"]
        for document in read_documents(file)
        if isinstance(document, RawDocument)
    ]


def _source(document: RawDocument) -> Source:
    lines = [line.strip() for line in document.body.split("\n") if line.strip()]
    lines = [line for line in lines if _END.search(line) or not _FURNITURE.search(line) or _CAPTION.search(line)]
    captions = tuple(line for line in lines if _CAPTION.search(line))
    title, _, subtitle = document.title.partition("——")
    return Source(
        title=title,
        subtitle=document.subtitle or subtitle,
        author=document.author,
        paragraphs=tuple(
            (line, len(line) <= _LONGEST_HEADING and not _END.search(line)) for line in lines if line not in captions
        ),
        captions=captions,
    )


def compose_pages(pages: int = 40, seed: int = 7, sources: Sequence[Source] | None = None) -> Iterator[Page]:
    """Yield pages; the severities take turns."""
    sources = sources or read_sources()
    for number in range(pages):
        yield compose_page(number % len(SEVERITIES), number, seed, sources)


def compose_page(severity: int, number: int, seed: int, sources: Sequence[Source]) -> Page:
    """One page, the same for the same arguments."""
    rng = Random(f"{seed}/{severity}/{number}")
    style = _Style.draw(rng, severity)
    chosen = rng.sample(sources, rng.randint(2 if severity == 4 else 1, 8))
    columns = [_Typesetter(rng, style, index, source, severity).columns() for index, source in enumerate(chosen)]
    lines = _arrange(rng, style, columns, severity)
    text, positions = _print(rng, style, lines)
    gold = [_record(index, column, lines, positions) for index, column in enumerate(columns)]
    return Page(f"s{severity}_{number:03d}", severity, text, gold, tuple(chosen))


@dataclass(frozen=True, slots=True)
class _Style:
    """What is the same all over a page. `width` is 0 where lines are not cut at a column's width."""

    width: int
    gap: str
    half_width: bool
    corners: bool
    spaced_numbers: bool
    justified: float
    indented_chunks: bool
    headlines: tuple[float, float]  # shares of the page's articles with the headline before the text, and after it

    @classmethod
    def draw(cls, rng: Random, severity: int) -> _Style:
        spoilt = severity >= 2
        return cls(
            width=rng.randint(13, 24) if severity and rng.random() < 0.7 else 0,
            gap="\n\n" if not severity or rng.random() < 0.6 else "\n",
            half_width=spoilt and rng.random() < 0.25,
            corners=spoilt and rng.random() < 0.15,
            spaced_numbers=spoilt and rng.random() < 0.3,
            justified=rng.choice([0.05, 0.2]) if spoilt and rng.random() < 0.4 else 0.0,
            indented_chunks=spoilt and rng.random() < 0.3,
            headlines=rng.choice([(0.85, 0.05), (0.85, 0.05), (0.1, 0.85), (0.5, 0.25)])
            if severity >= 3
            else (1.0, 0.0),
        )


@dataclass(frozen=True, slots=True)
class _Piece:
    """Code points of a line that have one role; those of one `block` are one paragraph, heading or caption."""

    start: int
    end: int
    role: str
    block: int


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    article: int
    pieces: tuple[_Piece, ...]

    @property
    def block(self) -> int:
        """The paragraph that its last running text belongs to, -1 where it holds none."""
        return next((piece.block for piece in reversed(self.pieces) if piece.role == "body"), -1)


@dataclass(slots=True)
class _Column:
    """An article as set: `head` holds series, headline and subtitle."""

    head: list[_Line] = field(default_factory=list)
    byline: list[_Line] = field(default_factory=list)
    body: list[_Line] = field(default_factory=list)
    tail: list[_Line] = field(default_factory=list)
    names: tuple[str, ...] = ()
    starts_in_middle: bool = False
    stops_in_middle: bool = False


class _Typesetter:
    """Sets one article."""

    def __init__(self, rng: Random, style: _Style, index: int, source: Source, severity: int) -> None:
        self._rng = rng
        self._style = style
        self._index = index
        self._source = source
        self._severity = severity
        self._block = 0
        self._full_width_digits = severity >= 2 and self._chance(0.15)
        self._column = _Column()

    def columns(self) -> _Column:
        """The article as lines."""
        paragraphs = self._cut_off(list(self._source.paragraphs))
        lead, end = self._set_byline()
        if not (self._severity >= 3 and self._chance(0.12)):
            self._set_head()
        last = len(paragraphs) - 1
        for number, (text, is_heading) in enumerate(paragraphs):
            segments = [("heading" if is_heading else "body", self._styled(text))]
            if lead and number == 0:
                segments.insert(0, ("byline", lead))
            if end and number == last:
                segments.append(("byline", end))
            self._column.body += self._set(segments, self._style.width, cut=not is_heading)
        if self._severity >= 2:
            self._set_captions()
        return self._column

    def _chance(self, probability: float) -> bool:
        return self._rng.random() < probability

    def _styled(self, text: str) -> str:
        if self._style.spaced_numbers:
            text = _NUMBER.sub(r" \1 ", text)
        if self._full_width_digits:
            text = text.translate(_FULL_WIDTH)
        return self._marks(text)

    def _marks(self, text: str) -> str:
        if self._style.corners:
            text = text.translate(_CORNERS)
        return text.translate(_HALF_WIDTH) if self._style.half_width else text

    def _cut_off(self, paragraphs: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
        """The paragraphs as far as they are on the page."""
        if self._severity < 3 or len(paragraphs) < 2 or not self._chance(0.35):
            return paragraphs
        if self._chance(0.5):
            text, _ = paragraphs[-1]
            places = [at for at in _inner_places(text) if at >= 12]
            if places:
                self._column.stops_in_middle = True
                paragraphs[-1] = (text[: self._rng.choice(places)], False)
        else:
            text, _ = paragraphs[0]
            places = [at for at in _inner_places(text) if at <= len(text) - 12]
            if places:
                self._column.starts_in_middle = True
                paragraphs[0] = (text[self._rng.choice(places) :], False)
        return paragraphs

    def _set_byline(self) -> tuple[str, str]:
        """Set a byline of its own line; give the one that stands before the first words, or after the last ones."""
        names = self._source.author
        if not names:
            return "", ""
        forms = ["plain"]
        if self._severity >= 2:
            forms += ["spread", "reporter", "brackets line"]
            forms += [] if self._column.starts_in_middle else ["lead"]
            forms += [] if self._column.stops_in_middle else ["brackets end", "brackets end"]
        form = self._rng.choice(forms)
        if form == "brackets line" and self._column.stops_in_middle:
            form = "plain"
        self._column.names = names
        spread = " ".join(" ".join(name) if len(name) == 2 else name for name in names)
        opening, closing = self._rng.choice([("（", "）"), ("（", "）"), ("(", ")")])
        bracketed = f"{opening}{' '.join(names)}{closing}"
        if form == "lead":
            return f"本报讯（记者 {' '.join(names)}）", ""
        if form == "brackets end":
            return "", bracketed
        if form == "brackets line":
            self._column.tail += self._set([("byline", bracketed)])
            return "", ""
        text = {"plain": " ".join(names), "spread": spread, "reporter": f"本报记者 {' '.join(names)}"}[form]
        self._column.byline += self._set([("byline", text)])
        return "", ""

    def _set_head(self) -> None:
        title, subtitle = self._marks(self._source.title), self._source.subtitle
        place = _PLACE.search(self._source.body)
        where = place[0] if place else "湘原"
        if self._severity >= 2:
            if not subtitle and self._chance(0.3):
                subtitle = self._rng.choice([f"来自{where}的报道", f"{where}见闻", f"{where}年度观察系列之三"])
            if self._chance(0.15):
                self._column.head += self._set(
                    [("series", self._rng.choice([f"走进{where}②", f"{where}“新答卷”·民生篇"]))]
                )
        doubled = self._severity >= 2 and self._chance(0.15)
        in_two_lines = self._severity >= 2 and self._chance(0.25)
        segments: list[tuple[str, str]] = []
        for part in title.split(" "):
            segments += [("title", part), ("doubled", part)] if doubled else [("title", part)]
            if in_two_lines:
                self._column.head += self._set(segments)
                segments = []
            else:
                segments.append(("", " "))
        if segments:
            self._column.head += self._set(segments[:-1])
        if subtitle:
            self._column.head += self._set([("subtitle", f"——{self._marks(subtitle)}")])

    def _set_captions(self) -> None:
        """Captions between two lines of the running text, wherever these break."""
        captions = list(self._source.captions)
        place = _PLACE.search(self._source.body)
        if self._chance(0.45):
            what = f"{place[0] if place else '湘原城区'}{self._rng.choice(['一角', '近景', '街头', '新貌'])}。"
            credit = self._rng.choice([f"{self._rng.choice(_PHOTOGRAPHERS)} 摄", "（受访者供图）", "（资料图片）"])
            captions.append(what + credit)
        for caption in captions:
            at = self._rng.randint(1, len(self._column.body))
            width = 2 * self._style.width if self._chance(0.5) else 0
            self._column.body[at:at] = self._set([("caption", self._marks(caption))], width)

    def _set(self, segments: Sequence[tuple[str, str]], width: int = 0, *, cut: bool = False) -> list[_Line]:
        """One block of consecutive roles as lines; `cut` lets a column end within it."""
        self._block += 1
        text = "".join(part for _, part in segments)
        if width:
            ranges = _wrap(text, width)
        elif cut and self._severity and self._chance(0.8 if self._severity == 4 else 0.25):
            places = _inner_places(text)
            at = self._rng.choice(places) if places else len(text)
            ranges = [(0, at), (at, len(text))] if at < len(text) else [(0, at)]
        else:
            ranges = [(0, len(text))]
        lines = []
        for start, end in ranges:
            pieces = []
            begin = 0
            for role, part in segments:
                inner = (max(start, begin), min(end, begin + len(part)))
                begin += len(part)
                if role and text[inner[0] : inner[1]].strip():
                    pieces.append(_Piece(inner[0] - start, inner[1] - start, role, self._block))
            line = _Line(text[start:end], self._index, tuple(pieces))
            lines.append(self._justified(line) if width and cut and self._chance(self._style.justified) else line)
        return [line for line in lines if line.pieces]

    def _justified(self, line: _Line) -> _Line:
        """The line with spaces between the words of a stretch of it."""
        words = [(match.start(), match.end()) for match in _WORD.finditer(line.text)]
        first = self._rng.randrange(len(words)) if self._chance(0.5) else 0
        places = {end for _, end in words[first:-1]}
        moved = [0]
        text = ""
        for at, character in enumerate(line.text, 1):
            text += character + (" " if at in places else "")
            moved.append(len(text))
        return replace(
            line,
            text=text,
            pieces=tuple(replace(piece, start=moved[piece.start], end=moved[piece.end]) for piece in line.pieces),
        )


def _inner_places(text: str) -> list[int]:
    """Where the text can be cut within a sentence, not within a number or a Latin word."""
    return [
        match.end()
        for match, following in pairwise(_WORD.finditer(text))
        if match.end() >= 4
        and len(text) - match.end() >= 4
        and following[0] not in _CLOSING
        and match[0] not in _OPENING
        and not _END.search(text[: match.end()])
        and not text[match.end() - 1].isspace()
        and not following[0].isspace()
    ]


def _wrap(text: str, width: int) -> list[tuple[int, int]]:
    """Lines of about `width` ideographs; the first is two shorter, where the indent was. Closing marks hang."""
    ranges = []
    start, used, limit = 0, 0.0, width - 2.0
    for match in _WORD.finditer(text):
        size = sum(0.5 if character.isascii() else 1.0 for character in match[0])
        at = match.start()
        if used + size > limit and match[0] not in _CLOSING and not match[0].isspace() and at > start:
            if text[at - 1] in _OPENING and at - 1 > start:
                at -= 1
            ranges.append((start, at))
            start, used, limit = at, float(match.start() - at), float(width)
        used += size
    return [*ranges, (start, len(text))]


def _arrange(rng: Random, style: _Style, columns: Sequence[_Column], severity: int) -> list[_Line]:
    """The lines of the page in the order of the file."""
    stories = [_order(rng, style, column) for column in columns]
    if severity >= 4:
        pairs = [at for at, pair in enumerate(pairwise(stories)) if all(_breaks(story) for story in pair)]
        if pairs:
            at = rng.choice(pairs)
            stories[at : at + 2] = [_interleave(rng, stories[at], stories[at + 1])]
    return [line for story in stories for line in story]


def _order(rng: Random, style: _Style, column: _Column) -> list[_Line]:
    head, byline, body, tail = column.head, column.byline, column.body, column.tail
    place, (before, after) = rng.random(), style.headlines
    if place < before:
        return head + byline + body + tail
    if place < before + after:
        return byline + body + tail + head if rng.random() < 0.85 else body + tail + head + byline
    inner = [at for at in range(1, len(body)) if rng.random() < 0.2 or body[at - 1].block != body[at].block]
    at = rng.choice(inner) if inner else 0
    return body[:at] + byline + head + body[at:] + tail


def _breaks(story: Sequence[_Line]) -> list[int]:
    """Where a story can be broken in the middle of a sentence."""
    return [
        at
        for at, (before, after) in enumerate(pairwise(story), 1)
        if before.block == after.block != -1 and not _END.search(before.text.rstrip())
    ]


def _interleave(rng: Random, first: Sequence[_Line], second: Sequence[_Line]) -> list[_Line]:
    """Two stories in two or three alternating blocks each."""
    first_breaks, second_breaks = _breaks(first), _breaks(second)
    count = min(rng.randint(1, 2), len(first_breaks), len(second_breaks))
    blocks = []
    for story, breaks in ((first, first_breaks), (second, second_breaks)):
        places = [0, *sorted(rng.sample(breaks, count)), len(story)]
        blocks.append([story[start:end] for start, end in pairwise(places)])
    return [line for pair in zip(*blocks, strict=True) for block in pair for line in block]


def _print(rng: Random, style: _Style, lines: Sequence[_Line]) -> tuple[str, list[tuple[int, int]]]:
    """The text of the page; for each line its number and the code points put before it."""
    text = "\n" * rng.choice([0, 0, 2])
    positions = []
    for index, line in enumerate(lines):
        chunk = index and style.indented_chunks and line.article != lines[index - 1].article
        positions.append((text.count("\n"), int(bool(chunk))))
        text += (" " if chunk else "") + line.text + (style.gap if index + 1 < len(lines) else "")
    return text + rng.choice(["", "\n"]), positions


def _record(index: int, column: _Column, lines: Sequence[_Line], positions: Sequence[tuple[int, int]]) -> Record:
    """The gold of one article."""
    spans: dict[str, list[list[int]]] = {}
    joins: list[list[int]] = []
    last: dict[str, tuple[int, int]] = {}
    text: dict[str, str] = {}
    for line, (number, before) in zip(lines, positions, strict=True):
        for piece in line.pieces if line.article == index else ():
            spans.setdefault(piece.role, []).append([number, piece.start + before, piece.end + before])
            text[piece.role] = text.get(piece.role, "") + line.text[piece.start : piece.end]
            block, previous = last.get(piece.role, (-1, -1))
            if block == piece.block and piece.role in {"body", "heading", "caption"}:
                joins.append([previous, number])
            last[piece.role] = (piece.block, number)
    record: Record = {
        "key": re.sub(r"\s", "", text.get("title") or text["body"])[:10],
        "title": spans.get("title", []),
        "subtitle": spans.get("subtitle", []),
        "series": spans.get("series", []),
        "byline": spans.get("byline", []),
        "names": list(column.names),
        "headings": spans.get("heading", []),
        "captions": spans.get("caption", []),
        "body": spans["body"],
        "joins": joins,
        "starts_in_middle": column.starts_in_middle,
        "stops_in_middle": column.stops_in_middle,
    }
    return record | ({"doubled": spans["doubled"]} if "doubled" in spans else {})


def main(arguments: Sequence[str] | None = None) -> int:
    """Write pages and gold."""
    parser = argparse.ArgumentParser(description="Compose raw newspaper pages with known articles.")
    parser.add_argument("out", type=Path, help="folder to write to")
    parser.add_argument("--pages", type=int, default=40)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args(arguments)
    (options.out / "gold").mkdir(parents=True, exist_ok=True)
    for page in compose_pages(options.pages, options.seed):
        (options.out / f"{page.name}.txt").write_bytes(page.text.encode("utf-8"))
        gold = json.dumps(page.gold, ensure_ascii=False, indent=1)
        (options.out / "gold" / f"{page.name}.json").write_text(gold + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
