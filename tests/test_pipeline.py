"""The road end to end, with the real coder, on a handful of invented reports."""

from __future__ import annotations

import csv
import json
import stat
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from shutil import copytree

import pytest

import tocsin
from tocsin import pipeline
from tocsin.codebook import Codebook
from tocsin.errors import CodingError, NotFound, NothingUsable, UsageError, WorkspaceError
from tocsin.export import CLAIM_COLUMNS, EVENT_COLUMNS
from tocsin.interfaces import Coder, Gazetteer
from tocsin.pipeline import Account, _lookup
from tocsin.records import Coding, Document
from tocsin.release import _english, _names
from tocsin.store import Workspace

REPORTS = Path(__file__).parent / "data" / "reports"
PUBLISHED = date(2021, 5, 14)


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
def coder(codebook: Codebook, places: Gazetteer) -> Coder:
    return pipeline.open_coder(codebook, places)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Account]:
    """What one run made of the reports. Tests that change it take a copy."""
    out = tmp_path_factory.mktemp("done") / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("TOCSIN_DATABASE_URL", raising=False)
        return out, pipeline.run([REPORTS], out)


@pytest.fixture
def kept(done: tuple[Path, Account], tmp_path: Path) -> Iterator[Workspace]:
    copytree(done[0] / "workspace", tmp_path / "workspace")
    with pipeline.open_workspace(tmp_path / "workspace") as workspace:
        yield workspace


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def contents(out: Path) -> dict[str, bytes]:
    return {
        p.relative_to(out).as_posix(): p.read_bytes()
        for p in out.rglob("*")
        if p.is_file() and "workspace" not in p.parts
    }


# What comes out


def test_reports_become_a_table_of_events(done: tuple[Path, Account]) -> None:
    rows = table(done[0] / "events.csv")
    assert tuple(rows[0]) == EVENT_COLUMNS
    assert len(EVENT_COLUMNS) == 31
    shelling = [row for row in rows if row["sub_event_type"] == "Shelling/artillery/missile attack"]
    assert [(row["event_date"], row["fatalities"], row["country"]) for row in shelling] == [
        ("2021-05-10", "4", "Syria")
    ]
    assert {row["country"] for row in rows} == {"Kenya", "Syria"}


def test_every_claim_quotes_the_words_it_was_read_from(done: tuple[Path, Account]) -> None:
    claims = table(done[0] / "internal" / "claims.csv")
    assert tuple(claims[0]) == CLAIM_COLUMNS
    texts = {path.name: path.read_text(encoding="utf-8") for path in REPORTS.glob("*.txt")}
    checked = 0
    for claim in claims:
        text = texts.get(claim["document"].removeprefix("reports/"))
        for words in json.loads(claim["evidence"]).values() if text else ():
            assert text is not None
            assert all(part in text for part in words.split(" … "))
            checked += 1
    assert checked > 20


def test_claims_stand_in_the_order_of_their_reports_under_the_names_given(done: tuple[Path, Account]) -> None:
    claims = table(done[0] / "internal" / "claims.csv")
    order = [(claim["document"], int(claim["item"] or 0)) for claim in claims]
    assert order == sorted(order)
    assert {("reports/04-log.csv", n) for n in (1, 2, 4)} <= set(order)
    events = {json.loads(line)["id"] for line in (done[0] / "events.jsonl").read_text("utf-8").splitlines()}
    assert {claim["event_id"] for claim in claims} == events


def test_a_copy_counts_once(done: tuple[Path, Account]) -> None:
    events = [json.loads(line) for line in (done[0] / "events.jsonl").read_text("utf-8").splitlines()]
    assert max((e["documents"], -e["lineages"]) for e in events if e["sub_event_type"].startswith("Shelling")) == (
        2,
        -1,
    )
    assert done[1].exported.copies == 1


def test_what_is_safe_stands_apart_from_the_full_record(done: tuple[Path, Account]) -> None:
    out = done[0]
    assert sorted(p.name for p in out.iterdir()) == [
        "events.csv", "events.jsonl", "internal", "report.html", "workspace",
    ]  # fmt: skip
    assert stat.S_IMODE((out / "internal").stat().st_mode) == 0o700
    assert stat.S_IMODE((out / "workspace").stat().st_mode) == 0o700
    for path in (out / "internal").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    banner = "INTERNAL: do not forward"
    assert banner in (out / "internal" / "report.html").read_text("utf-8").partition("<main")[0]
    assert banner not in (out / "report.html").read_text("utf-8").partition("<main")[0]


