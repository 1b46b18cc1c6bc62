from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from embeddings.adapters import AdaptedWeights, Adapters
from embeddings.e5_file import WeightsFile, packaged_weights
from scripts.reader_data import Window

pytestmark = pytest.mark.torch
for needed in ("torch", "transformers", "safetensors"):
    pytest.importorskip(needed, reason=f"{needed} is not installed: pip install 'wenbao[sentence-transformers]'")

HARBOUR = "平湖港建于1987年，有工人620人。"
WINDOWS = [
    Window("平湖港建于哪一年？", HARBOUR, 5, 10, "drcd"),
    Window("平湖港有多少工人？", HARBOUR, HARBOUR.index("620"), HARBOUR.index("620") + 4, "drcd"),
    Window("学堂由谁创办？", HARBOUR, -1, -1, "similar"),
    Window("谁创办了学堂？", "学堂由林文远创办。", 3, 6, "drcd"),
]


def test_targets_are_the_tokens_of_the_span() -> None:
    from scripts.train_reader import Example, packaged_tokenizer

    weights = WeightsFile(packaged_weights())
    tokenizer = packaged_tokenizer(weights)
    pieces = [piece for piece, _ in weights.pieces()]
    for window in WINDOWS:
        example = Example(window, tokenizer, weights.shape)
        if window.start < 0:
            assert (example.start, example.end) == (0, 0)
        else:
            said = "".join(pieces[i] for i in example.ids[example.start : example.end + 1])
            assert window.text[window.start : window.end] in said


def test_a_few_steps_lower_the_loss_and_the_file_merges_to_the_same_matrices(tmp_path: Path) -> None:
    import torch

    from scripts.lora import save_adapters
    from scripts.train_reader import Example, SpanReader, new_optimizer, packaged_tokenizer, train_step

    torch.manual_seed(0)
    weights = WeightsFile(packaged_weights())
    tokenizer = packaged_tokenizer(weights)
    model = SpanReader(layers=(0, 1))
    optimizer = new_optimizer(model)
    batch = [Example(window, tokenizer, weights.shape) for window in WINDOWS]
    losses = [train_step(model, optimizer, batch, weights.shape.pad, 2e-3) for _ in range(25)]
    assert losses[-1] < losses[0] / 2

    path = tmp_path / "reader.safetensors"
    save_adapters(path, model.named_adapters(), {"scale": "2.0"})
    adapters = Adapters.read(path)
    merged = AdaptedWeights(weights, adapters)
    linear = model.encoder.encoder.layer[1].intermediate.dense
    value = torch.randn(3, weights.shape.hidden)
    with torch.no_grad():
        expected = linear(value).numpy()
        added = expected - linear.frozen(value).numpy()
    ours = value.numpy() @ merged.matrix("l1.fi.w", weights.shape.hidden).T + merged.vector("l1.fi.b")
    assert np.abs(added).max() > 0.01
    np.testing.assert_allclose(ours, expected, atol=2e-3)
    trained = model.encoder.encoder.layer[1].output.LayerNorm.weight.detach().numpy()
    np.testing.assert_allclose(merged.vector("l1.oln.w"), trained, rtol=1e-3)
    np.testing.assert_array_equal(merged.matrix("l5.q.w", 384), weights.matrix("l5.q.w", 384))


def test_a_resumed_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    import argparse

    import torch

    from scripts import train_reader

    options = argparse.Namespace(run=tmp_path, seed=0, resume=True, start=None)
    first = train_reader.Run(options)
    with torch.no_grad():
        first.model.head.weight.fill_(0.25)
    first.step, first.spent_s = 7, 60.0
    first.save()
    again = train_reader.Run(options)
    assert (again.step, again.spent_s) == (7, 60.0)
    assert torch.all(again.model.head.weight == 0.25)
    options = argparse.Namespace(run=tmp_path / "new", seed=1, resume=False, start=tmp_path / "reader.safetensors")
    anew = train_reader.Run(options)
    assert (anew.step, anew.spent_s) == (0, 0.0)
    for name, tensor in anew.model.named_adapters().items():
        torch.testing.assert_close(tensor, first.model.named_adapters()[name], rtol=1e-3, atol=1e-4)


def test_the_rate_rises_and_falls_to_nothing() -> None:
    from scripts.train_reader import WARM_UP, rate

    assert rate(0, 1e-3) == 0
    assert rate(WARM_UP, 1e-3) == pytest.approx(1e-3)
    assert rate(1, 1e-3) == 0
    assert rate(0.9, 1e-3) < rate(0.5, 1e-3)
