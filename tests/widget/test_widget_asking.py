"""Asking in a real Chromium: streaming, citations, the article at its sentence, follow-ups, feedback, reloads."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from widget.widget_page import Widget
from widget.widget_server import BODY, CITED, PRINTED, REFUSED, Site

Open = Callable[..., Widget]


def test_an_answer_streams_in_and_every_number_leads_to_its_sentence(opened: Open, site: Site) -> None:
    chat = opened("?lang=zh")
    chat.ask_and_wait("京沪铁路什么时候提速？")
    assert site.scripted.asked == [
        {"question": "京沪铁路什么时候提速？", "history": [], "language": "zh", "filters": {}}
    ]
    assert chat.texts(".question") == ["京沪铁路什么时候提速？"]
    assert chat.texts(".answer a.chip") == ["1", "2"]
    assert "见[9]。" in chat.find(".answer").inner_text(), "a number without a source stays as written"
    assert chat.texts(".answer strong") == ["6月1日"]
    assert chat.texts(".sources blockquote") == [CITED[1]["quote"]], "the first stands in the answer already"
    assert "1998年3月5日 · 人民日报" in chat.texts(".sources li")[0]
    with chat.page.context.expect_page() as opening:
        chat.find(".answer a.chip").nth(1).click()
    article = opening.value
    mark = article.locator("#quote")
    chat.expect(mark).to_have_text(CITED[1]["quote"])
    query = parse_qs(urlsplit(article.url).query)
    assert (query["article_id"], query["lang"]) == (["铁路/1"], ["zh"])
    assert (int(query["start"][0]), int(query["end"][0])) == (CITED[1]["start"], CITED[1]["end"])
    chat.until("scrollY > 0", article)
    chat.expect(mark).to_be_in_viewport(ratio=1)
    assert article.evaluate("window.opener") is None


def test_the_answer_is_seen_before_it_is_whole_and_can_be_stopped(opened: Open, site: Site) -> None:
    chat = opened()
    chat.ask("慢慢说")
    chat.expect(".answer").to_contain_text("第3句")
    chat.expect(".action:not(.stop)").to_be_hidden()
    chat.find(".action.stop").click()
    chat.expect(".note").to_have_text("已停止。")
    chat.expect(".answer").to_contain_text("第3句")
    chat.expect("#box").to_be_focused()
    assert site.scripted.abandoned.wait(60), "the server learns that nobody listens any more"


def test_a_screen_reader_hears_whole_sentences_once(opened: Open) -> None:
    chat = opened()
    chat.ask("慢慢说")
    chat.expect(".answer").to_contain_text("第9句")
    chat.find(".action.stop").click()
    chat.expect(".note").to_have_text("已停止。")
    first, *sentences, last = chat.heard()
    assert (first, last) == ("正在检索", "已停止。")
    assert sentences == [f"第{number}句话说得很慢。" for number in range(len(sentences))]
    assert len(sentences) > 8
    chat.ask_and_wait("提速？")
    assert chat.heard()[1:] == [
        "京沪铁路将于6月1日全线提速。", "提速以后，北京到上海只要十四个小时。", "见。", "回答完毕，出处 2 条。",
    ]  # fmt: skip
    assert chat.find("[role=log]").get_attribute("aria-live") == "polite"


def test_a_number_that_the_newspaper_printed_is_no_citation(opened: Open) -> None:
    chat = opened()
    chat.ask_and_wait("印着什么？")
    assert chat.texts(".answer a.chip") == ["1", "2"]
    assert chat.find(".answer").inner_text().startswith("据统计[2]，票价暂时不变。")
    target = chat.find(".answer a.chip").first.get_attribute("href")
    assert f"start={BODY.index(PRINTED['quote'])}" in target
    assert chat.heard()[1] == "据统计[2]，票价暂时不变。"


def test_a_number_shows_its_quote_on_focus_and_on_hover(opened: Open) -> None:
    chat = opened("demo-host")
    chat.open()
    chat.ask_and_wait("提速？")
    chat.find(".scroller").focus()
    chat.page.keyboard.press("Tab")
    for expected in (CITED[0]["quote"], "京沪铁路六月提速", "1998年3月5日"):
        chat.expect(".peek").to_contain_text(expected)
    chat.expect("a.chip >> nth=0").to_have_attribute("aria-describedby", "peek")
    chat.page.keyboard.press("Escape")
    chat.expect(".peek").to_be_hidden()
    chat.expect(".panel").to_be_visible()  # Escape hides the quote first, then the panel
    chat.find("a.chip").nth(1).hover()
    chat.expect(".peek").to_contain_text(CITED[1]["quote"])
    chat.find(".peek").hover()
    chat.page.wait_for_timeout(300)  # longer than the quote lingers
    chat.expect(".peek").to_be_visible()  # the pointer may rest on the quote
    chat.page.mouse.move(5, 5)
    chat.expect(".peek").to_be_hidden()


def test_a_refusal_is_calm_and_offers_what_is_near(opened: Open) -> None:
    chat = opened()
    chat.ask_and_wait("火星移民什么时候开始？")
    assert chat.find(".refusal .answer").inner_text() == REFUSED["answer"]
    assert chat.texts(".refusal .title") == ["上海地铁二号线试运行", "（无题）"]
    assert re.search(r"/article\?article_id=b1&lang=zh$", chat.find(".refusal .title").first.get_attribute("href"))
    assert "1999年9月" in chat.find(".refusal").inner_text()
    assert not chat.find(".problem").count()


def test_follow_ups_carry_the_last_six_questions(opened: Open, site: Site) -> None:
    chat = opened()
    for number in range(8):
        chat.ask_and_wait(f"问题{number}")
    assert site.scripted.asked[-1]["history"] == [f"问题{number}" for number in range(1, 7)]


def test_feedback_is_sent_with_question_and_answer_and_may_be_taken_back(opened: Open, site: Site) -> None:
    chat = opened()
    chat.ask_and_wait("提速？")
    chat.find(".rate").first.click()
    chat.expect(".feedback .note").to_have_text("谢谢您的反馈。")
    chat.find(".rate").nth(1).click()
    chat.find(".comment input").fill("日期不对")
    chat.find(".comment input").press("Enter")
    chat.expect(".feedback .note").to_have_text("谢谢您的反馈。")
    first, second, third = site.scripted.votes
    assert (first["answer_id"], first["vote"], first["question"]) == ("00112233aabbccdd", "up", "提速？")
    assert first["answer"].startswith("京沪铁路")
    assert (second["vote"], "comment" in second) == ("down", False)
    assert (third["vote"], third["comment"]) == ("down", "日期不对")
    chat.page.reload()
    chat.expect(".rate[aria-pressed=true]").to_have_count(1)
    chat.find(".rate").first.click()
    chat.expect(".rate >> nth=0").to_have_attribute("aria-pressed", "true")
    chat.find(".rate").first.click()
    chat.expect(".rate[aria-pressed=true]").to_have_count(0)
    assert [vote["vote"] for vote in site.scripted.votes[3:]] == ["up", "none"]


def test_votes_arrive_in_the_order_they_were_given(opened: Open, site: Site) -> None:
    chat = opened()
    chat.ask_and_wait("提速？")
    waiting: list[Any] = []

    def hold(route: Any) -> None:
        waiting.append(route)

    chat.page.route("**/v1/feedback", hold, times=1)
    chat.find(".rate").first.click()
    chat.find(".rate").nth(1).click()
    chat.eventually(lambda: waiting)
    waiting[0].continue_()
    chat.find(".comment input").wait_for()
    assert [vote["vote"] for vote in site.scripted.votes] == ["up", "down"]


def test_feedback_that_does_not_arrive_is_said(opened: Open, site: Site) -> None:
    chat = opened()
    chat.expected_log = ("500",)
    site.scripted.feedback_status = 500
    chat.ask_and_wait("提速？")
    chat.find(".rate").first.click()
    chat.expect(".feedback .note").to_contain_text("反馈没有送到")
    chat.expect(".rate[aria-pressed=true]").to_have_count(0)


def test_a_reload_keeps_the_conversation_and_a_new_one_forgets_it(opened: Open, site: Site) -> None:
    chat = opened("demo-host")
    chat.open()
    chat.ask_and_wait("提速？")
    chat.ask_and_wait("火星呢？")
    shown = chat.find(".turns").inner_text()
    chat.page.reload()
    chat.expect(".panel").to_be_visible()  # the panel stays open
    chat.expect(".turn").to_have_count(2)
    assert chat.find(".turns").inner_text() == shown
    chat.ask_and_wait("然后呢？")
    assert site.scripted.asked[-1]["history"] == ["提速？", "火星呢？"]
    chat.find(".tool").first.click()
    chat.expect(".turn").to_have_count(0)
    chat.expect(".welcome").to_be_visible()
    chat.ask_and_wait("从头问")
    assert site.scripted.asked[-1]["history"] == []


def test_a_reload_while_answering_leaves_the_question(opened: Open) -> None:
    chat = opened()
    chat.ask("慢慢说")
    chat.expect(".answer").to_contain_text("第1句")
    chat.page.reload()
    chat.expect(".question").to_have_text("慢慢说")
    chat.expect(".note").to_have_text("已停止。")
    chat.expect(".action:not(.stop)").to_be_visible()


@pytest.mark.parametrize("kept", ["{", "[1, null, {}]", '[{"question": "问", "state": "done"}]', '{"a": 1}'])
def test_a_damaged_memory_harms_nothing(opened: Open, kept: str) -> None:
    chat = opened()
    chat.ask_and_wait("提速？")
    key = chat.run("Object.keys(sessionStorage).find(key => key.endsWith(' home'))")
    chat.run("([key, kept]) => sessionStorage.setItem(key, kept)", [key, kept])
    chat.page.reload()
    chat.ask_and_wait("又提速？")
    assert chat.texts(".turn:last-child .answer a.chip") == ["1", "2"]


def test_suggestions_are_asked_by_a_click(opened: Open, site: Site) -> None:
    chat = opened()
    chat.expect(".suggestion").to_have_text(["京沪铁路什么时候提速？", "票价会变吗？"])
    chat.find(".suggestion").nth(1).click()
    chat.expect(".answer a.chip").to_have_count(2)
    chat.expect(".question").to_have_text("票价会变吗？")
    chat.expect(".welcome").to_be_hidden()


def test_without_suggestions_the_widget_is_quiet(opened: Open, site: Site) -> None:
    site.scripted.suggestions = None
    chat = opened(None)
    with chat.page.expect_response("**/v1/suggestions?**") as answered:
        chat.page.goto(chat.site.address)
    answered.value.finished()
    chat.expect(".lead").to_be_visible()
    chat.expect(".suggestion").to_have_count(0)


def test_enter_sends_but_not_while_a_word_is_being_composed(opened: Open, site: Site) -> None:
    chat = opened()
    chat.expect(".action:not(.stop)").to_be_disabled()
    box = chat.find("#box")
    box.focus()
    chat.page.keyboard.type("第一行")
    chat.page.keyboard.press("Shift+Enter")
    chat.page.keyboard.type("tisu")
    for more in ({"isComposing": True}, {"keyCode": 229}):
        box.dispatch_event("keydown", {"key": "Enter", "bubbles": True, "cancelable": True} | more)
    assert not chat.find(".turn").count()
    box.press("Enter")
    chat.expect(".answer a.chip").to_have_count(2)
    assert [asked["question"] for asked in site.scripted.asked] == ["第一行\ntisu"]
    chat.expect("#box").to_have_value("")


def test_a_reader_who_scrolled_up_is_not_pulled_down(opened: Open) -> None:
    chat = opened()
    chat.ask_and_wait("说长一点")
    assert chat.find(".question").bounding_box()["y"] > 0, "the question stays in view"
    chat.ask("慢慢说")
    chat.expect(".turns").to_contain_text("第9句")
    top = "document.querySelector('wenbao-chat').shadowRoot.querySelector('.scroller').scrollTop"
    before = chat.run(top)
    assert before > 500, "a new question comes into view"
    chat.find(".scroller").hover()
    chat.page.mouse.wheel(0, -700)
    chat.until(f"{top} < {before} - 300")
    seen = chat.run(top)
    sentences = chat.find(".turns").inner_text().count("很慢。")
    chat.eventually(lambda: chat.find(".turns").inner_text().count("很慢。") > sentences + 9)
    assert chat.run(top) <= seen
    chat.find(".action.stop").click()
    chat.expect(".note").to_have_text("已停止。")
    assert chat.run(top) <= seen
