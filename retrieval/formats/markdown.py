"""Markdown: the text that its reader sees, with the metadata of its front matter."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from retrieval.formats.document import DocumentProblem, RawDocument
from retrieval.formats.encoding import decode
from retrieval.formats.errors import DamagedFileError, EmptyFileError
from retrieval.formats.fields import document, read_fields
from retrieval.formats.files import read_bytes
from retrieval.formats.html import html_to_text
from retrieval.formats.text import SOFT_BREAK, clean_body, clean_line, join_soft_breaks

MAX_MARKDOWN_BYTES = 4 * 2**20  # the parser takes some 15 seconds for it

_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)(?:^|\n)(?:---|\.\.\.)[ \t]*(?:\n|$)", re.DOTALL)
_MAX_FRONT_MATTER_CHARACTERS = 2**16
_FRONT = "front matter"  # the locator of its problems
_LINE_BREAK_TAG = re.compile(r"<br\s*/?>", re.IGNORECASE)


def read_markdown(path: Path) -> Iterator[RawDocument | DocumentProblem]:
    """Yield the article of a Markdown file, and a problem where its front matter cannot be read."""
    metadata, text = _split_front_matter(decode(read_bytes(path, MAX_MARKDOWN_BYTES)))
    values, problems = _read_front_matter(metadata)
    yield from problems
    try:
        heading, body = markdown_to_text(text)
    except RecursionError as error:
        raise DamagedFileError("the Markdown is nested too deeply; write it with fewer levels") from error
    raw = document(values, body=body, title=heading)
    if heading and raw.title != heading:
        raw = document(values, body=f"{heading}\n\n{body}".strip())
    if not raw.body:
        raise EmptyFileError("the file holds no text below its title; write some, or leave it out")
    yield raw


def markdown_to_text(text: str) -> tuple[str, str]:
    """Return the first heading of level 1, "" where there is none, and the rest as plain text.

    Paragraphs are parted by a blank line, items of a list by a line break, cells of a table by a tab.
    """
    blocks = list(_blocks(MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)))
    title = next((block for kind, block in blocks if kind == "h1"), "")
    if title:
        blocks.remove(("h1", title))
    parts: list[str] = []
    for kind, block in blocks:
        parts += ("\n" if kind == "tight" else "\n\n", block)
    return clean_line(title), clean_body("".join(parts))


def _split_front_matter(text: str) -> tuple[str, str]:
    match = _FRONT_MATTER.match(text)
    return (match.group(1), text[match.end() :]) if match else ("", text)


def _read_front_matter(metadata: str) -> tuple[dict[str, object], list[DocumentProblem]]:
    if not metadata.strip():
        return {}, []
    try:
        content = _load_yaml(metadata)
    except ValueError as error:
        reason = f"the front matter is no valid YAML ({error}) and is left out; correct it"
        return {}, [DocumentProblem(reason, _FRONT)]
    if not isinstance(content, dict):
        return {}, [DocumentProblem("the front matter names no keys and is left out; write 'title: …'", _FRONT)]
    return read_fields(content, _FRONT)


class _Loader(yaml.SafeLoader):
    """YAML without aliases: a few lines of them can unfold to more than any memory holds."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not read")
        return super().compose_node(parent, index)


def _load_yaml(text: str) -> object:
    """Return the content of a YAML text; raise `ValueError` with a reason of one clause."""
    if len(text) > _MAX_FRONT_MATTER_CHARACTERS:
        raise ValueError(f"{len(text):,} characters, over the limit of {_MAX_FRONT_MATTER_CHARACTERS:,}")
    try:
        return _Loader(text).get_single_data()
    except yaml.MarkedYAMLError as error:
        line = f" in line {error.problem_mark.line + 2}" if error.problem_mark else ""
        raise ValueError(f"{error.problem or 'broken'}{line}") from error
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    except (yaml.YAMLError, ValueError, LookupError, TypeError, OverflowError, AttributeError) as error:
        raise ValueError(clean_line(str(error)) or "broken") from error  # "!!int" alone is an IndexError of PyYAML's


def _blocks(tokens: Sequence[Token]) -> Iterator[tuple[str, str]]:
    """Yield (kind, text) of each block: "h1", "tight" for one on the line after the last, else ""."""
    depth, is_first_item = 0, False
    marker, tight, is_h1 = "", False, False
    row: list[str] | None = None
    for token in tokens:
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                is_first_item = is_first_item or depth == 0
                depth += 1
            case "bullet_list_close" | "ordered_list_close":
                depth -= 1
            case "list_item_open":
                marker = f"{token.info}{token.markup} " if token.info else ""
            case "paragraph_open":
                tight = token.hidden and not is_first_item
            case "heading_open" | "table_open":
                tight, is_h1 = False, token.tag == "h1"
            case "tr_open":
                row = []
            case "tr_close":
                yield "tight" if tight else "", "\t".join(row or ())
                row, tight = None, True
            case "inline" if row is not None:
                row.append(_inline(token))
            case "inline":
                yield "h1" if is_h1 else "tight" if tight else "", marker + _inline(token)
                marker, is_h1, is_first_item = "", False, False
            case "fence" | "code_block":
                yield "", token.content
            case "html_block":
                yield "", html_to_text(token.content)


def _inline(token: Token) -> str:
    return join_soft_breaks("".join(_pieces(token.children or ())))


def _pieces(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        match token.type:
            case "softbreak":
                yield SOFT_BREAK
            case "hardbreak":
                yield "\n"
            case "image":
                yield from _pieces(token.children or ())
            case "html_inline":
                yield "\n" if _LINE_BREAK_TAG.fullmatch(token.content) else ""
            case "text" | "code_inline" | "text_special":
                yield token.content
