"""What was exported can be brought back: the table holds the same events when it is read as reports are."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from tocsin import pipeline

REPORTS = Path(__file__).parents[1] / "examples" / "reports"
KEPT = (
    "event_date", "time_precision", "event_type", "sub_event_type", "actor1", "inter1", "actor2", "inter2",
    "country", "admin1", "location", "latitude", "longitude", "geo_precision", "fatalities", "civilian_targeting",
)  # fmt: skip


def rows(path: Path) -> Counter[tuple[str, ...]]:
    with path.open(encoding="utf-8", newline="") as file:
        return Counter(tuple(row[column] for column in KEPT) for row in csv.DictReader(file))


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("first")
    pipeline.run([REPORTS], out)
    with pipeline.open_workspace(out / "workspace", create=False) as workspace:
        codes, places = pipeline.open_codebook(None), pipeline.open_places(None)
        pipeline.export(workspace, out, codes, places, forms=["xlsx"])
    return out


@pytest.mark.parametrize("name", ["events.csv", "events.xlsx"])
def test_a_table_that_is_read_back_gives_the_same_table(exported: Path, tmp_path: Path, name: str) -> None:
    account = pipeline.run([exported / name], tmp_path / "out")
    assert not account.problems
    first, second = rows(exported / "events.csv"), rows(tmp_path / "out" / "events.csv")
    assert first.total() > 30
    assert second == first
