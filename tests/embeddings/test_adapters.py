from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from embeddings.adapters import AdaptedWeights, Adapters, compressed
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


def test_a_matrix_in_blocks_of_four_bits(tmp_path: Path) -> None:
    # Two blocks of 32 numbers: scales 0.5 and 2, then 16 bytes, numbers 0 to 15 in the low bits, the rest in the high.
    block = np.array([0.5, 2.0], "<f2").view(np.uint8).reshape(2, 2)
    nibbles = np.full((2, 16), 0x88, np.uint8)  # 8 stands for 0
    nibbles[0, 3], nibbles[1, 0] = 0x8F, 0x18  # number 3 of the first: 7; number 16 of the second: -7
    stored = np.concatenate([block, nibbles], axis=1)
    header = {
        "l0.q.down": {"dtype": "U8", "shape": [1, 2, 18], "data_offsets": [0, 36]},
        "l0.q.up": {"dtype": "U8", "shape": [2, 1, 18], "data_offsets": [36, 72]},
    }
    text = json.dumps(header).encode()
    (tmp_path / "a").write_bytes(struct.pack("<Q", len(text)) + text + 2 * stored.tobytes())
    tensors = Adapters.read(tmp_path / "a").tensors
    assert (tensors["l0.q.down"].shape, tensors["l0.q.up"].shape) == ((1, 64), (32, 2))
    assert [(row, column) for row, column in np.argwhere(tensors["l0.q.down"])] == [(0, 3), (0, 48)]
    assert (tensors["l0.q.down"][0, 3], tensors["l0.q.down"][0, 48]) == (3.5, -14)
    assert (tensors["l0.q.up"][3, 0], tensors["l0.q.up"][16, 1]) == (3.5, -14)


def test_a_compressed_file_says_the_same(tmp_path: Path) -> None:
    plain = write(tmp_path / "a.safetensors", {"l0.q.down": np.arange(12).reshape(3, 4) / 7, "head.b": np.ones(2)})
    small = tmp_path / "a.safetensors.z"
    small.write_bytes(compressed(plain.read_bytes()))
    one, other = Adapters.read(plain), Adapters.read(small)
    assert one.metadata == other.metadata
    assert list(one.tensors) == list(other.tensors)
    for name, tensor in one.tensors.items():
        np.testing.assert_array_equal(other.tensors[name], tensor)
    for keep in (0, 10, -3):
        cut = tmp_path / "cut.safetensors.z"
        cut.write_bytes(small.read_bytes()[:keep])
        with pytest.raises(ModelFileError, match="install Wenbao again"):
            Adapters.read(cut)


def test_kept_layers_are_numbered_as_they_come(weights: WeightsFile) -> None:
    hidden = weights.shape.hidden
    norm = np.full(hidden, 1.5, np.float32)
    merged = AdaptedWeights(weights, Adapters({"l1.aln.w": norm}, {"layers": "2 7 11"}))
    assert merged.shape.layers == 3
    np.testing.assert_array_equal(merged.matrix("l1.q.w", hidden), weights.matrix("l7.q.w", hidden))
    np.testing.assert_array_equal(merged.vector("l2.fo.b"), weights.vector("l11.fo.b"))
    np.testing.assert_array_equal(merged.vector("emb.ln.w"), weights.vector("emb.ln.w"))
    assert np.all(merged.vector("l1.aln.w") == 1.5)
    with pytest.raises(ModelFileError, match="keep 3 layers"):
        merged.matrix("l3.q.w", hidden)
