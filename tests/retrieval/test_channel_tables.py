"""What channels keep in the archive: conversations, feedback, keys and notes."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from retrieval.errors import ArchiveReadOnlyError
from retrieval.store import FILE_NAME, ApiKey, Conversation, Feedback, Store

LIKED = Feedback("api", "", "0a", "api:x", "多少米？", {"answer": "1860米。"}, 1, "", 100.0, 100.0)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    one = Store(tmp_path / "archive", create=True)
    yield one
    one.close()


def test_a_conversation_keeps_its_newest_turns(store: Store) -> None:
    assert store.conversation("api:a") is None
    for number in range(5):
        store.append_turn("api:a", {"question": f"第{number}问\ud800"}, now=10.0 + number, most=3)
    kept = tuple({"question": f"第{number}问\ud800"} for number in (2, 3, 4))
    assert store.conversation("api:a") == Conversation("api:a", 10.0, 14.0, kept)
    store.put_conversation("api:a", [{"question": "改"}], now=20.0)
    assert store.conversation("api:a") == Conversation("api:a", 10.0, 20.0, ({"question": "改"},))
    assert store.remove_conversation("api:a")
    assert not store.remove_conversation("api:a")


def test_conversations_by_prefix_and_age(store: Store) -> None:
    for number, key in enumerate(["api:a", "telegram:1:5", "telegram:1:6", "telegram:12:5", "api:b"]):
        store.append_turn(key, {}, now=float(number))
    assert [one.key for one in store.conversations("telegram:1:")] == ["telegram:1:6", "telegram:1:5"]
    assert [one.key for one in store.conversations(limit=2)] == ["api:b", "telegram:12:5"]
    assert store.expire_conversations(3.0, prefix="api:") == 1
    assert [one.key for one in store.conversations("api:")] == ["api:b"]
    assert store.expire_conversations(0.0, prefix="telegram:", most=2) == 1
    assert [one.key for one in store.conversations("telegram:")] == ["telegram:12:5", "telegram:1:6"]
    assert store.remove_conversations("telegram:1:") == 1
    assert store.expire_conversations(9.0) == 2


def test_one_vote_of_each_user_on_each_answer(store: Store) -> None:
    store.put_feedback(LIKED)
    store.put_feedback(replace(LIKED, user="42", updated=101.0))
    assert store.vote_counts() == (2, 0)
    store.put_feedback(replace(LIKED, vote=-1, comment="不对", created=200.0, updated=200.0))
    assert store.feedback("api", "", "0a") == replace(LIKED, vote=-1, comment="不对", updated=200.0)
    assert store.feedback("telegram", "", "0a") is None
    assert store.vote_counts() == (1, 1)
    assert [one.user for one in store.feedbacks()] == ["", "42"]
    assert [one.user for one in store.feedbacks(vote=1)] == ["42"]
    assert store.feedbacks(channel="telegram") == []
    assert [one.user for one in store.feedbacks(limit=1, offset=1)] == ["42"]
    assert (store.remove_feedback("api", "42"), store.remove_feedback("api", "42")) == (1, 0)


def test_keys(store: Store) -> None:
    key = ApiKey("web", "ab" * 32, "ask", 5.0)
    assert store.add_api_key(key)
    assert not store.add_api_key(ApiKey("web", "cd" * 32, "admin", 6.0))
    assert store.revoke_api_key("web", now=7.0)
    assert not store.revoke_api_key("web", now=8.0)
    assert not store.revoke_api_key("other", now=8.0)
    assert not store.add_api_key(ApiKey("web", "cd" * 32, "admin", 6.0))
    assert store.api_keys() == [replace(key, revoked=7.0)]


def test_notes(store: Store) -> None:
    store.put_note("telegram:chat", "5", "zh", now=1.0)
    store.put_note("telegram:chat", "5", "en", now=2.0)
    assert (store.note("telegram:chat", "5"), store.note("telegram", "5")) == ("en", None)
    assert [store.put_note_once("telegram:seen", "9", "", now=1.0) for _ in range(2)] == [True, False]
    assert [store.add_to_note("telegram:day", "5", amount, now=3.0) for amount in (2, 3, -1)] == [2, 5, 4]
    assert store.notes("telegram:day") == {"5": "4"}
    assert store.remove_notes("telegram:chat", before=2.0) == 0
    assert store.remove_notes("telegram:chat") == 1
    assert store.remove_note("telegram:seen", "9")
    assert not store.remove_note("telegram:seen", "9")


def test_what_channels_keep_moves_no_generation(store: Store) -> None:
    before = store.generation()
    store.append_turn("api:a", {}, now=1.0)
    store.put_feedback(LIKED)
    store.add_api_key(ApiKey("web", "ab", "ask", 5.0))
    store.put_note("a", "b", "c", now=1.0)
    assert store.generation() == before


def test_turns_and_counts_of_many_threads_are_all_kept(store: Store) -> None:
    def work(number: int) -> None:
        for _ in range(20):
            store.append_turn("api:a", {"by": number}, now=1.0, most=1000)
            store.add_to_note("a", "b", 1, now=1.0)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = store.conversation("api:a")
    assert kept
    assert len(kept.turns) == 80
    assert store.note("a", "b") == "80"


WRITES: list[Callable[[Store], object]] = [
    lambda store: store.append_turn("api:a", {}, now=1.0),
    lambda store: store.put_feedback(LIKED),
    lambda store: store.add_api_key(ApiKey("web", "ab", "ask", 5.0)),
    lambda store: store.put_note("a", "b", "c", now=1.0),
]


@pytest.mark.parametrize("write", WRITES)
def test_where_nothing_can_be_written(store: Store, write: Callable[[Store], object]) -> None:
    store._connection.execute("PRAGMA query_only=ON")
    with pytest.raises(ArchiveReadOnlyError, match="cannot be written"):
        write(store)
    store._connection.execute("PRAGMA query_only=OFF")
    connection = sqlite3.connect(store.path)
    for table in ("conversations", "feedback", "api_keys", "notes"):
        assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    connection.close()
    assert store.path.name == FILE_NAME
