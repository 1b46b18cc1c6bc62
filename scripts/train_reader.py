"""Train the span reader: low-rank adapters and a two-logit head on the frozen packaged encoder.

    python scripts/train_reader.py ../shared/eval --run RUN --minutes MINUTES [--batch 16] [--resume] [--start ADAPTERS]

The data is that of `scripts/reader_data.py`. The learning rate warms up, then falls to nothing after `--minutes` of
training, so one run fits a slow machine and a fast one; a resumed run goes on with the minutes it had left. A new run
may start from trained adapters, such as embeddings/trained/span_reader.safetensors.z, with a lower --rate.
RUN/checkpoint.pt is written every five minutes, RUN/reader.safetensors at the end and at every checkpoint.
Needs the sentence-transformers extra; uses a GPU when there is one.
"""

from __future__ import annotations

import argparse
import itertools
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from embeddings.adapters import Adapters
from embeddings.e5_file import WeightsFile, packaged_weights
from embeddings.tokenizer import Tokenizer, sentencepiece_model
from scripts.lora import RANK, SCALE, adapted_encoder, adapter_tensors, save_adapters
from scripts.reader_data import Window, load_news, load_readings, windows
from scripts.written_questions import load_written

WARM_UP = 0.06  # of the minutes
POOL = 12  # batches that are sorted by length together
CHECKPOINT_EVERY_S = 300


class SpanReader(nn.Module):  # type: ignore[misc]  # torch is Any here
    """The adapted encoder and a linear head: one logit for a span's first token and one for its last."""

    def __init__(self, layers: Sequence[int] | None = None) -> None:
        super().__init__()
        self.encoder = adapted_encoder(layers=layers)
        self.head = nn.Linear(self.encoder.config.hidden_size, 2)
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor, allowed: torch.Tensor) -> torch.Tensor:
        """(batch, tokens) ids to (batch, 2, tokens) logits, -inf where no span may begin or end."""
        hidden = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        logits: torch.Tensor = self.head(hidden).transpose(1, 2)
        return logits.masked_fill(~allowed[:, None, :], float("-inf"))

    def named_adapters(self) -> dict[str, torch.Tensor]:
        """Every trained tensor under its name in the adapter file."""
        return {**adapter_tensors(self.encoder), "head.w": self.head.weight, "head.b": self.head.bias}


class Example:
    """A window as token ids: `<s> query: question </s></s> passage </s>`."""

    def __init__(self, window: Window, tokenizer: Tokenizer, shape: Any) -> None:
        question = tokenizer.align(f"query: {window.question}").ids[:96]
        passage = tokenizer.align(window.text)
        self.ids = [shape.bos, *question, shape.eos, shape.eos, *passage.ids, shape.eos][:512]
        self.first = len(question) + 3
        self.start = self.end = 0
        if window.start >= 0:
            inside = [
                i
                for i, (start, end) in enumerate(zip(passage.starts, passage.ends, strict=True))
                if start < window.end and end > window.start
            ]
            if inside and self.first + inside[-1] < len(self.ids) - 1:
                self.start, self.end = self.first + inside[0], self.first + inside[-1]


def collate(examples: list[Example], pad: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Ids, mask, and which tokens may hold a span, (batch, tokens) each; the right logits, (batch, 2)."""
    longest = max(len(example.ids) for example in examples)
    ids = torch.full((len(examples), longest), pad)
    mask = torch.zeros(len(examples), longest, dtype=torch.long)
    allowed = torch.zeros(len(examples), longest, dtype=torch.bool)
    for row, example in enumerate(examples):
        ids[row, : len(example.ids)] = torch.tensor(example.ids)
        mask[row, : len(example.ids)] = 1
        allowed[row, 0] = True
        allowed[row, example.first : len(example.ids) - 1] = True
    return ids, mask, allowed, torch.tensor([[example.start, example.end] for example in examples])


def batches(
    stream: Iterator[Window], tokenizer: Tokenizer, size: int, shape: Any, seed: int
) -> Iterator[list[Example]]:
    """Batches of windows of like length, in random order."""
    random_ = random.Random(seed)
    while True:
        pool = [Example(window, tokenizer, shape) for window in itertools.islice(stream, size * POOL)]
        pool.sort(key=lambda example: len(example.ids))
        groups = [pool[at : at + size] for at in range(0, len(pool), size)]
        random_.shuffle(groups)
        yield from groups
        if not pool:
            return


def rate(elapsed: float, highest: float) -> float:
    """The learning rate after the share `elapsed` of the run: a linear rise, a linear fall."""
    return highest * min(elapsed / WARM_UP, max(0.0, (1 - elapsed) / (1 - WARM_UP)))


def train_step(
    model: SpanReader, optimizer: torch.optim.Optimizer, examples: list[Example], pad: int, learning_rate: float
) -> float:
    """One step; the loss before it."""
    device = model.head.weight.device
    ids, mask, allowed, target = (tensor.to(device) for tensor in collate(examples, pad))
    loss = nn.functional.cross_entropy(model(ids, mask, allowed).flatten(0, 1), target.flatten())
    for group in optimizer.param_groups:
        group["lr"] = learning_rate
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_([p for p in model.parameters() if p.requires_grad], 1.0)
    optimizer.step()
    return float(loss.detach())


def packaged_tokenizer(weights: WeightsFile) -> Tokenizer:
    """The tokenizer of the packaged encoder."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sentencepiece.model"
        path.write_bytes(sentencepiece_model(weights))
        return Tokenizer(path, bos=weights.shape.bos, eos=weights.shape.eos)


def new_optimizer(model: SpanReader) -> torch.optim.Optimizer:
    """AdamW over what is trained."""
    return torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=0.0, weight_decay=0.01)


