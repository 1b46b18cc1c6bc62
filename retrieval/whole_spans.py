"""Numbers with what belongs to them: `620` in 共有620人 is 620人, `3` in 列第3 is 第3.

Annotators often cut the measure word off. A reader that has seen both forms gives either; one form, the whole one,
is what a person answers.
"""

from __future__ import annotations

import re

_NUMERAL = re.compile(r"[\d０-９一二两三四五六七八九十百千万亿零〇.,，．／/%％点半几-]+")
_BEFORE = re.compile(r"(?:大约|约|近|逾|(?<!不)(?<!不[得能可会])超过?|至少|不足|不到|将近|接近|第)$")
_UNITS = (
    "平方公里 平方千米 平方米 立方米 立方公里 公里 千米 公尺 厘米 毫米 公顷 公斤 千克 毫克 微克 公克 英里 "
    "英尺 英寸 海里 摄氏度 华氏度 个百分点 个月 个小时 小时 分钟 秒钟 世纪 年代 年级 美元 欧元 英镑 "
    "日元 加元 澳元 韩元 港元 港币 台币 新台币 人民币 马克 卢布 人次 人口 票 千瓦 兆瓦 赫兹 兆赫 毫升 吨 "
    "克 米 度 亩 升 年 月 日 号 岁 天 周 星期 分 秒 时 点 人 名 位 个 家 所 座 栋 幢 条 项 次 场 届 部 首 张 本 册 "
    "篇 集 期 辆 架 艘 台 门 套 种 类 株 棵 头 匹 只 支 枚 块 片 颗 户 处 间 层 楼 站 线 倍 成 元 "
    "角 字 句 章 节 页 卷 代 路 区 省 市 县 镇 乡 村 国 州 军 师 团 营 连 班 队 组 级 等 席 胜 球 "
    "局 轮 强 ％ % "
    "件 (?<!一)起 盏 份 封 根 粒 顿 餐 碗 杯 瓶 袋 箱 盒 桶 批 趟 遍 幅 笔 宗 例 款 尊 羽 床 朵 折 斤 两 担 平米"
    " 瓦 课时 学时 标箱 人份 车次 班次 架次 台次 头次 "
)
_UNIT = "|".join(sorted(_UNITS.split(), key=lambda unit: (-len(unit), unit)))
_AFTER = re.compile(
    rf"(?:多|余|几)?(?:[百千万亿]+(?:多|余)?(?:{_UNIT})?|(?:{_UNIT}))(?:/(?:{_UNIT}))?(?:半|多|余)?(?:以上|以下|左右|上下)?"
)
_N = r"(?:(?<!\d)\d{1,6}|[一二两三四五六七八九十]{1,6})"  # bounded: a long run of digits is tried once
_DURATION = re.compile(  # in more than one unit: 一个半月, 2斤3两, 一年三个月, 1小时07分42秒, 1分52秒18
    rf"{_N}个半(?:月|小时)|{_N}年半|{_N}斤{_N}两|{_N}年(?:零|又)?{_N}个月|{_N}个?小时{_N}分钟?(?:\d+秒\d*)?|(?<![\d时])\d+分\d+秒\d*"
)


def whole_span(text: str, start: int, end: int) -> tuple[int, int]:
    """`text[start:end]`, widened to whole figures, and when it is a bare number to its unit and its qualifier."""
    start, end = _whole_figures(text, start, end)
    for match in _DURATION.finditer(text, max(0, start - 16), end + 16):
        if match.start() <= start < end <= match.end():
            return match.span()
    span = text[start:end]
    if not _NUMERAL.fullmatch(span):
        return start, end
    after = _AFTER.match(text, end)
    if after and not _begins_a_word(text, after.end()):
        end = after.end()
    before = _BEFORE.search(text[:start])
    return (before.start() if before else start), end


def _whole_figures(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without a cut through a figure: 9分钟 in 19分钟 is 19分钟."""
    if start < end and _is_digit(text[start]):
        while start and (_is_digit(text[start - 1]) or _joins_digits(text, start - 1)):
            start -= 1
    if start < end and _is_digit(text[end - 1]):
        while end < len(text) and (_is_digit(text[end]) or _joins_digits(text, end)):
            end += 1
    return start, end


def _is_digit(character: str) -> bool:
    return character in "0123456789０１２３４５６７８９"


def _joins_digits(text: str, at: int) -> bool:
    """Whether the character is a point or comma between two digits."""
    return text[at] in ".,．" and 0 < at < len(text) - 1 and _is_digit(text[at - 1]) and _is_digit(text[at + 1])


def _begins_a_word(text: str, at: int) -> bool:
    """Whether the character before `at` is rather the first of a name: 3国语 is no unit 国."""
    return (
        text[at - 1] in "国省市县区州军国线路"
        and at < len(text)
        and text[at].isalpha()
        and text[at] not in "的和与、，。及"
    )
