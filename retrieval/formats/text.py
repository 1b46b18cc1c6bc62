"""Characters that every format agrees on."""

from __future__ import annotations

import re

SOFT_BREAK = "\x00"  # a line break of the source that is none of the text; no cleaned text holds a NUL

_NEWLINE = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Controls, stray byte order marks and noncharacters; the newline and the tab stay.
_DROPPED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufeff\ufdd0-\ufdef\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")  # half a character, as JSON's \ud83d can give; no UTF-8 holds it
_BLANK_LINES = re.compile(r"\n{3,}")

_WIDE = "\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff"
_QUOTE = "“”‘’…—·"  # as wide as what they stand beside
_WIDE_BREAK = re.compile(
    f"(?<=[{_WIDE}]){SOFT_BREAK}|{SOFT_BREAK}(?=[{_WIDE}])|(?<=[{_QUOTE}]){SOFT_BREAK}(?=[{_QUOTE}])"
)
_SOFT_BREAKS = re.compile(f" *{SOFT_BREAK}[ {SOFT_BREAK}]*")


def clean_text(text: str) -> str:
    """Return the text with `\\n` as its only line break and without control characters; nothing else changes."""
    text = _NEWLINE.sub("\n", text)
    text = _DROPPED.sub("", text)
    return _SURROGATE.sub("\ufffd", text)


def clean_line(text: str) -> str:
    """Return the text as one trimmed line, for titles and names."""
    return " ".join(clean_text(text).split())


def clean_body(text: str) -> str:
    """Return the text trimmed, with no line ending in white space and no two blank lines together."""
    lines = (line.rstrip() for line in clean_text(text).split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


def join_soft_breaks(text: str) -> str:
    """Replace each `SOFT_BREAK`: by nothing beside a Chinese character, by a space between Latin words."""
    text = _SOFT_BREAKS.sub(SOFT_BREAK, text)
    return _WIDE_BREAK.sub("", text).replace(SOFT_BREAK, " ")
