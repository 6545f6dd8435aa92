"""How far people agree who judged the same things: Krippendorff's alpha, and Cohen's kappa for every two of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from tocsin.records import Judgement
from tocsin.review._values import shown_value

__all__ = ["Agreement", "Kappa", "compare_tables", "judged_agreement", "rate"]

FEW = 50
"""Items below which a figure is said to rest on few: with two reviewers, two answers given equally often and an alpha
of .7, the 95 % interval still reaches .2 to either side at 50 (standard error sqrt(p (1 - p) / n) / .5, p = .85)."""

DRAWS = 2_000
"""Resamples of an interval. Measured on 30 items with an alpha of .59 and 20 seeds: the standard deviation of its lower
end is .010, of its upper end .003."""

_SEED = 20240501

Words = Mapping[str, Mapping[str, str]]
"""What each reviewer said, by item and reviewer."""


@dataclass(frozen=True, slots=True)
class Kappa:
    """Cohen's kappa of reviewers `a` and `b` over the `items` that both judged; None where one answer is all there is.

    `same` is the share of items on which they said the same.
    """

    a: str
    b: str
    items: int
    same: float
    kappa: float | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far those agree who judged one kind of thing.

    Attributes
    ----------
    of : str
        ``pairs``, ``claims``, or the field.
    items, reviewers : int
        Things that two or more judged, and by how many in all.
    same : float
        Share of all pairs of words on one thing that are the same, 0 to 1.
    alpha, low, high : float or None
        Krippendorff's alpha for names (1: all agree, 0: as by chance) with its 95 % bootstrap interval over items. None
        where only one answer was ever given: agreement by chance is then certain, and alpha says nothing.
    kappas : tuple of Kappa
    note : str
        What limits it, in a sentence; empty where nothing does.
    """

    of: str
    items: int
    reviewers: int
    same: float
    alpha: float | None
    low: float | None
    high: float | None
    kappas: tuple[Kappa, ...] = ()
    note: str = ""


