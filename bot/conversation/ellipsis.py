"""An ellipsis (那2024年呢, 女子的呢, 云湖县呢) asks the earlier question again of something else: what is like it."""

from __future__ import annotations

import re
from itertools import pairwise

import rjieba

from bot.composers.contrasts import contrary
from bot.conversation.asking import ASKING, asked
from bot.conversation.names import are_alike, is_person, persons, places
from bot.conversation.sides import QUANTITY, another_side
from bot.conversation.times import leading_time, of_another_state, times

_COMPARED = re.compile(
    r"^(?:和|跟|与|同)?比?(?P<with>去年同期|上年同期|去年|上年|前年|前一年|上一年|上个?月|(?:19|20)\d{2}年)(?:相比|比)?$"
)
_NOW = re.compile(r"现在|目前|如今")
_LOOSE = re.compile(r"的$|方面$|情况$|这边$|那边$")
_AFTER_ALL = re.compile(r"^(?:只看|光看|单看|单说|说到|关于|对于|换成|如果是|要是)")
_BEFORE_NOW = re.compile(r"(?:以|之|此)?(?P<side>前|后)$")
_MEASURED = re.compile(r"(?:多少|几)[一-鿿]?$")
_POINTED = re.compile(r".那[一-鿿]$")


_LONGEST_FOCUS = 60  # characters of what a follow-up switches to; each time or place in it is taken off by itself


def substituted(focus: str, earlier: str) -> str:
    """`earlier` asked of `focus`: of the same kind in its place where there is one, else of what it is about."""
    focus = _AFTER_ALL.sub("", focus)
    if len(focus) > _LONGEST_FOCUS:
        return another_side(focus, earlier)
    compared = _COMPARED.match(focus)
    if compared and "比" in focus:
        parts = asked(earlier)
        return f"{parts.subject}{parts.noun}比{compared['with']}增长了多少？"
    bare = _LOOSE.sub("", focus) or focus
    return (
        _of_time(bare, earlier)
        or of_another_state(bare, earlier)
        or _of_pointed(bare, earlier)
        or _of_place(bare, earlier)
        or _of_contrary(bare, earlier)
        or _of_person(bare, earlier)
        or _of_like(bare, earlier)
        or _of_counted(focus, earlier)
        or another_side(bare, earlier)
    )


def _of_time(focus: str, earlier: str) -> str | None:
    """Another time for that of `earlier`; what stands behind it in `focus` is put in its own place."""
    time = leading_time(focus)
    if not time:
        return None
    rest = focus[len(time) :].removeprefix("的")
    text = substituted(rest, earlier) if rest else earlier
    timed = times(text)
    time = time.removesuffix("的").replace("上年", "去年")
    if not timed:
        return f"{time}{_NOW.sub('', text, count=1)}"
    quoted = time.strip('“”"') if text[timed[0][0] - 1 : timed[0][0]] == "“" else time
    return (
        text[: timed[0][0]] + quoted + text[timed[-1][1] :]
        if _are_together(timed, text)
        else (text[: timed[0][0]] + quoted + text[timed[0][1] :])
    )


def _are_together(timed: list[tuple[int, int]], text: str) -> bool:
    """Whether times stand one behind another, so that they are one."""
    return all(not re.search(r"[一-鿿]{3}", text[end:start]) for (_, end), (start, _) in pairwise(timed))


def _of_place(focus: str, earlier: str) -> str | None:
    own = places(focus)
    named = places(earlier)
    if not own or own[0][0] != 0 or not named:
        return None
    end = _end_of_chain(own)
    place, rest = focus[:end], focus[end:].removeprefix("的")
    last = focus[own[0][0] : own[0][1]] if len(own) == 1 or end == own[0][1] else focus[own[-1][0] : end]
    start, stop = _alike_chain(earlier, named, last, place)
    text = earlier[:start] + place + earlier[stop:]
    return _of_rest(rest, text, place) if rest else text


def _of_rest(rest: str, text: str, place: str) -> str:
    """`text`, which already speaks of `place`, asked of `rest` of it too."""
    if text.count(rest):
        return text
    return substituted(rest, text)


def _end_of_chain(found: list[tuple[int, int]]) -> int:
    end = found[0][1]
    for start, stop in found[1:]:
        if start != end:
            break
        end = stop
    return end


def _alike_chain(earlier: str, named: list[tuple[int, int]], last: str, place: str) -> tuple[int, int]:
    """The stretch of `earlier` that `place` replaces: the last of its kind, with what it lies in where `place` says."""
    like = [span for span in named if are_alike(earlier[span[0] : span[1]], last)]
    start, stop = like[-1] if like else named[0]
    before = [span for span in named if span[1] == start]
    if before and place != last:
        start = before[0][0]
    return start, stop


