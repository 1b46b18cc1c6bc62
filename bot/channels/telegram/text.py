"""Text for Telegram: marked spans, cut into messages, written as the HTML that the Bot API takes.

Lengths are UTF-16 units, as Telegram counts them.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

LONGEST_MESSAGE = 4096
_AHEAD = 60  # characters after the longest message that may belong to its last
_SENTENCE_END = re.compile(r"[。！？…!?][”’」』）)》\"']*|\.(?=\s)|\n")
_CLAUSE_END = re.compile(r"[，；：、]|[,;:](?=\s)|\s")
# What belongs to the character before it: marks, variation selectors, skin tones, joiners, tags of flags.
_JOINING = re.compile("[\u200c\u200d\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
_FLAG_HALF = re.compile("[\U0001f1e6-\U0001f1ff]")
_KEPT_FORMATS = frozenset("\u200c\u200d") | {chr(one) for one in range(0xE0020, 0xE0080)}
# Marks that Telegram's servers drop from every text.
_DROPPED_MARKS = re.compile("[\u030a\u0333\u033f]")
_RINGED = re.compile("[A-Za-z]\u030a")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text in one style: `tag` is an HTML tag of the Bot API, "" for none."""

    text: str
    tag: str = ""

    def html(self) -> str:
        """The stretch as HTML."""
        inside = html.escape(self.text, quote=False)
        if not self.tag:
            return inside
        return f"<{self.tag}>{inside}</{self.tag.split()[0]}>"


def shown(text: str) -> str:
    """`text` as it may be shown: without what steers a display and what Telegram would drop on its own.

    Controls, bidirectional marks, zero-width spaces and halves of characters go; joiners inside emoji stay.
    """
    text = text.replace("\r\n", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    text = text.translate(_SHOWN)
    text = _RINGED.sub(lambda found: unicodedata.normalize("NFC", found[0]), text)
    text = _DROPPED_MARKS.sub("", text)
    return re.sub(r"\n{3,}", "\n\n", re.sub(r" +\n", "\n", text))


class _Shown(dict[int, str]):
    """What each character is shown as, found out once."""

    def __missing__(self, number: int) -> str:
        character = chr(number)
        category = unicodedata.category(character)
        if category == "Cc":
            made = {"\n": "\n", "\t": " "}.get(character, "")
        elif category == "Cs":
            made = "\ufffd"
        else:
            made = "" if category == "Cf" and character not in _KEPT_FORMATS else character
        self[number] = made
        return made


_SHOWN = _Shown()


def one_line(text: str, most: int = 1000) -> str:
    """`shown`, in one line of at most `most` characters, an ellipsis at its end where it was longer."""
    line = " ".join(shown(text).split())
    if len(line) <= most:
        return line
    return line[: _before_joined(line, most - 1)].rstrip() + "…"


def units(text: str) -> int:
    """The length in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def plain(spans: Iterable[Span]) -> str:
    """The text alone."""
    return "".join(span.text for span in spans)


def to_html(spans: Iterable[Span]) -> str:
    """The spans as the HTML of one message."""
    return "".join(span.html() for span in spans)


def split(spans: Sequence[Span], most: int = LONGEST_MESSAGE) -> list[list[Span]]:
    """The spans as messages of at most `most` units, cut at the ends of sentences; none is empty.

    A span that is cut goes on in the next message in the same style.
    """
    kept = trimmed(spans)
    text = plain(kept)
    start, messages = 0, []
    while start < len(text):
        window = text[start : start + most + _AHEAD]  # no more is looked at, so that a long text takes no longer each
        end = start + (_cut(window, most) if units(window) > most else len(window))
        messages.append(trimmed(_slice(kept, start, end)))
        start = end
        while start < len(text) and text[start].isspace():
            start += 1
    return messages


def trimmed(spans: Sequence[Span]) -> list[Span]:
    """Without white space at both ends, nor spans that show nothing."""
    text = plain(spans)
    start = len(text) - len(text.lstrip())
    kept = _slice(spans, start, len(text.rstrip())) if text.strip() else []
    return [span if span.text.strip() else Span(span.text) for span in kept]


def _slice(spans: Sequence[Span], start: int, end: int | None) -> list[Span]:
    found, at = [], 0
    for span in spans:
        first = max(0, start - at)
        last = len(span.text) if end is None else min(len(span.text), end - at)
        if first < last:
            found.append(replace(span, text=span.text[first:last]))
        at += len(span.text)
    return found


def _cut(text: str, most: int) -> int:
    """Where to end a message: after the last sentence of its second half, or a clause there, or anywhere."""
    latest = _index_of(text, most)
    for mark in (_SENTENCE_END, _CLAUSE_END):
        ends = [found.end() for found in mark.finditer(text, latest // 2, latest)]
        if ends:
            return _before_joined(text, ends[-1])
    return _before_joined(text, latest)


def _index_of(text: str, most: int) -> int:
    """How many characters of `text` have at most `most` units together."""
    if text[:most].isascii() or units(text[:most]) <= most:
        return min(most, len(text))
    total = 0
    for index, character in enumerate(text):
        total += 2 if character > "\uffff" else 1
        if total > most:
            return index
    return len(text)


def _before_joined(text: str, at: int) -> int:
    """The last place, not after `at`, that cuts no character off from its marks; `at` where there is none near."""
    for place in range(at, max(0, at - 30), -1):
        if place >= len(text) or not _is_joined(text, place):
            return place
    return at


def _is_joined(text: str, place: int) -> bool:
    before, after = text[place - 1], text[place]
    if _FLAG_HALF.match(before) and _FLAG_HALF.match(after):
        run = len(text[:place]) - len(_FLAG_HALF_RUN.sub("", text[:place]))
        return run % 2 == 1
    return bool(_JOINING.match(after)) or before == "\u200d" or unicodedata.combining(after) > 0


_FLAG_HALF_RUN = re.compile(f"{_FLAG_HALF.pattern}+$")
