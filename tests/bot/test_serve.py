"""`wenbao serve` as a process: the address it prints, what other processes ingest meanwhile, and how it stops."""

from __future__ import annotations

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from bot_samples import ARTICLES, Ran, write_jsonl
from fakes import HashEncoder

from bot.channels import server
from bot.settings import Settings
from embeddings.encoder import EncoderError, Progress, Role, Vectors
from retrieval.archive import Archive
from retrieval.ingest import Ingestor

Start = Callable[..., subprocess.Popen[str]]


def address_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    line = process.stdout.readline()
    found = re.fullmatch(r"问报 Wenbao: (\d+) articles\. Open (http://127\.0\.0\.1:\d+/)  \(API: \2docs\)\n", line)
    assert found, f"{line} {process.poll()}"
    return found[2]


def stop(process: subprocess.Popen[str], number: signal.Signals) -> None:
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, "")
    for line in err.splitlines():  # nothing but the requests
        assert json.loads(line).keys() == {"time", "request_id", "method", "route", "status", "ms", "key"}, line


@pytest.fixture(scope="module")
def archive(ingested: Path, open_folder: Path) -> Path:
    return shutil.copytree(ingested, open_folder / "served")


@pytest.fixture(scope="module")
def process(start: Start, archive: Path) -> Iterator[subprocess.Popen[str]]:
    one = start("serve", "--port", "0", "--refuse-below", "0.01", "--data", archive)
    yield one
    stop(one, signal.SIGTERM)


@pytest.fixture(scope="module")
def client(process: subprocess.Popen[str]) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address_of(process), trust_env=False, timeout=30) as one:
        yield one


def ask(client: httpx.Client, question: str) -> dict[str, Any]:
    response = client.post("/v1/ask", json={"question": question})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    for citation in answer["citations"]:
        body = client.get(f"/v1/articles/{citation['article_id']}").json()["body"]
        assert body[citation["start"] : citation["end"]] == citation["quote"]
    return answer


def test_it_answers_at_the_address_that_it_prints(client: httpx.Client) -> None:
    assert client.get("/readyz").json()["articles"] == len(ARTICLES)
    assert "1607吨" in ask(client, "枫桥镇采收油茶鲜果多少吨？")["answer"]
    assert "问报" in client.get("/").text


def test_what_another_process_ingests_is_answered_and_gets_its_vectors(
    client: httpx.Client, program: Callable[..., Ran], archive: Path, open_folder: Path
) -> None:
    new = {
        "id": "new",
        "title": "海星剧院落成",
        "body": "海星剧院昨天落成，共有座位1288个。",
        "published": "2026-01-02",
    }
    file = write_jsonl(open_folder / "new.jsonl", [new])
    ran = program("ingest", file, "--no-vectors", "--data", archive)
    assert ran.code == 0, ran.err
    answer = ask(client, "海星剧院有多少座位？")
    assert "1288" in answer["answer"]
    deadline = time.monotonic() + 60
    while client.get("/readyz").json()["vectors"] <= len(ARTICLES):
        assert time.monotonic() < deadline, "no vectors were made"
        time.sleep(0.1)
    assert ask(client, "海星剧院有多少座位？")["vector_share"] == 1
    ran = program("remove", "new", "--data", archive)
    assert ran.code == 0, ran.err
    assert "1288" not in ask(client, "海星剧院有多少座位？")["answer"]
    assert client.get("/v1/articles/new").status_code == 404


def test_ctrl_c_stops_it_in_order_too(start: Start, archive: Path) -> None:
    other = start("serve", "--port", "0", "--data", archive)
    with httpx.Client(base_url=address_of(other), trust_env=False) as client:
        assert client.get("/healthz").json() == {"status": "ok"}
        stop(other, signal.SIGINT)  # with a connection kept open


SLOW = """
import sys, threading
from bot import cli, wiring
from bot.channels import server
server.NOTICE_S = 20  # between saying that it stops and stopping; a second signal ends it
sys.path += sys.argv.pop(1).split(":")
from bot_service import SlowAssistant
slow = SlowAssistant()
wiring.build_assistant = lambda *_: slow
def open_late():
    slow.begun.acquire()
    print("asked", flush=True)
    threading.Timer(1.5, slow.gate.set).start()
threading.Thread(target=open_late, daemon=True).start()
sys.exit(cli.main(sys.argv[1:]))
"""


