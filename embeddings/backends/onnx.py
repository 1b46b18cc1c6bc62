"""The packaged multilingual-e5-small on ONNX Runtime, int8, without torch."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from embeddings.e5_file import ModelFileError, WeightsFile, dequantize, packaged_weights
from embeddings.encoder import Progress, Role, Vectors
from embeddings.packaged import GRAPH, MODEL_NAME, QUERY_ENCODER, TOKENIZER, VECTOR_SPACE, model_directory
from embeddings.tokenizer import Tokenizer

_WORD = re.compile(r"[^\W\d_]+")
_HAN_OR_KANA = re.compile(r"[\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")

PREFIX = {Role.QUERY: "query: ", Role.PASSAGE: "passage: "}


class OnnxEncoder:
    """multilingual-e5-small from the packaged weights.

    Questions in Chinese and Japanese are encoded by some of its layers, which learnt to give the vectors of all of them
    (`scripts/train_query_encoder.py`), in little more than half of the time; other questions, and passages, by all.

    Every text is a batch of its own, several of them at once: activations are quantized per batch, so this way a
    text's vector never depends on its neighbours, nothing is padded, and it is faster too (measured on 2 cores,
    200 news texts: 5.3 s against 6.5 s for length-sorted batches of 16).
    """

    max_tokens = 512

    def __init__(self, *, threads: int | None = None, cache: Path | None = None, whole: bool = False) -> None:
        """Open the model, making its cache at first use; `whole` encodes every question by all layers.

        Raises ModelFileError.
        """
        directory = model_directory(cache)
        weights = WeightsFile(packaged_weights())
        self.dimension = weights.shape.hidden
        self.identity = f"onnx:{MODEL_NAME}:{VECTOR_SPACE}"
        self._words = weights.blocks("emb.word", self.dimension)
        self._tokenizer = Tokenizer(directory / TOKENIZER, bos=weights.shape.bos, eos=weights.shape.eos)
        self._session = open_session(directory / GRAPH)
        self._for_questions = self._session
        if not whole:
            self._for_questions = open_session(model_directory(cache, QUERY_ENCODER) / QUERY_ENCODER.graph)
        self._at_once = threading.BoundedSemaphore(threads or os.cpu_count() or 1)
        self._workers = ThreadPoolExecutor(threads or os.cpu_count() or 1, thread_name_prefix="encode")

    def encode(self, texts: Sequence[str], role: Role, progress: Progress | None = None) -> Vectors:
        """See `Encoder.encode`; a text of more than `max_tokens` is cut at its end."""
        vectors = np.empty((len(texts), self.dimension), np.float32)
        if len(texts) == 1:
            with self._at_once:  # a question waits for others, not for a batch
                vectors[0] = self._encode_one(texts[0], role)
            return vectors
        # map() keeps the order; cancelling on the way out lets Ctrl-C end a long run within one text.
        futures = [self._workers.submit(self._encode_one, text, role) for text in texts]
        try:
            for row, future in enumerate(futures):
                vectors[row] = future.result()
                if progress:
                    progress(1)
        finally:
            for future in futures:
                future.cancel()
        return vectors

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """See `Encoder.count_tokens`."""
        return self._tokenizer.count([PREFIX[Role.PASSAGE] + text for text in texts])

    def _encode_one(self, text: str, role: Role) -> NDArray[np.float32]:
        ids = self._tokenizer.encode(PREFIX[role] + text, self.max_tokens)
        feeds = {"embeddings": dequantize(self._words[ids])[None]}
        by_some = role is Role.QUERY and is_chinese_or_japanese(text)
        session = self._for_questions if by_some else self._session
        vector: NDArray[np.float32] = session.run(["vectors"], feeds)[0][0]
        return vector


def is_chinese_or_japanese(text: str) -> bool:
    """Whether `text` has Han or kana, and at least two of them for each word in another script."""
    rest, han_or_kana = _HAN_OR_KANA.subn(" ", text)
    return han_or_kana > 0 and han_or_kana >= 2 * len(_WORD.findall(rest))


def open_session(graph: Path) -> onnxruntime.InferenceSession:
    """A session of one thread that keeps no buffers. Raises ModelFileError."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # texts, not operators, run in parallel
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # the arena keeps the largest text's buffers for good
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises several private types
        raise ModelFileError(f"ONNX Runtime cannot open {graph}: {type(error).__name__}") from error
