"""Section headings of a body, by their form, and which of them a stretch of it stands under."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from retrieval.page.bylines import is_dateline, names_of
from retrieval.page.captions import is_caption

_REMEMBERED = 64  # bodies: a book's 280,000 characters take 150 ms, and its passages are found again and again
_LONGEST = 36
_LONGEST_CALL = 24  # a heading that asks or calls
_CALLS = "？?！!"
_IN_A_ROW = 2  # a chapter's and a section's, or one with a byline; more short lines are a list, a table or verse
_LINE = re.compile(r"^[^\S\n]*\S[^\n]*", re.MULTILINE)
_WORD = re.compile(r"[^\W\d_]{2}")
# A sentence, a part of one, a row of a table, an address on the web; what speaks (甲：…) or is spoken (“…); a line that
# says when it was published.
_NO_HEADING = re.compile(
    r"[。；;\t]|//|[，,、：:…—\-.]$|[！？!?].|^[“‘「『\"']|^.{1,6}[：:]|\d{4}年\d{1,2}月\d{1,2}日|\d{4}[-/.]\d{1,2}[-/.]\d"
)
_TEXT_END = re.compile(r"[。！？!?…；;：:.][”’」』）)】\"']*$|[）)]$")


@dataclass(frozen=True, slots=True)
class Section:
    """Half-open range of a body that a heading, or a chapter's and a section's in a row, stands over."""

    heading: str
    start: int
    end: int


@lru_cache(maxsize=_REMEMBERED)
def sections_of(body: str) -> tuple[Section, ...]:
    """The sections of `body` in order; each begins with its heading. What stands before the first is in none."""
    if "\n" not in body:
        return ()
    found = list(_headings(body))
    ends = [start for _, start in found[1:]] + [len(body)]
    return tuple(Section(heading, start, end) for (heading, start), end in zip(found, ends, strict=False))


def headings_over(sections: Sequence[Section], start: int, end: int) -> str:
    """The headings of the sections that a stretch of the body is in, a line each."""
    first = max(0, bisect_right(sections, start, key=lambda one: one.start) - 1)
    within = takewhile(lambda one: one.start < end, sections[first:])
    return "\n".join(one.heading for one in within if start < one.end)


def _headings(body: str) -> Iterator[tuple[str, int]]:
    row: list[tuple[str, int]] = []
    for match in _LINE.finditer(body):
        line = match[0].strip()
        if not _is_text(line):
            row.append((line, match.start()))
            continue
        heads = [(one, start) for one, start in row if _may_head(one)] if len(row) <= _IN_A_ROW else []
        if heads:
            yield "\n".join(heading for heading, _ in heads), heads[0][1]
        row = []


def _may_head(line: str) -> bool:
    if not 2 <= len(line) <= _LONGEST or _NO_HEADING.search(line) or not _WORD.search(line):
        return False
    if line[-1] in _CALLS and len(line) > _LONGEST_CALL:
        return False
    return not (names_of(line) or is_caption(line) or is_dateline(line))


def _is_text(line: str) -> bool:
    """Whether it is running text: a sentence that ends, or one too long for a heading."""
    return len(line) > _LONGEST or (bool(_TEXT_END.search(line)) and not _may_head(line))
