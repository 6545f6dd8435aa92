from __future__ import annotations

import pickle
from dataclasses import replace
from itertools import pairwise, product
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tocsin.codebook
from tocsin.codebook import Codebook, NearMiss, load_codebook
from tocsin.errors import CodebookError
from tocsin.records import ActorKind, from_json, to_json

CORE = load_codebook()
KINDS = get_args(ActorKind)

# The taxonomy as the event table writes it.
LABELS = {
    "Battles": ["Government regains territory", "Non-state actor overtakes territory", "Armed clash"],
    "Protests": ["Excessive force against protesters", "Protest with intervention", "Peaceful protest"],
    "Riots": ["Violent demonstration", "Mob violence"],
    "Explosions/Remote violence": [
        "Chemical weapon",
        "Air/drone strike",
        "Suicide bomb",
        "Shelling/artillery/missile attack",
        "Remote explosive/landmine/IED",
        "Grenade",
    ],
    "Violence against civilians": ["Sexual violence", "Attack", "Abduction/forced disappearance"],
    "Strategic developments": [
        "Agreement",
        "Arrests",
        "Change to group/activity",
        "Disrupted weapons use",
        "Headquarters or base established",
        "Looting/property destruction",
        "Non-violent transfer of territory",
        "Other",
    ],
}


def layer(tmp_path: Path, text: str, name: str = "mine.toml") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def refusal(tmp_path: Path, text: str) -> str:
    """The message with which a layer of this text is refused."""
    with pytest.raises(CodebookError) as caught:
        load_codebook(layer(tmp_path, text))
    assert "mine.toml" in str(caught.value)
    return str(caught.value)


def test_public_names_are_sorted_and_exist() -> None:
    assert sorted(tocsin.codebook.__all__) == tocsin.codebook.__all__
    assert all(hasattr(tocsin.codebook, name) for name in tocsin.codebook.__all__)


# The core


def test_the_taxonomy_is_complete() -> None:
    found: dict[str, list[str]] = {label: [] for label in LABELS}
    for code in CORE.codes.values():
        found[CORE.event_type_of(code.id).label].append(code.label)
    assert {k: sorted(v) for k, v in found.items()} == {k: sorted(v) for k, v in LABELS.items()}


@pytest.mark.parametrize("code", CORE.codes.values(), ids=lambda code: code.id)
def test_every_code_says_what_belongs_to_it(code: tocsin.codebook.Code) -> None:
    assert code.definition
    assert code.include
    assert code.exclude
    assert code.relevance
    assert code.plover
    assert len(code.examples) >= 40
    assert len(code.near_misses) >= 6


@pytest.mark.parametrize("code", CORE.codes.values(), ids=lambda code: code.id)
def test_exclusions_point_at_codes_that_exist(code: tocsin.codebook.Code) -> None:
    for line in code.exclude:
        pointed = [word.strip(".,;:") for word in line.split() if "_" in word]
        assert all(word in CORE.codes for word in pointed), line


def test_sensitive_codes() -> None:
    assert {c.id for c in CORE.codes.values() if c.sensitive} == {
        "abduction_forced_disappearance",
        "arrests",
        "sexual_violence",
    }


def test_disorder_types_follow_the_table() -> None:
    assert CORE.code("excessive_force_against_protesters").disorder_type == "Political violence; Demonstrations"
    assert CORE.code("violent_demonstration").disorder_type == "Demonstrations"
    assert CORE.code("mob_violence").disorder_type == "Political violence"
    assert CORE.code("agreement").disorder_type == "Strategic developments"


def test_every_code_has_one_place_in_the_order_of_precedence() -> None:
    assert sorted(CORE.precedence) == sorted(CORE.codes)


def test_vague_counts() -> None:
    several, dozen = CORE.vague_counts["several"], CORE.vague_counts["a dozen"]
    assert (several.low, several.best, several.high) == (2, 3, None)
    assert (dozen.low, dozen.best, dozen.high) == (12, 12, 12)
    assert CORE.vague_counts["hundreds"].best == 100


