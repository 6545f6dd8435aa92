"""What scores were worth where people judged: of what was given 0.8, was it right eight times in ten?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

from tocsin.linking import current_judgements
from tocsin.records import Judgement

__all__ = ["Bin", "Calibration", "calibrate", "wilson"]

BINS = 10
"""Of equal width, as reliability diagrams usually have; empty ones are left out."""


@dataclass(frozen=True, slots=True)
class Bin:
    """The `items` scored from `start` to below `end`: `mean_score`, `share` that was right, and its 95 % interval."""

    start: float
    end: float
    items: int
    mean_score: float
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """How scores of one kind compare with what people found.

    Attributes
    ----------
    of : str
        ``pairs`` (right: one incident), ``claims`` (right: accepted), or the field (right: accepted).
    items, right : int
    mean_score : float
    brier : float
        Mean squared difference of score and outcome: 0 is perfect, .25 is a coin's.
    bins : tuple of Bin
    """

    of: str
    items: int
    right: int
    mean_score: float
    brier: float
    bins: tuple[Bin, ...]


def calibrate(judgements: Iterable[Judgement]) -> tuple[Calibration, ...]:
    """Compare the scores that reviewers were shown with what they decided, by pairs, claims and field.

    The latest word on each thing counts; ``unsure`` is none. What was judged was chosen for being doubtful, so a bin
    says what such a score is worth, and the whole does not say how good the dataset is.

    References
    ----------
    Brier (1950), "Verification of forecasts expressed in terms of probability"; Wilson (1927), "Probable inference".
    """
    found: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for judgement in current_judgements(judgements):
        kind = judgement.field or ("pairs" if len(judgement.subjects) > 1 else "claims")
        if judgement.score_shown is not None and judgement.verdict != "unsure":
            found[kind].append((min(max(judgement.score_shown, 0.0), 1.0), judgement.verdict in ("same", "accept")))
    return tuple(_of(kind, found[kind]) for kind in sorted(found, key=lambda k: (k not in ("pairs", "claims"), k)))


def _of(kind: str, outcomes: list[tuple[float, bool]]) -> Calibration:
    binned: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for score, right in outcomes:
        binned[min(int(score * BINS), BINS - 1)].append((score, right))
    return Calibration(
        of=kind,
        items=len(outcomes),
        right=sum(right for _, right in outcomes),
        mean_score=sum(score for score, _ in outcomes) / len(outcomes),
        brier=sum((score - right) ** 2 for score, right in outcomes) / len(outcomes),
        bins=tuple(_bin(number, binned[number]) for number in sorted(binned)),
    )


def _bin(number: int, outcomes: list[tuple[float, bool]]) -> Bin:
    items, right = len(outcomes), sum(right for _, right in outcomes)
    low, high = wilson(right, items)
    return Bin(number / BINS, (number + 1) / BINS, items, sum(s for s, _ in outcomes) / items, right / items, low, high)


def wilson(right: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927).

    Examples
    --------
    >>> [round(end, 3) for end in wilson(9, 10)], wilson(0, 0)
    ([0.596, 0.982], (0.0, 1.0))
    """
    if not of:
        return 0.0, 1.0
    z = 1.959964
    share, spread = right / of, z * z / of
    middle = (share + spread / 2) / (1 + spread)
    half = sqrt(share * (1 - share) * spread + spread * spread / 4) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)
