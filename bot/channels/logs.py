"""What a server writes to its log: one JSON object a line, on standard error."""

from __future__ import annotations

import json
import logging
import sys
import time
from typing import Any


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON: what was logged if that is a dict, else its level, logger and message."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        line: dict[str, Any] = {"time": moment}
        if isinstance(record.msg, dict):
            line |= record.msg
        else:
            line |= {"level": record.levelname, "logger": record.name, "message": record.getMessage()}
            if record.exc_info:
                line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def log_as_json(*, requests: bool) -> None:
    """Log warnings and errors of all, and each request too if `requests`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("wenbao.access").setLevel(logging.INFO if requests else logging.WARNING)
