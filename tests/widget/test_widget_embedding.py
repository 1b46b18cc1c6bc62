"""The widget on pages of others, in a real Chromium: another origin, a strict policy, hostile styles, several."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.channels import widget
from widget.widget_page import Widget
from widget.widget_server import Site

Open = Callable[..., Widget]

HOSTILE = """
html { font-size: 4px; } body { transform: scale(.5); filter: blur(3px); overflow: hidden; letter-spacing: 1em; }
* { all: unset !important; color: red !important; font: 3px/0 fantasy !important; visibility: hidden !important;
    text-transform: uppercase !important; direction: rtl !important; pointer-events: none !important; }
wenbao-chat, wenbao-chat * { display: none !important; opacity: 0 !important; position: absolute !important; }
button, textarea, a, div, section { border: 9px dotted lime !important; width: 1px !important; }
.panel, .root, .turn, .answer { background: lime !important; height: 1px !important; }
dialog, [popover], ::backdrop { display: none !important; }
#over { all: initial !important; position: fixed !important; inset: 0 !important; z-index: 2147483647 !important;
        background: white !important; visibility: visible !important; pointer-events: auto !important; }
"""


def page_of(chat: Widget, body: str, *, head: str = "") -> None:
    """Opens a page of the other origin with this body and the widget's script."""
    text = f'<!doctype html><html lang="zh"><title>x</title><link rel="icon" href="data:,">{head}<body>{body}'
    chat.site.scripted.made = text
    chat.page.goto(chat.site.made)


def script(site: Site, more: str = "") -> str:
    return f'<script src="{site.address}widget.js" {more}></script>'


def test_from_another_origin_under_a_strict_policy(opened: Open, site: Site) -> None:
    chat = opened("demo-host", elsewhere=True)
    loaded = chat.page.request.get(f"{site.elsewhere}demo-host")
    policy = loaded.headers["content-security-policy"]
    assert policy.startswith(f"default-src 'none'; script-src {site.address[:-1]}; connect-src {site.address[:-1]};")
    assert "require-trusted-types-for 'script'" in policy
    assert "unsafe" not in policy
    assert chat.find("script").get_attribute("integrity") == widget.integrity(widget.widget_script())
    chat.open()
    chat.find(".suggestion").first.wait_for()
    chat.ask_and_wait("提速？")
    chat.find(".rate").first.click()
    chat.expect(".feedback .note").to_have_text("谢谢您的反馈。")
    assert site.scripted.votes[0]["vote"] == "up"
    with chat.page.context.expect_page() as opening:
        chat.find("a.chip").first.click()
    opening.value.locator("#quote").wait_for()
    assert opening.value.url.startswith(f"{site.address}article?")
    assert chat.find(".panel").bounding_box()["width"] > 300, "its styles are applied"


def test_a_script_that_was_tampered_with_does_not_run(opened: Open, site: Site) -> None:
    chat = opened(None, elsewhere=True)
    chat.expected_log = ("integrity",)
    page_of(chat, "", head=script(site, 'integrity="sha384-AAAA" crossorigin="anonymous"'))
    assert chat.run("customElements.get('wenbao-chat') === undefined")


def test_hostile_styles_do_not_reach_it(opened: Open, site: Site) -> None:
    chat = opened(None, elsewhere=True)
    page_of(chat, "<div id=over></div><p>页面</p>", head=f"<style>{HOSTILE}</style>{script(site)}")
    launcher = chat.find(".launcher").bounding_box()
    assert 40 < launcher["height"] < 70
    assert launcher["x"] + launcher["width"] > 1000
    chat.open()
    chat.ask_and_wait("提速？")
    chat.find("a.chip").first.hover()
    chat.find(".peek").wait_for()
    box = chat.find(".panel").bounding_box()
    assert (round(box["width"]), box["x"] + box["width"] > 1000) == (416, True)
    style = chat.find(".answer").evaluate(
        "element => { const {color, fontSize, visibility, direction, textTransform} = getComputedStyle(element); "
        "return [color, fontSize, visibility, direction, textTransform]; }"
    )
    assert style == ["rgb(35, 33, 29)", "16px", "visible", "ltr", "none"]


