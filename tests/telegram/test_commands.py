"""Commands, settings, deep links, access, and what administrators can do."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from answering import Scripted
from bot_api import ApiError
from bot_api_text import under
from people import World, buttons, labels

from bot.answer import Answer
from bot.channels.telegram.keyboards import AnswerId, data
from bot.channels.telegram.questions import start_parameter
from retrieval.ingest import Ingestor

Play = Callable[..., Any]


def test_the_menus_are_set_in_both_languages(play: Play) -> None:
    async def scenario(world: World) -> None:
        await world.until(lambda: len(world.api.commands) == 4)
        menus = world.api.commands
        in_private = {one["command"]: one["description"] for one in menus["all_private_chats", "zh"]}
        assert in_private["search"] == "查找段落"
        assert {"start", "help", "new", "latest", "article", "language", "settings", "privacy"} <= in_private.keys()
        assert {"stats", "ingest", "unanswered"}.isdisjoint(in_private)
        in_groups = {one["command"] for one in menus["all_group_chats", ""]}
        assert "ask" in in_groups
        assert menus["all_private_chats", ""][1]["description"] == "how to use it"

    play(scenario)


def test_administrators_have_a_menu_of_their_own(play: Play) -> None:
    async def scenario(world: World) -> None:
        await world.stop_bot()
        world.person(42)
        await world.start_bot()
        await world.until(lambda: ("chat:42", "zh") in world.api.commands)
        assert "stats" in {one["command"] for one in world.api.commands["chat:42", "zh"]}

    play(scenario, admins=frozenset({42}))


def test_start_and_help_say_what_it_does(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna = world.person()
        assert "每个回答都引用原文" in (await anna.ask("/start"))["text"]
        assert "@wenbao_bot" in (await anna.ask("/help"))["text"]
        assert "@wenbao_bot" in (await anna.ask("/nonsense"))["text"]

    play(scenario)


def test_a_deep_link_brings_a_question(play: Play) -> None:
    async def scenario(world: World) -> None:
        parameter = start_parameter("梅江二桥多长？")
        answer = await world.person().ask(f"/start {parameter}")
        assert "1860米" in answer["text"]

    play(scenario)
    assert start_parameter("很长的问题" * 10) is None


def test_a_deep_link_brings_an_article(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna = world.person()
        results = (await anna.inline("梅江二桥"))["results"]
        link = results[0]["reply_markup"]["inline_keyboard"][0][0]["url"]
        assert link.startswith("https://t.me/wenbao_bot?start=a_")
        opened = await anna.ask(f"/start {link.partition('start=')[2]}")
        assert opened["text"].startswith("梅江二桥通车\n湘原晚报")
        assert (await anna.ask("/start a_nothing"))["text"] == "这条内容已经不在了。"

    play(scenario)


def test_search_finds_passages_and_pages(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna = world.person()
        found = await anna.ask("/search 油茶 鲜果")
        assert under(found, "bold") == ["找到的段落：油茶 鲜果"]
        assert len(under(found, "blockquote")) == 4
        anna.press(found, "▶")
        await world.settle()
        assert "\n5. " in found["text"]
        ben = world.person(43)
        assert await ben.notice(ben.press(found, "▶")) == "这是别人的按钮，请自己发一次命令。"
        anna.press(found, "📄 5")
        await world.settle()
        assert "油茶丰收" in world.texts()[-1]
        assert "请在 /search 后面" in (await anna.ask("/search"))["text"]
        assert "没有找到" in (await anna.ask("/search ？？？"))["text"]

    play(scenario)


@pytest.mark.parametrize("space", [" ", "\u3000", "\n", "\t"])
def test_what_follows_a_command_may_stand_after_any_space_or_on_the_next_line(play: Play, space: str) -> None:
    async def scenario(world: World) -> None:
        boss, group = world.person(9), world.group()
        assert (await boss.ask(f"/search{space}油茶"))["text"].startswith("找到的段落：油茶")
        assert (await boss.ask(f"/invite{space}2"))["text"].startswith("邀请码（可用2次）")
        question = boss.say(f"/ask@wenbao_bot{space}梅江二桥全长多少米？", group)
        await world.settle()
        assert "1860米" in world.texts()[-1]
        boss.edit(question, f"/ask@wenbao_bot{space}白沙镇今年采收油茶鲜果多少吨？")
        await world.settle()
        assert "白沙镇" in world.texts()[-1]

    play(scenario, admins=frozenset({9}))


def test_latest_lists_articles_newest_first(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna = world.person()
        listed = await anna.ask("/latest")
        assert "1. 《石鼓镇油茶丰收》" in listed["text"]
        for _ in range(2):
            anna.press(listed, "▶")
            await world.settle()
        assert "17. 《梅江二桥通车》" in listed["text"]
        assert "▶" not in labels(listed)

    play(scenario)


def test_article_by_its_id(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna = world.person()
        assert (await anna.ask("/article 桥 二号?#%2F"))["text"].startswith("梅江二桥通车")
        assert (await anna.ask("/article <b>x"))["text"] == "没有编号为“<b>x”的文章。"
        assert "请在 /article" in (await anna.ask("/article"))["text"]

    play(scenario)


def test_the_language_can_be_chosen(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna = world.person()
        chooser = await anna.ask("/language")
        assert await anna.notice(anna.press(chooser, "English")) is None
        assert chooser["text"] == "All right, English it is."
        assert (await anna.ask("/help"))["text"].startswith("Just send")
        answer = await anna.ask("梅江二桥全长多少米？")
        assert under(answer, "bold") == ["Sources"]
        assert answer["text"].startswith("From the archive, in its own words:")
        chooser = await anna.ask("/language")
        anna.press(chooser, "as the question")
        await world.settle()
        assert under(await anna.ask("梅江二桥一共多少米？"), "bold") == ["来源"]

    play(scenario)


def test_length_and_sources_can_be_chosen(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna = world.person()
        settings = await anna.ask("/settings")
        assert "中 ✓" in labels(settings)
        anna.press(settings, "否")
        await world.settle()
        assert "否 ✓" in labels(settings)
        without = await anna.ask("梅江二桥全长多少米？")
        assert "来源" not in without["text"]
        assert "📄 1" in labels(without)
        anna.press(settings, "长", data="set:length:long")
        await world.settle()
        long = await anna.ask("梅江二桥的全长是多少米？")
        assert under(long, "expandable_blockquote")
        anna.press(settings, "短", data="set:length:short")
        await world.settle()
        short = await anna.ask("请问梅江二桥全长多少米？")
        assert len(short["text"]) < len(without["text"]) + 1

    play(scenario)


def test_privacy_and_forget_me(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna, ben = world.person(1), world.person(2)
        answer = await anna.ask("梅江二桥全长多少米？")
        anna.press(answer, "👍")
        await anna.ask("/search 油茶")
        await ben.ask("梅江二桥全长多少米？")
        assert "180天后删除" in (await anna.ask("/privacy"))["text"]
        asked = await anna.ask("/forget_me")
        assert await ben.notice(ben.press(asked, "删除")) == "这是别人的按钮，请自己发一次命令。"
        anna.press(asked, "不删除")
        await world.settle()
        assert asked["text"] == "好的，什么都没有删除。"
        asked = await anna.ask("/forget_me")
        anna.press(asked, "删除")
        await world.settle()
        assert asked["text"] == "已全部删除。"
        assert world.desk
        store = world.desk.archive.store
        assert store.conversations("telegram:1:") == []
        assert store.conversations("telegram:2:")
        assert store.feedbacks(channel="telegram") == []
        assert store.notes("telegram:answers:1") == {}
        assert store.notes("telegram:searches:1") == {}
        assert all(not key.startswith("1:") for key in store.notes("telegram:messages"))
        assert await anna.notice(anna.press(answer, "📄 1")) == "这条内容已经不在了。"

    play(scenario)


def test_nothing_of_a_person_is_left_anywhere(play: Play) -> None:
    """Whatever the tables are called: the words asked are in no note, no conversation, no vote."""

    async def scenario(world: World) -> None:
        anna = world.person(1)
        await anna.ask("独一无二的问题甲乙丙？")
        anna.press(await anna.ask("/forget_me"), "删除")
        await world.settle()
        assert left_of(world, "独一无二") == []

    play(scenario, assistant=Scripted(lambda q: Answer(q.text, "没有。", True, 0.1)))


def left_of(world: World, words: str) -> list[str]:
    """The tables in which the words stand."""
    assert world.desk
    connection = world.desk.archive.store._connection
    tables = [
        table for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    ]
    return [table for table in tables if words in str(connection.execute(f'SELECT * FROM "{table}"').fetchall())]


def test_who_is_forgotten_while_answers_are_made_leaves_nothing(play: Play) -> None:
    """Neither of the answer that is being made, nor of the questions that wait behind it."""
    assistant = Scripted.held("*")

    async def scenario(world: World) -> None:
        anna = world.person(1)
        asked = await anna.ask("/forget_me")
        for number in range(4):
            anna.say(f"独一无二的问题{number}")
        await world.until(lambda: len(assistant.asked) == 2)
        anna.press(asked, "删除")
        await world.until(lambda: asked["text"] == "已全部删除。")
        assert left_of(world, "独一无二") == []
        assistant.gate.set()
        await world.settle()
        assert sum(text.startswith("答：独一无二") for text in world.texts()) == 4
        assert left_of(world, "独一无二") == []
        await anna.ask("别的问题")
        assert left_of(world, "别的问题")

    play(scenario, assistant=assistant, in_work=2)


def test_who_is_forgotten_while_nothing_can_be_sent_is_not_answered_later(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.channels.telegram import flood

    monkeypatch.setattr(flood, "_FIRST_PAUSE_S", 0.002)

    async def scenario(world: World) -> None:
        anna = world.person(1)
        asked = await anna.ask("/forget_me")
        world.api.refusals["sendMessage"] += [ApiError(502, "Bad Gateway")] * 6
        anna.say("独一无二的问题")
        assert world.telegram
        returning = world.telegram.processor._returning
        await world.until(lambda: returning)  # to be tried again in a while
        anna.press(asked, "删除")
        await world.settle()
        assert left_of(world, "独一无二") == []
        assert not any("独一无二" in text for text in world.texts())

    play(scenario, assistant=Scripted(), again_s=0.5)


def test_who_is_forgotten_and_stopped_in_mid_answer_is_not_answered_at_the_next_start(play: Play) -> None:
    assistant = Scripted.held("独一无二的问题")

    async def scenario(world: World) -> None:
        anna = world.person(1)
        asked = await anna.ask("/forget_me")
        anna.say("独一无二的问题")
        await world.until(lambda: assistant.asked)
        await world.until(lambda: world.api.confirmed > max(world.api.updates, default=0))
        anna.press(asked, "删除")
        await world.until(lambda: asked["text"] == "已全部删除。")
        await world.stop_bot()
        assistant.gate.set()
        await world.start_bot()
        await world.settle()
        assert left_of(world, "独一无二") == []

    play(scenario, assistant=assistant)


def test_a_long_document_holds_no_answer_up(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()
    read = Ingestor.read

    def slowly(self: Ingestor, files: Any) -> Any:
        assert gate.wait(20)
        return read(self, files)

    monkeypatch.setattr(Ingestor, "read", slowly)

    async def scenario(world: World) -> None:
        admin = world.person(7)
        for number in range(3):
            admin.send_document(f"新闻{number}.txt", f"第{number}座新桥昨天通车。".encode())
        await world.until(lambda: world.texts(7) == ["正在读……"] * 3)
        world.person(1).say("问")
        await world.until(lambda: world.texts(1) == ["答：问"])
        gate.set()
        await world.settle()
        assert sum(text.startswith("已放入：新增 1 篇") for text in world.texts(7)) == 3

    play(scenario, assistant=Scripted(), admins=frozenset({7}))


def test_one_kind_word_for_an_album(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna = world.person(1)
        photo = [{"file_id": "p", "file_unique_id": "p", "width": 9, "height": 9}]
        for _ in range(4):
            anna.say(photo=photo, media_group_id="album 1")
        await world.settle()
        assert len(world.said(1)) == 1
        anna.say(photo=photo, media_group_id="album 2", caption="问题")
        anna.say(photo=photo, media_group_id="album 2")
        await world.settle()
        assert world.texts(1)[1:] == ["答：问题"]

    play(scenario, assistant=Scripted())


def test_what_was_handled_is_forgotten_after_a_while_without_a_restart(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna = world.person(1)
        await anna.ask("问")
        assert world.telegram
        assert world.desk
        store = world.desk.archive.store
        old = set(store.notes("telegram:handled:987654"))
        assert old
        world.telegram.memory._clock = lambda: time.time() + 9 * 86400
        await anna.ask("再问")
        assert not old & set(store.notes("telegram:handled:987654"))

    play(scenario, assistant=Scripted())


def test_others_votes_on_ones_answers_are_forgotten_with_them(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna, ben, group = world.person(1), world.person(2), world.group()
        hers, his = await anna.ask("/ask 甲？", group), await ben.ask("/ask 乙？", group)
        for answer in (hers, his):
            await ben.notice(ben.press(answer, "👍"))
        anna.press(await anna.ask("/forget_me"), "删除")
        await world.settle()
        assert world.desk
        assert [one.question for one in world.desk.archive.store.feedbacks()] == ["乙？"]

    play(scenario, assistant=Scripted())


def test_after_180_days_nothing_asked_is_left_though_its_asker_never_came_back(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna, ben = world.person(1), world.person(2)
        await anna.ask("独一无二的问题甲乙丙？")
        await anna.ask("/search 独一无二的词语")
        assert world.telegram
        world.telegram.memory._clock = lambda: time.time() + 181 * 86400
        await ben.ask("别的问题？")
        assert world.desk
        assert left_of(world, "独一无二") == []
        assert world.desk.archive.store.conversations("telegram:2:")

    play(scenario, assistant=Scripted(lambda q: Answer(q.text, "没有。", True, 0.1)))


def test_a_list_lets_in_those_on_it(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna, ben, carla = world.person(1), world.person(2), world.person(3)
        assert "1860米" in (await anna.ask("梅江二桥全长多少米？"))["text"]
        assert "您的编号是 2" in (await ben.ask("梅江二桥全长多少米？"))["text"]
        assert "您的编号是 2" in (await ben.ask("/search 油茶"))["text"]
        assert "我保存" in (await ben.ask("/privacy"))["text"]
        assert (await ben.inline("梅江"))["results"] == []
        newsroom, elsewhere = world.group(-100500), world.group(-100600)
        assert "1860米" in (await carla.ask("/ask 梅江二桥全长多少米？", newsroom))["text"]
        assert "群的编号是 -100600" in (await carla.ask("/ask 梅江二桥全长多少米？", elsewhere))["text"]

    play(scenario, access="list", allowed=frozenset({1, -100500}))


def test_invitation_codes_let_people_in_as_often_as_they_say(play: Play) -> None:
    async def scenario(world: World) -> None:
        boss, anna, ben, carla = (world.person(number) for number in (9, 1, 2, 3))
        assert "需要邀请码" in (await anna.ask("梅江二桥全长多少米？"))["text"]
        code = (await boss.ask("/invite 2"))["text"].partition("：")[2].split()[0]
        assert (await anna.ask(f"/start {code}x"))["text"] == "这个邀请码无效或已用完。"
        assert (await anna.ask(f"/start {code}"))["text"].startswith("欢迎")
        assert "1860米" in (await anna.ask("梅江二桥全长多少米？"))["text"]
        assert (await ben.ask(f"/start {code}"))["text"].startswith("欢迎")
        assert (await carla.ask(f"/start {code}"))["text"] == "这个邀请码无效或已用完。"
        assert world.desk
        assert code not in str(world.desk.archive.store.notes("telegram:invitations"))

    play(scenario, access="invite", admins=frozenset({9}))


def test_daily_limits(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna, boss = world.person(1), world.person(9)
        for number in range(2):
            assert (await anna.ask(f"问{number}"))["text"].startswith("答")
        assert "达到了每日上限" in (await anna.ask("问3"))["text"]
        for number in range(3):
            assert (await boss.ask(f"问{number}"))["text"].startswith("答")

    play(scenario, assistant=Scripted(), daily_questions=2, admins=frozenset({9}))


def test_administrators_see_numbers_and_refused_questions(play: Play) -> None:
    async def scenario(world: World) -> None:
        boss, anna = world.person(9), world.person(1)
        assert (await anna.ask("/stats"))["text"] == "这个命令只给管理员用。您的编号是 1。"
        assert (await boss.ask("/unanswered"))["text"] == "没有未能回答的问题。"
        answer = await anna.ask("没有答案的")
        anna.press(answer, "👎")
        await anna.ask("有答案的")
        listed = await boss.ask("/unanswered")
        assert listed["text"] == "最近没能回答的问题：\n• 没有答案的"
        stats = (await boss.ask("/stats"))["text"]
        assert "文章 17 篇" in stats
        assert "今天 1 人问了 2 个问题" in stats
        assert "👎 1" in stats

    assistant = Scripted(lambda q: Answer(q.text, "答。", q.text.startswith("没有"), 0.5))
    play(scenario, assistant=assistant, admins=frozenset({9}))


def test_a_document_of_an_administrator_goes_into_the_archive(play: Play) -> None:
    async def scenario(world: World) -> None:
        boss = world.person(9)
        record = {"id": "x1", "title": "新码头", "body": "新码头长九百米，明年完工。", "published": "2025-11-01"}
        boss.send_document("新闻.jsonl", json.dumps(record, ensure_ascii=False).encode())
        await world.settle()
        assert world.texts()[-1] == "已放入：新增 1 篇，更新 0 篇，未变 0 篇，问题 0 处。"
        assert "九百米" in (await boss.ask("新码头长多少米？"))["text"]
        boss.send_document("新闻.jsonl", json.dumps(record, ensure_ascii=False).encode())
        await world.settle()
        assert world.texts()[-1] == "这个文件已经在档案里，没有变化。"
        record["body"] = "新码头长一千米，明年完工。"
        boss.send_document("../../新闻.jsonl", json.dumps(record, ensure_ascii=False).encode())
        await world.settle()
        assert "更新 1 篇" in world.texts()[-1]
        assert [one.name for one in (world.data / "telegram").iterdir()] == ["新闻.jsonl"]
        assert "请把文件发给我" in (await boss.ask("/ingest"))["text"]

    play(scenario, admins=frozenset({9}))


def test_documents_that_are_refused(play: Play) -> None:
    async def scenario(world: World) -> None:
        boss, anna = world.person(9), world.person(1)
        boss.send_document("virus.exe", b"MZ")
        await world.settle()
        assert world.texts()[-1].startswith("读不了这种文件")
        boss.send_document("big.txt", b"x", size=30 * 2**20)
        await world.settle()
        assert world.texts()[-1] == "文件太大：最大 20 MB。"
        document = anna.send_document("a.txt", "标题\n正文正文正文。".encode())
        await world.settle()
        assert world.texts(1)[-1].startswith("谢谢！可惜")
        boss.say("/ingest", reply_to=document)
        await world.settle()
        assert world.texts(9)[-1].startswith("已放入：新增 1 篇")
        boss.send_document("empty.txt", b"")
        await world.settle()
        assert "问题 1 处" in world.texts(9)[-1]

    play(scenario, admins=frozenset({9}))


def test_a_document_that_says_nothing_of_its_size_is_still_bounded(play: Play) -> None:
    async def scenario(world: World) -> None:
        boss = world.person(9)
        message = boss.send_document("a.txt", b"x" * 3_000_000, size=1)
        del message["document"]["file_size"]
        await world.settle()
        assert world.texts()[-1] == "文件太大：最大 1 MB。"
        boss.send_document("b.txt", b"x", size=21 * 2**20)
        await world.settle()
        assert world.texts()[-1] == "文件太大：最大 1 MB。"

    play(scenario, admins=frozenset({9}), document_bytes=2**20)


def test_while_another_process_writes_a_document_waits(play: Play, monkeypatch: Any) -> None:
    from filelock import FileLock

    from bot.channels.telegram import administration

    monkeypatch.setattr(administration, "_WAIT_FOR_WRITER_S", 0.05)

    async def scenario(world: World) -> None:
        boss = world.person(9)
        with FileLock(world.data / "writer.lock"):
            boss.send_document("a.txt", "标题\n正文正文正文。".encode())
            await world.settle()
        assert world.texts()[-1].startswith("档案正在写入")

    play(scenario, admins=frozenset({9}))


def test_buttons_belong_to_short_data(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna = world.person(2**52 - 1)
        answer = await anna.ask("竹山镇今年采收油茶鲜果多少吨？")
        assert all(len(one["callback_data"].encode()) <= 64 for one in buttons(answer))

    play(scenario)
    deep = AnswerId(2**52 - 1, -(2**52) + 1, "z" * 24 + "r1")  # the related question of many related questions
    assert len(data("m", deep, 99).encode()) <= 64
    assert AnswerId.parse(str(deep)) == deep
    with pytest.raises(ValueError, match="too long"):
        data("m", "z" * 64)
