"""The measures by values that a reader can check by hand, and the gold of the real pages against itself."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from page_oracle import (
    REAL_GOLD,
    REAL_PAGES,
    OracleArticle,
    needs_real_pages,
    oracle,
    ownership,
    read_with_gold,
    real_pages,
)

from retrieval.page.evaluation import (
    MEASURES,
    Page,
    evaluate,
    evaluate_groups,
    gold_body,
    group_of,
    main,
    parse_gold,
    plain,
    score_page,
    table,
    window_diff,
)

# Two articles of ten characters each; the second is cut after "四五", and a caption stands in the gap.
PAGE = "甲题\n张三\n甲一二三。\n甲四五六。\n乙题\n乙一二三四五\n江边。李四 摄\n六七八九。（王 五）"
RECORDS = [
    {
        "key": "甲题",
        "title": [[0, 0, 2]],
        "byline": [[1, 0, 2]],
        "names": ["张三"],
        "body": [[2, 3]],
        "joins": [],
        "starts_in_middle": False,
        "stops_in_middle": False,
    },
    {
        "key": "乙题",
        "title": [[4, 0, 2]],
        "byline": [[7, 5, 10]],
        "names": ["王五"],
        "captions": [[6, 0, 7]],
        "body": [[5, 5], [7, 0, 5]],
        "joins": [[5, 7]],
        "starts_in_middle": False,
        "stops_in_middle": False,
    },
]
GOLD = parse_gold(RECORDS, PAGE)
FIRST, SECOND = oracle(PAGE, GOLD)
PERFECT = {"boundary_f1": 1.0, "window_diff": 0.0, "foreign": 0.0, "furniture": 0.0, "lost": 0.0, "repeated": 0.0}


def measures(*predicted: OracleArticle) -> dict[str, float]:
    return evaluate([(PAGE, GOLD)], lambda _: predicted)


def stretch(*pieces: str, title: str = "", author: tuple[str, ...] = ()) -> OracleArticle:
    """An article of pieces of the page, each found at its only place, a paragraph each."""
    body, origin = "", ()
    for piece in pieces:
        if body:
            body, origin = body + "\n", (*origin, -1)
        at = PAGE.index(piece)
        body, origin = body + piece, (*origin, *range(at, at + len(piece)))
    return OracleArticle(title, author, body, origin)


def test_gold_body():
    assert gold_body(Page(PAGE), GOLD[0])[0] == "甲一二三。\n甲四五六。"
    body, origin = gold_body(Page(PAGE), GOLD[1])
    assert body == "乙一二三四五六七八九。"
    assert [PAGE[offset] for offset in origin] == list(body)


def test_latin_words_of_two_lines_keep_a_space():
    record = RECORDS[0] | {"title": [], "byline": [], "names": [], "body": [[0, 2]], "joins": [[0, 1], [1, 2]]}
    text = "We read the\npaper at 7\n時。"
    body, origin = gold_body(Page(text), *parse_gold([record], text))
    assert body == "We read the paper at 7時。"
    assert origin[11] == -1


def test_perfect():
    values = measures(FIRST, SECOND)
    assert values == dict.fromkeys(MEASURES, 1.0) | PERFECT | {"pages": 1, "articles": 2, "predicted": 2}


def test_the_order_of_articles_does_not_matter():
    assert measures(SECOND, FIRST) == measures(FIRST, SECOND)


def test_nothing_found():
    values = measures()
    assert values["lost"] == 1.0
    assert [values[name] for name in ("boundary_f1", "whole", "title", "byline", "sentences", "joins", "captions")] == [
        0.0
    ] * 7


def test_one_article_for_the_page():
    page = stretch("甲一二三。", "甲四五六。", "乙一二三四五", "六七八九。", title="乙题", author=("王五",))
    values = measures(page)  # 8 of its 18 characters are the first article's, so it is matched with the second
    assert values["boundary_f1"] == 0.0
    assert values["whole"] == 0.0  # of the second too, since it holds the whole of the first
    assert values["title"] == values["byline"] == 0.5
    assert values["sentences"] == values["joins"] == 0.0
    assert values["foreign"] == pytest.approx(8 / 18)
    assert values["paragraphs"] == 1.0


def test_a_boundary_in_the_wrong_place():
    first = stretch("甲一二三。", title="甲题", author=("张三",))
    second = stretch("甲四五六。", "乙一二三四五", "六七八九。", title="乙题", author=("王五",))
    values = measures(first, second)
    assert values["boundary_f1"] == 0.0
    assert values["sentences"] == pytest.approx(1 / 3)  # 甲一二三
    assert values["foreign"] == pytest.approx(4 / 18)
    assert values["whole"] == 0.0


def test_too_many_boundaries():
    values = measures(FIRST, stretch("乙一二三四五", title="乙题"), stretch("六七八九。"))
    assert values["boundary_f1"] == pytest.approx(2 / 3)  # one of two predicted, one of one in gold
    assert values["whole"] == 0.5
    assert values["sentences"] == pytest.approx(2 / 3)
    assert values["joins"] == 0.0
    assert values["foreign"] == 0.0


def test_lines_left_as_they_are_break_sentences():
    values = measures(FIRST, stretch("乙一二三四五", "六七八九。", title="乙题", author=("王五",)))
    assert values["whole"] == 1.0
    assert values["sentences"] == pytest.approx(2 / 3)
    assert values["joins"] == 0.0
    assert values["paragraphs"] == 1.0


def test_paragraphs_that_run_together():
    joined = stretch("甲一二三。\n甲四五六。").body.replace("\n", "")
    origin = tuple(offset for offset in FIRST.origin if offset >= 0)
    values = measures(OracleArticle("甲题", ("张三",), joined, origin), SECOND)
    assert values["paragraphs"] == 0.0
    assert values["joins"] == values["sentences"] == 1.0


def test_a_caption_in_the_text():
    values = measures(FIRST, stretch("乙一二三四五", "江边。李四 摄", "六七八九。", title="乙题", author=("王五",)))
    assert values["furniture"] == pytest.approx(5 / 23)
    assert values["foreign"] == 0.0
    assert values["captions"] == values["joins"] == 0.0


def test_unified_punctuation_and_spaces_do_not_matter():
    body = "甲 一二三.\n甲四五六"
    origin = (*FIRST.origin[:1], -1, *FIRST.origin[1:5], -1, *FIRST.origin[6:10])
    values = measures(OracleArticle("《甲 题》", ("张 三",), body, origin), SECOND)
    assert values == measures(FIRST, SECOND)


def test_text_that_stands_twice():
    values = measures(FIRST, SECOND, stretch("六七八九。"))
    assert values["repeated"] == pytest.approx(4 / 22)
    assert values["whole"] == 1.0


def test_a_headline_that_the_page_does_not_have():
    record = RECORDS[0] | {"title": []}
    gold = parse_gold([record, RECORDS[1]], PAGE)
    for title, share in (("", 1.0), ("甲一二三", 1.0), ("乙题", 0.5)):
        first = OracleArticle(title, FIRST.author, FIRST.body, FIRST.origin)
        assert evaluate([(PAGE, gold)], lambda _, first=first: [first, SECOND])["title"] == share


def test_other_readings_of_a_headline():
    record = RECORDS[0] | {"title": [[0, 0, 2], [1, 0, 2]], "byline": [], "names": [], "other_titles": [[[0, 0, 2]]]}
    gold = parse_gold([record, RECORDS[1]], PAGE)
    for title, share in (("甲题 张三", 1.0), ("甲题", 1.0), ("张三", 0.5)):
        first = OracleArticle(title, (), FIRST.body, FIRST.origin)
        assert evaluate([(PAGE, gold)], lambda _, first=first: [first, SECOND])["title"] == share


def test_an_article_without_text_is_found_by_its_headline():
    record = RECORDS[0] | {"key": "图", "title": [[6, 0, 2]], "byline": [], "names": [], "body": []}
    gold = parse_gold([*RECORDS[:1], RECORDS[1] | {"captions": []}, record], PAGE)
    picture = OracleArticle("江边", (), "", ())
    assert evaluate([(PAGE, gold)], lambda _: [picture, FIRST, SECOND])["title"] == 1.0


def test_a_gap_is_not_judged():
    record = RECORDS[1] | {"joins": [], "gaps": [[5, 7]]}
    gold = parse_gold([RECORDS[0], record], PAGE)
    for second in (SECOND, stretch("乙一二三四五", "六七八九。", title="乙题", author=("王五",))):
        values = evaluate([(PAGE, gold)], lambda _, second=second: [FIRST, second])
        assert values["sentences"] == values["paragraphs"] == values["joins"] == 1.0


def test_faults_say_where():
    faults = score_page(PAGE, GOLD, [FIRST, stretch("乙一二三四五", "六七八九。", title="丙题")]).faults
    assert faults == (
        "乙题: headline '丙题'",
        "乙题: byline missing, not 王五",
        "乙题: sentence '乙一二三四五六七八九。'",
        "乙题: line 5 is not joined to 7",
        "乙题: caption '江边。李四 摄'",
    )


@pytest.mark.parametrize(
    ("gold", "predicted", "value"),
    [
        ("aaaabbbb", "aaaabbbb", 0.0),
        ("aaaabbbb", "xxxxyyyy", 0.0),  # only the places of boundaries count
        # k = 2; windows (0,2) … (5,7): in gold those that hold the boundary 3|4 are 2 and 3
        ("aaaabbbb", "aaaaaaaa", 2 / 6),
        ("aaaabbbb", "aaabbbbb", 2 / 6),  # 2|3 is held by 1 and 2: windows 1 and 3 differ
        ("aaaabbbb", "aabbaabb", 4 / 6),  # 1|2, 3|4, 5|6: windows 0, 1, 4 and 5 have one too many
        ("aaaa", "aaaa", 0.0),
        ("a", "a", 0.0),
        ("", "", 0.0),
    ],
)
def test_window_diff(gold, predicted, value):
    assert window_diff(list(map(ord, gold)), list(map(ord, predicted))) == pytest.approx(value)


def test_window_diff_wants_equal_lengths():
    with pytest.raises(ValueError, match="2 gold labels for 3"):
        window_diff([1, 1], [1, 1, 1])


def test_titles_and_names_are_compared_plain():
    assert plain("「Ｗｅｎ　报」 ２０26—— 增长5.1%！") == "Wen报2026增长51%"


def test_malformed_predictions_are_refused():
    with pytest.raises(ValueError, match="1 entries for a body of 2"):
        measures(OracleArticle("", (), "甲乙", (0,)))
    with pytest.raises(ValueError, match="offset 900 on a page of"):
        measures(OracleArticle("", (), "甲", (900,)))


def test_gold_outside_the_page_is_refused():
    with pytest.raises(ValueError, match=r"\[0, 0, 9\] of '甲题'"):
        parse_gold([RECORDS[0] | {"title": [[0, 0, 9]]}], PAGE)


def test_counts_add_up_over_pages():
    both = evaluate([(PAGE, GOLD), (PAGE, GOLD)], lambda _: [FIRST, SECOND])
    assert (both["pages"], both["articles"], both["sentences"]) == (2, 4, 1.0)
    assert evaluate([], lambda _: [])["pages"] == 0


def test_table():
    groups = evaluate_groups({"s3_017": (PAGE, GOLD), "page": (PAGE, GOLD)}, lambda _: [FIRST, SECOND])
    assert list(groups) == ["page", "severity 3", "all"]
    rows = table(groups).split("\n")
    assert len(rows) == 5
    assert rows[0].startswith("| pages of | pages | articles | predicted | boundary f1 | window diff | whole |")
    assert rows[-1].startswith("| all | 2 | 4 | 4 | 1.000 | 0.000 | 1.000 |")
    assert group_of("000_cb07cf2cef7f6d4b") == "000_cb07cf2cef7f6d4b"


@needs_real_pages
def test_every_real_page_has_gold():
    assert {file.stem for file in REAL_PAGES.glob("*.txt")} == {file.stem for file in REAL_GOLD.glob("*.json")}


@needs_real_pages
def test_an_oracle_is_perfect_on_each_real_page():
    for name, page in real_pages().items():
        values = evaluate([page], read_with_gold([page]))
        assert {measure: values[measure] for measure in MEASURES} == dict.fromkeys(MEASURES, 1.0) | PERFECT, name


@needs_real_pages
def test_the_gold_of_the_real_pages_holds_every_character_once():
    for name, (text, gold) in real_pages().items():
        page = Page(text)
        wrong = [offset for offset, times in ownership(page, gold).items() if times != 1]
        assert not wrong, (name, [text[offset] for offset in wrong])


@needs_real_pages
def test_the_gold_of_the_real_pages_is_consistent():
    for text, gold in real_pages().values():
        page = Page(text)
        for article in gold:
            headline = plain(page.read(article.title)) if article.title else plain(gold_body(page, article)[0])
            assert plain(article.key) in headline
            byline = plain(page.read(article.byline))
            assert all(name in byline for name in article.names)
            lines = [part[0] for part in article.parts]
            neighbours = set(pairwise(lines))
            blocks = [span[0] for span in (*article.headings, *article.captions)]
            neighbours |= set(pairwise(blocks))
            assert article.joins | article.gaps <= neighbours
            assert not article.joins & article.gaps


def test_the_gold_of_the_real_pages_copies_no_sentence():
    for file in REAL_GOLD.glob("*.json"):
        for record in json.loads(file.read_text(encoding="utf-8")):
            texts = [record["key"], *record["names"]]
            assert all(len(text) <= 10 for text in texts)
            rest = json.dumps({name: record[name] for name in record if name not in {"key", "names"}})
            assert rest.isascii()


def test_main_prints_faults_and_the_table(tmp_path, capsys, monkeypatch):
    import retrieval.page.evaluation as module

    (tmp_path / "page.txt").write_text(PAGE, encoding="utf-8")
    (tmp_path / "page.json").write_text(json.dumps(RECORDS), encoding="utf-8")
    reader = type("Reader", (), {"read_page": staticmethod(lambda _: [FIRST])})
    monkeypatch.setattr(module, "import_module", lambda _: reader)
    assert main([str(tmp_path), str(tmp_path), "--faults"]) == 0
    output = capsys.readouterr().out
    assert "page\t乙题: not recovered whole\n" in output
    assert "| page | 1 | 2 | 1 |" in output
