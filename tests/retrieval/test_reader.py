"""Spans from logits; and what the packaged reader finds."""

from __future__ import annotations

import numpy as np

from embeddings.span_model import SpanLogits, SpanModel
from embeddings.tokenizer import AlignedTokens
from retrieval.reader import LONGEST_SPAN_TOKENS, Reader, Reading


def logits(first: list[float], last: list[float], none: float = 0.0) -> SpanLogits:
    count = len(first)
    tokens = AlignedTokens(list(range(count)), list(range(count)), list(range(1, count + 1)))
    return SpanLogits(tokens, np.array(first, np.float32), np.array(last, np.float32), none, none)


def test_the_best_span_is_the_highest_sum_that_ends_after_it_begins() -> None:
    spans = Reading(logits([0, 5, 0, 4], [6, 0, 3, 0], none=1.0)).best(3)
    assert [(span.start, span.end, span.score) for span in spans] == [(1, 3, 6.0), (0, 1, 4.0), (3, 4, 2.0)]


def test_the_score_of_a_given_span() -> None:
    reading = Reading(logits([0, 5, 0, 4], [6, 0, 3, 0], none=1.0))
    assert reading.of(1, 3) == reading.best()[0]
    assert reading.of(3, 9) is None
    assert reading.of(2, 2) is None


def test_no_span_is_longer_than_the_limit() -> None:
    count = LONGEST_SPAN_TOKENS + 5
    first, last = [0.0] * count, [0.0] * count
    first[0] = last[-1] = 9.0
    assert all(span.end - span.start <= LONGEST_SPAN_TOKENS for span in Reading(logits(first, last)).best(5))


def test_an_empty_text_has_no_span() -> None:
    assert Reading(logits([], [])).best() == []


def test_the_packaged_reader_answers(span_model: SpanModel) -> None:
    texts = [
        "云湖县去年新建公园12座，投资3.5亿元。",
        "禾田县的老渠修了两年，去年冬天通水，能灌溉农田4800亩。",
        "",
    ]
    reader = Reader(span_model)
    parks, fields, nothing = [reading.best() for reading in reader.read("云湖县新建了多少座公园？", texts)]
    assert texts[0][parks[0].start : parks[0].end] in ("12座", "12")
    assert parks[0].score > fields[0].score
    assert nothing == []
    irrigated = reader.read("老渠能灌溉多少亩农田？", texts)[1].best()[0]
    assert texts[1][irrigated.start : irrigated.end].startswith("4800")


def test_a_text_beyond_the_models_reach_is_read_at_its_beginning(span_model: SpanModel) -> None:
    text = "新建公园12座。" + "此外没有别的消息。" * 200
    spans = Reader(span_model).read("新建了多少座公园？", [text])[0].best()
    assert spans
    assert all(span.end <= 1000 for span in spans)


def test_a_texts_spans_do_not_depend_on_its_neighbours(span_model: SpanModel) -> None:
    reader = Reader(span_model)
    texts = ["全县有620人参加。", "投资3.5亿元。" * 20]
    assert reader.read("多少人参加？", texts)[0].best() == reader.read("多少人参加？", texts[:1])[0].best()
