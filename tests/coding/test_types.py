"""Event types by example, and codes that an analyst adds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.codebook import Codebook, load_codebook
from tocsin.coding import DefaultCoder
from tocsin.coding._types import NONE, fit_vectors, training_examples
from tocsin.places import SqliteGazetteer

from .conftest import Reader, shown

LAYER = """
[codebook]
name = "Water points"
version = "1.0"

[codes.water_infrastructure_attack]
label = "Attack on water infrastructure"
event_type = "strategic_developments"
disorder_type = "Strategic developments"
definition = "Wells, pumps, pipes, tanks or plants for drinking water are wrecked, poisoned or cut on purpose."
examples = [
  "Fighters poisoned the wells of three villages near the river on Friday.",
  "Militiamen smashed the solar pump that gave the camp its drinking water.",
  "The water treatment plant was put out of service by armed men who wrecked its pumps.",
  "Gunmen cut the water pipeline that supplies the town, leaving thousands without drinking water.",
  "Armed men emptied diesel into the village's borehole, elders said.",
  "The group sabotaged the pumping station and the taps of the city ran dry.",
  "Attackers wrecked the water tanks of a displacement site at dawn.",
  "Rebels closed the valves of the reservoir and broke the pumps of its station.",
  "Boreholes used by herders were filled with stones and sand by militiamen.",
  "Unknown men poisoned the drinking-water tank of a school and broke its pipes.",
]
"""


@pytest.fixture(scope="module")
def water(tmp_path_factory: pytest.TempPathFactory, gazetteer: SqliteGazetteer) -> Reader:
    path = tmp_path_factory.mktemp("layer") / "water.toml"
    path.write_text(LAYER, encoding="utf-8")
    return Reader(DefaultCoder(load_codebook(path), gazetteer))


@pytest.mark.parametrize(
    "text",
    [
        "Militiamen wrecked the pumps of a drinking-water station near Nyala on Monday.",
        "Gunmen poisoned the wells of a village near Gao on Monday.",
        "Armed men smashed the water tanks and pipes of a camp in Kaya on Monday, aid workers said.",
    ],
)
def test_a_code_added_with_ten_examples_is_used_at_once(water: Reader, text: str) -> None:
    claims = water.read(text)
    assert [c.code for c in claims] == ["water_infrastructure_attack"], shown(claims)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Gunmen killed four traders in Gao on Monday.", "attack"),
        ("The army clashed with M23 rebels near Goma on Monday.", "armed_clash"),
        ("Teachers marched through Tunis on Monday to demand unpaid wages.", "peaceful_protest"),
        ("Shelling killed three women in Taiz on Monday.", "shelling_artillery_missile_attack"),
    ],
)
def test_a_code_added_leaves_the_others_as_they_were(water: Reader, text: str, code: str) -> None:
    assert water.one(text).code == code


def test_another_codebook_is_another_coder(water: Reader, coder: DefaultCoder) -> None:
    assert water.coder.version != coder.version


def test_the_version_of_a_coder_is_stable(codebook: Codebook, gazetteer: SqliteGazetteer, coder: DefaultCoder) -> None:
    assert DefaultCoder(codebook, gazetteer).version == coder.version


def test_near_misses_teach_their_right_code(codebook: Codebook) -> None:
    pairs = dict(training_examples(codebook))
    assert set(pairs.values()) == {*codebook.codes, NONE}
    for code in codebook.codes.values():
        for miss in code.near_misses:
            if miss.text not in code.examples:
                assert pairs[miss.text] != code.id


@settings(derandomize=True, deadline=None, max_examples=20)
@given(seed=st.integers(0, 10_000), classes=st.integers(2, 5))
def test_classes_that_lie_apart_are_told_apart(seed: int, classes: int) -> None:
    random = np.random.default_rng(seed)
    centres = 5.0 * np.eye(classes, 16)
    labels = [f"code_{k}" if k else NONE for k in range(classes) for _ in range(8)]
    vectors = np.repeat(centres, 8, axis=0) + random.normal(scale=0.3, size=(8 * classes, 16))
    model = fit_vectors(vectors.astype(np.float32), labels)
    assert model.labels[-1] == NONE
    logs = model.log_probabilities(vectors.astype(np.float32))
    assert np.allclose(np.exp(logs).sum(axis=1), 1.0, atol=1e-4)
    assert [model.labels[k] for k in logs.argmax(axis=1)] == labels


def test_a_codebook_without_examples_of_no_event_still_fits() -> None:
    vectors = np.eye(4, 8, dtype=np.float32)
    model = fit_vectors(vectors, ["a", "a", "b", "b"])
    assert model.labels == ("a", "b", NONE)
    assert np.isfinite(model.log_probabilities(vectors)).all()
