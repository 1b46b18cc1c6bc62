"""Keys of the HTTP API: made, shown once, and kept as hashes only."""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Final

from retrieval.store import ApiKey, Store

SCOPES: Final = ("ask", "admin")
PREFIX: Final = "wb_"  # by which a key is known for one where it should not be, in a repository for instance
_NAME = re.compile(r"[\w.@-]{1,64}")


class KeyNameError(ValueError):
    """A key cannot have this name; the message says why. 密钥不能用这个名字，原因在消息里。"""


def hash_of(key: str) -> str:
    """What is kept of a key. Its 256 random bits cannot be guessed, so that a fast hash is as good as a slow one."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def create_key(store: Store, name: str, scope: str, *, now: float) -> str:
    """Make a key and keep its hash; the key, which is nowhere after this. Raises KeyNameError."""
    if not _NAME.fullmatch(name):
        raise KeyNameError(
            f"A key's name has 1 to 64 letters, digits or any of . @ - _, not {name!a}. "
            "密钥名由 1 到 64 个字母、数字或 . @ - _ 组成。"
        )
    key = PREFIX + secrets.token_urlsafe(32)
    if not store.add_api_key(ApiKey(name, hash_of(key), scope, now)):
        raise KeyNameError(
            f"There is, or was, a key named {name} already; choose another name. "
            f"名为 {name} 的密钥已经有过，请换一个名字。"
        )
    store.flush()
    return key
