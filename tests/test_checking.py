"""Statements checked against a workspace: as known then and now, and those that its reports make."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from tests.store.material import claim, coding, document, event, moment

import tocsin
from tocsin.codebook import load_codebook
from tocsin.errors import UsageError
from tocsin.pipeline import check_reports, check_said
from tocsin.records import Coding, Place, When
from tocsin.store import Workspace

CODES = load_codebook()
SAYS = "On average more than 1 attack a day was recorded in April. Since then, nothing else. Attacks rose."
DAY = When(date(2024, 5, 2), date(2024, 5, 2), "day", "once within", "stated")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace that had one event for a day before a second one came, and two reports that sum things up."""
    monkeypatch.delenv("TOCSIN_DATABASE_URL", raising=False)
    report = document(1)
    mill, bridge = (Place(n, latitude=16.2 + len(n), longitude=0.1, country="MLI") for n in ("the mill", "the bridge"))
    told = coding(report, claims=2, where=(mill,))
    told = replace(told, claims=(told.claims[0], replace(told.claims[1], where=(bridge,))))
    sums = [document(2, SAYS, published=DAY), document(3, SAYS, published=DAY, sensitivity="restricted")]
    with Workspace.open(tmp_path / "workspace") as kept:
        kept.add(report, name="report.txt", at=moment(0))
        kept.save_codings([told], moment(1))
        for number, one in enumerate(sums):
            kept.add(one, name=f"sum-{number}.txt", at=moment(0))
            spans = [one.span(one.text.index(word), one.text.index(word) + 6) for word in ("attack", "Attacks")]
            claims = tuple(replace(claim(one, n, modality="generic"), trigger=span) for n, span in enumerate(spans))
            kept.save_codings([Coding(one.id, one.text_hash, "k1", claims, ())], moment(1))
        first, second = (event(n, one) for n, one in enumerate(told.claims))
        kept.save_events([first], {}, (), moment(2))
        kept.save_events([first, second], {}, (), moment(26))
    return tmp_path


def test_a_workspace_is_tried_as_known_then_and_now(home: Path) -> None:
    found = check_said("at least 2 attacks took place in April 2024", home, CODES, said=date(2024, 5, 1))
    assert (found.verdict, found.flips) == ("cannot be told", ("vintage",))
    assert check_said("at least 2 attacks took place in April 2024", home, CODES, said=date(2024, 5, 3)).verdict == (
        "supported"
    )


def test_a_country_is_known_by_its_name(home: Path) -> None:
    found = tocsin.check("at least 2 attacks in Mali in April 2024", data=home, said="2024-05-03")
    assert (found.verdict, found.statement.areas) == ("supported", ("Mali",))
    assert tocsin.check("at least 2 attacks in April 2024", data=home, said="2024-05-03", threshold=3).verdict == (
        "contradicted"
    )


def test_what_reports_say_in_numbers_is_checked_as_of_their_day(home: Path) -> None:
    found = check_reports(home, CODES)
    assert [one.document for one in found] == ["local source", "local source", "sum-0.txt", "sum-0.txt"]
    assert {one.sentence for one in found[:2]} == {""}
    first, vague = sorted(found[2:], key=lambda one: one.checked is None)
    assert first.checked is not None
    assert first.sentence == "On average more than 1 attack a day was recorded in April."
    assert first.checked.statement.said == date(2024, 5, 2)
    # Two attacks are at least what there was.
    assert first.checked.verdict == "cannot be told"
    assert (vague.checked, vague.sentence) == (None, "Attacks rose.")


def test_only_a_workspace_has_reports(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        check_reports(tmp_path / "ged.csv", CODES)
