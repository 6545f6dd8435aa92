"""Fitting weights: they follow what people decide, as far as the cases carry, and are read as they were written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tocsin.errors import UsageError
from tocsin.linking import Fit, fit_weights, link, load_weights, weights_toml
from tocsin.records import Claim, Judgement

from .making import CODEBOOK, DAY, claim, document, judged, on

WEIGHTS = load_weights()


def pairs(number: int, *, apart: bool) -> tuple[list[Claim], list[Judgement]]:
    """Pairs of reports of one day and town; those apart differ by a day."""
    claims, judgements = [], []
    for n in range(number):
        days = timedelta(20 * n)
        name = f"{'x' if apart else 'y'}{n}"
        one = claim(f"{name}-1", when=on(DAY + days))
        other = claim(f"{name}-2", when=on(DAY + days + timedelta(int(apart))), deaths=None)
        claims += [one, other]
        judgements.append(judged("not_same" if apart else "same", one.id, other.id, minute=n))
    return claims, judgements


def fitted(*told: tuple[list[Claim], list[Judgement]]) -> Fit:
    claims = {c.id: c for some, _ in told for c in some}
    documents = {c.document_id: document(c.document_id) for c in claims.values()}
    return fit_weights(claims, documents, [], [j for _, some in told for j in some], WEIGHTS, CODEBOOK)


def test_weights_follow_what_people_decide() -> None:
    fit = fitted(pairs(40, apart=False), pairs(40, apart=True))
    assert (fit.same, fit.apart) == (40, 40)
    assert fit.loss_after <= fit.loss_before
    # Next day was weak evidence against; people say it is strong.
    assert fit.weights.of["date.next_day"] < WEIGHTS.of["date.next_day"]
    assert fit.moved.keys() <= {"prior", *WEIGHTS.of}


def test_a_verdict_against_the_weights_turns_them_round() -> None:
    claims, judgements = pairs(60, apart=True)
    other = [replace(j, verdict="same") for j in judgements]
    fit = fitted((claims, other), pairs(20, apart=False), _neighbours(20))
    assert fit.weights.of["date.next_day"] > WEIGHTS.of["date.next_day"]


def _neighbours(number: int) -> tuple[list[Claim], list[Judgement]]:
    claims, judgements = pairs(number, apart=False)
    claims = [replace(c, id=f"n{c.id}", document_id=f"n{c.document_id}", code="arrests") for c in claims]
    return claims, [judged("not_same", *(f"n{s}" for s in j.subjects), minute=n) for n, j in enumerate(judgements)]


def test_weights_that_no_pair_speaks_of_stay_and_rules_do_too() -> None:
    fit = fitted(pairs(30, apart=False), pairs(30, apart=True))
    for name in ("actors.conflict", "place.most_km", "date.most_days_apart", "other.denied"):
        assert fit.weights.of[name] == WEIGHTS.of[name]
    assert fit.weights.version.startswith(f"{WEIGHTS.version}+")
    assert fit.weights.compatible == WEIGHTS.compatible


@pytest.mark.parametrize(("same", "apart"), [(0, 0), (60, 5), (5, 60)])
def test_few_cases_fit_nothing(same: int, apart: int) -> None:
    with pytest.raises(UsageError, match="needs 20 of each"):
        fitted(pairs(same, apart=False), pairs(apart, apart=True))


def test_fitted_weights_are_written_as_they_are_read(tmp_path: Path) -> None:
    fit = fitted(pairs(30, apart=False), pairs(30, apart=True))
    path = tmp_path / "weights.toml"
    path.write_text(weights_toml(fit.weights, "Two lines\nof a note."), "utf-8")
    read = load_weights(path)
    assert (read.version, read.prior, read.threshold) == (fit.weights.version, fit.weights.prior, fit.weights.threshold)
    assert read.of == fit.weights.of
    assert read.compatible == fit.weights.compatible
    claims: Sequence[Claim] = [c for some, _ in (pairs(3, apart=False),) for c in some]
    documents = {c.document_id: document(c.document_id) for c in claims}
    assert link(claims, documents, [], [], read, CODEBOOK) == link(claims, documents, [], [], fit.weights, CODEBOOK)
