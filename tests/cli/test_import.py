"""``tocsin import``: rows of datasets by the road that reports take; what cannot be read is listed, the rest loads."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from other_datasets import ACLED31, GED49, acled, ged, lines, written
from tocsin.cli import main
from tocsin.records import Event
from tocsin.store import Workspace


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def imported(capsys: pytest.CaptureFixture[str], out: Path, *arguments: str, code: int = 0) -> dict[str, Any]:
    capsys.readouterr()
    assert main(["import", *arguments, "--out", str(out), "--json"]) == code
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def events(out: Path) -> list[Event]:
    with Workspace.open(out / "workspace", create=False) as kept:
        return sorted(kept.events(), key=lambda e: e.id)


def test_twice_changes_nothing_and_a_newer_release_revises(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    rows = [ged(id=n, date_start=f"2019-03-{n:02}", date_end=f"2019-03-{n:02}") for n in range(1, 7)]
    old = written(tmp_path, lines(GED49, rows), "ged1.csv")
    first = imported(capsys, out, str(old))
    assert (first["imported"]["new"], first["linked"]["events"]) == (6, 6)
    before = events(out)
    again = imported(capsys, out, str(old))
    assert (again["imported"]["known"], again["coded"]["documents"], again["linked"]["changed"]) == (6, 0, 0)
    assert events(out) == before
    corrected = [*rows[:5], rows[5] | {"best": 9, "high": 9}, ged(id=7)]
    new = imported(capsys, out, str(written(tmp_path, lines(GED49, corrected), "ged2.csv")))
    assert (new["imported"]["new"], new["imported"]["revised"], new["linked"]["changed"]) == (1, 1, 2)
    after = {e.id: e for e in events(out)}
    assert {e.id for e in before} < set(after)
    changed = [e.id for e in before if after[e.id] != e]
    assert [after[i].counts.deaths.best for i in changed] == [9]  # type: ignore[union-attr]
    # The older release again does not undo what the newer one corrected.
    assert imported(capsys, out, str(old))["linked"]["changed"] == 0


def test_what_a_whole_release_no_longer_has_is_withdrawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    second = ged(id=502, date_start="2019-04-04", date_end="2019-04-04")
    both = str(written(tmp_path, lines(GED49, [ged(), second]), "a.csv"))
    one = str(written(tmp_path, lines(GED49, [ged(best=8)]), "b.csv"))
    other = str(written(tmp_path, lines(ACLED31, [acled(event_date="2018-01-01")]), "c.csv"))
    imported(capsys, out, both, other)
    before = events(out)
    assert imported(capsys, out, one)["linked"]["events"] == 3
    # A row that cannot be read is not gone.
    bad = str(written(tmp_path, lines(GED49, [ged(best=8), second | {"latitude": 95}]), "bad.csv"))
    assert imported(capsys, out, bad, "--whole", code=1)["linked"]["events"] == 3
    found = imported(capsys, out, one, "--whole")
    assert (found["imported"]["withdrawn"], found["linked"]["events"]) == (1, 2)
    again = imported(capsys, out, one, "--whole")
    assert (again["imported"]["withdrawn"], again["linked"]["changed"]) == (0, 0)
    assert imported(capsys, out, both, "--whole")["linked"]["events"] == 3
    assert {e.id: e for e in events(out)} == {e.id: e for e in before}


def test_an_import_that_was_interrupted_is_gone_on_with(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(written(tmp_path, lines(GED49, [ged(id=n, latitude=n / 9) for n in range(1, 12)])))
    monkeypatch.setattr("tocsin.pipeline._importing._BATCH", 4)
    add_many = Workspace.add_many
    calls = 0

    def interrupted(*arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise KeyboardInterrupt
        return add_many(*arguments)

    monkeypatch.setattr(Workspace, "add_many", interrupted)
    assert main(["import", path, "--out", str(tmp_path / "out")]) == 130
    found = imported(capsys, tmp_path / "out", path)
    assert (found["imported"]["known"], found["imported"]["new"], found["linked"]["events"]) == (8, 3, 11)
    imported(capsys, tmp_path / "other", path)
    assert [e.claim_ids for e in events(tmp_path / "out")] == [e.claim_ids for e in events(tmp_path / "other")]


def test_rows_of_two_datasets_about_one_incident_are_one_event(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    # Two rows of one dataset that say the same stay two: whoever made it has told them apart.
    one = written(tmp_path, lines(GED49, [ged(), ged(id=502)]), "ged.csv")
    same = {"latitude": 16.5, "longitude": 21.25, "location": "Bir Tamra village", "geo_precision": 1}
    two = written(
        tmp_path, lines(ACLED31, [acled(**same), acled(event_id_cnty="CHA9", event_date="2019-09-04")]), "acled.csv"
    )
    found = imported(capsys, out, str(one), str(two))
    assert found["imported"]["datasets"] == {"ACLED": 2, "UCDP GED": 2}
    sizes = sorted(len(e.claim_ids) for e in events(out))
    assert sizes == [1, 1, 2]
    (joined,) = (e for e in events(out) if len(e.claim_ids) == 2)
    assert (joined.documents, joined.lineages, joined.code) == (2, 2, "armed_clash")


def test_rejects_hold_the_line_and_the_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    text = lines(GED49, [ged(), ged(id=502, latitude=95), ged(), ged(id=504)])
    found = imported(capsys, out, str(written(tmp_path, text)), code=1)
    assert (found["imported"]["rows"], found["imported"]["rejected"]) == (2, 2)
    path = Path(found["imported"]["rejects"])
    assert path == out / "internal" / "rejects.csv"
    assert path.stat().st_mode & 0o077 == 0
    rejects = table(path)
    assert [(r["file"], r["row"], r["column"]) for r in rejects] == [
        ("events.csv", "2", "latitude"),
        ("events.csv", "3", "id"),
    ]
    assert [r["original"] for r in rejects] == text.split("\n")[2:4]
    capsys.readouterr()
    assert main(["import", str(written(tmp_path, text)), "--out", str(out)]) == 1
    shown = capsys.readouterr()
    assert "events.csv#2: column 'latitude'" in shown.err
    assert "2 left out" in shown.out
    imported(capsys, out, str(written(tmp_path, lines(GED49, [ged()]))))
    assert not path.exists()


def test_a_table_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mapping = written(
        tmp_path,
        '[columns]\nid = "no"\ndate_start = "on"\nlocation = "at"\nsub_event_type = "what"\n'
        '[constants]\ncountry = "TCD"\n',
        "map.toml",
    )
    own = written(tmp_path, "no,on,at,what\n1,2019-03-04,Bir Tamra,Armed clash\n")
    out = tmp_path / "out"
    found = imported(capsys, out, str(own), "--mapping", str(mapping), "--name", "Our list")
    assert found["imported"]["datasets"] == {"Our list": 1}
    (event,) = events(out)
    assert (event.code, event.where[0].label, event.where[0].country) == ("armed_clash", "Bir Tamra", "TCD")
    with Workspace.open(out / "workspace", create=False) as kept:
        (document,) = kept.documents()
    assert (document.source, document.title, document.sensitivity) == ("Our list", "Our list 1", "restricted")


def test_nothing_usable(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", str(written(tmp_path, "name,price\napples,3\n")), "--out", str(tmp_path / "out")]) == 3
    assert "no dataset known here" in capsys.readouterr().err
    missing = [str(tmp_path / "none.csv"), "--out", str(tmp_path / "out")]
    assert main(["import", *missing]) == 3
    assert "cannot be opened" in capsys.readouterr().err


def test_ged_comes_out_as_ged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    rows = [
        ged(side_b="CCMSR", where_prec=2),
        ged(id=502, type_of_violence=3, side_b="Civilians", date_start="2019-05-01", date_end="2019-05-01"),
        ged(id=503, event_clarity=2, date_prec=4, date_start="2019-07-01", date_end="2019-07-31", side_b="CCMSR"),
    ]
    imported(capsys, out, str(written(tmp_path, lines(GED49, rows))))
    assert main(["export", "--out", str(out), "--form", "ged", "--json"]) == 0
    found = sorted(table(out / "events-ged.csv"), key=lambda r: r["date_start"])
    kept = ("type_of_violence", "where_prec", "date_prec", "event_clarity", "low", "best", "high", "date_end")
    assert [tuple(row[name] for name in kept) for row in found] == [
        ("1", "2", "1", "1", "6", "6", "8", "2019-03-04"),
        ("3", "1", "1", "1", "6", "6", "8", "2019-05-01"),
        ("1", "1", "4", "2", "6", "6", "8", "2019-07-31"),
    ]
    assert {(row["where_coordinates"], row["latitude"]) for row in found} == {("Bir Tamra village", "16.5")}


def test_what_was_imported_is_exported_as_all_else_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    imported(
        capsys,
        out,
        str(written(tmp_path, lines(ACLED31, [acled(geo_precision=1)]))),
    )
    assert main(["export", "--out", str(out), "--json"]) == 0
    (row,) = table(out / "events.csv")
    assert (row["sub_event_type"], row["event_date"], row["fatalities"], row["location"]) == (
        "Armed clash",
        "2019-03-04",
        "6",
        "Bir Tamra",
    )
