"""How well the type of an event is told from a note of a few sentences, as event tables have them.

    python bench/types.py [--gold FILE] [--predictions FILE] [--codebook FILE]

``--gold`` is a TSV of id, note and, where it is known, the label in the last column (default:
``bench/snippets/dev.tsv``, which was written for this); FILE of ``--predictions`` is an output: TSV of id and label.
Labels are the sub-event types of CASE 2021, task 2, of which each stands for one code; a codebook layer
(``bench/snippets/case2021.toml``) adds the five that are no event of the core codebook, by their examples alone. The
last line printed is one line of JSON, where labels are known: accuracy, macro and weighted F1 over the labels of the
core codebook, or with a layer over all.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path

from tocsin.codebook import load_codebook
from tocsin.coding import TypeTeller

HERE = Path(__file__).parent

LABELS = {
    "abduction_forced_disappearance": "ABDUCT_DISSAP",
    "agreement": "AGREEMENT",
    "air_drone_strike": "AIR_STRIKE",
    "armed_clash": "ARMED_CLASH",
    "arrests": "ARREST",
    "attack": "ATTACK",
    "change_to_group_activity": "CHANGE_TO_GROUP_ACT",
    "chemical_weapon": "CHEM_WEAP",
    "disrupted_weapons_use": "DISR_WEAP",
    "excessive_force_against_protesters": "FORCE_AGAINST_PROTEST",
    "government_regains_territory": "GOV_REGAINS_TERIT",
    "grenade": "GRENADE",
    "headquarters_or_base_established": "HQ_ESTABLISHED",
    "looting_property_destruction": "PROPERTY_DISTRUCT",
    "mob_violence": "MOB_VIOL",
    "non_state_actor_overtakes_territory": "NON_STATE_ACTOR_OVERTAKES_TER",
    "non_violent_transfer_of_territory": "NON_VIOL_TERRIT_TRANSFER",
    "other": "OTHER",
    "peaceful_protest": "PEACE_PROTEST",
    "protest_with_intervention": "PROTEST_WITH_INTER",
    "remote_explosive_landmine_ied": "REM_EXPLOS",
    "sexual_violence": "SEX_VIOL",
    "shelling_artillery_missile_attack": "ART_MISS_ATTACK",
    "suicide_bomb": "SUIC_BOMB",
    "violent_demonstration": "VIOL_DEMONSTR",
}
"""Code to label. A code that is not here is written by its id in capitals."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, default=HERE / "snippets" / "dev.tsv")
    parser.add_argument("--predictions", type=Path)
    parser.add_argument("--codebook", type=Path)
    given = parser.parse_args()
    rows = [line.split("\t") for line in given.gold.read_text("utf-8").splitlines() if line.strip()]
    if rows[0][0] == "id":
        del rows[0]
    teller = TypeTeller(load_codebook(given.codebook))
    told = [LABELS.get(code, code.upper()) for code in teller.codes([row[1] for row in rows])]
    if given.predictions:
        lines = (f"{row[0]}\t{label}\n" for row, label in zip(rows, told, strict=True))
        given.predictions.write_text("".join(lines), "utf-8")
    known = set(LABELS.values()) if given.codebook is None else {row[2] for row in rows if len(row) > 2}
    pairs = [(row[2].strip(), label) for row, label in zip(rows, told, strict=True) if len(row) > 2]
    pairs = [(gold, label) for gold, label in pairs if gold in known]
    if pairs:
        print(json.dumps(figures(pairs)))


def figures(pairs: list[tuple[str, str]]) -> dict[str, float]:
    """Accuracy, and F1 by label averaged plainly and by how often each occurs, of (gold, told) `pairs`."""
    sizes, answers = Counter(g for g, _ in pairs), Counter(t for _, t in pairs)
    right = Counter(g for g, t in pairs if g == t)
    f1 = {label: 2 * right[label] / (sizes[label] + answers[label]) for label in sizes}
    return {
        "notes": len(pairs),
        "labels": len(sizes),
        "accuracy": round(sum(right.values()) / len(pairs), 4),
        "macro_f1": round(sum(f1.values()) / len(f1), 4),
        "weighted_f1": round(sum(f1[label] * n for label, n in sizes.items()) / len(pairs), 4),
    }


if __name__ == "__main__":
    main()
