"""The packaged encoder's vectors are those that archives hold already."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import numpy as np

from embeddings import Role
from embeddings.backends.onnx import OnnxEncoder
from embeddings.packaged import VECTOR_SPACE

KEPT = json.loads((Path(__file__).parents[1] / "data" / "vector_space.json").read_text("utf-8"))
"""A question and a passage, and their vectors as the first graph of this space made them."""


def test_vectors_are_those_of_the_space_that_they_name(whole_encoder: OnnxEncoder) -> None:
    assert KEPT["space"] == VECTOR_SPACE, "of a new space: keep its vectors here"
    assert whole_encoder.identity.endswith(VECTOR_SPACE)
    question, passage = KEPT["texts"]
    made = np.concatenate([whole_encoder.encode([question], Role.QUERY), whole_encoder.encode([passage], Role.PASSAGE)])
    kept = np.frombuffer(base64.b64decode(KEPT["float16"]), "<f2").reshape(2, -1).astype(np.float32)
    assert np.all(np.sum(made * kept, axis=1) > 0.998), "vectors are others: change VECTOR_SPACE"
