"""The HTTP API: answers, streams, pages, and every error in its one shape."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import socket
import time
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from bot_samples import ARTICLES, BRIDGE, HARVESTS, STEERING, TOWNS
from bot_service import SlowAssistant, call, client_of, events_of, service_over, serving, until
from fakes import HashEncoder
from fastapi import FastAPI

from bot.channels import streams
from bot.channels.edge import MAX_BODY_BYTES
from bot.channels.http import create_app
from bot.channels.service import Service
from bot.channels.work import WorkQueue
from retrieval.archive import Archive
from retrieval.article import Article
from retrieval.errors import ArchiveDamagedError
from retrieval.ingest import Ingestor

QUESTION = "梅江二桥全长多少米？"
ERROR_ID = re.compile("[0-9a-f]{16}")


@pytest.fixture(scope="module")
def service(filled: Path) -> Iterator[Service]:
    with service_over(filled) as one:
        yield one


@pytest.fixture(scope="module")
def app(service: Service) -> FastAPI:
    return create_app(service)


@pytest.fixture(scope="module")
def address(service: Service) -> Iterator[str]:
    with serving(service) as one:
        yield one


def error_of(response: httpx.Response, status: int, code: str) -> str:
    """The message of an error in its one shape."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    assert response.json().keys() == {"error"}
    error = response.json()["error"]
    assert error.keys() == {"code", "message", "request_id"}
    assert ERROR_ID.fullmatch(error["request_id"])
    assert response.headers["x-request-id"] == error["request_id"]
    assert response.headers["x-content-type-options"] == "nosniff"
    assert error["code"] == code
    assert error["message"]
    return str(error["message"])


def bodies(client: httpx.Client, answer: dict[str, Any], base: str) -> dict[str, str]:
    ids = {one["article_id"] for one in answer["citations"]}
    return {one: client.get(f"{base}/v1/articles/{quote(one, safe='')}").json()["body"] for one in ids}


# -- asking


def test_the_answer_as_json_and_as_events(address: str) -> None:
    with httpx.Client(trust_env=False) as client:
        plain = client.post(f"{address}/v1/ask", json={"question": QUESTION})
        assert plain.headers["content-type"] == "application/json"
        answer = plain.json()
        assert "1860米" in answer["answer"]
        for citation in answer["citations"]:
            body = bodies(client, answer, address)[citation["article_id"]]
            assert body[citation["start"] : citation["end"]] == citation["quote"]
        for more, headers in (({"stream": True}, {}), ({}, {"Accept": "text/event-stream"})):
            streamed = client.post(f"{address}/v1/ask", json={"question": QUESTION} | more, headers=headers)
            assert streamed.headers["content-type"] == "text/event-stream; charset=utf-8"
            assert streamed.headers["cache-control"] == "no-store"
            events = events_of(streamed.text)
            names = [name for name, _ in events]
            assert names[:2] == ["searching", "passages"]
            assert set(names[2:-1]) == {"delta"}
            assert names[-1] == "answer"
            assert events[1][1]["passages"][0]["article_id"] == BRIDGE["id"]
            assert "".join(data["text"] for name, data in events if name == "delta") == answer["answer"]
            final = events[-1][1]
            other = {"latency_ms": 0, "answer_id": ""}
            assert {**final, **other} == {**answer, **other}
            assert re.fullmatch("[0-9a-f]{16}", final["answer_id"])
            assert final["answer_id"] != answer["answer_id"]


def test_history_filters_and_language(app: FastAPI) -> None:
    asked = {"question": "那总投资多少？", "history": [QUESTION]}
    answer = call(app, "POST", "/v1/ask", json=asked).json()
    assert answer["standalone"] == "梅江二桥总投资多少？"
    assert "7.3亿元" in answer["answer"]
    only = {
        "question": "油茶采收了多少吨？",
        "filters": {"until": "2025-10-01", "source": "湘原日报"},
        "language": "en",
    }
    answer = call(app, "POST", "/v1/ask", json=only).json()
    assert {one["article_id"] for one in answer["citations"]} == {"harvest-0"}
    assert "From the archive, in its own words: " in answer["answer"]
    none = only | {"filters": {"since": "2026"}}
    answer = call(app, "POST", "/v1/ask", json=none).json()
    assert (answer["refused"], answer["citations"], answer["nearest"]) == (True, [], [])


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "question"),
        ({"question": 5}, "question"),
        ({"question": None}, "question"),
        ({"question": "长" * 1001}, "question"),
        ({"question": "a", "history": "b"}, "history"),
        ({"question": "a", "history": ["b"] * 51}, "history"),
        ({"question": "a", "history": [None]}, "history.0"),
        ({"question": "a", "language": "fr"}, "language"),
        ({"question": "a", "stream": "sometimes"}, "stream"),
        ({"question": "a", "questoin": "b"}, "questoin"),
        ({"question": "a", "filters": {"from": "2025"}}, "filters.from"),
        ([], "body"),
        ("text", "body"),
    ],
)
def test_wrong_kinds_and_unknown_fields(app: FastAPI, body: Any, said: str) -> None:
    assert error_of(call(app, "POST", "/v1/ask", json=body), 422, "invalid_request").startswith(f"{said}: ")


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
@pytest.mark.parametrize("question", ["", "　 \n"])
def test_an_empty_question(app: FastAPI, question: str, accept: str) -> None:
    response = call(app, "POST", "/v1/ask", json={"question": question}, headers={"Accept": accept})
    assert error_of(response, 400, "bad_question") == "请输入问题。"


