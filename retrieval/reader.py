"""Reading: the spans of a text that may answer a question, each with how much it speaks for itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embeddings.span_model import SpanLogits, SpanModel

LONGEST_SPAN_TOKENS = 48


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a text, `text[start:end]`.

    `score` is its first and last token's logits together, less those of "no answer in this text": about 0 where the
    reader is undecided, from -20 to 20 in practice (Devlin et al. 2019, section 4.3).
    """

    start: int
    end: int
    score: float


class Reading:
    """What the reader makes of one text."""

    def __init__(self, logits: SpanLogits) -> None:
        self._logits = logits
        self._none = logits.none_first + logits.none_last

    def best(self, most: int = 5) -> list[Span]:
        """The spans with the highest scores, best first, no two with one beginning or one end.

        At equal scores the earlier and shorter comes first.
        """
        logits = self._logits
        count = len(logits.tokens.ids)
        if not count:
            return []
        sums = logits.first[:, None] + logits.last[None, :]
        length = np.arange(count)[None, :] - np.arange(count)[:, None]
        sums = np.where((length >= 0) & (length < LONGEST_SPAN_TOKENS), sums, -np.inf)
        spans: list[Span] = []
        while len(spans) < most:
            first, last = np.unravel_index(int(np.argmax(sums)), sums.shape)
            if not np.isfinite(sums[first, last]):
                break
            start, end = logits.tokens.starts[first], logits.tokens.ends[last]
            if start < end:
                spans.append(Span(start, end, float(sums[first, last]) - self._none))
            sums[first, :] = -np.inf
            sums[:, last] = -np.inf
        return spans

    def best_score(self) -> float:
        """The highest score; minus infinity where nothing was read."""
        return max((span.score for span in self.best(1)), default=float("-inf"))

    def of(self, start: int, end: int) -> Span | None:
        """The span `text[start:end]` with its score: that of the tokens that hold its first and last character.

        None beyond what was read.
        """
        tokens = self._logits.tokens
        first = next((i for i, last in enumerate(tokens.ends) if last > start), None)
        last = next((i for i, last in enumerate(tokens.ends) if last >= end), None)
        if first is None or last is None or start >= end:
            return None
        return Span(start, end, float(self._logits.first[first] + self._logits.last[last]) - self._none)


class Reader:
    """Reads texts for the answer to a question. Synchronous; safe from several threads."""

    def __init__(self, model: SpanModel) -> None:
        self._model = model

    def read(self, question: str, texts: Sequence[str]) -> list[Reading]:
        """The reading of each text, in order."""
        return [Reading(logits) for logits in self._model.read(question, texts)]
