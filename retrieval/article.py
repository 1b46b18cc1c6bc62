"""An article: the unit that is stored, cited and opened."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Article:
    """One article of the archive.

    `body` is the text that citations point into: every offset anywhere is a half-open range of code points
    of it. `published` is an ISO 8601 date, `YYYY-MM-DD`, `YYYY-MM` or `YYYY`, and None where no source gives one.
    `place` is that of the dateline. `dates` are those that the body names, in its order and once each; one whose year
    nothing tells is `--MM-DD`.
    """

    article_id: str
    title: str
    body: str
    subtitle: str = ""
    author: tuple[str, ...] = ()
    published: str | None = None
    source: str = ""
    kind: str = "news"
    url: str = ""
    place: str = ""
    dates: tuple[str, ...] = ()
