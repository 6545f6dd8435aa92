"""When things happened: expressions of time, and cells that hold a date."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.coding import find_times, parse_cell_date

from .conftest import PUBLISHED, Reader

D = date


def _day(month: int, day: int) -> date:
    return date(2024, month, day)


@pytest.mark.parametrize(
    ("text", "start", "end", "precision"),
    [
        # The day of publication is Wednesday, 13 March 2024.
        ("on Tuesday", _day(3, 12), _day(3, 12), "day"),
        ("on Wednesday", _day(3, 13), _day(3, 13), "day"),
        ("late on Thursday", _day(3, 7), _day(3, 7), "day"),
        ("last Wednesday", _day(3, 6), _day(3, 6), "day"),
        ("Sunday night", _day(3, 10), _day(3, 10), "day"),
        ("Monday's", _day(3, 11), _day(3, 11), "day"),
        ("today", _day(3, 13), _day(3, 13), "day"),
        ("this morning", _day(3, 13), _day(3, 13), "day"),
        ("yesterday evening", _day(3, 12), _day(3, 12), "day"),
        ("last night", _day(3, 12), _day(3, 12), "day"),
        ("the day before yesterday", _day(3, 11), _day(3, 11), "day"),
        ("overnight", _day(3, 12), _day(3, 13), "day"),
        ("in the night from Monday to Tuesday", _day(3, 11), _day(3, 12), "day"),
        ("overnight Monday", _day(3, 11), _day(3, 12), "day"),
        ("three days ago", _day(3, 10), _day(3, 10), "day"),
        ("two weeks ago", _day(2, 25), _day(3, 2), "week"),
        ("a month ago", _day(2, 1), _day(2, 29), "month"),
        ("two years ago", D(2022, 1, 1), D(2022, 12, 31), "year"),
        ("last week", _day(3, 4), _day(3, 10), "week"),
        ("this week", _day(3, 11), _day(3, 13), "week"),
        ("last month", _day(2, 1), _day(2, 29), "month"),
        ("this month", _day(3, 1), _day(3, 13), "month"),
        ("earlier this year", _day(1, 1), _day(3, 13), "year"),
        ("last year", D(2023, 1, 1), D(2023, 12, 31), "year"),
        ("in February", _day(2, 1), _day(2, 29), "month"),
        ("in November", D(2023, 11, 1), D(2023, 11, 30), "month"),
        ("last December", D(2023, 12, 1), D(2023, 12, 31), "month"),
        ("in early March", _day(3, 1), _day(3, 10), "week"),
        ("in mid-January 2023", D(2023, 1, 11), D(2023, 1, 20), "week"),
        ("in late February", _day(2, 21), _day(2, 29), "week"),
        ("in June 2021", D(2021, 6, 1), D(2021, 6, 30), "month"),
        ("in 2019", D(2019, 1, 1), D(2019, 12, 31), "year"),
        ("on 9 March", _day(3, 9), _day(3, 9), "day"),
        ("on March 9", _day(3, 9), _day(3, 9), "day"),
        ("on March 9, 2022", D(2022, 3, 9), D(2022, 3, 9), "day"),
        ("on the 9th of March", _day(3, 9), _day(3, 9), "day"),
        ("on 30 December", D(2023, 12, 30), D(2023, 12, 30), "day"),
        ("on 2 Sept. 2020", D(2020, 9, 2), D(2020, 9, 2), "day"),
        ("2024-03-05", _day(3, 5), _day(3, 5), "day"),
        ("05/03/2024", _day(3, 5), _day(3, 5), "day"),
        ("5.3.2024", _day(3, 5), _day(3, 5), "day"),
        ("03/25/2024", _day(3, 25), _day(3, 25), "day"),
        ("from 4 to 6 March", _day(3, 4), _day(3, 6), "week"),
        ("between March 4 and 6", _day(3, 4), _day(3, 6), "week"),
        ("from 27 February to 2 March", _day(2, 27), _day(3, 2), "week"),
        ("from 30 December to 2 January", D(2023, 12, 30), D(2024, 1, 2), "week"),
        ("from 1 to 28 February 2024", _day(2, 1), _day(2, 28), "month"),
        ("the night of 4-5 March", _day(3, 4), _day(3, 5), "day"),
        ("since January", _day(1, 1), _day(1, 31), "month"),
    ],
)
def test_a_time_expression_means_these_days(text: str, start: date, end: date, precision: str) -> None:
    found = find_times(f"Gunmen came {text}.", PUBLISHED)
    assert [(t.when.start, t.when.end, t.when.precision) for t in found] == [(start, end, precision)]


@pytest.mark.parametrize(
    ("text", "start", "precision"),
    [
        ("two days earlier", _day(2, 3), "day"),
        ("two days later", _day(2, 7), "day"),
        ("a day earlier", _day(2, 4), "day"),
        ("the following day", _day(2, 6), "day"),
        ("the previous day", _day(2, 4), "day"),
        ("the same evening", _day(2, 5), "day"),
        ("hours later", _day(2, 5), "day"),
        ("a week earlier", _day(1, 26), "week"),
        ("a month earlier", _day(1, 1), "month"),
    ],
)
def test_some_expressions_lean_on_the_last_date_of_the_story(text: str, start: date, precision: str) -> None:
    (found,) = find_times(f"Gunmen came {text}.", PUBLISHED, reference=_day(2, 5))
    assert (found.when.start, found.when.precision, found.relative) == (start, precision, True)


@pytest.mark.parametrize(
    ("text", "start"),
    [("on Friday", _day(3, 15)), ("next Friday", _day(3, 15)), ("tomorrow", _day(3, 14)), ("on 2 April", _day(4, 2))],
)
def test_a_sentence_that_looks_ahead_names_coming_days(text: str, start: date) -> None:
    (found,) = find_times(f"Teachers will march {text}.", PUBLISHED, tense="future")
    assert found.when.start == start


RELATIVE = (
    "on Tuesday", "last Friday", "yesterday", "today", "last night", "overnight", "three days ago", "two days earlier",
    "the same day", "the following day", "last week", "this month", "last year", "earlier this year", "in February",
    "last December", "since March", "on 9 March", "on March 9", "from 4 to 6 March", "in early May", "tomorrow",
    "in the night from Monday to Tuesday", "months earlier", "a few weeks ago", "recently",
)  # fmt: skip


@pytest.mark.parametrize("text", RELATIVE)
def test_without_an_anchor_what_is_relative_stays_unknown(text: str) -> None:
    found = find_times(f"Gunmen came {text}.")
    assert found
    assert all(t.when.start is None and t.when.precision == "unknown" for t in found)


@pytest.mark.parametrize(
    "text", ["on 31 February 2024", "on February 30, 2023", "2024-13-40", "31/02/2024", "on 0 May 2020"]
)
def test_an_impossible_date_is_no_day(text: str) -> None:
    assert all(t.when.precision != "day" for t in find_times(f"Gunmen came {text}.", PUBLISHED))


@pytest.mark.parametrize(
    "text",
    [
        "They march on the capital.",
        "Protesters may march.",
        "A 5.56 mm round, 12 shells and 40 houses.",
        "Route 2014 was closed to 2500 lorries.",
        "A second attack followed.",
        "The sun set over the camp.",
    ],
)
def test_words_that_only_look_like_dates_are_none(text: str) -> None:
    assert find_times(text, PUBLISHED) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("every night", "habit"),
        ("each month", "habit"),
        ("regularly", "habit"),
        ("in recent months", "past"),
        ("months earlier", "past"),
        ("since January", "since"),
        ("tomorrow", "future"),
        ("on Monday", "point"),
    ],
)
def test_expressions_are_points_or_habits_or_vague(text: str, kind: str) -> None:
    (found,) = find_times(f"Gunmen came {text}.", PUBLISHED)
    assert found.kind == kind


def test_doubt_differs_from_duration() -> None:
    (within,) = find_times("between 4 and 6 March", PUBLISHED)
    (throughout,) = find_times("from 4 to 6 March", PUBLISHED)
    assert (within.when.extent, throughout.when.extent) == ("once within", "throughout")


def test_a_date_says_how_it_was_worked_out() -> None:
    anchors = [
        find_times(text, PUBLISHED)[0].when.anchor
        for text in ("on 9 March 2024", "on 9 March", "on Monday", "overnight", "two days earlier")
    ]
    assert anchors == ["stated", "document date", "weekday", "overnight", "relative: two days earlier"]


@pytest.mark.parametrize(
    ("cell", "start", "end"),
    [
        ("13/03/2024", _day(3, 13), _day(3, 13)),
        ("05/04/2024", _day(4, 5), _day(4, 5)),
        ("03/25/2024", _day(3, 25), _day(3, 25)),
        ("2024-03-05", _day(3, 5), _day(3, 5)),
        ("2024-03-05T14:10:00Z", _day(3, 5), _day(3, 5)),
        ("5 March 2024", _day(3, 5), _day(3, 5)),
        ("13/03/24", _day(3, 13), _day(3, 13)),
        ("between 18 and 20/03/2024", _day(3, 18), _day(3, 20)),
        ("12-Mar-24", _day(3, 12), _day(3, 12)),
        ("2024/03/12", _day(3, 12), _day(3, 12)),
        ("03/2024", _day(3, 1), _day(3, 31)),
        ("2024-03", _day(3, 1), _day(3, 31)),
        ("18-20 March 2024", _day(3, 18), _day(3, 20)),
        (" 13/03/2024 ", _day(3, 13), _day(3, 13)),
    ],
)
def test_a_cell_holds_a_date(cell: str, start: date, end: date) -> None:
    when = parse_cell_date(cell)
    assert when is not None
    assert (when.start, when.end) == (start, end)


@pytest.mark.parametrize("cell", ["", "?", "unknown", "31/02/2024", "99/99/9999", "n/a", "yesterday", "12"])
def test_a_cell_that_holds_no_date_is_unknown(cell: str) -> None:
    assert parse_cell_date(cell) is None


PIECES = st.sampled_from(
    [
        *RELATIVE,
        "2024-02-30",
        "31/12/1999",
        "29 February 2023",
        "in 2049",
        "on 9 March 2024",
        "4-6 May 2020",
        " — ",
        "ß",
        "\n",
    ]
)
NOISE = st.text(max_size=12)
TEXTS = st.lists(st.one_of(PIECES, NOISE), max_size=6).map(" ".join)
DAYS = st.dates(date(1950, 1, 1), date(2049, 12, 31))


@settings(derandomize=True, deadline=None, max_examples=150)
@given(
    text=TEXTS,
    anchor=st.none() | DAYS,
    reference=st.none() | DAYS,
    tense=st.sampled_from(["past", "present", "future"]),
)
def test_expressions_are_in_order_inside_the_text_and_apart(
    text: str, anchor: date | None, reference: date | None, tense: Literal["past", "present", "future"]
) -> None:
    at = 0
    for found in find_times(text, anchor, reference, tense=tense):
        assert at <= found.start < found.end <= len(text)
        at = found.end
        start, end = found.when.start, found.when.end
        assert (start is None) == (end is None)
        if start is not None and end is not None:
            assert start <= end
        else:
            assert found.when.precision == "unknown"


@settings(derandomize=True, deadline=None, max_examples=150)
@given(text=TEXTS)
def test_an_undated_text_dates_nothing_but_what_names_a_year(text: str) -> None:
    for found in find_times(text):
        if found.when.start is not None:
            assert re.search(r"\d{4}", text[found.start : found.end])


@settings(derandomize=True, deadline=None, max_examples=60)
@given(anchor=DAYS, back=st.integers(0, 6))
def test_a_weekday_is_the_last_one(anchor: date, back: int) -> None:
    day = anchor - timedelta(days=back)
    (found,) = find_times(f"on {day:%A}", anchor)
    assert found.when.start == day


@settings(derandomize=True, deadline=None, max_examples=60)
@given(day=DAYS)
def test_a_cell_gives_back_the_day_it_was_written_from(day: date) -> None:
    for written in (f"{day:%d/%m/%Y}", day.isoformat(), f"{day.day} {day:%B %Y}", f"{day:%B} {day.day}, {day.year}"):
        when = parse_cell_date(written)
        assert when is not None, written
        assert (when.start, when.precision) == (day, "day")


@pytest.mark.parametrize(
    ("text", "start", "precision"),
    [
        ("Gunmen killed four traders in Gao on Monday.", _day(3, 11), "day"),
        ("Gunmen killed four traders in Gao overnight.", _day(3, 12), "day"),
        ("Gunmen killed four traders in Gao last month.", _day(2, 1), "month"),
        ("Gunmen killed four traders in Gao in February.", _day(2, 1), "month"),
        ("Gunmen killed four traders in Gao on 2 March 2021.", D(2021, 3, 2), "day"),
        ("Police said on Tuesday that gunmen had killed four traders in Gao on Sunday.", _day(3, 10), "day"),
        ("Four traders were killed in Gao, police said, months earlier.", None, "unknown"),
        ("Gunmen killed four traders in Gao.", None, "unknown"),
    ],
)
def test_a_claim_is_dated_by_its_own_words(reader: Reader, text: str, start: date | None, precision: str) -> None:
    claim = reader.one(text)
    assert (claim.when.start, claim.when.precision) == (start, precision)


def test_two_days_earlier_leans_on_the_story(reader: Reader) -> None:
    claims = reader.read(
        "Gunmen killed three traders in Chaman on Monday.", "Two days earlier a bomb had killed five people in Quetta."
    )
    assert [c.when.start for c in claims] == [_day(3, 11), _day(3, 9)]
