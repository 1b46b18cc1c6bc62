from __future__ import annotations

import threading
from pathlib import Path, PurePath

import pytest
from format_files import Read, pdf_bytes

from retrieval.formats import DocumentProblem, RawDocument, read_documents
from retrieval.formats.errors import DamagedFileError, EncryptedFileError, NoTextLayerError
from retrieval.formats.titles import plausible_title

DATA = Path(__file__).parent / "data"


def test_pages_with_their_lines(read: Read) -> None:
    data = pdf_bytes([["云湖县推进养老", "改革２０２５"], ["臺灣繁體"]], title="云湖新闻")
    assert read("a.pdf", data) == [
        RawDocument(body="云湖县推进养老\n改革２０２５", is_page=True, locator="page 1"),
        RawDocument(body="臺灣繁體", is_page=True, locator="page 2"),
    ]


def test_a_page_that_is_a_picture_is_a_problem_where_others_have_text(read: Read) -> None:
    first, second, third = read("a.pdf", pdf_bytes([[], ["第二页"], []]))
    assert first == DocumentProblem(
        "the page has no text layer; install text recognition (pip install 'wenbao[ocr]') and ingest it again", "page 1"
    )
    assert isinstance(second, RawDocument)
    assert isinstance(third, DocumentProblem)
    assert third.locator == "page 3"


def test_look_alikes_and_hyphens(read: Read) -> None:
    (item,) = read("a.pdf", pdf_bytes([["⽂⼈看⻢，ofﬁce exam\xad", "ple"]]))
    assert isinstance(item, RawDocument)
    assert item.body == "文人看马，office example"


def test_the_title_of_a_single_page(read: Read) -> None:
    (item,) = read("2025-05-16_A03.pdf", pdf_bytes([["正文"]], title="云湖县启用新水厂"))
    expected = RawDocument(
        body="正文", title="云湖县启用新水厂", published="2025-05-16", is_page=True, locator="page 1"
    )
    assert item == expected


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("云湖县启用新水厂", "云湖县启用新水厂"),
        (" 题 甲\n", "题 甲"),
        *(
            (title, "")
            for title in ("", "Untitled", "untitled-1", "无标题", "Microsoft Word - 稿件.doc", "文档1", "稿件")
        ),
        *((title, "") for title in ("A03.indd", "新建 Microsoft Word 文档", "C:\\news\\a", "2025-05-16", "page_03")),
    ],
)
def test_plausible_titles(title: str, kept: str) -> None:
    assert plausible_title(title, PurePath("稿件.pdf")) == kept


def test_a_scan(read: Read) -> None:
    with pytest.raises(NoTextLayerError, match=r"the PDF of 2 pages has no text layer; .*pip install 'wenbao\[ocr\]'"):
        read("a.pdf", pdf_bytes([[], []]))


def test_an_encrypted_pdf() -> None:
    with pytest.raises(EncryptedFileError, match="needs a password"):
        list(read_documents(DATA / "encrypted.pdf"))


@pytest.mark.parametrize("data", [b"%PDF-1.4\nbroken", pdf_bytes([["正文"]])[:200], "没有签名".encode()])
def test_damaged_pdfs(read: Read, data: bytes) -> None:
    with pytest.raises(DamagedFileError):
        read("a.pdf", data)


def test_threads_read_pdfs_at_once_and_may_stop_early(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf_bytes([[f"第{number}页"] for number in range(20)]))
    counts: list[int] = []

    def read_all() -> None:
        next(read_documents(path))  # a generator that is dropped closes its file
        counts.append(len(list(read_documents(path))))

    threads = [threading.Thread(target=read_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [20] * 4
