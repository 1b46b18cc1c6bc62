"""`wenbao keys`: the keys of the HTTP API."""

from __future__ import annotations

import argparse
import time

from bot import commands, keys
from bot.settings import Settings
from retrieval.store import ApiKey


def create(arguments: argparse.Namespace, settings: Settings) -> int:
    """Make a key: it alone goes to standard output, and is nowhere after that."""
    with commands.opened(settings, create=True) as archive:
        key = keys.create_key(archive.store, arguments.name, arguments.scope, now=time.time())
    commands.say(
        f"The key {arguments.name} ({arguments.scope}). Keep it now; it is not shown again. 请现在保存，以后不再显示。"
    )
    print(key)
    return commands.OK


def show(arguments: argparse.Namespace, settings: Settings) -> int:
    """List the keys: never a key itself."""
    with commands.opened(settings) as archive:
        found = archive.store.api_keys()
    if arguments.json:
        commands.print_json(
            [{"name": one.name, "scope": one.scope, "created": one.created, "revoked": one.revoked} for one in found]
        )
    else:
        for one in found:
            print(_line(one))
    return commands.OK


def revoke(arguments: argparse.Namespace, settings: Settings) -> int:
    """Let a key open nothing more: of a running server within a second or two."""
    with commands.opened(settings) as archive:
        if not archive.store.revoke_api_key(arguments.name, now=time.time()):
            commands.say(f"{arguments.name!a}: no key in use has this name; see: wenbao keys list")
            return commands.FAILED
        archive.store.flush()
    print(f"{arguments.name} revoked")
    return commands.OK


def _line(key: ApiKey) -> str:
    state = "" if key.revoked is None else f"  revoked {_day(key.revoked)}"
    return f"{key.name}  {key.scope}  {_day(key.created)}{state}"


def _day(moment: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(moment))
