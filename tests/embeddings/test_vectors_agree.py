"""The int8 graph against the same weights in float32."""

from __future__ import annotations

import pytest
from encoder_texts import varied_texts

from embeddings import Encoder, Role

pytestmark = pytest.mark.torch


@pytest.mark.parametrize(("role", "texts"), [(Role.PASSAGE, varied_texts()), (Role.QUERY, varied_texts()[:60])])
def test_int8_and_float32_agree(role: Role, texts: list[str], whole_encoder: Encoder, torch_encoder: Encoder) -> None:
    cosines = (whole_encoder.encode(texts, role) * torch_encoder.encode(texts, role)).sum(axis=1)
    worst = int(cosines.argmin())
    assert cosines[worst] >= 0.99, f"{cosines[worst]:.4f} for {texts[worst][:40]!r}"
    assert cosines.mean() >= 0.998  # measured 0.9987


def test_query_and_passage_differ(onnx_encoder: Encoder, torch_encoder: Encoder) -> None:
    for encoder in (onnx_encoder, torch_encoder):
        query, passage = (encoder.encode(["降雨量"], role)[0] for role in (Role.QUERY, Role.PASSAGE))
        assert query @ passage < 0.99


def test_a_question_finds_its_passage_in_both(onnx_encoder: Encoder, torch_encoder: Encoder) -> None:
    passages = ["青铜鼎出土于1987年，腹内铸有铭文。", "男子组冠军成绩为2小时11分。", "The museum closed its east wing."]
    questions = ["鼎是哪年出土的？", "马拉松谁跑得最快", "Which wing of the museum is closed?"]
    for encoder in (onnx_encoder, torch_encoder):
        scores = encoder.encode(questions, Role.QUERY) @ encoder.encode(passages, Role.PASSAGE).T
        assert scores.argmax(axis=1).tolist() == [0, 1, 2]


def test_both_count_the_same_tokens(onnx_encoder: Encoder, torch_encoder: Encoder) -> None:
    texts = varied_texts()
    assert onnx_encoder.count_tokens(texts) == torch_encoder.count_tokens(texts)
    assert onnx_encoder.max_tokens == torch_encoder.max_tokens == 512
