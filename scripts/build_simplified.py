"""Write retrieval/simplified.txt: each traditional character, and below it its simplified one.

    python scripts/build_simplified.py

The facts are those of OpenCC's table t2s (Apache-2.0), character by character. A table of 25 kB serves instead of the
package, which takes 7 MB. Needs the dev extra (opencc); tests/retrieval/test_terms.py holds the file to it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import opencc

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from retrieval.terms import HAN_RANGES, SIMPLIFIED


def build() -> str:
    """The content of the file."""
    characters = [chr(code) for first, last in HAN_RANGES for code in range(first, min(last, 0x323AF) + 1)]
    converted = opencc.OpenCC("t2s").convert("\n".join(characters)).split("\n")
    pairs = [(old, new) for old, new in zip(characters, converted, strict=True) if old != new]
    return "".join(old for old, _ in pairs) + "\n" + "".join(new for _, new in pairs) + "\n"


def main() -> None:
    """Write the file."""
    text = build()
    SIMPLIFIED.write_text(text, "utf-8")
    print(f"{SIMPLIFIED}: {len(text) // 2 - 1} characters")


if __name__ == "__main__":
    main()
