from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from format_files import Item, Read

from retrieval.formats import read_documents


@pytest.fixture(autouse=True, scope="module")
def without_text_recognition() -> Iterator[None]:
    """What these tests write has no picture of a text on it; `tests/page/test_ocr.py` recognizes some."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("retrieval.formats.ocr.is_installed", lambda: False)
        yield


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Write a file of this name and content, and return all that is read from it."""

    def write_and_read(name: str, content: bytes | str) -> list[Item]:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return list(read_documents(path))

    return write_and_read
