"""Learn what links an event to a place of its sentence (``models/event_links.json`` and ``.npz``).

Of the names in a sentence, and that it does not say, one is right (or several are; then their likelihoods add up). Two
models of this choice are taught and their logits added: a conditional logit of the evidence, and a network with one
hidden layer over the commoner evidence and what the encoder of sentences makes of the verb and the name. They are
taught on all checked records, for use, and on either half, as ``bench/event_location.py`` divides them, to measure.
Records that nobody checked teach only which of the names it is, at half the weight, for in many of them places are not
marked; none that shares its sentence with a checked record is used.

Chosen by five-fold cross-validation over sentences (the logit alone has 85.7 % right, the network alone 88.2, both
89.1): states of the encoder's fourth layer rather than the sixth (88.1), both (88.9) or the parser's vectors (87.0); a
penalty of the logit between 1.5 and 20 changes half a point at most.

usage: python train/event_links.py RECORDS.jsonl.gz     (ten minutes of one core)
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from tocsin.coding._event_evidence import evidence, evidence_for_none
from tocsin.coding._event_links import Network, meanings, sentence_key
from tocsin.coding._event_names import candidates_in

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from bench.event_location import Read, is_right, read, records  # noqa: E402

MODELS = ROOT / "src" / "tocsin" / "coding" / "models"
PENALTY, RAREST, UNCHECKED = 3.0, 3, 0.5
# The network: units and their number of times, evidence it takes, passes, decay, share of inputs and units left out.
HIDDEN, TWICE, COMMON, PASSES, DECAY, NO_INPUT, NO_UNIT = 48, 2, 40, 15, 4e-3, 0.3, 0.4
RATE, BATCH = 2e-3, 64
# Vectors count for half of what evidence does.
VECTORS = 0.5
# Smaller weights change no choice.
LEAST = 0.02

Evidence = Mapping[str, float]
Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Example:
    """The evidence for each choice of a sentence, what the words concerned mean, and which choices are right."""

    choices: list[Evidence]
    right: list[bool]
    weight: float
    verb: Vector
    places: Vector


def example(item: Read) -> Example | None:
    """None where nothing can be learnt: the right place is none of the names, or nobody checked that there is none."""
    record = item.record
    words = item.doc.char_span(*item.moved(record.verb), alignment_mode="expand")
    if words is None or not len(words):
        return None
    places = candidates_in(item.doc, item.places)
    spans = [(p.span[0] + item.offset, p.span[1] + item.offset) for p in places]
    right = [bool(record.gold) and is_right(record, span) for span in spans]
    choices = list(evidence(words.root, places))
    if record.checked:
        choices.insert(0, evidence_for_none(words.root, places))
        right.insert(0, not record.gold)
    if not any(right):
        return None
    return Example(choices, right, 1.0 if record.checked else UNCHECKED, *meanings(item.doc, words.root, places))


def fit(examples: Sequence[Example]) -> dict[str, float]:
    """The weights by name."""
    counts = Counter(name for e in examples for choice in e.choices for name in choice)
    index = {name: i for i, name in enumerate(name for name, n in sorted(counts.items()) if n >= RAREST)}
    rows = [(number, choice) for number, e in enumerate(examples) for choice in e.choices]
    cells = [(row, index[name]) for row, (_, choice) in enumerate(rows) for name in choice if name in index]
    where = ([row for row, _ in cells], [column for _, column in cells])
    matrix = csr_matrix((np.ones(len(cells)), where), shape=(len(rows), len(index)))
    group = np.asarray([number for number, _ in rows])
    right = np.asarray([r for e in examples for r in e.right])
    weight = np.asarray([e.weight for e in examples])

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        sums = matrix @ weights
        most = np.full(len(examples), -np.inf)
        np.maximum.at(most, group, sums)
        powers = np.exp(sums - most[group])
        whole = np.bincount(group, powers)
        part = np.bincount(group, powers * right) + 1e-12
        value = (weight * (np.log(whole) - np.log(part))).sum() + PENALTY / 2 * (weights @ weights)
        slope = weight[group] * (powers / whole[group] - powers * right / part[group])
        return float(value), matrix.T @ slope + PENALTY * weights

    result = minimize(loss, np.zeros(len(index)), jac=True, method="L-BFGS-B", options={"maxiter": 200})
    return dict(zip(index, result.x.tolist(), strict=True))


def standard(rows: Vector) -> tuple[Vector, Vector]:
    """Mean and spread of vectors, as they enter the network."""
    return rows.mean(axis=0), (rows.std(axis=0) + 1e-3) / VECTORS


def inputs(e: Example, names: Mapping[str, int], verb: tuple[Vector, Vector], place: tuple[Vector, Vector]) -> Vector:
    """What the network sees of each choice: evidence, whether it is none of the names, and the vectors."""
    width = len(e.verb)
    rows = np.zeros((len(e.choices), len(names) + 1 + 3 * width), np.float32)
    for row, choice in zip(rows, e.choices, strict=True):
        row[[names[n] for n in choice if n in names]] = 1.0
    told = (e.verb - verb[0]) / verb[1]
    first = len(e.choices) - len(e.places)
    rows[:first, len(names)] = 1.0
    rows[:first, len(names) + 1 : len(names) + 1 + width] = told
    rows[first:, len(names) + 1 + width : -width] = (e.places - place[0]) / place[1]
    rows[first:, -width:] = told
    return rows


def descend(seen: Sequence[Vector], examples: Sequence[Example], seed: int) -> list[Vector]:
    """Weights into the hidden layer, its bias, and out of it, by Adam (Kingma and Ba, 2015) with dropout."""
    random = np.random.default_rng(seed)
    width = seen[0].shape[1]
    weights: list[Vector] = [
        random.normal(0, width**-0.5, (width, HIDDEN)).astype(np.float32),
        np.zeros(HIDDEN, np.float32),
        random.normal(0, HIDDEN**-0.5, HIDDEN).astype(np.float32),
    ]
    mean, square = [np.zeros_like(w) for w in weights], [np.zeros_like(w) for w in weights]
    steps = PASSES * -(-len(examples) // BATCH)
    for step in range(1, steps + 1):
        if (step - 1) % -(-len(examples) // BATCH) == 0:
            order = iter(np.array_split(random.permutation(len(examples)), -(-len(examples) // BATCH)))
        batch = next(order)
        for w, slope, m, v in zip(weights, slopes(weights, seen, examples, batch, random), mean, square, strict=True):
            m += 0.1 * (slope - m)
            v += 0.001 * (slope**2 - v)
            w -= RATE * (1 - step / (steps + 1)) * (m / (1 - 0.9**step)) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8)
    return weights


def slopes(
    weights: Sequence[Vector],
    seen: Sequence[Vector],
    examples: Sequence[Example],
    batch: NDArray[np.int64],
    random: np.random.Generator,
) -> list[Vector]:
    """Of the loss over a batch, by each of `weights`."""
    into, bias, out = weights
    rows = np.concatenate([seen[i] for i in batch])
    group = np.repeat(np.arange(len(batch)), [len(seen[i]) for i in batch])
    right = np.concatenate([examples[i].right for i in batch]).astype(np.float32)
    weight = np.asarray([examples[i].weight for i in batch], np.float32)
    rows = rows * (random.random(rows.shape, np.float32) > NO_INPUT) / np.float32(1 - NO_INPUT)
    hidden = rows @ into + bias
    kept = (random.random(hidden.shape, np.float32) > NO_UNIT) / np.float32(1 - NO_UNIT)
    active = np.maximum(hidden, 0) * kept
    sums = active @ out
    most = np.full(len(batch), -np.inf, np.float32)
    np.maximum.at(most, group, sums)
    powers = np.exp(sums - most[group])
    whole, part = np.bincount(group, powers), np.bincount(group, powers * right) + 1e-9
    slope = (weight[group] * (powers / whole[group] - powers * right / part[group]) / len(batch)).astype(np.float32)
    back = np.outer(slope, out) * kept * (hidden > 0)
    return [rows.T @ back + DECAY * into, back.sum(axis=0), active.T @ slope + DECAY * out]


def network(examples: Sequence[Example], names: Mapping[str, int]) -> Network:
    """Several networks side by side as one, with what makes vectors standard folded into its weights."""
    verb, place = standard(np.stack([e.verb for e in examples])), standard(np.concatenate([e.places for e in examples]))
    seen = [inputs(e, names, verb, place) for e in examples]
    found = [descend(seen, examples, seed) for seed in range(TWICE)]
    into, bias, out = (np.concatenate([weights[n] for weights in found], axis=-1) for n in range(3))
    width, at = len(verb[0]), len(names) + 1
    none, named, told = into[at : at + width], into[at + width : -width], into[-width:]
    none, told, named = none / verb[1][:, None], told / verb[1][:, None], named / place[1][:, None]
    biases = np.stack([bias + into[len(names)] - verb[0] @ none, bias - verb[0] @ told - place[0] @ named])
    return Network(names, into[: len(names)], none, np.concatenate([named, told]), biases, out / TWICE)


def main() -> None:
    everything = list(records(Path(sys.argv[1])))
    checked = {r.text.strip() for r in everything if r.checked}
    wanted = [r for r in everything if r.checked or (r.gold and r.text.strip() not in checked)]
    taught: tuple[list[Example], ...] = ([], [], [])
    for item in read(wanted):
        if (found := example(item)) is not None:
            for half in (None, 0, 1):
                if half is None or not item.record.checked or item.record.half == half:
                    taught[0 if half is None else 1 + half].append(found)
    fits = [fit(examples) for examples in taught]
    table = {n: [round(f.get(n, 0.0), 3) for f in fits] for n in sorted({n for f in fits for n in f})}
    kept = {name: row for name, row in table.items() if max(map(abs, row)) >= LEAST}
    text = json.dumps(kept, ensure_ascii=False, separators=(",", ":")).replace("],", "],\n")
    (MODELS / "event_links.json").write_text(text + "\n", "utf-8")
    counts = Counter(name for e in taught[0] for choice in e.choices for name in choice)
    names = {name: row for row, name in enumerate(sorted(n for n, count in counts.items() if count >= COMMON))}
    arrays: dict[str, NDArray[Any]] = {
        "names": np.asarray(list(names)),
        "taught": np.asarray(sorted({sentence_key(r.text) for r in wanted}), np.uint64),
    }
    for number, examples in enumerate(taught):
        found = network(examples, names)
        for part in ("evidence", "none", "place", "out"):
            arrays[f"{part}_{number}"] = getattr(found, part).astype(np.float16)
        arrays[f"bias_{number}"] = found.bias.astype(np.float32)
    np.savez_compressed(MODELS / "event_links.npz", **arrays)
    print(f"{len(kept)} weights, {len(names)} inputs, from {[len(examples) for examples in taught]} sentences")


if __name__ == "__main__":
    main()
