"""The packaged encoder in torch with trainable low-rank adapters; the layout of `embeddings.adapters`.

Needs the sentence-transformers extra.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import safetensors.torch
import torch
from torch import nn
from transformers import BertConfig, BertModel

from embeddings.adapters import PARTS
from embeddings.e5_file import WeightsFile, packaged_weights
from embeddings.export import bert_tensors

RANK = 32
SCALE = 2.0
_MODULES = dict(
    zip(
        PARTS,
        (
            "attention.self.query",
            "attention.self.key",
            "attention.self.value",
            "attention.output.dense",
            "intermediate.dense",
            "output.dense",
        ),
        strict=True,
    )
)
_NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


class LowRankLinear(nn.Module):  # type: ignore[misc]  # torch is Any here
    """A frozen linear layer plus scale · up · down; `up` starts at zero, so at first it is the frozen layer."""

    def __init__(self, frozen: nn.Linear, rank: int = RANK, scale: float = SCALE) -> None:
        super().__init__()
        self.frozen = frozen
        self.scale = scale
        self.down = nn.Parameter(torch.randn(rank, frozen.in_features) / frozen.in_features**0.5)
        self.up = nn.Parameter(torch.zeros(frozen.out_features, rank))

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        """(..., inputs) to (..., outputs)."""
        low = nn.functional.linear(value, self.down)
        return self.frozen(value) + nn.functional.linear(low, self.up * self.scale)


def packaged_encoder(layers: Sequence[int] | None = None) -> BertModel:
    """The packaged encoder, float32, frozen; `layers` keeps these alone, in this order (None: all)."""
    weights = WeightsFile(packaged_weights())
    shape = weights.shape
    kept = range(shape.layers) if layers is None else layers
    tensors = {name: torch.tensor(array) for name, array in bert_tensors(weights).items()}
    config = BertConfig(
        vocab_size=len(tensors["embeddings.word_embeddings.weight"]),
        hidden_size=shape.hidden,
        num_hidden_layers=len(kept),
        num_attention_heads=shape.heads,
        intermediate_size=shape.feed_forward,
        max_position_embeddings=shape.positions,
        layer_norm_eps=shape.epsilon,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        pad_token_id=shape.pad,
    )
    model = BertModel(config, add_pooling_layer=False)
    places = {name: _place(name, kept) for name in model.state_dict()}
    model.load_state_dict({name: tensors[place] for name, place in places.items() if place in tensors})
    model.requires_grad_(False)
    return model


def _place(name: str, kept: Sequence[int]) -> str:
    """Where the tensor `name` of a model of the layers `kept` lies in the whole one."""
    start, separator, rest = name.partition("encoder.layer.")
    if not separator:
        return name
    number, _, part = rest.partition(".")
    return f"{start}{separator}{kept[int(number)]}.{part}"


def adapted_encoder(rank: int = RANK, scale: float = SCALE, layers: Sequence[int] | None = None) -> BertModel:
    """`packaged_encoder`, frozen except for new adapters on every matrix and for its LayerNorms."""
    model = packaged_encoder(layers)
    for layer in model.encoder.layer:
        for path in _MODULES.values():
            parent_path, _, last = path.rpartition(".")
            parent = layer.get_submodule(parent_path)
            setattr(parent, last, LowRankLinear(getattr(parent, last), rank, scale))
    for name, module in model.named_modules():
        if name.endswith("LayerNorm"):
            module.requires_grad_(True)
    return model


def adapter_tensors(model: BertModel) -> dict[str, torch.Tensor]:
    """Every trainable tensor of `adapted_encoder` under its name in an adapter file."""
    return dict(_named(model))


def _named(model: BertModel) -> Iterator[tuple[str, torch.Tensor]]:
    norm = model.embeddings.LayerNorm
    yield from (("emb.ln.w", norm.weight), ("emb.ln.b", norm.bias))
    for number, layer in enumerate(model.encoder.layer):
        for part, path in _MODULES.items():
            linear = layer.get_submodule(path)
            yield from ((f"l{number}.{part}.down", linear.down), (f"l{number}.{part}.up", linear.up))
        for part, path in _NORMS.items():
            norm = layer.get_submodule(path)
            yield from ((f"l{number}.{part}.w", norm.weight), (f"l{number}.{part}.b", norm.bias))


def save_adapters(path: Path, tensors: dict[str, torch.Tensor], metadata: dict[str, str]) -> None:
    """Write `tensors` in float16; the file appears whole or not at all."""
    half = {name: tensor.detach().to(torch.float16).contiguous() for name, tensor in tensors.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    staging = path.with_name(f".{path.name}.new")
    safetensors.torch.save_file(half, staging, metadata)
    staging.replace(path)
