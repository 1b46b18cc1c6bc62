"""Stop a process at each of its writes, syncs and renames, by strace; and processes that start in no time."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

WRITER = Path(__file__).with_name("writer.py")
CHANGES = (
    "write,pwrite64,writev,pwritev,fsync,fdatasync,msync,sync_file_range,ftruncate,fallocate,"
    "rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,link,linkat,copy_file_range,sendfile"
)


def needs_strace() -> str:
    """The path of strace; skips where there is none or it may not trace."""
    strace = shutil.which("strace")
    if not strace:
        pytest.skip("needs strace (Debian: apt-get install strace)")
    if subprocess.run([strace, "-qq", "-o", os.devnull, "true"], check=False, capture_output=True).returncode:
        pytest.skip("strace may not trace here")
    return strace


def step_through(command: list[str], folder: Path, at: Callable[[int, str, int], bool]) -> tuple[int, int, str]:
    """Run `command`; after each change that it makes to files, while it stands still, `at(number, call, pid)`.

    Where that is false the process is killed there. The number of changes, the exit code (negative: the signal that
    ended it) and the output.
    """
    pipe, output = folder / "strace", folder / "output"
    os.mkfifo(pipe)
    calls = f"?{CHANGES.replace(',', ',?')}"
    tracing = [needs_strace(), "-f", "-y", "-qqq", "-o", str(pipe), "-e", f"trace={calls}"]
    tracing += ["-e", f"inject={calls}:signal=SIGSTOP"]
    number = 0
    with output.open("wb") as out:
        process = subprocess.Popen([*tracing, *command], stdout=out, stderr=out)
        last = ""
        with pipe.open(errors="replace") as lines:
            for line in lines:
                if "--- SIGSTOP {" not in line:
                    last = line if " = " in line else last
                    continue
                pid = leader_of(int(line.split()[0]))
                if not pid or not stands_still(pid):
                    continue
                number += 1
                if at(number, last.strip(), pid):
                    os.kill(pid, signal.SIGCONT)
                else:
                    os.kill(pid, signal.SIGKILL)
        code = process.wait()
    pipe.unlink()
    return number, code, output.read_text(errors="replace")


def leader_of(thread: int) -> int:
    """The process that a thread belongs to; 0 where it is gone."""
    try:
        status = Path(f"/proc/{thread}/status").read_text()
    except OSError:
        return 0
    return int(status.split("Tgid:")[1].split()[0])


def stands_still(pid: int) -> bool:
    """Wait until every thread of a process is stopped."""
    for _ in range(2000):
        try:
            found = [one.read_text().rpartition(")")[2].split()[0] for one in Path(f"/proc/{pid}/task").glob("*/stat")]
        except OSError:
            found = ["?"]
        if found and set(found) <= {"t", "T"}:
            return True
        if not found:
            return False
        time.sleep(0.0005)
    return Path(f"/proc/{pid}").exists()


class Writers:
    """Starts writers (writer.py) that need no time to load: each is a fork of one that has loaded everything."""

    def __init__(self) -> None:
        self._server = subprocess.Popen(
            [sys.executable, str(WRITER), "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def start(self, directory: Path, acknowledged: Path, seed: int, count: int, output: Path) -> int:
        """Start one; its process id. What it prints, with its exit code at the end, goes to `output`."""
        assert self._server.stdin
        assert self._server.stdout
        line = [str(directory), str(acknowledged), seed, count, str(output)]
        self._server.stdin.write(json.dumps(line) + "\n")
        self._server.stdin.flush()
        return int(self._server.stdout.readline())

    def close(self) -> None:
        """End the server; writers that run go on."""
        assert self._server.stdin
        assert self._server.stdout
        self._server.stdin.close()
        self._server.wait()
        self._server.stdout.close()


@contextmanager
def writers() -> Iterator[Writers]:
    """A server of writers, ended afterwards."""
    server = Writers()
    try:
        yield server
    finally:
        server.close()


def alive(pid: int) -> bool:
    """Whether a process still runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_for(pid: int, timeout_s: float = 120.0) -> None:
    """Wait for the end of a process that is not our child."""
    deadline = time.monotonic() + timeout_s
    while alive(pid):
        assert time.monotonic() < deadline, "the writer does not end"
        time.sleep(0.002)
