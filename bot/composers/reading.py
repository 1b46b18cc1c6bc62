"""The short answer that the reader finds, and the sentence that it stands in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.answer import Language
from bot.composers.authorship import asks_for_author, byline
from bot.composers.candidates import Candidate, Rarity, candidates
from bot.composers.evidence import find_evidence
from bot.composers.extractive import Composition, cite, refusal
from bot.composers.follow_ups import fitting, trust
from bot.composers.plain_words import put_plainly
from bot.composers.question_kind import QuestionKind, expectation
from bot.composers.reading_confidence import confidence_of, signals
from bot.composers.windows import Window, windows
from bot.composers.yes_no import asks_whether, verdict, yes_or_no
from bot.conversation import Standalone
from bot.evaluation.match import f1
from bot.in_english import in_english
from bot.phrases import phrase
from retrieval.hit import Hit
from retrieval.numerals import numeral_terms
from retrieval.reader import Reader, Reading
from retrieval.terms import fold

CAUTION_BELOW = 0.4
SECOND_BELOW = 0.85  # below this confidence a second sentence is quoted where it is nearly as good
_FIRST_READ = 2
_IN_DOUBT = 0.0  # a span's score, up to which more is read
_SURE = 2.0  # a span's score, from which another article's answer is held against the best
_NEARLY = 1.0  # of a candidate's score
_AS_WELL = 0.05  # of the question's words, that another article may meet less and still say it as clearly
_SAME = 0.8  # F1 from which two short answers say the same
_MOST_OF_QUOTE = 0.6  # a short answer that is more of its sentence than this is not set before it
_LONGEST_SHORT = 60


class ReadingComposer:
    """Quotes the sentence that the reader found the answer in; adds no word of its own but fixed phrases."""

    def __init__(
        self,
        rarity: Rarity,
        body_of: Callable[[str], str],
        reader: Reader,
        *,
        refuse_below: float,
        authors_of: Callable[[str], Sequence[str]] = lambda _: (),
    ) -> None:
        """`rarity` gives terms' inverse document frequencies; `body_of` and `authors_of` an article's by its id."""
        self._rarity = rarity
        self._body_of = body_of
        self._authors_of = authors_of
        self._reader = reader
        self._refuse_below = refuse_below

    def warm(self) -> None:
        """Read once, so that the first question does not wait for what the model does at first."""
        self._reader.read("检查", ["检查"])

    def propose(self, question: Standalone, hits: Sequence[Hit]) -> list[Candidate]:
        """Possible answers, best first."""
        question = put_plainly(question)
        evidence = find_evidence(question, hits, self._rarity)
        promising = windows(evidence)
        read: list[tuple[Window, Reading]] = []
        for windows_ in (promising[:_FIRST_READ], promising[_FIRST_READ:]):
            readings = self._reader.read(question.whole, [window.text for window in windows_])
            read += zip(windows_, readings, strict=True)
            # The rest is read only where the most promising leaves the reader in doubt; most often it does not.
            if any(reading.best_score() > _IN_DOUBT for reading in readings):
                break
        return candidates(question, evidence, read, self._rarity, self._body_of)

    def compose(self, question: Standalone, hits: Sequence[Hit], language: Language) -> Composition:
        """The answer, or the refusal, to `question` from `hits`, best first."""
        question = put_plainly(question)
        if hits and asks_for_author(question.text):
            written = byline(hits, self._authors_of(hits[0].passage.article_id), language)
            if written and written.confidence >= self._refuse_below:
                return written
        proposed = self.propose(question, hits)
        found = fitting(question, proposed)
        confidence = confidence_of(question, found) * trust(question, proposed, found)
        explained = signals(question, found) if found else {}
        if not found or confidence < self._refuse_below:
            missing = found[0].specifics.missing if found else ()
            return replace(refusal(hits, language, confidence, missing), signals=explained)
        best = found[0]
        other = _otherwise(question, found)
        second = other or (_second(found) if confidence < SECOND_BELOW else None)
        quoted_from = [best, second] if second else [best]
        citations = tuple(cite(one.hit, one.quote_start, one.quote_end) for one in quoted_from)
        verdict_ = _verdict(question, best)
        word, said = verdict_ or ("", "")
        short = said or (best.text if _is_short(question, best) else None)
        if short and language == "en":
            translated = in_english(short)
            short = f"{translated} ({short})" if translated and translated != short else short
        quoted = f"{phrase('quoted', language)}{best.quote} [1]"
        shown = f"{short}\n{quoted}" if word or (short and _worth_showing(best)) else quoted
        if second:
            shown += f"\n{_differing(second, language) if other else ''}{second.quote} [2]"
        caution = phrase("caution", language) if confidence < CAUTION_BELOW else ""
        return Composition(
            caution + shown, False, confidence, citations, short_answer=word or best.text, signals=explained
        )


def _second(found: Sequence[Candidate]) -> Candidate | None:
    """The best candidate in another sentence, where it is nearly as good."""
    best = found[0]
    for one in found[1:]:
        if one.quote != best.quote and one.text != best.text:
            return one if one.score >= best.score - _NEARLY else None
    return None


def _otherwise(question: Standalone, found: Sequence[Candidate]) -> Candidate | None:
    """What another article says to the same question, where it says something else and says it as clearly."""
    best = found[0]
    if expectation(question.text).kind not in (QuestionKind.NUMBER, QuestionKind.DATE, QuestionKind.PERSON):
        return None
    for one in found[1:]:
        as_clear = (
            one.hit.passage.article_id != best.hit.passage.article_id
            and min(one.read, best.read) > _SURE
            and one.fitness >= best.fitness
            and one.specifics.named >= best.specifics.named
            and one.period >= best.period
            and one.evidence.coverage >= best.evidence.coverage - _AS_WELL
        )
        if as_clear:
            return None if _says_the_same(one.text, best.text) else one
    return None


def _says_the_same(one: str, other: str) -> bool:
    """Whether two short answers agree: alike, one within the other, or with a number in common (1.2万 and 12000)."""
    if one in other or other in one or f1(one, (other,)) >= _SAME:
        return True
    one, other = fold(one), fold(other)
    return any(term in other for term in numeral_terms(one)) or any(term in one for term in numeral_terms(other))


def _differing(one: Candidate, language: Language) -> str:
    date = one.hit.published
    return phrase("differs", language, date=date) if date else phrase("differs_undated", language)


def _verdict(question: Standalone, best: Candidate) -> tuple[str, str] | None:
    """是 or 否 where the question asks whether something is so and the sentence tells; and as it is said: 否，不收."""
    if not asks_whether(question.text):
        return None
    is_so = verdict(question.text, best.hit.title, best.quote)
    if is_so is None:
        return None
    plain, word = "是" if is_so else "否", yes_or_no(question.text, is_so)
    return plain, plain if "是" in word else f"{plain}，{word}"


def _is_short(question: Standalone, best: Candidate) -> bool:
    if asks_whether(question.text):
        return False  # a piece of the sentence says neither yes nor no
    return expectation(question.text).kind is not QuestionKind.REASON and len(best.text) <= _LONGEST_SHORT


def _worth_showing(best: Candidate) -> bool:
    return len(best.text) <= _MOST_OF_QUOTE * len(best.quote)
