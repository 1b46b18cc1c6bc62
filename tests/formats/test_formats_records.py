from __future__ import annotations

import json

import pytest
from format_files import Read

from retrieval.formats import DocumentProblem, RawDocument, lines
from retrieval.formats.errors import DamagedFileError, EmptyFileError, NotTextError, QuestionFileError

ONE = {"title": "新水厂", "body": "云湖县启用新水厂。"}


@pytest.mark.parametrize("content", [ONE, [ONE], {"articles": [ONE]}, {"data": [ONE], "title": "合集"}])
def test_the_shapes_of_json(read: Read, content: object) -> None:
    assert read("a.json", json.dumps(content)) == [RawDocument(body="云湖县启用新水厂。", title="新水厂")]


def test_records_of_json_are_numbered(read: Read) -> None:
    first, second = read("a.json", json.dumps([ONE, {"title": "无正文"}], ensure_ascii=False))
    assert isinstance(first, RawDocument)
    assert first.locator == "record 1"
    assert isinstance(second, DocumentProblem)
    assert second.locator == "record 2"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"body": "云湖"', "no valid JSON: Expecting ',' delimiter at column 14"),
        ('{\n"body": 云}', "at line 2 column 9"),
        ("[" * 200_000, "nested too deeply"),
        ('{"body": ' + "9" * 5000 + "}", "too many digits"),
    ],
)
def test_broken_json(read: Read, content: str, message: str) -> None:
    with pytest.raises(DamagedFileError) as caught:
        read("a.json", content)
    assert message in str(caught.value)


@pytest.mark.parametrize("content", ["[]", '{"articles": []}'])
def test_json_without_records(read: Read, content: str) -> None:
    with pytest.raises(EmptyFileError):
        read("a.json", content)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
def test_jsonl_goes_on_after_a_bad_line(read: Read, encoding: str) -> None:
    written = [
        '{"body":"云湖县今年的新水厂"}',
        "",
        '{"body":',
        '{"title":"无正文"}',
        "[1]",
        '{"id":"２","body":"最后一行"}',
    ]
    text = "\r\n".join(written)
    items = read("a.ndjson", text.encode(encoding))
    assert [item.locator for item in items] == ["line 1", "line 3", "line 4", "line 5", "line 6"]
    assert [isinstance(item, RawDocument) for item in items] == [True, False, False, False, True]
    assert items[-1] == RawDocument(body="最后一行", external_id="２", locator="line 6")


def test_a_line_in_another_encoding_is_a_problem(read: Read) -> None:
    good = '{"body":"云湖县启用新水厂"}\n'.encode()
    start = good * 40_000  # more than the sample that decides the encoding
    items = read("a.jsonl", start + '{"body":"云湖"}\n'.encode("gbk") + good)
    problems = [item for item in items if isinstance(item, DocumentProblem)]
    assert len(items) == 40_002
    assert [problem.locator for problem in problems] == ["line 40001"]
    assert "not valid utf-8 (byte 0xD4 at character 10)" in problems[0].reason


def test_a_line_over_the_limit_is_a_problem(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MAX_LINE_CHARACTERS", 30)
    first, second = read("a.jsonl", '{"body":"' + "长" * 95 + '"}\n{"body":"短"}\n')
    assert first == DocumentProblem("the line has 107 characters; write at most 30", "line 1")
    assert second == RawDocument(body="短", locator="line 2")


def test_json_over_many_lines_is_no_jsonl(read: Read) -> None:
    with pytest.raises(DamagedFileError, match=r"suffix \.json"):
        read("a.jsonl", json.dumps([ONE], indent=1))


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.tsv"])
def test_files_of_lines_that_hold_none(read: Read, name: str) -> None:
    with pytest.raises(EmptyFileError):
        read(name, "\n \n")
    with pytest.raises(NotTextError):
        read(name, bytes(range(256)))


@pytest.mark.parametrize(("name", "delimiter"), [("a.csv", ","), ("a.csv", ";"), ("a.csv", "\t"), ("a.tsv", "\t")])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_csv(read: Read, name: str, delimiter: str, encoding: str) -> None:
    rows = [
        ["标题", "正文", "日期"],
        ["新水厂", '"云湖县，\n""日供""3万吨；"', "2025年5月16日"],
        [],
        ["无日期的一行", "正文", ""],
    ]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    assert read(name, text.encode(encoding)) == [
        RawDocument(body='云湖县，\n"日供"3万吨；', title="新水厂", published="2025-05-16", locator="line 2"),
        RawDocument(body="正文", title="无日期的一行", locator="line 5"),
    ]


def test_csv_goes_on_after_a_bad_row(read: Read) -> None:
    items = read("a.csv", 'title,body\n甲,"他说"好\n乙,一,二\n丙,\n丁,正文,,\n戊,"没有关上\n')
    assert [item.locator for item in items] == ["line 2", "line 3", "line 4", "line 5", "line 6"]
    assert items[3] == RawDocument(body="正文", title="丁", locator="line 5")
    reasons = [item.reason for item in items if isinstance(item, DocumentProblem)]
    assert "no valid CSV" in reasons[0]
    assert "3 cells and the header 2" in reasons[1]
    assert "no body" in reasons[2]
    assert "unexpected end of data" in reasons[3]


def test_a_csv_line_over_the_limit_is_a_problem(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MAX_LINE_CHARACTERS", 20)
    first, second = read("a.csv", "body\n" + "长" * 50 + "\n短\n")
    assert first == DocumentProblem("the line has 51 characters; write at most 20", "line 2")
    assert second == RawDocument(body="短", locator="line 3")


def test_a_csv_body_may_be_longer_than_the_csv_module_expects(read: Read) -> None:
    (item,) = read("a.csv", "正文\n" + "长" * 200_000)
    assert isinstance(item, RawDocument)
    assert len(item.body) == 200_000


def test_a_header_without_text(read: Read) -> None:
    with pytest.raises(DamagedFileError, match="the header row '标题,日期' names no column of text"):
        read("a.csv", "标题,日期\n甲,2025\n")


def test_a_header_alone(read: Read) -> None:
    with pytest.raises(EmptyFileError, match="a header row and no other"):
        read("a.tsv", "标题\t正文\n\t\n")


def test_questions_are_no_articles(read: Read) -> None:
    with pytest.raises(QuestionFileError, match="ask them instead"):
        read("a.jsonl", '{"question": "新水厂何时启用？", "article": "新水厂"}\n')
    (item,) = read("a.jsonl", '{"question": "读者问", "正文": "云湖县启用新水厂"}\n')
    assert isinstance(item, RawDocument)


def test_a_jsonl_file_of_one_line_too_long_is_one_problem(read: Read) -> None:
    (problem,) = read("a.jsonl", b"a" * (5 * 2**20))
    assert problem.locator == "line 1"
