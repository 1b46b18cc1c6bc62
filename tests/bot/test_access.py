"""Keys, limits and origins: who may do what over HTTP, and how often."""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from bot_samples import ARTICLES, Ran
from bot_service import call, service_over
from fastapi import FastAPI

from bot import keys
from bot.channels import access, edge, passes, server
from bot.channels.access import Access, KeyRing, RateLimitedError, RateLimits, network_of
from bot.channels.http import create_app
from bot.channels.service import Service
from bot.links import article_link
from bot.settings import Settings
from retrieval.archive import Archive
from retrieval.store import ApiKey, Store

Run = Callable[..., Ran]
QUESTION = "梅江二桥全长多少米？"


@pytest.fixture
def keyed(filled: Path, tmp_path: Path) -> Path:
    return shutil.copytree(filled, tmp_path / "archive")


@pytest.fixture
def made(keyed: Path) -> dict[str, str]:
    """A key of each scope, and one revoked."""
    archive = Archive(keyed)
    found = {name: keys.create_key(archive.store, name, name, now=1.0) for name in ("ask", "admin")}
    found["revoked"] = keys.create_key(archive.store, "revoked", "admin", now=1.0)
    archive.store.revoke_api_key("revoked", now=2.0)
    archive.close()
    return found


@pytest.fixture
def service(keyed: Path) -> Iterator[Service]:
    with service_over(keyed, access=Access(local=False, keys_needed=True)) as one:
        yield one


@pytest.fixture
def app(service: Service) -> FastAPI:
    return create_app(service)


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def error_of(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


READING: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/v1/ask", {"json": {"question": QUESTION}}),
    ("GET", "/v1/search?q=a", {}),
    ("GET", "/v1/articles", {}),
    ("GET", "/v1/articles/harvest-1", {}),
    ("GET", "/v1/article?article_id=harvest-1", {}),
    ("GET", "/v1/suggestions", {}),
    ("GET", "/v1/models", {}),
    ("DELETE", "/v1/conversations/x", {}),
    ("POST", "/v1/feedback", {"json": {"answer_id": "0" * 16, "question": "a", "answer": "b"}}),
    ("POST", "/v1/chat/completions", {"json": {"messages": [{"role": "user", "content": QUESTION}]}}),
]
WRITING: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/v1/articles", {"json": {"body": "新桥通车了。"}}),
    ("PUT", "/v1/articles/new", {"json": {"body": "新桥通车了。"}}),
    ("DELETE", "/v1/articles/harvest-1", {}),
    ("POST", "/v1/articles/upload", {"files": {"file": ("a.txt", b"a")}}),
    ("GET", "/v1/feedback", {}),
]


@pytest.mark.parametrize(("method", "path", "more"), READING, ids=lambda one: str(one)[:30])
def test_reading_needs_any_key(app: FastAPI, made: dict[str, str], method: str, path: str, more: Any) -> None:
    for headers in ({}, bearer("wb_wrong"), bearer(made["revoked"]), {"Authorization": f"Basic {made['ask']}"}):
        response = call(app, method, path, headers=headers, **more)
        assert error_of(response) == (401, "unauthorized"), headers
        assert response.headers["www-authenticate"] == "Bearer"
        assert "wenbao keys create" in response.json()["error"]["message"]
    for name in ("ask", "admin"):
        assert call(app, method, path, headers=bearer(made[name]), **more).status_code in (200, 204), name


@pytest.mark.parametrize("local", [True, False])
@pytest.mark.parametrize(("method", "path", "more"), WRITING, ids=lambda one: str(one)[:30])
def test_writing_needs_an_admin_key_on_this_machine_too(
    keyed: Path, made: dict[str, str], local: bool, method: str, path: str, more: Any
) -> None:
    with service_over(keyed, access=Access(local=local)) as service:
        app = create_app(service)
        assert error_of(call(app, method, path, **more)) == (401, "unauthorized")
        assert error_of(call(app, method, path, headers=bearer(made["ask"]), **more)) == (403, "forbidden")
        assert service.archive.store.counts().articles == len(ARTICLES) + 1


def test_what_needs_no_key(app: FastAPI) -> None:
    for path in ("/", "/healthz", "/readyz", "/docs", "/openapi.json", "/static/base.css"):
        assert call(app, "GET", path).status_code == 200, path


def test_no_article_is_shown_without_a_key(app: FastAPI, made: dict[str, str]) -> None:
    for path in ("/articles/harvest-1", "/article?article_id=harvest-1"):
        response = call(app, "GET", path)
        assert response.status_code == 401, path
        assert "油茶" not in response.text
        assert "油茶" in call(app, "GET", path, headers=bearer(made["ask"])).text


