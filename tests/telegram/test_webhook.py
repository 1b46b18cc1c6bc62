"""The bot inside `wenbao serve`: Telegram sends the updates to it."""

from __future__ import annotations

import asyncio
import struct
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from answering import Scripted
from bot_api import TOKEN, ApiError, BotApi
from fakes import HashEncoder
from people import World, _Server, listening

from bot.channels import server
from bot.channels.http import create_app
from bot.channels.service import Service
from bot.channels.telegram.parts import Desk
from bot.channels.telegram.webhook import Webhook
from bot.channels.work import WorkQueue
from retrieval.archive import Archive
from retrieval.search import Searcher

HEADER = "X-Telegram-Bot-Api-Secret-Token"


class Served(World):
    """A world in which Telegram pushes."""

    address = ""
    secret = ""

    async def deliver(self) -> list[int]:
        """Push every update, as Telegram does until it is taken with 200; the answers' status."""
        found = []
        async with httpx.AsyncClient(trust_env=False) as client:
            for number in sorted(self.api.updates):
                answer = await client.post(self.address, json=self.api.updates[number], headers={HEADER: self.secret})
                found.append(answer.status_code)
                if answer.status_code == 200:
                    del self.api.updates[number]
        return found


@asynccontextmanager
async def serving(data: Path, assistant: Any, api: BotApi | None = None) -> AsyncIterator[Served]:
    api = api or BotApi()
    async with listening(api.app) as port:
        world = Served(api, port, data, 0.02, {"webhook_url": "https://news.example.com", "assistant": assistant})
        archive = Archive(data)
        searcher = Searcher(archive, HashEncoder())
        service = Service(archive, searcher, assistant, WorkQueue(2))
        webhook = Webhook(Desk(archive, searcher, assistant, service.work, HashEncoder()), world.options)
        app = create_app(
            service,
            partial(server._lifespan, service, HashEncoder(), server.Warming(list), "http://x/", telegram=webhook),
        )
        webhook.add_route(app)
        config = uvicorn.Config(
            app, log_level="critical", ws="none", lifespan="on", port=0, timeout_graceful_shutdown=1
        )
        running = _Server(config)
        task = asyncio.create_task(running.serve())
        while not running.started:  # noqa: ASYNC110 (uvicorn says so by no event)
            await asyncio.sleep(0.005)
        world.address = f"http://127.0.0.1:{running.servers[0].sockets[0].getsockname()[1]}/telegram/webhook"
        world.secret = world.options.webhook_secret
        try:
            yield world
        finally:
            running.should_exit = True
            await task
            archive.close()
    assert not api.violations


def test_updates_are_taken_and_answered(data: Path) -> None:
    async def scenario() -> None:
        async with serving(data, Scripted()) as world:
            await world.until(lambda: world.api.webhook)
            assert world.api.webhook["url"] == "https://news.example.com/telegram/webhook"
            assert world.api.webhook["secret_token"] == world.secret
            assert TOKEN not in world.secret
            assert "message" in world.api.webhook["allowed_updates"]
            world.person(1).say("一")
            message = world.person(2).say("二")
            assert await world.deliver() == [200, 200]
            await world.until(lambda: len(world.said()) == 2)
            world.api.add_update("message", message, number=700_000_002)  # Telegram did not see the answer
            assert await world.deliver() == [200]
            await asyncio.sleep(0.1)
            assert sorted(world.texts()) == ["答：一", "答：二"]

    asyncio.run(scenario())


def test_without_the_secret_nothing_is_taken(data: Path) -> None:
    async def scenario() -> None:
        async with serving(data, Scripted()) as world:
            await world.until(lambda: world.api.webhook)
            world.person(1).say("一")
            for secret in ("", "wrong", "密"):
                async with httpx.AsyncClient(trust_env=False) as client:
                    headers = {HEADER: secret.encode()} if secret else {}
                    answer = await client.post(world.address, json={"update_id": 1}, headers=headers)
                    assert answer.status_code == 403
                    headers = {HEADER: world.secret}
                    for body in (b"", b"[]", b"{}", b"null", b'{"update_id": "x"', b'{"message": {}}'):
                        answer = await client.post(world.address, content=body, headers=headers)
                        assert answer.status_code == 400, body
            assert world.said() == []
            assert await world.deliver() == [200]
            await world.until(lambda: world.texts() == ["答：一"])

    asyncio.run(scenario())


