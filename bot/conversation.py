"""Earlier questions of a conversation complete a follow-up, by rules; what they miss stands alone.

张克昌最早在哪家厂当学徒？ → 他后来哪一年去当老师的？     张克昌最早后来哪一年去当老师的？
2024年地区生产总值是多少？ → 那2025年呢？                 2025年地区生产总值是多少？
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import rjieba

from bot.composers.question_kind import QuestionKind, expectation
from bot.composers.specifics import named
from bot.composers.yes_no import asks_whether

_OPENING = re.compile(
    r"^(?:那么|那(?!里|儿|边|个|条|座|家|笔|次|位|些|年|天|时)|还有|另外|以及|其中|and\b|so\b)[，,\s]*", re.I
)
_PRONOUN = re.compile(
    r"它们|他们|她们|它|他(?!们)|她|其(?=[^他它中实余])|该[市县区镇村校院馆局司厂项]?|那里|那儿|那边|这里|这儿|当地"
)
_POINTING = re.compile(r"^(?:这|那)(?:[条座家笔次位些个项])")
_ELLIPSIS = re.compile(r"^(?P<focus>.+?)的?呢[？?]?$")
_ABOUT = re.compile(r"^(?:what|how) about (?P<focus>.+?)[?]?$", re.I)
_REASON_ALONE = re.compile(r"^(?:这是|那是)?(?:为什么|为何|为啥|怎么回事|why)[？?]?$", re.I)
_YEAR = re.compile(r"(?:19|20)\d{2}年?|去年|今年|前年|明年")
_TIME = re.compile(
    r"(?:(?:19|20)\d{2}年?|去年|今年|前年|明年)?(?:同期|[一二三四]季度|上半年|下半年|前[一二三]季度|\d{1,2}月(?:份)?|年底)?"
)
_ASKING = re.compile(
    r"什么时候|什么|为什么|为何|何时|多少|第?几|哪[一个些里儿家座位年天条]?|谁|怎么样?|如何|多[大高长远久重]|是不是|有没有|吗"
)
_WHERE = re.compile(r"在[一-鿿]{2,6}$")
_SHORTEST_ALONE = 7
_LONGEST_REFERENT = 20
_AMBIGUOUS_UP_TO = 16  # characters: a longer question says by itself what it is about
_WORDS = re.compile(r"\w")
_TRAILING = ("v", "p", "d", "u", "y", "c", "r", "a", "b", "f", "q", "x", "e")


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question and, where it was answered, its short answer and the article that it came from."""

    question: str
    short_answer: str | None = None
    article_id: str | None = None


@dataclass(frozen=True, slots=True)
class Standalone:
    """A question that can be searched for and read for.

    `text` is the question made complete, `context` what else to search for. `leans` is set where it needed the
    earlier turns; `may_stand` where it might also be meant by itself, `own` being its own words; `article_id` is the
    article that answered the question before it.
    """

    text: str
    context: str = ""
    leans: bool = False
    may_stand: bool = False
    own: str = ""
    article_id: str | None = None

    @property
    def whole(self) -> str:
        """Both in one line."""
        return f"{self.context} {self.text}".strip()


def stand_alone(question: str, history: Sequence[Turn | str]) -> Standalone:
    """`question` with what it needs of `history`, oldest first."""
    complete: Turn | None = None
    for turn in [turn if isinstance(turn, Turn) else Turn(turn) for turn in history]:
        text = _completed(turn.question, complete).text
        complete = Turn(text, turn.short_answer, turn.article_id)
    return _completed(question, complete)


def _completed(question: str, before: Turn | None) -> Standalone:
    question = question.strip()
    if before is None or not question:
        return Standalone(question, own=question)
    is_bound = _is_bound(question)
    if not is_bound and not _may_lean(question):
        return Standalone(question, own=question)
    text, context = _rewritten(question, before)
    return Standalone(text, context, leans=True, may_stand=not is_bound, own=question, article_id=before.article_id)


def _is_bound(question: str) -> bool:
    """Whether the question says nothing without what was said before it."""
    if _ABOUT.match(question) or _REASON_ALONE.match(question):
        return True
    if question.isascii():
        return bool(re.match(r"(?:and|it|he|she|they|there|its|his|her|their)\b", question, re.I))
    is_short = len(_WORDS.findall(question)) < _SHORTEST_ALONE
    pointing = _PRONOUN.search(question) or _POINTING.match(question)
    return bool(is_short or _OPENING.match(question) or _ELLIPSIS.match(question) or pointing)


def _may_lean(question: str) -> bool:
    return not question.isascii() and len(question) <= _AMBIGUOUS_UP_TO and not _names(question)


def _names(question: str) -> bool:
    """Whether the question names a place, a quoted thing, or someone, so that it needs no other subject."""
    if [one for one in named(question) if not one.isdigit()]:
        return True
    return any(flag in ("nr", "ns", "nt", "nz") and len(word) > 1 for word, flag in rjieba.tag(question))


