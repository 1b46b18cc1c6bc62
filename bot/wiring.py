"""Assembles the objects of a program from its settings; nothing else constructs them."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import cast

from bot.answer import Language
from bot.assistant import Assistant, Composer
from bot.composers.extractive import ExtractiveComposer
from bot.composers.reading import ReadingComposer
from bot.settings import Settings, SettingsError
from embeddings import Encoder, load_encoder
from embeddings.span_model import SpanModel
from retrieval.archive import Archive
from retrieval.privacy import mask
from retrieval.reader import Reader
from retrieval.search import Searcher


def open_encoder(settings: Settings) -> Encoder:
    """The encoder that the settings name. Raises EncoderError."""
    return load_encoder(settings.encoder, threads=settings.thread_count)


def open_archive(settings: Settings, *, create: bool = False) -> Archive:
    """The archive that the settings name. Raises ArchiveError, and SettingsError for what is no directory."""
    if settings.data.exists() and not settings.data.is_dir():
        raise SettingsError(f"{settings.data} is a file; the archive is a directory. Name another with --data.")
    shown = mask if settings.personal_numbers == "masked" else str
    names = _names(settings)
    archive = Archive(settings.data, create=create, shown=shown)
    if names is not None:
        archive.use_names(names)
    return archive


def _names(settings: Settings) -> str | None:
    """The text of the file of names, None where none is set. Raises SettingsError."""
    if not settings.names_file:
        return None
    path = Path(settings.names_file)
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError(f"The file of names {path} is not UTF-8 text. Save it as UTF-8.") from error
    except OSError as error:
        raise SettingsError(
            f"Cannot read the file of names {path} ({error.strerror}). Correct names_file, or take it out."
        ) from error


def build_composer(settings: Settings, archive: Archive) -> Composer:
    """The composer that the settings ask for. Raises EncoderError where the reader's files cannot be had."""
    if settings.reader == "none":
        return ExtractiveComposer(archive.rarity, refuse_below=settings.refuse_below)
    return ReadingComposer(
        archive.rarity,
        partial(_body, archive),
        open_reader(settings),
        refuse_below=settings.refuse_below,
        authors_of=partial(_authors, archive),
    )


def open_reader(settings: Settings) -> Reader:
    """The packaged span reader. Raises EncoderError where its files cannot be had."""
    return Reader(SpanModel(threads=settings.thread_count))


def _body(archive: Archive, article_id: str) -> str:
    article = archive.store.article(article_id)
    return article.body if article else ""  # removed since it was found


def _authors(archive: Archive, article_id: str) -> tuple[str, ...]:
    article = archive.store.article(article_id)
    return tuple(article.author) if article else ()


def build_assistant(settings: Settings, archive: Archive, searcher: Searcher) -> Assistant:
    """The assistant over an open archive."""
    composer = build_composer(settings, archive)
    language = None if settings.language == "auto" else cast(Language, settings.language)
    return Assistant(searcher, composer, passages=settings.passages, language=language)
