"""The page `/` in a real Chromium: search with filters, the archive's list, articles, both languages."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from retrieval.article import Article
from widget.widget_page import Widget
from widget.widget_server import CITED, Site

Open = Callable[..., Widget]


def test_the_list_grows_and_leads_to_articles(opened: Open, site: Site) -> None:
    for number in range(25):
        site.scripted.articles[f"n{number}"] = Article(f"n{number}", f"第{number}篇", "文", published="2024-05")
    page = opened("?lang=zh")
    page.find("#results li").nth(19).wait_for()
    assert page.find("#found").inner_text() == "26 篇文章"
    assert page.texts("#results .meta")[:2] == ["1998年3月5日 · 人民日报", "2024年5月"]
    page.find("#more").click()
    page.find("#results li").nth(25).wait_for()
    assert page.find("#more").is_hidden()
    assert page.run("document.activeElement.textContent") == "第19篇", "the focus goes to the first new one"
    page.find("#results a").first.click()
    page.find("h1").get_by_text("京沪铁路六月提速").wait_for()
    page.find("nav a").first.click()
    page.find("#results li").nth(19).wait_for()


def test_search_with_filters_leads_to_the_passage(opened: Open, site: Site) -> None:
    page = opened("?lang=zh")
    asked: list[str] = []
    page.page.on("request", lambda request: asked.append(request.url))
    page.find("[name=q]").fill("提速")
    page.find("[name=since]").fill("1998")
    page.find("[name=source]").fill("人民日报")
    page.find("[name=q]").press("Enter")
    page.find("#results .passage").nth(1).wait_for()
    assert page.find("#found").inner_text() == "2 段文字"
    assert page.texts("#results b") == ["提速", "提速"]
    query = parse_qs(urlsplit(asked[-1]).query)
    assert query == {"q": ["提速"], "since": ["1998"], "source": ["人民日报"], "limit": ["20"]}
    page.find("#results a").first.click()
    assert page.find("#quote").inner_text() == CITED[0]["quote"]
    page.page.go_back()
    page.find("[name=until]").fill("上个月")
    page.find("[name=until]").press("Enter")
    assert page.find("#found").inner_text() == "日期请写成 2025、2025-05 或 2025-05-16。"
    assert page.find("[name=until]").get_attribute("aria-invalid") == "true"
    page.find("[type=reset]").click()
    page.find("#results li").first.wait_for()
    assert page.find("#found").inner_text() == "1 篇文章"


def test_what_is_not_found_or_not_reached_is_said(opened: Open) -> None:
    page = opened("?lang=zh")
    page.find("[name=q]").fill("火星")
    page.find("[name=q]").press("Enter")
    page.find("#found").get_by_text("没有找到。").wait_for()
    page.expected_log = ("ERR_INTERNET_DISCONNECTED",)
    page.page.context.set_offline(True)
    page.find("[name=q]").press("Enter")
    page.find("#found").get_by_text("没能读取").wait_for()


def test_both_languages(opened: Open, site: Site) -> None:
    page = opened("?lang=zh")
    page.ask_and_wait("提速？")
    page.find("#language").click()
    assert page.run("document.documentElement.lang") == "en"
    assert page.texts(".under h3") == ["Sources"]
    assert page.find("#box").get_attribute("placeholder") == "Ask a question…"
    assert page.find(".answer").get_attribute("lang") == "zh-CN"
    assert page.texts("#archive-heading") == ["Archive"]
    page.ask_and_wait("And then?")
    assert site.scripted.asked[-1]["language"] == "en"
    page.page.goto(site.address)
    assert page.texts("#archive-heading") == ["Archive"], "the choice is kept"


def test_a_narrow_window_shows_one_at_a_time(opened: Open) -> None:
    page = opened("?lang=zh", viewport={"width": 390, "height": 780})
    assert page.find("#box").is_visible()
    assert not page.find("#results").is_visible()
    page.find("nav a").nth(1).click()
    assert page.find("#results li").first.is_visible()
    assert not page.find("#box").is_visible()
    assert page.texts("nav a[aria-current=page]") == ["档案"]


def test_the_line_to_embed_is_shown(opened: Open, site: Site) -> None:
    page = opened("?lang=zh")
    page.find("summary").click()
    assert page.find("#line").inner_text() == f'<script src="{site.address}widget.js" defer></script>'
