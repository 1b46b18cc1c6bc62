"""A question asked in Telegram, to its end: allowed, in turn, answered while it is made, kept."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

from bot.answer import Answer, Delta, Finished, Language, PassagesFound, Question
from bot.assistant import QuestionError
from bot.channels.telegram.access import TooManyError
from bot.channels.telegram.keyboards import AnswerId, answer_keyboard
from bot.channels.telegram.memory import ChatSettings
from bot.channels.telegram.parts import BUSY_PAUSE_S, Parts, Room
from bot.channels.telegram.phrases import menu_language, say
from bot.channels.telegram.render import answer_spans
from bot.channels.telegram.showing import Growing, Place
from bot.channels.telegram.text import Span
from bot.channels.work import BusyError
from bot.phrases import language_of, suggestion
from bot.serialization import answer_to_json
from embeddings import EncoderError
from retrieval.errors import ArchiveError
from retrieval.hit import Hit

_MOST_MORE = 12
_RELATED = 2
_HALF = re.compile("[\ud800-\udfff]")
_log = logging.getLogger("wenbao.telegram")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as somebody asked it."""

    answer: AnswerId
    place: Place
    text: str
    menu_code: str | None
    earlier: tuple[str, ...] | None = None
    """The questions that it goes on from, where it does not go on from its conversation."""
    late: bool = False
    edited: bool = False
    era: int = 0
    """How often its asker had been forgotten; asked before they were once more, it leaves nothing."""

    @property
    def conversation(self) -> str:
        """The key of the conversation: everybody has their own in each chat and topic."""
        return f"telegram:{self.answer.user}:{self.answer.chat}:{self.place.thread or 0}"


