"""Learn which tagged words are taken and which types of incident are told (``models/roles.json``).

Logistic regressions over what a report says of a candidate as a whole, one for each role and one for types; and the
bounds above which something is taken, each moved in turn to where F1 of templates is greatest on held-out fifths of the
reports. The tagger has learnt its own reports by heart: choose on others.

Needs, beside the project: scikit-learn 1.9. The tagger is the one in ``models/`` (``train/roles.py --export``).

usage: python train/role_choice.py REPORTS.jsonl
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sklearn.linear_model import LogisticRegression

from tocsin.coding import _templates as choosing
from tocsin.coding._role_tagger import INCIDENT_TYPES, ROLES, Tagging, tag_roles

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from bench.templates import _plain, score  # noqa: E402

OUT = ROOT / "src" / "tocsin" / "coding" / "models" / "roles.json"
FOLDS, SEED = 5, 1
TRIED = (0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6)

Report = tuple[dict[str, Any], Tagging, list[choosing.Candidate]]
Choice = dict[str, dict[str, float]]


def regression(rows: Sequence[Mapping[str, float]], labels: Sequence[bool]) -> dict[str, float]:
    """Weights by name of feature, and the bias."""
    names = list(rows[0])
    model = LogisticRegression(C=0.5, max_iter=3000).fit([[row[n] for n in names] for row in rows], labels)
    weights = dict(zip(names, model.coef_[0].tolist(), strict=True)) | {"bias": float(model.intercept_[0])}
    return {name: round(weight, 4) for name, weight in weights.items()}


def learn(reports: Sequence[Report]) -> Choice:
    """The regressions, without bounds."""
    examples: dict[str, tuple[list[dict[str, float]], list[bool]]] = {x: ([], []) for x in (*ROLES, "types")}
    for row, tagging, found in reports:
        for candidate in found:
            named = candidate.mentions[0]
            name = _plain(row["doctext"][named.start : named.end])
            gold = {_plain(m[0]) for t in row["templates"] for e in t[candidate.role] for m in e}
            examples[candidate.role][0].append(choosing.filler_features(candidate, found, tagging))
            examples[candidate.role][1].append(name in gold)
        told = {kind for t in row["templates"] for kind in t["incident_type"].split(" / ")}
        for number, kind in enumerate(INCIDENT_TYPES):
            examples["types"][0].append(choosing.told_features(tagging, found, number))
            examples["types"][1].append(kind in told)
    return {name: regression(rows, labels) for name, (rows, labels) in examples.items()}


def predict(report: Report, choice: Choice) -> list[dict[str, Any]]:
    """The report's templates in the form of the gold."""
    row, tagging, found = report
    return [
        {"incident_type": INCIDENT_TYPES[kind]}
        | {
            role: [[row["doctext"][c.mentions[0].start : c.mentions[0].end]] for c, _ in taken if c.role == role]
            for role in ROLES
        }
        for kind, _, taken in choosing.choose(found, tagging, choice)
    ]


def main(source: Path) -> None:
    rows = [json.loads(line) for line in source.read_text("utf-8").splitlines()]
    taggings = [tag_roles(row["doctext"]) for row in rows]
    reports = [(r, t, choosing.candidates(r["doctext"], t)) for r, t in zip(rows, taggings, strict=True)]
    order = list(range(len(reports)))
    random.Random(SEED).shuffle(order)
    folds = [order[i::FOLDS] for i in range(FOLDS)]
    choices = [learn([reports[i] for f in folds if f is not fold for i in f]) for fold in folds]
    gold = {row["docid"]: row["templates"] for row in rows}

    def held_out(bounds: dict[str, float]) -> float:
        found = {
            rows[i]["docid"]: predict(reports[i], choice | {"bounds": bounds})
            for fold, choice in zip(folds, choices, strict=True)
            for i in fold
        }
        return score(gold, found)["f1"]

    bounds = {"types": 0.2, "share": 0.3} | dict.fromkeys(ROLES, 0.3)
    for _ in range(2):
        for name in bounds:
            bounds[name] = max(TRIED, key=lambda value: (held_out(bounds | {name: value}), -abs(value - bounds[name])))
        print("held-out F1", held_out(bounds), bounds, flush=True)
    OUT.write_text(json.dumps(learn(reports) | {"bounds": bounds}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
