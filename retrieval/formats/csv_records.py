"""CSV and TSV: a header row that names the fields, then one record a row."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from retrieval.formats.document import DocumentProblem, RawDocument
from retrieval.formats.errors import DamagedFileError, EmptyFileError
from retrieval.formats.fields import field_of, read_record
from retrieval.formats.lines import MAX_LINE_CHARACTERS, LineError, Lines, opened_lines

_DELIMITERS = (",", ";", "\t")


def read_csv(path: Path) -> Iterator[RawDocument | DocumentProblem]:
    """Yield the records of a table parted by commas, semicolons or tabs, whichever makes most sense of its header."""
    yield from _read_table(path, _DELIMITERS)


def read_tsv(path: Path) -> Iterator[RawDocument | DocumentProblem]:
    """Yield the records of a table parted by tabs."""
    yield from _read_table(path, ("\t",))


def _read_table(path: Path, delimiters: tuple[str, ...]) -> Iterator[RawDocument | DocumentProblem]:
    # The limit belongs to the process, with 131,072 by default; to raise it harms nobody.
    csv.field_size_limit(max(csv.field_size_limit(), MAX_LINE_CHARACTERS))
    is_empty = True
    with opened_lines(path) as lines:
        header, delimiter = _header(lines, delimiters)
        for locator, row in _rows(lines, delimiter):
            if isinstance(row, DocumentProblem):
                yield row
            elif any(cell.strip() for cell in row):
                yield from _read_row(header, row, locator)
            else:
                continue
            is_empty = False
    if is_empty:
        raise EmptyFileError("the file holds a header row and no other; export it again, or leave it out")


def _rows(lines: Lines, delimiter: str) -> Iterator[tuple[str, list[str] | DocumentProblem]]:
    """Yield where each row begins, and its cells or the problem in its place."""
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        locator = f"line {lines.number + 1}"  # a quoted cell may hold line breaks
        try:
            row = next(rows, None)
        except LineError as error:
            yield "", DocumentProblem(str(error), f"line {lines.number}")
        except csv.Error as error:
            yield "", DocumentProblem(f'the row is no valid CSV: {error}; write " inside a cell as ""', locator)
        else:
            if row is None:
                return
            yield locator, row


def _header(lines: Lines, delimiters: tuple[str, ...]) -> tuple[list[str], str]:
    try:
        line = next((line for line in lines if line.strip()), None)
    except LineError as error:
        raise DamagedFileError(f"the header row cannot be read: {error}") from error
    if line is None:
        raise EmptyFileError("the file holds only blank lines; export it again, or leave it out")
    headers = {delimiter: _cells(line, delimiter) for delimiter in delimiters}
    delimiter = max(delimiters, key=lambda delimiter: sum(map(_is_field, headers[delimiter])))
    header = headers[delimiter]
    if not any(field_of(name) == "body" for name in header):
        seen = " ".join(line.split())[:80]
        raise DamagedFileError(f"the header row '{seen}' names no column of text; name one body, content, text or 正文")
    return header, delimiter


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _is_field(name: str) -> bool:
    return field_of(name) is not None


def _read_row(header: list[str], row: list[str], locator: str) -> Iterator[RawDocument | DocumentProblem]:
    if any(cell.strip() for cell in row[len(header) :]):
        yield DocumentProblem(
            f"the row has {len(row)} cells and the header {len(header)}; quote the cells that hold a delimiter", locator
        )
        return
    yield from read_record(dict(zip(header, row, strict=False)), locator)