def asked_with_key(app: FastAPI, made: dict[str, str]) -> dict[str, Any]:
    answer = call(app, "POST", "/v1/ask", headers=bearer(made["ask"]), json={"question": QUESTION}).json()
    return answer["citations"][0]  # type: ignore[no-any-return]


def test_a_link_in_an_answer_opens_its_article_and_no_other(app: FastAPI, made: dict[str, str]) -> None:
    cited = asked_with_key(app, made)
    page = call(app, "GET", f"/{article_link(cited)}")
    assert page.status_code == 200
    assert f'<mark id="quote">{cited["quote"]}</mark>' in page.text
    assert "private" in page.headers["cache-control"]
    path = "/articles/" + quote(cited["article_id"])
    assert call(app, "GET", path, params={"pass": cited["pass"]}).status_code == 200
    other = call(app, "GET", "/article", params={"article_id": "harvest-1", "pass": cited["pass"]})
    assert other.status_code == 401
    both = [("article_id", cited["article_id"]), ("article_id", "harvest-1"), ("pass", cited["pass"])]
    for pairs in (both, both[::-1]):
        assert "油茶" not in call(app, "GET", "/article", params=pairs).text
    for path in ("/v1/article", "/v1/articles/" + quote(cited["article_id"], safe=""), "/v1/articles"):
        response = call(app, "GET", path, params={"article_id": cited["article_id"], "pass": cited["pass"]})
        assert response.status_code == 401, path


def test_a_pass_ends_with_its_time_and_with_its_key(
    app: FastAPI, service: Service, made: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "FRESH_S", 0.0)
    cited = asked_with_key(app, made)
    link = f"/{article_link(cited)}"
    until, _, signature = cited["pass"].partition(".")
    for wrong in (f"{int(until) + 1}.{signature}", f"{until}.{'0' * 64}", f"{until}.", "1.é", "٣.a", ".", ""):
        refused = call(app, "GET", "/article", params={"article_id": cited["article_id"], "pass": wrong})
        assert refused.status_code == 401, wrong
    hashes = [keys.hash_of(made["ask"])]
    assert passes.is_valid(cited["pass"], cited["article_id"], hashes, now=float(until) - 1)
    assert not passes.is_valid(cited["pass"], cited["article_id"], hashes, now=float(until))
    assert call(app, "GET", link).status_code == 200
    service.archive.store.revoke_api_key("ask", now=2.0)
    assert call(app, "GET", link).status_code == 401


def test_the_links_of_completions_have_a_pass_and_nothing_kept_has(
    app: FastAPI, service: Service, made: dict[str, str]
) -> None:
    asked = {"messages": [{"role": "user", "content": QUESTION}]}
    done = call(app, "POST", "/v1/chat/completions", headers=bearer(made["ask"]), json=asked).json()
    url = done["choices"][0]["message"]["annotations"][0]["url_citation"]["url"]
    assert call(app, "GET", url).status_code == 200
    kept = service.answers.get(done["wenbao"]["answer_id"])
    assert kept is not None
    assert "pass" not in kept.answer["citations"][0]
    refused = call(app, "POST", "/v1/ask", headers=bearer(made["ask"]), json={"question": "zzz qqq"}).json()
    assert all(call(app, "GET", f"/{article_link(one)}").status_code == 200 for one in refused["nearest"])


@pytest.mark.parametrize("path", ["/v1/search?q=油茶", "/v1/articles?limit=3"])
def test_what_is_found_or_listed_opens_by_a_link_too(app: FastAPI, made: dict[str, str], path: str) -> None:
    found = call(app, "GET", path, headers=bearer(made["ask"])).json()
    items = found["hits"] if isinstance(found, dict) else found
    assert len(items) >= 3
    for one in items:
        asked = {"article_id": one["article_id"], "pass": one["pass"]}
        assert call(app, "GET", "/article", params=asked).status_code == 200


def test_where_no_key_is_needed_nothing_is_signed(keyed: Path, made: dict[str, str]) -> None:
    with service_over(keyed) as open_service:
        app = create_app(open_service)
        assert "pass" not in asked_with_key(app, made)
        assert "pass" not in call(app, "GET", "/v1/search?q=油茶").json()["hits"][0]
        assert "pass" not in call(app, "GET", "/v1/articles").json()[0]


def test_a_page_that_does_not_open_says_what_to_do(app: FastAPI) -> None:
    for language, said in (("zh", "用您的密钥"), ("en", "with your key")):
        page = call(app, "GET", "/article", params={"article_id": "harvest-1", "lang": language})
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert said in page.text
        assert '<a href="/">' in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert page.text == call(app, "GET", "/article", params={"article_id": "none", "lang": language}).text


