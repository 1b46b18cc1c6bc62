"""The part of OpenAI's HTTP API that chat clients need: one model, `wenbao`, whose answers quote the archive."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from bot.assistant import LONGEST_QUESTION
from bot.channels import streams
from bot.channels.asking import Asked, Event, answering
from bot.channels.guards import Guard, GuardedRoute
from bot.channels.schemas import errors, event_stream
from bot.channels.service import Service
from bot.links import article_link

MODEL: Final = "wenbao"
_HISTORY = 50
_MARK = re.compile(r"\[(\d{1,3})\]")
_CREATED = 1767225600  # of the model, which OpenAI's clients want to know: the first day of 2026


# Of a request's messages, as OpenAPI says it; what the type cannot say.
_WITH_A_QUESTION: Final[dict[str, Any]] = {
    "contains": {"properties": {"role": {"const": "user"}}, "required": ["role", "content"]}
}


class Part(BaseModel):
    """A part of a message; only text is read."""

    type: str
    text: str = ""


class Message(BaseModel):
    """A message. Of those by `user` the last is the question, the others are what came before; others are not read."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Part] | None = None


class StreamOptions(BaseModel):
    """What a stream holds besides."""

    include_usage: StrictBool = False


class ChatRequest(BaseModel):
    """A request for a completion; what OpenAI's API knows besides, temperature for instance, changes nothing here."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"model": MODEL, "messages": [{"role": "user", "content": "半程马拉松有多少人参加？"}]}]
        }
    )
    model: Annotated[str, Field(max_length=200)] = MODEL
    messages: Annotated[list[Message], Field(min_length=1, max_length=1000, json_schema_extra=_WITH_A_QUESTION)]
    stream: StrictBool = False
    stream_options: StreamOptions | None = None
    n: Literal[1] | None = None


class UrlCitation(BaseModel):
    """Where an answer's mark stands, in characters, and what it refers to; `quote` is the cited sentence."""

    start_index: int
    end_index: int
    title: str
    url: str
    quote: str


class Annotation(BaseModel):
    """A citation."""

    type: Literal["url_citation"]
    url_citation: UrlCitation


class ReplyMessage(BaseModel):
    """The answer."""

    role: Literal["assistant"]
    content: str
    refusal: None = None
    annotations: list[Annotation]


class Choice(BaseModel):
    """The one answer."""

    index: int
    message: ReplyMessage
    logprobs: None = None
    finish_reason: Literal["stop"]


class Usage(BaseModel):
    """Tokens of question and answer, by the encoder's count."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class ChatCompletion(BaseModel):
    """The answer in OpenAI's shape; `wenbao` holds it in ours."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[Choice]
    usage: Usage
    wenbao: dict[str, Any]


class ModelModel(BaseModel):
    """A model."""

    id: str
    object: Literal["model"]
    created: int
    owned_by: str


class ModelsModel(BaseModel):
    """The models."""

    object: Literal["list"]
    data: list[ModelModel]


_THE_MODEL: Final = {"id": MODEL, "object": "model", "created": _CREATED, "owned_by": MODEL}


def openai_routes(service: Service, guard: Guard) -> APIRouter:
    """The routes."""
    router = APIRouter(dependencies=[Depends(guard.reading)], route_class=GuardedRoute)

    @router.post(
        "/v1/chat/completions",
        response_model=ChatCompletion,
        responses={200: event_stream('data: {"choices": […], …}\n\ndata: [DONE]\n\n'), **errors(400)},
        summary="Ask as OpenAI's clients do",
    )
    async def complete(request: Request, body: ChatRequest) -> Response:
        asked = replace(asked_of(body), signing=guard.signing(request))
        if service.log_questions:
            request.scope["state"]["question"] = asked.text
        base = str(request.base_url)
        events = service.work.stream(_counted(service, asked))
        if not body.stream:
            return JSONResponse(completion_of(await streams.answer_of(request, events), base))
        form = streams.StreamForm(_Chunks(base, _wants_usage(body)), _data, "data: [DONE]\n\n")
        return await streams.event_response(request, events, form)

    @router.get("/v1/models", response_model=ModelsModel, summary="The models: there is one")
    async def models() -> Response:
        return JSONResponse({"object": "list", "data": [_THE_MODEL]})

    @router.get("/v1/models/{model}", response_model=ModelModel, responses=errors(404), summary="A model")
    async def model(model: str) -> Response:
        if model != MODEL:
            raise HTTPException(404, f"There is no model {model!r}; there is {MODEL}.")
        return JSONResponse(_THE_MODEL)

    return router


