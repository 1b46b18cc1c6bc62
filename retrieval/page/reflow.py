"""A page's text with its lines joined, and no more: what `--no-page-split` reads."""

from __future__ import annotations

from collections.abc import Sequence

from retrieval.page.fragments import Fragment, join, read_fragments
from retrieval.page.likeness import Likeness
from retrieval.page.lines import read_lines
from retrieval.page.links import find_links
from retrieval.page.traced import Traced, joined


def reflow(text: str) -> Traced:
    """`text` with one paragraph, headline or caption a line; every character traced to the raw text."""
    return joined(paragraphs(read_fragments(list(read_lines(text)))), "\n")


def paragraphs(fragments: Sequence[Fragment]) -> list[Traced]:
    """Fragments in their order, each interrupted one joined to the next where that goes on with it."""
    goes_on = {link.before for link in find_links(fragments, Likeness(fragments)) if link.after == link.before + 1}
    found: list[Traced] = []
    for index, one in enumerate(fragments):
        if index - 1 in goes_on:
            found[-1] = join(found[-1], one.traced)
        else:
            found.append(one.traced)
    return found
