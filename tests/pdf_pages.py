"""Newspaper pages as PDF, composed with reportlab: headlines over columns, captions, folios; as text or as a scan."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pypdfium2 as pdfium
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

FONT = "STSong-Light"
WIDTH, HEIGHT = 800, 1100
COLUMN, GUTTER, LEFT = 220, 30, 40
BODY, LEADING = 10, 15
pdfmetrics.registerFont(UnicodeCIDFont(FONT))


class PageComposer:
    """One page after another; `y` counts from the top, as a person measures."""

    def __init__(self) -> None:
        self._file = io.BytesIO()
        self._canvas = Canvas(self._file, pagesize=(WIDTH, HEIGHT))

    def text(self, x: float, y: float, text: str, size: float = BODY) -> None:
        self._canvas.setFont(FONT, size)
        self._canvas.drawString(x, HEIGHT - y, text)

    def columns(self, first: int, y: float, paragraphs: Sequence[str], *, count: int, lines: int) -> None:
        """Paragraphs set in and wrapped, over `count` columns from column `first` on, `lines` lines each."""
        set_lines = [line for paragraph in paragraphs for line in wrapped("　　" + paragraph, COLUMN // BODY)]
        assert len(set_lines) <= count * lines, len(set_lines)
        for number, line in enumerate(set_lines):
            column, row = divmod(number, lines)
            self.text(LEFT + (first + column) * (COLUMN + GUTTER), y + row * LEADING, line)

    def picture(self, x: float, y: float, width: float, height: float) -> None:
        self._canvas.rect(x, HEIGHT - y - height, width, height, fill=1)

    def end_page(self) -> None:
        self._canvas.showPage()

    def pdf(self) -> bytes:
        self._canvas.save()
        return self._file.getvalue()


def wrapped(text: str, width: int) -> list[str]:
    """Lines of at most `width` characters, none beginning with a mark that may not."""
    lines = []
    while text:
        end = width
        while end < len(text) and text[end] in "，。、；：！？”’）》":
            end -= 1
        lines.append(text[:end])
        text = text[end:]
    return lines


def scanned(pdf: bytes, dots: int = 200) -> bytes:
    """The same pages as pictures only."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT))
    for picture in pictures(pdf, dots):
        canvas.drawImage(ImageReader(picture), 0, 0, WIDTH, HEIGHT)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def pictures(pdf: bytes, dots: int = 200) -> list[Image.Image]:
    document = pdfium.PdfDocument(pdf)
    try:
        return [page.render(scale=dots / 72).to_pil().convert("RGB") for page in document]
    finally:
        document.close()


BRIDGE = (
    "江心洲上的渡口停了船",
    [
        "6月3日傍晚，云湖县江心洲渡口的最后一班船靠了岸。摆渡四十一年的船工罗水生把缆绳盘好，交给了县航运所。",
        "从第二天起，岛上的1260名居民改走刚通车的云湖二桥。大桥全长870米，总投资2.4亿元，过桥不收费。",
        "“船上认识了一岛的人，”罗水生说，“桥好，下雨天孩子上学不用等风停。”渡口的候船室将改成一间小小的航运陈列室。",
    ],
)
MARKET = (
    "菜市场里办起了夜校",
    [
        "每周三晚八点，桐湾市北门菜市场收了摊，二楼的灯又亮起来。这里是市总工会办的摊贩夜校，教记账和手机拍照。",
        "卖豆腐的秦大姐学会了做成本表，才知道自己的豆腐干一斤只赚三毛钱，于是把包装换成了小袋，一个月多赚了900元。",
    ],
)
TEA = (
    "高山茶园装上了小轨道",
    [
        "石陂县白云村的茶园在海拔780米的山上，过去采下的茶青全靠人背。今年春天，村里装了三条单轨运输线，总长2100米。",
        "一车能拉200公斤，十二分钟到山脚。村支书算过，一季春茶省下工钱6.8万元，茶青也不再闷红。",
    ],
)


def front_page() -> bytes:
    """A headline over two columns with its text in both, an article beside it, one below; folios, a caption."""
    page = PageComposer()
    page.text(LEFT, 40, "湘原日报 2025年6月4日 星期三", 9)
    page.text(740, 40, "A03", 9)
    page.text(60, 100, BRIDGE[0], 28)
    page.columns(0, 140, BRIDGE[1], count=2, lines=5)
    page.text(550, 100, MARKET[0], 20)
    page.columns(2, 130, MARKET[1], count=1, lines=12)
    page.picture(LEFT, 240, 220, 120)
    page.text(LEFT, 380, "停航前的江心洲渡口。廖江生 摄", 8)
    page.text(60, 450, TEA[0], 28)
    page.columns(0, 490, TEA[1], count=3, lines=3)
    return page.pdf()
