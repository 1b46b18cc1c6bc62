"""CPU work for the event loop: a bounded pool of threads, and a bounded queue in front of it.

Under load that lasts, what waits must not wait long: whoever is let in then is answered nearly as fast as on a quiet
day, and the others are refused at once. A short rush is queued. `load` decides which it is.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from bot.channels.load import PATIENCE_S, Load

T = TypeVar("T")

WAITING_PER_THREAD = 16


class BusyError(Exception):
    """The queue is full, or closed, or has made this wait too long; try again later."""


class WorkQueue:
    """Runs plain functions off the event loop; what finds the queue full is refused at once.

    A place in the queue is taken until its work has really ended, also where nobody waits for the result any more.
    """

    def __init__(
        self,
        threads: int,
        *,
        waiting: int | None = None,
        at_once: int | None = None,
        sheds: bool = True,
        waited: Callable[[float], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`threads` run at once and `waiting` more may wait: 16 times as many unless told otherwise.

        `at_once` of them run side by side as fast as one alone: as many as there are threads unless told otherwise.
        Without `sheds` a load that lasts is queued like a rush. `waited` hears how many seconds each piece of work
        stood in the queue.
        """
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="answer")
        self._room = threads + (threads * WAITING_PER_THREAD if waiting is None else waiting)
        self._clock = clock
        self._load = Load(threads, at_once or threads, clock)
        self._sheds = sheds
        self._lock = threading.Lock()
        self._inside = 0
        self._streams: set[threading.Event] = set()
        self.waited = waited
        self.refused = 0
        """How much was refused since the start."""

    @property
    def inside(self) -> int:
        """How much work runs or waits."""
        return self._inside

    def refuses(self) -> bool:
        """Whether one more would be refused just now; counted as refused if so."""
        with self._lock:
            full = self._is_full()
            self.refused += full
            return full

    async def run(self, work: Callable[[], T]) -> T:
        """The result of `work()`. Raises BusyError when it cannot begin in time, and whatever `work` raises."""
        future = self._submit(work)
        deadline = self._begin_by(future)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            raise BusyError from None  # it had waited too long, or the queue was closed before it began
        finally:
            deadline.cancel()

    def stream(self, make: Callable[[threading.Event], Iterator[T]]) -> Stream[T]:
        """The items of `make(stop)` as they come; the caller closes it. Raises BusyError when the queue is full."""
        return Stream(self, make)

    def close(self) -> None:
        """Start nothing more, stop the streams, and wait for what runs."""
        with self._lock:
            for stop in self._streams:
                stop.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _is_full(self) -> bool:
        return self._inside >= self._room or (self._sheds and self._load.refuses(self._inside))

    def _begin_by(self, future: Future[Any]) -> asyncio.TimerHandle:
        """Give work up that has not begun after `PATIENCE_S`, however long what runs before it takes."""
        return asyncio.get_running_loop().call_later(PATIENCE_S, self._give_up, future)

    def _give_up(self, future: Future[Any]) -> None:
        if future.cancel():  # what runs cannot be cancelled
            with self._lock:
                self.refused += 1

    def _submit(self, work: Callable[[], T]) -> Future[T]:
        submitted = self._clock()
        with self._lock:
            if self._is_full():
                self.refused += 1
                raise BusyError
            self._enter(1)

        def timed() -> T:
            waited_s = self._clock() - submitted
            self.waited(waited_s)
            with self._lock:
                if waited_s > (self._load.patience_s() if self._sheds else PATIENCE_S):
                    self.refused += 1
                    raise BusyError
                began = self._load.began()
            try:
                return work()
            finally:
                with self._lock:
                    self._load.ended(began)

        try:
            future = self._pool.submit(timed)
        except RuntimeError:  # the pool is shut down
            self._leave()
            raise BusyError from None
        future.add_done_callback(lambda _: self._leave())  # also when it is cancelled before it began
        return future

    def _leave(self) -> None:
        with self._lock:
            self._enter(-1)

    def _enter(self, change: int) -> None:
        self._inside += change
        self._load.changed(self._inside)


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
        self._deadline = queue._begin_by(self._running)
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
        self._deadline.cancel()
        self._running.cancel()
        with self._queue._lock:
            self._queue._streams.discard(self._stop)

    def _produce(self) -> None:
        for item in self._make(self._stop):
            if self._stop.is_set():
                break
            self._put(item)

    def _ended(self, future: Future[None]) -> None:
        # Told after the queue has its place back: who asks again at once then finds it.
        self._put(_End(BusyError() if future.cancelled() else future.exception()))

    def _put(self, item: T | _End) -> None:
        with suppress(RuntimeError):  # the event loop is closed, and nobody reads
            self._loop.call_soon_threadsafe(self._items.put_nowait, item)
