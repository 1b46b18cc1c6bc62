"""Small, real and deterministic stand-ins: the same input gives the same output in every process."""

from __future__ import annotations

import unicodedata
import zlib
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from embeddings.encoder import Progress, Role, Vectors


class HashEncoder:
    """An encoder whose vectors count character bigrams, hashed into `dimension` columns.

    Texts that share bigrams are near each other, whatever their role; nothing else is known of language. Full-width
    and half-width forms are the same. A token is a character.
    """

    def __init__(self, dimension: int = 64, max_tokens: int = 512) -> None:
        self.dimension = dimension
        self.max_tokens = max_tokens
        self.identity = f"hash:{dimension}"

    def encode(self, texts: Sequence[str], role: Role, progress: Progress | None = None) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in enumerate(texts):
            plain = unicodedata.normalize("NFKC", text[: self.max_tokens - 2]).encode("utf-8", "replace").decode()
            framed = f"\x02{plain}\x03"  # so that a text of one character, or none, has bigrams too
            for first, second in pairwise(framed):
                vectors[row, zlib.crc32((first + second).encode()) % self.dimension] += 1.0
            if progress:
                progress(1)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text) + 2 for text in texts]
