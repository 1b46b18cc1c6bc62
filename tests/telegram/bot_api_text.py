"""What a Bot API server makes of a text: HTML into entities, its own cleaning, lengths in UTF-16 units."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any

PLAIN_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "a": "text_link",
}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_ATTRIBUTE = r"\s+[a-zA-Z0-9-]+(?:=(?:\"[^\"]*\"|'[^']*'|[^\s>\"']+))?"
_TAG = re.compile(rf"</([a-zA-Z0-9-]*)>|<([a-zA-Z0-9-]+)((?:{_ATTRIBUTE})*)\s*>")
_REFERENCE = re.compile(r"&(#[0-9]+|#[xX][0-9a-fA-F]+|[a-z]+);?")
_NEXT = re.compile("[<&]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_DROPPED = {number: " " for number in range(32) if number not in (10, 13)} | dict.fromkeys(
    (13, *range(8232, 8239), 778, 819, 831)
)
LONGEST = 4096
MOST_ENTITIES = 100


class ApiError(Exception):
    """An answer that is an error."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


def bad(description: str) -> ApiError:
    return ApiError(400, f"Bad Request: {description}")


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass
class _Open:
    tag: str
    kind: str
    url: str = ""


def parse_html(source: str) -> tuple[str, list[dict[str, Any]]]:
    """The text and the entities. Raises ApiError as the server does for what is no valid markup."""
    segments: list[tuple[str, tuple[_Open, ...]]] = []
    stack: list[_Open] = []
    at = 0

    def failed(what: str) -> ApiError:
        return bad(f"can't parse entities: {what} at byte offset {len(source[:at].encode('utf-8', 'replace'))}")

    while at < len(source):
        if source[at] == "<":
            found = _TAG.match(source, at)
            if not found:
                raise failed("Unsupported start tag")
            closing, opening, attributes = found.group(1), found.group(2), found.group(3) or ""
            if opening is None:
                if not stack:
                    raise failed("Unexpected end tag")
                if closing and closing.lower() != stack[-1].tag:
                    raise failed(f'Unmatched end tag, expected "</{stack[-1].tag}>", found "</{closing}>"')
                stack.pop()
            else:
                tag = opening.lower()
                if tag not in PLAIN_TAGS:
                    raise failed(f'Unsupported start tag "{tag}"')
                if any(one.kind in ("code", "pre") for one in stack):
                    raise failed(f'Tag "{tag}" must not be nested in code')
                if tag == "blockquote" and any(one.kind == "blockquote" for one in stack):
                    raise failed("Blockquote can't be nested")
                kind = (
                    "expandable_blockquote" if tag == "blockquote" and "expandable" in attributes else PLAIN_TAGS[tag]
                )
                href = re.search(r"href=(?:\"([^\"]*)\"|'([^']*)'|(\S+))", attributes)
                stack.append(_Open(tag, kind, html.unescape(next(filter(None, href.groups()), "")) if href else ""))
            at = found.end()
            continue
        end = _NEXT.search(source, at + 1)
        step = (end.start() if end else len(source)) - at
        character = source[at : at + step]
        if character[0] == "&" and (reference := _REFERENCE.match(source, at)):
            name = reference.group(1)
            if name.startswith("#"):
                number = int(name[2:], 16) if name[1] in "xX" else int(name[1:])
                if 0 < number < 0x110000 and not 0xD800 <= number < 0xE000:
                    character, step = chr(number), reference.end() - at
            elif name in NAMED and reference.group(0).endswith(";"):
                character, step = NAMED[name], reference.end() - at
        segments.append((character, tuple(stack)))
        at += step
    if stack:
        raise bad(f"can't parse entities: Can't find end tag corresponding to start tag \"{stack[-1].tag}\"")
    return _cleaned(segments)


def plain_text(source: str) -> tuple[str, list[dict[str, Any]]]:
    return _cleaned([(source, ())])


def _cleaned(segments: list[tuple[str, tuple[_Open, ...]]]) -> tuple[str, list[dict[str, Any]]]:
    """What the server keeps of a text: no controls, no line separators nor bidirectional overrides, no zalgo lines."""
    if any(_SURROGATE.search(text) for text, _ in segments):
        raise bad("strings must be encoded in UTF-8")
    kept = [(text.translate(_DROPPED), inside) for text, inside in segments]
    while kept and not kept[0][0].lstrip():
        kept.pop(0)
    while kept and not kept[-1][0].rstrip():
        kept.pop()
    if kept:
        kept[0] = (kept[0][0].lstrip(), kept[0][1])
        kept[-1] = (kept[-1][0].rstrip(), kept[-1][1])
    text = "".join(one for one, _ in kept)
    spans: dict[int, tuple[_Open, int, int]] = {}
    offset = 0
    for stretch, inside in kept:
        width = units(stretch)
        for one in inside:
            _, start, _ = spans.get(id(one), (one, offset, offset))
            spans[id(one)] = (one, start, offset + width)
        offset += width
    entities = []
    encoded = text.encode("utf-16-le")
    for one, start, end in spans.values():
        covered = encoded[start * 2 : end * 2].decode("utf-16-le")
        if not covered.strip():
            continue
        entity: dict[str, Any] = {"type": one.kind, "offset": start, "length": end - start}
        if one.kind == "text_link":
            if not one.url.startswith(("http://", "https://", "tg://")):
                continue
            entity["url"] = one.url
        entities.append(entity)
    return text, entities


def checked_text(source: str | None, parse_mode: str | None, *, least: int = 1) -> tuple[str, list[dict[str, Any]]]:
    """A message's text as it is stored. Raises ApiError."""
    if parse_mode not in (None, "", "HTML"):
        raise bad("unsupported parse_mode")
    text, entities = parse_html(source or "") if parse_mode == "HTML" else plain_text(source or "")
    if least and not text:
        raise bad("message text is empty")
    if units(text) > LONGEST:
        raise bad("message is too long")
    if len(entities) > MOST_ENTITIES:
        raise bad("too many entities")  # the real one drops the rest in silence, which would show as a defect
    return text, sorted(entities, key=lambda one: (one["offset"], -one["length"]))


def under(message: dict[str, Any], kind: str) -> list[str]:
    """The stretches of a message that have an entity of a kind."""
    encoded = message["text"].encode("utf-16-le")
    return [
        encoded[one["offset"] * 2 : (one["offset"] + one["length"]) * 2].decode("utf-16-le")
        for one in message.get("entities", [])
        if one["type"] == kind
    ]
