"""The widget against the real application over an archive, with nothing scripted but the encoder, which hashes."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fakes import HashEncoder

from bot import keys, wiring
from bot.channels.access import Access
from bot.channels.demo_host import serve_demo
from bot.channels.http import create_app
from bot.channels.service import Service
from bot.channels.work import WorkQueue
from bot.settings import Settings
from retrieval.archive import Archive
from retrieval.ingest import Ingestor
from retrieval.search import Searcher
from widget.test_widget_access import violations
from widget.widget_page import TIMEOUT_MS, Widget
from widget.widget_server import Scripted, Site

BODY = (
    "梅江二桥昨天通车。\n"
    + "沿江𠮷路同时整修。" * 200  # with a character of two units in JavaScript
    + "\n据市档案馆[2]统计，大桥全长1860米，主跨420米。\n桥上设六条车道。"
)
FIRST = {
    "id": "桥 1",
    "title": "梅江二桥昨日通车",
    "body": BODY,
    "published": "2024-09-29",
    "source": "梅江日报",
    "url": "javascript:alert(1)",
}
SECOND = {
    "id": "b",
    "title": "早稻开镰",
    "body": "北岸农场的早稻昨天开镰收割。",
    "published": "2025-07-01",
    "source": "农民报",
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder: Path = tmp_path_factory.mktemp("real")
    file = folder / "articles.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in (FIRST, SECOND)), "utf-8")
    archive = Archive(folder / "archive", create=True)
    ingestor = Ingestor(archive, HashEncoder())
    with archive.writing():
        ingestor.read([file])
        ingestor.encode_missing()
    searcher = Searcher(archive, HashEncoder())
    assistant = wiring.build_assistant(Settings(refuse_below=0.001), archive, searcher)
    service = Service(archive, searcher, assistant, WorkQueue(2), HashEncoder())
    service.ready.set()
    yield service
    service.close()
    archive.close()


@pytest.fixture(scope="module")
def real(service: Service) -> Iterator[Site]:
    """The application on one origin, the page that embeds it on another that the application knows."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        demo = serve_demo(address, "127.0.0.1", 0)
        elsewhere = f"http://127.0.0.1:{demo.server_address[1]}/"
        service.access = Access(origins=(elsewhere.rstrip("/"),))
        app = create_app(service)
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", ws="none", timeout_graceful_shutdown=1))
        threads = [
            threading.Thread(target=server.run, kwargs={"sockets": [listener]}),
            threading.Thread(target=demo.serve_forever, kwargs={"poll_interval": 0.05}),
        ]
        for thread in threads:
            thread.start()
        while not server.started:
            time.sleep(0.01)
        yield Site(Scripted(), address, elsewhere, f"{address}none")
        server.should_exit = True
        demo.shutdown()
        for thread in threads:
            thread.join(60)
        demo.server_close()


@pytest.fixture
def visit(browser: Any, real: Site) -> Iterator[Any]:
    """Opens an address of either server; no message may be left on the console."""
    context = browser.new_context(locale="zh-CN", viewport={"width": 1100, "height": 760})
    context.set_default_timeout(TIMEOUT_MS)
    pages: list[Widget] = []

    def visit(address: str) -> Widget:
        pages.append(Widget(context.new_page(), real))
        pages[-1].page.goto(address)
        return pages[-1]

    yield visit
    context.close()
    assert [page.unexpected() for page in pages] == [[]] * len(pages)


def test_ask_cite_open_follow_up_and_vote_from_another_origin(visit: Any, real: Site, service: Service) -> None:
    chat = visit(f"{real.elsewhere}demo-host")
    chat.open()
    chat.find(".suggestion").first.wait_for()
    assert "《早稻开镰》说了什么？" in chat.texts(".suggestion")
    chat.ask_and_wait("梅江二桥全长多少米？")
    chat.expect(".answer").to_contain_text("据市档案馆[2]统计，大桥全长1860米")  # printed brackets stay text
    with chat.page.context.expect_page() as opening:
        chat.find(".answer a.chip").first.click()
    article = opening.value
    chat.expect(article.locator("#quote")).to_have_text("据市档案馆[2]统计，大桥全长1860米，主跨420米。")
    chat.until("scrollY > 0", article)
    assert article.locator("a[href^=javascript]").count() == 0
    article.close()
    chat.ask_and_wait("它的主跨呢？")
    chat.expect(chat.find(".turn").nth(1).locator(".answer")).to_contain_text("420米")
    chat.find(".turn").nth(1).locator(".rate").first.click()
    chat.expect(".feedback .note").to_have_text("谢谢您的反馈。")
    (feedback,) = service.archive.store.feedbacks()
    assert (feedback.vote, feedback.question) == (1, "它的主跨呢？")
    assert "420米" in feedback.answer["answer"]


def test_the_page_lists_searches_and_answers(visit: Any, real: Site) -> None:
    page = visit(f"{real.address}?lang=zh")
    page.expect("#found").to_have_text("2 篇文章")
    page.expect("#results .title").to_have_text(["早稻开镰", "梅江二桥昨日通车"])
    page.find("[name=source]").fill("梅江日报")
    page.find("[name=source]").press("Enter")
    page.expect("#found").to_have_text("1 篇文章")
    page.find("[name=q]").fill("主跨420米")
    page.find("[name=q]").press("Enter")
    page.find("#results .passage b").first.wait_for()
    assert "主跨420米" in page.texts("#results .passage b")
    page.ask_and_wait("早稻什么时候开镰？")
    assert page.find(".answer a.chip").count() >= 1
    page.find("#results li:has-text('主跨420米') a").click()
    page.expect("#quote").to_have_text("据市档案馆[2]统计，大桥全长1860米，主跨420米。")


