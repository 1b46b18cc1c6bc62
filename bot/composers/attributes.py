"""Attributes by which people ask, and the words by one of which a text says them.

票多少钱一张 is answered by a price with 票 beside it, 谁设计的 by a sentence with 设计 or 绘: where no such word stands
around an answer, it is the price or the person of something else. Only attributes that have few other words for them.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from bot.composers.question_kind import QuestionKind, expectation
from bot.composers.surroundings import SEGMENT, SENTENCE, stretch
from bot.phrases import language_of
from retrieval.terms import fold

# What is asked right before or behind the asking word; what a text that tells it says.
_TABLE: Final = (
    # what people and things are
    (r"设计|设计者|设计师|设计单位|创作|创作者|作曲|作词|编剧", r"设计|创作|[绘画作编]|出自|操刀|主笔|手笔"),
    (r"牌子|品牌|型号", r"牌|型|款|[A-Za-z]{2}"),
    (r"毕业|母校|师范|大学毕业", r"毕业|母校|考[入上取]|就读|求学|校友|录取|师范|大学|学院|读"),
    (r"岁|岁数|年龄|年纪", r"岁|年龄|出生|生于|\d{2}后|年生|年过|花甲|古稀|耄耋"),
    (r"电话|电话号码|联系方式|手机号", r"电话|热线|\d{5}|联系"),
    (r"籍贯|老家|祖籍", r"人|籍|老家|出生|生于|家乡|故乡"),
    (r"学历", r"学历|毕业|学士|硕士|博士|本科|专科|大专|高中|初中|中专|文凭"),
    (r"科|门课|学科|科目", r"语文|数学|英语|物理|化学|生物|历史|地理|政治|体育|音乐|美术|科学|科|课|专业"),
    (r"民族|哪个族|族", r"族"),
    (r"身高", r"身高|高|米"),
    (r"体重", r"重|斤"),
    (r"邮箱|网址|网站|公众号|微信号", r"邮|网|www|公众号|微信|@|扫"),
    (r"英文名|外文名|英文名称", r"[A-Za-z]{2}|英"),
    (r"退休", r"退休|离任|卸任|退下|离休"),
    (r"结婚", r"婚|嫁|娶"),
    (r"入党", r"入党|党员|中国共产党"),
    (r"入伍|参军|当兵", r"入伍|参军|当兵|从军|部队|服役"),
    (r"口号", r"口号|以?[“《]"),
    (r"施工单位|承建单位|施工方|承建方", r"施工|承建|承接|建设"),
    # money
    (r"门票|票价|票|车票", r"票"),
    (r"月薪|年薪|薪水|薪资|底薪|平均工资", r"薪|工资|工钱|收入|酬|[每一]个?月|月入"),
    (r"投|投资|投资额|投入|总投资|总投资额", r"投|耗资|斥资|资金|造价|建设成本|财政"),
    (
        r"花|花费|花掉|花销|经费|造价|耗资|成本|费用|开支",
        r"花|费|资|造价|成本|投入|支出|用款|元购|价|财政|支付|[掏付]|钱",
    ),
    (r"利润|净利润|盈利|赚|净赚", r"利润|盈利|净利|赚|增收|收益|纯收入|收入|亏"),
    (r"营业额|销售额|营收|营业收入|销售收入", r"营业|销售|营收|收入|交易|业绩|卖|流水"),
    (r"产值|总产值", r"产值"),
    (r"利率|年利率|利息|月息", r"利|息|[%％厘]"),
    (r"水价|电价|气价|油价|房价|单价|均价|时价|售价|价格|定价", r"价|元[/／每一]|每|卖|售"),
    (r"财政收入|公共预算收入", r"财政|预算|税"),
    (r"税|税收|税款|税金", r"税"),
    (r"罚款|罚金|罚", r"罚"),
    (r"奖金|奖励", r"[奖赏赐]"),
    (r"补贴|补助|津贴", r"[补奖助]|津贴"),
    (r"物业费|租金|房租|学费|停车费|水费|电费|摊位费|挂号费", r"[费租]|元[/／每]"),
    (r"预算|概算", r"[预概]算"),
    (r"中标价|中标", r"中标|承建|竞得|中选"),
    (r"成交价|起拍价|成交额|拍卖价", r"成交|拍|价|竞得"),
    (r"股价|市值", r"股|市值"),
    (r"负债|债务|欠债|欠款", r"[债欠贷借]"),
    (r"赔偿|赔|赔了|赔偿金", r"赔|补偿|抚恤"),
    (r"捐|捐款|捐赠|募捐|善款", r"捐|善款|募|爱心"),
    (r"出口|出口额|进口额|进出口额|外贸额", r"出口|进口|贸易|外贸|销往|海外|外销"),
    # people
    (r"党员", r"党员"),
    (r"户|户居民|户人家|人家|居民|住户", r"户|[居住]|人口|人家|家庭"),
    (r"旅客|乘客", r"客|人次|[发运]送"),
    (r"确诊|感染|病例|确诊病例", r"确诊|感染|病例|阳性"),
    (r"死亡|死|遇难|身亡|伤亡|去世|逝世|牺牲", r"[死亡殁殉]|遇难|伤|去世|逝|牺牲|丧生|生命"),
    (r"立案|查处", r"立案|查|处理|违|案"),
    (r"受伤|伤者|伤员", r"伤"),
    (r"失踪|失联", r"失踪|失联|下落|搜[寻救]"),
    (r"获救|救出", r"救"),
    (r"转移|疏散|撤离", r"转移|疏散|撤离|离开|安置"),
    (r"报名|报名人数", r"报名|报考|参赛"),
    (r"招聘|招录|招收|招生", r"[招聘录收]"),
    (r"粉丝", r"粉丝|关注|订阅"),
    (r"医生|医护人员|医务人员|护士", r"医|护"),
    (r"教师|教职工|老师", r"师|教职|教员"),
    (r"拘留|被拘留|行政拘留", r"拘"),
    (r"判刑|刑期|判处|被判|判了", r"[判刑]"),
    # rates and amounts
    (
        r"就业率|升学率|合格率|满意率|满意度|覆盖率|回收率|利用率|出勤率|死亡率|失业率|通过率|达标率|办结率|绿化率|录取率",
        r"率|[%％]|满意|度|成",
    ),
    (r"床位|病床", r"床"),
    (r"吞吐量", r"吞吐"),
    (r"播放量|点击量|浏览量|阅读量|观看量", r"播放|点击|浏览|阅读|观看|流量"),
    (r"收视率", r"收视"),
    (r"销量|销售量", r"[销卖售]|交付"),
    (r"产量|总产量|年产量", r"产|收"),
    (r"时速|速度|车速", r"速|公里|快"),
    (r"植树|造林|种树", r"[植种栽]|造林|绿化"),
    (r"比分|得分", r"[比分:：胜]"),
    (r"车位|停车位", r"车位|泊位|停车"),
    (r"蓄水量|库容", r"蓄水|库容|立方"),
    (r"亩产|单产", r"产|收"),
    (r"订单", r"单"),
    # when and where
    (r"结束|截止|闭幕|解封|解除|到期", r"[结截闭解止至到完]|收官|落幕|圆满|为期"),
    (r"竣工|完工|建成|落成", r"[竣建修]|完工|落成|完成|投用|启用|交付"),
    (r"通车|开通|投运|开通运营", r"通车|开通|运营|投运|启用|开行|开往"),
    (r"开工|动工|奠基", r"[开动]工|奠基|启动|开建|建设"),
    (r"出生", r"出生|生于|诞生|年生|生日|[（(]"),
    (r"成立|创办|创立|创建", r"成立|创|建|设立|始于|开办|组建|前身|诞生"),
    (r"地址|详细地址|具体地址|住址", r"[路街号村镇区县楼]|位于|地处|坐落|地址"),
    (r"场馆|会馆", r"[馆场厅]|中心|礼堂|剧院|会议室"),
    (r"会场|会址", r"[馆场厅]|中心|会址|礼堂|剧院|会议室|召开|举行|举办"),
    (r"工地", r"工地|项目|工程|干活|务工|打工|施工"),
)
_ATTRIBUTES: Final = tuple(
    (re.compile(f"(?:{asked})$"), re.compile(f"(?:{asked})"), re.compile(said)) for asked, said in _TABLE
)
_FROM_WHERE = re.compile(r"哪[里儿个]?人[？?。\s]*$")
_OF_A_PLACE = re.compile(r"人|籍|老家|出生|生于|家乡|故乡")
_ASKING = re.compile(
    r"多少|第?[几幾]|哪一?[些个家位里儿年天月座条支种项所名只场次款]?|什么|什麼|谁|誰|多[大高长久远重宽深快]"
)
_QUOTED = re.compile(r"[“《「『][^”》」』]*[”》」』]")
_BETWEEN = re.compile(
    r"(?:现在|目前|一共|总共|到底|究竟|大概|大约|分别|今年|去年|合计|预计|实际|最后|年度|一年|每年|每月|一个月|的|是|有|了|里|要|会"
    r"|能|可以|达|为|到|在|由|给|被|叫|和|跟|过|掉)+$"
)
_MEASURES = re.compile(
    r"^(?:年|月|天|名|位|个|家|座|次|种|条|项|台|辆|件|起|所|只|支|盏|处|天|场|例|笔|份|门|时候|地方)"
)
_CLAUSES = re.compile(r"[，,。；;！!？?]")


def attribute_unsaid(question: str, title: str, text: str, start: int, end: int) -> bool:
    """Whether `question` asks for an attribute for which neither the words around `text[start:end]` nor `title` speak.

    Figures are looked for in their own part between semicolons, other answers in the whole sentence.
    """
    if language_of(question) == "en":
        return False
    marks = SEGMENT if expectation(question).kind is QuestionKind.NUMBER else SENTENCE
    begin, stop = stretch(text, start, end, marks)
    said = fold(f"{title}\n{text[begin:stop]}")
    asked = _QUOTED.sub("", unicodedata.normalize("NFKC", question)).rstrip("？?。 ")
    if _FROM_WHERE.search(asked):
        return _OF_A_PLACE.search(said) is None
    before, behind = _around_asking_word(asked)
    return any(
        (left.search(before) or any(map(right.match, behind))) and not tells.search(said)
        for left, right, tells in _ATTRIBUTES
    )


def _around_asking_word(question: str) -> tuple[str, tuple[str, ...]]:
    """What stands before the asking word in its clause, and behind it, with and without a measure word."""
    asking = list(_ASKING.finditer(question))
    if not asking:
        return question, ()
    last = next((one for one in reversed(asking) if one[0] == "多少"), asking[-1])
    before = _BETWEEN.sub("", _CLAUSES.split(question[: last.start()])[-1])
    behind = question[last.end() :]
    return before, (behind, _MEASURES.sub("", behind, count=1))
