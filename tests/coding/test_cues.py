"""Words that name an event of a type."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.codebook import Codebook
from tocsin.coding._cues import find_cues


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Rebels ambushed a patrol", "armed_clash"),
        ("Two men were beheaded", "attack"),
        ("Nine students were kidnapped", "abduction_forced_disappearance"),
        ("Women were raped by soldiers", "sexual_violence"),
        ("A suicide bomber struck the mosque", "suicide_bomb"),
        ("A roadside bomb hit the lorry", "remote_explosive_landmine_ied"),
        ("Warplanes bombed the hill", "air_drone_strike"),
        ("Mortar rounds fell on the camp", "shelling_artillery_missile_attack"),
        ("A hand grenade was thrown", "grenade"),
        ("Chlorine was used", "chemical_weapon"),
        ("Police arrested a teacher", "arrests"),
        ("Sappers defused a device", "disrupted_weapons_use"),
        ("The army set up a checkpoint", "headquarters_or_base_established"),
        ("Fighters looted the shops", "looting_property_destruction"),
        ("They signed a ceasefire", "agreement"),
        ("The troops withdrew", "change_to_group_activity"),
        ("They entered the town without a fight", "non_violent_transfer_of_territory"),
        ("The army recaptured the dam", "government_regains_territory"),
        ("The town fell to the rebels", "non_state_actor_overtakes_territory"),
        ("Soldiers fired on protesters", "excessive_force_against_protesters"),
        ("Police used tear gas", "protest_with_intervention"),
        ("Nurses held a sit-in", "peaceful_protest"),
        ("Rioters threw stones", "violent_demonstration"),
        ("An angry mob came", "mob_violence"),
        ("A curfew was imposed", "other"),
    ],
)
def test_words_that_settle_a_type(text: str, code: str) -> None:
    for written in (text, text.upper(), text.lower()):
        assert code in {c.code for c in find_cues(written) if c.strong}


@pytest.mark.parametrize(
    "text", ["", "The minister visited a school.", "Skilled diehards in the shrine", "An overkilled rapeseed"]
)
def test_parts_of_words_are_no_cues(text: str) -> None:
    assert find_cues(text) == []


def test_every_cue_belongs_to_a_code_of_the_codebook(codebook: Codebook) -> None:
    found = {c.code for code in codebook.codes.values() for text in code.examples for c in find_cues(text)}
    assert found == set(codebook.codes)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(
    pieces=st.lists(
        st.sampled_from(["killed", "İstanbul", "KILLED", "a mob’s", "ﬁred", "ẞ", "shelling"]) | st.text(max_size=8),
        max_size=6,
    )
)
def test_cues_quote_the_sentence_whatever_its_letters(pieces: list[str]) -> None:
    text = " ".join(pieces)
    cues = find_cues(text)
    assert [c.start for c in cues] == sorted(c.start for c in cues)
    for cue in cues:
        assert 0 <= cue.start < cue.end <= len(text)
        assert text[cue.start : cue.end].strip()
