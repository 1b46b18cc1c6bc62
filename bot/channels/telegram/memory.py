"""What the bot keeps in the archive's database (forgetting.py takes it away again).

Everything about a person lies under their own number, so that /forget_me can take all of it. Calls go through one
thread: they are short, in order, and never on the event loop.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar

from bot.channels.telegram.keyboards import AnswerId
from retrieval.store import Feedback, Store

T = TypeVar("T")
_HISTORY = 6
_TURNS = 20
_MOST_CONVERSATIONS = 100_000
KEPT_ANSWERS_S = 180 * 86400.0
KEPT_HANDLED_S = 8 * 86400.0  # Telegram sends again what is at most a day old, and may choose new numbers after a week


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """What was chosen in one chat."""

    language: str = ""
    length: str = "normal"
    sources: str = "shown"
    enabled: bool = True


class Memory:
    """The bot's notes. Raises ArchiveError's subclasses and sqlite3.Error where the database cannot be written."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
        """Over an open archive's store."""
        self._store = store
        self._clock = clock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="telegram-notes")
        self._eras: Counter[int] = Counter()

    def close(self) -> None:
        """Wait for what is being written."""
        self._thread.shutdown(wait=True)

    async def run(self, work: Callable[[Store], T]) -> T:
        """The result of `work`, done on the thread of the notes."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, self._store)

    def now(self) -> float:
        """Seconds since 1970."""
        return self._clock()

    def era(self, user: int) -> int:
        """How often somebody was forgotten since the start: what began in an earlier era leaves nothing."""
        return self._eras[user]

    def end_era(self, user: int) -> None:
        """Somebody is being forgotten. To be called within `run`, as is everything that keeps something."""
        self._eras[user] += 1

    # -- chats ---------------------------------------------------------------------------------------------------

    async def settings(self, chat: int) -> ChatSettings:
        """What was chosen in a chat."""
        found = await self.run(lambda store: store.note("telegram:chats", str(chat)))
        return ChatSettings(**json.loads(found)) if found else ChatSettings()

    async def choose(self, chat: int, **changes: Any) -> ChatSettings:
        """Change what is chosen in a chat."""
        chosen = replace(await self.settings(chat), **changes)
        text = json.dumps(asdict(chosen))
        await self.run(lambda store: store.put_note("telegram:chats", str(chat), text, now=self.now()))
        return chosen

    async def moved(self, old: int, new: int) -> None:
        """A group became a supergroup and has another number: its settings and conversations go along."""

        def move(store: Store) -> None:
            chosen = store.note("telegram:chats", str(old))
            if chosen:
                store.put_note("telegram:chats", str(new), chosen, now=self.now())
                store.remove_note("telegram:chats", str(old))
            for kept in store.conversations("telegram:", limit=_MOST_CONVERSATIONS):
                _, user, chat, thread = kept.key.split(":")
                if chat == str(old):
                    answered = [turn for turn in kept.turns if "answer" in turn]  # the others are asked again there
                    store.put_conversation(f"telegram:{user}:{new}:{thread}", answered, now=kept.updated)
                    store.remove_conversation(kept.key)

        await self.run(move)

    # -- conversations -------------------------------------------------------------------------------------------

    async def was_begun(self, key: str, answer: AnswerId, question: str) -> bool:
        """Whether this very question was noted before, and not answered."""

        def look(store: Store) -> bool:
            return any(
                turn.get("answer_id") == str(answer) and turn["question"] == question and "answer" not in turn
                for turn in _turns(store, key)
            )

        return await self.run(look)

    async def begin_turn(
        self, key: str, answer: AnswerId, question: str, era: int
    ) -> tuple[tuple[str, ...], tuple[int, ...]]:
        """Note a question in its conversation; the earlier questions, oldest first, and the messages begun for it."""

        def begin(store: Store) -> tuple[tuple[str, ...], tuple[int, ...]]:
            turns = _turns(store, key)
            at = next((n for n, turn in enumerate(turns) if turn.get("answer_id") == str(answer)), len(turns))
            begun = turns[at].get("messages", []) if at < len(turns) else []
            turn = {"question": question, "answer_id": str(answer), "at": self.now(), "messages": begun}
            if self._eras[answer.user] == era:
                store.put_conversation(key, [*turns[:at], turn, *turns[at + 1 :]][-_TURNS:], now=self.now())
            return tuple(str(one["question"]) for one in turns[:at][-_HISTORY:]), tuple(begun)

        return await self.run(begin)

    async def note_messages(self, key: str, answer: AnswerId, messages: Sequence[int]) -> None:
        """Note which messages show the answer while it grows."""
        await self.end_turn(key, answer, {"messages": list(messages)})

    async def end_turn(self, key: str, answer: AnswerId, result: Mapping[str, Any]) -> None:
        """Note what became of a question in its conversation, unless that was forgotten meanwhile."""

        def end(store: Store) -> None:
            turns = _turns(store, key)
            if any(turn.get("answer_id") == str(answer) for turn in turns):
                done = [turn | dict(result) if turn.get("answer_id") == str(answer) else turn for turn in turns]
                store.put_conversation(key, done, now=self.now())

        await self.run(end)

    async def forget_conversation(self, key: str) -> None:
        """Begin anew."""
        await self.run(lambda store: store.remove_conversation(key))

    # -- answers -------------------------------------------------------------------------------------------------

    async def put_answer(self, answer: AnswerId, record: Mapping[str, Any], era: int) -> None:
        """Keep an answer, and which messages show it (`record["messages"]`)."""

        def put(store: Store) -> None:
            if self._eras[answer.user] != era:
                return
            store.remove_notes(answers_of(answer.user), before=self.now() - KEPT_ANSWERS_S)
            store.put_note(answers_of(answer.user), str(answer), json.dumps(record, ensure_ascii=False), now=self.now())
            for message in record["messages"]:
                store.put_note("telegram:messages", f"{answer.chat}:{message}", str(answer), now=self.now())
            if record["refused"]:
                kept = json.dumps({"question": record["question"], "at": self.now()}, ensure_ascii=False)
                store.put_note("telegram:unanswered", str(answer), kept, now=self.now())
            else:
                store.remove_note("telegram:unanswered", str(answer))

        await self.run(put)

    async def answer(self, answer: AnswerId) -> dict[str, Any] | None:
        """An answer that was kept."""
        found = await self.run(lambda store: store.note(answers_of(answer.user), str(answer)))
        return None if found is None else dict(json.loads(found))

    async def answer_in(self, chat: int, message: int) -> AnswerId | None:
        """The answer that a message of ours shows."""
        found = await self.run(lambda store: store.note("telegram:messages", f"{chat}:{message}"))
        return None if found is None else AnswerId.parse(found)

    async def unanswered(self, most: int) -> list[str]:
        """The questions that were refused last, newest first."""
        notes = await self.run(lambda store: store.notes("telegram:unanswered"))
        found = sorted((json.loads(one) for one in notes.values()), key=lambda one: -float(one["at"]))
        return [str(one["question"]) for one in found[:most]]

    async def vote(self, answer: AnswerId, user: int, vote: int) -> bool:
        """Keep somebody's vote for an answer; False where it was the same already."""

        def put(store: Store) -> bool:
            found = store.note(answers_of(answer.user), str(answer))
            if found is None:
                return False
            record = json.loads(found)
            before = store.feedback("telegram", str(user), str(answer))
            if before and before.vote == vote:
                return False
            now = self.now()
            store.put_feedback(
                Feedback(
                    channel="telegram",
                    user=str(user),
                    answer_id=str(answer),
                    conversation=record["conversation"],
                    question=record["question"],
                    answer=record["answer"],
                    vote=vote,
                    comment="",
                    created=before.created if before else now,
                    updated=now,
                )
            )
            return True

        return await self.run(put)

    async def vote_of(self, answer: AnswerId, user: int) -> int:
        """Somebody's vote for an answer, 0 where there is none."""
        found = await self.run(lambda store: store.feedback("telegram", str(user), str(answer)))
        return found.vote if found else 0

    # -- links: long texts behind short data ---------------------------------------------------------------------

    async def link(self, article_id: str) -> str:
        """A short name for an article, for buttons and deep links."""
        name = _short(article_id)
        await self.run(lambda store: store.put_note_once("telegram:articles", name, article_id, now=self.now()))
        return name

    async def linked(self, name: str) -> str | None:
        """The article of a short name."""
        return await self.run(lambda store: store.note("telegram:articles", name))

    async def keep_search(self, user: int, words: str, era: int) -> str:
        """A short name for somebody's words to search for."""
        name = _short(words)

        def keep(store: Store) -> None:
            if self._eras[user] == era:
                store.put_note(f"telegram:searches:{user}", name, words, now=self.now())

        await self.run(keep)
        return name

    async def search(self, user: int, name: str) -> str | None:
        """The words of a short name."""
        return await self.run(lambda store: store.note(f"telegram:searches:{user}", name))

    # -- access --------------------------------------------------------------------------------------------------

    async def count_question(self, user: int, day: str) -> int:
        """One more question of somebody on a day; how many that makes."""
        return await self.run(lambda store: store.add_to_note(f"telegram:asked:{day}", str(user), 1, now=self.now()))

    async def asked(self, day: str) -> tuple[int, int]:
        """(questions, people) of a day."""
        notes = await self.run(lambda store: store.notes(f"telegram:asked:{day}"))
        return sum(map(int, notes.values())), len(notes)

    async def make_invitation(self, uses: int) -> str:
        """A new code that lets `uses` people in; only its checksum is kept."""
        code = secrets.token_urlsafe(9).replace("-", "x").replace("_", "y")
        await self.run(lambda store: store.put_note("telegram:invitations", _short(code), str(uses), now=self.now()))
        return code

    async def use_invitation(self, user: int, code: str) -> bool:
        """Let somebody in by a code; False where it is unknown or used up."""

        def use(store: Store) -> bool:
            left = store.note("telegram:invitations", _short(code))
            if left is None or int(left) < 1:
                return False
            if store.put_note_once("telegram:invited", str(user), _short(code), now=self.now()):
                store.add_to_note("telegram:invitations", _short(code), -1, now=self.now())
            return True

        return await self.run(use)

    async def is_invited(self, user: int) -> bool:
        """Whether somebody came in by a code."""
        return await self.run(lambda store: store.note("telegram:invited", str(user))) is not None


def answers_of(user: int) -> str:
    """Where the answers to somebody lie."""
    return f"telegram:answers:{user}"


def pending_of(bot: int | str) -> str:
    """Where the updates lie that came to a bot and are not handled yet."""
    return f"telegram:pending:{bot}"


def _turns(store: Store, key: str) -> list[dict[str, Any]]:
    found = store.conversation(key)
    return list(found.turns) if found else []


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:20]
