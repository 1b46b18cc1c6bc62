"""Accessibility in a real Chromium: axe-core, the keyboard alone, small and zoomed windows, dark, forced colours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from widget.widget_page import Widget
from widget.widget_server import CITED, Site

Open = Callable[..., Widget]
AT_QUOTE = f"start={CITED[1]['start']}&end={CITED[1]['end']}"
PHONE = {"viewport": {"width": 320, "height": 640}, "has_touch": True, "is_mobile": True}


def violations(chat: Widget, axe: str) -> list[Any]:
    """What axe-core finds wrong, all of its rules: (rule, selectors)."""
    chat.page.evaluate(axe)
    found = chat.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [(one["id"], [node["target"] for node in one["nodes"]]) for one in found["violations"]]


def converse(chat: Widget) -> None:
    """An answer, a refusal, a problem, and the form for a comment."""
    chat.expected_log = ("503",)
    chat.ask_and_wait("提速？")
    chat.find(".rate").nth(1).click()
    chat.find(".comment input").wait_for()
    chat.ask_and_wait("火星？")
    chat.ask_and_wait("太忙")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1100])
def test_axe_finds_nothing_on_the_page(opened: Open, axe: str, scheme: str, width: int) -> None:
    chat = opened(color_scheme=scheme, viewport={"width": width, "height": 760})
    chat.find(".suggestion").first.wait_for()
    assert violations(chat, axe) == []
    converse(chat)
    assert violations(chat, axe) == []
    if width == 320:
        chat.find("nav a").nth(1).click()
    chat.find("[name=q]").fill("提速")
    chat.find("[name=q]").press("Enter")
    chat.find("#results .passage").first.wait_for()
    chat.find("summary").click()
    assert violations(chat, axe) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_where_it_is_embedded(opened: Open, axe: str, scheme: str) -> None:
    chat = opened("demo-host", color_scheme=scheme)
    chat.find(".launcher").wait_for()
    assert violations(chat, axe) == []
    chat.open()
    converse(chat)
    chat.find("a.chip").first.hover()
    chat.find(".peek").wait_for()
    assert violations(chat, axe) == []


@pytest.mark.parametrize("path", [f"article?article_id=铁路/1&{AT_QUOTE}", "article?article_id=none&lang=en"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_articles(opened: Open, axe: str, path: str, scheme: str) -> None:
    chat = opened(None, color_scheme=scheme)
    chat.expected_log = ("404",)
    chat.page.goto(chat.site.address + path)
    assert violations(chat, axe) == []


def test_by_keyboard_alone(opened: Open, site: Site) -> None:
    chat = opened("demo-host", elsewhere=True)
    press = chat.page.keyboard.press
    for _ in range(10):
        if chat.active() == "launcher":
            break
        press("Tab")
    press("Enter")
    chat.expect("#box").to_be_focused()
    chat.page.keyboard.type("提速？")
    press("Enter")
    chat.expect(".answer a.chip").to_have_count(2)
    chat.expect(".action.stop").to_be_hidden()
    seen = []
    for _ in range(16):
        seen.append(chat.active())
        press("Tab")
    assert len(set(seen)) >= 6
    assert "launcher" not in seen, "the focus stays in the open panel"
    assert "body" not in seen
    assert seen.count("box") > 1, "and comes round"
    for _ in range(16):
        if chat.active() == "chip":
            break
        press("Shift+Tab")
    with chat.page.context.expect_page() as opening:
        press("Enter")
    opening.value.locator("#quote").wait_for()
    opening.value.close()
    press("Escape")
    press("Escape")
    chat.expect(".panel").to_be_hidden()
    chat.expect(".launcher").to_be_focused()
    chat.expect(".launcher").to_have_attribute("aria-expanded", "false")


def test_what_is_typed_here_is_no_shortcut_of_the_page(opened: Open) -> None:
    chat = opened("demo-host")
    chat.run("() => { window.keys = []; addEventListener('keydown', event => keys.push(event.key)); }")
    chat.open()
    chat.page.keyboard.type("s/")
    chat.page.keyboard.press("Escape")
    chat.expect(".launcher").to_be_focused()
    assert chat.run("keys") == []


@pytest.mark.parametrize("path", ["", "demo-host", f"article?article_id=铁路/1&{AT_QUOTE}"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_is_wider_than_320_pixels(opened: Open, path: str, lang: str) -> None:
    chat = opened(path, **PHONE, locale={"zh": "zh-CN", "en": "en-US"}[lang])
    width = "document.documentElement.scrollWidth"
    assert chat.run(width) <= 320
    if "article" in path:
        return
    if path:
        chat.open()
        assert chat.find(".panel").bounding_box() == {"x": 0, "y": 0, "width": 320, "height": 640}, "the full screen"
        assert chat.active() != "box", "a touch screen's keyboard stays away until it is wanted"
    chat.ask_and_wait("提速？" + "x" * 200)
    assert chat.run(width) <= 320
    scroller = "document.querySelector('wenbao-chat').shadowRoot.querySelector('.scroller')"
    assert chat.run(f"{scroller}.scrollWidth <= {scroller}.clientWidth")
    for selector in (".action:not(.stop)", "#box", ".tool >> nth=0"):
        box = chat.find(selector).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 320
        assert box["y"] + box["height"] <= 640
        assert min(box["width"], box["height"]) >= 24, "WCAG 2.2, 2.5.8"


def test_the_keyboard_of_a_phone_does_not_cover_the_input(opened: Open) -> None:
    chat = opened(None, **PHONE)
    chat.page.context.add_init_script(
        "const seen = new EventTarget(); Object.assign(seen, {height: 640, offsetTop: 0}); "
        "Object.defineProperty(window, 'visualViewport', {value: seen});"
    )
    chat.page.goto(f"{chat.site.address}demo-host")
    chat.open()
    chat.run("() => { Object.assign(visualViewport, {height: 330, offsetTop: 20}); "
             "visualViewport.dispatchEvent(new Event('resize')); }")  # fmt: skip
    assert chat.find(".panel").bounding_box() == {"x": 0, "y": 20, "width": 320, "height": 330}
    box = chat.find("#box").bounding_box()
    assert box["y"] + box["height"] <= 350


@pytest.mark.parametrize("path", ["", "demo-host"])
def test_at_a_zoom_of_200_percent(opened: Open, path: str) -> None:
    """A window of 1280 by 720 at 200 %: half as many CSS pixels, each twice as large."""
    chat = opened(path, viewport={"width": 640, "height": 360}, device_scale_factor=2)
    if path:
        chat.open()
    chat.ask_and_wait("提速？")
    assert chat.texts(".answer a.chip") == ["1", "2"]
    assert chat.run("document.documentElement.scrollWidth") <= 640
    for selector in ("#box", ".action:not(.stop)"):
        box = chat.find(selector).bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 360
        assert box["x"] + box["width"] <= 640
    assert chat.find(".scroller").bounding_box()["height"] > 100, "there is room to read"


def test_larger_letters_of_the_reader_are_honoured_and_the_pages_are_not(opened: Open) -> None:
    chat = opened("demo-host")
    chat.run("() => { document.documentElement.style.fontSize = '5px'; }")
    chat.open()
    assert chat.run(
        "getComputedStyle(document.querySelector('wenbao-chat').shadowRoot.querySelector('#box')).fontSize"
    ) == ("16px")


def test_light_and_dark_follow_the_system_and_may_be_chosen(opened: Open) -> None:
    dark, light = "rgb(25, 24, 22)", "rgb(250, 248, 243)"
    chat = opened("?lang=zh", color_scheme="dark")
    chat.expect(".panel").to_have_css("background-color", dark)
    chat.page.emulate_media(color_scheme="light")
    chat.expect(".panel").to_have_css("background-color", light)
    chat.expect("#theme").to_have_text("外观：跟随系统")
    chat.find("#theme").click()
    chat.find("#theme").click()
    chat.expect("#theme").to_have_text("外观：深色")
    chat.expect(".panel").to_have_css("background-color", dark)
    chat.expect("body").to_have_css("background-color", dark)
    chat.page.reload()
    chat.expect("#theme").to_have_text("外观：深色")
    chat.expect(".panel").to_have_css("background-color", dark)


def test_less_motion_where_it_is_wished(opened: Open, site: Site) -> None:
    moving = "document.querySelector('wenbao-chat').shadowRoot.getAnimations().length"
    for motion, expected in (("no-preference", True), ("reduce", False)):
        site.scripted.released.clear()
        chat = opened("demo-host", reduced_motion=motion)
        chat.open()
        chat.ask("静默")
        chat.find(".status").wait_for()
        assert bool(chat.run(moving)) == expected
        site.scripted.released.set()
        chat.find(".answer a.chip").first.wait_for()


def test_forced_colours_keep_every_edge(opened: Open, axe: str) -> None:
    chat = opened("demo-host", forced_colors="active")
    for selector in (".launcher", ".tool >> nth=0", "#box", ".action:not(.stop)", "a.chip >> nth=0", ".rate >> nth=0"):
        if selector == ".tool >> nth=0":
            chat.open()
            chat.ask_and_wait("提速？")
        style = "element => [getComputedStyle(element).borderTopStyle, getComputedStyle(element).borderTopWidth]"
        assert chat.find(selector).evaluate(style) == ["solid", "1px"], selector
    assert violations(chat, axe) == []
