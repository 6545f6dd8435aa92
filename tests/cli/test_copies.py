"""``tocsin copies``: lineages with reasons and marked changes; words of restricted documents only when asked for."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from tocsin.cli import main
from tocsin.cli._copies import marked
from tocsin.linking import Change
from tocsin.store import Workspace

STORY = (
    "GAO, Mali (Ledger Wire) - Militants on motorcycles attacked a checkpoint outside the town late on Monday and "
    "killed two soldiers, the governor's office said on Tuesday. The attackers fled towards the river before help "
    "arrived. Residents heard shots for half an hour and said that the road to the north had been closed since then."
)
RETOLD = "Published: 2024-05-08\nSource: Evening Post\n\n" + STORY.replace("Militants", "Terrorists")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    reports = tmp_path / "in"
    reports.mkdir()
    (reports / "a.txt").write_text(STORY, "utf-8")
    (reports / "b.txt").write_text(RETOLD, "utf-8")
    (reports / "c.txt").write_text("Prices of bread rose again in the capital, traders told the paper.", "utf-8")
    assert main(["run", str(reports), "--out", str(tmp_path / "out"), "--published", "2024-05-07", "--quiet"]) == 0
    return tmp_path / "out"


def test_origin_copies_reasons_and_changed_words(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["copies", "--out", str(out)]) == 0
    shown = capsys.readouterr().out
    assert "in/a.txt" in shown
    assert "in/b.txt" in shown
    assert "in/c.txt" not in shown
    assert "the same words" in shown
    assert "1 day later" in shown
    assert "[-Militants-] {+Terrorists+} on motorcycles" in " ".join(shown.split())
    assert "\x1b" not in shown
    assert main(["copies", "in/c.txt", "--out", str(out)]) == 0
    assert "Nothing repeats this document" in capsys.readouterr().out
    assert main(["copies", "in/b.txt", "--out", str(out), "--json"]) == 0
    (story,) = json.loads(capsys.readouterr().out)
    (copy,) = story["copies"]
    assert copy["repeats"] == story["origin"]["document_id"]
    assert {"before": "Militants", "after": "Terrorists"}.items() <= copy["changes"][-1].items()
    assert main(["copies", "in/none.txt", "--out", str(out)]) == 2
    capsys.readouterr()
    assert main(["copies", "--out", str(out), "--as-of", datetime.now(UTC).isoformat(), "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 1
    assert main(["copies", "--out", str(out), "--as-of", "1999-01-01"]) == 2


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_of_restricted_documents_nothing_is_shown_unless_asked(
    out: Path, form: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with Workspace.open(out / "workspace") as workspace:
        (document,) = workspace.document_ids("in/b.txt")
        workspace.set_sensitivity(document, "restricted", datetime.now(UTC))
    assert main(["copies", "--out", str(out), *form]) == 0
    shown = capsys.readouterr().out
    assert "local source" in shown
    assert not any(words in shown for words in ("Terrorists", "Militants", "b.txt", "Evening Post"))
    assert main(["copies", "--out", str(out), "--internal", *form]) == 0
    shown = capsys.readouterr().out
    assert "Terrorists" in shown
    assert form or "INTERNAL" in shown


def test_marks_are_colours_on_a_terminal_and_arabic_keeps_to_itself() -> None:
    change = Change("المسلحين", "الإرهابيين", "مقتل ثلاثة من", "قرب الجسر")
    plain = marked(change, coloured=False).plain
    assert plain.count("\u2068") == plain.count("\u2069") == 4
    assert "[-\u2068المسلحين\u2069-] {+\u2068الإرهابيين\u2069+}" in plain
    console = Console(file=StringIO(), force_terminal=True, color_system="standard", width=100)
    console.print(marked(change, coloured=True))
    coloured = console.file.getvalue()  # type: ignore[attr-defined]
    assert "\x1b[9;31m" in coloured
    assert "[-" not in coloured


def test_an_event_says_why_its_claims_are_one_incident(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events = [json.loads(line) for line in (out / "events.jsonl").read_text("utf-8").splitlines()]
    event = next(e for e in events if e["documents"] == 2)
    assert main(["show", event["id"], "--out", str(out)]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "Why one incident" in shown
    assert "date same +2.5" in shown
    assert "other twin +3.0" in shown
    assert main(["show", event["id"], "--out", str(out), "--json"]) == 0
    (link,) = json.loads(capsys.readouterr().out)["links"]
    assert {"name": "date.same", "weight": 2.5} in link["reasons"]
