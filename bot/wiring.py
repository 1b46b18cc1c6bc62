"""Assembles the objects of a program from its settings; nothing else constructs them."""

from __future__ import annotations

from typing import cast

from bot.answer import Language
from bot.assistant import Assistant
from bot.composers.extractive import ExtractiveComposer
from bot.settings import Settings, SettingsError
from embeddings import Encoder, load_encoder
from retrieval.archive import Archive
from retrieval.privacy import mask
from retrieval.search import Searcher


def open_encoder(settings: Settings) -> Encoder:
    """The encoder that the settings name. Raises EncoderError."""
    return load_encoder(settings.encoder, threads=settings.thread_count)


def open_archive(settings: Settings, *, create: bool = False) -> Archive:
    """The archive that the settings name. Raises ArchiveError, and SettingsError for what is no directory."""
    if settings.data.exists() and not settings.data.is_dir():
        raise SettingsError(f"{settings.data} is a file; the archive is a directory. Name another with --data.")
    shown = mask if settings.personal_numbers == "masked" else str
    return Archive(settings.data, create=create, shown=shown)


def build_assistant(settings: Settings, archive: Archive, searcher: Searcher) -> Assistant:
    """The assistant over an open archive."""
    composer = ExtractiveComposer(archive.rarity, refuse_below=settings.refuse_below)
    language = None if settings.language == "auto" else cast(Language, settings.language)
    return Assistant(searcher, composer, passages=settings.passages, language=language)