def judged_agreement(judgements: Iterable[Judgement]) -> tuple[Agreement, ...]:
    """Agreement on pairs, on claims, and on each field, of what two or more reviewers judged.

    Each reviewer's latest word counts, also where another's supersedes it; ``unsure`` is no word. Two corrections are
    the same where their values are.
    """
    latest: dict[tuple[str, frozenset[str], str, str], Judgement] = {}
    for judgement in sorted(judgements, key=lambda j: (j.made_at, j.id)):
        kind = judgement.field or ("pairs" if len(judgement.subjects) > 1 else "claims")
        latest[kind, frozenset(judgement.subjects), judgement.field, judgement.reviewer] = judgement
    words: dict[str, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    for (kind, subjects, _, reviewer), judgement in latest.items():
        if judgement.verdict != "unsure":
            words[kind][" ".join(sorted(subjects))][reviewer] = _word(judgement)
    found = [rate(kind, words[kind]) for kind in sorted(words, key=lambda k: (k not in ("pairs", "claims"), k))]
    return tuple(agreement for agreement in found if agreement.items)


def _word(judgement: Judgement) -> str:
    if judgement.verdict == "part_of":
        return f"{judgement.subjects[0]} in {judgement.subjects[1]}"
    return f"{judgement.verdict} {shown_value(judgement.value)}".strip()


def compare_tables(
    one: Sequence[Mapping[str, str]], other: Sequence[Mapping[str, str]], names: tuple[str, str]
) -> tuple[tuple[Agreement, ...], tuple[int, int]]:
    """Agreement of two coders by column, over the claims that both tables have by ``claim_id``.

    Returns
    -------
    agreements, alone : tuple of Agreement, (int, int)
        One for each column that both have; and how many claims only the first and only the second table has.

    Examples
    --------
    >>> found, alone = compare_tables(
    ...     [{"claim_id": "c-1", "deaths_best": "3"}, {"claim_id": "c-2", "deaths_best": ""}],
    ...     [{"claim_id": "c-1", "deaths_best": "3"}, {"claim_id": "c-3", "deaths_best": "1"}],
    ...     ("a", "b"),
    ... )
    >>> [(a.of, a.items, a.same) for a in found], alone
    ([('deaths_best', 1, 1.0)], (1, 1))
    """
    first, second = ({row["claim_id"]: row for row in rows if row.get("claim_id")} for rows in (one, other))
    both = sorted(first.keys() & second.keys())
    columns = [
        c for c in dict.fromkeys(k for r in one for k in r) if c not in _NO_CODING and any(c in r for r in other)
    ]
    found = [
        rate(c, {i: {names[0]: first[i].get(c) or _EMPTY, names[1]: second[i].get(c) or _EMPTY} for i in both})
        for c in columns
    ]
    return tuple(a for a in found if a.items), (len(first) - len(both), len(second) - len(both))


_NO_CODING = ("document", "item", "claim_id", "event_id", "score", "evidence", "latitude", "longitude")
_EMPTY = "(empty)"


def rate(of: str, words: Words) -> Agreement:
    """Agreement over the items that two or more judged.

    References
    ----------
    Krippendorff (2019), "Content Analysis", 4th ed., ch. 12 (alpha, for names); Cohen (1960), "A coefficient of
    agreement for nominal scales"; Efron (1979), "Bootstrap methods" (percentile interval, items drawn with return).

    Examples
    --------
    >>> words = {"1": {"a": "yes", "b": "yes"}, "2": {"a": "no", "b": "no"}, "3": {"a": "yes", "b": "no"}}
    >>> found = rate("claims", words)
    >>> found.items, round(found.same, 2), round(found.alpha, 2), round(found.kappas[0].kappa, 2)
    (3, 0.67, 0.44, 0.4)
    """
    shared = {item: said for item, said in words.items() if len(said) > 1}
    reviewers = sorted({reviewer for said in shared.values() for reviewer in said})
    values = sorted({value for said in shared.values() for value in said.values()})
    counts = np.zeros((len(shared), len(values)), dtype=int)
    for line, said in enumerate(shared.values()):
        for value, times in Counter(said.values()).items():
            counts[line, values.index(value)] = times
    low, high = _interval(counts)
    return Agreement(
        of=of,
        items=len(shared),
        reviewers=len(reviewers),
        same=_same(counts),
        alpha=_alpha(counts),
        low=low,
        high=high,
        kappas=tuple(kappa for a, b in combinations(reviewers, 2) if (kappa := _kappa(a, b, shared)) is not None),
        note=_note(len(shared), len(values)),
    )


def _note(items: int, values: int) -> str:
    if values < 2:
        return "everybody gave one and the same answer: agreement by chance is certain, and alpha says nothing"
    return f"few items: read the interval, not the figure ({FEW} or more would narrow it)" if items < FEW else ""


def _same(counts: np.ndarray) -> float:
    """Share of pairs of words on one item that are the same."""
    of_item = counts.sum(axis=1)
    pairs = (of_item * (of_item - 1)).sum()
    return float((counts * (counts - 1)).sum() / pairs) if pairs else 0.0


def _alpha(counts: np.ndarray) -> float | None:
    import krippendorff

    given = counts[:, counts.sum(axis=0) > 0] if counts.size else counts
    if given.shape[0] == 0 or given.shape[1] < 2:
        return None
    return float(krippendorff.alpha(value_counts=given, level_of_measurement="nominal"))


def _interval(counts: np.ndarray) -> tuple[float | None, float | None]:
    """The middle 95 % of alpha over resamples; of those with one answer only, which have none, agreement is whole."""
    if _alpha(counts) is None:
        return None, None
    draw = np.random.default_rng(_SEED)
    drawn = [
        1.0 if (alpha := _alpha(counts[draw.integers(0, len(counts), len(counts))])) is None else alpha
        for _ in range(DRAWS)
    ]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)


def _kappa(a: str, b: str, words: Words) -> Kappa | None:
    both = [(said[a], said[b]) for said in words.values() if a in said and b in said]
    if not both:
        return None
    same = sum(one == other for one, other in both) / len(both)
    ones, others = Counter(one for one, _ in both), Counter(other for _, other in both)
    chance = sum(ones[value] * others[value] for value in ones) / len(both) ** 2
    return Kappa(a, b, len(both), same, None if chance == 1 else (same - chance) / (1 - chance))
