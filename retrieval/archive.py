"""One archive directory: the store, the indexes derived from it, and the lock of its one writer.

DIR/archive.sqlite3      the truth
DIR/cache/               lexical/ is tantivy's, dense/ is FAISS's where vectors are many; lexical.lock and
                         dense.lock are held while they are written; may be deleted at any time
DIR/writer.lock          held while a process writes to the store
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from retrieval.dense import keep, owner_of
from retrieval.dense_cache import is_whole, read_state
from retrieval.errors import ArchiveBusyError, ArchiveReadOnlyError
from retrieval.lexical import NAMES_KEY, LexicalIndex
from retrieval.names import read_names
from retrieval.privacy import mask
from retrieval.store import Store

_PATIENCE_S = 10.0  # of a search that finds no index at all


class Archive:
    """An open archive."""

    def __init__(self, directory: Path, *, create: bool = False, shown: Callable[[str], str] = mask) -> None:
        """Open `directory`; texts come out as `shown` makes them. Raises ArchiveError's subclasses."""
        self.directory = directory
        self.store = Store(directory, create=create, shown=shown)
        try:
            self.lexical = LexicalIndex(directory / "cache" / "lexical", self.store.name)
        except BaseException:
            self.store.close()
            raise

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
            raise ArchiveReadOnlyError(self.directory, error.strerror or str(error)) from error
        try:
            yield
        finally:
            lock.release()

    def use_names(self, text: str) -> None:
        """From now on the archive's list of names is `text`; the lexical index is made anew at the next refresh.

        The list lies in the store, so that all processes and backups have the same. A store that cannot be written
        keeps its own.
        """
        names = read_names(text).text
        if names != (self.store.meta(NAMES_KEY) or ""):
            with contextlib.suppress(sqlite3.OperationalError):
                self.store.set_meta(NAMES_KEY, names)

    def rarity(self, words: Sequence[str]) -> dict[str, float]:
        """Inverse document frequency of each term over the archive's passages."""
        return self.lexical.reading().rarity(words)

    def refresh_lexical(self) -> None:
        """Bring the lexical index up to the store for reading: read what a writer committed, or catch up here.

        Where another process is writing, that one keeps the index, and here it is made only if there is none to
        search at all. Never fails over the index: one that cannot be written is kept in memory.
        """
        self.lexical.reload()
        if self.lexical.is_current(self.store):
            return
        if self.lexical.in_memory:
            self.lexical.sync(self.store)
            return
        try:
            with self.writing():
                self.sync_lexical()
        except ArchiveBusyError:
            if not self.lexical.is_usable:
                self.sync_lexical(_PATIENCE_S)
        except ArchiveReadOnlyError:
            self._keep_in_memory()

    def sync_lexical(self, patience_s: float | None = None, *, compact: bool = False) -> None:
        """Bring the lexical index up to the store, on disk where that can be written and in memory elsewhere.

        With `compact` it is made anew where it holds too much that was removed. Another process that is just writing
        the index is waited for, at most `patience_s`; after that nothing is done.
        """
        try:
            self.lexical.sync(self.store, *([] if patience_s is None else [patience_s]), compact=compact)
        except Timeout:
            return
        except (OSError, ValueError):
            self._keep_in_memory()

    def keep_vectors(self, dimension: int) -> None:
        """Bring the vector index's copy on disk up to the store where that is worth it; it may take a minute.

        Never fails over the copy: searching reads the vectors from the store where there is none.
        """
        with contextlib.suppress(OSError, RuntimeError, ValueError):
            keep(self.store, dimension, self.directory / "cache" / "dense")

    def damaged_caches(self) -> list[str]:
        """What of the caches is not as it was written; reads every file. They are not needed, only slow to make."""
        found = [f"lexical/{name}" for name in self.lexical.damaged_files()]
        directory = self.directory / "cache" / "dense"
        state = read_state(directory, owner_of(self.store))
        if state and not is_whole(directory, state):
            found.append(f"dense/{state.file}")
        elif state is None and directory.is_dir() and any(directory.iterdir()):
            found.append("dense")
        return found

    def remake_caches(self, dimension: int) -> None:
        """Make the indexes anew. The caller holds `writing()`. Raises OSError where they cannot be written."""
        shutil.rmtree(self.directory / "cache" / "dense", ignore_errors=True)
        self.lexical.remake(self.store)
        self.keep_vectors(dimension)

    def _keep_in_memory(self) -> None:
        lexical = LexicalIndex(None, self.store.name)
        lexical.sync(self.store)
        self.lexical = lexical  # only now: searches go on meanwhile
