"""Conversations that a server keeps for its clients: bounded, expiring, known by an id that nobody can guess."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

from retrieval.errors import ArchiveError
from retrieval.store import Store

KEPT_S: Final = 24 * 3600.0  # without a question
MOST_TURNS: Final = 20
MOST_CONVERSATIONS: Final = 10_000
MOST_ANSWERS: Final = 1000
_LOOK_S: Final = 600.0  # between two searches for what has expired
_LONGEST_ID: Final = 64


class Conversations:
    """The conversations of one channel, in the archive's database. Safe from several threads."""

    def __init__(self, store: Store, channel: str, clock: Callable[[], float] = time.time) -> None:
        """Those whose key begins with the channel's name; `clock` gives seconds since 1970."""
        self._store = store
        self._prefix = f"{channel}:"
        self._clock = clock
        self._looked = 0.0
        self._forgetting = Lock()

    def begin(self) -> str:
        """The id of a new conversation, of which nothing is kept before its first turn."""
        now = self._clock()
        if now - self._looked > _LOOK_S:
            self._looked = now
            self._store.expire_conversations(now - KEPT_S, prefix=self._prefix, most=MOST_CONVERSATIONS)
        return secrets.token_urlsafe(16)

    def questions(self, conversation_id: str) -> tuple[str, ...] | None:
        """What was asked in it, oldest first; None where it is unknown or has expired."""
        turns = self.turns(conversation_id)
        return None if turns is None else tuple(str(turn.get("question", "")) for turn in turns)

    def turns(self, conversation_id: str) -> tuple[dict[str, Any], ...] | None:
        """Its turns, oldest first; None where it is unknown or has expired."""
        found = self._store.conversation(self._prefix + conversation_id) if _may_be_id(conversation_id) else None
        if found is None or found.updated < self._clock() - KEPT_S:
            return None
        return found.turns

    def keep(self, conversation_id: str, turn: Mapping[str, Any], *, is_new: bool = True) -> bool:
        """Add a turn, to a conversation that is not new only if it was not forgotten meanwhile.

        False where nothing was kept: it was forgotten, or the archive cannot be written.
        """
        key, now = self._prefix + conversation_id, self._clock()
        try:
            with self._forgetting:
                if not is_new and self._store.conversation(key) is None:
                    return False
                self._store.append_turn(key, {**turn, "at": now}, now=now, most=MOST_TURNS)
        except ArchiveError:
            return False
        return True

    def forget(self, conversation_id: str) -> None:
        """Remove it, if it is there. Raises ArchiveError's subclasses where the archive cannot be written."""
        if _may_be_id(conversation_id):
            with self._forgetting:
                self._store.remove_conversation(self._prefix + conversation_id)


def _may_be_id(text: str) -> bool:
    return len(text) <= _LONGEST_ID and text.isascii() and "\0" not in text


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """An answer that was given, as feedback on it needs it."""

    question: str
    answer: Mapping[str, Any]
    conversation_id: str | None


class RecentAnswers:
    """The answers given last, by their ids. Safe from several threads."""

    def __init__(self, most: int = MOST_ANSWERS) -> None:
        """Know the last `most`."""
        self._most = most
        self._answers: OrderedDict[str, GivenAnswer] = OrderedDict()
        self._lock = Lock()

    def add(self, answer_id: str, answer: GivenAnswer) -> None:
        """Remember one more."""
        with self._lock:
            self._answers[answer_id] = answer
            if len(self._answers) > self._most:
                self._answers.popitem(last=False)

    def get(self, answer_id: str) -> GivenAnswer | None:
        """The answer with this id, None where it is not among the last."""
        return self._answers.get(answer_id)
