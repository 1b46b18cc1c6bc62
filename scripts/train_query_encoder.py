"""Train the query encoder: some layers of the packaged encoder, to give the vectors of all of them for questions.

    python scripts/train_query_encoder.py ../shared/eval --run RUN --minutes MINUTES --archive ARCHIVE [--resume]

Low-rank adapters and LayerNorms of the kept layers, and a matrix behind the mean over tokens, learn three things of the
whole encoder on `scripts/query_texts.py`: the last hidden state of each token, the text's vector, and how near the text
is to passages (vectors of the archives, of which there may be several), as a distribution over them. What the whole
encoder says of a text is computed once and remembered. Batches are of texts of like length. The learning rate warms up,
then falls to nothing after `--minutes`, pauses included. RUN/checkpoint.pt is written every five minutes, and so is
RUN/query_encoder.safetensors. Needs the sentence-transformers and dev extras. (Hinton et al. 2015, arXiv:1503.02531;
Sun et al. 2019, arXiv:1908.09355.)
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from embeddings.backends.onnx import open_session
from embeddings.e5_file import ModelShape, WeightsFile, dequantize, packaged_weights
from embeddings.packaged import ENCODER, WEIGHTS, model_directory
from embeddings.tokenizer import Tokenizer
from retrieval.store import Store
from scripts.lora import SCALE, adapted_encoder, adapter_tensors, save_adapters
from scripts.query_texts import training_texts, validation_questions
from scripts.train_reader import packaged_tokenizer, rate

# What is left when the layer that is missed least is taken away, five times; judged by the vectors of 384 questions.
LAYERS = (0, 2, 4, 8, 9, 10, 11)
RANK = 48
MOST_TOKENS = 64
POOL = 24  # batches that are sorted by length together
CHECKPOINT_EVERY_S = 300
NEAR = 0.02  # temperature of the distribution over passages: cosines of one question differ by 0.1 or so
SLOWER = 0.25  # of the learning rate, for LayerNorms and the matrix behind the mean
PASSAGES = 8192


class QueryEncoder(nn.Module):  # type: ignore[misc]  # torch is Any here
    """The kept layers with adapters; the vector is that of the mean over tokens plus the matrix `pool` times it."""

    def __init__(self, layers: Sequence[int] = LAYERS, rank: int = RANK) -> None:
        super().__init__()
        self.encoder = adapted_encoder(rank, SCALE, layers)
        self.pool = nn.Linear(self.encoder.config.hidden_size, self.encoder.config.hidden_size, bias=False)
        nn.init.zeros_(self.pool.weight)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(batch, tokens) ids to hidden states, (batch, tokens, hidden), and unit vectors, (batch, hidden)."""
        hidden = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        middle = mean(hidden, mask)
        return hidden, nn.functional.normalize(middle + self.pool(middle), dim=-1)

    def named_adapters(self) -> dict[str, torch.Tensor]:
        """Every trained tensor under its name in the adapter file."""
        return {**adapter_tensors(self.encoder), "pool.w": self.pool.weight}


def mean(hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """The mean over a text's tokens, (batch, hidden)."""
    return (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)


class Teacher:
    """The whole encoder's last hidden states of each text, computed at its first use as search computes them, in int8:
    three times as fast as torch, and the same but for a cosine of 0.999."""

    def __init__(self, threads: int) -> None:
        weights = WeightsFile(packaged_weights())
        self._words = weights.blocks("emb.word", weights.shape.hidden)
        self._output = f"l{weights.shape.layers - 1}.oln.out"
        self._session = with_output(self._output, weights.shape.hidden)
        self._workers = ThreadPoolExecutor(threads)
        self._states: dict[tuple[int, ...], torch.Tensor] = {}

    def states(self, texts: Sequence[Sequence[int]]) -> torch.Tensor:
        """The last hidden states of texts as ids, (batch, tokens, hidden), zeros behind each text."""
        keys = [tuple(ids) for ids in texts]
        new = [key for key in dict.fromkeys(keys) if key not in self._states]
        self._states |= zip(new, self._workers.map(self._computed, new), strict=True)
        return nn.utils.rnn.pad_sequence([self._states[key].float() for key in keys], batch_first=True)

    def _computed(self, ids: Sequence[int]) -> torch.Tensor:
        feeds = {"embeddings": dequantize(self._words[list(ids)])[None]}
        return torch.from_numpy(self._session.run([self._output], feeds)[0][0]).half()


def with_output(name: str, hidden: int) -> onnxruntime.InferenceSession:
    """The encoder's graph with the inner value `name` as an output."""
    directory = model_directory()
    model = onnx.load(directory / ENCODER.graph, load_external_data=False)
    model.graph.output.append(
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["batch", "tokens", hidden])
    )
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(directory / WEIGHTS, folder)
        onnx.save(model, Path(folder, ENCODER.graph))
        return open_session(Path(folder, ENCODER.graph))


