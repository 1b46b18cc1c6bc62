"""An answer is sent once its place in the queue is free: who asks on as soon as it is there finds room."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, cast

import pytest
from fastapi import Request

from bot.channels.asking import Event
from bot.channels.streams import StreamForm, answer_of, event_response, sse
from bot.channels.work import Stream, WorkQueue

SEARCHING, DELTA, ANSWER = Event("searching", {}), Event("delta", {"text": "六月。"}), Event("answer", {"n": 1})
FORM = StreamForm(lambda event: sse(event.name, event.data), json.dumps, closing="the end")


class FakeEvents:
    """Events whose place in the queue is free when they have ended, with an error or without."""

    def __init__(self, *events: Event, error: Exception | None = None) -> None:
        self._events = list(events)
        self._error = error
        self.is_free = False
        self.is_closed = False

    async def next(self, timeout_s: float | None = None) -> Event:
        await asyncio.sleep(0)
        if self._events:
            return self._events.pop(0)
        self.is_free = True
        raise self._error or StopAsyncIteration

    def close(self) -> None:
        self.is_closed = True


def request() -> Request:
    """Of a client that stays."""

    async def receive() -> Any:
        await asyncio.Event().wait()

    return Request({"type": "http", "state": {}, "headers": []}, receive)


def run(check: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(check(), 60))


@pytest.mark.parametrize("error", [None, KeyError("behind the answer")])
def test_an_answer_is_given_when_its_place_is_free(error: Exception | None, caplog: pytest.LogCaptureFixture) -> None:
    async def check() -> None:
        events = FakeEvents(SEARCHING, DELTA, ANSWER, error=error)
        assert await answer_of(request(), cast("Stream[Event]", events)) is ANSWER
        assert events.is_free
        assert events.is_closed

    with caplog.at_level(logging.WARNING):
        run(check)
    assert caplog.messages == (["After an answer: KeyError"] if error else [])


@pytest.mark.parametrize("before", [(), (SEARCHING,), (SEARCHING, DELTA)])
@pytest.mark.parametrize("error", [None, KeyError("behind the answer")])
def test_in_a_stream_too(before: tuple[Event, ...], error: Exception | None) -> None:
    async def check() -> None:
        events = FakeEvents(*before, ANSWER, error=error)
        response = await event_response(request(), cast("Stream[Event]", events), FORM)
        seen = [(text, events.is_free) async for text in response.body_iterator]
        assert seen == [
            *((sse(one.name, one.data), False) for one in before),
            (sse("answer", {"n": 1}), True),
            ("the end", True),
        ]

    run(check)


def test_that_place_is_the_one_in_the_queue() -> None:
    async def check() -> None:
        queue, gate = WorkQueue(1, waiting=0), threading.Event()

        def events(stop: threading.Event) -> Iterator[Event]:
            yield ANSWER
            gate.wait(60)

        coming = asyncio.ensure_future(answer_of(request(), queue.stream(events)))
        done, _ = await asyncio.wait({coming}, timeout=0.1)
        assert (done, queue.inside) == (set(), 1)
        gate.set()
        assert await coming is ANSWER
        assert queue.inside == 0
        queue.close()

    run(check)
