"""A word of an article, asked alone, finds that article: in its own script and in the other.

"Finds" is meant of as many results as passages hold the word: the lexical index gives back all of them, however many
they are, and a search puts them before all others. With a smaller limit it is the best of them.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import opencc
import pytest
import rjieba
from archives import ENCODER, ROOT, encode_all, make_article, put

from retrieval.archive import Archive
from retrieval.article import Article
from retrieval.filters import Filters
from retrieval.lookup import Asked, Lookup
from retrieval.quoted import phrase_terms
from retrieval.search import Searcher
from retrieval.store import Store
from retrieval.time_expressions import asked_time

NEWS = ROOT / ".." / "shared" / "eval" / "news.articles.jsonl.gz"
TO_TRADITIONAL, TO_SIMPLIFIED = opencc.OpenCC("s2t"), opencc.OpenCC("t2s")
A_WORD = re.compile(r"\w")


KINDS = {
    "one character": re.compile(r"[\u4e00-\u9fff]"),
    "number": re.compile(r"\d+(?:[.,:/]\d+)*%?"),
    "Latin": re.compile(r"[A-Za-z]+(?:[-'][A-Za-z]+)*"),
    "Latin with a number": re.compile(r"(?<![A-Za-z0-9])(?:[A-Za-z]+-?\d+|\d+[A-Za-z]{1,4})(?![A-Za-z0-9])"),
}


def words_of(body: str, chosen: random.Random, count: int) -> list[str]:
    """Random words of a text as jieba cuts it, random stretches of its characters, and some of each of KINDS."""
    cut = [word for word in rjieba.cut(body) if A_WORD.search(word)]
    stretches = [match.group() for match in re.finditer(r"[\u4e00-\u9fff]{2,12}", body)]
    picked = [chosen.choice(cut) for _ in range(count)] if cut else []
    for stretch in chosen.sample(stretches, min(count, len(stretches))):
        start = chosen.randrange(len(stretch) - 1)
        picked.append(stretch[start : start + chosen.randrange(2, 7)])
    for kind in KINDS.values():
        found = kind.findall(body)
        picked += chosen.sample(found, min(len(found), max(1, count // 4)))
    return picked


def lost(archive: Archive, articles: list[Article], chosen: random.Random, words: int) -> Iterator[str]:
    """The words that do not find their article."""
    total = archive.store.passage_count()
    holders = {one.passage.passage_id: one.passage.article_id for one in archive.store.index_entries()}
    for article in articles:
        for word in words_of(f"{article.title}\n{article.body}", chosen, words):
            for asked in (word, TO_TRADITIONAL.convert(word), TO_SIMPLIFIED.convert(word)):
                hits = archive.lexical.reading().search(archive.lexical.reading().terms(asked), total)
                if article.article_id not in {holders[one] for one, _ in hits}:
                    yield f"{asked!r} of {article.article_id}"


def test_a_word_finds_its_article(archive: Archive, seed_articles: list[Article]) -> None:
    articles = [
        make_article(one.article_id, TO_TRADITIONAL.convert(one.title), TO_TRADITIONAL.convert(one.body))
        if number % 2
        else one
        for number, one in enumerate(seed_articles)
    ]
    for article in articles:
        put(archive.store, article)
    archive.refresh_lexical()
    assert list(lost(archive, articles, random.Random(1), 12)) == []


@pytest.mark.skipif(not NEWS.exists(), reason="SKIPPED: ../shared/eval/news.articles.jsonl.gz is absent")
def test_a_word_finds_its_article_among_2000_of_the_news(tmp_path: Path) -> None:
    with gzip.open(NEWS, "rt", encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    chosen = random.Random(2)
    articles = [make_article(one["id"], "", one["body"]) for one in chosen.sample(lines, 2000)]
    archive = Archive(tmp_path, create=True)
    for article in articles:
        put(archive.store, article)
    archive.refresh_lexical()
    assert list(lost(archive, chosen.sample(articles, 300), chosen, 3)) == []
    archive.close()


def test_every_term_of_a_text_is_in_the_index(store: Store, seed_articles: list[Article]) -> None:
    """The same, of one passage alone: so no word can hide behind another passage of its article."""
    from retrieval.lexical import LexicalIndex

    for article in seed_articles[:15]:
        put(store, article)
    lexical = LexicalIndex(None, store.name)
    lexical.sync(store)
    chosen = random.Random(3)
    for entry in store.index_entries():
        for word in words_of(entry.passage.text, chosen, 4):
            found = lexical.reading().search(lexical.reading().terms(word), 10**6)
            assert entry.passage.passage_id in dict(found), (word, entry.passage.passage_id)


def test_a_search_for_a_word_gives_what_holds_it_first(archive: Archive, seed_articles: list[Article]) -> None:
    """With vectors too, to which a word alone says little."""
    for article in seed_articles:
        put(archive.store, article)
    encode_all(archive.store)
    searcher = Searcher(archive, ENCODER)
    chosen = random.Random(4)
    asked = 0
    for article in chosen.sample(seed_articles, 12):
        for word in words_of(f"{article.title}\n{article.body}", chosen, 3):
            for form in {word, TO_TRADITIONAL.convert(word), TO_SIMPLIFIED.convert(word)}:
                words, sure = archive.lexical.reading().terms(form), phrase_terms(form)
                holding = archive.lexical.reading().search(words, 10**6, phrases=[sure] if sure else ())
                hits = searcher.search(form, limit=len(holding)).hits
                found = {one.passage.article_id for one in hits} | {o.article_id for one in hits for o in one.also}
                assert article.article_id in found, (form, len(holding))
                few = searcher.search(form, limit=3).hits
                assert {one.passage.passage_id for one in few} <= {one for one, _ in holding} or len(holding) < 3
                asked += 1
    assert asked > 100


def test_what_is_sure_of_a_mixed_question_is_not_all_of_it(archive: Archive) -> None:
    put(archive.store, make_article("essay", "随笔", "什么是幸福？这是每个人都要问的问题，答案在各人心里。"))
    put(archive.store, make_article("bakery", "巷子", "He founded a bakery in 1998."))
    archive.refresh_lexical()
    searcher, reading = Searcher(archive, ENCODER), archive.lexical.reading()

    def before_all_others(query: str) -> int:
        words = reading.terms(query)
        asked = Asked(query, 10, Filters(), words, asked_time(query, date(2026, 1, 1)))
        lookup = Lookup(asked, archive.store, reading, searcher._dense, archive.store.generation())
        return len(lookup._holding(dict(reading.search(words, 10))))

    assert before_all_others("什么是5G？") == 0, "not all that says 什么是"
    assert before_all_others("Who founded Huawei?") == 0, "not all that says founded"
    assert (before_all_others("什么是幸福"), before_all_others("founded")) == (1, 1)
