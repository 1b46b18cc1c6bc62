"""Passes to one article's page, for a browser that follows a link and sends no key. The key that asked signs them.

What signs is the key's hash, which never leaves the archive: passes need no other secret, hold over restarts, and
end with the key.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from typing import Any, Final

LASTS_S: Final = 12 * 3600  # a working day


def make_pass(key_hash: str, article_id: str, *, now: float) -> str:
    """A pass to this article's page, for `LASTS_S` from `now`, seconds since 1970."""
    until = int(now) + LASTS_S
    return f"{until}.{_signature(key_hash, article_id, until)}"


def is_valid(given: str, article_id: str, key_hashes: Iterable[str], *, now: float) -> bool:
    """Whether one of the keys signed it for this article and its time is not over. As slow whichever it is."""
    written, _, signature = given.partition(".")
    if not (written.isascii() and written.isdigit() and len(written) <= 12 and signature.isascii()):
        return False
    until, opens = int(written), False
    for key_hash in key_hashes:
        opens |= hmac.compare_digest(_signature(key_hash, article_id, until), signature)
    return opens and now < until


def with_passes(answer: Mapping[str, Any], key_hash: str, *, now: float) -> dict[str, Any]:
    """A copy of an answer's JSON in which every article that it names has its `pass`."""
    return {**answer, **{name: signed(answer[name], key_hash, now=now) for name in ("citations", "nearest")}}


def signed(articles: Iterable[Mapping[str, Any]], key_hash: str, *, now: float) -> list[dict[str, Any]]:
    """Copies of what names articles as JSON, each with its `pass`; without one where `key_hash` is ""."""
    if not key_hash:
        return [dict(one) for one in articles]
    return [{**one, "pass": make_pass(key_hash, one["article_id"], now=now)} for one in articles]


def _signature(key_hash: str, article_id: str, until: int) -> str:
    signed = f"article page\0{until}\0{article_id}".encode("utf-8", "surrogatepass")
    return hmac.new(key_hash.encode(), signed, hashlib.sha256).hexdigest()
