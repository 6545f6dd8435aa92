"""Integration by windows and taxonomies."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.errors import UsageError
from tocsin.linking.integration import Spots, Windows, great_circle_km, integrate_by_windows
from tocsin.linking.integration._near import near_pairs

Rows = list[tuple[int, int, float, float, int]]
"""First day, length in days, latitude, longitude, category."""

rows = st.lists(
    st.tuples(
        st.integers(0, 10),
        st.sampled_from([0, 0, 0, 2]),
        st.floats(-0.1, 0.1),
        st.floats(179.9, 180.1).map(lambda x: x if x <= 180 else x - 360),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=12,
)


def spots(given: Rows) -> Spots:
    start, length, latitude, longitude, _ = (np.array(column) for column in zip(*given, strict=True))
    return Spots(start, start + length, latitude.astype(float), longitude.astype(float))


def categories(given: Rows) -> tuple[np.ndarray, ...]:
    """Two levels: the category, and whether it is an odd one."""
    category = np.array([row[4] for row in given])
    return (np.column_stack((category, 10 + category % 2)),)


def listed(*lists: Rows) -> list[tuple[Spots, tuple[np.ndarray, ...]]]:
    return [(spots(each), categories(each)) for each in lists]


@given(rows, rows, st.floats(0, 30), st.integers(0, 4))
def test_near_pairs_are_all_that_are_near(one: Rows, other: Rows, km: float, days: int) -> None:
    mine, its = spots(one), spots(other)
    everything = [(n, m) for n in range(len(one)) for m in range(len(other))]
    first, second = (np.array(side) for side in zip(*everything, strict=True))
    kilometres = great_circle_km(
        mine.latitude[first], mine.longitude[first], its.latitude[second], its.longitude[second]
    )
    near = (kilometres <= km) & (np.abs(mine.start[first] - its.start[second]) <= days)
    found = near_pairs(mine, its, km, days)
    assert list(zip(found[0].tolist(), found[1].tolist(), strict=True)) == [
        p for p, yes in zip(everything, near, strict=True) if yes
    ]


@settings(max_examples=60)
@given(st.lists(rows, min_size=2, max_size=4), st.floats(0, 30), st.integers(0, 4), st.sampled_from(["first", "best"]))
def test_nothing_outside_the_windows_is_matched_and_every_row_is_in_one_event(
    lists: list[Rows], km: float, days: int, choose: str
) -> None:
    found = integrate_by_windows(listed(*lists), Windows(km, days, choose))  # type: ignore[arg-type]
    for at, each in enumerate(lists):
        here = found.groups[:, at]
        assert sorted(here[here >= 0].tolist()) == list(range(len(each)))
    for group in found.groups.tolist():
        members = [(at, row) for at, row in enumerate(group) if row >= 0]
        # The row of the earliest list stands for the event.
        start, length, latitude, longitude, category = lists[members[0][0]][members[0][1]]
        for at, row in members[1:]:
            start2, length2, latitude2, longitude2, category2 = lists[at][row]
            assert abs(start - start2) <= days
            assert abs(start + length - start2 - length2) <= days
            assert (length == 0) == (length2 == 0)
            assert category % 2 == category2 % 2
            assert great_circle_km(*(np.array([x]) for x in (latitude, longitude, latitude2, longitude2)))[0] <= km


@given(rows, rows, st.integers(0, 4))
def test_doing_it_twice_changes_nothing(one: Rows, other: Rows, days: int) -> None:
    first, second = (integrate_by_windows(listed(one, other), Windows(10, days)) for _ in range(2))
    assert np.array_equal(first.groups, second.groups)
    assert first.flags == second.flags


def test_the_first_that_fits_is_taken_or_the_one_that_fits_best() -> None:
    one: Rows = [(5, 0, 0.0, 0.0, 0)]
    # The day before, the same category broadly; the same day, exactly.
    other: Rows = [(4, 0, 0.0, 0.0, 2), (5, 0, 0.0, 0.0, 0)]
    first, best = (integrate_by_windows(listed(one, other), Windows(1, 1, how)) for how in ("first", "best"))  # type: ignore[arg-type]
    assert first.groups.tolist() == [[0, 0], [-1, 1]]
    assert best.groups.tolist() == [[0, 1], [-1, 0]]
    assert first.as_integration().links.weights.tolist() == [[-1.0]]
    assert best.as_integration().links.weights.tolist() == [[0.0]]


def test_a_third_list_is_matched_with_the_row_that_stands_for_the_first_two() -> None:
    lists: list[Rows] = [[(1, 0, 0.0, 0.0, 0)], [(2, 0, 0.0, 0.0, 0)], [(3, 0, 0.0, 0.0, 0)]]
    assert integrate_by_windows(listed(*lists), Windows(1, 1)).groups.tolist() == [[0, 0, -1], [-1, -1, 0]]


def test_an_event_beside_an_episode_is_flagged_and_not_matched() -> None:
    found = integrate_by_windows(listed([(1, 3, 0.0, 0.0, 0)], [(2, 0, 0.0, 0.0, 0)]), Windows(1, 1))
    assert len(found.groups) == 2
    assert [(flag.episode, flag.event) for flag in found.flags] == [((0, 0), (1, 0))]


def test_a_category_that_no_taxonomy_has_matches_nothing() -> None:
    given = [(spots([(1, 0, 0.0, 0.0, 0)]), (np.array([[-1, -1]]),))] * 2
    assert len(integrate_by_windows(given, Windows(1, 1)).groups) == 2


@pytest.mark.parametrize(("km", "days"), [(-1.0, 1.0), (1.0, -1.0), (float("nan"), 1.0)])
def test_windows_that_hold_nothing_are_refused(km: float, days: float) -> None:
    with pytest.raises(UsageError, match="holds nothing"):
        Windows(km, days)