def test_what_is_being_answered_when_it_is_told_to_stop_is_answered(environment: dict[str, str], archive: Path) -> None:
    folders = f"{Path(__file__).parent}:{Path(__file__).parent.parent}"
    command = [sys.executable, "-c", SLOW, folders, "serve", "--port", "0", "--data", str(archive)]
    pipe = subprocess.PIPE
    with (
        subprocess.Popen(command, env=environment, encoding="utf-8", stdout=pipe, stderr=pipe, cwd=archive) as process,
        ThreadPoolExecutor(1) as pool,
        httpx.Client(base_url=address_of(process), trust_env=False, timeout=30) as client,
    ):
        answering = pool.submit(client.post, "/v1/ask", json={"question": "慢吗？"})
        assert process.stdout
        assert process.stdout.readline() == "asked\n"
        process.send_signal(signal.SIGTERM)
        while client.get("/readyz").status_code == 200:
            time.sleep(0.01)
        assert client.get("/readyz").json()["error"]["code"] == "not_ready"
        assert client.get("/v1/articles").status_code == 200  # who was sent here before that is served
        stop(process, signal.SIGTERM)
        assert answering.result().json()["answer"] == "慢。"


# -- the first encoding


def test_an_encoder_that_hangs_does_not_hold_up_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "WARM_S", 0.05)
    monkeypatch.setattr(server, "TRY_AGAIN_S", 0.01)
    gate, failures = threading.Event(), [EncoderError("down"), EncoderError("still down")]

    def warm() -> None:
        gate.wait(60)
        if failures:
            raise failures.pop()

    warming = server.Warming(warm)
    assert not warming.done.done()
    gate.set()
    warming.done.result(60)
    assert failures == []


def test_an_encoder_that_fails_at_once_is_told_at_once() -> None:
    def warm() -> None:
        raise EncoderError("no such model")

    with pytest.raises(EncoderError, match="no such model"):
        server.Warming(warm)


# -- the thread that makes vectors


@pytest.fixture
def without_vectors(articles_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Archive]:
    monkeypatch.setattr(server, "LOOK_AGAIN_S", 0.05)
    monkeypatch.setattr(server, "TRY_AGAIN_S", 0.05)
    one = Archive(tmp_path / "archive", create=True)
    with one.writing():
        Ingestor(one, HashEncoder()).read([articles_file])
    yield one
    one.close()


class Running:
    """`keep_encoded` in its thread."""

    def __init__(self, archive: Archive, encoder: HashEncoder) -> None:
        self.stop = threading.Event()
        self.thread = threading.Thread(target=server.keep_encoded, args=(archive, encoder, self.stop))

    def __enter__(self) -> Running:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.thread.join(60)
        assert not self.thread.is_alive()


def wait_for(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_vectors_are_made_once_the_other_writer_is_done(without_vectors: Archive) -> None:
    with without_vectors.writing(), Running(without_vectors, HashEncoder()):
        time.sleep(0.2)
        assert without_vectors.store.counts().vectors == 0
    with Running(without_vectors, HashEncoder()):
        wait_for(lambda: without_vectors.store.counts().vectors == len(ARTICLES))
        with without_vectors.writing(1.0):
            pass  # the lock is free again


class Flaky(HashEncoder):
    """Fails at first."""

    failures = 2

    def encode(self, texts: Any, role: Role, progress: Progress | None = None) -> Vectors:
        if self.failures:
            self.failures -= 1
            raise EncoderError("the service is down")
        return super().encode(texts, role, progress)


def test_after_an_error_it_is_tried_again(without_vectors: Archive, caplog: pytest.LogCaptureFixture) -> None:
    with Running(without_vectors, Flaky()):
        wait_for(lambda: without_vectors.store.counts().vectors == len(ARTICLES))
    assert caplog.text.count("the service is down") == 2


def test_it_stops_within_a_batch(without_vectors: Archive) -> None:
    begun = threading.Event()

    class Slow(HashEncoder):
        def encode(self, texts: Any, role: Role, progress: Progress | None = None) -> Vectors:
            assert progress
            for _ in texts:
                begun.set()
                running.stop.wait(60)
                progress(1)
            raise AssertionError("it went on after it was told to stop")

    with Running(without_vectors, Slow()) as running:
        assert begun.wait(60)
        running.stop.set()
        running.thread.join(60)
        assert not running.thread.is_alive()
    assert without_vectors.store.counts().vectors == 0
    with without_vectors.writing():
        pass


def test_answers_do_not_wait_for_acknowledgements() -> None:
    """asyncio sets TCP_NODELAY only where a socket names its protocol; without, each answer took 40 ms longer."""
    with server._listen(Settings(port=0)) as listener:
        assert listener.proto == socket.IPPROTO_TCP
        assert listener.getsockname()[0] == "127.0.0.1"
