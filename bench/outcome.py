"""Accomplished or not: does a report say that an incident happened, or only that it was threatened or attempted?

    python bench/outcome.py [--gold FILE.json] [--predictions FILE] [--data FOLDER]

The gold (default: ``muc4/mucsum_dev.json`` of ``--data``) is one JSON object, report → ``[{"instance_id", "document":
[sentence, ...], "template": {"type", "completion", "perpind", "perporg", "target", "victim", "weapon", "date",
"location"}}]``; summaries are not read, nor is ``completion`` for predicting. FILE is an output: JSON lines
``{"instance_id", "completion"}``, the latter ``accomplished`` or ``not accomplished``. The last line printed is one
line of JSON: macro-F1 and the F1 of both classes, or only the number of incidents where the gold has no labels.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tocsin.coding._outcomes import Telling, unaccomplished

ROOT = Path(__file__).parents[1]
SLOTS = {"perpind": "PerpInd", "perporg": "PerpOrg", "target": "Target", "victim": "Victim", "weapon": "Weapon"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--gold", type=Path)
    parser.add_argument("--predictions", type=Path)
    given = parser.parse_args()
    data = given.data or Path(os.environ.get("TOCSIN_BENCH_DATA") or ROOT.parent / "shared" / "data")
    gold = given.gold or data / "muc4" / "mucsum_dev.json"
    reports = json.loads(gold.read_text("utf-8"))
    instances = [(instance, len(told)) for told in reports.values() for instance in told]
    found = [unaccomplished(_telling(instance, count)) for instance, count in instances]
    if given.predictions:
        given.predictions.write_text("".join(_line(i, f) for (i, _), f in zip(instances, found, strict=True)), "utf-8")
    figures: dict[str, float] = {"incidents": len(instances)}
    stated = [instance["template"].get("completion") for instance, _ in instances]
    if all(stated):
        figures |= score([s != "accomplished" for s in stated], found)
    print(json.dumps(figures))


def score(gold: Sequence[bool], found: Sequence[bool]) -> dict[str, float]:
    """Macro-F1 and the F1 of both classes."""
    each = []
    for label in (False, True):
        right = sum(g == f == label for g, f in zip(gold, found, strict=True))
        each.append(2 * right / max(list(gold).count(label) + list(found).count(label), 1))
    return {
        "macro_f1": round(sum(each) / 2, 4),
        "accomplished_f1": round(each[0], 4),
        "other_f1": round(each[1], 4),
        "others": sum(gold),
    }


def _telling(instance: dict[str, Any], count: int) -> Telling:
    template = instance.get("template") or {}
    fillers = {SLOTS.get(slot, slot): words for slot, words in template.items() if isinstance(words, list)}
    return Telling(instance["document"], template.get("type") or "attack", fillers, count)


def _line(instance: dict[str, Any], unaccomplished: bool) -> str:
    told = "not accomplished" if unaccomplished else "accomplished"
    return json.dumps({"instance_id": instance["instance_id"], "completion": told}) + "\n"


if __name__ == "__main__":
    main()
