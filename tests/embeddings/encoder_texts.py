"""Two hundred texts of every kind that an archive and its readers bring: the same ones at every run."""

from __future__ import annotations

import random

SIMPLIFIED = [
    "澄江市水务局昨日通报，今年汛期累计降雨量达到486毫米，较常年同期偏多两成。",
    "记者从市教育局获悉，全市新建的12所幼儿园将于9月1日开园，可提供学位3600个。",
    "老街改造历时三年，住户陆续搬回。七十二岁的陈桂芳说，楼道亮了，雨天也不再漏水。",
    "本届马拉松共有来自31个国家和地区的两万名选手参赛，男子组冠军成绩为2小时11分08秒。",
    "医保目录调整后，新增的抗癌药个人自付比例从百分之四十降至百分之十五。",
    "高铁客运段增开夜间列车十四对，缓解返程高峰压力。",
    "市博物馆展出的青铜鼎出土于1987年，腹内铸有铭文四十七字。",
    "气象台提醒，未来三天北部山区有大到暴雨，请注意防范山洪和地质灾害。",
    "双方于上周五签署协议，约定在五年内共同投资建设一座日处理垃圾八百吨的焚烧厂。",
    "“我们不是不想涨价，是不敢涨。”面馆老板一边揉面一边说。",
]
TRADITIONAL = [
    "臺北市政府表示，捷運環狀線北段將於後年完工，屆時通勤時間可縮短二十分鐘。",
    "研究團隊發現，該種蝴蝶的遷徙路線橫跨三個縣，全程約四百公里。",
    "香港天文台改發八號烈風信號，各區渡輪服務陸續停航。",
    "圖書館閉館整修期間，讀者可以利用線上資料庫查閱舊報紙。",
    "這位畫家晚年隱居鄉間，留下水墨作品一百餘幅。",
]
ENGLISH = [
    "The city council approved the new bus routes on Tuesday after a four-hour debate.",
    "Rainfall in the upper basin was 23% above average, the bureau said.",
    "She won the women's 10,000 metres in 31:04.52, a national record.",
    "Why did the museum close its east wing?",
    "Researchers at the institute sequenced the genome of a rare mountain orchid.",
]
JAPANESE = [
    "市は来年度から、小学校の給食を無償化すると発表した。",
    "台風の影響で、新幹線は午後三時から運転を見合わせている。",
    "この町では、百年前から続く秋祭りが今も行われています。",
    "カメラメーカーの売上高は前年同期比12.5％増の340億円だった。",
]
OTHERS = [
    "시청은 다음 달부터 야간 버스를 늘린다고 밝혔다.",
    "Город открыл новую библиотеку на берегу реки.",
    "La mairie a annoncé la réouverture du marché couvert en avril.",
    "Die Brücke bleibt wegen Bauarbeiten bis Ende März gesperrt.",
]
MIXED = [
    "iPhone 15 在中国市场首周销量同比下降4.5%，华为Mate 60 Pro则供不应求。",
    "GDP增速为5.2％，CPI同比上涨0.2％，PPI下降３.０％。",
    "据Reuters报道，OPEC+将自7月起每日减产100万桶（约合13.6万吨）。",
    "AI大模型“问津”通过备案，参数量70B，支持32K上下文。",
    "ＡＢＣ公司　２０２４年　营收：１２３．４亿元～１３０亿元",
    "直播间里😂👍刷屏，主播连说三声“老铁没毛病”！！！",
    "第A02版：要闻｜责编 李明｜2024年2月6日　星期二",
    "联系电话：0571-8888 6666；网址：www.example.com/news?id=42",
]
NUMBERS = ["2024", "３．１４１５９", "1,234,567.89元", "2023-11-05 14:30:00", "0.5%", "第十三届", "①②③④⑤", "Ⅳ"]
SHORT = ["水", "的", "a", "？", "。", "桥", "GDP", "谁？", "北京", "雨", "東京", "はい", "OK", "为什么", "-", "😂"]
QUESTIONS = [
    "今年汛期降雨量是多少毫米？",
    "青铜鼎是哪一年出土的",
    "谁获得了马拉松男子组冠军，成绩如何？",
    "垃圾焚烧厂每天能处理多少吨垃圾",
    "捷運環狀線什麼時候完工？",
    "新增学位有多少个？",
    "那后来呢？",
    "幼儿园什么时候开园",
]
SENTENCES = SIMPLIFIED + TRADITIONAL + ENGLISH + JAPANESE + OTHERS + MIXED + QUESTIONS


def varied_texts() -> list[str]:
    """200 different texts, from one character to beyond what the model reads."""
    generator = random.Random(20240206)
    texts = dict.fromkeys(SENTENCES + NUMBERS + SHORT)
    while len(texts) < 120:  # passages: several sentences of one language
        language = generator.choice([SIMPLIFIED, SIMPLIFIED, SIMPLIFIED, TRADITIONAL, ENGLISH, JAPANESE])
        texts["".join(generator.sample(language, generator.randint(2, 4)))] = None
    while len(texts) < 150:  # fragments, as reflowed columns leave them
        sentence = generator.choice(SENTENCES)
        start = generator.randrange(len(sentence) - 6)
        texts[sentence[start : start + generator.randint(3, 14)]] = None
    while len(texts) < 180:  # languages mixed within a passage
        texts["\n".join(generator.sample(SENTENCES, generator.randint(2, 6)))] = None
    while len(texts) < 200:  # whole articles
        texts["".join(generator.choices(SIMPLIFIED + TRADITIONAL + MIXED, k=generator.randint(10, 60)))] = None
    return list(texts)
