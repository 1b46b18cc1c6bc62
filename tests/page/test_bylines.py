"""Who wrote it: bylines, sign-offs and the reporters of an opening, in the forms that papers use."""

from __future__ import annotations

import pytest

from retrieval.page.bylines import is_dateline, names_of, reporters_of, sign_off_of
from retrieval.page.lines import read_lines
from retrieval.page.read import read_page


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("贺长河 王小丽", ("贺长河", "王小丽")),
        ("贺长河 王 敏 见习记者 田小渔", ("贺长河", "王敏", "田小渔")),
        ("湘原日报全媒体记者 贺长河 通讯员 王小丽", ("贺长河", "王小丽")),
        ("湘原日报·新湘原客户端记者 贺长河", ("贺长河",)),
        ("□本报记者 贺长河", ("贺长河",)),
        ("■ 贺长河 王小丽", ("贺长河", "王小丽")),
        ("●贺长河", ("贺长河",)),
        ("记者 贺长河 通讯员 王小丽 报道", ("贺长河", "王小丽")),
        ("本报记者 贺长河 实习生 王小丽 云湖报道", ("贺长河", "王小丽")),
        ("撰文/贺长河 摄影/王小丽", ("贺长河", "王小丽")),
        ("贺长河/文 王小丽/图", ("贺长河", "王小丽")),
        ("新华社记者贺长河 王小丽", ("贺长河", "王小丽")),
        ("（全媒体记者贺长河通讯员王小丽）", ("贺长河", "王小丽")),
        ("欧阳小荷 司马光明", ("欧阳小荷", "司马光明")),
        ("记者 阿依努尔 通讯员 约翰·史密斯", ("阿依努尔", "约翰·史密斯")),
        ("记者 John Smith", ("John Smith",)),
        ("田小渔 王见川 陈可楠 夏小荷 赵 敏", ("田小渔", "王见川", "陈可楠", "夏小荷", "赵敏")),
    ],
)
def test_a_byline_names_its_people(line: str, names: tuple[str, ...]) -> None:
    assert names_of(line) == names


@pytest.mark.parametrize(
    "line",
    [
        "高温天气 安全生产",
        "文化广场 金秋时节",
        "张家界市 岳阳市",
        "（文化）",
        "记者手记",
        "记者 近日 获悉",
        "（贺长河 摄）",
        "摄影 贺长河",
        "贺长河说",
        "龙头企业 合作社",
        "活力·湘原 魅力·云湖",
        "本报评论员",
        "王小丽走进乡村课堂",
    ],
)
def test_what_only_looks_like_a_byline_names_nobody(line: str) -> None:
    assert names_of(line) == ()


@pytest.mark.parametrize(
    ("opening", "names"),
    [
        ("本报讯（记者 贺长河 王小丽）近日，", ("贺长河", "王小丽")),
        ("本报讯(记者贺长河 通讯员王小丽)近日，", ("贺长河", "王小丽")),
        ("本报讯 记者贺长河、通讯员王小丽报道：近日，", ("贺长河", "王小丽")),
        ("湘原日报11月14日讯（全媒体记者 贺长河 通讯员 王小丽）今天，", ("贺长河", "王小丽")),
        ("本报云湖5月14日讯（记者 贺长河）今天，", ("贺长河",)),
        ("新华社长沙5月14日电（记者 贺长河、王小丽）", ("贺长河", "王小丽")),
        ("云湖讯（记者 贺长河）", ("贺长河",)),
        ("新华社长沙5月14日电 全国", ()),
        ("本报（以下简称甲方）与云湖县签约。", ()),
    ],
)
def test_an_opening_names_its_reporters(opening: str, names: tuple[str, ...]) -> None:
    assert reporters_of(opening) == names


def test_a_dispatch_opens_a_story_and_a_telephone_call_does_not() -> None:
    assert is_dateline("湘原日报11月14日讯（记者 贺长河）")
    assert is_dateline("据新华社长沙5月14日电 全国")
    assert not is_dateline("市民来电，反映路灯不亮。")
    assert not is_dateline("供电（一期）工程开工。")


def test_a_sign_off_may_say_what_its_people_are() -> None:
    text = "水质比去年好。（湘原日报全媒体记者 贺长河 通讯员 王小丽）"
    assert sign_off_of(text) == (("贺长河", "王小丽"), len("水质比去年好。"))
    assert sign_off_of("他们跑了很多地方（长沙）") == ((), 12)


def test_names_stay_apart_where_a_line_ends_within_their_bracket() -> None:
    lines = list(read_lines("湘原日报5月14日讯（全媒体记者 贺\n长河 通讯员 王小丽）今天，云湖县 的 稻田 里多了鱼苗。"))
    assert [line.text for line in lines] == [
        "湘原日报5月14日讯（全媒体记者 贺",
        "长河 通讯员 王小丽）今天，云湖县的稻田里多了鱼苗。",
    ]


def test_an_article_has_the_reporters_of_its_opening() -> None:
    text = (
        "云湖县稻田里多了三万尾鱼苗\n"
        "湘原日报5月14日讯（全媒体记者 贺长河 通讯员 王小丽）今天，云湖县的稻田里放下三万尾鱼苗。\n"
        "县农业农村局说，今年稻渔种养面积比去年多八百亩，秋天就能卖鱼。"
    )
    (article,) = read_page(text)
    assert article.title == "云湖县稻田里多了三万尾鱼苗"
    assert article.author == ("贺长河", "王小丽")
