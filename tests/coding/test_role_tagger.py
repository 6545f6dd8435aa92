"""Words that fill roles."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.coding._role_tagger import INCIDENT_TYPES, ROLES, tag_roles

REPORT = (
    "Guerrillas of the Red Column dynamited the power station in Las Palmas last night. "
    "Two guards were wounded. The mayor, Julio Arce, was kidnapped by unidentified men an hour later."
)


def test_the_words_of_a_plain_report_are_tagged():
    said = {(f.role, REPORT[f.start : f.end].lower()) for f in tag_roles(REPORT).fillers if f.score > 0.3}
    assert ("Target", "power station") in said
    assert any(role == "Victim" and "julio arce" in words for role, words in said)


def test_case_makes_no_difference():
    assert tag_roles(REPORT) == tag_roles(REPORT.lower())


def test_an_empty_text_tells_nothing():
    assert tag_roles("").fillers == ()
    assert tag_roles(" \n ").told == (0.0,) * len(INCIDENT_TYPES)


def test_a_long_text_is_read_to_its_end():
    filler = "The ministry of agriculture spoke of rice and of rain for an hour. " * 120
    told = tag_roles(filler + REPORT)
    assert any("julio arce" in (filler + REPORT)[f.start : f.end].lower() for f in told.fillers)
    assert max(told.told) > 0.5 > max(tag_roles(filler).told)


@settings(max_examples=25, deadline=None)
@given(st.text(alphabet=st.sampled_from(list("bomb kidnap'’\"()-.,É؟ شä\n1")), max_size=80))
def test_fillers_are_words_of_the_text(text: str):
    for filler in tag_roles(text).fillers:
        assert filler.role in ROLES
        assert 0 <= filler.start < filler.end <= len(text)
        assert text[filler.start : filler.end] == text[filler.start : filler.end].strip()
        assert 0.0 <= filler.score <= 1.0
