"""The span reader on ONNX Runtime: a question and texts to two logits a token."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from embeddings.backends.onnx import open_session
from embeddings.e5_file import WeightsFile, dequantize, packaged_weights
from embeddings.packaged import READER, TOKENIZER, model_directory
from embeddings.tokenizer import AlignedTokens, Tokenizer

MAX_TOKENS = 512
MAX_QUESTION_TOKENS = 96
_PREFIX = "query: "


@dataclass(frozen=True, slots=True)
class SpanLogits:
    """How well a span may begin and end at each token of a text, in the order of `tokens`.

    `first` and `last` are (tokens,) float32; `none_first` and `none_last` are those of "no answer in this text".
    """

    tokens: AlignedTokens
    first: NDArray[np.float32]
    last: NDArray[np.float32]
    none_first: float
    none_last: float


class SpanModel:
    """The packaged encoder with the reader's adapters merged in; safe to use from several threads.

    Each text is a batch of its own, as in `OnnxEncoder`: its logits never depend on its neighbours.
    """

    def __init__(self, *, threads: int | None = None, cache: Path | None = None) -> None:
        """Open the model, making its cache at first use. Raises ModelFileError."""
        directory = model_directory(cache, READER)
        weights = WeightsFile(packaged_weights())
        self._shape = weights.shape
        self._words = weights.blocks("emb.word", weights.shape.hidden)
        self._tokenizer = Tokenizer(directory / TOKENIZER, bos=weights.shape.bos, eos=weights.shape.eos)
        self._session: onnxruntime.InferenceSession = open_session(directory / READER.graph)
        self._workers = ThreadPoolExecutor(threads or os.cpu_count() or 1, thread_name_prefix="read")

    def read(self, question: str, texts: Sequence[str]) -> list[SpanLogits]:
        """The logits of each text, in order; of a text beyond 512 tokens with its question, only its beginning's."""
        asked = self._tokenizer.align(_PREFIX + question).ids[:MAX_QUESTION_TOKENS]
        return list(self._workers.map(lambda text: self._read_one(asked, text), texts))

    def _read_one(self, asked: list[int], text: str) -> SpanLogits:
        bos, eos = self._shape.bos, self._shape.eos
        before = [bos, *asked, eos, eos]
        tokens = self._tokenizer.align(text).cut(MAX_TOKENS - len(before) - 1)
        ids = [*before, *tokens.ids, eos]
        feeds = {"embeddings": dequantize(self._words[ids])[None]}
        logits: NDArray[np.float32] = self._session.run(["logits"], feeds)[0][0]
        inside = logits[len(before) : len(before) + len(tokens.ids)]
        return SpanLogits(tokens, inside[:, 0], inside[:, 1], float(logits[0, 0]), float(logits[0, 1]))
