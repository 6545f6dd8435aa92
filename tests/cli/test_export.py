"""`tocsin export` as a person calls it: forms, conditions, exit codes."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tocsin.cli import main
from tocsin.pipeline import form_names

REPORTS = Path(__file__).parents[1] / "data" / "reports"


@pytest.fixture(autouse=True)
def quiet_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TOCSIN_DATABASE_URL", "TOCSIN_OUT", "TOCSIN_WORKSPACE", "TOCSIN_PUBLISHED", "TOCSIN_CODEBOOK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "100")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("done") / "out"
    assert main(["run", str(REPORTS), "--out", str(out), "--quiet"]) == 1
    return out / "workspace"


@pytest.fixture
def target(workspace: Path, tmp_path: Path) -> list[str]:
    return ["--workspace", str(workspace), "--out", str(tmp_path / "out")]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_without_a_form_everything_is_written(
    target: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", *target]) == 0
    names = {p.name for p in (tmp_path / "out").iterdir()}
    assert names == {"events.csv", "events.jsonl", "report.html", "internal"}
    assert "do not forward" in capsys.readouterr().out


def test_only_the_forms_that_were_asked_for(
    target: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", *target, "--form", "geojson", "-f", "xlsx", "-f", "geojson"]) == 0
    assert {p.name for p in (tmp_path / "out").iterdir()} == {"events.geojson", "events.xlsx"}
    shown = capsys.readouterr().out
    assert "events.geojson  6 entries" in shown
    assert "do not forward" not in shown
    assert "events.jsonl" not in shown


def test_every_form_is_written_and_twice_the_same(target: list[str], tmp_path: Path) -> None:
    forms = [part for name in form_names() for part in ("--form", name)]
    assert main(["export", *target, *forms, "--quiet"]) == 0
    before = {p: p.read_bytes() for p in (tmp_path / "out").rglob("*") if p.is_file()}
    assert len(before) >= len(form_names())
    assert main(["export", *target, *forms, "--quiet"]) == 0
    assert before == {p: p.read_bytes() for p in (tmp_path / "out").rglob("*") if p.is_file()}


def test_a_condition_chooses(target: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", *target, "--quiet", "--form", "csv"]) == 0
    everything = rows(tmp_path / "out" / "events.csv")
    where = "fatalities > 0"
    assert main(["export", *target, "--json", "-f", "csv", "-f", "geojson", "--where", where]) == 0
    account = json.loads(capsys.readouterr().out)
    chosen = [row for row in everything if int(row["fatalities"]) > 0]
    assert 0 < len(chosen) < len(everything)
    assert rows(tmp_path / "out" / "events.csv") == chosen
    assert account["where"] == where
    assert account["files"] == ["events.csv", "events.geojson"]
    assert account["written"] == {"events.csv": len(chosen), "events.geojson": len(chosen)}
    assert account["rows"] == len(chosen)
    layer = json.loads((tmp_path / "out" / "events.geojson").read_text("utf-8"))
    assert layer["tocsin"]["where"] == where


def test_a_condition_that_nothing_meets_is_said(
    target: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", *target, "--form", "csv", "--where", "country = 'atlantis'"]) == 0
    assert rows(tmp_path / "out" / "events.csv") == []
    shown = capsys.readouterr().out
    assert "Chosen: 0 events, 0 rows" in shown
    assert "ilike" in shown


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--form", "geojon"], "did you mean geojson? there are: csv,"),
        (["--form", "shapefile"], "csv, "),
        (["--where", "fatalities > 0"], "such as --form csv"),
        (["--form", "csv", "--where", "contry = 'Mali'"], "did you mean country?"),
        (["--form", "csv", "--where", "true) union select (1"], "not one condition"),
        (["--form", "csv", "--where", "exists (from read_csv('/etc/passwd'))"], "a query of its own"),
    ],
)
def test_wrong_usage_is_told_before_anything_is_read(
    arguments: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", "--out", str(tmp_path / "out"), *arguments]) == 2
    assert words in capsys.readouterr().err
    assert main(["export", "--out", str(tmp_path / "out"), *arguments, "--json"]) == 2
    assert words in json.loads(capsys.readouterr().out)["error"]
    assert not (tmp_path / "out").exists()


def test_help_names_the_forms(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "--help"]) == 0
    shown = " ".join(capsys.readouterr().out.replace("│", " ").split())
    assert ", ".join(form_names()) in shown


def test_an_event_that_is_held_back_is_named_and_the_exit_code_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    address = "desk@newsroom.example"
    layer = tmp_path / "layer.toml"
    layer.write_text(
        f'[codebook]\nname = "Desk"\nversion = "1"\n[codes.armed_clash]\nlabel = "Armed clash (ask {address})"\n',
        encoding="utf-8",
    )
    report = tmp_path / "clash.txt"
    report.write_text("Gunmen killed 3 policemen near Idlib on 6 March 2019, officials said.\n", encoding="utf-8")
    target = ["--codebook", str(layer), "--out", str(tmp_path / "out")]
    assert main(["run", str(report), *target, "--quiet"]) == 1
    capsys.readouterr()
    for form in ([], ["--form", "geojson"]):
        assert main(["export", *target, *form]) == 1
        shown = capsys.readouterr()
        told = " ".join(shown.err.split())
        assert "held back, in internal/ only (e-mail left in sub_event_type" in told
        assert address not in shown.out + shown.err
    written = [p for p in (tmp_path / "out").iterdir() if p.is_file()]
    assert "events.csv" in {p.name for p in written}
    assert not any(address in p.read_text("utf-8") for p in written)
