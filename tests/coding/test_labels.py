"""Labels of one's own: taught by labelled sentences, told of others, several a sentence."""

from __future__ import annotations

import numpy as np
import pytest

from tocsin.coding import LabelTeller, label_vectors, teach_labels
from tocsin.errors import UsageError

TAUGHT = (
    ("Guards beat three marchers with sticks at the gate.", {"force"}),
    ("Troops fired over the heads of the crowd in Ombara.", {"force"}),
    ("Officers used tear gas to clear the square.", {"force"}),
    ("Constables hit demonstrators and led nine of them away.", {"force", "arrest"}),
    ("The patrol detained two drivers on the river road.", {"arrest"}),
    ("Police arrested a trader on Tuesday night.", {"arrest"}),
    ("Soldiers took four students into custody.", {"arrest"}),
    ("Eleven suspects were held after the search.", {"arrest"}),
    ("The market reopened on Friday.", set[str]()),
    ("Farmers expect a late harvest this year.", set[str]()),
    ("A new bridge links the two banks of the Tessa.", set[str]()),
    ("The governor spoke about schools.", set[str]()),
)


@pytest.fixture(scope="module")
def teller() -> LabelTeller:
    return teach_labels([text for text, _ in TAUGHT], [labels for _, labels in TAUGHT])


def test_labels_are_told_apart_and_apart_from_none(teller: LabelTeller) -> None:
    assert teller.labels == ("arrest", "force")
    told = teller.probabilities(
        [
            "Police arrested five men near the port.",
            "Troops fired tear gas at marchers.",
            "The school on the river reopened this year.",
        ]
    )
    assert told.shape == (3, 2)
    assert told[0, 0] > told[0, 1]
    assert told[1, 1] > told[1, 0]
    assert told[2].max() < min(told[0, 0], told[1, 1])
    assert ((told > 0) & (told < 1)).all()


def test_a_sentence_is_told_the_same_whatever_stands_beside_it(teller: LabelTeller) -> None:
    texts = ["Guards detained a singer.", "It rained.", "", "   ", "١٢ قتيلا", "no " * 500]
    together = teller.probabilities(texts)
    alone = np.vstack([teller.probabilities([text]) for text in texts])
    assert np.allclose(together, alone)
    assert np.isfinite(together).all()
    assert teller.probabilities([]).shape == (0, 2)


def test_taught_twice_it_is_the_same_and_repeats_and_known_vectors_change_nothing(teller: LabelTeller) -> None:
    texts, labels = [text for text, _ in TAUGHT], [given for _, given in TAUGHT]
    asked = ["Police fired at students and held two of them."]
    again = teach_labels(texts * 2, labels * 2, vectors=label_vectors(texts * 2))
    assert np.array_equal(again.probabilities(asked), teller.probabilities(asked))
    assert np.array_equal(teller.probabilities(asked, vectors=label_vectors(asked)), teller.probabilities(asked))


def test_what_was_left_undone_reads_alike_whoever_left_it() -> None:
    undone = [
        "The police did nothing while shops burned.",
        "Constables stood by as the mob came.",
        "Officers failed to stop the looters.",
        "The army refused to help the villagers.",
    ]
    done = [
        "The police stopped the mob at the bridge.",
        "Constables saved six families.",
        "Officers drove the looters away.",
        "The army helped the villagers.",
    ]
    teller = teach_labels(undone + done, [{"failed"}] * 4 + [set()] * 4)
    failed, acted = teller.probabilities(["Soldiers did not stop the arson.", "Soldiers put out the fire."])[:, 0]
    assert failed > acted


def test_what_cannot_be_learned_is_said() -> None:
    with pytest.raises(UsageError, match="2 sentences but labels for 1"):
        teach_labels(["One.", "Two."], [{"a"}])
    with pytest.raises(UsageError, match="no sentence has a label"):
        teach_labels(["One.", "Two."], [set(), set()])
    with pytest.raises(UsageError, match="every sentence has the label 'a'"):
        teach_labels(["One.", "Two."], [{"a"}, {"a", "b"}])
