"""Codings, claims and copies."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tocsin.errors import NotFound
from tocsin.records import Copy, When
from tocsin.store import Arrival, Workspace

from .material import coding, document, moment

DOCUMENTS = [document(n) for n in range(4)]


@pytest.fixture
def added(workspace: Workspace) -> Workspace:
    """A workspace with a few documents."""
    workspace.add_many((Arrival(d, "a") for d in DOCUMENTS), moment(0))
    return workspace


def test_what_is_saved_is_read_back(added: Workspace) -> None:
    mine = coding(DOCUMENTS[0], claims=3)
    assert added.save_codings([mine], moment(1)) == 1
    assert list(added.codings()) == [mine]
    assert tuple(added.claims()) == mine.claims
    assert tuple(added.claims(document_id=DOCUMENTS[1].id)) == ()
    assert added.claim(mine.claims[1].id) == mine.claims[1]
    with pytest.raises(NotFound, match="c-none"):
        added.claim("c-none")


def test_claims_come_by_document_and_in_their_coders_order(added: Workspace) -> None:
    codings = [coding(d, claims=n) for n, d in enumerate(DOCUMENTS)]
    added.save_codings(reversed(codings), moment(1))
    by_document = sorted(codings, key=lambda c: c.document_id)
    assert list(added.codings()) == by_document
    assert list(added.claims()) == [claim for c in by_document for claim in c.claims]


def test_a_coding_without_claims_counts_as_coded(added: Workspace) -> None:
    added.save_codings([coding(d, claims=0) for d in DOCUMENTS], moment(1))
    assert list(added.uncoded("k1")) == []
    assert len(list(added.uncoded("k2"))) == len(DOCUMENTS)


def test_saved_twice_it_changes_nothing(added: Workspace) -> None:
    codings = [coding(d) for d in DOCUMENTS]
    assert added.save_codings(codings, moment(1)) == 4
    assert added.save_codings(codings, moment(2)) == 0
    assert list(added.claims(moment(1))) == list(added.claims())


def test_a_new_coding_closes_the_old_and_keeps_it(added: Workspace) -> None:
    old = coding(DOCUMENTS[0])
    new = coding(DOCUMENTS[0], "k2", claims=1, code="protest")
    added.save_codings([old], moment(1))
    assert added.save_codings([new], moment(2)) == 1
    assert tuple(added.claims()) == new.claims
    assert tuple(added.claims(moment(1))) == old.claims
    assert tuple(added.claims(moment(0))) == ()
    assert added.claim(old.claims[0].id, moment(1)).code == "attack"


def test_two_coders_do_not_close_each_other(added: Workspace) -> None:
    added.save_codings([coding(DOCUMENTS[0])], moment(1))
    added.save_codings([coding(DOCUMENTS[0], "other")], moment(1), coder="second")
    assert [c.key for c in added.codings()] == ["k1", "other"]


def test_a_document_twice_in_one_call_keeps_the_later(added: Workspace) -> None:
    first, last = coding(DOCUMENTS[0]), coding(DOCUMENTS[0], "k2")
    assert added.save_codings([first, coding(DOCUMENTS[1]), last], moment(1)) == 3
    assert [c.key for c in added.codings(document_id=DOCUMENTS[0].id)] == ["k2"]


def test_a_document_that_changed_is_coded_again(added: Workspace) -> None:
    added.save_codings([coding(d) for d in DOCUMENTS], moment(1))
    better = document(0, "A better text of it")
    added.add(better, name="a", at=moment(2))
    added.set_published(DOCUMENTS[1].id, When(anchor="given"), moment(2))
    left = list(added.uncoded("k1"))
    assert {d.id for d in left} == {DOCUMENTS[0].id, DOCUMENTS[1].id}
    added.save_codings([coding(d) for d in left], moment(3))
    assert list(added.uncoded("k1")) == []
    assert {c.text_hash for c in added.claims(document_id=better.id)} == {better.text_hash}


def test_a_coding_of_an_unknown_text_is_refused_whole(added: Workspace) -> None:
    unknown = replace(coding(DOCUMENTS[1]), text_hash="00")
    with pytest.raises(NotFound, match=DOCUMENTS[1].id):
        added.save_codings([coding(DOCUMENTS[0]), unknown], moment(1))
    assert list(added.claims()) == []


def test_the_set_of_copies_has_a_history(workspace: Workspace) -> None:
    one = Copy("d-2", "d-1", 1.0)
    two = Copy("d-3", "d-1", 0.9, (("ten", "eleven"),))
    assert workspace.save_copies([two, one], moment(1)) == 2
    assert workspace.save_copies([one, two], moment(2)) == 0
    assert workspace.save_copies([replace(two, similarity=0.8)], moment(3)) == 3
    assert workspace.copies() == (replace(two, similarity=0.8),)
    assert workspace.copies(moment(2)) == (one, two)
    assert workspace.copies(moment(0)) == ()