def _rewritten(question: str, before: Turn) -> tuple[str, str]:
    """The question made complete, and further words to search for."""
    question = _OPENING.sub("", question)
    if _REASON_ALONE.match(question):
        return f"{_statement(before.question)}，{question}", ""
    ellipsis = _ABOUT.match(question) or _ELLIPSIS.match(question)
    if ellipsis and not _ASKING.search(ellipsis["focus"]):
        return _substituted(ellipsis["focus"], before.question), ""
    pronoun = _PRONOUN.search(question)
    topic = _topic(before.question)
    if pronoun:
        referent = _referent(pronoun[0], before) or topic
        text = question[: pronoun.start()] + _timed(referent, question) + question[pronoun.end() :]
        return text, "" if referent == topic else topic
    question = _POINTING.sub("", question)
    if rjieba.tag(question)[0][1].startswith(("n", "b", "vn")):  # 票价多少: another side of the same thing
        topic = _without_side(topic)
    return f"{_timed(topic, question)}{question}", ""


def _without_side(topic: str) -> str:
    """`topic` without a common noun at its end: 二桥全长 is about the bridge."""
    words = rjieba.tag(topic)
    if len(words) < 2 or words[-1][1] not in ("n", "vn"):
        return topic
    return "".join(word for word, _ in words[:-1]).rstrip("的")


def _timed(topic: str, question: str) -> str:
    """`topic` without its year where the question names or asks for one itself."""
    return _YEAR.sub("", topic).strip() if _YEAR.search(question) or "年" in _asked(question) else topic


def _asked(question: str) -> str:
    asking = re.search(r"[哪几]一?年|什么时候|何时", question)
    return f"{asking[0]}年" if asking else ""


def _referent(pronoun: str, before: Turn) -> str | None:
    """The earlier short answer, where the earlier question asked for what the pronoun stands for."""
    answer = before.short_answer
    if not answer or len(answer) > _LONGEST_REFERENT or re.search(r"[\d；]", answer) or asks_whether(before.question):
        return None
    kind = expectation(before.question).kind
    if pronoun[0] in "他她":
        return answer if kind is QuestionKind.PERSON else None
    if pronoun in ("那里", "那儿", "那边", "这里", "这儿", "当地"):
        return answer if kind is QuestionKind.PLACE else None
    return answer if kind in (QuestionKind.PLACE, QuestionKind.OTHER) else None


def _topic(question: str) -> str:
    """What `question` is about: its words before the asking one, without the verb and the like at their end."""
    asking = list(_ASKING.finditer(question))
    if not asking:
        return question.rstrip("？?。 ")
    before = question[: asking[-1].start()]
    if len(before) < 2:
        return question[asking[-1].end() :].rstrip("？?。 ")
    words = rjieba.tag(before)
    while len(words) > 1 and _trails(*words[-1]):
        words.pop()
    return "".join(word for word, _ in words)


def _trails(word: str, flag: str) -> bool:
    """Whether a word at the end of a topic belongs to what was asked of it: a verb and the like, but no verbal noun."""
    return word in "是有在把被了的" or (flag.startswith(_TRAILING) and flag != "vn")


def _statement(question: str) -> str:
    return _ASKING.sub("", question).rstrip("？?。 ")


def _substituted(focus: str, earlier: str) -> str:
    """`earlier` asked of `focus` instead: a time for its time, a like expression for its like, else a new subject."""
    time = _TIME.match(focus)
    timed = [match for match in _TIME.finditer(earlier) if match[0]]
    if time and time[0] == focus and timed:
        return earlier[: timed[0].start()] + focus + earlier[timed[-1].end() :]
    afterwards = re.search(r"(?:以|之)?后$", focus) and re.search(r"(?:以|之)前|[原早]先", earlier)
    if afterwards:
        return earlier[: afterwards.start()] + focus + earlier[afterwards.end() :]
    alike = _alike(focus, earlier)
    if alike:
        return earlier[: alike[0]] + focus + earlier[alike[1] :]
    topic = _timed(_WHERE.sub("", _topic(earlier)), focus)
    asking = list(_ASKING.finditer(earlier))
    words = rjieba.tag(topic)
    if len(words) > 1 and words[-1][1].startswith(("n", "v", "eng")) and words[-1][1] not in ("nr", "ns", "nt"):
        topic = "".join(word for word, _ in words[:-1])
        return f"{topic}{focus}{earlier[len(_WHERE.sub('', _topic(earlier))) :] if asking else ''}"
    return f"{topic}{focus}是{asking[-1][0] if asking else '什么'}？"


def _alike(focus: str, earlier: str) -> tuple[int, int] | None:
    """The stretch of whole words of `earlier` that ends as `focus` does, of about its length; None without one."""
    words = list(_word_spans(earlier))
    ending = next((size for size in (4, 3, 2) if len(focus) >= size and focus[-size:] in earlier), 0)
    if not ending:
        return None
    end = earlier.rindex(focus[-ending:]) + ending
    starts = [start for start, _ in words if start < end]
    start = min(starts, key=lambda one: (abs(end - one - len(focus)), one))
    return start, end


def _word_spans(text: str) -> list[tuple[int, int]]:
    spans, at = [], 0
    for word in rjieba.cut(text):
        spans.append((at, at + len(word)))
        at += len(word)
    return spans