def test_reasons_not_to_export_are_explained() -> None:
    expected = {"undated", "coarse_date", "unplaced", "coarse_place", "generic", "aggregate", "denied_only", "no_type"}
    assert expected <= set(CORE.not_exported)


def test_the_actor_list_comes_with_it() -> None:
    assert CORE.actors is CORE.actors


# Looking things up


def test_look_up_by_id_and_label() -> None:
    for code in CORE.codes.values():
        assert CORE.code(code.id) is code
        assert CORE.by_label(code.label.upper()) is code


def test_an_unknown_id_or_label_gets_suggestions() -> None:
    with pytest.raises(CodebookError, match="did you mean 'armed_clash'"):
        CORE.code("armed_clashes")
    with pytest.raises(CodebookError, match="did you mean 'Air/drone strike'"):
        CORE.by_label("Air strike")
    with pytest.raises(CodebookError, match=r"there are: .*grenade"):
        CORE.code("zzzz")


def test_precedence() -> None:
    assert CORE.strongest(["armed_clash", "suicide_bomb"]) == "suicide_bomb"
    assert CORE.strongest(["air_drone_strike", "armed_clash"]) == "armed_clash"
    assert CORE.strongest(["chemical_weapon", "air_drone_strike"]) == "chemical_weapon"
    for rule in CORE.precedence_rules:
        assert CORE.rank(rule.stronger) < CORE.rank(rule.weaker)


@given(st.sets(st.sampled_from(sorted(CORE.codes)), min_size=1))
def test_the_strongest_code_does_not_depend_on_the_order(ids: set[str]) -> None:
    assert CORE.strongest(sorted(ids)) == CORE.strongest(sorted(ids, reverse=True))


def test_interactions() -> None:
    assert CORE.interaction("Rebel group", "State forces") == "State forces-Rebel group"
    assert CORE.interaction("Protesters") == "Protesters only"
    assert CORE.interaction("Rebel group", "Rebel group") == "Rebel group-Rebel group"
    assert CORE.interaction_code("Rebel group", "State forces") == 12
    assert CORE.interaction_code("Protesters") == 60
    assert sorted(CORE.interaction_order) == sorted(KINDS)


@given(st.sampled_from(KINDS), st.sampled_from(KINDS))
def test_interactions_do_not_depend_on_the_order(one: ActorKind, other: ActorKind) -> None:
    assert CORE.interaction(one, other) == CORE.interaction(other, one)
    assert CORE.interaction_code(one, other) == CORE.interaction_code(other, one)
    assert CORE.ucdp_type(one, other) == CORE.ucdp_type(other, one)


def test_ucdp_types() -> None:
    assert CORE.ucdp_type("State forces", "Rebel group") == 1
    assert CORE.ucdp_type("Identity militia", "Political militia") == 2
    assert CORE.ucdp_type("Civilians", "Rebel group") == 3
    assert CORE.ucdp_type("Civilians", "Civilians") is None
    assert CORE.ucdp_type("Rioters", "Rioters") is None
    assert {k for pair in CORE.ucdp_by_kinds.items() for k in (pair[0], *pair[1])} <= set(KINDS)


def test_every_organised_actor_has_a_ucdp_type_against_every_other() -> None:
    organised = ("State forces", "Rebel group", "Political militia", "Identity militia", "External/Other forces")
    for one, other in product(organised, (*organised, "Civilians")):
        assert CORE.ucdp_type(one, other) is not None


def test_source_scales() -> None:
    assert CORE.source_scale(["International", "National"]) == "National-International"
    assert CORE.source_scale(["National"]) == "National"
    assert CORE.source_scale(["Other", "National", "International"]) == "Other-International"
    assert CORE.source_scale([]) == ""
    with pytest.raises(CodebookError, match="did you mean 'National'"):
        CORE.source_scale(["Nationall"])


# Round trips


