from __future__ import annotations

from datetime import date, datetime
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.formats.dates import date_from_name, date_from_path, normalize_date


@pytest.mark.parametrize(
    ("value", "iso"),
    [
        ("2025-05-16", "2025-05-16"),
        (" 2025/5/16 ", "2025-05-16"),
        ("2025.05.16", "2025-05-16"),
        ("2025年5月16日", "2025-05-16"),
        ("２０２５年５月１６日", "2025-05-16"),
        ("2025 年 5 月 16 日", "2025-05-16"),
        ("2025年5月16日 星期五", "2025-05-16"),
        ("2025年5月16日（星期五）", "2025-05-16"),
        ("2025年5月16日 08:30", "2025-05-16"),
        ("2025年5月16日8时30分", "2025-05-16"),
        ("20250516", "2025-05-16"),
        ("20250516083000", "2025-05-16"),
        (20250516, "2025-05-16"),
        ("2025-05-16T23:30:00-08:00", "2025-05-16"),
        ("2025-05-16T08:30:00.123Z", "2025-05-16"),
        ("2025-05-16 08:30:12", "2025-05-16"),
        (date(2025, 5, 16), "2025-05-16"),
        (datetime(2025, 5, 16, 8, 30), "2025-05-16"),  # as YAML gives it, without a zone
        ("2025-05", "2025-05"),
        ("2025年5月", "2025-05"),
        ("2025", "2025"),
        ("2025年", "2025"),
        (2025, "2025"),
    ],
)
def test_dates_as_they_are_written(value: object, iso: str) -> None:
    assert normalize_date(value) == iso


@pytest.mark.parametrize(
    "value",
    [
        *("", "昨日", "2025-02-30", "2025-13-01", "16-05-2025", "0001-01-01", "9999", "1747353600", "2025-05-16x"),
        *("2025" * 50, None, True, 20250230, -2025, 10**50, 2025.5, ["2025"], 1747353600),
    ],
)
def test_what_is_no_date(value: object) -> None:
    assert normalize_date(value) is None


@given(st.text() | st.integers() | st.dates() | st.none())
def test_any_value_gives_a_date_or_none(value: object) -> None:
    iso = normalize_date(value)
    assert iso is None or normalize_date(iso) == iso


@pytest.mark.parametrize(
    ("name", "iso"),
    [
        ("2025-05-16_A03.txt", "2025-05-16"),
        ("20250516-A03", "2025-05-16"),
        ("20250516A03.txt", "2025-05-16"),
        ("rmrb20250516_03.txt", "2025-05-16"),
        ("湘原日报20250516.txt", "2025-05-16"),
        ("2025年5月16日03版", "2025-05-16"),
        ("２０２５年５月１６日", "2025-05-16"),
        ("A03_2025.5.16.txt", "2025-05-16"),
        ("000_cb07cf2cef7f6d4b.txt", None),
        ("cb0720250516ef7f.txt", None),
        ("2025051603.txt", None),
        ("12025-05-16.txt", None),
        ("2025-05-161.txt", None),
        ("20251345.txt", None),
        ("2025年工作总结.txt", None),
        ("550e8400-e29b-41d4-a716-446655440000.txt", None),
    ],
)
def test_dates_in_names(name: str, iso: str | None) -> None:
    assert date_from_name(name) == iso


@pytest.mark.parametrize(
    ("path", "iso"),
    [
        ("报纸/2025-05-16/A03.txt", "2025-05-16"),
        ("报纸/2025/05/16/A03.txt", "2025-05-16"),
        ("报纸/2025-05/16/content_3.txt", "2025-05-16"),
        ("报纸/202505/16/03版.txt", "2025-05-16"),
        ("报纸/2025年5月16日/03版.txt", "2025-05-16"),
        ("2024-01-01/2025-05-16/A03.txt", "2025-05-16"),
        ("2025-05-16/2025-05-17_A01.txt", "2025-05-17"),
        ("2025/5/页面.txt", None),
        ("2025-05-16/a/b/c/d/e.txt", None),
        ("A03.txt", None),
    ],
)
def test_dates_in_folders(path: str, iso: str | None) -> None:
    assert date_from_path(PurePosixPath(path)) == iso
