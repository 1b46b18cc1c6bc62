"""The token stays out of the log, whoever writes there."""

from __future__ import annotations

import logging


class _Redacting(logging.Formatter):
    """Another formatter's lines, tracebacks included, without the secret."""

    def __init__(self, inner: logging.Formatter, secret: str) -> None:
        super().__init__()
        self._inner = inner
        self._secret = secret

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return self._inner.format(record).replace(self._secret, "<token>")


def keep_secret(token: str) -> None:
    """Let no handler of the root logger write `token`, and the HTTP client no addresses, which hold it."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("telegram").setLevel(logging.CRITICAL)  # what it logs is raised too, and said in our words
    for handler in logging.getLogger().handlers:
        handler.setFormatter(_Redacting(handler.formatter or logging.Formatter(), token))
