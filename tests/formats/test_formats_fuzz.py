"""Whatever the bytes, only `FormatError` comes out, and what comes out is clean."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from format_files import document_xml, docx_bytes, paragraph, pdf_bytes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval.formats import SUFFIXES, FormatError, RawDocument, read_documents

PIECES = [
    *(
        "云湖县",
        "臺北",
        "２０２５",
        "\ud83d",
        "\x00",
        "\ufeff",
        "\r\n",
        "\n",
        "\t",
        " ",
        "　",
        '"',
        "'",
        ",",
        ";",
        "{",
        "}",
        "[",
        "]",
    ),
    *(
        '{"body":',
        "title:",
        "---\n",
        "- ",
        "# ",
        "> ",
        "```",
        "|",
        "<p>",
        "</p>",
        "<!--",
        "-->",
        "<script>",
        "<table><tr><td>",
    ),
    *(
        "&#x0;",
        "&amp",
        "<![CDATA[",
        "<?xml",
        "<article>",
        "正文",
        "body",
        "date",
        "1e999",
        "NaN",
        "\\ud83d",
        "!!int",
        "&a",
        "*a",
    ),
]
WHOLE = {
    ".pdf": pdf_bytes([["云湖县启用新水厂"], []]),
    ".docx": docx_bytes(document_xml(paragraph("题", "Title"), paragraph("云湖县启用新水厂"))),
    ".json": '[{"body":"云湖县","id":1}]'.encode(),
    ".jsonl": '{"body":"云湖县"}\n{"id":"２"}\n'.encode("utf-16"),
    ".csv": '标题,正文\n新水厂,"云湖县"\n'.encode("gb18030"),
    ".md": "---\ntitle: 新水厂\ndate: 2025-05-16\n---\n# 题\n\n- 云湖县\n".encode(),
    ".html": "<title>新水厂</title><article><p>云湖县<table><td>１</article>".encode("gb18030"),
    ".txt": "云湖县启用新水厂".encode("big5", "ignore"),
}
ENCODINGS = st.sampled_from(["utf-8", "gb18030", "big5", "utf-16", "utf-16-be", "utf-32"])
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=30).map("".join)
CONTENTS = st.binary(max_size=400) | st.builds(lambda text, encoding: text.encode(encoding, "ignore"), TEXTS, ENCODINGS)
UNCLEAN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")


def check(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    message = ""
    items = []
    try:
        items = list(read_documents(path))
    except FormatError as error:
        message = str(error)
    assert items or "; " in message
    for item in items:
        if isinstance(item, RawDocument):
            assert item.body.strip()
            texts = (item.body, item.title, item.subtitle, item.source, item.url, item.external_id, *item.author)
            assert not any(UNCLEAN.search(text) for text in texts)
        else:
            assert "; " in item.reason
            assert not UNCLEAN.search(item.reason)
            item.reason.encode()


@pytest.mark.parametrize("suffix", sorted(SUFFIXES))
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=CONTENTS)
def test_arbitrary_bytes(tmp_path: Path, suffix: str, content: bytes) -> None:
    check(tmp_path / f"a{suffix}", content)


@pytest.mark.parametrize("suffix", sorted(WHOLE))
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_files(tmp_path: Path, suffix: str, data: st.DataObject) -> None:
    content = bytearray(WHOLE[suffix])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        end = min(len(content), at + data.draw(st.sampled_from([0, 1, 1, 1, 8])))
        content[at:end] = data.draw(st.binary(max_size=4))
        content = content or bytearray(b"x")
    check(tmp_path / f"a{suffix}", bytes(content))
