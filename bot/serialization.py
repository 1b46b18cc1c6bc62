"""Answers and hits as the JSON that outsiders rely on (see DESIGN's contracts)."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import PurePath
from typing import Any

from bot.answer import Answer
from retrieval.article import Article
from retrieval.hit import Hit, SearchResult
from retrieval.store import OriginalSpan

# What JSON lets stand in a text, and a terminal would obey or an encoder refuse: C1 controls, bidirectional controls,
# line separators and lone surrogates.
_UNSAFE = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def json_text(value: Any, *, indent: int = 2) -> str:
    """`value` as JSON that is safe to print: unseen controls in texts are written as escapes, and mean the same."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def answer_to_json(answer: Answer) -> dict[str, Any]:
    """The contract of `ask --json` and `POST /v1/ask`."""
    out: dict[str, Any] = {
        "question": answer.question,
        "answer": answer.answer,
        "refused": answer.refused,
        "confidence": round(answer.confidence, 4),
        "citations": [asdict(citation) for citation in answer.citations],
        "nearest": [asdict(reference) for reference in answer.nearest],
        "standalone": answer.standalone,
        "vector_share": round(answer.vector_share, 4),
        "latency_ms": round(answer.latency_ms, 1),
    }
    if answer.short_answer is not None:
        out["short_answer"] = answer.short_answer
    return out


def hit_to_json(hit: Hit) -> dict[str, Any]:
    """One passage found."""
    return {
        "article_id": hit.passage.article_id,
        "title": hit.title,
        "published": hit.published,
        "source": hit.source,
        "text": hit.passage.text,
        "start": hit.passage.start,
        "end": hit.passage.end,
        "score": round(hit.score, 4),
        "relevance": round(hit.relevance, 4),
        "also": [asdict(carrier) for carrier in hit.also],
    }


def search_to_json(query: str, result: SearchResult) -> dict[str, Any]:
    """The contract of `search --json` and `GET /v1/search`."""
    return {
        "query": query,
        "vector_share": round(result.vector_share, 4),
        "missing_phrases": list(result.missing_phrases),
        "hits": [hit_to_json(hit) for hit in result.hits],
    }


def article_to_json(article: Article, *, full: bool) -> dict[str, Any]:
    """The contract of `articles --json`; with the body if `full`."""
    out: dict[str, Any] = {
        "article_id": article.article_id,
        "title": article.title,
        "subtitle": article.subtitle,
        "author": list(article.author),
        "published": article.published,
        "source": article.source,
        "kind": article.kind,
    }
    if article.url:
        out["url"] = article.url
    if full:
        out["body"] = article.body
        out["place"] = article.place
        out["dates"] = list(article.dates)
    return out


def original_to_json(span: OriginalSpan) -> dict[str, Any]:
    """The key `original` of an article: where a stretch of it stands in its file, of whose path the name is shown."""
    return {
        "source": PurePath(span.source).name,
        "locator": span.locator,
        "start": span.start,
        "end": span.end,
        "parts": [list(part) for part in span.parts],
        "text": span.text,
    }
