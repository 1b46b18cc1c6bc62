"""What stands before a route: the key that it needs, and how often a client may call."""

from __future__ import annotations

from typing import Annotated

from fastapi import HTTPException, Query, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from bot.channels.access import ANYONE, Caller, KeyRing
from bot.channels.service import Service

_bearer = HTTPBearer(auto_error=False, description="A key made with: wenbao keys create NAME --scope ask|admin")
Pass = Annotated[str, Query(alias="pass", max_length=200)]
Credentials = Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]


class Guard:
    """The dependencies of routes: `reading`, `opening`, `administering`, `watching`. Each gives who calls."""

    def __init__(self, service: Service) -> None:
        """By the rules and the keys of the service."""
        self._access = service.access
        self._keys = KeyRing(lambda: service.reads.run(service.archive.store.api_keys))

    async def reading(self, request: Request, credentials: Credentials) -> Caller:
        """Anyone, or where keys are needed who has one. Raises HTTPException 401, RateLimitedError."""
        caller = await self._caller(request, credentials)
        if caller is None and self._access.keys_needed:
            raise _unauthorized("This server answers only with a key.")
        return caller or ANYONE

    async def opening(self, request: Request, credentials: Credentials, article_id: str, given: Pass = "") -> Caller:
        """As `reading`, or who follows a link to this article's page that has a pass."""
        caller = await self._caller(request, credentials)
        if caller is None and self._access.keys_needed and not await self._keys.has_signed(given, article_id):
            raise _unauthorized("This page opens only with a key, or for some hours by the link in an answer.")
        return caller or ANYONE

    def signing(self, request: Request) -> str:
        """The hash of the key that signs passes for who calls; "" where pages open without."""
        return caller_of(request).key_hash if self._access.keys_needed else ""

    async def administering(self, request: Request, credentials: Credentials) -> Caller:
        """Who has an admin key, on this machine too. Raises HTTPException 401 or 403, RateLimitedError."""
        caller = await self._caller(request, credentials)
        if caller is None:
            raise _unauthorized("This needs an admin key.")
        if caller.scope != "admin":
            raise HTTPException(403, f"The key {caller.name} may ask and read only; this needs an admin key.")
        return caller

    async def watching(self, request: Request, credentials: Credentials) -> Caller:
        """Anyone where only this machine can call, elsewhere who has an admin key: measurements are the operator's."""
        if self._access.local:
            return await self._caller(request, credentials) or ANYONE
        return await self.administering(request, credentials)

    async def _caller(self, request: Request, credentials: Credentials) -> Caller | None:
        key = credentials.credentials if credentials else ""
        caller = await self._keys.caller(key) if key else None
        address = request.client.host if request.client else None
        client = self._access.client_of(caller or ANYONE, address)
        if client is not None:
            self._access.limits.take(client)
        request.scope.setdefault("state", {})["caller"] = caller or ANYONE
        return caller


def caller_of(request: Request) -> Caller:
    """Who calls, once a guard has let the request pass."""
    caller: Caller = request.scope["state"]["caller"]
    return caller


def _unauthorized(why: str) -> HTTPException:
    how = "Send it as Authorization: Bearer KEY; make one with: wenbao keys create NAME --scope ask|admin"
    return HTTPException(401, f"{why} {how}", {"WWW-Authenticate": "Bearer"})
