"""Hostile and odd answers are accepted by the server and show exactly the text that is meant."""

from __future__ import annotations

import asyncio
import os
import random
import time
import unicodedata
from typing import Any

import pytest
from answering import Scripted
from bot_api_text import ApiError, checked_text, parse_html, units
from hypothesis import given, settings
from hypothesis import strategies as st
from people import World, living

from bot.answer import Answer, Citation
from bot.channels.telegram.text import LONGEST_MESSAGE, Span, one_line, plain, shown, split, to_html

ATOMS = [
    "<b>", "</b>", "<script>alert(1)</script>", "<a href='tg://user?id=1'>",
    "</a>", "<", ">", "&", "&amp;", "&lt", "&#60;",
    "&#x1F600;", "<!--", "]]>", "<b", "</", "<tg-spoiler>", "<pre>",
    "<blockquote>", "`*_[]()~>#+-=|{}.!", "\\", '"', "'",
    "\u202e反转\u202c", "\u200f", "\u200e", "\u2066", "\u061c", "\u200b",
    "\u200d", "\u200c", "\ufeff", "\u00ad", "\u2028", "\u2029",
    "\x00", "\x07", "\x1b[31m", "\r\n", "\t", "\x85", "\x9b", "👨‍👩‍👧‍👦",
    "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🇨🇳🇩🇪", "👍🏽", "❤️", "𠮷", "é", "é", "å", "Z̳", "Z̿", "ﷺ",
    "@everyone", "/start", "#标签", "https://example.com/?a=1&b=2", "汉字。",
    "汉字！”", "，", "\n", "\n\n\n\n", "   ", "Hello. ",
    "عربى", "\ud800", "\udfff", "\ufffe", "\uffff", "\U0010ffff", "１８６０米",
    "㌀", "ﬁ",
]  # fmt: skip


def hostile(number: int) -> str:
    """The answer of a number: a mixture of atoms, the longest of 20,000 characters."""
    chance = random.Random(number)
    length = 20_000 if number % 20 == 7 else [3, 40, 400, 1000, 4090, 4096, 4097, 8200][number % 8]
    if number % 5 == 0:
        return (chance.choice(ATOMS) * length)[:length]
    text = ""
    while len(text) < length:
        text += chance.choice(ATOMS) if chance.random() < 0.6 else chance.choice(["市民说，桥很长。", "a", "七", " "])
    return text[:length]


