"""How many cases no list names: several models, on lists whose estimates are published.

    python bench/undercount.py --gold LISTS.csv [--predictions OUT.json]

LISTS has a column a list and a row a case, 1 where the list names it. OUT is written: every model's estimate, interval
and assumption, the overlap table, and all log-linear models. The last line printed is one line of JSON:

- ``cases``, ``lists``; ``independence``, ``chao``, ``best_bic`` (dependence between pairs of lists), ``averaged``,
  ``best_bic_any`` and ``averaged_any`` (dependence between any number of lists);
- ``latent_class`` with ``latent_low`` and ``latent_high`` (95 %), ``r_hat`` and ``effective`` (draws that the chains
  are worth), ``mixes``; ``seconds``.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

import numpy as np

from tocsin.analysis import Undercount, plain, undercount


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--predictions", type=Path)
    given = parser.parse_args(arguments)
    names, *rows = (row for row in csv.reader(given.gold.read_text("utf-8-sig").splitlines()) if row)
    begun = perf_counter()
    found = undercount(np.array(rows, float), names)
    seconds = perf_counter() - begun
    if given.predictions:
        written = plain(found)
        if written["latent_class"]:
            del written["latent_class"]["draws"]
        given.predictions.write_text(json.dumps(written, indent=1, ensure_ascii=False), "utf-8")
    print(json.dumps(figures(found) | {"seconds": round(seconds, 1)}))


def figures(found: Undercount) -> dict[str, object]:
    """The figures of one set of lists."""
    total = {estimate.model: round(estimate.total, 1) for estimate in found.estimates}
    figures: dict[str, object] = {
        "cases": found.overlaps.cases,
        "lists": len(found.overlaps.lists),
        "independence": total["independence"],
        "chao": total["Chao's lower bound"],
        "best_bic": total.get("log-linear (pairs), best by BIC"),
        "averaged": total.get("log-linear (pairs), averaged"),
        "best_bic_any": total.get("log-linear (all), best by BIC"),
        "averaged_any": total.get("log-linear (all), averaged"),
    }
    if found.latent_class is not None:
        latent = found.latent_class
        figures |= {
            "latent_class": round(latent.total),
            "latent_low": round(latent.low),
            "latent_high": round(latent.high),
            "r_hat": round(latent.r_hat, 4),
            "effective": round(latent.effective),
            "mixes": int(latent.mixes),
        }
    return figures


if __name__ == "__main__":
    main()
