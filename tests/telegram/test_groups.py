"""In groups and topics, and in inline mode."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from answering import Scripted
from bot_api import ApiError
from bot_api_text import under
from people import World, labels

Play = Callable[..., Any]


def test_what_fails_in_a_topic_is_said_sorry_for_there(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna, group = world.person(), world.group(topics=True)
        world.api.refusals["sendMessage"].append(ApiError(400, "Bad Request: something new"))
        anna.say("/ask 问", group, thread=7)
        await world.settle()
        (said,) = world.said(group)
        assert (said["text"][:2], said["message_thread_id"]) == ("抱歉", 7)

    play(scenario, assistant=Scripted())


def test_in_a_group_it_answers_when_it_is_spoken_to(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna, group = world.person(), world.group()
        anna.say("梅江二桥全长多少米？", group)
        anna.say("/ask@other_bot 梅江二桥全长多少米？", group)
        await world.settle()
        assert world.said() == []
        question = anna.say("@wenbao_bot 梅江二桥全长多少米？", group)
        await world.settle()
        (answer,) = world.said()
        assert "1860米" in answer["text"]
        assert answer["reply_to_message"]["message_id"] == question["message_id"]
        for text in ("/ask 梅江二桥全长多少米？", "/ask@wenbao_bot 梅江二桥全长多少米？"):
            assert "1860米" in (await anna.ask(text, group))["text"]
        assert "1860米" in (await anna.ask("梅江二桥到底全长多少米？", group, reply_to=answer))["text"]
        assert world.api.drafts == {}

    play(scenario)


def test_a_mention_in_a_reply_asks_what_that_one_wrote(play: Play) -> None:
    assistant = Scripted()

    async def scenario(world: World) -> None:
        anna, ben, group = world.person(1), world.person(2), world.group()
        question = anna.say("梅江二桥全长多少米？", group)
        await ben.ask("@Wenbao_Bot", group, reply_to=question)
        await ben.ask("/ask", group, reply_to=question)
        assert (await ben.ask("@wenbao_bot", group))["text"].startswith("谢谢！可惜")
        assert (await ben.ask("/ask", group))["text"].startswith("请在 /ask 后面")

    play(scenario, assistant=assistant)
    assert [one.text for one in assistant.asked] == ["梅江二桥全长多少米？"] * 2


def test_each_member_has_a_conversation_of_their_own(play: Play) -> None:
    assistant = Scripted()

    async def scenario(world: World) -> None:
        anna, ben, group = world.person(1), world.person(2), world.group()
        first = await anna.ask("/ask 甲是什么？", group)
        await ben.ask("/ask 乙是什么？", group)
        await anna.ask("/ask 那么呢？", group)
        await ben.ask("那么呢？", group, reply_to=first)

    play(scenario, assistant=assistant)
    assert [one.history for one in assistant.asked] == [(), (), ("甲是什么？",), ("甲是什么？",)]


def test_topics_are_kept_apart(play: Play) -> None:
    assistant = Scripted()

    async def scenario(world: World) -> None:
        anna, group = world.person(), world.group(topics=True)
        assert (await anna.ask("/ask 甲是什么？", group, thread=7))["message_thread_id"] == 7
        assert (await anna.ask("/ask 那么呢？", group, thread=8))["message_thread_id"] == 8

    play(scenario, assistant=assistant)
    assert [one.history for one in assistant.asked] == [(), ()]


def test_sources_open_in_the_group_and_votes_are_each_ones_own(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna, ben, group = world.person(1), world.person(2), world.group(topics=True)
        answer = await anna.ask("/ask 梅江二桥全长多少米？", group, thread=7)
        ben.press(answer, "📄 1")
        await world.settle()
        assert world.said()[-1]["message_thread_id"] == 7
        assert await anna.notice(anna.press(answer, "👍")) == "谢谢，已记下。"
        assert await ben.notice(ben.press(answer, "👎")) == "谢谢，已记下。"
        assert "👍" in labels(answer)  # whose vote it is, is nobody else's business
        assert world.desk
        assert world.desk.archive.store.vote_counts() == (1, 1)

    play(scenario)


def test_only_its_administrators_set_a_group(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna, admin = world.person(1), world.person(2)
        group = world.group(admin=admin)
        assert (await anna.ask("/settings", group))["text"] == "只有群管理员可以这样做。"
        settings = await admin.ask("/settings@wenbao_bot", group)
        assert await anna.notice(anna.press(settings, "", data="set:enabled:off")) == "只有群管理员可以这样做。"
        assert await admin.notice(admin.press(settings, "", data="set:enabled:off")) == "已设置。"
        before = len(world.said())
        anna.say("/ask 梅江二桥全长多少米？", group)
        anna.say("@wenbao_bot 梅江二桥全长多少米？", group)
        await world.settle()
        assert len(world.said()) == before
        admin.press(settings, "", data="set:enabled:on")
        await world.settle()
        chooser = await admin.ask("/language", group)
        admin.press(chooser, "English")
        await world.settle()
        assert under(await anna.ask("/ask 梅江二桥全长多少米？", group), "bold") == ["Sources"]

    play(scenario)


def test_an_anonymous_administrator_counts_as_one(play: Play) -> None:
    async def scenario(world: World) -> None:
        hidden, group = world.person(1087968824), world.group()
        assert (await hidden.ask("/settings", group))["text"] == "设置"

    play(scenario)


def test_it_greets_a_group_once_it_is_added(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna, group = world.person(), world.group()
        bot = {"id": 987654, "is_bot": True, "first_name": "问报", "username": "wenbao_bot"}
        change = {
            "chat": world.api.chats[group],
            "from": anna.user,
            "date": 1,
            "old_chat_member": {"status": "left", "user": bot},
            "new_chat_member": {"status": "member", "user": bot},
        }
        world.api.add_update("my_chat_member", change)
        await world.settle()
        assert world.texts()[0].startswith("大家好！在群里 @wenbao_bot")
        gone = change | {"old_chat_member": change["new_chat_member"], "new_chat_member": change["old_chat_member"]}
        world.api.add_update("my_chat_member", gone)
        world.api.chats[group]["kicked"] = True
        await world.settle()
        assert len(world.said()) == 1

    play(scenario)


def test_a_group_that_becomes_a_supergroup_keeps_its_settings(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna = world.person()
        small = world.group(-555, admin=anna)
        chooser = await anna.ask("/language", small)
        anna.press(chooser, "English")
        await world.settle()
        big = world.group(-100555, admin=anna)
        anna.say("", small, migrate_to_chat_id=big)
        await world.settle()
        assert (await anna.ask("/settings", big))["text"] == "Settings"

    play(scenario)


def test_what_is_asked_while_its_group_becomes_a_supergroup_is_answered_there(play: Play) -> None:
    assistant = Scripted()
    assistant.slow.add("慢问题")
    assistant.gate.clear()

    async def scenario(world: World) -> None:
        anna, small = world.person(), world.group(-555)
        first = await anna.ask("/ask 甲是什么？", small)
        anna.say("/ask 慢问题", small)
        anna.say("/help", small)
        await world.until(lambda: len(assistant.asked) == 2)
        await world.until(lambda: len(world.said(small)) >= 2)
        big = world.group(-100555)
        world.api.chats[small]["migrated"] = big
        anna.press(first, "👍")
        assistant.gate.set()
        await world.settle()
        assert world.texts(big) == ["答：慢问题"]
        assert "reply_to_message" not in world.said(big)[0]
        anna.say("/latest", small)  # sent before, brought after
        await world.settle()
        assert world.texts(big)[-1].startswith("最新文章")
        assert (await anna.ask("那么呢？", big, reply_to=world.said(big)[0]))["text"] == "答：那么呢？"
        assert (await anna.ask("/ask 再问", big))["text"] == "答：再问"

    play(scenario, assistant=assistant)
    assert assistant.asked[-2].history == ("慢问题",)
    assert assistant.asked[-1].history == ("甲是什么？", "慢问题", "那么呢？")


def test_an_edited_question_in_a_group(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna, group = world.person(), world.group()
        question = anna.say("@wenbao_bot 梅江二桥全长多少米？", group)
        await world.settle()
        anna.edit(question, "@wenbao_bot 竹山镇今年采收油茶鲜果多少吨？")
        await world.settle()
        (answer,) = world.said()
        assert "竹山镇" in answer["text"]
        question = anna.say("/ask 梅江二桥全长多少米？", group)
        await world.settle()
        anna.edit(question, "/ask 白沙镇今年采收油茶鲜果多少吨？")
        await world.settle()
        assert "白沙镇" in world.texts()[-1]
        assert len(world.said()) == 2

    play(scenario)


def test_a_question_that_was_deleted_is_answered_without_a_quote(play: Play) -> None:
    assistant = Scripted()
    assistant.slow.add("甲")
    assistant.gate.clear()

    async def scenario(world: World) -> None:
        anna, group = world.person(), world.group()
        question = anna.say("/ask 甲", group)
        await world.until(lambda: assistant.asked)
        del world.api.messages[group][question["message_id"]]
        assistant.gate.set()
        await world.settle()
        assert world.texts()[-1] == "答：甲"
        assert "reply_to_message" not in world.said()[-1] or len(world.said()[-1].get("was", []))

    play(scenario, assistant=assistant, show_every_group_s=60.0)


def test_inline_results_are_paged_articles(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna = world.person()
        first = await anna.inline("油茶")
        assert len(first["results"]) == 10
        assert first["next_offset"] == "10"
        assert first["is_personal"] is True
        one = first["results"][0]
        assert "油茶丰收" in one["title"]
        assert one["description"].startswith("湘原日报 · 2025-10-")
        assert under(one["shown"], "bold") == [one["title"]]
        assert "thumbnail_url" not in one  # there is no address at which Telegram could fetch it
        second = await anna.inline("油茶", first["next_offset"])
        ids = [one["id"] for one in first["results"] + second["results"]]
        assert len(ids) == len(set(ids)) == 17
        assert not second.get("next_offset")
        assert first["button"]["text"] == "问：油茶"

    play(scenario)


def test_inline_without_words_shows_the_latest(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna = world.person()
        latest = await anna.inline("")
        assert latest["results"][0]["title"] == "石鼓镇油茶丰收"
        assert latest["button"] == {"text": "打开问报提问", "start_parameter": "start"}
        long = await anna.inline("很长的问题" * 51)
        assert long["button"]["start_parameter"] == "start"
        assert (await anna.inline("油茶", "junk"))["results"]

    play(scenario)


def test_a_late_inline_answer_is_no_error(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna = world.person()
        world.api.inline_answers["old"] = {}
        world.api.add_update("inline_query", {"id": "old", "from": anna.user, "query": "油茶", "offset": ""})
        await world.settle()
        assert world.said() == []

    play(scenario)
