"""What the codebook's examples teach: which code a sentence is like, and how well each is told from the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.codebook import Codebook
from tocsin.coding._encoder import encode
from tocsin.coding._types import NONE, TypeModel, example_vectors, fit_vectors, training_examples

__all__ = ["Likeness", "Neighbour", "Told", "likeness", "nearest_examples", "tell_held_out"]

_FOLDS = 5


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An example of the codebook; `code` is None where it is one of no event.

    `similarity` is the cosine of its vector and the sentence's, 1 for the same words.
    """

    text: str
    code: str | None
    similarity: float


@dataclass(frozen=True, slots=True)
class Likeness:
    """How likely a sentence is of a code (None: no event), and the code's example most like it."""

    code: str | None
    probability: float
    example: Neighbour


@dataclass(frozen=True, slots=True)
class Told:
    """An example, its code, and what it is told as by those who have not seen it (None: no event)."""

    text: str
    code: str | None
    told: str | None


def nearest_examples(codebook: Codebook, sentence: str, count: int = 3) -> tuple[Neighbour, ...]:
    """Return the examples of `codebook` most like `sentence`, nearest first."""
    return _neighbours(codebook, encode([sentence])[0])[:count]


def likeness(codebook: Codebook, model: TypeModel, sentence: str, count: int = 3) -> tuple[Likeness, ...]:
    """Return the codes that `model` holds likeliest for `sentence`, each with the example most like it."""
    vectors = encode([sentence])
    logs = model.log_probabilities(vectors)[0]
    nearest: dict[str, Neighbour] = {}
    for neighbour in _neighbours(codebook, vectors[0]):
        nearest.setdefault(neighbour.code or NONE, neighbour)
    ranked = sorted(zip(model.labels, logs.tolist(), strict=True), key=lambda pair: -pair[1])
    told = [(label, log) for label, log in ranked if label in nearest][:count]
    return tuple(Likeness(label or None, round(float(np.exp(log)), 3), nearest[label]) for label, log in told)


def tell_held_out(codebook: Codebook) -> tuple[Told, ...]:
    """Hold out each fifth of the examples in turn and tell their codes by the others.

    Returns
    -------
    tuple of Told
        Every example, in the fixed order of :func:`training_examples`.
    """
    pairs = training_examples(codebook)
    labels = [label for _, label in pairs]
    vectors = example_vectors([text for text, _ in pairs])
    folds = _folds(labels)
    told = [NONE] * len(labels)
    for fold in range(_FOLDS):
        held, rest = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        model = fit_vectors(vectors[rest], [labels[int(i)] for i in rest])
        for i, best in zip(held, model.log_probabilities(vectors[held]).argmax(axis=1), strict=True):
            told[i] = model.labels[best]
    return tuple(Told(text, label or None, answer or None) for (text, label), answer in zip(pairs, told, strict=True))


def _neighbours(codebook: Codebook, vector: NDArray[np.float32]) -> tuple[Neighbour, ...]:
    pairs = training_examples(codebook)
    similar = example_vectors([text for text, _ in pairs]) @ vector
    order = np.argsort(-similar, kind="stable")
    return tuple(Neighbour(pairs[i][0], pairs[i][1] or None, round(float(similar[i]), 3)) for i in order)


def _folds(labels: Sequence[str]) -> NDArray[np.int_]:
    """The fold of each example: those of one code are dealt out in turn."""
    seen: Counter[str] = Counter()
    folds = np.zeros(len(labels), dtype=np.int_)
    for number, label in enumerate(labels):
        folds[number] = seen[label] % _FOLDS
        seen[label] += 1
    return folds
