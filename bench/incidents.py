"""Linking on gold claims of a folder of reports: do claims about one incident come together, and copies of a text?

    python bench/incidents.py --gold DIR [--predictions FILE] [--disputed FILE]

DIR holds ``gold_claims.jsonl``, ``reports.jsonl``, ``copies.jsonl`` and the reports under ``in/``. The linker is given
the gold's fields, so that what is measured is linking alone. The predictions are an output: JSON, claim → cluster. The
file of disputed fields is gold: JSON, incident → names of the event's fields that a reader finds disputed; incidents it
does not name have none. The last line printed is one line of JSON: B³ precision, recall and F1 of incidents (percent),
the share of gold clusters found exactly, precision and recall of copies among the plain texts, translations apart, and
with ``--disputed`` the same of disputed fields when each gold incident's claims are merged.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Set
from datetime import date
from pathlib import Path
from typing import Any, get_args

from tocsin.codebook import Codebook, load_codebook
from tocsin.linking import find_copies, lineages, link, load_weights, merge
from tocsin.records import (
    Actor,
    ActorKind,
    Claim,
    Count,
    Counts,
    DatePrecision,
    Document,
    Participant,
    Place,
    PlacePrecision,
    Span,
    Speaker,
    When,
    text_hash,
)

DATE_PRECISIONS: dict[int, DatePrecision] = {1: "day", 2: "week", 3: "month"}
PLACE_PRECISIONS: dict[int, PlacePrecision] = {1: "settlement", 2: "near", 3: "admin1"}
KINDS: dict[str, ActorKind] = {kind.casefold(): kind for kind in get_args(ActorKind)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--predictions", type=Path)
    parser.add_argument("--disputed", type=Path)
    given = parser.parse_args()
    codebook = load_codebook()
    documents = {r["report"]: _document(r, given.gold) for r in _lines(given.gold / "reports.jsonl")}
    gold: dict[str, str] = {}
    claims = []
    for raw in _lines(given.gold / "gold_claims.jsonl"):
        if not raw.get("none"):
            claim = _claim(raw, documents[raw["report"]], codebook)
            claims.append(claim)
            gold[claim.id] = raw.get("incident_id") or claim.id
    copies = find_copies(documents.values())
    partition = link(claims, documents, copies, [], load_weights(), codebook)
    found = {claim_id: cluster[0] for cluster in partition.clusters for claim_id in cluster}
    if given.predictions:
        given.predictions.write_text(json.dumps(found, indent=1, sort_keys=True), "utf-8")
    pairs = {frozenset((c.document_id, c.origin_id)) for c in copies}
    told = [c for c in _lines(given.gold / "copies.jsonl") if c["kind"] != "translation"]
    wanted = {frozenset((c["a"], c["b"])) for c in told if documents[c["a"]].text and documents[c["b"]].text}
    right = len(pairs & wanted)
    result = b_cubed(gold, found) | {
        "claims": len(claims),
        "incidents": len(set(gold.values())),
        "copies_precision": 100.0 * right / len(pairs) if pairs else 100.0,
        "copies_recall": 100.0 * right / len(wanted) if wanted else 100.0,
    }
    if given.disputed:
        incidents: dict[str, list[Claim]] = defaultdict(list)
        for claim in claims:
            incidents[gold[claim.id]].append(claim)
        lineage = lineages(documents, copies)
        marked = {
            (incident, field)
            for incident, members in incidents.items()
            for field in merge(incident, members, documents, lineage, [], codebook).disputed
        }
        told_disputed = json.loads(given.disputed.read_text("utf-8"))
        result |= f1({(incident, field) for incident, fields in told_disputed.items() for field in fields}, marked)
    print(json.dumps({name: round(value, 2) for name, value in result.items()}))


def b_cubed(gold: Mapping[str, str], found: Mapping[str, str]) -> dict[str, float]:
    """B³ (Bagga and Baldwin 1998) over all claims, singletons included, in percent."""
    gold_size, found_size = Counter(gold.values()), Counter(found.values())
    both = Counter((gold[item], found[item]) for item in gold)
    precision = sum(n * n / found_size[cluster] for (_, cluster), n in both.items()) / len(gold)
    recall = sum(n * n / gold_size[cluster] for (cluster, _), n in both.items()) / len(gold)
    members: dict[str, set[str]] = defaultdict(set)
    for item, cluster in found.items():
        members[cluster].add(item)
    whole = {frozenset(items) for items in members.values()}
    incidents: dict[str, set[str]] = defaultdict(set)
    for item, incident in gold.items():
        incidents[incident].add(item)
    exact = sum(frozenset(items) in whole for items in incidents.values()) / len(incidents)
    f1 = 2 * precision * recall / (precision + recall)
    return {
        "b3_precision": 100 * precision,
        "b3_recall": 100 * recall,
        "b3_f1": 100 * f1,
        "exact_clusters": 100 * exact,
    }


def f1(gold: Set[tuple[str, str]], found: Set[tuple[str, str]]) -> dict[str, float]:
    """Precision, recall and F1 of disputed fields, in percent."""
    right = len(gold & found)
    precision, recall = right / max(1, len(found)), right / max(1, len(gold))
    return {
        "disputed": len(gold),
        "disputed_precision": 100 * precision,
        "disputed_recall": 100 * recall,
        "disputed_f1": 200 * right / max(1, len(gold) + len(found)),
    }


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def _document(raw: Mapping[str, Any], folder: Path) -> Document:
    path = folder / "in" / raw["report"]
    text = path.read_text("utf-8") if path.suffix == ".txt" and path.is_file() else ""
    day = date.fromisoformat(raw["published"][:10]) if raw.get("published") else None
    return Document(raw["report"], raw["form"], text, text_hash(text), published=When(day, day, "day") if day else None)


def _claim(raw: Mapping[str, Any], document: Document, codebook: Codebook) -> Claim:
    label = raw.get("sub_event_type")
    code = codebook.by_label(label).id if label else None
    state = codebook.actors.state(raw.get("country") or "")
    country = state.iso3 if state else ""
    taken = _count(raw.get("detained_or_abducted"))
    abducted = code == "abduction_forced_disappearance"
    number = int(raw["claim_no"])
    # Gold claims have no trigger: their order stands in for it, and a hash of its own keeps wording out of the measure.
    trigger = Span(text_hash(f"{document.id} {number}"), number, number + 1)
    speaker = raw.get("speaker") or ""
    return Claim(
        id=f"{document.id}#{number}",
        document_id=document.id,
        text_hash=trigger.text_hash,
        trigger=trigger,
        code=code,
        modality=raw["modality"],
        background=bool(raw.get("background")),
        participants=tuple(p for side in (1, 2) if (p := _participant(raw, side, country, codebook))),
        when=_when(raw),
        where=_where(raw, country),
        counts=Counts(
            _count(raw.get("deaths")),
            _count(raw.get("injured")),
            None if abducted else taken,
            taken if abducted else None,
        ),
        weapon=raw.get("weapon") or "",
        speaker=Speaker(speaker, "media"),
    )


def _count(raw: Mapping[str, int | None] | None) -> Count | None:
    return Count(raw["low"], raw["best"], raw["high"]) if raw else None


def _participant(raw: Mapping[str, Any], side: int, country: str, codebook: Codebook) -> Participant | None:
    name = raw.get(f"actor{side}")
    if not name or name == "unknown":
        return None
    match = codebook.actors.match(name, country)
    canonical = match.entry_id if match else None
    actor = Actor(name, canonical, match.label if match else name, KINDS.get(raw.get(f"actor{side}_kind") or ""))
    return Participant("initiator" if side == 1 else "target", actor, side)


def _when(raw: Mapping[str, Any]) -> When:
    if not raw.get("date_start"):
        return When()
    start, end = date.fromisoformat(raw["date_start"]), date.fromisoformat(raw["date_end"])
    coarse = (end - start).days > 31
    return When(start, end, "year" if coarse else DATE_PRECISIONS[raw["time_precision"]])


def _where(raw: Mapping[str, Any], country: str) -> tuple[Place, ...]:
    if not raw.get("country"):
        return ()
    admin1 = raw.get("admin1") or ""
    precision = PLACE_PRECISIONS[raw["geo_precision"]] if admin1 or raw.get("location_name") else "country"
    name = raw.get("location_name") or admin1 or raw["country"]
    return (Place(name, "", raw["lat"], raw["lon"], precision, country=country, admin1=admin1),)


if __name__ == "__main__":
    main()
