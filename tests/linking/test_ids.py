"""Ids from the ledger: kept through every relink, redirected where events join or split, never given twice."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tocsin.linking import Assignment, Partition, assign_ids


def assigned(*clusters: str, ledger: dict[str, str] | None = None) -> Assignment:
    """Clusters and ledger entries as strings of one-letter claim ids."""
    partition = Partition(tuple(sorted(tuple(sorted(cluster)) for cluster in clusters)))
    return assign_ids(partition, {event: frozenset(claims) for event, claims in (ledger or {}).items()})


def test_doing_it_twice_changes_nothing() -> None:
    first = assigned("ab", "c")
    again = assign_ids(Partition(tuple(first.clusters.values())), {e: frozenset(c) for e, c in first.clusters.items()})
    assert again.clusters == first.clusters
    assert (again.redirects, again.splits, again.withdrawn) == ({}, {}, ())


def test_the_largest_overlap_inherits_and_ties_go_to_the_oldest() -> None:
    assert assigned("abc", ledger={"e-1": "a", "e-2": "bc"}).clusters["e-2"] == ("a", "b", "c")
    joined = assigned("abcd", ledger={"e-2": "ab", "e-1": "cd"})
    assert list(joined.clusters) == ["e-2"]
    assert joined.redirects == {"e-1": ("e-2",)}


def test_a_split_event_keeps_its_id_and_says_what_broke_off() -> None:
    split = assigned("abc", "d", ledger={"e-1": "abcd"})
    assert split.clusters["e-1"] == ("a", "b", "c")
    (new,) = split.splits["e-1"]
    assert split.clusters[new] == ("d",)
    assert split.redirects == {}


def test_what_has_no_claims_left_is_withdrawn_once() -> None:
    assert assigned("b", ledger={"e-1": "a", "e-2": "b"}).withdrawn == ("e-1",)
    assert assigned("b", ledger={"e-1": "", "e-2": "b"}).withdrawn == ()


def test_an_id_is_never_given_twice() -> None:
    (first,) = assigned("ab").clusters
    later = assigned("ab", ledger={first: ""})
    assert first not in later.clusters


@st.composite
def clusterings(draw: st.DrawFn) -> list[str]:
    groups: dict[int, str] = {}
    for letter in "abcdefgh":
        if (home := draw(st.integers(0, 5))) < 5:
            groups[home] = groups.get(home, "") + letter
    return list(groups.values())


@given(clusterings(), clusterings())
def test_every_claim_keeps_one_event_and_every_old_id_leads_somewhere(before: list[str], after: list[str]) -> None:
    first = assigned(*before)
    ledger = {event: "".join(claims) for event, claims in first.clusters.items()}
    second = assigned(*after, ledger=ledger)
    assert sorted("".join("".join(c) for c in second.clusters.values())) == sorted("".join(after))
    for event in ledger:
        assert (event in second.clusters) + (event in second.redirects) + (event in second.withdrawn) == 1
    for targets in (*second.redirects.values(), *second.splits.values()):
        assert set(targets) <= set(second.clusters)


@given(clusterings())
def test_unrelated_claims_change_no_id(clusters: list[str]) -> None:
    first = assigned(*clusters)
    ledger = {event: "".join(claims) for event, claims in first.clusters.items()}
    second = assigned(*clusters, "xyz", ledger=ledger)
    assert {e: c for e, c in second.clusters.items() if e in first.clusters} == first.clusters
