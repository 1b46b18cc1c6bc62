"""The vector index as files: a copy of what the store holds, so that a large archive starts at once.

DIR/state.json           whose vectors, how far into the store they reach, and the other file's name, size and CRC 32
DIR/vectors-….faiss      written under a new name, forced to the disk, and only then named by the state

A crash leaves the old pair or the new one. What is missing, damaged or another archive's counts as not there.
"""

from __future__ import annotations

import json
import os
import secrets
import zlib
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

from retrieval.nearest import Nearest

_LAYOUT = 1  # raise it when older files cannot be read any more
_STATE_FILE = "state.json"


@dataclass(frozen=True, slots=True)
class Reach:
    """How far into the store an index goes: the newest vector and the newest removal taken in."""

    vector: int = 0
    deletion: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """What the files are of: `owner` is the archive and the encoder, `fitted_on` how many vectors there were then."""

    owner: str
    reach: Reach
    is_exact: bool
    fitted_on: int
    file: str
    size_bytes: int
    checksum: int


def read_state(directory: Path, owner: str) -> State | None:
    """The state in `directory`; None where there is none, it is damaged or another owner's."""
    try:
        content = json.loads((directory / _STATE_FILE).read_bytes())
        if content.pop("layout") != _LAYOUT or content.pop("check") != _check(content):
            return None
        state = State(**{**content, "reach": Reach(**content["reach"])})
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return state if state.owner == owner else None


def is_whole(directory: Path, state: State) -> bool:
    """Whether the file that `state` names is as it was written; read through once, then only when it was touched."""
    path = directory / Path(state.file).name
    try:
        seen = path.stat()
        return seen.st_size == state.size_bytes and _checksum_at(path, seen.st_mtime_ns) == state.checksum
    except OSError:
        return False


@lru_cache(maxsize=4)
def _checksum_at(path: Path, modified_ns: int) -> int:
    del modified_ns  # only part of the key
    return _stamp(path)[1]


def load(directory: Path, state: State) -> Nearest | None:
    """The index that `state` names; None where its file is gone or not as it was written."""
    path = directory / Path(state.file).name
    try:
        if _stamp(path) != (state.size_bytes, state.checksum):
            return None
        return Nearest.read(path)
    except (OSError, RuntimeError, ValueError):
        return None


def save(directory: Path, owner: str, nearest: Nearest, reach: Reach, fitted_on: int) -> None:
    """Put `nearest` in the place of what is there. Raises OSError or RuntimeError where it cannot be written."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"vectors-{secrets.token_hex(6)}.faiss"
    try:
        nearest.write(path)
        _force(path)
        size, checksum = _stamp(path)
        state = State(owner, reach, nearest.is_exact, fitted_on, path.name, size, checksum)
        content = asdict(state)
        new = directory / f"{_STATE_FILE}.new"
        new.write_text(json.dumps({**content, "check": _check(content), "layout": _LAYOUT}), "utf-8")
        _force(new)
        os.replace(new, directory / _STATE_FILE)
        _force(directory)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    for other in directory.glob("vectors-*.faiss"):
        if other != path:
            other.unlink(missing_ok=True)


def _check(content: dict[str, object]) -> int:
    return zlib.crc32(json.dumps(content, sort_keys=True).encode())


def _stamp(path: Path) -> tuple[int, int]:
    size = checksum = 0
    with path.open("rb") as file:
        while block := file.read(2**20):
            size += len(block)
            checksum = zlib.crc32(block, checksum)
    return size, checksum


def _force(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
