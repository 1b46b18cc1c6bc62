"""One Chromium and one pair of servers for all of these tests; a fresh context, so fresh storage, for each."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from widget.widget_page import TIMEOUT_MS, Widget
from widget.widget_server import Site, serving_site

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
AXE = Path(sys.prefix, "axe.min.js")


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    """Debian's Chromium, driven by Playwright."""
    reason = "the browser tests need "
    api = pytest.importorskip("playwright.sync_api", reason=f"{reason}playwright (pip install 'wenbao[dev]')")
    if not CHROMIUM:
        assert not os.environ.get("CI"), ".ci/run installs chromium"
        pytest.skip(f"{reason}chromium (apt install chromium)")
    api.expect.set_options(timeout=TIMEOUT_MS)
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def axe() -> str:
    if not AXE.exists():
        pytest.skip(f"axe-core is missing: npm pack axe-core, and its package/axe.min.js as {AXE} (.ci/run does it)")
    return AXE.read_text("utf-8")


@pytest.fixture(scope="package")
def servers() -> Iterator[Site]:
    """Both servers."""
    with serving_site() as site:
        yield site


@pytest.fixture
def site(servers: Site) -> Site:
    """Both servers, as new."""
    servers.scripted.reset()
    return servers


@pytest.fixture
def opened(browser: Any, site: Site) -> Iterator[Callable[..., Widget]]:
    """Opens a page with the widget; at the end its console must be clean, so no policy was violated either."""
    contexts = []
    widgets = []

    def open_page(path: str | None = "", *, elsewhere: bool = False, **context: Any) -> Widget:
        settings = {"locale": "zh-CN", "viewport": {"width": 1100, "height": 760}} | context
        contexts.append(browser.new_context(**settings))
        contexts[-1].set_default_timeout(TIMEOUT_MS)
        widget = Widget(contexts[-1].new_page(), site)
        widgets.append(widget)
        if path is not None:
            widget.page.goto((site.elsewhere if elsewhere else site.address) + path)
        return widget

    yield open_page
    for context in contexts:
        context.close()
    assert [widget.unexpected() for widget in widgets] == [[]] * len(widgets)
