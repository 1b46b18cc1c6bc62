"""Which lines stand beside a picture: captions, by their credits or their form, and credits alone."""

from __future__ import annotations

import re
from functools import lru_cache

from retrieval.page.bylines import names_of
from retrieval.page.characters import HAN
from retrieval.page.people import is_name

_LONGEST, _LONGEST_CREDITED, _LONGEST_SCENE = 120, 240, 60
_PICTURE = r"(?:资料|历史)?(?:图片|照片|资料图|效果图)"
_GIVEN = re.compile(
    rf"(?:^|[ \u3000。！？，；”）)])(?:(?:[{HAN}]{{2,12}}[ \u3000]*){{1,4}}(?:供图|制图|绘图)"
    rf"|(?:均为|本版|系)?{_PICTURE}(?:均?由[{HAN} ]{{2,16}}提供)?|[{HAN}]{{2,4}}社发|图片来源[：:].{{2,16}}"
    rf"|(?:摄影|供图|制图|绘图|图)[：:/／][ \u3000]*[{HAN} ]{{2,12}})$"
)
_IN_BRACKETS = re.compile(
    rf"[（(](?:图[：:/／]?)?[{HAN} \u3000/／]{{0,20}}(?:摄|摄影|供图|提供|社发|图|图片|照片|制图)[)）]$"
    rf"|[{HAN}]{{2,4}}社发[（(][{HAN} \u3000]{{2,14}}摄[)）]$|[（(](?:图|摄影)[：:/／][{HAN} \u3000]{{2,12}}[)）]$"
)
_TAKEN = re.compile(r"([^。！？；”）)，]{1,24}?)[ \u3000]*(?:摄影报道|(?<!拍)摄影|(?<!拍)摄|图/文|文/图|图文)$")
_LAST_NAME = re.compile(rf"([{HAN}]{{2,4}})$")
_MARKED = re.compile(
    r"^[▲▶►◀◄△▼▽↑↓←→][ \u3000]*\S|^[上下左右本题]图[：:为是]|^图[一二三四五六七八九\d①-⑨]?(?:为|[：:①-⑨])|^图片说明"
)
_SCENE = re.compile(
    r"(?:近景|远景|全景|外景|内景|夜景|一角|一隅|新貌|全貌|鸟瞰|航拍图?|掠影|效果图|示意图|资料图)[。）)]?$"
)
_SENTENCE_END = re.compile(r"[。！？]$|[。！？]”$")


@lru_cache(maxsize=8192)
def is_caption(text: str) -> bool:
    """Whether it is a picture's caption with its credit, only the credit, or a caption by its form."""
    if len(text) > _LONGEST_CREDITED or names_of(text):
        return False
    if _MARKED.match(text):
        return len(text) <= _LONGEST
    if _SENTENCE_END.search(text):
        return len(text) <= _LONGEST_SCENE and _is_scene(text[: text.find("。") + 1])
    if _IN_BRACKETS.search(text) or (len(text) <= _LONGEST and _GIVEN.search(text)):
        return True
    taken = _TAKEN.search(text)
    return taken is not None and _ends_with_name(taken[1])


def _is_scene(sentence: str) -> bool:
    return bool(_SCENE.search(sentence)) and "，" not in sentence


def _ends_with_name(text: str) -> bool:
    """Whether a credit's words before 摄 end with a person, or say that somebody was named."""
    if names_of(text):
        return True
    match = _LAST_NAME.search(text)
    if not match:
        return False
    word = match[1]
    return any(is_name(word[-size:]) for size in (3, 2, 4) if size <= len(word)) or word.endswith(
        ("记者", "通讯员", "作者")
    )
