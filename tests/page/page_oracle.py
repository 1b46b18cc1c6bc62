"""Articles made from gold itself, and the pages that have gold: what a perfect reader gives, and on what."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from retrieval.page.evaluation import GoldArticle, Page, blocks, gold_body, read_pages

ROOT = Path(__file__).parents[2]
REAL_PAGES = ROOT.parent / "shared" / "seeds"
REAL_GOLD = Path(__file__).parent / "gold"

needs_real_pages = pytest.mark.skipif(
    not REAL_PAGES.is_dir(), reason="the five real pages are not part of the repository: no ../shared/seeds here"
)


@dataclass(frozen=True, slots=True)
class OracleArticle:
    title: str
    author: tuple[str, ...]
    body: str
    origin: tuple[int, ...]
    captions: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()


def oracle(text: str, gold: Sequence[GoldArticle]) -> list[OracleArticle]:
    page = Page(text)
    articles = []
    for article in gold:
        body, origin = gold_body(page, article)
        articles.append(
            OracleArticle(
                title=page.read(article.title),
                author=article.names,
                body=body,
                origin=origin,
                captions=tuple(blocks(page, article.captions, article.joins)),
                headings=tuple(blocks(page, article.headings, article.joins)),
            )
        )
    return articles


def read_with_gold(pages: Sequence[tuple[str, Sequence[GoldArticle]]]) -> Callable[[str], list[OracleArticle]]:
    """A reader of exactly these pages that makes no mistake."""
    known = dict(pages)
    return lambda text: oracle(text, known[text])


def real_pages() -> dict[str, tuple[str, list[GoldArticle]]]:
    return read_pages(REAL_PAGES, REAL_GOLD)


def load_composer() -> ModuleType:
    name = "compose_pages"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / "compose_pages.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


def ownership(page: Page, gold: Sequence[GoldArticle]) -> dict[int, int]:
    """Offset of each character that is not white space → how many spans hold it; a series may lie in a subtitle."""
    held = {offset: 0 for offset, character in enumerate(page.text) if not character.isspace()}
    for article in gold:
        groups = (
            article.title,
            article.subtitle,
            article.byline,
            article.headings,
            article.captions,
            article.doubled,
            article.parts,
        )
        of_others = {offset for group in groups for span in group for offset in range(*page.range_of(span))}
        for group in (*groups, article.series):
            for span in group:
                for offset in range(*page.range_of(span)):
                    if offset in held and not (group is article.series and offset in of_others):
                        held[offset] += 1
    return held
