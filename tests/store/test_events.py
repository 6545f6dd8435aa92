"""The ledger, versions of events, judgements."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tocsin.errors import NotFound, WorkspaceError
from tocsin.store import Workspace

from .material import claim, document, event, judgement, moment

CLAIMS = [claim(document(n)) for n in range(5)]
A, B, C = (event(name, CLAIMS[n]) for n, name in enumerate("abc"))
BOTH = event("a", CLAIMS[0], CLAIMS[1])


def by_id(*events: object) -> list[object]:
    return sorted(events, key=lambda e: e.id)  # type: ignore[attr-defined]


def test_what_is_saved_is_read_back(workspace: Workspace) -> None:
    assert workspace.save_events([A, B], {}, (), moment(1)) == 2
    assert list(workspace.events()) == by_id(A, B)
    assert list(workspace.ledger().items()) == [(A.id, {CLAIMS[0].id}), (B.id, {CLAIMS[1].id})]


def test_saved_twice_it_changes_nothing(workspace: Workspace) -> None:
    workspace.save_events([A, B], {}, (), moment(1))
    assert workspace.save_events([B, A], {}, (), moment(2)) == 0
    assert [at for at, _ in workspace.event_history(A.id)] == [moment(1)]


def test_a_changed_event_gets_a_version(workspace: Workspace) -> None:
    changed = replace(A, status="confirmed")
    workspace.save_events([A, B], {}, (), moment(1))
    assert workspace.save_events([changed, B], {}, (), moment(2)) == 1
    assert workspace.event(A.id) == changed
    assert workspace.event(A.id, moment(1)) == A
    assert workspace.event_history(A.id) == ((moment(1), A), (moment(2), changed))


def test_a_merge_leaves_a_redirect_and_a_split_takes_it_back(workspace: Workspace) -> None:
    workspace.save_events([A, B], {}, (), moment(1))
    workspace.save_events([BOTH], {B.id: A.id}, (), moment(2))
    assert workspace.event(B.id) == BOTH
    assert workspace.event(B.id[:9]) == BOTH
    assert workspace.event(B.id, moment(1)) == B
    assert workspace.withdrawals() == {}
    assert list(workspace.ledger()) == [A.id, B.id]
    # The linker says the same again, and that the old id has no claim left: it still leads on.
    workspace.save_events([BOTH], {B.id: A.id}, (), moment(3))
    workspace.save_events([BOTH], {}, [B.id], moment(3))
    assert workspace.redirects() == {B.id: A.id}
    workspace.save_events([A, B], {}, (), moment(4))
    assert workspace.redirects() == {}
    assert workspace.redirects(moment(3)) == {B.id: A.id}
    assert workspace.event(B.id) == B


def test_redirects_lead_to_the_end(workspace: Workspace) -> None:
    workspace.save_events([A, B, C], {}, (), moment(1))
    workspace.save_events([A, B], {C.id: B.id}, (), moment(2))
    workspace.save_events([A], {B.id: A.id}, (), moment(3))
    assert workspace.redirects() == {C.id: A.id, B.id: A.id}
    assert workspace.redirects(moment(2)) == {C.id: B.id}
    assert workspace.event(C.id) == A


def test_a_withdrawn_event_leaves_a_tombstone_and_may_come_back(workspace: Workspace) -> None:
    workspace.save_events([A, B], {}, (), moment(1))
    workspace.save_events([A], {}, [B.id], moment(2))
    workspace.save_events([A], {}, [B.id], moment(3))
    assert workspace.withdrawals() == {B.id: moment(2)}
    assert workspace.ledger()[B.id] == {CLAIMS[1].id}
    with pytest.raises(NotFound, match="withdrawn on 2024-05-01"):
        workspace.event(B.id)
    assert workspace.event(B.id, moment(1)) == B
    workspace.save_events([A, B], {}, (), moment(4))
    assert workspace.withdrawals() == {}
    assert workspace.withdrawals(moment(3)) == {B.id: moment(2)}
    assert workspace.event(B.id) == B


def test_an_event_left_out_is_withdrawn(workspace: Workspace) -> None:
    workspace.save_events([A, B], {}, (), moment(1))
    workspace.save_events([A], {}, (), moment(2))
    assert list(workspace.withdrawals()) == [B.id]


def test_the_beginning_of_an_id_is_enough(workspace: Workspace) -> None:
    workspace.save_events([A, B], {}, (), moment(1))
    assert workspace.event(A.id[:10]) == A
    assert workspace.event(A.id.removeprefix("e-")[:8]) == A
    with pytest.raises(NotFound, match=f"could be any of {A.id}, {B.id}"):
        workspace.event("e-")
    for wrong in ("e-zzz", "", "%"):
        with pytest.raises(NotFound):
            workspace.event(wrong)


def test_contradictory_ids_are_refused(workspace: Workspace) -> None:
    with pytest.raises(ValueError, match="more than one event"):
        workspace.save_events([A, A], {}, (), moment(1))
    with pytest.raises(ValueError, match="redirected"):
        workspace.save_events([A], {A.id: B.id}, (), moment(1))
    assert workspace.ledger() == {}


def test_judgements_are_only_ever_added(workspace: Workspace) -> None:
    first = judgement(1, A.id, verdict="unsure")
    second = judgement(2, A.id, verdict="accept", reason="seen", score_shown=0.25)
    assert workspace.add_judgements([first], moment(1)) == 1
    assert workspace.add_judgements([first, second, second], moment(2)) == 1
    assert list(workspace.judgements()) == [first, second]
    assert list(workspace.judgements(moment(1))) == [first]
    with pytest.raises(WorkspaceError, match="says something else"):
        workspace.add_judgements([replace(first, verdict="reject")], moment(3))


STATES = st.lists(st.dictionaries(st.sampled_from("abcd"), st.integers(0, 4), max_size=4), min_size=1, max_size=6)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(states=STATES)
def test_a_state_read_as_of_a_moment_is_what_was_read_then(workspace: Workspace, states: list[dict[str, int]]) -> None:
    def read(at: object = None) -> object:
        as_of = {"as_of": at} if at else {}
        return (
            list(workspace.events(**as_of)),  # type: ignore[arg-type]
            workspace.redirects(**as_of),  # type: ignore[arg-type]
            workspace.withdrawals(**as_of),  # type: ignore[arg-type]
            list(workspace.judgements(**as_of)),  # type: ignore[arg-type]
        )

    # Examples share the workspace, so each goes on where the last one stopped.
    begun = len(workspace.runs())
    read_then = []
    order = list(workspace.ledger())
    for number, state in enumerate(states):
        at = moment(begun + number)
        workspace.begin_run("link", at)
        new = [event(name, CLAIMS[n]) for name, n in state.items()]
        workspace.save_events(new, {}, (), at)
        workspace.add_judgements([judgement(begun + number, *(e.id for e in new))], at)
        assert list(workspace.ledger())[: len(order)] == order
        order = list(workspace.ledger())
        read_then.append((at, read()))
    assert [(at, read(at)) for at, _ in read_then] == read_then


def test_a_clock_that_goes_back_does_not_change_the_past(workspace: Workspace) -> None:
    workspace.save_events([A], {}, (), moment(5))
    workspace.save_events([A, B], {}, (), moment(2))
    assert list(workspace.events(moment(2))) == []
    assert list(workspace.events(moment(5))) == by_id(A, B)


def test_the_beginning_of_an_id_means_what_existed_then(workspace: Workspace) -> None:
    later = replace(B, id=A.id[:-1] + ("0" if A.id[-1] != "0" else "1"))
    workspace.save_events([A], {}, (), moment(1))
    workspace.save_events([A, later], {}, (), moment(2))
    assert workspace.event(A.id[:8], moment(1)) == A
    with pytest.raises(NotFound, match="could be any of"):
        workspace.event(A.id[:8])
    with pytest.raises(NotFound, match="did not exist then"):
        workspace.event(later.id, moment(1))
