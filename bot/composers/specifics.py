"""Whether what a question names, a year, a place, a person, a number, is met by the evidence.

A paraphrase replaces common words, seldom names: a name that stands nowhere in the article is the surest sign that
the archive speaks of another case than the question.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import rjieba

from bot.abbreviations import SPELT_OUT
from bot.composers.question_kind import content
from bot.phrases import language_of
from retrieval.numerals import numeral_terms
from retrieval.terms import fold

_YEAR = re.compile(r"(?<!\d)(?:1[89]|20)\d{2}(?=\D|$)")
_DAY = re.compile(r"\d{1,2}月(?:\d{1,2}[日号])?")
_NUMBER = re.compile(r"(?<![\d.])\d[\d.]*(?![\d.]|年|月|[日号])")
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9-]+")
_QUOTED = re.compile(r"[“「『《](.{2,20}?)[”」』》]")
_PLACE_ENDING = ("省", "自治州", "市", "区", "县", "镇", "乡", "村", "街道", "社区")
_NO_PLACE = re.compile(
    r"(?:哪|什么|几|多少|[一二两三四五六七八九十\d]+|本|全|该|各|每|城|社|地|小|园|山|景|农|个|这|那|我|下|返|回|家|故|老|新"
    r"|大|灾|校|厂|库|特|开发|工业|示范|试验|自贸|保税|经济|高新|街|古|超|夜|早|菜|股|楼|上)(?:个|技术|产业)?"
    r"(?:省|市|区|县|镇|乡|村|街道|社区)$"
)


@dataclass(frozen=True, slots=True)
class Specifics:
    """Shares, 0..1, of what the question names that is met.

    `words`: of its content words, weighted by rarity, by the passage and its headline; `article`: the same by the whole
    article; `rarest`: 1 less the rarity of the rarest word that the article lacks, over that of the rarest of all;
    `named`: of years, days, numbers, places, Latin words and quoted names, by the whole article and its date.
    """

    words: float
    article: float
    rarest: float
    named: float
    missing: tuple[str, ...] = ()


def named(question: str) -> list[str]:
    """The years, days, numbers, places, Latin words and quoted names in `question`, each once."""
    text = unicodedata.normalize("NFKC", question)
    # Every word of an English question is Latin; what it names is written in Chinese in the articles.
    patterns = (_YEAR, _DAY, _NUMBER) if language_of(question) == "en" else (_YEAR, _DAY, _NUMBER, _LATIN)
    found = [match[0].replace("号", "日") for pattern in patterns for match in pattern.finditer(text)]
    found += [match[1] for match in _QUOTED.finditer(question)]
    return list(dict.fromkeys([*found, *_places(content(question))]))


def _places(text: str) -> Iterator[str]:
    """Words that end as the names of places do; one that is only the ending goes with the word before it."""
    before = ""
    for word in rjieba.cut(text):
        place = before + word if word in _PLACE_ENDING else word
        is_named = place.endswith(_PLACE_ENDING) and place not in _PLACE_ENDING and 2 <= len(place) <= 7
        if is_named and not _NO_PLACE.fullmatch(place):
            yield place
        before = word if word.isalpha() else ""


def specifics(
    question: str,
    passage: str,
    article: str,
    rarity: Callable[[Sequence[str]], Mapping[str, float]],
) -> Specifics:
    """How far `passage` (with its headline) and `article` (with its headline and date) meet `question`."""
    words = _content_words(question)
    weights = rarity(words) if words else {}
    near, whole = _Scope(passage), _Scope(article)
    total = sum(weights.values()) or 1.0
    lacking = {word: weight * (1 - whole.share(word)) for word, weight in weights.items()}
    names = named(question)
    missing = [name for name in names if whole.share(name) < 1]
    return Specifics(
        words=sum(weight * near.share(word) for word, weight in weights.items()) / total if weights else 1.0,
        article=1 - sum(lacking.values()) / total,
        rarest=1 - max(lacking.values(), default=0.0) / max(weights.values(), default=1.0),
        named=1 - len(missing) / len(names) if names else 1.0,
        missing=tuple(missing),
    )


def _content_words(question: str) -> list[str]:
    """Its words of two characters and more; single ones are mostly measure words and particles."""
    words = [word for word in rjieba.cut(fold(content(question))) if word.isalnum() and len(word) > 1]
    return list(dict.fromkeys(words))


class _Scope:
    """A text that is searched for words."""

    def __init__(self, text: str) -> None:
        self._text = fold(text)
        self._numerals: set[str] | None = None

    def share(self, word: str) -> float:
        """1 where `word` stands in the text, else the share of its pairs of characters that do."""
        folded = fold(word)
        if folded in self._text or (folded[0].isdigit() and folded.rstrip("年月日号") in self._other_numerals()):
            return 1.0
        if SPELT_OUT.get(folded, folded) in self._text:
            return 1.0
        stem = next((folded.removesuffix(one) for one in _PLACE_ENDING if folded.endswith(one)), "")
        if len(stem) > 1 and stem in self._text:
            return 1.0
        pairs = [folded[at : at + 2] for at in range(len(folded) - 1)]
        if len(pairs) < 2 or not all("一" <= character <= "鿿" for character in folded):
            return 0.0
        return 0.8 * sum(pair in self._text for pair in pairs) / len(pairs)

    def _other_numerals(self) -> set[str]:
        if self._numerals is None:
            self._numerals = set(numeral_terms(self._text))
        return self._numerals
