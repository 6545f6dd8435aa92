"""`tocsin report` as a person calls it: from a workspace and from a table, public and internal, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.analysis.invented import write_events

from tocsin.cli import main

REPORTS = Path(__file__).parents[1] / "data" / "reports"


@pytest.fixture(autouse=True)
def quiet_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TOCSIN_DATABASE_URL", "TOCSIN_OUT", "TOCSIN_WORKSPACE", "TOCSIN_PUBLISHED", "TOCSIN_CODEBOOK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "100")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("done") / "out"
    assert main(["run", str(REPORTS), "--out", str(out), "--quiet"]) == 1
    return out


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_events(tmp_path_factory.mktemp("table") / "acled.csv")


def test_a_workspace_is_reported_in_three_forms(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [tmp_path / f"report.{form}" for form in ("html", "docx", "pdf")]
    asked = [part for file in files for part in ("--out", str(file))]
    assert main(["report", "--data", str(run), *asked, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["events"] > 0
    assert told["files"] == [str(file) for file in files]
    assert all(file.stat().st_size > 1000 for file in files)
    page = files[0].read_text("utf-8")
    assert told["title"] in page
    assert "As of" in page
    # Whose machine it was is nobody's business.
    assert str(run) not in page
    assert str(tmp_path) not in page


def test_the_same_is_written_twice(run: Path, tmp_path: Path) -> None:
    for name in ("one.html", "two.html"):
        assert main(["report", "--workspace", str(run / "workspace"), "--out", str(tmp_path / name), "--quiet"]) == 0
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


def test_the_full_record_goes_apart(run: Path, tmp_path: Path) -> None:
    asked = ["report", "--data", str(run), "--period", "week", "--internal"]
    assert main([*asked, "--out", str(tmp_path / "week.html"), "--quiet"]) == 0
    assert not (tmp_path / "week.html").exists()
    page = (tmp_path / "internal" / "week.html").read_text("utf-8")
    assert "INTERNAL: do not forward" in page
    assert "Weekly report" in page


def test_a_table_of_others_is_reported(table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["report", "--data", str(table), "--until", "2021-08-31", "--out", str(tmp_path / "mali.html")]
    assert main([*asked, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    with table.open(encoding="utf-8") as file:
        expected = sum(",2021-08-" in line for line in file)
    page = (tmp_path / "mali.html").read_text("utf-8")
    assert (told["first"], told["last"]) == ("2021-08-01", "2021-08-31")
    assert told["events"] == expected
    assert "[MLI" in page
    assert "independent sources" in page
    assert "ACLED" in page


def test_a_month_after_a_year_is_told_what_rules_of_warning_say(table: Path, tmp_path: Path) -> None:
    later = tmp_path / "later.csv"
    lines = table.read_text("utf-8").splitlines()
    moved = [line.replace(",2021-0", ",2022-0").replace(",2021,", ",2022,").replace("MLI", "MLX") for line in lines[1:]]
    later.write_text("\n".join([*lines, *moved]) + "\n", "utf-8")
    page = tmp_path / "page.html"
    for until, told in (("2022-05-31", True), ("2022-05-30", False), ("2021-08-31", False)):
        assert main(["report", "--data", str(later), "--until", until, "--out", str(page), "--quiet"]) == 0
        assert ("Early warning" in page.read_text("utf-8")) == told, until


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("--period", "year"), "choose week or month"),
        (("--until", "March"), "is not a day"),
        (("--out", "report.odt"), ".html, .docx or .pdf"),
        (("--as-of", "2021-05-01"), "one vintage"),
        (("--workspace", "elsewhere"), "give one of them"),
    ],
)
def test_what_cannot_be_done_is_refused(
    table: Path, command: tuple[str, str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", "--data", str(table), *command]) == 2
    assert words in " ".join(capsys.readouterr().err.split())


def test_no_data_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "--data", str(tmp_path / "none.csv")]) == 2
    assert "there is no such file" in " ".join(capsys.readouterr().err.split())
    (tmp_path / "empty.csv").write_text("event_id_cnty,event_date\n", "utf-8")
    assert main(["report", "--data", str(tmp_path / "empty.csv")]) == 3
