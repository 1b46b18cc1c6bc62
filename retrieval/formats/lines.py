"""A file line by line, however large it is."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from retrieval.formats.document import DocumentProblem
from retrieval.formats.encoding import detect_encoding
from retrieval.formats.files import opened

MAX_LINE_CHARACTERS = 4 * 2**20  # a line, or a CSV record; the longest newspaper article has some 30,000
_SAMPLE_BYTES = 2**20  # what decides the encoding of the whole file
_UNDECODED = re.compile("[\udc80-\udcff]")  # how "surrogateescape" leaves a byte that it cannot decode


class LineError(Exception):
    """One line cannot be read; the next one can."""


class Lines:
    """The lines of a file with their ends, as an iterator that outlives a bad line.

    `next` raises `LineError` for a line that is too long or holds bytes outside the file's encoding, and goes on with
    the line after it. `number` counts from 1 and is that of the line last given or refused.
    """

    def __init__(self, file: io.TextIOWrapper) -> None:
        self.number = 0
        self._file = file

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._file.readline(MAX_LINE_CHARACTERS)
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) == MAX_LINE_CHARACTERS and not line.endswith(("\n", "\r")):
            size = len(line) + self._skip_rest()
            raise LineError(f"the line has {size:,} characters; write at most {MAX_LINE_CHARACTERS:,}")
        if bad := _UNDECODED.search(line):
            byte = ord(bad.group()) - 0xDC00
            raise LineError(
                f"the line is not valid {self._file.encoding} (byte 0x{byte:02X} at character {bad.start() + 1}); "
                "save the file as UTF-8"
            )
        return line

    def or_problems(self) -> Iterator[str | DocumentProblem]:
        """Yield each line, or the problem that stands in its place."""
        while True:
            try:
                yield next(self)
            except StopIteration:
                return
            except LineError as error:
                yield DocumentProblem(str(error), f"line {self.number}")

    def _skip_rest(self) -> int:
        skipped = 0
        while rest := self._file.readline(MAX_LINE_CHARACTERS):
            skipped += len(rest)
            if rest.endswith(("\n", "\r")):
                break
        return skipped


@contextmanager
def opened_lines(path: Path) -> Iterator[Lines]:
    """Open a text file as `Lines`; raise `FormatError` where its first mebibyte is not text."""
    with opened(path) as file:
        sample = file.read(_SAMPLE_BYTES)
        encoding = detect_encoding(sample, is_whole=len(sample) < _SAMPLE_BYTES)
        file.seek(0)
        errors = "replace" if encoding.startswith(("utf-16", "utf-32")) else "surrogateescape"
        with io.TextIOWrapper(file, encoding=encoding, errors=errors, newline="") as text:
            yield Lines(text)
