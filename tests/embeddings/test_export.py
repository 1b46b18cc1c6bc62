from __future__ import annotations

import errno
import json
import sys
from pathlib import Path

import pytest

import embeddings.export
from embeddings import EncoderError
from embeddings.e5_file import WeightsFile
from embeddings.encoder import MissingExtraError
from embeddings.export import bert_tensors, export_sentence_transformer, main


@pytest.mark.torch
def test_sentence_transformers_opens_it_with_its_settings(exported_model: Path) -> None:
    sentence_transformers = pytest.importorskip("sentence_transformers", reason="sentence-transformers not installed")
    model = sentence_transformers.SentenceTransformer(str(exported_model), device="cpu", local_files_only=True)
    assert model.prompts == {"query": "query: ", "passage": "passage: ", "document": "passage: "}
    assert model.max_seq_length == 512
    assert [type(module).__name__ for module in model] == ["Transformer", "Pooling", "Normalize"]
    assert model[1].get_config_dict()["pooling_mode"] == "mean"


@pytest.mark.torch
def test_it_holds_exactly_the_tensors_of_a_bert_model(exported_model: Path) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    transformers = pytest.importorskip("transformers", reason="transformers is not installed")
    import safetensors

    with torch.device("meta"):
        model = transformers.BertModel(transformers.BertConfig.from_pretrained(str(exported_model)))
    wanted = {name: tuple(tensor.shape) for name, tensor in model.named_parameters()}
    with safetensors.safe_open(exported_model / "model.safetensors", "numpy") as file:
        assert {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()} == wanted  # noqa: SIM118
        assert {file.get_slice(name).get_dtype() for name in wanted} == {"F32"}


@pytest.mark.torch
def test_every_file_is_readable_by_others_and_names_no_machine(exported_model: Path) -> None:
    for path in exported_model.rglob("*"):
        assert path.stat().st_mode & 0o004
        if path.suffix == ".json" and path.name != "tokenizer.json":
            assert str(exported_model.parent) not in path.read_text("utf-8")
            json.loads(path.read_text("utf-8"))
    assert "MIT" in (exported_model / "README.md").read_text("utf-8")


@pytest.fixture
def small_tensors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the word table out: what is tested needs no 470 MB."""
    pytest.importorskip("safetensors", reason="safetensors is not installed")
    pytest.importorskip("tokenizers", reason="tokenizers is not installed")

    def first_norm(weights: WeightsFile) -> dict[str, object]:
        return {"embeddings.LayerNorm.weight": weights.vector("emb.ln.w")}

    monkeypatch.setattr(embeddings.export, "bert_tensors", first_norm)


@pytest.mark.torch
@pytest.mark.usefixtures("small_tensors")
def test_an_empty_directory_may_be_named(tmp_path: Path) -> None:
    out = tmp_path / "model"
    out.mkdir()
    export_sentence_transformer(out)
    assert (out / "model.safetensors").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


@pytest.mark.torch
@pytest.mark.usefixtures("small_tensors")
def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "我的笔记.txt").write_text("留着", "utf-8")
    (tmp_path / "file").write_text("留着", "utf-8")
    for name in ("model", "file"):
        with pytest.raises(EncoderError, match="exists already"):
            export_sentence_transformer(tmp_path / name)
    with pytest.raises(EncoderError, match="Cannot write the model to"):
        export_sentence_transformer(tmp_path / "file" / "below")
    assert (tmp_path / "model" / "我的笔记.txt").read_text("utf-8") == "留着"


@pytest.mark.torch
@pytest.mark.parametrize("kind", ["os", "safetensors"])
def test_a_failure_on_the_way_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_tensors: None, kind: str
) -> None:
    import safetensors

    def fail(weights: WeightsFile) -> dict[str, object]:
        if kind == "os":
            raise OSError(errno.ENOSPC, "No space left on device")
        raise safetensors.SafetensorError("No space left on device")

    monkeypatch.setattr(embeddings.export, "bert_tensors", fail)
    with pytest.raises(EncoderError, match=r"No space left on device.*500 MB"):
        export_sentence_transformer(tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("package", ["safetensors", "tokenizers"])
def test_a_missing_library_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    if package == "tokenizers":
        pytest.importorskip("safetensors", reason="safetensors, which is asked for first, is not installed")
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=rf"{package} is not installed.*'wenbao\[sentence-transformers\]'"):
        export_sentence_transformer(tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


def test_the_tensors_have_the_sources_values(weights: WeightsFile) -> None:
    tensors = bert_tensors(weights)
    assert tensors["embeddings.word_embeddings.weight"].shape == (250_037, 384)
    assert (tensors["encoder.layer.3.output.dense.weight"] == weights.matrix("l3.fo.w", 1536)).all()
    assert (tensors["encoder.layer.11.output.LayerNorm.bias"] == weights.vector("l11.oln.b")).all()


def test_as_a_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["export"])
    with pytest.raises(SystemExit, match=r"usage: python -m embeddings\.export DIR"):
        main()
    pytest.importorskip("safetensors", reason="safetensors is not installed")
    monkeypatch.setattr(sys, "argv", ["export", str(tmp_path.parent)])
    with pytest.raises(SystemExit, match="exists already"):
        main()
