"""What messages say: answers, sources, articles and lists, as spans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.answer import Language
from bot.channels.telegram.phrases import say
from bot.channels.telegram.text import Span, one_line, plain, shown, split
from bot.phrases import phrase
from retrieval.article import Article
from retrieval.hit import Hit

_PAGE_UNITS = 3000
_EXCERPT = 180
_LONGEST_TITLE = 120


def answer_spans(
    record: Mapping[str, Any],
    *,
    length: str,
    with_sources: bool,
    language: Language,
    late: bool = False,
    contexts: Sequence[str] = (),
) -> list[Span]:
    """An answer as it is sent: an apology where it is late, the short answer in bold, the rest, the sources."""
    spans = [Span(say("late", language), "i"), Span("\n\n")] if late else []
    short = shown(record.get("short_answer") or "").strip()
    whole = shown(record["text"]).strip()
    spans += _short_only(short, whole, record) if length == "short" else _explained(short, whole)
    for number, context in enumerate(contexts, 1):
        spans += [Span(f"\n\n[{number}]\n"), Span(shown(context).strip(), "blockquote expandable")]
    if with_sources and record["citations"]:
        spans += [Span("\n\n"), Span(say("sources", language), "b")]
        for number, one in enumerate(record["citations"], 1):
            spans.append(Span(f"\n[{number}] {_about(one['title'], one['source'], one['published'], language)}"))
    for one in record["nearest"]:
        spans.append(Span(f"\n• {_about(one['title'], one['source'], one['published'], language)}"))
    return spans if plain(spans).strip() else [Span("…")]


def _explained(short: str, whole: str) -> list[Span]:
    """The whole answer, the short one bold: on a line of its own where it stands so, else within its sentence."""
    if not short:
        return [Span(whole)]
    caution = _caution(whole)
    before, found, after = whole[len(caution) :].partition(short)
    if not found:
        return [Span(short, "b"), Span("\n\n"), Span(whole)]
    if not before and after.startswith("\n"):
        after = "\n\n" + after.lstrip()
    return [Span(caution + before), Span(short, "b"), Span(after)]


def _short_only(short: str, whole: str, record: Mapping[str, Any]) -> list[Span]:
    """The short answer, or the first quoted sentence where there is none; with what warns of either."""
    if short:
        return [Span(_caution(whole)), Span(short, "b")]
    if record["refused"] or not record["citations"]:
        return [Span(whole)]
    return [Span(_caution(whole)), Span(f"{shown(record['citations'][0]['quote']).strip()} [1]")]


def _caution(whole: str) -> str:
    """The words with which an answer begins that is not certain; "" where it begins without."""
    languages: tuple[Language, ...] = ("zh", "en")
    cautions = [phrase("caution", language) for language in languages]
    return next((one for one in cautions if whole.startswith(one)), "")


def _about(title: str, source: str, published: str | None, language: Language) -> str:
    name = one_line(title, _LONGEST_TITLE) or say("untitled", language)
    named = f"《{name}》" if language == "zh" else f"“{name}”"
    rest = " · ".join(one_line(part, 60) for part in (source, published) if part)
    return f"{named} {rest}".rstrip()


def source_spans(citation: Mapping[str, Any], language: Language, *, changed: bool) -> list[Span]:
    """One source: the quote, and what article it stands in."""
    spans = [
        Span(one_line(citation["title"], _LONGEST_TITLE) or say("untitled", language), "b"),
        Span(_under(citation["source"], citation["published"])),
        Span("\n\n"),
        Span(shown(citation["quote"]).strip(), "blockquote"),
    ]
    if changed:
        spans += [Span("\n\n"), Span(say("changed", language), "i")]
    return spans


def _under(*parts: str | None) -> str:
    line = " · ".join(one_line(part, 100) for part in parts if part)
    return f"\n{line}" if line else ""


def article_pages(article: Article, language: Language) -> list[list[Span]]:
    """An article in pages, each under its title."""
    head = [
        Span(one_line(article.title, _LONGEST_TITLE) or say("untitled", language), "b"),
        Span(_under(article.source, article.published, "、".join(article.author))),
        Span("\n\n"),
    ]
    bodies = split([Span(shown(article.body))], _PAGE_UNITS) or [[Span("…")]]
    return [[*head, *body] for body in bodies]


def page_of(article: Article, start: int) -> int:
    """The page of `article_pages` on which the character `start` of the body stands."""
    seen = len("".join(shown(article.body[:start]).split()))
    for number, page in enumerate(split([Span(shown(article.body))], _PAGE_UNITS)):
        seen -= len("".join(plain(page).split()))
        if seen < 0:
            return number
    return 0


def hits_spans(head: str, hits: Sequence[Hit], first: int, language: Language) -> list[Span]:
    """Passages under a heading, numbered from `first`."""
    spans = [Span(one_line(head, 300), "b")]
    for number, hit in enumerate(hits, first):
        about = _about(hit.title, hit.source, hit.published, language)
        spans += [Span(f"\n\n{number}. {about}\n"), Span(one_line(hit.passage.text, _EXCERPT), "blockquote")]
    return spans


def articles_spans(head: str, articles: Sequence[Article], first: int, language: Language) -> list[Span]:
    """Articles under a heading, numbered from `first`, with how each begins."""
    spans = [Span(head, "b")]
    for number, one in enumerate(articles, first):
        spans.append(Span(f"\n\n{number}. {_about(one.title, one.source, one.published, language)}\n"))
        spans.append(Span(one_line(one.body, 80), "i"))
    return spans
