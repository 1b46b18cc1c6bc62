"""Which sentence of the passages found answers a question best, and the signals that say how well."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.composers.question_kind import Expectation, content, expectation
from bot.conversation import Standalone
from bot.latin_names import is_in_latin
from retrieval.hit import Hit
from retrieval.sentences import sentences
from retrieval.terms import terms

# What meets a term of the question when the sentence itself does not, as a share of what the sentence would bring.
# All six constants: random search over seeds/questions.jsonl and tests/data/real_pages.questions.jsonl, 2026-11.
_BY_NEIGHBOUR = 0.7
_BY_PASSAGE = 0.2
_BY_TITLE = 0.8
_CONTEXT_WEIGHT = 0.5  # of a term that stands only in the earlier question
_KIND_MISSING = 0.5  # taken off where nothing in the sentence is of the kind asked for
_COSINE_ASSUMED = 0.88  # of a passage without a vector: that of a right one, so that words alone decide
_RANK_WEIGHT = 0.7  # of the passage's fused score beside coverage


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence that may answer, `hit.passage.text[start:end]`, and its signals, each 0..1.

    `coverage` is the share of the question's terms, weighted by rarity, that the sentence meets, or in part its
    surroundings; `similarity` the passage's cosine, stretched; `rank` the
    passage's fused score; `fitness` whether it holds anything of the kind asked for.
    """

    hit: Hit
    start: int
    end: int
    coverage: float
    similarity: float
    rank: float
    fitness: float
    score: float

    @property
    def text(self) -> str:
        """The sentence."""
        return self.hit.passage.text[self.start : self.end]


def find_evidence(
    question: Standalone, hits: Sequence[Hit], rarity: Callable[[Sequence[str]], Mapping[str, float]]
) -> list[Evidence]:
    """Every sentence of `hits` as evidence, best first. `rarity` gives terms' inverse document frequencies."""
    weights = _term_weights(question, rarity)
    if is_in_latin(question.whole):
        weights = _found_anywhere(weights, hits) or weights
    if not weights:
        return []
    expected = expectation(question.text)
    found = [evidence for hit in hits for evidence in _in_passage(hit, expected, weights)]
    return sorted(found, key=lambda one: (-one.score, one.hit.passage.passage_id, one.start))


def _term_weights(question: Standalone, rarity: Callable[[Sequence[str]], Mapping[str, float]]) -> dict[str, float]:
    own = set(terms(content(question.text)))
    context = set(terms(content(question.context))) - own
    found = rarity(sorted(own | context))
    return {term: found[term] * (1.0 if term in own else _CONTEXT_WEIGHT) for term in sorted(own | context)}


def _found_anywhere(weights: Mapping[str, float], hits: Sequence[Hit]) -> dict[str, float]:
    """The terms that some passage holds: the common words of an English question stand in no Chinese one."""
    found = set().union(*(terms(f"{hit.title}\n{hit.passage.text}") for hit in hits)) if hits else set()
    return {term: weight for term, weight in weights.items() if term in found}


def _in_passage(hit: Hit, expected: Expectation, weights: Mapping[str, float]) -> list[Evidence]:
    text = hit.passage.text
    spans = list(sentences(text))
    sentence_terms = [set(terms(text[start:end])) & weights.keys() for start, end in spans]
    passage = set().union(*sentence_terms)
    title = set(terms(hit.title)) & weights.keys()
    total = sum(weights.values())
    found = []
    for index, (start, end) in enumerate(spans):
        own = sentence_terms[index]
        neighbours = set().union(*sentence_terms[max(0, index - 1) : index + 2])
        met = _met(weights, own, neighbours, passage, title)
        fitness = expected.strength(text[start:end])
        coverage = met / total
        score = coverage + _RANK_WEIGHT * hit.score - _KIND_MISSING * (1 - fitness)
        similarity = min(1.0, max(0.0, ((_COSINE_ASSUMED if hit.dense is None else hit.dense) - 0.75) / 0.2))
        found.append(Evidence(hit, start, end, coverage, similarity, hit.score, fitness, score))
    return found


def _met(
    weights: Mapping[str, float], own: set[str], neighbours: set[str], passage: set[str], title: set[str]
) -> float:
    met = 0.0
    for term, weight in weights.items():
        if term in own:
            met += weight
        elif term in neighbours:
            met += _BY_NEIGHBOUR * weight
        elif term in title:
            met += _BY_TITLE * weight
        elif term in passage:
            met += _BY_PASSAGE * weight
    return met
