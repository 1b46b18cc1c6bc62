"""The benchmark runs on a tiny archive and says what it was run on; nothing here is timed."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest
from archives import ENCODER, ROOT, content, encode_all, make_article, put

from retrieval.archive import Archive
from scripts import benchmark_search
from scripts.benchmark_quality import quality
from scripts.benchmark_search import fill, news, searching


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


def test_a_searched_archive_is_built_in_parts(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(benchmark_search, "_BLOCK", 10)
    monkeypatch.setattr(benchmark_search, "_VECTORS", 4)
    assert not fill(archive, ENCODER, None, 25, until=0)
    assert archive.store.passage_count() == 0
    for passages in (12, 25):
        assert fill(archive, ENCODER, None, passages, until=float("inf"))
        assert archive.store.passage_count() == archive.store.vector_count() == passages
        assert archive.lexical.is_current(archive.store)
    assert archive.store.bad_vectors(ENCODER.dimension) == []
    at_once = Archive(tmp_path / "at once", create=True)
    fill(at_once, ENCODER, None, 25, until=float("inf"))
    assert content(at_once.store) == content(archive.store)
    at_once.close()


def test_building_pauses_and_says_how_far_it_is(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    assert searching(None, "onnx", 30, 4, kept, within_s=-1) == {"built": 0, "of": 30}
    assert Archive(kept).store.passage_count() == 0


def test_text_beyond_the_news_file_varies_it(tmp_path: Path) -> None:
    bodies = [f"第{n}条第一句。第{n}条第二句！第{n}条第三句。" * 9 for n in range(4)]
    zipped(tmp_path / "news.articles.jsonl.gz", [{"body": body} for body in bodies])
    made = list(news(tmp_path, 8))
    assert [one.body for one in made[:4]] == bodies
    varied = [one.body for one in made[4:]]
    assert len({*bodies, *varied}) == 8
    assert all(body.count("。") == 18 for body in varied)
    assert [one.body for one in news(tmp_path, 8, 5)] == varied[1:]


def zipped(path: Path, rows: list[dict[str, object]]) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in rows))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Paragraphs and questions of both sets, and of one that is not asked."""
    made = tmp_path / "eval"
    made.mkdir()
    names = [f"{name}-{n}" for name in ("drcd-test", "cmrc-trial", "jaquad") for n in range(4)]
    articles = [{"id": one, "title": "", "body": f"{one}号泵站的日供水能力是{k}万吨。"} for k, one in enumerate(names)]
    questions = [
        {"question": f"{one}号泵站的日供水能力是多少？", "article": one, "answerable": k % 4 < 3}
        for k, one in enumerate(names)
    ]
    zipped(made / "reading.articles.jsonl.gz", articles)
    zipped(made / "reading.questions.jsonl.gz", questions)
    return made


def test_quality_alone_and_among_other_articles(data: Path, archive: Archive) -> None:
    for number in range(7):
        put(archive.store, make_article(f"b{number}", "", f"第{number}次公告：公交线路延长到云湖。"))
    with pytest.raises(SystemExit, match="0 of its 7 passages"):
        quality(data, ENCODER, 10, archive.directory)
    encode_all(archive.store)
    archive.store.set_meta("encoder", ENCODER.identity)
    before = content(archive.store)
    found = quality(data, ENCODER, 10, archive.directory)
    assert content(archive.store) == before
    assert {name: (one["articles"], one["questions"]) for name, one in found.items()} == {
        "drcd": (4, 3), "cmrc": (4, 3), "drcd among others": (15, 3), "cmrc among others": (15, 3),
    }  # fmt: skip
    for figures in found.values():
        assert (figures["recall@1"], figures["recall@5"], figures["mrr"]) == (1.0, 1.0, 1.0)
    assert found["cmrc among others"]["fall@5"] == 0
    assert quality(data, ENCODER, 2)["drcd"]["questions"] == 2


def test_what_stands_before_the_right_article_lowers_the_figures(data: Path, archive: Archive) -> None:
    for number in range(3):
        body = f"drcd-test-{number}号泵站的日供水能力是多少？有人这样问。"
        put(archive.store, make_article(f"b{number}", "", body))
    encode_all(archive.store)
    archive.store.set_meta("encoder", ENCODER.identity)
    figures = quality(data, ENCODER, 10, archive.directory)["drcd among others"]
    assert figures["recall@1"] == 0
    assert figures["fall@1"] == 1
    assert 0 < figures["mrr"] <= 0.5
