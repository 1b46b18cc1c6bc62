"""Places and dates are those that the text names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.mentions import dates_of, place_of


@pytest.mark.parametrize(
    ("body", "published", "expected"),
    [
        ("5月14日，新桥通车。", "2021-05-20", ("2021-05-14",)),
        ("12月30日，新桥通车。", "2021-01-03", ("2020-12-30",)),
        ("1月2日起施行。", "2020-12-30", ("2021-01-02",)),
        ("5月14日，新桥通车。", None, ("--05-14",)),
        ("5月14日，新桥通车。", "2021", ("--05-14",)),
        ("2019年3月1日至4月2日闭馆。5月1日开馆。", "2021-05-20", ("2019-03-01", "2019-04-02", "2021-05-01")),
        ("去年5月14日动工，今年6月完工。", "2021-05-20", ("2020-05-14", "2021-06")),
        ("去年5月14日动工。", None, ()),
        ("2019年10月建成。", None, ("2019-10",)),
        ("2月30日是没有的。13月1日也没有。", "2021-05-20", ()),
        ("5月14日与5月14日。", "2021-05-20", ("2021-05-14",)),
        ("每年5月有花展，3月里下雨。", "2021-05-20", ()),
    ],
)
def test_dates(body: str, published: str | None, expected: tuple[str, ...]) -> None:
    assert dates_of(body, published) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("本报清河5月14日电 新桥通车。", "清河"),
        ("新华社上海电（记者 某某）新桥通车。", "上海"),
        ("本报讯（记者 某某）新桥通车。", ""),
        ("5月14日，新桥通车。", ""),
        ("新华社记者在北京电视台看到。", ""),
        ("本报综合讯 新桥通车。", ""),
    ],
)
def test_places(body: str, expected: str) -> None:
    assert place_of(body) == expected


@given(st.text(alphabet="0123456789年月日号今去明。本报新华社电讯北京", max_size=80))
def test_nothing_raises_and_every_date_stands_in_the_text(body: str) -> None:
    place = place_of(body)
    assert place in body
    for one in dates_of(body, "2021-05-20"):
        assert str(int(one.split("-")[-1])) in body
