"""Text whose every character knows where in the raw file it stood."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

INSERTED = -1


@dataclass(frozen=True, slots=True)
class Traced:
    """`text`, and for each of its code points the offset in the raw text, or INSERTED for one that is ours.

    Offsets grow strictly within a stretch of one fragment; joined fragments follow one another in reading order.
    """

    text: str
    origin: tuple[int, ...]

    def __post_init__(self) -> None:
        """Hold text and origin to the same length."""
        if len(self.text) != len(self.origin):
            raise ValueError(f"{len(self.text)} characters with {len(self.origin)} origins")

    def __len__(self) -> int:
        """Code points."""
        return len(self.text)

    def __getitem__(self, part: slice) -> Traced:
        """A stretch of it."""
        return Traced(self.text[part], self.origin[part])

    def __add__(self, other: Traced) -> Traced:
        """Both, one after the other."""
        return Traced(self.text + other.text, self.origin + other.origin)

    def strip(self) -> Traced:
        """Without white space at its ends."""
        start = len(self.text) - len(self.text.lstrip())
        return self[start : max(start, len(self.text.rstrip()))]

    def without(self, pattern: re.Pattern[str]) -> Traced:
        """Without every match of `pattern`."""
        kept = [True] * len(self.text)
        for match in pattern.finditer(self.text):
            kept[match.start() : match.end()] = [False] * (match.end() - match.start())
        return Traced(
            "".join(one for one, keep in zip(self.text, kept, strict=True) if keep),
            tuple(one for one, keep in zip(self.origin, kept, strict=True) if keep),
        )

    def mapped(self, change: Callable[[int, str], str]) -> Traced:
        """Each character replaced by `change(index, character)`, which gives one character."""
        return Traced("".join(change(index, one) for index, one in enumerate(self.text)), self.origin)


def inserted(text: str) -> Traced:
    """Text of ours, between stretches of the raw text."""
    return Traced(text, (INSERTED,) * len(text))


def joined(parts: Iterable[Traced], between: str) -> Traced:
    """`parts` with `between` inserted."""
    texts: list[str] = []
    origin: list[int] = []
    for index, part in enumerate(parts):
        if index:
            texts.append(between)
            origin += [INSERTED] * len(between)
        texts.append(part.text)
        origin += part.origin
    return Traced("".join(texts), tuple(origin))
