"""Forgetting leaves nothing behind."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow.parquet
import pytest
import sqlalchemy as sa

from tocsin.errors import NotFound, UsageError, WorkspaceError
from tocsin.records import Actor, Coding, Copy, Count, Counts, Document, MergedField, Participant, Place, Speaker, When
from tocsin.store import Arrival, Workspace, _schema

from .material import claim, document, event, judgement, moment

OPEN = Callable[[], Workspace]
SECRET = "Zarqanah-7741"
ARABIC = "شاهد-سري-٩٣"


@dataclass(frozen=True)
class Planted:
    """A workspace in which one document is full of secrets, and another is not."""

    workspace: Workspace
    secret: Document
    other: Document
    digest: str
    shared: str


def secret_claims(of: Document) -> Coding:
    made = claim(
        of,
        participants=(Participant("target", Actor(f"{SECRET} clan")),),
        where=(Place(f"{SECRET} well", latitude=11.77, longitude=22.88),),
        counts=Counts(deaths=Count(3, 3, 3, f"three at {SECRET}", "number")),
        speaker=Speaker(ARABIC, "witness"),
        weapon=SECRET,
    )
    return Coding(of.id, of.text_hash, "k1", (made,), (f"note {SECRET}",))


def keep(workspace: Workspace, folder: Path, content: str) -> str:
    path = folder / "original.txt"
    path.write_text(content)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    workspace.add_original(path, digest)
    path.unlink()
    return digest


@pytest.fixture
def planted(workspace: Workspace, tmp_path: Path) -> Planted:
    """Secrets in every place that a document reaches."""
    secret = document("s", f"{SECRET} and {ARABIC} were seen. " * 40, title=SECRET, url=f"https://x/{SECRET}")
    earlier = document("s", f"An earlier text with {SECRET}")
    other = document("o", "Another report altogether.")
    digest = keep(workspace, tmp_path, f"{SECRET} {ARABIC}")
    shared = keep(workspace, tmp_path, f"row one {SECRET}\nrow two")
    workspace.add_many([Arrival(earlier, f"in/{SECRET}.txt", original=digest)], moment(0))
    workspace.add_many([Arrival(secret, "in/table.csv", "1", shared)], moment(1))
    workspace.add_many([Arrival(other, "in/table.csv", "2", shared)], moment(1))
    mine, theirs = secret_claims(secret), Coding(other.id, other.text_hash, "k1", (claim(other),))
    workspace.save_codings([Coding(secret.id, earlier.text_hash, "k0", (), (SECRET,))], moment(1))
    workspace.save_codings([mine, theirs], moment(2))
    workspace.save_copies([Copy(other.id, secret.id, 0.9, ((SECRET, "somebody"),))], moment(2))
    (one,), (two,) = mine.claims, theirs.claims
    alone = event("alone", one)
    both = replace(event("both", one, two), weapon=SECRET, fields=(MergedField("where", (one.id,), SECRET),))
    workspace.save_events([alone, both], {}, (), moment(3))
    workspace.add_judgements(
        [
            judgement(1, one.id, reason=SECRET),
            judgement(2, both.id, verdict="correct", field="where", value=SECRET),
            judgement(3, both.id, verdict="accept", reason=SECRET),
            judgement(4, two.id, reason="clear"),
            judgement(5, alone.id, reason=SECRET),
        ],
        moment(4),
    )
    workspace.save_events([replace(alone, status="confirmed"), replace(both, status="confirmed")], {}, (), moment(5))
    workspace.snapshot(moment(4))
    return Planted(workspace, secret, other, digest, shared)


def everything_in(workspace: Workspace) -> bytes:
    """Every byte of the folder, and every value of every row."""
    found = [path.read_bytes() for path in workspace.path.rglob("*") if path.is_file()]
    found += [str(path).encode() for path in workspace.path.rglob("*")]
    for path in workspace.path.rglob("*.parquet"):
        found.append(repr(pyarrow.parquet.read_table(path).to_pylist()).encode())
    with workspace._database.read() as connection:
        for table in _schema.metadata.sorted_tables:
            found += [repr(tuple(row)).encode() for row in connection.execute(sa.select(table))]
    return b"\n".join(found)


def traces(workspace: Workspace) -> list[str]:
    content = everything_in(workspace)
    forms = {form: form.encode() for form in (SECRET, ARABIC)}
    forms |= {f"escaped {ARABIC}": ARABIC.encode("unicode_escape"), "point": b"11.77"}
    return [name for name, form in forms.items() if form in content]


def test_no_byte_is_left(planted: Planted) -> None:
    assert SECRET in traces(planted.workspace)
    planted.workspace.forget(planted.secret.id, moment(6), "source-at-risk")
    assert traces(planted.workspace) == []


def test_what_is_left_is_a_tombstone(planted: Planted) -> None:
    workspace, secret = planted.workspace, planted.secret
    forgotten = workspace.forget(secret.id, moment(6), "source-at-risk")
    (tombstone,) = workspace.tombstones()
    assert (tombstone.document_id, tombstone.forgotten_at, tombstone.reason) == (secret.id, moment(6), "source-at-risk")
    assert workspace.is_forgotten(secret.id)
    with pytest.raises(NotFound, match=r"forgotten on 2024-05-01 \(source-at-risk\)"):
        workspace.document(secret.id)
    with pytest.raises(NotFound):
        workspace.text(secret.text_hash)
    assert workspace.receipts(secret.id) == ()
    assert {c.document_id for c in workspace.claims()} == {planted.other.id}
    assert {c.document_id for c in workspace.claims(moment(2))} == {planted.other.id}
    assert workspace.copies(moment(2)) == ()
    assert forgotten.repeated_in == (planted.other.id,)
    assert forgotten.judgements == tuple(sorted(judgement(n, "").id for n in (1, 2, 5)))
    assert [j.reason for j in workspace.judgements()] == ["", "clear"]


def test_shared_originals_go_and_their_other_documents_stay(planted: Planted, tmp_path: Path) -> None:
    workspace = planted.workspace
    forgotten = workspace.forget(planted.secret.id, moment(6), "request")
    assert set(forgotten.originals) == {planted.digest, planted.shared}
    assert forgotten.shared == (planted.other.id,)
    assert workspace.document(planted.other.id) == planted.other
    assert workspace.receipts(planted.other.id)[0].original == planted.shared
    with pytest.raises(NotFound, match="destroyed on 2024-05-01"):
        workspace.original(planted.shared)
    again = tmp_path / "again"
    again.mkdir()
    assert keep(workspace, again, f"row one {SECRET}\nrow two") == planted.shared
    assert traces(workspace) == []


def test_events_keep_only_what_remaining_claims_say(planted: Planted) -> None:
    workspace = planted.workspace
    forgotten = workspace.forget(planted.secret.id, moment(6), "request")
    (alone, both) = (forgotten.events_gone, forgotten.events_cut)
    assert [e.id for e in workspace.events()] == list(both)
    (theirs,) = workspace.claims()
    for as_of in (moment(3), None):
        left = workspace.event(both[0], as_of)
        assert left.claim_ids == (theirs.id,)
        assert left.participants == theirs.participants
        assert (left.where, left.counts, left.weapon, left.fields) == ((), Counts(), "", ())
        assert left.when == theirs.when
        assert (left.documents, left.lineages) == (1, 1)
    assert list(workspace.withdrawals()) == list(alone)
    assert workspace.ledger() == {alone[0]: frozenset(), both[0]: {theirs.id}}
    with pytest.raises(NotFound, match="withdrawn"):
        workspace.event(alone[0])


def test_a_forgotten_document_is_not_taken_again(planted: Planted, tmp_path: Path) -> None:
    workspace = planted.workspace
    workspace.forget(planted.secret.id, moment(6), "request")
    # A later export of the same channel holds it once more, beside something new.
    later = keep(workspace, tmp_path, f"row one {SECRET}\nrow two\nrow three")
    batch = [Arrival(planted.secret, "t.csv", "1", later), Arrival(document("n", "Row three"), "t.csv", "3", later)]
    added = workspace.add_many(batch, moment(7))
    assert (added.forgotten, added.new) == ((planted.secret.id,), (document("n").id,))
    assert not workspace.add(planted.secret, name="t.csv", at=moment(7))
    assert workspace.save_codings([secret_claims(planted.secret)], moment(7)) == 0
    workspace.save_copies([Copy(planted.other.id, planted.secret.id, 0.9, ((SECRET, "x"),))], moment(7))
    assert workspace.copies() == ()
    assert traces(workspace) == []


def test_outputs_and_backups_are_named(planted: Planted, tmp_path: Path) -> None:
    workspace = planted.workspace
    workspace.record_output(tmp_path / "out", moment(5))
    (workspace.releases / "may").mkdir()
    suspects = [workspace.path / "tocsin.db.bak", workspace.path / "copy.db", tmp_path / "workspace-old"]
    for path in suspects:
        path.touch()
    (tmp_path / "unrelated.txt").touch()
    forgotten = workspace.forget(planted.secret.id, moment(6), "request")
    assert forgotten.outputs == (tmp_path / "out", workspace.releases / "may")
    assert forgotten.backups == tuple(sorted(suspects))
    assert forgotten.beyond_reach == (() if workspace._database.sqlite else ("postgresql-log",))


def test_forgetting_twice_changes_nothing(planted: Planted) -> None:
    workspace = planted.workspace
    workspace.forget(planted.secret.id, moment(6), "request")
    again = workspace.forget(planted.secret.id, moment(7), "other")
    assert (again.forgotten_at, again.reason) == (moment(6), "request")


def test_a_reason_is_a_code_and_the_document_must_exist(planted: Planted) -> None:
    with pytest.raises(UsageError, match="short code"):
        planted.workspace.forget(planted.secret.id, moment(6), f"{SECRET} asked us to")
    with pytest.raises(NotFound, match="d-none"):
        planted.workspace.forget("d-none", moment(6), "request")
    assert not planted.workspace.finish_forgetting()


def test_interrupted_destruction_is_finished(planted: Planted, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = planted.workspace
    with monkeypatch.context() as patch:
        patch.setattr(workspace._database, "scrub", lambda: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            workspace.forget(planted.secret.id, moment(6), "request")
    assert workspace.finish_forgetting()
    assert not workspace.finish_forgetting()
    assert traces(workspace) == []


def test_a_reader_in_the_way_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.store._database.LOCK_WAIT_S", 0.1)
    with Workspace.open(tmp_path / "w") as workspace, Workspace.open(tmp_path / "w") as reader:
        secret = document("s", SECRET)
        workspace.add(secret, name="a", at=moment(0))
        with reader._database.read() as connection:
            connection.execute(sa.select(_schema.texts)).all()
            with pytest.raises(WorkspaceError, match="forget once more"):
                workspace.forget(secret.id, moment(1), "request")
        workspace.forget(secret.id, moment(1), "request")
        assert traces(workspace) == []


def test_two_documents_with_the_same_text(workspace: Workspace) -> None:
    one = document(1, "The very same words")
    two = replace(one, id=document(2).id)
    workspace.add_many([Arrival(one, "a"), Arrival(two, "b")], moment(0))
    codings = [Coding(d.id, d.text_hash, "k", (claim(d, when=When()),)) for d in (one, two)]
    workspace.save_codings(codings, moment(1))
    both = event("both", *(c for coding in codings for c in coding.claims[:1]))
    workspace.save_events([replace(both, claim_ids=both.claim_ids[:1])], {}, (), moment(2))
    forgotten = workspace.forget(one.id, moment(3), "request")
    assert forgotten.repeated_in == (two.id,)
    assert (forgotten.events_gone, forgotten.events_cut) == ((), ())
    assert workspace.document(two.id).text == "The very same words"
    assert tuple(workspace.claims()) == codings[1].claims


def test_what_can_be_made_again_is_destroyed_whole(planted: Planted) -> None:
    workspace = planted.workspace
    assert workspace.scratch("notes") == b""
    workspace.keep_scratch("notes", SECRET.encode())
    assert workspace.scratch("notes") == SECRET.encode()
    workspace.forget(planted.secret.id, moment(6), "source-at-risk")
    assert workspace.scratch("notes") == b""
    assert traces(workspace) == []
