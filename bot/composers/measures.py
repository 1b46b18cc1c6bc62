"""The measure of the figure that a question asks for: 元 for what costs, 岁 for how old, 起 as well as 宗."""

from __future__ import annotations

import re
from typing import Final

MONEY: Final = "(?:元|块|美元|欧元|英镑|日元|港币|人民币)"
PEOPLE: Final = "(?:人|名|位|个|户|口)"
PERCENT: Final = "(?:[%％‰]|成|个?百分点)"
LENGTH: Final = "(?:公里|千米|米|里|厘米|毫米|公分)"
AREA: Final = "(?:平方|亩|公顷)"
WEIGHT: Final = "(?:吨|公斤|千克|斤|克)"
DURATION: Final = "(?:世纪|年|个半?月|周|天|日|个?半?小时|分钟|分|秒)"
RANK: Final = "(?:名|位)"

# The measure right after 多少 or 几, and what else an article may say for it.
_SAME = {
    **dict.fromkeys("人名位", PEOPLE),
    **dict.fromkeys("个個", "(?:人|名|位|个|家|座|处|项|所|支|件|只|条|起)"),
    **dict.fromkeys("钱錢元", MONEY),
    **dict.fromkeys("天日", "[天日]"),
    **dict.fromkeys("岁歲", "岁"),
    **dict.fromkeys("家间間所", "[家间所个]"),
    **dict.fromkeys("次回趟场場届屆", "[次回趟场届期]"),
    **dict.fromkeys("种種类類", "[种类个]"),
    **dict.fromkeys("条條项項", "[条项个]"),
    **dict.fromkeys("辆輛台臺", "[辆台]"),
    **dict.fromkeys("宗起件樁桩", "[起宗件桩例]"),
    **dict.fromkeys("只隻头頭匹", "[只头匹尾羽条]"),
    **dict.fromkeys("座栋棟幢", "[座栋幢个]"),
    **dict.fromkeys("支队隊", "[支队个]"),
    **dict.fromkeys("处處", "[处个]"),
    **dict.fromkeys("层層", "[层楼]"),
    **dict.fromkeys("期批版辑", "[期批版辑次]"),
    **dict.fromkeys("户戶", "[户家]"),
    **dict.fromkeys("亩畝", AREA),
    **dict.fromkeys("吨斤噸", WEIGHT),
    **dict.fromkeys("米", LENGTH),
    **dict.fromkeys("倍", "倍"),
    **dict.fromkeys("年", "(?:年|个月)"),
    **dict.fromkeys("月", "月"),
    **dict.fromkeys("点點时時", "[点时:：]"),
    **dict.fromkeys("路线線", "[路线条号]"),
    **dict.fromkeys("颗顆粒枚", "[颗粒枚个]"),
    **dict.fromkeys("本册冊篇首幅部", "[本册篇首幅部卷]"),
    **dict.fromkeys("艘架", "[艘架条只]"),
    **dict.fromkeys("棵株", "[棵株]"),
    **dict.fromkeys("级級", "级"),
    **dict.fromkeys("张張床", "[张个]"),
    **dict.fromkeys("块塊", "[块元]"),
    **{one: one for one in "票套碗盏桌份封杯瓶箱盒口步圈周"},
    **dict.fromkeys(["小时", "分钟", "个月", "个小时", "秒"], DURATION),
    **dict.fromkeys(["公里", "千米"], "(?:公里|千米|米)"),
    **dict.fromkeys(["公斤", "千克"], WEIGHT),
    **dict.fromkeys(["平方米", "公顷", "平方公里"], AREA),
    "个百分点": "个?百分点",
    "百分点": "个?百分点",
}
_WORDS = "|".join(sorted(map(re.escape, _SAME), key=len, reverse=True))
_ASKED = re.compile(r"多少|(?<![哪这那近前头后过隔好])(?:几(?!乎)|幾)")
_SOME = re.compile(r"几(?=.*(?:多少|多[大久长高远重宽深快]|谁|什么|哪))")  # 郴州几家污水处理厂 … 多久
_NAMED = re.compile(rf"[十百千万亿萬億]*(?P<measure>{_WORDS})")
_POINTS = re.compile(r"个(?:百分)?点")
# What begins with a measure and is none: 多少路灯, 多少本金.
_NOUN = re.compile(
    r"路[灯口段牌费桥人]|本[金科钱地市县书]|支(?:[部出持]|队(?!伍))|[项條条][目件例]|期[限刊]|场[馆地所]|[处處][罚罰分方]|种[子植粮]|类型|户[外籍]|家(?:[庭属电具政]|长(?!者))"
    r"|名[额单]|位置|票[价数款房]|床[位铺]|桌[子椅]|级别|层[次级]|步[道行]|口[罩粮岸]|份额|头盔|套餐|线[路索下上]|点位|台(?:账|风(?![力机扇]))|队[伍员友]|座[位谈]"
    r"|部[门队分]|首次|包裹|盒饭|封面|米[粉饭豆]"
)
_PEOPLE_NAMED = re.compile(
    r"(?:名|位|个)?(?:打工人|劳动者|摊主|养护人员|旅客|乘客|游客|遊客|观众|學生|学生|职工|員工|员工|工人|居民|村民|老人|孩子|教师|老师|医生|护士"
    r"|志愿者|队员|选手|运动员|患者|病人|党员|干部|农民工|农民(?!工)|顾客|客人|读者|网民|人口|人"
    r"|[一-鿿]{0,6}[员師师生者民工兵手夫嫂姨妈爷童](?=[？?，。\s]|$))"
    r"(?!的?(?:工资|工钱|欠?薪|款|[^，。？?]{0,2}钱))"
)
# What a question is about, where no measure is named; the first that stands in it decides.
_IMPLIED = (
    (r"第几|第幾|排名|名次|排第|排几|排多少位", RANK),
    (r"(?<![汇匯频頻功速])率(?:是|为|為|有|达|達)?到?(?:多少|几何?)?[？?]?$", PERCENT),
    (
        r"占比|比例|百分之|增幅|涨幅|降幅|跌幅|升幅|增长率|增速|下降率|(?:覆盖|完成|合格|达标|就业|参保|普及|入学|失业|森林|绿化|出勤|回收|利用|城镇化|化)率"
        r"|(?:增长|增加|下降|提高|上涨|减少)了?(?:百分之)?(?:多少|几成)(?=[？?]|$)|percent|share",
        PERCENT + "|倍|" + MONEY + "|[余多万亿]",
    ),
    (r"几岁|岁数|年龄|年纪|how old", "岁"),
    (r"(?:能力|产能|容量|载荷|功率)[^，。？?]{0,4}多大", "吨|立方|千瓦|兆瓦|升|人|辆|台|件|千克|公斤|斤"),
    (r"多大", "岁|" + AREA + "|" + LENGTH),
    (
        r"(?:期限?|工期|时间|时长)[^，。？?]{0,8}多[长久]|多久|多长时间|多少时间|用时|耗时|几年|几个月|how long",
        DURATION + "|" + LENGTH,
    ),
    (r"气温|温度", "(?:℃|度|摄氏度|°)"),
    (
        r"多少[^，。？?]{0,5}[钱錢]|票价|门票|單價|单价|价格|水价|电价|油价|房价|均价|时价|工资|工钱|薪水|月薪|年薪|补贴|补助|租金|房租|奖金|罚款|罚金"
        r"|费用|花费|花了|营收|营业收入|收入|产值|利润|GDP|生产总值|投资|金额|资金|贸易|外贸|进出口额|赔偿?多少|税收|预算|存款|贷款"
        r"|成本|销售额|交易额|营业额|经费|造价|市值|赚了?多少|欠薪|本金|授信|奖励?多少"
        r"|cost|price|salary|revenue|how much money",
        MONEY,
    ),
    (r"面积", AREA),
    (r"多重|重量|体重", WEIGHT),
    (
        r"直径|长度|全长|多长|多遠|多远|水位|海拔|身高|高度|多高|多深|多宽|how (?:far|high|tall|deep|wide)",
        LENGTH + "|层|[%％]",
    ),
)
_IMPLIED_PATTERNS = tuple((re.compile(words, re.I), measure) for words, measure in _IMPLIED)


def asked_measure(question: str) -> str:
    """A pattern for the measure of the figure that `question` asks for; "" where it could be any."""
    # 他们几个人拿回多少工钱 asks for the money: 多少 before 几, the last before the first.
    question = _SOME.sub("数", question)
    asked = max(_ASKED.finditer(question), key=lambda match: (match[0] == "多少", match.start()), default=None)
    if asked:
        if _POINTS.match(question, asked.end()):
            return PERCENT
        if _PEOPLE_NAMED.match(question, asked.end()):
            return PEOPLE
        is_noun = asked[0] == "多少" and _NOUN.match(question, asked.end())
        named = None if is_noun else _NAMED.match(question, asked.end())
        if named:
            return _SAME[named["measure"]]
    return next((measure for words, measure in _IMPLIED_PATTERNS if words.search(question)), "")
