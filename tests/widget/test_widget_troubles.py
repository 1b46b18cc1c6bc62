"""What can go wrong while asking, in a real Chromium: it is said clearly, and asking again works."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from widget.widget_page import Widget
from widget.widget_server import Site

Open = Callable[..., Widget]


@pytest.mark.parametrize(
    ("question", "said", "log"),
    [
        ("太忙", "现在提问的人很多", ("503",)),
        ("不行", "the server's words 编号 r-77", ("422",)),
        ("无权", "还没有提问的权限", ("403",)),
        ("档案空", "档案里还没有文章", ()),
        ("出错", "读取失败 <img", ()),
        ("中断", "中断", ()),
    ],
)
def test_what_goes_wrong_is_said(opened: Open, question: str, said: str, log: tuple[str, ...]) -> None:
    chat = opened()
    chat.expected_log = log
    chat.ask_and_wait(question)
    chat.expect(".problem").to_contain_text(said)
    assert said in chat.heard()[-1]
    assert bool(chat.find(".again").count()) == (question != "档案空")
    chat.ask_and_wait("再来")
    assert chat.texts(".answer a.chip") == ["1", "2"]


def test_too_fast_waits_as_long_as_the_server_says_then_asks_again(opened: Open, site: Site) -> None:
    chat = opened()
    chat.expected_log = ("429",)
    chat.page.clock.install()
    chat.page.clock.pause_at(time.time() + 3600)
    chat.ask_and_wait("太快了")
    chat.expect(".problem").to_contain_text("太快")
    chat.expect(".again").to_be_disabled()
    chat.expect(".again").to_have_text("30 秒后可再问")
    chat.page.clock.run_for(29_000)
    chat.expect(".again").to_have_text("1 秒后可再问")
    chat.page.clock.run_for(2_000)
    chat.find(".again:enabled").click()
    chat.expect(".answer a.chip").to_have_count(2)
    chat.expect(".turn").to_have_count(1)
    chat.expect("#box").to_be_focused()
    assert [asked["history"] for asked in site.scripted.asked] == [[], []]


def test_a_dropped_connection_is_said_and_asked_again(opened: Open, site: Site) -> None:
    chat = opened()
    chat.ask_and_wait("中断")
    chat.expect(".turn").to_contain_text("说到一半")  # what came is kept
    site.scripted.answers["中断"] = site.scripted.answer_to("提速")
    chat.page.context.route("**/v1/ask", lambda route: route.abort("connectionreset"), times=1)
    chat.expected_log = ("ERR_CONNECTION_RESET",)
    chat.find(".again").click()
    chat.expect(".problem").to_contain_text("连不上问报")
    chat.find(".again").click()
    chat.expect(".problem").to_contain_text("中断")
    assert len(site.scripted.asked) == 2


def test_offline_is_said_and_the_question_asked_again_once_back(opened: Open, site: Site) -> None:
    chat = opened()
    chat.expected_log = ("ERR_INTERNET_DISCONNECTED",)
    chat.page.context.set_offline(True)
    chat.until("!navigator.onLine")
    chat.ask_and_wait("在吗")
    chat.expect(".problem").to_contain_text("没有联网")
    assert site.scripted.asked == []
    chat.page.context.set_offline(False)
    chat.expect(".answer a.chip").to_have_count(2)
    chat.expect(".question").to_have_text("在吗")
    chat.expect(".problem").to_have_count(0)


def test_a_host_that_may_not_ask_says_it_is_unreachable(opened: Open) -> None:
    """An origin that the server does not know: the browser hides the reason from the page."""
    chat = opened("demo-host", elsewhere=True)
    chat.expected_log = ("CORS", "ERR_FAILED")
    chat.open()
    chat.page.evaluate("document.querySelector('wenbao-chat').dataset.host = 'http://127.0.0.1:9/'")
    chat.expected_log = ("CORS", "Failed to load", "Content Security Policy", "Refused to connect", "violates")
    chat.ask_and_wait("在吗")
    chat.expect(".problem").to_contain_text("连不上问报")


def test_storage_that_is_forbidden_costs_only_the_memory(opened: Open) -> None:
    chat = opened(None)
    chat.page.context.add_init_script(
        "for (const name of ['sessionStorage', 'localStorage']) "
        "Object.defineProperty(window, name, {get() { throw new DOMException('no', 'SecurityError'); }});"
    )
    chat.page.goto(chat.site.address)
    chat.ask_and_wait("提速？")
    assert chat.texts(".answer a.chip") == ["1", "2"]
