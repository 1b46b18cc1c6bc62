from __future__ import annotations

import asyncio
import base64
import json
import random
import socket
from typing import Any

import numpy as np
import pytest
from embedding_server import Answer, EmbeddingServer
from encoder_texts import varied_texts
from fakes import HashEncoder
from fastapi import Response
from fastapi.responses import JSONResponse

from embeddings import EncoderError, Role, load_encoder
from embeddings.backends import openai_api
from embeddings.backends.openai_api import ATTEMPTS, BATCH_CHARACTERS, BATCH_TEXTS, OpenAIEncoder, ServiceError

KEY = "sk-very-secret"
TEXT = "只有提问者知道的一句话"


def status(code: int, **headers: str) -> Answer:
    async def answer(body: dict[str, Any]) -> Response:
        return JSONResponse({"error": {"message": f"{body['input']}"}}, code, headers)

    return answer


def raw(content: str) -> Answer:
    async def answer(body: dict[str, Any]) -> Response:
        return Response(content, media_type="application/json")

    return answer


def hang(seconds: float) -> Answer:
    async def answer(body: dict[str, Any]) -> Response:
        await asyncio.sleep(seconds)
        return Response()

    return answer


@pytest.fixture
def encoder(server: EmbeddingServer, monkeypatch: pytest.MonkeyPatch) -> OpenAIEncoder:
    monkeypatch.setenv("WENBAO_EMBEDDINGS_KEY", KEY)
    encoder = OpenAIEncoder("hash", server.url, first_delay_s=0.01, timeout_s=5)
    server.reset()
    return encoder


def altered(server: EmbeddingServer, change: Any) -> Answer:
    """The right answer, after `change` has worked on its `data`."""

    async def answer(body: dict[str, Any]) -> Response:
        content = server.right_answer(body)
        content["data"] = change(content["data"])
        return Response(json.dumps(content), media_type="application/json")

    return answer


def assert_same_as_the_servers(encoder: OpenAIEncoder, texts: list[str]) -> None:
    expected = HashEncoder().encode(texts, Role.PASSAGE)
    np.testing.assert_allclose(encoder.encode(texts, Role.PASSAGE), expected, atol=1e-6)


def test_gives_the_servers_vectors_as_unit_rows(encoder: OpenAIEncoder) -> None:
    texts = [text for text in varied_texts() if len(text) < 200]
    assert_same_as_the_servers(encoder, texts)


def test_asks_once_for_the_dimension_at_the_start(server: EmbeddingServer) -> None:
    encoder = load_encoder(f"openai:some/model:tag@{server.url}/")
    assert encoder.dimension == 64
    assert encoder.identity == "openai:some/model:tag@127.0.0.1"
    assert [body["model"] for body in server.bodies] == ["some/model:tag"]
    assert "authorization" not in server.headers[0]


def test_sends_the_key(encoder: OpenAIEncoder, server: EmbeddingServer) -> None:
    encoder.encode([TEXT], Role.QUERY)
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"


