"""Random operations against a plain dictionary: the archive and its searches agree with it throughout.

WENBAO_LONG_TESTS=1 does 20,000 operations. With WENBAO_MODEL_DIR=FOLDER it stops after five minutes, and goes on from
there when it is run again.
"""

from __future__ import annotations

import os
import pickle
import random
import shutil
import time
from pathlib import Path

import pytest
from fakes import HashEncoder

from retrieval.archive import Archive
from retrieval.article import Article
from retrieval.filters import Filters
from retrieval.ingest import Ingestor
from retrieval.passages import split_passages
from retrieval.search import Searcher
from retrieval.terms import terms

ENCODER = HashEncoder(dimension=32)
LONG = bool(os.environ.get("WENBAO_LONG_TESTS"))
OPERATIONS = 20_000 if LONG else 300
LOOKED_AT_EVERY = 100 if LONG else 30
KEPT = os.environ.get("WENBAO_MODEL_DIR")
SLICE_S = 300.0
YEARS = ("2023", "2024-05", "2025-01-31", None)


class Model:
    """An archive, and the dictionary that it must agree with."""

    def __init__(self, directory: Path, seed: int) -> None:
        self.directory = directory
        self.chosen = random.Random(seed)
        self.held: dict[str, Article] = {}
        self.version = 0
        self.open()

    def open(self) -> None:
        self.archive = Archive(self.directory, create=True)
        self.searcher = Searcher(self.archive, ENCODER)

    def put(self) -> None:
        self.version += 1
        article_id = f"a{self.chosen.randrange(60)}"
        body = f"zq{self.version}qz，{article_id}号站。" + "汛期水位上涨。" * self.chosen.randrange(1, 120)
        article = Article(article_id, f"第{self.version}版", body, published=self.chosen.choice(YEARS), source="报")
        spans = split_passages(body, ENCODER.count_tokens, ENCODER.max_tokens)
        self.archive.store.put_article(article, spans, None)
        self.held[article_id] = article

    def put_again(self) -> None:
        if self.held:
            article = self.held[self.chosen.choice(sorted(self.held))]
            spans = split_passages(article.body, ENCODER.count_tokens, ENCODER.max_tokens)
            assert self.archive.store.put_article(article, spans, None).value == "unchanged"

    def remove(self) -> None:
        article_id = f"a{self.chosen.randrange(60)}"
        assert self.archive.store.remove_article(article_id) == (self.held.pop(article_id, None) is not None)

    def encode(self) -> None:
        with self.archive.writing():
            Ingestor(self.archive, ENCODER).encode_missing()

    def sync(self) -> None:
        with self.archive.writing():
            self.archive.sync_lexical(compact=self.chosen.random() < 0.2)

    def rename(self) -> None:
        self.archive.use_names("" if self.chosen.random() < 0.5 else "汛期水位\n")

    def reopen(self) -> None:
        self.archive.close()
        if self.chosen.random() < 0.3:
            shutil.rmtree(self.directory / "cache", ignore_errors=True)
        self.open()

    def find(self) -> None:
        if not self.held:
            return
        article = self.held[self.chosen.choice(sorted(self.held))]
        word = article.body.split("，")[0]
        hits = self.searcher.search(word, limit=70).hits
        assert article.article_id in {one.passage.article_id for one in hits}
        for hit in hits:
            one = hit.passage
            right = self.held[one.article_id]
            assert right.body[one.start : one.end] == one.text
            assert (hit.title, hit.published) == (right.title, right.published)

    def step(self) -> None:
        operations = (
            self.put,
            self.put_again,
            self.remove,
            self.encode,
            self.sync,
            self.rename,
            self.reopen,
            self.find,
        )
        self.chosen.choices(operations, (40, 5, 15, 4, 5, 0.3, 0.7, 30))[0]()

    def check(self) -> None:
        store = self.archive.store
        assert {one.article_id: one for one in store.articles()} == self.held
        assert store.verify() == []
        self.searcher.refresh()
        assert self.archive.lexical.is_current(store)
        holders = {one.passage.passage_id: one.passage.article_id for one in store.index_entries()}
        found = self.archive.lexical.search(terms("汛期水位"), 10**6)
        assert {holders[one] for one, _ in found} == set(self.held)
        assert len(found) == len(holders)
        filters = Filters("2024", "2024")
        dated = {one for one, article in self.held.items() if article.published == "2024-05"}
        hits = self.searcher.search("汛期水位", limit=1000, filters=filters).hits
        carriers = {other.article_id for hit in hits for other in hit.also}
        assert {hit.passage.article_id for hit in hits} | carriers == dated


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", [1, 2] if LONG else [1])
def test_random_operations_agree_with_a_dictionary(tmp_path: Path, seed: int) -> None:
    folder = Path(KEPT, str(seed)) if KEPT else tmp_path
    saved, done = folder / "model", 0
    model = Model(folder / "archive", seed)
    if saved.exists():
        done, model.held, model.version, state = pickle.loads(saved.read_bytes())
        model.chosen.setstate(state)
        model.check()
    began = time.monotonic()
    for number in range(done, OPERATIONS):
        model.step()
        if number % LOOKED_AT_EVERY == 0:
            model.check()
            if KEPT and time.monotonic() - began > SLICE_S:
                saved.write_bytes(pickle.dumps((number + 1, model.held, model.version, model.chosen.getstate())))
                model.archive.close()
                pytest.skip(f"{number + 1} of {OPERATIONS} operations done; run it again to go on")
    model.check()
    model.archive.close()
