"""The archive on disk: one SQLite database, the one truth; every index is derived from it.

What survives a crash: each article is one transaction in WAL mode with `synchronous=NORMAL`, so a killed process
loses nothing that was committed; `flush` also forces it to the disk, and is called before anything is acknowledged
(the end of a file, an HTTP answer), so that a power cut loses nothing that was acknowledged.
"""

from retrieval.store.api_keys import ApiKey
from retrieval.store.articles import Change
from retrieval.store.conversations import Conversation
from retrieval.store.database import FILE_NAME
from retrieval.store.feedback import Feedback
from retrieval.store.originals import Original, OriginalSpan
from retrieval.store.passages import IndexEntry
from retrieval.store.schema import SCHEMA_VERSION
from retrieval.store.store import Counts, Store

__all__ = [
    "FILE_NAME",
    "SCHEMA_VERSION",
    "ApiKey",
    "Change",
    "Conversation",
    "Counts",
    "Feedback",
    "IndexEntry",
    "Original",
    "OriginalSpan",
    "Store",
]
