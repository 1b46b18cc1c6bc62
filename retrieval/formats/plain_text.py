"""Plain text: a newspaper page, whose articles and lines nothing marks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from retrieval.formats.document import DocumentProblem, RawDocument
from retrieval.formats.encoding import decode
from retrieval.formats.files import read_bytes


def read_plain_text(path: Path) -> Iterator[RawDocument | DocumentProblem]:
    """Yield the page of a text file."""
    yield RawDocument(body=decode(read_bytes(path)), is_page=True)
