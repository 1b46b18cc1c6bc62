"""The pages as text: what is escaped, where the mark stands, what the packaged files may and may not hold."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import pages
from bot.channels.widget import widget_script
from retrieval.article import Article

BODY = "　　本报北京3月5日电　全国人大会议今天开幕。\n\n李明说：“今年要修１２条铁路。”\n代表们鼓掌。"
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;\u202eabc\u2066</mark></p>"


class Page(HTMLParser):
    """A page taken apart: its elements, the text of the body, and the text of each mark."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.body = ""
        self.marks: list[str] = []
        self.title = ""
        self._depth = 0
        self._open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "mark":
            self.marks.append("")
        if tag == "div":
            self._depth += 1
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "div":
            self._depth -= 1
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._depth:
            self.body += data
        if "mark" in self._open:
            self.marks[-1] += data
        if "title" in self._open:
            self.title += data


def article(body: str = BODY, **fields: object) -> Article:
    return Article(**{"article_id": "a1", "title": "大会开幕", "body": body} | fields)  # type: ignore[arg-type]


def render(body: str = BODY, start: int | None = None, end: int | None = None, **fields: object) -> tuple[str, Page]:
    text = pages.render_article(article(body, **fields), start=start, end=end, language="zh")
    return text, Page(text)


def range_of(quote: str) -> tuple[int, int]:
    start = BODY.index(quote)
    return start, start + len(quote)


# ---- the mark


def test_a_quote_is_marked_at_its_code_points() -> None:
    text, page = render(BODY, *range_of("今年要修１２条铁路。"))
    assert page.marks == ["今年要修１２条铁路。"]
    assert '<mark id="quote">今年要修１２条铁路。</mark>' in text
    assert '<a href="#quote">' in text


def test_offsets_count_code_points_not_utf16() -> None:
    _, page = render("𠮷田先生来了。", 1, 2)
    assert page.marks == ["田"]


def test_a_quote_over_paragraphs_has_a_mark_in_each_and_one_id() -> None:
    start, _ = range_of("今天开幕。")
    _, end = range_of("代表们")
    text, page = render(BODY, start, end)
    assert page.marks == ["今天开幕。", "李明说：“今年要修１２条铁路。”", "代表们"]
    assert text.count('id="quote"') == 1
    assert page.body == BODY


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (None, None),
        (0, None),
        (None, 3),
        (5, 5),
        (9, 3),
        (-1, 4),
        (0, len(BODY) + 1),
        (10**12, 10**12 + 1),
        (BODY.index("\n\n"), BODY.index("\n\n") + 2),
    ],
)
def test_offsets_that_hold_nothing_mark_nothing(start: int | None, end: int | None) -> None:
    text, page = render(BODY, start, end)
    assert page.marks == []
    assert "#quote" not in text
    assert page.body == BODY


AS_SHOWN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")


@given(
    body=st.text(
        st.one_of(st.sampled_from('北京12，。\n\r\t　<>&"\u202e'), st.characters(exclude_categories=())), max_size=60
    ),
    start=st.integers(-3, 70),
    end=st.integers(-3, 70),
)
def test_the_text_without_tags_is_the_body(body: str, start: int, end: int) -> None:
    text, page = render(body, start, end)
    text.encode()
    assert page.body == AS_SHOWN.sub("\ufffd", re.sub("\r\n?", "\n", body))
    if 0 <= start < end <= len(body):
        # Some controls are blanks to Python, and a mark of blanks alone is none.
        pieces = [piece for piece in re.split("\r\n|\r|\n", body[start:end]) if piece.strip()]
        quote = "".join(AS_SHOWN.sub("\ufffd", "".join(pieces)).split())
        assert "".join("".join(page.marks).split()) == quote
    else:
        assert page.marks == []


def test_paragraphs_and_indents() -> None:
    text, _ = render()
    assert text.count('<p class="flush">　　本报') == 1
    assert "<p>李明说" in text
    assert "<p></p>" not in text


# ---- what stands around the body


def test_hostile_text_stays_text_everywhere() -> None:
    text, page = render(
        HOSTILE, 0, 8, title=HOSTILE, subtitle=HOSTILE, author=(HOSTILE,), published=HOSTILE, source=HOSTILE,
        kind=HOSTILE, url="javascript:alert(3)",
    )  # fmt: skip
    names = {name for name, _ in page.elements}
    assert names.isdisjoint({"script", "img", "style", "iframe", "base", "form"})
    assert "javascript:" not in text
    assert page.body == HOSTILE
    assert html.escape(HOSTILE) in text


def test_bidi_controls_reach_no_window_title_and_are_isolated_elsewhere() -> None:
    text, page = render(title="标\u202e题\u2067", source="报\u202e社")
    assert page.title == "标题 · 问报"
    assert "<bdi>报\u202e社</bdi>" in text


def test_metadata_in_chinese_and_english() -> None:
    given_article = article(
        subtitle="副题", published="1998-03-05", source="人民日报", author=("王芳", "李明"), url="https://example.com/?a=1&b=2"
    )  # fmt: skip
    chinese = pages.render_article(given_article, start=None, end=None, language="zh")
    assert '<time datetime="1998-03-05">1998年3月5日</time>' in chinese
    for expected in (
        "副题",
        "来源：<bdi>人民日报</bdi>",
        "<bdi>王芳</bdi>、<bdi>李明</bdi>",
        "新闻",
        '<html lang="zh-CN">',
    ):
        assert expected in chinese
    assert '<a href="https://example.com/?a=1&amp;b=2" rel="noopener noreferrer">原文</a>' in chinese
    english = pages.render_article(given_article, start=None, end=None, language="en")
    for expected in ('<html lang="en">', 'datetime="1998-03-05">1998-03-05<', "Source: <bdi>人民日报</bdi>", ">News<"):
        assert expected in english


