"""Yes or no: what a sentence says to a question that asks whether something is so."""

from __future__ import annotations

import re

import rjieba

from bot.composers.question_kind import content
from bot.phrases import language_of
from retrieval.terms import fold

_A_NOT_A = re.compile(
    r"是不是|是否|有没有|有無|有沒有|能不能|能否|可不可以|可否|会不会|會不會|要不要|需不需要|用不用|该不该|收不收"
)
_PARTICLE = re.compile(r"(?P<done>[了过過])?[吗嗎么麼](?=[？?。！!\s]*$)")
_ENGLISH = re.compile(r"^(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|must|may)\b", re.I)
_WHAT = re.compile(
    r"什么|什麼|谁|誰|哪|多少|几(?!乎)|幾|怎|为何|为啥|如何|多[大久长高远]|\b(?:what|who|when|where|which|how|why)\b",
    re.I,
)
_VERB = re.compile(r"需要|可以|允许|还?是|有|要|能|会|會|收|用")
_CLAUSES = re.compile(r"[^，。；！？：,;!?:\n]+")
_NEGATION = re.compile(
    r"(?<!不得)不(?!仅|但|断[^水电]|少|同(?!意)|过(?!关)|久|错|得不|止|只|论|管|光|妨(?!碍)|愧|乏)|(?<![淹沉出埋])没(?!收(?!到|取|入))|沒|未(?!来(?!得)|央|成年)|无(?!人机(?!构)|论|线(?!索)|疑|数|不[一可疑]|锡|偿献)|非(?!常|洲|遗|凡|法)"
    r"|免(?![疫得])|禁止|拒绝|取消|\b(?:no|not|never|without)\b|n't\b"
)
_FREE = re.compile(r"免[费票]|free", re.I)
_SWEEPING = re.compile(
    r"只有|仅有|唯一|最|全部|所有|都|人人|每天|天天|一直|总是|\b(?:only|all|every|always|most)\b", re.I
)
_RHETORICAL = re.compile(r"(?:难道|不是).*[吗嗎]")
_OPPOSITES = (("免费", "收费"), ("收费", "免费"))
_PLANNED = re.compile(r"预计|计划|拟|将|力争|有望|争取|准备")
_DONE = re.compile(r"[了过][吗么]|已")
_FIGURES = re.compile(r"\d+(?:\.\d+)?")
_LEAST_MET = 0.6  # of the question's words, by the sentence, for a verdict to be given
_MOST_NEGATIVE = 2


def asks_whether(question: str) -> bool:
    """Whether `question` is to be answered with yes or no."""
    if _WHAT.search(_A_NOT_A.sub("", question)):
        return False
    if language_of(question) == "en":
        return bool(_ENGLISH.match(question.strip()))
    return bool(_A_NOT_A.search(question) or _PARTICLE.search(question))


def verdict(question: str, title: str, quote: str) -> bool | None:
    """Whether `quote`, from an article headed `title`, says that what `question` asks is so; None where it is unclear.

    Unclear is what meets too little of the question, and what asks for all, only or most of something: there the
    sentence has to speak for itself.
    """
    if language_of(question) == "en" or _SWEEPING.search(question) or _RHETORICAL.search(question):
        return None
    nearest = _nearest(question, title, quote)
    if nearest is None or _differs(question, nearest, quote):
        return None
    negative = len(_NEGATION.findall(_FREE.sub("", nearest)))
    if negative >= _MOST_NEGATIVE:
        return None
    return bool(negative) == bool(_NEGATION.search(_FREE.sub("", _asked(question))))


def _asked(question: str) -> str:
    return fold(_A_NOT_A.sub("", question))


def _nearest(question: str, title: str, quote: str) -> str | None:
    """The clause of `quote` that speaks of what is asked; None where it is too little, or of somebody else."""
    words = _words(question)
    if not words or sum(word in fold(title + quote) for word in words) < _LEAST_MET * len(words):
        return None
    # What is asked of the subject stands last; only a clause that speaks of it affirms or denies it.
    clauses = [fold(clause) for clause in _CLAUSES.findall(quote) if words[-1] in fold(clause)]
    if not clauses:
        return None
    nearest = max(clauses, key=lambda clause: sum(len(word) for word in words if word in clause))
    return nearest if words[0] in nearest or words[0] not in fold(quote) else None


def _differs(question: str, nearest: str, quote: str) -> bool:
    """Whether the clause plans what is asked as done, gives another figure, or says the opposite in another word."""
    asked = _asked(question)
    if _PLANNED.search(nearest) and not _PLANNED.search(asked) and _DONE.search(asked):
        return True
    said = _FIGURES.findall(fold(quote))
    opposite = any(one in question and other in nearest for one, other in _OPPOSITES)
    return opposite or any(one not in said for one in _FIGURES.findall(asked))


def yes_or_no(question: str, is_so: bool) -> str:
    """The word that answers: 有 or 没有 to 有没有, 不用 to 要用…吗, else 是的, 不是 or 没有."""
    asked = _A_NOT_A.search(question)
    particle = _PARTICLE.search(question)
    verb = _VERB.search(asked[0]) if asked else None
    word = verb[0].removeprefix("还") if verb else ""
    if not asked and particle and not particle["done"]:
        # Whole words alone: 收 stands in 收入, 会 in 会议.
        word = next((one for one in rjieba.cut(question[: particle.start()]) if _VERB.fullmatch(one)), "")
    if word == "有":
        return "有" if is_so else "没有"
    if word in ("", "是", "还是"):
        return "是的" if is_so else ("没有" if particle and particle["done"] else "不是")
    return word if is_so else f"不{word}"


def _words(question: str) -> list[str]:
    text = content(_A_NOT_A.sub(" ", _PARTICLE.sub(" ", question)))
    return [word for word in dict.fromkeys(rjieba.cut(fold(text))) if word.isalnum()]