def test_json_and_pickle_round_trips() -> None:
    assert from_json(to_json(CORE), Codebook) == CORE
    assert pickle.loads(pickle.dumps(CORE)) == CORE
    assert hash(pickle.loads(pickle.dumps(CORE))) == hash(CORE)


def test_loading_twice_gives_the_same() -> None:
    assert load_codebook() == CORE


# Layers


def test_a_layer_adds_a_code(tmp_path: Path) -> None:
    book = load_codebook(
        layer(
            tmp_path,
            """
            [codes.cattle_raid]
            label = "Cattle raid"
            event_type = "violence_against_civilians"
            disorder_type = "Political violence"
            definition = "Armed herders drive off another community's cattle."
            examples = ["Raiders from Pibor drove away 300 head of cattle near Bor."]
            """,
        )
    )
    assert book.code("cattle_raid").examples == ("Raiders from Pibor drove away 300 head of cattle near Bor.",)
    assert book.event_type_of("cattle_raid").label == "Violence against civilians"
    assert book.rank("cattle_raid") == len(book.precedence)
    assert set(book.codes) == {*CORE.codes, "cattle_raid"}
    assert book.version != CORE.version


def test_a_layer_adds_examples_and_near_misses_to_a_code(tmp_path: Path) -> None:
    book = load_codebook(
        layer(
            tmp_path,
            """
            [codes.grenade]
            examples = ["A grenade was thrown at the mayor's gate."]
            near_misses = [{ text = "The senator threw a verbal grenade.", code = "" }]
            """,
        )
    )
    grenade, before = book.code("grenade"), CORE.code("grenade")
    assert grenade.examples == (*before.examples, "A grenade was thrown at the mayor's gate.")
    assert grenade.near_misses == (*before.near_misses, NearMiss("The senator threw a verbal grenade.", None))
    assert grenade.definition == before.definition


def test_a_layer_overrides_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    book = load_codebook(
        layer(
            tmp_path,
            """
            [codebook]
            name = "Sahel desk"
            [codes.attack]
            definition = "As our desk defines it."
            [vague_counts]
            several = { low = 3, best = 4 }
            [counting.not_exported]
            desk_rule = "Our desk leaves it out."
            [none]
            examples = ["The cup final ended in a draw."]
            """,
        )
    )
    assert book.name == "Sahel desk"
    assert replace(book.code("attack"), definition=CORE.code("attack").definition) == CORE.code("attack")
    assert book.vague_counts["several"].best == 4
    assert book.vague_counts["dozens"] == CORE.vague_counts["dozens"]
    assert book.none_examples == (*CORE.none_examples, "The cup final ended in a draw.")
    assert book.not_exported == {**CORE.not_exported, "desk_rule": "Our desk leaves it out."}


def test_a_repeated_example_adds_nothing(tmp_path: Path) -> None:
    known = CORE.code("attack").examples[0]
    assert load_codebook(layer(tmp_path, f"[codes.attack]\nexamples = ['''{known}''']")).version == CORE.version


def test_the_version_follows_content_and_not_layout(tmp_path: Path) -> None:
    texts = [
        "# a comment\n[codes.attack]\ndefinition = 'One.'\n",
        "[codes]\nattack.definition = 'One.'",
        "[codes.attack]\ndefinition = 'Two.'",
    ]
    versions = [load_codebook(layer(tmp_path, text, f"{i}.toml")).version for i, text in enumerate(texts)]
    assert versions[0] == versions[1] != versions[2]
    assert CORE.version not in versions


def test_files_that_a_layer_includes_lie_under_it(tmp_path: Path) -> None:
    layer(tmp_path, "[codes.attack]\ndefinition = 'Below.'\nrelevance = 'Below.'", "below.toml")
    book = load_codebook(layer(tmp_path, "[codebook]\ninclude = ['below.toml']\n[codes.attack]\ndefinition = 'Above.'"))
    assert (book.code("attack").definition, book.code("attack").relevance) == ("Above.", "Below.")
    assert [Path(name).name for name in book.files[-2:]] == ["below.toml", "mine.toml"]


