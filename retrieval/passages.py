"""An article's body to passages: whole sentences, about 300 characters, never more tokens than the encoder reads."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence

from retrieval.sentences import cut, sentences

TARGET_CHARACTERS = 300
LONGEST_SENTENCE = 400

Span = tuple[int, int]
CountTokens = Callable[[Sequence[str]], list[int]]

# Rare characters of several planes: a tokenizer that falls back to bytes takes two to four tokens for each.
_PROBES = ("龘", "\U00020000", "\ue000", "😀", "๛", "ʬ")
_PROBE_LENGTH = 50
_SLACK_TOKENS = 8  # what joining a heading, a prefix and a text may add


def spared(count_tokens: CountTokens, max_tokens: int) -> CountTokens:
    """`count_tokens`, good for comparing with `max_tokens` only, but much quicker.

    Most tokenizers take one token a character at most, after NFKC; where rare characters show that this one does, a
    text that is short enough to be sure gets that bound without being tokenized.
    """
    overhead, *counts = count_tokens(["", *(probe * _PROBE_LENGTH for probe in _PROBES)])
    if max(counts) - overhead > _PROBE_LENGTH + _SLACK_TOKENS:
        return count_tokens

    def count(texts: Sequence[str]) -> list[int]:
        bounds = [_longest(text) + overhead + _SLACK_TOKENS for text in texts]
        long = [text for text, bound in zip(texts, bounds, strict=True) if bound > max_tokens]
        exact = iter(count_tokens(long) if long else ())
        return [bound if bound <= max_tokens else next(exact) for bound in bounds]

    return count


def _longest(text: str) -> int:
    """Characters of `text` after NFKC, whether or not the tokenizer composes what it can (한 is three letters)."""
    return max(len(text), len(unicodedata.normalize("NFKC", text)))


def split_passages(body: str, count_tokens: CountTokens, max_tokens: int, heading: str = "") -> list[Span]:
    """Ranges of `body`, in order and apart, that together hold all of it but white space.

    A passage takes sentences until the next would carry it past 300 characters, and one more where otherwise a last
    bit shorter than a fifth of that would stand alone. A single sentence of more than 400 characters is cut at its
    clauses. `heading` is the text that will be encoded in front of each passage; whatever `count_tokens` gives more
    than `max_tokens` for is parted, between sentences and only then inside one, until it fits, so that an encoder
    cuts nothing silently. A single character stays, whatever it takes.
    """
    pieces = [piece for start, end in sentences(body) for piece in cut(body, start, end, LONGEST_SENTENCE)]
    groups = list(_group([piece for piece in pieces if piece[0] < piece[1]]))
    # One call for all: counting text by text costs more than the counting.
    counts = count_tokens([heading + body[group[0][0] : group[-1][1]] for group in groups]) if groups else []

    def fits(span: Span) -> bool:
        return count_tokens([heading + body[span[0] : span[1]]])[0] <= max_tokens

    spans: list[Span] = []
    for group, count in zip(groups, counts, strict=True):
        if count <= max_tokens:
            spans.append((group[0][0], group[-1][1]))
        else:
            spans += _part(body, group, fits)
    return spans


def _group(pieces: list[Span]) -> Iterator[list[Span]]:
    if not pieces:
        return
    total_end = pieces[-1][1]
    group = [pieces[0]]
    for piece in pieces[1:]:
        start, end = group[0][0], group[-1][1]
        little_left = total_end - end < TARGET_CHARACTERS // 5
        if piece[1] - start > TARGET_CHARACTERS and not (little_left and total_end - start <= LONGEST_SENTENCE):
            yield group
            group = []
        group.append(piece)
    yield group


def _part(body: str, group: list[Span], fits: Callable[[Span], bool]) -> Iterator[Span]:
    """The passages of a group that is too long: halved between its sentences, a lone sentence inside of it."""
    start, end = group[0][0], group[-1][1]
    if len(group) > 1:
        middle = (start + end) // 2
        at = min(range(1, len(group)), key=lambda i: abs(group[i][0] - middle))
        halves = [group[:at], group[at:]]
    elif end - start > 1:
        halves = [[part] for part in cut(body, start, end, limit=(end - start + 1) // 2) if part[0] < part[1]]
    else:
        yield start, end
        return
    for half in halves:
        span = half[0][0], half[-1][1]
        if fits(span):
            yield span
        else:
            yield from _part(body, half, fits)
