"""Answers as they come: server-sent events, and one JSON object for who wants that, both given up with the client."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from bot.channels.asking import Event
from bot.channels.edge import request_id_of
from bot.channels.errors import error_body, trouble_of
from bot.channels.work import BusyError, Stream

KEEP_ALIVE_S = 10.0
_log = logging.getLogger("wenbao.http")


@dataclass(frozen=True, slots=True)
class StreamForm:
    """How events and errors are written in a stream, and what stands after the last event."""

    event: Callable[[Event], str]
    error: Callable[[dict[str, Any]], str]
    closing: str = ""


async def answer_of(request: Request, events: Stream[Event]) -> Event:
    """The answer at the end of the events. Raises BusyError where the server stops or the client left before it."""
    try:
        return await _unless_gone(request, _last(events))
    finally:
        events.close()


async def _unless_gone(request: Request, coming: Coroutine[Any, Any, Event]) -> Event:
    """What comes, while the client is there. Raises BusyError where it has left, and whatever comes instead."""
    gone, event = asyncio.ensure_future(_gone(request)), asyncio.ensure_future(coming)
    try:
        await asyncio.wait({gone, event}, return_when=asyncio.FIRST_COMPLETED)
        if not event.done():
            raise BusyError
        return event.result()
    finally:
        for task in (gone, event):
            task.cancel()


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _last(events: Stream[Event]) -> Event:
    while True:
        try:
            event = await _next(events)
        except StopAsyncIteration:
            raise BusyError from None
        if event.name == "answer":
            return event


async def _next(events: Stream[Event], timeout_s: float | None = None) -> Event:
    """The next event; an answer only once its place in the queue is free, for who asks on as soon as it is there."""
    event = await events.next(timeout_s)
    if event.name == "answer":
        try:
            await events.next()
        except StopAsyncIteration:
            pass
        except Exception as error:  # the answer is whole, whatever comes behind it
            _log.warning("After an answer: %s", type(error).__name__)
    return event


class EventResponse(StreamingResponse):
    """Sends a stream of events, and closes it however the sending ends, also before it began."""

    def __init__(self, events: Stream[Event], texts: AsyncIterator[str]) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(texts, media_type="text/event-stream", headers=headers)
        self._events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._events.close()


async def event_response(
    request: Request,
    events: Stream[Event],
    form: StreamForm,
) -> EventResponse:
    """The events as texts. What is wrong before the first is an ordinary HTTP error."""
    try:
        first = await _unless_gone(request, _next(events))
    except StopAsyncIteration:
        events.close()
        raise BusyError from None
    except BaseException:
        events.close()
        raise
    return EventResponse(events, _texts(request, events, first, form))


async def _texts(
    request: Request,
    events: Stream[Event],
    first: Event,
    form: StreamForm,
) -> AsyncIterator[str]:
    event = first
    while True:
        yield form.event(event)
        if event.name == "answer":
            break
        while True:
            try:
                event = await _next(events, KEEP_ALIVE_S)
                break
            except TimeoutError:
                yield ": keep-alive\n\n"
            except StopAsyncIteration:  # stopped before its answer: the server is about to
                yield form.error(error_body(request, trouble_of(BusyError())))
                return
            except Exception as error:
                trouble = trouble_of(error)
                if trouble.status == 500:
                    _log.exception("the stream of request %s failed", request_id_of(request.scope))
                yield form.error(error_body(request, trouble))
                return
    if form.closing:
        yield form.closing


def sse(name: str, data: object) -> str:
    """One server-sent event."""
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
