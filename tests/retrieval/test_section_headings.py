"""Section headings: known by their form, and counted for every passage that stands under them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from archives import ENCODER, SEEDS, encode_all, make_article, put

from retrieval.archive import Archive
from retrieval.articles import articles_of
from retrieval.formats import RawDocument, read_documents
from retrieval.search import Searcher
from retrieval.section_headings import headings_over, sections_of
from retrieval.terms import terms

TEXT = "施工队每天清晨开工，傍晚收工，沿线居民出行不受影响。"  # about 25 characters
BODY = f"澄江大桥维修昨日开始。\n经费来源\n{TEXT * 14}\n{TEXT * 14}\n工期安排\n{TEXT * 14}"


def found(body: str) -> list[str]:
    return [one.heading for one in sections_of(body)]


def test_a_section_goes_from_its_heading_to_the_next() -> None:
    sections = sections_of(BODY)
    assert [one.heading for one in sections] == ["经费来源", "工期安排"]
    assert [BODY[one.start : one.end].split("\n", maxsplit=1)[0] for one in sections] == ["经费来源", "工期安排"]
    assert sections[0].end == sections[1].start
    assert sections[-1].end == len(BODY)
    at = BODY.index("工期安排")
    assert headings_over(sections, 0, 5) == ""
    assert headings_over(sections, 40, 60) == "经费来源"
    assert headings_over(sections, at, len(BODY)) == "工期安排"
    assert headings_over(sections, at - 5, at + 40) == "经费来源\n工期安排"


@pytest.mark.parametrize(
    "heading", ["送别", "为什么改到晚上", "怎么报名？", "从“单打”到“成群”", "产业振兴 产业正“新”", "第二章  Rules"]
)
@pytest.mark.parametrize("between", ["\n", "\n\n", "\n\u3000\u3000"])
def test_what_a_heading_looks_like(heading: str, between: str) -> None:
    assert found(f"{TEXT}{between}{heading}{between}{TEXT}") == [heading]


def test_a_chapters_and_a_sections_heading_in_a_row() -> None:
    assert found(f"{TEXT}\n工程进展\n桥面铺装\n{TEXT}") == ["工程进展\n桥面铺装"]


@pytest.mark.parametrize(
    "lines",
    [
        "本报记者 王小明",
        "湘原日报记者 杨汀 2024-10-05 07:30 来源：湘原日报",
        "湘原日报　2024年9月29日　杨汀 向东来",
        "大桥维修现场。资料图片",
        "市民：什么时候通车？",
        "“什么时候通车？”",
        "春眠不觉晓，",
        "路线\t首班\t末班",
        "澄江站\n梅江站\n云湖站",
        "2025",
        "https://example.com/bridge",
    ],
)
def test_what_is_no_heading(lines: str) -> None:
    assert found(f"{TEXT}\n{lines}\n{TEXT}") == []


@pytest.mark.parametrize("body", ["", "\n", TEXT, f"{TEXT}\n经费来源", f"{TEXT}\n经费来源\n\n", "经费来源\n工期安排"])
def test_without_text_below_there_is_no_section(body: str) -> None:
    assert found(body) == []


def test_headings_of_the_sample_archive() -> None:
    """Those that its Markdown marks with ##, and nothing else in its files."""
    for path in sorted((SEEDS / "markdown").glob("*.md")):
        marked = [line.lstrip("# ") for line in path.read_text("utf-8").splitlines() if line.startswith("##")]
        (document,) = [one for one in read_documents(path) if isinstance(one, RawDocument)]
        (article,) = articles_of(document)
        assert found(article.body) == marked, path.name
    for path in sorted((SEEDS / "html").glob("*.html")):
        (document,) = [one for one in read_documents(path) if isinstance(one, RawDocument)]
        assert [heading for one in articles_of(document) for heading in found(one.body)] == [], path.name


def filled(archive: Archive) -> None:
    others = [make_article(f"b{n}", "澄江大桥维修", f"第{n}次通报。{TEXT * 14}") for n in range(20)]
    for article in [*others[:10], make_article("a", "澄江大桥维修", BODY), *others[10:]]:
        put(archive.store, article)
    encode_all(archive.store)


def under(archive: Archive, heading: str) -> list[int]:
    return [one.passage.passage_id for one in archive.store.index_entries() if heading in one.headings.split("\n")]


def test_a_passage_is_found_by_a_word_of_its_heading_alone(archive: Archive) -> None:
    filled(archive)
    archive.refresh_lexical()
    wanted = under(archive, "经费来源")
    without = [one for one in wanted if "经费" not in archive.store.entries_of([one])[one].passage.text]
    assert without, "every passage holds the word itself: the test shows nothing"
    assert sorted(one for one, _ in archive.lexical.reading().search(terms("经费"), 100)) == sorted(wanted)
    # Beside words that all texts have, it ranks them above those that have neither the word nor the heading.
    first = [one for one, _ in archive.lexical.reading().search(terms("施工队清晨开工的经费"), len(wanted))]
    assert sorted(first) == sorted(wanted)
    hits = Searcher(archive, ENCODER).search("施工队清晨开工的经费", limit=10).hits
    assert {hit.passage.passage_id for hit in hits[: len(wanted)]} == set(wanted)


def test_the_word_counts_for_less_than_in_the_text(archive: Archive) -> None:
    put(archive.store, make_article("under", "", f"开头一句。\n经费来源\n{TEXT * 12}\n{TEXT * 12}"))
    put(archive.store, make_article("within", "", f"开头一句。{TEXT * 12}经费由市财政承担。"))
    archive.refresh_lexical()
    scores = dict(archive.lexical.reading().search(terms("经费"), 10))
    entries = archive.store.entries_of(list(scores))
    by_heading = [scores[one] for one, entry in entries.items() if "经费" not in entry.passage.text]
    by_text = [scores[one] for one, entry in entries.items() if entry.passage.article_id == "within"]
    assert by_heading
    assert by_text
    assert 0 < max(by_heading) < min(by_text)


def test_an_index_of_an_earlier_layout_is_made_anew(tmp_path: Path) -> None:
    archive = Archive(tmp_path, create=True)
    filled(archive)
    archive.refresh_lexical()
    archive.close()
    state = tmp_path / "cache" / "lexical" / "wenbao-state.json"
    content = json.loads(state.read_bytes())
    content["state"]["layout"] -= 1
    state.write_text(json.dumps(content), "utf-8")
    again = Archive(tmp_path)
    assert not again.lexical.is_usable
    again.refresh_lexical()
    assert again.lexical.is_current(again.store)
    assert sorted(one for one, _ in again.lexical.reading().search(terms("经费"), 100)) == sorted(
        under(again, "经费来源")
    )
    again.close()
