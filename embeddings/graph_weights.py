"""The weights of the packaged ONNX graphs: their order and layout in `weights.bin`, and how the file is written.

`embeddings/graphs/*.onnx` carry only the operators (`scripts/build_graph.py` writes them, with onnx, at
development time); their initializers are external data in `weights.bin` beside it, which is written from the
installed 4-bit weights at first use. So serving needs no onnx package (26 MB), and the repository carries no weights.

Matrices are int8 with one scale per output column, symmetric. They use only the range -64..64: without VNNI,
x86 multiplies unsigned activations by signed weights into saturating 16-bit sums, and 7 bits cannot saturate.
The source weights have 4 bits, so little is lost: the mean cosine to float32 is 0.9987 over the 200 texts of
tests/embeddings/encoder_texts.py, 0.9996 over a sample of them with the activations left in float32. Scales fitted to
the least squared error were no better.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from embeddings.adapters import AdaptedWeights
from embeddings.e5_file import ModelShape, WeightsFile

ALIGNMENT = 64
INT8_LIMIT = 64

Weights = WeightsFile | AdaptedWeights
Array = NDArray[np.float32] | NDArray[np.int8]


class Top(Enum):
    """What a graph makes of the last layer, and so which tensors of its own it has."""

    MEAN = "the unit vector of the mean over tokens"
    POOLED = "the unit vector of that mean and a matrix times it"
    SPANS = "two logits a token"


@dataclass(frozen=True, slots=True)
class TensorSlot:
    """Where one initializer lies in `weights.bin`."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    offset: int

    @property
    def size_bytes(self) -> int:
        """Bytes of the tensor, without padding."""
        return int(np.prod(self.shape)) * np.dtype(self.dtype).itemsize


def layout(shape: ModelShape, top: Top = Top.MEAN) -> list[TensorSlot]:
    """Every initializer of the graph in file order, each at a multiple of 64 bytes."""
    slots: list[TensorSlot] = []
    offset = 0
    for name, dtype, dims in _specification(shape, top):
        slot = TensorSlot(name, dtype, dims, offset)
        slots.append(slot)
        offset += -(-slot.size_bytes // ALIGNMENT) * ALIGNMENT
    return slots


def _specification(shape: ModelShape, top: Top) -> Iterator[tuple[str, str, tuple[int, ...]]]:
    hidden, wide = shape.hidden, shape.feed_forward
    yield "positions", "float32", (shape.positions, hidden)
    yield from _norm("emb.ln", hidden)
    for layer in range(shape.layers):
        yield from _linear(f"l{layer}.qkv", hidden, 3 * hidden)
        yield from _linear(f"l{layer}.ao", hidden, hidden)
        yield from _norm(f"l{layer}.aln", hidden)
        yield from _linear(f"l{layer}.fi", hidden, wide)
        yield from _linear(f"l{layer}.fo", wide, hidden)
        yield from _norm(f"l{layer}.oln", hidden)
    if top is Top.POOLED:
        yield "pool.w", "float32", (hidden, hidden)
    if top is Top.SPANS:
        yield "head.w", "float32", (hidden, 2)
        yield "head.b", "float32", (2,)


def _norm(name: str, size: int) -> Iterator[tuple[str, str, tuple[int, ...]]]:
    yield f"{name}.w", "float32", (size,)
    yield f"{name}.b", "float32", (size,)


def _linear(name: str, rows: int, columns: int) -> Iterator[tuple[str, str, tuple[int, ...]]]:
    yield f"{name}.w", "int8", (rows, columns)
    yield f"{name}.scale", "float32", (columns,)
    yield f"{name}.b", "float32", (columns,)


def write_weights(weights: Weights, out: BinaryIO, top: Top = Top.MEAN) -> None:
    """Write `weights.bin` for the graph to `out`; what the other tops need, adapted weights have."""
    at = 0
    for slot, array in zip(layout(weights.shape, top), _arrays(weights, top), strict=True):
        if array.shape != slot.shape or array.dtype != slot.dtype:
            raise ValueError(f"{slot.name}: {array.dtype} {array.shape}, the graph expects {slot.dtype} {slot.shape}")
        out.write(b"\0" * (slot.offset - at))
        out.write(np.ascontiguousarray(array).tobytes())
        at = slot.offset + slot.size_bytes


def _arrays(weights: Weights, top: Top) -> Iterator[Array]:
    hidden, wide = weights.shape.hidden, weights.shape.feed_forward
    positions = weights.vector("emb.pos").reshape(-1, hidden)
    yield positions + weights.vector("emb.type")[:hidden]
    yield from (weights.vector("emb.ln.w"), weights.vector("emb.ln.b"))
    for layer in range(weights.shape.layers):
        name = f"l{layer}"
        yield from _quantized(
            np.concatenate([weights.matrix(f"{name}.{part}.w", hidden) for part in "qkv"]),
            np.concatenate([weights.vector(f"{name}.{part}.b") for part in "qkv"]),
        )
        for part, columns in (("ao", hidden), ("aln", 0), ("fi", hidden), ("fo", wide), ("oln", 0)):
            bias = weights.vector(f"{name}.{part}.b")
            if columns:
                yield from _quantized(weights.matrix(f"{name}.{part}.w", columns), bias)
            else:
                yield from (weights.vector(f"{name}.{part}.w"), bias)
    if top is Top.POOLED:
        yield np.eye(hidden, dtype=np.float32) + weights.vector("pool.w").reshape(hidden, hidden).T
    if top is Top.SPANS:
        yield from (weights.vector("head.w").reshape(2, hidden).T, weights.vector("head.b"))


def _quantized(matrix: NDArray[np.float32], bias: NDArray[np.float32]) -> Iterator[Array]:
    """(out, in) float32 to (in, out) int8, scale (out,), bias (out,)."""
    scale = np.abs(matrix).max(axis=1) / INT8_LIMIT
    scale[scale == 0] = 1.0
    yield np.rint(matrix / scale[:, None]).astype(np.int8).T
    yield scale.astype(np.float32)
    yield bias
