"""Restarts, repeated and disordered updates, floods, refusals of the server, networks that fail, and graceful stops."""

from __future__ import annotations

import asyncio
import gc
import os
import random
import tracemalloc
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from answering import Scripted
from bot_api import ApiError, BotApi
from people import World, listening, living

from bot.answer import Answer

Play = Callable[..., Any]


def test_an_update_that_comes_again_is_handled_once(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna = world.person()
        number = world.api.add_update("message", anna.say("问", number=700_000_500), number=700_000_500)
        await world.settle()
        for _ in range(3):
            world.api.confirmed = 0
            world.api.add_update("message", world.api.messages[42][1], number=number)
            await world.settle()
        await world.stop_bot()
        world.api.add_update("message", world.api.messages[42][1], number=number)
        await world.start_bot()
        await world.settle()
        assert world.texts() == ["答：问"]

    play(scenario, assistant=Scripted())


def test_the_same_message_under_another_number_is_answered_once(play: Play) -> None:
    async def scenario(world: World) -> None:
        message = world.person().say("问")
        world.api.add_update("message", message)
        await world.settle()
        assert world.texts() == ["答：问"]

    play(scenario, assistant=Scripted())


def test_updates_out_of_order_are_all_answered(play: Play) -> None:
    async def scenario(world: World) -> None:
        people = [world.person(number) for number in range(1, 21)]
        numbers = list(range(700_001_000, 700_001_020))
        random.Random(4).shuffle(numbers)
        for person, number in zip(people, numbers, strict=True):
            person.say("问", number=number)
        await world.settle()
        assert Counter(one["chat"]["id"] for one in world.said()) == Counter(range(1, 21))

    play(scenario, assistant=Scripted())


def test_an_edit_that_comes_before_its_message_wins(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna = world.person()
        await world.stop_bot()
        message = anna.say("旧问题", number=700_000_900)
        anna.edit(message, "新问题", number=700_000_899)
        await world.start_bot()
        await world.settle()
        assert world.texts() == ["答：新问题"]

    play(scenario, assistant=Scripted())


def test_what_came_while_it_was_down_is_answered_oldest_first(play: Play) -> None:
    assistant = Scripted()

    async def scenario(world: World) -> None:
        anna, ben = world.person(1), world.person(2)
        for number in range(3):
            anna.say(f"问{number}", ago_s=90 - number)
        ben.say("很早的问题", ago_s=3600)
        await world.start_bot()
        await world.settle()
        assert [one for one in world.texts(1) if one.startswith("答")] == [f"答：问{n}" for n in range(3)]
        assert world.texts(2) == ["抱歉，刚才我不在线，现在回答您的问题。\n\n答：很早的问题"]

    play(scenario, assistant=assistant, bot=False, in_work=1)
    assert [one.text for one in assistant.asked if one.text != "很早的问题"] == ["问0", "问1", "问2"]


def test_a_backlog_of_hundreds_is_worked_off_in_order(play: Play) -> None:
    assistant = Scripted()

    async def scenario(world: World) -> None:
        for number in range(120):
            world.person(1000 + number % 40).say(f"问{number}")
        await world.start_bot()
        await world.settle(40)
        assert len({one["text"] for one in world.said() if one["text"].startswith("答")}) == 120

    play(scenario, assistant=assistant, bot=False)
    order = [int(one.text.removeprefix("问")) for one in assistant.asked]
    assert all(abs(number - at) <= 4 for at, number in enumerate(order)), order  # two are worked on side by side


def test_stopped_in_mid_answer_it_answers_after_the_restart(play: Play) -> None:
    assistant = Scripted.held("慢问题")

    async def scenario(world: World) -> None:
        world.person().say("慢问题")
        await world.until(lambda: assistant.asked)
        await world.until(lambda: world.api.confirmed > max(world.api.updates, default=0))  # Telegram has forgotten it
        await world.stop_bot()
        assert world.texts() == []
        assistant.gate.set()
        await world.start_bot()
        await world.settle()
        assert world.texts() == ["答：慢问题"]
        assert world.desk
        assert world.desk.archive.store.notes("telegram:pending:987654") == {}

    play(scenario, assistant=assistant)


def test_killed_in_mid_answer_it_answers_after_the_restart(play: Play) -> None:
    """As after a kill: what runs is dropped without a word, and only the database is left."""
    assistant = Scripted.held("*")

    async def scenario(world: World) -> None:
        for number in range(1, 6):
            world.person(number).say("慢问题")
        await world.until(lambda: len(assistant.asked) == 2)
        await world.until(lambda: world.api.confirmed > max(world.api.updates, default=0))
        assert world.telegram
        for task in list(world.telegram.processor._running):
            task.cancel()
        world.telegram.inbox.closing = True
        await world.stop_bot()
        assistant.gate.set()
        await world.start_bot()
        await world.settle()
        assert Counter(one["chat"]["id"] for one in world.said()) == Counter(range(1, 6))

    play(scenario, assistant=assistant)


def test_stopped_while_its_answer_grows_in_a_group_it_goes_on_in_the_same_message(play: Play) -> None:
    assistant = Scripted.held("*")

    async def scenario(world: World) -> None:
        group = world.group()
        world.person().say("/ask 慢问题", group)
        await world.until(lambda: world.said(group))  # the first half
        await world.until(lambda: world.api.confirmed > max(world.api.updates, default=0))
        await world.stop_bot()
        assistant.gate.set()
        await world.start_bot()
        await world.settle()
        assert world.texts(group) == ["答：慢问题"]

    play(scenario, assistant=assistant)


def test_an_answer_that_was_shown_and_could_not_be_kept_is_not_sent_once_more(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    from telegram.error import NetworkError

    from bot.channels.telegram.memory import Memory

    put, failures = Memory.put_answer, iter([True])

    async def failing(self: Memory, *arguments: Any) -> None:
        if next(failures, False):
            raise NetworkError("stands for a stop at this moment")
        await put(self, *arguments)

    monkeypatch.setattr(Memory, "put_answer", failing)

    async def scenario(world: World) -> None:
        world.person().say("问")
        await world.settle()
        assert (len(world.said()), "".join(world.texts())) == (2, "答：问" * 2000)

    play(scenario, assistant=Scripted(lambda question: Answer(question.text, "答：问" * 2000, False, 0.9)))


def test_a_question_that_is_tried_again_counts_once_today(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.channels.telegram import flood

    monkeypatch.setattr(flood, "_FIRST_PAUSE_S", 0.002)

    async def scenario(world: World) -> None:
        world.api.refusals["sendMessage"] += [ApiError(502, "Bad Gateway")] * 20  # three tries and a half
        assert (await world.person().ask("问"))["text"] == "答：问"
        assert (await world.person().ask("再问"))["text"] == "答：再问"
        assert "达到了每日上限" in (await world.person().ask("还问"))["text"]

    play(scenario, assistant=Scripted(), daily_questions=2)


def test_an_update_that_cannot_be_read_at_the_start_is_read_later(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.channels.telegram import inbox
    from retrieval.errors import ArchiveBusyError
    from retrieval.store import Store

    monkeypatch.setattr(inbox, "_TRY_AGAIN_S", 0.02)
    assistant = Scripted.held("慢问题")
    failures = iter([True] * 3)
    notes = Store.notes

    def flaky(self: Store, space: str) -> dict[str, str]:
        if space.startswith("telegram:pending") and next(failures, False):
            raise ArchiveBusyError(self.directory)
        return notes(self, space)

    async def scenario(world: World) -> None:
        world.person().say("慢问题")
        await world.until(lambda: assistant.asked)
        await world.stop_bot()
        assistant.gate.set()
        monkeypatch.setattr(Store, "notes", flaky)
        await world.start_bot()
        await world.until(lambda: world.texts() == ["答：慢问题"])
        await world.settle()

    play(scenario, assistant=assistant)


def test_who_floods_the_bot_holds_nobody_else_up(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.channels.telegram import inbox

    monkeypatch.setattr(inbox, "MOST_AT_ONCE", 30)
    monkeypatch.setattr(inbox, "MOST_OF_ONE", 6)

    async def scenario(world: World) -> None:
        anna, ben = world.person(1), world.person(2)
        for _ in range(60):
            anna.say("/help")
        await world.until(lambda: world.said(1))
        ben.say("问")
        await world.until(lambda: world.said(2))
        assert world.texts(2) == ["答：问"]
        assert len(world.said(1)) < 50, "he did not wait for her"
        await world.stop_bot()  # with most of hers still to be answered
        await world.start_bot()
        await world.settle()
        assert len(world.said(1)) == 60
        assert world.telegram
        assert (world.telegram.inbox._inside, world.telegram.inbox._parked) == ({}, {})

    play(scenario, assistant=Scripted(), scale=0.05)


def test_a_stop_lets_an_answer_that_is_nearly_done_end(play: Play) -> None:
    assistant = Scripted.held("慢问题")

    async def scenario(world: World) -> None:
        world.person().say("慢问题")
        await world.until(lambda: assistant.asked)
        asyncio.get_running_loop().call_later(0.1, assistant.gate.set)
        await world.stop_bot()
        assert world.texts() == ["答：慢问题"]

    play(scenario, assistant=assistant, drain_s=5.0)


def test_retry_after_is_obeyed_and_only_that_chat_waits(play: Play) -> None:
    async def scenario(world: World) -> None:
        world.api.refusals["sendMessage"].append(ApiError(429, "Too Many Requests: retry after 1", retry_after=1))
        loop = asyncio.get_running_loop()
        begun = loop.time()
        world.person(1).say("问")
        await world.until(lambda: not world.api.refusals["sendMessage"])
        world.person(2).say("问")
        await world.until(lambda: world.said(2))
        assert loop.time() - begun < 0.9
        await world.until(lambda: world.said(1))
        assert loop.time() - begun >= 1.0
        await world.settle()
        assert world.texts() == ["答：问", "答：问"]

    play(scenario, assistant=Scripted())


def test_an_edit_that_is_refused_for_a_while_comes_through(play: Play) -> None:
    async def scenario(world: World) -> None:
        anna = world.person()
        question = anna.say("一")
        await world.settle()
        world.api.refusals["editMessageText"].append(ApiError(429, "Too Many Requests: retry after 1", retry_after=1))
        anna.edit(question, "二")
        await world.settle()
        assert world.texts() == ["答：二"]

    play(scenario, assistant=Scripted())


def test_a_server_with_a_fault_is_asked_again(play: Play) -> None:
    async def scenario(world: World) -> None:
        world.api.refusals["sendMessage"] += [ApiError(502, "Bad Gateway"), ApiError(500, "Internal Server Error")]
        world.api.refusals["getUpdates"] += [ApiError(502, "Bad Gateway")]
        answer = await world.person().ask("问")
        assert answer["text"] == "答：问"
        assert len(world.said()) == 1

    play(scenario, assistant=Scripted())


def test_a_network_that_fails_for_longer_loses_no_answer(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.channels.telegram import flood

    monkeypatch.setattr(flood, "_FIRST_PAUSE_S", 0.005)

    async def scenario(world: World) -> None:
        world.api.refusals["sendMessage"] += [ApiError(502, "Bad Gateway")] * 14
        answer = await world.person().ask("问")
        assert answer["text"] == "答：问"

    play(scenario, assistant=Scripted())


def test_a_server_that_is_gone_for_a_while(data: Any) -> None:
    """The listening socket is closed, connections are refused; when it is back, everything is answered once."""

    async def scenario() -> None:
        api = BotApi()
        assistant = Scripted()
        async with listening(api.app) as port:
            world = World(api, port, data, 0.02, {"assistant": assistant})
            await world.start_bot()
            world.person(1).say("一")
            await world.settle()
        world.person(2).say("二")  # while nobody listens
        await asyncio.sleep(0.3)
        async with listening(api.app, port):
            await world.until(lambda: world.said(2))
            await world.settle()
            assert world.texts() == ["答：一", "答：二"]
            await world.stop_bot()

    asyncio.run(scenario())


def test_it_starts_though_telegram_cannot_be_reached_at_first(data: Any) -> None:
    async def scenario() -> None:
        api = BotApi()
        api.refusals["deleteWebhook"] += [ApiError(502, "Bad Gateway")]
        api.refusals["getMe"] += [ApiError(502, "Bad Gateway")]
        async with listening(api.app) as port:
            world = World(api, port, data, 0.02, {"assistant": Scripted()})
            await world.start_bot()
            assert (await world.person().ask("问"))["text"] == "答：问"
            await world.stop_bot()

    asyncio.run(scenario())


def test_a_message_that_the_server_refuses_for_good_is_said_sorry_for(play: Play) -> None:
    async def scenario(world: World) -> None:
        world.api.refusals["sendMessage"].append(ApiError(400, "Bad Request: something new"))
        assert (await world.person().ask("问"))["text"].startswith("抱歉，刚才出了点问题")
        assert (await world.person().ask("再问"))["text"] == "答：再问"

    play(scenario, assistant=Scripted())


def test_a_second_program_with_the_same_token_is_reported(play: Play, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(world: World) -> None:
        world.api.refusals["getUpdates"].append(ApiError(409, "Conflict: terminated by other getUpdates request"))
        world.api.refusals["getUpdates"].append(ApiError(409, "Conflict: terminated by other getUpdates request"))
        await world.person(1).ask("问")
        await world.until(lambda: not world.api.refusals["getUpdates"])
        await world.person(1).ask("再问")

    play(scenario, assistant=Scripted())
    assert "another program asks for this bot's updates" in caplog.text


def test_an_update_that_cannot_be_written_down_is_not_confirmed(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.channels.telegram import inbox
    from retrieval.errors import ArchiveReadOnlyError
    from retrieval.store import Store

    monkeypatch.setattr(inbox, "_TRY_AGAIN_S", 0.02)
    failures = iter([True] * 5)
    put_once = Store.put_note_once

    def flaky(self: Store, space: str, key: str, value: str, *, now: float) -> bool:
        if space.startswith("telegram:pending") and next(failures, False):
            raise ArchiveReadOnlyError(self.directory, "the disk is full")
        return put_once(self, space, key, value, now=now)

    monkeypatch.setattr(Store, "put_note_once", flaky)

    async def scenario(world: World) -> None:
        assert (await world.person().ask("问"))["text"] == "答：问"

    play(scenario, assistant=Scripted())


def test_within_a_group_twenty_a_minute(play: Play) -> None:
    async def scenario(world: World) -> None:
        group = world.group()
        for number in range(30):
            world.person(number + 1).say("/ask 问", group)
        await world.settle()
        assert len(world.said()) == 30

    play(scenario, assistant=Scripted(), scale=0.02)


def test_growing_answers_of_many_stay_within_the_limits(play: Play) -> None:
    assistant = Scripted()
    assistant.pause_s = 0.02

    async def scenario(world: World) -> None:
        group = world.group()
        for number in range(1, 41):
            world.person(number).say("慢慢说来")
            if number <= 10:
                world.person(number).say("/ask 慢慢说来", group)
        await world.settle()
        assert sum(text == "答：慢慢说来" for text in world.texts()) == 50

    play(scenario, assistant=assistant, show_every_s=0.01, show_every_group_s=0.01)


def flood(data: Any, people: int, seconds: float, scale: float, patience_s: float) -> None:
    """So many people ask within so many seconds; every question is answered once, no limit is passed."""
    assistant = Scripted()
    assistant.pause_s = 0.002

    async def scenario() -> None:
        async with living(data, assistant=assistant, scale=scale) as world:
            waits = sorted(random.Random(1).uniform(0, seconds) for _ in range(people))
            begun = asyncio.get_running_loop().time()
            for number, wait in enumerate(waits, 1):
                await asyncio.sleep(max(0.0, begun + wait - asyncio.get_running_loop().time()))
                world.person(number).say(f"问题{number}")
            await world.settle(patience_s)
            assert Counter(one["text"] for one in world.said()) == Counter(f"答：问题{n}" for n in range(1, people + 1))
            assert all(one["text"] == f"答：问题{one['chat']['id']}" for one in world.said())
            assert world.api.violations == []

    asyncio.run(scenario())


def test_two_hundred_people_at_once(data: Any) -> None:
    flood(data, 200, 0.5, 0.1, 60)


@pytest.mark.skipif(not os.environ.get("WENBAO_LONG_TESTS"), reason="takes 10 s; set WENBAO_LONG_TESTS=1")
def test_two_hundred_people_within_five_seconds_at_telegrams_own_limits(data: Any) -> None:
    flood(data, 200, 5.0, 1.0, 120)


def test_memory_stays_flat(data: Any) -> None:
    """A second wave of the same size keeps no more memory than the first left."""

    async def scenario() -> None:
        async with living(data, assistant=Scripted(), scale=0.01) as world:
            kept = []
            tracemalloc.start()
            for wave in range(4):
                for number in range(30):
                    world.person(5000 + number).say(f"问{wave}-{number}")
                await world.settle()
                for records in (world.api.calls, world.api.order, world.api.actions):
                    records.clear()
                world.api.messages.clear()
                world.api.drafts.clear()
                gc.collect()
                telegram = tracemalloc.take_snapshot().filter_traces(
                    [
                        tracemalloc.Filter(True, "*/bot/channels/telegram/*"),
                        tracemalloc.Filter(True, "*/telegram/ext/*"),
                    ]
                )
                kept.append(sum(one.size for one in telegram.statistics("filename")))
            tracemalloc.stop()
            assert kept[3] < kept[1] + 50_000, kept

    asyncio.run(scenario())


def test_the_token_is_never_logged(data: Any, capfd: pytest.CaptureFixture[str]) -> None:
    import logging

    from bot_api import TOKEN

    from bot.channels.telegram.secrecy import keep_secret

    handler = logging.StreamHandler()
    root = logging.getLogger()
    before = (root.level, {name: logging.getLogger(name).level for name in ("httpx", "httpcore", "telegram")})
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    keep_secret(TOKEN)
    try:

        async def scenario() -> None:
            async with living(data, assistant=Scripted()) as world:
                world.api.refusals["sendMessage"] += [
                    ApiError(502, f"Bad {TOKEN}"),
                    ApiError(400, f"Bad Request {TOKEN}"),
                ]
                await world.person().ask("问")
                logging.getLogger("anything").error("an address with %s", f"https://api/bot{TOKEN}/getMe")

        asyncio.run(scenario())
    finally:
        root.removeHandler(handler)
        root.setLevel(before[0])
        for name, level in before[1].items():
            logging.getLogger(name).setLevel(level)
    said = capfd.readouterr()
    assert "an address with https://api/bot<token>/getMe" in said.err
    assert TOKEN not in said.err + said.out
    assert TOKEN.partition(":")[2] not in said.err + said.out
