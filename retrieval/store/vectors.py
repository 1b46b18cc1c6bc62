"""Vectors of passages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from retrieval.store.passages import IndexEntry, Passages

_LENGTH_OFF = 0.01  # that float16 and an encoder's own rounding may bring


class Vectors(Passages):
    """The vectors of an archive's passages."""

    def passages_without_vector(self, limit: int, after: int = 0) -> list[IndexEntry]:
        """Up to `limit` passages with an id above `after` that have no vector yet, oldest first."""
        query = (
            "SELECT passage_id FROM passages WHERE passage_id > ? AND NOT EXISTS"
            " (SELECT 1 FROM vectors WHERE vectors.passage_id = passages.passage_id) ORDER BY passage_id LIMIT ?"
        )
        ids = [int(row[0]) for row in self._connection.execute(query, (after, limit))]
        entries = self.entries_of(ids)
        return [entries[one] for one in ids if one in entries]

    def put_vectors(self, passage_ids: Sequence[int], vectors: NDArray[np.float32]) -> None:
        """Keep vectors, (n, dimension) float32, of passages; those removed meanwhile are passed over."""
        blobs = [row.tobytes() for row in vectors.astype("<f2")]
        with self.transaction() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO vectors (passage_id, vector)"
                " SELECT passage_id, ? FROM passages WHERE passage_id = ?",
                zip(blobs, passage_ids, strict=True),
            )

    def vectors(self, after: int = 0) -> Iterator[tuple[int, int, bytes]]:
        """(sequence, passage_id, float16 bytes) of every vector written since `after`, in order."""
        query = "SELECT sequence, passage_id, vector FROM vectors WHERE sequence > ? ORDER BY sequence"
        yield from self._connection.execute(query, (after,))

    def newest_vector(self) -> int:
        """The sequence of the vector written last, 0 where there is none."""
        return int(self._connection.execute("SELECT coalesce(max(sequence), 0) FROM vectors").fetchone()[0])

    def clear_vectors(self, encoder: str) -> None:
        """Drop all vectors; from now on the archive is that of `encoder`."""
        with self.transaction() as connection:
            connection.execute("DELETE FROM vectors")
            connection.execute("INSERT OR REPLACE INTO meta VALUES ('encoder', ?)", (encoder,))

    def bad_vectors(self, dimension: int) -> list[int]:
        """Ids of the passages whose vector is none of `dimension` finite numbers of length 1; reads all of them."""
        bad = []
        for _, passage_id, blob in self.vectors():
            vector = np.frombuffer(blob[: len(blob) // 2 * 2], "<f2").astype(np.float32)
            if len(blob) != 2 * dimension or not abs(float(np.linalg.norm(vector)) - 1.0) < _LENGTH_OFF:
                bad.append(passage_id)
        return bad

    def drop_vectors(self, passage_ids: Sequence[int]) -> None:
        """Let these go, so that they are made anew."""
        with self.transaction() as connection:
            connection.executemany("DELETE FROM vectors WHERE passage_id = ?", ((one,) for one in passage_ids))
