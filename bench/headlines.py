"""Headlines grouped into the events they report, by text, outlet and day of publication alone.

    python bench/headlines.py --gold LINKS.csv[.gz] [--predictions FILE] [--halves] [--reports N]

LINKS has the columns ``event_id``, ``office``, ``source_date`` (ISO) and ``headline``: a row says that a report tells
of an event. A report is an outlet, a day and a headline; many tell of several events. Grouping puts each report into
one group, so two measures take reports as they are:

- ``pairwise``: a pair of reports belongs together if they share an event, and is found if they share a group;
- ``b3``: B³, where a report's gold neighbours are all that share an event with it;

and ``one_event`` gives both for the reports of just one event, whose gold is a partition. FILE is an output: JSON,
report → group, where a report is ``outlet|day|headline``.

The shipped model was taught by halves, months in turn. With ``--halves`` each report is judged by the half that its
month is not in: that is the measure on the file that the model was taught by. On other files both halves judge.
``--reports`` measures only the first N, which is quicker.

The last line printed is one line of JSON, in percent; without ``event_id`` only ``reports`` and ``groups``.
``baseline_…`` is the grouping of reports of the same day that name the same places, ``alone_b3_f1`` what B³ gives to
grouping nothing at all.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from datetime import date
from io import StringIO
from itertools import combinations
from pathlib import Path

from tocsin.codebook import load_codebook
from tocsin.pipeline.headlines import Headline, HeadlineReader, Read, group_read, same_place_and_day
from tocsin.places import open_gazetteer

Events = frozenset[str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--predictions", type=Path)
    parser.add_argument("--halves", action="store_true")
    parser.add_argument("--reports", type=int)
    given = parser.parse_args()
    headlines, events = links(given.gold)
    headlines, events = headlines[: given.reports], events[: given.reports]
    read = HeadlineReader(load_codebook(), open_gazetteer()).read(headlines)
    found = group_read(read, other_half if given.halves else None)
    if given.predictions:
        named = {f"{h.outlet}|{h.published}|{h.text}": group for h, group in zip(headlines, found, strict=True)}
        given.predictions.write_text(json.dumps(named, indent=1, ensure_ascii=False), "utf-8")
    if not all(events):  # no labels: it was for what was found
        print(json.dumps({"reports": len(read), "groups": len(set(found))}))
        return
    print(json.dumps(figures(read, events, found)))


def links(path: Path) -> tuple[list[Headline], list[Events]]:
    """The reports of a file, and the events of each."""
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8-sig")
    found: dict[Headline, set[str]] = {}
    for row in csv.DictReader(StringIO(text)):
        headline = Headline(row["headline"], row["office"], date.fromisoformat(row["source_date"][:10]))
        found.setdefault(headline, set()).update(filter(None, [row.get("event_id")]))
    return list(found), [frozenset(events) for events in found.values()]


def half(day: int) -> str:
    """Which half of the months a day is in: ``odd`` or ``even``."""
    month = date.fromordinal(day)
    return "odd" if (month.year * 12 + month.month) % 2 else "even"


def other_half(day: int) -> str:
    """The half that a day is not in."""
    return "even" if half(day) == "odd" else "odd"


def figures(read: Sequence[Read], events: Sequence[Events], found: Sequence[int]) -> dict[str, float]:
    """Everything that is measured."""
    baseline = same_place_and_day(read)
    result: dict[str, float] = {"reports": len(read), "events": len(frozenset().union(*events))}
    result |= score(events, found)
    result |= _named("baseline", score(events, baseline))
    result["alone_b3_f1"] = score(events, range(len(read)))["b3_f1"]
    single = [number for number, told in enumerate(events) if len(told) == 1]
    gold = [events[number] for number in single]
    result |= _named("one_event", score(gold, [found[number] for number in single]))
    result |= _named("one_event_baseline", score(gold, [baseline[number] for number in single]))
    result["gain_pairwise"] = round(result["pairwise_f1"] - result["baseline_pairwise_f1"], 2)
    result["gain_b3"] = round(result["b3_f1"] - result["baseline_b3_f1"], 2)
    return result


def score(events: Sequence[Events], found: Sequence[Hashable]) -> dict[str, float]:
    """Pairwise and B³ precision, recall and F1, in percent."""
    of_event: dict[str, list[int]] = defaultdict(list)
    of_group: dict[Hashable, list[int]] = defaultdict(list)
    for number, told in enumerate(events):
        of_group[found[number]].append(number)
        for event in told:
            of_event[event].append(number)
    linked = {pair for members in of_event.values() for pair in combinations(members, 2)}
    right = sum(found[a] == found[b] for a, b in linked)
    grouped = sum(n * (n - 1) // 2 for n in Counter(found).values())
    precision = recall = 0.0
    for number, told in enumerate(events):
        neighbours = {other for event in told for other in of_event[event]}
        group = of_group[found[number]]
        both = len(neighbours.intersection(group))
        precision += both / len(group)
        recall += both / len(neighbours)
    return {
        **_f1("pairwise", right / max(1, grouped), right / max(1, len(linked))),
        **_f1("b3", precision / len(events), recall / len(events)),
    }


def _f1(name: str, precision: float, recall: float) -> dict[str, float]:
    both = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    measured = {"precision": precision, "recall": recall, "f1": both}
    return {f"{name}_{part}": round(100 * value, 2) for part, value in measured.items()}


def _named(prefix: str, measured: dict[str, float], keep: Iterable[str] = ("pairwise_f1", "b3_f1")) -> dict[str, float]:
    return {f"{prefix}_{name}": measured[name] for name in keep}


if __name__ == "__main__":
    main()
