"""Texts that try to become script, in a real Chromium: in titles, bodies, addresses, questions and the LLM's words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from retrieval.article import Article
from widget.hostile_texts import HOSTILE_TEXTS
from widget.widget_page import Widget
from widget.widget_server import Site, answer

Open = Callable[..., Widget]

WATCH = (
    "window.hacked = 0; addEventListener('securitypolicyviolation', event => { window.hacked = event.blockedURI; });"
)


@pytest.fixture
def hostile(opened: Open) -> Callable[[str], Widget]:
    """Opens a page without its policy, so that nothing but the code itself stands between a text and a script."""

    def open_page(path: str) -> Widget:
        chat = opened(None, bypass_csp=True)
        chat.page.context.add_init_script(WATCH)
        chat.page.context.route("**/evil.test/**", lambda route: route.abort())
        chat.page.goto(chat.site.address + path)
        return chat

    return open_page


def test_there_are_sixty_and_they_would_work(hostile: Callable[[str], Widget]) -> None:
    assert len(set(HOSTILE_TEXTS)) >= 60
    chat = hostile("static/base.css")
    works = next(text for text in HOSTILE_TEXTS if text.startswith("<img src=x onerror"))
    chat.run("text => { document.body.innerHTML = text; }", works)
    chat.until("window.hacked > 0")
    chat.eventually(lambda: chat.dialogs and chat.outside, "a text that is parsed is noticed")
    chat.dialogs.clear()
    chat.outside.clear()
    chat.expected_log = ("Failed to load", "404", "fetch")


def test_no_text_of_an_answer_becomes_script(hostile: Callable[[str], Widget], site: Site) -> None:
    site.scripted.suggestions = HOSTILE_TEXTS[:6]
    for text in HOSTILE_TEXTS:
        cited = {
            "article_id": text,
            "title": text,
            "published": text,
            "source": text,
            "quote": text,
            "start": 0,
            "end": 9,
        }
        near = {"article_id": text, "title": text, "published": text, "source": text}
        site.scripted.answers[text.strip()] = answer(
            f"{text} [1]",
            citations=[cited],
            nearest=[near],
            refused=len(text) % 2 == 0,
            short_answer=text[:5],
            answer_id=text,
        )
    chat = hostile("")
    chat.expect(".suggestion").to_have_count(6)
    one_after_another = (
        "async texts => { const chat = document.querySelector('wenbao-chat'); "
        "for (const text of texts) await new Promise("
        "done => { chat.addEventListener('wenbao-answer', () => setTimeout(done), {once: true}); chat.ask(text); }); }"
    )
    chat.run(one_after_another, HOSTILE_TEXTS)
    assert [asked["question"] for asked in site.scripted.asked] == [text.strip() for text in HOSTILE_TEXTS]
    chat.find("a.chip").last.hover()
    chat.find(".peek blockquote").wait_for()
    for link in chat.find(".turns a").evaluate_all("all => all.map(one => one.href)"):
        assert link.startswith(f"{site.address}article?article_id=")
    allowed = (
        "a, article, blockquote, button, div, form, h2, h3, header, input, label, li, p, path, section, span, strong, "
        "svg, textarea, ul"
    )
    root = "document.querySelector('wenbao-chat').shadowRoot"
    assert (
        chat.run(
            f"[...{root}.querySelectorAll('*')].filter(one => !one.matches('{allowed}')).map(one => one.localName)"
        )
        == []
    )
    shown = chat.run(f"[...{root}.querySelectorAll('.answer')].map(one => one.textContent)")
    assert len(shown) == len(HOSTILE_TEXTS)
    chat.page.reload(wait_until="commit")
    chat.find(".turn").nth(29).wait_for()
    assert chat.run("window.hacked") == 0


def test_no_text_of_an_article_becomes_script(hostile: Callable[[str], Widget], site: Site) -> None:
    chat = hostile("static/base.css")
    site.scripted.articles = {
        str(number): Article(
            str(number), text.replace("\0", ""), f"开头。{text}\n{text}".replace("\0", ""), published=None, source=text,
            url=text, author=(text,), subtitle=text,
        )
        for number, text in enumerate(HOSTILE_TEXTS)
    }  # fmt: skip
    for number, text in enumerate(HOSTILE_TEXTS):
        chat.page.goto(
            f"{site.address}article?article_id={number}&start=3&end={3 + len(text)}#quote", wait_until="load"
        )
        assert chat.run("window.hacked") == 0, text
        assert chat.find("script, img, iframe, form, input").count() == 0, text
        assert chat.find("a[href^='javascript'], a[href^='data']").count() == 0


def test_no_text_of_the_list_becomes_script(hostile: Callable[[str], Widget], site: Site) -> None:
    site.scripted.articles = {
        text: Article(text, text, "文", published=None, source=text)
        for text in (one.replace("\0", "") for one in HOSTILE_TEXTS)
    }
    chat = hostile("")
    chat.expect("#results li").to_have_count(20)
    chat.find("#more").click()
    chat.expect("#results li").to_have_count(40)
    chat.find("#more").click()
    chat.expect("#results li").to_have_count(60)
    assert chat.find("#results img, #results script, #results iframe").count() == 0
    assert chat.run("window.hacked") == 0
