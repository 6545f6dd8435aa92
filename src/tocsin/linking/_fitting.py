"""Linking weights fitted to what people decided about pairs of claims: explicit, and never far from what they were."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from tocsin.codebook import Codebook
from tocsin.errors import UsageError
from tocsin.linking._cluster import current_judgements
from tocsin.linking._compare import compare, conflict
from tocsin.linking._copies import lineages
from tocsin.linking._profile import profiles
from tocsin.linking._weights import LinkWeights
from tocsin.records import Claim, Copy, Document, Judgement, content_id

__all__ = ["Fit", "fit_weights"]

FEWEST = 20
"""Judged pairs of either kind below which nothing is fitted: each weight would follow a handful of cases."""

HOLD = 4.0
"""How strongly a weight holds on to what it was: a penalty of HOLD/2 times the squared change, as much as the word of
some eight doubtful pairs. A weight that no pair speaks of stays."""

FOLDS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """Fitted weights, and whether they are worth it.

    `same` and `apart` count the judged pairs; `loss_before` and `loss_after` are the mean negative log likelihood of
    the judgements (lower is better), each pair judged by weights that were fitted without it; `moved` are the weights
    that changed by a twentieth or more, before and after.
    """

    weights: LinkWeights
    same: int
    apart: int
    loss_before: float
    loss_after: float
    moved: Mapping[str, tuple[float, float]]


def fit_weights(
    claims: Mapping[str, Claim],
    documents: Mapping[str, Document],
    copies: Iterable[Copy],
    judgements: Iterable[Judgement],
    weights: LinkWeights,
    codebook: Codebook,
) -> Fit:
    """Fit `weights` to the judgements on pairs: a logistic regression that holds on to what the weights were.

    Pairs that linking never weighs, because a rule forbids them, teach nothing; the rules and the distances stay.

    Raises
    ------
    UsageError
        If fewer than 20 pairs of either kind were judged.
    """
    judged = _judged_pairs(judgements, claims)
    wanted = {claim_id for pair in judged for claim_id in pair}
    lineage = lineages(sorted({claims[i].document_id for i in wanted}), copies)
    known = {p.id: p for p in profiles((claims[i] for i in sorted(wanted)), documents, lineage, codebook)}
    told: list[tuple[tuple[str, ...], bool]] = []
    for (a, b), joined in sorted(judged.items()):
        if known[a].incident and not conflict(known[a], known[b], weights):
            told.append((tuple(reason.name for reason in compare(known[a], known[b], weights)[1]), joined))
    same = sum(joined for _, joined in told)
    apart = len(told) - same
    if min(same, apart) < FEWEST:
        raise UsageError(
            f"{same:,} pairs were judged the same and {apart:,} not; fitting needs {FEWEST} of each "
            "(tocsin review export gives pairs in doubt to judge)"
        )
    names = ("prior", *sorted({name for reasons, _ in told for name in reasons} - {"prior"}))
    table = np.array([[reasons.count(name) for name in names] for reasons, _ in told], dtype=np.float64)
    answers = np.array([1.0 if joined else -1.0 for _, joined in told])
    start = np.array([weights.prior if name == "prior" else weights.of[name] for name in names])
    fitted = _fitted(table, answers, start)
    held_out = np.arange(len(answers)) % FOLDS
    loss = [
        _losses(
            table[held_out == n], answers[held_out == n], _fitted(table[held_out != n], answers[held_out != n], start)
        )
        for n in range(FOLDS)
    ]
    figures = {name: round(float(value), 3) for name, value in zip(names, fitted, strict=True)}
    return Fit(
        weights=_changed(weights, figures),
        same=same,
        apart=apart,
        loss_before=round(float(_losses(table, answers, start).mean()), 4),
        loss_after=round(float(np.concatenate(loss).mean()), 4),
        moved=_moved(weights, figures),
    )


def _judged_pairs(judgements: Iterable[Judgement], claims: Mapping[str, Claim]) -> dict[tuple[str, str], bool]:
    """Pairs of claims, in alphabetical order, that people said are about one incident, or are not."""
    found: dict[tuple[str, str], bool] = {}
    for judgement in current_judgements(judgements):
        if judgement.field or judgement.verdict not in ("same", "not_same", "part_of"):
            continue
        subjects = sorted({subject for subject in judgement.subjects if subject in claims})
        found.update(dict.fromkeys(combinations(subjects, 2), judgement.verdict == "same"))
    return found


def _losses(
    table: NDArray[np.float64], answers: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Negative log likelihood of each answer (1 or -1)."""
    losses: NDArray[np.float64] = np.logaddexp(0, -answers * (table @ weights))
    return losses


def _fitted(
    table: NDArray[np.float64], answers: NDArray[np.float64], start: NDArray[np.float64]
) -> NDArray[np.float64]:
    def cost(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margins = answers * (table @ weights)
        gradient = table.T @ (-answers / (1 + np.exp(margins))) + HOLD * (weights - start)
        return float(np.logaddexp(0, -margins).sum() + HOLD / 2 * ((weights - start) ** 2).sum()), gradient

    fitted: NDArray[np.float64] = minimize(cost, start, jac=True, method="L-BFGS-B").x
    return fitted


def _changed(weights: LinkWeights, figures: Mapping[str, float]) -> LinkWeights:
    of = {**weights.of, **{name: value for name, value in figures.items() if name != "prior"}}
    mark = content_id("w", *(f"{name}={value}" for name, value in sorted(figures.items())))
    version = f"{weights.version.split('+')[0]}+{mark.removeprefix('w-')[:8]}"
    return replace(weights, version=version, prior=figures["prior"], of=of)


def _moved(weights: LinkWeights, figures: Mapping[str, float]) -> dict[str, tuple[float, float]]:
    before = {**weights.of, "prior": weights.prior}
    return {n: (before[n], value) for n, value in figures.items() if abs(value - before[n]) >= 0.05}
