from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from scripts.average_adapters import average


def test_the_mean_of_two_files(tmp_path: Path) -> None:
    files = [tmp_path / "a", tmp_path / "b"]
    for file, value in zip(files, (1.0, 4.0), strict=True):
        save_file({"w": np.full((2, 3), value, np.float16)}, file, {"scale": "2"})
    average(tmp_path / "out", files)
    mean = load_file(tmp_path / "out")["w"]
    assert mean.dtype == np.float16
    np.testing.assert_array_equal(mean, np.full((2, 3), 2.5))


@pytest.mark.parametrize("other", [{"v": np.zeros(2, np.float16)}, {"w": np.zeros(3, np.float16)}])
def test_files_that_do_not_fit_are_refused(tmp_path: Path, other: dict[str, np.ndarray]) -> None:
    save_file({"w": np.zeros(2, np.float16)}, tmp_path / "a")
    save_file(other, tmp_path / "b")
    with pytest.raises(ValueError, match=r"other tensors|not the same shape"):
        average(tmp_path / "out", [tmp_path / "a", tmp_path / "b"])
