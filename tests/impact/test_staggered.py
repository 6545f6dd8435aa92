"""ATT(g, t): equal to differences of means, right on average, published results, and refusals."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from tocsin.errors import UsageError
from tocsin.impact import event_study, group_time_effects, make_study

from .making import study

DATA = (
    Path(os.environ.get("TOCSIN_BENCH_DATA") or Path(__file__).parents[3] / "shared" / "data") / "impact" / "mpdta.csv"
)
# Callaway and Sant'Anna's county example, as their package prints it.
PUBLISHED = {
    2004: (-0.0105, -0.0704, -0.1373, -0.1008),
    2006: (0.0065, -0.0028, -0.0046, -0.0412),
    2007: (0.0305, -0.0027, -0.0311, -0.0261),
}


@pytest.mark.bench_data
def test_published_effects_are_reproduced_to_four_decimals() -> None:
    if not DATA.is_file():
        pytest.skip("no measuring data: name its folder in TOCSIN_BENCH_DATA")
    rows = list(csv.DictReader(DATA.read_text().splitlines()))
    counties = make_study(
        [r["countyreal"] for r in rows],
        [int(r["year"]) for r in rows],
        np.array([float(r["lemp"]) for r in rows]),
        [float(r["first.treat"]) for r in rows],
    )
    effects = group_time_effects(counties)
    found: dict[int, list[float]] = {}
    for group, effect in zip(effects.group, effects.effect, strict=True):
        found.setdefault(group, []).append(round(float(effect), 4))
    assert {group: tuple(values) for group, values in found.items()} == PUBLISHED
    dynamic = event_study(effects).overall
    assert round(dynamic.effect, 4) == -0.0772
    assert dynamic.error == pytest.approx(0.0203, abs=0.0005)  # theirs is of a bootstrap


def test_effects_are_differences_of_differences_of_means() -> None:
    made = study(dates=(2, 4))
    effects = group_time_effects(made)
    assert effects.estimand.startswith("ATT(g, t): average effect on incidents")
    for n, (group, period) in enumerate(zip(effects.group, effects.period, strict=True)):
        base = group - 1 if period >= group else period - 1
        change = made.outcome[:, period] - made.outcome[:, base]
        by_hand = change[made.first == group].mean() - change[made.first < 0].mean()
        assert effects.effect[n] == pytest.approx(by_hand)
        spread = sum(change[made.first == g].var() / (made.first == g).sum() for g in (group, -1))
        assert effects.error[n] == pytest.approx(spread**0.5, rel=1e-6)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """Of forty intervals of 95 %, seven that miss would be met once in 300 times."""
    missed = 0
    for seed in range(40):
        found = event_study(group_time_effects(study(units=50, dates=(2, 4), seed=seed))).overall
        missed += not found.low < 1.0 < found.high
    assert missed <= 6


@pytest.mark.parametrize("how", ["dynamic", "group", "calendar", "simple"])
def test_every_average_of_a_constant_effect_is_that_effect(how: str) -> None:
    made = study(dates=(2, 4), noise=1e-6)
    found = event_study(group_time_effects(made), how)
    assert found.overall.effect == pytest.approx(1.0, abs=1e-4)
    assert found.overall.estimand
    assert (found.low <= found.effect).all()
    assert len(found.at) == len(found.effect) == len(found.covariance)


def test_trends_that_part_before_are_found() -> None:
    assert event_study(group_time_effects(study(trend=0.3))).before_p < 0.001
    assert event_study(group_time_effects(study())).before_p > 0.01


def test_not_yet_treated_places_are_controls_too() -> None:
    made = study(treated=60, dates=(2, 3, 5))
    effects = group_time_effects(made, control="not-yet")
    assert max(effects.period) == 4
    assert any("treated last" in caveat for caveat in effects.caveats)
    assert event_study(effects).overall.effect == pytest.approx(1.0, abs=0.2)


def test_a_covariate_that_explains_trends_removes_their_bias() -> None:
    generator = np.random.default_rng(3)
    units, periods = 400, 4
    size = generator.normal(0, 1, units)
    treated = generator.random(units) < 1 / (1 + np.exp(-size))
    unit, period = np.repeat(np.arange(units), periods), np.tile(np.arange(periods), units)
    first = np.where(treated[unit], 2, 0)
    outcome = size[unit] * period + ((first > 0) & (period >= 2)) + generator.normal(0, 0.2, len(unit))
    names = [f"{n:03d}" for n in unit]
    plain = event_study(group_time_effects(make_study(names, period, outcome, first))).overall
    adjusted = event_study(group_time_effects(make_study(names, period, outcome, first, covariates=size[unit]))).overall
    assert plain.effect > 1.5
    assert adjusted.low < 1.0 < adjusted.high


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(UsageError, match="nobody to compare with"):
        group_time_effects(study(treated=60))
    with pytest.raises(UsageError, match="nothing is known of them before"):
        group_time_effects(make_study(["a", "a", "b", "b"], [1, 2, 1, 2], np.arange(4.0), [1, 1, 0, 0]))
    with pytest.raises(UsageError, match="anticipation"):
        group_time_effects(study(dates=(1,)), anticipation=1)
    with pytest.raises(UsageError, match="nothing to judge"):
        group_time_effects(study(treated=0))
    with pytest.raises(UsageError, match="never, not-yet"):
        group_time_effects(study(), control="all")
    with pytest.raises(UsageError, match="dynamic, group"):
        event_study(group_time_effects(study()), "median")


def test_few_places_are_said() -> None:
    effects = group_time_effects(study(treated=3, units=10))
    assert any("Fewer than five places" in caveat for caveat in effects.caveats)
    assert any("Only 7 places never" in caveat for caveat in effects.caveats)