def _of_contrary(focus: str, earlier: str) -> str | None:
    """女子 for 男子, 再次认定 for 首次认定: the other of two words, with what goes on alike on both sides."""
    found = contrary(focus, earlier)
    if not found:
        return None
    (own_start, own_end), (start, end) = found
    head, tail = focus[:own_start], focus[own_end:]
    before = _shared(head[::-1], earlier[:start][::-1])
    behind = _shared(tail, earlier[end:])
    extra = head[: len(head) - before], tail[behind:]
    core = focus[own_start - before : own_end + behind]
    left, right = ("" if one in earlier else one for one in extra)  # 再次认定 for 首次被认定
    return earlier[: start - before] + left + core + right + earlier[end + behind :]


def _shared(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _of_person(focus: str, earlier: str) -> str | None:
    named = persons(earlier)
    if not named or not is_person(focus):
        return None
    start, end = named[-1]
    return earlier[:start] + focus + earlier[end:]


def _of_pointed(focus: str, earlier: str) -> str | None:
    """国网那笔 for 远景那份合同, 娄星那个 for 冷水江经开区."""
    if not _POINTED.search(focus):
        return None
    pointed = re.search(r"^(?:.*[，,])?(?P<whole>.*?那[一-鿿])", earlier)
    if pointed:
        return earlier[: pointed.start("whole")] + focus + earlier[pointed.end() :]
    named = places(earlier)  # 娄星那个 for 冷水江经开区
    return earlier[: named[-1][0]] + focus[:-2] + earlier[named[-1][1] :] if named else None


def _of_like(focus: str, earlier: str) -> str | None:
    """Another for the words that end alike: 村级 for 镇级, 三桥 for 二桥, 改造之后 for 改造之前."""
    side = _BEFORE_NOW.search(focus)
    if side:
        other = re.search(rf"(?:以|之|此)?{'前' if side['side'] == '后' else '后'}(?![一-鿿]?[名位])|[原早]先", earlier)
        if other:
            stem = focus[: side.start()]
            start = other.start() - len(stem) if stem and earlier[: other.start()].endswith(stem) else other.start()
            return earlier[:start] + focus + earlier[other.end() :]
    found = _alike(focus, earlier)
    return earlier[: found[0]] + focus + earlier[found[1] :] if found else None


def _alike(focus: str, earlier: str) -> tuple[int, int] | None:
    """The stretch of whole words of `earlier` that ends as `focus` does, of about its length; None without one."""
    words = list(_word_spans(earlier))
    ending = next((size for size in (4, 3, 2) if len(focus) >= size and focus[-size:] in earlier), 0)
    if not ending:
        return _one_like(focus, words, earlier)
    end = earlier.rindex(focus[-ending:]) + ending
    asking = [match.end() for match in ASKING.finditer(earlier, 0, end)]
    starts = [start for start, _ in words if max(asking, default=0) <= start < end] or [max(asking, default=0)]
    start = min(starts, key=lambda one: (abs(end - one - len(focus)), one))
    return start, end


def _one_like(focus: str, words: list[tuple[int, int]], earlier: str) -> tuple[int, int] | None:
    """A word of the length of `focus` with the same last character: 镇级 for 村级."""
    asking = ASKING.search(earlier)
    for start, end in words:
        is_asking = asking is not None and start < asking.end() and end > asking.start()
        if 2 <= len(focus) <= 3 and end - start == len(focus) and earlier[end - 1] == focus[-1] and not is_asking:
            return start, end
        ends_word = 2 <= len(focus) <= 3 and end - start > len(focus) and earlier[start + len(focus) - 1] == focus[-1]
        if ends_word and not is_asking:
            return start, start + len(focus)
    return None


def _of_counted(focus: str, earlier: str) -> str | None:
    """Another thing of which the number is asked: 有多少个停车场, 路灯呢."""
    parts = asked(earlier)
    if not parts.noun or QUANTITY.search(_LOOSE.sub("", focus)):
        return None
    bare = _LOOSE.sub("", focus)
    is_modifier = focus.endswith("的") and not bare.endswith(parts.noun[-2:])
    if is_modifier:
        return earlier[: parts.start] + focus + earlier[parts.start :]
    # Of another thing the measure may be another: 几个停车场, 多少路灯.
    return _MEASURED.sub("多少", earlier[: parts.start]) + bare + earlier[parts.end :]


def _word_spans(text: str) -> list[tuple[int, int]]:
    spans, at = [], 0
    for word in rjieba.cut(text):
        spans.append((at, at + len(word)))
        at += len(word)
    return spans
