"""One archive directory: the store, the indexes derived from it, and the lock of its one writer.

DIR/archive.sqlite3      the truth
DIR/cache/lexical/       tantivy; may be deleted at any time
DIR/writer.lock          held while a process writes
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from retrieval.errors import ArchiveBusyError, ArchiveReadOnlyError
from retrieval.lexical import LexicalIndex
from retrieval.store import Store


class Archive:
    """An open archive."""

    def __init__(self, directory: Path, *, create: bool = False) -> None:
        """Open `directory`. Raises ArchiveError's subclasses."""
        self.directory = directory
        self.store = Store(directory, create=create)
        self.lexical = LexicalIndex(directory / "cache" / "lexical", self.store.name)

    def close(self) -> None:
        """Close the database."""
        self.store.close()

    @contextmanager
    def writing(self, timeout_s: float = 0.0) -> Iterator[None]:
        """Hold the writer's lock. Raises ArchiveBusyError when another process has it for `timeout_s`."""
        lock = FileLock(self.directory / "writer.lock", timeout=timeout_s)
        try:
            lock.acquire()
        except Timeout:
            raise ArchiveBusyError(self.directory) from None
        except OSError as error:
            raise ArchiveReadOnlyError(self.directory) from error
        try:
            yield
        finally:
            lock.release()

    def rarity(self, words: Sequence[str]) -> dict[str, float]:
        """Inverse document frequency of each term over the archive's passages."""
        return self.lexical.rarity(words)

    def refresh_lexical(self) -> None:
        """Bring the lexical index up to the store: read what a writer committed, or catch up here.

        Where another process is writing, that one keeps the index; where the directory cannot be written, an index
        in memory takes its place.
        """
        self.lexical.reload()
        if self.lexical.is_current(self.store):
            return
        try:
            with suppress(ArchiveBusyError), self.writing():
                self.lexical.sync(self.store)
        except (ArchiveReadOnlyError, OSError, ValueError):
            self.lexical = LexicalIndex(None, self.store.name)
            self.lexical.sync(self.store)
