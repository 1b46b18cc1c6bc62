"""Of whom a text speaks at a place: the last of its kind that is named there or before.

“他刻苦钻研，夺得第二名” behind “张克昌从学徒起步” is said of 张克昌, and tells nothing of 沈润东, whom the text names
elsewhere; “该公司总经理” is that of the company named last.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import rjieba

from bot.composers.known_places import speaks_of_other_prefectures
from bot.composers.named_things import (
    Mention,
    as_written,
    asked_things,
    companies_of,
    follows_title,
    is_surely_person,
    people,
    places,
    things,
    ways_of_naming,
)
from bot.composers.one_of_several import compares, is_of_segment_beside, is_of_several, lacks_number
from bot.composers.question_kind import QuestionKind, expectation
from bot.composers.surroundings import SEGMENT, SENTENCE, stretch

_SPEAKS = re.compile(r"(?:[一-鿿]{1,4}地)?(?:说|介绍|表示|告诉|坦言|感慨|认为|称|摄|报道|宣布|回忆)")
_PRONOUN = re.compile(r"[他她](?!们|人)|该|其(?!中|他|它|余|实)")
_ENDS_QUOTATION = re.compile("[。！？]”(?=[^\n])")
_CLAUSE_END = re.compile(r"[，,：:；;]")
_ALL_HAN = re.compile(r"[一-鿿]+")
_AFTER_SHORT_NAMES = "的在是有从和为把被去曾说"
_REACH = 4000  # characters around an answer, in which names are looked for
_MOST_NAMED = 8  # places and companies of a text that are looked for
_PART = 4  # characters that a sentence begins with and a question has, too, for it to have its own subject


def speaks_of_another(question: str, title: str, article: str, start: int, end: int) -> bool:
    """Whether `article[start:end]` is said of another person, organization or place than `question` names.

    So it is where its sentence names another of that kind but not this one, or names none and the last one named before
    it is another; where it speaks of several together; and where the article names other prefectures or numbers only.
    What the headline names is spoken of throughout.
    """
    whole = f"{title}\n{article}"
    if speaks_of_other_prefectures(question, whole) or lacks_number(question, whole):
        return True
    cut = max(0, start - _REACH)
    place = _Place(question, title, article[cut : end + _REACH], start - cut, end - cut)
    spot = (place.article, place.start, place.end)
    return (
        is_of_several(question, *spot)
        or is_of_segment_beside(question, title, *spot)
        or _is_of_another_person(question, place)
        or any(_is_of_another_thing(kind, asked, place) for kind, asked in _asked_things(question, place.article))
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an answer to `question` stands: `article[start:end]`, under a title."""

    question: str
    title: str
    article: str
    start: int
    end: int

    @property
    def span(self) -> tuple[int, int]:
        """Its sentence, with the words behind a quotation that say who speaks."""
        begin, stop = stretch(self.article, self.start, self.end, SENTENCE)
        if _ENDS_QUOTATION.match(self.article, stop):
            stop = stretch(self.article, stop + 2, stop + 2, SENTENCE)[1]
        return begin, stop

    def is_of_another(self, others: Sequence[Mention], forms: set[str], *, by_sentence: bool = True) -> bool:
        """Whether one of `others` is nearer to the answer than any of `forms`, which all name the one asked about."""
        begin, stop = self.span
        sentence = self.article[begin:stop]
        others = [one for one in others if one.end <= self.start or one.start >= self.end]
        first, last = stretch(self.article, self.start, self.end, SEGMENT)
        if any(first <= one.start < last for one in others) and self._is_of_other_part(forms, first, last):
            return True
        if any(form in sentence or form in self.title for form in forms):
            return False
        if by_sentence and any(begin <= one.start < stop for one in others):
            return True
        last = max((one.start for one in others if one.end <= begin), default=-1)
        own = max(self.article.rfind(form, 0, self.start) for form in forms)
        return last > own and not (own >= 0 and _begins_with_part_of(self.question, sentence))

    def _is_of_other_part(self, forms: set[str], first: int, last: int) -> bool:
        """Whether `forms` stand only in other parts between semicolons than the answer's, [first, last)."""
        begin, stop = self.span
        own, beside = self.article[first:last], self.article[begin:first] + self.article[last:stop]
        is_beside = any(form in beside for form in forms) and not any(form in own for form in forms)
        return is_beside and not compares(self.question)


def _begins_with_part_of(question: str, sentence: str) -> bool:
    """Whether the first clause of `sentence` names what `question` speaks of, so that it has its own subject."""
    first = _CLAUSE_END.split(sentence.lstrip("“”"), maxsplit=1)[0]
    parts = (first[at : at + _PART] for at in range(len(first) - _PART + 1))
    return any(part in question and _ALL_HAN.fullmatch(part) for part in parts)


def _is_of_another_person(question: str, place: _Place) -> bool:
    names = list(_asked_people(question, place.article)) if people(question) else []
    if not names:
        return False
    others = [
        one
        for one in people(place.article)
        if is_surely_person(one, place.article)
        and one.name not in question
        and not any(one.name in name or name in one.name for name in names)
        and not _SPEAKS.match(place.article, one.end)
    ]
    # Who is asked for is another by nature, and 他 is the one named before the sentence.
    asks_for_person = expectation(question).kind is QuestionKind.PERSON
    has_pronoun = _PRONOUN.search(place.article, place.span[0], place.start) is not None
    by_sentence = not asks_for_person and not has_pronoun
    return all(place.is_of_another(others, {name}, by_sentence=by_sentence) for name in names)


def _asked_people(question: str, article: str) -> Iterator[str]:
    """The people whom `question` names and `article` too, as that writes them: the tagger may cut 沈润 off 沈润东."""
    known = [one.name for one in people(article)]
    sure = {one.name for one in people(article) if follows_title(one, article)}
    for one in people(question):
        for name in dict.fromkeys((question[one.start : one.start + 3], one.name)):
            is_short = len(name) == 2 and name[1] != "某"
            if is_short and question[one.end : one.end + 1] not in _AFTER_SHORT_NAMES and name not in sure:
                continue
            if name in article and any(name in other or other in name for other in known):
                yield name
                break


def _asked_things(question: str, article: str) -> list[tuple[str, str]]:
    """What `question` names, by its own words or by those of `article`: 永兴 where that has 永兴县."""
    words = set(rjieba.cut(question))
    said = dict.fromkeys((one.kind, one.name) for one in places(article))
    counties = [(kind, name) for kind, name in said if len(name) > 1 and name in words]
    companies = [("company", name) for name in sorted(companies_of(article)) if name in question]
    return list(dict.fromkeys([*asked_things(question), *counties[:_MOST_NAMED], *companies[:_MOST_NAMED]]))


def _is_of_another_thing(kind: str, asked: str, place: _Place) -> bool:
    forms = ways_of_naming(kind, as_written(kind, asked, f"{place.title}\n{place.article}") or asked)
    others = [
        one for one in things(kind, place.article) if not any(form in one.name or one.name in form for form in forms)
    ]
    return place.is_of_another(others, forms)