def test_what_is_no_json(app: FastAPI) -> None:
    json_type = {"Content-Type": "application/json"}
    for content in (b'{"question": ', b"\xff\xfe", b""):
        response = call(app, "POST", "/v1/ask", content=content, headers=json_type)
        assert error_of(response, 422, "invalid_request").startswith("body: ")
    response = call(app, "POST", "/v1/ask", content=b'{"question": "\\ud800"}', headers=json_type)
    error_of(response, 422, "invalid_request")
    error_of(call(app, "POST", "/v1/ask", content=b"[" * 50_000, headers=json_type), 400, "bad_request")
    response = call(app, "POST", "/v1/ask", content=b'{"question": "a"}')
    assert "Content-Type: application/json" in error_of(response, 422, "invalid_request")


def test_a_body_that_is_too_long(app: FastAPI) -> None:
    response = call(app, "POST", "/v1/ask", json={"question": "a" * MAX_BODY_BYTES})
    assert "1 MB" in error_of(response, 413, "too_large")
    longest = {"question": "\U00020bb7" * 1000, "history": ["\U00020bb7" * 1000] * 50}
    response = call(app, "POST", "/v1/ask", content=json.dumps(longest), headers={"Content-Type": "application/json"})
    assert response.status_code == 200


@pytest.mark.parametrize("filters", [{"since": "gestern"}, {"until": "2025-13"}, {"since": "2025", "until": "2024"}])
def test_dates_that_are_none(app: FastAPI, filters: dict[str, str]) -> None:
    error_of(call(app, "POST", "/v1/ask", json={"question": "a", "filters": filters}), 400, "bad_request")
    error_of(call(app, "GET", "/v1/search", params={"q": "a"} | filters), 400, "bad_request")
    error_of(call(app, "GET", "/v1/articles", params=filters), 400, "bad_request")


def test_unknown_paths_and_methods(app: FastAPI) -> None:
    for path in ("/nope", "/v1", "/v1/nope", "/static/nope.js", "/static/..%2Fpages.py", "/redoc", "/index.html"):
        error_of(call(app, "GET", path), 404, "not_found")
    response = call(app, "GET", "/v1/ask")
    error_of(response, 405, "method_not_allowed")
    assert response.headers["allow"] == "POST"
    for path, methods in (
        ("/v1/articles", "GET, POST"),
        ("/v1/articles/upload", "POST"),
        ("/v1/articles/a/b", "DELETE, GET, PUT"),
        ("/v1/feedback", "GET, POST"),
        ("/static/base.css", "GET"),
    ):
        assert call(app, "OPTIONS", path).headers["allow"] == methods


@pytest.mark.parametrize("wrong", ["true", 1, None])
def test_a_switch_is_true_or_false(app: FastAPI, wrong: object) -> None:
    message = {"role": "user", "content": "a"}
    for path, body in (("/v1/ask", {"question": "a"}), ("/v1/chat/completions", {"messages": [message]})):
        error_of(call(app, "POST", path, json=body | {"stream": wrong}), 422, "invalid_request")


def test_errors_of_ours(filled: Path) -> None:
    class Broken:
        def __init__(self, error: Exception) -> None:
            self.error = error

        def answer(self, *_: Any, **__: Any) -> Any:
            raise self.error

        def ask(self, *_: Any, **__: Any) -> Any:
            yield from ()
            raise self.error

    for error, status, code in (
        (RuntimeError("secret"), 500, "internal_error"),
        (ArchiveDamagedError(Path("archive.sqlite3"), "malformed"), 503, "archive_unavailable"),
    ):
        with service_over(filled, assistant=Broken(error)) as service:
            app = create_app(service)
            for more in ({}, {"stream": True}):
                response = call(app, "POST", "/v1/ask", json={"question": "a"} | more)
                message = error_of(response, status, code)
                assert ("malformed" in message) is (status == 503)
                assert "secret" not in response.text


