"""Conversations: what was asked and answered before, for as long as a channel keeps it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from retrieval.store.database import Database

_COLUMNS = "conversation, created, updated, turns"
_LAST = "\U0010ffff"  # sorts behind every key that begins with what stands before it


@dataclass(frozen=True, slots=True)
class Conversation:
    """The turns of one conversation, oldest first, each a JSON object of the channel; times in seconds since 1970."""

    key: str
    created: float
    updated: float
    turns: tuple[dict[str, Any], ...]


class Conversations(Database):
    """The conversations that an archive keeps. Writing raises ArchiveError's subclasses."""

    def conversation(self, key: str) -> Conversation | None:
        """The conversation, None where there is none."""
        query = f"SELECT {_COLUMNS} FROM conversations WHERE conversation = ?"
        row = self._connection.execute(query, (key,)).fetchone()
        return None if row is None else _conversation(row)

    def conversations(self, prefix: str = "", *, limit: int = 100) -> list[Conversation]:
        """Those whose key begins with `prefix`, the last used first."""
        query = (
            f"SELECT {_COLUMNS} FROM conversations WHERE conversation >= ? AND conversation < ?"
            " ORDER BY updated DESC, conversation LIMIT ?"
        )
        rows = self._connection.execute(query, (prefix, prefix + _LAST, limit))
        return [_conversation(row) for row in rows]

    def append_turn(self, key: str, turn: Mapping[str, Any], *, now: float, most: int = 20) -> None:
        """Add a turn, making the conversation where there is none; of its turns only the newest `most` are kept."""
        with self.aside() as connection:
            row = connection.execute("SELECT turns FROM conversations WHERE conversation = ?", (key,)).fetchone()
            turns = [*(json.loads(row[0]) if row else []), turn][-most:]
            connection.execute(_PUT, (key, now, now, _text(turns)))

    def put_conversation(self, key: str, turns: Sequence[Mapping[str, Any]], *, now: float) -> None:
        """Keep just these turns, making the conversation where there is none."""
        with self.aside() as connection:
            connection.execute(_PUT, (key, now, now, _text(turns)))

    def remove_conversation(self, key: str) -> bool:
        """Forget one; False where there is none."""
        with self.aside() as connection:
            return connection.execute("DELETE FROM conversations WHERE conversation = ?", (key,)).rowcount > 0

    def remove_conversations(self, prefix: str) -> int:
        """Forget all whose key begins with `prefix`; how many those were."""
        query = "DELETE FROM conversations WHERE conversation >= ? AND conversation < ?"
        with self.aside() as connection:
            return connection.execute(query, (prefix, prefix + _LAST)).rowcount

    def expire_conversations(self, before: float, *, prefix: str = "", most: int | None = None) -> int:
        """Forget those last used before that moment, and all but the `most` last used; how many those were."""
        among = "conversation >= ? AND conversation < ?"
        values: tuple[object, ...] = (prefix, prefix + _LAST)
        with self.aside() as connection:
            gone = connection.execute(
                f"DELETE FROM conversations WHERE {among} AND updated < ?", (*values, before)
            ).rowcount
            if most is not None:
                query = (
                    "DELETE FROM conversations WHERE conversation IN (SELECT conversation FROM conversations"
                    f" WHERE {among} ORDER BY updated DESC LIMIT -1 OFFSET ?)"
                )
                gone += connection.execute(query, (*values, most)).rowcount
        return gone


_PUT = (
    f"INSERT INTO conversations ({_COLUMNS}) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (conversation) DO UPDATE SET updated = excluded.updated, turns = excluded.turns"
)


def _text(turns: Sequence[Mapping[str, Any]]) -> str:
    # As ASCII: half a surrogate pair in a question is no reason to forget the rest.
    return json.dumps(turns)


def _conversation(row: Sequence[Any]) -> Conversation:
    key, created, updated, turns = row
    return Conversation(key, created, updated, tuple(json.loads(turns)))
