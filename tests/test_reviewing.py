"""Review out and back on both databases, with invented records: what is stored, and what is read of it later."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from store.material import claim, coding, document, moment
from tocsin import pipeline
from tocsin.codebook import Codebook
from tocsin.errors import NothingUsable
from tocsin.records import Coding, When, content_id
from tocsin.store import Workspace

MANY = [document(n) for n in range(6)]
# Months apart, so that each is an incident of its own.
DAYS = [When(date(2024, n + 1, 3), date(2024, n + 1, 3), "day", anchor="stated") for n in range(6)]


@pytest.fixture(scope="module")
def codebook() -> Codebook:
    return pipeline.open_codebook(None)


@pytest.fixture
def kept(workspace: Workspace, codebook: Codebook) -> Workspace:
    for number, one in enumerate(MANY):
        workspace.add(one, name=f"in/{number}.txt", at=moment(number))
    workspace.save_codings([coding(one, claims=1, when=day) for one, day in zip(MANY, DAYS, strict=True)], moment(9))
    pipeline.link(workspace, codebook)
    return workspace


def sent_back(path: Path, *rows: dict[str, str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["claim", "verdict", "field", "value", "reason", "reviewer", "report"])
        writer.writeheader()
        writer.writerows({"reviewer": "nour", **row} for row in rows)
    return path


def ids(kept: Workspace) -> list[str]:
    return sorted(c.id for c in kept.claims())


def test_out_and_back(kept: Workspace, codebook: Codebook, tmp_path: Path) -> None:
    written = pipeline.export_review(kept, codebook, tmp_path / "r.xlsx", include="claims", most=4)
    assert (dict(written.rows), written.more) == ({"Claims": 4}, 2)
    asked = [row[9].value for row in openpyxl.load_workbook(tmp_path / "r.xlsx")["Claims"].iter_rows(min_row=3)]
    assert set(asked) <= set(ids(kept))
    one, two, *_ = ids(kept)
    back = sent_back(
        tmp_path / "back.csv",
        {"claim": one, "verdict": "reject"},
        {"claim": two, "verdict": "correct", "field": "deaths", "value": "2"},
    )
    taken = pipeline.import_review(kept, codebook, back)
    assert (taken.filled, taken.new, taken.linked is not None) == (2, 2, True)
    assert {e.status for e in kept.events() if one in e.claim_ids} == {"rejected"}
    assert [e.counts.deaths.best for e in kept.events() if two in e.claim_ids and e.counts.deaths] == [2]
    again = pipeline.import_review(kept, codebook, back)
    assert (again.new, again.known, again.linked) == (0, 2, None)


def test_what_was_judged_since_is_not_in_what_was_known_before(
    kept: Workspace, codebook: Codebook, tmp_path: Path
) -> None:
    one = ids(kept)[0]
    before = datetime.now(UTC)
    kept.record_output(tmp_path, before + timedelta(microseconds=1))
    pipeline.import_review(kept, codebook, sent_back(tmp_path / "b.csv", {"claim": one, "verdict": "reject"}))
    assert [e.status for e in kept.events(before) if one in e.claim_ids] == ["draft"]
    assert [e.status for e in kept.events() if one in e.claim_ids] == ["rejected"]
    assert pipeline.judgement_log(kept, before) == ()
    assert len(pipeline.judgement_log(kept)) == 1


def test_a_claim_that_was_coded_anew_takes_its_judgement_along(
    open_workspace: Callable[[], Workspace], codebook: Codebook, tmp_path: Path
) -> None:
    with open_workspace() as kept:
        kept.add(MANY[0], name="in/0.txt", at=moment(0))
        kept.save_codings([coding(MANY[0], claims=1)], moment(1))
        old = claim(MANY[0])
        pipeline.import_review(kept, codebook, sent_back(tmp_path / "b.csv", {"claim": old.id, "verdict": "reject"}))
        new = replace(old, id=content_id("c", "new"), trigger=MANY[0].span(2, 8))
        kept.save_codings([Coding(MANY[0].id, MANY[0].text_hash, "k2", (new,))], moment(2))
        assert kept.former_claims([old.id, "c-none"]) == {old.id: old}
        pipeline.link(kept, codebook)
        assert [e.status for e in kept.events()] == ["rejected"]
        elsewhere = replace(old, id=content_id("c", "elsewhere"), trigger=MANY[0].span(20, 25))
        kept.save_codings([Coding(MANY[0].id, MANY[0].text_hash, "k3", (elsewhere,))], moment(3))
        pipeline.link(kept, codebook)
        assert {e.status for e in kept.events()} == {"draft"}
        [lost], more = pipeline.review_queue(kept, codebook, include="lost")
        assert (lost.doubt.subjects, lost.doubt.why, more) == ((old.id,), ("reject",), 0)


def test_what_rests_on_a_forgotten_document_is_gone_from_the_log(
    kept: Workspace, codebook: Codebook, tmp_path: Path
) -> None:
    held = next(kept.claims(document_id=MANY[0].id))
    back = sent_back(tmp_path / "b.csv", {"claim": held.id, "verdict": "reject", "report": MANY[0].id})
    pipeline.import_review(kept, codebook, back)
    pipeline.forget(kept, MANY[0].id, "request")
    assert pipeline.judgement_log(kept) == ()
    with pytest.raises(NothingUsable, match="which was forgotten since"):
        pipeline.import_review(kept, codebook, back)
    items, _ = pipeline.review_queue(kept, codebook)
    assert held.id not in {s for item in items for s in item.doubt.subjects}


def test_doubtful_pairs_that_were_not_kept_are_worked_out_anew(kept: Workspace, codebook: Codebook) -> None:
    before = pipeline.review_queue(kept, codebook, include="pairs")
    kept.keep_scratch("doubtful-pairs", b"")
    assert pipeline.review_queue(kept, codebook, include="pairs") == before
