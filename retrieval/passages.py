"""An article's body to passages: whole sentences, about 300 characters, never more tokens than the encoder reads."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence

from retrieval.sentences import cut, sentences

TARGET_CHARACTERS = 300
LONGEST_SENTENCE = 400

Span = tuple[int, int]


def split_passages(
    body: str, count_tokens: Callable[[Sequence[str]], list[int]], max_tokens: int, heading: str = ""
) -> list[Span]:
    """Ranges of `body`, in order and apart, that together hold all of it but white space.

    A passage takes sentences until the next would carry it past 300 characters, and one more where otherwise a last
    bit shorter than a fifth of that would stand alone. A single sentence of more than 400 characters is cut at its
    clauses. `heading` is the text that will be encoded in front of each passage; whatever `count_tokens` gives more
    than `max_tokens` for is halved until it fits, so that an encoder cuts nothing silently.
    """
    pieces = [piece for start, end in sentences(body) for piece in cut(body, start, end, LONGEST_SENTENCE)]
    spans = list(_group([piece for piece in pieces if piece[0] < piece[1]]))

    def fits(span: Span) -> bool:
        text = heading + body[span[0] : span[1]]
        # One character is at most one token after NFKC, so counting is seldom needed. 12: prefix and special tokens.
        return len(unicodedata.normalize("NFKC", text)) + 12 <= max_tokens or count_tokens([text])[0] <= max_tokens

    return [part for span in spans for part in _halve(body, span, fits)]


def _group(pieces: list[Span]) -> Iterator[Span]:
    if not pieces:
        return
    total_end = pieces[-1][1]
    start, end = pieces[0]
    for piece in pieces[1:]:
        little_left = total_end - end < TARGET_CHARACTERS // 5
        if piece[1] - start > TARGET_CHARACTERS and not (little_left and total_end - start <= LONGEST_SENTENCE):
            yield start, end
            start = piece[0]
        end = piece[1]
    yield start, end


def _halve(body: str, span: Span, fits: Callable[[Span], bool]) -> Iterator[Span]:
    if span[1] - span[0] <= 1 or fits(span):
        yield span
        return
    for part in cut(body, *span, limit=(span[1] - span[0] + 1) // 2):
        if part[0] < part[1]:
            yield from _halve(body, part, fits)
