"""In a private chat, through the library's real networking, against the strict server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from answering import Scripted, short
from bot_api import BOT, ApiError
from bot_api_text import under
from people import World, buttons, labels

from bot.answer import Answer, ArticleReference

Play = Callable[..., Any]


def test_a_question_gets_its_answer_with_sources(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna = world.person()
        answer = await anna.ask("梅江二桥全长多少米？")
        assert "1860米" in answer["text"]
        assert "《梅江二桥通车》 湘原晚报 · 2024-12-02" in answer["text"]
        assert under(answer, "bold") == ["来源"]
        assert {"📄 1", "👍", "👎"} <= set(labels(answer))
        assert world.api.actions[0] == (42, "typing")
        methods = [method for method, _ in world.api.calls]
        assert methods.index("sendChatAction") < methods.index("sendMessage")
        assert methods.count("sendMessage") == 1

    play(scenario)


QUOTED = "大桥全长1860米，双向六车道，总投资7.3亿元。 [1]"


@pytest.mark.parametrize(
    ("caution", "own_line", "length", "shown"),
    [
        ("", True, "normal", f"1860米\n\n{QUOTED}"),
        ("", False, "normal", QUOTED),
        ("", True, "short", "1860米"),
        ("不十分确定，请核对原文：", True, "normal", f"不十分确定，请核对原文：1860米\n\n{QUOTED}"),
        ("不十分确定，请核对原文：", False, "normal", f"不十分确定，请核对原文：{QUOTED}"),
        ("不十分确定，请核对原文：", True, "short", "不十分确定，请核对原文：1860米"),
        ("不十分确定，请核对原文：", False, "short", "不十分确定，请核对原文：1860米"),
    ],
)
def test_the_short_answer_is_bold_and_said_once(
    play: Play, caution: str, own_line: bool, length: str, shown: str
) -> None:
    async def scenario(world: World) -> None:
        anna = world.person()
        anna.press(await anna.ask("/settings"), "", data=f"set:length:{length}")
        await world.settle()
        answer = await anna.ask("梅江二桥多长？")
        assert answer["text"] == f"{shown}\n\n来源\n[1] 《梅江二桥通车》 湘原晚报 · 2024-12-02"
        assert under(answer, "bold") == ["1860米", "来源"]

    play(scenario, assistant=Scripted(partial(short, caution=caution, own_line=own_line)))


def test_small_talk_is_said_as_it_is_and_a_question_after_it_stands_alone(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna = world.person()
        hello = await anna.ask("你好！")
        assert hello["text"].startswith("您好！请直接提问")
        assert labels(hello) == ["👍", "👎"]
        assert "1860米" in (await anna.ask("梅江二桥全长多少米？"))["text"]

    play(scenario)


def test_a_refusal_names_the_nearest_articles(play: Play) -> None:
    nearest = (ArticleReference("桥 二号?#%2F", "梅江二桥通车", "2024-12-02", "湘原晚报"),)

    async def scenario(world: World) -> None:
        answer = await world.person().ask("火星上有水吗？")
        assert answer["text"] == "没有找到。\n• 《梅江二桥通车》 湘原晚报 · 2024-12-02"
        world.person().press(answer, "📄 1")
        await world.settle()
        assert world.texts()[-1].startswith("梅江二桥通车\n湘原晚报")

    play(scenario, assistant=Scripted(lambda q: Answer(q.text, "没有找到。", True, 0.1, nearest=nearest)))


def test_a_source_opens_its_quote_and_then_the_whole_article(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna = world.person()
        answer = await anna.ask("梅江二桥全长多少米？")
        query = anna.press(answer, "📄 1")
        assert await anna.notice(query) is None
        source = world.said()[-1]
        assert under(source, "bold") == ["梅江二桥通车"]
        assert "湘原晚报 · 2024-12-02" in source["text"]
        assert "全长1860米" in under(source, "blockquote")[0]
        assert source["reply_to_message"]["message_id"] == answer["message_id"]
        anna.press(source, "阅读全文")
        await world.settle()
        assert world.texts()[-1].endswith("𠮷田也来了。")
        assert "王芳" in world.texts()[-1]

    play(scenario)


def test_a_long_article_is_paged_in_one_message(play: Play) -> None:
    async def scenario(world: World) -> None:
        assert world.desk
        from retrieval.article import Article

        body = "\n".join(f"第{n}段，" + "今天天气很好，大家都出来了。" * 12 for n in range(60))
        with world.desk.archive.writing():
            world.desk.archive.store.put_article(Article("long", "长文", body), [(0, len(body))], None)
        anna = world.person()
        page = await anna.ask("/article long")
        seen = page["text"]
        assert labels(page)[0].startswith("1 / ")
        count = int(labels(page)[0].split("/")[1])
        for number in range(2, count + 1):
            anna.press(page, "▶")
            await world.settle()
            assert f"{number} / {count}" in labels(page)
            seen += page["text"].removeprefix("长文")
        assert "".join(seen.split()) == "".join(f"长文{body}".split())
        assert "▶" not in labels(page)
        anna.press(page, "◀")
        await world.settle()
        assert f"{count - 1} / {count}" in labels(page)
        assert len(world.said()) == 1

    play(scenario)


def test_a_follow_up_leans_on_the_conversation_and_new_forgets_it(play: Play) -> None:
    assistant = Scripted()

    async def scenario(world: World) -> None:
        anna = world.person()
        await anna.ask("梅江二桥全长多少米？")
        await anna.ask("那总投资呢？")
        assert (await anna.ask("/new"))["text"].startswith("好的")
        await anna.ask("那总投资呢？")

    play(scenario, assistant=assistant)
    assert [question.history for question in assistant.asked] == [(), ("梅江二桥全长多少米？",), ()]


def test_the_conversation_is_in_the_archive_and_outlives_a_restart(play: Play) -> None:
    assistant = Scripted()

    async def scenario(world: World) -> None:
        anna = world.person()
        await anna.ask("梅江二桥全长多少米？")
        await world.stop_bot()
        await world.start_bot()
        await anna.ask("那总投资呢？")
        assert world.desk
        (kept,) = world.desk.archive.store.conversations("telegram:42:")
        assert [turn["answer"] for turn in kept.turns] == ["答：梅江二桥全长多少米？", "答：那总投资呢？"]

    play(scenario, assistant=assistant)
    assert assistant.asked[1].history == ("梅江二桥全长多少米？",)


def test_a_reply_to_an_old_answer_asks_about_that_one(play: Play) -> None:
    assistant = Scripted()

    async def scenario(world: World) -> None:
        anna = world.person()
        first = await anna.ask("梅江二桥全长多少米？")
        await anna.ask("竹山镇采收了多少油茶鲜果？")
        await anna.ask("那总投资呢？", reply_to=first)

    play(scenario, assistant=assistant)
    assert assistant.asked[2].history == ("梅江二桥全长多少米？",)


def test_people_do_not_share_a_conversation(play: Play) -> None:
    assistant = Scripted()

    async def scenario(world: World) -> None:
        await world.person(42).ask("梅江二桥全长多少米？")
        await world.person(43).ask("那总投资呢？")

    play(scenario, assistant=assistant)
    assert assistant.asked[1].history == ()


def test_a_slow_answer_grows_as_a_draft_and_then_is_one_message(play: Play) -> None:
    assistant = Scripted()
    assistant.slow.add("慢问题")
    assistant.gate.clear()

    async def scenario(world: World) -> None:
        anna = world.person()
        anna.say("慢问题")
        await world.until(lambda: world.api.drafts[42])
        assert world.api.drafts[42][-1] == "答： …"
        assert world.texts() == []
        assistant.gate.set()
        await world.settle()
        assert world.texts() == ["答：慢问题"]

    play(scenario, assistant=assistant)


def test_where_the_server_has_no_drafts_the_message_grows_by_edits(play: Play) -> None:
    assistant = Scripted()
    assistant.slow |= {"慢一", "慢二"}
    assistant.gate.clear()

    async def scenario(world: World) -> None:
        world.api.missing.add("sendMessageDraft")
        anna = world.person()
        anna.say("慢一")
        await world.until(lambda: world.texts() == ["答： …"])
        assistant.gate.set()
        await world.settle()
        assert world.texts() == ["答：慢一"]
        assert "👍" in labels(world.said()[0])

    play(scenario, assistant=assistant)


def test_typing_is_shown_again_while_it_takes_long(play: Play) -> None:
    assistant = Scripted()
    assistant.slow.add("慢问题")
    assistant.gate.clear()

    async def scenario(world: World) -> None:
        world.person().say("慢问题")
        await world.until(lambda: len(world.api.actions) >= 3)
        assistant.gate.set()
        await world.settle()

    play(scenario, assistant=assistant, typing_every_s=0.05)


def test_a_vote_is_kept_shown_and_can_be_changed(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna = world.person()
        answer = await anna.ask("梅江二桥全长多少米？")
        assert await anna.notice(anna.press(answer, "👍")) == "谢谢，已记下。"
        assert "👍 ✓" in labels(answer)
        assert await anna.notice(anna.press(answer, "👍")) == "您已经这样评过了。"
        assert await anna.notice(anna.press(answer, "👎")) == "谢谢，已记下。"
        assert {"👍", "👎 ✓"} <= set(labels(answer))
        assert world.desk
        (kept,) = world.desk.archive.store.feedbacks(channel="telegram")
        assert (kept.user, kept.vote, kept.question) == ("42", -1, "梅江二桥全长多少米？")
        assert kept.answer["citations"]

    play(scenario)


def test_more_shows_further_passages_and_pages_through_them(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna = world.person()
        answer = await anna.ask("竹山镇今年采收油茶鲜果多少吨？")
        anna.press(answer, "更多段落")
        await world.settle()
        more = world.said()[-1]
        assert under(more, "bold") == ["更多段落"]
        assert len(under(more, "blockquote")) == 4
        first = more["text"]
        anna.press(more, "▶")
        await world.settle()
        assert more["text"] != first
        anna.press(more, "◀")
        await world.settle()
        assert more["text"] == first
        anna.press(more, "📄 2")
        await world.settle()
        assert "油茶丰收" in world.texts()[-1]

    play(scenario)


def test_a_related_question_is_one_tap_away_and_answered_once(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna = world.person()
        answer = await anna.ask("竹山镇今年采收油茶鲜果多少吨？")
        related = next(label for label in labels(answer) if label.startswith("❓"))
        anna.press(answer, related)
        anna.press(answer, related)
        await world.settle()
        assert len(world.said()) == 2
        assert world.said()[-1]["reply_to_message"]["message_id"] == answer["message_id"]

    play(scenario)


def test_an_edited_question_changes_its_answer(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna = world.person()
        question = anna.say("梅江二桥全长多少米？")
        await world.settle()
        (answer,) = world.said()
        anna.edit(question, "竹山镇今年采收油茶鲜果多少吨？")
        await world.settle()
        assert world.said() == [answer]
        assert "竹山镇" in answer["text"]
        anna.edit(question, "竹山镇今年采收油茶鲜果多少吨？")  # a link preview came, for instance
        await world.settle()
        assert len(answer["was"]) == 1
        assert world.desk
        (kept,) = world.desk.archive.store.conversations("telegram:42:")
        assert [turn["question"] for turn in kept.turns] == ["竹山镇今年采收油茶鲜果多少吨？"]

    play(scenario)


def test_an_edit_to_a_shorter_answer_takes_the_spare_messages_away(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna = world.person()
        question = anna.say("长")
        await world.settle()
        assert len(world.said()) == 3
        anna.edit(question, "短")
        await world.settle()
        assert world.texts() == ["短。"]
        anna.edit(question, "长")
        await world.settle()
        assert len(world.said()) == 3
        assert "👍" in labels(world.said()[-1])
        assert not buttons(world.said()[0])

    play(
        scenario,
        assistant=Scripted(lambda q: Answer(q.text, "很长。" * 4000 if q.text == "长" else "短。", False, 0.9)),
    )


def test_an_answer_that_was_deleted_is_sent_anew_when_its_question_is_edited(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna = world.person()
        question = anna.say("一")
        await world.settle()
        world.api.messages[42].pop(world.said()[0]["message_id"])
        world.api.order.clear()
        anna.edit(question, "二")
        await world.settle()
        assert world.texts() == ["答：二"]

    play(scenario, assistant=Scripted())


def test_voice_photos_and_stickers_get_a_kind_word(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna = world.person()
        size = {"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}
        sticker = {**size, "type": "regular", "is_animated": False, "is_video": False}
        voice = {"file_id": "f", "file_unique_id": "u", "duration": 3}
        for more in ({"photo": [size]}, {"sticker": sticker}, {"voice": voice}):
            said = await anna.ask("", **more)
            assert said["text"].startswith("谢谢！可惜我只读得懂文字")
        captioned = await anna.ask("", photo=[size], caption="梅江二桥全长多少米？")
        assert "1860米" in captioned["text"]

    play(scenario)


def test_an_over_long_question_says_what_is_too_long(play: Play) -> None:
    async def scenario(world: World) -> None:
        answer = await world.person().ask("长" * 1200)
        assert answer["text"] == "问题太长：有1200个字，最多1000个字。"

    play(scenario)


def test_an_english_question_gets_english_words(play: Play) -> None:
    async def scenario(world: World) -> None:
        ben = world.person(7, "en")
        answer = await ben.ask("How long is the bridge 1860?")
        assert "Sources" in answer["text"] or "archive" in answer["text"]
        assert "More" in labels(answer)
        assert (await ben.ask("/help"))["text"].startswith("Just send a question")

    play(scenario)


def test_one_slow_question_blocks_nobody(play: Play) -> None:
    assistant = Scripted()
    assistant.slow.add("慢问题")
    assistant.gate.clear()

    async def scenario(world: World) -> None:
        world.person(1).say("慢问题")
        await world.until(lambda: assistant.asked)
        for number in range(2, 6):
            world.person(number).say("快问题")
        await world.until(lambda: len([t for t in world.texts() if t == "答：快问题"]) == 4)
        assistant.gate.set()
        await world.settle()
        assert world.texts(1) == ["答：慢问题"]

    play(scenario, assistant=assistant)


def test_more_questions_than_are_worked_on_wait_politely_and_in_order(play: Play) -> None:
    assistant = Scripted()
    assistant.slow.add("*")
    assistant.gate.clear()

    async def scenario(world: World) -> None:
        anna = world.person()
        for number in range(4):
            anna.say(f"问{number}")
        await world.until(lambda: len(assistant.asked) == 2)
        await world.until(lambda: any(text.startswith("请稍等") for text in world.texts()))
        await asyncio.sleep(0.05)
        assert assistant.most_running <= 2
        assistant.gate.set()
        await world.settle()
        answers = [text for text in world.texts() if text.startswith("答")]
        assert sorted(answers) == [f"答：问{n}" for n in range(4)]
        assert sum(text.startswith("请稍等") for text in world.texts()) == 1
        assert [one.text for one in assistant.asked[2:]] == ["问2", "问3"]

    play(scenario, assistant=assistant)


def test_too_many_at_once_are_declined(play: Play) -> None:
    assistant = Scripted()
    assistant.slow.add("*")
    assistant.gate.clear()

    async def scenario(world: World) -> None:
        anna = world.person()
        for number in range(15):
            anna.say(f"问{number}")
        await world.until(lambda: sum("太多" in text for text in world.texts()) == 3)
        assistant.gate.set()
        await world.settle()
        assert sum(text.startswith("答") for text in world.texts()) == 12

    play(scenario, assistant=assistant)


def test_a_failure_says_sorry_and_nothing_of_the_cause(play: Play) -> None:
    def fail(question: Any) -> Answer:
        raise RuntimeError("secret path /etc/x")

    async def scenario(world: World) -> None:
        answer = await world.person().ask("问")
        assert answer["text"] == "抱歉，刚才出了点问题，请稍后再试。"

    play(scenario, assistant=Scripted(fail))


def test_made_up_and_outdated_buttons_are_answered(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna = world.person()
        answer = await anna.ask("梅江二桥全长多少米？")
        for data in ("?", "s:1:2", "s:16.16.zz:0", "p:none:0", "v:1.1.1:7", "f:42:x:0", "set:length:huge", "x", "l:no"):
            assert await anna.notice(anna.press(answer, "", data=data)) == "这条内容已经不在了。", data
        assert await anna.notice(anna.press(answer, "", data="_")) is None
        assert len(world.said()) == 1

    play(scenario)


def test_a_message_by_this_bots_inline_mode_is_no_question(play: Play) -> None:
    async def scenario(world: World) -> None:
        world.person().say("梅江二桥通车", via_bot=BOT)
        await world.settle()
        assert world.said() == []

    play(scenario)


def test_somebody_who_blocked_the_bot_stops_nothing(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna, ben = world.person(1), world.person(2)
        world.api.blocked.add(1)
        anna.say("梅江二桥全长多少米？")
        assert "1860米" in (await ben.ask("梅江二桥全长多少米？"))["text"]
        assert world.said(1) == []

    play(scenario)


def test_an_article_that_changed_says_so_at_its_source(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna = world.person()
        answer = await anna.ask("梅江二桥全长多少米？")
        assert world.desk
        from retrieval.article import Article

        with world.desk.archive.writing():
            world.desk.archive.store.put_article(Article("桥 二号?#%2F", "梅江二桥通车", "全文撤回。"), [(0, 5)], None)
        anna.press(answer, "📄 1")
        await world.settle()
        assert "文章后来有改动" in world.texts()[-1]
        assert "1860米" in world.texts()[-1]

    play(scenario)


def test_a_press_that_is_too_old_still_does_its_work(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna = world.person()
        answer = await anna.ask("梅江二桥全长多少米？")
        world.api.refusals["answerCallbackQuery"].append(ApiError(400, "Bad Request: query is too old"))
        anna.press(answer, "📄 1")
        await world.settle()
        assert len(world.said()) == 2

    play(scenario)


def test_a_vote_under_a_message_that_is_gone_is_kept_without_a_fuss(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna = world.person()
        answer = await anna.ask("梅江二桥全长多少米？")
        world.api.refusals["editMessageReplyMarkup"].append(ApiError(400, "Bad Request: message to edit not found"))
        assert await anna.notice(anna.press(answer, "👍")) == "谢谢，已记下。"
        await world.settle()
        assert len(world.said()) == 1

    play(scenario)
