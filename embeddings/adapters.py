"""Low-rank adapters of the packaged encoder: how they lie in a file, and how they are merged into its weights.

An adapter file is safetensors. The matrices of layer n are `l{n}.{part}.down` (rank, inputs) and `l{n}.{part}.up`
(outputs, rank), with the parts of `embeddings.e5_file`: q, k, v, ao (attention output), fi and fo (feed-forward input
and output). Trained LayerNorms stand beside them whole under the encoder's own names (`emb.ln.w`, `l0.aln.b`), and so
do tensors of the task, such as `head.w`. The metadata carries `scale`. (Hu et al. 2021, arXiv:2106.09685.)
"""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.e5_file import ModelFileError, WeightsFile

Float32 = NDArray[np.float32]
PARTS = ("q", "k", "v", "ao", "fi", "fo")
_DTYPES = {"F16": "<f2", "F32": "<f4"}


class Adapters:
    """The tensors of an adapter file, float32."""

    def __init__(self, tensors: dict[str, Float32], metadata: dict[str, str]) -> None:
        self.tensors = tensors
        self.metadata = metadata
        self.scale = float(metadata.get("scale", "1"))

    @classmethod
    def read(cls, path: Path) -> Adapters:
        """Read `path`. Raises ModelFileError when it is missing, damaged, or holds other kinds of numbers."""
        try:
            return cls(*_read_safetensors(path.read_bytes()))
        except OSError as error:
            raise ModelFileError(f"Cannot read the adapters {path}: {error.strerror or error}") from error
        except (ValueError, KeyError, TypeError, AttributeError, struct.error) as error:
            raise ModelFileError(f"The adapters {path} are damaged ({error}); install Wenbao again") from error


class AdaptedWeights:
    """`WeightsFile` with adapters merged in: W' = W + scale · up · down; the norms are replaced."""

    def __init__(self, weights: WeightsFile, adapters: Adapters) -> None:
        self.shape = weights.shape
        self._weights = weights
        self._adapters = adapters

    def vector(self, name: str) -> Float32:
        """A float32 tensor, flat."""
        tensor = self._adapters.tensors.get(name)
        return self._weights.vector(name) if tensor is None else tensor.ravel()

    def matrix(self, name: str, columns: int) -> Float32:
        """(rows, columns) float32. Raises ModelFileError when an adapter does not fit its matrix."""
        matrix = self._weights.matrix(name, columns)
        part = name.removesuffix(".w")
        down, up = (self._adapters.tensors.get(f"{part}.{half}") for half in ("down", "up"))
        if down is None or up is None:
            return matrix
        if up.shape[0] != matrix.shape[0] or down.shape[1] != columns or up.shape[1] != down.shape[0]:
            raise ModelFileError(f"The adapters of {part} are {up.shape} and {down.shape}, the matrix {matrix.shape}")
        merged: Float32 = matrix + np.float32(self._adapters.scale) * (up @ down)
        return merged


def _read_safetensors(data: bytes) -> tuple[dict[str, Float32], dict[str, str]]:
    """An eight-byte length, a JSON header of that length, then the tensors (the safetensors format)."""
    (header_bytes,) = struct.unpack_from("<Q", data)
    start = 8 + header_bytes
    header = json.loads(data[8:start])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        flat = np.frombuffer(data[start + begin : start + end], _DTYPES[entry["dtype"]])
        tensors[name] = flat.reshape(entry["shape"]).astype(np.float32)
    return tensors, metadata
