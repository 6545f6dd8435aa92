"""The data package: valid for the tools that read such packages, checkable, the same every time, replaced whole."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from tocsin.errors import UsageError
from tocsin.export import EVENT_COLUMNS, GED_COLUMNS, HAPI_COLUMNS, PackageExporter, _package
from tocsin.interfaces import load_plugin
from tocsin.records import PublicEvent

from .invented import BATTLES, edition, event, invented_events

AWKWARD = 'خان "الوردة"\n| <b>=1+1</b>; \u2028 \x07 `x`: # [a](b) {{ 1 }} \U0001f6d1'
MADE_WITH = (("tocsin", "0.1.0"), ("codebook", "Core 1.0"))


def package(folder: Path, events: list[PublicEvent] | None = None, **changes: Any) -> Path:
    PackageExporter().write(
        invented_events() if events is None else events, folder, edition(made_with=MADE_WITH, **changes)
    )
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def descriptor(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    return found


def problems(folder: Path) -> list[object]:
    frictionless = pytest.importorskip("frictionless")
    report = frictionless.Package(str(folder / "datapackage.json")).validate()
    return list(report.flatten(["type", "rowNumber", "fieldName", "note"]))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return package(tmp_path_factory.mktemp("made") / "package")


def test_what_is_in_it(made: Path) -> None:
    assert list(contents(made)) == [
        "CITATION.cff", "README.md", "SHA256SUMS", "data/events-ged.csv", "data/events-hapi.csv", "data/events.csv",
        "data/events.geojson", "data/events.jsonl", "data/events.xlsx", "datapackage.json", "methods.md",
    ]  # fmt: skip
    assert load_plugin("tocsin.exporters", "package") is PackageExporter


@pytest.mark.filterwarnings("ignore")
def test_frictionless_finds_it_valid(made: Path) -> None:
    assert problems(made) == []


@pytest.mark.filterwarnings("ignore")
def test_frictionless_finds_what_does_not_belong(made: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(made, tmp_path / "package"))
    path = folder / "data" / "events-ged.csv"
    path.write_text(path.read_text("utf-8").replace(",Clear,3,", ",Clear,7,", 1), encoding="utf-8")
    assert problems(folder)


@pytest.mark.parametrize(
    ("name", "columns"), [("events", EVENT_COLUMNS), ("events-ged", GED_COLUMNS), ("events-hapi", HAPI_COLUMNS)]
)
def test_every_column_is_described(made: Path, name: str, columns: tuple[str, ...]) -> None:
    (found,) = [r for r in descriptor(made)["resources"] if r["name"] == f"{name}-csv"]
    with (made / found["path"]).open(encoding="utf-8", newline="") as file:
        assert next(csv.reader(file)) == list(columns)
    described = found["schema"]["fields"]
    assert [f["name"] for f in described] == list(columns)
    assert all(f["description"].endswith(".") and f["type"] for f in described)
    assert found["schema"]["missingValues"] == [""]


def test_the_sums_are_right(made: Path) -> None:
    if shutil.which("sha256sum") is None:
        pytest.skip("no sha256sum here")
    subprocess.run(["sha256sum", "-c", "--strict", "--quiet", "SHA256SUMS"], cwd=made, check=True)
    listed = {line[66:] for line in (made / "SHA256SUMS").read_text("utf-8").splitlines()}
    assert listed == set(contents(made)) - {"SHA256SUMS"}
    for resource in descriptor(made)["resources"]:
        assert resource["bytes"] == (made / resource["path"]).stat().st_size


def test_the_citation_is_valid(made: Path) -> None:
    cited = yaml.safe_load((made / "CITATION.cff").read_text("utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= set(cited)
    assert (cited["cff-version"], cited["type"], cited["title"]) == ("1.2.0", "dataset", "Spring 2024")
    assert cited["date-released"] == date(2024, 5, 1)
    assert all(set(author) == {"name"} for author in cited["authors"])
    assert all(
        {"type", "title", "authors"} <= set(work) and isinstance(work["version"], str) for work in cited["references"]
    )
    assert "licen" not in " ".join(cited)


def test_the_same_bytes_every_time(made: Path, tmp_path: Path) -> None:
    other = package(tmp_path / "another")
    assert contents(other) == contents(made)
    assert contents(package(other)) == contents(made)
    assert [p.name for p in tmp_path.iterdir()] == ["another"]


@pytest.mark.filterwarnings("ignore")
def test_awkward_words(tmp_path: Path) -> None:
    texts = {
        f.name: AWKWARD
        for f in fields(PublicEvent)
        if f.name in ("actor1", "actor2", "location", "country", "admin1", "admin2", "weapon", "notes")
    }
    made = event(1, BATTLES, "Armed clash", "Rasm Zeitun", masked=("name",), **texts)
    row = replace(made.rows[0], actor1="'" + AWKWARD, source=AWKWARD)
    folder = package(
        tmp_path / "package", [replace(made, rows=(row,))], title=AWKWARD, where="country = '`|'", notes=(AWKWARD,)
    )
    assert problems(folder) == []
    cited = yaml.safe_load((folder / "CITATION.cff").read_text("utf-8"))
    assert cited["title"] == descriptor(folder)["title"]
    assert "\n" not in cited["title"]
    assert "خان" in cited["title"]
    methods = (folder / "methods.md").read_text("utf-8")
    assert "<b>" not in methods.replace("\\<", "")
    assert "``country = '`|'``" in methods
    assert "{{ 1 }}" in methods
    assert "\x07" not in methods


@pytest.mark.filterwarnings("ignore")
def test_no_events_are_a_package_too(tmp_path: Path) -> None:
    folder = package(tmp_path / "package", [], title="\n")
    assert problems(folder) == []
    assert descriptor(folder)["title"] == "Conflict events"


def test_the_note_counts_what_was_left_out(made: Path, tmp_path: Path) -> None:
    methods = (made / "methods.md").read_text("utf-8")
    assert "| Every claim denies that it happened. | 1 |" in methods
    assert "All events of the dataset are here" in methods
    assert "tocsin | 0.1.0" in methods
    chosen = package(tmp_path / "package", where="country = 'Iraq'", reasons={"denied_only": "Denied by all."})
    methods = (chosen / "methods.md").read_text("utf-8")
    assert "Not all events are here" in methods
    assert "| Denied by all. | 1 |" in methods


def test_an_old_package_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = package(tmp_path / "package")
    (folder / "data" / "events.kml").write_text("old", encoding="utf-8")
    with (folder / "SHA256SUMS").open("a", encoding="utf-8") as file:
        file.write("0" * 64 + "  data/events.kml\n")
    before = contents(folder)

    def broken(*_: object) -> str:
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(_package, "_citation", broken)
        with pytest.raises(OSError, match="full"):
            package(folder)
    assert contents(folder) == before
    assert [p.name for p in tmp_path.iterdir()] == ["package"]
    assert "data/events.kml" not in contents(package(folder))


def test_what_a_killed_run_left_is_in_nobodys_way(tmp_path: Path) -> None:
    for name in (".package.part", ".package.old"):
        (tmp_path / name / "data").mkdir(parents=True)
        (tmp_path / name / "data" / "events.csv").write_text("half", encoding="utf-8")
    package(tmp_path / "package")
    assert [p.name for p in tmp_path.iterdir()] == ["package"]


def test_what_is_not_the_packages_is_not_removed(tmp_path: Path) -> None:
    folder = package(tmp_path / "package")
    (folder / "LICENSE").write_text("CC BY 4.0", encoding="utf-8")
    with pytest.raises(UsageError, match="LICENSE"):
        package(folder)
    assert (folder / "LICENSE").exists()
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="no folder"):
        package(tmp_path / "file")
    (tmp_path / "link").symlink_to(folder, target_is_directory=True)
    with pytest.raises(UsageError, match="no folder"):
        package(tmp_path / "link")
