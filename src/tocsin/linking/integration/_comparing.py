"""Pairs of rows compared field by field, as weights: how much likelier what is seen is of one event than of two."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rapidfuzz import fuzz, process

from tocsin.linking.integration._lists import EventList, Words, plain_name
from tocsin.linking.integration._near import Floats, Ints

__all__ = ["Comparison", "DeathTolls", "Distances", "Gaps", "Names"]

# Every count in a table starts from this many pairs of what is thought without data.
_TRUST = 5.0


class Comparison:
    """One field of all candidate pairs. `learn` takes how likely each pair is one event; `weights` are natural logs."""

    field = ""

    def learn(self, probability: Floats) -> None:
        raise NotImplementedError

    def weights(self) -> Floats:
        raise NotImplementedError


class Gaps(Comparison):
    """Days between two rows: of their first days where both last one day, else between the spans they were in.

    A gap that can be had by many first days (two weeks that overlap) says less than one that can be had by one.
    """

    field = "date"

    def __init__(self, one: EventList, other: EventList, first: Ints, second: Ints, days: int) -> None:
        start, end = one.spots.start[first], one.spots.end[first]
        start2, end2 = other.spots.start[second], other.spots.end[second]
        gaps = np.maximum(np.maximum(start2 - end, start - end2), 0)
        lengths = (end - start) + (end2 - start2) + 1
        apart = np.abs(start - start2)
        # Single days by how far apart they are; spans by how far their first days are, or by the gap between them.
        spans = np.where(apart <= 1, apart, np.where(gaps == 0, 2, 3))
        self._days = days
        self._cell = np.where(lengths > 1, days + 1 + spans, np.minimum(apart, days)).astype(np.int16)
        offsets = np.where(lengths > 1, np.choose(spans, [1, 2, np.maximum(lengths - 3, 1), 2 * days]), 0)
        alone = np.where(apart == 0, 1, 2)
        # Within the window an unmatched pair is as likely on any day.
        self._chance = (np.where(lengths > 1, offsets, alone) / (lengths + 2 * days)).astype(np.float32)
        self._learned = self._prior()
        self._together = np.ones(len(self._learned))

    def _prior(self) -> Floats:
        """Half as many with each day further off, to begin with."""
        prior: Floats = np.concatenate((0.5 ** np.arange(1, self._days + 2), [0.5, 0.25, 0.2, 0.05]))
        return prior

    def learn(self, probability: Floats) -> None:
        seen = np.bincount(self._cell, probability, self._days + 5) + _TRUST * self._prior()
        cut = self._days + 1
        self._learned = np.concatenate((seen[:cut] / seen[:cut].sum(), seen[cut:] / seen[cut:].sum()))
        # What happens near by happens together: unmatched pairs are on the same day more often than by chance.
        even = np.minimum(np.arange(cut), 1) + 1.0
        even = 100 * even / even.sum()
        apart = np.bincount(self._cell, 1.0 - probability, self._days + 5)[:cut] + even
        self._together[:cut] = apart / apart.sum() / (even / even.sum())

    def weights(self) -> Floats:
        ratio = self._learned / self._together
        # A day further off never speaks more for a match.
        cut = self._days + 1
        offsets = np.minimum(np.arange(cut), 1) + 1.0
        ratio[:cut] = np.minimum.accumulate(ratio[:cut] / offsets) * offsets
        weights: Floats = np.log(ratio[self._cell] / self._chance)
        return weights


class Distances(Comparison):
    """Kilometres between two points: a mixture of two-dimensional normals of many widths.

    Whatever moved the points — another gazetteer, a town's centre for its quarter, an unknown error — is some mixture
    of them, learned for each coarseness of the places. How dense unmatched pairs are at a distance is learned beside
    it, for towns make them denser near by.
    """

    field = "place"
    # Kilometres, the standard deviation along each axis. The narrowest is the same point of the same gazetteer.
    _SCALES = np.array([0.05, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 10.0, 20.0, 40.0, 80.0])
    _BINS = 400

    def __init__(self, distance: Floats, coarse: Ints, reach: Sequence[float]) -> None:
        """`reach` is the widest distance of a candidate, for each coarseness."""
        count = len(reach)
        # Bins are as fine as the narrowest scale near by, where that matters, and widen outwards.
        self._edges = np.stack([widest * np.linspace(0.0, 1.0, self._BINS + 1) ** 2 for widest in reach])
        bins = np.empty(len(distance), np.int64)
        for level in range(count):
            at = coarse == level
            bins[at] = np.clip(np.searchsorted(self._edges[level], distance[at], "right") - 1, 0, self._BINS - 1)
        self._bin = (coarse * self._BINS + bins).astype(np.int32)
        middle = (self._edges[:, 1:] + self._edges[:, :-1]) / 2
        self._area = np.pi * np.diff(self._edges**2, axis=1)
        # Shape (scales, coarsenesses, bins); what lies beyond the window is lost to it.
        scales = self._SCALES[:, None, None]
        density = np.exp(-((middle / scales) ** 2) / 2) / (2 * np.pi * scales**2)
        within = np.maximum((density * self._area).sum(axis=2, keepdims=True), 1e-12)
        self._kernels = density / within
        fits = self._SCALES[:, None] <= np.maximum(np.array(reach), self._SCALES[0])
        self._prior = fits / fits.sum(axis=0)
        self._share = self._prior
        self._unmatched = self._counted(np.ones(len(distance)))
        self._weigh()

    def _counted(self, weight: Floats) -> Floats:
        counted: Floats = np.bincount(self._bin, weight, self._area.size).astype(float).reshape(self._area.shape)
        return counted

    def learn(self, probability: Floats) -> None:
        seen = self._counted(probability)
        parts = self._share[:, :, None] * self._kernels
        parts = parts / np.maximum(parts.sum(axis=0), 1e-300) * seen
        by_scale = parts.sum(axis=2)
        self._share = (by_scale + self._prior) / (by_scale.sum(axis=0) + 1.0)
        self._unmatched = self._counted(1.0 - probability)
        self._weigh()

    def _weigh(self) -> None:
        dense = (self._share[:, :, None] * self._kernels).sum(axis=0)
        # Rings of twenty bins hold enough pairs to tell how dense they are.
        rings = (len(self._area), self._BINS // 20, 20)
        seen, area = self._unmatched.reshape(rings).sum(axis=2), self._area.reshape(rings).sum(axis=2)
        whole = seen.sum(axis=1, keepdims=True)
        even = area / area.sum(axis=1, keepdims=True)
        chance = np.repeat((seen + 20 * even) / (whole + 20) / area, 20, axis=1)
        self._weights = np.log(np.maximum(dense, 1e-12) / chance).ravel()

    def weights(self) -> Floats:
        weights: Floats = self._weights[self._bin]
        return weights


# The step of tolls from which on they differ.
_DIFFERENT = 4


class DeathTolls(Comparison):
    """Figures of deaths: equal, one apart, near, far, or unknown; an equal figure says more, the rarer it is."""

    field = "deaths"
    _NAMES = ("unknown", "equal", "one apart", "near", "half to double", "far apart")

    def __init__(self, one: EventList, other: EventList, first: Ints, second: Ints) -> None:
        mine, its = one.deaths[first], other.deaths[second]
        self._kinds = len(self._NAMES)
        self.step = self._step(mine, its)
        # A toll of none, of a few, of a score or of more is not miscounted alike.
        size = np.digitize(np.nan_to_num(np.minimum(mine, its), nan=0.0), [1, 5, 20])
        self._cell = size * self._kinds + self.step
        self._chance = np.sqrt(
            self._expected(mine, self.step, other.deaths) * self._expected(its, self.step, one.deaths)
        )
        unknown = np.array([np.isnan(each.deaths).mean() for each in (one, other)])
        self._unknown = max(1 - (1 - unknown[0]) * (1 - unknown[1]), 1e-6)
        self._learned = np.tile([self._unknown, *((1 - self._unknown) * np.array([0.5, 0.2, 0.15, 0.1, 0.05]))], 4)

    @staticmethod
    def _bounds(deaths: Floats) -> Floats:
        """Where each step ends, for a toll: shape (tolls, 4); steps are nested."""
        near = np.maximum(2.0, np.floor(deaths * 0.15))
        double = np.maximum(near + 1, deaths)
        return np.stack([np.zeros_like(deaths), np.ones_like(deaths), near, double], axis=1)

    @classmethod
    def _step(cls, mine: Floats, its: Floats) -> Ints:
        bounds = cls._bounds(np.minimum(mine, its))
        step: Ints = 1 + (np.abs(mine - its)[:, None] > bounds).sum(axis=1)
        return np.where(np.isnan(mine) | np.isnan(its), 0, step)

    @classmethod
    def _expected(cls, deaths: Floats, step: Ints, others: Floats) -> Floats:
        """The share of the other list's rows that would be in this step by chance."""
        known = np.sort(others[~np.isnan(others)])
        if not len(known):
            return np.ones(len(deaths))
        different, at = np.unique(deaths, return_inverse=True)
        reach = np.full(len(different), 0.0)
        within = np.zeros((len(different), len(cls._NAMES)))
        bounds = cls._bounds(different)
        for number in range(4):
            reach = bounds[:, number]
            # From below, a toll's own bound holds; the least of two tolls sets it, which the lower one is.
            low = np.searchsorted(known, different - reach, "left")
            high = np.searchsorted(known, different + reach, "right")
            within[:, number + 1] = (high - low) / len(known)
        within[:, 5] = 1.0
        share = np.diff(within, axis=1, prepend=0.0)
        share[:, 0] = 1.0
        chance = np.maximum(share[at, step], 0.5 / len(known))
        return np.where(step == 0, 1.0, chance)

    def learn(self, probability: Floats) -> None:
        seen = np.bincount(self._cell, probability, 4 * self._kinds).reshape(4, self._kinds)
        known = seen[:, 1:]
        shared = (known.sum(axis=0) + _TRUST / 5) / (known.sum() + _TRUST)
        table = (known + 20 * shared) / (known.sum(axis=1, keepdims=True) + 20)
        self._learned = np.column_stack((np.ones(4), table)).ravel()

    def weights(self) -> Floats:
        weights: Floats = np.log(self._learned[self._cell] / self._chance)
        # That a figure is missing says nothing, and that figures differ never speaks for a match: where lists have next
        # to nothing in common, what is learned would otherwise drift to events that are merely beside each other.
        weights = np.where(self.step >= _DIFFERENT, np.minimum(weights, 0.0), weights)
        return np.where(self.step == 0, 0.0, weights)


