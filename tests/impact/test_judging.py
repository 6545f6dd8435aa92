"""Words that the design allows, bounds, power and spillovers."""

from __future__ import annotations

import numpy as np
import pytest

from tocsin.errors import UsageError
from tocsin.impact import evaluate, event_study, group_time_effects, make_study, power, sensitivity, spillover

from .making import study


def test_before_and_after_in_three_places_is_a_description_and_says_why() -> None:
    found = evaluate(study(units=3, treated=3))
    assert found.design == "description"
    assert found.effects is None
    assert found.events is None
    assert "no effect is estimated" in found.estimand
    assert found.may_not_say.startswith("That the change was caused by the treatment: all 3 places got it at once")
    assert "caused" not in found.may_say
    assert len(found.changes) == 3


def test_few_treated_or_few_controls_are_described_beside_the_others() -> None:
    few = evaluate(study(units=30, treated=3))
    assert few.design == "description"
    assert "3 places were treated" in few.may_not_say
    assert few.comparison is not None
    assert "untreated places it changed by" in few.may_say
    assert "only 2 places can be compared with" in evaluate(study(units=12, treated=10)).may_not_say


def test_a_study_that_allows_it_gives_an_effect_with_what_it_rests_on() -> None:
    found = evaluate(study(dates=(2, 4)))
    assert found.design == "difference-in-differences"
    assert found.events is not None
    assert found.sensitivity is not None
    assert found.may_say.startswith("incidents rose in treated places")
    assert "without saying what that rests on" in found.may_not_say
    none = evaluate(study(effect=0.0))
    assert "not to say that there is none" in none.may_say
    parted = evaluate(study(trend=0.4))
    assert "speaks against it" in parted.may_not_say


def test_what_was_never_seen_before_or_never_treated_is_refused() -> None:
    with pytest.raises(UsageError, match="from the first period on"):
        evaluate(make_study(["a", "a"], [1, 2], np.arange(2.0), [1, 1]))
    with pytest.raises(UsageError, match="nothing to judge"):
        evaluate(study(treated=0))


def test_bounds_widen_with_violations_and_break_where_they_meet_zero() -> None:
    events = event_study(group_time_effects(study(dates=(3,))))
    found = sensitivity(events, (0, 1, 2))
    assert found.low[0] == found.high[0] == pytest.approx(events.overall.effect)
    assert (np.diff(found.robust_low) < 0).all()
    assert (np.diff(found.robust_high) > 0).all()
    assert found.robust_low[0] == pytest.approx(events.overall.low, abs=0.02)
    part = np.mean([since + 1 for since in events.at if since >= 0])
    assert found.high[1] - found.effect == pytest.approx(found.largest_before * part)
    at_breakdown = sensitivity(events, (found.breakdown,))
    assert at_breakdown.robust_low[0] == pytest.approx(0, abs=0.01)


def test_an_effect_that_is_not_told_breaks_at_once_and_a_trend_is_no_effect() -> None:
    assert sensitivity(event_study(group_time_effects(study(effect=0)))).breakdown == 0
    parted = sensitivity(event_study(group_time_effects(study(effect=0, trend=0.4))))
    assert parted.breakdown < 1
    assert "fragile" in parted.words


def test_bounds_need_a_period_before_and_time_since_treatment() -> None:
    with pytest.raises(UsageError, match="add earlier periods"):
        sensitivity(event_study(group_time_effects(study(dates=(1,)))))
    with pytest.raises(UsageError, match="how='dynamic'"):
        sensitivity(event_study(group_time_effects(study()), "group"))


def test_power_rises_with_the_effect_and_alarms_falsely_about_one_time_in_twenty() -> None:
    history = np.random.default_rng(2).normal(5, 1, (60, 10))
    found = power(history, treated=30, before=5, effects=(0, 0.3, 0.6, 1.2))
    assert (np.diff(found.share) >= 0).all()
    assert found.share[-1] > 0.99
    assert found.false_alarms == pytest.approx(0.05, abs=0.03)
    # By the normal approximation: 2.8 errors, each (1/5 + 1/5) (1/30 + 1/30) under the root.
    assert found.smallest == pytest.approx(2.8 * (0.4 * 2 / 30) ** 0.5, rel=0.2)
    assert power(history, treated=5, before=5).smallest > found.smallest


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"treated": 59}, "two must not"),
        ({"before": 0}, "some on each side"),
        ({"history": np.full((3, 3), np.nan)}, "gaps"),
    ],
)
def test_a_study_that_cannot_be_planned_is_refused(changed: dict[str, object], words: str) -> None:
    planned: dict[str, object] = {"history": np.ones((60, 4)), "treated": 30, "before": 2} | changed
    with pytest.raises(UsageError, match=words):
        power(planned.pop("history"), **planned)


def _displaced(moved: float) -> tuple[object, np.ndarray]:
    """Fifteen treated places, fifteen within 20 km, thirty far away; what the treatment takes, the near ones get."""
    generator = np.random.default_rng(4)
    unit, period = np.repeat(np.arange(60), 5), np.tile(np.arange(5), 60)
    first = np.where(unit < 15, 3, 0)
    after = period >= 3
    outcome = generator.normal(0, 0.3, 300) - 1.0 * ((unit < 15) & after) + moved * ((unit >= 15) & (unit < 30) & after)
    north = np.repeat([0.0, 0.15, 3.0, 4.0], 15)
    return make_study([f"{n:02d}" for n in unit], period, outcome, first, measured="incidents"), north


def test_what_was_displaced_is_found_next_door() -> None:
    made, north = _displaced(0.6)
    found = spillover(made, north, np.zeros(60))
    near, beyond = found.rings
    assert found.treated.effect == pytest.approx(-1, abs=0.2)
    assert near.effect is not None
    assert near.effect.low > 0.2
    assert (near.units, beyond.units, found.far) == (15, 0, 30)
    assert beyond.effect is None
    assert "fewer than two" in beyond.why
    assert "displaced" in found.words
    still, north = _displaced(0.0)
    assert "No ring" in spillover(still, north, np.zeros(60)).words


def test_rings_without_anybody_far_away_are_refused() -> None:
    made, north = _displaced(0.0)
    with pytest.raises(UsageError, match="nobody to compare with"):
        spillover(made, north / 100, np.zeros(60))
    with pytest.raises(UsageError, match="rising kilometres"):
        spillover(made, north, np.zeros(60), (10, 5))
    with pytest.raises(UsageError, match="latitude and a longitude"):
        spillover(made, north[:-1], np.zeros(59))
