"""Names of China's provinces and prefectures, which the tagger often takes for other words (怀化, 大同, 保定)."""

from __future__ import annotations

import itertools
import re
from typing import Final

import rjieba

_PROVINCES = (
    "北京 天津 上海 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南"
    " 四川 贵州 云南 陕西 甘肃 青海 台湾 内蒙古 广西 西藏 宁夏 新疆 香港 澳门"
)
# What surrounds a name is not looked at: 湖南 stands in 湖南省 as well.
_PREFECTURES = (
    "石家庄 唐山 秦皇岛 邯郸 邢台 保定 张家口 沧州 廊坊 衡水 太原 大同 阳泉 长治 晋城 朔州 晋中 运城 忻州"
    " 临汾 吕梁 呼和浩特 包头 乌海 赤峰 通辽 鄂尔多斯 呼伦贝尔 沈阳 大连 鞍山 抚顺 本溪 丹东 锦州 营口 阜新"
    " 辽阳 盘锦 铁岭 葫芦岛 长春 四平 辽源 通化 白山 松原 白城 延边 哈尔滨 齐齐哈尔 鸡西 鹤岗 双鸭山 大庆 伊春"
    " 佳木斯 七台河 牡丹江 黑河 绥化 南京 无锡 徐州 常州 苏州 南通 连云港 淮安 盐城 扬州 镇江 泰州 宿迁 杭州"
    " 宁波 温州 嘉兴 湖州 绍兴 金华 衢州 舟山 台州 丽水 合肥 芜湖 蚌埠 淮南 马鞍山 淮北 铜陵 安庆 黄山 滁州"
    " 阜阳 宿州 六安 亳州 池州 宣城 福州 厦门 莆田 三明 泉州 漳州 南平 龙岩 宁德 南昌 景德镇 萍乡 九江 新余"
    " 鹰潭 赣州 吉安 宜春 上饶 济南 青岛 淄博 枣庄 东营 烟台 潍坊 济宁 泰安 威海 日照 临沂 德州 聊城 滨州 菏泽"
    " 郑州 开封 洛阳 平顶山 安阳 鹤壁 新乡 焦作 濮阳 许昌 漯河 三门峡 南阳 商丘 信阳 周口 驻马店 武汉 黄石"
    " 十堰 宜昌 襄阳 鄂州 荆门 孝感 荆州 黄冈 咸宁 随州 恩施 长沙 株洲 湘潭 衡阳 邵阳 岳阳 常德 张家界 益阳"
    " 郴州 永州 怀化 娄底 湘西 广州 韶关 深圳 珠海 汕头 佛山 江门 湛江 茂名 肇庆 惠州 梅州 汕尾 河源 阳江 清远"
    " 东莞 中山 潮州 揭阳 云浮 南宁 柳州 桂林 梧州 北海 防城港 钦州 贵港 玉林 百色 贺州 河池 来宾 崇左 海口"
    " 三亚 成都 自贡 攀枝花 泸州 德阳 绵阳 广元 遂宁 内江 乐山 南充 眉山 宜宾 广安 达州 雅安 巴中 资阳 贵阳"
    " 六盘水 遵义 安顺 毕节 铜仁 昆明 曲靖 玉溪 保山 昭通 丽江 普洱 临沧 大理 西双版纳 拉萨 日喀则 西安 铜川"
    " 宝鸡 咸阳 渭南 延安 汉中 榆林 安康 商洛 兰州 嘉峪关 金昌 白银 天水 武威 张掖 平凉 酒泉 庆阳 定西 陇南"
    " 西宁 银川 石嘴山 吴忠 固原 中卫 乌鲁木齐 克拉玛依 吐鲁番 哈密 喀什 和田"
)
# Words, or parts of other names, as well.
_MORE_THAN_A_PLACE = (
    "日照 来宾 白银 普洱 黄山 大理 中山 安康 和田 河源 固原 白城 延安 南通 新乡 六安 安顺 平凉 三明 常德 淮南 淮北"
)
_NAMES = set(f"{_PROVINCES} {_PREFECTURES}".split()) - set(_MORE_THAN_A_PLACE.split())

# What stands beside a name where it is a part of other words: 市长春节慰问, 重大庆祝, 出海口, 长治久安.
_INSIDE_WORDS = {
    "长春": r"(?<![市县区镇乡村局校院部会])长春(?!节|天|雨|笋)",
    "大庆": r"(?<![重盛])大庆(?!祝|典)",
    "海口": r"(?<!出)(?<!入)海口",
    "长治": r"长治(?!久安)",
    "河北": r"(?<!江)河北(?!岸)",
    "河南": r"(?<!江)河南(?!岸)",
}
KNOWN_PLACES: Final = re.compile(
    "|".join(_INSIDE_WORDS.get(one, one) for one in sorted(_NAMES, key=lambda one: (-len(one), one)))
)
"""Finds such a name, without 省 or 市."""

_PREFECTURE_NAMES: Final = frozenset(_PREFECTURES.split())
_PREFECTURE: Final = re.compile(
    "|".join(
        _INSIDE_WORDS.get(one, one) for one in sorted(_PREFECTURE_NAMES & _NAMES, key=lambda one: (-len(one), one))
    )
)
_BEHIND_PLACES = ("的", "市", "有", "在")


def prefectures(text: str) -> set[str]:
    """The prefectures that `text` names, without 市; those that are other words only as places stand."""
    found = {match[0] for match in _PREFECTURE.finditer(text)}
    words = [*rjieba.tag(text), ("", "")]
    for (word, flag), (following, _) in itertools.pairwise(words):
        name = word.removesuffix("市")
        is_place = word != name or (flag in ("ns", "nr") and following in _BEHIND_PLACES)
        if name in _PREFECTURE_NAMES and is_place:
            found.add(name)
    return found


def is_prefecture(name: str) -> bool:
    """Whether `name`, without 市, is a prefecture's."""
    return name in _PREFECTURE_NAMES


def speaks_of_other_prefectures(question: str, text: str) -> bool:
    """Whether `text` names prefectures, but none of those that `question` names."""
    asked = prefectures(question)
    return bool(asked) and not any(one in text for one in asked) and _PREFECTURE.search(text) is not None
