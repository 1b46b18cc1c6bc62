"""The pages a browser shows: the packaged files of `/`, and an article with the cited range marked.

Pure functions from values to text: no web framework, no store. Everything of an article passes through
`html.escape`, and no page holds a script or a style of its own, so that all of them work under
`CONTENT_SECURITY_POLICY`.
"""

from __future__ import annotations

import functools
import hashlib
import html
import importlib.resources
import re
from collections.abc import Iterator
from typing import Final, Literal

from retrieval.article import Article

Language = Literal["zh", "en"]

# `frame-ancestors 'self'`: an article may be framed by its own site; no other may.
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)

STATIC_FILES: Final = {
    "index.html": "text/html; charset=utf-8",
    "base.css": "text/css; charset=utf-8",
    "home.css": "text/css; charset=utf-8",
    "demo.css": "text/css; charset=utf-8",
    "article.css": "text/css; charset=utf-8",
    "api.css": "text/css; charset=utf-8",
    "home.js": "text/javascript; charset=utf-8",
    "theme.js": "text/javascript; charset=utf-8",
    "favicon.svg": "image/svg+xml",
}

_TEXTS: Final[dict[Language, dict[str, str]]] = {
    "zh": {
        "lang": "zh-CN",
        "site": "问报",
        "back": "← 返回问报",
        "quote": "看引文 ↓",
        "untitled": "（无题）",
        "date": "日期",
        "source": "来源",
        "author": "作者",
        "original": "原文",
        "missing": "没有这篇文章",
        "why": "它可能已从档案中移除，或者链接不完整。",
        "locked": "这篇文章现在打不开",
        "how": "文章只能由回答、搜索或列表中的链接打开，链接十二小时内有效。请回到问报，用您的密钥再问一次。",
    },
    "en": {
        "lang": "en",
        "site": "Wenbao",
        "back": "← Back to Wenbao",
        "quote": "To the quote ↓",
        "untitled": "(untitled)",
        "date": "Date",
        "source": "Source",
        "author": "By",
        "original": "Original",
        "missing": "There is no such article",
        "why": "It may have been removed from the archive, or the link is incomplete.",
        "locked": "This article does not open now",
        "how": "Articles here open only by the links of answers, searches and lists, for twelve hours. Go back to"
        " Wenbao and ask again with your key.",
    },
}

# What an article may be, in Chinese; a kind that is not here is shown as it stands.
_KINDS_ZH: Final = {
    "news": "新闻",
    "editorial": "社论",
    "commentary": "评论",
    "opinion": "评论",
    "feature": "特写",
    "interview": "访谈",
    "letter": "来信",
    "notice": "启事",
    "advertisement": "广告",
    "correction": "更正",
    "obituary": "讣告",
}

_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?")
# HTML cannot carry these, not even escaped: C0 and C1 controls without tab and line breaks, and surrogates.
_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
# In a window's title nothing isolates them: they would turn around what the browser writes after it.
_BIDI_CONTROLS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def render_article(
    article: Article,
    *,
    start: int | None,
    end: int | None,
    language: Language,
    root: str = "/",
) -> str:
    """A complete HTML page of the article, with `body[start:end]` in `<mark>`.

    The first mark has the id `quote`; a range over several paragraphs has a mark in each. Offsets that are
    missing, reversed, empty or outside the body mark nothing. The text of the element `<div class="body">`,
    tags removed, is the body with its line breaks as "\\n" and what HTML cannot carry as U+FFFD.
    `root` is the path where the page `/` stands, with its closing slash.
    """
    texts = _TEXTS[language]
    body, marked = _body(article.body, _range_within(article.body, start, end))
    title = article.title.strip() or texts["untitled"]
    to_quote = f'<a href="#quote">{texts["quote"]}</a>' if marked else ""
    kind = _KINDS_ZH.get(article.kind, article.kind) if language == "zh" else article.kind.capitalize()
    subtitle = f'<p class="subtitle">{_escape(article.subtitle)}</p>\n' if article.subtitle.strip() else ""
    content = (
        f'<nav><a href="{_escape(root)}">{texts["back"]}</a>{to_quote}</nav>\n'
        f'<main><article lang="zh">\n<header>\n'
        f'<p class="kind" lang="{texts["lang"]}">{_escape(kind)}</p>\n'
        f"<h1>{_escape(title)}</h1>\n{subtitle}"
        f'<ul class="meta" lang="{texts["lang"]}">{"".join(_meta(article, language))}</ul>\n'
        f'</header>\n<div class="body">{body}</div>\n</article></main>'
    )
    return _page(f"{title} · {texts['site']}", content, language=language, root=root)


def render_not_found(language: Language, *, root: str = "/") -> str:
    """A complete HTML page that says that the archive has no such article."""
    return _notice("missing", "why", language, root)


