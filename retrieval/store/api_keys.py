"""Keys of the HTTP API, as hashes: the keys themselves are nowhere."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from retrieval.store.database import Database


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key's name, the hash of the key, what it opens, and when it was made and revoked (seconds since 1970)."""

    name: str
    hash: str
    scope: str
    created: float
    revoked: float | None = None


class ApiKeys(Database):
    """The keys of an archive. Writing raises ArchiveError's subclasses."""

    def add_api_key(self, key: ApiKey) -> bool:
        """Keep a new key; False where the name is taken, by a revoked key too."""
        try:
            with self.aside() as connection:
                row = (key.name, key.hash, key.scope, key.created, key.revoked)
                connection.execute("INSERT INTO api_keys VALUES (?, ?, ?, ?, ?)", row)
        except sqlite3.IntegrityError:
            return False
        return True

    def revoke_api_key(self, name: str, *, now: float) -> bool:
        """Let a key open nothing more; False where no key that does has this name."""
        query = "UPDATE api_keys SET revoked = ? WHERE name = ? AND revoked IS NULL"
        with self.aside() as connection:
            return connection.execute(query, (now, name)).rowcount > 0

    def api_keys(self) -> list[ApiKey]:
        """All keys, the revoked ones too, in the order of their making."""
        query = "SELECT name, hash, scope, created, revoked FROM api_keys ORDER BY created, name"
        return [ApiKey(*row) for row in self._connection.execute(query)]
