from __future__ import annotations

import importlib.util
import io
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from embeddings.e5_file import WeightsFile
from embeddings.graph_weights import ALIGNMENT, INT8_LIMIT, layout, write_weights
from embeddings.packaged import ENCODER, QUERY_ENCODER, READER, PackagedModel

SCRIPT = Path(__file__).parents[2] / "scripts" / "build_graph.py"


@pytest.fixture(scope="module")
def build_graph() -> ModuleType:
    pytest.importorskip("onnx", reason="onnx, of the dev extra, is not installed")
    spec = importlib.util.spec_from_file_location("build_graph", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("model", [ENCODER, READER, QUERY_ENCODER], ids=lambda model: model.name)
def test_the_committed_graph_is_what_the_script_builds(build_graph: ModuleType, model: PackagedModel) -> None:
    import onnx

    committed = onnx.ModelProto.FromString((build_graph.OUT / model.graph).read_bytes())
    built = build_graph.build(model)
    assert built == committed, "run python scripts/build_graph.py"


def test_the_graph_carries_no_weights(build_graph: ModuleType) -> None:
    assert all(file.stat().st_size < 100_000 for file in build_graph.OUT.glob("*.onnx"))


def test_every_tensor_is_aligned_and_apart(weights: WeightsFile) -> None:
    slots = layout(weights.shape)
    end = 0
    for slot in slots:
        assert slot.offset % ALIGNMENT == 0
        assert end <= slot.offset < end + ALIGNMENT
        end = slot.offset + slot.size_bytes
    assert len({slot.name for slot in slots}) == len(slots)


def test_written_matrices_are_the_source_within_half_a_step(weights: WeightsFile) -> None:
    out = io.BytesIO()
    write_weights(weights, out)
    slots = {slot.name: slot for slot in layout(weights.shape)}

    def read(name: str) -> np.ndarray:
        slot = slots[name]
        return np.frombuffer(out.getvalue(), slot.dtype, int(np.prod(slot.shape)), slot.offset).reshape(slot.shape)

    source = weights.matrix("l3.fo.w", weights.shape.feed_forward)  # (out, in)
    quantized, scale = read("l3.fo.w"), read("l3.fo.scale")
    assert np.abs(quantized).max() == INT8_LIMIT
    assert np.all(np.abs(quantized * scale - source.T) <= scale / 2 * 1.001)
    np.testing.assert_array_equal(read("l3.fo.b"), weights.vector("l3.fo.b"))
    key = weights.matrix("l0.k.w", weights.shape.hidden)
    columns = slice(weights.shape.hidden, 2 * weights.shape.hidden)
    joined = read("l0.qkv.w")[:, columns] * read("l0.qkv.scale")[columns]
    assert np.abs(joined - key.T).max() < 0.02
