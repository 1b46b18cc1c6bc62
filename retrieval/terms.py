"""Text to the terms that lexical search matches.

NFKC, lower case, traditional to simplified (for matching only), then: jieba's words of three characters and more,
every Chinese character and every pair of neighbouring ones, Latin words and numbers whole. Words of one and two
characters are those characters and pairs already. A word joined by hyphens and a number joined by colons or slashes
also give their parts, a percentage its number. Latin letters beside a number also give the two as one word (5G, GB/T
19001), and numbers what other ways of writing them would (retrieval.numerals). Punctuation is dropped and never paired
across.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection
from functools import lru_cache
from operator import add
from pathlib import Path

import numpy as np
import rjieba

from retrieval.numerals import numeral_terms

HAN_RANGES = (
    (0x2E80, 0x2FDF), (0x3005, 0x3007), (0x3021, 0x3029), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)  # fmt: skip
SIMPLIFIED = Path(__file__).with_name("simplified.txt")
"""Traditional characters in one line, their simplified ones in the next; `scripts/build_simplified.py` writes it."""
_HAN = "".join(f"{chr(first)}-{chr(last)}" for first, last in HAN_RANGES)
_LETTER = rf"(?:(?![{_HAN}])[^\W\d_])"  # \w counts Chinese characters as letters
_ALL_HAN = re.compile(f"[{_HAN}]+")
_RUN = re.compile(
    rf"(?P<han>[{_HAN}]+)"
    r"|(?P<number>\d+(?:[.,:/]\d+)*%?)"
    rf"|(?P<word>{_LETTER}+(?:['-]{_LETTER}+)*)"
)
# The comma stands first, though what is before it is asked too: so it is searched for as a literal.
_THOUSANDS = re.compile(r",(?<=\d,)(?=\d{3}(?!\d))")
# Between half-width digits a full-width comma separates numbers (15，20人); between full-width ones, thousands.
_WIDE_COMMA = re.compile(r"，(?<=[0-9]，)(?=[0-9])")
_CODE_JOINTS = ("", " ", "-")
_CODE_PARTS = re.compile("[/'-]")
_LONGEST_UNIT = 4  # letters behind a number: 5G, 100km
_SIGNS = {"’": "'", "‐": "-", "‑": "-"}
# Characters that OpenCC's table leaves alone, or maps only inside known phrases, but that a traditional text has for
# the simplified one beside it: without them 看著 would not meet 看着 nor 瞭解 了解.
_VARIANT, _PLAIN = (
    "著覆俱座藉瞭揹伕暱薰甦澂濬甯簷痺衞敍枱粧糭衹彷燄鎗馀钜迳讬谘侭缐镟",
    "着复具坐借了背夫昵熏苏澄浚宁檐痹卫叙台妆粽只仿焰枪余巨径托咨尽线旋",
)
_VARIANTS = str.maketrans(_VARIANT, _PLAIN)
_HAS_VARIANT = re.compile(f"[{_VARIANT}]")


@lru_cache(maxsize=1)
def _simplified() -> dict[int, str]:
    """Each traditional character's simplified one, and the plain form of apostrophes and hyphens.

    Character by character and not by phrases, so that a stretch of a text folds to the same whatever is around it:
    a word asked for alone must meet itself inside a sentence.
    """
    traditional, simplified = SIMPLIFIED.read_text("utf-8").splitlines()
    return {ord(old): new for old, new in [*zip(traditional, simplified, strict=True), *_SIGNS.items()]}


def fold(text: str) -> str:
    """`text` as matching sees it: NFKC, lower case, simplified characters. Its length may differ."""
    return _FULLY.of(_WIDE_COMMA.sub("、", text))


def _folded(text: str) -> str:
    return _PARTLY.of(_WIDE_COMMA.sub("、", text))


def _fully(text: str) -> str:
    return _partly(text).translate(_VARIANTS)


def _partly(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().translate(_simplified())


class _Table:
    """What single characters become, worked out as they come: a tenth of the time of normalizing whole texts."""

    def __init__(self, become: Callable[[str], str]) -> None:
        self._become = become
        self._codes = np.full(_TABLE_SIZE, _NOT_YET, np.uint32)
        self._several: dict[str, str] = {}  # what those that become several characters stand for

    def of(self, text: str) -> str:
        """What `text` becomes."""
        # In UTF-16 a character beyond the table is two surrogates, of which the table is not sure.
        codes = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.uint16)
        found = self._codes[codes]
        highest = np.maximum.reduce(found, initial=0)
        if highest == _NOT_YET:
            self._learn(set(codes[found == _NOT_YET].tolist()))
            found = self._codes[codes]
            highest = found.max()
        if highest == _UNSURE:
            return self._become(text)
        become = found.tobytes().decode("utf-32-le")
        if highest >= _SEVERAL:
            for code in set(found[found >= _SEVERAL].tolist()):
                become = become.replace(chr(code), self._several[chr(code)])
        return become

    def _learn(self, codes: Collection[int]) -> None:
        for code in codes:
            character = chr(code)
            become = self._become(character)
            if not _ALONE.match(character):
                self._codes[code] = _UNSURE
            elif len(become) == 1:
                self._codes[code] = ord(become)
            else:
                self._several[chr(_SEVERAL + code)] = become
                self._codes[code] = _SEVERAL + code


_TABLE_SIZE = 0x10000
_NOT_YET, _UNSURE = 0xFFFFFFFF, 0xFFFFFFFE
_SEVERAL = 0x100000  # and the character's code: no text that the table is for has such
# Outside these ranges a character may combine with the one before it, so that single ones tell nothing.
_ALONE = re.compile(
    "[\u0000-\u02ff\u2000-\u20cf\u2100-\u2bff\u2e80-\u3029\u3030-\u3098\u309b-\u312f\u3200-\u9fff\uff00-\uff9d]"
)
_PARTLY, _FULLY = _Table(_partly), _Table(_fully)


def is_han(text: str) -> bool:
    """Whether `text` is Chinese characters and nothing else."""
    return _ALL_HAN.fullmatch(text) is not None


def terms(text: str) -> list[str]:
    """The terms of `text` in its order, repeated as often as they occur."""
    segmented = _THOUSANDS.sub("", _folded(text))
    has_variants = _HAS_VARIANT.search(segmented) is not None
    matched = segmented.translate(_VARIANTS) if has_variants else segmented  # of the same length
    found: list[str] = []
    word_start = word_end = number_start = number_end = -2
    for match in _RUN.finditer(segmented):
        run = matched[match.start() : match.end()]
        if match.lastgroup == "han":
            found += run
            found += map(add, run, run[1:])
            if len(run) > 2:
                # jieba knows the words as they are written, so before the variants are merged.
                words = [word for word in rjieba.cut_for_search(match.group()) if len(word) > 2]
                found += [word.translate(_VARIANTS) for word in words] if has_variants else words
        elif match.lastgroup == "number":
            found += [run] if run.isdigit() else _number_terms(run)
            number_start, number_end = match.span()
            # GB/T 19001, COVID-19, iPhone15: letters and a number are a code, which is found however it is parted.
            if number_start - word_end < 2 and segmented[word_end:number_start] in _CODE_JOINTS:
                found.append(_CODE_PARTS.sub("", segmented[word_start:word_end]) + run)
        else:
            found.append(run)
            is_continued = match.start() == word_end + 1 and segmented[word_end] == "/"
            word_start, word_end = word_start if is_continued else match.start(), match.end()
            if word_start == number_end and word_end - word_start <= _LONGEST_UNIT:
                found.append(segmented[number_start:word_end])
            if "-" in run or "'" in run:
                found += re.split("['-]", run)
    found += numeral_terms(segmented)
    return found


def words(text: str) -> frozenset[str]:
    """The words in the Chinese of `text` as jieba knows them, of any length, as `terms` writes them."""
    segmented = _folded(text)
    runs = (match.group() for match in _RUN.finditer(segmented) if match.lastgroup == "han")
    return frozenset(word.translate(_VARIANTS) for run in runs for word in rjieba.cut_for_search(run))


def _number_terms(run: str) -> list[str]:
    number = run.removesuffix("%")
    found = [run] if run == number else [run, number]
    parts = re.split("[,:/]" if number.count(".") < 2 else "[.,:/]", number)  # 2025.05.16 has parts, 3.5 has none
    return found + parts if len(parts) > 1 else found