def render_locked(language: Language, *, root: str = "/") -> str:
    """A complete HTML page that says how to open an article where keys are needed."""
    return _notice("locked", "how", language, root)


def _notice(heading: str, words: str, language: Language, root: str) -> str:
    texts = _TEXTS[language]
    content = (
        f'<main class="missing"><h1>{texts[heading]}</h1>\n<p>{texts[words]}</p>\n'
        f'<p><a href="{_escape(root)}">{texts["back"]}</a></p></main>'
    )
    return _page(f"{texts[heading]} · {texts['site']}", content, language=language, root=root)


@functools.cache
def static_file(name: str) -> tuple[bytes, str] | None:
    """Content and content type of a packaged file, by its name in `STATIC_FILES`; None for any other name.

    `index.html` is the page `/`; it and the articles expect the files under `static/` beside it.
    """
    content_type = STATIC_FILES.get(name)
    if content_type is None:
        return None
    return importlib.resources.files("bot.channels").joinpath("static", name).read_bytes(), content_type


def etag(content: bytes) -> str:
    """A strong entity tag for the content, quotes included, as the header `ETag` wants it."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def _page(title: str, content: str, *, language: Language, root: str) -> str:
    static = _escape(f"{root}static/")
    return (
        f'<!doctype html>\n<html lang="{_TEXTS[language]["lang"]}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">\n'
        '<meta name="robots" content="noindex">\n'
        f"<title>{_escape(_BIDI_CONTROLS.sub('', title))}</title>\n"
        f'<link rel="icon" href="{static}favicon.svg" type="image/svg+xml">\n'
        f'<link rel="stylesheet" href="{static}base.css">\n'
        f'<link rel="stylesheet" href="{static}article.css">\n'
        f"</head>\n<body>\n{content}\n</body>\n</html>\n"
    )


def _escape(text: str) -> str:
    return html.escape(_UNSHOWABLE.sub("\ufffd", text), quote=True)


def _range_within(body: str, start: int | None, end: int | None) -> tuple[int, int]:
    """The half-open range to mark; (0, 0) for none."""
    if start is None or end is None or not 0 <= start < end <= len(body):
        return (0, 0)
    return (start, end)


def _body(body: str, marked: tuple[int, int]) -> tuple[str, bool]:
    """The body as paragraphs, and whether anything is marked: a range of nothing but blanks is not."""
    paragraphs = []
    first = True
    for begin, line in _lines(body):
        if not line.strip():
            # Kept, for the text to stay whole, but a blank line is no paragraph.
            paragraphs.append(f"<span hidden>{_escape(line)}</span>" if line else "")
            continue
        inner = _escape(line)
        start, end = max(marked[0] - begin, 0), min(marked[1] - begin, len(line))
        if start < end and line[start:end].strip():
            tag = '<mark id="quote">' if first else "<mark>"
            inner = f"{_escape(line[:start])}{tag}{_escape(line[start:end])}</mark>{_escape(line[end:])}"
            first = False
        # Many archives indent by two ideographic spaces themselves.
        indented = ' class="flush"' if line[0].isspace() else ""
        paragraphs.append(f"<p{indented}>{inner}</p>")
    return "\n".join(paragraphs), not first


def _lines(body: str) -> Iterator[tuple[int, str]]:
    """Every line without its break, with the offset in the body where it begins."""
    begin = 0
    for found in _LINE_BREAK.finditer(body):
        yield begin, body[begin : found.start()]
        begin = found.end()
    yield begin, body[begin:]


def _meta(article: Article, language: Language) -> Iterator[str]:
    texts = _TEXTS[language]
    separator = "：" if language == "zh" else ": "
    if article.published:
        shown = _escape(_day(article.published, language))
        if _DATE.fullmatch(article.published):
            shown = f'<time datetime="{article.published}">{shown}</time>'
        yield f"<li>{texts['date']}{separator}<bdi>{shown}</bdi></li>"
    if article.source.strip():
        yield f"<li>{texts['source']}{separator}<bdi>{_escape(article.source)}</bdi></li>"
    if article.author:
        names = ("、" if language == "zh" else ", ").join(f"<bdi>{_escape(name)}</bdi>" for name in article.author)
        yield f"<li>{texts['author']}{separator}{names}</li>"
    # Never a scheme that runs something: an address comes from whoever wrote the article's file.
    if re.match(r"https?://", article.url, re.IGNORECASE):
        link = f'<a href="{_escape(article.url)}" rel="noopener noreferrer">{texts["original"]}</a>'
        yield f"<li>{link}</li>"


def _day(published: str, language: Language) -> str:
    found = _DATE.fullmatch(published)
    if found is None or language == "en":
        return published
    year, month, day = found.groups()
    return f"{year}年{f'{int(month)}月' if month else ''}{f'{int(day)}日' if day else ''}"
