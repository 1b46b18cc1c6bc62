"""Headlines, section headings and what stands beside pictures, where forms alone do not tell them apart."""

from __future__ import annotations

from retrieval.page.forms import parallel, skeleton
from retrieval.page.fragments import read_fragments
from retrieval.page.lines import read_lines
from retrieval.page.read import read_page

SECTIONS = (
    "贺长河 王小丽\n\n"
    "稻浪翻滚，满眼金黄。云湖县的稻田里，收割机从早上六点开到天黑，合作社的晒谷场上堆满了谷子。\n\n"
    "“今年亩产800公斤，比去年多出五十公斤。”云湖县的田长说，每块耕地都有人看着，撂荒的田一亩也没有了。\n\n"
    "每块耕地都有“守护人”\n\n"
    "全县有镇级田长49人、村级田长92人，田长每周到耕地上走一遍，看见占用耕地的就当场制止。\n\n"
    "每块耕地都成“生金地”\n\n"
    "今年全县的耕地都测了土，按土配肥，一亩耕地的肥料钱省下三十元，稻谷却多收了五十公斤。"
)


def test_an_article_without_a_headline_does_not_take_one_of_its_section_headings() -> None:
    (article,) = read_page(SECTIONS)
    assert article.title == ""
    assert article.headings == ("每块耕地都有“守护人”", "每块耕地都成“生金地”")
    assert "每块耕地都有“守护人”" in article.body.split("\n")
    assert article.author == ("贺长河", "王小丽")


def test_headings_of_a_set_begin_alike_and_have_one_form() -> None:
    assert skeleton("每块耕地都有“守护人”") == "6“3”"
    lines = ["每块耕地都有“守护人”", "每块耕地都成“生金地”", "每块耕地都要“守护人”管，", "云湖县的耕地“生金地”"]
    assert parallel(lines) == {0, 1}
    assert parallel(["每块耕地都有“守护人”", "每块耕地都有“守护人”"]) == frozenset()


def test_a_headline_of_two_lines_is_one() -> None:
    text = (
        "监督护航 服务增温\n\n桐湾市老码头管理处整治大客流\n\n"
        "老码头一年来客三百万人次，节假日排队要两个小时。管理处今年把检票口从两个加到六个，排队最长二十分钟。\n\n"
        "管理处说，夜市的摊位也分了时段，码头的栏杆全部换过，江边有八名救生员轮班。"
    )
    (article,) = read_page(text)
    assert article.title == "监督护航 服务增温 桐湾市老码头管理处整治大客流"
    assert article.headings == ()


def test_a_section_heading_keeps_the_space_between_its_parts() -> None:
    text = (
        "云湖县：民生账本越写越厚\n\n云湖县今年新修公路七百公里，每个村都通了客车，老人进城看病不用再走山路。\n\n"
        "社会保障 更有“医”靠\n\n县医院开了六个分院，村卫生室全部能刷医保卡，药价比去年低两成。\n\n"
        "产业振兴 产业更“新”\n\n县里的蜜橘卖到南半球，合作社一年分红两次，外出的人回来了三成。"
    )
    (article,) = read_page(text)
    assert article.title == "云湖县：民生账本越写越厚"
    assert article.headings == ("社会保障 更有“医”靠", "产业振兴 产业更“新”")
    assert "社会保障 更有“医”靠" in article.body.split("\n")
    for character, offset in zip(article.body, article.origin, strict=True):
        assert offset < 0 or text[offset] == character


def test_a_line_is_full_where_the_number_after_it_would_not_fit() -> None:
    column = [
        "云湖县的经济今年走得比去年稳，新",
        "开的工厂有十二家，老厂也都添了新",
        "的机器，全县前十个月实现生产总值",
        "一百八十亿元，全年实现工业增加值",
        "1284.47亿元，同比增长三点五；固定资",
        "产投资也比去年多，工业用电涨了。",
    ]
    short = [*column[:3], "一百八十亿元，全年实现增加值", *column[4:]]
    for lines in (column, short):
        (fragment,) = read_fragments(list(read_lines("\n".join(lines))))
        assert fragment.text == "".join(lines)


def test_little_text_behind_a_headline_at_the_end_stands_beside_pictures() -> None:
    body = "老码头夜市重新开张，{}迎客一万人次，摊位从八十六个增加到一百二十个，江边的灯全部换过，渡口也修好了。"
    text = "\n\n".join(body.format(day) for day in ("首晚", "次日", "第三天", "周末", "月底", "年底", "新年", "元宵"))
    text += "\n\n老码头夜市又亮了 桐湾江边人更多\n\n别有韵味的桐湾老城。\n\n三月的江边，柳树全绿了。"
    (article,) = read_page(text)
    assert article.title == "老码头夜市又亮了 桐湾江边人更多"
    assert article.captions == ("别有韵味的桐湾老城。", "三月的江边，柳树全绿了。")
    assert "柳树" not in article.body
