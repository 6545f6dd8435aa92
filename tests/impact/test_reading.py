"""Studies from tables of places, from answers, and from events with a list of places."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.analysis.invented import write_events

from tocsin.analysis import Selection, event_table
from tocsin.errors import InvalidRow, NothingUsable, UsageError
from tocsin.impact import PanelColumns, read_study, read_treatment, study_of_events

COLUMNS = PanelColumns("district", "wave", "trust", "begun", latitude="lat", longitude="lon")
ROWS = "district,wave,trust,begun,lat,lon\na,1,2,,1,5\na,1,4,,1,5\na,2,5,,1,5\nb,1,1,2,3,7\nb,2,2,2,3,7\n"


def test_answers_become_a_panel_with_places(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_text(ROWS)
    study, where = read_study(path, COLUMNS)
    assert study.outcome.tolist() == [[3, 5], [1, 2]]
    assert study.first.tolist() == [-1, 1]
    assert where is not None
    assert where.tolist() == [[1, 5], [3, 7]]


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (ROWS.replace("a,2,5", "a,2,many"), "survey.csv#3: trust is 'many', no number"),
        (ROWS.replace("a,2,5", "a,2,"), "nothing known is not zero"),
        (ROWS.replace("trust", "faith"), "has no column 'trust'"),
        (ROWS.replace("a,2,5,,1,5\n", ""), "gaps: nothing is known of a in 2"),
        ("district,wave,trust,begun,lat,lon\n", "it has no rows"),
    ],
)
def test_what_cannot_be_read_is_named(written: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_text(written)
    with pytest.raises((UsageError, InvalidRow, NothingUsable), match=words):
        read_study(path, COLUMNS)


def test_events_are_counted_in_every_place_and_month(tmp_path: Path) -> None:
    events = event_table(write_events(tmp_path / "acled.csv"))
    places = tmp_path / "places.csv"
    places.write_text("unit,first\nGAO,2021-06\nKidal,\nMénaka,never\nTimbuktu,\n")
    treatment = read_treatment(places, "unit", "first")
    assert treatment == {"GAO": "2021-06", "Kidal": "", "Ménaka": "", "Timbuktu": ""}
    study = study_of_events(events, treatment)
    assert study.units == ("GAO", "Kidal", "Ménaka", "Timbuktu")
    assert study.periods[0] == "2021-01"
    assert study.periods[study.first[0]] == "2021-06"
    assert study.outcome[3].sum() == 0
    assert 300 < study.outcome.sum() <= 320
    few = study_of_events(events, treatment, selection=Selection(kind="battles"), deaths=True)
    assert few.measured == "recorded deaths a month"
    with pytest.raises(NothingUsable, match="are they written as in its column admin1"):
        study_of_events(events, {"Nowhere": ""})
    with pytest.raises(UsageError, match="no column 'province'"):
        study_of_events(events, treatment, area="province")


def test_a_place_has_one_month(tmp_path: Path) -> None:
    places = tmp_path / "places.csv"
    places.write_text("unit,first\nGao,2021-06\nGao,2021-07\n")
    with pytest.raises(UsageError, match="two months of treatment"):
        read_treatment(places, "unit", "first")
    places.write_text("unit,first\nGao,June\n")
    with pytest.raises(InvalidRow, match="write the month"):
        read_treatment(places, "unit", "first")
