"""BM25 over passages: a tantivy index, derived from the store and always rebuildable from it.

The text is segmented beforehand (retrieval.terms), so tantivy only splits at spaces. A small state file beside the
index says how far into the store it reaches, and what the index's files hold; bringing it up to date is reading on
from there. The state is written after tantivy's commit: after a crash between the two, as after any damage to a file,
the two do not agree and the index is made anew. A new index is made beside the old one and put in its place whole.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import threading
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import tantivy
from filelock import FileLock, Timeout

from retrieval.filters import Filters, first_day, last_day
from retrieval.store import IndexEntry, Store
from retrieval.terms import terms

LAYOUT_VERSION = 3
TITLE_BOOST = 0.5  # beside 1 for the text
_WRITER_BYTES = 64 * 2**20
_STATE_FILE = "wenbao-state.json"
_SPACES = "spaces"
_PATIENCE_S = 2.0  # how long a search waits for another process that is just writing the index
_LONGEST_SYNC_S = 600.0

_Checksums = Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class State:
    """How much of which store an index holds: its newest passage and the newest deletion that it has taken in."""

    archive: str
    passage_id: int = 0
    article_id: str = ""  # of that passage: tells a store that was put back from a backup
    deletion: int = 0
    layout: int = LAYOUT_VERSION


@dataclass(frozen=True, slots=True)
class _View:
    """An index as it stood at one state, with the size and checksum of each of its files."""

    index: tantivy.Index
    state: State
    checksums: _Checksums


class _UnusableError(Exception):
    """The index on disk is missing, damaged, another archive's or another version's."""


class LexicalIndex:
    """Safe from several threads and processes: one at a time writes, and searches go on meanwhile."""

    def __init__(self, directory: Path | None, archive: str) -> None:
        """Open the index in `directory` for the store named `archive`; one that is missing, damaged or another
        archive's is empty until `sync`. Without a directory the index lives in memory.
        """
        self._directory = directory
        self._archive = archive
        self._view: _View | None = None
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
                self._view = _read_view(directory, self._archive, self._view)
                return
            except _UnusableError:
                if not directory.parent.is_dir():
                    self._view = None
                    return
                patience_s = 0.0 if self._view else _PATIENCE_S
            # Another process may be between its commit and its state: then look again when it is done.
            try:
                with _lock(directory, patience_s):
                    self._view = _read_view(directory, self._archive, self._view)
            except Timeout:
                pass  # what was open stays open
            except (_UnusableError, OSError):
                self._view = None

    def search(self, query: Sequence[str], limit: int, filters: Filters | None = None) -> list[tuple[int, float]]:
        """(passage_id, BM25 score) of the best passages that hold any of the terms `query`, best first."""
        view = self._view
        if view is None or not query or limit < 1:
            return []
        searcher = view.index.searcher()
        if not searcher.num_docs:
            return []
        # tantivy makes room for `limit` results beforehand
        found = searcher.search(
            _query(view.index.schema, query, filters), min(limit, int(searcher.num_docs)), count=False
        )
        addresses = [address for _, address in found.hits]
        ids = searcher.fast_field_values("passage_id", addresses)
        scores = [float(score) for score, _ in found.hits]
        # Equal scores in the order of ids: tantivy's own order depends on how its segments were merged.
        pairs = [(int(one or 0), score) for one, score in zip(ids, scores, strict=True)]
        return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))

    def rarity(self, words: Sequence[str]) -> dict[str, float]:
        """Inverse document frequency of each term, as BM25 has it: ln(1 + (N - n + 0.5) / (n + 0.5))."""
        view = self._view
        if view is None:
            return dict.fromkeys(words, 1.0)
        searcher = view.index.searcher()
        total = searcher.num_docs
        counts = {word: min(searcher.doc_freq("text", word), total) for word in words}
        return {word: math.log(1 + (total - count + 0.5) / (count + 0.5)) for word, count in counts.items()}

    def is_current(self, store: Store) -> bool:
        """Whether the index holds just what the store does."""
        view = self._view
        with store.snapshot():
            return view is not None and _holds_all(view, store, _target(store, self._archive))

    def sync(self, store: Store, patience_s: float = _LONGEST_SYNC_S) -> None:
        """Take in what the store has added and removed since the last time; from the beginning where need be.

        Raises OSError or ValueError where the directory cannot be written, and `filelock.Timeout` (an OSError) when
        another process has been writing the index for `patience_s`.
        """
        with self._syncing:
            if self._directory is None:
                self._sync(store, self._view)
                return
            self._directory.parent.mkdir(parents=True, exist_ok=True)
            with _lock(self._directory, patience_s):
                try:
                    view = _read_view(self._directory, self._archive, self._view)
                except _UnusableError:
                    view = None  # but what is open serves on until there is another
                self._sync(store, view)

    def _sync(self, store: Store, view: _View | None) -> None:
        with store.snapshot():
            target = _target(store, self._archive)
            try:
                if view and not _holds_all(view, store, target):
                    view = self._continued(view, store, target)
            except _UnusableError:
                view = None
            if view is None or not _holds_all(view, store, target):
                view = self._made_anew(store, target)
            self._view = view

    def _continued(self, view: _View, store: Store, target: State) -> _View | None:
        """The index with what it lacks; None where it is not of this store's past."""
        if view.state.deletion > target.deletion or not _knows_newest(view.state, store):
            return None
        with _damage():
            # Opened anew: another process may have written since this one opened it.
            index = _open(self._directory) if self._directory else view.index
            _write(index, store, view.state)
        return self._finished(index, self._directory, target, view.checksums)

    def _made_anew(self, store: Store, target: State) -> _View:
        directory = self._directory
        if directory is None:
            index = _with_tokenizer(tantivy.Index(_schema()))
            _write(index, store, State(self._archive))
            return self._finished(index, None, target, {})
        new = directory.with_name(f"{directory.name}.new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        index = _with_tokenizer(tantivy.Index(_schema(), path=str(new)))
        _write(index, store, State(self._archive))
        self._finished(index, new, target, {})
        shutil.rmtree(directory, ignore_errors=True)
        os.replace(new, directory)
        try:
            return _read_view(directory, self._archive, None)
        except _UnusableError as error:
            raise OSError(f"{directory} does not keep what is written to it") from error

    @staticmethod
    def _finished(index: tantivy.Index, directory: Path | None, target: State, known: _Checksums) -> _View:
        index.reload()
        checksums: _Checksums = {}
        if directory:
            checksums = _checksums(directory, known)
            _write_state(directory, target, checksums)
        return _View(index, target, checksums)


def _write(index: tantivy.Index, store: Store, state: State) -> None:
    """Take in what the store holds beyond `state`."""
    writer = index.writer(_WRITER_BYTES, 1)
    for _, passage_id in store.deletions(state.deletion):
        # By query: delete_documents_by_term looks an unsigned field up as a signed one and deletes nothing.
        writer.delete_documents_by_query(tantivy.Query.term_query(index.schema, "passage_id", passage_id))
    for entry in store.index_entries(state.passage_id):
        writer.add_document(_document(entry))
    writer.commit()
    writer.wait_merging_threads()


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("passage_id", indexed=True, fast=True)
    builder.add_text_field("text", tokenizer_name=_SPACES, index_option="freq")
    builder.add_text_field("title", tokenizer_name=_SPACES, index_option="freq")
    builder.add_text_field("source", tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("first_day", indexed=True, fast=True)
    builder.add_unsigned_field("last_day", indexed=True, fast=True)
    return builder.build()


def _with_tokenizer(index: tantivy.Index) -> tantivy.Index:
    index.register_tokenizer(_SPACES, tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    index.config_reader("manual")
    return index


def _open(directory: Path) -> tantivy.Index:
    return _with_tokenizer(tantivy.Index.open(str(directory)))


def _document(entry: IndexEntry) -> tantivy.Document:
    document = tantivy.Document()
    document.add_unsigned("passage_id", entry.passage.passage_id)
    document.add_text("text", " ".join(terms(entry.passage.text)))
    document.add_text("title", _title_terms(entry.title))
    document.add_text("source", entry.source)
    if entry.published:
        document.add_unsigned("first_day", first_day(entry.published))
        document.add_unsigned("last_day", last_day(entry.published))
    return document


@lru_cache(maxsize=64)  # an article's passages come one after the other
def _title_terms(title: str) -> str:
    return " ".join(terms(title))


def _query(schema: tantivy.Schema, query: Sequence[str], filters: Filters | None) -> tantivy.Query:
    clauses = []
    for term, count in Counter(query).items():
        for field, boost in (("text", 1.0), ("title", TITLE_BOOST)):
            clause = tantivy.Query.term_query(schema, field, term, "freq")
            clauses.append((tantivy.Occur.Should, tantivy.Query.boost_query(clause, boost * count)))
    matching = tantivy.Query.boolean_query(clauses)
    conditions = _conditions(schema, filters) if filters else []
    if not conditions:
        return matching
    unscored = [(tantivy.Occur.Must, tantivy.Query.const_score_query(one, 0.0)) for one in conditions]
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, matching), *unscored])