def test_the_account_says_what_was_done(done: tuple[Path, Account]) -> None:
    account = done[1]
    read, exported = account.read, account.exported
    assert (read.inputs, read.received, read.new, read.read_before) == (7, 8, 8, 0)
    assert exported.documents == 8
    assert exported.not_coded == {"ar": 1}
    assert exported.eye.undated == ("reports/06-undated.txt",)
    assert sum(exported.claims.values()) == account.coded.claims
    assert sum(e.events for e in exported.events) + sum(exported.not_exported.values()) == exported.all_events
    assert sum(e.rows for e in exported.events) == exported.rows
    assert set(exported.not_exported) <= set(exported.reasons)
    assert all((done[0] / name).is_file() for name in exported.files)


def test_bad_inputs_are_named_and_the_others_read(done: tuple[Path, Account]) -> None:
    problems = {(p.path, p.item) for p in done[1].problems}
    assert problems == {("reports/04-log.csv", "3"), ("reports/07-empty.txt", ""), ("reports/08-picture.xyz", "")}
    listed = (done[0] / "internal" / "problems.txt").read_text("utf-8").splitlines()
    assert listed == [str(problem) for problem in done[1].problems]


# Again


def test_a_second_run_changes_nothing(done: tuple[Path, Account], tmp_path: Path) -> None:
    out = tmp_path / "out"
    copytree(done[0], out)
    before = contents(out)
    again = pipeline.run([REPORTS], out)
    assert contents(out) == before
    assert (again.read.new, again.read.read_before, again.coded.documents, again.linked.changed) == (0, 5, 0, 0)
    assert {str(p) for p in again.problems} == {str(p) for p in done[1].problems}


def test_steps_one_at_a_time_are_the_run(
    done: tuple[Path, Account], coder: Coder, codebook: Codebook, places: Gazetteer, tmp_path: Path
) -> None:
    with pipeline.open_workspace(tmp_path / "w") as workspace:
        for _ in range(2):
            pipeline.add(workspace, [REPORTS])
        for _ in range(2):
            coded = pipeline.code(workspace, coder)
        for _ in range(2):
            linked = pipeline.link(workspace, codebook)
        exported = pipeline.export(workspace, tmp_path / "out", codebook, places)
    assert (coded.documents, linked.changed) == (0, 0)
    assert exported.rows == done[1].exported.rows
    stepwise, whole = table(tmp_path / "out" / "events.csv"), table(done[0] / "events.csv")
    assert [row | {"timestamp": ""} for row in stepwise] == [row | {"timestamp": ""} for row in whole]


def test_a_row_is_stamped_with_the_moment_its_event_was_recorded(
    kept: Workspace, codebook: Codebook, places: Gazetteer, tmp_path: Path
) -> None:
    pipeline.export(kept, tmp_path / "out", codebook, places)
    recorded = {event.id: kept.event_history(event.id)[-1][0] for event in kept.events()}
    for line in (tmp_path / "out" / "events.jsonl").read_text("utf-8").splitlines():
        for row in json.loads(line)["rows"]:
            assert row["timestamp"] == int(max(recorded[i] for i in row["incident_ids"]).timestamp())


def test_a_date_given_later_fills_gaps_only(kept: Workspace, coder: Coder) -> None:
    read = pipeline.add(kept, [REPORTS], published=PUBLISHED)
    assert (read.new, read.revised) == (0, 4)  # the short report and the rows of the log
    dates = {d.title: d.published.start for d in kept.documents() if d.published}
    assert dates["Clash near Mopti"] == PUBLISHED
    assert dates["Shells hit the market of Ariha"] == date(2021, 5, 11)
    assert pipeline.code(kept, coder).documents == 4
    clash = next(c for c in kept.claims() if any(p.label == "Mopti" for p in c.where))
    assert clash.when.start == date(2021, 5, 13)
    assert pipeline.add(kept, [REPORTS], published=PUBLISHED).revised == 0


def test_a_table_that_was_cut_short_is_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "log.csv"
    lines = [
        f'2021-05-{1 + n % 28:02},Syria,Daraa,"Entry {n}: two men were killed in Daraa by gunmen"' for n in range(450)
    ]
    log.write_text("date,country,place,note\n" + "\n".join(lines), encoding="utf-8")
    stored = Workspace.add_many
    batches = 0

    def killed(*given: object) -> object:
        nonlocal batches
        batches += 1
        if batches == 2:
            raise KeyboardInterrupt
        return stored(*given)  # type: ignore[arg-type]

    with pipeline.open_workspace(tmp_path / "w") as workspace:
        monkeypatch.setattr(Workspace, "add_many", killed)
        with pytest.raises(KeyboardInterrupt):
            pipeline.add(workspace, [log])
        monkeypatch.undo()
        assert workspace.count_documents() == 200
        assert pipeline.add(workspace, [log]).new == 250
        assert workspace.count_documents() == 450
        assert pipeline.add(workspace, [log]).read_before == 1


