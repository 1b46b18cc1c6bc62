"""How likely the best candidate is to be right: a logistic model over what the reader, the search and the question's
own words say. Fitted by `scripts/fit_reading.py`.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence

from bot.composers.attributes import attribute_unsaid
from bot.composers.candidates import Candidate
from bot.composers.discourse import speaks_of_another
from bot.composers.question_kind import QuestionKind, expectation
from bot.composers.whole_question import Place, wholeness
from bot.conversation import Standalone
from bot.evaluation.match import f1
from bot.phrases import language_of
from retrieval.quoted import squeezed
from retrieval.terms import is_han

BIAS = -21.86
WEIGHTS: dict[str, float] = {
    "read": 0.15,
    "lead": 0.23,
    "coverage": -1.39,
    "read_of_covered": -0.1,
    "similarity": 1.85,
    "rank": 3.05,
    "unfit": -6.32,
    "words": 0.28,
    "named": 5.37,
    "period": 2.99,
    "agreement": -0.52,
    "other": -6.98,
    "office": 5.82,
    "asked": 2.61,
    "proper": 3.66,
    "foreign": 1.44,
    "another": -4.6,
    "unsaid": -7.5,
}
_MOST_LEAD = 8.0
_NAME_MISSING = 0.25  # times the probability: of what is named and stands nowhere, the archive tells nothing
_ANOTHER_CASE = 0.25  # the same, where it is of another year, of another of the kind that is named, or of none named
_FEW_NAMES = 0.35  # of the people, places and organizations that the question names, in the article
_UNFIT = 0.3  # a fitness below this is another kind of thing than was asked for
_TYPED = (QuestionKind.NUMBER, QuestionKind.DATE)  # names of people are guessed, too often wrongly
_NAMED = (QuestionKind.PERSON, QuestionKind.PLACE)
_MOSTLY = 0.6  # of its pairs of characters
_YEAR = re.compile(r"(?<!\d)(?:1[89]|20)\d{2}(?=\D|$)")
_SAME = 0.6  # F1 from which two short answers say the same


def signals(question: Standalone, found: Sequence[Candidate]) -> dict[str, float]:
    """The model's inputs for `found`, which is not empty and best first; in the order of `WEIGHTS`.

    `read`: the reader's score, in -12..12. `lead`: by how much the best candidate's score exceeds that of the best with
    another answer. `coverage`, `similarity`, `rank`: of its sentence and passage. `read_of_covered`: the
    reader's score, in -6..6, times `coverage`, since a reader that is sure of a sentence about something else says
    little. `unfit`: 1 where a figure or date is asked for and it is none, or a person or place and it mostly repeats
    the question. `words`, `named`: `Specifics`.
    `period`: `period_met`. `agreement`: 1 where another article says the same. `other`, `office`, `asked`: `wholeness`.
    `proper`: `Specifics`. `foreign`: 1 where the question has no Chinese. `another`: 1 where the sentence speaks of
    another person, organization or place (`speaks_of_another`). `unsaid`: 1 where no word around the answer tells the
    attribute asked for (`attribute_unsaid`).
    """
    best = found[0]
    others = [one for one in found[1:] if not _same(one, best)]
    lead = best.score - others[0].score if others else _MOST_LEAD
    elsewhere = {one.hit.passage.article_id for one in found if one.read > 0 and _same(one, best)}
    place = Place(best.hit.title, best.hit.passage.text, best.start, best.end)
    whole = wholeness(question.text, place)
    return {
        "read": max(-12.0, min(12.0, best.read)),
        "lead": min(lead, _MOST_LEAD),
        "coverage": best.evidence.coverage,
        "read_of_covered": best.evidence.coverage * max(-6.0, min(6.0, best.read)),
        "similarity": best.evidence.similarity,
        "rank": best.hit.score,
        "unfit": float(_is_unfit(question, best)),
        "words": best.specifics.words,
        "named": best.specifics.named,
        "period": best.period,
        "agreement": float(len(elsewhere - {best.hit.passage.article_id}) > 0),
        **whole,
        "other": max(whole["other"], best.contrast),
        "proper": best.specifics.proper,
        "foreign": float(language_of(question.text) == "en"),
        "another": float(_is_of_another(question, best)),
        "unsaid": float(attribute_unsaid(question.text, place.title, place.text, place.start, place.end)),
    }


def confidence_of(question: Standalone, found: Sequence[Candidate]) -> float:
    """Probability, 0..1, that the best of `found`, best first, is right; 0 without any."""
    if not found:
        return 0.0
    values = signals(question, found)
    logit = BIAS + sum(WEIGHTS[name] * value for name, value in values.items())
    probability = 1.0 / (1.0 + math.exp(-logit))
    if _misses_a_name(question, found[0].specifics.missing):
        probability *= _NAME_MISSING
    if values["other"] == 1 or values["period"] == 0 or values["proper"] < _FEW_NAMES:
        probability *= _ANOTHER_CASE
    return probability


def _misses_a_name(question: Standalone, missing: Sequence[str]) -> bool:
    """Whether any of `missing` is more than one of several years, which another article may be of."""
    years = set(_YEAR.findall(unicodedata.normalize("NFKC", question.text)))
    return bool(missing) and not (years > set(missing))


def _is_unfit(question: Standalone, best: Candidate) -> bool:
    kind = expectation(question.text).kind
    if kind in _TYPED:
        return best.fitness < _UNFIT
    is_offered = squeezed(best.text) in squeezed(question.text)  # 甲和乙谁更多
    return kind in _NAMED and not is_offered and _share_in(best.text, question.text) >= _MOSTLY


def _share_in(text: str, question: str) -> float:
    """The share of the pairs of characters of `text` that `question` has; 0 where it has none."""
    pairs = [text[at : at + 2] for at in range(len(text) - 1)]
    pairs = [pair for pair in pairs if is_han(pair)]
    return sum(pair in question for pair in pairs) / len(pairs) if pairs else 0.0


def _is_of_another(question: Standalone, best: Candidate) -> bool:
    shift = best.hit.passage.start
    return speaks_of_another(question.text, best.hit.title, best.article, best.start + shift, best.end + shift)


def _same(one: Candidate, other: Candidate) -> bool:
    return f1(one.text, (other.text,)) >= _SAME
