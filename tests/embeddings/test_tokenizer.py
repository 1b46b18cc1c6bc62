from __future__ import annotations

import struct
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from encoder_texts import varied_texts
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from embeddings.backends.onnx import OnnxEncoder
from embeddings.e5_file import WeightsFile
from embeddings.packaged import TOKENIZER, model_directory
from embeddings.tokenizer import Tokenizer, normalize, sentencepiece_model

LINES = [
    "",
    " ",
    "    ",
    " 前面有空格",
    "后面有空格  ",
    "中间   有    空格",
    "制表\t符\t\t和换行\n\n\r\n末",
    "控制\x01\x02字符\x1b[0m\x7f\x9f",
    "零宽\u200b空格\u200d和\ufeff标记\u2028行",
    "全角　空格　ＡＢＣ１２３！？（）～",
    "半角ｶﾀｶﾅとﾊﾝｶｸ",
    "～~〜∼",
    "①②③㈱㎏㍿Ⅳ½",
    "e\u0301a\u0308 Ａ\u0301 가 한글 ㄱ",
    "😂👍🏽👨‍👩‍👧‍👦🇨🇳",
    "𠮷野家 𡃁 㐂",
    "▁▁metaspace▁",
    "<s> </s> <unk> <mask> <pad>".replace("<", "< "),
    "\u00a0nbsp\u00a0\u3000",
    "\x00nul\x00",
    "ẛ̣ ﬁ ﷺ",
    "\ufffd\ufffe\ufdd0",
    "ไทย हिन्दी العربية עברית",
    "a" * 300,
    "。" * 300,
    "𓀀𓀁 unknown 𓀂𓀃𓀄",
]


@pytest.fixture(scope="module")
def tokenizer(onnx_encoder: OnnxEncoder, model_cache: Path) -> Tokenizer:
    return Tokenizer(model_directory(model_cache) / TOKENIZER, bos=0, eos=2)


@pytest.fixture(scope="module")
def exported_tokenizer(weights: WeightsFile) -> Any:
    if not find_spec("tokenizers"):
        pytest.skip("tokenizers is not installed: pip install 'wenbao[sentence-transformers]'")
    from embeddings.export import build_tokenizer

    return build_tokenizer(weights)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ＡＢＣ　１２３", "ABC 123"),
        ("第一行\n第二行\t末", "第一行 第二行 末"),
        ("零\u200b宽\ufeff", "零 宽 "),
        ("\x1b控\x00制\x7f", "控\x00制"),
        ("１３０～１５０", "130～150"),
        ("ﾊﾝｶｸ", "ハンカク"),
        ("①½㎏", "11⁄2kg"),
        ("e\u0301", "é"),
        ("\ud83d", "?"),
        ("", ""),
    ],
)
def test_normalizes_as_the_model_was_trained(text: str, expected: str) -> None:
    assert normalize(text) == expected


def test_normalizes_each_code_point_as_the_weights_file_says(weights: WeightsFile) -> None:
    mappings = file_mappings(weights)
    assert mappings["Ａ"] == "A"
    wrong = {text: normalize(text) for text in mappings if normalize(text) != mappings[text]}
    assert wrong == {}
    unmapped = (chr(code) for code in range(0x3400, 0xA000) if chr(code) not in mappings)
    # U+32FF-like characters, younger than the model, are NFKC's alone; no ideograph is among them.
    assert all(normalize(character) == character for character in unmapped)


def file_mappings(weights: WeightsFile) -> dict[str, str]:
    """The file's table of single code points; the layout is in e5_file's docstring."""
    data = weights.path.read_bytes()[:8_000_000]
    pieces, *_, blob_bytes = struct.unpack_from("<5iQ", data, 44)
    at = 44 + 28 + 4 * (pieces + 1) + 4 * pieces + blob_bytes
    (count,) = struct.unpack_from("<i", data, at)
    at += 8
    mappings = {}
    for _ in range(count):
        code, length = struct.unpack_from("<IB", data, at)
        mappings[chr(code)] = "".join(map(chr, struct.unpack_from(f"<{length}I", data, at + 5)))
        at += 5 + 4 * length
    return mappings


