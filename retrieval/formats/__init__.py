"""Files → raw documents: one module for each format, and `read_documents` over all of them."""

from __future__ import annotations

from retrieval.formats.document import DocumentProblem, RawDocument
from retrieval.formats.errors import FormatError, QuestionFileError
from retrieval.formats.registry import SUFFIXES, is_supported, read_documents

__all__ = [
    "SUFFIXES",
    "DocumentProblem",
    "FormatError",
    "QuestionFileError",
    "RawDocument",
    "is_supported",
    "read_documents",
]
