"""Feedback: votes and comments on answers, with the question and the answer that they are about."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from retrieval.store.database import Database

_COLUMNS = "channel, user, answer_id, conversation, question, answer, vote, comment, created, updated"


@dataclass(frozen=True, slots=True)
class Feedback:
    """What one user of a channel says of one answer; `vote` is 1, -1 or 0 for none; seconds since 1970."""

    channel: str
    user: str
    answer_id: str
    conversation: str | None
    question: str
    answer: Mapping[str, Any]
    vote: int
    comment: str
    created: float
    updated: float


class Feedbacks(Database):
    """The feedback that an archive keeps, one of each user on each answer. Writing raises ArchiveError's subclasses."""

    def put_feedback(self, feedback: Feedback) -> None:
        """Keep it in place of what the same user said of the same answer; when that was first said stays."""
        one = feedback
        row = (one.channel, one.user, one.answer_id, one.conversation, one.question, json.dumps(one.answer))
        with self.aside() as connection:
            connection.execute(
                f"INSERT INTO feedback ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (channel, user, answer_id) DO UPDATE SET conversation = excluded.conversation,"
                " question = excluded.question, answer = excluded.answer, vote = excluded.vote,"
                " comment = excluded.comment, updated = excluded.updated",
                (*row, one.vote, one.comment, one.created, one.updated),
            )

    def feedback(self, channel: str, user: str, answer_id: str) -> Feedback | None:
        """What this user said of this answer, None where that is nothing."""
        query = f"SELECT {_COLUMNS} FROM feedback WHERE channel = ? AND user = ? AND answer_id = ?"
        row = self._connection.execute(query, (channel, user, answer_id)).fetchone()
        return None if row is None else _feedback(row)

    def feedbacks(
        self, *, channel: str | None = None, vote: int | None = None, limit: int = 100, offset: int = 0
    ) -> list[Feedback]:
        """All feedback, of one channel or one vote only where they are given, the last changed first."""
        query = (
            f"SELECT {_COLUMNS} FROM feedback WHERE coalesce(?1 = channel, 1) AND coalesce(?2 = vote, 1)"
            " ORDER BY updated DESC, feedback_key DESC LIMIT ?3 OFFSET ?4"
        )
        return [_feedback(row) for row in self._connection.execute(query, (channel, vote, limit, offset))]

    def vote_counts(self) -> tuple[int, int]:
        """How many votes are for the answers, and how many against."""
        query = "SELECT coalesce(sum(vote > 0), 0), coalesce(sum(vote < 0), 0) FROM feedback"
        up, down = self._connection.execute(query).fetchone()
        return int(up), int(down)

    def remove_feedback(self, channel: str, user: str) -> int:
        """Forget all that a user said; how many answers that was about."""
        with self.aside() as connection:
            query = "DELETE FROM feedback WHERE channel = ? AND user = ?"
            return connection.execute(query, (channel, user)).rowcount

    def remove_feedback_on(self, channel: str, beginning: str) -> int:
        """Forget what anybody said of the answers whose ids begin so; how many that were."""
        with self.aside() as connection:
            query = "DELETE FROM feedback WHERE channel = ? AND answer_id >= ? AND answer_id < ?"
            return connection.execute(query, (channel, beginning, beginning + "\U0010ffff")).rowcount


def _feedback(row: Sequence[Any]) -> Feedback:
    channel, user, answer_id, conversation, question, answer, *rest = row
    return Feedback(channel, user, answer_id, conversation, question, json.loads(answer), *rest)
