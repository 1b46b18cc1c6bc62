"""Processes of the stress test: python stress.py write|read ARCHIVE SECONDS. Each prints one line of JSON at its end.

The writer replaces one article, the clock, again and again, beside others that come and go. A reader that has seen
a version must never see an older one, nor none.
"""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]

from fakes import HashEncoder

from retrieval.archive import Archive
from retrieval.ingest import Ingestor
from retrieval.search import Searcher

ENCODER = HashEncoder(dimension=32)
NOTE = "acknowledged"


def clock(version: int) -> dict[str, object]:
    return {"id": "clock", "title": f"时钟{version}", "body": f"钟楼现在敲了{version}下。" * 3}


def write(directory: Path, seconds: float) -> dict[str, object]:
    """Ingest until the time is up; the file NOTE says which version was acknowledged, and when."""
    chosen = random.Random(1)
    file = directory.parent / "news.jsonl"
    deadline, version = time.monotonic() + seconds, 0
    archive = Archive(directory, create=True)
    while time.monotonic() < deadline:
        version += 1
        others = [
            {"id": f"b{chosen.randrange(300)}", "title": "通报", "body": f"第{version}次通报，水位{i}米。" * (i + 1)}
            for i in range(chosen.randrange(1, 6))
        ]
        lines = [json.dumps(one, ensure_ascii=False) for one in {str(one["id"]): one for one in others}.values()]
        file.write_text("\n".join([json.dumps(clock(version), ensure_ascii=False), *lines]), "utf-8")
        with archive.writing(10.0):
            ingestor = Ingestor(archive, ENCODER)
            report = ingestor.read([file])
            assert not report.problems, report.problems
        with (directory.parent / NOTE).open("a") as note:
            note.write(f"{version} {time.monotonic()}\n")
        with archive.writing(10.0):
            ingestor.encode_missing()
        time.sleep(chosen.uniform(0, 0.1))
    problems = archive.store.verify()
    archive.close()
    return {"versions": version, "problems": problems}


def read(directory: Path, seconds: float) -> dict[str, object]:
    """Search for the clock until the time is up; what went wrong, and how late the latest version was."""
    archive = Archive(directory)
    searcher = Searcher(archive, ENCODER)
    began = time.monotonic()
    deadline, seen, searches, missing = began + seconds, 0, 0, 0
    wrong: list[object] = []
    first_seen: dict[int, float] = {}
    gone_since, longest_gone = 0.0, 0.0
    while time.monotonic() < deadline:
        hits = [one for one in searcher.search("钟楼现在敲了几下", limit=5).hits if one.passage.article_id == "clock"]
        searches += 1
        now = time.monotonic()
        if not hits:
            missing += bool(seen)
            gone_since = gone_since or (now if seen else 0.0)
            continue
        if gone_since:
            longest_gone, gone_since = max(longest_gone, now - gone_since), 0.0
        version = int(hits[0].passage.text.split("敲了")[1].split("下")[0])
        if version < seen or hits[0].title != f"时钟{version}":
            wrong.append([seen, version, hits[0].title])
        if version > seen:
            first_seen[version] = now
        seen = max(seen, version)
    notes = [line.split() for line in (directory.parent / NOTE).read_text().splitlines()]
    late = [_lateness(first_seen, *one) for one in notes if float(one[1]) > began]
    known = [one for one in late if one is not None]
    archive.close()
    return {
        "searches": searches, "seen": seen, "wrong": wrong, "missing": missing, "longest_gone_s": longest_gone,
        "latest_s": max(known, default=0.0),
    }  # fmt: skip


def _lateness(first_seen: dict[int, float], version: str, acknowledged: str) -> float | None:
    """Seconds from a version's acknowledgement to the first sight of it, or of a later one."""
    times = [at for one, at in first_seen.items() if one >= int(version)]
    return min(times) - float(acknowledged) if times else None


if __name__ == "__main__":
    run = {"write": write, "read": read}[sys.argv[1]]
    print(json.dumps(run(Path(sys.argv[2]), float(sys.argv[3]))))
