"""Values in a text of the kind that a question asks for: figures with measure words, dates, people's names, reasons."""

from __future__ import annotations

import re
from collections.abc import Iterator

import rjieba

from bot.composers.question_kind import QuestionKind
from bot.composers.reasons import reasons
from retrieval.whole_spans import whole_span

_DATE = re.compile(
    r"(?:(?:\d{4}|[一二〇零○九]{4})年)?\d{1,2}月(?:\d{1,2}[日号])?(?:[上下]午|晚上?|凌晨|早上)?(?:\d{1,2}[时点](?:\d{1,2}分|半)?)?"
    r"|\d{4}年(?:底|初|末)?|\d{1,2}[日号](?=[，。、上下晚凌早])|(?:[上下]午|晚上|凌晨|早上|中午|傍晚|清晨|深夜)?\d{1,2}[时点](?:\d{1,2}分|半)?|\d{1,2}[:：]\d{2}"
    r"|(?:每)?(?:周|星期|礼拜)[一二三四五六日天末](?:晚上?|上午|下午)?|[一二三四五六七八九十]{1,3}月[一二三四五六七八九十]{1,3}[日号]"
)
_NUMBER = re.compile(
    r"\d[\d,，.]*\d|\d|[〇零一二两三四五六七八九十百千]{1,6}(?=[万亿]?[余多]?(?:个|名|人|位|家|座|次|种|岁|年|天|倍|成|条|项|块))"
)
_TRANSCRIBES = (
    "阿埃艾爱安奥巴白班鲍贝本比彼毕宾波伯博布查达戴黛丹道德邓迪蒂丁杜多厄恩尔法范菲费芬丰佛弗福富盖甘冈高戈格葛哥古圭哈海汉豪赫黑亨华怀霍基吉"
    "加贾简杰金卡凯坎康考科克肯库夸奎拉莱赖兰朗劳勒雷里丽利莉连廉列林琳龙隆卢鲁露路伦罗洛马玛迈麦曼芒梅门蒙米密明莫默姆穆纳娜奈南内妮尼年涅宁纽"
    "农努诺欧帕潘佩彭皮平普齐奇恰乔切琴丘屈让热仁日儒瑞若撒萨塞赛桑瑟森莎沙山尚舍申圣施什史士舒斯丝司松苏素所索塔泰坦汤唐陶特腾提廷图托瓦万旺威"
    "夫汀婷蕾娅茜芙珀琪敦顿登滕茨策岑察捷伽嘉柯可腊历娄吕玫孟弥缪摩墨聂珊萧肖叙彦尧尹宇赞哲卓雯阁堪狄翰厉翠葆茵蓓桃"
    "韦维温沃乌伍西希锡席夏香小谢辛欣休修许雪逊雅亚延扬耶叶伊依易因英尤于约匝泽扎詹珍朱兹祖佐A-Za-z"
)
_FOREIGN_NAME = re.compile(rf"[{_TRANSCRIBES}]{{1,8}}(?:[·•・][{_TRANSCRIBES}]{{1,8}})+")
SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔"
    "钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤柏凌欧阳言宁祁匡"
)

ALL_SURNAMES = SURNAMES | frozenset(  # with those that begin common words too: 关系, 管理, 常常
    "鲍裘仇俞饶祝岑聂章鲁倪庞颜耿焦柳甘包裴霍翟殷詹申葛邢樊牟卜柴蒙骆靳翁冉曲温舒阮柯纪梅童凌毕辛管芦娄麦褚窦戚党宫费冷晏席米宗瞿桂佟臧闵邬卞姬栾隋荣"
    "巫寇桑甄丛仲虞敖巩佘苑邝官封谈荆冀郁胥鄢奚尚兰关左艾尤阳穆卓缪车项盛路苗常康施牛易齐安伍莫庄岳单符解屈滕游喻涂谷翟蓝池"
)


def foreign_name(text: str, start: int, end: int) -> tuple[int, int]:
    """The whole name written with points (皮埃尔·特鲁多) that [start, end) is a part of; the span itself if of none."""
    names = (match.span() for match in _FOREIGN_NAME.finditer(text))
    return next(((first, last) for first, last in names if first <= start and end <= last), (start, end))


def values(kind: QuestionKind, text: str) -> Iterator[tuple[int, int]]:
    """The places of the values of `kind` in `text`, in order; none for kinds without a form."""
    if kind is QuestionKind.NUMBER:
        yield from _numbers(text)
    elif kind is QuestionKind.DATE:
        yield from (match.span() for match in _DATE.finditer(text))
    elif kind is QuestionKind.PERSON:
        yield from _people(text)
    elif kind is QuestionKind.REASON:
        yield from reasons(text)


def is_value(kind: QuestionKind, text: str) -> bool:
    """Whether `text` is one value of `kind` and nothing else."""
    return (0, len(text)) in values(kind, text) or (kind is QuestionKind.PERSON and _is_name(text))


def _is_name(text: str) -> bool:
    """Whether `text` is a surname with one or two characters that make no word: 李定河, not 王村民."""
    if not re.fullmatch("[一-鿿]{2,3}", text) or text[0] not in ALL_SURNAMES:
        return False
    return len(text) > len(rjieba.cut(text)[0]) and all(
        len(word) == 1 or flag == "nr" for word, flag in rjieba.tag(text)
    )


def _numbers(text: str) -> Iterator[tuple[int, int]]:
    dates = [match.span() for match in re.finditer(r"\d{4}年|\d{1,2}月(?:\d{1,2}[日号])?", text)]
    for match in _NUMBER.finditer(text):
        if not any(start <= match.start() < end for start, end in dates):
            yield whole_span(text, *match.span())


def _people(text: str) -> Iterator[tuple[int, int]]:
    foreign = [match.span() for match in _FOREIGN_NAME.finditer(text)]
    yield from foreign
    at = 0
    for word, flag in rjieba.tag(text):
        end = at + len(word)
        if any(at < last and end > first for first, last in foreign):
            at = end
            continue
        if 2 <= len(word) <= 4 and (flag == "nr" or (word[0] in SURNAMES and len(word) <= 3)):
            yield at, end
        at = end
