"""Names that a question writes in Latin letters as they are spoken, and texts in characters: Peng Dehou is 彭德厚."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Final

PINYIN: Final = Path(__file__).parent / "pinyin.txt"
GLOSSARY: Final = Path(__file__).parent / "glossary.txt"
_CAPITALIZED = re.compile(r"(?<![A-Za-z])[A-Z][a-z]+(?:'[a-z]+)?")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
_TOGETHER = re.compile(r"\s+")
_HAN = re.compile(r"[一-鿿]{2,}")
_ENGLISH = re.compile(
    r"\b(?:how|what|who|whom|whose|when|where|which|why|did|does|do|is|are|was|were|has|have)\b", re.I
)
_CHINESE_AFTER = re.compile(r"[A-Za-z].*[一-鿿]", re.DOTALL)
_SHORTEST, _LONGEST = 2, 5  # characters of a name
# Words that happen to be made of syllables of pinyin.
_NO_NAMES = frozenset(("china", "canada", "panama", "man", "men", "women", "can", "main", "change", "dance", "long"))


def is_in_latin(question: str) -> bool:
    """Whether `question` is in Latin letters, but perhaps for names in Chinese; iPhone 15 Pro多少钱 is not."""
    words = len(_LATIN_WORD.findall(question))
    if words < 2 or len(_HAN.sub("", question)) <= len(question) / 2:
        return False
    return not _CHINESE_AFTER.search(question) or _ENGLISH.search(question) is not None


def latin_names(question: str) -> list[str]:
    """The words of `question` that may be such names: capitalized, not its first word, and made of syllables of pinyin.

    Neighbours of which only both together have two syllables are one name (Li Na).
    """
    words = [(match.start(), match.end(), _plain(match[0])) for match in _CAPITALIZED.finditer(question)]
    spoken = [(start, end, word) for start, end, word in words if start and _syllables(word) and word not in _NO_NAMES]
    names: list[str] = []
    last_end = -1
    for start, end, word in spoken:
        if names and _TOGETHER.fullmatch(question[last_end:start]):
            names[-1] += " " + word
        else:
            names.append(word)
        last_end = end
    return list(dict.fromkeys(name for name in names if sum(map(_syllables, name.split())) >= _SHORTEST))


def in_characters(names: Iterable[str], texts: Iterable[str]) -> dict[str, str]:
    """Each of `names` that is written in `texts`, as it is written there first; whole ones before their last words."""
    runs = [run for text in texts for run in _HAN.findall(text)]
    found: dict[str, str] = {}
    for name in names:
        written = _written(name.replace(" ", ""), runs)
        for part in () if written else name.split():
            written = written or (_written(part, runs) if _syllables(part) >= _SHORTEST else None)
        if written:
            found[name] = written
    return found


def glossary(question: str) -> list[tuple[str, ...]]:
    """For each common word of news in the English `question`, the Chinese ones that it may be, longest first.

    The glossary is small: it helps to find and to judge a passage, it translates nothing that a user sees.
    """
    rest = f" {question.casefold().replace('-', ' ')} "
    found: list[tuple[str, ...]] = []
    for english, chinese in _glossary():
        rest, count = english.subn(" ", rest)
        if count:
            found.append(chinese)
    return found


def in_chinese(words: Iterable[Sequence[str]], texts: Iterable[str]) -> list[str]:
    """Of each of `words` the first way of saying it that `texts` have; nothing for those that none has."""
    text = "\n".join(texts)
    found = (next((one for one in ways if len(one) > 1 and one in text), "") for ways in words)
    return [one for one in found if one]


@cache
def _glossary() -> list[tuple[re.Pattern[str], tuple[str, ...]]]:
    lines = [line.split("\t") for line in GLOSSARY.read_text("utf-8").splitlines()]
    lines.sort(key=lambda line: -len(line[0]))
    return [
        (re.compile(rf"(?<![a-z]){re.escape(english.replace('-', ' '))}(?:s|es)?(?![a-z])"), tuple(chinese.split("|")))
        for english, chinese in lines
    ]


def _written(name: str, runs: Iterable[str]) -> str | None:
    readings = _readings()
    for run in runs:
        spoken = [readings.get(character, "") for character in run]
        for start in range(len(run) - 1):
            if spoken[start] and name.startswith(spoken[start]):
                end, at = start, 0
                while end < len(run) and spoken[end] and at < len(name) and name.startswith(spoken[end], at):
                    at += len(spoken[end])
                    end += 1
                if at == len(name) and _SHORTEST <= end - start <= _LONGEST:
                    return run[start:end]
    return None


def _plain(word: str) -> str:
    """`word` in small letters, without what a genitive adds."""
    return re.sub(r"'s$|'", "", word.casefold())


def _syllables(word: str) -> int:
    """Of how many syllables `word` is made, at the least; 0 where it is of none."""
    least = [0] + [99] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - 6), end):
            if word[start:end] in _all_syllables():
                least[end] = min(least[end], least[start] + 1)
    return least[-1] if least[-1] < 99 else 0


@cache
def _all_syllables() -> frozenset[str]:
    return frozenset(_readings().values())


@cache
def _readings() -> dict[str, str]:
    """How each character is read, without tones."""
    lines = (line.split(" ") for line in PINYIN.read_text("utf-8").splitlines())
    return {character: syllable for syllable, characters in lines for character in characters}
