"""Hot spots, clusters, self-excitation and diffusion: what was put there is found, and chance is not."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.analysis import (
    clustering,
    clustering_page,
    diffusion,
    event_points,
    event_table,
    hot_spots,
    self_excitation,
    space_time_clusters,
)
from tocsin.errors import UsageError

from .invented import write_events


def _scattered(events: int = 300, seed: int = 1) -> tuple[Any, Any]:
    generator = np.random.default_rng(seed)
    return generator.uniform(0, 10, events), generator.uniform(0, 10, events)


def test_a_hot_spot_that_was_put_there_is_found_and_chance_has_few() -> None:
    north, east = _scattered()
    by_chance = hot_spots(north, east)
    assert sum(kind == "hot" for kind in by_chance.kind) <= 0.05 * len(by_chance.kind)
    generator = np.random.default_rng(2)
    found = hot_spots(np.r_[north, generator.normal(3, 0.2, 80)], np.r_[east, generator.normal(7, 0.2, 80)])
    hot = [n for n, kind in enumerate(found.kind) if kind == "hot"]
    assert hot
    assert all(np.hypot(found.latitude[n] - 3, found.longitude[n] - 7) < 2 for n in hot)
    assert found.count.sum() == 380


def test_the_statistic_is_that_of_esda() -> None:
    north, east = _scattered(200, seed=4)
    found = hot_spots(north, east)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what it imports
        from esda.getisord import G_Local
        from libpysal.weights import W

    middles = np.column_stack([found.longitude, found.latitude])
    a, b = np.radians(middles).T[:, :, None], np.radians(middles).T[:, None, :]
    half = np.sin((b[1] - a[1]) / 2) ** 2 + np.cos(a[1]) * np.cos(b[1]) * np.sin((b[0] - a[0]) / 2) ** 2
    near = 2 * 6371 * np.arcsin(np.sqrt(half)) < found.reach
    np.fill_diagonal(near, False)
    weights = W({n: np.flatnonzero(row).tolist() for n, row in enumerate(near)}, silence_warnings=True)
    theirs = G_Local(found.count, weights, transform="B", permutations=0, star=True)
    assert found.z == pytest.approx(theirs.Zs)


def test_too_few_cells_or_no_difference_are_refused() -> None:
    with pytest.raises(UsageError, match="too few to compare"):
        hot_spots(np.array([1.0, 1.1]), np.array([1.0, 1.1]), degrees=2, reach=10)
    with pytest.raises(UsageError, match="cells of 0 degrees"):
        hot_spots(*_scattered(), degrees=0)
    with pytest.raises(UsageError, match="hold the same"):
        hot_spots(*_scattered(), np.zeros(300))


POINTS = st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(0, 20))


@given(st.lists(POINTS, min_size=1, max_size=40))
def test_clusters_have_a_core_and_everybody_in_them_is_near_one(points: list[tuple[int, int, int]]) -> None:
    north, east, days = (np.array(values, float) for values in zip(*points, strict=True))
    found = space_time_clusters(north / 50, east / 50, days, km=5, within=2, least=4)
    assert len(found.label) == len(points)
    assert [c.events for c in found.clusters] == [int((found.label == n).sum()) for n in range(len(found.clusters))]
    assert [c.events for c in found.clusters] == sorted((c.events for c in found.clusters), reverse=True)
    flat = np.column_stack([north, east]) / 50 * 111.19
    near = (np.linalg.norm(flat[:, None] - flat[None], axis=2) < 5.001) & (np.abs(days[:, None] - days[None]) <= 2)
    cores = near.sum(axis=1) >= 4
    for n, label in enumerate(found.label):
        assert (label >= 0) == bool((near[n] & cores).any())


def test_what_is_far_in_space_or_in_time_is_not_one_cluster() -> None:
    north = np.repeat([0.0, 0.0, 5.0], 5)
    days = np.r_[np.arange(5), np.arange(5) + 100, np.arange(5)].astype(float)
    found = space_time_clusters(north, np.zeros(15), days)
    assert found.label.tolist() == [0] * 5 + [1] * 5 + [2] * 5
    with pytest.raises(UsageError, match="take at least 2 events"):
        space_time_clusters(north, np.zeros(15), days, least=1)
    with pytest.raises(UsageError, match="needs a day"):
        space_time_clusters(north, np.zeros(15), days[:3])


def _excited(branching: float, seed: int, days: int = 1500) -> Any:
    """A simulated series: each event brings others, half of them within two days."""
    generator = np.random.default_rng(seed)
    decay, carried, found = 0.5**0.5, 0.0, []
    for day in range(days):
        many = generator.poisson(0.4 + branching * carried)
        carried = decay * carried + (1 - decay) * many
        found += [day] * many
    return np.array(found)


def test_the_branching_ratio_of_simulated_series_is_in_its_interval() -> None:
    """Of twelve intervals of 95 %, four that miss would be met once in 500 times."""
    found = [self_excitation(_excited(0.5, seed), 0, 1499) for seed in range(12)]
    assert sum(not one.low < 0.5 < one.high for one in found) <= 3
    assert all(one.p < 0.001 for one in found)
    assert np.median([one.half_life for one in found]) == pytest.approx(2, rel=0.4)


def test_a_constant_rate_is_not_taken_for_excitation() -> None:
    found = [self_excitation(_excited(0.0, seed), 0, 1499) for seed in range(8)]
    assert sum(one.p < 0.05 for one in found) <= 2
    assert max(one.low for one in found) < 0.1
    with pytest.raises(UsageError, match="at least 50"):
        self_excitation(np.arange(20))


def _contagious(odds: float, seed: int) -> tuple[Any, Any]:
    """Cells in a row, each with a rate of its own; an event next door raises the odds."""
    generator = np.random.default_rng(seed)
    rate, active = generator.normal(-1.5, 1, 60), np.zeros((60, 80), bool)
    for period in range(1, 80):
        before = active[:, period - 1]
        next_door = np.r_[False, before[:-1]] | np.r_[before[1:], False]
        active[:, period] = generator.random(60) < 1 / (1 + np.exp(-(rate + np.log(odds) * next_door)))
    return active, np.column_stack([np.arange(59), np.arange(1, 60)])


def test_diffusion_is_found_where_it_is_and_restless_cells_are_not_taken_for_it() -> None:
    found = diffusion(*_contagious(2.5, 1))
    assert found.low > 1.5
    assert found.odds_ratio == pytest.approx(2.5, rel=0.3)
    none = [diffusion(*_contagious(1.0, seed)) for seed in range(10)]
    assert sum(not one.low < 1 < one.high for one in none) <= 2
    assert found.table.sum() == 60 * 79


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(UsageError, match="at least three"):
        diffusion(np.ones((3, 2), bool), np.array([[0, 1]]))
    with pytest.raises(UsageError, match="nothing to compare"):
        diffusion(np.ones((3, 5), bool), np.array([[0, 1]]))


def test_all_is_measured_and_shown_and_what_is_not_is_said(tmp_path: Path) -> None:
    points = event_points(event_table(write_events(tmp_path / "acled.csv")))
    found = clustering(points, degrees=0.2, reach=30, km=8, within=20, least=3)
    page = clustering_page(found, points, "tocsin hotspots")
    assert found.hot_spots is not None
    assert page.tables[0].title == "Hot spots"
    assert "var(--mark)" in page.charts[0].svg
    few = clustering(points, degrees=9, reach=30)
    assert dict(few.refused)["hot spots"].endswith("at least 30")
    assert any(name == "Not measured: hot spots" for name, _ in clustering_page(few, points).computed)
