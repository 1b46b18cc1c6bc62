"""Phrases in quotation marks must occur in what is found."""

from __future__ import annotations

import pytest
from archives import ENCODER, encode_all, make_article, put
from hypothesis import given
from hypothesis import strategies as st

from retrieval.archive import Archive
from retrieval.article import Article
from retrieval.quoted import phrase_terms, quoted_phrases, squeezed
from retrieval.search import Searcher
from retrieval.terms import terms


@pytest.mark.parametrize(
    ("question", "phrases"),
    [
        ("“梅江号”是谁打捞的？", ("梅江号",)),
        ("「梅江號」和《梅江船歌》", ("梅江號", "梅江船歌")),
        ('谁提出了"两山"理论？', ("两山",)),
        ("“《三斤茶籽油》剧组”去了哪里？", ("《三斤茶籽油》剧组",)),
        ("“梅江号”与“梅江号”", ("梅江号",)),
        ("没有引号", ()),
        ("只有一半“的引号", ()),
        ("“”和“！？”", ()),
        ("it's John's", ()),
    ],
)
def test_which_phrases_a_question_quotes(question: str, phrases: tuple[str, ...]) -> None:
    assert quoted_phrases(question) == phrases


def test_phrases_meet_whatever_the_script_width_and_punctuation() -> None:
    assert squeezed("「雲湖毛尖」，公用　品牌") == squeezed("云湖毛尖公用品牌")
    assert squeezed("増长3.5%") != squeezed("増长35%")
    assert squeezed("1,000人") == squeezed("１０００人")


@given(
    st.text(alphabet="两山供水集团二十三3.5a b-", min_size=1, max_size=12),
    st.text(alphabet="的供水二十3点", max_size=4),
    st.text(alphabet="集团了十5号", max_size=4),
)
def test_the_terms_of_a_phrase_are_in_every_text_that_holds_it(phrase: str, before: str, after: str) -> None:
    assert set(phrase_terms(phrase)) <= set(terms(before + phrase + after))


@pytest.fixture
def searcher(archive: Archive, corpus: list[Article]) -> Searcher:
    for article in corpus:
        put(archive.store, article)
    filler = "汛期水位公交线路。" * 40
    put(archive.store, make_article("boat", "老木船", f"打捞上来的是“梅江号”。\n{filler}\n它长十二米。"))
    put(archive.store, make_article("song", "梅江船歌唱响", "这首歌由本地作曲家谱写，讲的是号子。"))
    for number in range(60):  # each meets more of the question's words than the two above
        put(
            archive.store, make_article(f"n{number}", "汛期水位", f"第{number}次汛期水位通报，梅江汛期水位，船只停航。")
        )
    encode_all(archive.store)
    return Searcher(archive, ENCODER)


def found(searcher: Searcher, question: str) -> tuple[set[str], tuple[str, ...]]:
    result = searcher.search(question, limit=10)
    return {hit.passage.article_id for hit in result.hits}, result.missing_phrases


def test_only_articles_that_hold_the_phrase_are_found(searcher: Searcher) -> None:
    assert found(searcher, "汛期水位通报：梅江的船“梅江號”") == ({"boat"}, ())
    assert found(searcher, "《梅江船歌》汛期水位通报") == ({"song"}, ())
    assert len(found(searcher, "汛期水位通报：梅江的船梅江号")[0]) > 1


def test_a_phrase_that_nothing_holds_is_named_and_the_rest_is_found(searcher: Searcher) -> None:
    articles, missing = found(searcher, "“澄江号”的汛期水位通报")
    assert missing == ("澄江号",)
    assert articles
    assert found(searcher, "“澄江号”和“梅江号”的汛期水位") == ({"boat"}, ("澄江号",))


def test_phrases_that_no_article_holds_together(searcher: Searcher) -> None:
    assert found(searcher, "“梅江号”和《梅江船歌》") == ({"boat", "song"}, ())