class Run:
    """A training run and its folder."""

    def __init__(self, options: argparse.Namespace) -> None:
        torch.manual_seed(options.seed)
        self.options = options
        self.folder: Path = options.run
        self.weights = WeightsFile(packaged_weights())
        self.model = SpanReader().to("cuda" if torch.cuda.is_available() else "cpu")
        self.optimizer = new_optimizer(self.model)
        self.step = 0
        self.spent_s = 0.0
        if options.start:
            self._load(Adapters.read(options.start))
        if options.resume and (self.folder / "checkpoint.pt").exists():
            self._restore()

    def _load(self, adapters: Adapters) -> None:
        """Begin with the tensors of an adapter file. Raises ValueError where one is missing or of another shape."""
        with torch.no_grad():
            for name, tensor in self.model.named_adapters().items():
                if name not in adapters.tensors or adapters.tensors[name].shape != tuple(tensor.shape):
                    raise ValueError(f"The adapters have no {name} of the shape {tuple(tensor.shape)}")
                tensor.copy_(torch.from_numpy(adapters.tensors[name]))

    def _restore(self) -> None:
        state = torch.load(self.folder / "checkpoint.pt", weights_only=True)
        tensors = self.model.named_adapters()
        with torch.no_grad():
            for name, tensor in state["tensors"].items():
                tensors[name].copy_(tensor)
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.spent_s = state["step"], state["spent_s"]

    def save(self) -> None:
        """Write the checkpoint and the adapter file."""
        tensors = {name: tensor.detach().cpu() for name, tensor in self.model.named_adapters().items()}
        save_adapters(
            self.folder / "reader.safetensors",
            tensors,
            {"scale": str(SCALE), "rank": str(RANK), "task": "span reader", "steps": str(self.step)},
        )
        state = {
            "tensors": tensors,
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "spent_s": self.spent_s,
        }
        staging = self.folder / ".checkpoint.new"
        torch.save(state, staging)
        staging.replace(self.folder / "checkpoint.pt")

    def train(self) -> None:
        """Train until the minutes are spent."""
        options, shape = self.options, self.weights.shape
        # A resumed run draws other windows than it has seen: the seed goes with the step.
        seed = options.seed + self.step
        sets = load_readings(options.data, "train"), seed, load_news(options.data), load_written(options.data)
        stream = windows(*sets)
        began, before, saved = time.monotonic(), self.spent_s, time.monotonic()
        losses: list[float] = []
        for examples in batches(stream, packaged_tokenizer(self.weights), options.batch, shape, seed):
            share = self.spent_s / (options.minutes * 60)
            if share >= 1:
                break
            losses.append(train_step(self.model, self.optimizer, examples, shape.pad, rate(share, options.rate)))
            self.step += 1
            self.spent_s = before + time.monotonic() - began
            if self.step % 10 == 0:
                recent = losses[-50:]
                print(f"step {self.step} {self.spent_s:.0f} s loss {sum(recent) / len(recent):.3f}", flush=True)
            if time.monotonic() - saved > CHECKPOINT_EVERY_S:
                self.save()
                saved = time.monotonic()
        self.save()


def main() -> None:
    """Train as the command line says."""
    parser = argparse.ArgumentParser(description="Train the span reader.")
    parser.add_argument("data", type=Path)
    parser.add_argument("--run", type=Path, required=True, help="folder of the checkpoints")
    parser.add_argument("--minutes", type=float, default=55)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--start", type=Path, help="adapters to begin with")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in the run's folder")
    options = parser.parse_args()
    options.run.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(options.threads)
    Run(options).train()


if __name__ == "__main__":
    main()
