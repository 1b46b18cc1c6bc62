"""The installed `wenbao` as a process of its own: pipes, signals, other users, the packaged encoder."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bot_samples import ARTICLES, BRIDGE, WENBAO, Ran, write_jsonl
from filelock import FileLock

Start = Callable[..., subprocess.Popen[str]]
Program = Callable[..., Ran]


def test_ask_with_the_packaged_encoder(program: Program, ingested: Path) -> None:
    asked = program("ask", "梅江二桥全长多少米？", "--json", "--data", ingested)
    assert (asked.code, asked.err) == (0, "")
    answer = asked.json
    assert "1860米" in answer["answer"]
    quoted = answer["citations"][0]
    assert quoted["article_id"] == BRIDGE["id"]
    assert BRIDGE["body"].strip("　")[quoted["start"] : quoted["end"]] == quoted["quote"]


def test_doctor_finds_the_installation_well(program: Program, ingested: Path) -> None:
    examined = program("doctor", "--data", ingested)
    assert (examined.code, examined.err) == (0, "")
    assert "encoder: onnx:multilingual-e5-small:" in examined.out


def test_a_conversation_by_pipe(program: Program, ingested: Path) -> None:
    lines = "梅江二桥全长多少米？\n\n那总投资多少？\n/new\n那总投资多少？\n" + "长" * 1001 + "\n/quit\n不再问\n"
    talked = program("chat", "--refuse-below", "0.001", "--data", ingested, text=lines)
    assert talked.code == 0
    assert "1001" in talked.err
    assert len(talked.err.splitlines()) == 1
    first, rest = talked.out.split("7.3亿元", 1)
    assert "1860米" in first
    assert "梅江二桥通车" in rest
    assert "不再问" not in talked.out


def test_answers_stream_to_the_chat(start: Start, ingested: Path) -> None:
    chat = start("chat", "--data", ingested)
    assert chat.stdin
    assert chat.stdout
    chat.stdin.write("梅江二桥全长多少米？\n")
    chat.stdin.flush()
    assert "1860米" in chat.stdout.readline()  # while it waits for the next question
    assert chat.poll() is None
    chat.stdin.close()
    assert chat.wait(20) == 0


def test_a_reader_that_leaves(start: Start, ingested: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = start("articles", "--full", "--data", ingested, stdout=writing)
    os.close(writing)
    assert process.stderr
    assert process.stderr.read() == ""
    assert process.wait(20) == 1


def test_head_of_a_long_list(program: Program, ingested: Path, open_folder: Path, environment: dict[str, str]) -> None:
    write_jsonl(open_folder / "long.jsonl", [{"id": "long", "body": "很长的正文。" * 20_000}])
    archive = open_folder / "long"
    assert program("ingest", open_folder / "long.jsonl", "--no-vectors", "--data", archive).code == 0
    command = f"set -o pipefail; wenbao articles --json --full --data '{archive}' | head -1"
    environment = environment | {"PATH": f"{WENBAO.parent}:{environment['PATH']}"}
    ran = subprocess.run(["bash", "-c", command], check=False, env=environment, capture_output=True, text=True)
    assert (ran.returncode, ran.stdout, ran.stderr) == (1, "[\n", "")


def test_a_full_disk_behind_standard_output(program: Program, ingested: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with open("/dev/full", "w") as full:
        ran = program("articles", "--data", ingested, stdout=full)
    assert (ran.code, ran.err) == (1, "wenbao: No space left on device\n")


def test_closed_standard_streams(ingested: Path, environment: dict[str, str]) -> None:
    script = 'exec "$0" "$@" <&- >&- 2>&-'
    subprocess.run(["bash", "-c", script, WENBAO, "articles", "--data", ingested], check=True, env=environment)


def test_another_locale(program: Program, ingested: Path) -> None:
    ran = program("articles", "--data", ingested, env={"LANG": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert (ran.code, ran.err) == (0, "")
    assert "\\u6885\\u6c5f" in ran.out  # 梅江


# -- a writer at work


def counts(archive: Path) -> tuple[int, int]:
    """Articles and vectors, as another process sees them; (0, 0) before there is an archive."""
    try:
        connection = sqlite3.connect(f"{(archive / 'archive.sqlite3').as_uri()}?mode=ro", uri=True)
        try:
            query = "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM vectors)"
            return connection.execute(query).fetchone()
        finally:
            connection.close()
    except sqlite3.OperationalError:
        return (0, 0)


def wait_until(what: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 30
    while not what():
        assert process.poll() is None, "it was done before it could be interrupted"
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_an_interrupted_ingest_goes_on(start: Start, program: Program, open_folder: Path) -> None:
    count = 140
    file = open_folder / "many.jsonl"
    write_jsonl(file, [{"id": f"n{i}", "body": f"第{i}号仓库存粮{i * 7}吨。" + "秋收之后，" * 6} for i in range(count)])
    archive = open_folder / "many"

    process = start("ingest", file, "--data", archive)
    wait_until(lambda: counts(archive)[0] > 5, process)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    articles, vectors = counts(archive)
    assert (process.returncode, out, vectors) == (130, "", 0)
    assert err == "wenbao: interrupted; what was taken in stays, and the same command goes on from there\n"
    assert articles > 5

    # What a script starts with `&` ignores SIGINT.
    ignoring = lambda: signal.signal(signal.SIGINT, signal.SIG_IGN)  # noqa: E731
    process = start("ingest", file, "--data", archive, preexec_fn=ignoring)
    wait_until(lambda: counts(archive)[1] > 0, process)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (130, "")
    assert len(err.splitlines()) == 1
    articles, vectors = counts(archive)
    assert articles == count
    assert 0 < vectors < count

    rest = program("ingest", file, "--data", archive)
    assert rest.code == 0, rest.err
    assert rest.out.endswith(f"; {count - vectors} vectors\n")
    assert counts(archive) == (count, count)


def test_an_ingest_waits_for_the_writer_before_it(start: Start, open_folder: Path) -> None:
    archive = open_folder / "waited"
    archive.mkdir()
    file = write_jsonl(open_folder / "one.jsonl", [{"id": "one", "body": "一篇文章。"}])
    with FileLock(archive / "writer.lock"):
        process = start("ingest", file, "--data", archive)
        assert process.stderr
        assert "waiting up to 10 s" in process.stderr.readline()
    out, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert " 1 added" in out


# -- where nothing can be written


@pytest.fixture(scope="module")
def unprivileged() -> list[str]:
    """What runs a program so that permissions hold for it, which root ignores."""
    if os.name != "posix":
        pytest.skip("permissions are tested where there are POSIX ones")
    if os.getuid() != 0:
        return []
    if not shutil.which("setpriv"):
        pytest.skip("as root this needs setpriv, of util-linux")
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner"]


@pytest.fixture(scope="module")
def frozen(ingested: Path, open_folder: Path) -> Iterator[Path]:
    """A folder with an archive, where nobody may write."""
    folder = open_folder / "frozen"
    shutil.copytree(ingested, folder / "archive")
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield folder
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)


def test_an_archive_that_can_only_be_read_is_answered_from(
    program: Program, unprivileged: list[str], frozen: Path
) -> None:
    asked = program("ask", "梅江二桥全长多少米？", "--json", "--data", frozen / "archive", through=unprivileged)
    assert asked.code == 0, asked.err
    assert "1860米" in json.loads(asked.out)["answer"]


def test_it_can_be_served_too(start: Start, unprivileged: list[str], frozen: Path) -> None:
    process = start("serve", "--port", "0", "--data", frozen / "archive", through=unprivileged)
    assert process.stdout
    assert process.stdout.readline().startswith(f"问报 Wenbao: {len(ARTICLES)} articles. Open http://127.0.0.1:")
    process.terminate()
    _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (0, "")


def test_it_cannot_be_written(program: Program, unprivileged: list[str], frozen: Path, articles_file: Path) -> None:
    before = counts(frozen / "archive")
    for archive in (frozen / "archive", frozen / "new"):
        ran = program("ingest", articles_file, "--data", archive, through=unprivileged)
        assert ran.code == 1
        ran.says_once("wenbao: ", "cannot be written")
    assert counts(frozen / "archive") == before
    assert not (frozen / "new").exists()
