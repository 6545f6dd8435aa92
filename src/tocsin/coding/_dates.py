"""Time expressions in English text: what TIMEX3 calls them, and the days they mean.

A relative expression ("on Tuesday", "two days earlier") is anchored to the day the document was published,
or to an earlier date of the same story; without one it stays unknown. Precision and the way it was anchored
are kept in :class:`tocsin.records.When`. The shapes of expressions are in ``words/dates.toml``; what each of them
means is read by :class:`TimeReader`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from tocsin.coding._time_lengths import TimeReader
from tocsin.coding._time_shapes import Shape, day_of, time_rules
from tocsin.coding._timex import Period, Tense, TimeExpression
from tocsin.records import When

__all__ = ["TimeExpression", "find_times", "parse_cell_date"]


def find_times(
    text: str,
    anchor: date | None = None,
    reference: date | None = None,
    *,
    tense: Tense | Callable[[int], Tense] = "past",
) -> list[TimeExpression]:
    """Return the time expressions of `text`, in order and without overlaps.

    Parameters
    ----------
    text : str
        One sentence, or a cell.
    anchor : date, optional
        The day the document was published. Without it relative expressions stay unknown.
    reference : date, optional
        The last date of the story, which "two days earlier" and "the same day" lean on; `anchor` by default.
    tense : {"past", "present", "future"} or callable, optional
        The tense of the sentence, or of the clause at an offset: in a sentence that looks ahead "on Tuesday" is the
        coming one.

    Examples
    --------
    >>> [t.when.start.isoformat() for t in find_times("on Tuesday evening", date(2024, 3, 13))]
    ['2024-03-12']
    >>> [x.value for t in find_times("on Tuesday evening", date(2024, 3, 13)) for x in t.timexes]
    ['2024-03-12TEV']
    >>> find_times("on Tuesday evening")[0].when.start is None
    True
    """
    shapes = shapes_in(text, TimeReader(anchor, reference, lambda _: "past"))
    reader = TimeReader(anchor, reference, tense if callable(tense) else lambda _: tense)
    found = []
    for i, shape in enumerate(shapes):
        if reader.named_here is None and shape.rule.name in ("clock", "noon") and i + 1 < len(shapes):
            # "At 16:15, June 1st": the day is said right after the time.
            after = shapes[i + 1]
            if len(text[shape.match.end() : after.match.start()].strip(" ,on")) == 0:
                day = reader.read(after)
                if day is not None and day.when.start is not None and day.when.precision == "day":
                    reader.named_here = day.when.start
        time = reader.read(shape)
        if time is not None and shape.rule.name == "weekday" and i + 1 < len(shapes):
            time = _same_as_after(time, shapes[i + 1], reader, text)
        if time is not None:
            reader.lean_on(time)
            found.append(time)
    return found


def _same_as_after(time: TimeExpression, after: Shape, reader: TimeReader, text: str) -> TimeExpression:
    """A weekday, with the day of the month that stands after it: "Wednesday (4 October)"."""
    if after.rule.name != "calendar_day" or not re.fullmatch(r"\s*[(,]\s*", text[time.end : after.match.start()]):
        return time
    named = reader.read(after)
    if named is None or named.when.start is None or time.when.start is None:
        return time
    if named.when.start.weekday() != time.when.start.weekday():
        return time
    value = named.timexes[0].value[:10] + time.timexes[0].value[10:]
    return replace(time, when=named.when, timexes=(replace(time.timexes[0], value=value),))


def shapes_in(text: str, reader: TimeReader) -> list[Shape]:
    """The shapes of the rules in `text` that mean something, in order; an earlier rule wins."""
    hints, rules = time_rules()
    there = {name for name, pattern in hints.items() if pattern.search(text)}
    if not there:
        return []
    taken: list[tuple[int, int]] = []
    found = []
    for rule in rules:
        if not rule.needs & there:
            continue
        for m in rule.pattern.finditer(text):
            shape = Shape(rule, m)
            if any(m.start() < end and start < m.end() for start, end in taken) or reader.read(shape) is None:
                continue
            taken.append(m.span())
            found.append(shape)
    return sorted(found, key=lambda s: s.match.start())


def parse_cell_date(cell: str, anchor: date | None = None) -> When | None:
    """Read a table cell that holds a date or a range of days; None where it holds none.

    Day before month, as monitors outside North America write it, unless that is impossible.

    Examples
    --------
    >>> parse_cell_date("13/03/2024").start
    datetime.date(2024, 3, 13)
    >>> parse_cell_date("between 18 and 20/03/2024").end
    datetime.date(2024, 3, 20)
    >>> parse_cell_date("?") is None
    True
    """
    if m := re.fullmatch(r"([12]\d{3})-(0[1-9]|1[0-2])|(0[1-9]|1[0-2])/([12]\d{3})", cell.strip()):
        month = Period.of("month", date(int(m[1] or m[4]), int(m[2] or m[3]), 1))
        return When(month.first, month.last, "month", anchor="stated")
    for expression in find_times(cell.strip(), anchor):
        if expression.when.start is not None and expression.kind not in ("label", "clock"):
            return expression.when
    if m := re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{2})", cell.strip()):
        day = day_of(2000 + int(m[3]), int(m[2]), int(m[1]))
        return None if day is None else When(day, day, "day", anchor="stated")
    return None
