"""From a dataset's own cells to the columns that all datasets are read into: Arrow in, Arrow out, a block at a time.

What repeats (days, countries, labels) is worked out once for each wording; the rest is computed by the column.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np

from tocsin.codebook import Codebook
from tocsin.interfaces import DATASET_COLUMNS, arrow_schema
from tocsin.sources._dataset_layouts import DatasetLayout, country_names
from tocsin.sources._dates import DayOrder, parse_day
from tocsin.sources._mapping import key_of

__all__ = ["Fault", "Values"]

_MOST_KEPT = 200_000
"""Wordings kept of a kind; a dataset of half a century has fewer days and actors."""
_NOTHING = frozenset({"", "na", "n/a", "nan", "null", "none", "<na>"})
_FIRST_YEAR, _LAST_YEAR = 1800, 2100
_MOST_DEATHS = 10_000_000
"""More in one row than in any event on record: digits that ran together."""
_WEEK = timedelta(days=6)
_TEXTS = (
    "event_type", "sub_event_type", "actor1", "actor2", "location", "country_name", "admin1", "admin2", "sources",
    "notes",
)  # fmt: skip
_COUNTS = ("deaths_low", "deaths_best", "deaths_high", "deaths_civilians", "injured_best", "source_count")
_CODED = ("event_type", "violence", "actor1_kind", "actor2_kind", "place_precision", "civilian_targeting")


@dataclass(frozen=True, slots=True)
class Fault:
    """Why the row at a position of a block is left out: the dataset's column, and what is wrong."""

    at: int
    column: str
    reason: str


