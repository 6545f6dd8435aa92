"""Documents, receipts, originals."""

from __future__ import annotations

import hashlib
import stat
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tocsin.errors import InputError, NotFound
from tocsin.records import When, text_hash
from tocsin.store import Arrival, Workspace

from .material import DIGEST, coding, document, moment

OPEN = Callable[[], Workspace]
DAY = When(date(2024, 5, 1), date(2024, 5, 1), "day", anchor="given")
STATED = When(date(2024, 4, 2), date(2024, 4, 2), "day", anchor="stated")


def test_what_is_added_is_read_back(workspace: Workspace) -> None:
    mine = document(1, "Ten  lines\nof text", title="A title", published=STATED, sensitivity="restricted")
    assert workspace.add(mine, name="in/a.txt", original=DIGEST, at=moment(0))
    assert workspace.document(mine.id) == mine
    assert workspace.text(mine.text_hash) == mine.text
    (receipt,) = workspace.receipts(mine.id)
    assert (receipt.name, receipt.item, receipt.original, receipt.received_at) == ("in/a.txt", "", DIGEST, moment(0))
    assert workspace.count_documents() == 1


def test_it_is_still_there_when_opened_again(open_workspace: OPEN) -> None:
    with open_workspace() as workspace:
        workspace.add(document(1), name="a", at=moment(0))
    with open_workspace() as workspace:
        assert list(workspace.documents()) == [document(1)]


def test_added_twice_it_is_known(workspace: Workspace) -> None:
    assert workspace.add(document(1), name="a", at=moment(0))
    assert not workspace.add(document(1), name="a", at=moment(1))
    assert len(workspace.receipts(document(1).id)) == 1


def test_received_twice_it_has_two_receipts(workspace: Workspace) -> None:
    workspace.add(document(1), name="a", at=moment(0))
    added = workspace.add_many([Arrival(document(1), "b"), Arrival(document(1), "a", "7")], moment(1))
    assert added.known == (document(1).id,) * 2
    assert [(r.name, r.item) for r in workspace.receipts(document(1).id)] == [("a", ""), ("b", ""), ("a", "7")]
    assert workspace.first_receipts()[document(1).id].name == "a"
    assert workspace.document_ids("b") == (document(1).id,)


def test_what_it_holds_is_known_whatever_original_it_comes_in(workspace: Workspace) -> None:
    page = document(1)
    assert not workspace.holds([Arrival(page, "a", "", "")], moment(0))
    workspace.add(page, name="a", at=moment(0))
    assert workspace.holds([Arrival(page, "a", "", "0" * 64)], moment(1))
    assert not workspace.holds([Arrival(page, "b")], moment(1)), "another name is another receipt"
    assert not workspace.holds([Arrival(replace(page, title="Another"), "a")], moment(1))
    assert not workspace.holds([Arrival(page, "a"), Arrival(document(2), "a")], moment(1))
    assert len(workspace.receipts(page.id)) == 1


def test_a_new_text_is_a_new_version_and_the_old_text_stays(workspace: Workspace) -> None:
    old, new = document(1, "An old text"), document(1, "A better text")
    workspace.add(old, name="a", at=moment(0))
    assert workspace.add_many([Arrival(new, "a")], moment(1)).revised == (old.id,)
    assert workspace.document(old.id) == new
    assert workspace.text(old.text_hash) == old.text
    # Both forms lie in one folder: reading it again must not turn back and forth.
    again = workspace.add_many([Arrival(old, "a"), Arrival(new, "a")], moment(2))
    assert again.known == (old.id, old.id)
    assert workspace.document(old.id) == new


def test_a_given_date_fills_a_gap_and_nothing_else(workspace: Workspace) -> None:
    workspace.add_many([Arrival(document(1), "a"), Arrival(document(2, published=STATED), "b")], moment(0))
    assert workspace.set_published(document(1).id, DAY, moment(1))
    assert not workspace.set_published(document(1).id, STATED, moment(2))
    assert not workspace.set_published(document(2).id, DAY, moment(2))
    assert workspace.document(document(1).id).published == DAY
    assert workspace.document(document(2).id).published == STATED
    # Read again, the undated report does not lose the date it was given.
    assert workspace.add_many([Arrival(document(1), "a")], moment(3)).known
    assert workspace.document(document(1).id).published == DAY
    # A date found in the report goes before one that was given.
    assert workspace.add_many([Arrival(document(1, published=STATED), "a")], moment(4)).revised
    assert workspace.document(document(1).id).published == STATED
    with pytest.raises(NotFound):
        workspace.set_published("d-none", DAY, moment(4))


def test_restricted_stays_restricted_unless_opened_on_purpose(workspace: Workspace) -> None:
    workspace.add(document(1, sensitivity="restricted"), name="a", at=moment(0))
    workspace.add(document(1), name="b", at=moment(1))
    assert workspace.document(document(1).id).sensitivity == "restricted"
    assert workspace.set_sensitivity(document(1).id, "open", moment(2))
    workspace.add(document(1, sensitivity="restricted"), name="a", at=moment(3))
    assert workspace.document(document(1).id).sensitivity == "open"


def test_broken_characters_in_texts_and_names_are_kept(workspace: Workspace) -> None:
    odd = document(1, "half a pair \ud83d and a \0 byte", title="nul \0")
    workspace.add(odd, name="in/caf\udce9\0.txt", item="\ud800", at=moment(0))
    assert workspace.document(odd.id) == odd
    assert not workspace.add(odd, name="in/caf\udce9\0.txt", item="\ud800", at=moment(0))
    assert len(workspace.receipts(odd.id)) == 1


