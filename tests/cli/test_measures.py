"""Commands that measure: an answer, a page and JSON from one event table or list."""

from __future__ import annotations

import json
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
