"""Where a citation leads: the article's page, at the quoted sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode


def article_link(citation: Mapping[str, Any]) -> str:
    """The page's address relative to the server's root, for a citation as JSON."""
    query = {name: citation[name] for name in ("article_id", "start", "end", "pass") if name in citation}
    return f"article?{urlencode(query)}#quote"
