"""Measures this machine: finding quality, ingest, search latency and throughput, memory, start-up; a table and JSON.

    python scripts/benchmark.py [--eval DIR] [--distractors ARCHIVE] [--passages 60000] [--million] [--json OUT]

Quality and ingest are measured with the encoder that is set; with --distractors quality is measured among the articles
of that archive too (`wenbao ingest news.jsonl --data ARCHIVE` makes one). Search, memory and start-up, from the start
of the process to its first answer, are measured in an own process over an archive of `--passages` passages: news text
with variations, and vectors made by a fixed random generator, since encoding so many takes most of an hour; the query
is encoded as always.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from embeddings import Encoder, load_encoder
from retrieval.archive import Archive
from retrieval.article import Article
from retrieval.ingest import Ingestor
from retrieval.passages import spared, split_passages
from retrieval.search import Searcher
from scripts.benchmark_quality import lines_of, quality

Row = tuple[str, str]
_OWN_TEXT = "澄江市供水集团第{n}次发布公告，{n}号泵站于本月完成检修，日供水能力提高到{n}万吨，沿线居民用水不受影响。"
_OWN_QUESTION = "澄江市供水集团{n}号泵站的日供水能力是多少？"
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


def rss_mb(peak: bool = False) -> float:
    """Memory of this process, MiB: now, or at most so far."""
    field = "VmHWM:" if peak else "VmRSS:"
    for line in Path("/proc/self/status").read_text("utf-8").splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    return float("nan")


def news(data: Path | None, count: int) -> Iterator[Article]:
    """`count` articles: the news file's again and again, numbered; own sentences where it is absent."""
    path = data / "news.articles.jsonl.gz" if data else None
    bodies = [one["body"] for one in lines_of(path)] if path and path.exists() else []
    for n in range(count):
        body = bodies[n % len(bodies)] if bodies else _OWN_TEXT.format(n=n)
        again = n // len(bodies) if bodies else 0
        yield Article(article_id=f"b{n}", title="", body=f"第{n}号。{body}" if again else body, source="基准")


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


def fill(archive: Archive, encoder: Encoder, data: Path | None, passages: int) -> None:
    """Put `passages` passages of news text into `archive`, with random vectors in place of encoded ones."""
    store, held = archive.store, 0
    store.set_meta("encoder", encoder.identity)
    count_tokens = spared(encoder.count_tokens, encoder.max_tokens)
    for article in news(data, passages):
        spans = split_passages(article.body, count_tokens, encoder.max_tokens)[: passages - held]
        store.put_article(article, spans, None)
        held += len(spans)
        if held >= passages:
            break
    generator = np.random.default_rng(1)
    centres = generator.standard_normal((500, encoder.dimension))
    # As those of the packaged encoder: unrelated vectors have cosines of about 0.8.
    common = 2.0 * generator.standard_normal(encoder.dimension)
    after = 0
    while ids := [one.passage.passage_id for one in store.passages_without_vector(5000, after)]:
        noise = 0.7 * generator.standard_normal((len(ids), encoder.dimension))
        vectors = common + 0.7 * centres[generator.integers(0, 500, len(ids))] + noise
        store.put_vectors(ids, (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32))
        after = ids[-1]
    archive.sync_lexical()
    archive.keep_vectors(encoder.dimension)


def serve(directory: Path, encoder_name: str, questions: Sequence[str], began: float) -> dict[str, Any]:
    """Start-up, latency, throughput and memory of searching, in this process, which was started at `began`."""
    encoder = load_encoder(encoder_name, threads=os.cpu_count() or 1)
    archive = Archive(directory)
    searcher = Searcher(archive, encoder)
    searcher.search(questions[0])
    first_s = time.time() - began
    for question in questions[:20]:
        searcher.search(question)
    report: dict[str, Any] = {"passages": archive.store.passage_count(), "first_answer_s": round(first_s, 2)}
    for workers in (1, 2, 4, 8):
        report[f"concurrency_{workers}"] = _load(searcher, questions, workers)
    report |= {"rss_mb": round(rss_mb()), "peak_rss_mb": round(rss_mb(peak=True))}
    archive.close()
    return report


def _load(searcher: Searcher, questions: Sequence[str], workers: int) -> dict[str, float]:
    times: list[float] = []

    def work(own: Sequence[str]) -> None:
        for question in own:
            began = time.perf_counter()
            searcher.search(question)
            times.append((time.perf_counter() - began) * 1000)

    threads = [threading.Thread(target=work, args=(questions[n::workers],)) for n in range(workers)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - began
    p50, p95, p99 = (round(float(np.percentile(times, p)), 2) for p in (50, 95, 99))
    return {"p50_ms": p50, "p95_ms": p95, "p99_ms": p99, "searches_per_s": round(len(times) / elapsed, 1)}


def searching(data: Path | None, encoder: Encoder, name: str, passages: int, searches: int) -> dict[str, Any]:
    """`serve` over an archive of `passages` passages, in a process of its own."""
    path = data / "reading.questions.jsonl.gz" if data else None
    asked = [one["question"] for one in lines_of(path)] if path and path.exists() else []
    random.Random(2).shuffle(asked)
    asked = (asked or [_OWN_QUESTION.format(n=n) for n in range(searches)])[:searches]
    with tempfile.TemporaryDirectory() as directory:
        archive = Archive(Path(directory), create=True)
        fill(archive, encoder, data, passages)
        archive.close()
        order = [sys.executable, __file__, "--serve", directory, "--encoder", name, "--began", str(time.time())]
        done = subprocess.run(order, input=json.dumps(asked), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"The search section failed:\n{done.stderr}")
    report: dict[str, Any] = json.loads(done.stdout)
    return report


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
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--began", type=float, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        print(json.dumps(serve(options.serve, options.encoder, json.load(sys.stdin), options.began)))
        return
    report: dict[str, Any] = {"machine": machine()}
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
        report["search"] = searching(data, encoder, options.encoder, options.passages, options.searches)
    if options.million:
        report["million"] = searching(data, encoder, options.encoder, _MILLION, options.searches)
    print(table(report))
    if options.json:
        options.json.write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
