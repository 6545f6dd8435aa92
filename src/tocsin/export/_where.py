"""Conditions that choose events: an SQL expression over the columns of the event table, and nothing more.

It is evaluated by DuckDB on a table in memory that reaches no file, no network and no setting. Before that, its parts
are looked through one by one: only comparisons, arithmetic and the functions named here pass.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from tocsin.errors import UsageError
from tocsin.export._columns import columns, has_point, row_day
from tocsin.export._text import whole
from tocsin.records import Count, EventRow, PublicEvent

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa  # type: ignore[import-untyped]

__all__ = ["CONDITION_COLUMNS", "Condition"]

_COUNTS = ("deaths", "injured", "detained", "abducted", "displaced")

_ROW_TYPES = {"text": "VARCHAR", "date": "DATE", "integer": "BIGINT", "number": "DOUBLE"}

_EVENT_TYPES = {
    "event_id": "VARCHAR",
    "modality": "VARCHAR",
    "status": "VARCHAR",
    "background": "BOOLEAN",
    "attribution": "VARCHAR",
    "incident_type": "VARCHAR",
    "incident_sub_type": "VARCHAR",
    "incident_country": "VARCHAR",
    "iso3": "VARCHAR",
    "incident_admin1": "VARCHAR",
    "incident_admin2": "VARCHAR",
    "incident_location": "VARCHAR",
    "actor1_kind": "VARCHAR",
    "actor2_kind": "VARCHAR",
    "date_start": "DATE",
    "date_end": "DATE",
    **{f"{name}_{bound}": "BIGINT" for name in _COUNTS for bound in ("low", "best", "high")},
    "weapon": "VARCHAR",
    "documents": "BIGINT",
    "lineages": "BIGINT",
    "disputed": "BOOLEAN",
    "disputed_fields": "VARCHAR",
    "not_exported": "VARCHAR",
    "part_of": "VARCHAR",
}


def _column_types() -> dict[str, str]:
    return {c.name: _ROW_TYPES[c.type] for c in columns()} | _EVENT_TYPES


CONDITION_COLUMNS: tuple[str, ...] = tuple(_column_types())
"""What a condition can ask about: the table's 31 columns, then those of the event that a row stands for."""

# A list of ids is as long as this; what is longer is no condition, and deep nesting costs the parser its stack.
_LONGEST = 20_000

_TABLE = "events"

_PARTS = frozenset({"BETWEEN", "CASE", "CAST", "COMPARISON", "CONJUNCTION", "CONSTANT", "OPERATOR"})
_REFUSED = {
    "LAMBDA": "a function of one's own",
    "PARAMETER": "a placeholder",
    "POSITIONAL_REFERENCE": "a column by its number",
    "STAR": "a star",
    "SUBQUERY": "a query of its own",
    "WINDOW": "a function over several rows",
}

_OPERATORS = frozenset(["+", "-", "*", "/", "//", "%", "||", "~~", "!~~", "~~*", "!~~*", "~~~"])
# Each gives the same answer every time, whatever the day and the machine: an edition must be repeatable. That is why
# today() and random() are not among them.
# fmt: off
_FUNCTIONS = frozenset(
    {
        "abs", "ceil", "ceiling", "concat", "contains", "date_add", "date_diff", "date_part", "date_sub",
        "date_trunc", "datediff", "datepart", "datetrunc", "day", "dayname", "dayofmonth", "dayofweek",
        "dayofyear", "ends_with", "floor", "greatest", "ifnull", "ilike_escape", "isodow", "isoyear",
        "last_day", "least", "left", "length", "like_escape", "list_contains", "list_value", "lower", "ltrim",
        "make_date", "mod", "month", "monthname", "not_ilike_escape", "not_like_escape", "nullif", "prefix",
        "quarter", "regexp_full_match", "regexp_matches", "replace", "right", "round", "rtrim", "starts_with",
        "strftime", "string_split", "strip_accents", "strlen", "strptime", "substr", "substring", "suffix",
        "to_days", "to_months", "to_weeks", "to_years", "trim", "trunc", "try_strptime", "upper", "week",
        "weekofyear", "year", "yearweek",
    }
)
# fmt: on


