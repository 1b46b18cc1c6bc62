"""The packaged weights as model directories that ONNX Runtime opens: made once, checked at every start.

    <cache>/multilingual-e5-small-<layout>/
        e5_small.onnx     the operators
        weights.bin       int8 matrices, norms, positions (22 MB)
        sentencepiece.model
        manifest.json     SHA-256 of the three
    <cache>/span-reader-<layout>/
        the same with span_reader.onnx: the weights with the reader's adapters merged in, and its head
    <cache>/query-encoder-<layout>/
        the same with query_encoder.onnx: some of the layers, with their adapters merged in (14 MB)

The directory is written beside its place and renamed into it, under a lock, so a reader sees a whole one or none;
one that fails its checksums is made again. The word table (54 MB) stays in the installed package, memory-mapped.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from importlib import metadata, resources
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path

from embeddings.adapters import AdaptedWeights, Adapters
from embeddings.e5_file import DISTRIBUTION, ModelFileError, WeightsFile, packaged_weights
from embeddings.graph_weights import Top, write_weights
from embeddings.tokenizer import sentencepiece_model

MODEL_NAME = "multilingual-e5-small"
GRAPH, WEIGHTS, TOKENIZER, MANIFEST = "e5_small.onnx", "weights.bin", "sentencepiece.model", "manifest.json"
TRAINED = Path(__file__).parent / "trained"


@dataclass(frozen=True, slots=True)
class PackagedModel:
    """A graph of `embeddings/graphs`, and the adapters that are merged into the weights for it."""

    name: str
    graph: str
    adapters: Path | None = None
    top: Top = Top.MEAN


ENCODER = PackagedModel(MODEL_NAME, GRAPH)
READER = PackagedModel("span-reader", "span_reader.onnx", TRAINED / "span_reader.safetensors.z", Top.SPANS)
QUERY_ENCODER = PackagedModel(
    "query-encoder", "query_encoder.onnx", TRAINED / "query_encoder.safetensors.z", Top.POOLED
)

REVISION = 2
"""Raise it with any change of `graph_weights` or `tokenizer` that changes a vector: old caches are then passed over."""

VECTOR_SPACE = "69aa2d740473"
"""Part of the encoder's identity: archives whose vectors were made in this space need no new ones.

Another graph of the same weights makes the same vectors but for int8's rounding (cosine 0.999), and keeps the space.
Change it where tests/embeddings/test_vector_space.py says that they are others.
"""


def cache_directory() -> Path:
    """Where derived model files are kept: `WENBAO_CACHE`, or the user's cache directory."""
    return Path(os.environ.get("WENBAO_CACHE") or user_cache_path("wenbao", appauthor=False))


def model_directory(cache: Path | None = None, model: PackagedModel = ENCODER) -> Path:
    """The directory of `model` under `cache`, made or repaired first where needed. Raises ModelFileError."""
    cache = cache or cache_directory()
    directory = cache / f"{model.name}-{_layout_version(model)}"
    if _is_intact(directory, model):
        return directory
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with FileLock(cache / f"{directory.name}.lock"):
            if not _is_intact(directory, model):
                _build(directory, model)
    except OSError as error:
        raise ModelFileError(
            f"Cannot write the model cache {directory} ({error.strerror or error}). "
            "Name a writable directory with WENBAO_CACHE, with 80 MB free."
        ) from error
    return directory


def weights_of(model: PackagedModel, weights: WeightsFile) -> WeightsFile | AdaptedWeights:
    """The weights of `model`'s graph: `weights` with its adapters, where it has some. Raises ModelFileError."""
    return AdaptedWeights(weights, Adapters.read(model.adapters)) if model.adapters else weights


def _graph(model: PackagedModel) -> bytes:
    return resources.files("embeddings").joinpath("graphs", model.graph).read_bytes()


def _layout_version(model: PackagedModel) -> str:
    """Changes with the weights' distribution, the graph, which names every tensor's place, the adapters, `REVISION`."""
    try:
        version = metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        packaged_weights()  # raises with the remedy
        raise
    content = f"{REVISION} {version} ".encode() + _graph(model)
    if model.adapters:
        content += hashlib.sha256(_adapter_bytes(model.adapters)).digest()
    return hashlib.sha256(content).hexdigest()[:12]


def _adapter_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelFileError(f"Cannot read the adapters {path}: {error.strerror or error}") from error


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_intact(directory: Path, model: PackagedModel) -> bool:
    try:
        manifest = json.loads((directory / MANIFEST).read_text("utf-8"))
        names = {model.graph, WEIGHTS, TOKENIZER}
        return set(manifest) == names and all(_checksum(directory / name) == manifest[name] for name in names)
    except (OSError, ValueError, TypeError):
        return False


def _build(directory: Path, model: PackagedModel) -> None:
    weights = WeightsFile(packaged_weights())
    adapted = weights_of(model, weights)
    staging = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
    try:
        (staging / model.graph).write_bytes(_graph(model))
        with (staging / WEIGHTS).open("wb") as file:
            write_weights(adapted, file, model.top)
        (staging / TOKENIZER).write_bytes(sentencepiece_model(weights))
        manifest = {name: _checksum(staging / name) for name in (model.graph, WEIGHTS, TOKENIZER)}
        (staging / MANIFEST).write_text(json.dumps(manifest, indent=1), "utf-8")
        staging.chmod(0o755)
        if directory.exists():
            damaged = staging.with_name(f"{staging.name}-damaged")
            directory.rename(damaged)
            shutil.rmtree(damaged, ignore_errors=True)
        staging.rename(directory)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
