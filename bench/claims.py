"""The whole road on a folder of reports, scored claim by claim against a careful coder's.

    python bench/claims.py --reports FOLDER [--gold FILE_OR_FOLDER] [--predictions OUT.csv] [--gazetteer FILE …]

FOLDER is run as ``tocsin run`` would run it; its ``internal/claims.csv`` is copied to OUT.csv. The gold is
``gold_claims.jsonl`` or the folder that holds it (without ``--reports``, the reports are its ``in/``): one JSON object
a line with the fields of a claim, or ``{"report": …, "none": true}``. A report's key is its file's name, or
``file#item``. Where there are no labels, only the predictions are written. Reports in forms that no source reads yet
are left out of the measure, and named. With ``--gazetteer`` the FILEs are added to the places for this run only, in a
cache of its own, as ``tocsin gazetteer add`` would add them.

Within a report, claims are paired one to one so that agreement is greatest (Kuhn, 1955). A pair is *found* when the
event type agrees and so does a place, date, death toll or actor that the gold states. The last line printed is one
line of JSON:

- ``detect_p``, ``detect_r``, ``detect_f1``: found pairs over predicted and over gold claims;
- ``<field>_f1``: pairs found with the field right, over the mean of predicted and gold claims; ``<field>_acc``: over
  found pairs;
- ``wrong_places``: found pairs whose place is wrong though both have a point; ``wrong_far``: those in another
  first-level division; ``wrong_far_share``: the share of found pairs that they are;
- ``false_event_rate``: the share of claims coded as asserted that are no asserted news of the gold's;
- ``incidents_b3``: B³ F1 (Bagga and Baldwin, 1998) of event ids over found pairs;
- ``not_coded``: documents that the coder could not take; ``left_out``: reports that no source reads.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import os
import re
import shutil
import tempfile
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from rapidfuzz import fuzz
from scipy.optimize import linear_sum_assignment

from tocsin.codebook import load_codebook
from tocsin.interfaces import load_plugins
from tocsin.pipeline import run
from tocsin.places import add_gazetteer, distance_km, open_gazetteer
from tocsin.places._index import index_path

FIELDS = ("type", "modality", "speaker", "actor1", "actor2", "deaths", "injured", "date", "place")
# What a field's agreement is worth when claims are paired: what tells incidents apart counts most.
WORTH = {
    "event": 3.0,
    "type": 2.0,
    "place": 2.0,
    "modality": 1.5,
    "date": 1.5,
    "deaths": 1.5,
    "actor1": 1.0,
    "actor2": 1.0,
    "speaker": 1.0,
    "injured": 0.5,
}
# A pair needs one of these right, where the gold states any.
TELLING = {
    "place": "location_name",
    "date": "date_start",
    "deaths": "deaths",
    "actor1": "actor1",
    "actor2": "actor2",
}
# Kilometres within which a point is right, by the gold's geo precision.
NEAR_KM = {1: 20.0, 2: 60.0, 3: 200.0}
# Names are the same from this token-set similarity (0–100) on.
SAME_NAME = 82.0
# Names of organisations that share no words with their short forms.
SHORT_FORMS = (
    ("islamic state", r"\b(?:isis|isil|daesh|is|islamic state(?: of iraq.*| in .*| group| organi[sz]ation)?)\b"),
    ("syrian democratic forces", r"\b(?:sdf|syrian democratic forces)\b"),
    ("al shabaab", r"\bal[- ]?shabaa?b\b"),
)
NOBODY_KNOWN = re.compile(
    r"(?:unknown|unidentified|unnamed|unspecified)\b.*"
    r"|(?:gunmen|armed men|attackers|assailants|perpetrators)(?: in uniform)?"
)
# A document that speaks for itself: then the speaker is not scored.
OWN_VOICE = {"", "report", "sitrep", "bulletin", "digest", "channel", "field letter", "monitor", "log"}


@dataclass(frozen=True, slots=True)
class Pair:
    """A predicted and a gold claim that are about the same thing, and which fields agree."""

    predicted: Mapping[str, str]
    gold: Mapping[str, Any]
    right: Mapping[str, bool]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=Path)
    parser.add_argument("--gold", type=Path)
    parser.add_argument("--predictions", type=Path)
    parser.add_argument("--gazetteer", type=Path, nargs="+", default=[], metavar="FILE")
    given = parser.parse_args(arguments)
    if given.reports is None and given.gold is None:
        parser.error("name a folder of reports with --reports, or one with labels beside in/ with --gold")
    gold = read_gold(given.gold) if given.gold else {}
    reports = given.reports or next(p for p in (given.gold / "in", given.gold) if p.is_dir())
    readable, left_out = split_readable(gold)
    for report in left_out:
        print(f"left out, no source reads its form yet: {report}")
    with tempfile.TemporaryDirectory() as folder:
        table = given.predictions or Path(folder) / "claims.csv"
        with places_of(given.gazetteer):
            not_coded = predict(reports, table)
        with table.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    figures: dict[str, float | int] = {"predicted": len(rows)}
    if gold:
        figures = score({report: gold[report] for report in readable}, rows)
    print(json.dumps({**figures, "not_coded": not_coded, "left_out": len(left_out)}))


@contextmanager
def places_of(files: Sequence[Path]) -> Iterator[None]:
    """Add `files` to the places in a cache of its own, for as long as this lasts; without files nothing changes."""
    if not files:
        yield
        return
    open_gazetteer()
    bundled = index_path()
    before = os.environ.get("TOCSIN_CACHE")
    with tempfile.TemporaryDirectory() as own:
        (Path(own) / bundled.name).symlink_to(bundled)
        os.environ["TOCSIN_CACHE"] = own
        try:
            add_gazetteer(files, "bench")
            yield
        finally:
            os.environ.pop("TOCSIN_CACHE")
            if before is not None:
                os.environ["TOCSIN_CACHE"] = before


def predict(reports: Path, table: Path) -> int:
    """Run the road on `reports`, leave its claims in `table`, and return how many documents could not be coded."""
    with tempfile.TemporaryDirectory() as folder:
        account = run([reports], Path(folder) / "out")
        table.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(Path(folder) / "out" / "internal" / "claims.csv", table)
    for problem in account.coded.problems:
        print(problem)
    return len(account.coded.problems)


def read_gold(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Gold claims by report, none for a report that has none; empty where there are no labels."""
    file = path / "gold_claims.jsonl" if path.is_dir() else path
    gold: dict[str, list[dict[str, Any]]] = defaultdict(list)
    if file.is_file():
        for line in filter(str.strip, file.read_text(encoding="utf-8").splitlines()):
            claim = json.loads(line)
            gold[claim["report"]] += [] if claim.get("none") else [claim]
    return dict(gold)


