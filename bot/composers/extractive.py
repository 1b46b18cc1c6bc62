"""An answer in the archive's own words: the sentence that answers best, and one more where it adds something."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.answer import ArticleReference, Citation, Language
from bot.composers.confidence import confidence_of, signals
from bot.composers.evidence import Evidence, find_evidence
from bot.conversation import Standalone
from bot.phrases import phrase
from retrieval.hit import Hit

_SECOND_AT_LEAST = 0.8  # of the best sentence's score
_NEAREST = 3


@dataclass(frozen=True, slots=True)
class Composition:
    """What a composer makes of hits; the assistant adds the rest of the Answer."""

    text: str
    refused: bool
    confidence: float
    citations: tuple[Citation, ...] = ()
    nearest: tuple[ArticleReference, ...] = ()
    short_answer: str | None = None
    signals: Mapping[str, float] = field(default_factory=dict)


class ExtractiveComposer:
    """Quotes; adds no word of its own but fixed phrases."""

    def __init__(self, rarity: Callable[[Sequence[str]], Mapping[str, float]], *, refuse_below: float) -> None:
        """`rarity` gives the inverse document frequencies of terms; below `refuse_below` confidence it refuses."""
        self._rarity = rarity
        self._refuse_below = refuse_below

    def warm(self) -> None:
        """There is nothing to make ready."""

    def compose(self, question: Standalone, hits: Sequence[Hit], language: Language) -> Composition:
        """The answer, or the refusal, to `question` from `hits`, best first."""
        evidence = find_evidence(question, hits, self._rarity)
        confidence = confidence_of(question, evidence)
        found = signals(question, evidence) if evidence else {}
        if not evidence or confidence < self._refuse_below:
            return replace(refusal(hits, language, confidence), signals=found)
        citations = tuple(cite(one.hit, one.start, one.end) for one in _chosen(evidence))
        quoted = " ".join(f"{citation.quote} [{number}]" for number, citation in enumerate(citations, 1))
        return Composition(phrase("quoted", language) + quoted, False, confidence, citations, signals=found)


def _chosen(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The best sentence, and the second where it is nearly as good."""
    return [evidence[0], *(one for one in evidence[1:2] if one.score >= _SECOND_AT_LEAST * evidence[0].score)]


def cite(hit: Hit, start: int, end: int) -> Citation:
    """A citation of `hit.passage.text[start:end]`."""
    return Citation(
        article_id=hit.passage.article_id,
        title=hit.title,
        published=hit.published,
        source=hit.source,
        quote=hit.passage.text[start:end],
        start=hit.passage.start + start,
        end=hit.passage.start + end,
    )


def refusal(hits: Sequence[Hit], language: Language, confidence: float, missing: Sequence[str] = ()) -> Composition:
    """A polite refusal with the nearest articles, each once; it names the first of `missing`, which they lack."""
    nearest: dict[str, ArticleReference] = {}
    for hit in hits:
        reference = ArticleReference(hit.passage.article_id, hit.title, hit.published, hit.source)
        nearest.setdefault(hit.passage.article_id, reference)
    listed = tuple(nearest.values())[:_NEAREST]
    name = ("refused_missing" if missing else "refused_nearest") if listed else "refused"
    text = phrase(name, language, name=missing[0] if missing else "")
    return Composition(text, True, confidence, nearest=listed)
