"""One article of a page, as reading it gives it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageArticle:
    """One article of a page.

    `body` holds a paragraph or a section heading a line; `origin` has for each of its code points the offset in the
    raw text, or -1 for one that is not in it. Captions stand apart, with `caption_origins` of the same kind. `title` is
    empty where the page has none.
    `evidence` says why it was put together so, a reason a line.
    """

    title: str
    subtitle: str
    series: str
    author: tuple[str, ...]
    body: str
    origin: Sequence[int]
    captions: tuple[str, ...]
    headings: tuple[str, ...]
    kind: str
    evidence: tuple[str, ...] = ()
    caption_origins: tuple[Sequence[int], ...] = ()