def split_readable(reports: Iterable[str]) -> tuple[list[str], list[str]]:
    """Reports whose form a source reads, and the others."""
    forms = {suffix for source in load_plugins("tocsin.sources").values() for suffix in source.suffixes}
    readable: list[str] = []
    left_out: list[str] = []
    for report in sorted(reports):
        (readable if Path(report.split("#")[0]).suffix.lower() in forms else left_out).append(report)
    return readable, left_out


def score(
    gold: Mapping[str, Sequence[Mapping[str, Any]]], predicted: Iterable[Mapping[str, str]]
) -> dict[str, float | int]:
    """The figures of `predicted` claims against `gold` ones; shares are rounded to four places."""
    by_report: dict[str, list[Mapping[str, str]]] = defaultdict(list)
    strays = 0
    for row in predicted:
        report = report_of(row["document"], row.get("item") or "", gold)
        if report is None:
            strays += 1
        else:
            by_report[report].append(row)
    coded = strays + sum(map(len, by_report.values()))
    wanted = sum(map(len, gold.values()))
    asserted = strays + sum(_asserted(row) for rows in by_report.values() for row in rows)
    pairs = [pair for report, rows in by_report.items() for pair in pair_up(rows, gold[report])]
    news = sum(_asserted(p.predicted) and p.gold["modality"] == "asserted" and _as_news(p) for p in pairs)
    precision, recall = len(pairs) / max(coded, 1), len(pairs) / max(wanted, 1)
    figures: dict[str, float | int] = {
        "reports": len(gold),
        "gold": wanted,
        "predicted": coded,
        "found": len(pairs),
        "asserted": asserted,
        "unknown_documents": strays,
        "detect_p": precision,
        "detect_r": recall,
        "detect_f1": _f1(precision, recall),
    }
    for field in FIELDS:
        right = sum(pair.right[field] for pair in pairs)
        figures[f"{field}_f1"] = 2 * right / max(coded + wanted, 1)
        figures[f"{field}_acc"] = right / max(len(pairs), 1)
    figures |= far_off(pairs)
    figures["false_event_rate"] = 1 - news / asserted if asserted else 0.0
    incidents = [
        (pair.predicted.get("event_id") or f"alone {n}", pair.gold["incident_id"])
        for n, pair in enumerate(pairs)
        if pair.gold.get("incident_id")
    ]
    if incidents:
        figures["incidents_b3"] = b_cubed(incidents)
    return {name: round(value, 4) for name, value in figures.items()}


