"""The widget's script as a file: small, the same bytes each time, and texts in both languages."""

from __future__ import annotations

import asyncio
import gzip
import re
import subprocess
import sys
from importlib import resources
from pathlib import Path

import httpx
from fastapi import FastAPI

from bot.channels import widget
from bot.channels.widget_routes import add_widget

FOLDER = resources.files("bot.channels").joinpath("static", "widget")


def test_it_has_less_than_20_kb_with_its_styles() -> None:
    assert len(gzip.compress(widget.widget_script(), 9)) < 20_000


def test_every_source_is_in_it() -> None:
    names = {one.name for one in FOLDER.iterdir()}
    assert names == {*widget.SOURCES, widget.STYLE}
    assert "innerHTML" not in widget.widget_script().decode()


def test_the_command_prints_size_hash_and_line() -> None:
    command = [sys.executable, "-m", "bot.channels.widget"]
    size, checked, line = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert size == f"{len(widget.widget_script())} bytes, {len(widget.gzipped())} gzipped"
    assert re.fullmatch(r"sha384-[\w+/]{64}", checked)
    assert checked == widget.integrity(widget.widget_script())
    assert f'integrity="{checked}" crossorigin="anonymous" defer></script>' in line


def test_a_reader_that_leaves_early_sees_no_traceback() -> None:
    command = f"{sys.executable} -m bot.channels.widget | true"
    ran = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert ran.stderr == ""


def test_the_documents_tell_its_size() -> None:
    size = f"\n{len(widget.widget_script())} bytes, "  # gzip's own version decides what follows
    assert size in Path(__file__).parents[1].joinpath("docs", "widget.md").read_text("utf-8")


def test_both_languages_say_the_same_things_and_each_is_used() -> None:
    texts = FOLDER.joinpath("texts.js").read_text("utf-8")
    chinese, english = re.findall(r"^  (?:zh|en): \{(.*?)^  \},", texts, re.DOTALL | re.MULTILINE)
    keys = re.compile(r"(?:^|, |\n\s*)(\w+): '")
    assert keys.findall(chinese) == keys.findall(english)
    places = re.compile(r"(\w+): '((?:[^'\\]|\\.)*)'")
    for (key, zh), (_, en) in zip(places.findall(chinese), places.findall(english), strict=True):
        assert set(re.findall(r"\{\w+\}", zh)) == set(re.findall(r"\{\w+\}", en)), key
    rest = "".join(FOLDER.joinpath(name).read_text("utf-8") for name in widget.SOURCES if name != "texts.js")
    for key in keys.findall(chinese):
        assert f"'{key}'" in rest, key


def call(app: FastAPI, path: str, **headers: str) -> httpx.Response:
    async def once() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://wenbao.test") as client:
            return await client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    return asyncio.run(once())


def test_it_is_served_to_every_origin() -> None:
    app = FastAPI()
    add_widget(app)
    plain = call(app, "/widget.js", accept_encoding="identity")
    packed = call(app, "/widget.js", accept_encoding="br, gzip")
    assert plain.content == packed.content == widget.widget_script()
    assert (packed.headers["content-encoding"], "content-encoding" in plain.headers) == ("gzip", False)
    assert packed.headers["access-control-allow-origin"] == "*"
    assert packed.headers["content-type"] == "text/javascript; charset=utf-8"
    again = call(app, "/widget.js", if_none_match=packed.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    demo = call(app, "/demo-host", host="news.example:8642")
    assert "script-src http://news.example:8642;" in demo.headers["content-security-policy"]
    assert call(app, "/demo-host", host="a;b").status_code == 400
