"""What a page prints about itself, its tables and its shadows."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.formats import RawDocument, read_documents
from retrieval.page.furniture import date_of_folio, is_furniture
from retrieval.page.lines import read_lines
from retrieval.page.read import read_page
from retrieval.page.tables import rows


@pytest.mark.parametrize(
    "line",
    [
        "（下转第三版）",
        "（上接1版②）",
        "本版责编 田小渔 版式编辑 王 敏",
        "责任编辑：田小渔  美编：王小丽  校对：贺长河",
        "责编/田小渔 版式/王小丽",
        "2023年5月16日 星期二",
        "湘原日报 2023年5月16日 星期二 07 市州新闻",
    ],
)
def test_furniture_is_known(line: str) -> None:
    assert is_furniture(line)


@pytest.mark.parametrize(
    "line",
    [
        "2023年3月1日",
        "责任编辑的一天",
        "设计之城",
        "编辑部的故事",
        "2023年5月16日 星期二，云湖县下了一场雨",
        "校对 古籍 整理",
        "（转基因作物）",
    ],
)
def test_what_an_article_may_hold_is_no_furniture(line: str) -> None:
    assert not is_furniture(line)


def test_a_page_has_the_date_of_its_folio() -> None:
    assert date_of_folio(["稻田", " 湘原日报 2023年5月16日 星期二 07 "]) == "2023-05-16"
    assert date_of_folio(["2023年5月16日"]) is None
    assert date_of_folio(["2023年2月31日 星期二"]) is None
    assert date_of_folio(["2023年5月16日 星期二", "2023年5月17日 星期三"]) is None


STORY = "云湖县稻田里多了三万尾鱼苗\n\n入夏以来，云湖县的稻田里放下三万尾鱼苗，比去年多八千尾，农户都说好。{}"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends_and_encodings_make_no_difference(tmp_path: Path, encoding: str, line_end: str) -> None:
    text = "湘原日报 2023年5月16日 星期二 07\n\n" + STORY.format("")
    path = tmp_path / "page.txt"
    path.write_bytes(text.replace("\n", line_end).encode(encoding))
    (document,) = read_documents(path)
    assert isinstance(document, RawDocument)
    assert document.published == "2023-05-16"
    (article,) = read_page(document.body)
    assert article.title == STORY.split("\n", maxsplit=1)[0]
    assert article.body == STORY.format("").split("\n")[2]


def test_a_turn_note_within_a_paragraph_is_no_text_of_it() -> None:
    (article,) = read_page(STORY.format("（下转3版）"))
    assert article.body.endswith("农户都说好。")


TABLE = ["品种 2022年 2023年", "早稻 120 130", "", "晚稻　 140   150", "一季稻 98.5 101.2"]


def test_the_rows_of_a_table_keep_their_cells_apart() -> None:
    assert rows(TABLE) == {0, 1, 3, 4}
    (article,) = read_page(STORY.format("") + "\n\n" + "\n".join(TABLE))
    assert article.body.split("\n")[1:] == ["品种 2022年 2023年", "早稻 120 130", "晚稻 140 150", "一季稻 98.5 101.2"]


def test_justified_lines_are_no_table() -> None:
    assert rows(["今 年 抢 修 漏 点 700", "多 处 已 经 修 好 12"]) == frozenset()
    assert rows(["5月 18 日是国际博物馆日,湘原市", "5月 28 日是学校开放日,云湖县"]) == frozenset()
    assert rows(["全年新建公路 700 公里", "改造公路 300 公里，"]) == frozenset()
    assert rows(["田小渔 王小丽 贺长河", "陈可楠 李牧青 夏小荷"]) == frozenset()


@pytest.mark.parametrize(
    "shadowed",
    [
        "江风正劲江风正劲",
        "江风正劲江风正劲江风正劲",
        "江江风风正正劲劲好好",
        "江风正劲稻花香\n江风正劲稻花香",
    ],
)
def test_a_shadow_is_read_once(shadowed: str) -> None:
    (line,) = read_lines(shadowed)
    assert line.shadowed
    assert line.text in {"江风正劲", "江风正劲好", "江风正劲稻花香"}


@pytest.mark.parametrize("text", ["高高兴兴上班去", "2600 2600", "商量商量", "下雨了。\n下雨了。"])
def test_what_is_said_twice_is_no_shadow(text: str) -> None:
    assert "\n".join(line.text for line in read_lines(text)) == text