def far_off(pairs: Sequence[Pair]) -> dict[str, float | int]:
    """How many places are wrong, and how many of them in another first-level division than the gold's."""
    wrong = [p for p in pairs if not p.right["place"] and _point(p.predicted) and _point(p.gold)]
    division = open_gazetteer().division
    far = sum(division(*_point(p.predicted)) != division(*_point(p.gold)) for p in wrong)
    return {"wrong_places": len(wrong), "wrong_far": far, "wrong_far_share": far / max(len(pairs), 1)}


def _point(claim: Mapping[str, Any]) -> tuple[float, ...]:
    """(latitude, longitude) of a claim of either side; empty where it has none."""
    keys = ("latitude", "longitude") if "latitude" in claim else ("lat", "lon")
    figures = [_number(str(claim.get(key))) for key in keys]
    return tuple(f for f in figures if f is not None) if None not in figures else ()


def report_of(document: str, item: str, reports: Mapping[str, object]) -> str | None:
    """The key of the report that a row of the claims' table is about; its folder does not matter."""
    parts = document.replace("\\", "/").split("/")
    for start in range(len(parts)):
        name = "/".join(parts[start:])
        for key in (f"{name}#{item.strip()}", name):
            if key in reports:
                return key
    return None


def pair_up(predicted: Sequence[Mapping[str, str]], gold: Sequence[Mapping[str, Any]]) -> list[Pair]:
    """The found pairs of one report."""
    if not predicted or not gold:
        return []
    right = [[compare(p, g) for g in gold] for p in predicted]
    worth = np.array([[sum(WORTH[f] for f, agrees in cell.items() if agrees) for cell in row] for row in right])
    rows, columns = (indices.tolist() for indices in linear_sum_assignment(worth, maximize=True))
    pairs = [Pair(predicted[i], gold[j], right[i][j]) for i, j in zip(rows, columns, strict=True)]
    return [pair for pair in pairs if _found(pair)]


def compare(predicted: Mapping[str, str], gold: Mapping[str, Any]) -> dict[str, bool]:
    """Which fields of two claims agree."""
    types = {(gold["event_type"] or "", gold["sub_event_type"] or "")}
    types |= {(_event_types()[label], label) for label in gold.get("accept") or ()}
    coded = (predicted["event_type"], predicted["sub_event_type"])
    own_voice = plain(gold.get("speaker")) in OWN_VOICE
    return {
        "event": coded[0] in {event for event, _ in types},
        "type": coded in types,
        "modality": _scored_modality(predicted["modality"]) == _scored_modality(gold["modality"]),
        "speaker": own_voice or same_name(predicted.get("speaker"), gold.get("speaker")),
        "actor1": same_actor(predicted.get("actor1"), gold.get("actor1")),
        "actor2": same_actor(predicted.get("actor2"), gold.get("actor2")),
        "deaths": _same_count(predicted.get("deaths_best") or predicted.get("deaths_low"), gold.get("deaths")),
        "injured": _same_count(predicted.get("injured"), gold.get("injured")),
        "date": _same_date(predicted, gold),
        "place": _same_place(predicted, gold),
    }


