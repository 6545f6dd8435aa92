"""What a release of a dataset changed: rows added, removed, moved, recoded, re-dated and re-counted.

Rows are the same by their id; of those left over, by the best match on one day at one place between the same actors,
since releases also give events new ids.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

from tocsin.linking._compare import kilometres

__all__ = ["ChangeKind", "Release", "RowChange", "YearChange", "apply_release", "compare_releases"]

ChangeKind = Literal["renumbered", "moved", "placed", "recoded", "actors", "redated", "recounted", "sourced"]
"""``placed``: its place is named or dated to another precision, at the same point; ``sourced``: sources or notes."""

Row = Mapping[str, Any]

SAME_PLACE_KM = 5.0
"""Rows of two releases that share day and actors but no id, and lie this near, are one event under a new id: releases
correct the point of a village by less, and the next village is farther off."""

_KINDS: dict[ChangeKind, tuple[str, ...]] = {
    "renumbered": ("id",),
    "moved": ("latitude", "longitude"),
    "placed": ("location", "country", "country_name", "admin1", "admin2", "place_precision"),
    "recoded": ("code", "event_type", "sub_event_type", "violence", "civilian_targeting", "aggregate"),
    "actors": ("actor1", "actor1_kind", "actor2", "actor2_kind", "associated"),
    "redated": ("date_start", "date_end", "date_precision"),
    "recounted": ("deaths_low", "deaths_best", "deaths_high", "deaths_civilians", "injured_best"),
    "sourced": ("sources", "source_count", "notes"),
}
_COMPARED = tuple(name for names in _KINDS.values() for name in names)
_WITHOUT_ID = tuple(name for name in _COMPARED if name != "id")


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row before and after; `fields` are the columns that differ, `kinds` what that comes to.

    `km` is how far it moved, None where it did not or one point is unknown.
    """

    before: Row
    after: Row
    fields: tuple[str, ...]
    kinds: tuple[ChangeKind, ...]
    km: float | None = None

    def kind_of(self, field: str) -> ChangeKind:
        """What a change of `field` comes to."""
        return next(kind for kind in self.kinds if field in _KINDS[kind])


@dataclass(frozen=True, slots=True)
class YearChange:
    """Events and deaths of a country and a year, before and after; unknown deaths count as none."""

    country: str
    year: int | None
    events: tuple[int, int]
    deaths_low: tuple[int, int]
    deaths_best: tuple[int, int]
    deaths_high: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Release:
    """What changed between two releases of `rows` before and after.

    Rows are mappings of the columns compared: all the common ones but `dataset` and `row`. `years` are those whose
    figures differ, most deaths more or fewer first.
    """

    rows: tuple[int, int]
    added: tuple[Row, ...]
    removed: tuple[Row, ...]
    changed: tuple[RowChange, ...]
    years: tuple[YearChange, ...]

    def of_kind(self, kind: ChangeKind) -> tuple[RowChange, ...]:
        """The changes of one kind."""
        return tuple(change for change in self.changed if kind in change.kinds)


def compare_releases(old: Any, new: Any) -> Release:
    """Return what `new` changed.

    Parameters
    ----------
    old, new : pyarrow.Table
        In the columns of :data:`tocsin.interfaces.DATASET_COLUMNS`. An id stands in one row of a table at most; rows
        may have none.

    Raises
    ------
    ValueError
        If an id stands in two rows of one table.
    """
    room = _room(old, new)
    same = _pairs(room, _BY_ID)
    changed = _pairs(room, _BY_ID + f" and ({' or '.join(f'o.{c} is distinct from n.{c}' for c in _WITHOUT_ID)})")
    alone = [_left_over(room, "o", {a for a, _ in same}), _left_over(room, "n", {b for _, b in same})]
    removed, added = _without_twins(old, new, *alone)
    renamed = _best_matches(room, removed, added)
    removed = sorted(set(removed) - {a for a, _ in renamed})
    added = sorted(set(added) - {b for _, b in renamed})
    pairs = sorted([*changed, *renamed])
    before, after = _rows(old, [a for a, _ in pairs]), _rows(new, [b for _, b in pairs])
    return Release(
        rows=(old.num_rows, new.num_rows),
        added=_rows(new, added),
        removed=_rows(old, removed),
        changed=tuple(_change(a, b) for a, b in zip(before, after, strict=True)),
        years=_years(room),
    )


def apply_release(rows: Iterable[Row], release: Release) -> list[Row]:
    """Return `rows` of the older release with its changes made: the rows of the newer, in no order.

    Raises
    ------
    ValueError
        If a row that was changed or removed is not there.
    """
    left = Counter(map(_key, rows))
    gone = Counter(map(_key, (*release.removed, *(change.before for change in release.changed))))
    if missing := gone - left:
        raise ValueError(f"the release changes a row that is not there: {dict(next(iter(missing)))}")
    left.subtract(gone)
    left.update(map(_key, (*release.added, *(change.after for change in release.changed))))
    return [dict(key) for key in left.elements()]


def _key(row: Row) -> tuple[tuple[str, Any], ...]:
    return tuple((name, row[name]) for name in _COMPARED)


def _rows(table: Any, positions: Sequence[int]) -> tuple[Row, ...]:
    import pyarrow as pa  # type: ignore[import-untyped]

    return tuple(table.select(list(_COMPARED)).take(pa.array(positions, pa.int64())).to_pylist())


