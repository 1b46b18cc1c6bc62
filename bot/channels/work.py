"""CPU work for the event loop: a bounded pool of threads, and a bounded queue in front of it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

WAITING_PER_THREAD = 16


class BusyError(Exception):
    """The queue is full, or closed; try again later."""


class WorkQueue:
    """Runs plain functions off the event loop; what finds the queue full is refused at once.

    A place in the queue is taken until its work has really ended, also where nobody waits for the result any more.
    """

    def __init__(self, threads: int, *, waiting: int | None = None) -> None:
        """`threads` run at once and `waiting` more may wait: 16 times as many unless told otherwise."""
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="answer")
        self._room = threads + (threads * WAITING_PER_THREAD if waiting is None else waiting)
        self._lock = threading.Lock()
        self._inside = 0
        self._streams: set[threading.Event] = set()

    @property
    def inside(self) -> int:
        """How much work runs or waits."""
        return self._inside

    async def run(self, work: Callable[[], T]) -> T:
        """The result of `work()`. Raises BusyError when the queue is full, and whatever `work` raises."""
        return await asyncio.wrap_future(self._submit(work))

    def stream(self, make: Callable[[threading.Event], Iterator[T]]) -> Stream[T]:
        """The items of `make(stop)` as they come; the caller closes it. Raises BusyError when the queue is full."""
        return Stream(self, make)

    def close(self) -> None:
        """Start nothing more, stop the streams, and wait for what runs."""
        with self._lock:
            for stop in self._streams:
                stop.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _submit(self, work: Callable[[], T]) -> Future[T]:
        with self._lock:
            if self._inside >= self._room:
                raise BusyError
            self._inside += 1
        try:
            future = self._pool.submit(work)
        except RuntimeError:  # the pool is shut down
            self._leave()
            raise BusyError from None
        future.add_done_callback(lambda _: self._leave())  # also when it is cancelled before it began
        return future

    def _leave(self) -> None:
        with self._lock:
            self._inside -= 1


@dataclass(frozen=True, slots=True)
class _End:
    """No more items, for this reason if there is one."""

    error: BaseException | None = None


class Stream(Generic[T]):
    """The items of an iterator that runs on a thread of a WorkQueue, for one reader on the event loop."""

    def __init__(self, queue: WorkQueue, make: Callable[[threading.Event], Iterator[T]]) -> None:
        """Begin. Raises BusyError."""
        self._queue = queue
        self._make = make
        self._loop = asyncio.get_running_loop()
        self._items: asyncio.Queue[T | _End] = asyncio.Queue()
        self._stop = threading.Event()
        self._running = queue._submit(self._produce)
        self._running.add_done_callback(self._ended)
        with queue._lock:
            queue._streams.add(self._stop)

    async def next(self, timeout_s: float | None = None) -> T:
        """The next item. Raises StopAsyncIteration after the last, TimeoutError, and whatever the iterator raises."""
        item = await asyncio.wait_for(self._items.get(), timeout_s)
        if isinstance(item, _End):
            raise item.error or StopAsyncIteration
        return item

    def close(self) -> None:
        """The reader has gone: what has not begun never does, what runs is told to stop. May be called again."""
        self._stop.set()
        self._running.cancel()
        with self._queue._lock:
            self._queue._streams.discard(self._stop)

    def _produce(self) -> None:
        end = _End()
        try:
            for item in self._make(self._stop):
                if self._stop.is_set():
                    break
                self._put(item)
        except Exception as error:  # handed to the reader, who raises it
            end = _End(error)
        self._put(end)

    def _ended(self, future: Future[None]) -> None:
        if future.cancelled():
            self._put(_End(BusyError()))

    def _put(self, item: T | _End) -> None:
        with suppress(RuntimeError):  # the event loop is closed, and nobody reads
            self._loop.call_soon_threadsafe(self._items.put_nowait, item)
