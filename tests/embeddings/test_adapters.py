from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from embeddings.adapters import AdaptedWeights, Adapters
from embeddings.e5_file import ModelFileError, WeightsFile


def write(path: Path, tensors: dict[str, np.ndarray], scale: str = "2.0") -> Path:
    """A float16 safetensors file, written from the format's description."""
    header: dict[str, object] = {"__metadata__": {"scale": scale}}
    data = b""
    for name, tensor in tensors.items():
        raw = tensor.astype("<f2").tobytes()
        header[name] = {"dtype": "F16", "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)
    return path


def test_a_merged_matrix_is_the_sum_and_a_norm_is_replaced(tmp_path: Path, weights: WeightsFile) -> None:
    hidden = weights.shape.hidden
    down, up = np.zeros((2, hidden)), np.zeros((hidden, 2))
    down[0, 3], up[5, 0] = 0.5, 0.25
    norm = np.full(hidden, 1.5)
    file = write(tmp_path / "a.safetensors", {"l0.q.down": down, "l0.q.up": up, "l0.aln.w": norm})
    merged = AdaptedWeights(weights, Adapters.read(file))
    change = merged.matrix("l0.q.w", hidden) - weights.matrix("l0.q.w", hidden)
    assert change[5, 3] == pytest.approx(2.0 * 0.25 * 0.5)
    change[5, 3] = 0
    assert not change.any()
    assert np.all(merged.vector("l0.aln.w") == 1.5)
    np.testing.assert_array_equal(merged.vector("l0.aln.b"), weights.vector("l0.aln.b"))
    np.testing.assert_array_equal(merged.matrix("l1.q.w", hidden), weights.matrix("l1.q.w", hidden))


def test_an_adapter_of_another_size_is_refused(tmp_path: Path, weights: WeightsFile) -> None:
    file = write(tmp_path / "a.safetensors", {"l0.q.down": np.ones((2, 9)), "l0.q.up": np.ones((9, 2))})
    with pytest.raises(ModelFileError, match=r"l0\.q"):
        AdaptedWeights(weights, Adapters.read(file)).matrix("l0.q.w", weights.shape.hidden)


@pytest.mark.parametrize("keep", [0, 4, 30, -5])
def test_a_cut_file_says_what_to_do(tmp_path: Path, keep: int) -> None:
    file = write(tmp_path / "a.safetensors", {"head.w": np.ones((2, 4))})
    file.write_bytes(file.read_bytes()[:keep])
    with pytest.raises(ModelFileError, match="install Wenbao again"):
        Adapters.read(file)


def test_a_missing_file_is_a_model_file_error(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="Cannot read"):
        Adapters.read(tmp_path / "none.safetensors")
