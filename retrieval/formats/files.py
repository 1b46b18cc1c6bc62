"""The bytes of a file, or the reason why there are none."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from retrieval.formats.errors import EmptyFileError, FileAccessError, FileTooLargeError

MAX_FILE_BYTES = 64 * 2**20  # for a file that must be read whole: some 20 million Chinese characters


def read_bytes(path: Path, limit_bytes: int = MAX_FILE_BYTES) -> bytes:
    """Return the content of a file of at most `limit_bytes`; raise `FormatError` for any other."""
    with opened(path) as file:
        data = file.read(limit_bytes + 1)
        if len(data) > limit_bytes:
            size = max(path.stat().st_size, len(data))
            raise FileTooLargeError(
                f"the file has {megabytes(size)}, over the limit of {megabytes(limit_bytes)} for its format; "
                "split it into smaller files, or convert it to JSONL with one article a line"
            )
    return data


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a regular file that is not empty; within the block, an error of the system becomes `FileAccessError`."""
    try:
        _check_kind(path)
        with path.open("rb") as file:
            yield file
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise FileAccessError(f"the file cannot be read ({reason}); check its path and its permissions") from error


def megabytes(size_bytes: int) -> str:
    """Return a size as a person writes it."""
    return f"{size_bytes / 2**20:.1f} MB"


def _check_kind(path: Path) -> None:
    try:
        status = path.stat()
    except ValueError as error:  # a NUL in the name
        raise FileAccessError("the path holds a NUL character; give a path that can exist") from error
    if stat.S_ISDIR(status.st_mode):
        raise FileAccessError("the path is a directory; give the files in it")
    if not stat.S_ISREG(status.st_mode):  # a named pipe would block for ever
        raise FileAccessError("the path is a pipe or a device; copy its content to a file")
    if status.st_size == 0:
        raise EmptyFileError("the file is empty (0 bytes); export it again, or leave it out")
