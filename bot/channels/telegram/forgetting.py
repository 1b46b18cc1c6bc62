"""How what was kept is deleted: because somebody wants it, or because it is old."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bot.channels.telegram.keyboards import AnswerId, base36
from bot.channels.telegram.memory import KEPT_ANSWERS_S, KEPT_HANDLED_S, Memory, answers_of, pending_of
from retrieval.store import Store


async def forget(memory: Memory, user: int, bot: int) -> None:
    """Delete everything about somebody but today's number of questions; also others' votes on their answers.

    What is being answered just then still is, and leaves nothing; begun anew after a stop it is not.
    """

    def delete(store: Store) -> None:
        memory.end_era(user)
        for number, update in store.notes(pending_of(bot)).items():
            if _sender_of(json.loads(update)) == user:
                store.remove_note(pending_of(bot), number)
        for key in store.notes(answers_of(user)):
            store.remove_note("telegram:unanswered", key)
        for message, key in store.notes("telegram:messages").items():
            if AnswerId.parse(key).user == user:
                store.remove_note("telegram:messages", message)
        for space in (answers_of(user), f"telegram:searches:{user}"):
            store.remove_notes(space)
        store.remove_note("telegram:chats", str(user))
        store.remove_note("telegram:invited", str(user))
        store.remove_conversations(f"telegram:{user}:")
        store.remove_feedback("telegram", str(user))
        store.remove_feedback_on("telegram", f"{base36(user)}.")

    await memory.run(delete)


def _sender_of(update: Mapping[str, Any]) -> object:
    return next((one["from"].get("id") for one in update.values() if isinstance(one, dict) and "from" in one), None)


async def tidy(memory: Memory, days_before: Sequence[str]) -> None:
    """Delete what is too old: counts of earlier days; questions, answers and searches, whoever's they are."""

    def delete(store: Store) -> None:
        for day in days_before:
            store.remove_notes(f"telegram:asked:{day}")
        old = memory.now() - KEPT_ANSWERS_S
        for space in ("telegram:messages", "telegram:unanswered"):
            store.remove_notes(space, before=old)
        for beginning in ("telegram:answers:", "telegram:searches:"):
            store.remove_notes_under(beginning, before=old)
        store.remove_notes_under("telegram:handled:", before=memory.now() - KEPT_HANDLED_S)
        store.expire_conversations(old, prefix="telegram:")

    await memory.run(delete)
