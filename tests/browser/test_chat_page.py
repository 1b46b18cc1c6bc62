"""The chat page in a real Chromium, against a real server on loopback that answers by the question asked."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, StreamingResponse

from bot.channels import pages
from retrieval.article import Article

webdriver = pytest.importorskip(
    "selenium.webdriver", reason="the browser tests need selenium (pip install 'wenbao[dev]')"
)
uvicorn = pytest.importorskip("uvicorn")

from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402
from selenium.webdriver.support.ui import WebDriverWait  # noqa: E402

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
DRIVER = shutil.which("chromedriver")

pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER),
    reason="the browser tests need chromium and chromedriver (apt install chromium chromium-driver)",
)

BODY = (
    "　　新华社北京3月5日电　铁道部今天宣布，京沪铁路将于6月1日全线提速。\n\n"
    + "\n".join("　　沿线各站已经完成线路和信号的改造，职工们正在进行最后的检查。" * 6 for _ in range(12))
    + "\n　　李明说：“提速以后，北京到上海只要十四个小时。”旅客对此表示欢迎。\n　　票价暂时不变。"
)
HOSTILE = "<img src=x onerror='window.hacked=1'><script>window.hacked=1</script>\u202e"


def citation(quote: str, /, **fields: Any) -> dict[str, Any]:
    start = BODY.find(quote)
    return {
        "article_id": "铁路/1",
        "title": "京沪铁路六月提速",
        "published": "1998-03-05",
        "source": "人民日报",
        "quote": quote,
        "start": start,
        "end": start + len(quote),
    } | fields


CITED = [
    citation("京沪铁路将于6月1日全线提速。"),
    citation("李明说：“提速以后，北京到上海只要十四个小时。”"),
]
NEAREST = [
    {"article_id": "b1", "title": "上海地铁二号线试运行", "published": "1999-09", "source": "解放日报"},
    {"article_id": "b2", "title": "", "published": None, "source": ""},
]


def final(question: str, answer: str, **fields: Any) -> dict[str, Any]:
    return {
        "question": question,
        "answer": answer,
        "refused": False,
        "confidence": 0.9,
        "citations": [],
        "nearest": [],
        "latency_ms": 12,
    } | fields


ANSWERED = final(
    "",
    "京沪铁路将于6月1日全线提速。[1]提速以后，北京到上海只要十四个小时。[2]见[9]。",
    short_answer="6月1日",
    citations=CITED,
)
REFUSED = final("", "档案里没有关于火星移民的报道。", refused=True, confidence=0.03, nearest=NEAREST)
ATTACK = final(
    "", f"{HOSTILE}[1]", citations=[citation("票价", title=HOSTILE, quote=HOSTILE, source=HOSTILE, published=HOSTILE)]
)


def event(name: str, data: Any) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


@dataclass
class Fake:
    """The server's side of a test: what was asked, and which streams ended."""

    asked: list[dict[str, Any]] = field(default_factory=list)
    abandoned: threading.Event = field(default_factory=threading.Event)
    suggestions: list[str] | None = field(default_factory=lambda: ["京沪铁路什么时候提速？", "票价会变吗？"])
    failures: int = 0

    async def stream(self, question: str) -> AsyncIterator[bytes]:
        """Server-sent events for the question, cut at awkward bytes."""
        yield b": keep-alive\n\n" + event("searching", {})
        if "中断" in question:
            yield event("delta", {"text": "说到一半"})
            return
        if "空" in question:
            yield event("error", {"error": {"code": "archive_empty", "message": "no articles"}})
            return
        if "出错" in question:
            yield event("error", {"error": {"code": "internal", "message": f"读取失败 {HOSTILE}"}})
            return
        yield event("passages", {"passages": [CITED[0] | {"text": "…", "score": 1.0}]})
        if "慢" in question:
            try:
                for number in range(600):
                    yield event("delta", {"text": f"第{number}句话说得很慢。\n"})
                    await asyncio.sleep(0.02)
            finally:
                self.abandoned.set()
        whole = REFUSED if "火星" in question else ATTACK if "攻击" in question else ANSWERED
        if "长" in question:
            whole = whole | {"answer": "很长的一段话。\n" * 80 + "[1]"}
        text = whole["answer"]
        stream = b"".join(event("delta", {"text": text[at : at + 7]}) for at in range(0, len(text), 7))
        stream += event("answer", whole | {"question": question})
        for at in range(0, len(stream), 97):  # cuts within characters and within line ends
            yield stream[at : at + 97]
            await asyncio.sleep(0.002)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.middleware("http")
        async def policy(request: Request, call_next: Any) -> Response:
            response: Response = await call_next(request)
            response.headers["Content-Security-Policy"] = pages.CONTENT_SECURITY_POLICY
            response.headers["X-Content-Type-Options"] = "nosniff"
            return response

        @app.get("/")
        def index() -> Response:
            return static("index.html")

        @app.get("/static/{name}")
        def static(name: str) -> Response:
            found = pages.static_file(name)
            return Response(found[0], media_type=found[1]) if found else Response(status_code=404)

        @app.get("/v1/suggestions")
        def suggestions() -> Response:
            if self.suggestions is None:
                return Response("<h1>no</h1>", status_code=200)
            return JSONResponse({"suggestions": self.suggestions})

        @app.get("/articles/{article_id:path}")
        def read(article_id: str, start: int | None = None, end: int | None = None, lang: str = "zh") -> Response:
            article = Article(
                "铁路/1", "京沪铁路六月提速", BODY, published="1998-03-05", source="人民日报", author=("王芳",)
            )
            if article_id != article.article_id:
                return HTMLResponse(pages.render_not_found("zh"), status_code=404)
            return HTMLResponse(
                pages.render_article(article, start=start, end=end, language="en" if lang == "en" else "zh")
            )

        @app.post("/v1/ask")
        async def ask(request: Request) -> Response:
            body = await request.json()
            assert request.headers["accept"] == "text/event-stream"
            self.asked.append(body)
            question = body["question"]
            for word, status, code in (("忙", 503, "busy"), ("太快", 429, "rate_limited"), ("不行", 422, "invalid")):
                if word in question and not (word == "太快" and self.failures):
                    self.failures += 1
                    return JSONResponse(
                        {"error": {"code": code, "message": "the server's words", "request_id": "r-77"}},
                        status_code=status,
                        headers={"Retry-After": "1"} if status == 429 else {},
                    )
            return StreamingResponse(self.stream(question), media_type="text/event-stream")

        return app


