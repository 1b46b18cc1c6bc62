from __future__ import annotations

import pytest

from retrieval.formats import DocumentProblem, RawDocument
from retrieval.formats.fields import read_record, split_authors


def test_the_contract_of_a_record() -> None:
    record = {
        "id": "b001",
        "title": " 云湖县启用新水厂 ",
        "body": "　　云湖县昨日启用新水厂。\r\n　　日供水３万吨。 \n\n\n\n完\x00",
        "published": "2025/5/16",
        "source": "湘原日报",
        "url": "https://news.example.com/b001",
        "author": "杨汀、周闻溪",
        "other": {"ignored": True},
    }
    assert list(read_record(record, "line 1")) == [
        RawDocument(
            body="云湖县昨日启用新水厂。\n　　日供水３万吨。\n\n完",
            title="云湖县启用新水厂",
            author=("杨汀", "周闻溪"),
            published="2025-05-16",
            source="湘原日报",
            url="https://news.example.com/b001",
            external_id="b001",
            locator="line 1",
        )
    ]


def test_chinese_keys_and_traditional_ones() -> None:
    record = {
        "標題": "臺北新聞",
        "正文": "內文",
        "发布日期": "2025年5月16日",
        "来源": "日報",
        "链接": "u",
        "作者": ["王　芳"],
    }
    assert list(read_record(record)) == [
        RawDocument(body="內文", title="臺北新聞", author=("王芳",), published="2025-05-16", source="日報", url="u")
    ]


def test_keys_are_read_whatever_their_case_and_the_first_synonym_with_a_value_wins() -> None:
    (item,) = read_record({"Text": "次要", " BODY ": "主要", "content": "其次", "Title": "", "headline": "标题"})
    assert item == RawDocument(body="主要", title="标题")


def test_a_body_may_be_a_list_of_paragraphs_and_an_id_a_number() -> None:
    assert list(read_record({"id": 7, "body": ["一", "二"]})) == [RawDocument(body="一\n\n二", external_id="7")]


def test_half_a_character_becomes_a_mark() -> None:
    assert list(read_record({"body": "云\ud83d湖"})) == [RawDocument(body="云\ufffd湖")]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({}, "the record has no body"),
        ({"title": "只有标题", "body": None}, "the record has no body"),
        ({"body": " \u3000\n"}, "the record has no body"),
        ({"body": "\x00"}, "the body holds no text"),
        ({"body": 5}, "the body is a number"),
        ({"body": ["一", 2]}, "the body is a list"),
        ({"body": "文", "id": 1.5}, "the id is a number"),
        ({"body": "文", "id": True}, "the id is a truth value"),
        ({"body": "文", "id": ["x"]}, "the id is a list"),
        ({"body": "文", "id": "长" * 201}, "the id has 201 characters; write at most 200"),
        ({"body": "文", "id": "../etc"}, "the id '../etc' holds '/'"),
        ({"body": "文", "id": "a\\b"}, "holds '\\\\'"),
        ({"body": "文", "id": "第一\n号"}, "the id '第一 号' holds '\\n'"),
        ("文", "text stands where a record is expected"),
        (None, "null stands where"),
        ([1], "a list stands where"),
    ],
)
def test_a_record_that_is_refused_says_why(record: object, reason: str) -> None:
    (item,) = read_record(record, "line 3")
    assert isinstance(item, DocumentProblem)
    assert item.locator == "line 3"
    assert reason in item.reason


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"published": "昨日"}, "'昨日' is no date and is left out; write published as YYYY-MM-DD"),
        ({"published": 2025.5}, "'2025.5' is no date"),
        ({"title": ["标题"]}, "title is a list and is left out"),
        ({"author": [{"name": "杨汀"}]}, "author is a list and is left out"),
        ({"url": {"href": "x"}}, "url is an object and is left out"),
    ],
)
def test_a_value_that_cannot_be_read_is_left_out_and_told(record: dict[str, object], reason: str) -> None:
    problem, document = read_record({"body": "正文", **record})
    assert document == RawDocument(body="正文")
    assert isinstance(problem, DocumentProblem)
    assert reason in problem.reason


@pytest.mark.parametrize(
    ("value", "authors"),
    [
        ("杨汀、周闻溪", ("杨汀", "周闻溪")),
        ("杨汀 周闻溪　欧阳牧", ("杨汀", "周闻溪", "欧阳牧")),
        ("杨汀,周闻溪；江小鸥", ("杨汀", "周闻溪", "江小鸥")),
        ("王　芳 李建国", ("王芳", "李建国")),
        ("本报记者 杨汀", ("杨汀",)),
        ("记者：杨汀 通讯员：周闻溪", ("杨汀", "周闻溪")),
        ("湘原日报记者 杨汀", ("湘原日报记者", "杨汀")),
        ("文天祥", ("文天祥",)),
        ("Jane Smith, 杨汀", ("Jane Smith", "杨汀")),
        (["杨汀", "周闻溪", "杨汀", 5], ("杨汀", "周闻溪")),
        ("", ()),
        (None, ()),
    ],
)
def test_authors(value: object, authors: tuple[str, ...]) -> None:
    assert split_authors(value) == authors
