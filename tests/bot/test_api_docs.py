"""The examples of docs/api.md do what they say."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from bot_samples import REPOSITORY, WENBAO
from bot_service import service_over, serving

from bot import keys
from bot.channels.service import Service

PAGE = (REPOSITORY / "docs" / "api.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(bash|python|javascript)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
MARATHON = {"id": "run", "title": "半程马拉松开跑", "body": "半程马拉松昨天开跑，共有8600人参加。"}


@pytest.fixture
def service(filled: Path, tmp_path: Path) -> Iterator[Service]:
    with service_over(shutil.copytree(filled, tmp_path / "archive")) as one:
        yield one


def run(service: Service, tmp_path: Path, language: str, text: str) -> str:
    """What an example prints, with the server's own address in place of the one in the text."""
    key = keys.create_key(service.archive.store, "boss", "admin", now=1.0)
    (tmp_path / "page.txt").write_text("新桥通车\n五月的一个早晨，新桥通车了，居民走上桥面。\n", "utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    path = f"{WENBAO.parent}{os.pathsep}{os.environ['PATH']}"
    environment = kept | {"KEY": key, "PATH": path, "LANG": "C.UTF-8", "PYTHONUTF8": "1"}
    programs = {
        "bash": ["bash", "-euc"],
        "python": [sys.executable, "-c"],
        "javascript": ["node", "--input-type=module", "-e"],
    }
    with serving(service) as address:
        text = text.replace("http://localhost:8642", address)
        command = [*programs[language], text]
        ran = subprocess.run(
            command, check=False, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60
        )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def example(*words: str) -> tuple[str, str]:
    (found,) = [block for block in BLOCKS if all(word in block[1] for word in words)]
    return found


def put_marathon(service: Service) -> None:
    from retrieval.article import Article
    from retrieval.ingest import Ingestor

    with service.archive.writing():
        assert service.encoder
        Ingestor(service.archive, service.encoder).put(Article(MARATHON["id"], MARATHON["title"], MARATHON["body"]))


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_curl(service: Service, tmp_path: Path) -> None:
    put_marathon(service)
    answer = json.loads(run(service, tmp_path, *example("/v1/ask", "curl")))
    assert "8600人" in answer["answer"]


def test_the_openai_package(service: Service, tmp_path: Path) -> None:
    put_marathon(service)
    lines = run(service, tmp_path, *example("from openai")).splitlines()
    assert "8600人" in lines[0]
    assert lines[1].startswith(f"{MARATHON['title']} http://127.0.0.1:")


@pytest.mark.skipif(not shutil.which("node"), reason="node, which runs the JavaScript of docs/api.md, is not installed")
def test_the_reader_of_events(service: Service, tmp_path: Path) -> None:
    put_marathon(service)
    out = run(service, tmp_path, *example("async function* events"))
    assert "8600人" in out
    assert re.search(r"\d+ citations", out)


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_changing_the_archive(service: Service, tmp_path: Path) -> None:
    before = service.archive.store.counts().articles
    out = run(service, tmp_path, *example("-X PUT", "upload"))
    assert '{"article_id":"2026-1","change":"added"}' in out
    assert '"added":1' in out
    assert service.archive.store.counts().articles == before + 1  # one taken in and removed again, one uploaded


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_feedback(service: Service, tmp_path: Path) -> None:
    assert json.loads(run(service, tmp_path, *example("/v1/feedback")))["vote"] == "up"
    assert service.archive.store.vote_counts() == (1, 0)


def test_keys(service: Service, tmp_path: Path) -> None:
    lines = run(service, tmp_path, *example("wenbao keys create")).splitlines()
    assert [line[:3] for line in lines[:2]] == ["wb_", "wb_"]
    assert lines[-1] == "intranet revoked"


def test_every_example_is_run_and_every_endpoint_and_code_is_named() -> None:
    assert len(BLOCKS) == 6
    for code in ("busy", "not_ready", "rate_limited", "unauthorized", "forbidden", "too_large", "internal_error"):
        assert f"`{code}`" in PAGE
