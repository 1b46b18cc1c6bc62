"""Small PDF and DOCX files, written by hand so that the tests need no library that writes them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from xml.sax.saxutils import escape

from retrieval.formats import DocumentProblem, RawDocument

Item = RawDocument | DocumentProblem
Read = Callable[[str, bytes | str], list[Item]]  # a file's name and content → all that is read from it

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"


def pdf_bytes(pages: Sequence[Sequence[str]], *, title: str = "") -> bytes:
    """Return a PDF with the lines of each page; a page without lines has a black bar, as a scan has a picture."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"",
        b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[4 0 R]>>",
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/DW 1000/FontDescriptor 5 0 R"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 0>>>>",
        b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 4/FontBBox[0 -200 1000 900]/ItalicAngle 0"
        b"/Ascent 880/Descent -120/CapHeight 700/StemV 80>>",
        b"<</Title<" + ("\ufeff" + title).encode("utf-16-be").hex().encode() + b">>>",
    ]
    kids = []
    for lines in pages:
        shown = b"".join(b"<" + line.encode("utf-16-be").hex().encode() + b"> Tj T* " for line in lines)
        content = b"BT /F1 12 Tf 16 TL 72 700 Td " + shown + b"ET" if lines else b"72 72 400 20 re f"
        objects.append(b"<</Length %d>>\nstream\n%s\nendstream" % (len(content), content))
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>/Contents %d 0 R>>"
            % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(kids))
    return _with_cross_references(objects)


def _with_cross_references(objects: Sequence[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<</Size %d/Root 1 0 R/Info 6 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def paragraph(text: str, style: str = "") -> str:
    """Return a Word paragraph of one run."""
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}<w:r><w:t>{escape(text)}</w:t></w:r></w:p>"


def document_xml(*blocks: str) -> str:
    """Return word/document.xml with these paragraphs and tables."""
    return f'<w:document xmlns:w="{WORD}"><w:body>{"".join(blocks)}</w:body></w:document>'


def docx_bytes(document: str, parts: Mapping[str, str] | None = None) -> bytes:
    """Return a DOCX of a document part and others."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {"word/document.xml": document, **(parts or {})}.items():
            archive.writestr(name, content)
    return out.getvalue()