def test_broken_particulars_are_refused_by_name(workspace: Workspace) -> None:
    with pytest.raises(InputError, match=r"in/a.txt#3: .*broken"):
        workspace.add(document(1, title="\ud83d"), name="in/a.txt", item="3", at=moment(0))
    assert workspace.count_documents() == 0


def test_missing_documents_and_texts_are_said_to_be_missing(workspace: Workspace) -> None:
    with pytest.raises(NotFound, match="d-none"):
        workspace.document("d-none")
    with pytest.raises(NotFound):
        workspace.text("00")


def test_a_moment_without_a_zone_is_refused(workspace: Workspace) -> None:
    with pytest.raises(ValueError, match="zone"):
        workspace.add(document(1), name="a", at=moment(0).replace(tzinfo=None))
    assert workspace.count_documents() == 0


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(arrivals=st.lists(st.tuples(st.integers(0, 4), st.text(max_size=8), st.sampled_from("ab")), max_size=12))
def test_adding_everything_twice_changes_nothing(workspace: Workspace, arrivals: list[tuple[int, str, str]]) -> None:
    batch = [Arrival(document(n, text or "x"), name) for n, text, name in arrivals]
    workspace.add_many(batch, moment(0))
    before = [(d, workspace.receipts(d.id)) for d in workspace.documents()]
    again = workspace.add_many(batch, moment(1))
    assert not again.new
    assert not again.revised
    assert [(d, workspace.receipts(d.id)) for d in workspace.documents()] == before


def test_documents_stream_in_the_order_of_their_ids(workspace: Workspace) -> None:
    all_of_them = [document(n) for n in range(450)]
    added = workspace.add_many((Arrival(d, f"in/{n}") for n, d in enumerate(all_of_them)), moment(0))
    assert len(added.new) == 450
    by_id = sorted(all_of_them, key=lambda d: d.id)
    assert list(workspace.documents()) == by_id
    some = [d.id for d in by_id[::3]]
    assert [d.id for d in workspace.documents(reversed(some))] == some
    assert list(workspace.first_receipts()) == [d.id for d in by_id]
    assert list(workspace.first_receipts(some)) == some
    assert workspace.document_ids() == tuple(d.id for d in by_id)


def test_reading_many_long_texts_takes_little_memory(workspace: Workspace) -> None:
    workspace.add_many((Arrival(document(n, f"{n} " + "x" * 20_000), "a") for n in range(600)), moment(0))
    tracemalloc.start()
    length = sum(len(d.text) for d in workspace.documents())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert length > 12_000_000
    assert peak < 6_000_000


def test_coding_in_batches_while_reading_what_is_left(workspace: Workspace) -> None:
    workspace.add_many((Arrival(document(n), "a") for n in range(150)), moment(0))
    seen = []
    for mine in workspace.uncoded("k1"):
        workspace.save_codings([coding(mine)], moment(1))
        seen.append(mine.id)
        if len(seen) == 70:
            break
    seen += [d.id for d in workspace.uncoded("k1")]
    assert seen == sorted(document(n).id for n in range(150))


def original(folder: Path, content: bytes) -> tuple[Path, str]:
    path = folder / "report.txt"
    path.write_bytes(content)
    return path, hashlib.sha256(content).hexdigest()


def test_an_original_is_kept_byte_for_byte_and_out_of_others_sight(workspace: Workspace, tmp_path: Path) -> None:
    path, digest = original(tmp_path, b"\x00\xffreport")
    assert workspace.add_original(path, digest)
    assert workspace.add_original(path, digest)
    path.unlink()
    kept = workspace.original(digest)
    assert kept.read_bytes() == b"\x00\xffreport"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o400
    assert stat.S_IMODE(workspace.path.stat().st_mode) == 0o700


def test_an_original_that_changed_meanwhile_is_not_kept(workspace: Workspace, tmp_path: Path) -> None:
    path, digest = original(tmp_path, b"before")
    path.write_bytes(b"after")
    with pytest.raises(InputError, match="changed"):
        workspace.add_original(path, digest)
    with pytest.raises(NotFound):
        workspace.original(digest)
    assert [p for p in (workspace.path / "originals").rglob("*") if p.is_file()] == []


def test_a_digest_cannot_lead_out_of_the_folder(workspace: Workspace) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        workspace.original("../../etc/passwd")


def test_a_known_text_is_stored_once(workspace: Workspace) -> None:
    one = document(1, "The same words")
    two = replace(one, id=document(2).id)
    workspace.add_many([Arrival(one, "a"), Arrival(two, "b")], moment(0))
    assert workspace.document(two.id).text_hash == text_hash("The same words")


def test_documents_are_read_as_of_a_moment(workspace: Workspace) -> None:
    first, second = document(1, "As it was."), document(2)
    assert workspace.recorded() is None
    workspace.add(first, name="a.txt", at=moment(1))
    revised = replace(first, text="As it is.", text_hash=text_hash("As it is."))
    workspace.add(revised, name="a.txt", at=moment(2))
    workspace.add(second, name="b.txt", at=moment(3))
    assert list(workspace.documents(as_of=moment(1))) == [first]
    assert workspace.document(first.id, moment(2)) == revised
    assert set(workspace.first_receipts(as_of=moment(2))) == {first.id}
    with pytest.raises(NotFound):
        workspace.document(second.id, moment(2))
    assert workspace.recorded() == (moment(1), moment(3))


def test_what_was_restricted_since_is_restricted_as_of_any_moment(workspace: Workspace) -> None:
    workspace.add(document(1), name="a.txt", at=moment(1))
    workspace.set_sensitivity(document(1).id, "restricted", moment(2))
    assert workspace.document(document(1).id, moment(1)).sensitivity == "restricted"
