"""Conditions: what they choose, what they refuse, and how they say so."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tocsin.errors import UsageError
from tocsin.export import CONDITION_COLUMNS, EVENT_COLUMNS, Condition, table_rows
from tocsin.records import EventRow, PublicEvent

from .invented import BATTLES, event, invented_events, many_events, row

EVENTS = invented_events()
OF_ROWS: list[tuple[str, Callable[[EventRow], bool]]] = [
    ("country = 'Syria'", lambda r: r.country == "Syria"),
    ("COUNTRY = 'Syria' AND NOT Fatalities = 0", lambda r: r.country == "Syria" and r.fatalities != 0),
    ("country in ('Iraq', 'Syria') and fatalities > 0", lambda r: r.fatalities > 0),
    ("event_date >= '2024-03-10' and year < 2025", lambda r: "2024-03-10" <= r.event_date < "2025"),
    ("event_date between '2024-03-01' and '2024-03-31'", lambda r: r.event_date[:7] == "2024-03"),
    ("year = 2024 and month(event_date) = 4", lambda r: r.event_date[:7] == "2024-04"),
    ("date_trunc('month', event_date) = '2024-03-01'", lambda r: r.event_date[:7] == "2024-03"),
    ("event_date > DATE '2024-04-10' - INTERVAL 10 DAYS", lambda r: r.event_date > "2024-03-31"),
    ("actor1 ilike '%group%' or actor2 like 'Civ%'", lambda r: "group" in r.actor1.lower() or r.actor2[:3] == "Civ"),
    ("location = 'خان الوردة'", lambda r: r.location == "خان الوردة"),
    ("latitude between 35 and 36 -- the north", lambda r: 35 <= r.latitude <= 36),
    ("regexp_matches(sub_event_type, '^A')", lambda r: r.sub_event_type.startswith("A")),
    ("case when year < 2024 then true else false end", lambda r: r.year < 2024),
    ("list_contains(string_split(source, '; '), 'State Bulletin')", lambda r: "State Bulletin" in r.source.split("; ")),
    ("events.iso is null and event_date is not null", lambda r: r.iso == ""),
    ("fatalities >= 3 /* many */", lambda r: r.fatalities >= 3),
    ("event_type = 'Battles') or (event_type = 'Riots'", lambda r: r.event_type in ("Battles", "Riots")),
]  # fmt: skip
OF_EVENTS: list[tuple[str, Callable[[PublicEvent], bool]]] = [
    ("true", lambda e: True),
    ("modality = 'denied'", lambda e: e.modality == "denied"),
    ("disputed", lambda e: bool(e.disputed)),
    ("not background and lineages > 1", lambda e: not e.background and e.lineages > 1),
    ("deaths_low is not null", lambda e: e.counts.deaths is not None and e.counts.deaths.low is not None),
    ("coalesce(deaths_best, deaths_low, 0) > 3", lambda e: _deaths(e) > 3),
    ("event_date is null", lambda e: not e.rows),
    ("not_exported = 'generic'", lambda e: e.not_exported == "generic"),
    ("iso3 = 'IRQ' and date_start is null", lambda e: e.iso3 == "IRQ" and e.date_start is None),
    ("event_id = 'e-0003'", lambda e: e.id == "e-0003"),
    ("incident_type = 'Battles' and iso3 = 'SYR'", lambda e: (e.event_type, e.iso3) == (BATTLES, "SYR")),
    ("actor1_kind = 'State forces'", lambda e: e.actor1_kind == "State forces"),
    ("disputed_fields like '%deaths%'", lambda e: any("deaths" in name for name in e.disputed)),
    ("date_end - date_start > 2", lambda e: bool(e.date_start and e.date_end and (e.date_end - e.date_start).days > 2)),
]  # fmt: skip
REFUSED = [
    ("", "is empty"),
    ("   ", "is empty"),
    ("contry = 'Syria'", "no column 'contry'; did you mean country?"),
    ('country = "Syria"', r"no column 'Syria' \(a text stands in single quotes: 'Syria'\)"),
    ("zzz = 1", "there are: event_id_cnty, "),
    ("other.country = 'Syria'", "no column 'other.country'"),
    ("line = 0", "no column 'line'"),
    ("row_number = 0", "no column 'row_number'"),
    ("rowid = 0", "no column 'rowid'"),
    ("lowr(country) = 'syria'", "no function 'lowr' here; did you mean lower?"),
    ("sum(fatalities) > 1", "no function 'sum'"),
    ("fatalities > 'many'", "Could not convert string 'many'"),
    ("event_date > 'soon'", "YYYY-MM-DD"),
    ("country", "Could not convert string"),
    ("country > 3", "Cannot compare"),
    ("country = ", "syntax error"),
    ("(country = 'Syria'", "syntax error"),
    ("select 1", "a query of its own"),
    ("event_date > current_date - 30", "current_date gives another answer each time"),
    ("event_date > today()", "today gives another answer each time"),
    ("random() < 0.5", "random gives another answer each time"),
    ("1 = 1; drop table events", "syntax error"),
    ("true); drop table events; select (true", "not one condition"),
    ("true); copy events to 'stolen.csv'; select (true", "not one condition"),
    ("true); attach 'x.db'; select (true", "not one condition"),
    ("true) union all select 1, 1 where (true", "not one condition"),
    ("true) group by all having (true", "not one condition"),
    ("true) limit (1", "syntax error"),
    ("exists (select * from read_csv('/etc/passwd'))", "a query of its own"),
    ("country in (select content from read_text('/etc/passwd'))", "a query of its own"),
    ("fatalities > any([1])", "a query of its own"),
    ("(from '/etc/passwd') is null", "a query of its own"),
    ("getenv('HOME') = 'x'", "no function 'getenv'"),
    ("current_setting('threads') = 1", "no function 'current_setting'"),
    ("write_log('x') is null", "no function 'write_log'"),
    ("country = $1", "a placeholder"),
    ("country = ?", "a placeholder"),
    ("columns(*) = 'x'", "a star"),
    ("#1 = 'x'", "a column by its number"),
    ("row_number() over () = 1", "a function over several rows"),
    ("list_contains([1], lambda x: x)", "a function of one's own"),
    ("country = 'x' collate nocase", "collate"),
    ("not " * 3000 + "true", "depth"),
    ("(" * 30_000, "longer than"),
    ("country = '\ud800'", "broken letters"),
    ("country = '\0'", "broken letters"),
]


def _deaths(event: PublicEvent) -> int:
    deaths = event.counts.deaths
    if deaths is None:
        return 0
    return deaths.best if deaths.best is not None else deaths.low or 0


@pytest.mark.parametrize(("text", "meant"), OF_ROWS, ids=[text for text, _ in OF_ROWS])
def test_a_condition_on_rows(text: str, meant: Callable[[EventRow], bool]) -> None:
    chosen = Condition(text).select(EVENTS)
    assert table_rows(chosen) == tuple(filter(meant, table_rows(EVENTS)))
    assert len(chosen) > 0
    assert all(e.rows for e in chosen)


@pytest.mark.parametrize(("text", "meant"), OF_EVENTS, ids=[text for text, _ in OF_EVENTS])
def test_a_condition_on_events(text: str, meant: Callable[[PublicEvent], bool]) -> None:
    assert Condition(text).select(EVENTS) == [e for e in EVENTS if meant(e)]


@pytest.mark.parametrize(("text", "words"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_no_condition_is_refused(
    text: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=words) as told:
        Condition(text).select(EVENTS)
    assert "--where: " in str(told.value)
    assert list(tmp_path.iterdir()) == []


def test_an_event_keeps_the_rows_that_meet_it() -> None:
    made = event(1, BATTLES, "Armed clash", "Tell Amrin", date_end=date(2024, 3, 3))
    days = tuple(replace(row(made, n), event_date=f"2024-03-0{n}", fatalities=n) for n in (1, 2, 3))
    whole = replace(made, rows=days)
    [some] = Condition("fatalities >= 2").select([whole])
    assert some == replace(whole, rows=days[1:])
    assert Condition("true").select([whole]) == [whole]
    assert Condition("fatalities > 3").select([whole]) == []


def test_a_row_that_two_events_share_stays_with_the_one_that_meets_it() -> None:
    first = event(1, BATTLES, "Armed clash", "Tell Amrin", documents=3)
    shared = (replace(row(first), incident_ids=("e-0001", "e-0002")),)
    second = replace(first, id="e-0002", documents=1)
    both = [replace(first, rows=shared), replace(second, rows=shared)]
    assert Condition("documents > 2").select(both) == both[:1]
    assert Condition("year = 2024").select(both) == both


def test_no_point_and_no_day_are_unknown_and_not_nought() -> None:
    made = event(1, BATTLES, "Armed clash", "Tell Amrin")
    bare = replace(made, rows=(replace(row(made), latitude=0.0, longitude=0.0, event_date="once"),))
    assert Condition("latitude is null and longitude is null and event_date is null").select([bare]) == [bare]


def test_no_events_are_no_error() -> None:
    assert Condition("country = 'Syria'").select([]) == []


def test_the_columns_are_those_of_the_table_and_then_the_events() -> None:
    assert CONDITION_COLUMNS[:31] == EVENT_COLUMNS
    assert len(set(CONDITION_COLUMNS)) == len(CONDITION_COLUMNS)
    for name in CONDITION_COLUMNS:
        Condition(f"{name} is null")


def test_a_condition_can_be_asked_again() -> None:
    condition = Condition("  fatalities > 0 ")
    assert condition.text == "fatalities > 0"
    assert condition.select(EVENTS) == condition.select(EVENTS)
    assert len(condition.select(many_events(500))) > 100


@settings(max_examples=60, deadline=None)
@given(text=st.text(st.characters(exclude_categories=()), max_size=30))
@example("'")
@example("'=1+1\x00'")
def test_any_text_is_a_value_or_a_clear_error(text: str) -> None:
    made = event(1, BATTLES, "Armed clash", "Tell Amrin")
    with_it = replace(made, rows=(replace(row(made), notes=text),))
    quoted = text.replace("'", "''")
    try:
        found = Condition(f"notes = '{quoted}'").select([with_it])
    except UsageError:
        assert "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text)
    else:
        assert found == ([with_it] if text else [])


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=30))
def test_any_condition_chooses_or_says_why_not(text: str) -> None:
    # Anything but a clear refusal would be raised from here.
    with suppress(UsageError):
        assert all(e.id in {known.id for known in EVENTS} for e in Condition(text).select(EVENTS))
