"""The index on disk: read as it was written, or not at all."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import tantivy
from filelock import FileLock

from retrieval.lexical.fields import open_index
from retrieval.names import Names, read_names

LAYOUT_VERSION = 6
_STATE_FILE = "wenbao-state.json"

Checksums = Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class State:
    """How much of which store an index holds: its newest passage and the newest deletion that it has taken in."""

    archive: str
    passage_id: int = 0
    article_id: str = ""  # of that passage: tells a store that was put back from a backup
    deletion: int = 0
    names: int = 0  # CRC 32 of the list of names that it was made with
    layout: int = LAYOUT_VERSION


@dataclass(frozen=True, slots=True)
class View:
    """An index as it stood at one state, with the size and checksum of each of its files."""

    index: tantivy.Index
    state: State
    checksums: Checksums
    names: Names


class UnusableError(Exception):
    """The index on disk is missing, damaged, another archive's or another version's."""


@contextmanager
def damage() -> Iterator[None]:
    """Turn whatever tantivy raises over damaged files into UnusableError."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise UnusableError(str(error)) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # a panic of the library's; derived from BaseException
            raise
        raise UnusableError(str(error)) from error


def lock_of(directory: Path, timeout_s: float) -> FileLock:
    """The lock that whoever writes to `directory` holds."""
    return FileLock(directory.with_name(f"{directory.name}.lock"), timeout=timeout_s)


def read_view(directory: Path, archive: str, before: View | None) -> View:
    """The index in `directory`; `before` itself where nothing was written since. Raises UnusableError."""
    try:
        content = json.loads((directory / _STATE_FILE).read_bytes())
        state, checksums, names = State(**content["state"]), content["files"], content["names"]
        intact = content["check"] == _fingerprint(content["state"], checksums) and state.names == names_mark(names)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise UnusableError(f"no state: {error}") from error
    if not intact or (state.archive, state.layout) != (archive, LAYOUT_VERSION):
        raise UnusableError("another's state")
    if before and before.state == state and before.checksums == checksums:
        return before
    known = before.checksums if before else {}
    with damage():
        if any(known.get(name) != stamp and _stamp(directory / name) != stamp for name, stamp in checksums.items()):
            raise ValueError("a file is not as it was written")
        index = _opened(directory, checksums)
    return View(index, state, checksums, read_names(names))


def _opened(directory: Path, names: Iterable[str]) -> tantivy.Index:
    """The index of `directory`, loaded as it stands."""
    if os.access(directory, os.W_OK):
        index = open_index(directory)
        index.reload()
        return index
    # tantivy takes a lock file even to read, so it reads by links from where it may. They can go once all is open.
    with TemporaryDirectory(prefix="wenbao-") as writable:
        for name in names:
            os.symlink((directory / name).resolve(), Path(writable, name))
        index = open_index(Path(writable))
        index.reload()
    return index


def damaged_files(directory: Path, view: View) -> list[str]:
    """Names of the files of `view` that are not any more as they were written."""
    return [name for name, stamp in view.checksums.items() if _stamp_or_none(directory / name) != list(stamp)]


def _stamp_or_none(path: Path) -> list[int] | None:
    try:
        return _stamp(path)
    except OSError:
        return None


def checksums_of(directory: Path, known: Checksums) -> Checksums:
    """Name → [size in bytes, CRC 32] of the index's files. All but `meta.json` never change once written."""
    names = [path.name for path in directory.iterdir() if not path.name.startswith((".", _STATE_FILE))]
    kept = {name: known[name] for name in names if name in known and name != "meta.json"}
    return {name: kept.get(name) or _stamp(directory / name) for name in sorted(names)}


def _stamp(path: Path) -> list[int]:
    size = checksum = 0
    with path.open("rb") as file:
        while block := file.read(2**20):
            size += len(block)
            checksum = zlib.crc32(block, checksum)
    return [size, checksum]


def names_mark(text: str) -> int:
    """What stands for a list of names in the state; 0 for none."""
    return zlib.crc32(text.encode())


def _fingerprint(state: Mapping[str, object], checksums: Checksums) -> int:
    return zlib.crc32(json.dumps([state, checksums], sort_keys=True).encode())


def write_state(directory: Path, state: State, checksums: Checksums, names: Names) -> None:
    """Say what the index in `directory` holds now."""
    content = {
        "state": asdict(state),
        "files": checksums,
        "names": names.text,
        "check": _fingerprint(asdict(state), checksums),
    }
    temporary = directory / f"{_STATE_FILE}.new"
    temporary.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    os.replace(temporary, directory / _STATE_FILE)
