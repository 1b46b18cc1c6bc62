"""Who may do what over HTTP, and how often."""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from bot.channels import passes
from bot.keys import hash_of
from retrieval.store import ApiKey

Scope = Literal["ask", "admin"]
FRESH_S: Final = 1.0  # a key that another process revoked opens nothing after this
_MOST_CLIENTS: Final = 10_000
_WINDOW_S: Final = 60.0


class RateLimitedError(Exception):
    """A client has asked too often; `retry_after_s` whole seconds from now it may ask again."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"Too many requests; try again in {retry_after_s} s.")
        self.retry_after_s = retry_after_s


class RateLimits:
    """A bucket of tokens for each client: `a_minute` of them, filled again evenly. For one event loop."""

    def __init__(self, a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Where `a_minute` is 0 nothing is limited."""
        self._most = a_minute
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens left, and when that was

    def take(self, client: str) -> None:
        """Take one token. Raises RateLimitedError where none is left."""
        if not self._most:
            return
        now = self._clock()
        left, then = self._buckets.pop(client, (float(self._most), now))
        left = min(self._most, left + (now - then) * self._most / _WINDOW_S)
        allowed = left >= 1
        self._buckets[client] = (left - allowed, now)
        if len(self._buckets) > _MOST_CLIENTS:
            self._buckets.popitem(last=False)
        if not allowed:
            raise RateLimitedError(max(1, math.ceil((1 - left) * _WINDOW_S / self._most)))


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request: a key's name, scope and hash, or nobody known."""

    name: str = ""
    scope: Scope | None = None
    key_hash: str = field(default="", repr=False)


ANYONE: Final = Caller()


class KeyRing:
    """The keys of an archive as they were at most `FRESH_S` ago."""

    def __init__(
        self, load: Callable[[], Awaitable[Sequence[ApiKey]]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`load` reads them from the archive."""
        self._load = load
        self._clock = clock
        self._keys: Sequence[ApiKey] = ()
        self._loaded = -math.inf
        self._loading = asyncio.Lock()  # of many requests at once, one reads them

    async def caller(self, key: str) -> Caller | None:
        """Whose key it is; None for one that opens nothing. Takes as long whichever it is."""
        hashed, found = hash_of(key), None
        for one in await self._valid():
            if hmac.compare_digest(hashed, one.hash):
                found = one
        return None if found is None else Caller(found.name, "admin" if found.scope == "admin" else "ask", found.hash)

    async def has_signed(self, given: str, article_id: str) -> bool:
        """Whether `given` is a valid pass to the page of this article."""
        return passes.is_valid(given, article_id, [one.hash for one in await self._valid()], now=time.time())

    async def _valid(self) -> Sequence[ApiKey]:
        async with self._loading:
            if (now := self._clock()) - self._loaded > FRESH_S:
                self._keys = [one for one in await self._load() if one.revoked is None]
                self._loaded = now
            return self._keys


@dataclass(slots=True)
class Access:
    """The rules of one server: of one that only this machine can reach, unless told otherwise."""

    local: bool = True
    keys_needed: bool = False
    a_minute: int = 0
    origins: tuple[str, ...] = ()
    limits: RateLimits = field(init=False)

    def __post_init__(self) -> None:
        """Begin to count."""
        self.limits = RateLimits(self.a_minute)

    def client_of(self, caller: Caller, address: str) -> str | None:
        """Whose requests are counted together: a key's, or an address'; None for this machine's own without a key."""
        if caller.name:
            return f"key {caller.name}"
        return network_of(address)


def network_of(address: str) -> str | None:
    """The network that counts as one client: the address, of IPv6 its first 64 bits; None for loopback."""
    try:
        one = ipaddress.ip_address(address)
    except ValueError:
        return address or None
    if isinstance(one, ipaddress.IPv6Address) and one.ipv4_mapped:
        one = one.ipv4_mapped
    if one.is_loopback:
        return None
    return str(one) if one.version == 4 else str(ipaddress.ip_network((one, 64), strict=False))


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens on `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
