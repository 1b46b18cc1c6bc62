"""A text in a script that puts spaces between words: its lines are joined, and nothing else."""

from __future__ import annotations

from array import array

from retrieval.page.assemble import kind_of
from retrieval.page.fragments import space_between
from retrieval.page.lines import read_lines
from retrieval.page.page_article import PageArticle
from retrieval.page.traced import INSERTED

_LONGEST_TITLE = 120


def unsplit(text: str) -> PageArticle:
    """One article, its paragraphs those between blank lines, the first line the headline if it stands alone."""
    texts: list[str] = []
    origin = array("q")
    first_end = 0  # where the first paragraph ends, if another follows
    before = None
    for line in read_lines(text):
        if before is not None:
            goes_on = line.number == before.number + 1
            between = space_between(before.text, line.text) if goes_on else "\n"
            if not goes_on and not first_end:
                first_end = len(origin)
            texts.append(between)
            origin.extend([INSERTED] * len(between))
        texts.append(line.text)
        origin.extend(line.traced.origin)
        before = line
    body = "".join(texts)
    if 0 < first_end <= _LONGEST_TITLE and body[first_end - 1] not in ".!?:;,":
        return PageArticle(
            body[:first_end], "", "", (), body[first_end + 1 :], origin[first_end + 1 :], (), (), kind_of("", "", body)
        )
    return PageArticle("", "", "", (), body, origin, (), (), kind_of("", "", body))
