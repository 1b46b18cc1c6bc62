"""A record's keys → a raw document; what JSON, JSONL, CSV and front matter share."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from retrieval.formats.dates import normalize_date
from retrieval.formats.document import DocumentProblem, RawDocument
from retrieval.formats.text import clean_body, clean_line

MAX_ID_CHARACTERS = 200
_LONGEST_NUMBER_BITS = 1024  # Python refuses to write out numbers of more than 4,300 digits

# field of the contract → the keys it is found under, the first that holds something wins
# fmt: off
_KEYS = {
    "id": ("id", "_id", "article_id", "doc_id", "编号"),
    "title": ("title", "headline", "标题", "標題", "题目", "題目"),
    "subtitle": ("subtitle", "副标题", "副標題", "副题"),
    "body": ("body", "content", "text", "正文", "内容", "內容", "全文"),
    "published": (
        "published", "date", "publish_date", "published_at", "pub_date", "pubdate", "publish_time",
        "日期", "发布日期", "發布日期", "出版日期", "发布时间", "時間", "时间",
    ),
    "source": ("source", "publisher", "newspaper", "来源", "來源", "报纸", "報紙"),
    "url": ("url", "link", "链接", "鏈接", "连结", "連結", "网址", "網址"),
    "author": ("author", "authors", "byline", "作者", "记者", "記者"),
}
# fmt: on
_FIELD_OF_KEY = {key: field for field, keys in _KEYS.items() for key in keys}

_KINDS = ((bool, "a truth value"), (int | float, "a number"), (str, "text"), (Mapping, "an object"), (list, "a list"))

_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_PADDED_NAME = re.compile(f"(?<![{_HAN}])([{_HAN}])[ \u3000]+([{_HAN}])(?![{_HAN}])")  # 王　芳, as wide as three
_BETWEEN_AUTHORS = re.compile(f"[、,，;；|/\n]|(?<=[{_HAN}])[ \t\u3000]+(?=[{_HAN}])")
_ROLE = re.compile(
    "^(?:(?:本报|本報|本刊|特约|特約|实习|實習|见习|見習|首席|全媒体|全媒體|新华社|新華社)*"
    "(?:记者|記者|通讯员|通訊員|作者|编辑|編輯|摄影|攝影)|文|图|圖)?(?:[:：]|$|\\s+)"
)


def field_of(key: object) -> str | None:
    """Return the field of the contract that a key means, None for a key that is not read."""
    return _FIELD_OF_KEY.get(_normal(key)) if isinstance(key, str) else None


def read_record(record: object, locator: str = "") -> Iterator[RawDocument | DocumentProblem]:
    """Yield the document of a record, and a problem for each value of it that could not be taken in.

    A record without a body, or with an id that names no article, gives no document.
    """
    if not isinstance(record, Mapping):
        yield DocumentProblem(f"{_kind(record)} stands where a record is expected; write an object", locator)
        return
    values, problems = read_fields(record, locator)
    yield from problems
    body, reason = _body(values.get("body"))
    external_id, id_reason = _external_id(values.get("id"))
    if reason or id_reason:
        yield DocumentProblem(reason or id_reason, locator)
        return
    yield document(values, body=body, external_id=external_id, locator=locator)


def read_fields(record: Mapping[object, object], locator: str) -> tuple[dict[str, object], list[DocumentProblem]]:
    """Return field → value for what a record gives, and a problem for each value that its field cannot hold."""
    found: dict[str, tuple[int, object]] = {}
    for key, value in record.items():
        field = field_of(key)
        if field is None or _is_blank(value):
            continue
        rank = _KEYS[field].index(_normal(str(key)))
        if field not in found or rank < found[field][0]:
            found[field] = (rank, value)
    values = {field: value for field, (_, value) in found.items()}
    problems = []
    for field in list(values):
        if reason := _reason_against(field, values[field]):
            problems.append(DocumentProblem(reason, locator))
            del values[field]
    return values, problems


def document(
    values: Mapping[str, object], *, body: str, external_id: str = "", locator: str = "", title: str = ""
) -> RawDocument:
    """Return the document of values that `read_fields` gave; `title` stands where they have none."""
    return RawDocument(
        body=body,
        title=_line(values.get("title")) or title,
        subtitle=_line(values.get("subtitle")),
        author=split_authors(values.get("author")),
        published=normalize_date(values.get("published")),
        source=_line(values.get("source")),
        url=_line(values.get("url")),
        external_id=external_id,
        locator=locator,
    )


def split_authors(value: object) -> tuple[str, ...]:
    """Return the names of a list or of one string, in order, each once and without the words for their trade.

    Names part at 、 , ; / and at a space between Chinese characters; 王　芳, padded to three characters, is one name.
    """
    texts: Iterable[object] = value if isinstance(value, list | tuple) else [value]
    names: dict[str, None] = {}
    for text in texts:
        joined = _PADDED_NAME.sub(r"\1\2", text if isinstance(text, str) else "")
        for part in _BETWEEN_AUTHORS.split(joined):
            if name := clean_line(_ROLE.sub("", part.strip())):
                names[name] = None
    return tuple(names)


@lru_cache(maxsize=1024)  # the keys of a file's records are few, its records many
def _normal(key: str) -> str:
    return re.sub(r"[\s-]+", "_", unicodedata.normalize("NFKC", key).strip().casefold())


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip()) or value in ([], ())


def _reason_against(field: str, value: object) -> str:
    """Return why a value is left out of its field, "" where it fits; body and id are judged by their own functions."""
    if isinstance(value, int) and value.bit_length() > _LONGEST_NUMBER_BITS:
        return f"{field} is a number of too many digits and is left out; write it as text"
    if field in ("body", "id"):
        return ""
    if field == "published":
        if normalize_date(value) is None:
            return f"{_shown(value)} is no date and is left out; write published as YYYY-MM-DD"
        return ""
    if field == "author" and isinstance(value, list):
        fits = all(isinstance(name, str) for name in value)
    else:
        fits = isinstance(value, str | int | float) and not isinstance(value, bool)
    return "" if fits else f"{field} is {_kind(value)} and is left out; write it as text"


def _body(value: object) -> tuple[str, str]:
    """Return the text of a body, and why there is none."""
    if isinstance(value, list) and all(isinstance(paragraph, str) for paragraph in value):
        value = "\n\n".join(value)
    if value is None:
        return "", "the record has no body; give it text under body, content, text or 正文"
    if not isinstance(value, str):
        return "", f"the body is {_kind(value)}; write it as text"
    body = clean_body(value)
    return body, "" if body else "the body holds no text; give it some, or leave the record out"


def _external_id(value: object) -> tuple[str, str]:
    """Return an id as text, and why it names no article."""
    if value is None:
        return "", ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return "", f"the id is {_kind(value)}; write text or a whole number"
    external_id = str(value).strip()
    if len(external_id) > MAX_ID_CHARACTERS:
        return "", f"the id has {len(external_id)} characters; write at most {MAX_ID_CHARACTERS}"
    for character in external_id:
        if character in "/\\" or unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp"):
            return "", f"the id {_shown(external_id)} holds {character!a}; write one without slashes and controls"
    return external_id, ""


def _line(value: object) -> str:
    return "" if value is None else clean_line(str(value))


def _shown(value: object) -> str:
    text = clean_line(str(value)) if isinstance(value, str | int | float) else _kind(value)
    return f"'{text[:40]}…'" if len(text) > 40 else f"'{text}'"


def _kind(value: object) -> str:
    return next((name for kind, name in _KINDS if isinstance(value, kind)), "null" if value is None else "a value")
