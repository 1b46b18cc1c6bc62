"""A file → its documents, by its suffix."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from retrieval.formats import ocr
from retrieval.formats.csv_records import read_csv, read_tsv
from retrieval.formats.dates import date_from_path
from retrieval.formats.document import DocumentProblem, RawDocument
from retrieval.formats.docx import read_docx
from retrieval.formats.errors import UnsupportedFormatError
from retrieval.formats.html import read_html
from retrieval.formats.image import read_image
from retrieval.formats.json_records import read_json, read_jsonl
from retrieval.formats.markdown import read_markdown
from retrieval.formats.pdf import read_pdf
from retrieval.formats.plain_text import read_plain_text

_Reader = Callable[[Path], Iterator[RawDocument | DocumentProblem]]

_ARTICLE_FILES: dict[str, _Reader] = {
    ".txt": read_plain_text,
    ".text": read_plain_text,
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".html": read_html,
    ".htm": read_html,
    ".xhtml": read_html,
    ".pdf": read_pdf,
    ".docx": read_docx,
}
_IMAGE_FILES: dict[str, _Reader] = dict.fromkeys((".png", ".jpg", ".jpeg", ".tif", ".tiff"), read_image)
# A collection's name tells when it was gathered, not when its articles were published.
_COLLECTIONS: dict[str, _Reader] = {
    ".json": read_json,
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
    ".csv": read_csv,
    ".tsv": read_tsv,
}
_READERS = _ARTICLE_FILES | _IMAGE_FILES | _COLLECTIONS

SUFFIXES: frozenset[str] = frozenset(_READERS)
_BYPRODUCTS = ("~$", "._")  # what Word and macOS leave beside a file, under its suffix


def is_supported(path: Path) -> bool:
    """Say whether a file's name is one that `read_documents` reads; pictures count where OCR is installed."""
    suffix = path.suffix.casefold()
    readable = suffix in SUFFIXES and (suffix not in _IMAGE_FILES or ocr.is_installed())
    return readable and not path.name.startswith(_BYPRODUCTS)


def read_documents(path: Path) -> Iterator[RawDocument | DocumentProblem]:
    """Yield what a file holds, in its order: documents, and a problem for each part that could not be taken in.

    A document without a date has the one in the file's or a folder's name, where these hold a full one; those of JSON,
    JSONL, CSV and TSV have only their own. Bodies are trimmed and end their lines with `\\n`.

    Raises `FormatError`, at the first document, where nothing of the file can be read; JSONL and CSV files are
    streamed and may raise later, when the disk fails.
    """
    suffix = path.suffix.casefold()
    reader = _READERS.get(suffix)
    if reader is None:
        known = " ".join(sorted(SUFFIXES))
        raise UnsupportedFormatError(f"the suffix '{suffix}' is not read; convert the file to one of {known}")
    named_date = None if suffix in _COLLECTIONS else date_from_path(path)
    for item in reader(path):
        if named_date and isinstance(item, RawDocument) and item.published is None:
            yield replace(item, published=named_date)
        else:
            yield item
