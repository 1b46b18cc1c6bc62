"""Files into the archive: the write side.

Text and terms first, an article a transaction; vectors after that, in batches, resumable. Whatever stops a run,
what it had committed stays, and the next run goes on from there.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from embeddings import Encoder, Role
from retrieval.archive import Archive
from retrieval.article import Article
from retrieval.articles import traced_articles_of
from retrieval.errors import EncoderMismatchError
from retrieval.formats import (
    DocumentProblem,
    FormatError,
    QuestionFileError,
    RawDocument,
    is_supported,
    read_documents,
)
from retrieval.passages import spared, split_passages
from retrieval.store import Change, IndexEntry, Original

_READING_VERSION = 6  # raise it when the same bytes give other articles: files are then read again
_LONGEST_HEADING = 60
_VECTOR_BATCH = 64
_PROBLEMS_A_FILE = 100
# While a long ingest goes on, what came in is made searchable every so many seconds, more seldom where that takes long.
_SEARCHABLE_EVERY_S = 1.0
_SYNC_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that was not taken in: where, and why."""

    path: str
    reason: str


@dataclass(slots=True)
class Report:
    """What an ingest did. Counts are of articles, but for the three of files and `vectors`."""

    files: int = 0
    question_files: int = 0
    unchanged_files: int = 0
    added: int = 0
    replaced: int = 0
    unchanged: int = 0
    removed: int = 0
    vectors: int = 0
    problems: list[Problem] = field(default_factory=list)

    def count(self, change: Change) -> None:
        """Count one article."""
        setattr(self, change.value, getattr(self, change.value) + 1)


class NothingToReadError(Exception):
    """The paths given hold no file that can be read; the message names them."""


def find_files(paths: Sequence[Path]) -> list[Path]:
    """Every file that `paths` name, folders searched through, in a stable order and once each.

    A file that is named is kept whatever its suffix (reading it then says what is wrong); in folders only the
    known suffixes are, and nothing hidden. Raises NothingToReadError for a path that does not exist and where no
    file is found at all.
    """
    missing = [path for path in paths if not path.exists()]
    if missing:
        raise NothingToReadError(f"No such file or folder: {', '.join(map(str, missing))}")
    files: dict[Path, None] = {}
    for path in paths:
        for one in sorted(_walk(path)) if path.is_dir() else [path]:
            files.setdefault(one.resolve())
    if not files:
        names = ", ".join(map(str, paths))
        raise NothingToReadError(f"No readable file in {names} (text, Markdown, HTML, PDF, DOCX, JSON, JSONL or CSV)")
    return list(files)


