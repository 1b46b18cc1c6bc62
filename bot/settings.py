"""All settings: one frozen object, read once from defaults < file < environment < command line."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, get_type_hints

ENVIRONMENT_PREFIX = "WENBAO_"
FILE_NAME = "wenbao.toml"
# Read elsewhere, before or without settings.
_OTHER_VARIABLES = {"WENBAO_CONFIG", "WENBAO_CACHE", "WENBAO_EMBEDDINGS_KEY"}
LOGS = ("warnings", "requests", "questions")
TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_SECRET = {"telegram_token"}  # never shown
LANGUAGES = ("auto", "zh", "en")
READERS = ("packaged", "none")
PERSONAL_NUMBERS = ("masked", "shown")
TELEGRAM_ACCESS = ("open", "list", "invite")
MOST_THREADS = 1024


class SettingsError(Exception):
    """A setting is unknown or has a value that it cannot have; the message names it, its place and what is allowed."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting with its default. Each is a key of `wenbao.toml` and `WENBAO_<NAME>` in the environment."""

    data: Path = Path("wenbao-data")
    """The archive's directory."""
    encoder: str = "onnx"
    """Which encoder: `onnx`, `sentence-transformers:NAME_OR_PATH[@DEVICE]` or `openai:MODEL@BASE_URL`."""
    reader: str = "packaged"
    """What finds short answers: `packaged`, the span reader, or `none`, whole sentences by their words alone."""
    threads: int = 0
    """CPU threads for encoding and searching; 0: as many as there are cores."""
    language: str = "auto"
    """Language of answers' fixed phrases: `zh`, `en`, or `auto` for the question's own."""
    refuse_below: float = 0.25
    """Refuse to answer where the confidence is lower, 0..1."""
    passages: int = 8
    """How many of the best passages are read for an answer."""
    names_file: str = ""
    """A file of names, one a line (people, places, firms): found as wholes, and counting for more; none by default."""
    personal_numbers: str = "masked"
    """Identity-card, bank-card and mobile numbers in articles: `masked` or `shown`; the store keeps them."""
    host: str = "127.0.0.1"
    """Address that `wenbao serve` listens on."""
    port: int = 8642
    """Port that `wenbao serve` listens on; 0: any free one."""
    public: bool = False
    """Whether `wenbao serve` answers without a key where more than this machine can reach it."""
    require_keys: bool = False
    """Whether `wenbao serve` wants a key from this machine too, as behind a proxy here that lets others in."""
    rate_limit: int = 120
    """Requests a minute that a key or an address may make, this machine's own aside; 0: any number."""
    cors_origins: str = ""
    """Origins whose pages may call `wenbao serve` from a browser, such as `https://intranet.example`, by commas."""
    log: str = "requests"
    """What `wenbao serve` logs: `warnings`, `requests` too, or `questions` with their text as well."""
    telegram_token: str = field(default="", repr=False)
    """The token that @BotFather gave; never shown or logged."""
    telegram_api_url: str = "https://api.telegram.org"
    """The Bot API server: Telegram's, or one of your own."""
    telegram_webhook_url: str = ""
    """Public https address of `wenbao serve`, for Telegram to send updates to."""
    telegram_access: str = "open"
    """Who may ask: `open` (everybody), `list` (`telegram_allowed`), or `invite` (those with an invitation code too)."""
    telegram_allowed: str = ""
    """Numbers of the people and groups that may ask, with commas between."""
    telegram_admins: str = ""
    """Numbers of the people that administer the bot, with commas between; they may always ask."""
    telegram_daily_questions: int = 200
    """How many questions a day one person may ask; 0: any number."""
    telegram_in_work: int = 2
    """How many questions of one person are worked on at once; further ones wait."""
    telegram_stale_minutes: int = 10
    """An answer that comes later than this begins with an apology."""
    telegram_document_mb: int = 20
    """The largest document that administrators may send into the archive, in MB."""

    def __post_init__(self) -> None:
        """Check every value. Raises SettingsError."""
        _require(0 <= self.threads <= MOST_THREADS, "threads", self.threads, f"between 0 and {MOST_THREADS}")
        _require(self.reader in READERS, "reader", self.reader, "one of " + ", ".join(READERS))
        _require(self.language in LANGUAGES, "language", self.language, "one of " + ", ".join(LANGUAGES))
        _require(0.0 <= self.refuse_below <= 1.0, "refuse_below", self.refuse_below, "between 0 and 1")
        _require(1 <= self.passages <= 50, "passages", self.passages, "between 1 and 50")
        _require(
            self.personal_numbers in PERSONAL_NUMBERS,
            "personal_numbers",
            self.personal_numbers,
            "one of " + ", ".join(PERSONAL_NUMBERS),
        )
        _require(0 <= self.port <= 65535, "port", self.port, "between 0 and 65535")
        _require(not (self.public and self.require_keys), "require_keys", True, "false where public is true")
        _require(self.rate_limit >= 0, "rate_limit", self.rate_limit, "0 or more")
        _require(self.log in LOGS, "log", self.log, "one of " + ", ".join(LOGS))
        for origin in self.origins:
            is_one = re.fullmatch(r"https?://[^/\s*]+", origin)
            _require(bool(is_one), "cors_origins", origin, "origins such as https://intranet.example, without a path")
        self._check_telegram()

    @property
    def origins(self) -> tuple[str, ...]:
        """`cors_origins`, each by itself."""
        return tuple(one.strip() for one in self.cors_origins.split(",") if one.strip())

    def _check_telegram(self) -> None:
        if self.telegram_token and not re.fullmatch(r"[0-9]+:[A-Za-z0-9_-]+", self.telegram_token):
            raise SettingsError(
                "The setting telegram_token is not of the form 123456:ABC…; copy it from @BotFather once more"
            )
        access = self.telegram_access
        _require(access in TELEGRAM_ACCESS, "telegram_access", access, "one of " + ", ".join(TELEGRAM_ACCESS))
        ids_of("telegram_allowed", self.telegram_allowed)
        ids_of("telegram_admins", self.telegram_admins)
        for name in ("telegram_api_url", "telegram_webhook_url"):
            address = getattr(self, name)
            _require(not address or address.startswith(("https://", "http://")), name, address, "an http(s) address")
        daily, in_work = self.telegram_daily_questions, self.telegram_in_work
        _require(0 <= daily <= 10**6, "telegram_daily_questions", daily, "between 0 and 1000000")
        _require(1 <= in_work <= 100, "telegram_in_work", in_work, "between 1 and 100")
        stale, document = self.telegram_stale_minutes, self.telegram_document_mb
        _require(1 <= stale <= 10**6, "telegram_stale_minutes", stale, "between 1 and 1000000")
        _require(1 <= document <= 2000, "telegram_document_mb", document, "between 1 and 2000")

    @property
    def thread_count(self) -> int:
        """`threads`, resolved."""
        return self.threads or os.cpu_count() or 1


