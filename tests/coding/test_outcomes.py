"""Whether an incident was accomplished, from the sentences that name those in it."""

from __future__ import annotations

import numpy as np
import pytest

from tocsin.coding._outcomes import Telling, evidence_of, unaccomplished

REPORT = (
    "A bomb exploded last night at the harbour office in Ombara, killing two clerks.",
    "A second device, left beside the Tessa bank, was defused by army experts before it could explode.",
    "The River Front has threatened to kill the mayor of Ombara if the port is sold.",
    "Gunmen tried to kidnap a cattle dealer on the Senn road, but he escaped unharmed.",
    "Unknown men kidnapped the headmaster of a village school on Monday.",
)


@pytest.mark.parametrize(
    ("kind", "fillers", "expected"),
    [
        ("bombing", {"Target": ["harbour office"], "Victim": ["two clerks"]}, False),
        ("bombing", {"Target": ["tessa bank"], "Weapon": ["second device"]}, True),
        ("attack", {"Victim": ["mayor of ombara"], "PerpOrg": ["river front"]}, True),
        ("kidnapping", {"Victim": ["cattle dealer"]}, True),
        ("kidnapping", {"Victim": ["headmaster"]}, False),
    ],
)
def test_each_incident_of_a_report_is_told_by_its_own_sentences(
    kind: str, fillers: dict[str, list[str]], expected: bool
) -> None:
    assert unaccomplished(Telling(REPORT, kind, fillers, len(REPORT))) is expected


def test_nothing_known_is_still_an_answer() -> None:
    assert evidence_of(Telling((), "attack", {})).shape == evidence_of(Telling(REPORT, "arson", {}, 9)).shape
    assert not unaccomplished(Telling(("Rebels attacked a village and killed nine people.",), "attack", {}))


def test_the_evidence_is_the_same_whatever_the_case_of_letters() -> None:
    shouted = Telling([s.upper() for s in REPORT], "kidnapping", {"Victim": ["CATTLE DEALER"]})
    plain = Telling(REPORT, "kidnapping", {"Victim": ["cattle dealer"]})
    assert np.array_equal(evidence_of(shouted), evidence_of(plain))