def _conditions(schema: tantivy.Schema, filters: Filters) -> list[tantivy.Query]:
    conditions = []
    number = tantivy.FieldType.Unsigned
    if filters.since:
        bounds = (first_day(filters.since), 99999999)
        conditions.append(tantivy.Query.range_query(schema, "last_day", number, *bounds))
    if filters.until:
        conditions.append(tantivy.Query.range_query(schema, "first_day", number, 0, last_day(filters.until)))
    if filters.source:
        conditions.append(tantivy.Query.term_query(schema, "source", filters.source, "basic"))
    return conditions


def _target(store: Store, archive: str) -> State:
    passage_id, article_id = store.newest_passage()
    return State(archive, passage_id, article_id, store.newest_deletion())


def _holds_all(view: _View, store: Store, target: State) -> bool:
    # The number tells what states may not: a store put back from a backup that then went another way.
    return view.state == target and view.index.searcher().num_docs == store.passage_count()


def _knows_newest(state: State, store: Store) -> bool:
    """Whether the store still holds, or once removed, the newest passage of this state."""
    if not state.passage_id:
        return True
    entry = store.entries_of([state.passage_id]).get(state.passage_id)
    if entry:
        return entry.passage.article_id == state.article_id
    return any(passage_id == state.passage_id for _, passage_id in store.deletions(state.deletion))


