"""Write trained adapters smaller than training leaves them; `embeddings.adapters` reads all forms.

    python scripts/pack_adapters.py ADAPTERS OUT.safetensors.z [--four-bits]

Compressed, without any loss, they have 0.86 of their size; with their matrices in blocks of 4 bits, 0.26.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from embeddings.adapters import COMPRESSED, Adapters, compressed, is_transposed
from embeddings.e5_file import BLOCK

_MATRICES = (".down", ".up", "pool.w")
_MOST = 7  # of the four-bit numbers, which lie from -8 to 7


def pack(source: Path, out: Path, *, four_bits: bool) -> None:
    """Write the adapters `source` to `out`. Raises ValueError where its name does not say that it is compressed."""
    if out.suffix != COMPRESSED:
        raise ValueError(f"{out} is compressed: its name has to end with {COMPRESSED}")
    adapters = Adapters.read(source)
    tensors = {
        name: blocks(name, tensor) if four_bits and name.endswith(_MATRICES) else tensor.astype(np.float16)
        for name, tensor in adapters.tensors.items()
    }
    out.write_bytes(compressed(save(tensors, adapters.metadata)))


def blocks(name: str, matrix: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The matrix as `embeddings.e5_file` has them, (rows, columns / 32, 18) bytes: a float16 scale, then 32 numbers."""
    rows = np.ascontiguousarray(matrix.T if is_transposed(name) else matrix)
    parts = rows.reshape(len(rows), -1, BLOCK)
    scale = (np.abs(parts).max(axis=-1, keepdims=True) / _MOST).astype(np.float16)
    divisor = np.where(scale > 0, scale, 1).astype(np.float32)
    numbers = np.clip(np.rint(parts / divisor), -_MOST, _MOST).astype(np.int8) + 8
    nibbles = (numbers[..., : BLOCK // 2] | numbers[..., BLOCK // 2 :] << 4).astype(np.uint8)
    return np.ascontiguousarray(np.concatenate([scale.view(np.uint8), nibbles], axis=-1))  # safetensors writes memory


if __name__ == "__main__":
    paths = [one for one in sys.argv[1:] if one != "--four-bits"]
    if len(paths) != 2:
        sys.exit(__doc__)
    pack(Path(paths[0]), Path(paths[1]), four_bits="--four-bits" in sys.argv)
