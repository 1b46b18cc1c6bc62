from __future__ import annotations

import pytest

from bot.composers.list_edges import lead_length
from bot.composers.lists import asks_for_list, whole_list
from bot.composers.series import asked_count, count, enumerations, series_fitness, whole_series


@pytest.mark.parametrize(
    ("text", "part", "whole"),
    [
        ("全市对民爆、民船、军工等重点领域开展检查。", "民爆", "民爆、民船、军工"),
        ("四支队伍分别驻守京津冀、长三角、粤港澳和长沙。", "长三角", "京津冀、长三角、粤港澳和长沙"),
        ("推出吉祥物“仁仁”“依依”，很受欢迎。", "“依依”", "“仁仁”“依依”"),
        ("书单包括《远山》《近水》。", "《远山》", "《远山》《近水》"),
        ("院里建成胸痛、卒中、创伤三大中心。", "卒中", "胸痛、卒中、创伤"),
        ("全线设南站、东屏、太平5座车站。", "东屏", "南站、东屏、太平"),
        ("接驳车有K1、K2和K5路。", "K1", "K1、K2和K5路"),
        ("全县共有620人参加。", "620人", "620人"),
        ("调整11条公交线路、新开31路、32路和夜间线路N5路。", "31路", "31路、32路和夜间线路N5路"),
        ("她先后就读于渡口坪小学、书院街中学。", "渡口坪小学", "渡口坪小学、书院街中学"),
        ("于大海、高小山登台。", "高小山", "于大海、高小山登台"),
        ("由演员于大海、高小山主演。", "高小山", "演员于大海、高小山主演"),
        ("决赛中击败澳洲的兰顿和瑞典的艾沙马。", "兰顿", "兰顿和瑞典的艾沙马"),
        (
            "线路归北方公司（北铁）、南方公司（南铁）和西部公司。",
            "北方公司",
            "北方公司（北铁）、南方公司（南铁）和西部公司",
        ),
        ("开设两年制课程(VET)和夜校。", "VET", "VET"),
        (
            "兼任梅江市文学艺术界联合会副主席、作家协会理事长。",
            "作家协会",
            "梅江市文学艺术界联合会副主席、作家协会理事长",
        ),
    ],
)
def test_a_part_of_a_list_becomes_the_list(text: str, part: str, whole: str) -> None:
    start = text.index(part)
    first, last = whole_list(text, start, start + len(part))
    assert text[first:last].endswith(whole)
    assert len(text[first:last]) <= len(whole) + 4
    assert whole_list(text, first, last) == (first, last)


@pytest.mark.parametrize(
    ("text", "part", "whole"),
    [
        ("提前五天预约，支付宝与微信双平台并行。", "提前五天预约，支付宝与微信", "支付宝与微信"),
        ("提前五天预约，支付宝与微信双平台并行。", "微信双平台并行", "支付宝与微信"),
        ("支持Registry2.0版和UDDI2.0版。", "UDDI2.0版", "Registry2.0版和UDDI2.0版"),
        ("通往肺的血管，常是肝。", "肺的血管，常是肝", "肺的血管，常是肝"),
    ],
)
def test_lists_of_two(text: str, part: str, whole: str) -> None:
    start = text.index(part)
    first, last = whole_list(text, start, start + len(part))
    assert text[first:last] == whole


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("盯的是哪几个重点领域？", True),
        ("分别守在哪些地方？", True),
        ("都请些什么人？", True),
        ("有多少人？", False),
        ("局长是谁？", False),
    ],
)
def test_which_questions_want_a_list(question: str, asks: bool) -> None:
    assert asks_for_list(question) == asks


