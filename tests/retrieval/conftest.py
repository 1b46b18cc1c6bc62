from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from archives import SEEDS, make_article
from fakes import HashEncoder

from embeddings.span_model import SpanModel
from retrieval.archive import Archive
from retrieval.article import Article
from retrieval.articles import articles_of
from retrieval.formats import RawDocument, read_documents
from retrieval.ingest import find_files
from retrieval.store import Store


@pytest.fixture
def encoder() -> HashEncoder:
    return HashEncoder(dimension=32)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "archive", create=True)
    yield opened
    opened.close()


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = Archive(tmp_path / "archive", create=True)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def seed_articles() -> list[Article]:
    """The articles of the sample archive: pages, Markdown, HTML and JSONL."""
    documents = [
        item
        for path in find_files([SEEDS])
        if path.suffix not in (".pdf", ".docx") and path.name != "questions.jsonl"
        for item in read_documents(path)
    ]
    found = [one for item in documents if isinstance(item, RawDocument) for one in articles_of(item)]
    assert len(found) > 20
    return found


@pytest.fixture(scope="session")
def span_model(tmp_path_factory: pytest.TempPathFactory) -> SpanModel:
    return SpanModel(cache=tmp_path_factory.mktemp("reader"))


@pytest.fixture
def corpus() -> list[Article]:
    """Twelve articles, dated by day, month, year and not at all, of three newspapers."""
    dates = ["2025-05-16", "2025-05", "2025", None, "2024-02-29", "2024-12-31"]
    return [
        make_article(
            f"a{i}",
            f"第{i}篇：{'汛期水位' if i % 2 else '公交线路'}",
            f"澄江市第{i}次通报。" + "今年汛期累计降雨量达到486毫米。" * (i % 4) + f"编号{i * 37}路公交车延长。",
            published=dates[i % len(dates)],
            source=["澄江日报", "湘原日报", ""][i % 3],
        )
        for i in range(12)
    ]
