"""HTML: the article of a page, without what surrounds it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser, LexborNode

from retrieval.formats.dates import normalize_date
from retrieval.formats.document import DocumentProblem, RawDocument
from retrieval.formats.encoding import decode
from retrieval.formats.errors import DamagedFileError, EmptyFileError
from retrieval.formats.fields import split_authors
from retrieval.formats.files import read_bytes
from retrieval.formats.text import SOFT_BREAK, clean_body, clean_line, join_soft_breaks

MAX_HTML_BYTES = 16 * 2**20  # a parsed page takes some 13 times its size in memory
MAX_DEPTH = 5_000  # elements; real pages have some 50, and the parser takes 0.1 s for this many


def _tags(names: str) -> frozenset[str]:
    return frozenset(names.split())


_NEVER_TEXT = _tags(
    "head script style template noscript nav footer aside iframe object embed svg canvas audio video map dialog "
    "button select textarea input option label datalist"
)
_BLOCKS = _tags(
    "html body article main section div p h1 h2 h3 h4 h5 h6 ul ol li dl dt dd blockquote pre figure figcaption "
    "table tr caption center address details summary fieldset hgroup header form thead tbody tfoot"
)
_TIGHT_BLOCKS = _tags("li tr dt dd thead tbody tfoot")  # a line of their own, without a blank one
_PARAGRAPHS = _tags("p li h1 h2 h3 h4 h5 h6 blockquote pre dt dd tr")
# Classes and ids of what stands inside an article's element and is none of it, as sites name them.
_FURNITURE = _tags("share crumb crumbs breadcrumb breadcrumbs related recommend comments copyright pagination")
_ARTICLES = ("[itemprop=articleBody]", "article", "main", "[role=main]")
_HIDING_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)

# Names of <meta> elements, best first; the second halves are what Chinese news sites and gov.cn use.
_TITLE_NAMES = ("og:title", "articletitle")
_PUBLISHED_NAMES = (
    "article:published_time", "datepublished", "og:release_date", "publishdate", "pubdate", "publish_date",
    "publishtime", "publish_time", "firstpublishedtime", "apub:time", "dc.date.issued", "dc.date", "date",
)  # fmt: skip
_AUTHOR_NAMES = ("article:author", "author", "og:article:author", "dc.creator")
_SOURCE_NAMES = ("contentsource", "source", "article:publisher", "og:site_name", "mediaid", "sitename")

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_SITE_NAME = re.compile(r"\s*(?:[_|｜]+|\s[-–—]+\s)\s*[^_|｜]{1,30}$")  # "标题_新华网", "标题 - 人民日报"
# Elements that can nest; a new one of the others closes the last.
_NESTING_TAG = re.compile(
    r"<(/?)((?!(?:br|hr|img|input|meta|link|p|li|td|th|tr|dt|dd|option)\b)[a-z][a-z0-9:-]*)", re.IGNORECASE
)
_PARENT_SHARE = 0.75  # of a block's score: two sections as 2 to 1 reach it, an article beside a long aside does not
_COLLAPSED = " " + SOFT_BREAK  # what white space becomes
_INDENT = " \xa0\u3000"
_SPACES = re.compile(r"[ \t\n\r\f]+")


def read_html(path: Path) -> Iterator[RawDocument | DocumentProblem]:
    """Yield the article of an HTML page."""
    data = read_bytes(path, MAX_HTML_BYTES)
    tree = _parse(decode(data, _declared_encoding(data)))
    main = _main_element(tree)
    meta = _meta(tree)
    title = _title(tree, main, meta)
    body = _without_title(_rendered(main), title) if main else ""
    if not body:
        raise EmptyFileError("the page holds no text outside of scripts and menus; save it with its text")
    yield RawDocument(
        body=body,
        title=title,
        author=_author(meta),
        published=_published(tree, meta),
        source=_first(meta, _SOURCE_NAMES),
        url=_url(tree, meta),
    )


def html_to_text(html: str) -> str:
    """Return the readable text of a piece of HTML, paragraphs parted by a blank line."""
    body = _parse(html).body
    return _rendered(body) if body else ""


def _parse(html: str) -> LexborHTMLParser:
    """Return the tree of a page, refusing one whose depth would keep the parser, quadratic in it, for minutes."""
    depth = deepest = 0
    opened: Counter[str] = Counter()
    for slash, name in _NESTING_TAG.findall(html):
        if not slash:
            opened[name] += 1
            depth += 1
            deepest = max(deepest, depth)
        elif opened[name]:
            opened[name] -= 1
            depth -= 1
    if deepest > MAX_DEPTH:
        raise DamagedFileError(f"the page nests {deepest:,} elements, over the limit of {MAX_DEPTH:,}; save it again")
    return LexborHTMLParser(html)


def _declared_encoding(data: bytes) -> str:
    match = _XML_ENCODING.search(data[:256]) or _META_CHARSET.search(data[:4096])
    return match.group(1).decode("ascii") if match else ""


def _meta(tree: LexborHTMLParser) -> dict[str, list[str]]:
    """Return name → contents of the page's <meta> elements, names in lower case."""
    meta = defaultdict(list)
    for node in tree.css("meta"):
        attributes = node.attributes
        name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop") or ""
        content = clean_line(attributes.get("content") or "")
        if name and content:
            meta[name.strip().casefold()].append(content)
    return meta


