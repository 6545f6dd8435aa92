"""Commands that measure: an answer, a page and JSON from one event table or list."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.analysis.invented import write_events

from tocsin.cli import main


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(write_events(tmp_path_factory.mktemp("events") / "acled.csv"))


@pytest.fixture(autouse=True)
def _narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def said(capsys: pytest.CaptureFixture[str], *command: str, code: int = 0) -> str:
    assert main(list(command)) == code, capsys.readouterr().err
    shown = capsys.readouterr()
    return shown.out if code == 0 else " ".join(shown.err.split())


def as_json(capsys: pytest.CaptureFixture[str], *command: str) -> Any:
    return json.loads(said(capsys, *command, "--json"))


def test_near_repeats(events: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.html"
    asked = ("near-repeat", events, "--permutations", "99", "--html", str(page))
    printed = said(capsys, *asked)
    assert "Before you use this" in printed
    assert "dated more coarsely than day" in printed
    assert "ACLED" in page.read_text("utf-8")
    assert "<svg" in page.read_text("utf-8")
    found = as_json(capsys, *asked)
    observed = found["table"]["observed"]
    assert sum(map(sum, observed)) == found["table"]["events"] * (found["table"]["events"] - 1) / 2
    assert min(found["table"]["p"][1][1:3]) <= 0.02
    assert found["caveats"]


def test_what_no_list_names(events: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cases = tmp_path / "cases.csv"
    rows = ["1,1,0"] * 40 + ["1,0,1"] * 25 + ["0,1,1"] * 20 + ["1,1,1"] * 12
    rows += ["1,0,0"] * 90 + ["0,1,0"] * 60 + ["0,0,1"] * 50
    cases.write_text("name,press,courts,clinic\n" + "".join(f"case {n},{row}\n" for n, row in enumerate(rows)))
    page = tmp_path / "page.html"
    printed = said(capsys, "undercount", str(cases), "--html", str(page))
    assert "Models side by side" in printed
    assert "R-hat" in printed
    assert "297 named" in page.read_text("utf-8")
    found = as_json(capsys, "undercount", str(cases), "--lists", "press,courts")
    assert [estimate["model"] for estimate in found["estimates"]] == ["independence", "Chao's lower bound"]
    of_events = as_json(capsys, "undercount", events)
    assert of_events["overlaps"]["lists"] == ["Radio", "Gazette", "Monitor"]
    assert any("read each other" in caveat for caveat in of_events["caveats"])


def test_lists_that_cannot_tell_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cases = tmp_path / "cases.csv"
    cases.write_text("a,b\n" + "1,0\n" * 30 + "0,1\n" * 20)
    assert "shares no case with the other list" in said(capsys, "undercount", str(cases), code=2)
    assert "one list says nothing" in said(capsys, "undercount", str(cases), "--lists", "a", code=2)
    assert "no column 'c'" in said(capsys, "undercount", str(cases), "--lists", "a,c", code=2)
    cases.write_text("a,b\n1,1\n1,often\n")
    assert "cases.csv#2: b is 'often'" in said(capsys, "undercount", str(cases), "--lists", "a,b", code=3)
    cases.write_text("")
    assert "it is empty" in said(capsys, "undercount", str(cases), code=3)


def test_where_and_when_it_clusters(events: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.html"
    asked = ("hotspots", events, "--cell", "0.2", "--reach", "30", "--least", "3", "--html", str(page))
    assert "Where and when it clusters" in said(capsys, *asked)
    assert "An event brings" in page.read_text("utf-8")
    found = as_json(capsys, *asked)
    assert len(found["clusters"]["label"]) == len(found["clusters"]["ids"])
    assert found["self_excitation"]["branching"] >= 0


def _panel(path: Path, treated: int = 20, units: int = 40) -> str:
    rows = ["district,month,incidents,begun,lat,lon"]
    for unit in range(units):
        for month in range(6):
            begun = 3 if unit < treated else 0
            incidents = 5 + (unit * 7 + month * 5) % 4 - 2 * (begun > 0 and month >= begun)
            rows.append(f"d{unit:02d},{month},{incidents},{begun},{unit // 10},{unit % 10 / 10}")
    path.write_text("\n".join(rows))
    return str(path)


PANEL = ("--unit", "district", "--period", "month", "--outcome", "incidents", "--first", "begun")


def test_did_it_work(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    panel, page = _panel(tmp_path / "panel.csv"), tmp_path / "page.html"
    printed = said(capsys, "impact", panel, *PANEL, "--html", str(page))
    assert "incidents fell in treated places" in " ".join(printed.split())
    assert "If trends were not parallel" in page.read_text("utf-8")
    rings = ("--latitude", "lat", "--longitude", "lon", "--rings", "0,120")
    found = as_json(capsys, "impact", panel, *PANEL, *rings)
    assert found["design"] == "difference-in-differences"
    assert found["events"]["overall"]["effect"] == pytest.approx(-2, abs=0.5)
    assert found["spillover"]["rings"][0]["units"] == 10


def test_before_and_after_is_only_described(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    panel = _panel(tmp_path / "panel.csv", treated=3, units=3)
    printed = " ".join(said(capsys, "impact", panel, *PANEL).split())
    assert "What changed: incidents" in printed
    assert "that the change was caused by the treatment: all 3 places got it at once" in printed
    assert "--rings needs to know" in said(capsys, "impact", panel, *PANEL, "--rings", "0,5", code=2)


def test_events_with_a_list_of_places_make_a_study(
    events: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = tmp_path / "places.csv"
    places.write_text("unit,first\nGao,2021-06\nKidal,\nMénaka,\n")
    found = as_json(capsys, "impact", events, "--treatment", str(places))
    assert found["design"] == "description"
    assert found["measured"] == "recorded events a month"


def test_what_a_study_could_see(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    panel, page = _panel(tmp_path / "panel.csv", treated=0), tmp_path / "page.html"
    asked = ("power", panel, *PANEL[:6], "--treated", "20", "--before", "3", "--html", str(page))
    assert "would be found four times in five" in " ".join(said(capsys, *asked).split())
    assert as_json(capsys, *asked, "--effects", "0,9")["share"][1] == 1
    assert "two must not" in said(capsys, "power", panel, *PANEL[:6], "--treated", "40", "--before", "3", code=2)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--km", "0,a,5"), "--km: 'a' is not a number"),
        (("--days", "1,2"), "rising lower edges from 0"),
        (("--from", "2022-01-01", "--to", "2021-01-01"), "is after"),
        (("--from", "yesterday"), "--from: 'yesterday' is not a day"),
    ],
)
def test_what_cannot_be_read_is_named(
    events: str, options: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert words in said(capsys, "near-repeat", events, *options, code=2)


def test_where_no_event_is_left_the_reason_is_said(events: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "none are country Chad" in said(capsys, "near-repeat", events, "--country", "Chad", code=3)


def test_panels_and_trends(events: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = tmp_path / "panel.csv"
    printed = said(capsys, "panel", events, "--by", "admin1", "--period", "quarter", "--write", str(rows))
    assert "recorded events" in printed
    assert rows.read_text("utf-8").startswith("country,admin1,period_start,events")
    people = tmp_path / "people.csv"
    found = as_json(capsys, "panel", events, "--period", "year")["rows"]
    people.write_text(f"country,population\n{found[0]['country']},200000\n", "utf-8")
    rates = as_json(capsys, "panel", events, "--period", "year", "--population", str(people))["rows"]
    assert rates[0]["events_rate"] == pytest.approx(rates[0]["events"] / 2)
    people.write_text("country,souls\nMLI,1\n", "utf-8")
    assert "no column 'population'" in said(capsys, "panel", events, "--population", str(people), code=2)
    found = as_json(capsys, "trends", events)["trends"]
    assert [one["name"] for one in found] == ["all events"]


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("panel", "--by", "village"), "--by 'village': choose of all, country"),
        (("panel", "--period", "fortnight"), "--period 'fortnight': choose of week"),
        (("panel", "--write", "panel.docx"), "name a file that ends in .csv or .parquet"),
        (("hotspots", "--cell", "0"), "equal to 0.01"),
        (("trends", "--measure", "wounds"), "--measure 'wounds': choose events or deaths"),
    ],
)
def test_what_cannot_be_asked_for_is_said(
    events: str, capsys: pytest.CaptureFixture[str], command: tuple[str, ...], says: str
) -> None:
    assert says in said(capsys, command[0], events, *command[1:], code=2)


def test_a_statement(events: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = as_json(capsys, "check", "at least one attack happened in all", "--data", events)
    assert found["verdict"] == "supported"
    assert found["checked"]["statement"]["comparison"] == "at least"
    assert "give either one sentence" in said(capsys, "check", "--data", events, code=2)
    assert "only --data and --as-of" in said(capsys, "check", "--from-reports", "--said", "2020-01-01", code=2)
    assert "no figure to check" in said(capsys, "check", "there was violence", "--data", events, code=2)
    assert "choose one of by, against" in said(capsys, "check", "60 attacks", "--role", "of", "--data", events, code=2)


def test_what_is_not_installed_is_named_with_what_brings_it(
    events: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ruptures", None)
    assert "pip install 'tocsin[analysis]'" in said(capsys, "trends", events, code=2)


def test_rows_that_cannot_be_read_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "events.csv"
    rows = [
        "id,date,latitude,longitude,deaths,country",
        "1,2024-01-05,17.1,-3.2,3,Mali",
        "2,2024-02-30,17.1,-3.2,3,Mali",
    ]
    table.write_text("\n".join([*rows, "3,2024-03-01,17.2,-3.2,2,Mali"]) + "\n")
    assert main(["panel", str(table)]) == 1
    shown = capsys.readouterr()
    assert "2 recorded events with 5 deaths in 1 cell and 3 months" in " ".join(shown.out.split())
    assert "events.csv#2" in shown.err
    # Its deaths are one figure: it is the lowest and the highest as well.
    assert "MLI 2 5 5 5 0" in " ".join(shown.out.split())
    assert main(["panel", str(table), "--json"]) == 1
    assert len(json.loads(capsys.readouterr().out)["rows"]) == 3


def test_trends_fit_the_screen(events: str, capsys: pytest.CaptureFixture[str]) -> None:
    printed = said(capsys, "trends", events, "--by", "admin1")
    assert max(map(len, printed.splitlines())) <= 80
    assert "events a month now" in printed
    assert "Against the year before" in printed


def test_help_breaks_its_lines_where_the_screen_ends(capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys, "impact", "--help").splitlines()
    at = next(n for n, line in enumerate(lines) if "Staggered" in line)
    assert all(len(line.strip()) > 60 for line in lines[at : at + 4])


@pytest.mark.parametrize(
    ("text", "words", "code"),
    [
        ("", "it is empty", 3),
        ("unit,period,outcome,first\na,1,many,2\n", "outcome is 'many', no number", 3),
        ("unit;period;outcome;first\na;2019;5;2020\na;2020;5;2020\nb;2019;5;\n", "nothing is known of b in 2020.", 2),
    ],
)
def test_a_study_that_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, words: str, code: int
) -> None:
    table = tmp_path / "study.csv"
    table.write_text(text)
    assert words in said(capsys, "impact", str(table), code=code)
