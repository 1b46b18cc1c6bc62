"""A writer killed anywhere: what was acknowledged is there, and the archive opens by itself.

WENBAO_LONG_TESTS=1 stops at every single change (else at every few) and kills at 300 random moments.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path

import pytest

from safety import checking, stepping
from safety.plan import steps

LONG = bool(os.environ.get("WENBAO_LONG_TESTS"))
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux: SIGKILL, strace, /proc")


def acknowledged_steps(note: Path) -> int:
    return len(note.read_bytes()) if note.exists() else 0


@pytest.mark.timeout(3600)
def test_what_a_kill_leaves_after_each_write_sync_and_rename(tmp_path: Path) -> None:
    """The files as they lie while the writer stands still are what SIGKILL would leave at that point."""
    plan = steps(seed=11, count=3 if LONG else 2)
    directory, note, copy = tmp_path / "archive", tmp_path / "acknowledged", tmp_path / "copy"
    every = 1 if LONG else 20
    checked: list[str] = []

    def at(number: int, call: str, pid: int) -> bool:
        if number % every == 0 and directory.exists():
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(directory, copy, ignore=shutil.ignore_patterns("*-shm"))  # no process, no shared memory
            try:
                checking.check(copy, plan, acknowledged_steps(note))
            except BaseException:
                print(f"after change {number}: {call}")
                raise
            checked.append(call)
        return True

    command = [sys.executable, str(stepping.WRITER), str(directory), str(note), "11", str(len(plan))]
    changes, code, output = stepping.step_through(command, tmp_path, at)
    assert code == 0, output
    checking.check(directory, plan, len(plan))
    assert len(checked) > (changes / every) * 0.9
    if LONG:
        assert all(any(kind in call for call in checked) for kind in ("write", "sync", "rename"))
    print(f"{changes} changes, {len(checked)} checked")


@pytest.mark.timeout(3600)
def test_killed_for_good_at_a_write_sync_or_rename(tmp_path: Path) -> None:
    """The same with real kills, and the next writer goes on from what the last one left."""
    plan = steps(seed=12, count=4)
    directory, note = tmp_path / "archive", tmp_path / "acknowledged"
    chosen = random.Random(5)
    for _ in range(40 if LONG else 3):
        last = chosen.randrange(1, 120)
        command = [sys.executable, str(stepping.WRITER), str(directory), str(note), "12", str(len(plan))]
        _, code, output = stepping.step_through(command, tmp_path, lambda at, call, pid, last=last: at < last)
        assert code in (0, -signal.SIGKILL, 128 + signal.SIGKILL), output
        checking.check(directory, plan, acknowledged_steps(note))
        if acknowledged_steps(note) == len(plan):
            shutil.rmtree(directory)
            note.unlink()


@pytest.mark.timeout(3600)
def test_killed_at_random_moments(tmp_path: Path) -> None:
    rounds = 300 if LONG else 8
    chosen = random.Random(os.environ.get("WENBAO_KILL_SEED", "3"))
    plan = steps(seed=13, count=12)
    killed = 0
    directory, note = tmp_path / "archive", tmp_path / "acknowledged"
    with stepping.writers() as server:
        for number in range(rounds):
            output = tmp_path / f"output-{number}"
            pid = server.start(directory, note, 13, len(plan), output)
            time.sleep(chosen.uniform(0, 0.5))
            if stepping.alive(pid):
                os.kill(pid, signal.SIGKILL)
                killed += 1
            stepping.wait_for(pid)
            text = output.read_text(errors="replace") if output.exists() else ""
            assert text in ("", "exit 0\n"), f"round {number}: {text}"
            checking.check(directory, plan, acknowledged_steps(note), thorough=number % 5 == 0)
            if acknowledged_steps(note) == len(plan):
                shutil.rmtree(directory)
                note.unlink()
    assert killed > rounds // 2
    print(f"{killed} of {rounds} were killed")
