"""The index itself: searched, and kept up with the store."""

from __future__ import annotations

import json
import os
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import tantivy
from filelock import Timeout

from retrieval.lexical.fields import document, new_index, open_index
from retrieval.lexical.files import (
    Checksums,
    State,
    UnusableError,
    View,
    checksums_of,
    damage,
    damaged_files,
    lock_of,
    names_mark,
    read_view,
    write_state,
)
from retrieval.lexical.reading import Reading
from retrieval.names import Names, read_names
from retrieval.store import Store

NAMES_KEY = "names"  # of the store's notes: the list of names that the index must be made with
_WRITER_BYTES = 64 * 2**20
_PATIENCE_S = 2.0  # how long a search waits for another process that is just writing the index
_LONGEST_SYNC_S = 600.0
# Removed passages count in BM25's statistics until tantivy merges their segment, which may be never: with more of
# them than this, and than this share of those that are left, the index is made anew.
_DEAD_AT_LEAST, _DEAD_SHARE = 200, 0.1


class LexicalIndex:
    """Safe from several threads and processes: one at a time writes, and searches go on meanwhile."""

    def __init__(self, directory: Path | None, archive: str) -> None:
        """Open the index in `directory` for the store named `archive`; one that is missing, damaged or another
        archive's is empty until `sync`. Without a directory the index lives in memory.
        """
        self._directory = directory
        self._archive = archive
        self._view: View | None = None
        self._syncing = threading.RLock()
        self.reload()

    @property
    def state(self) -> State:
        """How far into the store the index reaches."""
        view = self._view
        return view.state if view else State(self._archive)

    @property
    def is_usable(self) -> bool:
        """Whether there is an index to search, be it behind the store."""
        return self._view is not None

    @property
    def in_memory(self) -> bool:
        """Whether the index lives in memory only."""
        return self._directory is None

    def reload(self) -> None:
        """See what another process committed."""
        directory = self._directory
        if directory is None:
            return
        with self._syncing:
            try:
                self._view = read_view(directory, self._archive, self._view)
                return
            except UnusableError:
                if not directory.parent.is_dir():
                    self._view = None
                    return
                patience_s = 0.0 if self._view else _PATIENCE_S
            # Another process may be between its commit and its state: then look again when it is done.
            try:
                with lock_of(directory, patience_s):
                    self._view = read_view(directory, self._archive, self._view)
            except Timeout:
                pass  # what was open stays open
            except (UnusableError, OSError):
                self._view = None

    def reading(self) -> Reading:
        """The index as it stands now."""
        return Reading(self._view)

    def is_current(self, store: Store) -> bool:
        """Whether the index holds just what the store does."""
        view = self._view
        with store.snapshot():
            return view is not None and _holds_all(view, store, _target(store, self._archive))

    def damaged_files(self) -> list[str]:
        """Names of files on disk that are not as they were written; reads all of them."""
        view = self._view
        return damaged_files(self._directory, view) if view and self._directory else []

    def sync(self, store: Store, patience_s: float = _LONGEST_SYNC_S, *, compact: bool = False) -> None:
        """Take in what the store has added and removed since the last time; from the beginning where need be.

        With `compact` it is also made anew where too much of what it holds was removed.

        Raises OSError or ValueError where the directory cannot be written, and `filelock.Timeout` (an OSError) when
        another process has been writing the index for `patience_s`.
        """
        with self._syncing:
            if self._directory is None:
                self._sync(store, self._view, compact=False)
                return
            self._directory.parent.mkdir(parents=True, exist_ok=True)
            with lock_of(self._directory, patience_s):
                try:
                    view = read_view(self._directory, self._archive, self._view)
                except UnusableError:
                    view = None  # but what is open serves on until there is another
                self._sync(store, view, compact=compact)

    def remake(self, store: Store) -> None:
        """Make the index anew, whatever lies on disk. Raises as `sync` does."""
        with self._syncing:
            if self._directory is not None:
                self._directory.parent.mkdir(parents=True, exist_ok=True)
                with lock_of(self._directory, _LONGEST_SYNC_S):
                    self._sync(store, None, compact=False)

    def _sync(self, store: Store, view: View | None, *, compact: bool) -> None:
        with store.snapshot():
            target = _target(store, self._archive)
            try:
                if view and not _holds_all(view, store, target):
                    view = self._continued(view, store, target)
            except UnusableError:
                view = None
            if view and compact and self._directory and _is_wasteful(self._directory):
                view = None
            if view is None or not _holds_all(view, store, target):
                view = self._made_anew(store, target)
            self._view = view

    def _continued(self, view: View, store: Store, target: State) -> View | None:
        """The index with what it lacks; None where it is not of this store's past, or was made with other names."""
        state = view.state
        if state.deletion > target.deletion or state.names != target.names or not _knows_newest(state, store):
            return None
        with damage():
            # Opened anew: another process may have written since this one opened it.
            index = open_index(self._directory) if self._directory else view.index
            _write(index, store, view.state, view.names)
        return self._finished(replace(view, index=index, state=target), self._directory)

    def _made_anew(self, store: Store, target: State) -> View:
        directory = self._directory
        names = read_names(store.meta(NAMES_KEY) or "")
        if directory is None:
            index = new_index(None)
            _write(index, store, State(self._archive), names)
            return self._finished(View(index, target, {}, names), None)
        new = directory.with_name(f"{directory.name}.new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        index = new_index(new)
        _write(index, store, State(self._archive), names)
        self._finished(View(index, target, {}, names), new)
        shutil.rmtree(directory, ignore_errors=True)
        os.replace(new, directory)
        try:
            return read_view(directory, self._archive, None)
        except UnusableError as error:
            raise OSError(f"{directory} does not keep what is written to it") from error

    @staticmethod
    def _finished(view: View, directory: Path | None) -> View:
        view.index.reload()
        checksums: Checksums = {}
        if directory:
            checksums = checksums_of(directory, view.checksums)
            write_state(directory, view.state, checksums, view.names)
        return replace(view, checksums=checksums)


def _write(index: tantivy.Index, store: Store, state: State, names: Names) -> None:
    """Take in what the store holds beyond `state`."""
    writer = index.writer(_WRITER_BYTES, 1)
    for _, passage_id in store.deletions(state.deletion):
        # By query: delete_documents_by_term looks an unsigned field up as a signed one and deletes nothing.
        writer.delete_documents_by_query(tantivy.Query.term_query(index.schema, "passage_id", passage_id))
    for entry in store.index_entries(state.passage_id):
        writer.add_document(document(entry, names))
    writer.commit()
    writer.wait_merging_threads()


def _target(store: Store, archive: str) -> State:
    passage_id, article_id = store.newest_passage()
    names = names_mark(read_names(store.meta(NAMES_KEY) or "").text)
    return State(archive, passage_id, article_id, store.newest_deletion(), names)


def _holds_all(view: View, store: Store, target: State) -> bool:
    # The number tells what states may not: a store put back from a backup that then went another way.
    return view.state == target and view.index.searcher().num_docs == store.passage_count()


def _is_wasteful(directory: Path) -> bool:
    """Whether so many of the passages in the index are removed ones that they blur the statistics."""
    segments = json.loads((directory / "meta.json").read_bytes())["segments"]
    dead = sum((one["deletes"] or {}).get("num_deleted_docs", 0) for one in segments)
    alive = sum(one["max_doc"] for one in segments) - dead
    return bool(dead > max(_DEAD_AT_LEAST, _DEAD_SHARE * alive))


def _knows_newest(state: State, store: Store) -> bool:
    """Whether the store still holds, or once removed, the newest passage of this state."""
    if not state.passage_id:
        return True
    entry = store.entries_of([state.passage_id]).get(state.passage_id)
    if entry:
        return entry.passage.article_id == state.article_id
    return any(passage_id == state.passage_id for _, passage_id in store.deletions(state.deletion))
