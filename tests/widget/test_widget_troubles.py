"""What can go wrong while asking, in a real Chromium: it is said clearly, and asking again works."""

from __future__ import annotations

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
    assert said in chat.find(".problem").inner_text()
    assert said in chat.heard()[-1]
    assert bool(chat.find(".again").count()) == (question != "档案空")
    chat.ask_and_wait("再来")
    assert chat.texts(".answer a.chip") == ["1", "2"]


def test_too_fast_waits_as_long_as_the_server_says_then_asks_again(opened: Open, site: Site) -> None:
    chat = opened()
    chat.expected_log = ("429",)
    chat.ask_and_wait("太快了")
    assert "太快" in chat.find(".problem").inner_text()
    assert chat.find(".again").is_disabled()
    assert chat.find(".again").inner_text() == "1 秒后可再问"
    chat.find(".again:enabled").click()
    chat.find(".answer a.chip").first.wait_for()
    assert chat.find(".turn").count() == 1
    assert [asked["history"] for asked in site.scripted.asked] == [[], []]
    assert chat.active() == "box"


def test_a_dropped_connection_is_said_and_asked_again(opened: Open, site: Site) -> None:
    chat = opened()
    chat.ask_and_wait("中断")
    assert "说到一半" in chat.find(".turn").inner_text(), "what came is kept"
    site.scripted.answers["中断"] = site.scripted.answer_to("提速")
    chat.page.context.route("**/v1/ask", lambda route: route.abort("connectionreset"), times=1)
    chat.expected_log = ("ERR_CONNECTION_RESET",)
    chat.find(".again").click()
    chat.find(".problem").get_by_text("连不上问报").wait_for()
    chat.find(".again").click()
    chat.find(".problem").get_by_text("中断").wait_for()
    assert len(site.scripted.asked) == 2


def test_offline_is_said_and_the_question_asked_again_once_back(opened: Open, site: Site) -> None:
    chat = opened()
    chat.expected_log = ("ERR_INTERNET_DISCONNECTED",)
    chat.page.context.set_offline(True)
    chat.ask_and_wait("在吗")
    assert "没有联网" in chat.find(".problem").inner_text()
    assert site.scripted.asked == []
    chat.page.context.set_offline(False)
    chat.find(".answer a.chip").first.wait_for()
    assert chat.texts(".question") == ["在吗"]
    assert not chat.find(".problem").count()


def test_a_host_that_may_not_ask_says_it_is_unreachable(opened: Open) -> None:
    """An origin that the server does not know: the browser hides the reason from the page."""
    chat = opened("demo-host", elsewhere=True)
    chat.expected_log = ("CORS", "ERR_FAILED")
    chat.open()
    chat.page.evaluate("document.querySelector('wenbao-chat').dataset.host = 'http://127.0.0.1:9/'")
    chat.expected_log = ("CORS", "Failed to load", "Content Security Policy", "Refused to connect", "violates")
    chat.ask_and_wait("在吗")
    assert "连不上问报" in chat.find(".problem").inner_text()


def test_storage_that_is_forbidden_costs_only_the_memory(opened: Open) -> None:
    chat = opened(None)
    chat.page.context.add_init_script(
        "for (const name of ['sessionStorage', 'localStorage']) "
        "Object.defineProperty(window, name, {get() { throw new DOMException('no', 'SecurityError'); }});"
    )
    chat.page.goto(chat.site.address)
    chat.ask_and_wait("提速？")
    assert chat.texts(".answer a.chip") == ["1", "2"]
