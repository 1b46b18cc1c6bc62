"""A disk that is full at one step or another: nothing acknowledged is lost, and with room again writing goes on.

Twice: no file may grow beyond a size (RLIMIT_FSIZE), and a small file system in memory, where that can be mounted.
WENBAO_LONG_TESTS=1 tries more sizes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from safety import checking
from safety.plan import steps
from safety.stepping import WRITER

if sys.platform != "linux":
    pytest.skip("needs Linux: RLIMIT_FSIZE, mount", allow_module_level=True)

import resource

LONG = bool(os.environ.get("WENBAO_LONG_TESTS"))
SEED, STEPS = 21, 8
FILE_KIB = [*range(8, 240, 8)] if LONG else [40, 150, 200]  # the database's log needs the most, 230
DISK_KIB = [*range(20, 440, 12)] if LONG else [60, 200, 350]


def write(directory: Path, note: Path, largest_file: int = resource.RLIM_INFINITY) -> subprocess.CompletedProcess[str]:
    """Carry out the plan from where it stands; no file grows beyond `largest_file` bytes."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, resource.RLIM_INFINITY))

    command = [sys.executable, str(WRITER), str(directory), str(note), str(SEED), str(STEPS)]
    return subprocess.run(command, preexec_fn=limit, capture_output=True, text=True, check=False, timeout=120)


def acknowledged(note: Path) -> int:
    return len(note.read_bytes()) if note.exists() else 0


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("size_kib", FILE_KIB)
def test_no_file_can_grow(tmp_path: Path, size_kib: int) -> None:
    plan, directory, note = steps(SEED, STEPS), tmp_path / "archive", tmp_path / "note"
    stopped = write(directory, note, size_kib * 1024)
    done = acknowledged(note)
    assert stopped.returncode or size_kib > 200, "nothing was in its way: the test shows nothing"
    assert (stopped.returncode == 0) == (done == len(plan)), stopped.stderr
    checking.check(directory, plan, done)
    assert write(directory, note).returncode == 0
    checking.check(directory, plan, len(plan))


@pytest.fixture
def small_disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    order = ["mount", "-t", "tmpfs", "-o", f"size={request.param}k", "tmpfs", str(place)]
    if not shutil.which("mount") or subprocess.run(order, capture_output=True, check=False).returncode:
        pytest.skip("SKIPPED: no file system can be mounted here (needs root)")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("small_disk", DISK_KIB, indirect=True)
def test_a_full_disk(small_disk: Path, tmp_path: Path) -> None:
    plan, directory, note = steps(SEED, STEPS), small_disk / "archive", tmp_path / "note"
    stopped = write(directory, note)
    done = acknowledged(note)
    assert (stopped.returncode == 0) == (done == len(plan)), stopped.stderr
    copy = tmp_path / "copy"
    if directory.exists():
        shutil.copytree(directory, copy, ignore=shutil.ignore_patterns("*-shm"))
    checking.check(copy, plan, done)
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    assert write(directory, note).returncode == 0, "there is room again"
    checking.check(directory, plan, len(plan))
