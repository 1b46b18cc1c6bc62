"""The metrics, on values to check by hand, and the contract of `wenbao eval`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bot_samples import Ran

from bot.answer import Answer, Citation, Question
from bot.evaluation.match import contains, exact_match, f1, normalized
from bot.evaluation.page import render
from bot.evaluation.questions import EvalQuestion, QuestionFileError, read_questions
from bot.evaluation.run import evaluate, metrics


@pytest.mark.parametrize(
    ("answer", "golds", "exact", "overlap"),
    [
        ("5000人", ["5000人"], 1, 1),
        ("５０００人。", ["5000 人"], 1, 1),  # width, punctuation and spaces do not count
        ("臺灣大學", ["台湾大学"], 1, 1),  # nor do traditional forms
        ("IPhone", ["iphone"], 1, 1),
        ("35%", ["35％"], 1, 1),
        ("3.5亿", ["35亿"], 0, 2 * (1 / 4) * (1 / 2) / (1 / 4 + 1 / 2)),  # units 3 . 5 亿 against 35 亿: 亿 in common
        ("半程五千人", ["五千人"], 0, 2 * (3 / 5) * 1 / (3 / 5 + 1)),
        ("北京上海", ["上海北京"], 0, 0.5),  # the longest common substring, not subsequence: 2 of 4 and 2 of 4
        ("北京", ["上海", "北京市"], 0, 2 * 1 * (2 / 3) / (1 + 2 / 3)),  # the best of several
        ("abc def", ["abc"], 0, 0),  # a Latin word is one unit: "abcdef"
        ("", ["北京"], 0, 0),
        ("北京", [], 0, 0),
    ],
)
def test_exact_match_and_f1(answer: str, golds: list[str], exact: int, overlap: float) -> None:
    assert exact_match(answer, golds) == exact
    assert f1(answer, golds) == pytest.approx(overlap)


@pytest.mark.parametrize(
    ("text", "gold", "held"),
    [
        ("半程5000人，欢乐跑3000人。", "5000人", True),
        ("半程15000人。", "5000人", False),
        ("半程5000.5人。", "5000", False),
        ("占1.5%", "5%", False),
        ("占1.5%", "1.5％", True),
        ("三月五日，开幕", "三月五日开幕", True),
        ("什么都有", "", False),
        ("第4\n2026年一季度，增速第4位。", "第4", True),  # the short answer stands on a line of its own
        ("第42\n名次", "第4", False),
    ],
)
def test_contained_means_whole_numbers(text: str, gold: str, held: bool) -> None:
    assert contains(text, [gold]) is held


def test_normalized() -> None:
    assert normalized("　“３５％”！ A_b ") == "35百分号ab"
    assert normalized("３．５") == normalized("3.5") != normalized("35")
    assert normalized("3点5") != normalized("3.5")


def answered(text: str, *, short: str | None = None, cites: str = "", latency_ms: float = 1.0) -> Answer:
    citations = (Citation(cites, f"{cites}的标题", None, "", text, 0, len(text)),) if cites else ()
    return Answer("", text, False, 0.9, citations, short, latency_ms=latency_ms)


def refused(latency_ms: float = 1.0) -> Answer:
    return Answer("", "没有", True, 0.1, latency_ms=latency_ms)


def test_metrics_by_hand() -> None:
    pairs = [
        (EvalQuestion("一", ("5人",), article="a1"), answered("共5人。", short="5人", cites="a1", latency_ms=10)),
        (EvalQuestion("二", ("6人",), article="a2"), answered("共6人。", cites="a3", latency_ms=20)),
        (EvalQuestion("三", ("7人",), article="a3的标"), answered("共8人。", short="8人", cites="a3", latency_ms=30)),
        (EvalQuestion("四", ("9人",)), refused(40)),
        (EvalQuestion("五", ()), refused(50)),
        (EvalQuestion("六", ()), refused(60)),
        (EvalQuestion("七", ()), answered("瞎说", latency_ms=70)),
        (EvalQuestion("八"), answered("不计", latency_ms=1000)),
    ]
    found = metrics([one for one, _ in pairs], [two for _, two in pairs])
    assert found == {
        "questions": 8,
        "answerable": 4,
        "unanswerable": 3,
        "exact_match": 0.25,
        "f1": round(
            (1 + 2 * (2 / 3) * 1 / (2 / 3 + 1) + 0.5 + 0) / 4, 4
        ),  # 共6人 holds 6人; 8人 and 7人 share one of two
        "answer_contained": 0.5,
        "article_cited": round(2 / 3, 4),
        "answerable_refused": 0.25,
        "refusal_precision": round(2 / 3, 4),
        "refusal_recall": round(2 / 3, 4),
        "latency_p50_ms": 40,
        "latency_p95_ms": 1000,
    }


def test_metrics_over_nothing_are_none() -> None:
    found = metrics([EvalQuestion("一")], [answered("甲")])
    assert [name for name, value in found.items() if value is None] == [
        "exact_match", "f1", "answer_contained", "article_cited", "answerable_refused", "refusal_precision",
        "refusal_recall",
    ]  # fmt: skip


@pytest.mark.parametrize(("count", "p50", "p95"), [(1, 1, 1), (2, 1, 2), (20, 10, 19), (100, 50, 95)])
def test_percentiles_are_values_that_occurred(count: int, p50: float, p95: float) -> None:
    answers = [answered("甲", latency_ms=value) for value in range(count, 0, -1)]
    found = metrics([EvalQuestion("一")] * count, answers)
    assert (found["latency_p50_ms"], found["latency_p95_ms"]) == (p50, p95)


class Recorder:
    """Answers everything, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Question] = []

    def answer(self, question: Question) -> Answer:
        self.asked.append(question)
        return Answer(question.text, "好", False, 0.5)