class Asking(Room):
    """Answers questions."""

    def __init__(self, parts: Parts) -> None:
        """Nothing is asked yet."""
        super().__init__(parts)
        # No more than can run: what waits, waits here in order, where the pool's queue would turn it away.
        self._places = asyncio.Semaphore(parts.desk.at_once)
        # While an answer is made nobody else makes it; a lock is gone with the last who holds or awaits it.
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def ask(self, asked: Asked) -> None:
        """Answer one question, or say why not. Raises TelegramError where nothing can be sent."""
        lock = self._locks.setdefault(str(asked.answer), asyncio.Lock())
        if lock.locked() and not asked.edited:
            return  # the same button pressed twice
        async with lock:
            await self._in_turn(asked)

    async def _in_turn(self, asked: Asked) -> None:
        """In line before anything else is waited for, so that the order of asking is kept."""
        telling = None
        if self._access.must_wait(asked.answer.user) and self._limiter.spare(asked.place.chat):
            telling = asyncio.create_task(self._say(asked, "wait"))
        try:
            async with self._access.turn(asked.answer.user):
                if telling:
                    await asyncio.gather(telling, return_exceptions=True)
                await self._ask(asked)
        except TooManyError:
            await self._say(asked, "too_many")
        except QuestionError as error:
            await self._sender.send(asked.place, [Span(str(error))])
        except (ArchiveError, EncoderError) as error:
            _log.error("a question could not be answered: %s", error)
            await self._say(asked, "failed")

    async def _ask(self, asked: Asked) -> None:
        record = await self._memory.answer(asked.answer)
        if record is not None and (not asked.edited or record["question"] == asked.text):
            return
        refusal = await self._access.refusal(asked.answer.user, asked.place.chat)
        if refusal:
            who = asked.answer.user if asked.place.is_private or refusal == "invite_needed" else asked.place.chat
            await self._say(asked, refusal, id=who)
        elif not await self._may_ask(asked):
            await self._say(asked, "daily", most=self._options.daily_questions)
        else:
            await self._answer(asked, record)

    async def _may_ask(self, asked: Asked) -> bool:
        """Whether this is not one too many today; what is tried once more, or goes on after a stop, counts once."""
        if await self._memory.was_begun(asked.conversation, asked.answer, asked.text):
            return True
        return await self._access.may_ask_today(asked.answer.user)

    async def _answer(self, asked: Asked, record: Mapping[str, Any] | None) -> None:
        typing = asyncio.create_task(self._sender.typing(asked.place))
        chosen = await self._memory.settings(asked.place.chat)
        history, begun = await self._memory.begin_turn(asked.conversation, asked.answer, asked.text, asked.era)
        if asked.earlier is not None:
            history = asked.earlier
        question = Question(asked.text, history, _chosen_language(chosen))
        present: Sequence[int] = record["messages"] if record else begun
        note = partial(self._memory.note_messages, asked.conversation, asked.answer)
        growing = self._sender.growing(asked.place, zlib.crc32(str(asked.answer).encode()) >> 1 or 1, present, note)
        async with self._places:
            answer, hits = await self._follow(question, growing)
        await typing
        made = self._record(asked, answer, hits, question.language or language_of(asked.text))
        spans = _shown(asked, made, chosen, hits)
        keyboard = keyboard_of(asked.answer, made, 0)
        made["messages"] = await self._sender.replace(asked.place, growing.messages, spans, keyboard, note=note)
        await self._memory.put_answer(asked.answer, made, asked.era)
        await self._memory.end_turn(asked.conversation, asked.answer, {"question": asked.text, **made["answer"]})

    async def _follow(self, question: Question, growing: Growing) -> tuple[Answer, tuple[Hit, ...]]:
        """The answer and its passages, shown while it is made; waits where the web's questions fill the queue."""
        while True:
            try:
                return await self._follow_once(question, growing)
            except BusyError:
                await asyncio.sleep(BUSY_PAUSE_S)

    async def _follow_once(self, question: Question, growing: Growing) -> tuple[Answer, tuple[Hit, ...]]:
        stream = self._desk.work.stream(lambda stop: self._desk.assistant.ask(question, stop=stop))
        text = ""
        hits: tuple[Hit, ...] = ()
        waiting = asyncio.ensure_future(stream.next())
        try:
            while True:
                await asyncio.wait([waiting], timeout=growing.pause_s())
                if not waiting.done():
                    await growing.show(text)
                    continue
                event = await waiting
                if isinstance(event, Finished):
                    return event.answer, hits
                if isinstance(event, PassagesFound):
                    hits = event.hits
                elif isinstance(event, Delta):
                    text += event.text
                    await growing.show(text)
                waiting = asyncio.ensure_future(stream.next())
        finally:
            waiting.cancel()
            stream.close()

    def _record(self, asked: Asked, answer: Answer, hits: Sequence[Hit], language: Language) -> dict[str, Any]:
        cited = {one.article_id for one in answer.citations}
        quoted = [(one.article_id, one.start, one.end) for one in answer.citations]
        others = [
            [hit.passage.article_id, hit.passage.start, hit.passage.end]
            for hit in hits
            if not any(
                hit.passage.article_id == article and hit.passage.start <= start and end <= hit.passage.end
                for article, start, end in quoted
            )
        ]
        titles = dict.fromkeys(hit.title for hit in hits if hit.title and hit.passage.article_id not in cited)
        made = answer_to_json(answer)
        record = {
            "question": asked.text,
            "conversation": asked.conversation,
            "thread": asked.place.thread,
            "language": language,
            "text": answer.answer,
            "short_answer": answer.short_answer,
            "refused": answer.refused,
            "citations": made["citations"],
            "nearest": made["nearest"],
            "standalone": answer.standalone or asked.text,
            "more": others[:_MOST_MORE],
            "related": [suggestion(title, language) for title in list(titles)[:_RELATED]],
            "answer": made,
        }
        # A language model may write halves of characters, which no database takes.
        return dict(json.loads(_HALF.sub("\ufffd", json.dumps(record, ensure_ascii=False))))

    def language(self, chosen: ChatSettings, menu_code: str | None) -> Language:
        """The language of the bot's own words to somebody in a chat."""
        return _chosen_language(chosen) or menu_language(menu_code)

    async def _say(self, asked: Asked, name: str, **values: object) -> None:
        chosen = await self._memory.settings(asked.place.chat)
        words = say(name, self.language(chosen, asked.menu_code), **values)
        await self._sender.send(asked.place, [Span(words)])


def keyboard_of(answer: AnswerId, record: Mapping[str, Any], vote: int) -> Any:
    """The buttons under an answer that was kept."""
    return answer_keyboard(
        answer,
        sources=len(record["citations"]) or len(record["nearest"]),
        more=bool(record["more"]),
        related=record["related"],
        vote=vote,
        language=record["language"],
    )


def _shown(asked: Asked, record: Mapping[str, Any], chosen: ChatSettings, hits: Sequence[Hit]) -> list[Span]:
    return answer_spans(
        record,
        length=chosen.length,
        with_sources=chosen.sources == "shown",
        language=record["language"],
        late=asked.late,
        contexts=_contexts(record, hits) if chosen.length == "long" else (),
    )


def _chosen_language(chosen: ChatSettings) -> Language | None:
    return "zh" if chosen.language == "zh" else "en" if chosen.language == "en" else None


def _contexts(record: Mapping[str, Any], hits: Sequence[Hit]) -> list[str]:
    """The passage around each quote."""
    found = []
    for one in record["citations"]:
        around = (
            hit.passage.text
            for hit in hits
            if hit.passage.article_id == one["article_id"]
            and hit.passage.start <= one["start"]
            and one["end"] <= hit.passage.end
        )
        found.append(next(around, one["quote"]))
    return found
