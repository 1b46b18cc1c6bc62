"""The widget on a page as its user meets it. Selectors reach into the shadow root, as Playwright's do."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from widget.widget_server import Site

TIMEOUT_MS = 60_000  # a machine that is busy with other work is slow, not wrong


class Widget:
    """A page, what it wrote to the console, and what it asked of the network."""

    def __init__(self, page: Any, site: Site) -> None:
        self.page, self.site = page, site
        self.console: list[str] = []
        self.outside: list[str] = []
        self.dialogs: list[str] = []
        self.expected_log: tuple[str, ...] = ()
        page.on("console", self._written)
        page.on("pageerror", lambda error: self.console.append(f"uncaught: {error}"))
        page.on("request", self._requested)
        page.on("dialog", self._asked)

    def unexpected(self) -> list[str]:
        """What must not have happened: messages on the console, requests to elsewhere, dialogs."""
        lines = [line for line in self.console if not any(word in line for word in self.expected_log)]
        return lines + self.outside + self.dialogs

    def _written(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.console.append(message.text)

    def _requested(self, request: Any) -> None:
        if not request.url.startswith((self.site.address, self.site.elsewhere, self.site.made, "data:", "about:")):
            self.outside.append(request.url)

    def _asked(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def find(self, selector: str) -> Any:
        return self.page.locator(selector)

    def expect(self, selector: Any) -> Any:
        """Playwright's expectations of what the selector or locator finds; they wait until it holds."""
        from playwright.sync_api import expect

        return expect(self.find(selector) if isinstance(selector, str) else selector)

    def texts(self, selector: str) -> list[str]:
        return list(self.find(selector).all_inner_texts())

    def ask(self, question: str) -> None:
        """Type the question and send it."""
        self.find("#box").fill(question)
        self.find("#box").press("Enter")

    def ask_and_wait(self, question: str) -> None:
        """Ask, and wait until the answer or the problem is there."""
        count = self.find(".turn").count()
        self.ask(question)
        self.expect(".turn").to_have_count(count + 1)
        self.expect(".action.stop").to_be_hidden()

    def open(self) -> None:
        """Open the floating panel."""
        self.find(".launcher").click()
        self.find(".panel").wait_for()
        self.run(
            "Promise.all(document.querySelector('wenbao-chat').shadowRoot.getAnimations().map(one => one.finished))"
        )

    def active(self) -> str:
        """The class, id or tag of what has the focus, within shadow roots."""
        script = (
            "let at = document.activeElement; while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement; "
            "at.id || at.className || at.localName"
        )
        return str(self.run(f"() => {{ {script.replace('at.id ||', 'return at.id ||')}; }}"))

    def heard(self) -> list[str]:
        """What the log announced, in order."""
        return list(self.find("[role=log] p").all_text_contents())

    def until(self, script: str, page: Any = None) -> None:
        """Wait until the expression is true; evaluated from outside, so that no policy forbids it."""
        self.eventually(lambda: (page or self.page).evaluate(script), script)

    def eventually(self, what: Callable[[], object], said: str = "") -> None:
        """Wait until it is true; what the browser tells meanwhile is heard."""
        deadline = time.monotonic() + TIMEOUT_MS / 1000
        while not what():
            assert time.monotonic() < deadline, said
            self.page.wait_for_timeout(50)

    def run(self, script: str, *arguments: Any) -> Any:
        return self.page.evaluate(script, *arguments)
