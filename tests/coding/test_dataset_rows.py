"""Rows of event datasets become claims as they stand: nothing read into them, every field with its cell."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from other_datasets import ACLED31, GED49, acled, ged, lines, written
from tocsin.codebook import load_codebook
from tocsin.coding._dataset_rows import code_row
from tocsin.records import Claim, Document, Participant
from tocsin.sources import dataset_documents


def claim_of(folder: Path, columns: list[str], row: dict[str, object]) -> tuple[Document, Claim]:
    (item,) = dataset_documents(written(folder, lines(columns, [row])))
    document = item.document  # type: ignore[union-attr]
    (claim,) = code_row(document, load_codebook(), "test")
    return document, claim


def test_a_row_of_ged(tmp_path: Path) -> None:
    document, claim = claim_of(tmp_path, GED49, ged(where_prec=2, date_prec=2, date_end="2019-03-06", low=4))
    assert (claim.code, claim.modality, claim.speaker.name, claim.speaker.kind) == (
        None,
        "asserted",
        "UCDP GED",
        "monitor",
    )
    assert (claim.when.start, claim.when.end, claim.when.precision) == (date(2019, 3, 4), date(2019, 3, 6), "week")
    (place,) = claim.where
    assert (place.label, place.latitude, place.precision, place.country) == ("Bir Tamra village", 16.5, "near", "TCD")
    deaths = claim.counts.deaths
    assert deaths is not None
    assert (deaths.low, deaths.best, deaths.high, deaths.words) == (4, 6, 8, "6")
    first, second = claim.side(1), claim.side(2)
    assert first is not None
    assert second is not None
    assert (first.name, first.kind, first.country) == ("Government of Chad", "State forces", "TCD")
    assert (second.name, second.kind, second.canonical) == ("Front of the Dunes", "Rebel group", None)
    for evidence in claim.evidence:
        assert all(document.quote(span) for span in evidence.spans)
    quoted = {e.field: tuple(document.quote(s) for s in e.spans) for e in claim.evidence}
    assert quoted["when"] == ("2019-03-04", "2019-03-06", "week")
    assert quoted["deaths"] == ("4", "6", "8")
    assert quoted["where"][0] == "Bir Tamra village"
    assert "type" not in quoted


def test_a_row_of_acled(tmp_path: Path) -> None:
    row = acled(assoc_actor_1="Police Forces of Chad", time_precision=3)
    document, claim = claim_of(tmp_path, ACLED31, row)
    assert (claim.code, claim.when.precision, claim.when.end) == ("armed_clash", "month", date(2019, 3, 31))
    associated = [p for p in claim.participants if p.role == "associated"]
    assert [(p.actor.name, p.side) for p in associated] == [("Police Forces of Chad", 1), ("Herders (Chad)", 2)]
    _, alone = claim_of(tmp_path, ACLED31, acled())
    assert [(p.actor.name, p.side) for p in alone.participants if p.role == "associated"] == [("Herders (Chad)", 2)]
    deaths = claim.counts.deaths
    assert deaths is not None
    assert (deaths.low, deaths.best, deaths.high) == (6, 6, 6)
    quoted = claim.evidence_for("type")
    assert quoted is not None
    assert [document.quote(s) for s in quoted.spans] == ["Armed clash", "Battles"]


@pytest.mark.parametrize("cells", [{"event_clarity": 2}, {"date_prec": 5}, {"where_prec": 6}])
def test_rows_that_sum_up_are_no_incidents(tmp_path: Path, cells: dict[str, object]) -> None:
    _, claim = claim_of(tmp_path, GED49, ged(**cells))
    assert claim.modality == "aggregate"
    assert claim.evidence_for("modality") is not None


def test_what_is_not_known_stays_unknown(tmp_path: Path) -> None:
    cells = {
        "actor1": "",
        "actor2": "",
        "latitude": "",
        "longitude": "",
        "location": "",
        "fatalities": "",
        "inter1": "",
    }
    _, claim = claim_of(tmp_path, ACLED31, acled(**cells, assoc_actor_2="", inter2=""))
    assert claim.participants == ()
    assert (claim.counts.deaths, claim.where[0].precision, claim.where[0].label) == (None, "near", "Ennedi")


def test_a_release_that_writes_the_same_otherwise_is_the_same_document(tmp_path: Path) -> None:
    old, was = claim_of(tmp_path, GED49, ged())
    other = ged(id="501.0", date_start="2019-03-04 00:00:00.000", best="6.0", latitude="16.50", longitude="21.250000")
    new, now = claim_of(tmp_path, GED49, other)
    assert (new, now) == (old, was)


def test_a_release_that_corrects_a_row_keeps_its_document_and_its_claim(tmp_path: Path) -> None:
    old, was = claim_of(tmp_path, GED49, ged())
    new, now = claim_of(tmp_path, GED49, ged(best=7))
    assert (new.id, now.id) == (old.id, was.id)
    assert new.text_hash != old.text_hash


def test_sides_of_people_who_are_no_actor_of_the_list(tmp_path: Path) -> None:
    _, claim = claim_of(tmp_path, GED49, ged(type_of_violence=3, side_b="Civilians"))
    assert [(p.role, p.side, p.actor.kind) for p in claim.participants] == [
        ("initiator", 1, "State forces"),
        ("target", 2, "Civilians"),
    ]
    assert all(isinstance(p, Participant) for p in claim.participants)
