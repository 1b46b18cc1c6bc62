"""Terms: what a question and an article must agree on, however each is written."""

from __future__ import annotations

import gzip
import itertools
import json
import random
import re
from pathlib import Path

import jieba
import opencc
import pytest
import rjieba
from archives import ROOT, SEEDS, put
from hypothesis import given
from hypothesis import strategies as st

from retrieval.article import Article
from retrieval.lexical import LexicalIndex
from retrieval.store import Store
from retrieval.terms import SIMPLIFIED, fold, terms

jieba.setLogLevel("ERROR")
NEWS = ROOT.parent / "shared" / "eval" / "news.articles.jsonl.gz"
HAN_RUN = re.compile("[\u4e00-\u9fff]+")


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("臺北捷運環狀線", "台北捷运环状线"),
        ("看著辦", "看着办"),
        ("瞭解答覆", "了解答复"),
        ("憑藉", "凭借"),
        ("衞生", "卫生"),
        ("乾隆乾燥", "干隆干燥"),
        ("ＧＤＰ增長５．２％", "gdp增长5.2%"),
        ("1,234,567人", "1234567人"),
        ("１，２３４人", "1234人"),
        ("比分3：2", "比分3:2"),
        ("①②", "12"),
        ("don’t", "DON'T"),
        ("Ｃovid‐19", "covid-19"),
        ("㈱", "(株)"),
    ],
)
def test_spellings_that_meet(text: str, same: str) -> None:
    assert terms(text) == terms(same)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("水位", ["水", "位", "水位"]),
        ("自行车", ["自", "行", "车", "自行", "行车", "自行车"]),
        ("水，位", ["水", "位"]),
        ("T恤和A股-B股", ["t", "恤", "和", "恤和", "a", "股", "b", "股"]),
        ("3.5%", ["3.5%", "3.5"]),
        ("15，20人", ["15", "20", "人"]),
        ("15,20", ["15,20", "15", "20"]),
        ("2025/05/16", ["2025/05/16", "2025", "05", "16"]),
        ("2025.05.16", ["2025.05.16", "2025", "05", "16"]),
        ("3.5", ["3.5"]),
        ("state-of-the-art", ["state-of-the-art", "state", "of", "the", "art"]),
        ("iPhone15", ["iphone", "15", "iphone15"]),
        ("東京の", ["东", "京", "东京", "の"]),
        ("？！ …—", []),
        ("", []),
        ("\ud83d水\x00", ["水"]),
    ],
)
def test_terms_of(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


@given(st.text(max_size=80))
def test_any_text_has_terms_without_spaces_that_fold_to_themselves(text: str) -> None:
    for term in terms(text):
        assert term
        assert not re.search(r"\s", term)
        assert fold(term) == term or re.search(r"[^\u3400-\u9fffa-z0-9]", term)


@given(st.text(st.sampled_from("臺北著瞭覆乾隆水位後於里裏复"), max_size=12), st.text("字覆著隆解", max_size=5))
def test_folding_does_not_depend_on_the_neighbours(text: str, other: str) -> None:
    assert fold(other + text + other) == fold(other) + fold(text) + fold(other)


def test_traditional_and_simplified_meet_over_real_text(seed_articles: list[Article]) -> None:
    to_traditional = [opencc.OpenCC(config) for config in ("s2t", "s2tw", "s2hk")]
    for article in seed_articles:
        for converter in to_traditional:
            assert fold(converter.convert(article.body)) == fold(article.body)


# -- jieba and rjieba -----------------------------------------------------------------------------------------------


def test_rjieba_segments_as_jieba_does_over_the_seeds() -> None:
    text = "".join(path.read_text("utf-8", "ignore") for path in SEEDS.rglob("*") if path.is_file())
    runs = set(HAN_RUN.findall(text))
    assert len(runs) > 2000
    different = [run for run in runs if list(jieba.cut_for_search(run)) != list(rjieba.cut_for_search(run))]
    assert different == []


@pytest.mark.skipif(not NEWS.is_file(), reason=f"{NEWS.name} is not beside the checkout; the seeds stand for it")
def test_rjieba_segments_as_jieba_does_over_news() -> None:
    with gzip.open(NEWS, "rt", encoding="utf-8") as file:
        bodies = [json.loads(line)["body"] for line in itertools.islice(file, 0, 20_000, 100)]
    runs = set(HAN_RUN.findall("".join(bodies)))
    assert len(runs) > 5000
    different = [run for run in runs if list(jieba.cut_for_search(run)) != list(rjieba.cut_for_search(run))]
    assert different == []


def test_rjieba_segments_as_jieba_does_over_random_characters() -> None:
    chosen = random.Random(20250516)
    for i in range(4000):
        last = 0x9FA5 if i % 2 else 0x5FFF
        run = "".join(chr(chosen.randint(0x4E00, last)) for _ in range(chosen.randint(1, 20)))
        assert list(jieba.cut_for_search(run)) == list(rjieba.cut_for_search(run))


def test_rjieba_differs_from_jieba_for_rare_characters_only() -> None:
    """Outside of U+4E00–U+9FFF jieba parts every character, rjieba keeps a run whole.

    So a run of three rare characters gives one term more than jieba would; its characters and pairs, which a shorter
    query has, are terms all the same.
    """
    assert list(jieba.cut_for_search("㐀㐁㐂")) == ["㐀", "㐁", "㐂"]
    assert list(rjieba.cut_for_search("㐀㐁㐂")) == ["㐀㐁㐂"]
    assert terms("㐀㐁㐂") == ["㐀", "㐁", "㐂", "㐀㐁", "㐁㐂", "㐀㐁㐂"]


# -- a word of an article finds it ----------------------------------------------------------------------------------


def test_any_word_of_an_article_alone_finds_it(tmp_path: Path, seed_articles: list[Article]) -> None:
    chosen = random.Random(5)
    converters = [None, opencc.OpenCC("s2t"), opencc.OpenCC("s2tw"), opencc.OpenCC("t2s")]
    word = re.compile(r"[A-Za-z]+|[0-9]+(?:[.,:/][0-9]+)*%?|[\u4e00-\u9fff]+")
    store = Store(tmp_path / "words", create=True)
    for article in seed_articles:
        put(store, article)
    lexical = LexicalIndex(None, store.name)
    lexical.sync(store)
    for article in seed_articles:
        own = {one.passage.passage_id for one in store.index_entries() if one.passage.article_id == article.article_id}
        runs = word.findall(article.body)
        for run in chosen.sample(runs, min(8, len(runs))):
            query = chosen.choice(list(jieba.cut_for_search(run))) if HAN_RUN.match(run) else run
            converter = chosen.choice(converters)
            asked = converter.convert(query) if converter else query
            found = {one for one, _ in lexical.reading().search(terms(asked), 10**9)}
            assert own & found, f"{asked!r} does not find {article.title!r}"
    store.close()


def test_the_table_of_simplified_characters_is_what_the_script_builds() -> None:
    from scripts.build_simplified import build

    assert SIMPLIFIED.read_text("utf-8") == build(), "run python scripts/build_simplified.py"