@pytest.mark.parametrize(
    ("question", "text", "part", "whole"),
    [
        ("它的别名是什么？", "它又名甲草、乙草（南方一带）、丙草，开白花。", "乙草", "甲草、乙草（南方一带）、丙草"),
        ("它的别名是什么？", "别名“夜花”、“夜兰”，开白花。", "夜花", "“夜花”、“夜兰”"),
        ("茶叶产自哪里？", "茶叶产自云南、贵州和四川等地，味苦。", "云南", "云南、贵州和四川"),
        ("哪一种茶最贵？", "店里卖绿茶、红茶和白茶。", "白茶", "白茶"),
        ("唐继尧和谁发动了起义？", "蔡锷、唐继尧在昆明发动了起义。", "蔡锷", "蔡锷"),
        ("谁来了？", "王小明和李小红来了。", "李小红", "李小红"),
        ("茶叶产自哪里？", "茶叶产自云南、贵州和四川等地。", "南、贵", "南、贵"),
        ("谁来了？", "王小明来了。", "王小明", "王小明"),
        ("谁当了经理？", "出了汽车公司总经理苏文宏、客运公司部长李明等人。", "苏文宏", "苏文宏"),
        ("事故在哪里？", "又称梧州空难、藤县空难。", "藤县", "藤县"),
    ],
)
def test_series(question: str, text: str, part: str, whole: str) -> None:
    start = text.index(part)
    first, last = whole_series(question, text, start, start + len(part))
    assert text[first:last] == whole


@pytest.mark.parametrize(
    ("text", "part", "whole"),
    [
        ("镇里按照环境整洁好、设施齐全好、服务周到好的标准建站。", "设施", "环境整洁好、设施齐全好、服务周到好"),
        ("景区整合公安、消防、医疗力量，建起一张网。", "消防", "公安、消防、医疗力量"),
        ("村里发动老党员、热心肠的妇女、退休教师等为学生、游客讲故事。", "妇女", "老党员、热心肠的妇女、退休教师"),
        ("区里大力推进无吵闹、无赌博、无乱搭的“三无”创建。", "无赌博", "无吵闹、无赌博、无乱搭"),
        ("每个村配备1个书屋、2名管理员、10张桌子。", "管理员", "1个书屋、2名管理员、10张桌子"),
        ("客车每周4班往返曼谷、澳门、利雅得等地。", "澳门", "曼谷、澳门、利雅得"),
        ("大会将坚持走访群众、解决难题、化解矛盾。", "解决", "走访群众、解决难题、化解矛盾"),
        ("投资方有限公司甲、有限公司乙、有限公司丙。", "有限公司乙", "有限公司甲、有限公司乙、有限公司丙"),
    ],
)
def test_what_governs_a_list_is_no_part_of_it(text: str, part: str, whole: str) -> None:
    start = text.index(part)
    first, last = whole_list(text, start, start + len(part))
    assert text[first:last] == whole


def test_words_before_the_first_item() -> None:
    assert lead_length(["整合公安", "消防", "医疗力量"]) == 2
    assert lead_length(["解决了用水", "用电", "出行"]) == 3
    assert lead_length(["红", "黄", "蓝"]) == 0
    assert lead_length(["只有一项"]) == 0


def test_an_enumeration_may_begin_at_any_word() -> None:
    text = "大会在主题馆牵手好买家、好物网等平台。"
    ((starts, end),) = enumerations(text)
    assert text.index("好买家") in starts
    assert text[:end].endswith("好物网")


@pytest.mark.parametrize(
    ("question", "text", "fitness"),
    [
        ("分哪三种颜色？", "红、黄、蓝", 1.0),
        ("分哪三种颜色？", "红、黄", 0.6),
        ("有哪些颜色？", "红、黄", 1.0),
        ("有哪些颜色？", "三色", 0.6),
    ],
)
def test_a_list_has_as_many_as_are_asked_for(question: str, text: str, fitness: float) -> None:
    assert series_fitness(question, text) == fitness


def test_counts() -> None:
    assert (asked_count("哪两家？"), asked_count("哪12个？"), asked_count("哪些？")) == (2, 12, 0)
    assert (count("甲、乙和丙（丁、戊）"), count("甲")) == (3, 1)


def test_a_list_that_ended_before_the_answer_is_not_its_own() -> None:
    text = "甲村、乙村等新增丙村。"
    at = text.index("丙村")
    start, end = whole_list(text, at, at + 2)
    assert text[start:end] == "丙村"
    assert len(list(enumerations("甲以及" * 40 + "乙"))) <= 1
