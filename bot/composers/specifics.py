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
from bot.composers.known_places import KNOWN_PLACES
from bot.composers.question_kind import content
from bot.composers.values import SURNAMES
from bot.latin_names import in_characters, is_in_latin, latin_names
from retrieval.numerals import numeral_terms
from retrieval.terms import fold

_YEAR = re.compile(r"(?<!\d)(?:1[89]|20)\d{2}(?=\D|$)")
_DAY = re.compile(r"\d{1,2}月(?:\d{1,2}[日号])?")
_NUMBER = re.compile(r"(?<![\d.])\d[\d.]*(?![\d.]|年|月|[日号])")
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9-]+")
_QUOTED = re.compile(r"[“「『《](.{2,20}?)[”」』》]")
_PLACE_ENDING = ("省", "自治州", "市", "区", "县", "镇", "乡", "村", "街道", "社区")
_PUBLISHED = re.compile(r"^(\d{4})-\d{2}", re.M)
_RELATIVE_YEARS = (("去年", -1), ("上年", -1), ("前年", -2), ("两年前", -2), ("明年", 1))
_PROPER = frozenset(("nr", "ns", "nt", "nrt", "nrfg"))
_YEARS_AND_NUMBERS = re.compile(r"\d+(?:\.\d+)?(?:年末|年底|年|月|日|号)?")
# What the tagger takes for names and is none.
_NO_NAMES = frozenset(("礼拜", "东西", "滑坡", "宁可", "黄牛"))
_BY_FIRST = frozenset(
    ("非洲", "欧洲", "亚洲", "美国", "英国", "法国", "德国", "俄罗斯", "韩国", "日本", "印度", "泰国")
)
_NO_PLACE = re.compile(
    r"(?:.*年|哪|什么|几|多少|[一二两三四五六七八九十\d]+|本|全|该|各|每|城|社|地|小|园|山|景|农|个|这|那|我|下|返|回|家|故|老|新"
    r"|大|灾|校|厂|库|特|开发|工业|示范|试验|自贸|保税|经济|高新|街|古|超|夜|早|菜|股|楼|上)(?:个|技术|产业)?"
    r"(?:省|市|区|县|镇|乡|村|街道|社区)$"
)
_NO_NAME_BEFORE = "vpcdurm"  # 拿到 before 村 is a verb
_OUR_PLACE = "[本我][市省县]"
_LONGEST_PERSON = 3  # characters of a Chinese name with a surname of one
_HERE = 0.8  # of a place's name: a city's own paper may say 本市, and no name at all


@dataclass(frozen=True, slots=True)
class Specifics:
    """Shares, 0..1, of what the question names that is met.

    `words`: of its content words, weighted by rarity, by the passage and its headline; `article`: the same by the whole
    article; `rarest`: 1 less the rarity of the rarest word that the article lacks, over that of the rarest of all;
    `named`: of years, days, numbers, places, Latin words and quoted names, by the whole article and its date.
    `proper`: of the names of people, places and organizations that the tagger knows or guesses, by the whole article.
    """

    words: float
    article: float
    rarest: float
    named: float
    missing: tuple[str, ...] = ()
    proper: float = 1.0


def named(question: str) -> list[str]:
    """The years, days, numbers, places, Latin words and quoted names in `question`, each once."""
    text = unicodedata.normalize("NFKC", question)
    # Every word of an English question is Latin; what it names is written in Chinese in the articles.
    patterns = (_YEAR, _DAY, _NUMBER) if is_in_latin(question) else (_YEAR, _DAY, _NUMBER, _LATIN)
    found = [match[0].replace("号", "日") for pattern in patterns for match in pattern.finditer(text)]
    found += [match[1] for match in _QUOTED.finditer(question)]
    return list(dict.fromkeys([*found, *_places(content(question))]))


def _places(text: str) -> Iterator[str]:
    """Words that end as the names of places do; one that is only the ending goes with the word before it."""
    before = ""
    for word, flag in rjieba.tag(text):
        place = before + word if word in _PLACE_ENDING else word
        is_named = place.endswith(_PLACE_ENDING) and place not in _PLACE_ENDING and 2 <= len(place) <= 7
        if is_named and not _NO_PLACE.fullmatch(place):
            yield place
        before = word if word.isalpha() and flag[0] not in _NO_NAME_BEFORE else ""


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
    told = _told_years(article)
    missing = [
        one for one in names if whole.share(one) < 1 and one not in told and not _cut_through(one, question, whole)
    ]
    return Specifics(
        words=sum(weight * near.share(word) for word, weight in weights.items()) / total if weights else 1.0,
        article=1 - sum(lacking.values()) / total,
        rarest=1 - max(lacking.values(), default=0.0) / max(weights.values(), default=1.0),
        named=1 - len(missing) / len(names) if names else 1.0,
        missing=tuple(missing),
        proper=_spelt(question, article) if is_in_latin(question) else _proper(question, whole),
    )


