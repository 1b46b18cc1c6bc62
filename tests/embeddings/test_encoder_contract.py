"""What every encoder promises, asked of each."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from embeddings import Encoder, EncoderError, Role, load_encoder

TEXTS = [
    "澄江市今年汛期累计降雨量达到486毫米。",
    "臺北捷運環狀線北段將於後年完工",
    "The council approved the new bus routes.",
    "台風の影響で、新幹線は運転を見合わせている。",
    "２０２４年，ＧＤＰ增速为５.２％",
    "水",
    "",
    "   ",
    "第一行\n第二行\t第三行\u200b末",
    "😂👍",
]
ODD = ["\ud83d", "前\udc00后", "\x00", "a\x00b", "\x01\x02", "\ufffe", "</s>", "\u0301", "👨‍👩‍👧‍👦" * 50]


@pytest.fixture(
    params=["onnx_encoder", "openai_encoder", "hash_encoder", pytest.param("torch_encoder", marks=pytest.mark.torch)]
)
def encoder(request: pytest.FixtureRequest) -> Encoder:
    return request.getfixturevalue(request.param)


def assert_unit_rows(vectors: np.ndarray, encoder: Encoder, count: int) -> None:
    assert vectors.shape == (count, encoder.dimension)
    assert vectors.dtype == np.float32
    assert vectors.flags.c_contiguous
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


@pytest.mark.parametrize("count", [0, 1, 2, 10, 70])
@pytest.mark.parametrize("role", Role)
def test_gives_one_unit_row_a_text(encoder: Encoder, count: int, role: Role) -> None:
    texts = [f"{TEXTS[row % 10]}{row}" for row in range(count)]
    assert_unit_rows(encoder.encode(texts, role), encoder, count)


def test_keeps_the_order(encoder: Encoder) -> None:
    alone = np.concatenate([encoder.encode([text], Role.PASSAGE) for text in TEXTS])
    np.testing.assert_allclose(encoder.encode(TEXTS, Role.PASSAGE), alone, atol=1e-4)
    np.testing.assert_allclose(encoder.encode(TEXTS[::-1], Role.PASSAGE), alone[::-1], atol=1e-4)


def test_same_texts_give_the_same_vectors(encoder: Encoder) -> None:
    np.testing.assert_array_equal(encoder.encode(TEXTS, Role.QUERY), encoder.encode(TEXTS, Role.QUERY))


def test_accepts_any_sequence_of_texts(encoder: Encoder) -> None:
    np.testing.assert_array_equal(encoder.encode(tuple(TEXTS), Role.QUERY), encoder.encode(TEXTS, Role.QUERY))


@pytest.mark.parametrize(
    "text", ["问报" * 20_000, "word " * 8_000, "1234567890" * 2_000], ids=["汉字", "words", "digits"]
)
def test_cuts_a_long_text(encoder: Encoder, text: str) -> None:
    assert encoder.count_tokens([text])[0] > encoder.max_tokens
    assert_unit_rows(encoder.encode([text, "短"], Role.PASSAGE), encoder, 2)


@pytest.mark.parametrize("text", ODD, ids=ascii)
def test_no_text_is_refused(encoder: Encoder, text: str) -> None:
    assert_unit_rows(encoder.encode([text, "后面的一篇"], Role.PASSAGE), encoder, 2)
    (count,) = encoder.count_tokens([text])
    assert count >= 2


def test_progress_adds_up(encoder: Encoder) -> None:
    steps: list[int] = []
    encoder.encode(TEXTS * 7, Role.PASSAGE, steps.append)
    assert sum(steps) == 70
    assert all(step > 0 for step in steps)
    steps.clear()
    encoder.encode([], Role.PASSAGE, steps.append)
    assert sum(steps) == 0


def test_counts_tokens(encoder: Encoder) -> None:
    assert encoder.count_tokens([]) == []
    counts = encoder.count_tokens(["", "报", "报纸上的一句话", "报纸上的一句话" * 9])
    assert counts == sorted(counts)
    assert counts[-1] > counts[0]


def test_answers_several_threads_at_once(encoder: Encoder) -> None:
    jobs = [[f"{text}第{job}次" for text in TEXTS[: 1 + job % 4]] for job in range(16)]
    expected = [encoder.encode(texts, Role.PASSAGE) for texts in jobs]
    with ThreadPoolExecutor(8) as pool:
        counts = [pool.submit(encoder.count_tokens, texts) for texts in jobs]
        answers = list(pool.map(lambda texts: encoder.encode(texts, Role.PASSAGE), jobs))
    for answer, reference in zip(answers, expected, strict=True):
        np.testing.assert_allclose(answer, reference, atol=1e-4)
    assert [count.result() for count in counts] == [encoder.count_tokens(texts) for texts in jobs]


def test_names_its_vector_space(encoder: Encoder) -> None:
    assert encoder.identity.partition(":")[0] in {"onnx", "sentence-transformers", "openai", "hash"}
    assert encoder.max_tokens >= 64


@pytest.mark.parametrize(
    "spec", ["", "onxx", "onnx:other", "sentence-transformers", "sentence-transformers:", "openai:"]
)
def test_an_unknown_spec_lists_the_known_ones(spec: str) -> None:
    with pytest.raises(EncoderError, match=r"Known: onnx, sentence-transformers:NAME_OR_PATH.*openai:MODEL@BASE_URL"):
        load_encoder(spec)