def test_the_server_answers_though_telegram_cannot_be_reached(data: Path, monkeypatch: Any) -> None:
    from bot.channels.telegram import flood, webhook

    monkeypatch.setattr(webhook, "_AGAIN_S", 0.1)
    monkeypatch.setattr(flood, "_FIRST_PAUSE_S", 0.01)
    api = BotApi()
    api.refusals["getMe"] += [ApiError(502, "Bad Gateway")] * 8

    async def scenario() -> None:
        async with serving(data, Scripted(), api) as world:
            async with httpx.AsyncClient(trust_env=False) as client:
                base = world.address.removesuffix("/telegram/webhook")
                assert (await client.get(f"{base}/readyz")).status_code == 200
                world.person(1).say("一")
                assert await world.deliver() == [503]
            monkeypatch.setitem(api.refusals, "getMe", [])
            await world.until(lambda: api.webhook)
            await asyncio.sleep(0.05)
            assert await world.deliver() == [200]
            await world.until(lambda: world.texts() == ["答：一"])

    asyncio.run(scenario())


def test_the_server_serves_on_without_a_valid_token(data: Path, caplog: Any) -> None:
    api = BotApi()
    api.refusals["getMe"] += [ApiError(401, "Unauthorized")]

    async def scenario() -> None:
        async with serving(data, Scripted(), api) as world:
            await world.until(lambda: "does not know this token" in caplog.text)
            async with httpx.AsyncClient(trust_env=False) as client:
                assert (await client.get(world.address.replace("/telegram/webhook", "/healthz"))).status_code == 200

    asyncio.run(scenario())
    assert TOKEN not in caplog.text


def test_after_a_restart_of_the_server_what_it_took_is_answered(data: Path) -> None:
    assistant = Scripted()
    assistant.slow.add("慢问题")
    assistant.gate.clear()
    api = BotApi()

    async def scenario() -> None:
        async with serving(data, assistant, api) as world:
            await world.until(lambda: api.webhook)
            world.person(1).say("慢问题")
            assert await world.deliver() == [200]
            await world.until(lambda: assistant.asked)
        assert api.order == []
        assistant.gate.set()
        async with serving(data, assistant, api) as world:
            await world.until(lambda: world.texts() == ["答：慢问题"])

    asyncio.run(scenario())


def pixels(png: bytes) -> list[bytes]:
    """The rows of a picture: eight bits of grey, no filter; each chunk's checksum is right."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    at, found = 8, {}
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        kind, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        assert struct.unpack(">I", png[at + 8 + length : at + 12 + length])[0] == zlib.crc32(kind + body)
        found[kind] = body
        at += 12 + length
    width, height, depth, colour, *_ = struct.unpack(">IIBBBBB", found[b"IHDR"])
    assert (depth, colour) == (8, 0)
    rows = zlib.decompress(found[b"IDAT"])
    assert len(rows) == height * (width + 1)
    assert not any(rows[:: width + 1])
    return [rows[n * (width + 1) + 1 : (n + 1) * (width + 1)] for n in range(height)]


def test_inline_results_have_thumbnails_that_telegram_can_fetch(data: Path) -> None:
    async def scenario() -> None:
        async with serving(data, Scripted()) as world:
            await world.until(lambda: world.api.webhook)
            anna = world.person(1)
            asking = asyncio.create_task(anna.inline("梅江二桥 油茶"))
            await world.until(lambda: world.api.updates)
            assert await world.deliver() == [200]
            results = (await asking)["results"]
            urls = {one["title"]: one["thumbnail_url"] for one in results}
            assert all(url.startswith("https://news.example.com/telegram/thumbnails/") for url in urls.values())
            base = world.address.removesuffix("/telegram/webhook")
            async with httpx.AsyncClient(trust_env=False) as client:
                pictures = {}
                for title, url in urls.items():
                    answer = await client.get(base + url.removeprefix("https://news.example.com"))
                    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
                    pictures[title] = pixels(answer.content)
                assert (await client.get(f"{base}/telegram/thumbnails/none.png")).status_code == 404
            # The title is a dark bar: 6 characters of 20 a line, on 80 pixels; below it the text's first line is full.
            bridge = pictures["梅江二桥通车"]
            assert bridge[8] == b"\xff" * 8 + b"\x28" * 24 + b"\xff" * 64
            assert bridge[19] == b"\xff" * 8 + b"\x96" * 80 + b"\xff" * 8
            assert len({b"".join(rows) for rows in pictures.values()}) > 1

    asyncio.run(scenario())
