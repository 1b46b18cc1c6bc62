"""What a follow-up can be answered with."""

from __future__ import annotations

from dataclasses import replace

from test_reading import FixedReader, composer, hit

from bot.conversation import Said, Standalone

BODY = "2024年，全县生产总值增速排第3，工业用电量增速排第1，工业投资增速排第4。全年抢修漏点700多处，减免费用30多万元。"
HITS = [hit(BODY)]
START = HITS[0].passage.start


def said(text: str) -> Said:
    at = START + BODY.index(text)
    return Said("a", at, at + len(text), text)


def best(question: Standalone, **read: float) -> str | None:
    found = composer(FixedReader(**read), refuse_below=0.0).compose(question, HITS, "zh")
    return found.short_answer


def test_what_was_answered_is_not_answered_again() -> None:
    asked = Standalone("全县去年抢修了多少处漏点？", said=(said("700多处"),), asked=("全县今年抢修了多少处漏点？",))
    assert best(asked, **{"700多处": 9.0, "30多万元": 1.0}) == "30多万元"
    assert best(replace(asked, said=()), **{"700多处": 9.0, "30多万元": 1.0}) == "700多处"
    assert best(asked, **{"抢修漏点700多处": 9.0, "30多万元": 1.0}) == "30多万元", "no other figure than that"
    sure = composer(FixedReader(**{"700多处": 9.0, "30多万元": 8.0}), refuse_below=0.0).compose(asked, HITS, "zh")
    unsure = composer(FixedReader(**{"700多处": 9.0, "30多万元": -9.0}), refuse_below=0.0).compose(asked, HITS, "zh")
    assert unsure.confidence < sure.confidence / 3, "the next best is much worse"
    other = replace(asked, said=(Said("another article", START, START + 10, "700多处"),))
    assert best(other, **{"700多处": 9.0, "30多万元": 1.0}) == "700多处"


def test_an_answer_that_was_wrong_before_may_be_right_now() -> None:
    asked = Standalone("2024年排第几？", said=(said("第3"),), asked=("2023年排第几？",), focus="2024年")
    assert best(asked, 第3=9.0, 第1=1.0) == "第3"
    assert best(replace(asked, text="2022年排第几？", focus="2022年"), 第3=9.0, 第1=1.0) == "第1"


def test_a_question_whether_it_is_so_may_be_about_what_was_answered() -> None:
    asked = Standalone("全县抢修了700多处漏点吗？", said=(said("700多处"),))
    assert composer(FixedReader(**{"700多处": 9.0}), refuse_below=0.0).compose(asked, HITS, "zh").citations


def test_nobody_asks_for_a_figure_that_the_questions_name() -> None:
    asked = Standalone("全县是哪一年修的？", said=(said("第3"),), asked=("2024年全县生产总值增速排第几？",))
    assert best(asked, **{"2024年": 9.0}) is None
    assert best(replace(asked, asked=("全县生产总值增速排第几？",)), **{"2024年": 9.0}) == "2024年"


def test_of_several_figures_the_one_of_what_was_switched_to() -> None:
    asked = Standalone("全县工业投资增速排第几？", said=(said("第3"),))
    read = {"第1": 4.0, "第4": 2.0, "第3": 9.0}
    assert best(asked, **read) == "第1"
    assert best(replace(asked, focus="工业投资"), **read) == "第4"
    assert best(replace(asked, focus="农业投资"), **read) == "第1", "of which nothing is said"
