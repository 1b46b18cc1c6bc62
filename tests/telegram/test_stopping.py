"""A stop while a message is on its way: it is not cut off there, or it would be sent once more after the start."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from telegram import Update

from bot.channels.telegram.inbox import Processor


def test_what_is_on_its_way_ends_and_what_waits_is_stopped() -> None:
    async def scenario() -> None:
        crossed_off: list[int] = []

        async def done(update: Update) -> None:
            crossed_off.append(update.update_id)

        inbox: Any = SimpleNamespace(closing=False, done=done, has_parked=lambda update: False)
        sending: set[object] = set()
        processor = Processor(inbox, 0.0, sending)
        arrives, never = asyncio.Event(), asyncio.Event()

        async def sends() -> None:
            sending.add(asyncio.current_task())
            await arrives.wait()
            sending.discard(asyncio.current_task())

        handled = [
            asyncio.create_task(processor.do_process_update(Update(1), sends())),
            asyncio.create_task(processor.do_process_update(Update(2), never.wait())),
        ]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        draining = asyncio.create_task(processor.drain(0.0))
        await handled[1]
        assert not handled[0].done()
        assert not draining.done()
        arrives.set()
        await asyncio.gather(handled[0], draining)
        assert crossed_off == [1], "the other stays written down"

    asyncio.run(scenario())
