"""What a release changed, and that its changes made to the older one give the newer. Rows are invented."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.interfaces import DATASET_COLUMNS, arrow_schema
from tocsin.linking import Release, apply_release, compare_releases

SCHEMA = arrow_schema(DATASET_COLUMNS)
DAY = date(2019, 3, 4)


def row(**cells: Any) -> dict[str, Any]:
    found = dict.fromkeys(DATASET_COLUMNS) | {
        "dataset": "UCDP GED", "id": "1", "actor1": "Government of Chad", "actor2": "Front of the Dunes",
        "date_start": DAY, "date_end": DAY, "date_precision": "day", "location": "Bir Tamra", "country": "TCD",
        "country_name": "Chad", "latitude": 16.5, "longitude": 21.25, "deaths_low": 1, "deaths_best": 2,
        "deaths_high": 3,
    }  # fmt: skip
    return found | cells


def table(*rows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist([r | {"row": at} for at, r in enumerate(rows, 1)], SCHEMA)


def changed(**cells: Any) -> Release:
    return compare_releases(table(row()), table(row(**cells)))


def test_nothing() -> None:
    release = compare_releases(table(row(), row(id="2")), table(row(id="2"), row()))
    assert (release.added, release.removed, release.changed, release.years) == ((), (), (), ())


@pytest.mark.parametrize(
    ("cells", "kinds"),
    [
        ({"latitude": 16.6}, ("moved",)),
        ({"location": "Bir Tamra al-Kabir", "place_precision": "near"}, ("placed",)),
        ({"violence": 3, "actor2": "Civilians"}, ("recoded", "actors")),
        ({"date_end": date(2019, 3, 5)}, ("redated",)),
        ({"deaths_best": 4, "deaths_high": 9}, ("recounted",)),
        ({"notes": "Six", "dataset": "UCDP"}, ("sourced",)),
        ({"longitude": None}, ("moved",)),
    ],
)
def test_kinds_of_changes(cells: dict[str, Any], kinds: tuple[str, ...]) -> None:
    (change,) = changed(**cells).changed
    assert change.kinds == kinds
    assert set(change.fields) == set(cells) - {"dataset"}


def test_how_far_a_row_moved() -> None:
    (change,) = changed(latitude=17.5).changed
    assert change.km == pytest.approx(111.2, abs=0.1)
    assert changed(latitude=None).changed[0].km is None


def test_deaths_by_country_and_year() -> None:
    new = table(
        row(deaths_best=7), row(id="2", date_start=date(2020, 1, 1), deaths_best=40), row(id="3", country="SDN")
    )
    years = compare_releases(table(row(), row(id="9", country="SDN", country_name="Sudan")), new).years
    assert [(y.country, y.year, y.events, y.deaths_best) for y in years] == [
        ("Chad", 2020, (0, 1), (0, 40)),
        ("Chad", 2019, (1, 1), (2, 7)),
    ]


def test_an_event_under_another_id_is_known_by_day_place_and_actors() -> None:
    old = table(row(), row(id="2", date_start=DAY + timedelta(1)))
    new = table(row(id="8", deaths_best=4, latitude=16.51), row(id="9", date_start=DAY + timedelta(7)))
    release = compare_releases(old, new)
    (change,) = release.changed
    assert (change.before["id"], change.after["id"], change.kinds) == ("1", "8", ("renumbered", "moved", "recounted"))
    assert ([r["id"] for r in release.removed], [r["id"] for r in release.added]) == (["2"], ["9"])


@pytest.mark.parametrize(
    "cells", [{"actor2": "Lake Guard"}, {"latitude": 17.5, "location": "Faya"}, {"date_start": DAY + timedelta(1)}]
)
def test_another_event_is_another_event(cells: dict[str, Any]) -> None:
    release = changed(id="8", **cells)
    assert (len(release.removed), len(release.added), release.changed) == (1, 1, ())


def test_of_several_the_most_alike_is_the_same() -> None:
    old = table(row(deaths_best=1), row(id="2", deaths_best=5))
    release = compare_releases(old, table(row(id="8", deaths_best=5), row(id="9", deaths_best=1)))
    assert [(c.before["id"], c.after["id"]) for c in release.changed] == [("1", "9"), ("2", "8")]


def test_rows_without_ids_that_are_alike_are_the_same() -> None:
    old = table(row(id=None), row(id=None), row(id=None, deaths_best=9))
    release = compare_releases(old, table(row(id=None), row(id=None, deaths_best=9)))
    assert (len(release.removed), release.added, release.changed) == (1, (), ())


def test_an_id_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="the id '1' stands in two rows"):
        compare_releases(table(row()), table(row(), row()))


def test_changes_are_made_to_the_release_they_are_of() -> None:
    with pytest.raises(ValueError, match="changes a row that is not there"):
        apply_release([], changed(deaths_best=4))


_CELLS = st.fixed_dictionaries(
    {
        "actor2": st.sampled_from(["Front of the Dunes", "front of the dunes", "Civilians", None]),
        "date_start": st.sampled_from([DAY, DAY + timedelta(1), None]),
        "location": st.sampled_from(["Bir Tamra", "Faya", None]),
        "latitude": st.sampled_from([16.5, 16.51, -3.0, None]),
        "deaths_best": st.sampled_from([0, 2, None]),
        "aggregate": st.sampled_from([True, False, None]),
        "notes": st.sampled_from(["a", "", None]),
    }
)


@st.composite
def releases(draw: st.DrawFn) -> pa.Table:
    ids = draw(st.lists(st.sampled_from("123456"), unique=True))
    ids += draw(st.lists(st.none(), max_size=3))
    return table(*(row(**draw(_CELLS)) | {"id": id} for id in ids))


def multiset(rows: Any) -> Counter[tuple[Any, ...]]:
    return Counter(tuple((k, v) for k, v in sorted(r.items()) if k not in ("dataset", "row")) for r in rows)


@settings(max_examples=80, deadline=None)
@given(releases(), releases())
def test_changes_made_to_the_older_release_give_the_newer(old: pa.Table, new: pa.Table) -> None:
    release = compare_releases(old, new)
    made = apply_release(old.to_pylist(), release)
    assert multiset(made) == multiset(new.to_pylist())
    assert all(change.fields and change.kinds for change in release.changed)


@settings(max_examples=30, deadline=None)
@given(releases(), st.randoms())
def test_a_release_changes_nothing_of_itself(old: pa.Table, random: Any) -> None:
    order = list(range(old.num_rows))
    random.shuffle(order)
    release = compare_releases(old, old.take(pa.array(order, pa.int64())))
    assert (release.added, release.removed, release.changed, release.years) == ((), (), (), ())
