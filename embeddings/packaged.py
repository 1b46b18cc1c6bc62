"""The packaged weights as a model directory that the ONNX backend opens: made once, checked at every start.

    <cache>/multilingual-e5-small-<layout>/
        e5_small.onnx     the operators
        weights.bin       int8 matrices, norms, positions (22 MB)
        sentencepiece.model
        manifest.json     SHA-256 of the three

The directory is written beside its place and renamed into it, under a lock, so a reader sees a whole one or none;
one that fails its checksums is made again. The word table (54 MB) stays in the installed package, memory-mapped.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from importlib import metadata, resources
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path

from embeddings.e5_file import DISTRIBUTION, ModelFileError, WeightsFile, packaged_weights
from embeddings.graph_weights import write_weights
from embeddings.tokenizer import sentencepiece_model

MODEL_NAME = "multilingual-e5-small"
GRAPH, WEIGHTS, TOKENIZER, MANIFEST = "e5_small.onnx", "weights.bin", "sentencepiece.model", "manifest.json"
REVISION = 2
"""Raise it with any change of `graph_weights` or `tokenizer` that changes a vector: old caches and old indexes then
belong to another identity."""


def cache_directory() -> Path:
    """Where derived model files are kept: `WENBAO_CACHE`, or the user's cache directory."""
    return Path(os.environ.get("WENBAO_CACHE") or user_cache_path("wenbao", appauthor=False))


def model_directory(cache: Path | None = None) -> Path:
    """The model directory under `cache`, made or repaired first where needed. Raises ModelFileError."""
    cache = cache or cache_directory()
    directory = cache / f"{MODEL_NAME}-{_layout_version()}"
    if _is_intact(directory):
        return directory
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with FileLock(cache / f"{directory.name}.lock"):
            if not _is_intact(directory):
                _build(directory)
    except OSError as error:
        raise ModelFileError(
            f"Cannot write the model cache {directory} ({error.strerror or error}). "
            "Name a writable directory with WENBAO_CACHE, with 60 MB free."
        ) from error
    return directory


def _graph() -> bytes:
    return resources.files("embeddings").joinpath("graphs", GRAPH).read_bytes()


def _layout_version() -> str:
    """Changes with the weights' distribution, the graph, which names every tensor's place, and `REVISION`."""
    try:
        version = metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        packaged_weights()  # raises with the remedy
        raise
    return hashlib.sha256(f"{REVISION} {version} ".encode() + _graph()).hexdigest()[:12]


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_intact(directory: Path) -> bool:
    try:
        manifest = json.loads((directory / MANIFEST).read_text("utf-8"))
        names = {GRAPH, WEIGHTS, TOKENIZER}
        return set(manifest) == names and all(_checksum(directory / name) == manifest[name] for name in names)
    except (OSError, ValueError, TypeError):
        return False


def _build(directory: Path) -> None:
    weights = WeightsFile(packaged_weights())
    staging = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
    try:
        (staging / GRAPH).write_bytes(_graph())
        with (staging / WEIGHTS).open("wb") as file:
            write_weights(weights, file)
        (staging / TOKENIZER).write_bytes(sentencepiece_model(weights))
        manifest = {name: _checksum(staging / name) for name in (GRAPH, WEIGHTS, TOKENIZER)}
        (staging / MANIFEST).write_text(json.dumps(manifest, indent=1), "utf-8")
        staging.chmod(0o755)
        if directory.exists():
            damaged = staging.with_name(f"{staging.name}-damaged")
            directory.rename(damaged)
            shutil.rmtree(damaged, ignore_errors=True)
        staging.rename(directory)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
