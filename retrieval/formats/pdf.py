"""PDF: the text layer of each page, its columns in reading order; pages without one through OCR, where installed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pypdfium2 as pdfium

from retrieval.formats import ocr
from retrieval.formats.document import DocumentProblem, RawDocument
from retrieval.formats.errors import DamagedFileError, EncryptedFileError, FormatError, NoTextLayerError
from retrieval.formats.files import read_bytes
from retrieval.formats.layout import SOFT_HYPHEN, LaidOut, laid_out
from retrieval.formats.pdf_characters import LOOK_ALIKES, read_pieces
from retrieval.formats.text import clean_body
from retrieval.formats.titles import plausible_title

# PDFium has one global state: two threads in it at once crash the process.
_PDFIUM = threading.Lock()

_PDFIUM_ERRORS = (pdfium.PdfiumError, ValueError, LookupError, OSError, OverflowError)


_LEAST_PLACED = 0.8  # of a page's characters; what a shadow doubles counts once
_NOTHING = LaidOut("")
_RECOGNIZE = f"install text recognition ({ocr.INSTALL}) and ingest it again"
_UNRECOGNIZED = "the page has no text layer, and no text was recognized on it; scan it at 200 to 400 dots an inch"


def read_pdf(path: Path) -> Iterator[RawDocument | DocumentProblem]:
    """Yield the text of each page; a page that has none, or is damaged, gives a problem where other pages have text."""
    data = read_bytes(path)
    with _PDFIUM:
        pdf = _open(data)
    try:
        yield from _read_pages(pdf, path)
    finally:
        with _PDFIUM:
            pdf.close()


def _open(data: bytes) -> pdfium.PdfDocument:
    if b"%PDF-" not in data[:1024]:
        raise DamagedFileError(f"the content is no PDF (it begins with {data[:8].hex(' ')}); correct its suffix")
    try:
        return pdfium.PdfDocument(data)
    except _PDFIUM_ERRORS as error:
        if "password" in str(error).casefold():
            raise EncryptedFileError("the PDF needs a password; save a copy without one") from error
        raise DamagedFileError(f"the PDF is damaged ({error}); export it again") from error


def _read_pages(pdf: pdfium.PdfDocument, path: Path) -> Iterator[RawDocument | DocumentProblem]:
    with _PDFIUM:
        count = len(pdf)
        title = _title(pdf, path) if count == 1 else ""
    held: list[DocumentProblem] = []  # told only once a page has text; before, the whole file may have none
    has_text = False
    for index in range(count):
        locator = f"page {index + 1}"
        page, reason = _read_page(pdf, index)
        if page.text:
            has_text = True
            yield from held
            held.clear()
            yield RawDocument(
                body=page.text,
                title=title,
                published=page.published,
                is_page=True,
                locator=locator,
                headline_lines=page.headlines,
            )
        elif reason:
            held.append(DocumentProblem(reason, locator))
    if not has_text:
        raise _no_text(count, held)
    yield from held


def _read_page(pdf: pdfium.PdfDocument, index: int) -> tuple[LaidOut, str]:
    """Return the text of a page and why there is none; neither for an empty page."""
    picture = None
    with _PDFIUM:
        try:
            page = pdf[index]
        except _PDFIUM_ERRORS as error:
            return _NOTHING, f"the page is damaged ({error}); export the file again"
        try:
            found = _text_layer(page)
            if found.text or next(page.get_objects(max_depth=1), None) is None:
                return found, ""
            if ocr.is_installed():
                picture = page.render(scale=ocr.DPI / 72).to_numpy()[:, :, :3].copy()
        except _PDFIUM_ERRORS as error:
            return _NOTHING, f"the text of the page is damaged ({error}); export the file again"
        finally:
            page.close()
    if picture is None:
        return _NOTHING, f"the page has no text layer; {_RECOGNIZE}"
    found = laid_out(ocr.recognized(picture), picture.shape[0])
    return found, "" if found.text else _UNRECOGNIZED


def _text_layer(page: pdfium.PdfPage) -> LaidOut:
    text_page = page.get_textpage()
    try:
        found = laid_out(read_pieces(text_page, page.get_height()), page.get_height())
        plain = clean_body(str(text_page.get_text_range()).translate(LOOK_ALIKES).replace(SOFT_HYPHEN, ""))
    finally:
        text_page.close()
    # Places may be missing or senseless; the text is worth more than its order.
    return found if _length(found.text) >= _LEAST_PLACED * _length(plain) else LaidOut(plain)


def _length(text: str) -> int:
    return sum(not one.isspace() for one in text)


def _title(pdf: pdfium.PdfDocument, path: Path) -> str:
    try:
        return plausible_title(str(pdf.get_metadata_dict().get("Title", "")), path)
    except _PDFIUM_ERRORS:
        return ""


def _no_text(count: int, problems: list[DocumentProblem]) -> FormatError:
    damaged = [problem for problem in problems if "damaged" in problem.reason]
    if damaged:
        return DamagedFileError(damaged[0].reason)
    remedy = "no text was recognized on it; scan it at 200 to 400 dots an inch" if ocr.is_installed() else _RECOGNIZE
    return NoTextLayerError(
        f"the PDF of {count} page{'s' * (count != 1)} has no text layer; it is a scan or empty, {remedy}"
    )
