"""The page `/docs`: the HTTP API as its OpenAPI description tells it, without a script and without the internet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, TypeAlias

Schema: TypeAlias = Mapping[str, Any]

_METHODS = ("get", "post", "put", "delete")


def render_api(description: Schema) -> str:
    """A complete HTML page of an OpenAPI description; works under `pages.CONTENT_SECURITY_POLICY`."""
    title = escape(description["info"]["title"])
    operations = "".join(
        _operation(method, path, item[method], description)
        for path, item in description["paths"].items()
        for method in _METHODS
        if method in item
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>HTTP API · {title}</title>\n"
        '<link rel="icon" href="static/favicon.svg" type="image/svg+xml">\n'
        '<link rel="stylesheet" href="static/base.css">\n<link rel="stylesheet" href="static/article.css">\n'
        '<link rel="stylesheet" href="static/api.css">\n</head>\n<body>\n'
        f'<nav><a href="./">← {title}</a><a href="openapi.json">openapi.json</a></nav>\n'
        f'<header><h1>HTTP API</h1><p class="subtitle">{escape(description["info"].get("summary", ""))}</p></header>\n'
        f"<main>{operations}</main>\n</body>\n</html>\n"
    )


def _operation(method: str, path: str, operation: Schema, description: Schema) -> str:
    rows = [_row(one["name"], one["schema"], one.get("required", False)) for one in operation.get("parameters", [])]
    body = _content(operation.get("requestBody", {}))
    rows += _fields(body, description)
    takes = f"<table>{''.join(rows)}</table>" if rows else ""
    answer = _content(operation["responses"].get("200", {}))
    kind = _kind(answer)
    gives = f"<p>Answers {escape(kind)}</p>" if kind else ""
    answer_rows = _fields(answer, description)
    table = f"<table>{''.join(answer_rows)}</table>" if answer_rows else ""
    summary = escape(operation.get("summary", ""))
    heading = f"<h2><code>{method.upper()} {escape(path)}</code></h2><p>{summary}</p>"
    return f"<section>{heading}{takes}{gives}{table}</section>\n"


def _content(part: Schema) -> Schema:
    schema: Schema = part.get("content", {}).get("application/json", {}).get("schema", {})
    return schema


def _fields(schema: Schema, description: Schema, within: str = "") -> list[str]:
    """A row for each field of an object, or of the objects in a list; fields of fields have the path as their name."""
    model = _resolve(schema.get("items", schema), description)
    required = model.get("required", [])
    rows = []
    for name, one in model.get("properties", {}).items():
        rows.append(_row(f"{within}{name}", one, name in required))
        rows += _fields(one, description, f"{within}{name}.")
    return rows


def _resolve(schema: Schema, description: Schema) -> Schema:
    name = schema.get("$ref", "").rpartition("/")[2]
    model: Schema = description["components"]["schemas"][name] if name else schema
    return model


def _row(name: str, schema: Schema, required: bool) -> str:
    notes = "; ".join(_notes(schema, required))
    breakable = escape(name).replace(".", ".<wbr>")  # for narrow screens
    return f"<tr><th><code>{breakable}</code></th><td>{escape(_kind(schema))}</td><td>{escape(notes)}</td></tr>"


def _kind(schema: Schema) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2].removesuffix("Model")
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    if "enum" in schema:
        return " or ".join(f'"{value}"' for value in schema["enum"])
    return str(schema.get("type", ""))


def _notes(schema: Schema, required: bool) -> Iterator[str]:
    if required:
        yield "required"
    elif schema.get("default") not in (None, "", [], {}):
        yield f"default {schema['default']}"
    for key, words in (("minimum", "from"), ("maximum", "to"), ("maxLength", "at most"), ("maxItems", "at most")):
        if key in schema:
            yield f"{words} {schema[key]}{' characters' if key == 'maxLength' else ''}"
    if schema.get("examples"):
        yield f"for example {schema['examples'][0]}"
