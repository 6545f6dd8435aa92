"""Learn what tells that an incident was not accomplished (``models/outcomes.npz``).

Two logistic regressions, one on the words, one on the nearest sentence's vector, averaged; each unaccomplished incident
counts four times. The line between them is drawn where macro-F1 is greatest on held-out reports, the median of nine
ways of holding out eighths.

Needs, beside the project: scikit-learn 1.9.

usage: python train/outcomes.py INCIDENTS.json

INCIDENTS.json: report → ``[{"instance_id", "document": [sentence, ...], "template": {"type", "completion", slot:
[...]}}]``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedGroupKFold

from tocsin.coding._outcomes import Telling, evidence_of

SLOTS = {"perpind": "PerpInd", "perporg": "PerpOrg", "target": "Target", "victim": "Victim", "weapon": "Weapon"}
OUT = Path(__file__).parents[1] / "src" / "tocsin" / "coding" / "models" / "outcomes.npz"
WIDTH = 384


def tellings(source: Path) -> Iterator[tuple[str, Telling, str]]:
    """Report, incident and its completion."""
    for report, instances in json.loads(source.read_text("utf-8")).items():
        for instance in instances:
            template: dict[str, Any] = instance["template"]
            fillers = {SLOTS.get(k, k): v for k, v in template.items() if isinstance(v, list)}
            telling = Telling(instance["document"], template["type"], fillers, len(instances))
            yield report, telling, template["completion"]


def line(rows: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights and bias of the averaged regressions."""
    parts = [rows[:, :-WIDTH], rows[:, -WIDTH:]]
    models = [LogisticRegression(C=1.0, class_weight={0: 1, 1: 4}, max_iter=3000).fit(p, labels) for p in parts]
    return np.concatenate([m.coef_[0] for m in models]) / 2, float(sum(m.intercept_[0] for m in models)) / 2


def main(source: Path) -> None:
    known = list(tellings(source))
    rows = np.array([evidence_of(t) for _, t, _ in known])
    labels = np.array([int(completion != "accomplished") for _, _, completion in known])
    reports = np.unique([r for r, _, _ in known], return_inverse=True)[1]
    bounds, scores = [], []
    for seed in range(9):
        held = np.zeros(len(labels))
        for some, others in StratifiedGroupKFold(8, shuffle=True, random_state=seed).split(rows, labels, reports):
            weights, bias = line(rows[some], labels[some])
            held[others] = rows[others] @ weights + bias
        tried = np.unique(np.quantile(held, np.linspace(0.8, 0.995, 60)))
        best = max((f1_score(labels, held > t, average="macro"), t) for t in tried)
        scores.append(best[0])
        bounds.append(best[1])
    weights, bias = line(rows, labels)
    np.savez(OUT, weights=weights.astype(np.float32), bias=np.float32(bias - np.median(bounds)))
    print("held-out macro-F1", np.mean(scores).round(4), "bounds", np.round(bounds, 2))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
