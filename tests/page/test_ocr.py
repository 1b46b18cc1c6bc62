"""Scanned pages through text recognition, for real where the extra is installed; what is said where it is missing."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Sequence
from difflib import SequenceMatcher
from pathlib import Path
from shutil import which

import pytest
from pdf_pages import BRIDGE, MARKET, TEA, front_page, pictures, scanned

from retrieval.articles import articles_of
from retrieval.formats import FormatError, RawDocument, is_supported, ocr, read_documents
from retrieval.formats.errors import DamagedFileError, NoTextLayerError


def picture(name: str) -> bytes:
    """The first article of the page: the left two thirds of its upper part, without the folio."""
    page = pictures(front_page(), 150)[0]
    out = io.BytesIO()
    page.crop((0, int(page.height * 0.05), int(page.width * 0.67), int(page.height * 0.205))).save(out, name)
    return out.getvalue()


WRITTEN = {".pdf": lambda: scanned(front_page(), 150), ".png": lambda: picture("PNG"), ".tif": lambda: picture("TIFF")}


def has_chinese_font() -> bool:
    if which("fc-list") is None:
        return False
    return bool(subprocess.run(["fc-list", ":lang=zh"], check=False, capture_output=True).stdout)


needs_ocr = pytest.mark.skipif(
    not ocr.is_installed() or not has_chinese_font(),
    reason="needs text recognition (the extra ocr) and a Chinese font to draw pages with",
)


@needs_ocr
@pytest.mark.parametrize(
    ("suffix", "expected"), [(".pdf", (BRIDGE, MARKET, TEA)), (".png", (BRIDGE,)), (".tif", (BRIDGE,))]
)
def test_a_scanned_page_gives_its_articles(
    tmp_path: Path, suffix: str, expected: Sequence[tuple[str, list[str]]]
) -> None:
    path = tmp_path / f"2025-06-04_A03{suffix}"
    path.write_bytes(WRITTEN[suffix]())
    (page,) = read_documents(path)
    assert isinstance(page, RawDocument)
    articles = {article.title: article for article in articles_of(page)}
    assert len(articles) == len(expected)
    for title, paragraphs in expected:
        assert articles[title].published == "2025-06-04"
        text = "".join(line for line in articles[title].body.split("\n") if "摄" not in line)
        assert SequenceMatcher(None, text, "".join(paragraphs), autojunk=False).ratio() > 0.97


@needs_ocr
def test_an_empty_picture_has_no_text(tmp_path: Path) -> None:
    from PIL import Image

    path = tmp_path / "a.png"
    Image.new("RGB", (400, 300), "white").save(path)
    with pytest.raises(NoTextLayerError, match="no text was recognized"):
        list(read_documents(path))


@needs_ocr
def test_a_damaged_picture(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(picture("PNG")[:2000])
    with pytest.raises(DamagedFileError, match="the picture is damaged"):
        list(read_documents(path))


@pytest.mark.parametrize("suffix", WRITTEN)
def test_where_recognition_is_missing_the_command_that_installs_it_is_told(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocr, "is_installed", lambda: False)
    path = tmp_path / f"a{suffix}"
    path.write_bytes(WRITTEN[suffix]())
    with pytest.raises(FormatError, match=r"pip install 'wenbao\[ocr\]'"):
        list(read_documents(path))
    assert is_supported(path) == (suffix == ".pdf")  # pictures in a folder are no complaint
