"""The settings of the bot in Telegram, taken apart."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

from bot.channels.telegram.flood import Limits
from bot.settings import Settings, SettingsError, ids_of

WEBHOOK_PATH = "/telegram/webhook"
THUMBNAILS_PATH = "/telegram/thumbnails"
DOWNLOAD_BYTES = 20 * 2**20  # the most that the Bot API hands out


@dataclass(frozen=True, slots=True)
class Options:
    """What the bot is told. The times that follow `limits` are shortened by tests only."""

    token: str = field(repr=False)
    api_url: str = "https://api.telegram.org"
    access: str = "open"
    allowed: frozenset[int] = frozenset()
    admins: frozenset[int] = frozenset()
    daily_questions: int = 0
    in_work: int = 2
    stale_s: float = 600.0
    webhook_url: str = ""
    document_bytes: int = DOWNLOAD_BYTES
    limits: Limits = field(default_factory=Limits)
    show_every_s: float = 1.0
    show_every_group_s: float = 4.0
    typing_every_s: float = 4.5
    drain_s: float = 6.0
    again_s: float = 30.0

    @property
    def webhook_secret(self) -> str:
        """What Telegram has to send along with each update; made from the token, so that nobody must invent it."""
        return hmac.new(self.token.encode(), b"wenbao webhook", hashlib.sha256).hexdigest()


def options_of(settings: Settings) -> Options:
    """The options that the settings give. Raises SettingsError where there is no token."""
    if not settings.telegram_token:
        raise SettingsError(
            "There is no token for Telegram. Get one from @BotFather (docs/telegram.md) and set WENBAO_TELEGRAM_TOKEN."
        )
    return Options(
        token=settings.telegram_token,
        api_url=settings.telegram_api_url.rstrip("/"),
        access=settings.telegram_access,
        allowed=ids_of("telegram_allowed", settings.telegram_allowed),
        admins=ids_of("telegram_admins", settings.telegram_admins),
        daily_questions=settings.telegram_daily_questions,
        in_work=settings.telegram_in_work,
        stale_s=settings.telegram_stale_minutes * 60.0,
        webhook_url=settings.telegram_webhook_url.rstrip("/"),
        document_bytes=settings.telegram_document_mb * 2**20,
    )
