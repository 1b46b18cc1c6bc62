"""Write embeddings/graphs/*.onnx: the operators of the encoders and of the span reader, without weights.

    python scripts/build_graph.py [FOLDER]

Needs the dev extra (onnx). The result depends on nothing but this file and `embeddings/graph_weights.py`;
tests/embeddings/test_graph.py holds the committed files to it.

Input: `embeddings` (batch, tokens, 384) float32, rows of the word table, of texts of one length: there is no mask.
Output of e5_small.onnx: `vectors` (batch, 384) float32, unit rows: the mean over tokens of the last layer, as E5 pools.
Output of query_encoder.onnx: the same, with a matrix behind the mean.
Output of span_reader.onnx: `logits` (batch, tokens, 2) float32: of a span's first token and of its last.
"""

from __future__ import annotations

import sys
from pathlib import Path

import onnx
from onnx import TensorProto, helper

from embeddings.e5_file import ModelShape, WeightsFile, packaged_weights
from embeddings.graph_weights import TensorSlot, Top, layout
from embeddings.packaged import ENCODER, QUERY_ENCODER, READER, PackagedModel, weights_of

OUT = Path(__file__).resolve().parent.parent / "embeddings" / "graphs"
CONTRIB = "com.microsoft"
LEAST_PEAK = 0.17  # GELU's depth below zero: a row whose peak is lower is no outlier, and nothing is divided by zero


class GraphBuilder:
    """Collects nodes; every method returns the name of the value that it adds."""

    def __init__(self, heads: int, epsilon: float) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.heads = heads
        self.epsilon = epsilon

    def node(self, operator: str, inputs: list[str], output: str, domain: str = "", **attributes: object) -> str:
        """Add one operator."""
        self.nodes.append(helper.make_node(operator, inputs, [output], output, domain=domain, **attributes))
        return output

    def linear(self, value: str, name: str) -> str:
        """`value` times the int8 matrix `name`, plus its bias; activations are quantized on the fly."""
        inputs = [value, f"{name}.w", f"{name}.scale", "", f"{name}.b"]
        return self.node("DynamicQuantizeMatMul", inputs, f"{name}.out", CONTRIB)

    def linear_by_row(self, value: str, name: str) -> str:
        """`value` times the int8 matrix `name`, without its bias; every token's row is scaled to a peak of 1 for it.

        The operator has one scale for all activations. A few tokens' GELU outputs are 30 times everyone else's,
        which leaves the others 3 of their 8 bits: cosine to float32 0.9967 on average without this, 0.9988 with it.
        """
        peak = self.node("ReduceMax", [value, "minus_one"], f"{name}.peak", keepdims=1)
        peak = self.node("Max", [peak, "least_peak"], f"{name}.scale_of_row")
        scaled = self.node("Div", [value, peak], f"{name}.scaled")
        inputs = [scaled, f"{name}.w", f"{name}.scale"]
        product = self.node("DynamicQuantizeMatMul", inputs, f"{name}.product", CONTRIB)
        return self.node("Mul", [product, peak], f"{name}.out")

    def add_norm(self, value: str, skip: str, name: str) -> str:
        """Layer normalization of `value + skip`.

        In two operators, which take a quarter of the time of SkipLayerNormalization (onnxruntime 1.31).
        """
        return self.norm(self.node("Add", [value, skip], f"{name}.sum"), name)

    def norm(self, value: str, name: str) -> str:
        """Layer normalization."""
        inputs = [value, f"{name}.w", f"{name}.b"]
        return self.node("LayerNormalization", inputs, f"{name}.out", axis=-1, epsilon=self.epsilon)

    def layer(self, value: str, name: str) -> str:
        """One transformer layer, post-norm.

        Attention without a mask takes the operator's tiled way, in two thirds of the time.
        """
        self.linear(value, f"{name}.qkv")
        parts = [f"{name}.q", f"{name}.k", f"{name}.v"]
        self.nodes.append(helper.make_node("Split", [f"{name}.qkv.out"], parts, f"{name}.split", axis=2, num_outputs=3))
        attention = self.node("MultiHeadAttention", parts, f"{name}.attention", CONTRIB, num_heads=self.heads)
        value = self.add_norm(value, self.linear(attention, f"{name}.ao"), f"{name}.aln")
        wide = self.node("Gelu", [self.linear(value, f"{name}.fi")], f"{name}.gelu", CONTRIB)
        product = self.node("Add", [self.linear_by_row(wide, f"{name}.fo"), f"{name}.fo.b"], f"{name}.fo.sum")
        return self.add_norm(value, product, f"{name}.oln")

    def embed(self) -> str:
        """Word rows plus positions (token type 0 is added into them), normalized."""
        self.node("Shape", ["embeddings"], "length", start=1, end=2)
        self.node("Slice", ["positions", "zero", "length", "zero"], "positions.used")
        self.node("Add", ["embeddings", "positions.used"], "embedded")
        return self.norm("embedded", "emb.ln")

    def pool(self, value: str, *, matrix: bool) -> str:
        """Unit vector of the mean over tokens, times a matrix; the mean's divisor cancels in the normalization."""
        value = self.node("ReduceSum", [value, "one"], "summed", keepdims=0)
        if matrix:
            value = self.node("MatMul", [value, "pool.w"], "pooled")
        return self.node("LpNormalization", [value], "vectors", axis=-1, p=2)

    def read(self, value: str) -> str:
        """The two logits of every token."""
        return self.node("Add", [self.node("MatMul", [value, "head.w"], "head.product"), "head.b"], "logits")