def token_ids(texts: Sequence[str], tokenizer: Tokenizer, shape: ModelShape) -> list[list[int]]:
    """The ids of each text as a question."""
    return [[shape.bos, *tokenizer.align(f"query: {text}").ids[: MOST_TOKENS - 2], shape.eos] for text in texts]


def collate(batch: Sequence[list[int]], pad: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Ids and mask, (batch, tokens) each."""
    longest = max(map(len, batch))
    ids = torch.tensor([[*one, *[pad] * (longest - len(one))] for one in batch])
    mask = torch.tensor([[1.0] * len(one) + [0.0] * (longest - len(one)) for one in batch])
    return ids, mask


def batches(lengths: Sequence[int], size: int, random_: random.Random) -> Iterator[list[int]]:
    """Numbers of texts of like length, without end: every text once before any comes again."""
    while True:
        order = list(range(len(lengths)))
        random_.shuffle(order)
        for at in range(0, len(order), size * POOL):
            pool = sorted(order[at : at + size * POOL], key=lengths.__getitem__)
            groups = [pool[start : start + size] for start in range(0, len(pool), size)]
            random_.shuffle(groups)
            yield from groups


def loss_of(
    student: tuple[torch.Tensor, torch.Tensor],
    teacher: torch.Tensor,
    mask: torch.Tensor,
    passages: torch.Tensor,
    states: float,
) -> torch.Tensor:
    """How far the student is from the teacher's hidden states, which count `states`, from its vectors, and from how
    near these are to `passages`."""
    hidden, vectors = student
    wanted = nn.functional.normalize(mean(teacher, mask), dim=-1)
    apart = (((hidden - teacher) ** 2).sum(-1) * mask).sum() / ((teacher**2).sum(-1) * mask).sum()
    turned = 1 - (vectors * wanted).sum(-1).mean()
    near = nn.functional.log_softmax(wanted @ passages.T / NEAR, dim=-1)
    ours = nn.functional.log_softmax(vectors @ passages.T / NEAR, dim=-1)
    return states * apart + 10 * turned + nn.functional.kl_div(ours, near, reduction="batchmean", log_target=True)


def passage_vectors(archives: Sequence[Path], count: int, seed: int) -> torch.Tensor:
    """`count` vectors of passages, as many of each archive where they have enough, (count, hidden)."""
    random_ = np.random.default_rng(seed)
    chosen = []
    for archive in archives:
        store = Store(archive)
        vectors = [np.frombuffer(vector, np.float16) for *_, vector in store.vectors()]
        store.close()
        rows = random_.permutation(len(vectors))[: count // len(archives)]
        chosen += [vectors[row] for row in rows]
    return torch.from_numpy(np.array(chosen, np.float32))


class Run:
    """A training run and its folder."""

    def __init__(self, options: argparse.Namespace) -> None:
        torch.manual_seed(options.seed)
        self.options = options
        self.folder: Path = options.run
        self.weights = WeightsFile(packaged_weights())
        self.tokenizer = packaged_tokenizer(self.weights)
        self.model = QueryEncoder(options.layers)
        self.teacher = Teacher(options.threads)
        self.optimizer = new_optimizer(self.model)
        self.step = 0
        self.spent_s = 0.0
        if options.resume and (self.folder / "checkpoint.pt").exists():
            self._restore()

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
        tensors = {name: tensor.detach() for name, tensor in self.model.named_adapters().items()}
        layers = " ".join(map(str, self.options.layers))
        metadata = {"scale": str(SCALE), "rank": str(RANK), "layers": layers, "steps": str(self.step)}
        save_adapters(self.folder / "query_encoder.safetensors", tensors, {**metadata, "task": "query encoder"})
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
        options = self.options
        ids = token_ids(training_texts(options.data, options.seed), self.tokenizer, self.weights.shape)
        asked = validation_questions(options.data, 192)
        judged = {name: token_ids(texts, self.tokenizer, self.weights.shape) for name, texts in asked.items()}
        passages = passage_vectors(options.archive, PASSAGES, options.seed)
        print(f"{len(ids)} texts, {len(passages)} passages; before: {self.cosines(judged)}", flush=True)
        began, before, saved = time.monotonic(), self.spent_s, time.monotonic()
        losses: list[float] = []
        # A resumed run draws other batches than it has seen: the seed goes with the step.
        for numbers in batches(list(map(len, ids)), options.batch, random.Random(options.seed + self.step)):
            share = self.spent_s / (options.minutes * 60)
            if share >= 1:
                break
            texts = [ids[number] for number in numbers]
            batch, states = collate(texts, self.weights.shape.pad), self.teacher.states(texts)
            set_rate(self.optimizer, rate(share, options.rate))
            losses.append(train_step(self.model, self.optimizer, batch, states, passages, 1 - 0.8 * share))
            self.step += 1
            self.spent_s = before + time.monotonic() - began
            if self.step % 25 == 0:
                print(f"step {self.step} {self.spent_s:.0f} s loss {np.mean(losses[-50:]):.4f}", flush=True)
            if time.monotonic() - saved > CHECKPOINT_EVERY_S:
                self.save()
                print(f"cosines {self.cosines(judged)}", flush=True)
                saved = time.monotonic()
        self.save()
        print(f"at the end: {self.cosines(judged)}", flush=True)

    def cosines(self, judged: dict[str, list[list[int]]]) -> dict[str, tuple[float, float]]:
        """Of each validation set: the mean cosine to the whole encoder's vectors, and with their mean taken away."""
        found = {}
        for name, ids in judged.items():
            theirs, ours = [], []
            for at in range(0, len(ids), 32):
                batch = collate(ids[at : at + 32], self.weights.shape.pad)
                with torch.no_grad():
                    theirs.append(mean(self.teacher.states(ids[at : at + 32]), batch[1]))
                    ours.append(self.model(*batch)[1])
            wanted, got = nn.functional.normalize(torch.cat(theirs), dim=-1), torch.cat(ours)
            middle, cosine = wanted.mean(0), nn.functional.cosine_similarity
            apart = cosine(got - middle, wanted - middle).mean()
            found[name] = (round(float(cosine(got, wanted).mean()), 4), round(float(apart), 4))
        return found


def train_step(
    model: QueryEncoder,
    optimizer: torch.optim.Optimizer,
    batch: tuple[torch.Tensor, torch.Tensor],
    states: torch.Tensor,
    passages: torch.Tensor,
    weight: float,
) -> float:
    """One step; the loss before it. `weight` is that of the hidden states."""
    loss = loss_of(model(*batch), states, batch[1], passages, weight)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_([p for p in model.parameters() if p.requires_grad], 1.0)
    optimizer.step()
    return float(loss.detach())


def new_optimizer(model: QueryEncoder) -> torch.optim.Optimizer:
    """AdamW over what is trained; `share` of each group is of the learning rate."""
    low_rank = [tensor for name, tensor in model.named_adapters().items() if name.endswith((".up", ".down"))]
    others = [tensor for name, tensor in model.named_adapters().items() if not name.endswith((".up", ".down"))]
    groups = [{"params": low_rank, "share": 1.0}, {"params": others, "share": SLOWER}]
    return torch.optim.AdamW(groups, lr=0.0, weight_decay=0.0)


def set_rate(optimizer: torch.optim.Optimizer, learning_rate: float) -> None:
    """Give each group its share of the learning rate."""
    for group in optimizer.param_groups:
        group["lr"] = learning_rate * group["share"]


def main() -> None:
    """Train as the command line says."""
    parser = argparse.ArgumentParser(description="Train the query encoder.")
    parser.add_argument("data", type=Path)
    parser.add_argument("--run", type=Path, required=True, help="folder of the checkpoints")
    parser.add_argument("--archive", type=Path, action="append", required=True, help="folder with passages' vectors")
    parser.add_argument("--layers", type=int, nargs="+", default=LAYERS, help="the layers that are kept")
    parser.add_argument("--minutes", type=float, default=55)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--resume", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    options.run.mkdir(parents=True, exist_ok=True)
    Run(options).train()


if __name__ == "__main__":
    main()
