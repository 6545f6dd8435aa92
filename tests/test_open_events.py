"""What a person names as data: a workspace, the folder of a run, a dataset's file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.store.material import coding, document, event, moment

import tocsin
from tocsin.analysis import panel, panel_of
from tocsin.codebook import load_codebook
from tocsin.errors import NothingUsable, UsageError
from tocsin.pipeline import open_events
from tocsin.records import Place
from tocsin.store import Workspace

CODES = load_codebook()
ACLED = (
    "event_id_cnty,event_date,year,time_precision,event_type,sub_event_type,actor1,inter1,country,admin1,location,"
    "latitude,longitude,geo_precision,fatalities\n"
)
ROW = "MLI1,2021-05-03,2021,1,Battles,Armed clash,Band A,Rebel group,Mali,Gao,Gao,16.27,-0.04,1,{}\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a run, whose workspace had one event for a day before a second one came."""
    monkeypatch.delenv("TOCSIN_DATABASE_URL", raising=False)
    report = document(1)
    mill = Place("the mill", latitude=16.2, longitude=0.1, country="MLI", admin1="Gao")
    told = coding(report, claims=2, where=(mill,))
    first, second = (event(n, claim) for n, claim in enumerate(told.claims))
    with Workspace.open(tmp_path / "workspace") as kept:
        kept.add(report, name="report.txt", at=moment(0))
        kept.save_codings([told], moment(1))
        kept.save_events([first], {}, (), moment(2))
        kept.save_events([first, second], {}, (), moment(26))
    return tmp_path


@pytest.mark.parametrize("inside", ["", "workspace"])
def test_a_workspace_is_opened_by_its_name_or_that_of_its_run(home: Path, inside: str) -> None:
    found = open_events(home / inside, CODES)
    assert (found.dataset, found.rows, found.first, found.lethal_only) == ("workspace", 2, date(2024, 4, 30), False)
    rows = found.table.to_pyarrow().to_pylist()
    assert {row["event_type"] for row in rows} == {"Violence against civilians"}
    assert [row["events"] for row in panel(found.table).table.to_pyarrow().to_pylist()] == [2]


def test_a_workspace_is_read_as_it_was_known(home: Path) -> None:
    found = open_events(home, CODES, as_of="2024-05-01")
    assert found.rows == 1
    assert "As it was known on 2024-05-01" in found.caveats[-1]


def test_what_did_not_change_is_written_once(home: Path) -> None:
    open_events(home, CODES)
    open_events(home, CODES)
    assert len(list((home / "workspace" / "snapshots").iterdir())) == 1


def test_a_file_is_opened_and_rows_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    file = tmp_path / "acled.csv"
    file.write_text(ACLED + ROW.format(3) + ROW.replace("MLI1", "MLI2").format("many"), "utf-8")
    found = open_events(file, CODES)
    assert (found.name, found.rows, len(found.problems)) == ("ACLED, acled.csv", 1, 1)
    assert "1 rows could not be read" in found.caveats[-1]


def test_a_file_of_nothing_but_bad_rows_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "acled.csv"
    file.write_text(ACLED + ROW.format("many"), "utf-8")
    with pytest.raises(NothingUsable, match="no event could be read"):
        open_events(file, CODES)


def test_a_file_has_one_vintage(tmp_path: Path) -> None:
    file = tmp_path / "acled.csv"
    file.write_text(ACLED + ROW.format(3), "utf-8")
    with pytest.raises(UsageError, match="one vintage"):
        open_events(file, CODES, as_of="2024-05-01")


@pytest.mark.parametrize(("name", "says"), [("empty", "no workspace in it"), ("missing.csv", "no such file")])
def test_data_that_are_not_there_are_refused(tmp_path: Path, name: str, says: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=says):
        open_events(tmp_path / name, CODES)


def test_a_notebook_opens_what_the_commands_take(home: Path, tmp_path: Path) -> None:
    assert tocsin.events(str(home), as_of="2024-05-01").rows == 1
    table = tmp_path / "acled.csv"
    table.write_text(ACLED + ROW.format(3), "utf-8")
    found = tocsin.events(str(table))
    assert (found.dataset, found.rows, found.problems) == ("ACLED", 1, ())
    assert panel_of(found, ["admin1"]).table.to_pyarrow().column("deaths_best").to_pylist() == [3]
