"""`tocsin review` as a team uses it: out, filled in, back, and what it did."""

from __future__ import annotations

import csv
import json
import shutil
import stat
import subprocess
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import tocsin
from tocsin import pipeline
from tocsin.cli import main

TOLD = {
    "one.txt": "Gunmen killed 4 people in Gao, Mali, on 3 May 2021, the governor said.",
    "two.txt": "Attackers shot dead 6 villagers near Gao in Mali on 4 May 2021, a radio station reported.",
    "three.txt": "An explosion injured 2 soldiers in Timbuktu, Mali, on 9 May 2021, the army said.",
    "four.txt": '=HYPERLINK("http://127.0.0.1") said: gunmen killed 3 people in Mopti, Mali, on 7 May 2021.',
}


@pytest.fixture(autouse=True)
def quiet_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TOCSIN_DATABASE_URL", "TOCSIN_OUT", "TOCSIN_WORKSPACE", "TOCSIN_PUBLISHED", "TOCSIN_CODEBOOK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "100")


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("coded")
    (folder / "in").mkdir()
    for name, text in TOLD.items():
        (folder / "in" / name).write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("TOCSIN_DATABASE_URL", raising=False)
        pipeline.run([folder / "in"], folder / "out", published=date(2021, 5, 10))
    return folder / "out"


@pytest.fixture
def out(coded: Path, tmp_path: Path) -> Path:
    shutil.copytree(coded, tmp_path / "out")
    return tmp_path / "out"


@pytest.fixture
def book(out: Path) -> Path:
    path = out.parent / "review.xlsx"
    assert main(["review", "export", str(path), "--out", str(out)]) == 0
    return path


Row = dict[str, Any]


def rows_of(path: Path, sheet: str) -> list[Row]:
    page = openpyxl.load_workbook(path)[sheet]
    _, header, *rows = page.iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows if any(row)]


def fill(path: Path, sheet: str, wanted: Callable[[Row], bool], **answers: str) -> int:
    """Fill in the first row that is `wanted`, as a person does, and return its number."""
    book = openpyxl.load_workbook(path)
    page = book[sheet]
    header = [cell.value for cell in page[2]]
    for number in range(3, page.max_row + 1):
        row = {name: page.cell(number, at).value for at, name in enumerate(header, 1)}
        if wanted(row):
            for name, value in answers.items():
                page.cell(number, header.index(name) + 1).value = value
            book.save(path)
            return number
    raise AssertionError(f"no such row in {sheet}")


def about(*words: str) -> Callable[[Row], bool]:
    return lambda row: all(word in f"{row.get('passage')}" for word in words)


def table(out: Path) -> dict[str, dict[str, str]]:
    assert main(["export", "--out", str(out), "--quiet"]) == 0
    with (out / "events.csv").open(encoding="utf-8", newline="") as file:
        return {row["location"]: row for row in csv.DictReader(file)}


def imported(out: Path, path: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, Any]:
    capsys.readouterr()
    code = main(["review", "import", str(path), "--out", str(out), "--json", *more])
    return code, json.loads(capsys.readouterr().out)


def log(out: Path, capsys: pytest.CaptureFixture[str]) -> list[Any]:
    capsys.readouterr()
    assert main(["review", "log", "--out", str(out), "--json"]) == 0
    found: list[Any] = json.loads(capsys.readouterr().out)
    return found


def test_the_workbook_is_for_its_owner_and_says_so(book: Path) -> None:
    assert stat.S_IMODE(book.stat().st_mode) == 0o600
    loaded = openpyxl.load_workbook(book)
    assert loaded.sheetnames[0] == "Read me"
    for page in loaded:
        assert page["A1"].value.startswith("INTERNAL: do not forward")
        assert page.protection.sheet


def test_what_is_asked_is_locked_and_what_is_answered_is_open(book: Path) -> None:
    page = openpyxl.load_workbook(book)["Claims"]
    header = [cell.value for cell in page[2]]
    assert page.freeze_panes == "A3"
    unlocked = {name for cell, name in zip(page[3], header, strict=True) if not cell.protection.locked}
    assert unlocked == {"verdict", "field", "value", "reason", "reviewer"}
    offered = {v.formula1 for v in page.data_validations.dataValidation}
    assert '"accept,correct,reject,unsure"' in offered
    assert {page.cell(3, header.index(n) + 1).number_format for n in unlocked} == {"@"}