@pytest.fixture
def fake() -> Fake:
    return Fake()


@pytest.fixture
def address(fake: Fake) -> Iterator[str]:
    """A real server on a free port of the loopback, for the length of a test."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(fake.app(), log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    server.should_exit = True
    thread.join(timeout=10)
    listener.close()


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    profile: Path = tmp_path_factory.mktemp("chromium")
    for argument in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage",
        "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--lang=zh-CN", f"--user-data-dir={profile}", "--window-size=1000,760",
    ):  # fmt: skip
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(executable_path=DRIVER))
    yield driver
    driver.quit()


class Chat:
    """The page as its user meets it."""

    def __init__(self, driver: Any, address: str) -> None:
        self.driver, self.address = driver, address
        self.expected_log: tuple[str, ...] = ()

    def open(self, query: str = "?lang=zh") -> None:
        self.driver.get(self.address + query)

    def find(self, selector: str) -> Any:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list[Any]:
        return list(self.driver.find_elements(By.CSS_SELECTOR, selector))

    def texts(self, selector: str) -> list[str]:
        read = "return Array.from(document.querySelectorAll(arguments[0]), element => element.innerText)"
        return list(self.driver.execute_script(read, selector))

    def wait(self, condition: Callable[[], Any]) -> Any:
        return WebDriverWait(self.driver, 10, poll_frequency=0.05).until(lambda _: condition())

    def ask(self, question: str) -> None:
        self.find("#question").send_keys(question, Keys.ENTER)

    def ask_and_wait(self, question: str) -> None:
        self.ask(question)
        self.wait(lambda: not self.find("#stop").is_displayed() and self.all(".turn"))

    def run(self, script: str, *arguments: Any) -> Any:
        return self.driver.execute_script(script, *arguments)


@pytest.fixture
def chat(chromium: Any, address: str) -> Iterator[Chat]:
    """The page, freshly opened; at the end the console must be clean, so no policy was violated either."""
    chromium.get_log("browser")
    chat = Chat(chromium, address)
    chat.open()
    yield chat
    first, *others = chromium.window_handles
    for window in others:
        chromium.switch_to.window(window)
        chromium.close()
    chromium.switch_to.window(first)
    log = [entry["message"] for entry in chromium.get_log("browser")]
    assert [line for line in log if not any(expected in line for expected in chat.expected_log)] == []
    chromium.get("about:blank")


def test_an_answer_streams_in_and_every_number_leads_to_its_sentence(chat: Chat, fake: Fake) -> None:
    chat.ask_and_wait("京沪铁路什么时候提速？")
    assert fake.asked == [{"question": "京沪铁路什么时候提速？", "history": [], "language": "zh"}]
    assert chat.texts(".question") == ["京沪铁路什么时候提速？"]
    assert chat.texts(".answer a.chip") == ["1", "2"]
    assert "见[9]。" in chat.find(".answer").text, "a number without a source stays as written"
    assert chat.texts(".answer strong") == ["6月1日"]
    assert chat.texts(".source blockquote") == [cited["quote"] for cited in CITED]
    assert "1998年3月5日 · 人民日报" in chat.find(".source").text
    assert chat.find("#announcer").get_attribute("textContent").startswith("京沪铁路将于6月1日全线提速。提速")

    chat.all(".answer a.chip")[1].click()
    chat.wait(lambda: len(chat.driver.window_handles) == 2)
    chat.driver.switch_to.window(chat.driver.window_handles[1])
    chat.wait(lambda: chat.all("#quote"))
    assert (
        f"/articles/%E9%93%81%E8%B7%AF%2F1?lang=zh&start={CITED[1]['start']}&end={CITED[1]['end']}#quote"
        in chat.driver.current_url
    )
    assert chat.find("#quote").text == CITED[1]["quote"]
    place = "const at = document.getElementById('quote').getBoundingClientRect(); "
    chat.wait(lambda: chat.run(place + "return at.top >= 0 && at.bottom <= innerHeight"))
    assert chat.run("return document.documentElement.scrollTop") > 0
    assert chat.run("return window.opener") is None


def test_the_answer_is_seen_before_it_is_whole_and_can_be_stopped(chat: Chat, fake: Fake) -> None:
    chat.ask("慢慢说")
    chat.wait(lambda: "第3句" in "".join(chat.texts(".answer")))
    assert chat.find("#stop").is_displayed()
    assert not chat.find("#send").is_displayed()
    chat.find("#stop").click()
    chat.wait(lambda: chat.texts(".note") == ["已停止。"])
    assert "第3句" in chat.find(".answer").text
    assert fake.abandoned.wait(10), "the server learns that nobody listens any more"
    assert chat.find("#send").is_displayed()
    assert chat.run("return document.activeElement.id") == "question"


def test_follow_ups_carry_the_last_six_questions(chat: Chat, fake: Fake) -> None:
    for number in range(8):
        chat.ask_and_wait(f"问题{number}")
        chat.wait(lambda number=number: len(chat.all(".turn .under")) == number + 1)
    assert fake.asked[-1]["history"] == [f"问题{number}" for number in range(1, 7)]


def test_a_number_shows_its_quote_on_focus_and_on_hover(chat: Chat) -> None:
    chat.ask_and_wait("提速？")
    chat.run("document.getElementById('scroller').focus()")
    chat.driver.switch_to.active_element.send_keys(Keys.TAB)
    assert chat.driver.switch_to.active_element.text == "1"
    chat.wait(lambda: chat.find("#peek").is_displayed())
    for expected in (CITED[0]["quote"], "京沪铁路六月提速", "1998年3月5日"):
        assert expected in chat.find("#peek").text
    assert chat.driver.switch_to.active_element.get_attribute("aria-describedby") == "peek"
    chat.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert not chat.find("#peek").is_displayed()
    webdriver.ActionChains(chat.driver).move_to_element(chat.all(".answer a.chip")[1]).perform()
    chat.wait(lambda: CITED[1]["quote"] in chat.find("#peek").text)
    webdriver.ActionChains(chat.driver).move_to_element(chat.find("h1")).perform()
    chat.wait(lambda: not chat.find("#peek").is_displayed())


def test_a_refusal_is_calm_and_offers_what_is_near(chat: Chat) -> None:
    chat.ask_and_wait("火星移民什么时候开始？")
    assert chat.find(".refusal .answer").text == REFUSED["answer"]
    assert chat.texts(".refusal .title") == ["上海地铁二号线试运行", "（无题）"]
    assert chat.find(".refusal .title").get_attribute("href").split("?")[0].endswith("/articles/b1")
    assert "1999年9月" in chat.find(".refusal").text
    assert not chat.all(".problem")


@pytest.mark.parametrize(
    ("question", "said", "log"),
    [
        ("太忙", "现在提问的人很多", ("503",)),
        ("不行", "the server's words · 编号 r-77", ("422",)),
        ("档案空", "档案里还没有文章", ()),
        ("出错", "读取失败 <img", ()),
        ("中断", "中断", ()),
    ],
)
def test_what_goes_wrong_is_said(chat: Chat, question: str, said: str, log: tuple[str, ...]) -> None:
    chat.expected_log = log
    chat.ask_and_wait(question)
    chat.wait(lambda: chat.all(".problem"))
    assert said in chat.find(".problem").text
    assert bool(chat.all(".again")) == (question != "档案空")
    assert not chat.run("return window.hacked")
    chat.ask_and_wait("再来")
    assert chat.texts(".answer a.chip") == ["1", "2"]


def test_too_fast_waits_as_long_as_the_server_says_then_asks_again(chat: Chat, fake: Fake) -> None:
    chat.expected_log = ("429",)
    chat.ask_and_wait("太快了")
    button = chat.wait(lambda: chat.find(".again"))
    assert not button.is_enabled()
    assert button.text == "1 秒后可再问"
    chat.wait(button.is_enabled)
    button.click()
    chat.wait(lambda: chat.texts(".answer a.chip") == ["1", "2"])
    assert len(chat.all(".turn")) == 1
    assert [asked["history"] for asked in fake.asked] == [[], []]


def test_offline_is_said(chat: Chat) -> None:
    chat.expected_log = ("ERR_INTERNET_DISCONNECTED",)
    chat.driver.set_network_conditions(offline=True, latency=0, throughput=1)
    try:
        chat.ask_and_wait("在吗")
        chat.wait(lambda: "没有联网" in chat.find(".problem").text)
    finally:
        chat.driver.delete_network_conditions()


def test_hostile_text_is_only_text(chat: Chat) -> None:
    chat.ask_and_wait(f"攻击{HOSTILE[:-1]}")
    assert "<img" in chat.find(".answer").text
    assert "<script>" in chat.find(".source blockquote").text
    chat.run("document.querySelector('.answer a.chip').dispatchEvent(new PointerEvent('pointerover', {bubbles: true}))")
    assert "<script>" in chat.find("#peek").text
    assert not chat.all("img, .column script, #peek script")
    time.sleep(0.2)
    assert not chat.run("return window.hacked")
    chat.driver.refresh()
    assert "<img" in chat.wait(lambda: chat.find(".answer")).text
    assert not chat.run("return window.hacked")


def test_a_reload_keeps_the_conversation_and_a_new_one_forgets_it(chat: Chat, fake: Fake) -> None:
    chat.ask_and_wait("提速？")
    chat.ask_and_wait("火星呢？")
    shown = chat.find("#turns").text
    chat.driver.refresh()
    assert chat.find("#turns").text == shown
    chat.ask_and_wait("然后呢？")
    assert fake.asked[-1]["history"] == ["提速？", "火星呢？"]
    chat.find("#fresh").click()
    assert not chat.all(".turn")
    assert chat.find("#welcome").is_displayed()
    chat.ask_and_wait("从头问")
    assert fake.asked[-1]["history"] == []


def test_a_reload_while_answering_leaves_the_question(chat: Chat) -> None:
    chat.ask("慢慢说")
    chat.wait(lambda: chat.all(".answer"))
    chat.driver.refresh()
    assert chat.texts(".question") == ["慢慢说"]
    assert chat.texts(".note") == ["已停止。"]
    assert chat.find("#send").is_displayed()


@pytest.mark.parametrize("kept", ["{", "[1, null, {}]", '[{"question": "问", "state": "done"}]', '{"a": 1}'])
def test_a_damaged_memory_harms_nothing(chat: Chat, kept: str) -> None:
    chat.run("sessionStorage.setItem('wenbao.conversation', arguments[0])", kept)
    chat.driver.refresh()
    chat.ask_and_wait("提速？")
    assert chat.texts(".answer a.chip") == ["1", "2"]


def test_suggestions_are_asked_by_a_click(chat: Chat, fake: Fake) -> None:
    chat.wait(lambda: chat.all("#suggestions button"))
    assert chat.texts("#suggestions button") == fake.suggestions
    chat.all("#suggestions button")[1].click()
    chat.wait(lambda: chat.texts(".question") == ["票价会变吗？"])
    assert not chat.find("#welcome").is_displayed()


def test_without_suggestions_the_page_is_quiet(chat: Chat, fake: Fake) -> None:
    fake.suggestions = None
    chat.open()
    time.sleep(0.3)
    assert not chat.find("#suggestions").is_displayed()


def test_enter_sends_but_not_while_a_word_is_being_composed(chat: Chat, fake: Fake) -> None:
    box = chat.find("#question")
    assert not chat.find("#send").is_enabled()
    box.send_keys("第一行", Keys.SHIFT, Keys.ENTER, Keys.NULL, "tisu")
    enter = (
        "const more = {key: 'Enter', bubbles: true, cancelable: true, ...arguments[1]}; "
        "arguments[0].dispatchEvent(new KeyboardEvent('keydown', more))"
    )
    chat.run(enter, box, {"isComposing": True})
    chat.run(enter, box, {"keyCode": 229})
    assert not chat.all(".turn")
    box.send_keys(Keys.ENTER)
    chat.wait(lambda: chat.all(".turn"))
    assert fake.asked[0]["question"] == "第一行\ntisu"
    assert box.get_attribute("value") == ""


def test_a_reader_who_scrolled_up_is_not_pulled_down(chat: Chat) -> None:
    chat.ask_and_wait("说长一点")
    top = "return document.getElementById('scroller').scrollTop"
    assert chat.run("return document.querySelector('.question').getBoundingClientRect().top > 0"), (
        "the question stays in view"
    )
    chat.ask("慢慢说")
    chat.wait(lambda: "第5句" in chat.find("#turns").text)
    assert chat.run(top) > 500, "a new question comes into view"
    origin = webdriver.common.actions.wheel_input.ScrollOrigin.from_element(chat.find("#scroller"))
    webdriver.ActionChains(chat.driver).scroll_from_origin(origin, 0, -700).perform()
    seen = chat.wait(lambda: chat.run(top))
    time.sleep(0.4)
    assert chat.run(top) <= seen
    chat.find("#stop").click()
    chat.wait(lambda: chat.all(".note"))
    assert chat.run(top) <= seen


def test_both_languages(chat: Chat, fake: Fake) -> None:
    chat.ask_and_wait("提速？")
    chat.find("#toggle").click()
    assert chat.run("return document.documentElement.lang") == "en"
    assert chat.texts(".under h3") == ["Sources"]
    assert chat.find("#question").get_attribute("placeholder") == "Ask a question…"
    assert chat.find(".answer").get_attribute("lang") == "zh-CN"
    chat.ask_and_wait("And then?")
    assert fake.asked[-1]["language"] == "en"
    chat.open("?lang=en")
    assert chat.find("#send").text == "Send"
    chat.open("?lang=zh")
    assert chat.find("#send").text == "发送"


@pytest.mark.parametrize("width", [320, 390, 1000])
def test_nothing_is_wider_than_the_window(chat: Chat, width: int) -> None:
    chat.driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 760, "deviceScaleFactor": 1, "mobile": width < 500},
    )
    try:
        for query in ("?lang=zh", "?lang=en"):
            chat.open(query)
            chat.ask_and_wait("提速？" + "x" * 200)
            assert chat.run("return document.documentElement.scrollWidth") <= width
            assert chat.run(
                "const box = document.getElementById('scroller'); return box.scrollWidth <= box.clientWidth"
            )
            send = chat.find("#send").rect
            assert send["x"] + send["width"] <= width
    finally:
        chat.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
