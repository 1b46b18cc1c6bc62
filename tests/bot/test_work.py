"""The queue in front of the threads: bounded, and left clean however a reader goes."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from collections.abc import Iterator

import pytest
from bot_service import until

from bot.channels import work
from bot.channels.load import PATIENCE_S
from bot.channels.work import BusyError, WorkQueue


def test_results_and_errors_come_back() -> None:
    async def check() -> None:
        queue = WorkQueue(1)
        assert await queue.run(lambda: 1 + 1) == 2
        with pytest.raises(ZeroDivisionError):
            await queue.run(lambda: 1 // 0)
        await until(lambda: queue.inside == 0)
        queue.close()
        with pytest.raises(BusyError):
            await queue.run(lambda: 1)
        assert queue.inside == 0

    asyncio.run(check())


def test_what_finds_it_full_is_refused_until_there_is_room() -> None:
    async def check() -> None:
        queue, gate = WorkQueue(1, waiting=1), threading.Event()
        two = [asyncio.ensure_future(queue.run(lambda: gate.wait(60))) for _ in range(2)]
        await until(lambda: queue.inside == 2)
        with pytest.raises(BusyError):
            await queue.run(lambda: 1)
        with pytest.raises(BusyError):
            queue.stream(lambda stop: iter(()))
        gate.set()
        await asyncio.gather(*two)
        await until(lambda: queue.inside == 0)
        assert await queue.run(lambda: 3) == 3
        queue.close()

    asyncio.run(check())


def test_a_stream_gives_its_items_and_its_error() -> None:
    def two(stop: threading.Event) -> Iterator[int]:
        yield 1
        yield 2
        raise KeyError("three")

    async def check() -> None:
        queue = WorkQueue(1)
        stream = queue.stream(two)
        assert [await stream.next(), await stream.next()] == [1, 2]
        with pytest.raises(KeyError):
            await stream.next()
        stream.close()
        ended = queue.stream(lambda stop: iter(()))
        with pytest.raises(StopAsyncIteration):
            await ended.next()
        ended.close()
        ended.close()
        await until(lambda: queue.inside == 0)
        queue.close()

    asyncio.run(check())


def test_a_stream_whose_reader_leaves_before_it_began_never_begins() -> None:
    async def check() -> None:
        queue, gate, begun = WorkQueue(1), threading.Event(), threading.Event()

        def items(stop: threading.Event) -> Iterator[int]:
            begun.set()
            yield 1

        blocking = asyncio.ensure_future(queue.run(lambda: gate.wait(60)))
        await until(lambda: queue.inside == 1)
        stream = queue.stream(items)
        waiting = asyncio.ensure_future(stream.next())
        await asyncio.sleep(0.01)
        assert queue.inside == 2
        waiting.cancel()
        stream.close()
        assert queue.inside == 1  # its place is free at once
        gate.set()
        await blocking
        await until(lambda: queue.inside == 0)
        assert not begun.is_set()
        queue.close()

    asyncio.run(check())
    gc.collect()  # an exception that nobody took would warn here, and warnings are errors


def test_a_stream_whose_reader_leaves_in_the_middle_is_told_and_keeps_its_place_until_it_ends() -> None:
    async def check() -> None:
        queue, told, gate = WorkQueue(1), threading.Event(), threading.Event()

        def items(stop: threading.Event) -> Iterator[int]:
            yield 1
            assert stop.wait(60)
            told.set()
            gate.wait(60)
            yield 2
            raise AssertionError("asked for more after the reader left")

        stream = queue.stream(items)
        assert await stream.next() == 1
        with pytest.raises(TimeoutError):
            await stream.next(0.01)
        stream.close()
        await until(told.is_set)
        assert queue.inside == 1
        gate.set()
        await until(lambda: queue.inside == 0)
        queue.close()

    asyncio.run(check())
    gc.collect()


def test_an_error_after_the_reader_left_is_nobodys() -> None:
    async def check() -> None:
        queue = WorkQueue(1)

        def items(stop: threading.Event) -> Iterator[int]:
            yield 1
            stop.wait(60)
            raise OSError("too late")

        stream = queue.stream(items)
        await stream.next()
        stream.close()
        await until(lambda: queue.inside == 0)
        queue.close()

    asyncio.run(check())
    gc.collect()


def test_closing_stops_streams_and_refuses_what_waits() -> None:
    async def check() -> None:
        queue, begun = WorkQueue(1), threading.Event()

        def items(stop: threading.Event) -> Iterator[int]:
            begun.set()
            stop.wait(60)
            yield 1

        running = queue.stream(items)
        await until(begun.is_set)
        waiting = queue.stream(items)
        started = time.monotonic()
        await asyncio.to_thread(queue.close)
        assert time.monotonic() - started < 30
        with pytest.raises(BusyError):
            await waiting.next()
        with pytest.raises(StopAsyncIteration):
            await running.next()
        assert queue.inside == 0

    asyncio.run(check())


def test_who_asks_on_as_soon_as_an_answer_is_there_finds_its_place_free() -> None:
    async def check() -> None:
        queue = WorkQueue(1, waiting=0)
        for _ in range(200):
            stream = queue.stream(lambda stop: iter([1]))
            assert await stream.next() == 1
            with pytest.raises(StopAsyncIteration):
                await stream.next()
            assert queue.inside == 0
            stream.close()
        queue.close()

    asyncio.run(check())


def test_what_has_waited_too_long_never_begins() -> None:
    async def check() -> None:
        now, gate, begun = [0.0], threading.Event(), threading.Event()
        queue = WorkQueue(1, clock=lambda: now[0])
        blocking = asyncio.ensure_future(queue.run(lambda: gate.wait(60)))
        await until(lambda: queue.inside == 1)
        waiting = asyncio.ensure_future(queue.run(begun.set))
        streaming = queue.stream(lambda stop: iter([begun.set()]))
        await until(lambda: queue.inside == 3)
        now[0] = PATIENCE_S + 1
        gate.set()
        await blocking
        with pytest.raises(BusyError):
            await waiting
        with pytest.raises(BusyError):
            await streaming.next()
        streaming.close()
        assert not begun.is_set()
        assert queue.refused == 2
        await until(lambda: queue.inside == 0)
        queue.close()

    asyncio.run(check())
    gc.collect()


@pytest.mark.parametrize("sheds", [True, False])
def test_a_queue_that_does_not_shed_lets_work_wait_though_the_load_lasts(sheds: bool) -> None:
    async def check() -> None:
        now, gate = [0.0], threading.Event()
        queue = WorkQueue(1, sheds=sheds, clock=lambda: now[0])
        await queue.run(lambda: None)
        blocking = asyncio.ensure_future(queue.run(lambda: gate.wait(60)))
        await until(lambda: queue.inside == 1)
        now[0] = 5.0
        more = [asyncio.ensure_future(queue.run(lambda: 2)) for _ in range(3)]
        await asyncio.sleep(0.01)
        now[0] = 5.5
        gate.set()
        await blocking
        ended = await asyncio.gather(*more, return_exceptions=True)
        assert [isinstance(one, BusyError) for one in ended] == [False, sheds, sheds], "one may wait"
        queue.close()

    asyncio.run(check())
    gc.collect()


@pytest.mark.parametrize("first_s", [0.001, 0.2])
def test_two_that_never_pause_are_never_refused(first_s: float) -> None:
    async def check() -> None:
        now, answered = [0.0], [0]
        queue = WorkQueue(1, at_once=1, clock=lambda: now[0])

        def answering() -> None:
            while queue.inside < 2 and answered[0] not in (0, 199):
                time.sleep(0.0005)  # until the other one waits
            now[0] += 0.2 + answered[0] % 3 / 10 if answered[0] else first_s
            answered[0] += 1

        async def client() -> None:
            for _ in range(100):
                assert not queue.refuses()
                await queue.run(answering)

        await asyncio.gather(client(), client())
        assert (answered, queue.refused) == ([200], 0)
        assert now[0] > 20, "it has lasted"
        queue.close()

    asyncio.run(check())


def test_what_waits_is_given_up_in_time_however_long_takes_what_is_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async def check() -> None:
        queue, begun, gate = WorkQueue(1), threading.Event(), threading.Event()
        blocking = asyncio.ensure_future(queue.run(lambda: begun.set() or gate.wait(60)))
        await until(begun.is_set)
        monkeypatch.setattr(work, "PATIENCE_S", 0.05)
        with pytest.raises(BusyError):
            await queue.run(lambda: 1)
        stream = queue.stream(lambda stop: iter([1]))
        with pytest.raises(BusyError):
            await stream.next()
        stream.close()
        assert (queue.inside, queue.refused) == (1, 2)
        monkeypatch.undo()
        gate.set()
        assert await blocking
        assert await queue.run(lambda: 3) == 3
        queue.close()

    asyncio.run(check())
    gc.collect()


def test_who_is_cancelled_while_waiting_is_cancelled_and_not_told_that_it_is_busy() -> None:
    async def check() -> None:
        queue, gate = WorkQueue(1), threading.Event()
        blocking = asyncio.ensure_future(queue.run(lambda: gate.wait(60)))
        waiting = asyncio.ensure_future(queue.run(lambda: 1))
        await until(lambda: queue.inside == 2)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert queue.inside == 1
        gate.set()
        await blocking
        queue.close()

    asyncio.run(check())
