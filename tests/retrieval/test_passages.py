"""Sentences and passages: offsets that always hold, and cuts where a reader would cut."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.article import Article
from retrieval.passages import LONGEST_SENTENCE, TARGET_CHARACTERS, spared, split_passages
from retrieval.sentences import cut, sentences

ALPHABET = st.sampled_from(
    list("的一是水位汛期。！？…；：，、“”‘’「」（）《》\n \t　.,!?;:\"'()3508aBcZ%-/é\u0301😀𠀀﷽\u200b")
)
TEXTS = st.lists(
    st.one_of(
        st.text(ALPHABET, max_size=60),
        st.sampled_from(
            ["今年降雨3.5毫米。", "He left. She stayed. ", "https://a.cn/?id=3&x=1 ", "“好。”", "……", "字" * 450]
        ),
    ),
    max_size=12,
).map("".join)


def generous(texts: Sequence[str]) -> list[int]:
    return [0] * len(texts)


def nasty(texts: Sequence[str]) -> list[int]:
    """Three tokens a character, ten for some, and one more for the number of different ones."""
    return [2 + sum(10 if ord(one) % 7 == 0 else 3 for one in text) + len(set(text)) for text in texts]


def check_spans(text: str, spans: Sequence[tuple[int, int]]) -> None:
    end = 0
    held = [False] * len(text)
    for start, stop in spans:
        assert end <= start < stop <= len(text)
        assert not text[start].isspace()
        assert not text[stop - 1].isspace()
        held[start:stop] = [True] * (stop - start)
        end = stop
    assert all(inside or character.isspace() for inside, character in zip(held, text, strict=True))


@given(TEXTS)
def test_sentences_hold_every_character_in_order(text: str) -> None:
    check_spans(text, list(sentences(text)))


@given(TEXTS, st.integers(0, 40), st.integers(0, 40))
def test_sentences_of_a_part_stay_inside_it(text: str, before: int, after: int) -> None:
    start, end = min(before, len(text)), max(min(before, len(text)), len(text) - after)
    spans = list(sentences(text, start, end))
    check_spans(text[start:end], [(a - start, b - start) for a, b in spans])


@given(TEXTS, st.integers(1, 60))
def test_cut_keeps_the_limit(text: str, limit: int) -> None:
    spans = list(cut(text, 0, len(text), limit))
    check_spans(text, [span for span in spans if span[0] < span[1]])
    assert all(end - start <= limit for start, end in spans)


@given(TEXTS, st.integers(20, 400))
@settings(max_examples=60)
def test_passages_never_take_more_tokens_than_the_encoder_reads(text: str, limit: int) -> None:
    heading = "标题\n"
    spans = split_passages(text, nasty, limit, heading)
    check_spans(text, spans)
    for start, end in spans:
        assert end - start == 1 or nasty([heading + text[start:end]])[0] <= limit


@given(TEXTS)
def test_passages_are_whole_sentences(text: str) -> None:
    spans = split_passages(text, generous, 512)
    check_spans(text, spans)
    starts, ends = {start for start, _ in spans}, {end for _, end in spans}
    for start, end in sentences(text):
        if end - start <= LONGEST_SENTENCE:
            assert not any(start < one < end for one in starts | ends)
    assert all(end - start <= LONGEST_SENTENCE for start, end in spans)


@given(TEXTS, st.integers(60, 400))
@settings(max_examples=60)
def test_passages_part_between_sentences_before_they_part_one(text: str, limit: int) -> None:
    spans = split_passages(text, nasty, limit)
    edges = {edge for span in spans for edge in span}
    for start, end in sentences(text):
        if end - start <= LONGEST_SENTENCE and nasty([text[start:end]])[0] <= limit:
            assert not any(start < edge < end for edge in edges)


def test_a_short_rest_joins_the_passage_before_it() -> None:
    sentence = "字" * 49 + "。"
    spans = split_passages(sentence * 6 + "字" * 30 + "。", generous, 512)
    assert spans == [(0, 331)]
    spans = split_passages(sentence * 6 + sentence * 2, generous, 512)
    assert spans == [(0, TARGET_CHARACTERS), (TARGET_CHARACTERS, 400)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("水位3.5米。雨停了。", ["水位3.5米。", "雨停了。"]),
        ("他说：“走吧。”大家走了。", ["他说：“走吧。”", "大家走了。"]),
        ("“去吗？”，他问。", ["“去吗？”，他问。"]),
        ("“真的！”、“好。”两人说。", ["“真的！”、“好。”", "两人说。"]),
        ("他想了想……走了。", ["他想了想……", "走了。"]),
        ("想了想……，还是走了。", ["想了想……，还是走了。"]),
        ("「好！」他說。『不行？』她問。", ["「好！」", "他說。", "『不行？』", "她問。"]),
        ("（完。）《报》", ["（完。）", "《报》"]),
        ("见 https://a.cn/?id=3&b=!x 。完", ["见 https://a.cn/?id=3&b=!x 。", "完"]),
        ("真的吗?!是的.", ["真的吗?!", "是的."]),
        ("Mr. Smith left. He paid 3.5 yuan. “Yes.” U.S. officials agreed.",
         ["Mr. Smith left.", "He paid 3.5 yuan.", "“Yes.”", "U.S. officials agreed."]),
        ("第一行\n第二行；还是第二行", ["第一行", "第二行；还是第二行"]),
        ("　　缩进。 \n\n　", ["缩进。"]),
        ("", []),
    ],
)  # fmt: skip
def test_sentences_end_where_a_reader_ends_them(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == expected


def test_over_long_sentences_are_cut_between_clauses_words_and_numbers() -> None:
    clauses = ("一" * 30 + "，") * 20
    assert all(clauses[:end].endswith("，") for _, end in cut(clauses, 0, len(clauses), 100))
    numbers = "至12,345,678人" * 60
    for _, end in list(cut(numbers, 0, len(numbers), 100))[:-1]:
        assert not (numbers[end - 1] in ",0123456789" and numbers[end].isdigit())
    english = "unquestionably remarkable " * 40
    assert all(one in ("unquestionably", "remarkable")
               for start, end in cut(english, 0, len(english), 100) for one in english[start:end].split())  # fmt: skip
    mixed = "字" * 90 + "internationalization" + "字" * 90
    assert "internationalization" in mixed[slice(*list(cut(mixed, 0, len(mixed), 100))[1])]
    assert [end - start for start, end in cut("x" * 250, 0, 250, 100)] == [100, 100, 50]


def test_a_large_page_takes_linear_time() -> None:
    def seconds(text: str) -> float:
        began = time.process_time()
        split_passages(text, generous, 512)
        return time.process_time() - began

    for text in ("没有句号" * 2000, "a. " * 3000, "“”。" * 3000, ". \n" * 3000, "x." + " " * 8000, "。" * 8000):
        once = seconds(text)
        assert seconds(text * 8) < 30 * once + 0.3


def test_a_passage_text_is_its_range_of_the_body(seed_articles: list[Article]) -> None:
    for article in seed_articles:
        check_spans(article.body, split_passages(article.body, generous, 512))


# -- counting tokens no more often than needed ----------------------------------------------------------------------


class Tokenizer:
    """A number of tokens for each character, and five around them; remembers the texts that it was given."""

    def __init__(self, common: int, rare: int) -> None:
        self.common, self.rare = common, rare
        self.given: list[str] = []

    def __call__(self, texts: Sequence[str]) -> list[int]:
        self.given += texts
        plain = [unicodedata.normalize("NFKC", text) for text in texts]
        return [5 + sum(self.common if one in "水位" else self.rare for one in text) for text in plain]


@pytest.mark.parametrize(("rare", "counted"), [(1, False), (3, True)])
def test_short_texts_are_counted_only_for_tokenizers_of_bytes(rare: int, counted: bool) -> None:
    tokenizer = Tokenizer(1, rare)
    count = spared(tokenizer, 100)
    tokenizer.given.clear()
    texts = ["水位" * 20, "龘" * 60, "水位" * 60, "", "\ufdfa" * 8]
    exact = [texts[2], texts[4]]  # the sign of 18 letters is long after NFKC
    answers = count(texts)
    assert tokenizer.given == (texts if counted else exact)
    assert [one <= 100 for one in answers] == [one <= 100 for one in tokenizer(texts)]
    assert count([]) == []


@given(TEXTS, st.integers(20, 400))
@settings(max_examples=60)
def test_sparing_changes_no_passage(text: str, limit: int) -> None:
    for tokenizer in (Tokenizer(1, 1), Tokenizer(1, 4)):
        count = spared(tokenizer, limit)
        assert split_passages(text, count, limit) == split_passages(text, tokenizer, limit)
