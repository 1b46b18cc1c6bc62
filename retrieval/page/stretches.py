"""The score of a stretch of fragments as one article, with a name for every part of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from retrieval.page import forms, weights
from retrieval.page.survey import Survey

Reasons = list[tuple[str, float]]

_FEW = 50  # characters of running text that hardly make an article
LITTLE, LITTLE_SHARE = 80, 0.1  # characters of captions that may follow a headline at the end, share of the text


@dataclass(frozen=True, slots=True)
class Stretch:
    """Fragments `start` to `end` (exclusive) as one article, with `title` the index of its headline or None."""

    start: int
    end: int
    title: int | None
    score: float
    reasons: tuple[tuple[str, float], ...] = field(default=())


class Judge:
    """Scores stretches of a page whose headlines stand before their texts, or of one where they stand after."""

    def __init__(self, survey: Survey, *, headlines_last: bool) -> None:
        """Judge by what `survey` saw."""
        self._survey = survey
        self._fragments = survey.fragments
        self.headlines_last = headlines_last
        self._announced: dict[tuple[int, int, int], tuple[float, str]] = {}

    def stretch(self, start: int, end: int) -> Stretch:
        """The stretch with the headline that suits it best, or with none."""
        body = self._survey.body(start, end)
        title, title_reasons = self._best_title(start, end, body)
        reasons = [*self._survey.beginnings[start], *self._ends(start, end, body), *title_reasons]
        reasons += self._rest(start, end, title, body)
        return Stretch(start, end, title, sum([value for _, value in reasons]), tuple(reasons))

    def _ends(self, start: int, end: int, body: Sequence[int]) -> Reasons:
        survey = self._survey
        reasons = []
        if not body:
            reasons.append(("no running text", weights.NO_BODY))
        elif start not in survey.resumed and survey.body_length(start, end) < _FEW:
            reasons.append(("hardly any running text", weights.SCANT))
        torn = sum([index in survey.torn for index in body[:-1]])
        if torn:
            reasons.append((f"{torn} sentences broken off inside", weights.TORN_INSIDE * torn))
        for index in survey.signed(start, end):
            last = not body or index >= body[-1]
            reasons.append(
                ("signed at its end", weights.SIGN_OFF_LAST) if last else ("signed inside", weights.SIGN_OFF_INSIDE)
            )
        return reasons

    def _best_title(self, start: int, end: int, body: Sequence[int]) -> tuple[int | None, Reasons]:
        resumed = start in self._survey.resumed
        value = 0.0 if resumed else weights.NO_TITLE
        best: int | None = None
        reasons = [("goes on with an earlier article" if resumed else "no headline", value)]
        for index in self._survey.headlines(start, end):
            announced, why = self.announced(index, start, end)
            where, place = self._place(index, start, end, announced)
            if resumed:
                place -= 4.0
            affinity = self._affinity(index, start, end) if body else 0.0
            form = self._fragments[index].headline
            if where == "after" and index in self._survey.parallel:
                place += weights.ONE_OF_A_SET
            if form + announced + place + affinity > value:
                value, best = form + announced + place + affinity, index
                reasons = [(f"headline {where} the text", form + place), ("its words in the text", affinity)]
                if why:
                    reasons.append((why, announced))
        return best, reasons

    def _place(self, index: int, start: int, end: int, announced: float) -> tuple[str, float]:
        """Where a headline stands to its text, and what that weighs."""
        before, after = self._survey.body_length(start, index), self._survey.body_length(index, end)
        if not before:
            return "before", weights.LAST_FRONT if self.headlines_last else weights.FRONT
        if after < min(LITTLE, LITTLE_SHARE * before):
            if not self.headlines_last:
                return "after", weights.END
            plain = self._fragments[index].headline <= 1.0 and not announced
            return "after", weights.LAST_PLAIN if plain else weights.LAST_END
        return "amid", weights.MIDDLE_ANNOUNCED if announced else weights.MIDDLE

    def _affinity(self, index: int, start: int, end: int) -> float:
        share = self._survey.title_words[index].affinity(start, end)
        return max(weights.FOREIGN_MOST, weights.AFFINITY * (share - weights.AFFINITY_LEAST))

    def _rest(self, start: int, end: int, title: int | None, body: Sequence[int]) -> Reasons:
        """What the stretch holds beside text and headline."""
        survey = self._survey
        reasons = []
        bylines = subtitles = 0
        for index in survey.marks(start, end):
            if index in survey.bylines:
                bylines += 1
                reasons.append(self._byline_place(index, title, body))
            elif self._fragments[index].is_subtitle:
                subtitles += 1
            elif self._fragments[index].headline and index != title and not self._is_kicker(index, title):
                reasons.append(self._heading(index, start, end, title))
        signed = bool(survey.signed(start, end))
        if bylines + signed > 1:
            reasons.append(("more than one byline", weights.EXTRA_BYLINE * (bylines + signed - 1)))
        if subtitles > 1:
            reasons.append(("more than one subtitle", weights.EXTRA_SUBTITLE * (subtitles - 1)))
        if body and self._fragments[end - 1].headline and title != end - 1:
            reasons.append(("a headline at its end that is not its own", weights.FOREIGN_HEADLINE))
        return reasons

    def least_heading(self, index: int) -> float:
        """What a headline-like fragment weighs as a heading, at the best."""
        share = weights.PARALLEL if index in self._survey.parallel else 1.0
        return weights.HEADING - share * weights.HEADING_FORM * (self._fragments[index].headline - 1.0)

    def most_announced(self, index: int) -> float:
        """The most that the neighbours of a headline-like fragment add to it, wherever a stretch begins."""
        return max(self.announced(index, max(0, index - above), len(self._fragments))[0] for above in range(3))

    def _heading(self, index: int, start: int, end: int, title: int | None) -> tuple[str, float]:
        announced, why = self.announced(index, start, end)
        if announced >= weights.WITH_BYLINE and not (title is not None and abs(index - title) <= 1):
            return f"a heading with {why}", weights.HEADING_ANNOUNCED
        share = weights.PARALLEL if index in self._survey.parallel else 1.0
        return "a heading", self.least_heading(index) - share * weights.HEADING_FORM * announced

    def _byline_place(self, index: int, title: int | None, body: Sequence[int]) -> tuple[str, float]:
        """Bylines stand before the text or beside the headline; after a headline at the end they are the next one's."""
        if not body or index < body[0]:
            last = self.headlines_last and body
            return "byline before the text", weights.LAST_BYLINE if last else weights.BYLINE_FIRST
        if index > body[-1]:
            if title is not None and title > body[-1]:
                return "byline after the last headline", weights.BYLINE_STRAY
            return "byline last", weights.BYLINE_LAST
        beside = title is not None and abs(index - title) <= 2
        return ("byline in the middle", weights.BYLINE_AMID) if beside else ("byline amid", weights.BYLINE_STRAY)

    def _is_kicker(self, index: int, title: int | None) -> bool:
        """Whether it is a line above (or below) the headline, part of the same headline."""
        if title is None or abs(index - title) != 1:
            return False
        one, other = self._fragments[index], self._fragments[title]
        return one.headline > 0 and one.shadowed == other.shadowed

    def announced(self, index: int, start: int, end: int) -> tuple[float, str]:
        """What its neighbours within a stretch add to a headline-like fragment, and why."""
        key = (index, max(start, index - 2), min(end, index + 4))
        found = self._announced.get(key)
        if found is None:
            found = self._announced[key] = self._announcement(index, start, end)
        return found

    def _announcement(self, index: int, start: int, end: int) -> tuple[float, str]:
        score, reasons = 0.0, []
        fragments, bylines = self._fragments, self._survey.bylines
        near = [one for one in range(index + 1, min(end, index + 4)) if not fragments[one].is_caption]
        if near and fragments[near[0]].is_subtitle:
            score, reasons = score + weights.WITH_SUBTITLE, ["a subtitle after it"]
        above = index > start and index - 1 in bylines
        anothers = above and index - 2 >= start and fragments[index - 2].headline > 0
        below = any(one in bylines for one in near[: 1 if near and fragments[near[0]].is_body else 2])
        if (below or (above and not anothers)) and not self.headlines_last:
            score, reasons = score + weights.WITH_BYLINE, [*reasons, "a byline beside it"]
        if index > start and fragments[index - 1].is_series:
            score, reasons = score + weights.WITH_SERIES, [*reasons, "a series' label before it"]
        if near and forms.is_opening(fragments[near[0]].text):
            score, reasons = score + weights.BEFORE_OPENING, [*reasons, "a story's opening after it"]
        return score, "; ".join(reasons)
