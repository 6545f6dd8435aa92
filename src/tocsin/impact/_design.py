"""The design decides the words: what may be said of a change, and what may not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from tocsin.errors import UsageError
from tocsin.impact._sensitivity import Sensitivity, sensitivity
from tocsin.impact._staggered import Control, Effects, EventStudy, event_study, group_time_effects
from tocsin.impact._study import Study

__all__ = ["Change", "Evaluation", "evaluate"]

# With fewer clusters on either side, cluster-robust errors are far too small (MacKinnon and Webb 2018).
FEWEST_TREATED, FEWEST_CONTROLS = 5, 5


@dataclass(frozen=True, slots=True)
class Change:
    """How one place's outcome differed after, from before. A description."""

    unit: str
    first: str
    before: float
    after: float

    @property
    def change(self) -> float:
        """After less before."""
        return self.after - self.before


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """A study judged: effects where its design allows them, else a description, and the words for either."""

    design: Literal["difference-in-differences", "description"]
    measured: str
    estimand: str
    may_say: str
    """In one sentence, what the study shows."""
    may_not_say: str
    """What it does not show, and why."""
    changes: tuple[Change, ...]
    """Of treated places."""
    comparison: float | None
    """The mean change of untreated places over the same periods; None where there are none."""
    effects: Effects | None
    events: EventStudy | None
    sensitivity: Sensitivity | None
    caveats: tuple[str, ...]


def evaluate(study: Study, *, control: Control = "never", anticipation: int = 0) -> Evaluation:
    """Judge a study by what its design allows, and say in words what may be said.

    With at least five treated places and five to compare them with: effects by difference-in-differences, whether
    groups differed before, and what is left if trends were not parallel. Else: a description of what changed.

    Parameters
    ----------
    study : Study
    control : {'never', 'not-yet'}
    anticipation : int

    Returns
    -------
    Evaluation

    Raises
    ------
    UsageError
        If nobody was treated, or nothing is known of treated places before.

    References
    ----------
    MacKinnon, J. and Webb, M. (2018). The wild bootstrap for few (treated) clusters. *Econometrics Journal* 21.

    Examples
    --------
    >>> import numpy as np
    >>> from tocsin.impact import make_study
    >>> study = make_study(["a", "a", "b", "b"], [1, 2, 1, 2], np.array([5.0, 2, 4, 1]), [2, 2, 2, 2])
    >>> found = evaluate(study)
    >>> found.design, found.may_not_say.split(":")[0]
    ('description', 'That the change was caused by the treatment')
    """
    changes = _changes(study)
    comparison = _comparison(study)
    why = _why_not(study)
    if why:
        return _described(study, changes, comparison, why)
    effects = group_time_effects(study, control=control, anticipation=anticipation)
    events = event_study(effects)
    bounds = sensitivity(events) if min(events.at) < 0 else None
    return Evaluation(
        "difference-in-differences",
        study.measured,
        events.overall.estimand,
        _may_say(events, study),
        _may_not_say(events, bounds),
        changes,
        comparison,
        effects,
        events,
        bounds,
        (*effects.caveats, *(bounds.caveats if bounds else ())),
    )


def _changes(study: Study) -> tuple[Change, ...]:
    if study.treated == 0:
        raise UsageError("nobody had the treatment in these periods: there is nothing to judge")
    found = []
    for unit, first, outcome in zip(study.units, study.first, study.outcome, strict=True):
        if first > 0:
            found.append(
                Change(unit, str(study.periods[first]), float(outcome[:first].mean()), float(outcome[first:].mean()))
            )
    if not found:
        raise UsageError(
            "every treated place had the treatment from the first period on: nothing is known of them before. Add "
            "earlier periods."
        )
    return tuple(found)


def _comparison(study: Study) -> float | None:
    """The mean change of untreated places, before and after each treated place's date."""
    never = study.outcome[study.first < 0]
    dates = study.first[study.first > 0]
    if not len(never):
        return None
    return float(np.mean([never[:, d:].mean() - never[:, :d].mean() for d in dates]))


def _why_not(study: Study) -> str:
    """Why no effect may be estimated; empty where it may."""
    dates = np.unique(study.first[study.first >= 0])
    if study.never == 0 and len(dates) == 1:
        return f"all {len(study.units)} places got it at once, so nobody shows what would have happened without it"
    controls = study.never or int((study.first == study.first.max()).sum())
    treated = len(study.units) - controls
    if treated < FEWEST_TREATED:
        return (
            f"{treated} places were treated: whatever else happened in them cannot be told from the treatment, and the "
            f"error of so few cannot be known (it takes at least {FEWEST_TREATED}, better twenty)"
        )
    if controls < FEWEST_CONTROLS:
        return (
            f"only {controls} places can be compared with: what happened in them by chance would be taken for what "
            f"would have happened everywhere (it takes at least {FEWEST_CONTROLS}, better twenty)"
        )
    return ""


def _described(study: Study, changes: tuple[Change, ...], comparison: float | None, why: str) -> Evaluation:
    before, after = (float(np.mean([getattr(c, side) for c in changes])) for side in ("before", "after"))
    fell = sum(c.change < 0 for c in changes)
    places = "place" if len(changes) == 1 else "places"
    said = (
        f"In {len(changes)} treated {places}, {study.measured} was {before:.4g} on average before and {after:.4g} "
        f"after; it fell in {fell}, and did not in {len(changes) - fell}."
    )
    if comparison is not None:
        said += f" In {study.never} untreated places it changed by {comparison:+.4g} meanwhile."
    return Evaluation(
        "description",
        study.measured,
        f"change in {study.measured} from before to after, in treated places; no effect is estimated",
        said,
        f"That the change was caused by the treatment: {why}. What changes by itself, what was chosen because it was "
        "at its worst, and whatever else happened at the time would look the same.",
        changes,
        comparison,
        None,
        None,
        None,
        ("Places are often chosen for treatment when things are at their worst, and would have got better anyway.",),
    )


def _may_say(events: EventStudy, study: Study) -> str:
    found = events.overall
    interval = f"{found.effect:+.4g} (95 %: {found.low:+.4g} to {found.high:+.4g})"
    if found.low <= 0 <= found.high:
        return (
            f"No effect on {study.measured} is told from none: {interval}. That is not to say that there is none; "
            "effects within the interval cannot be ruled out."
        )
    way = "rose" if found.effect > 0 else "fell"
    return (
        f"{study.measured} {way} in treated places, against what untreated ones would lead one to expect, by "
        f"{interval} on average since the treatment."
    )


def _may_not_say(events: EventStudy, bounds: Sensitivity | None) -> str:
    doubt = "That the treatment caused it, without saying what that rests on: that treated places would else have gone "
    doubt += "the way of the others."
    if np.isnan(events.before_p):
        return f"{doubt} With one period before the treatment, nothing speaks for that or against it."
    if events.before_p < 0.05:
        doubt += f" They did not before the treatment (p = {events.before_p:.2g}), which speaks against it."
    else:
        doubt += f" Before the treatment no difference was told (p = {events.before_p:.2g}), which does not prove it."
    return f"{doubt} {bounds.words}" if bounds else doubt