@pytest.mark.parametrize(
    ("published", "shown"),
    [("1998", "1998年"), ("1998-03", "1998年3月"), ("1998-03-05", "1998年3月5日"), ("民国八年", "民国八年")],
)
def test_partial_dates(published: str, shown: str) -> None:
    assert f"{shown}<" in render(published=published)[0]


def test_an_article_without_a_title_or_text() -> None:
    text, page = render("", title=" ")
    assert "<h1>（无题）</h1>" in text
    assert page.body == ""


def test_links_follow_the_root() -> None:
    text = pages.render_article(article(), start=None, end=None, language="zh", root="/wenbao/")
    assert 'href="/wenbao/"' in text
    assert 'href="/wenbao/static/article.css"' in text
    assert 'href="/x/"' in pages.render_not_found("en", root="/x/")


def test_not_found_in_both_languages() -> None:
    assert "没有这篇文章" in pages.render_not_found("zh")
    assert "There is no such article" in pages.render_not_found("en")


# ---- the packaged files


def packaged(name: str) -> bytes:
    found = pages.static_file(name)
    assert found is not None
    return found[0]


@pytest.mark.parametrize(
    "name",
    ["../pages.py", "static/home.js", "home.js/", "widget/dom.js", "/etc/passwd", "", ".", "HOME.JS", "home.js\x00"],
)
def test_only_known_names_are_read(name: str) -> None:
    assert pages.static_file(name) is None


def test_content_types_and_entity_tags() -> None:
    types = {name: found[1] for name in pages.STATIC_FILES if (found := pages.static_file(name))}
    assert types == pages.STATIC_FILES
    assert types["home.js"].startswith("text/javascript")
    tags = {pages.etag(packaged(name)) for name in pages.STATIC_FILES}
    assert len(tags) == len(pages.STATIC_FILES)
    assert all(re.fullmatch(r'"[0-9a-f]{32}"', tag) for tag in tags)
    assert pages.etag(b"a") == pages.etag(b"a") != pages.etag(b"b")


def test_the_page_stays_small() -> None:
    assert sum(len(packaged(name)) for name in pages.STATIC_FILES) <= 40 * 1024


def test_every_page_works_under_the_policy() -> None:
    texts = [
        packaged("index.html").decode(),
        pages.render_article(article(), start=0, end=4, language="zh"),
        pages.render_not_found("en"),
    ]
    for text in texts:
        for name, attributes in Page(text).elements:
            assert name not in {"style", "base", "iframe", "object"}
            assert "style" not in attributes
            assert not [attribute for attribute in attributes if attribute.startswith("on")]
            for key in ("href", "src", "action"):
                assert "//" not in (attributes.get(key) or "").removeprefix("https://example.com")
            if name == "script":
                assert attributes.get("src")


def test_nothing_outside_is_loaded_and_nothing_parsed_as_html() -> None:
    for name in pages.STATIC_FILES:
        text = packaged(name).decode().replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|@import|url\(", text), name
    script = packaged("home.js").decode() + widget_script().decode()
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|eval\(|Function\(", script)


def test_the_page_links_what_is_packaged() -> None:
    linked = re.findall(r'(?:href|src)="static/([^"]+)"', packaged("index.html").decode())
    assert set(linked) <= set(pages.STATIC_FILES)
    assert {"home.css", "home.js", "theme.js", "favicon.svg"} <= set(linked)


def test_both_languages_say_the_same_things() -> None:
    script = packaged("home.js").decode()
    chinese, english = re.findall(r"^  (?:zh|en): \{(.*?)^  \},", script, re.DOTALL | re.MULTILINE)
    keys = re.compile(r"(?:^|[,{\n])\s*([a-zA-Z]+): (?=['a-z({])", re.MULTILINE)
    assert keys.findall(chinese) == keys.findall(english)
    used = set(re.findall(r'data-(?:text|label)="(\w+)"', packaged("index.html").decode()))
    assert used <= set(keys.findall(chinese))
    assert set(re.findall(r"\btext\.([a-zA-Z]+)\b", script)) <= set(keys.findall(chinese))


def _luminance(colour: str) -> float:
    digits = colour.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    channels = [int(digits[index : index + 2], 16) / 255 for index in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _colours(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", css))


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_contrast_is_enough_to_read(scheme: int) -> None:
    """WCAG 2.2, 1.4.3 and 1.4.11: 4.5 for text, 3 for the edge of a field."""
    css = packaged("base.css").decode()
    parts = re.split(r"@media|:root\[data-theme=\"dark\"\]", css)
    assert _colours(parts[1]) == _colours(parts[2]), "dark is the same, chosen or the system's"
    colours = _colours(parts[scheme])
    pairs = [(above, below, 4.5) for above in ("ink", "faded", "seal") for below in ("paper", "sheet", "seal-wash")]
    pairs += [("ink", "mark", 4.5), ("on-seal", "seal", 4.5), ("edge", "paper", 3), ("edge", "sheet", 3)]
    for above, below, least in pairs:
        light, dark = sorted((_luminance(colours[above]), _luminance(colours[below])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= least, (above, below)
