"""Measures of a grouping against a gold one: MUC, B³, CEAFe, their mean (CoNLL), and pairs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

__all__ = ["conll"]

Labels = Sequence[Hashable]


def conll(gold: Labels, found: Labels) -> dict[str, float]:
    """MUC (Vilain 1995), B³ (Bagga and Baldwin 1998), CEAFe (Luo 2005) and their mean F1, in percent.

    Singletons count. `gold` and `found` give each item's group, in the same order.
    """
    both = Counter(zip(gold, found, strict=True))
    of_gold, of_found = Counter(gold), Counter(found)
    total, best = len(gold), _best_alignment(both, of_gold, of_found)
    measured = {
        "muc": (_muc(found, gold), _muc(gold, found)),
        "b3": (
            sum(n * n / of_found[f] for (_, f), n in both.items()) / total,
            sum(n * n / of_gold[g] for (g, _), n in both.items()) / total,
        ),
        "ceafe": (best / len(of_found), best / len(of_gold)),
    }
    result = {f"{name}_f1": round(100 * f1(*value), 2) for name, value in measured.items()}
    pairs = [sum(n * (n - 1) // 2 for n in counted.values()) for counted in (both, of_found, of_gold)]
    result["conll_f1"] = round(100 * sum(f1(*value) for value in measured.values()) / len(measured), 2)
    result["pairwise_f1"] = round(100 * f1(pairs[0] / max(1, pairs[1]), pairs[0] / max(1, pairs[2])), 2)
    return result


def f1(precision: float, recall: float) -> float:
    """Their harmonic mean."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _muc(whole: Labels, cut: Labels) -> float:
    """Share of the links of `whole` that stay when `cut` cuts its groups into pieces."""
    pieces: Mapping[Hashable, set[Hashable]] = defaultdict(set)
    for group, piece in zip(whole, cut, strict=True):
        pieces[group].add(piece)
    links = len(whole) - len(pieces)
    return (len(whole) - sum(map(len, pieces.values()))) / links if links else 0.0


def _best_alignment(
    both: Mapping[tuple[Hashable, Hashable], int], of_gold: Mapping[Hashable, int], of_found: Mapping[Hashable, int]
) -> float:
    """The sum of likenesses 2|K∩R|/(|K|+|R|) of groups matched one to one at best, found part by part."""
    rows, columns = {g: n for n, g in enumerate(of_gold)}, {f: n for n, f in enumerate(of_found)}
    at = [(rows[g], len(rows) + columns[f], 2 * n / (of_gold[g] + of_found[f])) for (g, f), n in both.items()]
    size = len(rows) + len(columns)
    graph = csr_matrix(([1] * len(at), ([a for a, _, _ in at], [b for _, b, _ in at])), shape=(size, size))
    _, part = connected_components(graph, directed=False)
    parts: dict[int, list[tuple[int, int, float]]] = defaultdict(list)
    for edge in at:
        parts[part[edge[0]]].append(edge)
    total = 0.0
    for edges in parts.values():
        here = {a: n for n, a in enumerate(dict.fromkeys(a for a, _, _ in edges))}
        there = {b: n for n, b in enumerate(dict.fromkeys(b for _, b, _ in edges))}
        likeness = np.zeros((len(here), len(there)))
        for a, b, value in edges:
            likeness[here[a], there[b]] = value
        total += likeness[linear_sum_assignment(-likeness)].sum()
    return float(total)
