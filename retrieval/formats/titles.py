"""Which titles in a file's properties are titles."""

from __future__ import annotations

import re
from pathlib import PurePath

from retrieval.formats.text import clean_line

_PLACEHOLDER = re.compile(
    r"(?:untitled|无标题|無標題|未命名|document|文档|文檔|文件|新建.*|microsoft word.*)[\s\d()（）-]*",
    re.IGNORECASE,
)
_FILE_NAME = re.compile(r".*\.[A-Za-z][A-Za-z0-9]{1,4}|[\x21-\x7e]*[_\\/][\x21-\x7e]*|[\d\W_]+")


def plausible_title(title: str, path: PurePath) -> str:
    """Return the trimmed title that a program wrote into a file, "" where it is a placeholder or a file's name."""
    title = clean_line(title)
    if _PLACEHOLDER.fullmatch(title) or _FILE_NAME.fullmatch(title) or title == path.stem:
        return ""
    return title