def _cut_through(name: str, question: str, article: _Scope) -> bool:
    """Whether `name` is the end of one word and another: 塔城市 of 北塔城市小区, where it has 北塔 and 城市."""
    at = question.find(name)
    return at > 0 and article.share(question[at - 1 : at + 1]) == 1 and article.share(name[1:]) == 1


def _told_years(article: str) -> set[str]:
    """The years that `article`, with its date, means by 去年 and the like."""
    published = _PUBLISHED.search(article)
    if not published:
        return set()
    year = int(published[1])
    return {str(year + shift) for word, shift in _RELATIVE_YEARS if word in article}


def _spelt(question: str, article: str) -> float:
    """The share of the names that `question` spells in Latin letters that `article` has in characters."""
    names = latin_names(question)
    return len(in_characters(names, [article])) / len(names) if names else 1.0


def _proper(question: str, article: _Scope) -> float:
    """How much of the names in `question` `article` has, 0..1; guessed ones may have a character too many."""
    text = _YEARS_AND_NUMBERS.sub(" ", fold(question))
    names = _names_of(text)
    met = [_has_name(article, word, flag) for word, flag in names.items()]
    return sum(met) / len(met) if met else 1.0


def _is_name(word: str, flag: str) -> bool:
    if len(word) < 2 or word in _NO_NAMES or flag not in _PROPER:
        return False
    return word[0] in SURNAMES if flag == "nr" else True


def _names_of(text: str) -> dict[str, str]:
    """The names in `text` with how the tagger flags them."""
    names = {word: flag for word, flag in rjieba.tag(text) if _is_name(word, flag)}
    return {**names, **{match[0]: "ns" for match in KNOWN_PLACES.finditer(text) if match[0] not in "".join(names)}}


def _has_name(article: _Scope, word: str, flag: str) -> float:
    share = article.share(word)
    if flag == "nt":
        return share  # 上市公司, 中心医院: half a common noun
    is_cut_long = flag == "nr" and len(word) > _LONGEST_PERSON and article.share(word[:2]) == 1  # 魏舒把筑
    if share == 1 or is_cut_long or article.has_most_of(word) or _said_shortly(word, article):
        return 1.0
    return _HERE if flag == "ns" and article.matches(_OUR_PLACE) and not KNOWN_PLACES.search(article.text) else 0.0


def _said_shortly(name: str, article: _Scope) -> bool:
    """Whether a country or continent is named by its first character beside another's: 对非, 中美."""
    return name in _BY_FIRST and article.matches(rf"[对中赴驻访]{name[0]}(?:洲|国)?|{name[0]}[方籍裔]")


def _content_words(question: str) -> list[str]:
    """Its words of two characters and more; single ones are mostly measure words and particles."""
    words = [word for word in rjieba.cut(fold(content(question))) if word.isalnum() and len(word) > 1]
    if is_in_latin(question):  # its common words stand in no Chinese article
        words = [word for word in words if not word.isascii() or any(map(str.isdigit, word))]
    return list(dict.fromkeys(words))


class _Scope:
    """A text that is searched for words."""

    def __init__(self, text: str) -> None:
        self._text = fold(text)
        self._numerals: set[str] | None = None

    @property
    def text(self) -> str:
        """The folded text."""
        return self._text

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

    def has_most_of(self, word: str) -> bool:
        """Whether all but the first or the last character of `word`, of three or more, stands in the text."""
        folded = fold(word)
        return len(folded) > 2 and (folded[:-1] in self._text or folded[1:] in self._text)

    def matches(self, pattern: str) -> bool:
        """Whether `pattern` stands in the text."""
        return re.search(pattern, self._text) is not None

    def _other_numerals(self) -> set[str]:
        if self._numerals is None:
            self._numerals = set(numeral_terms(self._text))
        return self._numerals
