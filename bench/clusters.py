"""Mentions of events grouped across documents, where the mentions themselves are given (ECB+).

    python bench/clusters.py --gold MENTIONS.json [--predictions FILE]

MENTIONS is a JSON list of objects with ``doc_id``, ``m_id``, ``sent_id``, ``full_sentence`` (words apart by blanks),
``left_sentence`` (the words before the mention), ``tokens_str``, ``topic`` and ``coref_chain``. The grouping sees
neither topics nor chains: it sorts documents by their words. FILE is an output: JSON, ``doc_id|m_id`` → group.

The last line printed is one line of JSON, in percent (without topics and chains, ``mentions`` and ``groups``): F1 of
MUC, B³ and CEAFe, their mean ``conll_f1``, and ``baseline_conll_f1``, which groups mentions with the same head lemma
and is told the gold's topic (``baseline_untold_conll_f1`` is not). Singletons count.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench._scores import conll
from tocsin.pipeline.mentions import Mention, group_read, read_mentions, same_lemma


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--predictions", type=Path)
    given = parser.parse_args()
    raw = json.loads(given.gold.read_text("utf-8"))
    read, topics = read_mentions([mention(one) for one in raw])
    found = group_read(read, topics)
    if given.predictions:
        named = {f"{one['doc_id']}|{one['m_id']}": group for one, group in zip(raw, found, strict=True)}
        given.predictions.write_text(json.dumps(named, indent=1), "utf-8")
    if not all("coref_chain" in one and "topic" in one for one in raw):  # no labels: it was for what was found
        print(json.dumps({"mentions": len(raw), "groups": len(set(found))}))
        return
    gold = [one["coref_chain"] for one in raw]
    result: dict[str, float] = {"mentions": len(raw), "chains": len(set(gold)), **conll(gold, found)}
    told = same_lemma(read, [str(one["topic"]) for one in raw])
    result["baseline_conll_f1"] = conll(gold, told)["conll_f1"]
    result["baseline_untold_conll_f1"] = conll(gold, [lemma for lemma, _ in told])["conll_f1"]
    result["gain"] = round(result["conll_f1"] - result["baseline_conll_f1"], 2)
    print(json.dumps(result))


def mention(raw: Mapping[str, Any]) -> Mention:
    """A mention of the file; where its words are not after those said to be before it, they are looked for."""
    words, told = raw["full_sentence"].split(), raw["tokens_str"].split()
    first = len(raw["left_sentence"].split())
    if words[first : first + len(told)] != told:
        first = _found(words, told, first)
    return Mention(raw["doc_id"], int(raw["sent_id"]), tuple(words), first, min(len(words), first + len(told)))


def _found(words: Sequence[str], told: Sequence[str], near: int) -> int:
    """Where `told` stands in `words`; of a mention with words between, its first word."""
    whole = [i for i in range(len(words)) if list(words[i : i + len(told)]) == list(told)]
    begun = [i for i, word in enumerate(words) if word == told[0]]
    return min(whole or begun or [0], key=lambda i: abs(i - near))


if __name__ == "__main__":
    main()
