"""Names of institutions and places whole: 邵阳市大祥区向阳小学, not 向阳小学教师; 熊峰山国家森林公园, not 熊峰山."""

from __future__ import annotations

import re
from itertools import pairwise

import rjieba

_HEADS = (
    "学校|小学|中学|[一二三四五六七八九十]中|附中|大学|学院|幼儿园|党校|公司|集团|企业|工厂|合作社|银行|支行|分行|信用社|医院|卫生院|诊所|中心|法院|检察院|报社|出版社|电视台|协会"
    "|妇联|团委|工会|政府|纪委|监委|[一-鿿]局|商会|学会|基金会|委员会|研究院|研究所|事务所|派出所|图书馆|博物馆|纪念馆"
)
_ASKS = re.compile(
    r"(?:哪一?[家所个间座]?|什么|啥)(?:[^，。？的是在]{0,6})?"
    r"(?:学校|小学|中学|大学|学院|幼儿园|公司|企业|工?厂|合作社|银行|医院|单位|机构|部门|媒体|协会)"
    r"|(?:单位|机构|部门|企业|公司|学校)(?:是|有|叫|为)?(?:谁|哪|什么)|在哪[里儿家所]?(?:上班|工作|任教|教书|教学|上学|读书|就职|供职|做事)"
)
_WITH_ROLE = re.compile(
    rf"(?P<name>.*(?:{_HEADS}))的?(?:副?(?:校长|园长|院长|行长|社长|馆长|所长|主任|书记|总经理|经理|董事长|负责人|理事长|秘书长)"
    r"|教师|老师|医生|医师|护士|教授|员工|职工|工人|学生|记者|工作人员|相关负责人)"
)
_HEAD = re.compile(rf".*(?:{_HEADS})")
_REST = re.compile(rf"[一-鿿]{{0,8}}?(?:{_HEADS})")
_OTHER_KINDS = (
    "企业 公司 单位 学校 机构 部门 医院 银行 名校 媒体 商家 龙头 客户 会员 成员 上市 代表 全国 全省 全市 全县"
)
_KINDS = frozenset(_OTHER_KINDS.split())  # what stands before a name and is no part of it
_DOINGS = "产销 服务 建设 管理 投资 开发 运输 制造 加工 种植 养殖 销售 发展 生产 教育 培训 研究 设计 检测 担保 租赁"
_IN_NAMES = frozenset(_DOINGS.split())  # verbs that stand in names
_NAMING = ("n", "j", "b", "g", "zg", "l", "an", "vn", "s")
_LONGEST = 30
_PLACE_HEADS = (
    "公园|景区|风景名胜区|旅游区|度假区|园区|开发区|高新区|产业园|工业园|科技园|文创园|物流园|小区|社区|街道|广场|市场|夜市|中学|小学|大学|学院|医院|体育馆|体育中心"
    "|体育场|博物馆|图书馆|文化馆|会展中心|服务中心|火车站|汽车站|高铁站|机场|码头|水库|林场|农场|基地|酒店|宾馆|剧院|书店"
)
_PLACE_REST = re.compile(rf"[一-鿿]{{0,10}}?(?:{_PLACE_HEADS})")
_ASKS_ELSE = re.compile(r"哪一?[座个条片处]?(?:山|市|县|镇|乡|村|省|国|区|城|州|岛|湖|河|江)")


def whole_institution(question: str, text: str, start: int, end: int) -> tuple[int, int]:
    """The institution's whole name without a person's role behind it, where `question` asks for one."""
    if not _ASKS.search(question):
        return start, end
    start += len(text[start:end]) - len(text[start:end].lstrip("的"))
    end = _without_verb(text, start, end)
    role = _WITH_ROLE.fullmatch(text, start, end)
    if role:
        end = role.end("name")
    if not _HEAD.fullmatch(text, start, end):
        rest = _REST.match(text, end)
        if not rest or not _names(rest[0]):
            return start, end
        end = rest.end()
    return _begins(text, start), end


def _without_verb(text: str, start: int, end: int) -> int:
    """Before the verb that goes on into another: 妇联 of 妇联组织, where 开展 follows."""
    at = start
    tagged = rjieba.tag(text[start : end + 2])
    for (word, flag), (_, following) in pairwise(tagged):
        if at + len(word) == end and at > start and flag == following == "v":
            return at
        at += len(word)
    return end


def _begins(text: str, start: int) -> int:
    """Where the name that goes on at `start` begins: behind the last word before it that is no part of a name."""
    clause = max(text.rfind(mark, max(0, start - _LONGEST), start) for mark in "，。；！？：、“”（）()《》\n 　") + 1
    clause = max(clause, start - _LONGEST)
    at = start
    for word, flag in reversed(rjieba.tag(text[clause:start])):
        named = flag.startswith(_NAMING) or word in _IN_NAMES or (flag == "f" and len(word) > 1)  # 南方
        if not named or word in _KINDS:
            break
        at -= len(word)
    return at


def whole_place(question: str, text: str, start: int, end: int) -> tuple[int, int]:
    """With what makes the place's name whole, where it goes on: 国家森林公园 behind 熊峰山."""
    if _ASKS_ELSE.search(question):
        return start, end
    rest = _PLACE_REST.match(text, end)
    if not rest or not re.fullmatch(r"[一-鿿]{2,12}", text[start:end]):
        return start, end
    return (start, rest.end()) if _names(rest[0]) else (start, end)


def _names(text: str) -> bool:
    """Whether all words of `text` may be part of a name."""
    return all(flag.startswith(_NAMING) or word in _IN_NAMES for word, flag in rjieba.tag(text))
