"""Sentences about numbers, as they are understood."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.analysis import Statement, read_statement
from tocsin.codebook import load_codebook
from tocsin.errors import UsageError

CODES = load_codebook()
AREAS = (
    "Syria",
    "SYR",
    "Hamah Governorate",
    "Dayr az Zawr Governorate",
    "Hamah district",
    "Damascus Governorate",
    "Rif Dimashq Governorate",
)
ACTORS = ("IS", "Government of Syria", "Civilians", "Lions of the Valley")
SAID = date(2019, 1, 15)


def read(text: str) -> Statement:
    return read_statement(text, CODES, AREAS, ACTORS, SAID)


@pytest.mark.parametrize(
    ("text", "comparison", "threshold"),
    [
        ("more than 60 attacks", "more than", 60),
        ("over sixty attacks", "more than", 60),
        ("attacks passed 1,200", "more than", 1200),
        ("attacks did not exceed 60", "at most", 60),
        ("no more than two hundred and five attacks", "at most", 205),
        ("60 attacks or fewer", "at most", 60),
        ("at least 60 attacks", "at least", 60),
        ("no fewer than 60 attacks", "at least", 60),
        ("60 or more attacks", "at least", 60),
        ("attacks never fell below 40", "at least", 40),
        ("fewer than 60 attacks", "fewer than", 60),
        ("attacks stayed below 60", "fewer than", 60),
        ("about 60 attacks", "about", 60),
        ("exactly 60 attacks", "exactly", 60),
        ("there were 60 attacks", "exactly", 60),
        ("there were no attacks", "exactly", 0),
        ("dozens of attacks", "at least", 12),
        ("fewer than a dozen attacks", "fewer than", 12),
        ("more than two dozen attacks", "more than", 24),
        ("over 1.5 thousand attacks", "more than", 1500),
        ("upwards of 500 attacks", "more than", 500),
        ("the army did not record more than 60 attacks", "at most", 60),
        ("it is not true that more than 60 attacks took place", "at most", 60),
        ("a spokesman denied that fewer than 60 attacks took place", "at least", 60),
        ("in 2018 there were more than 5 attacks", "more than", 5),
        ("between March and May 2018 there were 70 attacks", "exactly", 70),
    ],
)
def test_figures(text: str, comparison: str, threshold: float) -> None:
    found = read(text)
    assert (found.comparison, found.threshold) == (comparison, threshold)


def test_a_range_has_two_figures() -> None:
    found = read("between 20 and 30 attacks a month")
    assert (found.comparison, found.threshold, found.upper) == ("between", 20, 30)
    assert found.holds(30)
    assert not found.holds(31)


@pytest.mark.parametrize(
    ("text", "statistic", "per"),
    [
        ("an average of more than 60 attacks each month", "mean", "month"),
        ("on average 60 attacks a week", "mean", "week"),
        ("more than 60 attacks each month", "every", "month"),
        ("attacks exceeded 60 in every month of 2018", "every", "month"),
        ("more than 60 attacks a month", "mean", "month"),
        ("60 attacks per day", "mean", "day"),
        ("a median of 60 attacks a month", "median", "month"),
        ("more than 60 attacks in at least one month", "any", "month"),
        ("more than 60 attacks in 2018", "total", None),
        ("monthly attacks never exceeded 60", "every", "month"),
        ("attacks were consistently above 60 a month", "every", "month"),
        ("more than 60 attacks in each of the last six months", "every", "month"),
        ("attacks did not exceed 60 in any month", "every", "month"),
        ("attacks peaked at 60 in May 2018", "total", None),
        ("attacks peaked at 60 in 2018", "any", "month"),
    ],
)
def test_statistics(text: str, statistic: str, per: str | None) -> None:
    found = read(text)
    assert (found.statistic, found.per) == (statistic, per)


@pytest.mark.parametrize(
    "text",
    [
        "in no month of 2018 were there fewer than 40 attacks",
        "none of the months of 2018 saw fewer than 40 attacks",
        "at no point in 2018 did the monthly number of attacks drop below 40",
        "monthly attacks never fell below 40 in 2018",
    ],
)
def test_in_no_month_fewer_is_in_every_month_at_least(text: str) -> None:
    found = read(text)
    assert (found.statistic, found.comparison, found.threshold) == ("every", "at least", 40)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("60 attacks in 2018", date(2018, 1, 1), date(2018, 12, 31)),
        ("60 attacks in March 2018", date(2018, 3, 1), date(2018, 3, 31)),
        ("60 attacks between January and June 2017", date(2017, 1, 1), date(2017, 6, 30)),
        ("60 attacks in the last six months", date(2018, 7, 1), date(2018, 12, 31)),
        ("60 attacks over the past year", date(2018, 1, 1), date(2018, 12, 31)),
        ("60 attacks since July 2018", date(2018, 7, 1), SAID),
        ("60 attacks last year", date(2018, 1, 1), date(2018, 12, 31)),
        ("60 attacks in the first four months of 2018", date(2018, 1, 1), date(2018, 4, 30)),
        ("60 attacks in the final three months of 2018", date(2018, 10, 1), date(2018, 12, 31)),
        ("60 attacks in the six months to June 2018", date(2018, 1, 1), date(2018, 6, 30)),
        ("60 attacks in the three months from May 2018", date(2018, 5, 1), date(2018, 7, 31)),
        ("60 attacks a month", None, None),
    ],
)
def test_times(text: str, first: date | None, last: date | None) -> None:
    found = read(text)
    assert (found.first, found.last) == (first, last)


@pytest.mark.parametrize(
    ("text", "measure"),
    [
        ("more than 60 people were killed", "deaths"),
        ("fighting killed at least 500 people", "deaths"),
        ("60 deadly attacks", "events"),
        ("60 attacks in which people died", "events"),
        ("more than 40 civilians were killed", "civilian deaths"),
        ("attacks on civilians killed more than 40 people", "deaths"),
        ("a death toll of at least 300", "deaths"),
    ],
)
def test_measures(text: str, measure: str) -> None:
    assert read(text).measure == measure


@pytest.mark.parametrize(
    ("text", "actors", "role"),
    [
        ("more than 60 incidents by the Islamic State", ("Islamic State",), "by"),
        ("60 incidents involving IS", ("IS",), "involving"),
        ("60 attacks on Turkish forces", ("Turkish forces",), "against"),
        ("the Islamic State carried out 60 attacks", ("Islamic State",), "by"),
        ("60 clashes between IS and the Syrian army", ("IS", "Syrian army"), "involving"),
        ("60 incidents involving Lions of the Valley", ("Lions of the Valley",), "involving"),
        ("60 incidents", (), "involving"),
    ],
)
def test_actors(text: str, actors: tuple[str, ...], role: str) -> None:
    found = read(text)
    assert (found.actors, found.role) == (actors, role)


def test_somebody_whom_another_sentence_names_is_nobody_here() -> None:
    assert read("more than 60 incidents by the group each month").unnamed == "the group"
    assert read("more than 60 incidents by the Islamic State each month").unnamed == ""


def test_times_that_something_happened_are_a_number() -> None:
    assert read("IS attacked the Syrian army 20 times").threshold == 20


def test_who_says_so_is_no_actor() -> None:
    for text in (
        "60 attacks, the Syrian army said",
        "According to the Syrian army, 60 attacks took place",
        "The Syrian army said that 60 attacks took place",
        "By the Syrian army's count, there were 60 attacks",
    ):
        assert read(text).actors == ()


def test_in_how_many_months_is_not_checked() -> None:
    with pytest.raises(UsageError, match="in how many periods"):
        read("attacks fell below 60 in two months of 2018")


@pytest.mark.parametrize(
    ("text", "areas"),
    [
        ("60 attacks in Syria", ("Syria",)),
        ("60 attacks in Hama", ("Hamah Governorate",)),
        ("60 attacks in Hama district", ("Hamah district",)),
        ("60 attacks in Deir ez-Zor", ("Dayr az Zawr Governorate",)),
        ("60 attacks in Iraq", ("Iraq",)),
        ("60 attacks in Palmyra in May 2018", ("Palmyra",)),
        ("60 attacks in rural Damascus", ("Rif Dimashq Governorate",)),
        ("60 attacks in Damascus", ("Damascus Governorate",)),
        ("60 attacks by the Syrian army", ()),
    ],
)
def test_areas(text: str, areas: tuple[str, ...]) -> None:
    assert read(text).areas == areas


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("60 attacks on civilians", "violence against civilians"),
        ("60 attacks hit civilians", "violence against civilians"),
        ("60 battles", "battles"),
        ("60 air strikes", "air and drone strikes"),
        ("60 violent incidents", None),
    ],
)
def test_kinds(text: str, kind: str | None) -> None:
    found = read(text).kind
    assert (found.name if found else None) == kind


@pytest.mark.parametrize("text", ["violence rose in 2018", "attacks each month", ""])
def test_a_sentence_without_a_figure_is_refused_and_shown_how(text: str) -> None:
    with pytest.raises(UsageError, match="no figure to check"):
        read(text)


@pytest.mark.parametrize(
    "text", ["attacks rose by 20 percent", "60% of attacks were by IS", "3 times as many attacks", "a 3-fold rise"]
)
def test_a_share_or_a_change_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is a share or a change"):
        read(text)


def test_last_year_is_of_the_calendar_and_the_last_year_twelve_months() -> None:
    said = date(2018, 4, 10)
    found = [read_statement(f"60 attacks {when}", CODES, said=said) for when in ("last year", "over the last year")]
    assert [(one.first, one.last) for one in found] == [
        (date(2017, 1, 1), date(2017, 12, 31)),
        (date(2017, 4, 1), date(2018, 3, 31)),
    ]


@given(st.integers(2, 5000), st.sampled_from(["more than {}", "at least {}", "fewer than {}", "at most {}"]))
def test_any_number_is_read_in_digits(number: int, words: str) -> None:
    assert read(f"{words.format(f'{number:,}')} incidents a month").threshold == number


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_strict_and_loose_comparisons_are_each_others_opposites(value: float, threshold: float) -> None:
    def holds(comparison: Any) -> bool:
        return Statement("", SAID, comparison, threshold).holds(value)

    assert holds("more than") != holds("at most")
    assert holds("fewer than") != holds("at least")