def test_an_empty_layer_changes_nothing(tmp_path: Path) -> None:
    assert load_codebook(layer(tmp_path, "")).version == CORE.version


# Errors


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[codes.attack]\nlable = 'x'", ["[codes.attack]", "'lable'", "did you mean 'label'"]),
        ("[code.attack]\nlabel = 'x'", ["[code]", "did you mean 'codes'"]),
        ("[codes.attack]\nsensitive = 'yes'", ["[codes.attack]", "sensitive", "expected `bool`"]),
        ("[codes.attack]\nplover = 'HIT'", ["[codes.attack]", "plover", "HIT"]),
        ("[codes.attack]\nexamples = ['']", ["[codes.attack]", "examples"]),
        ("[codes.attack]\nnear_misses = [{ text = 'x' }]", ["[codes.attack]", "near_misses", "code"]),
        ("[codes]\nattack = 'x'", ["[codes.attack]", "must be a table"]),
        ("codes = 3", ["'codes'", "must be a table"]),
        ("[codes.Attack]\nlabel = 'x'", ["[codes.Attack]", "lower-case"]),
        ("[codes.atack]\nexamples = ['x']", ["[codes.atack]", "'label' is missing", "did you mean [codes.attack]"]),
        ("[codes.attack]\nevent_type = 'battle'", ["[codes.attack]", "'battle'", "did you mean 'battles'"]),
        ("[event_types.new]\ndefinition = 'x'", ["[event_types.new]", "'label' is missing"]),
        ("[vague_counts]\nlots = { low = 5, best = 2 }", ["[vague_counts]", "lots", "must not decrease"]),
        ("[vague_counts]\nlots = { low = -1, best = 2 }", ["[vague_counts.'lots']", "low"]),
        ("[counting]\nrows = 'x'", ["[counting]", "'rows'", "did you mean 'row'"]),
        ("[precedence]\norder = ['attak']", ["[precedence]", "'attak'", "did you mean 'attack'"]),
        ("[crosswalk.acled]\nx = 1", ["[crosswalk]", "'acled'", "ucdp"]),
        ("[crosswalk.ucdp.by_kinds]\nRioters = { Rioters = 4 }", ["[crosswalk.ucdp]", "by_kinds"]),
        ("[codebook]\ninclude = ['absent.toml']", ["absent.toml", "no such file"]),
        ("[codebook]\ninclude = ['mine.toml']", ["[codebook] include", "includes itself"]),
        ("[codes.attack", ["not valid TOML", "table declaration"]),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, named: list[str]) -> None:
    message = refusal(tmp_path, text) if "absent" not in text else _refused(layer(tmp_path, text))
    assert all(part in message for part in named), message


def _refused(path: Path) -> str:
    with pytest.raises(CodebookError) as caught:
        load_codebook(path)
    return str(caught.value)


def test_an_error_in_an_included_file_names_that_file(tmp_path: Path) -> None:
    layer(tmp_path, "[codes.attack]\nlable = 'x'", "below.toml")
    assert "below.toml: [codes.attack]" in _refused(layer(tmp_path, "[codebook]\ninclude = ['below.toml']"))


def test_a_missing_file_a_folder_and_another_encoding_are_refused(tmp_path: Path) -> None:
    assert "no such file" in _refused(tmp_path / "absent.toml")
    assert "cannot be read" in _refused(tmp_path)
    path = tmp_path / "latin.toml"
    path.write_bytes("[codes.attack]\ndefinition = 'à'".encode("latin-1"))
    assert "not UTF-8 at byte 29" in _refused(path)


def test_event_types_hold_their_codes_together() -> None:
    # Tables and pages list codes in this order: codes of one type must be neighbours.
    types = [code.event_type for code in CORE.codes.values()]
    changes = sum(one != other for one, other in pairwise(types))
    assert changes == len(CORE.event_types) - 1