def test_an_origin_that_the_server_does_not_know_cannot_ask(browser: Any, real: Site) -> None:
    context = browser.new_context(locale="zh-CN")
    context.set_default_timeout(TIMEOUT_MS)
    page = context.new_page()
    page.goto(real.elsewhere.replace("127.0.0.1", "localhost"))
    page.locator(".launcher").click()
    page.locator("#box").fill("在吗")
    page.locator("#box").press("Enter")
    page.locator(".problem", has_text="连不上问报").wait_for()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1100])
def test_axe_finds_nothing_on_the_api_page(visit: Any, real: Site, axe: str, scheme: str, width: int) -> None:
    page = visit(f"{real.address}docs")
    page.page.emulate_media(color_scheme=scheme)
    page.page.set_viewport_size({"width": width, "height": 760})
    assert violations(page, axe) == []
    assert page.run("document.documentElement.scrollWidth") == width


def test_where_a_key_is_needed_a_number_still_opens_its_article(visit: Any, real: Site, service: Service) -> None:
    service.access.keys_needed = True
    try:
        key = keys.create_key(service.archive.store, "page", "ask", now=1.0)
        chat = visit(f"{real.elsewhere}demo-host")
        chat.run(f"document.querySelector('wenbao-chat').dataset.key = '{key}'")
        chat.open()
        chat.ask_and_wait("梅江二桥全长多少米？")
        with chat.page.context.expect_page() as opening:
            chat.find(".answer a.chip").first.click()
        opening.value.locator("#quote").get_by_text("全长1860米").wait_for()
        assert key not in opening.value.url
    finally:
        service.access.keys_needed = False


@pytest.fixture
def locked(service: Service) -> Iterator[str]:
    """A key of a server that needs one."""
    service.access.keys_needed = True
    yield keys.create_key(service.archive.store, f"reader{time.monotonic_ns()}", "ask", now=1.0)
    service.access.keys_needed = False


def test_the_page_asks_for_a_key_and_works_with_it(visit: Any, real: Site, locked: str) -> None:
    page = visit(f"{real.address}?lang=zh")
    page.expected_log = ("401",)
    page.find("#entry").wait_for()
    page.expect("#entry").to_contain_text("请输入管理员给您的密钥")
    page.expect("#found").to_have_text("输入密钥以后，这里列出档案。")
    page.expect("[name=key]").to_have_attribute("aria-invalid", "false")
    page.ask_and_wait("梅江二桥全长多少米？")
    page.expect(".problem").to_contain_text("请先在页面上方输入密钥")
    for wrong in ("wb_wrong", "钥匙"):
        page.find("[name=key]").fill(wrong)
        page.find("[name=key]").press("Enter")
        page.find("#entry-said").get_by_text("这个密钥不对").wait_for()
    page.find("[name=key]").fill(f" {locked} ")
    page.find("[name=key]").press("Enter")
    page.expect("#results li").to_have_count(2)
    page.expect("#entry").to_be_hidden()
    page.expect("[name=q]").to_be_focused()
    page.find(".again").click()
    page.find(".answer a.chip").first.wait_for()
    with page.page.context.expect_page() as opening:
        page.find(".answer a.chip").first.click()
    opening.value.locator("#quote").get_by_text("全长1860米").wait_for()
    page.find("[name=q]").fill("主跨420米")
    page.find("[name=q]").press("Enter")
    page.find("#results .passage b").first.wait_for()
    page.find("#results a").first.click()
    page.find("mark").get_by_text("主跨420米").first.wait_for()
    assert locked not in page.page.url
    page.page.go_back()
    page.find("#results li").first.wait_for()
    page.expect("#entry").to_be_hidden()  # the tab keeps the key
    page.find("#leave").click()
    page.find("#entry").wait_for()
    page.expect("#results li").to_have_count(0)
    page.expect(".turn").to_have_count(0)
    page.page.reload()
    page.find("#entry").wait_for()


def test_suggestions_come_with_the_key_and_a_key_that_ends_is_asked_for_again(
    visit: Any, real: Site, service: Service, locked: str
) -> None:
    page = visit(f"{real.address}?lang=en")
    page.expected_log = ("401",)
    page.find("[name=key]").fill(locked)
    page.find("#entry .go").click()
    page.find(".suggestion").first.wait_for()
    service.archive.store.revoke_api_key(service.archive.store.api_keys()[-1].name, now=2.0)
    time.sleep(1.1)
    page.ask_and_wait("When was the harvest?")
    page.expect(".problem").to_contain_text("Enter the key at the top")
    page.expect("#entry-said").to_contain_text("no longer valid")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1100])
def test_axe_finds_nothing_where_a_key_is_asked_for(
    visit: Any, real: Site, axe: str, locked: str, scheme: str, width: int
) -> None:
    page = visit(f"{real.address}?lang=zh")
    page.page.emulate_media(color_scheme=scheme)
    page.page.set_viewport_size({"width": width, "height": 760})
    page.expected_log = ("401",)
    page.find("#entry").wait_for()
    page.find("[name=key]").fill("wb_wrong")
    page.find("#entry .go").click()
    page.find("#entry-said").get_by_text("这个密钥不对").wait_for()
    page.expect("[name=key]").to_have_attribute("aria-invalid", "true")
    field, button = page.find("[name=key]").bounding_box(), page.find("#entry .go").bounding_box()
    assert field["y"] == button["y"], "side by side"
    assert violations(page, axe) == []
    assert page.run("document.documentElement.scrollWidth") == width
    if folder := os.environ.get("WENBAO_SCREENSHOTS"):
        page.page.screenshot(path=f"{folder}/key-{width}-{scheme}.png")
