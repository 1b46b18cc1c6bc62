"""The one boundary between text and vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Vectors: TypeAlias = NDArray[np.float32]
"""(n, dimension) float32, C-contiguous; every row has length 1."""

Progress: TypeAlias = Callable[[int], None]
"""Called with the number of texts finished since the last call."""


class Role(Enum):
    """Which side of a search a text stands on; some models prefix the two differently."""

    QUERY = "query"
    PASSAGE = "passage"


class EncoderError(Exception):
    """An encoder could not be loaded or could not answer; the message carries the remedy.

    EncoderError
    ├── EncoderSpecError     no encoder of that name is known
    ├── ModelFileError       the packaged weights are missing or damaged (embeddings.e5_file)
    ├── MissingExtraError    an optional dependency is not installed
    └── ServiceError         a remote service refused, failed or answered nonsense (backends.openai_api)
    """


class EncoderSpecError(EncoderError):
    """No encoder of that name is known."""


class MissingExtraError(EncoderError):
    """An optional dependency is not installed."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f"{package} is not installed. Install it with: pip install 'wenbao[{extra}]'")


class Encoder(Protocol):
    """Turns texts into unit vectors. Safe to call from several threads."""

    @property
    def identity(self) -> str:
        """Names the vector space; vectors of two encoders may be compared only if their identities are equal."""

    @property
    def dimension(self) -> int:
        """Columns of every matrix that `encode` returns."""

    @property
    def max_tokens(self) -> int:
        """Tokens of one text, prefix and special tokens included, beyond which text would be cut."""

    def encode(self, texts: Sequence[str], role: Role, progress: Progress | None = None) -> Vectors:
        """Unit vectors of `texts`, (len(texts), dimension) float32 in the order given; (0, dimension) for none.

        Raises EncoderError.
        """

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens that each text takes as a passage, prefix and special tokens included."""


def load_encoder(spec: str = "onnx", *, threads: int | None = None) -> Encoder:
    """The encoder that `spec` names.

    - `onnx`: the packaged multilingual-e5-small on ONNX Runtime, without torch (the default)
    - `sentence-transformers:NAME_OR_PATH[@DEVICE]`: any local directory or hub name
    - `openai:MODEL@BASE_URL`: a server with an OpenAI-compatible `/v1/embeddings`; key from `WENBAO_EMBEDDINGS_KEY`

    `threads` bounds the CPU threads of one call (None: all cores). Raises EncoderError for an unknown spec, a missing
    extra or unreadable weights.
    """
    kind, _, rest = spec.partition(":")
    if kind == "onnx" and not rest:
        from embeddings.backends.onnx import OnnxEncoder

        return OnnxEncoder(threads=threads)
    if kind == "sentence-transformers" and rest:
        from embeddings.backends.sentence_transformer import SentenceTransformerEncoder

        return SentenceTransformerEncoder.from_spec(rest)
    if kind == "openai" and rest:
        from embeddings.backends.openai_api import OpenAIEncoder

        return OpenAIEncoder.from_spec(rest)
    raise EncoderSpecError(
        f"Unknown encoder {spec!r}. Known: onnx, sentence-transformers:NAME_OR_PATH[@DEVICE], openai:MODEL@BASE_URL"
    )
