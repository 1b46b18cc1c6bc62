"""The benchmark runs on a tiny archive and says what it was run on; nothing here is timed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from archives import ROOT


def test_it_runs(tmp_path: Path) -> None:
    out = tmp_path / "report.json"
    few = ["--articles", "20", "--vectors", "4", "--passages", "30", "--searches", "8"]
    done = subprocess.run(
        [sys.executable, "scripts/benchmark.py", "--eval", tmp_path / "absent", *few, "--json", out],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "SKIPPED: quality" in done.stderr
    report = json.loads(out.read_text("utf-8"))
    assert {"cpu", "cores", "memory_gb", "python", "faiss-cpu"} <= report["machine"].keys()
    assert report["ingest"]["articles"] == 20
    assert report["ingest"]["vectors"] >= 4
    assert report["search"]["passages"] == 30
    for workers in (1, 2, 4, 8):
        figures = report["search"][f"concurrency_{workers}"]
        assert 0 < figures["p50_ms"] <= figures["p95_ms"] <= figures["p99_ms"]
    assert "| search: concurrency_8: searches_per_s |" in done.stdout
