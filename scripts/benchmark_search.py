"""How fast, in how much memory and how soon after its start an archive is searched, however many passages it holds.

The archive is news text with variations, with vectors made by a fixed random generator, since encoding a million takes
half a day; the query is encoded as always. It can be kept, and built in several runs that go on with each other.
"""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np

from embeddings import Encoder, load_encoder
from retrieval.archive import Archive
from retrieval.article import Article
from retrieval.passages import spared, split_passages
from retrieval.search import Searcher
from retrieval.store import Store
from scripts.benchmark_quality import lines_of

_OWN_TEXT = "澄江市供水集团第{n}次发布公告，{n}号泵站于本月完成检修，日供水能力提高到{n}万吨，沿线居民用水不受影响。"
_OWN_QUESTION = "澄江市供水集团{n}号泵站的日供水能力是多少？"
_SENTENCE = re.compile(r"[^。！？\n]*[。！？\n]|[^。！？\n]+")
_BLOCK = 20_000  # passages between two looks at the clock: some twelve seconds
_VECTORS = 5000  # made at a time
_SERVE = "import sys; from scripts.benchmark_search import serve; serve(*sys.argv[1:])"


def news(data: Path | None, count: int, start: int = 0) -> Iterator[Article]:
    """The articles `start` to `count`: the news file's, then variations of them; own sentences where it is absent."""
    path = data / "news.articles.jsonl.gz" if data else None
    bodies = [one["body"] for one in lines_of(path)] if path and path.exists() else []
    for n in range(start, count):
        body = bodies[n] if n < len(bodies) else _varied(bodies, n)
        yield Article(article_id=f"b{n}", title="", body=body, source="基准")


def _varied(bodies: Sequence[str], n: int) -> str:
    """Article `n`: half of the sentences are some other article's, and all figures are others."""
    if not bodies:
        return _OWN_TEXT.format(n=n)
    chosen = random.Random(n)
    own, others = (_SENTENCE.findall(body) for body in (bodies[n % len(bodies)], chosen.choice(bodies)))
    pairs = zip_longest(own, others[: len(own)])
    mixed = "".join(other if other and chosen.random() < 0.5 else one for one, other in pairs)
    return re.sub("[0-9]", lambda _: str(chosen.randrange(10)), mixed)


def fill(archive: Archive, encoder: Encoder, data: Path | None, passages: int, until: float) -> bool:
    """Bring `archive` up to `passages` passages, going on where an earlier call ended; False where `until`, by
    time.monotonic, came first.
    """
    store = archive.store
    store.set_meta("encoder", encoder.identity)
    count_tokens = spared(encoder.count_tokens, encoder.max_tokens)
    articles = news(data, passages, store.article_count())
    while (held := store.passage_count()) < passages:
        if time.monotonic() > until:
            return False
        block = min(passages, held + _BLOCK)
        while held < block:
            article = next(articles)
            spans = split_passages(article.body, count_tokens, encoder.max_tokens)[: passages - held]
            store.put_article(article, spans, None)
            held += len(spans)
        _put_vectors(store, encoder.dimension)
        archive.sync_lexical()
        print(f"{held:,} of {passages:,} passages", file=sys.stderr, flush=True)
    _put_vectors(store, encoder.dimension)
    archive.sync_lexical()
    if time.monotonic() > until:
        return False
    archive.keep_vectors(encoder.dimension)
    return True


def _put_vectors(store: Store, dimension: int) -> None:
    """Random vectors for the passages that came after the last that has one."""
    generator = np.random.default_rng(1)
    centres = generator.standard_normal((500, dimension))
    # As those of the packaged encoder: unrelated vectors have cosines of about 0.8.
    common = 2.0 * generator.standard_normal(dimension)
    last = max((passage_id for _, passage_id, _ in store.vectors(store.newest_vector() - 1)), default=0)
    new = [passage_id for passage_id, _, _ in store.passage_attributes(last)]
    for first in range(0, len(new), _VECTORS):
        ids = new[first : first + _VECTORS]
        generator = np.random.default_rng(ids[0])
        noise = 0.7 * generator.standard_normal((len(ids), dimension))
        vectors = common + 0.7 * centres[generator.integers(0, 500, len(ids))] + noise
        store.put_vectors(ids, (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32))


def searching(
    data: Path | None, name: str, passages: int, searches: int, kept: Path | None = None, within_s: float = float("inf")
) -> dict[str, Any]:
    """Start-up, latency, throughput and memory of searching `passages` passages, in a process of its own.

    With `kept`, a folder, the archive stays there. Where building it takes more than `within_s` it is left for the
    next call to go on with, and the report says how far it is.
    """
    path = data / "reading.questions.jsonl.gz" if data else None
    asked = [one["question"] for one in lines_of(path)] if path and path.exists() else []
    random.Random(2).shuffle(asked)
    asked = (asked or [_OWN_QUESTION.format(n=n) for n in range(searches)])[:searches]
    until = time.monotonic() + within_s
    with tempfile.TemporaryDirectory() as temporary:
        directory = kept or Path(temporary)
        archive = Archive(directory, create=True)
        with archive.writing():
            is_whole = fill(archive, load_encoder(name), data, passages, until)
        held = archive.store.passage_count()
        archive.close()
        if not is_whole:
            return {"built": held, "of": passages}
        order = [sys.executable, "-c", _SERVE, str(directory), name, str(time.time())]
        done = subprocess.run(
            order, input=json.dumps(asked), capture_output=True, text=True, check=False, cwd=Path(__file__).parents[1]
        )
    if done.returncode:
        raise SystemExit(f"The search section failed:\n{done.stderr}")
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def serve(directory: str, encoder_name: str, began: str) -> None:
    """Print start-up, latency, throughput and memory of searching the questions on standard input, in this process,
    which was started at `began`.
    """
    questions: list[str] = json.load(sys.stdin)
    encoder = load_encoder(encoder_name, threads=os.cpu_count() or 1)
    archive = Archive(Path(directory))
    searcher = Searcher(archive, encoder)
    searcher.search(questions[0])
    first_s = time.time() - float(began)
    for question in questions[:20]:
        searcher.search(question)
    report: dict[str, Any] = {"passages": archive.store.passage_count(), "first_answer_s": round(first_s, 2)}
    for workers in (1, 2, 4, 8):
        report[f"concurrency_{workers}"] = _load(searcher, questions, workers)
    report |= {
        "rss_mb": round(rss_mb()),
        "of_it_files_mb": round(rss_mb("RssFile")),
        "peak_rss_mb": round(rss_mb("VmHWM")),
    }
    archive.close()
    print(json.dumps(report))


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


def rss_mb(field: str = "VmRSS") -> float:
    """Memory of this process, MiB: now, what of it is files that are read from (RssFile), or at most so far (VmHWM)."""
    for line in Path("/proc/self/status").read_text("utf-8").splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / 1024
    return float("nan")
