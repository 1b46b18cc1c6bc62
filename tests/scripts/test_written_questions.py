from __future__ import annotations

import gzip
import itertools
import json
from pathlib import Path

import pytest

from scripts.reader_data import Reading, windows
from scripts.written_questions import KEPT, Written, load_written, parse

BODY = "正文：东河 镇\n修路12公里，西河镇修路8公里。东河镇修路花了3个月。"
TEXT = """@ 7
H 东河镇修路
A 西河镇修了多长的路？ ||| 8公里
A 东河镇第二次说到时花了多久？ ||| 东河镇 ||| 2
A 不在文中的？ ||| 9公里
N 东河镇修路花了多少钱？
@ 8
A 没有这一段？ ||| 8公里
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with gzip.open(tmp_path / "news.articles.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(json.dumps({"id": "news-1", "body": BODY}, ensure_ascii=False) + "\n")
    passages = {"7": {"id": "news-1", "text": "东河镇修路12公里，西河镇修路8公里。东河镇修路花了3个月。"}}
    blocks = list(parse(TEXT, passages, {"news-1": BODY}))
    text = "".join(json.dumps(block, ensure_ascii=False) + "\n" for block in blocks)
    (tmp_path / "kept.jsonl").write_text(text, "utf-8")
    return tmp_path


def test_questions_are_found_again_in_their_article(folder: Path) -> None:
    first, second, near_miss = load_written(folder, folder / "kept.jsonl")
    assert (first.text[first.start : first.end], first.title) == ("8公里", "东河镇修路")
    assert second.start == first.text.rindex("东河镇") > 0
    assert (near_miss.start, near_miss.question) == (-1, "东河镇修路花了多少钱？")
    assert not any(character.isspace() for character in first.text)


def test_without_news_there_are_none(tmp_path: Path, folder: Path) -> None:
    assert load_written(tmp_path / "nothing", folder / "kept.jsonl") == []
    assert load_written(folder, folder / "missing.jsonl") == []


def test_they_are_asked_under_their_headline_with_the_answer_in_place(folder: Path) -> None:
    written = load_written(folder, folder / "kept.jsonl")
    readings = [Reading("甲在哪里？", "甲在山上，乙在河边，丙在城里。" * 5, "", ("山上",), "drcd")]
    seen = [w for w in itertools.islice(windows(readings, 4, written=written), 300) if w.kind.startswith("written")]
    answers = {window.text[window.start : window.end] for window in seen if window.kind == "written"}
    assert answers == {"8公里", "东河镇"}
    assert all(window.start == -1 for window in seen if window.kind == "written unanswerable")
    assert any(window.text.startswith("东河镇修路\n") for window in seen)


def test_the_kept_questions_are_whole() -> None:
    blocks = [json.loads(line) for line in KEPT.read_text("utf-8").splitlines()]
    asked = [one for block in blocks for one in block["asked"]]
    assert len(blocks) > 1000
    assert all(question.strip() and (not span or 0 <= span[0] < span[1]) for question, *span in asked)
    assert Written("问", "文", "题", 0, 1).text == "文"
