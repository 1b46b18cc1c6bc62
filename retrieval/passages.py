"""An article's body to passages: whole sentences, about 300 characters, never more tokens than the encoder reads."""

from __future__ import annotations

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