def asked_of(body: ChatRequest) -> Asked:
    """The question that the messages ask. Raises HTTPException 400."""
    questions = [_text(message) for message in body.messages if message.role == "user"]
    if not questions:
        raise HTTPException(400, "messages: none is by the role user, and its content is the question.")
    earlier = [one.strip()[:LONGEST_QUESTION] for one in questions[:-1]]
    return Asked(questions[-1], [one for one in earlier if one][-_HISTORY:])


def _text(message: Message) -> str:
    if not isinstance(message.content, list):
        return message.content or ""
    other = next((part.type for part in message.content if part.type != "text"), None)
    if other is not None:
        raise HTTPException(400, f"messages: a part of type {other[:40]!r} cannot be read; send text.")
    return "\n".join(part.text for part in message.content)


def _wants_usage(body: ChatRequest) -> bool:
    return body.stream_options is not None and body.stream_options.include_usage


def _counted(service: Service, asked: Asked) -> Callable[[threading.Event], Iterator[Event]]:
    """As `answering`, the answer with its usage: counted there, for a long history takes the tokenizer a while."""

    def events(stop: threading.Event) -> Iterator[Event]:
        for event in answering(service, asked)(stop):
            is_last = event.name == "answer"
            yield replace(event, usage=_usage(service, asked, event.data)) if is_last else event

    return events


def _usage(service: Service, asked: Asked, answer: Mapping[str, Any]) -> dict[str, int]:
    texts = [*asked.history, asked.text, str(answer["answer"])]
    counts = service.encoder.count_tokens(texts) if service.encoder else [len(text) for text in texts]
    return {"prompt_tokens": sum(counts[:-1]), "completion_tokens": counts[-1], "total_tokens": sum(counts)}


def annotations_of(answer: Mapping[str, Any], base: str) -> list[dict[str, Any]]:
    """A citation for each mark `[n]` of the answer's text, and one at its end for each that no mark refers to."""
    text, citations = str(answer["answer"]), answer["citations"]
    places = [(int(mark[1]), mark.start(), mark.end()) for mark in _MARK.finditer(text)]
    named = {number for number, _, _ in places}
    places += [(number, len(text), len(text)) for number in range(1, len(citations) + 1) if number not in named]
    return [
        {
            "type": "url_citation",
            "url_citation": {
                "start_index": start,
                "end_index": end,
                "title": citations[number - 1]["title"],
                "url": base + article_link(citations[number - 1]),
                "quote": citations[number - 1]["quote"],
            },
        }
        for number, start, end in places
        if 1 <= number <= len(citations)
    ]


def completion_of(event: Event, base: str) -> dict[str, Any]:
    """The answer, the last event, as a completion."""
    answer = event.data
    message = {
        "role": "assistant",
        "content": answer["answer"],
        "refusal": None,
        "annotations": annotations_of(answer, base),
    }
    return {
        "id": f"chatcmpl-{answer['answer_id']}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": MODEL,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": event.usage,
        "wenbao": answer,
    }


class _Chunks:
    """The events of one answer as the chunks of a completion."""

    def __init__(self, base: str, with_usage: bool) -> None:
        self._base = base
        self._with_usage = with_usage
        self._created = int(time.time())
        self._id = f"chatcmpl-{self._created:x}{id(self):x}"

    def __call__(self, event: Event) -> str:
        if event.name == "searching":
            return self._chunk({"role": "assistant", "content": ""})
        if event.name == "delta":
            return self._chunk({"content": event.data["text"]})
        if event.name != "answer":
            return ""
        annotations = annotations_of(event.data, self._base)
        text = self._chunk({"annotations": annotations}, "stop", wenbao=event.data)
        if self._with_usage:
            text += self._chunk(None, usage=event.usage)
        return text

    def _chunk(self, delta: Mapping[str, Any] | None, finish_reason: str | None = None, **more: Any) -> str:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return _data(
            {
                "id": self._id,
                "object": "chat.completion.chunk",
                "created": self._created,
                "model": MODEL,
                "choices": [] if delta is None else [choice],
                **more,
            }
        )


def _data(data: object) -> str:
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n"