def test_several_on_one_page_keep_apart(opened: Open, site: Site) -> None:
    chat = opened(None, elsewhere=True)
    both = (
        '<style>wenbao-chat { height: 22em; margin: 1em; }</style><wenbao-chat data-mode="inline" data-title="甲">'
        '</wenbao-chat><wenbao-chat data-mode="inline" data-title="乙" data-lang="en"></wenbao-chat>'
    )
    page_of(chat, both, head=script(site, "async") + script(site, "defer"))
    chat.expect("wenbao-chat").to_have_count(2)  # none is added where the page has its own
    chat.expect(".heading").to_have_text(["甲", "乙"])
    first, second = (chat.find("wenbao-chat").nth(number) for number in (0, 1))
    second.locator("#box").fill("提速？")
    second.locator("#box").press("Enter")
    chat.expect(second.locator("a.chip")).to_have_count(2)
    assert first.locator(".turn").count() == 0
    assert site.scripted.asked[0]["language"] == "en"
    chat.expect(second.locator(".under h3")).to_have_text("Sources")
    chat.page.reload()
    chat.expect(second.locator("a.chip")).to_have_count(2)
    assert first.locator(".turn").count() == 0
    assert abs(first.bounding_box()["height"] - 352) < 2, "the page decides its size"


def test_attributes_of_the_script_tag(opened: Open, site: Site) -> None:
    chat = opened(None, elsewhere=True)
    more = (
        'data-title="Archiv" data-lang="de" data-text-open="Fragen" data-text-new-tab=" (neuer Tab)" data-theme="dark" '
        'data-accent="rgb(1, 2, 3)" data-position="left" data-key="wb_secret" data-since="2020" data-source="日报" '
        'data-suggestions="Was ist neu?|Wer?" data-text-source="Quelle {n}: {title}" defer'
    )
    page_of(chat, "", head=script(site, more))
    chat.expect(".launcher").to_have_text("Fragen")
    assert chat.find(".launcher").bounding_box()["x"] < 100
    chat.open()
    assert chat.texts(".heading") == ["Archiv"]
    assert chat.texts(".suggestion") == ["Was ist neu?", "Wer?"]
    chat.ask_and_wait("提速？")
    assert site.scripted.asked[0]["filters"] == {"since": "2020", "source": "日报"}
    assert site.scripted.keys == ["Bearer wb_secret"]
    assert chat.find("a.chip").first.get_attribute("aria-label") == "Quelle 1: 京沪铁路六月提速 (neuer Tab)"
    colour = "element => getComputedStyle(element).color"
    assert chat.find("a.chip").first.evaluate(colour) == "rgb(1, 2, 3)"
    chat.run("() => { document.querySelector('wenbao-chat').dataset.title = 'Neu'; }")
    chat.expect(".heading").to_have_text("Neu")


def test_custom_properties_of_the_page_theme_it(opened: Open, site: Site) -> None:
    chat = opened(None, elsewhere=True)
    style = "<style>wenbao-chat { --wenbao-accent: #004080; --wenbao-width: 20em; --wenbao-font: Georgia; }</style>"
    page_of(chat, "<wenbao-chat></wenbao-chat>", head=style + script(site, "defer"))
    chat.expect(".launcher").to_have_css("background-color", "rgb(0, 64, 128)")
    chat.open()
    assert round(chat.find(".panel").bounding_box()["width"]) == 320
    assert chat.find("#box").evaluate("one => getComputedStyle(one).fontFamily") == "Georgia"


def test_a_page_may_open_ask_and_listen(opened: Open) -> None:
    chat = opened("demo-host")
    heard: Any = chat.run(
        "() => new Promise(done => { const chat = document.querySelector('wenbao-chat'); const heard = []; "
        "for (const name of ['wenbao-open', 'wenbao-answer', 'wenbao-close']) chat.addEventListener(name, event => { "
        "heard.push([event.type, event.detail?.short_answer ?? null]); "
        "if (event.type === 'wenbao-answer') chat.close(); "
        "if (event.type === 'wenbao-close') done(heard); }); chat.open(); chat.ask('提速？'); })"
    )
    assert heard == [["wenbao-open", None], ["wenbao-answer", "6月1日"], ["wenbao-close", None]]


def test_it_asks_nothing_of_the_server_until_it_is_opened(opened: Open, site: Site) -> None:
    chat = opened(None, elsewhere=True)
    asked: list[str] = []
    chat.page.on("request", lambda request: asked.append(request.url))
    page_of(chat, "", head=script(site, "defer"))
    chat.find(".launcher").wait_for()
    assert asked == [site.made, f"{site.address}widget.js"]


@pytest.mark.parametrize("moved", ["document.body.append(chat)", "chat.remove(); document.body.prepend(chat)"])
def test_it_may_be_moved(opened: Open, moved: str) -> None:
    chat = opened("demo-host")
    chat.open()
    chat.ask_and_wait("提速？")
    chat.run(f"() => {{ const chat = document.querySelector('wenbao-chat'); {moved}; }}")
    chat.expect(".panel").to_be_visible()
    chat.ask_and_wait("又提速？")
    chat.expect(".turn").to_have_count(2)
