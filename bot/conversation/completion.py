"""A follow-up with what it needs of the turns before.

张克昌最早在哪家厂当学徒？ → 他后来哪一年去当老师的？     张克昌后来哪一年去当老师的？
2024年地区生产总值是多少？ → 那2025年呢？                 2025年地区生产总值是多少？
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import rjieba

from bot.conversation.asking import ASKING, asked, statement, without_quantity, without_side
from bot.conversation.ellipsis import substituted
from bot.conversation.leaning import (
    ABOUT,
    BARE,
    ELLIPSIS,
    OPENING,
    THE_SAME,
    is_bound,
    may_lean,
    pointing_back,
    says_of_what,
)
from bot.conversation.referents import POINTING, PRONOUN, referent
from bot.conversation.sides import QUANTITY
from bot.conversation.times import EXPLICIT_YEAR, YEAR, resolved
from bot.conversation.turns import Standalone, Turn

_ASKS_HOW = re.compile(r"(?:呢|怎么样|又?如何)?[？?]*$")
_HELD = re.compile(r"(?:搞|开展|举办|进行|组织|召开|办|开)了?(?:多少|几)[次场轮届期项起]")
_ASKS_YEAR = ("几年", "哪年", "哪一年", "什么时候", "何时")
_OWN_SIDE = ("n", "b", "vn", "f", "s")


def stand_alone(question: str, history: Sequence[Turn | str]) -> Standalone:
    """`question` with what it needs of `history`, oldest first."""
    turns: list[Turn] = []
    for turn in [turn if isinstance(turn, Turn) else Turn(turn) for turn in history]:
        completed = _completed(turn.question, turns)
        turns.append(replace(turn, question=completed.text, meant=_meant(turn.question, turns)))
    return _completed(question, turns)


def _completed(question: str, turns: Sequence[Turn]) -> Standalone:
    question = question.strip()
    if not turns or not question:
        return Standalone(question, own=question)
    bound = is_bound(question)
    if not bound and not may_lean(question):
        return Standalone(question, own=question)
    made = _rewritten(question, turns)
    return replace(
        made,
        leans=True,
        may_stand=not bound,
        own=question,
        # Of another year another article speaks as often.
        article_id=None if EXPLICIT_YEAR.search(made.focus) else turns[-1].article_id,
        asked=tuple(turn.question for turn in turns),
        said=tuple(turn.said for turn in turns if turn.said),
    )


def _rewritten(question: str, turns: Sequence[Turn]) -> Standalone:
    """The question made complete."""
    earlier = turns[-1].question
    opened = OPENING.match(question) is not None
    question = OPENING.sub("", question)
    if question.isascii():
        about = ABOUT.match(question)
        return Standalone(substituted(about["focus"], earlier)) if about else Standalone(question, context=earlier)
    if BARE.match(question):
        return Standalone(f"{statement(earlier)}，{question}")
    question = resolved(question, earlier)
    pointing = pointing_back(question)
    if pointing:
        return _without_pronoun(question, pointing, turns)
    focus = _focus(question, opened)
    if focus:
        return Standalone(substituted(focus, earlier), focus=focus.removesuffix("的").replace("上年", "去年"))
    # 那永兴县给多少人追回了工资: all but the event is named
    topic = "" if says_of_what(question) else _timed(_topic(question, earlier), question)
    return Standalone(f"{topic}{question}")


def _focus(question: str, opened: bool) -> str | None:
    """What an ellipsis asks of instead, with the 的 that says that something is left out behind it."""
    ellipsis = ELLIPSIS.match(question)
    if ellipsis and not ASKING.search(ellipsis["focus"]):
        return _ASKS_HOW.sub("", question)
    same = THE_SAME.match(question) if opened else None
    return same["focus"] if same else None


def _meant(question: str, turns: Sequence[Turn]) -> str:
    """What 它 or 他 in an earlier question stands for, which it most often goes on to do."""
    match = pointing_back(question) if turns else None
    return referent(match[0], "", turns).text if match and match.re is PRONOUN else ""


def _without_pronoun(question: str, match: re.Match[str], turns: Sequence[Turn]) -> Standalone:
    thing = (match["thing"] or match["that"] or "") if match.re is POINTING else ""
    meant = referent(match[0], thing, turns)
    before, behind = question[: match.start()], question[match.end() :]

    def said(referent: str) -> str:
        return f"{before}{_timed(referent, question)}{behind}"

    return Standalone(said(meant.text), also=said(meant.also) if meant.also else "", focus=meant.text)


def _topic(question: str, earlier: str) -> str:
    """What a question that names no subject goes on about."""
    parts = asked(earlier)
    word, flag = rjieba.tag(question)[0]
    if _HELD.search(earlier):  # 搞了几次检查, 查出多少毛病: of that event
        return f"{parts.subject}{parts.noun}"
    if not flag.startswith(_OWN_SIDE):
        return parts.subject
    if parts.noun:  # 就业率有多高, of those whose number was asked
        return f"{parts.subject}{parts.noun if QUANTITY.search(word) else ''}"
    topic = without_quantity(parts.subject)
    return topic if topic != parts.subject else without_side(topic)


def _timed(topic: str, question: str) -> str:
    """`topic` without its year where the question names or asks for one itself."""
    asks_year = any(one in question for one in _ASKS_YEAR)
    return YEAR.sub("", topic).strip() if YEAR.search(question) or asks_year else topic
