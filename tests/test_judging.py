"""What people decide has its effect, end to end: judged, linked, exported."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tocsin import pipeline
from tocsin.codebook import Codebook
from tocsin.interfaces import Gazetteer
from tocsin.records import Claim, Judgement, Span, Verdict, content_id
from tocsin.store import Workspace

TOLD = {
    "one.txt": "Gunmen killed 4 people in Gao, Mali, on 3 May 2021, the governor said.",
    "two.txt": "Attackers shot dead 6 villagers in Gao, Mali, on 3 May 2021, a radio station reported.",
    "three.txt": "An explosion injured 2 soldiers in Timbuktu, Mali, on 9 May 2021, the army said.",
}


@pytest.fixture(autouse=True)
def no_other_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TOCSIN_DATABASE_URL", raising=False)


@pytest.fixture(scope="module")
def codebook() -> Codebook:
    return pipeline.open_codebook(None)


@pytest.fixture(scope="module")
def places() -> Gazetteer:
    return pipeline.open_places()


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("coded")
    (folder / "in").mkdir()
    for name, text in TOLD.items():
        (folder / "in" / name).write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("TOCSIN_DATABASE_URL", raising=False)
        pipeline.run([folder / "in"], folder / "out", published=date(2021, 5, 10))
    return folder / "out" / "workspace"


@pytest.fixture
def kept(coded: Path, tmp_path: Path) -> Iterator[Workspace]:
    shutil.copytree(coded, tmp_path / "workspace")
    with pipeline.open_workspace(tmp_path / "workspace") as workspace:
        yield workspace


Judge = Callable[..., None]


@pytest.fixture
def judge(kept: Workspace, codebook: Codebook) -> Judge:
    """Add a judgement and link again."""

    def judged(verdict: Verdict, *subjects: str, field: str = "", value: str = "") -> None:
        now = datetime.now(UTC)
        identity = content_id("j", verdict, *subjects, field, value, now.isoformat())
        kept.add_judgements([Judgement(identity, subjects, verdict, "r", now, field, value)], now)
        pipeline.link(kept, codebook)

    return judged


def claim_in(kept: Workspace, name: str) -> Claim:
    return next(kept.claims(document_id=kept.document_ids(f"in/{name}")[0]))


def event_of(kept: Workspace, claim: Claim) -> str:
    return next(e.id for e in kept.events() if claim.id in e.claim_ids)


@pytest.fixture
def rows(
    kept: Workspace, codebook: Codebook, places: Gazetteer, tmp_path: Path
) -> Callable[[], dict[str, dict[str, str]]]:
    """Export, and return the rows of the table by place."""

    def exported() -> dict[str, dict[str, str]]:
        pipeline.export(kept, tmp_path / "out", codebook, places)
        with (tmp_path / "out" / "events.csv").open(encoding="utf-8", newline="") as file:
            return {row["location"]: row for row in csv.DictReader(file)}

    return exported


Rows = Callable[[], dict[str, dict[str, str]]]


def test_same_and_not_same(kept: Workspace, judge: Judge) -> None:
    one, two = claim_in(kept, "one.txt"), claim_in(kept, "two.txt")
    judge("not_same", one.id, two.id)
    assert event_of(kept, one) != event_of(kept, two)
    judge("same", two.id, one.id)
    assert event_of(kept, one) == event_of(kept, two)


def test_part_of(kept: Workspace, judge: Judge) -> None:
    one, two = claim_in(kept, "one.txt"), claim_in(kept, "two.txt")
    judge("part_of", one.id, two.id)
    assert kept.event(event_of(kept, one)).part_of == event_of(kept, two)
    assert kept.event(event_of(kept, two)).part_of is None


def test_reject_takes_the_row_away_and_unsure_brings_it_back(kept: Workspace, judge: Judge, rows: Rows) -> None:
    three = claim_in(kept, "three.txt")
    judge("reject", three.id)
    assert kept.event(event_of(kept, three)).status == "rejected"
    assert "Timbuktu" not in rows()
    judge("unsure", three.id)
    assert kept.event(event_of(kept, three)).status == "draft"
    assert "Timbuktu" in rows()


def test_accept_confirms(kept: Workspace, judge: Judge) -> None:
    one, three = claim_in(kept, "one.txt"), claim_in(kept, "three.txt")
    judge("accept", three.id)
    judge("accept", event_of(kept, one))
    assert {kept.event(event_of(kept, c)).status for c in (one, three)} == {"confirmed"}
    judge("reject", event_of(kept, one))
    assert kept.event(event_of(kept, one)).status == "rejected"


def test_a_corrected_claim_wins_and_shows_its_basis(
    kept: Workspace, judge: Judge, rows: Rows, codebook: Codebook, tmp_path: Path
) -> None:
    three = claim_in(kept, "three.txt")
    assert rows()["Timbuktu"]["fatalities"] == "0"
    judge("correct", three.id, field="deaths", value="2")
    judge("correct", three.id, field="when", value="2021-05-08")
    row = rows()["Timbuktu"]
    assert (row["fatalities"], row["event_date"]) == ("2", "2021-05-08")
    event = kept.event(event_of(kept, three))
    assert {f.name for f in event.fields if f.rule.endswith("as corrected by judgement")} == {"deaths", "when"}
    reading = pipeline.read_event(kept, event, codebook)
    deaths = next(f for f in reading.claims[0].fields if f.field == "deaths")
    assert (deaths.value, deaths.words) == ("2", ())
    assert deaths.rule.startswith("judgement j-")
    # The coder's own reading is still there, in the full record.
    with (tmp_path / "out" / "internal" / "claims.csv").open(encoding="utf-8", newline="") as file:
        assert {r["deaths_best"] for r in csv.DictReader(file) if r["claim_id"] == three.id} == {""}


def test_a_corrected_event_wins_over_every_claim(kept: Workspace, judge: Judge, rows: Rows) -> None:
    one, two = claim_in(kept, "one.txt"), claim_in(kept, "two.txt")
    judge("same", one.id, two.id)
    judge("correct", event_of(kept, one), field="deaths", value="5-7")
    event = kept.event(event_of(kept, one))
    assert next(f.rule for f in event.fields if f.name == "deaths") == "judgement"
    assert rows()["Gao"]["fatalities"] == "5"


def test_a_claim_rejected_out_of_an_event_is_neither_counted_nor_quoted(
    kept: Workspace, judge: Judge, rows: Rows, tmp_path: Path
) -> None:
    one, two = claim_in(kept, "one.txt"), claim_in(kept, "two.txt")
    judge("same", one.id, two.id)
    judge("reject", two.id)
    event = kept.event(event_of(kept, one))
    assert (event.documents, event.lineages, event.status) == (1, 1, "draft")
    assert two.id in event.claim_ids
    assert rows()["Gao"]["fatalities"] == "4"
    lines = (tmp_path / "out" / "events.jsonl").read_text(encoding="utf-8").splitlines()
    public = next(e for e in map(json.loads, lines) if e["id"] == event.id)
    assert [c["id"] for c in public["claims"]] == [one.id]


def test_a_judgement_stays_with_its_words_when_they_are_coded_anew(
    kept: Workspace, judge: Judge, codebook: Codebook
) -> None:
    three = claim_in(kept, "three.txt")
    judge("reject", three.id)
    coding = next(kept.codings(document_id=three.document_id))
    longer = Span(three.text_hash, three.trigger.start, three.trigger.end + 3)
    anew = replace(three, id=content_id("c", three.text_hash, "anew"), trigger=longer)
    kept.save_codings([replace(coding, key="another coder", claims=(anew,))], datetime.now(UTC))
    pipeline.link(kept, codebook)
    assert kept.event(event_of(kept, anew)).status == "rejected"
    assert [j.subjects for j in kept.judgements()] == [(three.id,)]


def test_linked_twice_nothing_changes(kept: Workspace, judge: Judge, codebook: Codebook) -> None:
    one, two = claim_in(kept, "one.txt"), claim_in(kept, "two.txt")
    judge("not_same", one.id, two.id)
    judge("correct", one.id, field="deaths", value="9")
    before = list(kept.events())
    assert pipeline.link(kept, codebook).changed == 0
    assert list(kept.events()) == before
