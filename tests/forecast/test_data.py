"""Histories of events: complete months, true zeros, and what is left out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.analysis.invented import HEADER, write_events

from tocsin.analysis import Selection, event_table
from tocsin.errors import UsageError
from tocsin.forecast import dataset_of_events, dataset_of_history, holds_a_history


def _events(path: Path, *days: str) -> Path:
    rows = [",".join(HEADER)]
    for n, day in enumerate(days):
        kind = "Battles,Armed clash,Band A,Rebel group,Band B"
        rows.append(f"MLI{n},{day},{day[:4]},1,{kind},Mali,Gao,Gao,16.27,-0.04,1,Radio,{n + 1}")
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def test_a_last_month_that_is_not_complete_is_left_out_and_named(tmp_path: Path) -> None:
    events = event_table(_events(tmp_path / "e.csv", "2021-01-05", "2021-03-20", "2021-04-11"))
    found = dataset_of_events(events)
    assert found.history.values[:, 0].tolist() == [1, 0, 2]
    assert any("2021-04" in words and "not complete" in words for words in found.left_out)
    whole = dataset_of_events(events, whole_last=True)
    assert whole.history.origin == date(2021, 4, 1)
    ended = event_table(_events(tmp_path / "f.csv", "2021-01-05", "2021-04-29"))
    assert dataset_of_events(ended).history.origin == date(2021, 4, 1)
    with pytest.raises(UsageError, match="not one complete month"):
        dataset_of_events(event_table(_events(tmp_path / "g.csv", "2021-01-05")))


def test_what_was_asked_for_is_zero_in_the_months_of_the_whole_dataset(tmp_path: Path) -> None:
    events = event_table(write_events(tmp_path / "e.csv"))
    everything = dataset_of_events(events, "admin1", "events")
    one = dataset_of_events(events, "admin1", "events", Selection(admin1="Gao"))
    assert one.history.months == everything.history.months
    at = everything.history.units.index(one.history.units[0])
    assert (everything.history.values[:, at] == one.history.values[:, 0]).all()
    assert set(everything.points) == set(everything.history.units)
    cells = dataset_of_events(events, "priogrid", "events")
    assert cells.history.values.sum() == everything.history.values.sum()
    assert all(abs(north - 17) < 3 for north, _ in cells.points.values())


def test_tables_of_counts_are_told_from_tables_of_events(tmp_path: Path) -> None:
    counts = tmp_path / "counts.csv"
    counts.write_text("priogrid_gid,month,deaths\n179714,2021-01,4\n179714,2021-02,0\n")
    assert holds_a_history(counts)
    assert not holds_a_history(write_events(tmp_path / "acled.csv"))
    found = dataset_of_history(counts)
    assert found.points == {"179714": (34.75, 36.75)}
    assert not any("no row" in caveat for caveat in found.caveats)
    counts.write_text(counts.read_text() + "179715,2021-02,3\n")
    assert any(caveat.startswith("1 months of units have no row") for caveat in dataset_of_history(counts).caveats)
    assert ("Months", "2021-01 to 2021-02; the last one known is 2021-02") in found.computed()