@dataclass(slots=True)
class Values:
    """Reads the blocks of one file of a dataset.

    `columns` are the file's, `order` what comes first in days written in figures. Wordings are kept between blocks.
    """

    layout: DatasetLayout
    columns: Sequence[str]
    codebook: Codebook
    order: DayOrder
    _at: dict[str, int] = field(default_factory=dict)
    _kept: dict[str, dict[Any, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        keys = [key_of(c) for c in self.columns]
        self._at = {key: at for at, key in reversed(list(enumerate(keys)))}

    def used(self) -> list[int]:
        """The file's columns that are read, in order."""
        wanted = [c for names in self.layout.columns.values() for c in names]
        wanted += [*self.layout.date_parts, *self.layout.aggregates]
        return sorted({self._at[key_of(c)] for c in wanted if key_of(c) in self._at})

    def missing(self) -> list[str]:
        """The columns that the layout names where it has no other choice, and that are not there."""
        return [
            names[0] for names in self.layout.columns.values() if not any(key_of(name) in self._at for name in names)
        ]

    def read(self, rows: Sequence[int], cells: Sequence[Any]) -> tuple[Any, list[Fault]]:
        """Return the rows as a record batch in the common columns, those at fault among them, and the faults.

        Parameters
        ----------
        rows : sequence of int
            Their numbers.
        cells : sequence of Arrow arrays of strings
            The columns of :meth:`used`.
        """
        return _Reading(self, rows, dict(zip(self.used(), cells, strict=True))).batch()

    def column(self, name: str) -> int | None:
        """Where the file's column is that holds our column `name`, None where there is none."""
        return next((self._at[key_of(c)] for c in self.layout.columns.get(name, ()) if key_of(c) in self._at), None)

    def own(self, name: str) -> int | None:
        """Where the file's own column called `name` is, None where there is none."""
        return self._at.get(key_of(name))

    def each(self, kind: str, values: Any, work: Callable[[Any], Any]) -> list[Any]:
        """What `work` makes of each of `values` (an Arrow array), worked out once for every wording."""
        kept = self._kept.setdefault(kind, {})
        if len(kept) > _MOST_KEPT:
            kept.clear()
        coded = values.dictionary_encode()
        found = []
        for value in coded.dictionary.to_pylist():
            if value not in kept:
                kept[value] = work(value)
            found.append(kept[value])
        return [found[at] if at is not None else None for at in coded.indices.to_pylist()]

    def each_pair(self, kind: str, values: Any, others: Any, work: Callable[[str | None, str], Any]) -> list[Any]:
        """The same for pairs of values."""
        kept = self._kept.setdefault(kind, {})
        pairs = list(zip(values.to_pylist(), others.to_pylist(), strict=True))
        for pair in set(pairs).difference(kept):
            kept[pair] = work(pair[0], pair[1] or "")
        return [kept[pair] for pair in pairs]


class _Reading:
    """One block on its way."""

    def __init__(self, values: Values, rows: Sequence[int], cells: Mapping[int, Any]) -> None:
        self.values = values
        self.layout = values.layout
        self.rows = rows
        self.cells = cells
        self.faults: dict[int, Fault] = {}

    def batch(self) -> tuple[Any, list[Fault]]:
        import pyarrow as pa  # type: ignore[import-untyped]
        from pyarrow import compute as pc

        size = len(self.rows)
        found: dict[str, Any] = {name: self._text(name) for name in _TEXTS}
        found["dataset"] = pa.repeat(pa.scalar(self.layout.name), size)
        found["row"] = pa.array(self.rows, pa.int64())
        found["id"] = self._ids()
        found["associated"] = self._associated()
        found["code"] = self._codes(found["sub_event_type"], found["event_type"])
        for name in _CODED:
            found[name] = self._coded(name, found.get(name))
        found |= self._days()
        found |= self._points()
        for name in _COUNTS:
            found[name] = self._counts(name)
        if self.values.column("source_count") is None and found["sources"] is not None:
            counted = pc.add(pc.count_substring(found["sources"], ";"), 1)
            found["source_count"] = counted.cast(pa.int64())
        found["country"], found["country_name"] = self._countries(found["country_name"])
        self._kinds(found)
        found["aggregate"] = self._aggregates()
        for name, value in self.layout.constants.items():
            found[name] = pa.array([value] * size, arrow_schema(DATASET_COLUMNS).field(name).type)
        schema = arrow_schema(DATASET_COLUMNS)
        arrays = [_as(found[name], schema.field(name).type, size) for name in schema.names]
        return pa.RecordBatch.from_arrays(arrays, schema=schema), sorted(self.faults.values(), key=lambda f: f.at)

    # Cells ------------------------------------------------------------------------------------------------------------

    def _raw(self, at: int | None) -> Any:
        """A column of the file without what stands for nothing, None where there is no such column."""
        if at is None:
            return None
        import pyarrow as pa
        from pyarrow import compute as pc

        trimmed = pc.utf8_trim_whitespace(self.cells[at])
        nothing = pa.array(sorted(_NOTHING | self.layout.unknown))
        return pc.if_else(pc.is_in(pc.utf8_lower(trimmed), nothing), pa.scalar(None, pa.string()), trimmed)

    def _text(self, name: str) -> Any:
        from pyarrow import compute as pc

        named = self.layout.columns.get(name, ())
        there = [raw for column in named if (raw := self._raw(self.values.own(column))) is not None]
        return pc.replace_substring_regex(pc.coalesce(*there), r"\s+", " ") if there else None

    def _ids(self) -> Any:
        from pyarrow import compute as pc

        raw = self._raw(self.values.column("id"))
        # Statistics programs write whole numbers as 214797.0.
        return None if raw is None else pc.replace_substring_regex(raw, r"^(\d+)\.0+$", r"\1")

    def _associated(self) -> Any:
        """Associated actors, "; " between them and " / " before those of the second side."""
        import pyarrow as pa
        from pyarrow import compute as pc

        first, second = self._text("associated"), self._text("associated2")
        if second is None:
            return first
        if first is None:
            first = pa.nulls(len(self.rows), pa.string())
        behind = pc.binary_join_element_wise(pc.fill_null(first, ""), second, " / ")
        return pc.coalesce(pc.utf8_ltrim_whitespace(behind), first)

    def _fault(self, at: int, name: str, reason: str) -> None:
        column = self.values.column(name)
        self._fault_of(at, self.values.columns[column] if column is not None else name, reason)

    def _fault_of(self, at: int, column: str, reason: str) -> None:
        self.faults.setdefault(at, Fault(at, column, reason))

    # Codes ------------------------------------------------------------------------------------------------------------

    def _coded(self, name: str, text: Any) -> Any:
        """A column of the dataset's codes by what they mean."""
        import pyarrow as pa

        meaning = self.layout.values.get(name)
        column = self.values.column(name)
        if meaning is None or column is None:
            return text
        cells = self._raw(column).fill_null("")
        found = self.values.each(name, cells, lambda value: _meant(meaning, value))
        if name in self.layout.strict:
            known = ", ".join(k for k in meaning if k)
            for at, value in enumerate(found):
                if value is None and (said := cells[at].as_py()):
                    self._fault(at, name, f"says {said[:40]!r}, which is none of {known}; correct it")
        return pa.array(found, arrow_schema(DATASET_COLUMNS).field(name).type)

    def _codes(self, sub: Any, event: Any) -> Any:
        """The codebook's codes by the dataset's labels, the finer one first."""
        import pyarrow as pa

        codebook, layout = self.values.codebook, self.layout
        labels = {code.label.casefold(): code.id for code in codebook.codes.values()}
        labels |= {code: code for code in codebook.codes}
        labels |= {label: code for label, code in layout.codes.items() if code in codebook.codes}

        def code_of(label: str | None) -> str | None:
            return labels.get(label.casefold()) if label else None

        fine, coarse = (
            [None] * len(self.rows) if c is None else self.values.each("codes", c, code_of) for c in (sub, event)
        )
        return pa.array([a or b for a, b in zip(fine, coarse, strict=True)], pa.string())

    def _aggregates(self) -> Any:
        """Whether a row sums up more than one incident, None where the dataset does not say."""
        import pyarrow as pa
        from pyarrow import compute as pc

        found = None
        for name, codes in self.layout.aggregates.items():
            raw = self._raw(self.values.own(name))
            if raw is not None:
                such = pc.is_in(pc.replace_substring_regex(raw, r"\.0+$", ""), pa.array(codes))
                found = such if found is None else pc.or_(found, such)
        return found

    def _kinds(self, found: dict[str, Any]) -> None:
        """Kinds of actors by their names, where the dataset has no column of kinds."""
        import pyarrow as pa

        actors = self.values.codebook.actors

        def kind_of(name: str | None, country: str) -> str | None:
            match = actors.match(name, country) if name else None
            return None if match is None else actors.actor(match, country).kind

        for side in ("actor1", "actor2"):
            if self.values.column(f"{side}_kind") is not None or found[side] is None:
                continue
            kinds = self.values.each_pair("kinds", found[side], found["country"], kind_of)
            violence = found["violence"].to_pylist() if found["violence"] is not None else []
            for at, type_of_violence in enumerate(violence):
                # Who fights a state in UCDP's state-based conflicts, and is none, is a rebel group by definition.
                if type_of_violence == 1 and kinds[at] not in ("State forces", "External/Other forces"):
                    kinds[at] = "Rebel group" if found[side][at].is_valid else None
            found[f"{side}_kind"] = pa.array(kinds, pa.string())

    def _countries(self, names: Any) -> tuple[Any, Any]:
        """ISO alpha-3 codes and names of countries: by a column of codes, else by their names."""
        import pyarrow as pa
        from pyarrow import compute as pc

        states = self.values.codebook.actors
        codes = self._raw(self.values.column("country"))
        by_code = self.values.each("iso", codes, lambda c: _iso3(states, c)) if codes is not None else None
        by_name = self.values.each("country", names, lambda n: _iso3(states, n)) if names is not None else None
        size = len(self.rows)
        both = zip(by_code or [None] * size, by_name or [None] * size, strict=True)
        found = pa.array([a or b for a, b in both], pa.string())
        if names is None:
            told = {s.iso3: s.name for s in states.states}
            names = pa.array([told.get(c) for c in found.to_pylist()], pa.string())
        return found, pc.cast(names, pa.string())

    # Days -------------------------------------------------------------------------------------------------------------

    def _days(self) -> dict[str, Any]:
        import pyarrow as pa

        starts, ends, precisions = self._in_parts() if self._has_parts() else self._in_cells()
        last = []
        for at, (start, end, precision) in enumerate(zip(starts, ends, precisions, strict=True)):
            if start is not None and end is not None and end < start:
                self._fault(at, "date_end", f"says {end}, before the row's beginning on {start}; correct one of them")
            last.append(end if end is not None or start is None else _end(start, precision))
        known = [p if s is not None else "unknown" for s, p in zip(starts, precisions, strict=True)]
        return {
            "date_start": pa.array(starts, pa.date32()),
            "date_end": pa.array(last, pa.date32()),
            "date_precision": pa.array(known, pa.string()),
        }

    def _in_cells(self) -> tuple[list[date | None], list[date | None], list[str]]:
        starts, ends = self._day_column("date_start"), self._day_column("date_end")
        coded = self._coded("date_precision", None)
        stated: list[str | None] = coded.to_pylist() if coded is not None else [None] * len(self.rows)
        precisions = [
            said or ("day" if start is None or end is None else _span(start, end))
            for said, start, end in zip(stated, starts, ends, strict=True)
        ]
        return starts, ends, precisions

    def _day_column(self, name: str) -> list[date | None]:
        cells = self._raw(self.values.column(name))
        if cells is None:
            return [None] * len(self.rows)
        days = self.values.each("day", cells, lambda written: _day(written, self.values.order))
        for at, day in enumerate(days):
            if day is None and cells[at].is_valid:
                self._fault(at, name, f"says {cells[at].as_py()[:40]!r}, which is no day; write it as YYYY-MM-DD")
        return days

    def _has_parts(self) -> bool:
        return bool(self.layout.date_parts) and all(self.values.own(p) is not None for p in self.layout.date_parts)

    def _in_parts(self) -> tuple[list[date | None], list[date | None], list[str]]:
        """Days whose year, month and day stand in columns of their own, nought where one is not known."""
        columns = [self._raw(self.values.own(part)).to_pylist() for part in self.layout.date_parts]
        starts: list[date | None] = []
        precisions: list[str] = []
        for at, parts in enumerate(zip(*columns, strict=True)):
            try:
                year, month, day = (int(float(p or 0)) for p in parts)
                starts.append(date(year, month or 1, (month and day) or 1) if year else None)
            except ValueError:
                said = "-".join(p or "" for p in parts)
                self._fault_of(at, self.layout.date_parts[2], f"says with those beside it {said!r}, which is no day")
                starts.append(None)
                month = day = 0
            precisions.append("day" if month and day else "month" if month else "year")
        return starts, [None] * len(starts), precisions

    # Figures ----------------------------------------------------------------------------------------------------------

    def _points(self) -> dict[str, Any]:
        """Latitude and longitude; nought by nought is sea, and stands for no point."""
        import pyarrow as pa

        numbers = {name: self._numbers(name) for name in ("latitude", "longitude")}
        for name, most in (("latitude", 90.0), ("longitude", 180.0)):
            for at in np.flatnonzero(np.abs(numbers[name]) > most):
                said = f"{numbers[name][at]:g}"
                self._fault(int(at), name, f"says {said}, and a {name} is between -{most:g} and {most:g}; correct it")
        latitude, longitude = numbers["latitude"], numbers["longitude"]
        none = np.isnan(latitude) | np.isnan(longitude) | ((latitude == 0) & (longitude == 0))
        return {name: pa.array(found, pa.float64(), mask=none) for name, found in numbers.items()}

    def _counts(self, name: str) -> Any:
        import pyarrow as pa

        numbers = self._numbers(name)
        if name == "source_count":  # -1 is what older releases have for unknown
            numbers[numbers < 0] = np.nan
        with np.errstate(invalid="ignore"):
            wrong = (numbers < 0) | (numbers > _MOST_DEATHS) | (numbers != np.floor(numbers))
        for at in np.flatnonzero(wrong & ~np.isnan(numbers)):
            self._fault(
                int(at), name, f"says {numbers[at]:g}, which is no number of people; correct it or leave it empty"
            )
        unknown = np.isnan(numbers) | wrong
        return pa.array(np.where(unknown, 0, numbers).astype(np.int64), pa.int64(), mask=unknown)

    def _numbers(self, name: str) -> Any:
        """A column of numbers, NaN where there is none; what is no number is a fault."""
        import pyarrow as pa
        from pyarrow import compute as pc

        cells = self._raw(self.values.column(name))
        if cells is None:
            return np.full(len(self.rows), np.nan)
        plain = cells
        if name in ("latitude", "longitude"):
            plain = pc.replace_substring_regex(plain, r"^([-+]?\d+),(\d+)$", r"\1.\2")
        else:
            grouped = pc.match_substring_regex(plain, r"^\d{1,3}([,  ]\d{3})+$")
            plain = pc.if_else(grouped, pc.replace_substring_regex(plain, "[,  ]", ""), plain)
        number = pc.match_substring_regex(plain, r"^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?$")
        for at in np.flatnonzero(~number.fill_null(True).to_numpy(zero_copy_only=False)):
            self._fault(int(at), name, f"says {cells[int(at)].as_py()[:40]!r}, which is no number; correct it")
        plain = pc.if_else(number, plain, pa.scalar(None, pa.string()))
        return pc.cast(plain, pa.float64()).to_numpy(zero_copy_only=False).copy()


def _as(found: Any, kind: Any, size: int) -> Any:
    import pyarrow as pa

    if found is None:
        return pa.nulls(size, kind)
    if isinstance(found, pa.ChunkedArray):
        found = found.combine_chunks()
    return found if found.type == kind else found.cast(kind)


def _meant(meaning: Mapping[str, Any], value: str) -> Any:
    return meaning.get(re.sub(r"^(\d+)\.0+$", r"\1", value).casefold())


def _iso3(states: Any, said: str | None) -> str | None:
    """The code of a country as datasets write it: by code, by name, or by either name of "Russia (Soviet Union)"."""
    if not said:
        return None
    inner = re.fullmatch(r"(.*?)\s*\((.*)\)", said)
    for name in (said, *(inner.groups() if inner else ())):
        state = states.state(name.upper() if len(name) == 3 else name)
        code: str | None = country_names().get(name.casefold()) or (state.iso3 if state is not None else None)
        if code is not None:
            return code
    return None


_TIME = re.compile(r"[T ]\d{1,2}:\d\d(:\d\d(\.\d+)?)?\s*(Z|[-+]\d\d:?\d\d)?$")
_CENTURY = 70
_DAY_AND_MONTH = re.compile(r"\d{1,2}([-/. ])(\d{1,2}|[A-Za-z]{3,9})\1\d\d")


def _day(written: str | None, order: DayOrder) -> date | None:
    """The day that a cell says, None where it says none or an impossible one."""
    if not written:
        return None
    written = _TIME.sub("", written)
    if _DAY_AND_MONTH.fullmatch(written):
        # The datasets read here begin in 1970 or later.
        year = int(written[-2:])
        written = written[:-2] + str(year + (1900 if year >= _CENTURY else 2000))
    day = parse_day(written, order)
    return day if day is not None and _FIRST_YEAR <= day.year <= _LAST_YEAR else None


def _end(start: date, precision: str) -> date:
    """The last day of the span that a day stands for."""
    if precision == "week":
        return start + _WEEK
    if precision == "month":
        return start.replace(day=monthrange(start.year, start.month)[1])
    return start.replace(month=12, day=31) if precision == "year" else start


def _span(start: date, end: date) -> str:
    """How finely a span of days is dated that says no more."""
    days = (end - start).days + 1
    return "day" if days <= 1 else "week" if days <= 7 else "month" if days <= 31 else "year"
