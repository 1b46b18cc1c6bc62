"""An evaluation as one page to read: the metrics, then every question with its answer."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

_STYLE = (
    "body{font:16px/1.6 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}td,th{border:1px solid #ccc;padding:.3rem .6rem;text-align:left;"
    "vertical-align:top}.wrong{background:#fdecea}.right{background:#eaf6ec}"
)


def render(report: Mapping[str, Any]) -> str:
    """A complete HTML page; everything of questions and answers is escaped."""
    metrics = "".join(f"<tr><th>{escape(name)}</th><td>{value}</td></tr>" for name, value in report["metrics"].items())
    rows = "".join(map(_row, report["results"]))
    return (
        f'<!doctype html><html lang="zh"><meta charset="utf-8"><title>wenbao eval</title><style>{_STYLE}</style>'
        f"<h1>wenbao eval</h1><table>{metrics}</table><h2>Questions</h2><table>"
        f"<tr><th>question</th><th>expected</th><th>answer</th><th>confidence</th></tr>{rows}</table></html>\n"
    )


def _row(result: Mapping[str, Any]) -> str:
    verdict = "" if "correct" not in result else "right" if result["correct"] else "wrong"
    answers = result.get("answers")
    expected = "—" if answers is None else " / ".join(answers) or "(refusal)"
    sources = "".join(f"<br><small>{escape(one['title'])}</small>" for one in result["citations"])
    return (
        f'<tr class="{verdict}"><td>{escape(result["question"])}</td><td>{escape(expected)}</td>'
        f"<td>{escape(result['answer'])}{sources}</td><td>{result['confidence']:.2f}</td></tr>"
    )
