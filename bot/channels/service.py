"""What the routes of the HTTP API work with."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field

from bot.assistant import Assistant
from bot.channels.access import Access
from bot.channels.metrics import Metrics
from bot.channels.work import WorkQueue
from bot.conversations import Conversations, RecentAnswers
from embeddings import Encoder
from retrieval.archive import Archive
from retrieval.search import Searcher


@dataclass(slots=True)
class Service:
    """What the routes work with.

    Four queues, so that none holds another up: `work` for questions, `searches`, `reads` for what is quick, `writes`
    for what needs the archive's one writer. `encoder` is needed where articles are taken in.
    """

    archive: Archive
    searcher: Searcher
    assistant: Assistant
    work: WorkQueue
    encoder: Encoder | None = None
    log_questions: bool = False
    access: Access = field(default_factory=Access)
    metrics: Metrics = field(default_factory=Metrics)
    answers: RecentAnswers = field(default_factory=RecentAnswers)
    searches: WorkQueue = field(default_factory=lambda: WorkQueue(2))
    # Neither sheds a load that lasts: reads take about a millisecond, and writers queue behind each other.
    reads: WorkQueue = field(default_factory=lambda: WorkQueue(2, waiting=256, sheds=False))
    writes: WorkQueue = field(default_factory=lambda: WorkQueue(1, waiting=8, sheds=False))
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    voting: threading.Lock = field(default_factory=threading.Lock)
    conversations: Conversations = field(init=False)

    def __post_init__(self) -> None:
        """Add what belongs to the archive."""
        self.conversations = Conversations(self.archive.store, "api")

    def close(self) -> None:
        """Start nothing more, stop the streams, and wait for what runs."""
        for queue in (self.work, self.searches, self.reads, self.writes):
            queue.close()
