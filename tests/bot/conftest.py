"""What the tests of the bot share: a small archive by each of two encoders, and the command line in two ways."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot import cli, wiring
from retrieval.archive import Archive
from retrieval.article import Article
from retrieval.ingest import Ingestor, find_files

sys.path.append(str(Path(__file__).parent.parent))  # fakes.py; at the end, for tests/embeddings not to hide embeddings

from bot_samples import ARTICLES, STEERING, WENBAO, Ran, write_jsonl
from fakes import HashEncoder


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the developer's own, and no proxy between the tests and loopback."""
    for name in list(os.environ):
        if name.startswith("WENBAO_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("NO_PROXY", "*")


# -- in this process, with the fake encoder


def fill(directory: Path, files: list[Path], *more: Article) -> Path:
    archive = Archive(directory, create=True)
    with archive.writing():
        for article in more:
            archive.store.put_article(article, [(0, len(article.body))], None)
        ingestor = Ingestor(archive, HashEncoder())
        ingestor.read(find_files(files))
        ingestor.encode_missing()
    archive.close()
    return directory


@pytest.fixture(scope="session")
def articles_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_jsonl(tmp_path_factory.mktemp("articles") / "articles.jsonl", ARTICLES)


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory, articles_file: Path) -> Path:
    """An archive of ARTICLES and STEERING by the fake encoder, which tests only read."""
    return fill(tmp_path_factory.mktemp("filled") / "archive", [articles_file], STEERING)


@pytest.fixture
def copied(filled: Path, tmp_path: Path) -> Path:
    """The same, to do with as one likes."""
    return shutil.copytree(filled, tmp_path / "archive")


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Callable[..., Ran]]:
    """`wenbao` in this process, by the fake encoder, in an empty working directory."""
    monkeypatch.setattr(wiring, "load_encoder", lambda spec, threads: HashEncoder())
    working_directory = tmp_path / "here"
    working_directory.mkdir()
    monkeypatch.chdir(working_directory)
    at_sigterm = signal.getsignal(signal.SIGTERM)

    def wenbao(*arguments: object) -> Ran:
        capsys.readouterr()
        code = cli.main([str(one) for one in arguments])
        return Ran(code, *capsys.readouterr())

    yield wenbao
    signal.signal(signal.SIGTERM, at_sigterm)


# -- the installed program, with the packaged encoder


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """A folder that other users may look into, which pytest's are not."""
    folder = Path(tempfile.mkdtemp(prefix="wenbao-tests-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def environment(open_folder: Path) -> dict[str, str]:
    """The environment of a child: nothing of the developer's, and one model cache for all."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "SYSTEMROOT", "TMPDIR")}
    return kept | {"HOME": str(open_folder), "LANG": "C.UTF-8", "WENBAO_CACHE": str(open_folder / "cache")}


@pytest.fixture(scope="session")
def start(environment: dict[str, str], open_folder: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts the installed program."""
    started = []

    def wenbao(*arguments: object, **options: Any) -> subprocess.Popen[str]:
        options["env"] = environment | options.pop("env", {})
        for name in ("stdin", "stdout", "stderr"):
            options.setdefault(name, subprocess.PIPE)
        process = subprocess.Popen(
            [*options.pop("through", []), WENBAO, *map(str, arguments)], cwd=open_folder, encoding="utf-8", **options
        )
        started.append(process)
        return process

    yield wenbao
    for process in started:
        if process.poll() is None:
            process.kill()
            process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream:
                stream.close()


@pytest.fixture(scope="session")
def program(start: Callable[..., subprocess.Popen[str]]) -> Callable[..., Ran]:
    """Runs the installed program to its end."""

    def wenbao(*arguments: object, text: str = "", **options: Any) -> Ran:
        process = start(*arguments, **options)
        out, err = process.communicate(text, timeout=60)
        return Ran(process.returncode, out or "", err or "")

    return wenbao


@pytest.fixture(scope="session")
def ingested(open_folder: Path, articles_file: Path, program: Callable[..., Ran]) -> Path:
    """An archive of ARTICLES made by `wenbao ingest` with the packaged encoder; tests only add to it."""
    directory = open_folder / "archive"
    ran = program("ingest", articles_file, "--data", directory)
    assert ran.code == 0, ran.err
    assert ran.out.startswith(f"1 files read, 0 unchanged, 0 problems; articles: {len(ARTICLES)} added, "), ran.out
    return directory