@pytest.mark.parametrize(("method", "path"), [("PUT", "/v1/articles/x"), ("POST", "/v1/articles"), ("POST", "/v1/ask")])
def test_nothing_of_a_body_is_read_before_the_key_is_looked_at(app: FastAPI, method: str, path: str) -> None:
    read = []

    async def body() -> AsyncIterator[bytes]:
        read.append(1)
        yield b"{}"

    headers = {"Content-Type": "application/json"}
    assert error_of(call(app, method, path, content=body(), headers=headers)) == (401, "unauthorized")
    assert read == []


def test_of_many_requests_at_once_one_reads_the_keys() -> None:
    loads = []

    async def load() -> list[ApiKey]:
        loads.append(1)
        await asyncio.sleep(0.01)
        return [ApiKey("a", keys.hash_of("wb_a"), "ask", 1.0)]

    async def check() -> None:
        ring = KeyRing(load)
        found = await asyncio.gather(*(ring.caller("wb_a") for _ in range(50)))
        assert all(one is not None and one.name == "a" for one in found)

    asyncio.run(check())
    assert loads == [1]


def test_measurements_are_the_operators(app: FastAPI, made: dict[str, str], filled: Path) -> None:
    assert call(app, "GET", "/metrics").status_code == 401
    assert call(app, "GET", "/metrics", headers=bearer(made["ask"])).status_code == 403
    assert "wenbao_ready 1.0" in call(app, "GET", "/metrics", headers=bearer(made["admin"])).text
    with service_over(filled) as local:
        app = create_app(local)
        assert call(app, "GET", "/metrics").status_code == 200
        # Through a proxy on this machine.
        assert asyncio.run(_from(app, "203.0.113.7", {}, "/metrics")).status_code == 401
    with service_over(filled, access=Access(keys_needed=True)) as behind_a_proxy:
        assert call(create_app(behind_a_proxy), "GET", "/metrics").status_code == 401


def test_on_this_machine_any_key_will_do_for_reading(filled: Path) -> None:
    with service_over(filled) as service:  # OpenAI's clients always send one
        response = call(create_app(service), "GET", "/v1/models", headers=bearer("sk-anything"))
    assert response.status_code == 200


def test_a_key_made_or_revoked_while_it_serves(app: FastAPI, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "FRESH_S", 0.0)
    store = service.archive.store
    key = keys.create_key(store, "late", "ask", now=1.0)
    assert call(app, "GET", "/v1/models", headers=bearer(key)).status_code == 200
    store.revoke_api_key("late", now=2.0)
    assert call(app, "GET", "/v1/models", headers=bearer(key)).status_code == 401


# -- limits


def test_a_bucket_fills_again() -> None:
    now = 100.0
    limits = RateLimits(6, lambda: now)
    for _ in range(6):
        limits.take("a")
    with pytest.raises(RateLimitedError) as caught:
        limits.take("a")
    assert caught.value.retry_after_s == 10
    limits.take("b")
    now += 10
    limits.take("a")
    with pytest.raises(RateLimitedError):
        limits.take("a")
    for _ in range(10_001):
        RateLimits(0).take("a")


def test_what_counts_as_one_client() -> None:
    assert network_of("203.0.113.7") == "203.0.113.7"
    assert network_of("::ffff:203.0.113.7") == "203.0.113.7"
    assert network_of("2001:db8:1:2:3:4:5:6") == network_of("2001:db8:1:2::9") == "2001:db8:1:2::/64"
    assert network_of("127.0.0.1") is network_of("::1") is network_of("") is None


