"""Notes: the little that a channel has to remember, as texts by name. Writing raises ArchiveError's subclasses."""

from __future__ import annotations

from retrieval.store.database import Database


class Notes(Database):
    """Texts by the space that they belong to, such as a channel's name and a purpose, and their key in it."""

    def note(self, space: str, key: str) -> str | None:
        """The note, None where there is none."""
        query = "SELECT value FROM notes WHERE space = ? AND key = ?"
        row = self._connection.execute(query, (space, key)).fetchone()
        return None if row is None else str(row[0])

    def notes(self, space: str) -> dict[str, str]:
        """All notes of a space by their keys, sorted."""
        query = "SELECT key, value FROM notes WHERE space = ? ORDER BY key"
        return dict(self._connection.execute(query, (space,)))

    def put_note(self, space: str, key: str, value: str, *, now: float) -> None:
        """Write a note, over an older one too."""
        with self.aside() as connection:
            connection.execute("INSERT OR REPLACE INTO notes VALUES (?, ?, ?, ?)", (space, key, value, now))

    def put_note_once(self, space: str, key: str, value: str, *, now: float) -> bool:
        """Write a note where there is none; whether there was none. Of several that try at once, one does it."""
        with self.aside() as connection:
            query = "INSERT OR IGNORE INTO notes VALUES (?, ?, ?, ?)"
            return connection.execute(query, (space, key, value, now)).rowcount > 0

    def add_to_note(self, space: str, key: str, amount: int, *, now: float) -> int:
        """Count: the note's number, 0 where there is none, is raised by `amount`; the new number."""
        query = (
            "INSERT INTO notes VALUES (?, ?, ?, ?) ON CONFLICT (space, key) DO UPDATE"
            " SET value = CAST(value AS INTEGER) + ?, updated = excluded.updated RETURNING value"
        )
        with self.aside() as connection:
            return int(connection.execute(query, (space, key, str(amount), now, amount)).fetchall()[0][0])

    def remove_note(self, space: str, key: str) -> bool:
        """Forget a note; False where there is none."""
        with self.aside() as connection:
            return connection.execute("DELETE FROM notes WHERE space = ? AND key = ?", (space, key)).rowcount > 0

    def remove_notes(self, space: str, *, before: float | None = None) -> int:
        """Forget the notes of a space, where `before` is given only those written before it; how many."""
        query = "DELETE FROM notes WHERE space = ? AND coalesce(updated < ?, 1)"
        with self.aside() as connection:
            return connection.execute(query, (space, before)).rowcount

    def remove_notes_under(self, beginning: str, *, before: float) -> int:
        """Forget the notes written before that moment in all spaces whose name begins so; how many."""
        query = "DELETE FROM notes WHERE space >= ? AND space < ? AND updated < ?"
        with self.aside() as connection:
            return connection.execute(query, (beginning, beginning + "\U0010ffff", before)).rowcount
