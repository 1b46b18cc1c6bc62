"""PDF: the text layer of each page, as lines."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pypdfium2 as pdfium

from retrieval.formats.document import DocumentProblem, RawDocument
from retrieval.formats.errors import DamagedFileError, EncryptedFileError, FormatError, NoTextLayerError
from retrieval.formats.files import read_bytes
from retrieval.formats.text import clean_body
from retrieval.formats.titles import plausible_title

# PDFium has one global state: two threads in it at once crash the process.
_PDFIUM = threading.Lock()

_PDFIUM_ERRORS = (pdfium.PdfiumError, ValueError, LookupError, OSError, OverflowError)
_LINE_END_HYPHEN = re.compile("[\ufffe\x02\xad](?:\r\n?|\n)?")  # PDFium's mark for a hyphen that only breaks a word
# A font may name its glyphs by look-alikes: Latin ligatures, and the radicals of CJK in place of its characters.
_NAMED_ALIKE = "".join(map(chr, (*range(0xFB00, 0xFB07), *range(0x2F00, 0x2FD6))))
_RADICALS = "⺟⺠⻁⻄⻅⻆⻉⻋⻑⻒⻓⻔⻗⻘⻙⻚⻛⻜⻝⻡⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻯⻰⻳"
_CHARACTERS = "母民虎西见角贝车長長长门雨青韦页风飞食首马骨鬼鱼鸟卤麦黄齐齿竜龙龟"
_LOOK_ALIKES = str.maketrans(
    dict(zip(_RADICALS, _CHARACTERS, strict=True))
    | {glyph: unicodedata.normalize("NFKC", glyph) for glyph in _NAMED_ALIKE}
)


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
        text, reason = _read_page(pdf, index)
        if text:
            has_text = True
            yield from held
            held.clear()
            yield RawDocument(body=text, title=title, is_page=True, locator=locator)
        elif reason:
            held.append(DocumentProblem(reason, locator))
    if not has_text:
        raise _no_text(count, held)
    yield from held


def _read_page(pdf: pdfium.PdfDocument, index: int) -> tuple[str, str]:
    """Return the text of a page and why there is none; neither for an empty page."""
    with _PDFIUM:
        try:
            page = pdf[index]
        except _PDFIUM_ERRORS as error:
            return "", f"the page is damaged ({error}); export the file again"
        try:
            text = _clean(_page_text(page))
            is_empty = not text and next(page.get_objects(max_depth=1), None) is None
        except _PDFIUM_ERRORS as error:
            return "", f"the text of the page is damaged ({error}); export the file again"
        finally:
            page.close()
    return text, "" if text or is_empty else "the page has no text layer; recognize its text (OCR) first"


def _page_text(page: pdfium.PdfPage) -> str:
    text_page = page.get_textpage()
    try:
        return str(text_page.get_text_range())
    finally:
        text_page.close()


def _clean(text: str) -> str:
    return clean_body(_LINE_END_HYPHEN.sub("", text).translate(_LOOK_ALIKES))


def _title(pdf: pdfium.PdfDocument, path: Path) -> str:
    try:
        return plausible_title(str(pdf.get_metadata_dict().get("Title", "")), path)
    except _PDFIUM_ERRORS:
        return ""


def _no_text(count: int, problems: list[DocumentProblem]) -> FormatError:
    damaged = [problem for problem in problems if "damaged" in problem.reason]
    if damaged:
        return DamagedFileError(damaged[0].reason)
    return NoTextLayerError(
        f"the PDF of {count} page{'s' * (count != 1)} has no text layer; it is a scan, recognize its text (OCR) first"
    )
