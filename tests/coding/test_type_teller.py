"""Notes of a few sentences, each told as a whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tocsin.codebook import load_codebook
from tocsin.coding import TypeTeller
from tocsin.coding._types import NONE, Moments, fit_vectors

NOTES = {
    "On 3 June, in Qaboun, residents marched after prayers. Security forces opened live fire on them. 4 died.": (
        "excessive_force_against_protesters"
    ),
    "Around 8 May, two factions of a student union fought with sticks and bricks on the campus; 12 were hurt.": (
        "mob_violence"
    ),
    "On 17 August, sappers defused a bomb found under a culvert near the market. No injuries.": "disrupted_weapons_use",
    "On 2 January, unknown gunmen ambushed a police patrol outside the town, killing 2 officers.": "armed_clash",
}


@pytest.fixture(scope="module")
def teller() -> TypeTeller:
    return TypeTeller(load_codebook())


def test_notes_are_told(teller: TypeTeller) -> None:
    assert teller.codes(list(NOTES)) == list(NOTES.values())


def test_every_code_has_a_probability_and_they_add_up(teller: TypeTeller) -> None:
    logs = teller.log_probabilities(list(NOTES))
    assert set(teller.labels) == set(load_codebook().codes)
    assert logs.shape == (len(NOTES), len(teller.labels))
    assert np.allclose(np.exp(logs).sum(axis=1), 1)


def test_a_note_is_told_the_same_whatever_is_told_beside_it(teller: TypeTeller) -> None:
    together = teller.log_probabilities(list(NOTES))
    alone = [teller.log_probabilities([note])[0] for note in reversed(NOTES)]
    assert np.allclose(together, np.stack(alone[::-1]), atol=1e-5)


def test_nothing_is_told_of_nothing(teller: TypeTeller) -> None:
    assert teller.codes([]) == []


def test_a_code_that_a_layer_adds_is_told_by_its_examples(tmp_path: Path) -> None:
    layer = tmp_path / "layer.toml"
    layer.write_text(
        """
[codebook]
name = "Water"
version = "1"

[codes.well_poisoned]
label = "Well poisoned"
event_type = "violence_against_civilians"
disorder_type = "Political violence"
definition = "Somebody makes a source of drinking water unfit for use."
include = ["Poison, carcasses or waste thrown into a well, spring or tank"]
exclude = ["People attacked: attack"]
relevance = "The water was drunk by people."
examples = [
  "Herders found the village well fouled with dead dogs. The elders blamed the militia.",
  "Diesel was poured into the spring that three hamlets drink from, a shepherd said.",
  "On 4 May, unknown persons threw pesticide into the school's water tank.",
  "The wells of the camp were poisoned overnight; the aid agency now trucks in water.",
  "Retreating fighters dumped carcasses in the cisterns of the village.",
  "Militiamen contaminated the borehole with engine oil before they withdrew.",
  "Residents accuse soldiers of spoiling the drinking water of the quarter with waste.",
  "Two wells near the crossroads were made unusable with cement and dead animals.",
  "A poisonous liquid was found in the spring from which the town is supplied.",
  "The reservoir was fouled on purpose, tests showed; nobody fell ill.",
]
""",
        encoding="utf-8",
    )
    teller = TypeTeller(load_codebook(layer))
    assert "well_poisoned" in teller.labels
    assert teller.codes(["On 9 July, in a hamlet of the district, militiamen threw poison into the village well."]) == [
        "well_poisoned"
    ]


def vectors(rows: int, seed: int) -> tuple[NDArray[np.float32], list[str]]:
    rng = np.random.default_rng(seed)
    labels = [["a", "b", NONE][i % 3] for i in range(rows)]
    return rng.normal(size=(rows, 5)).astype(np.float32) + np.eye(3, 5, dtype=np.float32)[np.arange(rows) % 3], labels


def test_moments_of_two_halves_are_those_of_the_whole() -> None:
    x, labels = vectors(60, 4)
    whole = fit_vectors(x, labels)
    parts = (Moments.of(x[:25], labels[:25]) + Moments.of(x[25:], labels[25:])).fit()
    assert parts.labels == whole.labels == ("a", "b", NONE)
    assert np.allclose(parts.weights, whole.weights, atol=1e-4)
    assert np.allclose(parts.bias, whole.bias, atol=1e-4)


def test_a_set_of_examples_without_none_has_it_all_the_same() -> None:
    x, labels = vectors(30, 5)
    kept = [i for i, label in enumerate(labels) if label != NONE]
    assert fit_vectors(x[kept], [labels[i] for i in kept]).labels == ("a", "b", NONE)
