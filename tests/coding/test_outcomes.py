"""Accomplished, or only threatened or attempted."""

from __future__ import annotations

import pytest

from tocsin.coding._outcomes import Telling, evidence_of, unaccomplished


@pytest.mark.parametrize(
    ("sentence", "kind", "fillers", "expected"),
    [
        ("A bomb destroyed the post office and killed two clerks.", "bombing", {"Target": ["post office"]}, False),
        ("Gunmen murdered the mayor in front of his house.", "attack", {"Victim": ["mayor"]}, False),
        ("The group threatened to kill the mayor if he does not resign.", "attack", {"Victim": ["mayor"]}, True),
        ("Police defused a bomb that was to explode in the post office.", "bombing", {"Target": ["post office"]}, True),
    ],
)
def test_what_is_said_of_an_incident(sentence: str, kind: str, fillers: dict[str, list[str]], expected: bool):
    assert unaccomplished(Telling([sentence], kind, fillers)) is expected


def test_the_sentence_that_names_the_fillers_decides():
    told = ["The judge was shot dead on Monday.", "The group threatened to kill the mayor as well."]
    assert not unaccomplished(Telling(told, "attack", {"Victim": ["judge"]}, 2))
    assert unaccomplished(Telling(told, "attack", {"Victim": ["mayor"]}, 2))


def test_an_incident_of_which_nothing_is_known_is_read_too():
    assert evidence_of(Telling([], "attack", {})).shape == evidence_of(Telling(["Rain."], "robbery", {})).shape
