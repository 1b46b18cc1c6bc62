"""`/widget.js`: the chat widget as one script, put together from its sources; no build step, no framework.

`python -m bot.channels.widget` prints its size, its integrity hash and the line that embeds it.
"""

from __future__ import annotations

import base64
import functools
import gzip
import hashlib
import importlib.resources
import json
import os
import re
import sys
from importlib import metadata
from typing import Final

# In the order in which they need each other. They share one scope, which the page does not see.
SOURCES: Final = (
    "head.js",
    "texts.js",
    "dom.js",
    "answer.js",
    "feedback.js",
    "stream.js",
    "conversation.js",
    "announcer.js",
    "peek.js",
    "shell.js",
    "panel.js",
    "element.js",
    "embed.js",
)
STYLE: Final = "style.css"

# Public and the same for everyone: any page may load it, also with `integrity`, which needs the first header.
HEADERS: Final = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}


@functools.cache
def widget_script() -> bytes:
    """The script, UTF-8. The same installed files give the same bytes."""
    folder = importlib.resources.files("bot.channels").joinpath("static", "widget")
    style = re.sub(r"\s*\n\s*", "\n", folder.joinpath(STYLE).read_text("utf-8"))
    parts = [folder.joinpath(name).read_text("utf-8") for name in SOURCES]
    head = f"/* Wenbao {metadata.version('wenbao')} chat widget; Apache-2.0 */\n(() => {{\n'use strict';\n"
    return f"{head}const STYLE = {json.dumps(style, ensure_ascii=False)};\n{''.join(parts)}}})();\n".encode()


@functools.cache
def gzipped() -> bytes:
    """The script as gzip, as it goes to browsers."""
    return gzip.compress(widget_script(), 9, mtime=0)


def integrity(content: bytes) -> str:
    """The value of a script tag's attribute `integrity`."""
    return f"sha384-{base64.b64encode(hashlib.sha384(content).digest()).decode()}"


def embed_line(host: str) -> str:
    """The line for a page that embeds the widget of the server at `host`, "https://wenbao.example/" for instance."""
    checked = integrity(widget_script())
    return f'<script src="{host}widget.js" integrity="{checked}" crossorigin="anonymous" defer></script>'


def main() -> None:
    """Print size, hash and line."""
    script = widget_script()
    size = f"{len(script)} bytes, {len(gzipped())} gzipped"
    try:
        print(f"{size}\n{integrity(script)}\n{embed_line('https://YOUR-SERVER/')}", flush=True)
    except BrokenPipeError:  # `| head -1` has read what it wanted
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nor may the interpreter's last flush fail


if __name__ == "__main__":
    main()
