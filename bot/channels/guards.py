"""What stands before a route: the key that it needs, and how often a client may call."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import HTTPException, Query, Request, Response, Security
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from bot.channels.access import ANYONE, Caller, KeyRing, network_of
from bot.channels.service import Service

_bearer = HTTPBearer(auto_error=False, description="A key made with: wenbao keys create NAME --scope ask|admin")
Pass = Annotated[str, Query(alias="pass", max_length=200)]
Credentials = Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]


class Guard:
    """The dependencies of routes, each giving who calls: `reading`, `administering`, `watching`; and `opens`."""

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

    async def opens(self, request: Request, credentials: Credentials, article_id: str, given: str) -> bool:
        """Whether this article's page opens: as `reading`, and to who follows a link that has a pass."""
        caller = await self._caller(request, credentials)
        return caller is not None or not self._access.keys_needed or await self._keys.has_signed(given, article_id)

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
        """Anyone on this machine where only that can call, else who has an admin key: they are the operator's."""
        alone = self._access.local and not self._access.keys_needed
        if alone and network_of(_address(request)) is None:  # not through a proxy here either
            return await self._caller(request, credentials) or ANYONE
        return await self.administering(request, credentials)

    async def _caller(self, request: Request, credentials: Credentials) -> Caller | None:
        state = request.scope.setdefault("state", {})
        if "caller" not in state:  # a GuardedRoute asks twice
            key = credentials.credentials if credentials else ""
            caller = await self._keys.caller(key) if key else None
            client = self._access.client_of(caller or ANYONE, _address(request))
            if client is not None:
                self._access.limits.take(client)
            state["caller"] = caller or ANYONE
        return None if state["caller"] is ANYONE else state["caller"]


class GuardedRoute(APIRoute):
    """A route whose guards decide before anything of a body is read, which the framework does after."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The framework's, behind the guards."""
        handle = super().get_route_handler()
        guards = [one.dependency for one in self.dependencies]

        async def guarded(request: Request) -> Response:
            credentials = await _bearer(request)
            for guard in guards:
                if isinstance(getattr(guard, "__self__", None), Guard):
                    await guard(request, credentials)  # type: ignore[misc]
            return await handle(request)

        return guarded


def caller_of(request: Request) -> Caller:
    """Who calls, once a guard has let the request pass."""
    caller: Caller = request.scope["state"]["caller"]
    return caller


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _unauthorized(why: str) -> HTTPException:
    how = "Send it as Authorization: Bearer KEY; make one with: wenbao keys create NAME --scope ask|admin"
    return HTTPException(401, f"{why} {how}", {"WWW-Authenticate": "Bearer"})
