"""Whole reports to incident templates: type, perpetrators, organisations, targets, victims and weapons.

    python bench/templates.py --gold FILE.jsonl [--predictions FILE]

The gold has one report a line: ``{"docid", "doctext", "templates": [{"incident_type", role: [[mention, ...], ...]}]}``,
a mention being words or ``[words, offset]``. FILE is an output, in the same form without the text and with one mention
a filler. Where the gold has no templates, only the predictions are written.

The measure is that of Du, Rush and Cardie (2021). Templates of a report are paired one to one, only where the predicted
type is among the gold's words for it, so that the report's F1 is greatest. In a pair the type is a hit, and a filler is
one when its words are those of a mention of one gold filler of that role, case, punctuation and articles aside. What is
not paired is wrong or missing. The last line printed is one line of JSON: micro precision, recall and F1 (percent),
and the F1 of types and of each role.
"""

from __future__ import annotations

import argparse
import json
import string
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tocsin.coding import templates
from tocsin.records import Document, Part, text_hash

ROLES = ("PerpInd", "PerpOrg", "Target", "Victim", "Weapon")
SLOTS = ("incident_type", *ROLES)
_PUNCTUATION = str.maketrans("", "", string.punctuation)


@dataclass(frozen=True, slots=True)
class Template:
    """A type, and for each role its fillers, each with all the words for it."""

    kind: str
    fillers: tuple[tuple[frozenset[str], ...], ...]

    @property
    def size(self) -> int:
        """How many things it says."""
        return 1 + sum(map(len, self.fillers))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--predictions", type=Path)
    given = parser.parse_args()
    rows = [json.loads(line) for line in given.gold.read_text("utf-8").splitlines() if line.strip()]
    begun = time.perf_counter()
    predicted = {row["docid"]: fill(row["docid"], row["doctext"]) for row in rows}
    seconds = time.perf_counter() - begun
    if given.predictions:
        lines = (json.dumps({"docid": key, "templates": value}) + "\n" for key, value in predicted.items())
        given.predictions.write_text("".join(lines), "utf-8")
    figures: dict[str, float] = {"documents": len(rows), "seconds": round(seconds, 1)}
    if all("templates" in row for row in rows):
        gold = {row["docid"]: row["templates"] for row in rows}
        figures |= score(gold, predicted)
    print(json.dumps(figures))


def fill(name: str, text: str) -> list[dict[str, Any]]:
    """The templates of a report."""
    document = Document(name, "text", text, text_hash(text), parts=(Part("paragraph", 0, len(text)),))
    return [
        {"incident_type": t.incident_type} | {role: [[f.text] for f in t.fillers.get(role, ())] for role in ROLES}
        for t in templates(document)
    ]


def score(gold: Mapping[str, Sequence[Any]], predicted: Mapping[str, Sequence[Any]]) -> dict[str, float]:
    """Micro precision, recall and F1 in percent, of all slots and of each."""
    totals = {slot: [0, 0, 0, 0] for slot in SLOTS}  # right, predicted, recalled, gold
    for key, golden in gold.items():
        theirs, ours = list(dict.fromkeys(map(_template, golden))), list(map(_template, predicted[key]))
        for side, listed in ((1, ours), (3, theirs)):
            for template in listed:
                totals["incident_type"][side] += 1
                for role, fillers in zip(ROLES, template.fillers, strict=True):
                    totals[role][side] += len(fillers)
        for one, other in align(ours, theirs):
            for slot, (right, recalled) in zip(SLOTS, hits(one, other), strict=True):
                totals[slot][0] += right
                totals[slot][2] += recalled
    all_slots = [sum(t[i] for t in totals.values()) for i in range(4)]
    figures = {
        "p": _percent(all_slots[0], all_slots[1]),
        "r": _percent(all_slots[2], all_slots[3]),
        "f1": round(100 * _f1(*all_slots), 2),
        "gold": all_slots[3],
        "predicted": all_slots[1],
    }
    return figures | {f"{slot}_f1": round(100 * _f1(*total), 2) for slot, total in totals.items()}


def hits(ours: Template, theirs: Template) -> list[tuple[int, int]]:
    """For the type and each role: how many predicted fillers are right, how many gold ones are found."""
    out = [(1, 1)]
    for found, wanted in zip(ours.fillers, theirs.fillers, strict=True):
        right = sum(any(f <= w for w in wanted) for f in found)
        out.append((right, sum(any(f <= w for f in found) for w in wanted)))
    return out


def align(ours: Sequence[Template], theirs: Sequence[Template]) -> list[tuple[Template, Template]]:
    """The pairing with the highest F1 of the report, by all pairings of which no other is better in both counts."""
    said, wanted = sum(t.size for t in ours), sum(t.size for t in theirs)
    fronts: dict[int, list[_State]] = {0: [(0, 0, ())]}
    for mine in ours:
        after = {taken: list(states) for taken, states in fronts.items()}
        for taken, states in fronts.items():
            for number, other in enumerate(theirs):
                if taken >> number & 1 or mine.kind not in other.kind:
                    continue
                right, found = (sum(x) for x in zip(*hits(mine, other), strict=True))
                after.setdefault(taken | 1 << number, []).extend(
                    (p + right, r + found, (*pairs, (mine, other))) for p, r, pairs in states
                )
        fronts = {taken: _undominated(states) for taken, states in after.items()}
    best = max(
        (state for states in fronts.values() for state in states),
        key=lambda s: (_f1(s[0], said, s[1], wanted), s[0] + s[1]),
    )
    return list(best[2])


_State = tuple[int, int, tuple[tuple[Template, Template], ...]]


def _undominated(states: Iterable[_State]) -> list[_State]:
    best: list[_State] = []
    for state in sorted(states, key=lambda s: (-s[0], -s[1])):
        if not best or state[1] > best[-1][1]:
            best.append(state)
    return best


def _template(raw: Mapping[str, Any]) -> Template:
    return Template(raw["incident_type"], tuple(_fillers(raw.get(role) or ()) for role in ROLES))


def _fillers(raw: Iterable[Any]) -> tuple[frozenset[str], ...]:
    named = ([e] if isinstance(e, str) else e for e in raw)
    return tuple(frozenset(_plain(m if isinstance(m, str) else m[0]) for m in e) for e in named if e)


def _plain(words: str) -> str:
    kept = words.lower().translate(_PUNCTUATION).split()
    return " ".join(w for w in kept if w not in ("a", "an", "the"))


def _f1(right: int, said: int, found: int, wanted: int) -> float:
    precision, recall = right / said if said else 0.0, found / wanted if wanted else 0.0
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 2) if whole else 0.0


if __name__ == "__main__":
    main()
