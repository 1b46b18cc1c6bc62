"""Text to token ids of the packaged model.

XLM-R's vocabulary as a sentencepiece unigram model with an identity normalizer; `normalize` is done here first.
The ids are XLM-R's own (`<s>` 0, `<pad>` 1, `</s>` 2, `<unk>` 3).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import sentencepiece

from embeddings.e5_file import WeightsFile

FULLWIDTH_TILDE = "～"
SPACE = "▁"  # what sentencepiece writes for a space
PLACEHOLDER = "\ufdd0"  # a noncharacter: Unicode assigns it to nothing, and NFKC leaves it alone

# XLM-R's rules before NFKC ("nmt_nfkc"): control characters go, every kind of space and break becomes a space.
_DROPPED = [*range(0x01, 0x09), 0x0B, *range(0x0E, 0x20), 0x7F, 0x8F, 0x9F]
_SPACES = [0x09, 0x0A, 0x0C, 0x0D, 0x1680, *range(0x200B, 0x2010), 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD]
_CLEANED: dict[int, str | None] = {**dict.fromkeys(_DROPPED), **dict.fromkeys(_SPACES, " ")}


def normalize(text: str) -> str:
    """`text` as XLM-R was trained to see it, runs of spaces aside: NFKC, except that ～ stays.

    A lone surrogate, which no UTF-8 text holds, becomes a question mark.
    """
    cleaned = text.translate(_CLEANED).encode("utf-8", "replace").decode("utf-8")
    kept = cleaned.replace(FULLWIDTH_TILDE, PLACEHOLDER)
    return unicodedata.normalize("NFKC", kept).replace(PLACEHOLDER, FULLWIDTH_TILDE)


@dataclass(frozen=True, slots=True)
class AlignedTokens:
    """Tokens of a text without special tokens; token `i` comes from `text[starts[i]:ends[i]]`.

    A space belongs to no token, so the slice of a token that is only a space is empty.
    """

    ids: list[int]
    starts: list[int]
    ends: list[int]

    def cut(self, count: int) -> AlignedTokens:
        """The first `count` tokens."""
        return AlignedTokens(self.ids[:count], self.starts[:count], self.ends[:count])


class Tokenizer:
    """Sentencepiece over normalized text; safe to use from several threads."""

    def __init__(self, model: Path, *, bos: int, eos: int) -> None:
        """Load a model that `sentencepiece_model` made."""
        self._processor = sentencepiece.SentencePieceProcessor(model_file=str(model))
        self._bos = bos
        self._eos = eos

    def encode(self, text: str, limit: int) -> list[int]:
        """`<s>` text `</s>` as ids; text beyond `limit` tokens in all is cut."""
        pieces: list[int] = self._processor.encode(normalize(text))
        return [self._bos, *pieces[: limit - 2], self._eos]

    def align(self, text: str) -> AlignedTokens:
        """The tokens of `text`, uncut and without `<s>` and `</s>`, with the characters that each comes from."""
        characters, origins = _normalized_origins(text)
        pieces: list[str] = self._processor.encode(characters, out_type=str)
        ids: list[int] = self._processor.piece_to_id(pieces)
        starts: list[int] = []
        ends: list[int] = []
        at = -1  # the first piece begins with a space that the text does not have
        for piece in pieces:
            visible = [at + i for i, character in enumerate(piece) if character != SPACE]
            at += len(piece)
            end = origins[visible[-1]][1] if visible else (ends[-1] if ends else 0)
            starts.append(origins[visible[0]][0] if visible else end)
            ends.append(end)
        return AlignedTokens(ids, starts, ends)

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text with `<s>` and `</s>`, uncut."""
        encoded = self._processor.encode([normalize(text) for text in texts])
        return [len(pieces) + 2 for pieces in encoded]


@lru_cache(maxsize=20_000)
def _normalized_character(character: str) -> str:
    return normalize(character)


def _joins(before: str, character: str) -> bool:
    """Whether normalization makes one of the two, as it does of a letter and its accent."""
    return normalize(before + character) != normalize(before) + _normalized_character(character)


def _normalized_origins(text: str) -> tuple[str, list[tuple[int, int]]]:
    """`text` normalized, with single spaces and none at the ends, and the (start, end) that each character is from."""
    characters: list[str] = []
    origins: list[tuple[int, int]] = []
    start = 0
    while start < len(text):
        end = start + 1
        # Below U+0300, and among the Chinese characters, nothing joins what precedes it.
        while end < len(text) and not _stands_alone(text[end]) and _joins(text[start:end], text[end]):
            end += 1
        part = _normalized_character(text[start]) if end == start + 1 else normalize(text[start:end])
        for character in part:
            if character != " " or (characters and characters[-1] != " "):
                characters.append(character)
                origins.append((start, end))
        start = end
    if characters and characters[-1] == " ":
        characters.pop()
    return "".join(characters), origins


def _stands_alone(character: str) -> bool:
    return character < "\u0300" or "\u4e00" <= character <= "\u9fff"


def sentencepiece_model(weights: WeightsFile) -> bytes:
    """A sentencepiece model file with the pieces and scores of `weights`, byte for byte the same at every call."""
    # Imported here: it brings protobuf, which only the first start needs.
    from sentencepiece import sentencepiece_model_pb2 as schema

    model = schema.ModelProto()
    shape = weights.shape
    kind = schema.ModelProto.SentencePiece
    for token_id, (piece, score) in enumerate(weights.pieces()):
        entry = model.pieces.add(piece=piece, score=score)
        if token_id == shape.unk:
            entry.type = kind.UNKNOWN
        elif token_id in (shape.bos, shape.pad, shape.eos) or piece == "<mask>":
            entry.type = kind.CONTROL
    model.trainer_spec.model_type = schema.TrainerSpec.UNIGRAM
    model.trainer_spec.vocab_size = len(model.pieces)
    model.trainer_spec.bos_id = shape.bos
    model.trainer_spec.pad_id = shape.pad
    model.trainer_spec.eos_id = shape.eos
    model.trainer_spec.unk_id = shape.unk
    model.normalizer_spec.name = "identity"
    model.normalizer_spec.add_dummy_prefix = True
    model.normalizer_spec.remove_extra_whitespaces = True
    model.normalizer_spec.escape_whitespaces = True
    data: bytes = model.SerializeToString(deterministic=True)
    return data
