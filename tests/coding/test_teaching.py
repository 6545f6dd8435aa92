"""What the examples teach: neighbours of a sentence, codes of a held-out fifth, likeness by code."""

from __future__ import annotations

from tocsin.codebook import Codebook
from tocsin.coding import DefaultCoder, nearest_examples, tell_held_out


def test_an_example_is_its_own_nearest_neighbour(codebook: Codebook) -> None:
    text = codebook.codes["suicide_bomb"].examples[0]
    first, *others = nearest_examples(codebook, text, 3)
    assert (first.text, first.code) == (text, "suicide_bomb")
    assert first.similarity > 0.99
    assert [o.similarity for o in others] == sorted((o.similarity for o in others), reverse=True)


def test_every_example_is_told_once_and_most_are_told_rightly(codebook: Codebook) -> None:
    told = tell_held_out(codebook)
    assert len({t.text for t in told}) == len(told)
    right = sum(t.told == t.code for t in told) / len(told)
    # One in 26 by chance; the figure itself is measured and pinned in bench.
    assert right > 0.6, right


def test_the_likeliest_codes_come_first_with_an_example_of_their_own(coder: DefaultCoder) -> None:
    found = coder.explain_type("A suicide bomber blew himself up at a market in Kano, killing nine people.")
    assert found[0].code == "suicide_bomb"
    assert all(f.example.code == f.code for f in found)
    assert [f.probability for f in found] == sorted((f.probability for f in found), reverse=True)
