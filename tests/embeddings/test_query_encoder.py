"""Questions in Chinese and Japanese are encoded by some of the layers: as well as by all, nearly."""

from __future__ import annotations

import numpy as np
import pytest

from embeddings import Role
from embeddings.adapters import AdaptedWeights, Adapters
from embeddings.backends.onnx import OnnxEncoder, is_chinese_or_japanese
from embeddings.e5_file import ModelFileError, WeightsFile
from embeddings.packaged import QUERY_ENCODER

QUESTIONS = [
    "镇上的图书馆哪一年开放？",
    "新大桥全长多少米",
    "谁获得了今年的马拉松冠军？",
    "为什么推迟了地铁三号线的开通？",
    "台风过后有多少户居民停电？",
    "茶园的面积比去年增加了多少",
    "哪家医院引进了第一台达芬奇手术机器人？",
    "博物馆周几闭馆",
    "降雨量",
    "什么是碳排放权交易？",
    "市長何時宣布這項計畫？",
    "這座寺廟建於哪個朝代？",
    "地震造成多少棟房屋受損？",
    "新しい橋はいつ完成しましたか？",
    "市の人口は何人ですか",
    "iPhone 15在中国哪一天开售？",
]


def test_its_vectors_are_near_those_of_all_layers(onnx_encoder: OnnxEncoder, whole_encoder: OnnxEncoder) -> None:
    ours, wanted = (encoder.encode(QUESTIONS, Role.QUERY) for encoder in (onnx_encoder, whole_encoder))
    np.testing.assert_allclose(np.linalg.norm(ours, axis=1), 1, atol=1e-5)
    cosines = (ours * wanted).sum(axis=1)
    assert not np.allclose(ours, wanted), "it is the whole encoder"
    assert cosines.mean() >= 0.97, dict(zip(QUESTIONS, cosines.tolist(), strict=True))
    assert cosines.min() >= 0.94
    # Questions are as far from each other as they were.
    between = ours @ ours.T - wanted @ wanted.T
    assert np.abs(between).mean() < 0.02


@pytest.mark.parametrize("question", ["When does the museum close?", "박물관은 언제 문을 닫습니까?", "2024", "", "?"])
def test_other_questions_are_encoded_by_all(
    question: str, onnx_encoder: OnnxEncoder, whole_encoder: OnnxEncoder
) -> None:
    ours, wanted = (encoder.encode([question], Role.QUERY) for encoder in (onnx_encoder, whole_encoder))
    np.testing.assert_array_equal(ours, wanted)


def test_passages_are_encoded_by_all(onnx_encoder: OnnxEncoder, whole_encoder: OnnxEncoder) -> None:
    passages = QUESTIONS[:3]
    ours, wanted = (encoder.encode(passages, Role.PASSAGE) for encoder in (onnx_encoder, whole_encoder))
    np.testing.assert_array_equal(ours, wanted)


def test_alone_and_among_others_a_question_has_the_same_vector(onnx_encoder: OnnxEncoder) -> None:
    among = onnx_encoder.encode([*QUESTIONS, "Which wing is closed?"], Role.QUERY)
    for row, question in enumerate(QUESTIONS[:4]):
        np.testing.assert_array_equal(onnx_encoder.encode([question], Role.QUERY)[0], among[row])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("镇上的图书馆", True),
        ("いつ", True),
        ("2024年", True),
        ("GDP增长", True),
        ("CPI是什么", True),
        ("GB/T 19001是什么标准", True),
        ("What is 碳达峰?", False),
        ("Who leads 华为?", False),
        ("언제", False),
        ("когда", False),
        ("2024-05-01", False),
        ("", False),
    ],
)
def test_which_questions_are_chinese_or_japanese(text: str, expected: bool) -> None:
    assert is_chinese_or_japanese(text) is expected


def test_its_layers_are_those_that_the_adapters_keep(weights: WeightsFile) -> None:
    assert QUERY_ENCODER.adapters
    adapters = Adapters.read(QUERY_ENCODER.adapters)
    assert adapters.layers
    adapted = AdaptedWeights(weights, adapters)
    assert adapted.shape.layers == len(adapters.layers) < weights.shape.layers
    last = len(adapters.layers) - 1
    changed = adapted.matrix(f"l{last}.fi.w", weights.shape.hidden)
    kept = weights.matrix(f"l{adapters.layers[last]}.fi.w", weights.shape.hidden)
    assert np.corrcoef(changed.ravel(), kept.ravel())[0, 1] > 0.9
    with pytest.raises(ModelFileError, match=f"keep {len(adapters.layers)} layers"):
        adapted.vector(f"l{last + 1}.fi.b")


@pytest.mark.torch
def test_the_graph_gives_what_torch_gives_for_the_same_weights(weights: WeightsFile, onnx_encoder: OnnxEncoder) -> None:
    for needed in ("torch", "transformers", "safetensors", "onnx"):
        pytest.importorskip(needed, reason=f"{needed} is not installed: pip install 'wenbao[sentence-transformers]'")
    import torch

    from scripts.train_query_encoder import QueryEncoder, collate, packaged_tokenizer, token_ids

    assert QUERY_ENCODER.adapters
    adapters = Adapters.read(QUERY_ENCODER.adapters)
    rank, layers = int(adapters.metadata["rank"]), adapters.layers or ()
    model = QueryEncoder(layers, rank)
    with torch.no_grad():
        for name, tensor in model.named_adapters().items():
            tensor.copy_(torch.from_numpy(adapters.tensors[name]))
        ids = token_ids(QUESTIONS, packaged_tokenizer(weights), weights.shape)
        exact = model(*collate(ids, weights.shape.pad))[1].numpy()
    cosines = (onnx_encoder.encode(QUESTIONS, Role.QUERY) * exact).sum(axis=1)
    assert cosines.min() >= 0.99, dict(zip(QUESTIONS, cosines.tolist(), strict=True))
    assert cosines.mean() >= 0.997
