"""Learn what links an event to a place of its sentence (``models/event_links.json``).

A conditional logit: of the names in a sentence, and that it does not say, one is right (or several are; then their
likelihoods add up). It is taught twice, by the halves of the checked records as ``bench/event_location.py`` divides
them; what is used is the mean of both. Records that nobody checked teach only which of the names it is, at half the
weight, for in many of them places are not marked; none that shares its sentence with a record of the other half is
used.

Chosen on held-out records of the first half: the penalty, among 1.5, 3, 6, 12 and 20, changes the share of right links
by a point at most.

usage: python train/event_links.py RECORDS.jsonl.gz     (three minutes of one core)
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from tocsin.coding._event_links import candidates_in, evidence, evidence_for_none

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from bench.event_location import Read, is_right, read, records  # noqa: E402

OUT = ROOT / "src" / "tocsin" / "coding" / "models" / "event_links.json"
PENALTY, RAREST, UNCHECKED = 3.0, 3, 0.5
# Smaller weights change no choice.
LEAST = 0.02

Evidence = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Example:
    """The evidence for each choice of a sentence, and which of them are right."""

    choices: list[Evidence]
    right: list[bool]
    weight: float


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
    return Example(choices, right, 1.0 if record.checked else UNCHECKED) if any(right) else None


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


def main() -> None:
    everything = list(records(Path(sys.argv[1])))
    checked = {r.text.strip() for r in everything if r.checked}
    wanted = [r for r in everything if r.checked or (r.gold and r.text.strip() not in checked)]
    taught: tuple[list[Example], list[Example]] = ([], [])
    for item in read(wanted):
        if (found := example(item)) is not None:
            for half in (0, 1):
                if not item.record.checked or item.record.half == half:
                    taught[half].append(found)
    first, second = (fit(examples) for examples in taught)
    pairs = {n: [round(first.get(n, 0.0), 3), round(second.get(n, 0.0), 3)] for n in sorted({*first, *second})}
    kept = {name: pair for name, pair in pairs.items() if max(map(abs, pair)) >= LEAST}
    OUT.write_text(json.dumps(kept, ensure_ascii=False, separators=(",", ":")).replace("],", "],\n") + "\n", "utf-8")
    print(f"{len(kept)} weights from {len(taught[0])} and {len(taught[1])} sentences")


if __name__ == "__main__":
    main()
