"""Readers beside a writer: no error, and never an older state after a newer one.

WENBAO_LONG_TESTS=1 runs for ten minutes with four readers, or for WENBAO_STRESS_S seconds.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from fakes import HashEncoder

from retrieval import ingest
from retrieval.archive import Archive
from retrieval.ingest import Ingestor
from retrieval.search import Searcher

LONG = bool(os.environ.get("WENBAO_LONG_TESTS"))
SECONDS, READERS = (int(os.environ.get("WENBAO_STRESS_S", "600")), 4) if LONG else (4, 2)


@pytest.mark.timeout(900)
def test_readers_beside_a_writer(tmp_path: Path) -> None:
    directory = tmp_path / "archive"
    program = [sys.executable, str(Path(__file__).with_name("stress.py"))]
    writer = _started([*program, "write", str(directory), str(SECONDS + 5)])
    while not (tmp_path / "acknowledged").exists():
        assert writer.poll() is None, writer.communicate()
        time.sleep(0.05)
    readers = [_started([*program, "read", str(directory), str(SECONDS)]) for _ in range(READERS)]
    for one in [*readers, writer]:
        out, err = one.communicate()
        assert one.returncode == 0, err
        result = json.loads(out)
        print(result)
        if one is writer:
            assert result["problems"] == []
        else:
            assert (result["wrong"], result["missing"]) == ([], 0)
            assert result["seen"] > 1


def _started(command: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_long_ingest_is_searchable_while_it_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(HashEncoder):
        def count_tokens(self, texts: Sequence[str]) -> list[int]:
            time.sleep(0.02)
            return super().count_tokens(texts)

    monkeypatch.setattr(ingest, "_SEARCHABLE_EVERY_S", 0.1)
    monkeypatch.setattr(ingest, "spared", lambda count, most: count)
    encoder = Slow(dimension=32)
    path = tmp_path / "long.jsonl"
    lines = [json.dumps({"id": f"a{n}", "body": f"第{n}号泵站，zq{n}qz。"}, ensure_ascii=False) for n in range(150)]
    path.write_text("\n".join(lines), "utf-8")
    writer, reader = Archive(tmp_path / "archive", create=True), Archive(tmp_path / "archive")
    searcher = Searcher(reader, HashEncoder(dimension=32))

    def write() -> None:
        with writer.writing():
            Ingestor(writer, encoder).read([path])

    thread = threading.Thread(target=write)
    thread.start()
    seen = 0
    while thread.is_alive():
        hits = searcher.search("zq0qz", limit=3).hits
        seen += "a0" in {one.passage.article_id for one in hits} and thread.is_alive()
        time.sleep(0.02)
    thread.join()
    assert seen, "nothing was found before the end"
    assert {one.passage.article_id for one in searcher.search("zq149qz", limit=1).hits} == {"a149"}
    writer.close()
    reader.close()
