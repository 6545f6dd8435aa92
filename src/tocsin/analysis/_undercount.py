"""What is not reported: several models side by side, because their disagreement is the finding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tocsin.analysis._latent_class import LatentClass, latent_class
from tocsin.analysis._log_linear import LogLinear, chao_lower_bound, log_linear
from tocsin.analysis._overlaps import Overlaps, count_overlaps
from tocsin.analysis._results import Bools

__all__ = ["Undercount", "UndercountEstimate", "undercount"]


@dataclass(frozen=True, slots=True)
class UndercountEstimate:
    """What one model says of the number of cases, named or not."""

    model: str
    total: float
    low: float
    high: float
    """95 %."""
    assumes: str


@dataclass(frozen=True, slots=True, eq=False)
class Undercount:
    """Estimates of the same number by models that assume different things."""

    estimand: str
    overlaps: Overlaps
    estimates: tuple[UndercountEstimate, ...]
    log_linear: tuple[LogLinear, ...]
    latent_class: LatentClass | None
    lowest: float
    highest: float
    """Of the estimates, and not of their intervals."""
    verdict: str
    """What may be said, in one sentence; never one number."""
    caveats: tuple[str, ...]


def undercount(lists: Bools, names: Sequence[str] = (), *, draws: int = 1000, seed: int = 1) -> Undercount:
    """Estimate how many cases there are, named by a list or by none, with several models side by side.

    Independence of the lists; Chao's lower bound; log-linear models with dependence between pairs of lists, and between
    any number of them, each family's best by BIC and its average; and, with three lists or more, a Bayesian
    latent-class model. They assume different things about why lists overlap. Where they disagree, the data do not tell
    which is right.

    Parameters
    ----------
    lists : array of bool or 0 and 1, shape (cases, lists)
        Whether a list names a case.
    names : sequence of str
        Of the lists.
    draws : int
        Of each chain of the latent-class model.
    seed : int
        Of these draws.

    Returns
    -------
    Undercount

    Raises
    ------
    UsageError
        If assumptions plainly fail; see :func:`count_overlaps`.

    References
    ----------
    Manrique-Vallier, D., Ball, P. and Sadinle, M. (2022). Capture-recapture for casualty estimation and beyond: recent
    advances and research directions. *Statistics in the public interest*. Ball, P. et al. (2002). *Killings and refugee
    flow in Kosovo, March - June 1999*. AAAS.

    Examples
    --------
    >>> import numpy as np
    >>> found = undercount(np.array([[1, 1]] * 20 + [[1, 0]] * 30 + [[0, 1]] * 10), ["press", "hospital"])
    >>> [(estimate.model, round(estimate.total)) for estimate in found.estimates]
    [('independence', 75), ("Chao's lower bound", 100)]
    """
    overlaps = count_overlaps(lists, names)
    independent = log_linear(overlaps, "independence")
    estimates = [
        UndercountEstimate(
            "independence",
            independent.best.total,
            independent.profile_low,
            independent.profile_high,
            "no list is more likely to name what another names, and all cases are equally easy to see",
        ),
        UndercountEstimate(
            "Chao's lower bound",
            *chao_lower_bound(overlaps),
            "lists are alike and independent case by case; however much cases differ, there are at least so many",
        ),
    ]
    families: list[LogLinear] = []
    latent = None
    if len(overlaps.lists) > 2:
        families = [log_linear(overlaps, "pairwise")]
        # Of three lists, dependences between any number of them that can be told are those between pairs.
        if len(overlaps.lists) > 3:
            families.append(log_linear(overlaps, "hierarchical"))
        for family in families:
            estimates += _of_family(family)
        latent = latent_class(overlaps, draws=draws, seed=seed)
        if latent.mixes:
            estimates.append(
                UndercountEstimate(
                    "latent classes",
                    latent.total,
                    latent.low,
                    latent.high,
                    "each case is of one of a few kinds, and lists see a kind independently",
                )
            )
    totals = [estimate.total for estimate in estimates]
    return Undercount(
        "cases in the area and time that the lists cover, named by a list or by none",
        overlaps,
        tuple(estimates),
        tuple(families),
        latent,
        min(totals),
        max(totals),
        _verdict(overlaps.cases, min(totals), max(totals)),
        (*overlaps.caveats, *_more(families, latent)),
    )


def _of_family(family: LogLinear) -> list[UndercountEstimate]:
    of = "pairs of lists" if family.family == "pairwise" else "any lists"
    name = "pairs" if family.family == "pairwise" else "all"
    return [
        UndercountEstimate(
            f"log-linear ({name}), best by BIC",
            family.best.total,
            family.profile_low,
            family.profile_high,
            f"dependence between {of}: {family.best.name}",
        ),
        UndercountEstimate(
            f"log-linear ({name}), averaged",
            family.total,
            family.low,
            family.high,
            f"dependence between {of}, {len(family.models)} models by their weight",
        ),
    ]


def _verdict(cases: int, lowest: float, highest: float) -> str:
    known = f"{cases:,} cases are named."
    if highest / lowest < 1.1:
        return f"{known} The models agree on about {lowest:,.0f} to {highest:,.0f} in all, if what they share holds."
    return (
        f"{known} The models say {lowest:,.0f} to {highest:,.0f} in all, by what they assume of the lists; the data "
        "do not tell which assumption is right, so no single number can be given."
    )


def _more(families: Sequence[LogLinear], latent: LatentClass | None) -> list[str]:
    caveats = list(dict.fromkeys(caveat for family in families for caveat in family.caveats))
    if latent is None:
        caveats.append("Two lists cannot show whether they depend on each other; a third would.")
    else:
        caveats += latent.caveats
    return caveats
