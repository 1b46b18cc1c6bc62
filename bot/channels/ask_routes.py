"""Questions over HTTP: asking, searching, what to ask first, conversations and feedback."""

from __future__ import annotations

import time
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, HTTPException, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from bot.answer import Language
from bot.channels import streams
from bot.channels.asking import Asked, answering
from bot.channels.guards import Guard, GuardedRoute, caller_of
from bot.channels.passes import signed
from bot.channels.schemas import (
    AnswerModel,
    AskRequest,
    FeedbackKept,
    FeedbackModel,
    FeedbackQuery,
    FeedbackRequest,
    SearchModel,
    SearchQuery,
    SuggestionsModel,
    errors,
    event_stream,
    filters_of,
)
from bot.channels.service import Service
from bot.conversations import GivenAnswer
from bot.phrases import suggestion
from bot.serialization import search_to_json
from retrieval.store import Feedback

SUGGESTIONS = 4
_VOTES = {"up": 1, "down": -1, "none": 0}
_NAMES = {vote: name for name, vote in _VOTES.items()}
_EVENTS = {
    "description": "The answer, or its events: searching, passages, delta, answer, error",
    **event_stream(
        'event: searching\ndata: {}\n\nevent: delta\ndata: {"text": "…"}\n\n'
        'event: answer\ndata: {"question": "…", "answer": "…", …}\n\n'
    ),
}
_EVENTS_FORM = streams.StreamForm(
    event=lambda event: streams.sse(event.name, event.data), error=lambda body: streams.sse("error", body)
)


def ask_routes(service: Service, guard: Guard) -> APIRouter:
    """The routes."""
    router = APIRouter(route_class=GuardedRoute)
    reader = [Depends(guard.reading)]

    @router.post(
        "/v1/ask",
        response_model=AnswerModel,
        responses={200: _EVENTS, **errors(400)},
        dependencies=reader,
        summary="Ask a question",
    )
    async def ask(request: Request, body: AskRequest, accept: Annotated[str, Header()] = "") -> Response:
        filters, signing = filters_of(body.filters), guard.signing(request)
        asked = Asked(body.question, body.history, body.conversation_id, filters, body.language, signing)
        if service.log_questions:
            request.scope["state"]["question"] = body.question
        events = service.work.stream(answering(service, asked))
        if body.stream or "text/event-stream" in accept:
            return await streams.event_response(request, events, _EVENTS_FORM)
        return JSONResponse((await streams.answer_of(request, events)).data)

    @router.get(
        "/v1/search", response_model=SearchModel, responses=errors(400), dependencies=reader, summary="Find passages"
    )
    async def search(request: Request, query: Annotated[SearchQuery, Query()]) -> Response:
        filters, signing = filters_of(query), guard.signing(request)
        search_for, limit = service.searcher.search, query.limit
        result = await service.searches.run(lambda: search_for(query.q, limit=limit, filters=filters))
        found = search_to_json(query.q, result)
        return JSONResponse(found | {"hits": signed(found["hits"], signing, now=time.time())})

    @router.get(
        "/v1/suggestions",
        response_model=SuggestionsModel,
        dependencies=reader,
        summary="Questions to begin with, made from the archive",
    )
    async def suggestions(language: Language = "zh") -> dict[str, list[str]]:
        store = service.archive.store
        found = await service.reads.run(lambda: list(store.articles(limit=SUGGESTIONS)))
        return {"suggestions": [suggestion(article.title, language) for article in found if article.title]}

    @router.delete(
        "/v1/conversations/{conversation_id}",
        status_code=204,
        response_class=Response,
        responses=errors(404),
        dependencies=reader,
        summary="Forget a conversation, if it is there",
    )
    async def forget(conversation_id: Annotated[str, Path(max_length=200)]) -> None:
        await service.reads.run(lambda: service.conversations.forget(conversation_id))

    _add_feedback(router, service, guard)
    return router


def _add_feedback(router: APIRouter, service: Service, guard: Guard) -> None:
    @router.post(
        "/v1/feedback",
        response_model=FeedbackKept,
        responses=errors(404),
        dependencies=[Depends(guard.reading)],
        summary="Vote on an answer, or say something about it; again for the same answer replaces that",
    )
    async def feedback(request: Request, body: FeedbackRequest) -> Response:
        user = caller_of(request).name
        return JSONResponse(await service.reads.run(lambda: _keep_feedback(service, body, user)))

    @router.get(
        "/v1/feedback",
        response_model=list[FeedbackModel],
        responses=errors(401, 403),
        dependencies=[Depends(guard.administering)],
        summary="What was said of answers, the latest first",
    )
    async def feedbacks(query: Annotated[FeedbackQuery, Query()]) -> Response:
        vote = None if query.vote is None else _VOTES[query.vote]
        found = await service.reads.run(
            lambda: service.archive.store.feedbacks(vote=vote, limit=query.limit, offset=query.offset)
        )
        return JSONResponse([_feedback_to_json(one) for one in found])


def _keep_feedback(service: Service, body: FeedbackRequest, user: str) -> dict[str, Any]:
    with service.voting:  # a vote and a comment sent side by side must not undo each other
        return _kept_feedback(service, body, user)


def _kept_feedback(service: Service, body: FeedbackRequest, user: str) -> dict[str, Any]:
    store = service.archive.store
    before = store.feedback("api", user, body.answer_id)
    given = _given_answer(service, body)
    if given is None and before is not None:
        given = GivenAnswer(before.question, before.answer, before.conversation)
    if given is None:
        raise HTTPException(
            404,
            f"The answer {body.answer_id!r} is not known any more; send its question and its text along.",
        )
    now = time.time()
    vote = _VOTES[body.vote] if body.vote is not None else before.vote if before else 0
    comment = body.comment if body.comment is not None else before.comment if before else ""
    store.put_feedback(
        Feedback(
            "api", user, body.answer_id, given.conversation_id, given.question, given.answer, vote, comment, now, now
        )
    )
    store.flush()
    return {"answer_id": body.answer_id, "vote": _NAMES[vote], "comment": comment}


def _given_answer(service: Service, body: FeedbackRequest) -> GivenAnswer | None:
    """The answer as this server knows it; what the client says of it is the last resort, and marked as such."""
    recent = service.answers.get(body.answer_id)
    if recent is not None:
        return recent
    if body.conversation_id is not None:
        for turn in service.conversations.turns(body.conversation_id) or ():
            if turn.get("answer_id") == body.answer_id:
                return GivenAnswer(str(turn.get("question", "")), turn, body.conversation_id)
    if body.question is not None and body.answer is not None:
        return GivenAnswer(body.question, {"answer": body.answer, "told_by_client": True}, None)
    return None


def _feedback_to_json(one: Feedback) -> dict[str, Any]:
    return {
        "channel": one.channel,
        "user": one.user,
        "answer_id": one.answer_id,
        "question": one.question,
        "answer": str(one.answer.get("answer", "")),
        "vote": _NAMES.get(one.vote, "none"),
        "comment": one.comment,
        "created": one.created,
        "updated": one.updated,
    }