class Condition:
    """A condition on events, such as ``country = 'Syria' and event_date >= '2024-03-01' and fatalities > 0``.

    There is one line for each row of each event, with the columns of both; an event that is no row has one line, on
    which the 31 columns are null. :data:`CONDITION_COLUMNS` names them all.

    Parameters
    ----------
    text : str
        An SQL expression.

    Raises
    ------
    UsageError
        If it is no single expression, asks for more than the columns, or names a column or function there is not.
        Close names are told.
    """

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        if not self.text:
            raise UsageError("--where: the condition is empty; write one such as \"country = 'Syria'\"")
        if len(self.text) > _LONGEST or self.text != whole(self.text) or "\0" in self.text:
            raise UsageError(f"--where: the condition is longer than {_LONGEST:,} characters, or holds broken letters")
        with _room() as room:
            _check(self._parsed(room))
            # On an empty table, so that a wrong type or function is told before anything is read.
            _close_off(room)
            self._lines(room)

    def select(self, events: Sequence[PublicEvent]) -> list[PublicEvent]:
        """The events of which a line meets the condition, in order, each with those of its rows that do.

        Raises
        ------
        UsageError
            If a value on some line cannot be compared as the condition asks.
        """
        kept: dict[int, list[int]] = {}
        with _room() as room:
            room.register("given", _table(events))
            room.execute(f"INSERT INTO {_TABLE} SELECT * FROM given")
            room.unregister("given")
            _close_off(room)
            for number, row in self._lines(room):
                kept.setdefault(number, []).append(row)
        return [_narrowed(events[number], kept[number]) for number in sorted(kept)]

    def _parsed(self, room: duckdb.DuckDBPyConnection) -> dict[str, Any]:
        try:
            answer = room.execute("SELECT json_serialize_sql(?)", [self._query()]).fetchone()
            parsed: dict[str, Any] = json.loads(answer[0]) if answer else {}
        except RecursionError:
            raise UsageError("--where: the condition is nested too deeply") from None
        except _errors() as error:
            raise _wrong(self.text, str(error)) from None
        if parsed.get("error", True):
            if parsed.get("error_type") == "parser":
                raise _wrong(self.text, str(parsed.get("error_message", "")))
            raise _not_one()
        return parsed

    def _query(self) -> str:
        # On lines of its own, so that a comment at its end takes nothing with it.
        return f"SELECT line, row_number FROM {_TABLE} WHERE (\n{self.text}\n) ORDER BY line, row_number"

    def _lines(self, room: duckdb.DuckDBPyConnection) -> list[tuple[int, int]]:
        try:
            return room.execute(self._query()).fetchall()
        except _errors() as error:
            raise _wrong(self.text, str(error)) from None


# The room in which it is evaluated


def _room() -> duckdb.DuckDBPyConnection:
    import duckdb

    room = duckdb.connect(
        ":memory:",
        config={
            "threads": 1,
            # Nothing is written to a disk beside the workspace, and what does not fit fails with a message.
            "temp_directory": "",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "python_enable_replacements": False,
        },
    )
    types = ", ".join(f'"{name}" {kind}' for name, kind in _column_types().items())
    room.execute(f"CREATE TABLE {_TABLE} (line BIGINT, row_number BIGINT, {types})")
    return room


def _close_off(room: duckdb.DuckDBPyConnection) -> None:
    """From here on no file, no other database and no setting can be reached."""
    room.execute("SET enable_external_access = false")
    room.execute("SET lock_configuration = true")


def _errors() -> type[Exception]:
    import duckdb

    return duckdb.Error


def _table(events: Sequence[PublicEvent]) -> pa.Table:
    """The lines, with the place of each event in `events` and of its row among its rows (-1 for none)."""
    import pyarrow as pa

    kinds = {"VARCHAR": pa.string(), "DATE": pa.date32(), "BIGINT": pa.int64(), "DOUBLE": pa.float64()}
    kinds["BOOLEAN"] = pa.bool_()
    names = {"line": pa.int64(), "row_number": pa.int64()} | {n: kinds[k] for n, k in _column_types().items()}
    values: dict[str, list[Any]] = {name: [] for name in names}
    for line, event in enumerate(events):
        of_event = _event_cells(event)
        rows: Sequence[tuple[int, EventRow | None]] = [*enumerate(event.rows)] or [(-1, None)]
        for number, row in rows:
            cells = {"line": line, "row_number": number, **_row_cells(row), **of_event}
            for name, into in values.items():
                into.append(cells[name])
    return pa.table(values, schema=pa.schema(list(names.items())))


def _row_cells(row: EventRow | None) -> dict[str, Any]:
    if row is None:
        return dict.fromkeys(c.name for c in columns())
    cells = {c.name: _known(getattr(row, c.name)) for c in columns()}
    cells["event_date"] = row_day(row)
    if not has_point(row):
        cells["latitude"] = cells["longitude"] = None
    return cells


