"""A server whose answers are scripted by the question asked, and a page of another origin that embeds its widget."""

from __future__ import annotations

import asyncio
import itertools
import json
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import HTMLResponse, JSONResponse, StreamingResponse
from starlette.types import Receive, Scope, Send

from bot.channels import pages
from bot.channels.demo_host import serve_demo
from bot.channels.widget_routes import add_widget
from retrieval.article import Article

BODY = (
    "　　新华社北京3月5日电　铁道部今天宣布，京沪铁路将于6月1日全线提速。\n\n"
    + "\n".join("　　沿线各站已经完成线路和信号的改造，职工们正在进行最后的检查。" * 6 for _ in range(12))
    + "\n　　李明说：“提速以后，北京到上海只要十四个小时。”旅客对此表示欢迎。\n　　据统计[2]，票价暂时不变。"
)
ARTICLE = Article(
    "铁路/1", "京沪铁路六月提速", BODY, published="1998-03-05", source="人民日报", author=("王芳",), kind="news"
)


def citation(quote: str, /, **fields: Any) -> dict[str, Any]:
    """A citation of ARTICLE."""
    start = BODY.index(quote)
    known = {"article_id": "铁路/1", "title": "京沪铁路六月提速", "published": "1998-03-05", "source": "人民日报"}
    return {**known, "quote": quote, "start": start, "end": start + len(quote), **fields}


CITED = [citation("京沪铁路将于6月1日全线提速。"), citation("李明说：“提速以后，北京到上海只要十四个小时。”")]
PRINTED = citation("据统计[2]，票价暂时不变。")
NEAREST = [
    {"article_id": "b1", "title": "上海地铁二号线试运行", "published": "1999-09", "source": "解放日报"},
    {"article_id": "b2", "title": "", "published": None, "source": ""},
]


def answer(text: str, **fields: Any) -> dict[str, Any]:
    """The JSON of an answer."""
    known = {"question": "", "refused": False, "confidence": 0.9, "citations": [], "nearest": [], "latency_ms": 12}
    return {**known, "answer": text, "answer_id": "00112233aabbccdd", **fields}


ANSWERED = answer(
    "京沪铁路将于6月1日全线提速。 [1] 提速以后，北京到上海只要十四个小时。 [2] 见[9]。",
    short_answer="6月1日",
    citations=CITED,
)
REFUSED = answer("档案里没有关于火星移民的报道。", refused=True, confidence=0.03, nearest=NEAREST)
WITH_PRINTED = answer(f"{PRINTED['quote']} [1] {CITED[0]['quote']} [2]", citations=[PRINTED, CITED[0]])
REFUSALS = {
    "忙": (503, "busy"),
    "太快": (429, "rate_limited"),
    "不行": (422, "invalid_request"),
    "无权": (403, "forbidden"),
}


def event(name: str, data: Any) -> bytes:
    """One server-sent event."""
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


