"""A dataset as it was known: what each reading command and method says of a moment past."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

import tocsin
from tocsin import pipeline
from tocsin.cli import main
from tocsin.errors import NotFound, UsageError
from tocsin.pipeline._as_of import moment_of
from tocsin.records import Judgement
from tocsin.store import Workspace

REPORTS = Path(__file__).parent / "data" / "reports"
TOLD = "Gunmen killed 4 people in Gao, Mali, on 3 May 2021, the governor said."
MORE = "Gunmen killed 9 people in Timbuktu, Mali, on 4 May 2021, the governor said."


@pytest.fixture(autouse=True)
def quiet_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TOCSIN_DATABASE_URL", "TOCSIN_OUT", "TOCSIN_WORKSPACE", "TOCSIN_PUBLISHED", "TOCSIN_CODEBOOK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "100")


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, datetime]:
    """A workspace that a second report came to, after the moment that is returned with it."""
    folder = tmp_path_factory.mktemp("twice")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("TOCSIN_DATABASE_URL", raising=False)
        (folder / "reports").mkdir()
        (folder / "reports" / "one.txt").write_text(TOLD, encoding="utf-8")
        pipeline.run([folder / "reports"], folder / "out", published=date(2021, 5, 5))
        between = datetime.now(UTC)
        (folder / "reports" / "two.txt").write_text(MORE, encoding="utf-8")
        pipeline.run([folder / "reports"], folder / "out", published=date(2021, 5, 5))
    return folder / "out", between


@pytest.fixture
def kept(twice: tuple[Path, datetime], tmp_path: Path) -> Iterator[Workspace]:
    shutil.copytree(twice[0] / "workspace", tmp_path / "workspace")
    with pipeline.open_workspace(tmp_path / "workspace") as workspace:
        yield workspace


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2024-05-01", datetime(2024, 5, 1, 23, 59, 59, 999999, UTC)),
        (date(2024, 5, 1), datetime(2024, 5, 1, 23, 59, 59, 999999, UTC)),
        ("2024-05-01T12:00", datetime(2024, 5, 1, 12, tzinfo=UTC)),
        ("2024-05-01T12:00Z", datetime(2024, 5, 1, 12, tzinfo=UTC)),
        ("2024-05-01 12:00+03:00", datetime(2024, 5, 1, 9, tzinfo=UTC)),
        (datetime(2024, 5, 1, 12, tzinfo=UTC), datetime(2024, 5, 1, 12, tzinfo=UTC)),
        (None, None),
    ],
)
def test_what_a_day_or_a_moment_means(written: pipeline.AsOf, meant: datetime | None) -> None:
    assert moment_of(written) == meant


@pytest.mark.parametrize("written", ["yesterday", "2024-13-01", "01/05/2024", "", datetime(2024, 5, 1)])  # noqa: DTZ001
def test_what_is_no_day_is_said_so(written: pipeline.AsOf) -> None:
    with pytest.raises(UsageError, match="as of"):
        moment_of(written)


def test_the_export_is_of_what_was_known(twice: tuple[Path, datetime], tmp_path: Path) -> None:
    out, between = twice
    told = ["--workspace", str(out / "workspace"), "--out", str(tmp_path / "then"), "--as-of", between.isoformat()]
    assert main(["export", *told, "--quiet"]) == 0
    assert [r["location"] for r in rows(tmp_path / "then" / "events.csv")] == ["Gao"]
    assert {r["location"] for r in rows(out / "events.csv")} == {"Gao", "Timbuktu"}
    assert [Path(r["document"]).name for r in rows(tmp_path / "then" / "internal" / "claims.csv")] == ["one.txt"]
    page = (tmp_path / "then" / "report.html").read_text(encoding="utf-8")
    assert f"as it was known at {between:%Y-%m-%d %H:%M} UTC" in page
    assert "Timbuktu" not in page


def test_the_same_moment_gives_the_same_bytes(kept: Workspace, twice: tuple[Path, datetime], tmp_path: Path) -> None:
    codes, places = pipeline.open_codebook(None), pipeline.open_places()
    for name in ("first", "second"):
        pipeline.export(kept, tmp_path / name, codes, places, as_of=twice[1])
    for name in ("events.csv", "events.jsonl", "report.html", "internal/claims.csv"):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()


def test_the_package_says_of_when_it_is(twice: tuple[Path, datetime], tmp_path: Path) -> None:
    out, between = twice
    told = ["--workspace", str(out / "workspace"), "--out", str(tmp_path), "--as-of", between.isoformat()]
    assert main(["export", *told, "--form", "package", "--form", "geojson", "--quiet"]) == 0
    assert f"as known at {between:%Y-%m-%d %H:%M} UTC" in (tmp_path / "package" / "README.md").read_text("utf-8")
    geojson = json.loads((tmp_path / "events.geojson").read_text(encoding="utf-8"))
    assert datetime.fromisoformat(geojson["tocsin"]["as_of"]) == between
    assert len(geojson["features"]) == 1


def test_what_was_judged_later_is_not_in_it(kept: Workspace) -> None:
    codes = pipeline.open_codebook(None)
    event = next(e for e in kept.events() if e.where[0].label == "Gao")
    before = datetime.now(UTC)
    now = before + timedelta(microseconds=1)
    kept.add_judgements([Judgement("j-1", (event.id,), "correct", "r", now, "deaths", "5")], now)
    pipeline.link(kept, codes)
    readings = {
        moment: pipeline.read_event(kept, pipeline.find_events(kept, event.id, Path(), moment)[0], codes, moment)
        for moment in (before, None)
    }
    deaths = {m: next(f.value for f in r.fields if f.field == "deaths") for m, r in readings.items()}
    assert deaths == {before: "4", None: "5"}
    assert readings[before].as_of == before


def test_show_says_what_did_not_exist_then(
    twice: tuple[Path, datetime], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, between = twice
    with tocsin.open(out / "workspace") as dataset:
        one, other = (next(e for e in dataset.events() if e.where[0].label == w) for w in ("Gao", "Timbuktu"))
    told = ["--out", str(out), "--as-of", between.isoformat()]
    assert main(["show", one.id[:12], *told]) == 0
    assert f"as known at {between:%Y-%m-%d %H:%M} UTC" in capsys.readouterr().out
    assert main(["show", one.id[:12], *told, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["as_of"] is not None
    assert main(["show", other.id[:12], *told]) == 2
    assert "did not exist then" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("as_of", "words"),
    [
        ("2999-01-01", "in the future"),
        ("1999-01-01", "the first record is of"),
        ("last week", "neither a day nor a moment"),
    ],
)
@pytest.mark.parametrize("command", [["show", "e-1"], ["export", "--form", "csv"]])
def test_moments_that_cannot_be_answered_for_are_said_plainly(
    twice: tuple[Path, datetime], as_of: str, words: str, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, "--out", str(twice[0]), "--as-of", as_of]) == 2
    assert words in capsys.readouterr().err


def test_a_dataset_is_opened_as_of_a_moment(twice: tuple[Path, datetime]) -> None:
    out, between = twice
    with tocsin.open(out / "workspace", as_of=between) as then, tocsin.open(out / "workspace") as now:
        assert then.as_of == between
        assert len(list(then.events())) == 1
        assert list(then.events()) == list(now.events(as_of=between))
        assert list(then.events(as_of=date.today())) == list(now.events())  # noqa: DTZ011
        assert [d.text for d in then.documents()] == [TOLD]
        assert then.events_table().num_rows == 1
        assert then.claims_table()["claim_id"].to_pylist() == [c.id for c in then.claims()]
        later = next(e for e in now.events() if e.where[0].label == "Timbuktu")
        with pytest.raises(NotFound, match="did not exist then"):
            then.event(later.id)
    with pytest.raises(UsageError, match="in the future"):
        tocsin.open(out / "workspace", as_of="2999-12-31")


def test_copies_are_those_found_until_then(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    long = f"{TOLD} They came on motorcycles at noon, took the cattle of three families and left towards the river."
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "one.txt").write_text(long, encoding="utf-8")
    pipeline.run([tmp_path / "in"], tmp_path / "out", published=date(2021, 5, 5))
    between = datetime.now(UTC).isoformat()
    (tmp_path / "in" / "two.txt").write_text(f"{long} ", encoding="utf-8")
    (tmp_path / "in" / "three.txt").write_text(long.replace("Gunmen", "Bandits"), encoding="utf-8")
    pipeline.run([tmp_path / "in"], tmp_path / "out", published=date(2021, 5, 5))
    capsys.readouterr()
    told = ["copies", "--out", str(tmp_path / "out"), "--json"]
    assert main([*told, "--as-of", between]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert main(told) == 0
    assert len(json.loads(capsys.readouterr().out)) == 1


def test_what_was_restricted_since_is_not_quoted_as_of_before(
    kept: Workspace, twice: tuple[Path, datetime], tmp_path: Path
) -> None:
    document = next(d for d in kept.documents() if d.text == TOLD)
    assert document.sensitivity == "open"
    kept.set_sensitivity(document.id, "restricted", datetime.now(UTC))
    codes, places = pipeline.open_codebook(None), pipeline.open_places()
    pipeline.export(kept, tmp_path, codes, places, as_of=twice[1])
    lines = (tmp_path / "events.jsonl").read_text(encoding="utf-8")
    assert "Gunmen killed" not in lines
    assert "the governor said" not in lines


def test_a_workspace_without_records_says_so(new_workspace: Path, tmp_path: Path) -> None:
    shutil.copytree(new_workspace, tmp_path / "workspace")
    with (
        pipeline.open_workspace(tmp_path / "workspace") as workspace,
        pytest.raises(UsageError, match="nothing was recorded"),
    ):
        pipeline.moment_as_of(workspace, "2024-05-01")
