"""Statements about numbers, read and checked against a dataset, beside what a person says of them.

    python bench/check.py --data DATASET --gold STATEMENTS.jsonl [--predictions OUT.jsonl]

STATEMENTS are JSON lines: ``statement``, and where it is known ``said`` (a day), ``reading`` (any of ``comparison``,
``threshold``, ``measure``, ``statistic``, ``per``, ``actors``, ``role``, ``areas``, ``kind``, ``first``, ``last``; what
is not given is not judged), ``value`` (the figure by the plain reading, every row counted) and ``verdict``. OUT gets a
line each with what was read, the values of the readings, the verdict, and why; one that cannot be read an ``error``.

The last line printed is one line of JSON: ``read`` and ``read_right``, of ``statements``; ``verdict_right``, of the
``judged`` that were read right and have a verdict; ``value_right``, of the ``valued``.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from tocsin.analysis import Checked, check, event_table, plain
from tocsin.codebook import load_codebook
from tocsin.errors import UsageError


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--predictions", type=Path)
    given = parser.parse_args()
    data, codes = event_table(given.data), load_codebook()
    rows = [json.loads(line) for line in given.gold.read_text("utf-8").splitlines() if line.strip()]
    counts = dict.fromkeys(("statements", "read", "read_right", "judged", "verdict_right", "valued", "value_right"), 0)
    predictions = []
    for row in rows:
        counts["statements"] += 1
        said = date.fromisoformat(row["said"]) if row.get("said") else None
        try:
            checked = check(row["statement"], data, codes, said=said)
        except UsageError as error:
            predictions.append({"statement": row["statement"], "error": str(error)})
            continue
        counts["read"] += 1
        predictions.append(_prediction(checked))
        wrong = _misread(row.get("reading") or {}, predictions[-1]["reading"])
        predictions[-1]["misread"] = wrong
        counts["read_right"] += not wrong
        if row.get("value") is not None:
            counts["valued"] += 1
            counts["value_right"] += predictions[-1]["value"] is not None and _near(
                row["value"], predictions[-1]["value"]
            )
        if row.get("verdict") and not wrong:
            counts["judged"] += 1
            counts["verdict_right"] += row["verdict"] == checked.verdict
    if given.predictions:
        lines = [json.dumps(prediction, ensure_ascii=False) + "\n" for prediction in predictions]
        given.predictions.write_text("".join(lines), "utf-8")
    print(json.dumps(counts))


def _prediction(checked: Checked) -> dict[str, Any]:
    reading = plain(asdict(checked.statement))
    reading["kind"] = checked.statement.kind.name if checked.statement.kind else None
    values = [one.value for one in checked.readings if one.value is not None]
    return {
        "statement": checked.statement.text,
        "reading": reading,
        "verdict": checked.verdict,
        "flips": list(checked.flips),
        "because": checked.because,
        "value": values[0] if values else None,
        "lowest": min(values, default=None),
        "highest": max(values, default=None),
    }


def _misread(gold: dict[str, Any], read: dict[str, Any]) -> list[str]:
    return [name for name, value in gold.items() if not _same(value, read.get(name))]


def _same(gold: Any, read: Any) -> bool:
    if isinstance(gold, list):
        return len(gold) == len(read or ()) and all(
            _alike(a, b) for a, b in zip(sorted(gold), sorted(read), strict=True)
        )
    if isinstance(gold, int | float) and isinstance(read, int | float):
        return float(gold) == float(read)
    return bool(gold == read)


def _alike(one: str, other: str) -> bool:
    """Names of which one is in the other: "Idlib" and "Idlib Governorate"."""
    a, b = one.casefold(), other.casefold()
    return a in b or b in a


def _near(one: float, other: float | None) -> bool:
    return other is not None and abs(one - other) <= 0.005 * max(1.0, abs(one))


if __name__ == "__main__":
    main()