def _change(before: Row, after: Row) -> RowChange:
    fields = tuple(name for name in _COMPARED if before[name] != after[name])
    kinds = tuple(kind for kind in get_args(ChangeKind) if set(fields).intersection(_KINDS[kind]))
    return RowChange(before, after, fields, kinds, _moved(before, after) if "moved" in kinds else None)


def _moved(before: Row, after: Row) -> float | None:
    ends = [row[name] for row in (before, after) for name in ("latitude", "longitude")]
    return None if None in ends else round(kilometres(*ends), 2)


# Pairs ----------------------------------------------------------------------------------------------------------------

_BY_ID = "select o.pos, n.pos from o join n on o.id = n.id where true"
_TWICE = "select id from {side} where id is not null group by id having count(*) > 1 order by id limit 1"

# Degrees of latitude are 111 km; of the rows on one day between the same actors few are left after this.
_ALIKE = """
    select o.pos, n.pos from o join n on o.date_start = n.date_start
        and lower(o.actor1) is not distinct from lower(n.actor1)
        and lower(o.actor2) is not distinct from lower(n.actor2)
    where o.pos in (select pos from gone) and n.pos in (select pos from come) and (
        lower(o.location) = lower(n.location) and o.country is not distinct from n.country
        or 111.2 * sqrt(
            power(o.latitude - n.latitude, 2)
            + power((o.longitude - n.longitude) * cos(radians(o.latitude)), 2)
        ) <= {most}
    )
    order by
        (o.deaths_best is distinct from n.deaths_best)::int + (o.notes is distinct from n.notes)::int
            + (o.deaths_high is distinct from n.deaths_high)::int + (o.location is distinct from n.location)::int,
        coalesce(power(o.latitude - n.latitude, 2) + power(o.longitude - n.longitude, 2), 0), o.pos, n.pos
"""


def _room(old: Any, new: Any) -> Any:
    import duckdb
    import pyarrow as pa

    room = duckdb.connect(":memory:", config={"threads": 1, "temp_directory": ""})
    for side, table in (("o", old), ("n", new)):
        numbered = table.select(list(_COMPARED)).append_column("pos", pa.array(range(table.num_rows), pa.int64()))
        room.register(side, numbered)
        if twice := room.execute(_TWICE.format(side=side)).fetchone():
            raise ValueError(f"the id {twice[0]!r} stands in two rows; an id names one event")
    return room


def _pairs(room: Any, query: str) -> list[tuple[int, int]]:
    return cast(list[tuple[int, int]], room.execute(query).fetchall())


def _left_over(room: Any, side: str, matched: set[int]) -> list[int]:
    everything = room.execute(f"select pos from {side} order by pos").fetchall()
    return [at for (at,) in everything if at not in matched]


def _without_twins(old: Any, new: Any, removed: Sequence[int], added: Sequence[int]) -> tuple[list[int], list[int]]:
    """What is left of rows without a counterpart when those that are wholly alike are paired: rows without ids."""
    waiting: dict[Any, list[int]] = {}
    for at, row in zip(reversed(removed), reversed(_rows(old, removed)), strict=True):
        waiting.setdefault(_key(row), []).append(at)
    left = []
    for at, row in zip(added, _rows(new, added), strict=True):
        if twins := waiting.get(_key(row)):
            twins.pop()
        else:
            left.append(at)
    return sorted(at for twins in waiting.values() for at in twins), left


def _best_matches(room: Any, removed: Sequence[int], added: Sequence[int]) -> list[tuple[int, int]]:
    """Pairs of rows that are one event under another id, the most alike first, each row in one pair at most."""
    if not removed or not added:
        return []
    import pyarrow as pa

    for name, positions in (("gone", removed), ("come", added)):
        room.register(name, pa.table({"pos": pa.array(positions, pa.int64())}))
    found: dict[int, int] = {}
    taken: set[int] = set()
    for one, other in _pairs(room, _ALIKE.format(most=SAME_PLACE_KM)):
        if one not in found and other not in taken:
            found[one] = other
            taken.add(other)
    return sorted(found.items())


# Figures --------------------------------------------------------------------------------------------------------------

_TOTALS = """
    select coalesce(country, country_name, '') as state, year(date_start) as year, max(country_name) as name,
        count(*), coalesce(sum(deaths_low), 0)::bigint, coalesce(sum(deaths_best), 0)::bigint,
        coalesce(sum(deaths_high), 0)::bigint
    from {side} group by state, year
"""


def _years(room: Any) -> tuple[YearChange, ...]:
    names: dict[str, str] = {}
    totals: list[dict[tuple[str, int | None], tuple[int, ...]]] = []
    for side in ("o", "n"):
        rows = room.execute(_TOTALS.format(side=side)).fetchall()
        names |= {state: name for state, _, name, *_ in rows if name}
        totals.append({(state, year): tuple(figures) for state, year, _, *figures in rows})
    found = []
    for state, year in totals[0].keys() | totals[1].keys():
        before, after = (side.get((state, year), (0, 0, 0, 0)) for side in totals)
        if before != after:
            found.append(YearChange(names.get(state, state), year, *zip(before, after, strict=True)))
    return tuple(
        sorted(found, key=lambda y: (-abs(y.deaths_best[1] - y.deaths_best[0]), y.country, y.year is None, y.year or 0))
    )
