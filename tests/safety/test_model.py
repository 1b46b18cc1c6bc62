"""Random operations against a plain dictionary: the archive and its searches agree with it throughout.

WENBAO_LONG_TESTS=1 does 20,000 operations of each seed. With WENBAO_MODEL_DIR=FOLDER it stops after five minutes, and
goes on from there when it is run again; also where it was killed in between. A folder in memory (/dev/shm) spares
waiting for the disk.
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
        self.done = 0
        self.touched: str | None = None
        self.open()

    def open(self) -> None:
        self.archive = Archive(self.directory, create=True)
        self.searcher = Searcher(self.archive, ENCODER)

    def put(self) -> None:
        self.version += 1
        article_id = self.touched = f"a{self.chosen.randrange(60)}"
        body = f"zq{self.version}qz，{article_id}号站。" + "汛期水位上涨。" * self.chosen.randrange(1, 120)
        article = Article(article_id, f"第{self.version}版", body, published=self.chosen.choice(YEARS), source="报")
        spans = split_passages(body, ENCODER.count_tokens, ENCODER.max_tokens)
        self.archive.store.put_article(article, spans, None)
        self.held[article_id] = article

    def put_again(self) -> None:
        if self.held:
            article = self.held[self.chosen.choice(sorted(self.held))]
            self.touched = article.article_id
            spans = split_passages(article.body, ENCODER.count_tokens, ENCODER.max_tokens)
            assert self.archive.store.put_article(article, spans, None).value == "unchanged"

    def remove(self) -> None:
        article_id = self.touched = f"a{self.chosen.randrange(60)}"
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
        """One operation, and what it may have changed."""
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
        store = self.archive.store
        assert store.article_count() == len(self.held)
        if self.touched:
            article = self.held.get(self.touched)
            assert store.article(self.touched) == article
            pieces = [one.passage for one in store.entries_of_articles([self.touched])]
            body = article.body if article else ""
            assert "".join(one.text for one in pieces) == body
            assert all(body[one.start : one.end] == one.text for one in pieces)
        self.done += 1
        if self.done % LOOKED_AT_EVERY == 0:
            self.check()

    def check(self) -> None:
        store = self.archive.store
        assert {one.article_id: one for one in store.articles()} == self.held
        assert store.verify() == []
        self.searcher.refresh()
        assert self.archive.lexical.is_current(store)
        holders = {one.passage.passage_id: one.passage.article_id for one in store.index_entries()}
        found = self.archive.lexical.reading().search(terms("汛期水位"), 10**6)
        assert {holders[one] for one, _ in found} == set(self.held)
        assert len(found) == len(holders)
        filters = Filters("2024", "2024")
        dated = {one for one, article in self.held.items() if article.published == "2024-05"}
        hits = self.searcher.search("汛期水位", limit=1000, filters=filters).hits
        carriers = {other.article_id for hit in hits for other in hit.also}
        assert {hit.passage.article_id for hit in hits} | carriers == dated

    def save(self, folder: Path) -> None:
        """Keep all of it in `folder`, in the place of what was kept before."""
        self.archive.close()
        name = f"kept-{self.done}"
        shutil.rmtree(folder / name, ignore_errors=True)
        shutil.copytree(self.directory, folder / name)
        state = (name, self.done, self.held, self.version, self.touched, self.chosen.getstate())
        (folder / "model.new").write_bytes(pickle.dumps(state))
        os.replace(folder / "model.new", folder / "model")
        for other in folder.glob("kept-*"):
            if other.name != name:
                shutil.rmtree(other)

    @classmethod
    def restored(cls, folder: Path, seed: int) -> Model:
        """What was kept in `folder`; one that starts anew where nothing was."""
        directory = folder / "archive"
        shutil.rmtree(directory, ignore_errors=True)
        if not (folder / "model").exists():
            return cls(directory, seed)
        name, *rest, state = pickle.loads((folder / "model").read_bytes())
        shutil.copytree(folder / name, directory)
        model = cls(directory, seed)
        model.done, model.held, model.version, model.touched = rest
        model.chosen.setstate(state)
        model.check()
        return model


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", [1, 2] if LONG else [1])
def test_random_operations_agree_with_a_dictionary(tmp_path: Path, seed: int) -> None:
    folder = Path(KEPT, str(seed)) if KEPT else tmp_path
    model = Model.restored(folder, seed)
    began = time.monotonic()
    while model.done < OPERATIONS:
        model.step()
        if KEPT and time.monotonic() - began > SLICE_S:
            model.save(folder)
            pytest.skip(f"{model.done} of {OPERATIONS} operations done; run it again to go on")
    model.check()
    model.archive.close()
    if KEPT:
        model.save(folder)


def test_what_was_kept_goes_on_as_it_would_have(tmp_path: Path) -> None:
    """Also where operations were done since that no one kept."""
    model = Model.restored(tmp_path, 3)
    for _ in range(25):
        model.step()
    model.save(tmp_path)
    model.open()
    for _ in range(25):
        model.step()
    whole = dict(model.held)
    model.archive.close()
    again = Model.restored(tmp_path, 3)
    assert again.done == 25
    for _ in range(25):
        again.step()
    assert again.held == whole
    again.archive.close()
