"""Questions are encoded no more at once than there are threads; a batch does not hold them up."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from embeddings import Role
from embeddings.backends.onnx import OnnxEncoder


def test_questions_take_turns_and_wait_for_no_batch(model_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = OnnxEncoder(threads=1, cache=model_cache)
    inside, most = threading.Semaphore(0), [0]
    running, batch_may_end = [0], threading.Event()
    counting = threading.Lock()

    def encode_one(text: str, role: Role) -> NDArray[np.float32]:
        if "batch" in text:
            inside.release()
            batch_may_end.wait(30)
            return np.zeros(encoder.dimension, np.float32)
        with counting:
            running[0] += 1
            most[0] = max(most[0], running[0])
        threading.Event().wait(0.01)
        with counting:
            running[0] -= 1
        return np.zeros(encoder.dimension, np.float32)

    monkeypatch.setattr(encoder, "_encode_one", encode_one)
    with ThreadPoolExecutor(8) as pool:
        batch = pool.submit(encoder.encode, ["batch one", "batch two"], Role.PASSAGE)
        assert inside.acquire(timeout=30)
        asked = [pool.submit(encoder.encode, [f"question {n}"], Role.QUERY) for n in range(6)]
        for one in asked:
            one.result(timeout=30)
        assert not batch.done()
        batch_may_end.set()
        batch.result(timeout=30)
    assert most == [1]
