"""How likely each candidate pair is one event, with everything that tells learned from the pairs themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tocsin.linking.integration._candidates import Reach, candidates
from tocsin.linking.integration._comparing import Comparison, DeathTolls, Distances, Gaps
from tocsin.linking.integration._lists import EventList
from tocsin.linking.integration._matching import Pairs, pair_probabilities
from tocsin.linking.integration._naming import Names
from tocsin.linking.integration._near import Floats

__all__ = ["Estimate", "estimate"]

# Learning ends when the number of matches moves by less than this share, or after so many rounds. On the Syria file
# against its disturbed copy it ends after ten; F1 moves by less than .001 from the sixth on.
_STILL = 1e-4
_MOST_ROUNDS = 15
# Of messages while learning: tables of thousands of pairs do not need each of them exact.
_ROUGHLY = 12
# Natural log odds beyond this are as good as certain, and products of them stay within what a float holds.
_SURE = 20.0
# Unmatched neighbours that a row has where it has none: half of one, as for any rate of which nothing was seen.
_NEIGHBOURS = 0.5
# Of a list, no more than this is taken to be in the other, so that a first match is never certain.
_MOST_SHARED = 0.98


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """What was learned.

    Attributes
    ----------
    pairs : Pairs
    probability : array of float, shape (pairs,)
        That the pair is one event, given all other pairs.
    prior : array of float, shape (pairs,)
        Natural log odds before any field is looked at: how many others are near.
    fields : tuple of Comparison
        Their weights, in natural logs, add up with the prior to the odds of a pair alone.
    """

    pairs: Pairs
    probability: Floats
    prior: Floats
    fields: tuple[Comparison, ...]


def estimate(one: EventList, other: EventList, reach: Reach) -> Iterator[Estimate]:
    """Yield better and better estimates; the last is what was learned.

    Weights are those of Fellegi and Sunter (1969): what is seen of a field, in pairs that are one event over pairs that
    are two. They are learned by expectation and maximisation (Winkler, 1988), where expectation takes into account that
    a row has one match at most; how much of each list the other has follows from the matches found (Lincoln and
    Petersen), and how many unmatched neighbours a row has from its candidates.
    """
    near = candidates(one, other, reach)
    pairs = Pairs(near.one, near.other, len(one), len(other))
    fields: list[Comparison] = [
        Gaps(one, other, near.one, near.other, reach.days),
        Distances(near.distance, near.coarse, reach.widest()),
        DeathTolls(one, other, near.one, near.other),
    ]
    for field, mine, its in (
        ("actors", (one.actor1, one.actor2), (other.actor1, other.actor2)),
        ("type", (one.kind,), (other.kind,)),
        ("division", (one.area,), (other.area,)),
    ):
        if any(words.said for words in mine) and any(words.said for words in its):
            fields.append(Names(field, mine, its, near.one, near.other))
    yield from _learned(pairs, tuple(fields))


def _learned(pairs: Pairs, fields: Sequence[Comparison]) -> Iterator[Estimate]:
    ones = np.ones(len(pairs))
    company = np.sqrt(pairs.sum_one(ones)[pairs.one] * pairs.sum_other(ones)[pairs.other])
    # To begin with, one row in ten has a match, and it is any of the rows near it. One in two or in fifty ends in the
    # same on the Syria file; where lists have one row in twenty in common, few are better to begin with.
    probability = 0.1 / np.maximum(company, 1.0)
    matches = 0.0
    for number in range(_MOST_ROUNDS):
        if number:
            for field in fields:
                field.learn(probability)
        prior = _prior(pairs, probability)
        odds = np.exp(np.clip(prior + sum(field.weights() for field in fields), -_SURE, _SURE))
        probability = pair_probabilities(pairs, odds, _ROUGHLY)
        yield Estimate(pairs, probability, prior, tuple(fields))
        before, matches = matches, float(probability.sum())
        if abs(matches - before) <= _STILL * max(before, 1.0):
            break
    yield Estimate(pairs, pair_probabilities(pairs, odds), prior, tuple(fields))


def _prior(pairs: Pairs, probability: Floats) -> Floats:
    matches = float(probability.sum())
    seen_one = min(matches / max(pairs.rows_other, 1), _MOST_SHARED)
    seen_other = min(matches / max(pairs.rows_one, 1), _MOST_SHARED)
    apart = 1.0 - probability
    # The sum of a row's own pairs less what is matched; never quite nothing.
    beside_one = np.maximum(pairs.sum_one(apart), 0.0) + _NEIGHBOURS
    beside_other = np.maximum(pairs.sum_other(apart), 0.0) + _NEIGHBOURS
    shared = np.log(max(seen_one * seen_other, 1e-12)) / 2 - np.log((1 - seen_one) * (1 - seen_other))
    near: Floats = shared - np.log(beside_one[pairs.one] * beside_other[pairs.other]) / 2
    return near
