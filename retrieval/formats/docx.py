"""DOCX: the paragraphs and tables of a Word document."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from retrieval.formats.document import DocumentProblem, RawDocument
from retrieval.formats.errors import DamagedFileError, EmptyFileError, EncryptedFileError, FileTooLargeError
from retrieval.formats.files import megabytes, read_bytes
from retrieval.formats.text import clean_body, clean_line
from retrieval.formats.titles import plausible_title

MAX_PART_BYTES = 32 * 2**20  # of one unpacked part; a book of a million characters has some 10 MB

_DOCUMENT, _STYLES, _PROPERTIES = "word/document.xml", "word/styles.xml", "docProps/core.xml"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP_ERRORS = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, LookupError, NotImplementedError, RuntimeError,
    OverflowError,
)  # fmt: skip
# Deleted and moved text, phonetic guides, and the copy of a text box that old programs read.
_LEFT_OUT = frozenset(("del", "moveFrom", "rt", "Fallback", "pPr", "tblPr", "instrText", "delText"))
_CHARACTERS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def read_docx(path: Path) -> Iterator[RawDocument | DocumentProblem]:
    """Yield the text of a Word document, without notes, headers and footers.

    The title is what has the style Title, else that of the properties; their author and dates are those of the
    file, not of the article.
    """
    data = read_bytes(path)
    try:
        parts = _read_parts(data)
        styles = _title_styles(parts.get(_STYLES))
        blocks = list(_blocks(_parse(parts[_DOCUMENT]), styles))
    except RecursionError as error:
        raise DamagedFileError("the document is nested too deeply; save it again") from error
    marked = {style: " ".join(clean_line(text) for kind, text in blocks if kind == style) for style in styles.values()}
    body = clean_body("\n\n".join(text for kind, text in blocks if not kind))
    if not body:
        raise EmptyFileError("the document holds no text below its title; write some, or leave it out")
    title = marked.get("title") or plausible_title(_property_title(parts.get(_PROPERTIES)), path)
    yield RawDocument(body=body, title=title, subtitle=marked.get("subtitle", ""))


def _read_parts(data: bytes) -> dict[str, bytes]:
    if data.startswith(_OLE):
        raise EncryptedFileError("the document is encrypted or an old .doc; save it as DOCX without a password")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            present = set(archive.namelist())
            if _DOCUMENT not in present:
                raise DamagedFileError(f"the archive holds no {_DOCUMENT}; save it from Word as DOCX again")
            return {name: _read_part(archive, name) for name in (_DOCUMENT, _STYLES, _PROPERTIES) if name in present}
    except _ZIP_ERRORS as error:
        raise DamagedFileError(f"the DOCX archive is damaged ({clean_line(str(error))}); save it again") from error


def _read_part(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return an unpacked part; what the archive declares of its size is not believed."""
    information = archive.getinfo(name)
    if information.flag_bits & 1:
        raise EncryptedFileError("the document is encrypted; save it without a password")
    with archive.open(information) as file:
        content = file.read(MAX_PART_BYTES + 1) if information.file_size <= MAX_PART_BYTES else None
    if content is None or len(content) > MAX_PART_BYTES:
        raise FileTooLargeError(
            f"{name} unpacks to more than {megabytes(MAX_PART_BYTES)}; split the document into smaller ones"
        )
    return content


class _TreeBuilder(ElementTree.TreeBuilder):
    """A tree without a document type: no part of a DOCX has one, and entities could be declared in it."""

    def doctype(self, name: str, public_id: str | None, system_id: str | None) -> None:
        raise DamagedFileError(f"the document declares a type ({clean_line(name)}), which DOCX forbids; save it again")


def _parse(content: bytes) -> ElementTree.Element:
    parser = ElementTree.XMLParser(target=_TreeBuilder())  # noqa: S314 - no document type, so no entities
    try:
        parser.feed(content)
        root = parser.close()
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise DamagedFileError(f"the document's XML is damaged ({error}); save it again") from error
    return root


def _title_styles(content: bytes | None) -> dict[str, str]:
    """Return id → "title" or "subtitle" of those styles; a Chinese Word has "a3" for an id, "Title" for a name."""
    styles = {"Title": "title", "Subtitle": "subtitle"}
    for style in _parse(content) if content else ():
        name = next((_value(child).casefold() for child in style if _tag(child) == "name"), "")
        if name in ("title", "subtitle"):
            styles[_attribute(style, "styleId")] = name
    return styles


def _property_title(content: bytes | None) -> str:
    return next((child.text or "" for child in _parse(content) if _tag(child) == "title"), "") if content else ""


def _blocks(element: ElementTree.Element, styles: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield (kind, text) of each paragraph and table: "title", "subtitle" or ""."""
    for child in element:
        tag = _tag(child)
        if tag == "p":
            yield styles.get(_style(child), ""), _text(child)
            for box in _text_boxes(child):
                yield from _blocks(box, styles)
        elif tag == "tbl":
            yield "", "\n".join(_row(row, styles) for row in child.iter() if _tag(row) == "tr")
        elif tag not in _LEFT_OUT:
            yield from _blocks(child, styles)


def _row(row: ElementTree.Element, styles: dict[str, str]) -> str:
    cells = (cell for cell in row.iter() if _tag(cell) == "tc")
    return "\t".join(" ".join(clean_line(text) for _, text in _blocks(cell, styles) if text.strip()) for cell in cells)


def _text(element: ElementTree.Element) -> str:
    """Return the visible text of a paragraph, its text boxes left out."""
    parts: list[str] = []
    for child in element:
        tag = _tag(child)
        if tag == "t":
            parts.append(child.text or "")
        elif tag in _CHARACTERS:
            parts.append(_CHARACTERS[tag])
        elif tag not in _LEFT_OUT and tag != "txbxContent" and not (tag == "r" and _is_hidden(child)):
            parts.append(_text(child))
    return "".join(parts)


def _text_boxes(element: ElementTree.Element) -> Iterator[ElementTree.Element]:
    for child in element:
        if _tag(child) == "txbxContent":
            yield child
        elif _tag(child) not in _LEFT_OUT:
            yield from _text_boxes(child)


def _style(paragraph: ElementTree.Element) -> str:
    properties = next((child for child in paragraph if _tag(child) == "pPr"), ())
    return next((_value(child) for child in properties if _tag(child) == "pStyle"), "")


def _is_hidden(run: ElementTree.Element) -> bool:
    properties = next((child for child in run if _tag(child) == "rPr"), ())
    return any(_tag(child) == "vanish" and _value(child) not in ("0", "false", "off") for child in properties)


def _tag(element: ElementTree.Element) -> str:
    """Return the name without its namespace: the strict and the transitional standard differ in it alone."""
    return element.tag.rpartition("}")[2]


def _value(element: ElementTree.Element) -> str:
    return _attribute(element, "val")


def _attribute(element: ElementTree.Element, name: str) -> str:
    return next((value for key, value in element.items() if key.rpartition("}")[2] == name), "")
