from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from embeddings import Encoder, EncoderError, Role, load_encoder
from embeddings.backends import sentence_transformer
from embeddings.backends.sentence_transformer import SentenceTransformerEncoder
from embeddings.encoder import MissingExtraError


def test_a_missing_library_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'wenbao\[sentence-transformers\]'"):
        load_encoder("sentence-transformers:intfloat/multilingual-e5-small")


@pytest.mark.parametrize("spec", ["./没有", "/no/such/model", "~/no-such-model", "a/b/c", "./没有@cpu"])
def test_a_path_that_is_not_there_is_not_asked_of_the_hub(spec: str) -> None:
    with pytest.raises(EncoderError, match=r"There is no model directory .*wenbao export-model"):
        load_encoder(f"sentence-transformers:{spec}")


@pytest.mark.torch
@pytest.mark.parametrize(
    "error", [OSError("无网络\n第二行"), KeyError("model_type"), ValueError(), RuntimeError("x")], ids=repr
)
def test_any_error_of_the_library_is_translated(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    library = pytest.importorskip("sentence_transformers", reason="sentence-transformers is not installed")

    def fail(name: str, **options: object) -> None:
        raise error

    monkeypatch.setattr(library, "SentenceTransformer", fail)
    with pytest.raises(EncoderError, match=rf"cannot load 'some/model' \({type(error).__name__}.*hub") as caught:
        SentenceTransformerEncoder.from_spec("some/model@cpu")
    assert "第二行" not in str(caught.value)


@pytest.mark.torch
@pytest.mark.parametrize("damage", ["empty", "config", "weights", "modules", "file", "tokenizer"])
def test_a_damaged_directory_is_an_encoder_error(
    tmp_path: Path, exported_model: Path, torch_encoder: Encoder, damage: str
) -> None:
    model = tmp_path / "model"
    if damage == "file":
        model.write_text("不是模型", "utf-8")
    elif damage == "empty":
        model.mkdir()
    else:
        shutil.copytree(exported_model, model, ignore=shutil.ignore_patterns("*.safetensors"))
        (model / "model.safetensors").symlink_to(exported_model / "model.safetensors")
        name = {"config": "config.json", "weights": "model.safetensors", "modules": "modules.json"}.get(damage)
        name = name or "tokenizer.json"
        (model / name).unlink()
        (model / name).write_bytes(b'{"model_type": ')
    with pytest.raises(EncoderError, match=r"cannot load .*wenbao export-model DIR"):
        SentenceTransformerEncoder(str(model), device="cpu")


@pytest.mark.torch
def test_a_device_may_follow_the_name(exported_model: Path, torch_encoder: Encoder) -> None:
    with pytest.raises(EncoderError, match="cannot load"):
        SentenceTransformerEncoder.from_spec(f"{exported_model}@npu:63")
    assert torch_encoder.dimension == 384
    assert torch_encoder.identity.startswith(f"sentence-transformers:{exported_model.name}:")


@pytest.mark.torch
def test_a_text_is_cut_at_the_limit_and_not_before(torch_encoder: Encoder, onnx_encoder: Encoder) -> None:
    text = "甲乙丙丁，" * 400
    for encoder in (torch_encoder, onnx_encoder):
        lengths = range(1, len(text))
        last = max(n for n in lengths if encoder.count_tokens([text[:n]])[0] <= encoder.max_tokens)
        inside, at, beyond = encoder.encode([text[: last - 9], text[:last], text], Role.PASSAGE)
        assert inside @ at < 0.999999
        assert at @ beyond > 0.9999


@pytest.mark.parametrize(
    ("own", "names", "query", "passage"),
    [
        ({"query": "query: ", "passage": "passage: "}, ["m"], "query: ", "passage: "),
        ({"query": "检索：", "document": ""}, ["intfloat/e5-large"], "检索：", ""),
        ({"query": "", "document": "文："}, ["m"], "", "文："),
        ({"query": "", "document": ""}, ["intfloat/multilingual-e5-small"], "query: ", "passage: "),
        ({}, ["./my-model", "intfloat/e5-base-v2"], "query: ", "passage: "),
        ({"query": "", "document": ""}, ["BAAI/bge-m3"], "", ""),
        ({"clustering": "cluster: "}, ["acme/me5t"], "", ""),
    ],
)
def test_prefixes(own: dict[str, str], names: list[str], query: str, passage: str) -> None:
    assert sentence_transformer._prompts(own, names) == {Role.QUERY: query, Role.PASSAGE: passage}


def test_a_directory_remembers_what_it_was_made_of(tmp_path: Path) -> None:
    assert list(sentence_transformer._original_name(tmp_path)) == []
    for content, expected in [
        (json.dumps({"_name_or_path": "intfloat/e5-base"}), ["intfloat/e5-base"]),
        ("[]", []),
        ('{"_name_or_path": 3}', []),
        ("{", []),
    ]:
        (tmp_path / "config.json").write_text(content, "utf-8")
        assert list(sentence_transformer._original_name(tmp_path)) == expected


def test_the_identity_follows_settings_and_weights(tmp_path: Path) -> None:
    model = tmp_path / "模型"
    model.mkdir()
    (model / "config.json").write_text("{}", "utf-8")
    weights = np.zeros(1_000_000, np.float32)
    weights.tofile(model / "model.safetensors")
    first = sentence_transformer._local_identity(model)
    assert first == sentence_transformer._local_identity(model)
    assert first.startswith("模型:")
    weights += 1e-3  # a fine-tuned model moves every weight and keeps the size
    weights.tofile(model / "model.safetensors")
    second = sentence_transformer._local_identity(model)
    (model / "config.json").write_text('{"a": 1}', "utf-8")
    third = sentence_transformer._local_identity(model)
    moved = model.rename(tmp_path / "另一处")
    assert len({first, second, third}) == 3
    assert sentence_transformer._local_identity(moved).split(":")[1] == third.split(":")[1]
