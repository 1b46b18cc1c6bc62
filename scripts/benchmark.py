"""Measures this machine: finding quality, ingest, search latency and throughput, memory, start-up; a table and JSON.

    python scripts/benchmark.py [--eval DIR] [--distractors ARCHIVE] [--passages 60000] [--million] [--json OUT]
    python scripts/benchmark.py --sections none --million --archive FOLDER --within 300

Quality and ingest are measured with the encoder that is set; with --distractors quality is measured among the articles
of that archive too (`wenbao ingest news.jsonl --data ARCHIVE` makes one). Search, memory and start-up, from the start
of the process to its first answer, are measured in an own process over an archive of `--passages` passages: news text
with variations, and random vectors. With --archive that archive is kept and used again; the second line builds one of a
million passages in parts, each a little longer than --within seconds, and measures when it is whole.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from embeddings import Encoder, load_encoder
from retrieval.archive import Archive
from retrieval.ingest import Ingestor
from scripts.benchmark_quality import quality
from scripts.benchmark_search import news, searching

Row = tuple[str, str]
_MILLION = 1_000_000


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    model = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        names = [
            line for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines() if line.startswith("model name")
        ]
        model = names[0].partition(":")[2].strip() if names else model
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    packages = {name: version(name) for name in ("numpy", "faiss-cpu", "tantivy", "onnxruntime")}
    load = os.getloadavg()[0]
    return {
        "cpu": model, "cores": os.cpu_count(), "memory_gb": round(memory / 2**30, 1), "system": platform.platform(),
        "python": platform.python_version(), "load_before": round(load, 2), **packages,
    }  # fmt: skip


def ingest(data: Path | None, encoder: Encoder, articles: int, vectors: int) -> dict[str, Any]:
    """Articles a second until they are searchable by words, and vectors a second."""
    with tempfile.TemporaryDirectory() as directory:
        source = Path(directory, "news.jsonl")
        with source.open("w", encoding="utf-8") as file:
            for one in news(data, articles):
                file.write(json.dumps({"id": one.article_id, "body": one.body}, ensure_ascii=False) + "\n")
        archive = Archive(Path(directory, "archive"), create=True)
        ingestor = Ingestor(archive, encoder)
        began = time.perf_counter()
        ingestor.read([source])
        read_s = time.perf_counter() - began
        enough, made = threading.Event(), [0]

        def count(done: int) -> None:
            made[0] += done
            if made[0] >= vectors:
                enough.set()

        began = time.perf_counter()
        encoded = ingestor.encode_missing(count, enough)
        encode_s = time.perf_counter() - began
        archive.close()
    return {
        "articles": articles, "read_s": round(read_s, 2), "articles_per_s": round(articles / read_s, 1),
        "vectors": encoded, "vectors_per_s": round(encoded / encode_s, 1),
    }  # fmt: skip


def table(report: dict[str, Any]) -> str:
    """The report as a Markdown table."""
    rows = [f"| {name} | {value} |" for name, value in _flat(report, "")]
    return "\n".join(["| what | figure |", "|---|---|", *rows])


def _flat(report: dict[str, Any], before: str) -> Iterator[Row]:
    for name, value in report.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}: ")
        else:
            yield f"{before}{name}", str(value)


def main() -> None:
    """Run the sections."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--eval", type=Path, default=Path(__file__).parents[1] / ".." / "shared" / "eval")
    parser.add_argument("--encoder", default="onnx")
    parser.add_argument("--questions", type=int, default=500, help="of each set, for the quality")
    parser.add_argument("--distractors", type=Path, help="an archive with vectors, among which quality is measured too")
    parser.add_argument("--articles", type=int, default=20_000, help="that the ingest takes in")
    parser.add_argument("--vectors", type=int, default=500, help="that the ingest makes")
    parser.add_argument("--passages", type=int, default=60_000, help="that are searched")
    parser.add_argument("--searches", type=int, default=400, help="at each concurrency")
    parser.add_argument(
        "--million", action="store_true", help="search a million passages too: half an hour, 8 GB of disk"
    )
    parser.add_argument("--sections", default="quality,ingest,search", help="which, separated by commas")
    parser.add_argument("--json", type=Path, help="write the report here too")
    parser.add_argument("--archive", type=Path, help="keep the searched archives in this folder, and go on with them")
    parser.add_argument("--within", type=float, default=float("inf"), help="seconds after which building them pauses")
    options = parser.parse_args()
    report: dict[str, Any] = {"machine": machine()}

    def search(passages: int) -> dict[str, Any]:
        kept = options.archive / str(passages) if options.archive else None
        return searching(data, options.encoder, passages, options.searches, kept, options.within)

    sections = options.sections.split(",")
    data = options.eval if (options.eval / "news.articles.jsonl.gz").exists() else None
    encoder = load_encoder(options.encoder, threads=os.cpu_count() or 1)
    if data is None:
        print(f"SKIPPED: quality; {options.eval} is absent. The rest is measured on generated text.", file=sys.stderr)
    elif "quality" in sections:
        report["quality"] = quality(data, encoder, options.questions, options.distractors)
    if "ingest" in sections:
        report["ingest"] = ingest(data, encoder, options.articles, options.vectors)
    if "search" in sections:
        report["search"] = search(options.passages)
    if options.million:
        report["million"] = search(_MILLION)
    print(table(report))
    if options.json:
        options.json.write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
