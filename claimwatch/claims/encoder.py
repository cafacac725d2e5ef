"""A small transformer that reads a passage and says what it is: asked where the linear classifier is unsure. Pure.

The first layers of a MiniLM (Wang et al. 2020, arXiv:2002.10957), taught on the labelled corpus by `./dev train
--encoder`, its weights in 8 bits. `baselines/encoder.onnx` holds the network and, as metadata, its vocabulary and
labels. What it knew before is English, and it is asked of English only. docs/decisions/0017 tells what it gains and
what it costs.
"""

import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from claimwatch.claims.classifier import NONE
from claimwatch.claims.passages import Passage
from claimwatch.claims.wordpieces import WordPieces
from claimwatch.errors import BaselineInvalid
from claimwatch.models import Outcome

LANGUAGE = "en"
# How many pieces are read of each part; of what stands before the last ones, of the others the first.
_SENTENCE, _CLAIM, _HEADING, _BEFORE = 48, 24, 16, 20


class Encoder:
    """The network of a baseline. It is opened when it is first asked; most runs never ask."""

    def __init__(self, model: bytes) -> None:
        """`model` is an ONNX file."""
        self._model = model

    def probabilities(self, passage: Passage) -> dict[str, float]:
        """The probability of each outcome and of NONE. Raises `BaselineInvalid` for a network of another shape."""
        import numpy as np

        session, labels, pieces = self._opened
        numbers, segments = read(passage, pieces)
        feed = {"pieces": np.array([numbers], np.int64), "segments": np.array([segments], np.int64)}
        try:
            (logits,) = session.run(["logits"], feed)
            scores = np.exp(logits[0] - logits[0].max())
            if not np.isfinite(scores).all():
                raise ValueError("it answers what is no number")
            return dict(zip(labels, map(float, scores / scores.sum()), strict=True))
        except Exception as error:  # onnxruntime has no class of its own for what it cannot run
            raise _invalid(error) from error

    def check(self) -> None:
        """Open it now. Raises `BaselineInvalid` for a file that is no network of ours."""
        self.probabilities(Passage("", "", "", ""))

    @cached_property
    def _opened(self) -> tuple[Any, tuple[str, ...], WordPieces]:
        try:
            import onnxruntime  # a tenth of a second, for those who need it
        except ImportError as error:
            raise BaselineInvalid("onnxruntime is not installed, which encoder.onnx needs; run ./dev setup") from error

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # the cores are the pipeline's to share out
        # They would keep what the longest passage and each length needed, and save no time.
        options.enable_cpu_mem_arena = options.enable_mem_pattern = False
        try:
            session = onnxruntime.InferenceSession(self._model, options, providers=["CPUExecutionProvider"])
            held: Mapping[str, str] = session.get_modelmeta().custom_metadata_map
            labels = tuple(map(str, json.loads(held["labels"])))
            pieces = WordPieces(held["vocabulary"].split("\n"))
        except Exception as error:  # of whatever kind: the file may hold anything
            raise _invalid(error) from error
        if set(labels) != {*Outcome, NONE}:
            raise _invalid(ValueError(f"its labels are {', '.join(labels)}"))
        return session, labels, pieces


def read(passage: Passage, pieces: WordPieces) -> tuple[list[int], list[int]]:
    """The numbers of a passage's pieces, and of each the segment: 0 for the sentence, 1 for what stands around it."""
    sentence = [pieces.cls, *pieces.numbers(passage.sentence)[:_SENTENCE]]
    around = [
        pieces.sep,
        *pieces.numbers(passage.claim)[:_CLAIM],
        pieces.sep,
        *pieces.numbers(passage.heading)[:_HEADING],
        pieces.sep,
        *pieces.numbers(passage.before)[-_BEFORE:],
        pieces.sep,
    ]
    return [*sentence, *around], [0] * len(sentence) + [1] * len(around)


def _invalid(error: Exception) -> BaselineInvalid:
    said = " ".join(str(error).split())
    return BaselineInvalid(f"encoder.onnx: is no network as ./dev train --encoder writes it ({said})")
