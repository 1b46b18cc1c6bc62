"""Write bot/traditional.txt: each simplified character that has a traditional one, and below it that.

    python scripts/build_traditional.py

The facts are those of OpenCC's table s2t (Apache-2.0), the first choice for each character by itself, within the
characters of GB 2312; but for those that traditional texts use as well (里 in 公里, 后 in 皇后), which stay. Needs the
dev extra (opencc); tests/bot/test_traditional.py holds the file to it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import opencc

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bot.traditional import TABLE, is_usual

USUAL = {"钟": "鐘"}  # 分鐘 is said far more often than 鍾
SAFE = "万与个无云"  # stand in traditional texts too, but hardly ever mean anything else there


def build() -> str:
    """The content of the file."""
    characters = [
        bytes((first, last)).decode("gb2312", "ignore") for first in range(0xB0, 0xF8) for last in range(0xA1, 0xFF)
    ]
    known = [one for one in characters if one]
    converted = opencc.OpenCC("s2t").convert("\n".join(known)).split("\n")
    pairs = [(old, USUAL.get(old, new)) for old, new in zip(known, converted, strict=True) if old != new]
    pairs = [(old, new) for old, new in pairs if old in SAFE or not is_usual(old)]
    return "".join(old for old, _ in pairs) + "\n" + "".join(new for _, new in pairs) + "\n"


def main() -> None:
    """Write the file."""
    text = build()
    TABLE.write_text(text, "utf-8")
    print(f"{TABLE}: {len(text) // 2 - 1} characters")


if __name__ == "__main__":
    main()