@dataclass
class Scripted:
    """The server's side of a test: what was asked and voted, and whether a stream was given up."""

    asked: list[dict[str, Any]] = field(default_factory=list)
    votes: list[dict[str, Any]] = field(default_factory=list)
    abandoned: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)
    suggestions: list[str] | None = field(default_factory=lambda: ["京沪铁路什么时候提速？", "票价会变吗？"])
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    articles: dict[str, Article] = field(default_factory=lambda: {ARTICLE.article_id: ARTICLE})
    failures: int = 0
    keys: list[str] = field(default_factory=list)
    feedback_status: int = 200
    made: str = ""

    def reset(self) -> None:
        """As new, for the next test; requests that still run keep the old fields."""
        self.__dict__.update(Scripted().__dict__)

    def answer_to(self, question: str) -> dict[str, Any]:
        """What is scripted for a question."""
        if question in self.answers:
            return self.answers[question]
        if "火星" in question:
            return REFUSED
        if "印着" in question:
            return WITH_PRINTED
        return ANSWERED | {"answer": "很长的一段话。\n" * 80 + "[1]"} if "长" in question else ANSWERED

    async def stream(self, question: str) -> AsyncIterator[bytes]:
        """Server-sent events for the question, cut at awkward bytes."""
        yield b": keep-alive\n\n" + event("searching", {})
        if "静默" in question:
            await asyncio.to_thread(self.released.wait, 60)
        if "空" in question:
            yield event("error", {"error": {"code": "archive_empty", "message": "no articles"}})
            return
        if "出错" in question:
            yield event("error", {"error": {"code": "internal_error", "message": "读取失败 <img src=x>"}})
            return
        yield event("passages", {"passages": [one | {"text": BODY[-60:], "score": 1.0} for one in CITED]})
        if "中断" in question:
            yield event("delta", {"text": "说到一半"})
            return
        if "慢" in question:
            for number in itertools.count():  # until nobody listens
                yield event("delta", {"text": f"第{number}句话说得"})
                await asyncio.sleep(0.01)
                yield event("delta", {"text": "很慢。"})
                await asyncio.sleep(0.01)
        whole = self.answer_to(question)
        text = whole["answer"]
        stream = b"".join(event("delta", {"text": text[at : at + 7]}) for at in range(0, len(text), 7))
        stream += event("answer", whole | {"question": question})
        for at in range(0, len(stream), 997):  # cuts within characters and within line ends
            yield stream[at : at + 997]
            await asyncio.sleep(0)

    def app(self, origins: list[str]) -> FastAPI:
        """The application; pages of `origins` may ask it."""
        app = FastAPI()

        @app.middleware("http")
        async def policy(request: Request, call_next: Any) -> Response:
            response: Response = await call_next(request)
            if request.url.path != "/made":
                response.headers.setdefault("Content-Security-Policy", pages.CONTENT_SECURITY_POLICY)
            response.headers["X-Content-Type-Options"] = "nosniff"
            return response

        app.add_middleware(CORSMiddleware, allow_origins=origins, allow_methods=["*"], allow_headers=["*"])
        add_widget(app)
        self._add_pages(app)
        self._add_api(app)
        return app

    def _add_pages(self, app: FastAPI) -> None:
        @app.get("/")
        def index() -> Response:
            return static("index.html")

        @app.get("/made")
        def made() -> Response:
            return HTMLResponse(self.made)

        @app.get("/static/{name}")
        def static(name: str) -> Response:
            found = pages.static_file(name)
            return Response(found[0], media_type=found[1]) if found else Response(status_code=404)

        @app.get("/article")
        def read(article_id: str, start: int | None = None, end: int | None = None, lang: str = "zh") -> Response:
            language: pages.Language = "en" if lang == "en" else "zh"
            found = self.articles.get(article_id)
            if found is None:
                return HTMLResponse(pages.render_not_found(language), status_code=404)
            return HTMLResponse(pages.render_article(found, start=start, end=end, language=language))

    def _add_api(self, app: FastAPI) -> None:
        @app.get("/v1/suggestions")
        def suggestions() -> Response:
            if self.suggestions is None:
                return Response("<h1>no</h1>", status_code=200)
            return JSONResponse({"suggestions": self.suggestions})

        @app.get("/v1/articles")
        def articles(offset: int = 0, source: str = "") -> Response:
            shown = [
                {"article_id": one.article_id, "title": one.title, "published": one.published, "source": one.source}
                for one in self.articles.values()
                if source in ("", one.source)
            ]
            return JSONResponse(shown[offset : offset + 20], headers={"X-Total-Count": str(len(shown))})

        @app.get("/v1/search")
        def search(q: str) -> Response:
            hits = [one | {"text": one["quote"], "score": 1.0} for one in CITED] if "提速" in q else []
            return JSONResponse({"query": q, "vector_share": 1.0, "hits": hits})

        @app.post("/v1/feedback")
        async def feedback(request: Request) -> Response:
            self.votes.append(await request.json())
            return JSONResponse({}, self.feedback_status)

        @app.post("/v1/ask")
        async def ask(request: Request) -> Response:
            body = await request.json()
            assert request.headers["accept"] == "text/event-stream"
            self.asked.append(body)
            self.keys.append(request.headers.get("authorization", ""))
            question = body["question"]
            for word, (status, code) in REFUSALS.items():
                if word in question and not (word == "太快" and self.failures):
                    self.failures += 1
                    error = {"code": code, "message": "the server's words", "request_id": "r-77"}
                    return JSONResponse({"error": error}, status, {"Retry-After": "30"} if status == 429 else {})
            return Watched(self.stream(question), self.abandoned)


class Watched(StreamingResponse):
    """A stream that tells when it ended before it was whole.

    Its generator cannot: where a cancellation meets it at a `yield`, it stays as it is until garbage is collected.
    """

    def __init__(self, events: AsyncIterator[bytes], abandoned: threading.Event) -> None:
        super().__init__(self._noting_the_end(events), media_type="text/event-stream")
        self._abandoned = abandoned
        self._whole = False

    async def _noting_the_end(self, events: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for one in events:
            yield one
        self._whole = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            if not self._whole:
                self._abandoned.set()


@dataclass(frozen=True)
class Site:
    """Where the two servers listen, each address with its closing slash."""

    scripted: Scripted
    address: str
    elsewhere: str
    made: str  # a page that a test made, on a third origin, without any policy


@contextmanager
def serving_site() -> Iterator[Site]:
    """The scripted server, and the page on another origin, on free ports of the loopback."""
    scripted = Scripted()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        demo = serve_demo(address, "127.0.0.1", 0)
        elsewhere = f"http://127.0.0.1:{demo.server_address[1]}/"
        third = address.replace("127.0.0.1", "localhost")
        app = scripted.app([elsewhere.rstrip("/"), third.rstrip("/")])
        config = uvicorn.Config(app, log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        threads = [
            threading.Thread(target=server.run, kwargs={"sockets": [listener]}),
            threading.Thread(target=demo.serve_forever, kwargs={"poll_interval": 0.05}),
        ]
        for thread in threads:
            thread.start()
        try:
            yield Site(scripted, address, elsewhere, f"{third}made")
        finally:
            server.should_exit = True
            demo.shutdown()
            for thread in threads:
                thread.join(timeout=60)
            demo.server_close()
