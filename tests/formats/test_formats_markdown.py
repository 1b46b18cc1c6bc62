from __future__ import annotations

import pytest
from format_files import Read

from retrieval.formats import DocumentProblem, RawDocument
from retrieval.formats.errors import EmptyFileError, FileTooLargeError, FormatError
from retrieval.formats.markdown import MAX_MARKDOWN_BYTES, markdown_to_text

ARTICLE = """---
标题: 云湖县启用新水厂
date: 2025-05-16
author: [杨汀, 周闻溪]
source: 湘原日报
draft: true
---

# 云湖县启用新水厂

　　云湖县昨日启用**新水厂**，
日供水[３万吨](https://example.com "说明")。<!-- 编者：核实 -->
"""


def test_front_matter_and_body(read: Read) -> None:
    assert read("a.md", ARTICLE) == [
        RawDocument(
            body="云湖县昨日启用新水厂，日供水３万吨。",
            title="云湖县启用新水厂",
            author=("杨汀", "周闻溪"),
            published="2025-05-16",
            source="湘原日报",
        )
    ]


def test_a_heading_that_is_not_the_given_title_stays(read: Read) -> None:
    assert read("a.markdown", "---\ntitle: 甲\n---\n# 乙\n\n正文") == [RawDocument(body="乙\n\n正文", title="甲")]


def test_the_first_heading_of_level_one_is_the_title(read: Read) -> None:
    assert read("a.md", "導語\n\n臺北*新聞*\n===\n\n## 小題\n\n# 又一題") == [
        RawDocument(body="導語\n\n小題\n\n又一題", title="臺北新聞")
    ]


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("第一行\n第二行\n\nfirst line\nsecond line", "第一行第二行\n\nfirst line second line"),
        ("引用“甲”\n“乙”和 GDP\n增长", "引用“甲”“乙”和 GDP增长"),
        ("一\\\n二  \n三<br/>四", "一\n二\n三\n四"),
        ("- 甲\n- 乙\n  - 丙\n\n后文", "甲\n乙\n丙\n\n后文"),
        ("前文\n1. 甲\n2. 乙\n", "前文\n\n1. 甲\n2. 乙"),
        ("- 甲\n\n- 乙", "甲\n\n乙"),
        ("> 引文\n>\n> 第二段", "引文\n\n第二段"),
        ("```python\nprint('云湖')\n\n\n# 注\n```", "print('云湖')\n\n# 注"),
        ("    缩进的代码", "缩进的代码"),
        (
            "| 县 | 人口 |\n|---|---|\n| 云湖 | ３２万 |\n| 石陂 | 41万 |\n\n后文",
            "县\t人口\n云湖\t３２万\n石陂\t41万\n\n后文",
        ),
        ("![桥上的*灯*](a.jpg)亮了", "桥上的灯亮了"),
        ("`代码` ~~删~~ __强__ &amp; &lt;", "代码 删 强 & <"),
        ("<https://example.com/a>", "https://example.com/a"),
        ("甲\n\n---\n\n乙", "甲\n\n乙"),
        ("<!-- 多行\n注释 -->\n\n正文", "正文"),
        ("<div><b>粗</b><script>x()</script><p>段</p></div>", "粗\n\n段"),
        ("2025\\. 年 \\*星\\*", "2025. 年 *星*"),
    ],
)
def test_what_the_reader_sees(markdown: str, text: str) -> None:
    assert markdown_to_text(markdown) == ("", text)


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        ("title: [未关", "no valid YAML (expected ',' or ']'"),
        ("- 甲\n- 乙", "names no keys"),
        ("a: &a [x]\nb: *a", "aliases are not read"),
        ("date: 2025-13-45", "month must be in 1..12"),
        ("a: !!int", "no valid YAML"),
        ("a: !!python/object/apply:os.system ['true']", "could not determine a constructor"),
        ("[" * 20_000, "nested too deeply"),
        ("x" * 70_000, "over the limit"),
    ],
)
def test_broken_front_matter_costs_only_itself(read: Read, metadata: str, reason: str) -> None:
    problem, document = read("a.md", f"---\n{metadata}\n---\n# 题\n\n正文")
    assert isinstance(problem, DocumentProblem)
    assert problem.locator == "front matter"
    assert reason in problem.reason
    assert document == RawDocument(body="正文", title="题")


def test_a_number_that_python_does_not_write_out(read: Read) -> None:
    problem, document = read("a.md", f"---\ntitle: 0x{'F' * 5000}\n---\n正文")
    assert isinstance(problem, DocumentProblem)
    assert "too many digits" in problem.reason
    assert document == RawDocument(body="正文")


def test_a_rule_at_the_top_is_no_front_matter(read: Read) -> None:
    assert read("a.md", "---\n正文") == [RawDocument(body="正文")]


def test_a_title_alone_is_no_article(read: Read) -> None:
    with pytest.raises(EmptyFileError):
        read("a.md", "# 只有标题\n")
    with pytest.raises(FileTooLargeError):
        read("a.md", b"a" * (MAX_MARKDOWN_BYTES + 1))


@pytest.mark.parametrize("piece", ["> ", "- ", "[", "*a_", "`", "<!--", "![a](", "<div>", "|a|\n|-|\n", "\\"])
def test_repetition_ends(read: Read, piece: str) -> None:
    try:
        items = read("a.md", piece * 3_000 + "深")
    except FormatError:
        return
    assert len(items) == 1
