"""Plain text: a newspaper page, whose articles and lines nothing marks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from retrieval.formats.document import DocumentProblem, RawDocument
from retrieval.formats.encoding import decode
from retrieval.formats.files import read_bytes
from retrieval.page.furniture import date_of_folio


def read_plain_text(path: Path) -> Iterator[RawDocument | DocumentProblem]:
    """Yield the page of a text file, with the date of its folio where it has one."""
    body = decode(read_bytes(path))
    yield RawDocument(body=body, published=date_of_folio(body.split("\n")), is_page=True)