def _first(meta: dict[str, list[str]], names: Iterable[str]) -> str:
    contents = (content for name in names for content in meta.get(name, ()))
    return next((content for content in contents if not content.startswith(("http://", "https://"))), "")


def _author(meta: dict[str, list[str]]) -> tuple[str, ...]:
    name = next((name for name in _AUTHOR_NAMES if _first(meta, [name])), "")
    return split_authors([content for content in meta.get(name, ()) if not content.startswith("http")])


def _published(tree: LexborHTMLParser, meta: dict[str, list[str]]) -> str | None:
    written = [content for name in _PUBLISHED_NAMES for content in meta.get(name, ())]
    written += [node.attributes.get("datetime") or "" for node in tree.css("time[datetime]")]
    return next(filter(None, map(normalize_date, written)), None)


def _url(tree: LexborHTMLParser, meta: dict[str, list[str]]) -> str:
    links = [node.attributes.get("href") or "" for node in tree.css("link[rel=canonical]")] + meta.get("og:url", [])
    return next((clean_line(link) for link in links if link.startswith(("http://", "https://"))), "")


def _title(tree: LexborHTMLParser, main: LexborNode | None, meta: dict[str, list[str]]) -> str:
    """Return the headline: og:title, else the <h1> that the <title> or the article holds, else the <title>."""
    if title := _first(meta, _TITLE_NAMES):
        return title
    node = tree.css_first("head > title")
    page_title = clean_line(node.text()) if node else ""
    headings = [clean_line(_rendered(node)) for node in (*(main.css("h1") if main else ()), *tree.css("h1"))]
    headings = [heading for heading in headings if heading]
    named = [heading for heading in headings if heading in page_title]
    return next(iter(named or headings), _SITE_NAME.sub("", page_title))


def _without_title(text: str, title: str) -> str:
    """Drop the first paragraph where it repeats the title."""
    first, _, rest = text.partition("\n\n")
    return rest.strip() if title and clean_line(first) == title else text


def _main_element(tree: LexborHTMLParser) -> LexborNode | None:
    """Return what marks itself as the article, else the block whose own paragraphs hold the most text."""
    for selector in _ARTICLES:
        sizes = [(len(_rendered(node)), node) for node in tree.css(selector)[:50]]
        size, node = max(sizes, key=lambda pair: pair[0], default=(0, None))
        if node is not None and size:
            return node
    return _densest_block(tree)


def _densest_block(tree: LexborHTMLParser) -> LexborNode | None:
    """Return the block with the most text of its own paragraphs, links left out.

    A paragraph counts for the block around it, and half for the next one out, as in Readability; a block gives way to
    the one around it that comes near its score: so an article in several sections is found whole.
    """
    if tree.body is None:
        return None
    scores: dict[int, float] = defaultdict(float)
    nodes: dict[int, LexborNode] = {}
    for node, _ in _walk(tree.body, skip_links=True):
        if node.tag != "-text":
            continue
        size = len("".join((node.text_content or "").split()))
        block = _ancestor_block(node) if size else None
        for share in (1.0, 0.5):
            if block is not None:
                nodes[block.mem_id] = block
                scores[block.mem_id] += share * size
                block = block.parent
    if not scores:
        return tree.body
    best = nodes[max(scores, key=scores.__getitem__)]
    while best.parent is not None and scores.get(best.parent.mem_id, 0.0) >= _PARENT_SHARE * scores[best.mem_id]:
        best = best.parent
    return best


