"""A raw document to articles: reflow where it is a page, and a stable id."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from retrieval.article import Article
from retrieval.formats import RawDocument
from retrieval.page.reflow import reflow

_LONGEST_TITLE = 40
_SENTENCE_END = re.compile(r"[。！？!?；;]$")
_LETTERS = re.compile(r"\w")


def articles_of(document: RawDocument) -> Iterator[Article]:
    """The articles of one document. A page is one article for now; its title is its first headline-like line."""
    body = reflow(document.body) if document.is_page else document.body
    if not _LETTERS.search(body):
        return
    title = document.title or _first_headline(body)
    yield Article(
        article_id=document.external_id or _content_id(title, body, document.published),
        title=title,
        body=body,
        subtitle=document.subtitle,
        author=document.author,
        published=document.published,
        source=document.source,
        url=document.url,
    )


def _first_headline(body: str) -> str:
    """The first of the first lines that could be a headline; else the beginning of the text."""
    lines = [line for line in body.split("\n") if _LETTERS.search(line)][:6]
    for line in lines:
        if 4 <= len(line) <= _LONGEST_TITLE and not _SENTENCE_END.search(line) and not line.startswith("——"):
            return line
    return lines[0][:_LONGEST_TITLE]


def _content_id(title: str, body: str, published: str | None) -> str:
    """The same article has the same id wherever its file lies and whenever it is read."""
    digest = hashlib.sha256("\0".join((title, body, published or "")).encode("utf-8", "surrogatepass"))
    return f"a{digest.hexdigest()[:15]}"
