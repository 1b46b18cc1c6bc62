"""What several tests of an archive need."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from fakes import HashEncoder

from embeddings import Role
from retrieval.archive import Archive
from retrieval.article import Article
from retrieval.ingest import Ingestor, Report, encoded_text
from retrieval.passages import split_passages
from retrieval.store import Change, Store

ROOT = Path(__file__).parents[2]
SEEDS = ROOT / "seeds"
ENCODER = HashEncoder(dimension=32)


def make_article(article_id: str, title: str, body: str, **fields: object) -> Article:
    return Article(article_id=article_id, title=title, body=body, **fields)


FULL = make_article(
    "a1", "标题", "第一句。第二句。", subtitle="副题", author=("王芳", "李雷"), published="2025-05",
    source="澄江日报", kind="news", url="https://example.com/1",
)  # fmt: skip


def put(store: Store, article: Article, document_key: int | None = None) -> Change:
    spans = split_passages(article.body, ENCODER.count_tokens, ENCODER.max_tokens)
    return store.put_article(article, spans, document_key)


def bring(store: Store, path: str, *articles: Article, fingerprint: str = "f") -> int:
    """Read a document that holds `articles`; how many of its older ones went."""
    key = store.begin_document(path)
    for article in articles:
        put(store, article, key)
    return store.finish_document(key, fingerprint, [one.article_id for one in articles])


def encode_all(store: Store) -> None:
    while entries := store.passages_without_vector(100):
        vectors = ENCODER.encode([encoded_text(entry) for entry in entries], Role.PASSAGE)
        store.put_vectors([entry.passage.passage_id for entry in entries], vectors)


def ingest(archive: Archive, paths: Sequence[Path], encoder: HashEncoder = ENCODER) -> Report:
    with archive.writing():
        return Ingestor(archive, encoder).read(paths)


def write_jsonl(path: Path, records: Iterable[object]) -> Path:
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in records), "utf-8")
    return path


def record(article_id: str, body: str, **fields: object) -> dict[str, object]:
    return {"id": article_id, "title": f"标题{article_id}", "body": body, **fields}


def content(store: Store) -> list[tuple[object, ...]]:
    """All articles with their passages, in a form that does not depend on keys."""
    passages: dict[str, list[tuple[int, int, str]]] = {}
    for entry in store.index_entries():
        one = entry.passage
        passages.setdefault(one.article_id, []).append((one.start, one.end, one.text))
    return sorted(
        (article.article_id, json.dumps(asdict(article), ensure_ascii=False), sorted(passages[article.article_id]))
        for article in store.articles()
    )


def exact_cosines(store: Store, query: np.ndarray) -> dict[int, float]:
    """Cosine of every vector in the store, by numpy."""
    return {
        passage_id: float(np.frombuffer(blob, "<f2").astype(np.float32) @ query)
        for _, passage_id, blob in store.vectors()
    }