def test_batches_by_count_and_by_characters(encoder: OpenAIEncoder, server: EmbeddingServer) -> None:
    encoder.encode([f"第{row}条" for row in range(2 * BATCH_TEXTS + 1)], Role.PASSAGE)
    assert [len(body["input"]) for body in server.bodies] == [BATCH_TEXTS, BATCH_TEXTS, 1]
    server.reset()
    wide = OpenAIEncoder("hash", server.url, max_tokens=100_000)
    server.reset()
    sizes = [BATCH_CHARACTERS // 2, BATCH_CHARACTERS // 2, 1, BATCH_CHARACTERS * 2, 1, 1]
    wide.encode(["长" * size for size in sizes], Role.PASSAGE)
    sent = [[len(text) for text in body["input"]] for body in server.bodies]
    assert sent == [sizes[:2], sizes[2:3], sizes[3:4], [1, 1]]
    server.reset()
    assert encoder.encode([], Role.PASSAGE).shape == (0, 64)
    assert server.bodies == []


def test_puts_answers_in_any_order_into_place(encoder: OpenAIEncoder, server: EmbeddingServer) -> None:
    texts = [f"第{row}条新闻" for row in range(20)]
    server.faults.append(altered(server, lambda data: random.Random(7).sample(data, len(data))))
    assert_same_as_the_servers(encoder, texts)


def test_reads_base64_and_answers_without_indexes(encoder: OpenAIEncoder, server: EmbeddingServer) -> None:
    def base64_of(item: dict[str, Any]) -> dict[str, Any]:
        packed = np.array(item["embedding"], "<f4").tobytes()
        return {"embedding": base64.b64encode(packed).decode()}

    server.faults.append(altered(server, lambda data: [base64_of(item) for item in data]))
    texts = ["甲", "乙", "丙"]
    assert_same_as_the_servers(encoder, texts)


@pytest.mark.parametrize("code", [408, 409, 429, 500, 502, 503])
def test_a_passing_failure_is_tried_again(encoder: OpenAIEncoder, server: EmbeddingServer, code: int) -> None:
    server.faults += [status(code)] * (ATTEMPTS - 1)
    assert encoder.encode([TEXT], Role.QUERY).shape == (1, 64)
    assert len(server.bodies) == ATTEMPTS


def test_delays_double(server: EmbeddingServer, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = OpenAIEncoder("hash", server.url, first_delay_s=0.5)
    slept: list[float] = []
    monkeypatch.setattr(openai_api.time, "sleep", slept.append)
    server.faults += [status(500)] * (ATTEMPTS - 1)
    encoder.encode([TEXT], Role.QUERY)
    assert slept == [0.5, 1.0, 2.0, 4.0]


@pytest.mark.parametrize(
    ("header", "slept_s"), [("0", 0), ("1", 1), ("2.5", 2.5), ("86400", 30), ("soon", 0.01), ("-5", 0.01), ("", 0.01)]
)
def test_obeys_retry_after_within_a_bound(
    encoder: OpenAIEncoder, server: EmbeddingServer, monkeypatch: pytest.MonkeyPatch, header: str, slept_s: float
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(openai_api.time, "sleep", slept.append)
    server.faults.append(status(429, **{"Retry-After": header}))
    encoder.encode([TEXT], Role.QUERY)
    assert slept == [slept_s]


def test_waits_as_long_as_it_was_told(encoder: OpenAIEncoder, server: EmbeddingServer) -> None:
    server.faults.append(status(429, **{"Retry-After": "1"}))
    encoder.encode([TEXT], Role.QUERY)
    first, second = server.times
    assert 1.0 <= second - first < 3.0


def failure(encoder: OpenAIEncoder, server: EmbeddingServer, count: int = 3) -> str:
    """The message of the ServiceError that `encode` raises, after a look for what must not be in it."""
    with pytest.raises(ServiceError) as caught:
        encoder.encode([TEXT] * count, Role.QUERY)
    message = str(caught.value)
    assert server.host in message
    assert KEY not in message
    assert TEXT not in message
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return message


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        (400, "max_tokens"),
        (401, "WENBAO_EMBEDDINGS_KEY"),
        (403, "WENBAO_EMBEDDINGS_KEY"),
        (404, "/v1"),
        (413, "max_tokens"),
        (301, "URL"),
    ],
)
def test_a_refusal_is_final_and_says_its_status(
    encoder: OpenAIEncoder, server: EmbeddingServer, code: int, remedy: str
) -> None:
    server.faults.append(status(code))
    message = failure(encoder, server)
    assert f"status {code}" in message
    assert remedy in message
    assert len(server.bodies) == 1


@pytest.mark.parametrize("code", [429, 500, 503])
def test_a_lasting_failure_is_said(encoder: OpenAIEncoder, server: EmbeddingServer, code: int) -> None:
    server.faults += [status(code)] * ATTEMPTS
    assert f"status {code}" in failure(encoder, server)
    assert len(server.bodies) == ATTEMPTS


NONSENSE = {
    "not JSON": "<html>网关</html>",
    "cut JSON": '{"data": [{"index": 0, "embed',
    "empty": "",
    "a list": "[]",
    "null": "null",
    "no data": '{"error": "x"}',
    "data null": '{"data": null}',
    "data of strings": '{"data": ["a", "b", "c"]}',
    "data an object": '{"data": {"a": 1, "b": 2, "c": 3}}',
    "deep": "[" * 100_000,
}


@pytest.mark.parametrize("content", NONSENSE.values(), ids=NONSENSE)
def test_malformed_answers_are_refused(encoder: OpenAIEncoder, server: EmbeddingServer, content: str) -> None:
    server.faults.append(raw(content))
    assert "OpenAI-compatible" in failure(encoder, server)


def replaced(key: str, value: object) -> Any:
    return lambda data: [data[0], {**data[1], key: value}, data[2]]


BAD_DATA = {
    "too few": lambda data: data[:2],
    "too many": lambda data: [*data, data[0]],
    "none": lambda data: [],
    "index twice": replaced("index", 0),
    "index beyond": replaced("index", 3),
    "index negative": replaced("index", -1),
    "index text": replaced("index", "1"),
    "NaN": replaced("embedding", [float("nan")] * 64),
    "infinite": replaced("embedding", [float("inf"), *[0.0] * 63]),
    "huge": replaced("embedding", [1e308] * 64),
    "huge integer": replaced("embedding", [10**400] * 64),
    "zero": replaced("embedding", [0.0] * 64),
    "null": replaced("embedding", None),
    "nulls": replaced("embedding", [None] * 64),
    "strings": replaced("embedding", ["0.1"] * 64),
    "booleans": replaced("embedding", [True] * 64),
    "nested": replaced("embedding", [[1.0] * 64]),
    "empty vector": replaced("embedding", []),
    "short vector": replaced("embedding", [1.0] * 63),
    "bad base64": replaced("embedding", "不是base64"),
    "odd base64": replaced("embedding", "AAAA"),
    "missing vector": lambda data: [data[0], {"index": 1}, data[2]],
}


@pytest.mark.parametrize("change", BAD_DATA.values(), ids=BAD_DATA)
def test_wrong_vectors_are_refused(encoder: OpenAIEncoder, server: EmbeddingServer, change: Any) -> None:
    server.faults.append(altered(server, change))
    assert "status 200" in failure(encoder, server)
    assert len(server.bodies) == 1


def test_a_change_of_dimension_is_refused(encoder: OpenAIEncoder, server: EmbeddingServer) -> None:
    server.faults.append(altered(server, lambda data: [{**item, "embedding": [1.0] * 32} for item in data]))
    assert "another dimension than 64" in failure(encoder, server)


def test_a_server_that_hangs_is_given_up(server: EmbeddingServer) -> None:
    encoder = OpenAIEncoder("hash", server.url, first_delay_s=0.01, timeout_s=0.2)
    server.reset()
    server.faults += [hang(1.0)] * ATTEMPTS
    assert "ReadTimeout" in failure(encoder, server)
    assert len(server.bodies) == ATTEMPTS


def test_a_server_that_hangs_once_is_asked_again(server: EmbeddingServer) -> None:
    encoder = OpenAIEncoder("hash", server.url, first_delay_s=0.01, timeout_s=0.5)
    server.faults.append(hang(1.0))
    assert encoder.encode([TEXT], Role.QUERY).shape == (1, 64)


def test_a_server_that_is_not_there_is_said(running_server: EmbeddingServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENBAO_EMBEDDINGS_KEY", KEY)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(ServiceError, match=rf"127\.0\.0\.1:{port} cannot be reached \(ConnectError\)") as caught:
        OpenAIEncoder("hash", f"http://127.0.0.1:{port}/v1", first_delay_s=0.001)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("key", ["密钥", "line\nbreak", "tab\tkey"])
def test_a_key_that_no_header_can_carry_is_said(
    server: EmbeddingServer, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("WENBAO_EMBEDDINGS_KEY", key)
    with pytest.raises(EncoderError, match="WENBAO_EMBEDDINGS_KEY") as caught:
        OpenAIEncoder("hash", server.url)
    assert key not in str(caught.value)


@pytest.mark.parametrize(
    "spec",
    [
        "bge-m3",
        "bge-m3@localhost:8080",
        "@http://localhost",
        "m@http://",
        "m@http://[::1",
        "m@http://localhost:99999",
        "m@http://localhost/v1?max_tokens=many",
        "m@http://localhost/v1?max_tokens=3",
        "m@http://localhost/v1?dimension=64",
    ],
)
def test_a_wrong_spec_is_said(spec: str) -> None:
    with pytest.raises(EncoderError, match=r"openai:MODEL@BASE_URL|http|max_tokens=N"):
        load_encoder(f"openai:{spec}")


def test_a_key_in_the_url_is_refused_and_not_repeated() -> None:
    with pytest.raises(EncoderError, match="WENBAO_EMBEDDINGS_KEY") as caught:
        load_encoder(f"openai:m@http://user:{KEY}@localhost/v1")
    assert KEY not in str(caught.value)


def test_max_tokens_may_follow_the_url(server: EmbeddingServer) -> None:
    encoder = OpenAIEncoder.from_spec(f"hash@{server.url}?max_tokens=64")
    assert encoder.max_tokens == 64
    server.reset()
    encoder.encode(["报" * 1000, "短句"], Role.PASSAGE)
    long, short = server.bodies[0]["input"]
    assert short == "短句"
    assert encoder.count_tokens([long])[0] <= 64 < encoder.count_tokens([long + "报"])[0]


def test_blank_texts_are_not_sent_empty(encoder: OpenAIEncoder, server: EmbeddingServer) -> None:
    encoder.encode(["", " \n", "\u3000"], Role.PASSAGE)
    assert server.bodies[0]["input"] == [".", ".", "."]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 2),
        ("ab", 2 + 1),  # half a token a letter
        ("报纸", 2 + 3),  # one and a half a Chinese character
        ("2024", 2 + 4),  # a digit may be a token of its own
        ("a, b", 2 + 3),  # the comma is one, and three half ones round up
        ("😂", 2 + 2),
    ],
)
def test_counts_tokens_by_hand(encoder: OpenAIEncoder, text: str, tokens: int) -> None:
    assert encoder.count_tokens([text]) == [tokens]


def test_the_count_is_above_a_real_tokenizers(encoder: OpenAIEncoder, onnx_encoder: Any) -> None:
    texts = varied_texts()
    prefix_tokens = 3  # "passage: ", which this encoder does not add
    for text, estimated, real in zip(texts, encoder.count_tokens(texts), onnx_encoder.count_tokens(texts), strict=True):
        assert estimated >= real - prefix_tokens, text