def external(slot: TensorSlot) -> onnx.TensorProto:
    """An initializer whose bytes lie in weights.bin."""
    tensor = TensorProto(name=slot.name, dims=slot.shape)
    tensor.data_type = helper.np_dtype_to_tensor_dtype(onnx.numpy_helper.np.dtype(slot.dtype))
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", "weights.bin"), ("offset", slot.offset), ("length", slot.size_bytes)):
        tensor.external_data.add(key=key, value=str(value))
    return tensor


def build(model: PackagedModel) -> onnx.ModelProto:
    """The graph of `model`, of as many layers as its adapters keep."""
    return graph_of(model.name, weights_of(model, WeightsFile(packaged_weights())).shape, model.top)


def graph_of(name: str, shape: ModelShape, top: Top) -> onnx.ModelProto:
    """The graph of a model of this shape."""
    graph = GraphBuilder(shape.heads, shape.epsilon)
    value = graph.embed()
    for layer in range(shape.layers):
        value = graph.layer(value, f"l{layer}")
    if top is Top.SPANS:
        graph.read(value)
        output = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", "tokens", 2])
    else:
        graph.pool(value, matrix=top is Top.POOLED)
        output = helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["batch", shape.hidden])
    integers = {"zero": 0, "one": 1, "minus_one": -1}
    constants = [helper.make_tensor(name, TensorProto.INT64, [1], [number]) for name, number in integers.items()]
    constants.append(helper.make_tensor("least_peak", TensorProto.FLOAT, [1], [LEAST_PEAK]))
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            name,
            [
                helper.make_tensor_value_info("embeddings", TensorProto.FLOAT, ["batch", "tokens", shape.hidden]),
            ],
            [output],
            [*map(external, layout(shape, top)), *constants],
        ),
        opset_imports=[helper.make_opsetid("", 18), helper.make_opsetid(CONTRIB, 1)],
        producer_name="wenbao",
    )
    model.ir_version = 9
    return model


def main() -> None:
    """Write the graphs into the folder that the first argument names, or into the package."""
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else OUT
    for model in (ENCODER, READER, QUERY_ENCODER):
        data = build(model).SerializeToString(deterministic=True)
        (out / model.graph).write_bytes(data)
        print(f"{out / model.graph}: {len(data)} bytes")


if __name__ == "__main__":
    main()
