"""How well passages are found: questions of DRCD test and of CMRC trial, over their paragraphs alone and among others.

The other articles come in an archive that has vectors already, since making those of 20,000 articles takes most of an
hour. It is copied, the paragraphs of both sets are taken in on top, and the same questions are asked again.
"""

from __future__ import annotations

import gzip
import json
import random
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from embeddings import Encoder, Role
from embeddings.encoder import Progress, Vectors
from retrieval.archive import Archive
from retrieval.backup import back_up
from retrieval.ingest import Ingestor
from retrieval.search import Searcher
from retrieval.store import FILE_NAME, Store

SETS = {"drcd": "drcd-test", "cmrc": "cmrc"}  # name → how its ids begin
_LOOKED_AT = 30  # passages of each answer
_CUTOFFS = (1, 5, 10)
Rows = Sequence[Mapping[str, Any]]


def lines_of(path: Path) -> list[dict[str, Any]]:
    """The objects of a gzipped JSONL file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


class Remembering:
    """An encoder that makes the vector of a passage once, however many archives it goes into."""

    def __init__(self, encoder: Encoder) -> None:
        """Ask `encoder`."""
        self._encoder = encoder
        self._made: dict[str, Vectors] = {}
        self.identity, self.dimension, self.max_tokens = encoder.identity, encoder.dimension, encoder.max_tokens
        self.count_tokens = encoder.count_tokens

    def encode(self, texts: Sequence[str], role: Role, progress: Progress | None = None) -> Vectors:
        """As the encoder does."""
        if role is Role.QUERY:
            return self._encoder.encode(texts, role, progress)
        new = [text for text in dict.fromkeys(texts) if text not in self._made]
        self._made |= zip(new, self._encoder.encode(new, role, progress), strict=True)
        return np.array([self._made[text] for text in texts], np.float32).reshape(-1, self.dimension)


def quality(data: Path, encoder: Encoder, limit: int, distractors: Path | None = None) -> dict[str, Any]:
    """recall@1, 5, 10 and MRR of the right paragraph, at most `limit` questions of each set; with `distractors`, an
    archive's folder, among its articles too, and how much recall falls by them.

    Raises SystemExit where that archive lacks vectors.
    """
    encoder = Remembering(encoder)
    paragraphs = lines_of(data / "reading.articles.jsonl.gz")
    questions = [one for one in lines_of(data / "reading.questions.jsonl.gz") if one.get("answerable", True)]
    chosen = random.Random(1)
    own: dict[str, Rows] = {}
    asked: dict[str, Rows] = {}
    for name, prefix in SETS.items():
        own[name] = [one for one in paragraphs if one["id"].startswith(prefix)]
        ids = {one["id"] for one in own[name]}
        of_set = [one for one in questions if one["article"] in ids]
        asked[name] = chosen.sample(of_set, min(limit, len(of_set)))
    found = {name: _alone(own[name], asked[name], encoder) for name in SETS if asked[name]}
    if distractors:
        among = _among(distractors, [*own["drcd"], *own["cmrc"]], asked, encoder)
        for name, figures in among.items():
            fall = {f"fall@{k}": round(found[name][f"recall@{k}"] - figures[f"recall@{k}"], 4) for k in _CUTOFFS}
            found[f"{name} among others"] = figures | fall
    return found


def _alone(paragraphs: Rows, asked: Rows, encoder: Encoder) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as directory:
        archive = Archive(Path(directory, "archive"), create=True)
        figures: dict[str, Any] = _measured(archive, paragraphs, {"": asked}, encoder)[""]
        return figures


def _among(distractors: Path, paragraphs: Rows, asked: Mapping[str, Rows], encoder: Encoder) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as directory:
        copy_of(distractors, Path(directory))
        return _measured(Archive(Path(directory)), paragraphs, asked, encoder)


def copy_of(archive: Path, directory: Path) -> None:
    """Copy an archive, whoever writes to it meanwhile. Raises SystemExit where passages have no vectors."""
    store = Store(archive)
    try:
        back_up(store, directory / FILE_NAME)
    finally:
        store.close()
    copy = Store(directory)
    counts = copy.counts()
    copy.close()
    if counts.vectors < counts.passages:
        raise SystemExit(
            f"{archive} has vectors of {counts.vectors:,} of its {counts.passages:,} passages; "
            f"make the rest first: wenbao ingest … --data {archive}"
        )


def _measured(archive: Archive, paragraphs: Rows, asked: Mapping[str, Rows], encoder: Encoder) -> dict[str, Any]:
    """Each set's figures, after `paragraphs` were taken in; closes the archive."""
    with tempfile.TemporaryDirectory() as directory, archive.writing():
        ingestor = Ingestor(archive, encoder)
        ingestor.read([_written(paragraphs, Path(directory, "paragraphs.jsonl"))])
        ingestor.encode_missing()
    searcher = Searcher(archive, encoder)
    held = {"articles": archive.store.article_count(), "passages": archive.store.passage_count()}
    found = {name: held | recall(searcher, rows) for name, rows in asked.items() if rows}
    archive.close()
    return found


def _written(rows: Iterable[Mapping[str, Any]], path: Path) -> Path:
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in rows), "utf-8")
    return path


def recall(searcher: Searcher, asked: Rows) -> dict[str, Any]:
    """How many questions there are, recall of the right article at each cutoff, and MRR."""
    ranks = []
    for one in asked:
        hits = searcher.search(one["question"], limit=_LOOKED_AT).hits
        ids = list(dict.fromkeys(hit.passage.article_id for hit in hits))
        ranks.append(ids.index(one["article"]) + 1 if one["article"] in ids else 0)
    shares = {f"recall@{k}": round(sum(0 < rank <= k for rank in ranks) / len(ranks), 4) for k in _CUTOFFS}
    return {"questions": len(ranks), **shares, "mrr": round(sum(1 / rank for rank in ranks if rank) / len(ranks), 4)}
