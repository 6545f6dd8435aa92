"""Words of two lists compared: which goes with which is learned from the pairs themselves."""

from __future__ import annotations

import numpy as np
from rapidfuzz import fuzz, process

from tocsin.linking.integration._comparing import TRUST, Comparison
from tocsin.linking.integration._lists import Words, plain_name
from tocsin.linking.integration._near import Floats, Ints

__all__ = ["Names"]


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
            self._alike_share = (by_step + TRUST * np.array([0.7, 0.15, 0.05, 0.1])) / (by_step.sum() + TRUST)
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
        return float((across.sum() + 0.1 * TRUST) / (straight.sum() + across.sum() + TRUST))

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
        given: Floats = (seen + TRUST * thought) / (total + TRUST)
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
