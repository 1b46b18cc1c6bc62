"""Any model that sentence-transformers opens: a local directory, or a hub name where there is a network."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.encoder import EncoderError, MissingExtraError, Progress, Role, Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BATCH = 32
DEFAULT_MAX_TOKENS = 512  # for a model that names no limit
_DEVICE = re.compile(r"(?P<model>.+)@(?P<device>(?:cpu|cuda|mps|xpu|npu|hpu)(?::\d+)?)")
_E5 = re.compile(r"(?:^|[-_/])e5(?:[-_/]|$)")
_PROMPT_NAMES = {Role.QUERY: ("query",), Role.PASSAGE: ("passage", "document", "corpus")}
_REMEDY = (
    "Name a directory that holds a sentence-transformers model (`wenbao export-model DIR` writes the packaged one), "
    "or a hub name while the hub can be reached."
)
_E5_PROMPTS = {Role.QUERY: "query: ", Role.PASSAGE: "passage: "}


class SentenceTransformerEncoder:
    """A sentence-transformers model.

    Prefixes are the model's own `prompts`; without any, those of E5 where its name or its config's `_name_or_path` says
    E5; otherwise none. One call runs at a time: the tokenizers' padding state is not thread-safe, and torch uses every
    core, or the GPU, for one batch. A vector may differ in its last digits with the texts beside it in a batch.
    """

    def __init__(self, model: str, *, device: str | None = None) -> None:
        """Load `model`, a directory or a hub name, onto `device` (None: a GPU where there is one).

        Raises MissingExtraError, or EncoderError when the model cannot be loaded.
        """
        path = Path(model).expanduser()
        is_local = path.exists()
        if not is_local and (model.startswith((".", "/", "~")) or model.count("/") > 1):
            raise EncoderError(f"There is no model directory {path.absolute()}. {_REMEDY}")
        self._model = _load(str(path) if is_local else model, device)
        name = _local_identity(path) if is_local else model
        self.identity = f"sentence-transformers:{name}"
        self._prompts = _prompts(self._model.prompts, [model, *(_original_name(path) if is_local else ())])
        self._lock = threading.Lock()
        self.max_tokens = _max_tokens(self._model)
        # Asked of the model rather than of its config, which some models leave out.
        self.dimension = self._encode_batch([""], Role.PASSAGE).shape[1]

    @classmethod
    def from_spec(cls, spec: str) -> SentenceTransformerEncoder:
        """From `NAME_OR_PATH[@DEVICE]`; DEVICE is cpu, cuda, cuda:1, mps, xpu, npu or hpu."""
        match = _DEVICE.fullmatch(spec)
        if match and not Path(spec).expanduser().exists():
            return cls(match["model"], device=match["device"])
        return cls(spec)

    def encode(self, texts: Sequence[str], role: Role, progress: Progress | None = None) -> Vectors:
        """See `Encoder.encode`; a text of more than `max_tokens` is cut at its end."""
        vectors = np.empty((len(texts), self.dimension), np.float32)
        # Longest first: little padding, and memory that is too small shows at once.
        order = sorted(range(len(texts)), key=lambda row: -len(texts[row]))
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            vectors[rows] = self._encode_batch([texts[row] for row in rows], role)
            if progress:
                progress(len(rows))
        return vectors

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """See `Encoder.count_tokens`."""
        if not texts:
            return []
        prompt = self._prompts[Role.PASSAGE]
        with self._lock:
            encoded = self._model.tokenizer([prompt + _utf8(text) for text in texts], truncation=False, verbose=False)
        return [len(ids) for ids in encoded["input_ids"]]

    def _encode_batch(self, texts: list[str], role: Role) -> Vectors:
        encode = self._model.encode_query if role is Role.QUERY else self._model.encode_document
        try:
            with self._lock:
                raw = encode(
                    [_utf8(text) for text in texts],
                    prompt=self._prompts[role],
                    batch_size=BATCH,
                    show_progress_bar=False,
                    convert_to_numpy=True,
                )
        except RuntimeError as error:  # torch's errors, a GPU out of memory among them
            raise EncoderError(
                f"{self.identity} failed on {len(texts)} texts ({_first_line(error)}). "
                "If memory is short, name another device, such as @cpu."
            ) from error
        vectors = np.asarray(raw, np.float32)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.all(np.isfinite(lengths)) or not np.all(lengths > 0):
            raise EncoderError(f"{self.identity} gave vectors that are zero or not finite; its weights may be damaged.")
        return np.ascontiguousarray(vectors / lengths, np.float32)


def _load(model: str, device: str | None) -> SentenceTransformer:
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise MissingExtraError("sentence-transformers", "sentence-transformers") from error
    try:
        return SentenceTransformer(model, device=device)
    except Exception as error:  # transformers, hub, safetensors and torch all have their own
        raise EncoderError(f"sentence-transformers cannot load {model!r} ({_first_line(error)}). {_REMEDY}") from error


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:200]}" if lines else type(error).__name__


def _utf8(text: str) -> str:
    """`text` with lone surrogates, which the tokenizer refuses, as question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _prompts(own: dict[str, str], names: Sequence[str]) -> dict[Role, str]:
    # sentence-transformers fills in empty prompts for a model that has none.
    if any(own.get(name) for names_of_role in _PROMPT_NAMES.values() for name in names_of_role):
        return {role: next(filter(None, map(own.get, names)), "") for role, names in _PROMPT_NAMES.items()}
    if any(_E5.search(name.lower()) for name in names):
        return dict(_E5_PROMPTS)
    return dict.fromkeys(Role, "")


def _original_name(directory: Path) -> Iterator[str]:
    """The name that the directory's config remembers from the model it was made of."""
    try:
        config: Any = json.loads((directory / "config.json").read_text("utf-8"))
    except (OSError, ValueError):
        return
    if isinstance(config, dict) and isinstance(config.get("_name_or_path"), str):
        yield config["_name_or_path"]


def _max_tokens(model: SentenceTransformer) -> int:
    limit = model.max_seq_length
    # Tokenizers without a limit say 10**30.
    return int(limit) if limit and limit < 1_000_000 else DEFAULT_MAX_TOKENS


def _local_identity(directory: Path) -> str:
    """The directory's name and a short hash of its settings, tokenizer and samples of its weights.

    Samples, because a fine-tuned model has the settings and sizes of the one it came from, and reading gigabytes at
    every start would be slow.
    """
    directory = directory.resolve()
    digest = hashlib.sha256()
    try:
        for path in sorted(directory.rglob("*")):
            if path.suffix in {".json", ".txt", ".model", ".safetensors", ".bin"} and path.is_file():
                digest.update(f"{path.relative_to(directory).as_posix()} {path.stat().st_size} ".encode())
                digest.update(_sample(path))
    except OSError as error:
        raise EncoderError(f"Cannot read the model {directory} ({error.strerror or error}).") from error
    return f"{directory.name}:{digest.hexdigest()[:12]}"


def _sample(path: Path, blocks: int = 64, block_bytes: int = 4096) -> bytes:
    """A small file whole; of a large one, `blocks` evenly spread blocks."""
    size_bytes = path.stat().st_size
    with path.open("rb") as file:
        if size_bytes <= 2 * blocks * block_bytes:
            return file.read()
        parts = []
        for block in range(blocks):
            file.seek((size_bytes - block_bytes) * block // (blocks - 1))
            parts.append(file.read(block_bytes))
        return b"".join(parts)
