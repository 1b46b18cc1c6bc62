"""Personal numbers are masked in all that comes out of the store, and nothing moves."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.article import Article
from retrieval.privacy import mask
from retrieval.store import Store

IDENTITY = "430105196310311234"  # made up; its check digit is wrong
MOBILE = "13812345678"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"身份证号码{IDENTITY}。", "身份证号码430*************34。"),
        (f"电话{MOBILE}，", "电话138******78，"),
        ("电话138-1234-5678", "电话138-****-**78"),
        ("卡号6222 0212 3456 7890 123", "卡号622* **** **** **** *23"),
        ("（4301051963103****）", "（430********03****）"),
    ],
)
def test_a_personal_number_keeps_its_ends(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    ["共13812345678元", "2025年11月10日", "第20080131第001号", "总投资120000000000元", "12345热线", "3.1415926535897"],
)
def test_other_numbers_stay(text: str) -> None:
    assert mask(text) == text


@given(st.text(alphabet="0123456789 -Xx*元年号一", max_size=60))
def test_the_length_never_changes(text: str) -> None:
    assert len(mask(text)) == len(text)


def test_the_store_shows_masked_text_and_keeps_the_original(tmp_path: Path) -> None:
    body = f"请与王某联系，电话{MOBILE}。"
    store = Store(tmp_path, create=True)
    store.put_article(Article("a", f"公告{IDENTITY}", body), [(0, len(body))], None)
    article = store.article("a")
    assert article is not None
    (entry,) = store.index_entries()
    assert MOBILE not in article.body
    assert IDENTITY not in article.title
    assert article.body[entry.passage.start : entry.passage.end] == entry.passage.text
    store.close()
    unmasked = Store(tmp_path, shown=str)
    original = unmasked.article("a")
    assert original is not None
    assert original.body == body
    unmasked.close()