def test_the_same_report_twice_is_one_document(tmp_path: Path) -> None:
    report = (REPORTS / "06-undated.txt").read_text("utf-8")
    for name in ("a.txt", "b.txt"):
        (tmp_path / "in").mkdir(exist_ok=True)
        (tmp_path / "in" / name).write_text(report, encoding="utf-8")
    account = pipeline.run([tmp_path / "in"], tmp_path / "out")
    assert (account.read.new, account.read.identical, account.exported.documents) == (1, 1, 1)
    assert {c["document"] for c in table(tmp_path / "out" / "internal" / "claims.csv")} == {"in/a.txt"}


def test_a_workspace_is_extended_and_outputs_cover_all_of_it(done: tuple[Path, Account], tmp_path: Path) -> None:
    out = tmp_path / "out"
    copytree(done[0], out)
    note = tmp_path / "note.txt"
    note.write_text("Clash in Goma\nPublished: 2021-05-20\n\nRebels killed three soldiers in Goma on Tuesday.", "utf-8")
    account = pipeline.run([note], out)
    assert (account.read.new, account.exported.documents) == (1, 9)
    assert not (out / "internal" / "problems.txt").exists()
    ids = {row["event_id_cnty"] for row in table(done[0] / "events.csv")}
    assert ids < {row["event_id_cnty"] for row in table(out / "events.csv")}


def test_files_made_from_a_folder_are_not_read_as_reports(done: tuple[Path, Account], tmp_path: Path) -> None:
    copytree(REPORTS, tmp_path / "reports")
    out = tmp_path / "reports" / "tocsin-out"
    first = pipeline.run([tmp_path / "reports"], out)
    second = pipeline.run([tmp_path / "reports"], out)
    assert first.exported.documents == second.exported.documents == 8
    assert first.problems == second.problems


# What cannot be used


