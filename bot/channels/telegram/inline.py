"""Inline mode: `@bot words` in any chat finds passages, and puts the chosen one into the chat."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Sequence

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    Update,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot.answer import Language
from bot.channels.telegram.asking import Asking
from bot.channels.telegram.commands import ARTICLE_LINK
from bot.channels.telegram.kinds import Context
from bot.channels.telegram.options import THUMBNAILS_PATH
from bot.channels.telegram.parts import Parts, Room
from bot.channels.telegram.phrases import say
from bot.channels.telegram.questions import start_parameter
from bot.channels.telegram.render import source_spans
from bot.channels.telegram.showing import NO_PREVIEW
from bot.channels.telegram.text import one_line, split, to_html
from bot.channels.telegram.thumbnails import SIDE
from retrieval.article import Article
from retrieval.hit import Hit
from retrieval.passage import Passage

A_PAGE = 10
_MOST = 50
_CACHED_S = 30
_LONGEST_DESCRIPTION = 160
_BEGINNING = 400


class Inline(Room):
    """Answers inline queries."""

    def __init__(self, parts: Parts, asking: Asking) -> None:
        """Over the archive."""
        super().__init__(parts)
        self._asking = asking
        # Telegram fetches them, which takes an address that it can reach.
        self._thumbnails = f"{parts.options.webhook_url}{THUMBNAILS_PATH}" if parts.options.webhook_url else ""
        self._bot_name = ""

    async def on_query(self, update: Update, context: Context) -> None:
        """Results for what somebody has typed so far; the newest articles for nothing."""
        self._bot_name = context.bot.username
        query = update.inline_query
        assert query
        user = query.from_user
        language = self._asking.language(await self._memory.settings(user.id), user.language_code)
        if await self._access.refusal(user.id, user.id):
            button = InlineQueryResultsButton(say("inline_start", language), start_parameter="start")
            await self._answer(update, [], "", button)
            return
        words = query.query.strip()
        first = int(query.offset) if query.offset.isdecimal() and len(query.offset) < 4 else 0
        results = await (self._found(words, first, language) if words else self._latest(first, language))
        next_offset = str(first + A_PAGE) if len(results) == A_PAGE and first + A_PAGE < _MOST else ""
        label = one_line(say("inline_ask", language, words=words), 60) if words else say("inline_start", language)
        button = InlineQueryResultsButton(label, start_parameter=(words and start_parameter(words)) or "start")
        await self._answer(update, results, next_offset, button)

    async def _answer(
        self,
        update: Update,
        results: Sequence[InlineQueryResultArticle],
        next_offset: str,
        button: InlineQueryResultsButton,
    ) -> None:
        assert update.inline_query
        with contextlib.suppress(BadRequest):  # too old: the person has typed on
            await update.inline_query.answer(
                results, cache_time=_CACHED_S, is_personal=True, next_offset=next_offset, button=button
            )

    async def _found(self, words: str, first: int, language: Language) -> list[InlineQueryResultArticle]:
        found = await self._desk.run(lambda: self._desk.searcher.search(words, limit=first + A_PAGE))
        return [await self._result(hit, hit.passage, language) for hit in found.hits[first:]]

    async def _latest(self, first: int, language: Language) -> list[InlineQueryResultArticle]:
        store = self._desk.archive.store
        found = await self._desk.run(lambda: list(store.articles(limit=A_PAGE, offset=first)))
        return [
            await self._result(one, Passage(0, one.article_id, one.body[:_BEGINNING], 0, 0), language) for one in found
        ]

    async def _result(self, about: Hit | Article, passage: Passage, language: Language) -> InlineQueryResultArticle:
        """A result: what the list shows, the message that choosing it puts into the chat, a link to the article."""
        quoted = {"title": about.title, "source": about.source, "published": about.published, "quote": passage.text}
        message = split(source_spans(quoted, language, changed=False))[0]
        dated = " · ".join(one_line(part, 40) for part in (about.source, about.published) if part)
        name = await self._memory.link(passage.article_id)
        link = f"https://t.me/{self._bot_name}?start={ARTICLE_LINK}{name}"
        key = f"{passage.article_id}:{passage.start}:{passage.end}"
        return InlineQueryResultArticle(
            hashlib.sha256(key.encode()).hexdigest()[:32],
            one_line(about.title, 80) or one_line(passage.text, 80) or say("untitled", language),
            InputTextMessageContent(to_html(message), ParseMode.HTML, link_preview_options=NO_PREVIEW),
            reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton(say("whole_article", language), url=link)]]),
            description=one_line(f"{dated}\n{passage.text}" if dated else passage.text, _LONGEST_DESCRIPTION),
            thumbnail_url=f"{self._thumbnails}/{name}.png" if self._thumbnails else None,
            thumbnail_width=SIDE if self._thumbnails else None,
            thumbnail_height=SIDE if self._thumbnails else None,
        )