def test_least_sure_first_and_no_more_than_asked(out: Path) -> None:
    path = out.parent / "few.xlsx"
    assert main(["review", "export", str(path), "--out", str(out), "--most", "2", "--include", "claims"]) == 0
    assert openpyxl.load_workbook(path).sheetnames == ["Read me", "Claims"]
    scores = [row["score"] for row in rows_of(path, "Claims")]
    assert len(scores) == 2
    assert scores == sorted(scores)


def test_text_of_a_report_is_never_a_formula(book: Path) -> None:
    page = openpyxl.load_workbook(book)["Claims"]
    [cell] = [cell for row in page.iter_rows() for cell in row if f"{cell.value}".startswith("=HYPERLINK")]
    assert cell.data_type == "s"
    assert cell.quotePrefix


def test_a_filled_file_is_not_written_over(out: Path, book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", "export", str(book), "--out", str(out)]) == 2
    assert "may hold answers" in capsys.readouterr().err
    assert main(["review", "export", str(book), "--out", str(out), "--overwrite"]) == 0
    assert main(["review", "export", str(book.with_suffix(".csv")), "--out", str(out)]) == 2


def test_a_correction_comes_back_and_changes_the_table(
    out: Path, book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = table(out)
    fill(book, "Claims", about("Timbuktu"), verdict="correct", field="deaths", value="2", reason="they died")
    fill(book, "Claims", about("Mopti"), verdict="reject", reviewer="Amal")
    code, taken = imported(out, book, capsys, "--reviewer", "nour")
    assert code == 0
    assert (taken["filled"], taken["new"], taken["known"]) == (2, 2, 0)
    assert taken["linked"]["changed"] == 2
    after = table(out)
    assert (before["Timbuktu"]["fatalities"], after["Timbuktu"]["fatalities"]) == ("0", "2")
    assert "Mopti" in before
    assert "Mopti" not in after
    said = {(e["judgement"]["reviewer"], e["judgement"]["verdict"], e["judgement"]["reason"]) for e in log(out, capsys)}
    assert said == {("nour", "correct", "they died"), ("Amal", "reject", "")}
    # A claim's score says nothing of one of its fields, and counts have none.
    scored = {e["judgement"]["verdict"]: e["judgement"]["score_shown"] is not None for e in log(out, capsys)}
    assert scored == {"correct": False, "reject": True}


def test_twice_changes_nothing_and_edited_it_supersedes(
    out: Path, book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(book, "Claims", about("Timbuktu"), verdict="reject")
    assert imported(out, book, capsys, "--reviewer", "nour")[1]["new"] == 1
    code, again = imported(out, book, capsys, "--reviewer", "nour")
    assert (code, again["new"], again["known"], again["linked"]) == (0, 0, 1, None)
    fill(book, "Claims", about("Timbuktu"), verdict="accept")
    edited = imported(out, book, capsys, "--reviewer", "nour")[1]
    assert (edited["new"], edited["changed"]) == (1, 1)
    first, second = log(out, capsys)
    assert first["superseded_by"] == second["judgement"]["id"]
    assert second["superseded_by"] == ""
    assert "Timbuktu" in table(out)


def test_a_pair_that_is_judged_leaves_the_queue(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = out.parent / "pairs.xlsx"
    assert main(["review", "export", str(path), "--out", str(out), "--include", "pairs"]) == 0
    [pair] = rows_of(path, "Pairs")
    assert {pair["passage_a"], pair["passage_b"]} == {TOLD["one.txt"], TOLD["two.txt"]}
    assert "“Gunmen”" in f"{pair['read_a']}{pair['read_b']}"
    assert "incident" in pair["why"]
    for verdict, together in (("not_same", False), ("Same", True)):
        fill(path, "Pairs", lambda row: True, verdict=verdict, reviewer="nour")
        assert imported(out, path, capsys)[0] == 0
        with tocsin.open(out / "workspace") as dataset:
            homes = [{pair["claim_a"], pair["claim_b"]} <= set(e.claim_ids) for e in dataset.events()]
        assert any(homes) is together
    capsys.readouterr()
    assert main(["review", "list", "--include", "pairs", "--out", str(out), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["items"] == []
    fill(path, "Pairs", lambda row: True, verdict="unsure", reviewer="nour")
    assert imported(out, path, capsys)[0] == 0
    assert main(["review", "list", "--include", "pairs", "--out", str(out), "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["items"]) == 1


def test_places_and_actors_are_found_when_they_are_put_right(
    out: Path, book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    claim = next(row["claim"] for row in rows_of(book, "Claims") if "Timbuktu" in row["passage"])
    spare = lambda row: not any(row.values())  # noqa: E731
    fill(book, "Fields", spare, subject=claim, field="where", verdict="correct", value="Kidal, Mali")
    fill(book, "Fields", spare, subject=claim, field="actor1", verdict="correct", value="JNIM")
    fill(book, "Fields", spare, subject=claim, field="when", verdict="correct", value="2021-05-08")
    fill(book, "Fields", spare, subject=claim, field="injured", verdict="correct", value="at least 3")
    assert imported(out, book, capsys, "--reviewer", "nour")[0] == 0
    row = table(out)["Kidal"]
    assert row["event_date"] == "2021-05-08"
    assert row["actor1"].startswith("JNIM")
    assert row["inter1"] == "Rebel group"
    assert main(["review", "log", "--out", str(out)]) == 0
    assert "correct where → Kidal" in capsys.readouterr().out


BAD: Sequence[tuple[dict[str, str], str]] = [
    ({"verdict": "perhaps"}, "'perhaps' is none of: accept, correct, reject, unsure"),
    ({"verdict": "same"}, "'same' is none of"),
    ({"value": "3"}, "a value or a reason and no verdict"),
    ({"verdict": "correct", "value": "3"}, "names no field"),
    ({"verdict": "correct", "field": "deaths"}, "not what is right"),
    ({"verdict": "accept", "value": "3"}, "goes with correct only"),
    ({"verdict": "correct", "field": "deaths", "value": "many"}, "'many' is no count"),
    ({"verdict": "correct", "field": "when", "value": "12 March"}, "'12 March' is no date"),
    ({"verdict": "correct", "field": "code", "value": "Coup"}, "Coup"),
    ({"verdict": "correct", "field": "where", "value": "Xyzzyville"}, "no gazetteer has a place"),
    ({"verdict": "correct", "field": "colour", "value": "red"}, "'colour' is none of"),
    ({"verdict": "accept", "claim": "c-0000"}, "no claim or event of this workspace"),
]


@pytest.mark.parametrize(("answers", "words"), BAD)
def test_a_row_that_cannot_be_taken_is_named_and_the_rest_goes_in(
    out: Path, book: Path, answers: dict[str, str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    number = fill(book, "Claims", about("Timbuktu"), **answers)
    fill(book, "Claims", about("Mopti"), verdict="accept")
    code, taken = imported(out, book, capsys, "--reviewer", "nour", "--no-link")
    assert (code, taken["new"]) == (1, 1)
    [problem] = taken["problems"]
    assert problem["item"] == f"Claims row {number}"
    assert words in problem["reason"]


def test_where_no_row_can_be_taken_nothing_is(out: Path, book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(book, "Claims", about("Timbuktu"), verdict="perhaps")
    assert main(["review", "import", str(book), "--out", str(out)]) == 3
    assert "no row could be taken" in capsys.readouterr().err
    assert log(out, capsys) == []


def test_an_empty_sheet_says_so(out: Path, book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", "import", str(book), "--out", str(out)]) == 0
    assert "No row is filled in" in capsys.readouterr().out


def test_a_row_without_a_reviewer_asks_for_one(out: Path, book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(book, "Claims", about("Timbuktu"), verdict="accept")
    assert main(["review", "import", str(book), "--out", str(out)]) == 3
    assert "does not say who judged" in capsys.readouterr().err


def test_what_was_forgotten_meanwhile_is_said_so(out: Path, book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(book, "Claims", about("Timbuktu"), verdict="accept")
    fill(book, "Claims", about("Mopti"), verdict="accept")
    assert main(["forget", "in/three.txt", "--reason", "request", "--out", str(out), "--yes"]) == 0
    assert str(book) in capsys.readouterr().out.replace("\n", "")
    code, taken = imported(out, book, capsys, "--reviewer", "nour")
    assert (code, taken["new"]) == (1, 1)
    assert "was forgotten since" in taken["problems"][0]["reason"]


@pytest.mark.parametrize("name", ["notes.txt", "none.xlsx", "other.csv"])
def test_files_that_are_none(out: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = out.parent / name
    if name != "none.xlsx":
        path.write_text("a,b\n1,2\n", encoding="utf-8")
    assert main(["review", "import", str(path), "--out", str(out)]) in (2, 3)
    assert name in capsys.readouterr().err


def test_a_sheet_comes_back_as_csv(out: Path, book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = rows_of(book, "Claims")
    chosen = next(row for row in rows if "Timbuktu" in row["passage"])
    with (out.parent / "back.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, [*chosen], delimiter=";")
        writer.writeheader()
        writer.writerow(chosen | {"verdict": "reject", "reviewer": "نور"})
    code, taken = imported(out, out.parent / "back.csv", capsys)
    assert (code, taken["new"]) == (0, 1)
    assert log(out, capsys)[0]["judgement"]["reviewer"] == "نور"


@pytest.mark.libreoffice
def test_what_libreoffice_saved_comes_back(out: Path, book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("no soffice here; install libreoffice-calc-nogui")
    claim = next(row["claim"] for row in rows_of(book, "Claims") if "Timbuktu" in row["passage"])
    fill(book, "Claims", about("Mopti"), verdict="reject", reason="=1+1")
    fill(
        book, "Fields", lambda row: not any(row.values()), subject=claim, field="deaths", verdict="correct", value="1-3"
    )
    profile = f"-env:UserInstallation={(out.parent / 'profile').as_uri()}"
    for form in ("ods", "xlsx"):
        saved = out.parent / form
        command = [soffice, profile, "--headless", "--convert-to", form, "--outdir", str(saved), str(book)]
        subprocess.run(command, capture_output=True, check=True, timeout=180)
        code, taken = imported(out, saved / f"review.{form}", capsys, "--reviewer", "nour")
        assert code == 0
        assert (taken["filled"], taken["new"] + taken["known"]) == (2, 2)
    values = {e["judgement"]["field"]: e["judgement"]["value"] for e in log(out, capsys)}
    assert values == {"": "", "deaths": "1-3"}
    assert table(out)["Timbuktu"]["fatalities"] == "1"


def test_the_queue_and_the_log_on_screen(out: Path, book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", "log", "--out", str(out)]) == 0
    assert "Nobody has judged anything yet" in capsys.readouterr().out
    assert main(["review", "list", "--out", str(out), "--most", "1"]) == 0
    shown = capsys.readouterr().out
    assert "One incident or two?" in shown
    assert "do not forward" in shown
    assert main(["review", "list", "--out", str(out), "--include", "everything"]) == 2
    assert "there are pairs, claims, fields, lost" in capsys.readouterr().err


def test_two_reviewers_and_what_scores_were_worth(out: Path, book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = ["--out", str(out)]
    assert main(["review", "agreement", *told]) == 0
    assert "Nothing was judged by two people yet" in capsys.readouterr().out
    assert main(["review", "calibration", *told]) == 0
    assert "Nothing that has a score was judged yet" in capsys.readouterr().out
    for who, verdict in (("nour", "accept"), ("amal", "reject")):
        fill(book, "Claims", about("Timbuktu"), verdict=verdict)
        fill(book, "Claims", about("Mopti"), verdict="accept")
        assert imported(out, book, capsys, "--reviewer", who, "--no-link")[1]["new"] == 2
    assert main(["review", "agreement", *told, "--json"]) == 0
    [claims] = json.loads(capsys.readouterr().out)["agreement"]
    assert (claims["of"], claims["items"], claims["reviewers"], claims["same"]) == ("claims", 2, 2, 0.5)
    assert main(["review", "agreement", *told]) == 0
    assert "amal, nour" in capsys.readouterr().out
    page = out.parent / "calibration.html"
    assert main(["review", "calibration", *told, "--html", str(page), "--json"]) == 0
    [found] = json.loads(capsys.readouterr().out)
    assert (found["of"], found["items"], found["right"]) == ("claims", 2, 1)
    assert "<svg" in page.read_text(encoding="utf-8")
    assert main(["review", "calibration", *told]) == 0
    assert "1 of 2 right" in capsys.readouterr().out


def test_two_tables_of_claims(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, other = out / "internal" / "claims.csv", out.parent / "other.csv"
    other.write_text(one.read_text(encoding="utf-8").replace("Timbuktu", "Kidal"), encoding="utf-8")
    assert main(["review", "agreement", str(one), str(other), "--json"]) == 0
    same = {a["of"]: a["same"] for a in json.loads(capsys.readouterr().out)["agreement"]}
    assert same["location_name"] < same["modality"] == 1
    assert main(["review", "agreement", str(one)]) == 2
    assert main(["review", "agreement", str(one), str(out / "events.csv")]) == 2
    assert "no column claim_id" in capsys.readouterr().err
