"""``tocsin diff``: what a release changed, on the screen, as JSON, and as a table of changes."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from other_datasets import ACLED31, GED41, GED49, acled, ged, lines, written
from tocsin.cli import main


@pytest.fixture
def releases(tmp_path: Path) -> list[str]:
    """Two releases whose columns stand in another order and whose days are written otherwise."""
    old = [ged(), ged(id=502, date_start="2019-03-05", date_end="2019-03-05"), ged(id=503, side_b="Lake Guard")]
    new = [
        ged(best="9.0", date_start="2019-03-04 00:00:00.000", date_end="2019-03-04 00:00:00.000"),
        ged(id=502, date_start="2019-03-05", date_end="2019-03-05", latitude=17.5),
        ged(id=504, date_start="2020-01-01", date_end="2020-01-01", best=40, high=50),
    ]
    paths = [written(tmp_path, lines(GED41, old), "old.csv"), written(tmp_path, lines(GED49, new), "new.csv")]
    return [str(path) for path in paths]


def test_on_the_screen(releases: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", *releases]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    for words in (
        "UCDP GED 3 rows, 3 before Added 1 Removed 1 Changed 2 1 moved",
        "1 moved (median 111.2 km, at most 111.2 km), 1 re-counted",
        "Chad 2020: +40 deaths (0 → 40; 6 to 50, was 0 to 0), +1 events",
        "Chad 2019: -3 deaths (18 → 15;",
        "503, 2019-03-04, Bir Tamra village, Chad, Government of Chad – Lake Guard, 6 deaths",
        "501: deaths_best 6 → 9",
        "502: latitude 16.5 → 17.5 (111.2 km)",
    ):
        assert words in shown


def test_nothing_changed(releases: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", releases[0], releases[0]]) == 0
    assert "Nothing changed." in capsys.readouterr().out


def test_every_change_as_json_and_as_a_table(
    releases: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diff", *releases, "--json", "--out", str(tmp_path / "changes.csv")]) == 0
    release = json.loads(capsys.readouterr().out)["release"]
    assert ([r["id"] for r in release["added"]], [r["id"] for r in release["removed"]]) == (["504"], ["503"])
    assert [(c["after"]["id"], c["kinds"], c["km"]) for c in release["changed"]] == [
        ("501", ["recounted"], None),
        ("502", ["moved"], 111.19),
    ]
    with (tmp_path / "changes.csv").open(encoding="utf-8", newline="") as file:
        changes = list(csv.DictReader(file))
    assert [(c["change"], c["id"], c["new_id"], c["field"], c["before"], c["after"], c["km"]) for c in changes] == [
        ("added", "", "504", "deaths_best", "", "40", ""),
        ("removed", "503", "", "deaths_best", "6", "", ""),
        ("recounted", "501", "501", "deaths_best", "6", "9", ""),
        ("moved", "502", "502", "latitude", "16.5", "17.5", "111.19"),
    ]


def test_rows_left_out_are_named(releases: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = written(tmp_path, lines(GED49, [ged(), ged(id=9, latitude=95)]), "bad.csv")
    assert main(["diff", releases[0], str(bad)]) == 1
    assert "bad.csv#2: column 'latitude'" in capsys.readouterr().err


def test_what_cannot_be_compared(releases: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = written(tmp_path, lines(ACLED31, [acled()]), "acled.csv")
    assert main(["diff", releases[0], str(other)]) == 2
    assert "old.csv is of UCDP GED, acled.csv of ACLED" in capsys.readouterr().err
    assert main(["diff", releases[0], str(written(tmp_path, "a,b\n1,2\n", "none.csv"))]) == 3
    assert "no dataset known here" in capsys.readouterr().err


def test_a_table_of_ones_own_is_no_release_of_a_known_dataset(
    releases: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "mine.csv"
    columns = "id,date,latitude,longitude,deaths,country\n"
    mine.write_text(f"{columns}1,2024-01-05,17.1,19.2,3,Chad\n")
    assert main(["diff", str(mine), releases[0]]) == 2
    assert "integrate" in capsys.readouterr().err
    later = tmp_path / "mine-later.csv"
    later.write_text(f"{columns}1,2024-01-05,17.1,19.2,4,Chad\n")
    assert main(["diff", str(mine), str(later)]) == 0
    # It has no range of deaths, and none is shown.
    assert "(3 → 4), +0 events" in " ".join(capsys.readouterr().out.split())


def test_a_place_that_cannot_be_written_to_is_named(
    releases: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert main(["diff", *releases, "--out", str(tmp_path / "file" / "changes.csv")]) == 2
    assert "choose another place" in " ".join(capsys.readouterr().err.split())
