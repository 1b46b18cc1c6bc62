"""Low-rank adapters of the packaged encoder: how they lie in a file, and how they are merged into its weights.

An adapter file is safetensors. The matrices of layer n are `l{n}.{part}.down` (rank, inputs) and `l{n}.{part}.up`
(outputs, rank), with the parts of `embeddings.e5_file`: q, k, v, ao (attention output), fi and fo (feed-forward input
and output). Trained LayerNorms stand beside them whole under the encoder's own names (`emb.ln.w`, `l0.aln.b`), and so
do tensors of the task, such as `head.w`. The metadata carries `scale`, and `layers` where only these are kept: they are
then numbered from 0 as they come. (Hu et al. 2021, arXiv:2106.09685.)

A matrix may lie in blocks of 4 bits, as `embeddings.e5_file` has them: (rows, columns / 32, 18) bytes, `up` transposed.
A file whose name ends with `.z` is compressed; of its tensors all bytes at even places come first, then the others.
"""

from __future__ import annotations

import json
import re
import struct
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.e5_file import ModelFileError, WeightsFile, dequantize

Float32 = NDArray[np.float32]
PARTS = ("q", "k", "v", "ao", "fi", "fo")
_DTYPES = {"F16": "<f2", "F32": "<f4", "U8": "u1"}
COMPRESSED = ".z"
_LAYER = re.compile(r"l(\d+)(?=\.)")


class Adapters:
    """The tensors of an adapter file, float32."""

    def __init__(self, tensors: dict[str, Float32], metadata: dict[str, str]) -> None:
        self.tensors = tensors
        self.metadata = metadata
        self.scale = float(metadata.get("scale", "1"))
        self.layers = tuple(map(int, metadata["layers"].split())) if "layers" in metadata else None

    @classmethod
    def read(cls, path: Path) -> Adapters:
        """Read `path`. Raises ModelFileError when it is missing, damaged, or holds other kinds of numbers."""
        try:
            data = path.read_bytes()
            return cls(*_read_safetensors(_uncompressed(data) if path.suffix == COMPRESSED else data))
        except OSError as error:
            raise ModelFileError(f"Cannot read the adapters {path}: {error.strerror or error}") from error
        except (ValueError, KeyError, TypeError, AttributeError, struct.error, zlib.error) as error:
            raise ModelFileError(f"The adapters {path} are damaged ({error}); install Wenbao again") from error


class AdaptedWeights:
    """`WeightsFile` with adapters merged in: W' = W + scale · up · down; the norms are replaced.

    Only the layers that the adapters keep are there, numbered from 0.
    """

    def __init__(self, weights: WeightsFile, adapters: Adapters) -> None:
        self._kept = adapters.layers or tuple(range(weights.shape.layers))
        self.shape = replace(weights.shape, layers=len(self._kept))
        self._weights = weights
        self._adapters = adapters

    def vector(self, name: str) -> Float32:
        """A float32 tensor, flat."""
        tensor = self._adapters.tensors.get(name)
        return self._weights.vector(self._place(name)) if tensor is None else tensor.ravel()

    def matrix(self, name: str, columns: int) -> Float32:
        """(rows, columns) float32. Raises ModelFileError when an adapter does not fit its matrix."""
        matrix = self._weights.matrix(self._place(name), columns)
        part = name.removesuffix(".w")
        down, up = (self._adapters.tensors.get(f"{part}.{half}") for half in ("down", "up"))
        if down is None or up is None:
            return matrix
        if up.shape[0] != matrix.shape[0] or down.shape[1] != columns or up.shape[1] != down.shape[0]:
            raise ModelFileError(f"The adapters of {part} are {up.shape} and {down.shape}, the matrix {matrix.shape}")
        merged: Float32 = matrix + np.float32(self._adapters.scale) * (up @ down)
        return merged

    def _place(self, name: str) -> str:
        """The name of a tensor in the whole encoder."""
        try:
            return _LAYER.sub(lambda match: f"l{self._kept[int(match[1])]}", name, count=1)
        except IndexError:
            raise ModelFileError(f"The adapters keep {len(self._kept)} layers: there is no {name}") from None


def _read_safetensors(data: bytes) -> tuple[dict[str, Float32], dict[str, str]]:
    """An eight-byte length, a JSON header of that length, then the tensors (the safetensors format)."""
    start = _data_start(data)
    header = json.loads(data[8:start])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        flat = np.frombuffer(data[start + begin : start + end], _DTYPES[entry["dtype"]])
        stored = flat.reshape(entry["shape"])
        if stored.dtype == np.uint8:
            matrix = dequantize(stored)
            tensors[name] = np.ascontiguousarray(matrix.T) if is_transposed(name) else matrix
        else:
            tensors[name] = stored.astype(np.float32)
    return tensors, metadata


def is_transposed(name: str) -> bool:
    """Whether the matrix lies transposed in blocks: those with as few columns as the adapters' rank."""
    return name.endswith(".up")


def compressed(data: bytes) -> bytes:
    """A safetensors file of an even length, smaller: the high bytes of 16-bit numbers, much alike, side by side."""
    start = _data_start(data)
    numbers = np.frombuffer(data[start:], np.uint8).reshape(-1, 2)
    # Numbers hardly ever repeat: looking for repetitions costs a hundredth of the size.
    packer = zlib.compressobj(strategy=zlib.Z_HUFFMAN_ONLY)
    return packer.compress(data[:start] + numbers.T.tobytes()) + packer.flush()


def _uncompressed(data: bytes) -> bytes:
    data = zlib.decompress(data)
    start = _data_start(data)
    return data[:start] + np.frombuffer(data[start:], np.uint8).reshape(2, -1).T.tobytes()


def _data_start(data: bytes) -> int:
    (header_bytes,) = struct.unpack_from("<Q", data)
    return 8 + int(header_bytes)