def meant(text: str) -> str:
    """What is meant to be seen of a text, said once more and in other words than the bot's."""
    text = text.replace("\r\n", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    kept = []
    for character in text:
        kind = unicodedata.category(character)
        if character == "\u030a" and kept and kept[-1].isascii() and kept[-1].isalpha():
            kept[-1] = unicodedata.normalize("NFC", kept[-1] + character)
            if len(kept[-1]) > 1:
                kept[-1] = kept[-1][0]
        elif character in "\n\u200c\u200d" or "\U000e0020" <= character <= "\U000e007f":
            kept.append(character)
        elif kind == "Cs":
            kept.append("\ufffd")
        elif character == "\t":
            kept.append(" ")
        elif kind not in ("Cc", "Cf") and character not in "\u030a\u0333\u033f":
            kept.append(character)
    return "".join(kept)


def squeezed(text: str) -> str:
    """Without white space, which may be folded where messages begin, end and are cut."""
    return "".join(text.split())


def play_all(data: Any, numbers: range, scale: float) -> None:
    """Each number's answer is asked for by a person of its own; what they see is what was meant."""

    def make(question: Any) -> Answer:
        text = hostile(int(question.text.removeprefix("问题")))
        quote = Citation(f"<{text[:5]}>", text[:300], "2024-01-01", text[:50], text[:100], 0, 100)
        short = text[:80] if len(text) % 2 else None
        return Answer(question.text, text, False, 0.9, (quote,), short_answer=short)

    async def scenario() -> None:
        async with living(data, assistant=Scripted(make), scale=scale, daily_questions=0) as world:
            for number in numbers:
                world.person(number + 1).say(f"问题{number}")
            await world.settle(200)
            for number in numbers:
                check(world, number)
            failed = [one for one in world.texts() if one.startswith("抱歉")]
            assert not failed

    def check(world: World, number: int) -> None:
        parts = world.said(number + 1)
        assert parts, number
        text = hostile(number)
        whole = "".join(one["text"] for one in parts)
        answer, _, sources = whole.rpartition("来源")
        expected = squeezed(meant(text)) or "…" * (not sources)
        short = squeezed(meant(text[:80]))
        if len(text) % 2 and short:
            if shown(text[:80]).strip() not in shown(text):
                expected = short + expected
            bold = "".join(stretch for one in parts for stretch in bold_of(one)).removesuffix("来源")
            assert squeezed(bold) == short, number
        assert squeezed(answer) == expected, number
        assert squeezed(sources).startswith("[1]《"), number
        for one in parts:
            assert units(one["text"]) <= LONGEST_MESSAGE
            assert all(entity["type"] in ("bold", "italic") for entity in one.get("entities", []))

    asyncio.run(scenario())


def bold_of(message: dict[str, Any]) -> list[str]:
    from bot_api_text import under

    return under(message, "bold")


def test_hostile_answers(data: Any) -> None:
    play_all(data, range(40), 0.002)


@pytest.mark.skipif(not os.environ.get("WENBAO_LONG_TESTS"), reason="takes half a minute; set WENBAO_LONG_TESTS=1")
def test_five_hundred_hostile_answers(data: Any) -> None:
    play_all(data, range(500), 0.002)


def test_five_hundred_hostile_texts_as_messages() -> None:
    """Every one of the 500, without the network: cut, written as HTML, read by the server's rules."""
    for number in range(500):
        text = hostile(number)
        visible = shown(text)
        parts = split([Span(visible, "b"), Span("\n\n"), Span(visible)])
        seen = ""
        for part in parts:
            stored, entities = checked_text(to_html(part), "HTML")
            assert stored == plain(part)  # what the server keeps is what was written, to the character
            assert units(stored) <= LONGEST_MESSAGE
            assert all(one["type"] == "bold" for one in entities)
            seen += stored
        assert squeezed(seen) == squeezed(meant(text)) * 2, number


def test_hostile_titles_and_quotes_in_sources_searches_and_inline(data: Any) -> None:
    from retrieval.article import Article

    async def scenario() -> None:
        async with living(data, admins=frozenset({1})) as world:
            assert world.desk
            store = world.desk.archive.store
            body = ("桥头堡<b>&amp;\u202e" + "很长的。" * 50).replace("\x00", "")
            with world.desk.archive.writing():
                title = "<i>标题</i> & \u202e" + "长" * 500
                store.put_article(Article("<b>&", title, body, source="<晚报>" * 50), [(0, len(body))], None)
                world.desk.archive.sync_lexical()
            anna = world.person(1)
            for text in ("桥头堡是什么？", "/search 桥头堡", "/article <b>&", "/latest"):
                said = await anna.ask(text)
                assert "<" in said["text"] or text == "/latest"
            results = (await anna.inline("桥头堡"))["results"]
            assert any("<i>标题</i>" in one["title"] for one in results)
            assert (await anna.ask("/search <b>桥头堡</b>"))["text"].startswith("找到的段落：<b>桥头堡</b>")

    asyncio.run(scenario())


@given(
    st.lists(st.tuples(st.text(max_size=60), st.sampled_from(["", "b", "i", "blockquote"])), max_size=12),
    st.integers(20, 80),
)
@settings(max_examples=60, deadline=None)
def test_splitting_keeps_every_character_and_style(pairs: list[tuple[str, str]], most: int) -> None:
    spans = [Span(shown(text), tag) for text, tag in pairs]
    parts = split(spans, most)
    styled = [(one, span.tag) for part in parts for span in part for one in span.text if not one.isspace()]
    assert styled == [(one, span.tag) for span in spans for one in span.text if not one.isspace()]
    for part in parts:
        assert units(plain(part)) <= most
        stored, _ = checked_text(to_html(part), "HTML")
        assert stored == plain(part)


def test_a_very_long_text_is_cut_in_time_that_grows_with_its_length() -> None:
    """Thirty times the text takes about thirty times as long; were all of it looked at for each message, 400."""

    def took_s(length: int) -> float:
        text = ("市民说，桥很长。" * (length // 8 + 1))[:length]
        begun = time.process_time()
        parts = split([Span(text)], 3000)
        assert "".join(map(plain, parts)) == text
        return time.process_time() - begun

    once = min(took_s(100_000) for _ in range(3))
    assert took_s(3_000_000) < 130 * once


def test_messages_are_cut_at_the_ends_of_sentences_and_never_within_a_character() -> None:
    text = "他说：“今天很好。”" * 1000
    parts = [plain(part) for part in split([Span(text)])]
    assert len(parts) == 3
    assert all(part.endswith("。”") for part in parts)
    family = "👨‍👩‍👧‍👦"
    assert all(plain(part) == family * (len(plain(part)) // len(family)) for part in split([Span(family * 1000)]))
    flags = "🇨🇳" * 3000
    assert all(len(plain(part)) % 2 == 0 for part in split([Span(flags)]))
    assert one_line("一" * 50, 10) == "一" * 9 + "…"
    assert one_line("👍🏽👍🏽👍🏽", 4) == "👍🏽…"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("<b>x", "Can't find end tag"),
        ("<b>x</i>", "Unmatched end tag"),
        ("x</b>", "Unexpected end tag"),
        ("<script>x</script>", "Unsupported start tag"),
        ("a < b", "Unsupported start tag"),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>", "nested"),
    ],
)
def test_the_server_itself_is_strict(source: str, said: str) -> None:
    with pytest.raises(ApiError, match=said):
        parse_html(source)
    with pytest.raises(ApiError, match="too long"):
        checked_text("👍" * 2049, "HTML")
    with pytest.raises(ApiError, match="empty"):
        checked_text("<b> </b>", "HTML")
    assert parse_html("1 &lt; 2 &amp;&nbsp;&#65; > 0")[0] == "1 < 2 &&nbsp;A > 0"
