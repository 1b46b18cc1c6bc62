"""The page `/` in a real Chromium: search with filters, the archive's list, articles, both languages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from retrieval.article import Article
from widget.widget_page import Widget
from widget.widget_server import CITED, Site

Open = Callable[..., Widget]


def test_the_list_grows_and_leads_to_articles(opened: Open, site: Site) -> None:
    for number in range(25):
        site.scripted.articles[f"n{number}"] = Article(f"n{number}", f"第{number}篇", "文", published="2024-05")
    page = opened("?lang=zh")
    page.expect("#results li").to_have_count(20)
    page.expect("#found").to_have_text("26 篇文章")
    assert page.texts("#results .meta")[:2] == ["1998年3月5日 · 人民日报", "2024年5月"]
    page.find("#more").click()
    page.expect("#results li").to_have_count(26)
    page.expect("#more").to_be_hidden()
    page.expect("#results a >> nth=20").to_be_focused()
    assert page.texts("#results a")[20] == "第19篇", "the focus goes to the first new one"
    page.find("#results a").first.click()
    page.expect("h1").to_have_text("京沪铁路六月提速")
    page.find("nav a").first.click()
    page.expect("#results li").to_have_count(20)


def test_search_with_filters_leads_to_the_passage(opened: Open, site: Site) -> None:
    page = opened("?lang=zh")
    page.find("[name=q]").fill("提速")
    page.find("[name=since]").fill("1998")
    page.find("[name=source]").fill("人民日报")
    with page.page.expect_request("**/v1/search?**") as asked:
        page.find("[name=q]").press("Enter")
    page.expect("#found").to_have_text("2 段文字")
    page.expect("#results .passage").to_have_count(2)
    assert page.texts("#results b") == ["提速", "提速"]
    query = parse_qs(urlsplit(asked.value.url).query)
    assert query == {"q": ["提速"], "since": ["1998"], "source": ["人民日报"], "limit": ["20"]}
    page.find("#results a").first.click()
    page.expect("#quote").to_have_text(CITED[0]["quote"])
    page.page.go_back()
    page.find("[name=until]").fill("上个月")
    page.find("[name=until]").press("Enter")
    page.expect("#found").to_have_text("日期请写成 2025、2025-05 或 2025-05-16。")
    page.expect("[name=until]").to_have_attribute("aria-invalid", "true")
    page.expect("#results li").to_have_count(0)
    page.find("[type=reset]").click()
    page.expect("#found").to_have_text("1 篇文章")
    page.expect("#results li").to_have_count(1)


def held(page: Widget, pattern: str) -> Callable[[], None]:
    """The next request of this address waits until what is returned is called."""
    waiting: list[Any] = []

    def hold(route: Any) -> None:  # Playwright takes no built-in function
        waiting.append(route)

    page.page.route(pattern, hold, times=1)

    def release() -> None:
        page.eventually(lambda: waiting)
        waiting[0].continue_()

    return release


def test_what_is_listed_and_what_is_said_of_it_change_together(opened: Open) -> None:
    page = opened("?lang=zh")
    page.expect("#results li").to_have_count(1)
    release = held(page, "**/v1/search?**")
    page.find("[name=q]").fill("提速")
    page.find("[name=q]").press("Enter")
    page.expect("#found").to_have_text("正在读取…")
    page.expect("#results li").to_have_count(0)
    release()
    page.expect("#found").to_have_text("2 段文字")
    page.expect("#results li").to_have_count(2)


def test_an_older_answer_does_not_replace_what_came_after_it(opened: Open) -> None:
    page = opened("?lang=zh")
    page.expect("#results li").to_have_count(1)
    release = held(page, "**/v1/search?**")
    page.find("[name=q]").fill("提速")
    page.find("[name=q]").press("Enter")
    page.find("[name=since]").fill("去年")
    page.find("[name=since]").press("Enter")
    page.expect("#found").to_have_text("日期请写成 2025、2025-05 或 2025-05-16。")
    with page.page.expect_response("**/v1/search?**") as late:
        release()
    late.value.finished()
    page.run("new Promise((done) => setTimeout(done, 0))")  # the page has seen it
    page.expect("#found").to_have_text("日期请写成 2025、2025-05 或 2025-05-16。")
    page.expect("#results li").to_have_count(0)


def test_more_that_is_not_reached_may_be_asked_for_again(opened: Open, site: Site) -> None:
    for number in range(25):
        site.scripted.articles[f"n{number}"] = Article(f"n{number}", f"第{number}篇", "文", published="2024-05")
    page = opened("?lang=zh")
    page.expect("#results li").to_have_count(20)
    page.expected_log = ("ERR_FAILED",)
    page.page.route("**/v1/articles?**", lambda route: route.abort(), times=1)
    page.find("#more").click()
    page.expect("#found").to_have_text("没能读取，请稍后再试。")
    page.expect("#results li").to_have_count(20)
    page.expect("#more").to_be_focused()
    page.find("#more").click()
    page.expect("#results li").to_have_count(26)


def test_what_is_not_found_or_not_reached_is_said(opened: Open) -> None:
    page = opened("?lang=zh")
    page.find("[name=q]").fill("火星")
    page.find("[name=q]").press("Enter")
    page.expect("#found").to_have_text("没有找到。")
    page.expected_log = ("ERR_INTERNET_DISCONNECTED",)
    page.page.context.set_offline(True)
    page.find("[name=q]").press("Enter")
    page.expect("#found").to_have_text("没能读取，请稍后再试。")


def test_both_languages(opened: Open, site: Site) -> None:
    page = opened("?lang=zh")
    page.ask_and_wait("提速？")
    page.find("#language").click()
    page.expect("html").to_have_attribute("lang", "en")
    page.expect(".under h3").to_have_text("Sources")
    page.expect("#box").to_have_attribute("placeholder", "Ask a question…")
    page.expect(".answer").to_have_attribute("lang", "zh-CN")
    page.expect("#archive-heading").to_have_text("Archive")
    page.ask_and_wait("And then?")
    assert site.scripted.asked[-1]["language"] == "en"
    page.page.goto(site.address)
    page.expect("#archive-heading").to_have_text("Archive")  # the choice is kept


def test_a_narrow_window_shows_one_at_a_time(opened: Open) -> None:
    page = opened("?lang=zh", viewport={"width": 390, "height": 780})
    page.expect("#box").to_be_visible()
    page.expect("#results li").to_have_count(1)
    page.expect("#results").to_be_hidden()
    page.find("nav a").nth(1).click()
    page.expect("#results li").to_be_visible()
    page.expect("#box").to_be_hidden()
    page.expect("nav a[aria-current=page]").to_have_text("档案")


def test_the_line_to_embed_is_shown(opened: Open, site: Site) -> None:
    page = opened("?lang=zh")
    page.find("summary").click()
    page.expect("#line").to_have_text(f'<script src="{site.address}widget.js" defer></script>')
