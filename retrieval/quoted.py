"""Phrases that a question quotes (“…”, 「…」, 《…》, "…"): what is found must hold them as they stand."""

from __future__ import annotations

import re

from retrieval.terms import fold, terms

_MARKS = ("“”", "‘’", "「」", "『』", "《》", "〈〉", "﹁﹂", "﹃﹄", "〝〞", '""', "＂＂")
_LONGEST = 100
_QUOTED = re.compile("|".join(f"{one[0]}([^{one}]{{1,{_LONGEST}}}){one[1]}" for one in _MARKS))
# A point between digits stays: 3.5 is not 35.
_NO_WORD = re.compile(r"(?<!\d)[\W_]+|[\W_]+(?!\d)|,")


def quoted_phrases(question: str) -> tuple[str, ...]:
    """The phrases that `question` quotes, as it writes them, each once; of nested ones the outer."""
    found = (match[match.lastindex or 0].strip() for match in _QUOTED.finditer(question))
    return tuple(dict.fromkeys(phrase for phrase in found if squeezed(phrase)))


def squeezed(text: str) -> str:
    """`text` folded and without spaces and punctuation: two texts hold the same phrase where these do."""
    return _NO_WORD.sub("", fold(text))


def phrase_terms(phrase: str) -> list[str]:
    """Terms that every text with `phrase` in it has, whatever stands around it; [] where none is sure.

    Characters, pairs of them and Latin words inside the phrase; jieba's words and numbers may be cut otherwise there.
    """
    sure = [term for term in dict.fromkeys(terms(phrase)) if _is_sure(term)]
    words = [term for term in sure if term.isascii()]
    # The first and the last Latin word may be parts of longer ones ("art" in "smart").
    return [term for term in sure if not term.isascii() or term in words[1:-1]]


def _is_sure(term: str) -> bool:
    return term.isalpha() and (term.isascii() or len(term) < 3)
