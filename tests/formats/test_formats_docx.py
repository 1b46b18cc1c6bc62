from __future__ import annotations

import io
import zipfile

import pytest
from format_files import DUBLIN_CORE, WORD, Read, document_xml, docx_bytes, paragraph

from retrieval.formats import RawDocument, docx
from retrieval.formats.errors import (
    DamagedFileError,
    EmptyFileError,
    EncryptedFileError,
    FileTooLargeError,
    NotTextError,
)

CORE = f'<p xmlns:dc="{DUBLIN_CORE}"><dc:title>{{}}</dc:title><dc:creator>打字员</dc:creator></p>'
STYLES = f'<w:styles xmlns:w="{WORD}"><w:style w:styleId="a3"><w:name w:val="Title"/></w:style></w:styles>'


def test_paragraphs_and_the_title_of_a_chinese_word(read: Read) -> None:
    document = document_xml(
        paragraph("云湖县启用新水厂", "a3"),
        paragraph("日供水３万吨", "Subtitle"),
        paragraph("　　第一段。"),
        paragraph("第二段。"),
    )
    assert read(
        "a.docx", docx_bytes(document, {"word/styles.xml": STYLES, "docProps/core.xml": CORE.format("别的")})
    ) == [RawDocument(body="第一段。\n\n第二段。", title="云湖县启用新水厂", subtitle="日供水３万吨")]


@pytest.mark.parametrize(("title", "kept"), [("臺北新聞", "臺北新聞"), ("文档1", ""), ("a", ""), ("", "")])
def test_the_title_of_the_properties(read: Read, title: str, kept: str) -> None:
    data = docx_bytes(document_xml(paragraph("正文")), {"docProps/core.xml": CORE.format(title)})
    assert read("a.docx", data) == [RawDocument(body="正文", title=kept)]


def test_a_table_between_paragraphs(read: Read) -> None:
    cells = "".join(f"<w:tc>{paragraph(text)}</w:tc>" for text in ("县", "人口"))
    values = f"<w:tc>{paragraph('云湖')}</w:tc><w:tc>{paragraph('３２万')}{paragraph('（常住）')}</w:tc>"
    table = f"<w:tbl><w:tr>{cells}</w:tr><w:tr>{values}</w:tr></w:tbl>"
    (item,) = read("a.docx", docx_bytes(document_xml(paragraph("前"), table, paragraph("后"))))
    assert item == RawDocument(body="前\n\n县\t人口\n云湖\t３２万 （常住）\n\n后")


def test_what_a_reader_does_not_see(read: Read) -> None:
    runs = (
        "<w:r><w:t>甲</w:t></w:r><w:del><w:r><w:delText>删</w:delText></w:r></w:del><w:ins><w:r><w:t>乙</w:t></w:r></w:ins>"
        "<w:moveFrom><w:r><w:t>移</w:t></w:r></w:moveFrom><w:r><w:rPr><w:vanish/></w:rPr><w:t>隐</w:t></w:r>"
        "<w:r><w:tab/><w:t>丙</w:t><w:br/><w:t>丁</w:t><w:noBreakHyphen/></w:r><w:r><w:footnoteReference/></w:r>"
        "<w:r><w:ruby><w:rt><w:r><w:t>wù</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>戊</w:t></w:r></w:rubyBase></w:ruby></w:r>"
        "<w:r><w:instrText>PAGE</w:instrText></w:r><w:hyperlink><w:r><w:t>链</w:t></w:r></w:hyperlink>"
    )
    (item,) = read("a.docx", docx_bytes(document_xml(f"<w:p>{runs}</w:p>")))
    assert item == RawDocument(body="甲乙\t丙\n丁-戊链")


def test_a_text_box_is_read_once(read: Read) -> None:
    box = f"<w:txbxContent>{paragraph('框内')}</w:txbxContent>"
    drawing = (
        f"<w:r><w:AlternateContent><w:Choice>{box}</w:Choice><w:Fallback>{box}</w:Fallback></w:AlternateContent></w:r>"
    )
    sdt = f"<w:sdt><w:sdtPr/><w:sdtContent>{paragraph('控件')}</w:sdtContent></w:sdt>"
    (item,) = read("a.docx", docx_bytes(document_xml(f"<w:p><w:r><w:t>框外</w:t></w:r>{drawing}</w:p>", sdt)))
    assert item == RawDocument(body="框外\n\n框内\n\n控件")


def test_a_document_type_is_refused(read: Read) -> None:
    entities = '<!DOCTYPE d [<!ENTITY a "' + "云" * 100 + '"><!ENTITY b "' + "&a;" * 100 + '">]>'
    for encoding in ("utf-8", "utf-16"):
        document = f'<?xml version="1.0" encoding="{encoding}"?>{entities}<d>&b;</d>'
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("word/document.xml", document.encode(encoding))
        with pytest.raises(DamagedFileError, match="declares a type"):
            read("a.docx", out.getvalue())


def test_a_zip_bomb_is_refused_whatever_size_it_declares(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docx, "MAX_PART_BYTES", 10_000)
    data = docx_bytes(document_xml(paragraph("云" * 20_000)))
    with pytest.raises(FileTooLargeError, match="unpacks to more than"):
        read("a.docx", data)
    size = len(document_xml(paragraph("云" * 20_000)).encode()).to_bytes(4, "little")
    with pytest.raises((FileTooLargeError, DamagedFileError)):
        read("a.docx", data.replace(size, (500).to_bytes(4, "little")))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"PK\x03\x04 broken", "archive is damaged"),
        ("不是压缩包".encode(), "archive is damaged"),
        (docx_bytes(document_xml(paragraph("正文")))[:-30], "archive is damaged"),
        (docx_bytes("<w:document>"), "XML is damaged"),
        (docx_bytes("<a>" * 5_000 + "</a>" * 5_000), "nested too deeply"),
    ],
)
def test_damaged_documents(read: Read, data: bytes, message: str) -> None:
    with pytest.raises(DamagedFileError) as caught:
        read("a.docx", data)
    assert message in str(caught.value)


def test_archives_that_are_no_readable_document(read: Read) -> None:
    with pytest.raises(EmptyFileError):
        read("a.docx", docx_bytes(document_xml(paragraph("只有标题", "Title"))))
    with pytest.raises(EncryptedFileError):
        read("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100))
    with pytest.raises(NotTextError, match="zip archive"):
        read("a.txt", docx_bytes(document_xml(paragraph("正文"))))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("工作表.xml", "<a/>")
    with pytest.raises(DamagedFileError, match=r"holds no word/document\.xml"):
        read("a.docx", out.getvalue())


def test_an_encrypted_entry(read: Read) -> None:
    data = bytearray(docx_bytes(document_xml(paragraph("正文"))))
    data[6] |= 1  # the flag in the local header
    data[data.index(b"PK\x01\x02") + 8] |= 1  # and in the directory
    with pytest.raises(EncryptedFileError):
        read("a.docx", bytes(data))