def _walk(folder: Path) -> Iterator[Path]:
    unreadable: list[OSError] = []
    for directory, folders, names in os.walk(folder, followlinks=False, onerror=unreadable.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(directory, name)
            if not name.startswith(".") and is_supported(path) and _may_be_file(path):
                yield path
    # Reading these says what is wrong with them.
    yield from (Path(error.filename) for error in unreadable if error.filename)


def _may_be_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return True  # reading it says what is wrong


class Ingestor:
    """Writes into one archive. The caller holds `archive.writing()`."""

    def __init__(self, archive: Archive, encoder: Encoder, *, split_pages: bool = True) -> None:
        """With `split_pages` false a newspaper page is one article.

        Raises EncoderMismatchError where the archive's vectors are another encoder's.
        """
        self._archive = archive
        self._split_pages = split_pages
        self._store = archive.store
        self._encoder = encoder
        self._synced = time.monotonic()  # when the lexical index was brought up last
        self._sync_s = 0.0  # and how long it took
        self._count_tokens = spared(encoder.count_tokens, encoder.max_tokens)
        made_by = self._store.meta("encoder")
        if made_by is None:
            self._store.set_meta("encoder", encoder.identity)
        elif made_by != encoder.identity:
            raise EncoderMismatchError(archive.directory, made_by, encoder.identity)

    # -- text ----------------------------------------------------------------------------------------------------

    def read(
        self,
        files: Sequence[Path],
        progress: Callable[[Path], None] | None = None,
        stop: threading.Event | None = None,
    ) -> Report:
        """Take in `files`; a bad one is reported and the rest goes in.

        Searchable by words when it returns, and what came early a second or two after it came.

        Interrupted (KeyboardInterrupt), what was read so far is made searchable before the exception goes on.
        When `stop` is set it returns after the document at hand, and the file at hand is read again next time.
        """
        report = Report()
        self._synced = time.monotonic()
        try:
            for path in files:
                if stop and stop.is_set():
                    break
                self._read_file(path, report, stop)
                if progress:
                    progress(path)
        finally:
            self._store.flush()
            self._archive.sync_lexical(compact=True)
        return report

    def read_as(self, path: Path, name: str) -> Report:
        """Take in one file as the document `name`: what was read by that name before is replaced."""
        report = Report()
        try:
            self._read_file(path, report, None, name)
        finally:
            self._store.flush()
            self._archive.sync_lexical()
        return report

    def put(self, article: Article) -> Change:
        """Take in one article that no file brought. Searchable by words, and on the disk, when it returns.

        Raises ValueError for an article that cannot be stored.
        """
        change = self._put(article, None, None)
        self._store.flush()
        self._archive.sync_lexical()
        return change

    def _read_file(self, path: Path, report: Report, stop: threading.Event | None, name: str = "") -> None:
        name = name or _name(path)
        try:
            fingerprint = f"{_READING_VERSION}:{int(self._split_pages)}:{_checksum(path)}"
        except OSError as error:
            report.problems.append(Problem(name, error.strerror or str(error)))
            return
        if self._store.fingerprint(name) == fingerprint:
            report.unchanged_files += 1
            return
        document_key = None
        article_ids: list[str] = []
        troubles: list[Problem] = []
        read_whole = False
        try:
            for item in read_documents(path):
                if isinstance(item, DocumentProblem):
                    troubles.append(_problem(name, item.reason, item.locator))
                    continue
                if document_key is None:
                    document_key = self._store.begin_document(name)
                article_ids += self._put_document(item, document_key, name, troubles, report)
                if stop and stop.is_set():
                    break
            else:
                read_whole = True
        except QuestionFileError:
            report.question_files += 1
            return
        except FormatError as error:
            troubles.append(_problem(name, str(error)))
        report.problems += _abridged(name, troubles)
        if document_key is None or not article_ids:
            return  # what an earlier, readable state of this file brought stays
        report.files += 1
        if read_whole:  # else what the rest held stays too, and the file is read again next time
            # An edited text without an id is another article: it is found before the one that it replaces goes.
            if not self._store.articles_of_document(document_key) <= set(article_ids) and self._is_rested():
                self._sync()
            report.removed += self._store.finish_document(document_key, fingerprint, article_ids)

    def _put_document(
        self, document: RawDocument, document_key: int, name: str, troubles: list[Problem], report: Report
    ) -> list[str]:
        stored = []
        is_empty = True
        for article, origin in traced_articles_of(document, split_pages=self._split_pages):
            is_empty = False
            # Formats that mark their articles are stored as they are: nothing was restored.
            original = Original(document.body, origin, document.locator) if document.is_page else None
            try:
                report.count(self._put(article, document_key, original))
            except ValueError as error:
                troubles.append(_problem(name, str(error), document.locator))
            else:
                stored.append(article.article_id)
        if is_empty:
            troubles.append(_problem(name, "there is no text in it", document.locator))
        return stored

    def _put(self, article: Article, document_key: int | None, original: Original | None) -> Change:
        spans = split_passages(article.body, self._count_tokens, self._encoder.max_tokens, heading_of(article.title))
        change = self._store.put_article(article, spans, document_key, original)
        if time.monotonic() > self._synced + _SEARCHABLE_EVERY_S and self._is_rested():
            self._sync()
        return change

    def _sync(self) -> None:
        began = time.monotonic()
        self._archive.sync_lexical()
        self._synced = time.monotonic()
        self._sync_s = self._synced - began

    def _is_rested(self) -> bool:
        """Whether making things searchable has not taken too much of the time lately."""
        return time.monotonic() > self._synced + self._sync_s * (1 / _SYNC_SHARE - 1)

    # -- vectors -------------------------------------------------------------------------------------------------

    def encode_missing(self, progress: Callable[[int], None] | None = None, stop: threading.Event | None = None) -> int:
        """Make the vectors that are missing, a batch a transaction, until none is or `stop` is set; how many."""
        done = after = 0
        entries: list[IndexEntry] = []
        self._archive.sync_lexical()  # readers leave the index to us while we hold the lock, and this may take long
        try:
            while not (stop and stop.is_set()):
                # Onwards from the last one: from the beginning, every batch would pass over all that have a vector.
                entries = self._store.passages_without_vector(_VECTOR_BATCH, after)
                if not entries:
                    if not after:
                        break
                    after = 0
                    continue
                texts = [encoded_text(entry) for entry in entries]
                vectors = self._encoder.encode(texts, Role.PASSAGE, progress)
                self._store.put_vectors([entry.passage.passage_id for entry in entries], vectors)
                after = entries[-1].passage.passage_id
                done += len(entries)
        finally:
            self._store.flush()
        if done and not entries:
            self._archive.keep_vectors(self._encoder.dimension)
        return done


def heading_of(title: str) -> str:
    """What is encoded in front of each passage of an article, so that a passage is found by its subject too."""
    return f"{title[:_LONGEST_HEADING]}\n" if title else ""


def encoded_text(entry: IndexEntry) -> str:
    """The text that stands for a passage in the vector space."""
    return heading_of(entry.title) + entry.passage.text


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _name(path: Path) -> str:
    """The path as text that can be stored and shown: bytes that are no UTF-8 are written out as \\xb1."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _problem(name: str, reason: str, locator: str = "") -> Problem:
    return Problem(f"{name}, {locator}" if locator else name, reason)


def _abridged(name: str, problems: list[Problem]) -> list[Problem]:
    if len(problems) <= _PROBLEMS_A_FILE:
        return problems
    rest = len(problems) - _PROBLEMS_A_FILE
    return [*problems[:_PROBLEMS_A_FILE], Problem(name, f"and {rest} more problems of this file")]
