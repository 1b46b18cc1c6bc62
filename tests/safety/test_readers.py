"""Readers beside a writer: no error, and never an older state after a newer one.

WENBAO_LONG_TESTS=1 runs for ten minutes with four readers.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

LONG = bool(os.environ.get("WENBAO_LONG_TESTS"))
SECONDS, READERS = (600, 4) if LONG else (4, 2)


@pytest.mark.timeout(900)
def test_readers_beside_a_writer(tmp_path: Path) -> None:
    directory = tmp_path / "archive"
    program = [sys.executable, str(Path(__file__).with_name("stress.py"))]
    writer = _started([*program, "write", str(directory), str(SECONDS + 5)])
    while not (tmp_path / "acknowledged").exists():
        assert writer.poll() is None, writer.communicate()
        time.sleep(0.05)
    readers = [_started([*program, "read", str(directory), str(SECONDS)]) for _ in range(READERS)]
    for one in [*readers, writer]:
        out, err = one.communicate()
        assert one.returncode == 0, err
        result = json.loads(out)
        print(result)
        if one is writer:
            assert result["problems"] == []
        else:
            assert (result["wrong"], result["missing"]) == ([], 0)
            assert result["seen"] > 1


def _started(command: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
