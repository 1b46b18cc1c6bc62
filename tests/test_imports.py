"""Who imports whom: bot → retrieval → embeddings, and the readers of files know nothing of the store."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {
    "embeddings": {"embeddings"},
    "retrieval": {"retrieval", "embeddings"},
    "bot": {"bot", "retrieval", "embeddings"},
}
MODULES = sorted(path for package in MAY_IMPORT for path in (ROOT / package).rglob("*.py"))


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    """(line, module) of everything that a module imports, in functions and under TYPE_CHECKING too."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import"
            assert node.module
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{name.name}") for name in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("importlib.import_module", "__import__"):
            raise AssertionError(f"{path}:{node.lineno}: an import by name, which nothing can check")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_one_way(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    for line, module in imports_of(path):
        top = module.partition(".")[0]
        assert top not in {"tests", "scripts"}, f"{path}:{line} imports {module}"
        assert top not in MAY_IMPORT or top in MAY_IMPORT[package], f"{path}:{line} imports {module}"


@pytest.mark.parametrize("folder", ["formats", "page"])
def test_reading_files_knows_nothing_of_the_store(folder: str) -> None:
    """The folder's modules, and whatever of ours they lead to."""
    pending = sorted((ROOT / "retrieval" / folder).rglob("*.py"))
    seen = set(pending)
    assert pending
    while pending:
        path = pending.pop()
        for line, module in imports_of(path):
            assert not module.startswith(("bot", "retrieval.store", "retrieval.archive")), f"{path}:{line}: {module}"
            found = _file_of(module)
            if found and found not in seen:
                seen.add(found)
                pending.append(found)


def test_the_composers_and_the_assistant_know_no_channel() -> None:
    for path in [ROOT / "bot" / "assistant.py", *(ROOT / "bot" / "composers").glob("*.py")]:
        assert not [module for _, module in imports_of(path) if module.startswith("bot.channels")], path


def _file_of(module: str) -> Path | None:
    base = ROOT.joinpath(*module.split("."))
    return next((path for path in (base.with_suffix(".py"), base / "__init__.py") if path.is_file()), None)