def ids_of(name: str, text: str) -> frozenset[int]:
    """The numbers in a list with commas; those of groups are negative. Raises SettingsError for anything else."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    _require(all(re.fullmatch(r"-?[0-9]{1,18}", part) for part in parts), name, text, "numbers with commas between")
    return frozenset(map(int, parts))


def load_settings(
    overrides: Mapping[str, Any], *, config: Path | None = None, environment: Mapping[str, str] = os.environ
) -> Settings:
    """Defaults, then the file, then the environment, then `overrides` (None means not given).

    The file is `config`, or what WENBAO_CONFIG names, or `wenbao.toml` in the working directory where there is one.
    Raises SettingsError for an unknown name, a value of the wrong kind, or a named file that cannot be read.
    """
    on_command_line = {
        name: _convert(name, value, "on the command line") for name, value in overrides.items() if value is not None
    }
    return Settings(**(_from_file(config, environment) | _from_environment(environment) | on_command_line))


def _from_file(config: Path | None, environment: Mapping[str, str]) -> dict[str, Any]:
    named = config or (Path(environment["WENBAO_CONFIG"]) if environment.get("WENBAO_CONFIG") else None)
    path = named or Path(FILE_NAME)
    if not named and not path.is_file():
        return {}
    try:
        values = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"Cannot read the settings file {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"The settings file {path} is not UTF-8 text ({error}). Save it as UTF-8.") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingsError(f"The settings file {path} is not valid TOML: {error}") from error
    telegram = values.pop("telegram", {})
    if isinstance(telegram, dict):  # [telegram] token = … is telegram_token = …
        values |= {f"telegram_{name}": value for name, value in telegram.items()}
    return {name: _convert(name, value, f"in {path}", is_text=False) for name, value in values.items()}


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    values = {}
    for variable, value in environment.items():
        if variable.startswith(ENVIRONMENT_PREFIX) and variable not in _OTHER_VARIABLES:
            name = variable.removeprefix(ENVIRONMENT_PREFIX).lower()
            values[name] = _convert(name, value, f"in the environment ({variable})")
    return values


def _convert(name: str, value: Any, where: str, *, is_text: bool = True) -> Any:
    """`value` as the setting's kind. A number may come as text where texts are all there is, which a file is not."""
    _require_known(name, where)
    kind = get_type_hints(Settings)[name]
    allowed: dict[type, tuple[type, ...]] = {int: (int,), float: (int, float), Path: (str, Path), str: (str,)}
    if kind is bool:
        return _truth(name, value, where, is_text=is_text)
    try:
        if isinstance(value, bool) or not isinstance(value, (*allowed[kind], str) if is_text else allowed[kind]):
            raise TypeError
        if value == "":  # as a path it would be the working directory, as an address every network
            raise ValueError
        return kind(value)
    except (TypeError, ValueError, OverflowError):
        wanted = {int: "a whole number", float: "a number", Path: "a path", str: "text"}[kind]
        shown = "what it is" if name in _SECRET else repr(value)
        raise SettingsError(f"The setting {name} {where} must be {wanted}, not {shown}") from None


def _truth(name: str, value: Any, where: str, *, is_text: bool) -> bool:
    found = TRUTHS.get(value.strip().lower()) if is_text and isinstance(value, str) else value
    if not isinstance(found, bool):
        raise SettingsError(f"The setting {name} {where} must be true or false, not {value!r}")
    return found


def _require_known(name: str, where: str) -> None:
    known = [one.name for one in fields(Settings)]
    if name not in known:
        raise SettingsError(f"Unknown setting {name!r} {where}. Known: {', '.join(known)}")


def _require(holds: bool, name: str, value: object, allowed: str) -> None:
    if not holds:
        raise SettingsError(f"The setting {name} must be {allowed}, not {value!r}")