def _ancestor_block(node: LexborNode) -> LexborNode | None:
    parent = node.parent
    while parent is not None and parent.tag not in _BLOCKS and parent.tag != "td":
        parent = parent.parent
    return parent.parent if parent is not None and parent.tag in _PARAGRAPHS else parent


def _rendered(root: LexborNode) -> str:
    """Return the text that a reader sees in an element."""
    writer = _Writer()
    preformatted = 0
    for node, is_end in _walk(root):
        tag = node.tag
        if tag == "-text":
            text = node.text_content or ""
            writer.write(text if preformatted else _SPACES.sub(_collapsed, text))
        elif tag == "br" and not is_end:
            writer.parts.append("\n")
        elif tag in ("td", "th"):
            writer.end_cell() if is_end else writer.begin_cell()
        elif tag in _BLOCKS:
            writer.breaks = max(writer.breaks, 1 if tag in _TIGHT_BLOCKS else 2)
        preformatted += (tag == "pre") * (-1 if is_end else 1)
    lines = join_soft_breaks("".join(writer.parts)).split("\n")
    return clean_body("\n".join(line.lstrip(_INDENT) for line in lines))


class _Writer:
    """Text with the line breaks and tabs that are due between its pieces."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.breaks = 0  # line breaks due before the next text
        self._is_cell_empty = False

    def write(self, text: str) -> None:
        if not text.strip(_COLLAPSED) and (self.breaks or self._is_cell_empty or self.parts[-1:] == ["\t"]):
            return
        if self._is_cell_empty:  # a block that begins a cell breaks no line
            self._is_cell_empty = False
        else:
            self.parts.append("\n" * self.breaks)
        self.parts.append(text)
        self.breaks = 0

    def begin_cell(self) -> None:
        self.parts.append("\n" * self.breaks)
        self.breaks = 0
        self._is_cell_empty = True

    def end_cell(self) -> None:
        self.parts[-1] = self.parts[-1].rstrip(_COLLAPSED)
        self.parts.append("\t")
        self.breaks = 0
        self._is_cell_empty = False


def _collapsed(spaces: re.Match[str]) -> str:
    return SOFT_BREAK if "\n" in spaces.group() else " "


def _walk(root: LexborNode, *, skip_links: bool = False) -> Iterator[tuple[LexborNode, bool]]:
    """Yield each visible node below and with the root, elements a second time at their end; deep trees are harmless."""
    yield root, False
    path = [root]
    node = root.child
    while path:
        if node is None:
            parent = path.pop()
            yield parent, True
            node = parent.next if path else None
        elif _is_left_out(node) or (skip_links and node.tag == "a"):
            node = node.next
        else:
            yield node, False
            if node.tag == "-text" or node.child is None:
                if node.tag != "-text":
                    yield node, True
                node = node.next
            else:
                path.append(node)
                node = node.child


def _is_left_out(node: LexborNode) -> bool:
    tag = node.tag
    if tag == "-text":
        return False
    if tag is None or tag.startswith(("-", "_", "!")) or tag in _NEVER_TEXT:  # "-comment", "-doctype"
        return True
    if tag == "header":
        return node.parent is not None and node.parent.tag not in ("article", "section", "main")
    if tag == "form" and node.css_first("p") is None:  # some sites wrap the whole page in one
        return True
    return _is_hidden(node.attributes)


def _is_hidden(attributes: Mapping[str, str | None]) -> bool:
    if not attributes:
        return False
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}".casefold().split()
    return (
        "hidden" in attributes
        or (attributes.get("aria-hidden") or "").strip().casefold() == "true"
        or _HIDING_STYLE.search(attributes.get("style") or "") is not None
        or not _FURNITURE.isdisjoint(names)
    )
