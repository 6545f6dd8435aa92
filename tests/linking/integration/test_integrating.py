"""Integration by what is learned from the lists."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.linking.integration.making import Columns, another_account, events, listed, shuffled

from tocsin.errors import UsageError
from tocsin.linking.integration import Integration, Reach, agreement, great_circle_km, integrate, overlaps


class Silent:
    def start(self, what: str, total: int | None, unit: Any = "") -> None: ...

    def advance(self, steps: int = 1) -> None: ...

    def finish(self) -> None: ...


def integrated(*tables: Columns, reach: Reach | None = None) -> Integration:
    lists = [listed(columns, str(n)) for n, columns in enumerate(tables)]
    return integrate(lists, [len(c["id"]) for c in tables], reach or Reach(), Silent())


def named(found: Integration, *tables: Columns) -> set[frozenset[str]]:
    """The ids that are one event."""
    return {
        frozenset(str(tables[at]["id"][row]) for at, row in enumerate(group) if row >= 0)
        for group in found.groups.tolist()
    }


def test_accounts_of_the_same_events_find_each_other() -> None:
    one = events(400, seed=1)
    other, truth = another_account(one, seed=2)
    found = {names for names in named(integrated(one, other), one, other) if len(names) == 2}
    right = sum(frozenset(pair) in found for pair in truth.items())
    assert right / len(found) > 0.9
    assert right / len(truth) > 0.85


def test_a_narrow_reach_takes_matches_away_and_not_what_there_is_to_learn_from() -> None:
    one = events(100, seed=1)
    other, _ = another_account(one, seed=2)
    wide, narrow = integrated(one, other), integrated(one, other, reach=Reach(3, 1))
    assert len(narrow.links) > 0.6 * len(wide.links)
    ours, theirs = (
        {name: table[name][narrow.links.rows[:, side]] for name in ("latitude", "longitude", "date_start")}
        for side, table in enumerate((one, other))
    )
    apart = great_circle_km(ours["latitude"], ours["longitude"], theirs["latitude"], theirs["longitude"])
    assert apart.max() <= 3
    assert abs(ours["date_start"] - theirs["date_start"]).max() <= np.timedelta64(1, "D")


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000), order=st.integers(0, 1000), count=st.integers(2, 80))
def test_neither_the_order_of_rows_nor_that_of_lists_changes_the_outcome(seed: int, order: int, count: int) -> None:
    one = events(count, seed)
    other, _ = another_account(one, seed + 1)
    if not len(other["id"]):
        return
    expected = named(integrated(one, other), one, other)
    mine, its = shuffled(one, order), shuffled(other, order + 1)
    assert named(integrated(mine, its), mine, its) == expected
    assert named(integrated(its, mine), its, mine) == expected


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 1000),
    counts=st.lists(st.integers(1, 60), min_size=2, max_size=4),
    km=st.floats(0.5, 30),
    days=st.integers(0, 5),
)
def test_every_row_is_in_one_event_and_no_list_twice(seed: int, counts: list[int], km: float, days: int) -> None:
    tables = [events(count, seed + n) for n, count in enumerate(counts)]
    found = integrated(*tables, reach=Reach(km, days))
    for at, count in enumerate(counts):
        rows = found.groups[:, at]
        assert sorted(rows[rows >= 0].tolist()) == list(range(count))
    assert sum(len(which) * events for which, events in overlaps(found.groups).items()) == sum(counts)
    for (one, other), (row, row2), probability in zip(
        found.links.lists.tolist(), found.links.rows.tolist(), found.links.probability.tolist(), strict=True
    ):
        mine, its = tables[one], tables[other]
        assert abs((its["date_start"][row2] - mine["date_start"][row]).astype(int)) <= days
        spot = [np.array([c[axis][r]]) for c, r in ((mine, row), (its, row2)) for axis in ("latitude", "longitude")]
        assert great_circle_km(*spot)[0] <= km + 1e-6
        assert 0 < probability <= 1


def test_a_list_beside_itself_is_itself() -> None:
    one = events(150, seed=5, days=200)
    found = integrated(one, one)
    assert (found.groups[:, 0] == found.groups[:, 1]).mean() > 0.95
    assert found.groups.shape[0] <= 155


def test_doing_it_twice_changes_nothing() -> None:
    one = events(100, seed=8)
    other, _ = another_account(one, seed=9)
    first, second = integrated(one, other), integrated(one, other)
    assert np.array_equal(first.groups, second.groups)
    assert np.array_equal(first.links.probability, second.links.probability)


def test_lists_of_other_countries_have_nothing_in_common() -> None:
    one, other = events(50, seed=3), events(50, seed=4)
    other["latitude"] = other["latitude"] + 30
    found = integrated(one, other)
    assert len(found.groups) == 100
    assert not len(found.links)
    assert not found.matched.any()


def test_halves_of_one_list_have_nothing_in_common() -> None:
    """Events of one place and week are beside each other, and are not one."""
    whole = events(1000, seed=41)
    half = np.random.default_rng(1).random(1000) < 0.5
    one, other = ({key: column[side] for key, column in whole.items()} for side in (half, ~half))
    assert len(integrated(one, other).links) < 10


def test_few_in_common_are_found_among_many() -> None:
    whole = events(1500, seed=51, days=200)
    turn = np.random.default_rng(2).random(1500)
    one = {key: column[turn < 0.55] for key, column in whole.items()}
    other, truth = another_account({key: column[turn >= 0.45] for key, column in whole.items()}, seed=52, kept=1.0)
    links = integrated(one, other).links
    right = sum(truth.get(str(one["id"][row])) == str(other["id"][row2]) for row, row2 in links.rows.tolist())
    both = sum(id_ in truth for id_ in one["id"].tolist())
    assert right / len(links) > 0.7
    assert right / both > 0.6


def test_a_row_without_a_day_or_a_point_is_an_event_of_its_own() -> None:
    one = events(20, seed=3)
    other, _ = another_account(one, seed=4)
    one["date_start"] = one["date_start"].copy()
    one["date_start"][0] = np.datetime64("NaT")
    one["latitude"] = one["latitude"].copy()
    one["latitude"][1] = np.nan
    groups = integrated(one, other).groups
    assert (groups[np.isin(groups[:, 0], [0, 1]), 1] == -1).all()


def test_two_that_are_alike_on_both_sides_share_their_probability() -> None:
    """Nothing tells which is which, so neither pair is certain, and no row is in both."""
    one = events(200, seed=11)
    other, truth = another_account(one, seed=12)
    twin = {key: np.concatenate((column, column[:1])) for key, column in one.items()}
    twin["id"][-1] = "twin"
    mate = int(np.flatnonzero(other["id"] == next(iter(truth.values())))[0]) if "a0" in truth else 0
    assert "a0" in truth
    twins = {key: np.concatenate((column, column[mate : mate + 1])) for key, column in other.items()}
    twins["id"][-1] = "mate"
    links = integrated(twin, twins).links
    of_twins = [
        p for (row, _), p in zip(links.rows.tolist(), links.probability.tolist(), strict=True) if row in (0, 200)
    ]
    assert of_twins
    assert max(of_twins) < 0.6


def test_other_names_for_the_same_side_are_learned() -> None:
    """A name that shares no letter with the other comes to count for the match, as it goes with it again and again."""
    one = events(600, seed=21)
    other, _ = another_account(one, seed=22)
    other["actor1"] = np.array(["Zmaj" if name == "Harbour Guard" else name for name in other["actor1"]], object)
    links = integrated(one, other).links
    field = links.fields.index("actors")
    renamed = other["actor1"][links.rows[:, 1]] == "Zmaj"
    assert renamed.sum() > 20
    assert np.median(links.weights[renamed, field]) > 0


def test_one_dataset_is_not_enough() -> None:
    with pytest.raises(UsageError, match="two or more"):
        integrated(events(3, seed=1))


@pytest.mark.parametrize(("km", "days"), [(0, 1), (-1, 1), (float("nan"), 1), (5, -1)])
def test_a_reach_that_holds_nothing_is_refused(km: float, days: int) -> None:
    with pytest.raises(UsageError, match="holds nothing"):
        Reach(km, days)


def test_agreement_is_measured_where_both_sides_say_something() -> None:
    one = events(4, seed=1)
    other = {key: column.copy() for key, column in one.items()}
    other["date_start"] = other["date_start"] + np.array([0, 1, 2, 0])
    other["deaths_best"] = np.array([np.nan, *(one["deaths_best"][1:] + 1)])
    other["actor1"], other["actor2"] = one["actor2"], one["actor1"]
    measured = {(a.field, a.measure): (a.value, a.of) for a in agreement(one, other)}
    assert measured["date", "same first day"] == (0.5, 4)
    assert measured["date", "first days one apart at most"] == (0.75, 4)
    assert measured["deaths", "same figure"] == (0.0, 3)
    assert measured["place", "median distance"] == (0.0, 4)
    assert measured["actors", "same names as written"] == (1.0, 4)


def test_probabilities_mean_what_they_say() -> None:
    right, said = Counter[int](), Counter[int]()
    for seed in range(4):
        one = events(500, seed=100 + seed)
        other, truth = another_account(one, seed=200 + seed)
        links = integrated(one, other).links
        for (row, row2), probability in zip(links.rows.tolist(), links.probability.tolist(), strict=True):
            said[int(probability > 0.9)] += 1
            right[int(probability > 0.9)] += truth.get(str(one["id"][row])) == str(other["id"][row2])
    assert right[1] / said[1] > 0.93
    assert 0.4 < right[0] / said[0] < 0.95
