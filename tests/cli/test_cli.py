"""The commands as a person calls them: what they print where, and with which exit code."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from shutil import copytree

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from tocsin.cli import main
from tocsin.cli._app import app
from tocsin.cli._reading import render_event
from tocsin.cli._screen import Watched, print_problems
from tocsin.pipeline import ClaimReading, EventReading, FieldReading, Mark, Problem

DATA = Path(__file__).parents[1] / "data"
REPORTS = DATA / "reports"
GOOD = REPORTS / "01-wire.txt"
HEAVY = {"numpy", "spacy", "onnxruntime", "sqlalchemy", "pyarrow", "scipy", "shapely", "trafilatura"}


@pytest.fixture(autouse=True)
def quiet_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TOCSIN_DATABASE_URL", "TOCSIN_OUT", "TOCSIN_WORKSPACE", "TOCSIN_PUBLISHED", "TOCSIN_CODEBOOK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("done") / "out"
    assert main(["run", str(REPORTS), "--out", str(out), "--quiet"]) == 1
    return out


@pytest.fixture
def out(done: Path, tmp_path: Path) -> Path:
    copytree(done, tmp_path / "out")
    return tmp_path / "out"


def events(out: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (out / "events.jsonl").read_text("utf-8").splitlines()]


# Help


def commands() -> Iterator[tuple[list[str], object]]:
    def walk(group: object, path: list[str]) -> Iterator[tuple[list[str], object]]:
        for name, command in sorted(getattr(group, "commands", {}).items()):
            yield [*path, name], command
            yield from walk(command, [*path, name])

    yield from walk(typer.main.get_command(app), [])


@pytest.mark.parametrize("path", [" ".join(path) for path, _ in commands()])
def test_every_command_shows_an_example(path: str) -> None:
    shown = CliRunner().invoke(app, [*path.split(), "--help"])
    assert shown.exit_code == 0
    assert f"tocsin {path}" in " ".join(shown.output.split()).partition("Example:")[2]


def test_there_are_the_commands() -> None:
    names = {" ".join(path) for path, _ in commands()}
    assert names >= {"run", "add", "code", "link", "export", "show", "explain", "forget"}
    assert names >= {"codebook lint", "codebook show", "codebook try"}


def test_help_loads_no_language_model() -> None:
    script = (
        "import sys; from tocsin.cli import main; assert main(['run', '--help']) == 0; "
        f"sys.exit(bool({HEAVY} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    assert "Example" in found.stdout


def test_the_module_runs_and_knows_its_version() -> None:
    found = subprocess.run([sys.executable, "-m", "tocsin", "--version"], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout.split()[0]) == (0, "tocsin")


# Exit codes


def test_done(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(GOOD), "--out", str(tmp_path / "out")]) == 0
    shown = capsys.readouterr()
    assert "events.csv" in shown.out
    assert "\x1b" not in shown.out
    assert max(map(len, shown.out.splitlines())) <= 80
    assert not any(line.endswith(" ") for line in shown.out.splitlines())
    assert main(["run", str(GOOD), "--out", str(tmp_path / "out"), "--json"]) == 0
    account = json.loads(capsys.readouterr().out)
    assert account["read"]["read_before"] == 1
    assert account["exported"]["files"][0] == "events.csv"


def test_some_inputs_left_out(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(REPORTS), "--out", str(out)]) == 1
    shown = capsys.readouterr()
    for name in ("reports/04-log.csv#3: line 4", "reports/07-empty.txt", "reports/08-picture.xyz"):
        assert name in shown.err
        assert name not in shown.out
    for words in ("Documents", "Events by type", "Not in the table", "For a person's eye", "06-undated.txt", "Arabic"):
        assert words in shown.out


def test_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = ["--out", str(tmp_path / "out")]
    assert main(["run", str(GOOD), "--published", "yesterday", *target]) == 2
    assert "--published: 'yesterday' is not a day" in capsys.readouterr().err
    assert main(["run", str(GOOD), "--codebook", str(tmp_path / "none.toml"), *target]) == 2
    assert "none.toml" in capsys.readouterr().err
    assert main(["run"]) == 2
    assert main(["no-such-command"]) == 2
    assert main(["show", "e-1", *target]) == 2
    assert "no workspace here" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_nothing_usable(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [str(REPORTS / "07-empty.txt"), str(tmp_path / "missing.txt"), "--out", str(tmp_path / "out")]
    assert main(["run", *arguments]) == 3
    error = capsys.readouterr().err
    assert "07-empty.txt" in error
    assert "missing.txt" in error
    assert main(["run", *arguments, "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["exit_code"] == 3
    assert main(["add", *arguments]) == 3


def test_many_problems_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    print_problems([Problem(f"in/{n}.txt", "is empty") for n in range(45)], Path("internal/problems.txt"))
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 21
    assert "25 more" in lines[-1]
    assert "problems.txt" in lines[-1]


# Steps, twice


def test_steps_done_twice_change_nothing(out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = ["--out", str(out)]
    before = {name: (out / name).read_bytes() for name in ("events.csv", "events.jsonl", "report.html")}
    assert main(["add", str(REPORTS), "--json", *target]) == 1
    assert json.loads(capsys.readouterr().out)["new"] == 0
    assert main(["code", "--json", *target]) == 0
    assert json.loads(capsys.readouterr().out)["documents"] == 0
    assert main(["link", "--json", *target]) == 0
    assert json.loads(capsys.readouterr().out)["changed"] == 0
    assert main(["export", "--json", *target]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] > 0
    assert {name: (out / name).read_bytes() for name in before} == before
    for step in (["add", str(GOOD)], ["code"], ["link"], ["export"]):
        assert main([*step, *target]) == 0
    assert "Files in" in capsys.readouterr().out


def test_settings_flag_then_environment_then_file(
    out: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = out / "workspace" / "tocsin.toml"
    settings.write_text(settings.read_text("utf-8") + '\n[run]\npublished = "2021-05-14"\n', "utf-8")
    undated = str(REPORTS / "06-undated.txt")
    monkeypatch.setenv("TOCSIN_OUT", str(out))
    assert main(["add", undated, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["revised"] == 1
    monkeypatch.setenv("TOCSIN_PUBLISHED", "no day")
    assert main(["add", undated]) == 2
    assert main(["add", undated, "--published", "2021-05-14"]) == 0
    monkeypatch.delenv("TOCSIN_PUBLISHED")
    settings.write_text(settings.read_text("utf-8").replace("published", "publishd"), "utf-8")
    capsys.readouterr()
    assert main(["add", undated]) == 2
    assert "did you mean published?" in capsys.readouterr().err


# Looking


def test_show(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    event = next(e for e in events(out) if e["documents"] == 2)
    assert main(["show", str(event["id"])[:11], "--out", str(out)]) == 0
    shown = capsys.readouterr().out
    assert "reports/01-wire.txt" in shown
    assert "reports/02-copy.txt" in shown
    assert "“" in shown
    assert "do not forward" in shown
    assert main(["show", str(event["id"]), "--out", str(out), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["id"] == event["id"]
    assert main(["show", "e-nothing", "--out", str(out)]) == 2
    assert "no event" in capsys.readouterr().err


def test_words_that_run_from_right_to_left_keep_to_themselves() -> None:
    words = "قصفت المدفعية سوق المدينة يوم الاثنين ما أدى إلى مقتل أربعة مدنيين وإصابة تسعة آخرين بحسب الدفاع المدني"
    fields = (FieldReading("where", "أريحا", ("سوق المدينة",)), FieldReading("speaker", "the civil defence"))
    claim = ClaimReading(
        "c-1", "d-1", "a.txt", "", "شبكة", None, "asserted", False, words, (Mark(0, 5, "type"),), fields
    )
    event = EventReading("e-1", "asserted", "draft", False, 1, 1, None, fields, (), (claim,))
    console = Console(file=StringIO(), width=60, force_terminal=True, color_system=None)
    console.print(render_event(event))
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    arabic = [line for line in lines if re.search("[\u0600-\u06ff]", line)]
    assert len(arabic) >= 5
    for line in arabic:
        assert line.count("\u2068") == line.count("\u2069") > 0
    assert all("\u2068" not in line for line in lines if line not in arabic)


def test_explain(capsys: pytest.CaptureFixture[str]) -> None:
    sentence = "Gunmen killed two police officers in Daraa on Sunday, a doctor said."
    assert main(["explain", sentence, "--published", "2021-05-14"]) == 0
    shown = capsys.readouterr().out
    assert "2021-05-09" in shown
    assert "“two”" in shown
    assert "Most like these examples" in shown
    assert main(["explain", "قتل أربعة مدنيين في سوق المدينة يوم الاثنين", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["claims"] == []
    assert main(["explain", " "]) == 2


def test_codebook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    layer = str(DATA / "more-codes.toml")
    assert main(["codebook", "lint"]) == 0
    assert main(["codebook", "lint", layer]) == 0
    assert main(["codebook", "show"]) == 0
    assert main(["codebook", "show", "armed_clash"]) == 0
    assert "Near misses" in capsys.readouterr().out
    assert main(["codebook", "show", "armed_clsh"]) == 2
    assert "did you mean 'armed_clash'?" in capsys.readouterr().err
    assert main(["codebook", "try", layer, "--json"]) == 0
    (trial,) = json.loads(capsys.readouterr().out)
    assert trial["code"] == "attack"
    broken = tmp_path / "broken.toml"
    broken.write_text("[codes.attack]\nexampels = []\n", "utf-8")
    assert main(["codebook", "lint", str(broken)]) == 2
    assert "broken.toml" in capsys.readouterr().err


def test_forget(out: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    target = ["--out", str(out), "--reason", "request"]
    monkeypatch.setattr("sys.stdin", StringIO("n\n"))
    assert main(["forget", "reports/06-undated.txt", *target]) == 0
    assert "nothing was changed" in capsys.readouterr().err
    assert main(["forget", "reports/06-undated.txt", "--yes", *target]) == 0
    shown = capsys.readouterr().out
    assert "may still hold it" in shown
    assert "events.jsonl" in shown
    assert main(["forget", "reports/06-undated.txt", "--yes", *target]) == 2
    assert main(["forget", "reports/01-wire.txt", "--yes", "--out", str(out), "--reason", "Because of him"]) == 2
    assert main(["link", "--out", str(out)]) == 0
    assert main(["export", "--out", str(out)]) == 0
    assert all("Mopti" not in (out / name).read_text("utf-8") for name in ("events.csv", "events.jsonl", "report.html"))


# Progress


def test_progress_stays_silent_for_what_is_quick() -> None:
    console = Console(file=StringIO())
    watched = Watched(console)
    watched.start("Reading", 3)
    watched.advance(3)
    watched.finish()
    assert console.file.getvalue() == ""  # type: ignore[attr-defined]
