"""What a file holds before it is an article."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RawDocument:
    """One document as its file gives it; a value that the file does not give is empty, never guessed.

    `is_page` is true where nothing marks the articles: plain text and PDF pages, whose lines may be wrapped and
    which may hold several articles. It is false where the format itself says where an article begins and ends.
    `locator` is the place in the file for messages ("line 3", "page 2"), empty where the file is one document.
    `headline_lines` are the lines of `body`, counted from 0, that a page sets in the size of a headline.
    """

    body: str
    title: str = ""
    subtitle: str = ""
    author: tuple[str, ...] = ()
    published: str | None = None
    source: str = ""
    url: str = ""
    external_id: str = ""
    is_page: bool = False
    locator: str = ""
    headline_lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentProblem:
    """A part of a file that could not be taken in, with a reason that a person can act on."""

    reason: str
    locator: str = ""
