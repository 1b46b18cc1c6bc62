"""Write bot/pinyin.txt: one syllable a line, and behind it the characters that are read so, without tones.

    python scripts/build_pinyin.py

The facts are the readings that pypinyin (MIT) gives first, for the characters of GB 2312. A table of 25 kB serves
instead of the package. Needs pypinyin, which nothing else here uses: `pip install pypinyin`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pypinyin  # type: ignore[import-not-found]

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bot.latin_names import PINYIN


def build() -> str:
    """The content of the file."""
    read: dict[str, str] = {}
    for row in range(0xB0, 0xF8):
        for cell in range(0xA1, 0xFF):
            character = bytes((row, cell)).decode("gb2312", "ignore")
            if character:
                syllable = pypinyin.lazy_pinyin(character, v_to_u=False)[0]
                if syllable.isascii() and syllable.isalpha():
                    read[syllable] = read.get(syllable, "") + character
    return "".join(f"{syllable} {read[syllable]}\n" for syllable in sorted(read))


def main() -> None:
    """Write the file."""
    text = build()
    PINYIN.write_text(text, "utf-8")
    print(f"{PINYIN}: {text.count(chr(10))} syllables")


if __name__ == "__main__":
    main()
