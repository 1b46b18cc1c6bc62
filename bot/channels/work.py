"""CPU work for the event loop: a bounded pool of threads, and a bounded queue in front of it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

WAITING_PER_THREAD = 16


class BusyError(Exception):
    """The queue is full; try again later."""


class WorkQueue:
    """Runs plain functions off the event loop; what finds the queue full is refused at once."""

    def __init__(self, threads: int) -> None:
        """`threads` run at once and 16 times as many may wait."""
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="answer")
        self._room = threads * (1 + WAITING_PER_THREAD)
        self._inside = 0

    async def run(self, work: Callable[[], T]) -> T:
        """The result of `work()`. Raises BusyError when the queue is full, and whatever `work` raises."""
        with _Place(self):
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    async def stream(self, make: Callable[[threading.Event], Iterator[T]]) -> AsyncIterator[T]:
        """The items of `make(stop)` as they come. `stop` is set when the reader leaves early.

        Raises BusyError when the queue is full, and whatever the iterator raises.
        """
        loop = asyncio.get_running_loop()
        items: asyncio.Queue[tuple[bool, T | BaseException | None]] = asyncio.Queue()
        stop = threading.Event()

        def put(is_item: bool, value: T | BaseException | None) -> None:
            loop.call_soon_threadsafe(items.put_nowait, (is_item, value))

        def produce() -> None:
            try:
                for item in make(stop):
                    if stop.is_set():
                        return
                    put(True, item)
                put(False, None)
            except Exception as error:  # handed to the reader, who raises it
                put(False, error)

        with _Place(self):
            running = loop.run_in_executor(self._pool, produce)
            try:
                while True:
                    is_item, value = await items.get()
                    if is_item:
                        yield value  # type: ignore[misc]
                    elif isinstance(value, BaseException):
                        raise value
                    else:
                        return
            finally:
                stop.set()
                running.cancel()

    def close(self) -> None:
        """Start nothing more and wait for what runs."""
        self._pool.shutdown(wait=True, cancel_futures=True)


class _Place:
    """A place in the queue, for as long as the context lasts. Entered and left on the event loop only."""

    def __init__(self, queue: WorkQueue) -> None:
        self._queue = queue

    def __enter__(self) -> None:
        if self._queue._inside >= self._queue._room:
            raise BusyError
        self._queue._inside += 1

    def __exit__(self, *_: object) -> None:
        self._queue._inside -= 1
