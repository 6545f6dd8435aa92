"""Datasets put together from the command line."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from tests.linking.integration.making import Columns, another_account, events
from typer.testing import CliRunner

from tocsin.cli._app import app


def save(columns: Columns, path: Path, kind: str = "van") -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "date_start", "latitude", "longitude", "side_a", "side_b", "best", "kind"))
        keys = ("id", "date_start", "latitude", "longitude", "actor1", "actor2", "deaths_best")
        for row in zip(*(columns[key].tolist() for key in keys), strict=True):
            writer.writerow((*row, kind))
    return path


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    one = events(120, seed=31)
    other, _ = another_account(one, seed=32)
    return save(one, tmp_path / "ours.csv"), save(other, tmp_path / "theirs.csv", "lorry")


def run(*arguments: object) -> Any:
    return CliRunner().invoke(app, ["integrate", *map(str, arguments)])


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_what_is_said_and_written_is_the_same(two: tuple[Path, Path], tmp_path: Path) -> None:
    done = run(*two, "--out", tmp_path / "out", "--json")
    assert done.exit_code == 0, done.output
    account = json.loads(done.stdout)
    folder = tmp_path / "out" / "internal"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert all(Path(file).stat().st_mode & 0o777 == 0o600 for file in account["files"])
    integrated, matches, unique = (table(folder / f"{name}.csv") for name in ("integrated", "matches", "unique"))
    assert len(integrated) == account["events"]
    assert len(matches) == account["matches"] == account["duplicates"] > 50
    assert len(unique) == sum(each["unique"] for each in account["datasets"])
    assert sum(int(row["events"]) for row in table(folder / "overlaps.csv")) == account["events"]
    ids = {(row["id_ours"], row["id_theirs"]) for row in integrated if row["datasets"] == "ours; theirs"}
    assert ids == {(row["id_a"], row["id_b"]) for row in matches}
    assert all(0.45 <= float(row["probability"]) <= 1 and "place " in row["reasons"] for row in matches)
    page = (folder / "integration.html").read_text("utf-8")
    assert "INTERNAL: do not forward" in page
    assert f"{account['events']:,}" in page
    assert "<script" not in page


def test_a_person_reads_overlaps_and_agreement(two: tuple[Path, Path]) -> None:
    done = run(*two)
    assert done.exit_code == 0
    for words in ("are in more than one dataset", "ours", "theirs", "same first day", "median distance", "Alone"):
        assert words.replace("are in", "of them in") in done.stdout


def test_windows_and_taxonomies(two: tuple[Path, Path], tmp_path: Path) -> None:
    taxonomy = tmp_path / "kind.csv"
    taxonomy.write_text("data.source,base.categories,level\nours,van,car\ntheirs,lorry,car\n", encoding="utf-8")
    windows = (*two, "--method", "windows", "--km", 4, "--days", 1, "--json")
    alone, agreed = json.loads(run(*windows).stdout), json.loads(run(*windows, "--taxonomy", taxonomy).stdout)
    assert alone["matches"] == agreed["matches"] > 50
    taxonomy.write_text("data.source,base.categories,level\nours,van,car\ntheirs,lorry,boat\n", encoding="utf-8")
    assert json.loads(run(*windows, "--taxonomy", f"kind={taxonomy}").stdout)["matches"] == 0
    taxonomy.write_text("data.source,base.categories,level\nours,van,car\ntheirs,cart,car\n", encoding="utf-8")
    lacking = run(*windows, "--taxonomy", taxonomy)
    assert lacking.exit_code == 1
    assert "kind 'lorry' is in no line of its taxonomy" in json.loads(lacking.stdout)["problems"][0]["reason"]


def test_a_bad_row_is_named_and_the_rest_integrated(two: tuple[Path, Path], tmp_path: Path) -> None:
    with two[0].open("a", encoding="utf-8") as file:
        file.write("x1,2024-13-40,10,20,A,B,1,van\r\nx2,2024-01-05,910,20,A,B,1,van\r\n")
    done = run(*two, "--out", tmp_path / "out", "--json")
    assert done.exit_code == 1
    account = json.loads(done.stdout)
    assert account["rows"] > 200
    rejects = table(tmp_path / "out" / "internal" / "rejects.csv")
    assert [row["row"] for row in rejects] == ["121", "122"]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--method", "windows"], "needs both windows"),
        (["--method", "magic"], "may be likely or windows"),
        (["--taxonomy", "kind.csv"], "are for --method windows"),
        (["--days", "1.5"], "must be a whole number"),
        (["--km", "-3"], "holds nothing"),
        (["--mapping", "nobody=map.toml"], "NAME one of: ours, theirs"),
        (["--choose", "worst"], "may be first or best"),
        (["--method", "windows", "--km", "1", "--days", "1", "--taxonomy", "gone.csv"], "there is no taxonomy"),
    ],
)
def test_wrong_usage_is_explained(two: tuple[Path, Path], more: list[str], says: str) -> None:
    done = run(*two, *more)
    assert done.exit_code == 2
    assert says in " ".join(done.stderr.split())


def test_files_that_are_no_datasets_leave_nothing_to_compare(two: tuple[Path, Path], tmp_path: Path) -> None:
    letter = tmp_path / "letter.csv"
    letter.write_text("dear,all\nhello,you\n", encoding="utf-8")
    assert run(two[0], letter).exit_code == 3
    assert run(two[0]).exit_code == 2
    assert run(two[0], two[0]).exit_code == 2
    assert run(two[0], tmp_path / "gone.csv").exit_code == 2
