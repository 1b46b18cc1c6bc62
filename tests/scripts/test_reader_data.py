from __future__ import annotations

import gzip
import itertools
import json
import random
from pathlib import Path

import pytest

from retrieval.whole_spans import whole_span
from scripts.hard_negatives import PassageFinder, wrong_specific
from scripts.reader_data import LONGEST, Reading, crop, load_readings, locate, windows, without_answer

HARBOUR = "平湖港建於1987年，位於平湖市東南，距市區12公里。1995年擴建後有泊位9個，年吞吐量約300萬噸，工人共620人。"
SCHOOL = "青山學堂由林文遠創辦於1911年，最初只有學生30名。1926年學堂遷到江北，改名青山中學，第一任校長是周德。"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    articles = [
        {"id": "a", "title": "平湖港", "body": HARBOUR, "split": "train"},
        {"id": "b", "title": "青山學堂", "body": SCHOOL, "split": "train"},
        {"id": "c", "title": "验证", "body": "验证用的文章写于2001年。", "split": "dev"},
    ]
    asked = [
        ("drcd-1", "平湖港建於哪一年？", ["1987年"], "a", "train"),
        ("drcd-2", "平湖港有多少工人？", ["620"], "a", "train"),
        ("drcd-3", "1911年青山學堂由誰創辦？", ["林文遠"], "b", "train"),
        ("squad2-1", "青山中学的第二任校长是谁？", [], "b", "train"),
        ("squad2-2", "青山学堂迁到哪里？", ["江北"], "b", "train"),
        ("jaquad-1", "いつですか", ["1987"], "a", "train"),
        ("cmrc-1", "验证用的文章写于哪一年？", ["2001年"], "c", "dev"),
    ]
    questions = [
        {"id": i, "question": q, "answers": a, "article": t, "split": s, "answerable": bool(a)}
        for i, q, a, t, s in asked
    ]
    for name, rows in (("articles", articles), ("questions", questions)):
        with gzip.open(tmp_path / f"reading.{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return tmp_path


def test_windows_never_show_the_validation_questions(folder: Path) -> None:
    readings = load_readings(folder, "train")
    seen = list(itertools.islice(windows(readings, seed=1), 200))
    assert {reading.source for reading in readings} == {"drcd", "squad2"}
    assert not any("验证" in window.question + window.text for window in seen)
    assert [reading.source for reading in load_readings(folder, "dev")] == ["cmrc"]


def test_windows_are_simplified_and_their_spans_are_the_answers(folder: Path) -> None:
    seen = list(itertools.islice(windows(load_readings(folder, "train"), seed=1), 200))
    answers = {window.text[window.start : window.end] for window in seen if window.start >= 0}
    assert answers == {"1987年", "620人", "林文远", "江北"}
    assert all((window.start < 0) == (window.kind not in ("drcd", "translated")) for window in seen)
    assert {*("drcd", "similar", "own", "wrong specific", "translated", "translated unanswerable")} == {
        w.kind for w in seen
    }


def test_a_negative_never_holds_an_answer_to_its_question(folder: Path) -> None:
    answers = {r.question: r.answers for r in load_readings(folder, "train")}
    for window in itertools.islice(windows(load_readings(folder, "train"), seed=3), 300):
        if window.kind in ("similar", "own"):
            assert not any(answer in window.text for answer in answers[window.question]), window


def test_windows_are_the_same_for_the_same_seed(folder: Path) -> None:
    readings = load_readings(folder, "train")
    first, again, other = (list(itertools.islice(windows(readings, seed), 50)) for seed in (5, 5, 6))
    assert first == again != other


def test_without_answerable_questions_there_are_no_windows() -> None:
    with pytest.raises(ValueError, match="no DRCD question"):
        next(windows([Reading("问", "文", "", ("不在",), "drcd")], 0))


@pytest.mark.parametrize(
    ("text", "answer", "whole"),
    [
        ("工人共620人。", "620", "620人"),
        ("排名列第3，", "3", "第3"),
        ("近300万吨煤", "300", "近300万吨"),
        ("招收30余名学生", "30", "30余名"),
        ("500人以上的企业", "500", "500人以上"),
        ("全长约12公里。", "12公里", "12公里"),
        ("生于1911年", "1911", "1911年"),
        ("精通3国语言", "3", "3"),
        ("林文远创办", "林文远", "林文远"),
        ("增长4.5%。", "4.5", "4.5%"),
    ],
)
def test_a_bare_number_takes_its_unit_and_qualifier(text: str, answer: str, whole: str) -> None:
    at = text.index(answer)
    assert text[slice(*whole_span(text, at, at + len(answer)))] == whole


def test_the_answer_is_sought_where_the_question_is_spoken_of() -> None:
    text = "甲队有5人参加长跑。" + "乙队的情况在下面介绍。" * 8 + "丙队有5人参加射击比赛。"
    found = locate(Reading("丙队有几人参加射击比赛？", text, "", ("5人",), "drcd"))
    assert found == (text.rindex("5人"), text.rindex("5人") + 2)


def test_a_crop_is_a_piece_of_the_text_with_the_span_in_it() -> None:
    text = "".join(f"第{n}句说的是一件小事，没有什么要紧。" for n in range(60))
    random_ = random.Random(0)
    for _ in range(300):
        start = random_.randrange(len(text) - 30)
        end = start + random_.randint(1, 30)
        piece, offset = crop(text, start, end, random_)
        assert text[offset : offset + len(piece)] == piece
        assert offset <= start
        assert end <= offset + len(piece)
        assert len(piece) <= LONGEST


def test_a_wrong_specific_is_one_that_the_text_does_not_name() -> None:
    text = "1987年平湖港在浙江开工，1988年完成，第2期在1990年。"
    for seed in range(30):
        year = wrong_specific("1987年哪个港口开工？", text, "平湖港", random.Random(seed))
        assert year
        assert year[:4] not in ("1987", "1988", "1990")
        assert year[4:] == "年哪个港口开工？"
        place = wrong_specific("浙江的哪个港口？", text, "平湖港", random.Random(seed))
        assert place
        assert place.removesuffix("的哪个港口？") not in text
        subject = wrong_specific("平湖港何时开工？", text, "平湖港", random.Random(seed))
        assert subject
        assert "平湖港" not in subject
    assert wrong_specific("何时开工？", text, "平湖港", random.Random(0)) is None


def test_the_finder_puts_the_passage_of_the_same_words_first() -> None:
    finder = PassageFinder(["林文远创办学堂。", "港口工人很多。", "学堂的学生。"])
    assert finder.similar("谁创办学堂？", 2) == ["林文远创办学堂。", "学堂的学生。"]
    assert finder.similar("西瓜", 2) == []


def test_a_window_without_an_answer_speaks_of_what_is_asked() -> None:
    text = "青山学堂在江边。" * 40 + "校长周德生于1880年。" + "学堂有树。" * 40
    reading = Reading("校长周德毕业于哪所大学？", text, "", (), "squad2")
    for seed in range(20):
        window = without_answer(reading, random.Random(seed), "own")
        assert "校长周德生于" in window.text
        assert len(window.text) <= LONGEST