def test_the_history_is_asked_first_in_order_in_one_conversation() -> None:
    recorder = Recorder()
    report = evaluate(recorder, [EvalQuestion("三？", history=("一？", "二？")), EvalQuestion("四？")])  # type: ignore[arg-type]
    assert [(one.text, one.history) for one in recorder.asked] == [
        ("一？", ()),
        ("二？", ("一？",)),
        ("三？", ("一？", "二？")),
        ("四？", ()),
    ]
    assert [one["answer"] for one in report["results"]] == ["好", "好"]


def test_further_keys_pass_through_and_ours_win(tmp_path: Path) -> None:
    file = tmp_path / "q.jsonl"
    line = {"id": "q1", "question": "一？", "kind": {"deep": [1]}, "evidence": "据", "answers": ["好"], "confidence": 9}
    file.write_text("\ufeff" + json.dumps(line, ensure_ascii=False) + "\r\n\n" + '{"question": "二\u2028？"}')
    result, second = evaluate(Recorder(), read_questions(file))["results"]  # type: ignore[arg-type]
    assert result.items() >= {"id": "q1", "kind": {"deep": [1]}, "evidence": "据", "answers": ["好"]}.items()
    assert (result["confidence"], result["correct"]) == (0.5, True)
    assert second["question"] == "二\u2028？"
    assert "correct" not in second


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "not a JSON object"),
        ("[" * 100_000, "not a JSON object"),
        ("[]", '"question" is missing'),
        ("{}", '"question" is missing'),
        ('{"question": 5}', '"question" is missing'),
        ('{"question": "　"}', '"question" is missing'),
        ('{"question": "%s"}' % ("长" * 1001), "more than 1000"),
        ('{"question": "一", "answers": "二"}', '"answers" must be a list'),
        ('{"question": "一", "answers": [2]}', '"answers" must be a list'),
        ('{"question": "一", "history": {}, "article": 5}', '"article" is not text'),
        ('{"question": "一", "history": [""]}', '"history" holds an empty'),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "q.jsonl"
    file.write_text('{"question": "一？"}\n' + line + "\n", "utf-8")
    with pytest.raises(QuestionFileError) as caught:
        read_questions(file)
    assert str(caught.value).startswith(f"{file}, line 2: ")
    assert said in str(caught.value)


def test_files_without_questions(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("\n \n")
    (tmp_path / "gbk.jsonl").write_bytes('{"question": "问题"}'.encode("gbk"))
    for name, said in (("empty.jsonl", "holds no question"), ("gbk.jsonl", "UTF-8"), ("no.jsonl", "No such file")):
        with pytest.raises(QuestionFileError, match=said):
            read_questions(tmp_path / name)


HOSTILE = "<script>alert(1)</script>&\"'<td>"


def test_the_page_escapes_hostile_text() -> None:
    result: dict[str, Any] = {
        "question": HOSTILE,
        "answers": [HOSTILE],
        "answer": HOSTILE,
        "correct": False,
        "confidence": 0.5,
        "citations": [{"title": HOSTILE}],
    }
    page = render({"metrics": {HOSTILE: 1, "f1": None}, "results": [result, result | {"answers": []}]})
    assert "<script" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#x27;&lt;td&gt;") == 8
    assert "(refusal)" in page


def test_the_command(run: Callable[..., Ran], filled: Path, tmp_path: Path) -> None:
    file = tmp_path / "q.jsonl"
    file.write_text(
        '{"id": "1", "question": "梅江二桥全长多少米？", "answers": ["1860米"], "article": "二桥"}\n'
        '{"id": "2", "question": "那总投资多少？\\ud800", "history": ["梅江二桥全长多少米？"],'
        ' "answers": ["7.3亿元"]}\n',
        "utf-8",
    )
    out, page = tmp_path / "o.json", tmp_path / "o.html"
    ran = run("eval", file, "--data", filled, "--json", out, "--html", page, "--refuse-below", 0)
    assert ran.code == 0, ran.err
    assert ran.err == ""
    report = json.loads(out.read_text("utf-8"))
    assert report["metrics"] == ran.json
    assert report["metrics"]["answer_contained"] == 1.0
    assert report["results"][1]["standalone"].startswith("梅江二桥总投资多少？")
    assert report["results"][0].keys() >= {"id", "question", "answers", "article", "answer", "citations", "correct"}
    assert "梅江二桥全长多少米？" in page.read_text("utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["here", "o.html", "o.json", "q.jsonl"]


def test_the_command_says_before_the_work_that_it_cannot_write(run: Callable[..., Ran], tmp_path: Path) -> None:
    file = tmp_path / "q.jsonl"
    file.write_text('{"question": "一？"}')
    for place in (tmp_path, tmp_path / "no" / "o.json"):
        ran = run("eval", file, "--json", place)
        assert ran.code == 2
        ran.says_once(str(place), "cannot be written")
    file.write_text('{"question": "一？"}\n{"questoin": 1}')
    ran = run("eval", file)
    assert ran.code == 2
    ran.says_once("line 2")
