"""A strict Bot API server on loopback: the wire format and the published rules of every method that the bot uses.

An error is raised where the real server raises one, with its words where they are known; parameters that a method does
not have, which the real one ignores, are errors too. Flood limits are those that are published: 30 requests a second,
one a second in a chat with short bursts, 20 a minute in a group; each refusal for them counts as a violation.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import re
import time
from collections import defaultdict, deque
from typing import Any
from urllib.parse import parse_qsl

from bot_api_text import ApiError, bad, checked_text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

TOKEN = "987654:test-token_of-nobody"
BOT = {
    "id": 987654,
    "is_bot": True,
    "first_name": "问报",
    "username": "wenbao_bot",
    "can_join_groups": True,
    "can_read_all_group_messages": False,
    "supports_inline_queries": True,
}
_DOCUMENT_LIMIT = 20 * 2**20
_COMMON = {"chat_id": int, "message_thread_id": int}
_REPLY = {"reply_markup": dict, "reply_parameters": dict, "link_preview_options": dict}
_TEXT = {"text": str, "parse_mode": str}
# Each method's parameters; `!` before those that it needs.
METHODS: dict[str, dict[str, type]] = {
    "getMe": {},
    "getUpdates": {"offset": int, "limit": int, "timeout": int, "allowed_updates": list},
    "setWebhook": {
        "!url": str,
        "allowed_updates": list,
        "secret_token": str,
        "max_connections": int,
        "drop_pending_updates": bool,
    },
    "deleteWebhook": {"drop_pending_updates": bool},
    "setMyCommands": {"!commands": list, "scope": dict, "language_code": str},
    "sendMessage": {"!chat_id": int, "!text": str, "message_thread_id": int, "parse_mode": str, **_REPLY},
    "sendMessageDraft": {"!chat_id": int, "!draft_id": int, "message_thread_id": int, **_TEXT},
    "sendChatAction": {"!chat_id": int, "!action": str, "message_thread_id": int},
    "editMessageText": {
        "!chat_id": int,
        "!message_id": int,
        "!text": str,
        "parse_mode": str,
        "reply_markup": dict,
        "link_preview_options": dict,
    },
    "editMessageReplyMarkup": {"!chat_id": int, "!message_id": int, "reply_markup": dict},
    "deleteMessage": {"!chat_id": int, "!message_id": int},
    "answerCallbackQuery": {"!callback_query_id": str, "text": str, "show_alert": bool, "cache_time": int},
    "answerInlineQuery": {
        "!inline_query_id": str,
        "!results": list,
        "cache_time": int,
        "is_personal": bool,
        "next_offset": str,
        "button": dict,
    },
    "getChatMember": {"!chat_id": int, "!user_id": int},
    "getFile": {"!file_id": str},
}
COUNTED = {"sendMessage", "sendMessageDraft", "editMessageText", "editMessageReplyMarkup", "deleteMessage"}
_ACTIONS = {"typing", "upload_document", "find_location"}
_BUTTON_ACTIONS = {"url", "callback_data", "switch_inline_query", "switch_inline_query_current_chat"}


class Flood:
    """The published limits, times as long as `scale` says."""

    def __init__(self, scale: float) -> None:
        self.scale = scale
        self.overall: deque[float] = deque()
        self.groups: dict[int, deque[float]] = defaultdict(deque)
        self.buckets: dict[int, tuple[float, float]] = {}

    def check(self, chat: int) -> None:
        now = time.monotonic()
        self._window(self.overall, now, 30, 1.0 * self.scale)
        if chat < 0:
            self._window(self.groups[chat], now, 20, 60.0 * self.scale)
            self.groups[chat].append(now)
        else:
            tokens, at = self.buckets.get(chat, (3.0, now))
            tokens = min(3.0, tokens + (now - at) / self.scale)
            if tokens < 1.0 - 1e-6:
                self._refuse((1 - tokens) * self.scale)
            self.buckets[chat] = (tokens - 1, now)
        self.overall.append(now)

    def _window(self, stamps: deque[float], now: float, most: int, period: float) -> None:
        while stamps and stamps[0] <= now - period:
            stamps.popleft()
        if len(stamps) >= most:
            self._refuse(stamps[0] + period - now)

    def _refuse(self, wait: float) -> None:
        seconds = max(1, int(wait + 1))
        raise ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


class BotApi:
    """The server's state and methods."""

    def __init__(self, scale: float = 0.02) -> None:
        self.flood = Flood(scale)
        self.violations: list[str] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.users: dict[int, dict[str, Any]] = {}
        self.chats: dict[int, dict[str, Any]] = {}
        self.threads: dict[int, set[int]] = defaultdict(set)
        self.administrators: dict[int, set[int]] = defaultdict(set)
        self.messages: dict[int, dict[int, dict[str, Any]]] = defaultdict(dict)
        self.order: list[dict[str, Any]] = []
        self.drafts: dict[int, list[str]] = defaultdict(list)
        self.actions: list[tuple[int, str]] = []
        self.blocked: set[int] = set()
        self.callbacks: dict[str, dict[str, Any] | None] = {}
        self.inline_answers: dict[str, dict[str, Any] | None] = {}
        self.files: dict[str, tuple[str, bytes, int]] = {}
        self.commands: dict[tuple[str, str], list[dict[str, str]]] = {}
        self.updates: dict[int, dict[str, Any]] = {}
        self.allowed: list[str] = []
        self.webhook: dict[str, Any] = {}
        self.refusals: dict[str, list[ApiError]] = defaultdict(list)
        self.missing: set[str] = set()
        self.deaf = False
        self.hooks: dict[str, list[asyncio.Event]] = defaultdict(list)
        self._update_ids = itertools.count(700_000_001)
        self._message_ids: dict[int, itertools.count[int]] = defaultdict(lambda: itertools.count(1))
        self._came = asyncio.Event()
        self._poll = 0
        self.confirmed = 0
        self.app = Starlette(
            routes=[
                Route("/bot{token}/{method}", self._call, methods=["GET", "POST"]),
                Route("/file/bot{token}/{path:path}", self._file),
            ]
        )

    # -- what happens in Telegram

    def next_message_id(self, chat: int) -> int:
        return next(self._message_ids[chat])

    def add_update(self, kind: str, content: dict[str, Any], *, number: int | None = None) -> int:
        """Something happened; its update waits until the bot confirms it."""
        number = next(self._update_ids) if number is None else number
        if self.allowed and kind not in self.allowed:
            return number
        self.updates[number] = {"update_id": number, kind: content}
        self._came.set()
        return number

    # -- the wire

    async def _call(self, request: Request) -> Response:
        method = request.path_params["method"]
        try:
            if request.path_params["token"] != TOKEN:
                raise ApiError(401, "Unauthorized")
            if method not in METHODS or method in self.missing:
                raise ApiError(404, "Not Found")
            parameters = self._parameters(METHODS[method], await self._body(request))
            self.calls.append((method, parameters))
            if self.refusals[method]:
                raise self.refusals[method].pop(0)
            if method in COUNTED:
                try:
                    self.flood.check(parameters["chat_id"])
                except ApiError as error:
                    self.violations.append(f"{method} to {parameters['chat_id']}: {error.description}")
                    raise
            result = getattr(self, f"_{method}")(parameters)
            if asyncio.iscoroutine(result):
                result = await result
        except ApiError as error:
            body: dict[str, Any] = {"ok": False, "error_code": error.code, "description": error.description}
            if error.parameters:
                body["parameters"] = error.parameters
            return JSONResponse(body, error.code)
        return JSONResponse({"ok": True, "result": result})

    async def _body(self, request: Request) -> dict[str, str]:
        sent = request.headers.get("content-type", "")
        body = await request.body()
        if not body:
            return dict(request.query_params)
        if not sent.startswith("application/x-www-form-urlencoded"):
            raise bad(f"the bot sends no {sent}")
        return dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True))

    def _parameters(self, known: dict[str, type], sent: dict[str, str]) -> dict[str, Any]:
        kinds = {name.lstrip("!"): kind for name, kind in known.items()}
        missing = [name[1:] for name in known if name[0] == "!" and name[1:] not in sent]
        if missing:
            raise bad(f"parameter {missing[0]} is required")
        found = {}
        for name, text in sent.items():
            if name not in kinds:
                raise bad(f"unknown parameter {name}")
            kind = kinds[name]
            try:
                value = text if kind is str else json.loads(text)
            except ValueError:
                raise bad(f"can't parse {name}") from None
            if not isinstance(value, kind):
                raise bad(f"{name} is not {kind.__name__}")
            found[name] = value
        return found

    async def _file(self, request: Request) -> Response:
        found = self.files.get(request.path_params["path"].rpartition("/")[2])
        if request.path_params["token"] != TOKEN or found is None:
            return JSONResponse({"ok": False, "error_code": 404, "description": "Not Found"}, 404)
        return Response(found[1])

    # -- updates

    def _getMe(self, _: dict[str, Any]) -> dict[str, Any]:
        return BOT

    async def _getUpdates(self, sent: dict[str, Any]) -> list[dict[str, Any]]:
        if self.webhook:
            raise ApiError(409, "Conflict: can't use getUpdates method while webhook is active")
        if "allowed_updates" in sent:
            self.allowed = sent["allowed_updates"]
        offset = sent.get("offset", 0)
        self.confirmed = max(self.confirmed, offset)
        for number in [one for one in self.updates if one < offset]:
            del self.updates[number]
        limit = sent.get("limit", 100)
        if not 1 <= limit <= 100:
            raise bad("limit is wrong")
        self._poll += 1  # the newer request ends the older one
        mine = self._poll
        self._came.set()
        deadline = time.monotonic() + sent.get("timeout", 0)
        while not self.updates and time.monotonic() < deadline:
            self._came.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._came.wait(), max(0.01, deadline - time.monotonic()))
            if mine != self._poll:
                raise ApiError(409, "Conflict: terminated by other getUpdates request")
        return [self.updates[number] for number in sorted(self.updates)][:limit]

    def _setWebhook(self, sent: dict[str, Any]) -> bool:
        if not sent["url"].startswith("https://"):
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", sent.get("secret_token", "x")):
            raise bad("secret token contains unallowed characters")
        self.allowed = sent.get("allowed_updates", self.allowed)
        self.webhook = sent
        return True

    def _deleteWebhook(self, _: dict[str, Any]) -> bool:
        self.webhook = {}
        return True

    def _setMyCommands(self, sent: dict[str, Any]) -> bool:
        scope = sent.get("scope", {"type": "default"})
        kinds = {"default", "all_private_chats", "all_group_chats", "all_chat_administrators", "chat"}
        if scope["type"] not in kinds:
            raise bad("unsupported scope")
        if scope["type"] == "chat":
            self._chat(scope["chat_id"])
        if not re.fullmatch(r"|[a-z]{2}", sent.get("language_code", "")):
            raise bad("invalid language code")
        if len(sent["commands"]) > 100:
            raise bad("BOT_COMMANDS_TOO_MUCH")
        for one in sent["commands"]:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", one["command"]):
                raise bad("BOT_COMMAND_INVALID")
            if not 1 <= len(one["description"]) <= 256:
                raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
        key = f"{scope['type']}:{scope['chat_id']}" if "chat_id" in scope else scope["type"]
        self.commands[key, sent.get("language_code", "")] = sent["commands"]
        return True

    # -- messages

    def _chat(self, chat: int) -> dict[str, Any]:
        if chat in self.blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        found = self.chats.get(chat)
        if found is None:
            raise bad("chat not found")
        if "migrated" in found:
            raise ApiError(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=found["migrated"],
            )
        if found.get("kicked"):
            raise ApiError(403, "Forbidden: bot was kicked from the supergroup chat")
        return found

    def _thread(self, sent: dict[str, Any]) -> dict[str, Any]:
        thread = sent.get("message_thread_id")
        if thread is None:
            return {}
        if thread not in self.threads[sent["chat_id"]]:
            raise bad("message thread not found")
        return {"message_thread_id": thread, "is_topic_message": True}

    def _keyboard(self, markup: dict[str, Any] | None) -> dict[str, Any] | None:
        if markup is None:
            return None
        rows = markup.get("inline_keyboard")
        if set(markup) != {"inline_keyboard"} or not isinstance(rows, list) or not rows:
            raise bad("can't parse inline keyboard")
        if sum(map(len, rows)) > 100:
            raise bad("REPLY_MARKUP_TOO_LONG")
        for row in rows:
            if not 1 <= len(row) <= 8:
                raise bad("a row of buttons is empty or too long")
            for one in row:
                if not one.get("text"):
                    raise bad("text buttons are unallowed in the inline keyboard")
                if len(_BUTTON_ACTIONS & set(one)) != 1 or set(one) - _BUTTON_ACTIONS - {"text"}:
                    raise bad("can't parse inline keyboard button")
                if not 1 <= len(one.get("callback_data", "x").encode()) <= 64:
                    raise bad("BUTTON_DATA_INVALID")
                if not one.get("url", "https://").startswith(("https://", "http://", "tg://")):
                    raise bad("BUTTON_URL_INVALID")
        return markup

    def _sendMessage(self, sent: dict[str, Any]) -> dict[str, Any]:
        chat = self._chat(sent["chat_id"])
        thread = self._thread(sent)
        text, entities = checked_text(sent["text"], sent.get("parse_mode"))
        message = {
            "message_id": 0,
            "date": int(time.time()),
            "chat": chat,
            "from": BOT,
            "text": text,
            **thread,
        }
        if entities:
            message["entities"] = entities
        reply = sent.get("reply_parameters")
        if reply:
            replied = self.messages[sent["chat_id"]].get(reply["message_id"])
            if replied is None and not reply.get("allow_sending_without_reply"):
                raise bad("message to be replied not found")
            if replied is not None:
                message["reply_to_message"] = {k: v for k, v in replied.items() if k != "reply_to_message"}
        keyboard = self._keyboard(sent.get("reply_markup"))
        if keyboard:
            message["reply_markup"] = keyboard
        message["message_id"] = self.next_message_id(sent["chat_id"])
        self.messages[sent["chat_id"]][message["message_id"]] = message
        self.order.append(message)
        self.drafts.pop(sent["chat_id"], None)
        return message

    def _sendMessageDraft(self, sent: dict[str, Any]) -> bool:
        chat = self._chat(sent["chat_id"])
        if chat["type"] != "private":
            raise bad("drafts can be sent to private chats only")
        if sent["draft_id"] == 0:
            raise bad("draft_id must be non-zero")
        text, _ = checked_text(sent.get("text"), sent.get("parse_mode"), least=0)
        self.drafts[sent["chat_id"]].append(text)
        self.shown_drafts = [*getattr(self, "shown_drafts", []), text]
        return True

    def _sendChatAction(self, sent: dict[str, Any]) -> bool:
        self._chat(sent["chat_id"])
        self._thread(sent)
        if sent["action"] not in _ACTIONS:
            raise bad("wrong parameter action in request")
        self.actions.append((sent["chat_id"], sent["action"]))
        return True

    def _ours(self, sent: dict[str, Any], what: str) -> dict[str, Any]:
        self._chat(sent["chat_id"])
        message = self.messages[sent["chat_id"]].get(sent["message_id"])
        if message is None:
            raise bad(f"message to {what} not found")
        if message["from"]["id"] != BOT["id"]:
            raise bad("message can't be edited")
        return message

    def _editMessageText(self, sent: dict[str, Any]) -> dict[str, Any]:
        message = self._ours(sent, "edit")
        text, entities = checked_text(sent["text"], sent.get("parse_mode"))
        keyboard = self._keyboard(sent.get("reply_markup"))
        present = (message["text"], message.get("entities", []), message.get("reply_markup"))
        if present == (text, entities, keyboard):
            raise bad(
                "message is not modified: specified new message content and reply markup are exactly the same as a"
                " current content and reply markup of the message"
            )
        self._set(message, text=text, entities=entities or None, reply_markup=keyboard)
        message["edit_date"] = int(time.time())
        message.setdefault("was", []).append(present[0])
        return {k: v for k, v in message.items() if k != "was"}

    def _editMessageReplyMarkup(self, sent: dict[str, Any]) -> dict[str, Any]:
        message = self._ours(sent, "edit")
        keyboard = self._keyboard(sent.get("reply_markup"))
        if keyboard == message.get("reply_markup"):
            raise bad("message is not modified")
        self._set(message, reply_markup=keyboard)
        return {k: v for k, v in message.items() if k != "was"}

    @staticmethod
    def _set(message: dict[str, Any], **fields: Any) -> None:
        for name, value in fields.items():
            message.pop(name, None)
            if value is not None:
                message[name] = value

    def _deleteMessage(self, sent: dict[str, Any]) -> bool:
        self._ours(sent, "delete")
        gone = self.messages[sent["chat_id"]].pop(sent["message_id"])
        self.order.remove(gone)
        return True

    # -- queries, members, files

    def _answerCallbackQuery(self, sent: dict[str, Any]) -> bool:
        if self.callbacks.get(sent["callback_query_id"], {}) is not None:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        if len(sent.get("text", "")) > 200:
            raise bad("MESSAGE_TOO_LONG")
        self.callbacks[sent["callback_query_id"]] = sent
        return True

    def _answerInlineQuery(self, sent: dict[str, Any]) -> bool:
        if self.inline_answers.get(sent["inline_query_id"], {}) is not None:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        results = sent["results"]
        if len(results) > 50:
            raise bad("RESULTS_TOO_MUCH")
        if len({one["id"] for one in results}) < len(results):
            raise bad("RESULT_ID_DUPLICATE")
        for one in results:
            if not 1 <= len(one["id"].encode()) <= 64:
                raise bad("RESULT_ID_INVALID")
            if one["type"] != "article" or not one["title"]:
                raise bad("ARTICLE_TITLE_EMPTY")
            content = one["input_message_content"]
            shown = checked_text(content["message_text"], content.get("parse_mode"))
            one["shown"] = {"text": shown[0], "entities": shown[1]}
            self._keyboard(one.get("reply_markup"))
            if not re.match(r"https?://[^/\s]+/\S*$", one.get("thumbnail_url", "https://x/")):
                raise bad("WEBDOCUMENT_URL_INVALID")
        if len(sent.get("next_offset", "").encode()) > 64:
            raise bad("NEXT_OFFSET_INVALID")
        button = sent.get("button")
        if button and (
            not button.get("text") or not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", button.get("start_parameter", ""))
        ):
            raise bad("START_PARAM_INVALID")
        self.inline_answers[sent["inline_query_id"]] = sent
        return True

    def _getChatMember(self, sent: dict[str, Any]) -> dict[str, Any]:
        self._chat(sent["chat_id"])
        user = self.users[sent["user_id"]]
        if user["id"] not in self.administrators[sent["chat_id"]]:
            return {"status": "member", "user": user}
        return {"status": "creator", "user": user, "is_anonymous": False}

    def _getFile(self, sent: dict[str, Any]) -> dict[str, Any]:
        found = self.files.get(sent["file_id"])
        if found is None:
            raise bad("wrong file_id or the file is temporarily unavailable")
        _, content, size = found
        if size > _DOCUMENT_LIMIT:
            raise bad("file is too big")
        return {
            "file_id": sent["file_id"],
            "file_unique_id": f"u{sent['file_id']}",
            "file_size": len(content),
            "file_path": f"documents/{sent['file_id']}",
        }
