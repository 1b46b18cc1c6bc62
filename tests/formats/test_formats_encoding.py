from __future__ import annotations

import codecs
import time

import pytest

from retrieval.formats.encoding import decode, detect_encoding
from retrieval.formats.errors import EmptyFileError, FormatError, NotTextError

SIMPLIFIED = "湘原市城市建设管理局昨日宣布，２０２５年全市将新建公园十二座。\n市民可以在网上提出自己的意见。\n"
TRADITIONAL = "臺北市政府昨日宣布，今年將新建公園十二座，「總經費」約３億元。\n市民可以在網上提出自己的意見。\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(SIMPLIFIED, name) for name in ("utf-8", "utf-8-sig", "gb18030", "gbk", "gb2312")]
    + [(TRADITIONAL, name) for name in ("utf-8", "big5", "cp950", "gb18030")]
    + [(text, name) for text in (SIMPLIFIED, TRADITIONAL) for name in ("utf-16-le", "utf-16-be", "utf-16", "utf-32")],
)
def test_every_encoding_of_a_chinese_file(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_a_byte_order_mark_is_no_text(mark: bytes, encoding: str) -> None:
    assert decode(mark + "问报".encode(encoding)) == "问报"


@pytest.mark.parametrize("text", ["云湖县", "沈白鹭", "梅江三桥", "招聘教师386名"])
def test_a_few_characters_are_enough_for_gb18030(text: str) -> None:
    assert decode(text.encode("gb18030")) == text


def test_utf16_of_ascii_alone() -> None:
    assert decode("C7601 to Xiangyuan\n".encode("utf-16-le")) == "C7601 to Xiangyuan\n"


def test_the_declared_encoding_decides_between_gb18030_and_big5_but_not_against_utf8() -> None:
    assert decode("繁體".encode("big5"), "Big5") == "繁體"
    assert decode("湘原".encode(), "gb2312") == "湘原"
    assert decode("湘原市".encode("gbk"), "no such \x00 encoding") == "湘原市"


def test_line_ends_and_controls() -> None:
    assert decode("第一行\r\n第二行\r第三行\u2028第\x1b四\t行\ufeff".encode()) == "第一行\n第二行\n第三行\n第四\t行"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (bytes(range(256)) * 8, "binary"),
        (b"\x00\x01\x02\x03" * 100, "binary (it begins with 00 01 02 03 00 01 02 03)"),
        (b"\x7fELF\x02\x01\x01" + bytes(400), "binary"),
        ("一".encode() * 50 + b"\xe4\n", "byte 0xE4 at 150"),
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF file"),
        (b"PK\x03\x04\x14", "a zip archive"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8\x00", "not valid UTF-16-LE (byte 0x00 at 2)"),
        ("湘原市的新闻".encode("gbk") * 20_000 + b"\xff", "not valid GB18030 (byte 0xFF at 240,000)"),
    ],
)
def test_what_is_no_text(data: bytes, message: str) -> None:
    with pytest.raises(NotTextError) as caught:
        decode(data)
    assert message in str(caught.value)


@pytest.mark.parametrize("data", [b"", b" \r\n\t", "　　\n".encode(), codecs.BOM_UTF8])
def test_white_space_alone_is_an_empty_file(data: bytes) -> None:
    with pytest.raises(EmptyFileError):
        decode(data)


def test_a_sample_may_end_inside_a_character() -> None:
    for encoding, name in (("utf-8", "utf-8"), ("gb18030", "gb18030"), ("utf-16-be", "utf-16-be")):
        sample = (SIMPLIFIED * 3).encode(encoding)[:-3]
        assert detect_encoding(sample, is_whole=False) == name


def test_forty_megabytes_take_seconds() -> None:
    data = b"ASCII " * 4_000_000 + SIMPLIFIED.encode("gb18030") * 160_000
    started = time.monotonic()
    assert decode(data).endswith(SIMPLIFIED)
    assert time.monotonic() - started < 30  # some 2 s on an idle core


def test_every_refusal_is_a_format_error() -> None:
    assert issubclass(NotTextError, FormatError)