def plain(name: str | None) -> str:
    """`name` without case, marks and punctuation, in the one form it is compared in."""
    decomposed = unicodedata.normalize("NFKD", name or "").lower()
    words = re.sub(r"[^\w\s]", " ", "".join(c for c in decomposed if not unicodedata.combining(c)))
    for full, forms in SHORT_FORMS:
        words = re.sub(forms, full, words)
    return " ".join(words.split())


def same_name(one: str | None, other: str | None) -> bool:
    """Whether two names are the same but for spelling, or both are missing."""
    a, b = plain(one), plain(other)
    if not a or not b:
        return a == b
    return a in b or b in a or fuzz.token_set_ratio(a, b) >= SAME_NAME


def same_actor(one: str | None, other: str | None) -> bool:
    """As :func:`same_name`; an unidentified perpetrator is the same as none."""
    known = ["" if NOBODY_KNOWN.fullmatch(plain(name)) else name for name in (one, other)]
    return same_name(*known)


def b_cubed(items: Sequence[tuple[Hashable, Hashable]]) -> float:
    """B³ F1 of (predicted, gold) cluster labels, one pair an item."""
    predicted, gold = Counter(p for p, _ in items), Counter(g for _, g in items)
    both = Counter(items).items()
    precision = sum(n * n / predicted[p] for (p, _), n in both) / len(items)
    recall = sum(n * n / gold[g] for (_, g), n in both) / len(items)
    return _f1(precision, recall)


@cache
def _event_types() -> dict[str, str]:
    codebook = load_codebook()
    return {code.label: codebook.event_types[code.event_type].label for code in codebook.codes.values()}


def _asserted(row: Mapping[str, str]) -> bool:
    return row["modality"] in ("", "asserted")


def _as_news(pair: Pair) -> bool:
    # Background is right only under its own date; dated as the news of the day it would be a false event.
    return not pair.gold.get("background") or pair.right["date"]


def _found(pair: Pair) -> bool:
    stated = [field for field, key in TELLING.items() if pair.gold.get(key) is not None]
    return pair.right["event"] and (not stated or any(pair.right[field] for field in stated))


def _scored_modality(modality: str) -> str:
    # The gold has one word for habits and for totals over time.
    return "generic" if modality == "aggregate" else modality


def _number(figure: str | None) -> float | None:
    try:
        return float(figure or "")
    except ValueError:
        return None


def _same_count(predicted: str | None, gold: Mapping[str, float | None] | float | None) -> bool:
    figure = _number(predicted)
    if gold is None or figure is None:
        return gold is None and figure is None
    accepted = (gold.get("best"), gold.get("low")) if isinstance(gold, Mapping) else (gold,)
    return figure in accepted


def _same_date(predicted: Mapping[str, str], gold: Mapping[str, Any]) -> bool:
    mine, theirs = predicted.get("date_start") or None, gold.get("date_start")
    if mine is None or theirs is None:
        return mine is None and theirs is None
    return (mine, predicted.get("date_end") or mine) == (theirs, gold.get("date_end") or theirs)


def _same_place(predicted: Mapping[str, str], gold: Mapping[str, Any]) -> bool:
    if gold.get("lat") is None:
        return same_name(predicted.get("location_name"), gold.get("location_name"))
    latitude, longitude = _number(predicted.get("latitude")), _number(predicted.get("longitude"))
    if latitude is None or longitude is None:
        return False
    distance = distance_km(latitude, longitude, gold["lat"], gold["lon"])
    return math.isfinite(distance) and distance <= NEAR_KM.get(gold.get("geo_precision") or 1, NEAR_KM[1])


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


if __name__ == "__main__":
    main()
