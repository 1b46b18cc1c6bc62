"""Numbers meet however they are written, and ordinary words are not taken for numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.numerals import chinese_value, numeral_terms
from retrieval.terms import terms

DIGITS = "零一二三四五六七八九"


def written_out(number: int) -> str:
    """`number` (1 to 9999 9999 9999) as Chinese writes it in full."""
    if number >= 10**4:
        scale, sign = (10**8, "亿") if number >= 10**8 else (10**4, "万")
        high, low = divmod(number, scale)
        return written_out(high) + sign + ("零" * (0 < low < scale // 10) + written_out(low) if low else "")
    text, rest = "", number
    for scale, sign in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, rest = divmod(rest, scale)
        if digit:
            text += DIGITS[digit] + sign
        elif text and rest and not text.endswith("零"):
            text += "零"
    return text


@given(st.integers(1, 10**12 - 1))
def test_every_number_written_out_is_read_back(number: int) -> None:
    assert chinese_value(written_out(number)) == str(number)
    assert chinese_value(written_out(number).replace("零", "〇")) == str(number)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("十", "10"), ("十二", "12"), ("两千万", "20000000"), ("一万五", "15000"), ("二百五", "250"),
        ("三千二", "3200"), ("一百零五", "105"), ("二〇二三", "2023"), ("二○二三", "2023"), ("一九九八", "1998"),
        ("三点五", "3.5"), ("零点零五", "0.05"), ("两万亿", "2000000000000"),
        ("三四百", None), ("一一", None), ("千万", None), ("百万", None), ("万一", None), ("万亿", None),
        ("百十", None), ("", None), ("三点", None), ("一" * 40, None), ("三点二亿", "320000000"), ("三点十", None),
    ],
)  # fmt: skip
def test_values(text: str, value: str | None) -> None:
    assert chinese_value(text) == value


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("二十三人", "23人", "23"),
        ("兩千萬元", "2000万元", "20000000"),
        ("2000万", "20000000", "20000000"),
        ("３．２亿元", "三点二亿", "320000000"),
        ("百分之五", "5%", "5%"),
        ("百分之3.5", "3.5％", "3.5%"),
        ("第十二届", "第12届", "第12"),
        ("二号线", "2号线", "2号"),
        ("五月三日", "5月3日", "5月"),
        ("二〇二三年", "2023年", "2023年"),
        ("一万五千吨", "1.5万吨", "15000"),
        ("GB/T 19001标准", "GB/T19001", "gbt19001"),
        ("iPhone 15", "iPhone15", "iphone15"),
        ("COVID-19", "covid19", "covid19"),
        ("5G网络", "5g", "5g"),
    ],
)
def test_ways_of_writing_that_meet(one: str, other: str, shared: str) -> None:
    assert shared in terms(one)
    assert shared in terms(other)


@pytest.mark.parametrize(
    "text", ["一些", "一直", "万一", "十分", "一一列举", "三三两两", "千万别", "百万富翁", "二十多万", "十几万",
             "五年", "一个", "三人", "零", "点", "百分之", "第", "水位", ""],
)  # fmt: skip
def test_ordinary_words_give_no_number(text: str) -> None:
    assert list(numeral_terms(text)) == []


@given(st.text(st.sampled_from("零〇一二两十百千万亿点多年月号第百分之%.123人"), max_size=30))
def test_anything_is_read_without_fail(text: str) -> None:
    for term in numeral_terms(text):
        assert any(sign.isdigit() for sign in term)
