"""What stands before a route: the key that it needs, and how often a client may call."""

from __future__ import annotations

from typing import Annotated

from fastapi import HTTPException, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from bot.channels.access import ANYONE, Caller, KeyRing
from bot.channels.service import Service

_bearer = HTTPBearer(auto_error=False, description="A key made with: wenbao keys create NAME --scope ask|admin")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]


class Guard:
    """The two dependencies of routes: `reading` and `administering`. Each gives who calls."""

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
