"""``tocsin forecast``: in words, as a page, as JSON and in files; what cannot be done is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.analysis.invented import write_events
from tests.forecast.invented import war_and_peace, write_history

from tocsin.cli import main


@pytest.fixture(autouse=True)
def _narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def counts(tmp_path: Path) -> str:
    return str(write_history(tmp_path / "counts.csv", war_and_peace(30)))


def said(capsys: pytest.CaptureFixture[str], *command: str, code: int = 0) -> str:
    assert main(list(command)) == code
    shown = capsys.readouterr()
    return " ".join((shown.out if code == 0 else shown.err).split())


def test_counts_are_forecast(counts: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page, written = tmp_path / "page.html", tmp_path / "draws.parquet"
    printed = said(
        capsys, "forecast", counts, "--ahead", "3", "--unit", "u2", "--html", str(page), "--write", str(written)
    )
    assert "u2: " in printed
    assert "Where it failed worst" in printed
    assert "<svg" in page.read_text("utf-8")
    assert written.stat().st_size
    assert main(["forecast", counts, "--ahead", "3", "--origin", "2017-06", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["origin"] == "2017-06-01"
    assert len(found["forecast"]) == 3 * 6
    assert max(found["evaluation"]["origins"]) < "2017-06-01"


def test_events_are_forecast(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events = str(write_events(tmp_path / "acled.csv"))
    printed = said(capsys, "forecast", events, "--by", "admin1", "--measure", "events", "--keep-last", "--ahead", "2")
    assert "MLI · Gao" in printed
    assert "Not evaluated" in printed


def test_what_cannot_be_forecast_is_refused(counts: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "'many' is not a number" in said(capsys, "forecast", counts, "--chances", "1,many", code=2)
    assert "needs 12" in said(capsys, "forecast", counts, "--origin", "2016-05", code=2)
    assert "has no month 2031-01" in said(capsys, "forecast", counts, "--origin", "2031-01", code=2)
    assert "'soon' is no month" in said(capsys, "forecast", counts, "--origin", "soon", code=2)
    assert "no model 'oracle'" in said(capsys, "forecast", counts, "--model", "oracle", code=2)
    assert "events cannot be chosen" in said(capsys, "forecast", counts, "--country", "Mali", code=2)
    assert "no unit 'u9'" in said(capsys, "forecast", counts, "--unit", "u9", code=2)


def test_alerts_say_what_fired_why_and_what_rules_were_worth(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    values = war_and_peace(30)
    values[29, 1] = 900
    counts, feed, page = str(write_history(tmp_path / "c.csv", values)), tmp_path / "a.xml", tmp_path / "a.html"
    printed = said(capsys, "alerts", counts, "--atom", str(feed), "--html", str(page))
    assert "u1: surprise. 900 deaths in 2018-06" in printed
    assert "What the rules were worth before" in printed
    assert "<entry>" in feed.read_text("utf-8")
    assert "<svg" in page.read_text("utf-8")
    assert main(["alerts", counts, "--months", "6", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {alert["unit"] for alert in found["alerts"]} >= {"u1"}
    assert [rule["rule"] for rule in found["rules"]] == ["outbreak", "tripled", "surprise"]


def test_rules_that_are_none_are_refused(counts: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = tmp_path / "mine.toml"
    rules.write_text('[[rule]]\nname = "a"\nkind = "threshold"\nat_least = "many"\n')
    assert "at_least is 'many'" in said(capsys, "alerts", counts, "--rules", str(rules), code=2)
    assert "needs 13" in said(capsys, "alerts", counts, "--origin", "2016-12", code=2)
