"""Yes or no: what a sentence says to a question that asks whether something is so."""

from __future__ import annotations

import re

import rjieba

from bot.composers.question_kind import content
from bot.phrases import language_of
from retrieval.terms import fold

_A_NOT_A = re.compile(
    r"是不是|是否|有没有|有無|有沒有|能不能|能否|可不可以|可否|会不会|會不會|要不要|需不需要|用不用|该不该|收不收"
    r"|(?P<done>[了过過]?)[没沒]有?(?=[？?。！!\s]*$)"
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
_PAYS = re.compile(r"(?:[交收付花要给掏缴出]|需要?)[^，。？?免]{0,10}(?:钱|费|票)|(?<!免)收费|(?<!不)要钱")
_FOR_NOTHING = re.compile(
    r"免(?:费|票|收|交|除)|无偿|不(?:收|用|需|要|再)[^，。；]{0,6}[费钱票]|[费钱票][^，。；]{0,3}为?(?:零|0元)"
)
_SWEEPING = re.compile(
    r"只有|仅有|唯一|最|全部|所有|都|人人|每天|天天|一直|总是|\b(?:only|all|every|always|most)\b", re.I
)
_RHETORICAL = re.compile(r"(?:难道|不是).*[吗嗎]")
_OPPOSITES = (("免费", "收费"), ("收费", "免费"))
_PLANNED = re.compile(r"预计|计划|拟|将|力争|有望|争取|准备")
_DONE = re.compile(r"[了过][吗么]|已")
_FIGURES = re.compile(r"\d+(?:\.\d+)?")
_LEAST_MET = 0.6  # of the question's words, by the sentence, for a verdict to be given
_LEAST_PAID_FOR = 0.5  # of the words of a clause that says that something costs nothing, by the question
_MOST_NEGATIVE = 2
_OTHERS_MET = 3
_ASKING_OR_TIME = frozenset(["核实", "一下", "请问", "已经", "现在", "目前", "到底", "究竟", "真的"])


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
    if _PAYS.search(question) and _costs_nothing(question, quote):
        return _NEGATION.search(_FREE.sub("", _asked(question))) is not None  # 不要钱吗 is so
    nearest = _nearest(question, title, quote)
    if nearest is None or _differs(question, nearest, quote):
        return None
    negative = len(_NEGATION.findall(_FREE.sub("", nearest)))
    if negative >= _MOST_NEGATIVE:
        return None
    return bool(negative) == bool(_NEGATION.search(_FREE.sub("", _asked(question))))


def _costs_nothing(question: str, quote: str) -> bool:
    """Whether a clause says that what `question` asks the price of is for nothing: 免费对外开放停车场."""
    asked = fold(question)
    for clause in (fold(part) for whole in _CLAUSES.findall(quote) for part in whole.split("、")):
        free = _FOR_NOTHING.search(clause)
        if free:
            said = "".join(word for word in rjieba.cut(clause.replace(free[0], "")) if len(word) > 1)
            met = sum(len(word) for word in set(rjieba.cut(said)) if len(word) > 1 and word in asked)
            if said and met >= _LEAST_PAID_FOR * len(said) and not _NEGATION.search(_FOR_NOTHING.sub("", clause)):
                return True
    return False


def _asked(question: str) -> str:
    return fold(_A_NOT_A.sub("", question))


def _nearest(question: str, title: str, quote: str) -> str | None:
    """The clause of `quote` that speaks of what is asked; None where it is too little, or of somebody else."""
    words = _words(question)
    if not words or sum(word in fold(title + quote) for word in words) < _LEAST_MET * len(words):
        return None
    # What is asked of the subject stands last; only a clause that speaks of it affirms or denies it.
    clauses = [fold(clause) for clause in _CLAUSES.findall(quote)]
    clauses = [one for one in clauses if words[-1] in one] or [one for one in clauses if _nearly_says(words, one)]
    if not clauses:
        return None
    nearest = max(clauses, key=lambda clause: sum(len(word) for word in words if word in clause))
    if words[0] in nearest or words[0] not in fold(quote):
        return nearest
    return nearest if _goes_on(nearest) and fold(quote).find(words[0]) < fold(quote).find(nearest) else None


def _nearly_says(words: list[str], clause: str) -> bool:
    """Whether `clause` has several other words of the question, and says the last one in part: 开业 for 开张."""
    met = [word for word in words[:-1] if word in clause]
    return len(met) >= _OTHERS_MET and len(words[-1]) > 1 and any(character in clause for character in words[-1])


def _goes_on(clause: str) -> bool:
    """Whether `clause` has no subject of its own, so that it says more of the one before it: 成功纳入试点."""
    _, flag = next(iter(rjieba.tag(clause)), ("", "x"))
    return flag[0] in "vdpa"


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
    done = (asked and asked["done"]) or (particle and particle["done"])
    word = verb[0].removeprefix("还") if verb and not (asked and asked["done"]) else ""
    if not asked and particle and not particle["done"]:
        # Whole words alone: 收 stands in 收入, 会 in 会议.
        word = next((one for one in rjieba.cut(question[: particle.start()]) if _VERB.fullmatch(one)), "")
    if word == "有":
        return "有" if is_so else "没有"
    if word in ("", "是", "还是"):
        return "是的" if is_so else ("没有" if done else "不是")
    return word if is_so else ("不用" if word in ("要", "需要") else f"不{word}")


def _words(question: str) -> list[str]:
    text = content(_A_NOT_A.sub(" ", _PARTICLE.sub(" ", question)))
    return [word for word in dict.fromkeys(rjieba.cut(fold(text))) if word.isalnum() and word not in _ASKING_OR_TIME]
