"""Days as sources write them."""

from __future__ import annotations

from datetime import date

import pytest

from tocsin.sources._dates import day_order, find_day, parse_day


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2023-11-05", date(2023, 11, 5)),
        ("2023-11-05T23:59:00-08:00", date(2023, 11, 5)),
        ("5 November 2023", date(2023, 11, 5)),
        ("Nov. 5, 2023 10:15 GMT", date(2023, 11, 5)),
        ("Sunday, November 5th, 2023", date(2023, 11, 5)),
        ("5 novembre 2023", date(2023, 11, 5)),
        ("5 de noviembre de 2023", date(2023, 11, 5)),
        ("5 نوفمبر 2023", date(2023, 11, 5)),
        ("٥/١١/٢٠٢٣", date(2023, 11, 5)),
        ("05.11.2023", date(2023, 11, 5)),
        ("25/11/23", date(2023, 11, 25)),
        ("20231105", date(2023, 11, 5)),
        ("1699142400", date(2023, 11, 5)),
        ("1699142400000", date(2023, 11, 5)),
        ("2023-02-31", None),
        ("31/02/2023", None),
        ("5 years ago", None),
        ("soon", None),
        ("2023", None),
    ],
)
def test_days(written: str, day: date | None) -> None:
    assert parse_day(written) == day


def test_an_unclear_order_is_not_guessed() -> None:
    assert parse_day("03/04/2023", "unclear") is None
    assert parse_day("03/04/2023", "mdy") == date(2023, 3, 4)
    assert parse_day("13/04/2023", "mdy") == date(2023, 4, 13)
    assert day_order(["03/04/2023", "04/25/2023"]) == "mdy"
    assert day_order(["03/04/2023", "25/04/2023"]) == "dmy"
    assert day_order(["25/04/2023", "04/25/2023"]) == "unclear"


def test_a_day_without_a_year_needs_one() -> None:
    assert find_day("March 13") is None
    assert find_day("March 13", year=2021) == date(2021, 3, 13)