def test_an_error_in_the_middle_of_a_stream_is_its_last_event(filled: Path, caplog: pytest.LogCaptureFixture) -> None:
    class Breaking(SlowAssistant):
        def ask(self, *arguments: Any, **more: Any) -> Any:
            yield from list(super().ask(*arguments, **more))[:1]
            raise RuntimeError("secret")

    assistant = Breaking()
    assistant.gate.set()
    with service_over(filled, assistant=assistant) as service:
        response = call(create_app(service), "POST", "/v1/ask", json={"question": "a", "stream": True})
    (first, _), (last, data) = events_of(response.text)
    assert (response.status_code, first, last) == (200, "searching", "error")
    assert data["error"]["code"] == "internal_error"
    assert data["error"]["request_id"] == response.headers["x-request-id"]
    assert "secret" not in response.text
    assert "secret" in caplog.text  # the log says more


# -- searching and reading


def test_search(app: FastAPI, service: Service) -> None:
    found = call(app, "GET", "/v1/search", params={"q": "竹山镇油茶"}).json()
    assert found.keys() == {"query", "vector_share", "missing_phrases", "hits"}
    assert found["hits"][0]["title"] == "竹山镇油茶丰收"
    assert len(found["hits"]) == 10
    for hit in found["hits"]:
        article = service.archive.store.article(hit["article_id"])
        assert article
        assert article.body[hit["start"] : hit["end"]] == hit["text"]
    narrowed = {"q": "油茶", "since": "2025-10-05", "until": "2025-10-07", "source": "湘原日报", "limit": 100}
    hits = call(app, "GET", "/v1/search", params=narrowed).json()["hits"]
    assert sorted(hit["published"] for hit in hits) == ["2025-10-05", "2025-10-06", "2025-10-07"]
    assert call(app, "GET", "/v1/search", params={"q": "油茶", "source": "无"}).json()["hits"] == []
    for wrong in (
        {},
        {"q": ""},
        {"q": "a", "limit": 0},
        {"q": "a", "limit": 101},
        {"q": "a", "x": 1},
        {"q": "长" * 1001},
    ):
        error_of(call(app, "GET", "/v1/search", params=wrong), 422, "invalid_request")


def test_paging_through_articles(app: FastAPI) -> None:
    pages = [call(app, "GET", "/v1/articles", params={"limit": 5, "offset": at}).json() for at in range(0, 25, 5)]
    assert [len(page) for page in pages] == [5, 5, 5, 3, 0]
    ids = [one["article_id"] for page in pages for one in page]
    assert sorted(ids) == sorted([*(one["id"] for one in ARTICLES), STEERING.article_id])
    dates = [one["published"] for page in pages for one in page]
    assert dates == sorted(dates, reverse=True)
    assert all("body" not in one for page in pages for one in page)
    assert len(call(app, "GET", "/v1/articles", params={"source": "湘原晚报"}).json()) == 1
    for wrong in ({"limit": 101}, {"offset": -1}, {"offset": 2**64}, {"page": 2}):
        error_of(call(app, "GET", "/v1/articles", params=wrong), 422, "invalid_request")


@pytest.mark.parametrize("article_id", [BRIDGE["id"], STEERING.article_id, "harvest-3"])
def test_an_article_by_its_id(address: str, article_id: str) -> None:
    with httpx.Client(trust_env=False) as client:
        article = client.get(f"{address}/v1/articles/{quote(article_id, safe='')}").json()
    assert article["article_id"] == article_id
    assert article["body"]