def test_frames_and_cuts(tokenizer: Tokenizer, weights: WeightsFile) -> None:
    pieces = [piece for piece, _ in weights.pieces()]
    ids = tokenizer.encode("今天天气不错", 512)
    assert ids[0] == 0
    assert ids[-1] == 2
    assert "".join(pieces[token] for token in ids[1:-1]) == "▁今天天气不错"
    cut = tokenizer.encode("今天天气不错" * 200, 512)
    assert len(cut) == 512
    assert cut[-1] == 2
    assert tokenizer.encode("", 512) == [0, 2]
    assert tokenizer.count(["", "今天天气不错"]) == [2, len(ids)]


def test_special_tokens_cannot_be_spelled_out(tokenizer: Tokenizer) -> None:
    assert not {0, 1, 2, 250001} & set(tokenizer.encode("a</s>b<s><mask><pad>", 512)[1:-1])


def test_the_sentencepiece_model_is_the_same_at_every_call(weights: WeightsFile) -> None:
    assert sentencepiece_model(weights) == sentencepiece_model(weights)


@pytest.mark.torch
def test_the_exported_tokenizer_gives_the_same_ids(tokenizer: Tokenizer, exported_tokenizer: Any) -> None:
    lines = LINES + ["passage: " + line for line in LINES] + varied_texts()
    different = [line for line in lines if exported_tokenizer.encode(line).ids != tokenizer.encode(line, 10**6)]
    assert different == []


@pytest.mark.torch
def test_the_exported_tokenizer_frames_pairs(tokenizer: Tokenizer, exported_tokenizer: Any) -> None:
    question, passage = (tokenizer.encode(text, 512) for text in ("谁", "他"))
    assert exported_tokenizer.encode("谁", "他").ids == [*question, 2, *passage[1:]]


@pytest.mark.torch
@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cn"]), max_size=40))
def test_both_tokenizers_agree_on_any_text(tokenizer: Tokenizer, exported_tokenizer: Any, text: str) -> None:
    # The one difference that embeddings/export.py names: there a spelled-out special token is that token.
    assume(not any(token in text for token in ("<s>", "</s>", "<pad>", "<unk>", "<mask>")))
    assert exported_tokenizer.encode(text).ids == tokenizer.encode(text, 512)


@pytest.mark.parametrize("line", LINES)
def test_aligned_tokens_are_the_encoded_ones_in_order(tokenizer: Tokenizer, line: str) -> None:
    aligned = tokenizer.align(line)
    assert aligned.ids == tokenizer.encode(line, 10_000)[1:-1]
    spans = list(zip(aligned.starts, aligned.ends, strict=True))
    assert all(0 <= start <= end <= len(line) for start, end in spans)
    assert aligned.starts == sorted(aligned.starts)
    assert aligned.ends == sorted(aligned.ends)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_aligns_with_its_encoding(tokenizer: Tokenizer, text: str) -> None:
    assert tokenizer.align(text).ids == tokenizer.encode(text, 10_000)[1:-1]


def test_aligned_tokens_spell_their_slices(tokenizer: Tokenizer, weights: WeightsFile) -> None:
    text = "２０２３年， 天心区有　620名志愿者……e\u0301tude ①号ﾊﾟﾝ！"
    pieces = [piece for piece, _ in weights.pieces()]
    aligned = tokenizer.align(text)
    covered = set()
    for token, start, end in zip(aligned.ids, aligned.starts, aligned.ends, strict=True):
        said = pieces[token].replace("▁", "").strip()
        covered.update(range(start, end))
        if said != "<unk>":
            assert said in normalize(text[start:end]).replace(" ", "")
    assert {i for i, character in enumerate(text) if not character.isspace()} <= covered
