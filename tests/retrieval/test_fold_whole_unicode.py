"""Folding by single characters gives what normalizing whole texts gives."""

from __future__ import annotations

import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from retrieval.privacy import mask
from retrieval.terms import fold


def whole(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


@given(st.text())
@example("が")
@example("ｶﾞ")
@example("e\N{COMBINING ACUTE ACCENT}té Ⅳ ㈱ ﬁ Ǆ İ")
@example("ᄀ\N{HANGUL JUNGSEONG A}")
def test_folding_is_normalization_before_the_tables(text: str) -> None:
    plain = "".join(one for one in text if fold(one) == whole(one))  # no simplified form, no sign, no wide comma
    assert fold(plain) == whole(plain)


def test_every_character_folds_beside_others_as_alone() -> None:
    for code in (*range(0xD800), *range(0xE000, 0x10000)):
        one = chr(code)
        if one != "，" and whole(f"a{one}中") == f"a{whole(one)}中":
            assert fold(f"a{one}中") == f"a{fold(one)}中", hex(code)


def test_a_number_in_full_width_digits_beside_others_is_masked_as_before() -> None:
    assert mask("电话13812345678。") == "电话138******78。"
    assert mask("电话138 1234 5678。") == "电话138 **** **78。"
