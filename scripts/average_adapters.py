"""Average trained adapters tensor by tensor: of runs that started alike, the mean often does better than each.

    python scripts/average_adapters.py OUT ADAPTERS ADAPTERS […]

"Model soups", Wortsman et al. 2022. All files must hold the same tensors; metadata is the last one's, the mean float16.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from embeddings.adapters import Adapters


def average(out: Path, files: list[Path]) -> None:
    """Write the mean of `files` to `out`. Raises ValueError where their tensors are not the same."""
    opened = [Adapters.read(file) for file in files]
    names = opened[0].tensors.keys()
    for one, file in zip(opened, files, strict=True):
        if one.tensors.keys() != names:
            raise ValueError(f"{file} holds other tensors than {files[0]}")
    mean = {}
    for name in names:
        tensors = [one.tensors[name] for one in opened]
        if len({tensor.shape for tensor in tensors}) > 1:
            raise ValueError(f"{name} has not the same shape everywhere")
        mean[name] = np.mean(tensors, axis=0).astype(np.float16)
    save_file(mean, out, opened[-1].metadata)


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    average(Path(sys.argv[1]), [Path(one) for one in sys.argv[2:]])
