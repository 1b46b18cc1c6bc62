"""A raw document to articles, each with a stable id."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from itertools import chain

from retrieval.article import Article
from retrieval.formats import RawDocument
from retrieval.mentions import dates_of, place_of
from retrieval.page.page_article import PageArticle
from retrieval.page.read import read_articles, title_or_beginning
from retrieval.page.reflow import reflow
from retrieval.page.traced import INSERTED

_LONGEST_TITLE = 40
_SENTENCE_END = re.compile(r"[。！？!?；;]$")
_LETTERS = re.compile(r"\w")


def articles_of(document: RawDocument, *, split_pages: bool = True) -> Iterator[Article]:
    """The articles of one document: those of a page as they are found in it, else the one that it is.

    With `split_pages` false a page is one article too, its lines joined; its title is the first line like a headline.
    """
    return (article for article, _ in traced_articles_of(document, split_pages=split_pages))


def traced_articles_of(document: RawDocument, *, split_pages: bool = True) -> Iterator[tuple[Article, Sequence[int]]]:
    """The articles of one document, each with the offset in it of every code point of its body, or -1."""
    if document.is_page and split_pages:
        pieces = read_articles(document.body, document.headline_lines)
        first, second = next(pieces, None), next(pieces, None)
        several = (piece for piece in (first, second) if piece is not None)
        yield from (_from_page(document, piece, alone=second is None) for piece in chain(several, pieces))
        return
    reflowed = reflow(document.body) if document.is_page else None
    body = document.body if reflowed is None else reflowed.text
    if not _LETTERS.search(body):
        return
    title = document.title or _first_headline(body)
    article = Article(
        article_id=document.external_id or _content_id(title, body, document.published),
        title=title,
        body=body,
        subtitle=document.subtitle,
        author=document.author,
        published=document.published,
        source=document.source,
        url=document.url,
        place=place_of(body),
        dates=dates_of(body, document.published),
    )
    yield article, range(len(body)) if reflowed is None else reflowed.origin


def _from_page(document: RawDocument, piece: PageArticle, *, alone: bool) -> tuple[Article, Sequence[int]]:
    """Captions stand after the text, a line each, so that they can be found and quoted too."""
    parts = [(piece.body, piece.origin), *zip(piece.captions, piece.caption_origins, strict=True)]
    body, origin = _lines([part for part in parts if part[0]])
    title = (document.title if alone else "") or title_or_beginning(piece)
    article = Article(
        article_id=_content_id(title, body, document.published),
        title=title,
        body=body or title,
        subtitle=piece.subtitle,
        author=piece.author or (document.author if alone else ()),
        published=document.published,
        source=document.source,
        kind=piece.kind,
        url=document.url,
        place=place_of(body),
        dates=dates_of(body, document.published),
    )
    return article, origin if body else (INSERTED,) * len(article.body)


def _lines(parts: Sequence[tuple[str, Sequence[int]]]) -> tuple[str, Sequence[int]]:
    """The texts a line each, with the offsets of their code points."""
    if len(parts) == 1:
        return parts[0]  # the text of a long file, whose offsets are not to be copied
    origin: list[int] = []
    for number, (_, one) in enumerate(parts):
        origin += [INSERTED] * bool(number)
        origin += one
    return "\n".join(text for text, _ in parts), origin


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
