"""An archive for the bot, and scenarios run in an event loop of their own."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

sys.path += [str(Path(__file__).parent.parent), str(Path(__file__).parent.parent / "bot")]

from bot_samples import ARTICLES, write_jsonl
from fakes import HashEncoder
from people import World, living

from retrieval.archive import Archive
from retrieval.ingest import Ingestor

Scenario = Callable[..., Any]


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the developer's own, and no proxy between the tests and loopback."""
    for name in list(os.environ):
        if (name.startswith("WENBAO_") and name != "WENBAO_LONG_TESTS") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("telegram") / "archive"
    archive = Archive(directory, create=True)
    with archive.writing():
        ingestor = Ingestor(archive, HashEncoder())
        ingestor.read([write_jsonl(directory.parent / "articles.jsonl", ARTICLES)])
        ingestor.encode_missing()
    archive.close()
    return directory


@pytest.fixture
def data(filled: Path, tmp_path: Path) -> Path:
    return shutil.copytree(filled, tmp_path / "archive")


@pytest.fixture
def play(data: Path) -> Scenario:
    """Runs a scenario in a world with the bot."""

    def run(scenario: Callable[[World], Awaitable[None]], **more: Any) -> None:
        async def whole() -> None:
            async with living(data, **more) as world:
                await scenario(world)

        asyncio.run(whole())

    return run
