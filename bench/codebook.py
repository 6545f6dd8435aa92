"""How well the codebook's own examples are told apart by those who have not seen them.

    python bench/codebook.py [--gold CODEBOOK] [--predictions FILE]

Each fifth of the examples, near misses and sentences of no event is held out in turn and told by a classifier that
was taught the rest. ``--gold`` is a layer on the core codebook. FILE is an output: TSV of text, code and what it was
told as. The last line printed is one line of JSON: accuracy, and F1 by code averaged plainly and by size, with "no
event" as a code of its own.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path

from tocsin.codebook import load_codebook
from tocsin.coding import tell_held_out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path)
    parser.add_argument("--predictions", type=Path)
    given = parser.parse_args()
    told = tell_held_out(load_codebook(given.gold))
    if given.predictions:
        lines = (f"{t.text}\t{t.code or ''}\t{t.told or ''}\n" for t in told)
        given.predictions.write_text("".join(lines), "utf-8")
    sizes = Counter(t.code for t in told)
    answers = Counter(t.told for t in told)
    right = Counter(t.code for t in told if t.code == t.told)
    f1 = {code: 2 * right[code] / (sizes[code] + answers[code]) for code in sizes}
    figures = {
        "examples": len(told),
        "codes": len(sizes),
        "accuracy": round(sum(right.values()) / len(told), 4),
        "macro_f1": round(sum(f1.values()) / len(f1), 4),
        "weighted_f1": round(sum(f1[code] * n for code, n in sizes.items()) / len(told), 4),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