# -- on disk --------------------------------------------------------------------------------------------------------


@contextmanager
def _damage() -> Iterator[None]:
    """Turn whatever tantivy raises over damaged files into _UnusableError."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise _UnusableError(str(error)) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # a panic of the library's; derived from BaseException
            raise
        raise _UnusableError(str(error)) from error


def _lock(directory: Path, timeout_s: float) -> FileLock:
    return FileLock(directory.with_name(f"{directory.name}.lock"), timeout=timeout_s)


def _read_view(directory: Path, archive: str, before: _View | None) -> _View:
    """The index in `directory`; `before` itself where nothing was written since. Raises _UnusableError."""
    try:
        content = json.loads((directory / _STATE_FILE).read_bytes())
        state, checksums = State(**content["state"]), content["files"]
        intact = content["check"] == _fingerprint(content["state"], checksums)
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise _UnusableError(f"no state: {error}") from error
    if not intact or (state.archive, state.layout) != (archive, LAYOUT_VERSION):
        raise _UnusableError("another's state")
    if before and before.state == state and before.checksums == checksums:
        return before
    known = before.checksums if before else {}
    with _damage():
        if any(known.get(name) != stamp and _stamp(directory / name) != stamp for name, stamp in checksums.items()):
            raise ValueError("a file is not as it was written")
        index = _opened(directory, checksums)
    return _View(index, state, checksums)


def _opened(directory: Path, names: Iterable[str]) -> tantivy.Index:
    """The index of `directory`, loaded as it stands."""
    if os.access(directory, os.W_OK):
        index = _open(directory)
        index.reload()
        return index
    # tantivy takes a lock file even to read, so it reads by links from where it may. They can go once all is open.
    with TemporaryDirectory(prefix="wenbao-") as writable:
        for name in names:
            os.symlink((directory / name).resolve(), Path(writable, name))
        index = _open(Path(writable))
        index.reload()
    return index


def _checksums(directory: Path, known: _Checksums) -> _Checksums:
    """Name → [size in bytes, CRC 32] of the index's files. All but `meta.json` never change once written."""
    names = [path.name for path in directory.iterdir() if not path.name.startswith((".", _STATE_FILE))]
    kept = {name: known[name] for name in names if name in known and name != "meta.json"}
    return {name: kept.get(name) or _stamp(directory / name) for name in sorted(names)}


def _stamp(path: Path) -> list[int]:
    size = checksum = 0
    with path.open("rb") as file:
        while block := file.read(2**20):
            size += len(block)
            checksum = zlib.crc32(block, checksum)
    return [size, checksum]


def _fingerprint(state: Mapping[str, object], checksums: _Checksums) -> int:
    return zlib.crc32(json.dumps([state, checksums], sort_keys=True).encode())


def _write_state(directory: Path, state: State, checksums: _Checksums) -> None:
    content = {"state": asdict(state), "files": checksums, "check": _fingerprint(asdict(state), checksums)}
    temporary = directory / f"{_STATE_FILE}.new"
    temporary.write_text(json.dumps(content), "utf-8")
    os.replace(temporary, directory / _STATE_FILE)
