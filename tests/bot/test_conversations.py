"""Conversations that the server keeps, feedback, and articles taken in over HTTP."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from bot_samples import ARTICLES
from bot_service import SlowAssistant, call, client_of, events_of, service_over, serving
from fastapi import FastAPI

from bot import conversations, keys
from bot.channels import article_routes
from bot.channels.http import create_app
from bot.channels.service import Service
from bot.channels.work import WorkQueue
from bot.conversations import Conversations
from retrieval.article import Article
from retrieval.ingest import Ingestor
from retrieval.store import Change, Feedback, Store

QUESTION = "梅江二桥全长多少米？"


@pytest.fixture
def service(filled: Path, tmp_path: Path) -> Iterator[Service]:
    with service_over(shutil.copytree(filled, tmp_path / "archive")) as one:
        yield one


@pytest.fixture
def app(service: Service) -> FastAPI:
    return create_app(service)


@pytest.fixture
def admin(service: Service) -> dict[str, str]:
    return {"Authorization": f"Bearer {keys.create_key(service.archive.store, 'boss', 'admin', now=1.0)}"}


def ask(app: FastAPI, question: str, **more: Any) -> dict[str, Any]:
    response = call(app, "POST", "/v1/ask", json={"question": question} | more)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = events_of(response.text)[-1][1] if more.get("stream") else response.json()
    return found


# -- conversations


@pytest.mark.parametrize("stream", [False, True])
def test_a_follow_up_by_its_conversation(app: FastAPI, service: Service, stream: bool) -> None:
    assert ask(app, QUESTION, stream=stream)["conversation_id"] is None
    first = ask(app, QUESTION, conversation_id="new", stream=stream)
    second = ask(app, "那总投资多少？", conversation_id=first["conversation_id"], stream=stream)
    assert second["conversation_id"] == first["conversation_id"]
    assert second["standalone"] == "梅江二桥总投资多少？"
    assert "7.3亿元" in second["answer"]
    kept = service.archive.store.conversation(f"api:{first['conversation_id']}")
    assert kept
    assert [turn["answer_id"] for turn in kept.turns] == [first["answer_id"], second["answer_id"]]
    assert [turn["question"] for turn in kept.turns] == [QUESTION, "那总投资多少？"]
    forgotten = call(app, "DELETE", f"/v1/conversations/{first['conversation_id']}")
    assert (forgotten.status_code, forgotten.content) == (204, b"")
    assert call(app, "DELETE", f"/v1/conversations/{first['conversation_id']}").status_code == 204
    assert service.archive.store.conversations() == []


def test_an_unknown_conversation_begins_another(app: FastAPI, service: Service) -> None:
    service.archive.store.append_turn("telegram:5", {"question": QUESTION}, now=time.time())
    for unknown in ("gone", "telegram:5", "../telegram:5", "\x00", "长" * 200):
        answer = ask(app, "那总投资多少？", conversation_id=unknown, history=[QUESTION])
        assert answer["conversation_id"] not in (unknown, None)
        assert "7.3亿元" in answer["answer"]  # by the history that was sent along
        assert "7.3亿元" in ask(app, "那总投资多少？", conversation_id=answer["conversation_id"])["answer"]


def test_conversations_are_bounded_and_expire(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, now = Store(tmp_path / "archive", create=True), 1_000_000.0
    monkeypatch.setattr(conversations, "MOST_CONVERSATIONS", 3)
    kept = Conversations(store, "api", lambda: now)
    ids = []
    for _ in range(5):
        ids.append(kept.begin())
        now += 1
        assert kept.keep(ids[-1], {"question": "a"})
    assert len(set(ids)) == 5
    for _ in range(30):
        kept.keep(ids[-1], {"question": "b"})
    assert kept.questions(ids[-1]) == ("b",) * 20
    now += 1000
    kept.begin()
    assert [kept.questions(one) is not None for one in ids] == [False, False, True, True, True]
    now += 24 * 3600
    assert kept.questions(ids[-1]) is None
    kept.begin()
    assert store.conversations() == []
    store.close()


def test_without_a_place_to_write_it_answers_all_the_same(app: FastAPI, service: Service) -> None:
    connection = sqlite3.connect(service.archive.store.path)
    connection.execute("DROP TABLE conversations")
    connection.close()
    answer = ask(app, QUESTION, conversation_id="new")
    assert answer["conversation_id"] is None
    assert "1860米" in answer["answer"]


def test_a_client_that_leaves_before_its_json_stops_the_work(filled: Path) -> None:
    slow = SlowAssistant()
    with service_over(filled, assistant=slow, work=WorkQueue(1, waiting=1)) as service, serving(service) as address:
        patience = httpx.Timeout(60, read=0.3)
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(f"{address}/v1/ask", json={"question": "a"}, timeout=patience, trust_env=False)
        assert slow.stopped.wait(60)


def test_a_conversation_forgotten_while_it_is_answered_stays_forgotten(filled: Path, tmp_path: Path) -> None:
    slow = SlowAssistant()

    async def check(service: Service) -> None:
        async with client_of(create_app(service)) as client:
            slow.gate.set()
            first = (await client.post("/v1/ask", json={"question": "a", "conversation_id": "new"})).json()
            slow.gate.clear()
            conversation = first["conversation_id"]
            for _ in range(2):
                slow.begun.acquire(blocking=False)
            again = {"question": "b", "conversation_id": conversation}
            asking = asyncio.create_task(client.post("/v1/ask", json=again))
            await asyncio.to_thread(slow.begun.acquire)
            assert (await client.delete(f"/v1/conversations/{conversation}")).status_code == 204
            slow.gate.set()
            answer = (await asking).json()
            assert (answer["answer"], answer["conversation_id"]) == ("慢。", None)
            assert service.archive.store.conversations() == []

    with service_over(shutil.copytree(filled, tmp_path / "archive"), assistant=slow) as service:
        asyncio.run(check(service))


def test_who_leaves_while_a_stream_waits_for_its_turn_leaves_its_place(filled: Path) -> None:
    slow = SlowAssistant()
    asked: dict[str, Any] = {"json": {"question": "a", "stream": True}, "trust_env": False}
    with (
        service_over(filled, assistant=slow, work=WorkQueue(1, waiting=1)) as service,
        serving(service) as address,
        httpx.stream("POST", f"{address}/v1/ask", **asked),
    ):
        assert service.work.inside == 1
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(f"{address}/v1/ask", timeout=httpx.Timeout(60, read=0.3), **asked)
        deadline = time.monotonic() + 60
        while service.work.inside > 1:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert not slow.stopped.is_set()


# -- feedback


def test_a_vote_and_a_comment_at_once_are_both_kept(
    app: FastAPI, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = {"answer_id": ask(app, QUESTION)["answer_id"]}
    read = Store.feedback

    def slowly(self: Store, channel: str, user: str, answer_id: str) -> Feedback | None:
        found = read(self, channel, user, answer_id)
        time.sleep(0.05)
        return found

    monkeypatch.setattr(Store, "feedback", slowly)

    async def check() -> None:
        async with client_of(app) as client:
            said = ({"vote": "down"}, {"comment": "年份不对"})
            sent = await asyncio.gather(*(client.post("/v1/feedback", json=about | one) for one in said))
            assert [one.status_code for one in sent] == [200, 200]

    asyncio.run(check())
    kept = read(service.archive.store, "api", "", about["answer_id"])
    assert kept is not None
    assert (kept.vote, kept.comment) == (-1, "年份不对")


def test_a_vote_is_kept_with_its_question_and_answer(app: FastAPI, service: Service, admin: dict[str, str]) -> None:
    answer = ask(app, QUESTION)
    about = {"answer_id": answer["answer_id"]}
    assert call(app, "POST", "/v1/feedback", json=about | {"vote": "up"}).json() == {
        **about, "vote": "up", "comment": "",
    }  # fmt: skip
    assert service.archive.store.vote_counts() == (1, 0)
    call(app, "POST", "/v1/feedback", json=about | {"comment": "正是\ud83d".encode("utf-8", "replace").decode()})
    said = call(app, "POST", "/v1/feedback", json=about | {"vote": "down"}).json()
    assert said == {**about, "vote": "down", "comment": "正是?"}
    (kept,) = call(app, "GET", "/v1/feedback", headers=admin).json()
    assert (kept["question"], kept["answer"], kept["vote"]) == (QUESTION, answer["answer"], "down")
    assert call(app, "GET", "/v1/feedback?vote=up", headers=admin).json() == []
    call(app, "POST", "/v1/feedback", json=about | {"vote": "none"})
    assert service.archive.store.vote_counts() == (0, 0)


def test_feedback_after_a_restart(app: FastAPI, service: Service) -> None:
    answer = ask(app, QUESTION, conversation_id="new")
    lone = ask(app, QUESTION)
    service.answers = conversations.RecentAnswers()
    about = {"answer_id": answer["answer_id"], "vote": "up"}
    response = call(app, "POST", "/v1/feedback", json=about)
    assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")
    about["conversation_id"] = answer["conversation_id"]
    assert call(app, "POST", "/v1/feedback", json=about).status_code == 200
    about = {"answer_id": lone["answer_id"], "vote": "down", "question": "q", "answer": "a"}
    assert call(app, "POST", "/v1/feedback", json=about).status_code == 200
    kept = service.archive.store.feedback("api", "", lone["answer_id"])
    assert kept
    assert kept.answer == {"answer": "a", "told_by_client": True}
    for wrong in ({}, {"answer_id": "x"}, {"answer_id": "0" * 16, "vote": "maybe"}, about | {"more": 1}):
        assert call(app, "POST", "/v1/feedback", json=wrong).status_code == 422


# -- articles


def test_taking_in_replacing_and_removing(app: FastAPI, service: Service, admin: dict[str, str]) -> None:
    article = {
        "id": "新 1",
        "title": "海星剧院落成",
        "body": "海星剧院昨天落成，共有座位1288个。",
        "published": "2026-01-02",
    }
    added = call(app, "POST", "/v1/articles", json=article, headers=admin)
    assert (added.status_code, added.json()) == (201, {"article_id": "新 1", "change": "added"})
    assert "1288" in ask(app, "海星剧院有多少座位？")["answer"]
    again = call(app, "POST", "/v1/articles", json=article, headers=admin)
    assert (again.status_code, again.json()["change"]) == (200, "unchanged")
    more = article | {"body": "海星剧院昨天落成，共有座位1400个。"}
    replaced = call(app, "PUT", "/v1/articles/%E6%96%B0%201", json=more, headers=admin)
    assert (replaced.status_code, replaced.json()["change"]) == (200, "replaced")
    assert "1400" in ask(app, "海星剧院有多少座位？")["answer"]
    assert call(app, "PUT", "/v1/articles/other", json=more, headers=admin).status_code == 409
    assert call(app, "DELETE", "/v1/articles/%E6%96%B0%201", headers=admin).status_code == 204
    assert call(app, "DELETE", "/v1/articles/%E6%96%B0%201", headers=admin).status_code == 404
    assert "1400" not in ask(app, "海星剧院有多少座位？")["answer"]
    nameless = call(app, "POST", "/v1/articles", json={"body": "无名的文章。"}, headers=admin).json()
    assert call(app, "GET", f"/v1/articles/{nameless['article_id']}").json()["body"] == "无名的文章。"


@pytest.mark.parametrize(
    "wrong",
    [
        {}, {"body": ""}, {"body": " \n"}, {"body": "……"}, {"body": "文。", "id": "a/b"}, {"body": "文。", "more": 1},
        {"body": "文。", "published": "gestern"}, {"body": "文。", "author": "王芳"},
        {"body": "文。", "title": "长" * 1001},
    ],
)  # fmt: skip
def test_what_is_no_article(app: FastAPI, service: Service, admin: dict[str, str], wrong: dict[str, Any]) -> None:
    response = call(app, "POST", "/v1/articles", json=wrong, headers=admin)
    assert (response.status_code, response.json()["error"]["code"]) == (422, "invalid_request")
    assert service.archive.store.counts().articles == len(ARTICLES) + 1


def test_uploading_files(app: FastAPI, service: Service, admin: dict[str, str]) -> None:
    line = json.dumps({"id": "up-1", "title": "月湖音乐节", "body": "月湖音乐节有观众3万人。"}, ensure_ascii=False)
    files = [
        ("file", ("dir/one.jsonl", f"{line}\nnot json\n".encode())),
        ("file", ("..\\two.txt", "新桥通车\n五月的一个早晨，新桥通车了，居民走上桥面。\n".encode())),
    ]
    found = call(app, "POST", "/v1/articles/upload", files=files, headers=admin).json()
    assert (found["files"], found["added"]) == (2, 2)
    assert [one["path"] for one in found["problems"]] == ["upload:one.jsonl, line 2"]
    assert service.archive.store.document_paths()[-2:] == ["upload:one.jsonl", "upload:two.txt"]
    assert "3万人" in ask(app, "月湖音乐节有多少观众？")["answer"]
    files[0] = ("file", ("one.jsonl", line.replace("3万", "4万").encode()))
    again = call(app, "POST", "/v1/articles/upload", files=files, headers=admin).json()
    assert (again["replaced"], again["unchanged_files"]) == (1, 1)
    strange = call(app, "POST", "/v1/articles/upload", files={"file": ("x.exe", b"MZ")}, headers=admin).json()
    assert (strange["files"], len(strange["problems"])) == (0, 1)
    assert str(service.archive.directory) not in json.dumps(strange)


def test_uploads_that_are_none(app: FastAPI, admin: dict[str, str]) -> None:
    place = "/v1/articles/upload"
    assert call(app, "POST", place, content=b"x", headers=admin).status_code == 415
    assert (
        call(app, "POST", place, data={"file": "x"}, files={"other": ("a.txt", b"a")}, headers=admin).status_code == 422
    )
    broken = admin | {"Content-Type": "multipart/form-data"}
    assert call(app, "POST", place, content=b"x", headers=broken).status_code == 400
    for name in ("..", "a" * 201 + ".txt"):
        assert call(app, "POST", place, files={"file": (name, b"a")}, headers=admin).status_code == 422


def test_writing_while_another_writes(
    app: FastAPI, service: Service, admin: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(article_routes, "WAIT_FOR_WRITER_S", 0.1)
    with service.archive.writing():
        response = call(app, "POST", "/v1/articles", json={"body": "新桥通车了。"}, headers=admin)
        assert (response.status_code, response.json()["error"]["code"]) == (503, "busy")
        assert response.headers["retry-after"] == "5"
        assert call(app, "GET", "/readyz").status_code == 200


def test_writers_stand_in_line_behind_each_other(
    app: FastAPI, admin: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """For longer than a load has to last before questions are refused."""
    put = Ingestor.put

    def slowly(self: Ingestor, article: Article) -> Change:
        time.sleep(0.03)
        return put(self, article)

    monkeypatch.setattr(Ingestor, "put", slowly)

    async def writer(client: httpx.AsyncClient, name: str, until: float) -> list[int]:
        statuses = []
        while len(statuses) < 3 or time.monotonic() < until:
            article = {"id": name, "body": f"第{len(statuses)}座新桥通车了。"}
            statuses.append((await client.post("/v1/articles", json=article, headers=admin)).status_code)
        return statuses

    async def check() -> list[int]:
        async with client_of(app) as client:
            until = time.monotonic() + 2.5
            written = await asyncio.gather(*(writer(client, name, until) for name in "abc"))
            return [status for one in written for status in one]

    statuses = asyncio.run(check())
    assert len(statuses) > 8
    assert set(statuses) == {200, 201}


def test_listing_articles_by_title_and_onwards(app: FastAPI) -> None:
    page = call(app, "GET", "/v1/articles", params={"q": "油茶", "limit": 10, "source": "湘原日报"})
    assert page.headers["x-total-count"] == "16"
    following = page.headers["link"]
    assert following.endswith('>; rel="next"')
    rest = call(app, "GET", "/v1/" + following[1 : following.index(">")])
    assert len(rest.json()) == 6
    assert "link" not in rest.headers
    assert call(app, "GET", "/v1/articles", params={"q": "没有"}).headers["x-total-count"] == "0"


def test_head_is_get_without_its_body(app: FastAPI) -> None:
    for path in (
        "/",
        "/healthz",
        "/v1/articles",
        "/v1/articles/harvest-1",
        "/openapi.json",
        "/article?article_id=none",
    ):
        head, get = call(app, "HEAD", path), call(app, "GET", path)
        assert (head.status_code, head.content) == (get.status_code, b"")
        assert head.headers["content-length"] == get.headers["content-length"]
        assert "content-security-policy" in head.headers
    assert call(app, "HEAD", "/v1/ask").status_code == 405


def test_readiness_is_told_while_every_question_hangs(filled: Path) -> None:
    slow = SlowAssistant()
    with service_over(filled, assistant=slow, work=WorkQueue(1, waiting=0)) as service, serving(service) as address:
        asking = threading.Thread(
            target=lambda: httpx.post(f"{address}/v1/ask", json={"question": "a"}, trust_env=False)
        )
        asking.start()
        slow.begun.acquire()
        assert httpx.get(f"{address}/readyz", trust_env=False).status_code == 200
        assert httpx.get(f"{address}/v1/articles", trust_env=False).status_code == 200
        measured = httpx.get(f"{address}/metrics", trust_env=False).text
        assert "wenbao_queue_inside 1.0" in measured
        slow.gate.set()
        asking.join()


def test_measurements_of_a_question(app: FastAPI) -> None:
    ask(app, QUESTION)
    text = call(app, "GET", "/metrics").text
    for stage in ("queue", "search", "compose"):
        assert f'wenbao_stage_seconds_count{{stage="{stage}"}} 1.0' in text
    assert 'wenbao_answers_total{outcome="answered"} 1.0' in text
    assert 'wenbao_requests_total{method="POST",route="/v1/ask",status="200"} 1.0' in text
