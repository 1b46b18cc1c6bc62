from __future__ import annotations

import argparse
import gzip
import json
import random
from pathlib import Path

import numpy as np
import pytest

from embeddings.adapters import AdaptedWeights, Adapters
from embeddings.e5_file import WeightsFile, packaged_weights

pytestmark = pytest.mark.torch
for needed in ("torch", "transformers", "safetensors", "onnx", "opencc"):
    pytest.importorskip(needed, reason=f"{needed} is not installed: pip install 'wenbao[sentence-transformers,dev]'")

TEXTS = ["平湖港建于哪一年？", "平湖港有多少工人？", "学堂由谁创办？", "大桥通车了", "今年雨水比往年多"]
LAYERS = (0, 11)


@pytest.fixture(scope="module", autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory) -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WENBAO_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


def test_a_few_steps_bring_it_nearer_and_the_file_merges_to_the_same_matrices(tmp_path: Path) -> None:
    import torch

    from scripts import train_query_encoder as trainer
    from scripts.lora import SCALE, save_adapters
    from scripts.pack_adapters import pack

    torch.manual_seed(0)
    weights = WeightsFile(packaged_weights())
    ids = trainer.token_ids(TEXTS, trainer.packaged_tokenizer(weights), weights.shape)
    batch, teacher = trainer.collate(ids, weights.shape.pad), trainer.Teacher(1)
    model = trainer.QueryEncoder(LAYERS, rank=8)
    optimizer = trainer.new_optimizer(model)
    trainer.set_rate(optimizer, 4e-3)
    states = teacher.states(ids)
    wanted = torch.nn.functional.normalize(trainer.mean(states, batch[1]), dim=-1)

    def cosine() -> float:
        with torch.no_grad():
            return float((model(*batch)[1] * wanted).sum(-1).mean())

    before = cosine()
    passages = torch.nn.functional.normalize(torch.randn(50, weights.shape.hidden), dim=-1)
    losses = [trainer.train_step(model, optimizer, batch, states, passages, 1.0) for _ in range(20)]
    assert losses[-1] < losses[0] / 2
    assert cosine() > (1 + before) / 2

    save_adapters(tmp_path / "half", model.named_adapters(), {"scale": str(SCALE), "layers": "0 11"})
    pack(tmp_path / "half", tmp_path / "bits.z", four_bits=True)
    pack(tmp_path / "half", tmp_path / "whole.z", four_bits=False)
    sizes = {file: (tmp_path / file).stat().st_size for file in ("half", "bits.z", "whole.z")}
    assert sizes["bits.z"] < 0.35 * sizes["half"]
    assert sizes["whole.z"] < 0.97 * sizes["half"]
    linear = model.encoder.encoder.layer[1].intermediate.dense
    value = torch.randn(3, weights.shape.hidden)
    with torch.no_grad():
        expected = linear(value).numpy()
        added = expected - linear.frozen(value).numpy()
    assert np.abs(added).max() > 0.05
    for file, near in (("half", 2e-3), ("whole.z", 2e-3), ("bits.z", 0.3 * np.abs(added).max())):
        merged = AdaptedWeights(weights, Adapters.read(tmp_path / file))
        ours = value.numpy() @ merged.matrix("l1.fi.w", weights.shape.hidden).T + merged.vector("l1.fi.b")
        np.testing.assert_allclose(ours, expected, atol=near)
        np.testing.assert_array_equal(merged.vector("l1.fi.b"), weights.vector("l11.fi.b"))


def test_the_teacher_is_the_packaged_encoder_and_remembers() -> None:
    import torch

    from embeddings import Role
    from embeddings.backends.onnx import OnnxEncoder
    from scripts import train_query_encoder as trainer

    weights = WeightsFile(packaged_weights())
    ids = trainer.token_ids(TEXTS, trainer.packaged_tokenizer(weights), weights.shape)
    teacher = trainer.Teacher(2)
    states = teacher.states(ids)
    mask = trainer.collate(ids, weights.shape.pad)[1]
    vectors = torch.nn.functional.normalize(trainer.mean(states, mask), dim=-1).numpy()
    expected = OnnxEncoder(whole=True).encode(TEXTS, Role.QUERY)
    np.testing.assert_allclose((vectors * expected).sum(1), 1, atol=1e-5)  # they are kept as float16
    assert torch.equal(teacher.states(ids), states)


def test_every_text_comes_once_before_any_comes_again() -> None:
    from scripts.train_query_encoder import batches

    lengths = [3, 9, 4, 8, 5, 7, 6]
    drawn = batches(lengths, 3, random.Random(0))
    for _ in range(2):
        groups = [next(drawn) for _ in range(3)]
        assert sorted(number for group in groups for number in group) == list(range(7))


def test_no_text_to_train_on_is_one_to_judge_by(tmp_path: Path) -> None:
    from scripts.query_texts import training_texts, validation_questions

    questions = [
        {"id": "drcd-dev-1", "question": "運河何時開鑿？", "split": "train"},
        {"id": "drcd-test-1", "question": "寺廟由誰建造？", "split": "train"},
        {"id": "cmrc-trial-1", "question": "谁写了这首歌？", "split": "dev"},
        {"id": "squad2-zh-1", "question": "诺曼人来自哪里？", "split": "train"},
        {"id": "jaquad-1", "question": "橋はいつ完成した？", "split": "train"},
    ]
    articles = [
        {"id": "drcd-dev-0", "title": "運河", "body": "運河於明代開鑿，長三十里，沿岸有村落十二座。"},
        {"id": "drcd-test-0", "title": "寺廟", "body": "寺廟由僧人建造，香火鼎盛至今。"},
        {"id": "cmrc-trial-0", "title": "歌", "body": "这首歌由林文远写成，传唱至今已有百年。"},
    ]
    news = [
        {"id": "n", "body": "平湖港今年第一季度吞吐量达到620万吨，同比增长三成。港口新建了码头，船只进出更加方便。"}
    ]
    for name, rows in (("reading.questions", questions), ("reading.articles", articles), ("news.articles", news)):
        with gzip.open(tmp_path / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    texts = training_texts(tmp_path, 0)
    assert texts == training_texts(tmp_path, 0)
    assert {"運河何時開鑿？", "运河何时开凿？", "诺曼人来自哪里？", "橋はいつ完成した？", "運河"} <= set(texts)
    assert len(set(texts)) == len(texts)
    held = validation_questions(tmp_path, 5)
    assert held == {"cmrc": ["谁写了这首歌？"], "drcd-test": ["寺廟由誰建造？"]}
    assert not any("寺" in text or "歌" in text for text in texts)


def test_a_resumed_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    import torch

    from scripts import train_query_encoder as trainer

    options = argparse.Namespace(run=tmp_path, seed=0, resume=True, threads=1, layers=LAYERS)
    first = trainer.Run(options)
    with torch.no_grad():
        first.model.pool.weight += 0.5
    first.step, first.spent_s = 7, 12.5
    first.save()
    second = trainer.Run(options)
    assert (second.step, second.spent_s) == (7, 12.5)
    assert torch.equal(second.model.pool.weight, first.model.pool.weight)
    assert Adapters.read(tmp_path / "query_encoder.safetensors").layers == LAYERS
