"""What the routes of the HTTP API work with."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from bot.assistant import Assistant
from bot.channels.work import WorkQueue
from retrieval.archive import Archive
from retrieval.search import Searcher


@dataclass(slots=True)
class Service:
    """What the routes work with."""

    archive: Archive
    searcher: Searcher
    assistant: Assistant
    work: WorkQueue
    ready: asyncio.Event = field(default_factory=asyncio.Event)
