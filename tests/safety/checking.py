"""Whether an archive holds what its writer was told it holds, and mends itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from fakes import HashEncoder

from retrieval.archive import Archive
from retrieval.errors import ArchiveMissingError
from retrieval.ingest import Ingestor
from retrieval.search import Searcher
from retrieval.terms import terms
from safety.plan import Step, record, states, word

ENCODER = HashEncoder(dimension=32)


def check(directory: Path, plan: list[Step], acknowledged: int, *, thorough: bool = True) -> None:
    """Open the archive as it lies; after `acknowledged` steps, the next may have been under way.

    Everything acknowledged is there, each article is of before or of after the step, it can be searched, and
    writing goes on.
    """
    try:
        archive = Archive(directory)
    except ArchiveMissingError:
        assert not acknowledged, "an archive with acknowledged articles is gone"
        return
    try:
        held = {one.article_id: one for one in archive.store.articles()}
        before, *after = states(plan)[acknowledged : acknowledged + 2]
        possible = [before, after[0] if after else before]
        for article_id in set(before) | set(possible[1]) | set(held):
            allowed = [state.get(article_id) for state in possible]
            if after and article_id in plan[acknowledged].removed:
                allowed.append(None)
            found = held.get(article_id)
            texts = [None if version is None else record(article_id, version)["body"] for version in allowed]
            assert (found.body if found else None) in texts, f"{article_id} is neither as before nor as after"
        assert archive.store.verify() == []
        check_search(archive, {one: held[one].body for one in held}, thorough=thorough)
        with archive.writing():
            Ingestor(archive, ENCODER).encode_missing()
        assert archive.store.vector_count() == archive.store.passage_count()
        for _, _, blob in archive.store.vectors():
            vector = np.frombuffer(blob, "<f2")
            assert vector.shape == (ENCODER.dimension,)
            assert np.isfinite(vector).all()
    finally:
        archive.close()


def check_search(archive: Archive, bodies: dict[str, str], *, thorough: bool = True) -> None:
    """Each article is found by the word that only it holds, and none that is gone is."""
    searcher = Searcher(archive, ENCODER)
    assert archive.lexical.is_current(archive.store)
    for article_id in sorted(bodies) if thorough else sorted(bodies)[:2]:
        by_word = [one for one, _ in archive.lexical.reading().search(terms(word(article_id)), 100)]
        holders = {entry.passage.article_id for entry in archive.store.entries_of(by_word).values()}
        assert len(archive.store.entries_of(by_word)) == len(by_word), "the index holds what the store does not"
        assert article_id in holders, f"{article_id} is not found by its word"
        hits = searcher.search(word(article_id), limit=20).hits
        for hit in hits:
            one = hit.passage
            assert bodies[one.article_id][one.start : one.end] == one.text