async def _from(app: FastAPI, address: str, headers: dict[str, str], path: str = "/v1/models") -> httpx.Response:
    transport = httpx.ASGITransport(app, client=(address, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://wenbao.test") as client:
        return await client.get(path, headers=headers)


def test_too_many_requests(keyed: Path, made: dict[str, str]) -> None:
    with service_over(keyed, access=Access(local=False, a_minute=2)) as service:
        app = create_app(service)

        def status(address: str, **headers: str) -> int:
            return asyncio.run(_from(app, address, headers)).status_code

        assert [status("203.0.113.7") for _ in range(3)] == [200, 200, 429]
        assert status("203.0.113.8") == 200
        assert [status("127.0.0.1") for _ in range(3)] == [200, 200, 200]
        assert [status(f"203.0.114.{one}", **bearer(made["ask"])) for one in range(3)] == [200, 200, 429]
        limited = asyncio.run(_from(app, "203.0.113.7", {}))
    assert error_of(limited) == (429, "rate_limited")
    assert 1 <= int(limited.headers["retry-after"]) <= 30


# -- browsers


def test_only_the_origins_that_are_set_may_call(filled: Path) -> None:
    asked = {"Origin": "https://intranet.example", "Access-Control-Request-Method": "POST"}
    asked["Access-Control-Request-Headers"] = "authorization,content-type"
    with service_over(filled, access=Access(origins=("https://intranet.example",))) as service:
        app = create_app(service)
        allowed = call(app, "OPTIONS", "/v1/ask", headers=asked)
        assert allowed.headers["access-control-allow-origin"] == "https://intranet.example"
        answer = call(app, "POST", "/v1/ask", json={"question": ""}, headers={"Origin": asked["Origin"]})
        assert answer.headers["access-control-allow-origin"] == "https://intranet.example"
        other = call(app, "OPTIONS", "/v1/ask", headers=asked | {"Origin": "https://other.example"})
        assert "access-control-allow-origin" not in other.headers
    with service_over(filled) as service:
        app = create_app(service)
        answer = call(app, "POST", "/v1/ask", json={"question": ""}, headers={"Origin": asked["Origin"]})
        assert "access-control-allow-origin" not in answer.headers


# -- the log


def test_what_is_logged_of_a_request(filled: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "wenbao.access")
    with service_over(filled) as service:
        app = create_app(service)
        call(app, "POST", "/v1/ask", json={"question": QUESTION})
        call(app, "GET", "/v1/search", params={"q": QUESTION})
        call(app, "GET", f"/nowhere/{QUESTION}")
        lines = [record.msg for record in caplog.records if record.name == "wenbao.access"]
        assert [(one["route"], one["status"]) for one in lines] == [("/v1/ask", 200), ("/v1/search", 200), ("", 404)]
        assert all(one["ms"] >= 0 and len(one["request_id"]) == 16 for one in lines)
        assert "梅江" not in json.dumps(lines, ensure_ascii=False)
        service.log_questions = True
        call(app, "POST", "/v1/ask", json={"question": QUESTION})
        assert caplog.records[-1].msg["question"] == QUESTION


@pytest.mark.parametrize("bound", ["BODY_PAUSE_S", "BODY_WHOLE_S"])
def test_a_slow_body(filled: Path, monkeypatch: pytest.MonkeyPatch, bound: str) -> None:
    monkeypatch.setattr(edge, bound, 0.05)

    async def body() -> AsyncIterator[bytes]:
        yield b'{"question": '
        await asyncio.sleep(1)
        yield b'"a"}'

    with service_over(filled) as service:
        headers = {"Content-Type": "application/json"}
        response = call(create_app(service), "POST", "/v1/ask", content=body(), headers=headers)
    assert error_of(response) == (408, "timeout")


# -- wenbao keys


def test_making_listing_and_revoking_keys(run: Run, tmp_path: Path) -> None:
    data = tmp_path / "archive"
    made = run("keys", "create", "web", "--data", data)
    assert made.code == 0
    key = made.out.strip()
    assert key.startswith("wb_")
    assert len(key) > 40
    assert key not in made.err
    assert run("keys", "create", "boss", "--scope", "admin", "--data", data).code == 0
    again = run("keys", "create", "web", "--data", data)
    assert again.code == 2
    again.says_once("web", "already")
    for name in ("", "a b", "x" * 65, "a/b"):
        assert run("keys", "create", name, "--data", data).code == 2
    listed = run("keys", "list", "--json", "--data", data)
    assert [(one["name"], one["scope"], one["revoked"]) for one in listed.json] == [
        ("web", "ask", None),
        ("boss", "admin", None),
    ]
    assert run("keys", "revoke", "web", "--data", data).out == "web revoked\n"
    ran = run("keys", "revoke", "web", "--data", data)
    assert ran.code == 1
    ran.says_once("web", "wenbao keys list")
    assert "revoked" in run("keys", "list", "--data", data).out.splitlines()[0]
    stored = b"".join(path.read_bytes() for path in data.glob("archive.sqlite3*"))
    assert key.encode() not in stored
    store = Store(data)
    assert store.api_keys()[0].hash == keys.hash_of(key)
    store.close()


def test_a_server_that_nobody_could_ask_does_not_start(run: Run, filled: Path) -> None:
    ran = run("serve", "--host", "0.0.0.0", "--port", 0, "--data", filled)
    assert ran.code == 2
    ran.says_once("0.0.0.0", "wenbao keys create", "--public")


def test_behind_a_proxy_keys_may_be_needed_on_this_machine_too(
    run: Run, filled: Path, keyed: Path, made: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WENBAO_REQUIRE_KEYS", "true")
    ran = run("serve", "--port", 0, "--data", filled)
    assert ran.code == 2
    ran.says_once("require_keys", "wenbao keys create")
    both = run("serve", "--public", "--port", 0, "--data", keyed)
    assert both.code == 2
    both.says_once("require_keys", "public")
    archive = Archive(keyed)
    try:
        rules = server._access(Settings(require_keys=True), archive)
    finally:
        archive.close()
    assert (rules.local, rules.keys_needed) == (True, True)
