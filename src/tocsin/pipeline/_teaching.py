"""What the codebook's examples teach: the examples nearest to a sentence, and how well a code is told from others."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from tocsin.codebook import Codebook
from tocsin.coding._encoder import encode
from tocsin.coding._types import NONE, _vectors, fit_vectors, training_examples

__all__ = ["Neighbour", "Trial", "nearest_examples", "try_codes"]

_FOLDS = 5


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An example of the codebook like a sentence; `code` is None where it is an example of no event.

    `similarity` is the cosine of their vectors, 1 for the same words.
    """

    text: str
    code: str | None
    similarity: float


@dataclass(frozen=True, slots=True)
class Trial:
    """How well one code (None: no event) is told from the others, each example held out once.

    Of its `examples`, `right` were told as it; `mistaken` lists those that were not, with what they were told as.
    `taken` counts examples of other codes that were told as it, by their code.
    """

    code: str | None
    examples: int
    right: int
    mistaken: tuple[tuple[str, str | None], ...] = ()
    taken: tuple[tuple[str | None, int], ...] = ()

    @property
    def recall(self) -> float:
        """The share of its examples that were told as it; 0 where there are none."""
        return self.right / self.examples if self.examples else 0.0

    @property
    def precision(self) -> float:
        """The share of what was told as it that is it; 0 where nothing was."""
        told = self.right + sum(n for _, n in self.taken)
        return self.right / told if told else 0.0


def nearest_examples(codebook: Codebook, sentence: str, count: int = 3) -> tuple[Neighbour, ...]:
    """The examples of `codebook` most like `sentence`, nearest first."""
    pairs = training_examples(codebook)
    likeness = _vectors([text for text, _ in pairs]) @ encode([sentence])[0]
    best = np.argsort(-likeness, kind="stable")[:count]
    return tuple(Neighbour(pairs[i][0], pairs[i][1] or None, round(float(likeness[i]), 3)) for i in best)


def try_codes(codebook: Codebook, codes: Collection[str] = ()) -> tuple[Trial, ...]:
    """Hold out each fifth of the examples in turn and tell their codes by the others.

    Parameters
    ----------
    codebook : Codebook
    codes : collection of str
        Codes to report on; all, and no event, where it is empty.

    Raises
    ------
    CodebookError
        If there is no such code.
    """
    wanted = [codebook.code(code).id for code in codes] or [*sorted(codebook.codes), NONE]
    pairs = training_examples(codebook)
    labels = [label for _, label in pairs]
    told = _told(labels, _vectors([text for text, _ in pairs]))
    mistaken: dict[str, list[tuple[str, str | None]]] = defaultdict(list)
    taken: dict[str, Counter[str]] = defaultdict(Counter)
    for (text, label), answer in zip(pairs, told, strict=True):
        if answer != label:
            mistaken[label].append((text, answer or None))
            taken[answer][label] += 1
    sizes = Counter(labels)
    return tuple(
        Trial(
            code or None,
            sizes[code],
            sizes[code] - len(mistaken[code]),
            tuple(mistaken[code]),
            tuple((other or None, n) for other, n in taken[code].most_common()),
        )
        for code in wanted
    )


def _told(labels: Sequence[str], vectors: np.ndarray) -> list[str]:
    """What each example is told as by a model that has not seen it."""
    seen: Counter[str] = Counter()
    folds = np.zeros(len(labels), dtype=int)
    for number, label in enumerate(labels):
        folds[number] = seen[label] % _FOLDS
        seen[label] += 1
    told = [NONE] * len(labels)
    for fold in range(_FOLDS):
        held = np.flatnonzero(folds == fold)
        rest = np.flatnonzero(folds != fold)
        model = fit_vectors(vectors[rest], [labels[int(i)] for i in rest])
        for i, best in zip(held, model.log_probabilities(vectors[held]).argmax(axis=1), strict=True):
            told[i] = model.labels[best]
    return told
