"""Average trained adapters tensor by tensor: of runs that started alike, the mean often does better than each.

    python scripts/average_adapters.py OUT ADAPTERS ADAPTERS […]

"Model soups", Wortsman et al. 2022. All files must hold the same tensors; metadata is the last one's.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file


def average(out: Path, files: list[Path]) -> None:
    """Write the mean of `files` to `out`. Raises ValueError where their tensors are not the same."""
    opened = [safe_open(file, "numpy") for file in files]
    names = list(opened[0].keys())
    for one, file in zip(opened, files, strict=True):
        if sorted(one.keys()) != sorted(names):
            raise ValueError(f"{file} holds other tensors than {files[0]}")
    mean = {}
    for name in names:
        tensors = [one.get_tensor(name) for one in opened]
        if len({tensor.shape for tensor in tensors}) > 1:
            raise ValueError(f"{name} has not the same shape everywhere")
        mean[name] = np.mean([tensor.astype(np.float32) for tensor in tensors], axis=0).astype(tensors[0].dtype)
    save_file(mean, out, opened[-1].metadata())


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    average(Path(sys.argv[1]), [Path(one) for one in sys.argv[2:]])
