from __future__ import annotations

import pytest
from format_files import Read

from retrieval.formats import RawDocument
from retrieval.formats.errors import DamagedFileError, EmptyFileError, FileTooLargeError
from retrieval.formats.html import MAX_HTML_BYTES, html_to_text

PAGE = """<!DOCTYPE html>
<html><head><meta charset="{charset}"><title>云湖县启用新水厂_湘原日报</title>
<meta property="og:site_name" content="湘原日报">
<meta name="PubDate" content="2025-05-16 07:30"><meta name="author" content="杨汀 周闻溪">
<link rel="canonical" href="https://news.example.com/a.html">
<style>p{{color:red}}</style><script>var 脚本 = "<p>不是正文</p>";</script></head>
<body><header><h1>湘原日报网</h1></header><nav><a href="/">首页</a></nav>
<div class="wrap"><div class="text"><h1>云湖县启用新水厂</h1>
<p>　　云湖县昨日启用新水厂，日供水３万吨&nbsp;&mdash;&mdash;比老厂多&lt;一倍&gt;。</p>
<p>厂长说：<br>水质<b>优良</b>，
市民放心。<!-- 注释 --></p>
<p hidden>隐藏</p><p style="display: none">隐藏</p><p aria-hidden="true">隐藏</p>
<template><p>模板</p></template><noscript><p>请打开脚本</p></noscript>
<table><tr><th>年份</th><th>水量</th></tr><tr><td>２０２４</td><td>1万吨</td></tr></table>
<ul><li>甲</li><li>乙</li></ul><div class="share">分享到微信</div>
<form><input value="x"><button>提交</button></form></div>
<aside><p>热门新闻：今天天气很好，明天天气也很好。</p></aside></div>
<footer><p>版权所有</p></footer><script>统计()</script></body></html>"""

ARTICLE = RawDocument(
    body="云湖县昨日启用新水厂，日供水３万吨\xa0——比老厂多<一倍>。\n\n厂长说：\n水质优良，市民放心。\n\n"
    "年份\t水量\n２０２４\t1万吨\n\n甲\n乙",
    title="云湖县启用新水厂",
    author=("杨汀", "周闻溪"),
    published="2025-05-16",
    source="湘原日报",
    url="https://news.example.com/a.html",
)


@pytest.mark.parametrize("charset", ["utf-8", "gb2312", "gbk", "gb18030"])
@pytest.mark.parametrize("name", ["a.html", "a.htm", "a.xhtml"])
def test_a_news_page(read: Read, name: str, charset: str) -> None:
    assert read(name, PAGE.format(charset=charset).encode("gb18030" if charset == "gb2312" else charset)) == [ARTICLE]


def test_big5_by_its_declaration(read: Read) -> None:
    page = '<meta http-equiv="Content-Type" content="text/html; charset=big5"><title>臺北</title><p>臺北新聞'
    assert read("a.html", page.encode("big5")) == [RawDocument(body="臺北新聞", title="臺北")]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<article>甲</article><article><p>正文较长</p></article><p>" + "外面" * 50, "正文较长"),
        ("<div><p>侧栏</p></div><main><p>正文</p></main>", "正文"),
        ('<div itemprop="articleBody"><p>正文</p></div><article><p>评论评论</p></article>', "正文"),
        (
            "<div><section><p>第一节的文字</p></section><section><p>第二节的文字</p></section></div>",
            "第一节的文字\n\n第二节的文字",
        ),
        ("<div>短</div><div>用换行分段的正文<br><br>第二段的文字</div>", "用换行分段的正文\n\n第二段的文字"),
        ("<div><a href=/>很长很长很长很长的链接</a></div><div><p>正文</p></div>", "正文"),
        ('<form id="aspnetForm"><div><p>整页都在表单里的正文</p></div></form>', "整页都在表单里的正文"),
        ("<article><header><h2>小题</h2></header><p>正文</p></article>", "小题\n\n正文"),
        ("<article><pre>第一行\n  第二行</pre></article>", "第一行\n第二行"),
        ("<p>first\nline</p>", "first line"),
        ("<div><section><p>第一节长一些</p></section><section><p>第二节</p></section></div>", "第一节长一些\n\n第二节"),
        (
            "<article>表<table><tr><td></td><td> <p>甲 </p></td>\n<td>乙<br>丙</td></tr><tr><th>丁</table>",
            "表\n\n\t甲\t乙\n丙\n丁",
        ),
        ("光秃的文字", "光秃的文字"),
        ("<table><tr><td><p>旧式排版的正文第一段</p><p>第二段</p></td></tr></table>", "旧式排版的正文第一段\n\n第二段"),
    ],
)
def test_where_the_article_is(read: Read, body: str, text: str) -> None:
    (item,) = read("a.html", f"<html><body>{body}</body></html>")
    assert isinstance(item, RawDocument)
    assert item.body == text


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ('<meta property="og:title" content=" 题  甲 "><title>乙</title>', "题 甲"),
        ('<meta name="ArticleTitle" content="政府网站的题">', "政府网站的题"),
        ("<title>题_栏目_湘原日报</title>", "题_栏目"),
        ("<title>题 - 湘原日报</title>", "题"),
        ("<title>题 | 湘原日报</title>", "题"),
        ("", ""),
    ],
)
def test_titles(read: Read, head: str, title: str) -> None:
    (item,) = read("a.html", f"<head>{head}</head><body><p>正文")
    assert isinstance(item, RawDocument)
    assert item.title == title


@pytest.mark.parametrize(
    ("markup", "published"),
    [
        ('<meta property="article:published_time" content="2025-05-16T23:30:00+08:00">', "2025-05-16"),
        ('<meta name="publishdate" content="2025年5月16日">', "2025-05-16"),
        ('<meta name="pubdate" content="昨日"><body><time datetime="2025-05-16">', "2025-05-16"),
        ("<body><time>2025-05-16</time>", None),
    ],
)
def test_dates(read: Read, markup: str, published: str | None) -> None:
    (item,) = read("a.html", f"{markup}<p>正文</p>")
    assert isinstance(item, RawDocument)
    assert item.published == published


def test_an_address_is_no_author(read: Read) -> None:
    (item,) = read("a.html", '<meta property="article:author" content="https://example.com/u"><p>正文</p>')
    assert isinstance(item, RawDocument)
    assert item.author == ()


def test_pages_without_text(read: Read) -> None:
    for page in ("<script>document.write('正文')</script>", "<nav>首页</nav>", "<title>题</title>"):
        with pytest.raises(EmptyFileError):
            read("a.html", page)
    with pytest.raises(FileTooLargeError):
        read("a.html", b"a" * (MAX_HTML_BYTES + 1))


def test_depth_is_bounded(read: Read) -> None:
    (item,) = read("a.html", "<div>" * 4_000 + "深水" + "</div>" * 4_000)
    assert item == RawDocument(body="深水")
    for page in ("<div>" * 300_000, "<div></p>" * 300_000):
        with pytest.raises(DamagedFileError, match="nests 300,000 elements"):
            read("a.html", page + "深水")


def test_entities_of_a_fragment() -> None:
    assert html_to_text("<p>&#20113;湖&#0;&#1;&hellip;</p>") == "云湖\ufffd…"
