"""A question over HTTP: its conversation, the events of its answer, and what is remembered of them."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.answer import Answer, AnswerEvent, Delta, Finished, Language, PassagesFound, Question, Searching
from bot.channels.passes import with_passes
from bot.channels.service import Service
from bot.conversations import GivenAnswer
from bot.serialization import answer_to_json, hit_to_json
from retrieval.errors import ArchiveError
from retrieval.filters import Filters

NEW = "new"  # the conversation id that begins one


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as a client sends it."""

    text: str
    history: Sequence[str] = ()
    conversation_id: str | None = None
    filters: Filters | None = None
    language: Language | None = None
    signing: str = field(default="", repr=False)
    """The hash of the key whose passes open the articles' pages, "" where none is needed."""


@dataclass(frozen=True, slots=True)
class Event:
    """What a stream tells: the event's name, and its data as JSON."""

    name: str
    data: dict[str, Any]
    usage: Mapping[str, int] | None = None
    """Of an answer, where tokens are counted."""


def answering(service: Service, asked: Asked) -> Callable[[threading.Event], Iterator[Event]]:
    """What answers on a thread of the work queue; the last event is `answer`, none comes once `stop` is set."""

    def events(stop: threading.Event) -> Iterator[Event]:
        conversation_id, history, is_new = _conversation(service, asked)
        question = Question(asked.text, history, asked.language)
        for event in service.metrics.timed(service.assistant.ask(question, filters=asked.filters, stop=stop)):
            if isinstance(event, Finished):
                given = _given(service, event.answer, conversation_id, is_new=is_new)
                signed = with_passes(given, asked.signing, now=time.time()) if asked.signing else given
                yield Event("answer", signed)
            else:
                yield _event(event)

    return events


def _conversation(service: Service, asked: Asked) -> tuple[str | None, tuple[str, ...], bool]:
    """The conversation that the answer belongs to, the questions that came before, and whether it begins with this."""
    if asked.conversation_id is None:
        return None, tuple(asked.history), False
    known = None if asked.conversation_id == NEW else service.conversations.questions(asked.conversation_id)
    if known is not None:
        return asked.conversation_id, known, False
    try:
        return service.conversations.begin(), tuple(asked.history), True
    except ArchiveError:  # it cannot be written
        return None, tuple(asked.history), False


def _given(service: Service, answer: Answer, conversation_id: str | None, *, is_new: bool) -> dict[str, Any]:
    """The answer as JSON, with its id, after it was remembered."""
    out = answer_to_json(answer)
    answer_id = secrets.token_hex(8)
    turn = {name: out[name] for name in ("question", "standalone", "answer", "refused", "citations")}
    turn["answer_id"] = answer_id
    if conversation_id and not service.conversations.keep(conversation_id, turn, is_new=is_new):
        conversation_id = None
    service.answers.add(answer_id, GivenAnswer(answer.question, out, conversation_id))
    return out | {"answer_id": answer_id, "conversation_id": conversation_id}


def _event(event: AnswerEvent) -> Event:
    if isinstance(event, Searching):
        return Event("searching", {})
    if isinstance(event, PassagesFound):
        return Event("passages", {"passages": [hit_to_json(hit) for hit in event.hits]})
    assert isinstance(event, Delta)
    return Event("delta", {"text": event.text})
