"""The widget on a page as its user meets it. Selectors reach into the shadow root, as Playwright's do."""

from __future__ import annotations

import time
from typing import Any

from widget.widget_server import Site


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
        self.find(".turn").nth(count).wait_for()
        self.find(".action.stop").wait_for(state="hidden")

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
        deadline = time.monotonic() + 20
        while not (page or self.page).evaluate(script):
            assert time.monotonic() < deadline, script
            time.sleep(0.05)

    def run(self, script: str, *arguments: Any) -> Any:
        return self.page.evaluate(script, *arguments)
