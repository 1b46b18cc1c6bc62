"""A user's list of names (people, places, firms): each is one more term wherever it stands, and counts for more.

A line is a name, and where wanted its weight behind a tab, or behind a space after a Chinese character; what follows
the weight is passed over, so that jieba's user dictionaries can be read. Lines that begin with # are comments.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from retrieval.terms import fold

USUAL_WEIGHT = 2.0  # beside 1 for other terms
_LEAST_WEIGHT, _MOST_WEIGHT = 0.1, 10.0
_LINE = re.compile(r"(?P<name>.+?)(?:(?:\t *|(?<=[^\x00-\x7f]) +)(?P<weight>\d+(?:\.\d+)?)(?:\s.*)?)?")
_SPACES = re.compile(r"\s+")
_SIGN = "@"  # no other term holds it
_SHORTEST, _LONGEST = 2, 60


class Names:
    """Names with their weights. `text` is the list in one form: the same names give the same text."""

    def __init__(self, weights: Mapping[str, float] | None = None) -> None:
        """`weights` by name; names of fewer than 2 or more than 60 characters are passed over."""
        folded = {_SPACES.sub(" ", fold(name)).strip(): weight for name, weight in (weights or {}).items()}
        self._weights = {
            name: min(_MOST_WEIGHT, max(_LEAST_WEIGHT, weight))
            for name, weight in sorted(folded.items())
            if _SHORTEST <= len(name) <= _LONGEST
        }
        self._by_pair: dict[str, list[str]] = {}
        for name in self._weights:
            self._by_pair.setdefault(name[:2], []).append(name)
        self.text = "".join(f"{name}\t{weight:g}\n" for name, weight in self._weights.items())

    def __len__(self) -> int:
        """How many there are."""
        return len(self._weights)

    def terms(self, text: str) -> list[str]:
        """A term for each place where a name stands in `text`, in order; names may overlap."""
        if not self._weights:
            return []
        folded = _SPACES.sub(" ", fold(text))
        found = []
        for at in range(len(folded) - 1):
            for name in self._by_pair.get(folded[at : at + 2], ()):
                if folded.startswith(name, at) and _stands_alone(folded, at, at + len(name)):
                    found.append(_SIGN + name.replace(" ", "_"))
        return found

    def weight(self, term: str) -> float:
        """What meeting `term` counts; 1 for what is no name's."""
        return self._weights.get(term[1:].replace("_", " "), 1.0) if term[:1] == _SIGN else 1.0


@lru_cache(maxsize=4)
def read_names(text: str) -> Names:
    """The names of a list. Lines that are none are passed over."""
    weights: dict[str, float] = {}
    for line in text.splitlines():
        # Folded first: a full-width space or figure is one for the line's form too.
        match = _LINE.fullmatch(fold(line.strip("\ufeff \t\u3000")).strip())
        if match and not match["name"].startswith("#"):
            weights[match["name"]] = float(match["weight"] or USUAL_WEIGHT)
    return Names(weights)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether a Latin word or a number does not go on beyond either end."""
    return not (_joined(text[start - 1 : start + 1]) or _joined(text[end - 1 : end + 1]))


def _joined(pair: str) -> bool:
    return len(pair) == 2 and pair.isascii() and pair.isalnum()
