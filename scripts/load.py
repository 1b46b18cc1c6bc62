"""What `wenbao serve` does under ten times the load that it can carry.

    python scripts/load.py --data .wenbao/sample --seconds 120

Starts a server, asks its questions one by one, then as fast as it answers, then ten times as often, and prints as JSON
the statuses, the latency of what was answered, and the memory. The client runs on the same machine and takes its share.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import statistics
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MOST_CONNECTIONS = 500
QUESTIONS = Path(__file__).parents[1] / "seeds" / "questions.jsonl"


@dataclass(slots=True)
class Seen:
    """Statuses, and the milliseconds of what was answered with 200."""

    statuses: Counter[int] = field(default_factory=Counter)
    accepted_ms: list[float] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, more: Seen) -> None:
        """Count what was seen after that too."""
        self.statuses += more.statuses
        self.accepted_ms += more.accepted_ms
        self.seconds += more.seconds

    def summary(self) -> dict[str, Any]:
        """What is printed of it."""
        cuts = statistics.quantiles(self.accepted_ms, n=100) if len(self.accepted_ms) > 1 else []
        return {
            "statuses": dict(sorted(self.statuses.items())),
            "accepted_a_second": round(len(self.accepted_ms) / self.seconds, 1),
            "accepted_p50_ms": round(cuts[49], 1) if cuts else None,
            "accepted_p95_ms": round(cuts[94], 1) if cuts else None,
        }


class Client:
    """Asks over connections that are kept open."""

    def __init__(self, port: int, questions: list[str]) -> None:
        """Of the server at `port` on this machine, the questions in turn."""
        self._port = port
        self._bodies = [json.dumps({"question": one}).encode() for one in questions]
        self._next = 0
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask(self, seen: Seen) -> None:
        """One question; a new connection that breaks counts as status 0."""
        body = self._bodies[self._next % len(self._bodies)]
        self._next += 1
        head = (
            f"POST /v1/ask HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        started = time.perf_counter()
        status = None
        while status is None:
            is_new = not self._idle
            try:
                pair = self._idle.pop() if self._idle else await asyncio.open_connection("127.0.0.1", self._port)
                status = await self._exchange(pair, head.encode() + body)
            except (OSError, asyncio.IncompleteReadError):
                if is_new:  # else the server had closed it, as it may with what was idle for 5 s
                    status = 0
        seen.statuses[status] += 1
        if status == 200:
            seen.accepted_ms.append((time.perf_counter() - started) * 1000)

    async def _exchange(self, pair: tuple[asyncio.StreamReader, asyncio.StreamWriter], request: bytes) -> int:
        reader, writer = pair
        writer.write(request)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", answer, re.IGNORECASE)
        await reader.readexactly(int(length[1]) if length else 0)
        if b"connection: close" in answer.lower():
            writer.close()
        else:
            self._idle.append(pair)
        return int(answer[9:12])

    async def in_turn(self, seconds: float, clients: int) -> Seen:
        """As often as answers come, by so many clients at once."""
        seen, started = Seen(), time.perf_counter()

        async def one() -> None:
            while time.perf_counter() - started < seconds:
                await self.ask(seen)

        await asyncio.gather(*(one() for _ in range(clients)))
        seen.seconds = time.perf_counter() - started
        return seen

    async def at_rate(self, a_second: float, seconds: float) -> Seen:
        """So many a second, whether or not answers come."""
        seen, started, running = Seen(), time.perf_counter(), set[asyncio.Task[None]]()
        sent = 0
        while (now := time.perf_counter() - started) < seconds:
            while sent < now * a_second:
                sent += 1
                if len(running) < MOST_CONNECTIONS:
                    task = asyncio.ensure_future(self.ask(seen))
                    running.add(task)
                    task.add_done_callback(running.discard)
            await asyncio.sleep(0.002)
        await asyncio.gather(*running)
        seen.seconds = time.perf_counter() - started
        return seen


def memory_mb(pid: int) -> float:
    """What the process holds in memory."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text("utf-8"))
    return round(int(found[1]) / 1024, 1) if found else 0.0


async def measure(port: int, pid: int, seconds: float, times: float) -> dict[str, Any]:
    """Everything."""
    lines = QUESTIONS.read_text("utf-8").splitlines()
    client = Client(port, [json.loads(line)["question"] for line in lines])
    part = max(2.0, seconds / 8)
    await client.in_turn(part / 2, 1)  # warm
    normal = await client.in_turn(part, 1)
    capacity = await client.in_turn(part, 2)
    before = memory_mb(pid)
    rate = times * capacity.summary()["accepted_a_second"]
    overload = await client.at_rate(rate, seconds / 2)
    middle = memory_mb(pid)
    overload.add(await client.at_rate(rate, seconds / 2))
    return {
        "one client": normal.summary(),
        "two clients": capacity.summary(),
        f"{times:g} times that, {rate:.0f} a second": overload.summary(),
        "memory_mb before, in the middle, after": [before, middle, memory_mb(pid)],
    }


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--times", type=float, default=10.0)
    arguments = parser.parse_args()
    wenbao = [sys.executable, "-m", "bot.cli", "serve", "--port", "0", "--data", arguments.data]
    with subprocess.Popen(wenbao, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout
        port = int(re.search(r":(\d+)/", server.stdout.readline())[1])  # type: ignore[index]
        try:
            found = asyncio.run(measure(port, server.pid, arguments.seconds, arguments.times))
        finally:
            server.terminate()
    print(json.dumps(found, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