def test_nothing_usable(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(NothingUsable, match="nothing to read"):
        pipeline.run([tmp_path / "empty"], tmp_path / "out")
    with pytest.raises(NothingUsable, match=r"07-empty\.txt"):
        pipeline.run([REPORTS / "07-empty.txt"], tmp_path / "out")
    assert not (tmp_path / "out" / "events.csv").exists()


def test_a_document_that_cannot_be_coded_is_named_and_tried_again(kept: Workspace, coder: Coder) -> None:
    class Picky:
        version = coder.version + "-picky"
        healthy = False

        def code(self, documents: list[Document]) -> Iterator[Coding]:
            for document in documents:
                if document.title.startswith("Clash") and not self.healthy:
                    raise CodingError("too odd")
                yield from (replace(c, key=self.version) for c in coder.code([document]))

    picky = Picky()
    coded = pipeline.code(kept, picky)  # type: ignore[arg-type]
    assert [(p.path, "too odd" in p.reason) for p in coded.problems] == [("reports/06-undated.txt", True)]
    assert coded.documents == 7
    picky.healthy = True
    assert pipeline.code(kept, picky).documents == 1  # type: ignore[arg-type]


# Reading it back


def test_the_dataset_as_records_and_as_tables(done: tuple[Path, Account]) -> None:
    with tocsin.open(done[0] / "workspace") as dataset:
        claims, events = list(dataset.claims()), list(dataset.events())
        claims_table, events_table = dataset.claims_table(), dataset.events_table()
        assert len(list(dataset.documents())) == 8
        assert dataset.event(events[0].id[:12]) == events[0]
    assert claims_table.column("claim_id").to_pylist() == [claim.id for claim in claims]
    assert set(claims_table.column("event_id").to_pylist()) == {event.id for event in events}
    deaths = dict(zip(events_table["event_id"].to_pylist(), events_table["deaths_best"].to_pylist(), strict=True))
    assert deaths == {e.id: e.counts.deaths.best if e.counts.deaths else None for e in events}
    assert str(events_table.schema.field("date_start").type) == "date32[day]"
    pytest.importorskip("pandas")
    assert len(events_table.to_pandas()) == len(events)


def test_there_must_be_a_workspace_to_open(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="no workspace here"):
        tocsin.open(tmp_path / "none")
    with pytest.raises(UsageError, match="is not a day"):
        tocsin.run([REPORTS], tmp_path / "out", published="May 2021")


# Looking closer


def test_an_event_is_found_by_the_beginning_of_its_id_or_by_a_row(done: tuple[Path, Account], kept: Workspace) -> None:
    event = next(e for e in kept.events() if e.documents == 2)
    assert pipeline.find_events(kept, event.id[:12], done[0]) == (event,)
    rows = [json.loads(line) for line in (done[0] / "events.jsonl").read_text("utf-8").splitlines()]
    row = next(r for e in rows for r in e["rows"])
    found = pipeline.find_events(kept, row["event_id_cnty"], done[0])
    assert [e.id for e in found] == row["incident_ids"]
    with pytest.raises(NotFound):
        pipeline.find_events(kept, "e-none", done[0])


def test_marks_are_the_words_of_their_fields(kept: Workspace, codebook: Codebook) -> None:
    marks = 0
    for event in kept.events():
        for claim in pipeline.read_event(kept, event, codebook).claims:
            words = {f.field: f.words for f in claim.fields}
            for mark in claim.marks:
                assert claim.passage[mark.start : mark.end] in words.get(
                    mark.field, (claim.passage[mark.start : mark.end],)
                )
                marks += 1
    assert marks > 20


def test_explaining_a_sentence(coder: Coder, codebook: Codebook) -> None:
    text = "Gunmen killed two police officers in Daraa on Sunday, a doctor said."
    explanation = pipeline.explain_text(text, coder, codebook, PUBLISHED)
    (explained,) = explanation.claims
    fields = {f.field: f for f in explained.claim.fields}
    assert fields["deaths"].words == ("two",)
    assert fields["where"].value.startswith("Dar")
    assert fields["when"].value.startswith("2021-05-09")
    assert len(explained.examples) == 3
    assert explained.examples[0].similarity >= explained.examples[1].similarity


def test_trying_codes_holds_every_example_out_once(codebook: Codebook) -> None:
    (attack,) = pipeline.try_codes(codebook, ["attack"])
    everything = pipeline.try_codes(codebook)
    assert attack == next(t for t in everything if t.code == "attack")
    assert attack.examples == attack.right + len(attack.mistaken)
    assert 0.5 < attack.recall <= 1
    assert len(everything) == len(codebook.codes) + 1
    assert sum(len(t.mistaken) for t in everything) == sum(n for t in everything for _, n in t.taken)


def test_forgetting_by_name(kept: Workspace) -> None:
    assert pipeline.find_document(kept, "reports/04-log.csv#2") in kept.document_ids("reports/04-log.csv")
    with pytest.raises(NotFound, match="#ITEM"):
        pipeline.find_document(kept, "reports/04-log.csv")
    with pytest.raises(NotFound, match="no document"):
        pipeline.find_document(kept, "reports/other.txt")
    document_id = pipeline.find_document(kept, "reports/06-undated.txt")
    forgotten = pipeline.forget(kept, document_id, "request")
    assert {path.name for path in forgotten.outputs} >= {"events.csv", "report.html"}
    assert pipeline.add(kept, [REPORTS / "06-undated.txt"]).forgotten == 1
    assert kept.is_forgotten(document_id)


def test_a_member_of_a_zip_is_known_by_its_own_name(tmp_path: Path) -> None:
    packed = tmp_path / "week.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("posts/note.txt", "A quiet week\nPublished: 2021-05-14\n\nNothing was reported from Gao.\n")
    with Workspace.open(tmp_path / "kept") as workspace:
        pipeline.add(workspace, [packed])
        assert [r.name for r in workspace.first_receipts().values()] == ["week.zip/posts/note.txt"]


def test_documents_are_the_same_in_whatever_order_they_are_asked_for(
    kept: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_lookup, "_AHEAD", 3)
    monkeypatch.setattr(_lookup, "_AT_HAND", 4)
    expected = {d.id: d for d in kept.documents()}
    ids = sorted(expected)
    for order in (ids, ids[::-1], ids[::3] + ids[1::3] + ids[2::3], ids[4:] + ids[:4] + ids):
        stored = _lookup.StoredDocuments(kept)
        assert [stored[i] for i in order] == [expected[i] for i in order]
        for missing in ("", "d-0", "e", ids[0] + "0"):
            with pytest.raises(KeyError):
                stored[missing]


def test_events_come_with_the_moment_they_became_what_they_are(kept: Workspace) -> None:
    dated = {event.id: (moment, event) for event, moment in kept.dated_events()}
    assert dated == {event.id: kept.event_history(event.id)[-1] for event in kept.events()}


def test_an_export_done_again_looks_at_no_document_again(
    kept: Workspace, codebook: Codebook, places: Gazetteer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline.export(kept, tmp_path / "one", codebook, places)
    looked_at: list[str] = []

    def people(texts: Sequence[str]) -> list[tuple[tuple[int, int], ...]]:
        looked_at.extend(texts)
        return _english.people(texts)

    monkeypatch.setattr(_names, "people", people)
    pipeline.export(kept, tmp_path / "two", codebook, places)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert not {d.text for d in kept.documents()} & set(looked_at)
