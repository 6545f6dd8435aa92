"""Several labels a sentence: how well those of others are told, once taught.

    python bench/multilabel.py [--gold FILE.tsv] [--train FILE.tsv] [--predictions OUT.tsv]

Files are TSV without a header: a text, then a column a label with 0 or 1 (default: ``IndiaPoliceEvents_sents`` of
``--data``, whose labels are that police kill, arrest, act at all, fail to act, use force). The labels are taught by
``train.tsv`` beside the gold, and the gold's are read for the figures alone; it need not have any. OUT has a line a
text, in order: a probability a label, in the order of the columns.

The last line printed is one line of JSON, where there are labels: average precision a label and their mean (`map`),
and the same of a logistic regression on the sentences' vectors alone (`plain_map`), with the best of three penalties
on the gold itself; ``gain`` is the difference. Vectors are kept in the user's cache (``TOCSIN_CACHE``).
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import re
import sys
import time
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from tocsin.coding import LabelTeller, label_vectors, teach_labels
from tocsin.coding._encoder import DIMENSIONS, NOTES, SENTENCES, encoder_version
from tocsin.coding._types import cache_folder

ROOT = Path(__file__).parents[1]
POLICE: tuple[str, ...] = ("kill", "arrest", "any_action", "fail", "force")
"""The columns of the default corpus."""
PENALTIES = (0.1, 0.3, 1.0)
"""Of the plain regression; what most libraries do by default is 1."""
# Quotation marks that were read in a wrong encoding and then spelt in ASCII.
GARBLED = (
    ("aEUR(tm)", "'"),
    ("aEUR~aEUR~", '"'),
    ("aEUR~", "'"),
    ("aEURoe", '"'),
    ("aEUR", '"'),
    ("''''", '"'),
    ("''", "'"),
    ("``", '"'),
)
csv.field_size_limit(2**31 - 1)


class Shown:
    """Progress on standard error, a line every few seconds."""

    def start(self, what: str, total: int | None, unit: Literal["", "bytes"] = "") -> None:
        self.what, self.total, self.done, self.next = what, total, 0, time.monotonic() + 2

    def advance(self, steps: int = 1) -> None:
        self.done += steps
        if time.monotonic() > self.next:
            self.next = time.monotonic() + 5
            print(f"{self.what}: {self.done} of {self.total}", file=sys.stderr)

    def finish(self) -> None:
        pass


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--gold", type=Path)
    parser.add_argument("--train", type=Path)
    parser.add_argument("--predictions", type=Path)
    given = parser.parse_args()
    data = given.data or Path(os.environ.get("TOCSIN_BENCH_DATA") or ROOT.parent / "shared" / "data")
    gold_file = given.gold or data / "classify" / "IndiaPoliceEvents_sents" / "dev.tsv"
    train_file = given.train or gold_file.with_name("train.tsv")
    train, wanted = read(train_file)
    if wanted is None:
        parser.error(f"{train_file} has no labels to learn from")
    texts, gold = read(gold_file)
    names = POLICE
    if "IndiaPoliceEvents" not in train_file.parent.name or len(names) != wanted.shape[1]:
        names = tuple(f"label_{number}" for number in range(1, wanted.shape[1] + 1))
    seen, new = vectors(train), vectors(texts)
    told = tell(train, wanted, names, seen).probabilities(texts, vectors=new, progress=Shown())
    # The teller's labels are in alphabetical order.
    told = told[:, [sorted(names).index(name) for name in names]]
    if given.predictions:
        given.predictions.write_text("".join("\t".join(f"{p:.6f}" for p in row) + "\n" for row in told), "utf-8")
    if gold is not None and gold.shape == told.shape:
        print(json.dumps(figures(told, gold, names) | plain(seen, wanted, new, gold, told)))


def read(path: Path) -> tuple[list[str], NDArray[np.float64] | None]:
    """Texts, and their labels where every line has some, shape ``(texts, labels)``.

    Some of these files quote as CSV does, others do not at all: each line is taken by itself, from its end.
    """
    texts, labels = [], []
    for line in path.read_text("utf-8").split("\n"):
        if line.strip():
            text, *rest = line.rstrip("\r").split("\t")
            texts.append(clean(text))
            labels.append([float(cell) for cell in rest if cell.strip()])
    widths = {len(row) for row in labels}
    return texts, np.asarray(labels) if len(widths) == 1 and widths != {0} else None


def clean(text: str) -> str:
    """`text` without the marks of quoting, and with quotation marks for what became of them."""
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1].replace('""', '"')
    for garbled, mark in GARBLED:
        text = text.replace(garbled, mark)
    return re.sub(r"\s+", " ", text).strip()


def vectors(texts: list[str]) -> NDArray[np.float32]:
    """The vectors of `texts`, shape ``(texts, 768)``; worked out once and kept."""
    versions = [encoder_version(SENTENCES), encoder_version(NOTES)]
    digest = hashlib.sha256("\n".join([*versions, *texts]).encode()).hexdigest()[:16]
    kept = cache_folder() / f"bench-vectors-{digest}.npy"
    if kept.is_file():
        found: NDArray[np.float32] = np.load(kept)
        return found
    found = label_vectors(texts, Shown())
    part = kept.with_suffix(f".{os.getpid()}.part.npy")
    np.save(part, found)
    part.replace(kept)
    return found


def tell(
    texts: list[str], wanted: NDArray[np.float64], names: tuple[str, ...], known: NDArray[np.float32]
) -> LabelTeller:
    """Teach the labels."""
    labels = [{name for name, given in zip(names, row, strict=True) if given} for row in wanted]
    return teach_labels(texts, labels, vectors=known, progress=Shown())


def figures(told: NDArray[np.float64], gold: NDArray[np.float64], names: tuple[str, ...]) -> dict[str, float]:
    """Average precision a label, and their mean over labels that occur."""
    each = {name: average_precision(told[:, k], gold[:, k]) for k, name in enumerate(names) if gold[:, k].any()}
    return {
        "texts": len(gold),
        **{f"ap_{name}": round(value, 4) for name, value in each.items()},
        "map": round(float(np.mean(list(each.values()))), 4),
    }


def average_precision(scores: NDArray[np.float64], gold: NDArray[np.float64]) -> float:
    """Mean, over recall, of the precision at each threshold; equal scores share one."""
    order = np.argsort(-scores, kind="stable")
    right = np.cumsum(gold[order])
    last = np.append(np.flatnonzero(np.diff(scores[order])), len(order) - 1)
    return float(np.sum(np.diff(right[last], prepend=0) * right[last] / (last + 1)) / right[-1])


def plain(
    seen: NDArray[np.float32],
    wanted: NDArray[np.float64],
    new: NDArray[np.float32],
    gold: NDArray[np.float64],
    told: NDArray[np.float64],
) -> dict[str, float]:
    """The mean of the plain regression, and how much better than it `told` is."""
    occur = [k for k in range(gold.shape[1]) if gold[:, k].any()]

    def mean(scores: NDArray[np.float64]) -> float:
        return float(np.mean([average_precision(scores[:, k], gold[:, k]) for k in occur]))

    best = max(mean(regression(seen, wanted, new, penalty)) for penalty in PENALTIES)
    return {"plain_map": round(best, 4), "gain": round(mean(told) - best, 4)}


def regression(
    seen: NDArray[np.float32], wanted: NDArray[np.float64], new: NDArray[np.float32], penalty: float
) -> NDArray[np.float64]:
    """Scores of a logistic regression a label on the plain encoder's vectors alone."""
    seen, new = seen[:, :DIMENSIONS], new[:, :DIMENSIONS]
    x = np.hstack([seen, np.ones((len(seen), 1), dtype=np.float32)]).astype(np.float64)
    sign = 2 * wanted - 1
    shape = (x.shape[1], wanted.shape[1])

    def loss(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = values.reshape(shape)
        held = np.vstack([weights[:-1], np.zeros((1, shape[1]))])
        margins = sign * (x @ weights)
        total = float(np.logaddexp(0, -margins).sum() + penalty / 2 * (held**2).sum())
        return total, (x.T @ (-sign * expit(-margins)) + penalty * held).ravel()

    weights = minimize(loss, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B").x.reshape(shape)
    result: NDArray[np.float64] = new @ weights[:-1] + weights[-1]
    return result


if __name__ == "__main__":
    main()