class Names(Comparison):
    """One or two columns of words: who did it to whom, what kind of event it was, which division it was in.

    How often a word of one list goes with a word of the other, in pairs that are one event and in pairs that are not,
    is learned from the pairs themselves, so that other spellings, short forms and other codings of the same thing come
    to count as agreement. Rare pairs of words lean on how alike they are written.
    """

    # Similarity (0–1) of two names from which on they are the same but for a word, and much alike.
    _STEPS = (0.999, 0.85, 0.6)

    def __init__(self, field: str, one: tuple[Words, ...], other: tuple[Words, ...], first: Ints, second: Ints) -> None:
        self.field = field
        self._sides = len(one)
        self._one, self._mine = _joint(one)
        self._other, self._its = _joint(other)
        self._share_one = np.bincount(self._mine, minlength=len(self._one)) / max(len(self._mine), 1)
        self._share_other = np.bincount(self._its, minlength=len(self._other)) / max(len(self._its), 1)
        code = self._mine[first] * len(self._other) + self._its[second]
        both, self._at = np.unique(code, return_inverse=True)
        self._left, self._right = both // len(self._other), both % len(self._other)
        self._turned = np.full(len(both), 0.1 if self._sides == 2 else 0.0)
        self._table(one, other)
        alike = np.array([0.7, 0.15, 0.05, 0.1])
        self._alike_share = alike
        self._matched: Floats = np.zeros(len(both))
        self._unmatched = np.bincount(self._at, minlength=len(both)).astype(float)
        self._weights = self._weigh()

    def _table(self, one: tuple[Words, ...], other: tuple[Words, ...]) -> None:
        """The pairs of single words within the pairs of joint ones: straight (a1–b1, a2–b2), then turned."""
        words_one = sorted({word for column in one for word in column.words})
        words_other = sorted({word for column in other for word in column.words})
        at_one = {word: n for n, word in enumerate(words_one)}
        at_other = {word: n for n, word in enumerate(words_other)}
        left = np.array([[at_one[w] for w in words] for words in self._one]).reshape(-1, self._sides)[self._left]
        right = np.array([[at_other[w] for w in words] for words in self._other]).reshape(-1, self._sides)[self._right]
        turned = right[:, ::-1]
        cells = np.stack([left * len(words_other) + right, left * len(words_other) + turned])
        known, at = np.unique(cells, return_inverse=True)
        self._cell = at.reshape(cells.shape)
        self._word_one, self._word_other = known // len(words_other), known % len(words_other)
        plain_one, plain_other = [plain_name(w) for w in words_one], [plain_name(w) for w in words_other]
        likeness = process.cpdist(
            [plain_one[w] for w in self._word_one.tolist()],
            [plain_other[w] for w in self._word_other.tolist()],
            scorer=fuzz.token_sort_ratio,
        ).astype(np.float64)
        empty_one, empty_other = (np.array([not w for w in words]) for words in (plain_one, plain_other))
        nothing = empty_one[self._word_one] | empty_other[self._word_other]
        neither = empty_one[self._word_one] & empty_other[self._word_other]
        likeness[nothing] = np.where(neither[nothing], 100.0, 0.0)
        self._alike = (likeness[:, None] / 100 < np.array(self._STEPS)).sum(axis=1)
        self._word_share_one = _shares(one, at_one)
        self._word_share_other = _shares(other, at_other)

    def learn(self, probability: Floats) -> None:
        self._matched = np.bincount(self._at, probability, len(self._left)).astype(float)
        self._unmatched = np.bincount(self._at, 1.0 - probability, len(self._left)).astype(float)
        self._weights = self._weigh()

    def weights(self) -> Floats:
        weights: Floats = self._weights[self._at]
        return weights

    def _weigh(self) -> Floats:
        """The weight of each pair of joint words."""
        straight, across = self._word_counts()
        seen = np.zeros(len(self._alike))
        for side in range(self._sides):
            seen += np.bincount(self._cell[0, :, side], straight, len(seen))
            seen += np.bincount(self._cell[1, :, side], across, len(seen))
        if seen.sum():
            by_step = np.bincount(self._alike, seen, 4)
            self._alike_share = (by_step + _TRUST * np.array([0.7, 0.15, 0.05, 0.1])) / (by_step.sum() + _TRUST)
        forth = self._given(seen, self._word_one, self._word_other, self._word_share_other)
        back = self._given(seen, self._word_other, self._word_one, self._word_share_one)
        weights = np.zeros((2, len(self._left)))
        turning = self._turning(straight, across)
        log_turn = np.log([1 - turning, turning]) if self._sides == 2 else np.array([0.0, -np.inf])
        for number, given in enumerate((forth, back)):
            orientation = np.log(given)[self._cell].sum(axis=2) + log_turn[:, None]
            same = np.logaddexp(orientation[0], orientation[1])
            self._remember_turns(orientation, number)
            chance = self._chance(number)
            weights[number] = same - np.log(chance)
        # Seen from the first list and from the second; neither leads.
        both_ways: Floats = weights.mean(axis=0)
        return both_ways

    def _word_counts(self) -> tuple[Floats, Floats]:
        return self._matched * (1 - self._turned), self._matched * self._turned

    def _turning(self, straight: Floats, across: Floats) -> float:
        return float((across.sum() + 0.1 * _TRUST) / (straight.sum() + across.sum() + _TRUST))

    def _remember_turns(self, orientation: Floats, number: int) -> None:
        if self._sides == 2 and number == 0:
            gap = np.clip(orientation[0] - orientation[1], -50, 50)
            self._turned = 1.0 / (1.0 + np.exp(gap))

    def _given(self, seen: Floats, word: Ints, others: Ints, share: Floats) -> Floats:
        """How likely each word of the other list is, given the word in this one, in pairs that are one event."""
        size = int(word.max(initial=0)) + 1
        here = share[others]
        # What lists have in each step of likeness beside this word, and what no candidate showed.
        mass = np.zeros((4, size))
        for step in range(4):
            at = self._alike == step
            mass[step] = np.bincount(word[at], here[at], size)
        mass[3] = np.maximum(mass[3], 1.0 - mass[:3].sum(axis=0))
        offered = self._alike_share[:, None] * (mass > 0)
        offered = offered / np.maximum(offered.sum(axis=0), 1e-12)
        thought = offered[self._alike, word] * here / np.maximum(mass[self._alike, word], 1e-12)
        total = np.bincount(word, seen, size)[word]
        given: Floats = (seen + _TRUST * thought) / (total + _TRUST)
        return np.maximum(given, 1e-9)

    def _chance(self, number: int) -> Floats:
        """How likely the joint words of one list are beside those of the other in pairs that are not one event."""
        if number == 0:
            given, share = self._left, self._share_other[self._right]
        else:
            given, share = self._right, self._share_one[self._left]
        total = np.bincount(given, self._unmatched, int(given.max(initial=0)) + 1)[given]
        trust = 20.0
        chance: Floats = (self._unmatched + trust * share) / (total + trust)
        return np.maximum(chance, 1e-9)


def _joint(columns: tuple[Words, ...]) -> tuple[list[tuple[str, ...]], Ints]:
    """The different rows of `columns`, and which of them each row is."""
    code = columns[0].codes
    for column in columns[1:]:
        code = code * len(column.words) + column.codes
    different, at = np.unique(code, return_inverse=True)
    words = []
    for value in different.tolist():
        row = []
        for column in reversed(columns):
            value, number = divmod(value, len(column.words))
            row.append(column.words[number])
        words.append(tuple(reversed(row)))
    return words, at


def _shares(columns: tuple[Words, ...], at: dict[str, int]) -> Floats:
    share = np.zeros(len(at))
    for column in columns:
        counted = np.bincount(column.codes, minlength=len(column.words))
        for word, count in zip(column.words, counted.tolist(), strict=True):
            share[at[word]] += count
    shares: Floats = share / max(share.sum(), 1.0)
    return shares