def test_the_place_of_a_stretch_in_its_file(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text("新桥通车\n5月14日，新桥通车，联系电话13800138000，居民走上桥面。\n", "utf-8")
    archive = Archive(tmp_path / "archive", create=True)
    with archive.writing():
        Ingestor(archive, HashEncoder()).read([tmp_path / "page.txt"])
    (article,) = archive.store.articles()
    start = article.body.index("联系电话")
    archive.close()
    with service_over(tmp_path / "archive") as service:
        app = create_app(service)
        place = f"/v1/articles/{article.article_id}"
        assert "original" not in call(app, "GET", place).json()
        found = call(app, "GET", f"{place}?start={start}&end={start + 15}").json()
        assert found["dates"] == ["--05-14"]
        assert found["original"]["source"] == "page.txt"
        assert found["original"]["text"] == "联系电话138******00"
        assert call(app, "GET", f"{place}?start=900&end=901").json()["original"] is None
        error_of(call(app, "GET", f"{place}?start=x"), 422, "invalid_request")


def test_articles_that_are_not_there(app: FastAPI) -> None:
    for article_id in ("none", "", "%FF", "a%00b", "a/b/../c"):
        error_of(call(app, "GET", f"/v1/articles/{article_id}"), 404, "not_found")


def test_an_article_whose_id_no_path_can_hold(tmp_path: Path, filled: Path) -> None:
    shutil.copytree(filled, tmp_path / "archive")
    archive = Archive(tmp_path / "archive")
    for article_id in ("..", "a/../b", "//"):
        archive.store.put_article(Article(article_id, "点", f"编号是{article_id}的文章。"), [(0, 5)], None)
    archive.close()
    with (
        service_over(tmp_path / "archive") as service,
        serving(service) as address,
        httpx.Client(base_url=address, trust_env=False) as client,
    ):
        for article_id in ("..", "a/../b", "//", BRIDGE["id"]):
            page = client.get("/article", params={"article_id": article_id, "start": 0, "end": 2})
            assert page.status_code == 200
            assert '<mark id="quote">' in page.text
            found = client.get("/v1/article", params={"article_id": article_id})
            assert found.json()["article_id"] == article_id
        error_of(client.get("/v1/article"), 422, "invalid_request")
        error_of(client.get("/v1/article?article_id=none"), 404, "not_found")


def test_suggestions(app: FastAPI) -> None:
    found = call(app, "GET", "/v1/suggestions").json()["suggestions"]
    assert found[0] == "《石鼓镇油茶丰收》说了什么？"
    assert len(found) == 4
    assert "What does" in call(app, "GET", "/v1/suggestions?language=en").json()["suggestions"][0]


# -- pages


def test_an_article_page_marks_the_quote(address: str) -> None:
    with httpx.Client(trust_env=False) as client:
        answer = client.post(f"{address}/v1/ask", json={"question": QUESTION}).json()
        cited = answer["citations"][0]
        place = f"/articles/{quote(cited['article_id'], safe='')}?start={cited['start']}&end={cited['end']}"
        page = client.get(address + place)
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        marks = "".join(re.findall("<mark[^>]*>(.*?)</mark>", page.text))
        assert unescape(marks) == cited["quote"].replace("\n", "")
        hostile = client.get(f"{address}/articles/{quote(STEERING.article_id, safe='')}")
        assert "\x1b" not in hostile.text
        missing = client.get(f"{address}/articles/none?lang=en")
        assert missing.status_code == 404
        assert "There is no such article" in missing.text


def test_every_page_has_a_policy_and_every_file_its_tag(app: FastAPI) -> None:
    pages = ["/", "/docs", "/articles/harvest-1", "/articles/none", "/static/home.js", "/static/api.css"]
    for path in pages:
        response = call(app, "GET", path)
        assert "default-src 'none'" in response.headers["content-security-policy"], path
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["referrer-policy"] == "same-origin"
        if "etag" in response.headers:
            tag = response.headers["etag"]
            again = call(app, "GET", path, headers={"If-None-Match": f'"other", {tag}'})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
            assert call(app, "GET", path, headers={"If-None-Match": '"other"'}).status_code == 200
    assert "etag" in call(app, "GET", "/").headers


def test_the_api_page_needs_nothing_from_outside_and_names_every_operation(app: FastAPI) -> None:
    page = call(app, "GET", "/docs").text.replace("<wbr>", "")
    description = call(app, "GET", "/openapi.json").json()
    for path, operations in description["paths"].items():
        for method in operations:
            assert f"{method.upper()} {path}" in page
    assert not re.search("https?://|<script|<style| style=| on[a-z]+=", page)
    for linked in re.findall('(?:href|src)="([^"]+)"', page):
        assert call(app, "GET", f"/{linked.removeprefix('./')}").status_code == 200, linked
    for field in ("question", "filters.since", "citations.quote", "limit", "offset"):
        assert f"<code>{field}</code>" in page


# -- readiness, load and leaving


def test_not_ready(filled: Path) -> None:
    with service_over(filled) as service:
        app = create_app(service)
        ready = call(app, "GET", "/readyz").json()
        count = len(ARTICLES) + 1
        assert ready == {"status": "ready", "articles": count, "passages": count, "vectors": count}
        service.ready.clear()
        response = call(app, "GET", "/readyz")
        error_of(response, 503, "not_ready")
        assert response.headers["retry-after"] == "1"
        assert call(app, "GET", "/healthz").json() == {"status": "ok"}


def test_a_full_queue_refuses_and_the_event_loop_stays_free(filled: Path) -> None:
    slow = SlowAssistant()

    async def check(service: Service) -> None:
        async with client_of(create_app(service)) as client:
            await client.get("/docs")  # is made once
            asked = [asyncio.create_task(client.post("/v1/ask", json={"question": "a"})) for _ in range(2)]
            await asyncio.to_thread(slow.begun.acquire)
            await until(lambda: service.work.inside == 2)
            for more in ({}, {"stream": True}):
                response = await client.post("/v1/ask", json={"question": "a"} | more)
                error_of(response, 503, "busy")
                assert response.headers["retry-after"] == "1"
            measured = (await client.get("/metrics")).text
            assert 'wenbao_requests_total{method="POST",route="/v1/ask",status="503"} 2.0' in measured
            for path in ("/healthz", "/", "/docs"):
                assert (await client.get(path)).status_code == 200
            slow.gate.set()
            assert [response.json()["answer"] for response in await asyncio.gather(*asked)] == ["慢。", "慢。"]
            assert (await client.post("/v1/ask", json={"question": "a"})).status_code == 200

    with service_over(filled, assistant=slow, work=WorkQueue(1, waiting=1)) as service:
        asyncio.run(check(service))


def ask_and_leave(address: str, *, until: bytes) -> None:
    """Begin a stream on a bare socket, and close it when `until` was read."""
    host, port = address.removeprefix("http://").split(":")
    body = b'{"question": "a", "stream": true}'
    head = f"POST /v1/ask HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
    head += f"Content-Length: {len(body)}\r\n\r\n"
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(head.encode() + body)
        read = b""
        while until not in read:
            read += connection.recv(4096)


def test_a_client_that_leaves_stops_the_work(filled: Path) -> None:
    slow = SlowAssistant()
    with service_over(filled, assistant=slow, work=WorkQueue(1, waiting=1)) as service, serving(service) as address:
        ask_and_leave(address, until=b"event: searching")
        assert slow.stopped.wait(60)
        # One that leaves while its question still waits for a thread leaves no place taken either.
        ask_and_leave(address, until=b"event: searching")
        ask_and_leave(address, until=b"")
        deadline = time.monotonic() + 60
        while service.work.inside:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        slow.gate.set()
        assert httpx.post(f"{address}/v1/ask", json={"question": "a"}, trust_env=False).json()["answer"] == "慢。"


def test_a_silent_stream_is_kept_alive(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "KEEP_ALIVE_S", 0.05)
    slow = SlowAssistant()
    asked: dict[str, Any] = {"json": {"question": "a", "stream": True}, "trust_env": False, "timeout": 60}
    with (
        service_over(filled, assistant=slow) as service,
        serving(service) as address,
        httpx.stream("POST", f"{address}/v1/ask", **asked) as response,
    ):
        texts, text = response.iter_text(), ""
        while text.count(": keep-alive\n\n") < 2:
            text += next(texts)
        slow.gate.set()
        text += "".join(texts)
    events = events_of(text.replace(": keep-alive\n\n", ""))
    assert [name for name, _ in events] == ["searching", "delta", "answer"]


def test_sixteen_clients_at_once_get_their_own_answers(filled: Path) -> None:
    async def one(client: httpx.AsyncClient, index: int) -> None:
        asked = {"question": f"{TOWNS[index]}镇采收油茶鲜果多少吨？", "stream": bool(index % 2)}
        response = await client.post("/v1/ask", json=asked)
        assert response.status_code == 200
        answer = events_of(response.text)[-1][1] if asked["stream"] else response.json()
        assert answer["question"] == asked["question"]
        first = answer["citations"][0]
        assert first["article_id"] == HARVESTS[index]["id"]
        assert f"{1200 + 37 * index}吨" in answer["answer"]
        assert HARVESTS[index]["body"].strip("　")[first["start"] : first["end"]] == first["quote"]

    async def check(address: str) -> None:
        limits = httpx.Limits(max_connections=16)
        async with httpx.AsyncClient(base_url=address, limits=limits, trust_env=False, timeout=60) as client:
            for _ in range(3):
                await asyncio.gather(*(one(client, index) for index in range(16)))

    with service_over(filled) as service, serving(service) as address:
        asyncio.run(check(address))
