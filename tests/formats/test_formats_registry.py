from __future__ import annotations

import os
from pathlib import Path

import pytest
from format_files import Read

from retrieval.formats import SUFFIXES, FormatError, RawDocument, files, is_supported, read_documents
from retrieval.formats.errors import EmptyFileError, FileAccessError, FileTooLargeError, UnsupportedFormatError

EXPECTED = [
    *(".txt", ".text", ".md", ".markdown", ".html", ".htm", ".xhtml"),
    *(".pdf", ".docx", ".json", ".jsonl", ".ndjson", ".csv", ".tsv"),
]
PICTURES = [".png", ".jpg", ".jpeg", ".tif", ".tiff"]


def test_the_suffixes() -> None:
    assert {*EXPECTED, *PICTURES} == SUFFIXES
    assert is_supported(Path("报纸/第三版.TXT"))
    assert not any(is_supported(Path(name)) for name in ("a.doc", "txt", "~$稿件.docx", "._第三版.txt", "a.txt.zip"))


def test_a_page_of_text_with_the_date_of_its_name(read: Read) -> None:
    text = "今日要闻\r\n全年实施重点项目\r\n５０个。\r\n"
    page = RawDocument(body="今日要闻\n全年实施重点项目\n５０个。\n", is_page=True)
    assert read("湘原日报.txt", text) == [page]
    (dated,) = read("2025-05-16_A03.TXT", text.encode("gb18030"))
    (nested,) = read("2025/05/16/A03.text", text)
    assert isinstance(dated, RawDocument)
    assert isinstance(nested, RawDocument)
    assert dated.published == nested.published == "2025-05-16"


def test_a_date_inside_the_file_stands_above_its_name(read: Read) -> None:
    (item,) = read("2025-05-16.md", "---\ndate: 2024年\n---\n正文")
    assert isinstance(item, RawDocument)
    assert item.published == "2024"


def test_a_collection_has_no_date_by_its_name(read: Read) -> None:
    for name, content in (("2025-05-16.jsonl", '{"body":"正文"}'), ("2025-05-16.csv", "正文\n文字")):
        (item,) = read(name, content)
        assert isinstance(item, RawDocument)
        assert item.published is None


@pytest.mark.parametrize("suffix", EXPECTED)
def test_what_no_format_reads(read: Read, tmp_path: Path, suffix: str) -> None:
    with pytest.raises(EmptyFileError, match="the file is empty"):
        read(f"空{suffix}", b"")
    (tmp_path / f"目录{suffix}").mkdir()
    with pytest.raises(FileAccessError, match="is a directory"):
        list(read_documents(tmp_path / f"目录{suffix}"))
    with pytest.raises(FileAccessError, match="No such file"):
        list(read_documents(tmp_path / f"没有{suffix}"))
    with pytest.raises(FileAccessError, match="NUL"):
        list(read_documents(tmp_path / f"a\0{suffix}"))
    os.mkfifo(tmp_path / f"管道{suffix}")
    with pytest.raises(FileAccessError, match="pipe"):
        list(read_documents(tmp_path / f"管道{suffix}"))


@pytest.mark.parametrize("name", ["a.doc", "无后缀", "a.exe"])
def test_an_unknown_suffix_lists_the_known(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnsupportedFormatError, match=r"convert the file to one of \.csv \.docx"):
        list(read_documents(tmp_path / name))


def test_permission_denied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_text("正文", encoding="utf-8")

    def refuse(self: Path, mode: str) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", refuse)  # a test that runs as root is refused nothing
    with pytest.raises(FileAccessError, match="Permission denied"):
        list(read_documents(path))


def test_a_file_over_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "大.txt"
    with path.open("wb") as file:
        file.truncate(files.MAX_FILE_BYTES + 2**20)
    with pytest.raises(FileTooLargeError, match=r"the file has 65\.0 MB, over the limit of 64\.0 MB"):
        list(read_documents(path))


def test_every_error_is_a_sentence_with_a_remedy(tmp_path: Path) -> None:
    for name, content in (
        ("a.txt", b""),
        ("a.json", b"{"),
        ("a.pdf", b"x"),
        ("a.docx", b"x"),
        ("a.csv", b"a"),
        ("b", b""),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(FormatError) as caught:
            list(read_documents(tmp_path / name))
        message = str(caught.value)
        assert "; " in message
        assert "\n" not in message
        assert not message.endswith(".")
