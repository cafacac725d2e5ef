"""MiniLM as an ONNX graph with weights of 8 bits, operator by operator. For `benchmarks.encoder_net`.

The operators of onnxruntime's own (domain com.microsoft) do in one step what an exported graph does in ten: the sums of
8 bits with what stands around them, attention, a sum with its normalisation. Nothing is left for it to find and fuse.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from benchmarks.eight_bits import Array, Scaled

_OWN = "com.microsoft"
_EPSILON = 1e-12


class _Graph:
    """Nodes and constants as they are put down."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, name: str, value: Array) -> str:
        self.constants.append(numpy_helper.from_array(np.asarray(value, order="C"), name))
        return name

    def node(self, kind: str, inputs: list[str], output: str, own: bool = False, **settings: Any) -> str:
        domain = _OWN if own else ""
        self.nodes.append(helper.make_node(kind, inputs, [output], domain=domain, **settings))
        return output

    def looked_up(self, name: str, table: Scaled, kind: str, where: list[str]) -> str:
        """Rows of a table, `kind` Gather or Slice, as numbers of 32 bits."""
        rows = self.node(kind, [self.constant(name, table.numbers), *where], f"{name}.rows")
        scale, zero = self.constant(f"{name}.scale", table.scale), self.constant(f"{name}.zero", table.zero)
        return self.node("DequantizeLinear", [rows, scale, zero], f"{name}.read")

    def product(self, x: str, name: str, weight: Scaled, bias: Array, output: str) -> str:
        """`x` times a weight plus a bias; `x` is put into 8 bits on the way."""
        numbers, scale = self.constant(name, weight.numbers), self.constant(f"{name}.scale", weight.scale)
        return self.node(
            "DynamicQuantizeMatMul", [x, numbers, scale, "", self.constant(f"{name}.bias", bias)], output, own=True
        )

    def normalised_sum(self, x: str, y: str, name: str, plain: Mapping[str, Array]) -> str:
        """`x` plus `y`, each row to mean 0 and variance 1, then stretched and moved as was learned."""
        learned = [self.constant(f"{name}.{part}", plain[f"{name}.{part}"]) for part in ("weight", "bias")]
        return self.node("SkipLayerNormalization", [x, y, *learned], f"{name}.sum", own=True, epsilon=_EPSILON)


def network(
    tables: Mapping[str, Scaled],
    products: Mapping[str, Scaled],
    plain: Mapping[str, Array],
    heads: int,
    held: Mapping[str, str],
) -> bytes:
    """The file of a network that takes the `pieces` and `segments` (1, length) of one passage and gives `logits`.

    By the names that `encoder_net.Bert` has for them: `tables` the embeddings, `products` the weights of the linear
    layers, `plain` all biases and the weights of the norms. `held` is kept as metadata.
    """
    graph = _Graph()
    zero = graph.constant("zero", np.array([0], np.int64))
    words = graph.looked_up("words", tables["words"], "Gather", ["pieces"])
    segments = graph.looked_up("segment", tables["segments"], "Gather", ["segments"])
    length = graph.node("Shape", ["pieces"], "length", start=1)
    positions = graph.looked_up("positions", tables["positions"], "Slice", [zero, length])
    around = graph.node("Add", [segments, positions], "around")
    x = graph.normalised_sum(words, around, "norm", plain)
    for k in range(sum(name.endswith(".wide") for name in products)):
        x = _layer(graph, x, f"layers.{k}", products, plain, heads)
    means = _means(graph, x, zero)
    logits = graph.product(means, "head", products["head"], plain["head.bias"], "logits_row")
    graph.node("Squeeze", [logits, zero], "logits")
    taken = [helper.make_tensor_value_info(name, TensorProto.INT64, [1, "length"]) for name in ("pieces", "segments")]
    given = helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, len(plain["head.bias"])])
    model = helper.make_model(
        helper.make_graph(graph.nodes, "encoder", taken, [given], graph.constants),
        opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(_OWN, 1)],
        ir_version=8,
    )
    helper.set_model_props(model, dict(held))
    body: bytes = model.SerializeToString(deterministic=True)
    return body


def _layer(
    graph: _Graph, x: str, name: str, products: Mapping[str, Scaled], plain: Mapping[str, Array], heads: int
) -> str:
    def product(of: str, part: str) -> str:
        part = f"{name}.{part}"
        return graph.product(of, part, products[part], plain[f"{part}.bias"], f"{part}.product")

    heard = product(_attention(graph, x, f"{name}.asked", products, plain, heads), "heard")
    x = graph.normalised_sum(heard, x, f"{name}.first_norm", plain)
    wide = graph.node("Gelu", [product(x, "wide")], f"{name}.thought", own=True)
    return graph.normalised_sum(product(wide, "narrow"), x, f"{name}.second_norm", plain)


def _attention(
    graph: _Graph, x: str, name: str, products: Mapping[str, Scaled], plain: Mapping[str, Array], heads: int
) -> str:
    """What each piece hears of the others. Query, key and value are one product of 8 bits."""
    asked = products[name]
    parts = [f"{name}.x", f"{name}.x_scale", f"{name}.x_zero"]
    graph.nodes.append(helper.make_node("DynamicQuantizeLinear", [x], parts))
    weight = [graph.constant(name, asked.numbers), graph.constant(f"{name}.bias", plain[f"{name}.bias"])]
    scale, zero = graph.constant(f"{name}.scale", asked.scale), graph.constant(f"{name}.zero", asked.zero)
    taken = [parts[0], *weight, parts[1], scale, "", parts[2], zero]
    return graph.node("QAttention", taken, f"{name}.heard", own=True, num_heads=heads)


def _means(graph: _Graph, x: str, zero: str) -> str:
    """The first piece, the mean of all pieces and of those of the sentence, side by side (1, 1, 3 × width)."""
    first = graph.node("Gather", [x, zero], "first", axis=1)
    every = graph.node("ReduceMean", [x], "every", axes=[1])
    outside = graph.node("Cast", ["segments"], "outside", to=TensorProto.FLOAT)
    inside = graph.node("Sub", [graph.constant("one", np.array(1, np.float32)), outside], "inside")
    summed = graph.node("MatMul", [inside, x], "sentence_sum")
    sentence = graph.node("Div", [summed, graph.node("ReduceSum", [inside], "sentence_length")], "sentence")
    return graph.node("Concat", [first, every, sentence], "means", axis=2)
