"""Embeddings from a server that speaks OpenAI's `/v1/embeddings`: vLLM, TEI, llama.cpp, Ollama, OpenAI itself."""

from __future__ import annotations

import base64
import bisect
import math
import os
import re
import time
import weakref
from collections.abc import Iterator, Sequence
from itertools import pairwise

import httpx
import numpy as np

from embeddings.encoder import EncoderError, Progress, Role, Vectors

KEY_VARIABLE = "WENBAO_EMBEDDINGS_KEY"
BATCH_TEXTS = 32  # the smallest of the usual servers' limits, text-embeddings-inference's
BATCH_CHARACTERS = 20_000
ATTEMPTS = 5
FIRST_DELAY_S = 0.5  # doubled after every attempt
MAX_DELAY_S = 30.0  # also the most that a Retry-After is obeyed
TIMEOUT_S = 60.0
DEFAULT_MAX_TOKENS = 512
RETRIED = frozenset({408, 409, 429})

_SPEC = re.compile(r"(?P<model>.+?)@(?P<url>https?://.+)", re.DOTALL)
_WORD_BYTES = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ "
_REMEDIES = {
    400: "Check the model's name; if its texts may be shorter than 512 tokens, add ?max_tokens=N to the URL.",
    401: f"Check the key in {KEY_VARIABLE}.",
    403: f"Check the key in {KEY_VARIABLE}.",
    404: "Check the model's name and the URL, which usually ends in /v1.",
    413: "Add a lower ?max_tokens=N to the URL.",
    422: "Check the model's name; if its texts may be shorter than 512 tokens, add ?max_tokens=N to the URL.",
    429: "The server limits the rate of requests; try again later.",
}


class ServiceError(EncoderError):
    """An embeddings server refused, failed, or answered nonsense.

    The message names its host, never the key or a text.
    """


class OpenAIEncoder:
    """A model behind an OpenAI-compatible server. No prefixes are added."""

    def __init__(
        self,
        model: str,
        base_url: str,
        *,
        max_tokens: int = DEFAULT_MAX_TOKENS,
        timeout_s: float = TIMEOUT_S,
        first_delay_s: float = FIRST_DELAY_S,
    ) -> None:
        """Ask the server for one vector, to learn the dimension.

        The key, if any, is read from `WENBAO_EMBEDDINGS_KEY`. Raises ServiceError.
        """
        self.max_tokens = max_tokens
        self._model = model
        self._first_delay_s = first_delay_s
        try:
            url = httpx.URL(base_url)
        except httpx.InvalidURL:
            raise EncoderError("The embeddings URL is not valid. Example: http://localhost:8080/v1") from None
        if url.userinfo:
            raise EncoderError(f"Put the key of {url.host} into {KEY_VARIABLE}, not into the URL.")
        if url.scheme not in {"http", "https"} or not url.host or (url.port or 0) > 65535:
            raise EncoderError(
                "The embeddings URL must be http or https with a host, and a port below 65536. Example: http://localhost:8080/v1"
            )
        self.identity = f"openai:{model}@{url.host}"
        self._host = url.netloc.decode("ascii")
        self._url = url.copy_with(path=url.path.rstrip("/") + "/embeddings")
        self._client = httpx.Client(timeout=httpx.Timeout(timeout_s, connect=min(timeout_s, 10.0)), headers=_headers())
        weakref.finalize(self, self._client.close)
        self.dimension = 0  # not known yet
        self.dimension = self._request(["Wenbao"]).shape[1]

    @classmethod
    def from_spec(cls, spec: str) -> OpenAIEncoder:
        """From `MODEL@BASE_URL` or `MODEL@BASE_URL?max_tokens=N`."""
        match = _SPEC.fullmatch(spec)
        if not match:
            raise EncoderError("Expected openai:MODEL@BASE_URL, for example openai:bge-m3@http://localhost:8080/v1")
        base_url, _, query = match["url"].partition("?")
        if not query:
            return cls(match["model"], base_url)
        name, _, value = query.partition("=")
        if name != "max_tokens" or not re.fullmatch(r"[0-9]{1,7}", value) or int(value) < 16:
            raise EncoderError("After the URL only ?max_tokens=N is known, with N a whole number of at least 16.")
        return cls(match["model"], base_url, max_tokens=int(value))

    def encode(self, texts: Sequence[str], role: Role, progress: Progress | None = None) -> Vectors:
        """See `Encoder.encode`; a text of more than `max_tokens`, as `count_tokens` counts, is cut at its end."""
        vectors = np.empty((len(texts), self.dimension), np.float32)
        prepared = [self._prepare(text) for text in texts]
        for start, end in _batches(prepared):
            vectors[start:end] = self._request(prepared[start:end])
            if progress:
                progress(end - start)
        return vectors

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """An upper estimate; the server's tokenizer is not known here.

        Half a token per UTF-8 byte (1.5 for a Chinese character, 0.5 for a Latin letter), one per digit, ASCII sign or
        line break, and two for special tokens. The tokenizers in use stay below it on prose: they take 0.6 to 1.4 for a
        Chinese character, 0.2 to 0.3 for an English letter, at most 1 for a digit.
        """
        return [_estimate(_utf8(text)) for text in texts]

    def _prepare(self, text: str) -> str:
        text = _utf8(text)[: 2 * self.max_tokens]  # no character is estimated at less than half a token
        if _estimate(text) > self.max_tokens:
            # The estimate grows with every character, so the longest prefix that fits can be bisected.
            fits = bisect.bisect_right(range(len(text) + 1), self.max_tokens, key=lambda end: _estimate(text[:end]))
            text = text[: fits - 1]
        return text if text.strip() else "."  # OpenAI refuses an empty text

    def _request(self, texts: list[str]) -> Vectors:
        body = {"model": self._model, "input": texts}
        for attempt in range(ATTEMPTS):
            delay_s = min(self._first_delay_s * 2**attempt, MAX_DELAY_S)
            try:
                response = self._client.post(self._url, json=body)
            except httpx.TransportError as error:
                failure = self._unreachable(error)
            except httpx.HTTPError as error:
                raise self._unreachable(error) from None
            else:
                if response.is_success:
                    return self._vectors(response, len(texts))
                failure = self._refused(response.status_code)
                if response.status_code not in RETRIED and response.status_code < 500:
                    raise failure
                delay_s = _retry_after_s(response, delay_s)
            if attempt + 1 < ATTEMPTS:
                time.sleep(delay_s)
        raise failure

    # The causes below are cut off: their tracebacks would carry texts, or the key.

    def _unreachable(self, error: httpx.HTTPError) -> ServiceError:
        return ServiceError(
            f"The embeddings server {self._host} cannot be reached ({type(error).__name__}). "
            "Check that it runs, and the URL."
        )

    def _refused(self, status: int) -> ServiceError:
        remedy = _REMEDIES.get(status, "See the server's log." if status >= 500 else "Check the URL.")
        return ServiceError(f"The embeddings server {self._host} answered status {status}. {remedy}")

    def _nonsense(self, what: str) -> ServiceError:
        return ServiceError(
            f"The embeddings server {self._host} answered status 200, but {what}. "
            "Check that the URL is that of an OpenAI-compatible embeddings service."
        )

    def _vectors(self, response: httpx.Response, expected: int) -> Vectors:
        try:
            items = response.json()["data"]
            rows = {_position(item, at): _floats(item["embedding"]) for at, item in enumerate(items)}
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
            raise self._nonsense("not in the expected form") from None
        if len(items) != expected or sorted(rows) != list(range(expected)):
            raise self._nonsense(f"with {len(items)} vectors, or wrong indexes, for {expected} texts")
        dimension = self.dimension or len(rows[0])
        if not dimension or any(len(row) != dimension for row in rows.values()):
            raise self._nonsense(f"with vectors of another dimension than {dimension}")
        matrix = np.stack([rows[row] for row in range(expected)])
        with np.errstate(over="ignore"):
            lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
        if not np.all(np.isfinite(lengths)) or not np.all(lengths > 0):
            raise self._nonsense("with vectors that are zero or not finite")
        return np.ascontiguousarray(matrix / lengths, np.float32)


