"""JSON and JSONL: records with the fields of `retrieval.formats.fields`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from retrieval.formats.document import DocumentProblem, RawDocument
from retrieval.formats.encoding import decode
from retrieval.formats.errors import DamagedFileError, EmptyFileError, QuestionFileError
from retrieval.formats.fields import field_of, read_record
from retrieval.formats.files import read_bytes
from retrieval.formats.lines import opened_lines

_LIST_KEYS = ("articles", "data", "items", "records")


def read_json(path: Path) -> Iterator[RawDocument | DocumentProblem]:
    """Yield the records of one object, of an array, or of an object's `articles` or `data`."""
    try:
        content = _loads(decode(read_bytes(path)))
    except ValueError as error:
        raise DamagedFileError(f"the file is no valid JSON: {error}; export it again") from error
    records = _records(content)
    if not records:
        raise EmptyFileError("the file holds no records; export it again, or leave it out")
    for number, record in enumerate(records, start=1):
        yield from read_record(record, f"record {number}" if len(records) > 1 else "")


def read_jsonl(path: Path) -> Iterator[RawDocument | DocumentProblem]:
    """Yield the record of each line; a line that is none gives a problem, and reading goes on."""
    is_first = True
    has_problem = False
    with opened_lines(path) as lines:
        for line in lines.or_problems():
            if isinstance(line, DocumentProblem):
                has_problem = True
                yield line
            elif line.strip():
                yield from _read_line(line, f"line {lines.number}", is_first=is_first)
                is_first = False
    if is_first and not has_problem:  # a problem has said why already
        raise EmptyFileError("the file holds no readable line; export it again, or leave it out")


def _read_line(line: str, locator: str, *, is_first: bool) -> Iterator[RawDocument | DocumentProblem]:
    try:
        record = _loads(line)
    except ValueError as error:
        if is_first and line.strip() in ("[", "{"):
            raise DamagedFileError(
                "one JSON value spans many lines, and JSONL has one on each; give the file the suffix .json"
            ) from error
        yield DocumentProblem(f"the line is no valid JSON: {error}; write one object", locator)
    else:
        if is_first and _is_question(record):
            raise QuestionFileError("the records are questions for `wenbao eval`; ask them instead of storing them")
        yield from read_record(record, locator)


def _is_question(record: object) -> bool:
    return isinstance(record, dict) and "question" in record and not any(field_of(key) == "body" for key in record)


def _loads(text: str) -> object:
    """Return the value of a JSON text; raise `ValueError` with a reason of one clause."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}" if error.lineno > 1 else f"column {error.colno}"
        raise ValueError(f"{error.msg} at {place}") from error
    except RecursionError as error:
        raise ValueError("its brackets are nested too deeply") from error
    except ValueError as error:
        raise ValueError("a number in it has too many digits") from error


def _records(content: object) -> list[object]:
    if isinstance(content, list):
        return content
    if isinstance(content, dict) and not any(field_of(key) == "body" for key in content):
        for key in _LIST_KEYS:
            if isinstance(content.get(key), list):
                return list(content[key])
    return [content]
