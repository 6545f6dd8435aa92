"""Linking again: what did not change is not compared, and the outcome is that of linking everything."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.linking import Linkage, _block, link, load_weights, relink
from tocsin.records import Claim, Copy, Document, Judgement, from_json, to_json

from .making import CODEBOOK, claim, document, judged
from .test_cluster import some_claims, some_judgements

WEIGHTS = load_weights()


def again(
    claims: Sequence[Claim],
    judgements: Sequence[Judgement],
    copies: Sequence[Copy],
    before: Linkage | None,
    documents: Mapping[str, Document] | None = None,
) -> Linkage:
    """Link by both roads, see that they agree, and return what is kept."""
    known = documents or {c.document_id: document(c.document_id) for c in claims}
    partition, linkage = relink(claims, known, known, copies, judgements, WEIGHTS, CODEBOOK, before)
    assert partition == link(claims, known, copies, judgements, WEIGHTS, CODEBOOK)
    return from_json(to_json(linkage), Linkage)


def test_nothing_new_touches_nothing_and_one_claim_its_neighbourhood() -> None:
    near = [claim(f"d-{n}", deaths=2) for n in range(3)]
    far = [claim(f"e-{n}", where=(), code="arrests") for n in range(3)]
    before = again([*near, *far], [], [], None)
    assert before.touched == 6
    assert again([*far, *near], [], [], before).touched == 0
    new = claim("d-9", deaths=2)
    assert again([*near, *far, new], [], [], before).touched == 4
    assert again([*near[1:], *far], [], [], before).touched == 2


def test_a_judgement_and_a_copy_touch_what_they_are_about() -> None:
    claims = [claim(f"d-{n}", deaths=2) for n in range(3)] + [claim("e-1", code="arrests", where=())]
    before = again(claims, [], [], None)
    assert again(claims, [judged("not_same", claims[0].id, claims[1].id)], [], before).touched == 3
    assert again(claims, [judged("same", claims[0].id, claims[3].id)], [], before).touched == 4
    assert again(claims, [], [Copy("e-1", "d-0", 1.0)], before).touched >= 1


def test_other_weights_or_codes_begin_from_nothing() -> None:
    claims = [claim(f"d-{n}", deaths=2) for n in range(3)]
    known = {c.document_id: document(c.document_id) for c in claims}
    before = again(claims, [], [], None)
    assert relink(claims, known, known, [], [], WEIGHTS, CODEBOOK, before)[1].touched == 0
    other = from_json(to_json(before).replace(before.version, "l-other"), Linkage)
    assert relink(claims, known, known, [], [], WEIGHTS, CODEBOOK, other)[1].touched == 3


@settings(max_examples=60)
@given(st.data(), st.randoms(use_true_random=False), st.booleans())
def test_any_road_to_the_same_claims_has_the_same_outcome(
    data: st.DataObject, shuffler: random.Random, crowded: bool
) -> None:
    claims = data.draw(some_claims())
    judgements = data.draw(some_judgements(claims))
    ids = sorted({c.document_id for c in claims})
    with pytest.MonkeyPatch.context() as patch:
        if crowded:
            patch.setattr(_block, "LARGEST_VAGUE_BLOCK", 2)
        before = None
        for _ in range(data.draw(st.integers(1, 3))):
            shuffler.shuffle(claims)
            some = claims[: data.draw(st.integers(1, len(claims)))]
            copied = data.draw(st.lists(st.sampled_from(ids), max_size=2, unique=True))
            copies = [Copy(i, ids[0], 1.0) for i in copied if i != ids[0]]
            before = again(some, judgements[: data.draw(st.integers(0, len(judgements)))], copies, before)
        again(claims, judgements, [], before)
