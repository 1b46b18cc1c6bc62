"""The encoders under test; each is made once a run."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))  # fakes.py

from embedding_server import EmbeddingServer
from fakes import HashEncoder

from embeddings import Encoder
from embeddings.backends.onnx import OnnxEncoder
from embeddings.e5_file import WeightsFile, packaged_weights
from embeddings.export import export_sentence_transformer


@pytest.fixture(scope="session")
def weights() -> WeightsFile:
    return WeightsFile(packaged_weights())


@pytest.fixture(scope="session")
def model_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def onnx_encoder(model_cache: Path) -> OnnxEncoder:
    return OnnxEncoder(cache=model_cache)


@pytest.fixture(scope="session")
def whole_encoder(model_cache: Path) -> OnnxEncoder:
    """That encodes questions by all layers too."""
    return OnnxEncoder(cache=model_cache, whole=True)


@pytest.fixture(scope="session")
def exported_model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    for package in ("safetensors", "tokenizers"):
        if not find_spec(package):
            pytest.skip(f"{package} is not installed: pip install 'wenbao[sentence-transformers]'")
    directory = tmp_path_factory.mktemp("export") / "e5"
    export_sentence_transformer(directory)
    yield directory
    shutil.rmtree(directory)  # 490 MB that pytest would keep for three runs


@pytest.fixture(scope="session")
def torch_encoder(request: pytest.FixtureRequest) -> Encoder:
    if not find_spec("sentence_transformers"):
        pytest.skip("sentence-transformers is not installed: pip install 'wenbao[sentence-transformers]'")
    from embeddings.backends.sentence_transformer import SentenceTransformerEncoder

    return SentenceTransformerEncoder.from_spec(f"{request.getfixturevalue('exported_model')}@cpu")


@pytest.fixture(scope="session")
def running_server() -> Iterator[EmbeddingServer]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", "127.0.0.1")
        patch.delenv("WENBAO_EMBEDDINGS_KEY", raising=False)
        with EmbeddingServer(HashEncoder()) as server:
            yield server


@pytest.fixture
def server(running_server: EmbeddingServer) -> EmbeddingServer:
    running_server.reset()
    return running_server


@pytest.fixture
def openai_encoder(server: EmbeddingServer) -> Encoder:
    from embeddings.backends.openai_api import OpenAIEncoder

    return OpenAIEncoder.from_spec(f"hash@{server.url}")


@pytest.fixture
def hash_encoder() -> Encoder:
    return HashEncoder()
