"""What the bot's administrators can do: numbers, refused questions, invitations, and documents for the archive."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

from telegram import Document, Message, Update
from telegram.error import BadRequest, Forbidden, InvalidToken

from bot.answer import Language
from bot.channels.telegram.asking import Asking
from bot.channels.telegram.groups import command_in
from bot.channels.telegram.kinds import Context
from bot.channels.telegram.parts import Parts, Room
from bot.channels.telegram.phrases import say
from bot.channels.telegram.questions import Questions, place_of
from bot.channels.telegram.text import Span, one_line
from retrieval.errors import ArchiveBusyError, ArchiveError
from retrieval.formats import is_supported
from retrieval.ingest import Ingestor, Report

FOLDER = "telegram"
COMMANDS = ("stats", "unanswered", "ingest", "invite")
_MOST_UNANSWERED = 20
_WAIT_FOR_WRITER_S = 10.0
_MOST_USES = 1000
_PROBLEMS = 5
_log = logging.getLogger("wenbao.telegram")


class Administration(Room):
    """Commands and documents of administrators."""

    def __init__(self, parts: Parts, questions: Questions, asking: Asking) -> None:
        """Over the archive."""
        super().__init__(parts)
        self._questions = questions
        self._asking = asking
        self._line = asyncio.Lock()  # documents stand in it, and none of them is in memory before its turn

    async def on_command(self, update: Update, context: Context) -> None:
        """Any command of these."""
        message = update.message
        if message is None or message.from_user is None or not message.text:
            return
        command, rest = command_in(message.text)
        language = await self._language(message)
        if not self._access.is_admin(message.from_user.id):
            await self._reply(message, say("for_admins", language, id=message.from_user.id))
        elif command == "stats":
            await self._stats(message, language)
        elif command == "unanswered":
            questions = await self._memory.unanswered(_MOST_UNANSWERED)
            lines = "".join(f"\n• {one_line(one, 200)}" for one in questions)
            words = say("unanswered", language) + lines if lines else say("all_answered", language)
            await self._reply(message, words)
        elif command == "invite":
            uses = min(_MOST_USES, max(1, int(rest))) if rest.isdecimal() and len(rest) < 5 else 1
            code = await self._memory.make_invitation(uses)
            await self._reply(message, say("invite", language, uses=uses, code=code))
        elif message.reply_to_message and message.reply_to_message.document:
            await self._take_in(message, message.reply_to_message.document, language)
        else:
            await self._reply(message, say("ingest_how", language, most=self._most_mb))

    async def on_document(self, update: Update, context: Context) -> None:
        """A document: an administrator's goes into the archive, anybody else's gets a kind word."""
        message = update.message
        if message is None or message.from_user is None or message.document is None:
            return
        if message.chat_id < 0 or not self._access.is_admin(message.from_user.id):
            await self._questions.on_other(update, context)
            return
        await self._take_in(message, message.document, await self._language(message))

    async def _stats(self, message: Message, language: Language) -> None:
        counts = await self._desk.run(self._desk.archive.store.counts)
        up, down = await self._memory.run(lambda store: store.vote_counts())
        day = datetime.fromtimestamp(self._memory.now(), UTC).date().isoformat()
        questions, people = await self._memory.asked(day)
        words = say(
            "stats",
            language,
            articles=counts.articles,
            passages=counts.passages,
            vectors=counts.vectors,
            questions=questions,
            people=people,
            up=up,
            down=down,
        )
        await self._reply(message, words)

    async def _take_in(self, message: Message, document: Document, language: Language) -> None:
        name = file_name(document.file_name or "")
        if not is_supported(Path(name)):
            await self._reply(message, say("ingest_kind", language))
            return
        if (document.file_size or 0) > self._options.document_bytes:
            await self._reply(message, say("ingest_big", language, most=self._most_mb))
            return
        await self._reply(message, say("ingest_begun", language))
        async with self._line:
            await self._reply(message, await self._fetched(name, document, language))

    async def _fetched(self, name: str, document: Document, language: Language) -> str:
        """What became of a document that Telegram hands out."""
        too_big = say("ingest_big", language, most=self._most_mb)
        try:
            content = bytes(await (await document.get_file()).download_as_bytearray())
        except (BadRequest, Forbidden, InvalidToken) as error:
            return too_big if "too big" in str(error).lower() else say("failed", language)
        if len(content) > self._options.document_bytes:  # what was said of the size may be missing or wrong
            return too_big
        return await self._ingested(name, content, language)

    async def _ingested(self, name: str, content: bytes, language: Language) -> str:
        try:
            # Not on the threads that answer: a long document takes minutes.
            report = await asyncio.to_thread(self._ingest, name, content)
        except ArchiveBusyError:
            return say("ingest_busy", language)
        except (ArchiveError, OSError) as error:
            _log.error("a document could not be taken in: %s", error)
            return say("failed", language)
        if report.unchanged_files:
            return say("ingest_same", language)
        counts = {"added": report.added, "replaced": report.replaced, "unchanged": report.unchanged}
        words = say("ingest_done", language, **counts, problems=len(report.problems))
        return words + "".join(f"\n• {one_line(one.reason, 200)}" for one in report.problems[:_PROBLEMS])

    def _ingest(self, name: str, content: bytes) -> Report:
        """Keep the file beside the archive, where its name stands for it: the same name again replaces it."""
        archive = self._desk.archive
        folder = archive.directory / FOLDER
        with archive.writing(_WAIT_FOR_WRITER_S):
            folder.mkdir(exist_ok=True)
            path = (folder / name).resolve()
            unfinished = path.with_name(f".{path.name}.new")
            unfinished.write_bytes(content)
            os.replace(unfinished, path)
            return Ingestor(archive, self._desk.encoder).read([path])

    async def _language(self, message: Message) -> Language:
        assert message.from_user
        chosen = await self._memory.settings(message.chat_id)
        return self._asking.language(chosen, message.from_user.language_code)

    async def _reply(self, message: Message, text: str) -> None:
        await self._sender.send(place_of(message), [Span(text)])

    @property
    def _most_mb(self) -> int:
        return self._options.document_bytes // 2**20


def file_name(name: str) -> str:
    """A name as it was sent, made one that leads to no other folder and fits every file system."""
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    name = re.sub(r'[\x00-\x1f\x7f<>:"|?*\ud800-\udfff]', "_", name).strip(" .")
    stem, dot, suffix = name.rpartition(".")
    while len(name.encode()) > 200 and stem:
        stem = stem[:-1]
        name = f"{stem}{dot}{suffix}"
    return name or "document"
