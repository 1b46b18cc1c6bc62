"""`wenbao doctor`: every check with its remedy."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from bot import wiring
from bot.settings import Settings
from embeddings import EncoderError
from embeddings.encoder import Encoder, Role
from retrieval.archive import Archive
from retrieval.errors import ArchiveError

_LITTLE_SPACE_BYTES = 200 * 10**6


@dataclass(frozen=True, slots=True)
class Check:
    """One check: what was looked at, whether it is well, what was seen, and what to do where it is not."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""


def examine(settings: Settings) -> list[Check]:
    """Check the model, the archive and its caches. Repairs the lexical index where it can; changes nothing else."""
    return list(_checks(settings))


def _checks(settings: Settings) -> Iterator[Check]:
    encoder: Encoder | None = None
    try:
        encoder = wiring.open_encoder(settings)
        encoder.encode(["检查"], Role.QUERY)
        yield Check("encoder", True, encoder.identity)
    except EncoderError as error:
        yield Check("encoder", False, "cannot be used", str(error))
    try:
        archive = wiring.open_archive(settings)
    except ArchiveError as error:
        yield Check("archive", False, str(settings.data), str(error))
        return
    try:
        yield _safely(_database, archive, "database")
        yield _safely(_articles, archive, "articles")
        yield _safely(_lexical, archive, "lexical index")
        yield _safely(_space, archive, "disk space")
        yield _safely(partial(_vectors, encoder=encoder), archive, "vectors")
    finally:
        archive.close()


def _safely(check: Callable[[Archive], Check], archive: Archive, name: str) -> Check:
    try:
        return check(archive)
    except (sqlite3.Error, OSError, ArchiveError) as error:
        return Check(name, False, str(error), "Put a backup in its place, or ingest anew.")


def _database(archive: Archive) -> Check:
    problems = archive.store.verify()
    if problems:
        return Check("database", False, problems[0], "Put a backup in its place, or ingest anew.")
    return Check("database", True, str(archive.store.path))


def _articles(archive: Archive) -> Check:
    counts = archive.store.counts()
    remedy = "" if counts.articles else f"Put articles in with: wenbao ingest FILES --data {archive.directory}"
    return Check("articles", bool(counts.articles), f"{counts.articles} in {counts.passages} passages", remedy)


def _lexical(archive: Archive) -> Check:
    archive.refresh_lexical()
    if archive.lexical.is_current(archive.store):
        return Check("lexical index", True, "holds every passage")
    return Check("lexical index", False, "behind the store", "Another process is writing; look again when it is done.")


def _space(archive: Archive) -> Check:
    free = shutil.disk_usage(archive.directory).free
    remedy = "" if free > _LITTLE_SPACE_BYTES else "Make room on that disk."
    return Check("disk space", not remedy, f"{free / 1e9:.1f} GB free", remedy)


def _vectors(archive: Archive, encoder: Encoder | None) -> Check:
    made_by = archive.store.meta("encoder")
    if encoder and made_by and made_by != encoder.identity:
        remedy = f"Set that encoder again, or: wenbao reembed --data {archive.directory}"
        return Check("vectors", False, f"made by {made_by}, but {encoder.identity} is set", remedy)
    counts = archive.store.counts()
    if counts.vectors < counts.passages:
        detail = f"{counts.vectors} of {counts.passages} passages have one"
        return Check("vectors", False, detail, f"Make the rest with: wenbao serve --data {archive.directory}")
    return Check("vectors", True, f"{counts.vectors}, one for every passage")
