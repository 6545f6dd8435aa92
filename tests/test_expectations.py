"""The ledger of what reports expect: when it comes due, what stands open, and what became of what is past."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.store.material import claim, coding, document, event, moment

from tocsin.cli import main
from tocsin.codebook import load_codebook
from tocsin.pipeline import list_expectations
from tocsin.pipeline._expectations import read_due
from tocsin.records import Place, When
from tocsin.store import Workspace

CODES = load_codebook()
SAID = date(2024, 3, 13)
TEXT = (
    "Officials met on Monday. The cells will be beaten within one to two years, the governor said. "
    "There will be more than two attacks within two weeks, a villager warned. "
    "The coming months could decide it. They were gone within two days."
)


@pytest.mark.parametrize(
    ("sentence", "due"),
    [
        ("They will leave within two weeks.", (date(2024, 3, 27),) * 2),
        ("Rebuilding will take one to two years.", (date(2025, 3, 13), date(2026, 3, 13))),
        ("Attacks are expected to rise in the next six months.", (date(2024, 9, 13),) * 2),
        ("The withdrawal will be completed by June 2025.", (date(2025, 6, 30),) * 2),
        ("They will be gone by the end of the year.", (date(2024, 12, 31),) * 2),
        ("The coming months could decide it.", (None, None)),
        ("They left within two weeks.", None),
        ("They will come back.", None),
        ("It will be remembered that they left in June 2020.", None),
    ],
)
def test_when_an_expectation_comes_due(sentence: str, due: tuple[date | None, date | None] | None) -> None:
    assert read_due(sentence, SAID) == due


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with an open report, the same from a restricted source, and three attacks in the two weeks after."""
    monkeypatch.delenv("TOCSIN_DATABASE_URL", raising=False)
    published = When(SAID, SAID, "day", "once within", "stated")
    told = document(1, TEXT, language="en", published=published)
    secret = document(2, f"{TEXT} It was noted.", language="en", published=published, sensitivity="restricted")
    mill = Place("the mill", latitude=16.2, longitude=0.1, country="MLI", admin1="Gao")
    days = [SAID + timedelta(days=n) for n in (1, 4, 9)]
    claims = tuple(
        claim(told, n, where=(mill,), when=When(day, day, "day", "once within", "stated")) for n, day in enumerate(days)
    )
    with Workspace.open(tmp_path / "workspace") as kept:
        for one, name in ((told, "open.txt"), (secret, "secret.txt")):
            kept.add(one, name=name, at=moment(0))
        kept.save_codings([coding(told, claims=0)], moment(1))
        kept.save_events([event(n, one) for n, one in enumerate(claims)], {}, (), moment(2))
    return tmp_path


def test_what_is_past_is_scored_and_the_rest_stands(home: Path) -> None:
    found = [one for one in list_expectations(home, CODES, on=date(2025, 5, 1)) if one.document == "open.txt"]
    assert [(one.standing, one.latest) for one in found] == [
        ("past", date(2024, 3, 27)),
        ("due", date(2026, 3, 13)),
        ("undated", None),
    ]
    assert found[0].checked is not None
    assert found[0].checked.verdict == "supported"
    assert found[1].checked is None
    early = list_expectations(home, CODES, on=SAID)
    assert {one.standing for one in early} == {"open", "undated"}


def test_words_of_restricted_reports_are_not_quoted(home: Path) -> None:
    secret = [one for one in list_expectations(home, CODES, on=SAID) if one.document != "open.txt"]
    assert len(secret) == 3
    assert {(one.document, one.sentence, one.checked) for one in secret} == {("local source", "", None)}


def test_the_ledger_on_screen_and_as_json(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["expectations", "--data", str(home), "--on", "2025-05-01"]) == 0
    assert "6 sentences look ahead: 2 due, 2 past, 2 undated" in " ".join(capsys.readouterr().out.split())
    assert main(["expectations", "--data", str(home), "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["expectations"]) == 6
    assert main(["expectations", "--data", str(home / "nothing")]) == 2