def _headers() -> dict[str, str]:
    key = os.environ.get(KEY_VARIABLE, "").strip()
    if not (key.isascii() and key.isprintable()):
        raise EncoderError(f"The key in {KEY_VARIABLE} holds characters that no HTTP header can carry; set it again.")
    return {"Authorization": f"Bearer {key}"} if key else {}


def _utf8(text: str) -> str:
    """`text` with lone surrogates, which JSON in UTF-8 cannot carry, as question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _estimate(text: str) -> int:
    data = text.encode()
    single = sum(byte < 0x80 for byte in data.translate(None, _WORD_BYTES))
    return 2 + math.ceil((len(data) + single) / 2)


def _batches(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Half-open ranges of rows, each within both budgets or of a single text."""
    bounds = [0]
    characters = 0
    for row, text in enumerate(texts):
        characters += len(text)
        if row > bounds[-1] and (row - bounds[-1] >= BATCH_TEXTS or characters > BATCH_CHARACTERS):
            bounds.append(row)
            characters = len(text)
    if texts:
        bounds.append(len(texts))
    return pairwise(bounds)


def _retry_after_s(response: httpx.Response, otherwise_s: float) -> float:
    """The server's Retry-After in seconds, bounded; an HTTP date or nonsense counts as none."""
    value = response.headers.get("Retry-After", "").strip()
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", value):
        return otherwise_s
    return min(float(value), MAX_DELAY_S)


def _position(item: object, otherwise: int) -> int:
    if not isinstance(item, dict):
        raise TypeError("item")
    index = item.get("index", otherwise)
    if not isinstance(index, int):
        raise TypeError("index")
    return index


def _floats(embedding: object) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """One row from a list of numbers or from base64 of little-endian float32."""
    if isinstance(embedding, str):
        return np.frombuffer(base64.b64decode(embedding, validate=True), "<f4").astype(np.float64)
    if not isinstance(embedding, list) or not all(type(value) in (int, float) for value in embedding):
        raise TypeError("embedding")
    return np.array(embedding, np.float64)