def _event_cells(event: PublicEvent) -> dict[str, Any]:
    cells: dict[str, Any] = {
        "event_id": event.id,
        "incident_type": event.event_type,
        "incident_sub_type": event.sub_event_type,
        "incident_country": event.country,
        "incident_admin1": event.admin1,
        "incident_admin2": event.admin2,
        "incident_location": event.location,
        "disputed": bool(event.disputed),
        "disputed_fields": "; ".join(event.disputed),
    }
    for name in _COUNTS:
        count = getattr(event.counts, name) or Count()
        cells |= {f"{name}_low": count.low, f"{name}_best": count.best, f"{name}_high": count.high}
    return {name: _known(cells[name] if name in cells else getattr(event, name)) for name in _EVENT_TYPES}


def _known(value: Any) -> Any:
    """An empty text is an unknown one."""
    return (whole(value) or None) if isinstance(value, str) else value


def _narrowed(event: PublicEvent, rows: Sequence[int]) -> PublicEvent:
    if len(rows) == len(event.rows) or not event.rows:
        return event
    return replace(event, rows=tuple(event.rows[number] for number in rows))


# Looking the condition through


def _check(parsed: dict[str, Any]) -> None:
    statements = parsed["statements"]
    node = statements[0]["node"] if len(statements) == 1 else {}
    where = node.get("where_clause")
    if not where or not _is_ours(node):
        raise _not_one()
    for part in _expressions(where):
        _check_part(part)


def _is_ours(node: dict[str, Any]) -> bool:
    """Whether all but the condition is as it was written here: a condition with brackets of its own may close ours."""
    table = node.get("from_table") or {}
    return (
        node.get("type") == "SELECT_NODE"
        and table.get("type") == "BASE_TABLE"
        and table.get("table_name") == _TABLE
        and [m.get("type") for m in node.get("modifiers", ())] == ["ORDER_MODIFIER"]
        and not node.get("group_expressions")
        and not node.get("group_sets")
        and node.get("having") is None
        and node.get("qualify") is None
        and not (node.get("cte_map") or {}).get("map")
        and len(node.get("select_list", ())) == 2
    )


def _expressions(value: Any) -> Iterator[dict[str, Any]]:
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if "class" in part:
                yield part
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)


def _check_part(part: dict[str, Any]) -> None:
    kind = part["class"]
    if kind == "COLUMN_REF":
        _check_column(part["column_names"])
    elif kind == "FUNCTION":
        _check_function(part)
    elif kind not in _PARTS:
        raise UsageError(
            f"--where: {_REFUSED.get(kind, kind.lower())} is more than a condition may hold; "
            "compare columns with values, joined by and, or, not"
        )


def _check_column(names: Sequence[str]) -> None:
    name = names[-1].lower()
    if (len(names) == 1 or (len(names) == 2 and names[0].lower() == _TABLE)) and name in CONDITION_COLUMNS:
        return
    if len(names) == 1 and name in ("current_date", "current_timestamp", "current_time", "localtime", "localtimestamp"):
        raise _unrepeatable(name)
    shown = ".".join(names)
    close = get_close_matches(name, CONDITION_COLUMNS, 3, 0.6)
    meant = f"; did you mean {_either(close)}?" if close else f"; there are: {', '.join(CONDITION_COLUMNS)}"
    quotes = f" (a text stands in single quotes: '{shown}')" if _is_text(shown) else ""
    raise UsageError(f"--where: no column {shown!r}{quotes}{meant}")


def _is_text(name: str) -> bool:
    """Whether `name` looks like a value rather than a column."""
    return not re.fullmatch(r"[a-z_0-9]+", name)


def _check_function(part: dict[str, Any]) -> None:
    name = str(part["function_name"]).lower()
    if name in _OPERATORS or name in _FUNCTIONS:
        return
    if name in ("now", "today", "current_date", "get_current_timestamp", "get_current_time", "random", "uuid"):
        raise _unrepeatable(name)
    close = get_close_matches(name, _FUNCTIONS, 3, 0.6)
    words = sorted(f for f in _FUNCTIONS if not f.endswith("_escape"))
    meant = f"did you mean {_either(close)}?" if close else f"there are: {', '.join(words)}"
    raise UsageError(f"--where: no function {name!r} here; {meant}")


def _unrepeatable(name: str) -> UsageError:
    return UsageError(f"--where: {name} gives another answer each time; write the day itself, such as '2024-03-01'")


def _either(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _not_one() -> UsageError:
    return UsageError(
        "--where: this is not one condition; write a single expression such as "
        "\"country = 'Syria' and event_date >= '2024-03-01'\", without select, semicolons or order by"
    )


def _wrong(text: str, message: str) -> UsageError:
    """What DuckDB says of it, without the query that the condition was put into."""
    first = message.strip().splitlines()[0] if message.strip() else "it cannot be read"
    words = re.sub(r"^[A-Z][A-Za-z ]*Error: ", "", first).rstrip(". ")
    return UsageError(f"--where: {words}; the condition was: {text}")
