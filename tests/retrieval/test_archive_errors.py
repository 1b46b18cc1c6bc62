"""What can be wrong with an archive: every message names the place and the remedy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from retrieval import errors
from retrieval.errors import ArchiveError

PLACE = Path("/srv/wenbao/data")
EXAMPLES = {
    errors.ArchiveMissingError: (errors.ArchiveMissingError(PLACE), r"Make one with: wenbao ingest FILES --data /srv"),
    errors.ArchiveReadOnlyError: (
        errors.ArchiveReadOnlyError(PLACE, "Permission denied"),
        r"\(Permission denied\)\. Give it the right permissions, make room, or name another directory with --data",
    ),
    errors.ArchiveBusyError: (errors.ArchiveBusyError(PLACE), r"Another process is writing.*Wait .* try again"),
    errors.ArchiveDamagedError: (
        errors.ArchiveDamagedError(PLACE / "archive.sqlite3", "file is not a database"),
        r"archive\.sqlite3 .*\(file is not a database\)\. Put a backup in its place, or ingest anew",
    ),
    errors.ArchiveVersionError: (
        errors.ArchiveVersionError(PLACE / "archive.sqlite3", "3", 1),
        r"schema version 3, this wenbao knows 1\. Install a newer wenbao",
    ),
    errors.EncoderMismatchError: (
        errors.EncoderMismatchError(PLACE, "onnx:e5", "openai:m"),
        r"onnx:e5.*openai:m.*wenbao reembed --data /srv",
    ),
}


def test_every_error_has_an_example_here_and_a_place_in_the_drawing() -> None:
    assert set(EXAMPLES) == set(ArchiveError.__subclasses__())
    drawn = re.findall(r"[├└]── (\w+)", ArchiveError.__doc__ or "")
    assert drawn == [one.__name__ for one in EXAMPLES]


@pytest.mark.parametrize("kind", EXAMPLES, ids=lambda kind: kind.__name__)
def test_the_message_names_the_place_and_the_remedy(kind: type[ArchiveError]) -> None:
    error, remedy = EXAMPLES[kind]
    assert str(PLACE) in str(error)
    assert re.search(remedy, str(error)), str(error)
    assert str(error).endswith((".", str(PLACE), "--data /srv/wenbao/data"))
    assert "\n" not in str(error)


def test_a_read_only_place_without_a_reason() -> None:
    assert "cannot be written. Give" in str(errors.ArchiveReadOnlyError(PLACE))
