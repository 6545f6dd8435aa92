"""What no list names: known answers, refusals that teach, and a sampler whose chains agree."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.analysis import chao_lower_bound, count_overlaps, latent_class, log_linear, undercount
from tocsin.analysis._latent_class import _Model, effective_draws, split_r_hat
from tocsin.analysis._log_linear import _hierarchical
from tocsin.errors import UsageError


def _seen(chances: list[float], cases: int, seed: int = 1) -> Any:
    seen = np.random.default_rng(seed).random((cases, len(chances))) < chances
    return seen[seen.any(axis=1)]


def _lists(**patterns: int) -> Any:
    """Rows of patterns such as p110=5: five cases on the first two of three lists."""
    return np.array([[int(c) for c in name[1:]] for name, many in patterns.items() for _ in range(many)])


def test_two_independent_lists_give_lincoln_and_petersen() -> None:
    overlaps = count_overlaps(_lists(p11=20, p10=30, p01=10))
    assert log_linear(overlaps, "independence").best.total == pytest.approx(50 * 30 / 20)
    (pair,) = overlaps.pairs
    assert (pair.both, pair.by_chance, pair.two_list_estimate) == (20, 25.0, pytest.approx(51 * 31 / 21 - 1))


def test_the_total_is_found_where_lists_are_independent() -> None:
    """95 % intervals: of twenty, four that miss would be met once in 160 times."""
    missed = {"independence": 0, "pairwise": 0, "hierarchical": 0}
    for seed in range(20):
        overlaps = count_overlaps(_seen([0.4, 0.5, 0.3, 0.4], 800, seed))
        for family in missed:
            found = log_linear(overlaps, family)
            assert sum(model.weight for model in found.models) == pytest.approx(1)
            assert found.best == min(found.models, key=lambda model: model.bic)
            assert found.profile_low < found.best.total < found.profile_high
            missed[family] += not found.low < 800 < found.high
    assert max(missed.values()) <= 3


def test_a_dependence_that_was_put_there_is_chosen() -> None:
    seen = _seen([0.4, 0.5, 0.4], 4000, seed=2)
    copied = seen.copy()
    copied[:, 1] |= copied[:, 0] & (np.random.default_rng(3).random(len(seen)) < 0.7)
    found = log_linear(count_overlaps(copied, ["a", "b", "c"]))
    assert ("a", "b") in found.best.terms
    assert found.best.total == pytest.approx(4000, rel=0.05)
    assert log_linear(count_overlaps(copied), "independence").best.total < found.profile_low


def test_a_saturated_model_of_three_lists_is_its_closed_form() -> None:
    """With all pairs dependent the unseen number is a product of odd over a product of even cells (Fienberg 1972)."""
    counts = {"p111": 10, "p110": 14, "p101": 12, "p011": 9, "p100": 30, "p010": 25, "p001": 20}
    found = log_linear(count_overlaps(_lists(**counts)))
    saturated = next(model for model in found.models if model.parameters == 7)
    assert saturated.total == pytest.approx(sum(counts.values()) + 10 * 30 * 25 * 20 / (14 * 12 * 9))
    assert saturated.deviance == pytest.approx(0, abs=1e-8)


def test_all_hierarchical_models_of_four_lists_are_tried() -> None:
    models = list(_hierarchical(4))
    assert len(models) == len(set(models)) == 113


def test_with_many_lists_a_model_is_searched() -> None:
    overlaps = count_overlaps(_seen([0.4, 0.5, 0.3, 0.4, 0.3, 0.5], 1500, seed=5))
    for family in ("pairwise", "hierarchical"):
        found = log_linear(overlaps, family)
        assert found.searched.startswith("one term at a time")
        assert found.profile_low < 1500 < found.profile_high


def test_models_that_let_lists_depend_which_never_meet_are_left_out_and_said() -> None:
    found = log_linear(count_overlaps(_lists(p101=12, p011=13, p100=9, p010=9, p001=30)))
    assert found.left_out == 5
    assert any("5 models have no finite estimate" in caveat for caveat in found.caveats)


@given(st.lists(st.tuples(*[st.booleans()] * 3).filter(any), min_size=1, max_size=40))
def test_overlaps_add_up(rows: list[tuple[bool, ...]]) -> None:
    try:
        overlaps = count_overlaps(np.array(rows))
    except UsageError:
        return
    assert overlaps.counts.sum() == overlaps.cases == overlaps.times_seen.sum() == len(rows)
    assert overlaps.sizes.tolist() == np.array(rows).sum(axis=0).tolist()
    total, low, high = chao_lower_bound(overlaps)
    assert overlaps.cases <= low <= total <= high


@settings(max_examples=10)
@given(st.integers(0, 10_000))
def test_the_gradient_is_that_of_the_posterior(seed: int) -> None:
    model = _Model(count_overlaps(_seen([0.4, 0.3, 0.5], 60)))
    generator = np.random.default_rng(seed)
    place = generator.normal(size=(1, model.size))
    _, slope, _ = model.at(place)
    for n in generator.integers(0, model.size, 5):
        step = np.zeros_like(place)
        step[0, n] = 1e-5
        along = (model.at(place + step)[0] - model.at(place - step)[0])[0] / 2e-5
        assert along == pytest.approx(slope[0, n], rel=1e-4, abs=1e-4)


def test_kinds_of_cases_are_found_and_chains_agree() -> None:
    """Two kinds, one hardly seen: lists look dependent, and to take them as independent is far too low."""
    generator = np.random.default_rng(7)
    chances = np.where(generator.random(3000)[:, None] < 0.4, [0.7, 0.6, 0.6, 0.5], [0.2, 0.15, 0.1, 0.2])
    seen = generator.random((3000, 4)) < chances
    overlaps = count_overlaps(seen[seen.any(axis=1)])
    found = latent_class(overlaps, draws=500)
    assert found.mixes
    assert found.r_hat < 1.01
    assert found.low < 3000 < found.high
    assert log_linear(overlaps, "independence").profile_high < 3000


def test_chains_that_disagree_are_told() -> None:
    apart = np.random.default_rng(1).normal(size=(4, 300)) + np.arange(4)[:, None]
    assert split_r_hat(apart) > 1.5
    assert effective_draws(apart) < 20
    assert split_r_hat(np.ones((2, 50))) == 1.0
    found = latent_class(count_overlaps(_seen([0.4, 0.5, 0.3], 300)), draws=20)
    assert not found.mixes
    assert any("do not agree" in caveat for caveat in found.caveats)


def test_models_stand_side_by_side_and_no_single_number_is_said() -> None:
    generator = np.random.default_rng(7)
    chances = np.where(generator.random(3000)[:, None] < 0.4, 0.6, 0.15)
    seen = generator.random((3000, 4)) < chances
    found = undercount(seen[seen.any(axis=1)], ["a", "b", "c", "d"], draws=500)
    assert len(found.estimates) in (6, 7)
    assert len({estimate.assumes for estimate in found.estimates}) == len(found.estimates)
    assert found.lowest < 3000 < max(estimate.high for estimate in found.estimates)
    assert "no single number" in found.verdict


@pytest.mark.parametrize(
    ("lists", "words"),
    [
        (np.zeros((0, 3)), "there are no cases"),
        (np.ones((5, 1)), "one list says nothing"),
        (_lists(p10=30, p01=20), "shares no case with the other list"),
        (_lists(p110=9, p100=30, p010=20, p001=40), "list 3 shares no case with any other"),
        (_lists(p110=9, p100=30), "list 3 is empty"),
        (_lists(p101=30, p011=20, p100=30, p010=20), "other places, days or victims"),
        (_lists(p11=3, p00=1), "case 4 is on no list"),
        (np.array([[1, 2], [1, 1]]), "case 1 is neither"),
    ],
)
def test_what_no_estimate_can_be_made_of_is_refused(lists: Any, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        undercount(lists)


def test_two_lists_cannot_choose_a_model() -> None:
    overlaps = count_overlaps(_lists(p11=20, p10=30, p01=10))
    with pytest.raises(UsageError, match="third list"):
        log_linear(overlaps)
    with pytest.raises(UsageError, match="at least three"):
        latent_class(overlaps)
    with pytest.raises(UsageError, match="as many different names"):
        count_overlaps(_lists(p11=20), ["one"])


def test_few_recaptures_and_copies_are_said() -> None:
    few = count_overlaps(_lists(p11=3, p10=10, p01=10))
    assert any("too few" in caveat for caveat in few.caveats)
    copying = count_overlaps(_lists(p110=60, p101=3, p011=3, p100=2, p010=2, p001=300), ["a", "b", "c"])
    assert any("a and b share 60 cases" in caveat for caveat in copying.caveats)
