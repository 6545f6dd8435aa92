"""Event types by example: a linear classifier over sentence vectors, taught by the codebook's own examples.

Linear discriminant analysis with a shrunken, shared covariance: it is solved in closed form in a fraction of
a second, so a code that an analyst adds with ten examples is known at once, and its posterior is a usable
probability. "None of these" is a class of its own, taught by near misses and by sentences that report no event.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tocsin.codebook import Codebook
from tocsin.coding._encoder import DIMENSIONS, SENTENCES, EncoderName, encode, encoder_version

__all__ = ["NONE", "Moments", "TypeModel", "example_vectors", "fit_types", "fit_vectors", "training_examples"]

NONE = ""
"""The label of "none of these"."""

_SHIPPED = Path(__file__).parent / "models" / "core-examples.npz"
# Share of the pooled covariance replaced by its mean variance; best on held-out fifths of the core codebook.
_SHRINKAGE = 0.35
# Divides the log odds before they become probabilities, so that nine in ten at .9 are right on held-out fifths.
_TEMPERATURE = 1.6


@dataclass(frozen=True, slots=True)
class TypeModel:
    """Weights of the classifier; `labels` end with :data:`NONE`."""

    labels: tuple[str, ...]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    version: str
    temperature: float = _TEMPERATURE

    def log_probabilities(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Log posterior of each label for each row of `vectors`, shape ``(rows, labels)``."""
        scores = (vectors @ self.weights.T + self.bias) / self.temperature
        scores -= scores.max(axis=1, keepdims=True)
        result: NDArray[np.float32] = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        return result


def training_examples(codebook: Codebook) -> list[tuple[str, str]]:
    """Every example of `codebook` with its label, in a fixed order; near misses count for their right code."""
    pairs: dict[str, str] = {}
    for code_id in sorted(codebook.codes):
        code = codebook.codes[code_id]
        for text in code.examples:
            pairs.setdefault(text, code_id)
        for miss in code.near_misses:
            pairs.setdefault(miss.text, miss.code or NONE)
    for text in codebook.none_examples:
        pairs.setdefault(text, NONE)
    return sorted(pairs.items())


@dataclass(frozen=True, slots=True)
class Moments:
    """All that the classifier needs to know of labelled vectors; those of two sets of them add up.

    `counts` has shape ``(labels,)``, `sums` ``(labels, dimensions)``, `products` ``(dimensions, dimensions)``: how many
    vectors a label has, their sum, and the sum over all of each with itself.
    """

    labels: tuple[str, ...]
    counts: NDArray[np.float64]
    sums: NDArray[np.float64]
    products: NDArray[np.float64]

    @classmethod
    def of(cls, vectors: NDArray[np.float32], labels: Sequence[str]) -> Moments:
        """The moments of `vectors`, shape ``(n, dimensions)``, and their `labels`."""
        names = tuple(sorted(set(labels)))
        x = vectors.astype(np.float64)
        y = np.asarray([names.index(label) for label in labels], dtype=np.int64)
        sums = np.zeros((len(names), x.shape[1]))
        np.add.at(sums, y, x)
        return cls(names, np.bincount(y, minlength=len(names)).astype(np.float64), sums, x.T @ x)

    def __add__(self, other: Moments) -> Moments:
        names = tuple(sorted({*self.labels, *other.labels}))
        counts, sums = np.zeros(len(names)), np.zeros((len(names), self.sums.shape[1]))
        for one in (self, other):
            at = [names.index(label) for label in one.labels]
            counts[at] += one.counts
            sums[at] += one.sums
        return Moments(names, counts, sums, self.products + other.products)

    def fit(self, version: str = "", temperature: float = _TEMPERATURE) -> TypeModel:
        """The classifier that they teach; `temperature` divides log odds, so that its probabilities can be believed."""
        names = (*(label for label in self.labels if label != NONE), NONE)
        # A class with no example at all (a codebook without "none") sits at the grand mean.
        means = np.tile(self.sums.sum(axis=0) / self.counts.sum(), (len(names), 1))
        for label, count, total in zip(self.labels, self.counts, self.sums, strict=True):
            means[names.index(label)] = total / count
        between = (self.sums / self.counts[:, None]).T @ self.sums
        covariance = (self.products - between) / max(self.counts.sum() - len(names), 1)
        scale = np.trace(covariance) / len(covariance)
        covariance = (1 - _SHRINKAGE) * covariance + _SHRINKAGE * scale * np.eye(len(covariance))
        weights = np.linalg.solve(covariance, means.T).T
        bias = -0.5 * np.einsum("kd,kd->k", weights, means)
        return TypeModel(names, weights.astype(np.float32), bias.astype(np.float32), version, temperature)


def fit_vectors(vectors: NDArray[np.float32], labels: Sequence[str], version: str = "") -> TypeModel:
    """Fit the classifier on `vectors`, shape ``(n, 384)``, and their `labels`."""
    return Moments.of(vectors, labels).fit(version)


def fit_types(codebook: Codebook) -> TypeModel:
    """Fit the classifier on the examples of `codebook`.

    Vectors of the core codebook's examples ship with the package and others are kept in the user's cache, so
    only examples never seen before are encoded.
    """
    pairs = training_examples(codebook)
    vectors = example_vectors([text for text, _ in pairs])
    return fit_vectors(vectors, [label for _, label in pairs], f"{codebook.version}:{encoder_version()}")


def _key(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def cache_folder() -> Path:
    """Where what can be worked out again is kept: ``TOCSIN_CACHE``, else the user's cache folder."""
    given = os.environ.get("TOCSIN_CACHE")
    base = Path(given) if given else Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "tocsin"
    base.mkdir(parents=True, exist_ok=True)
    return base


def _load(path: Path, encoder: EncoderName) -> dict[str, NDArray[np.float32]]:
    try:
        with np.load(path) as stored:
            if str(stored["encoder"]) != encoder_version(encoder):
                return {}
            return dict(zip(stored["keys"].tolist(), stored["vectors"].astype(np.float32), strict=True))
    except (OSError, KeyError, ValueError, EOFError):
        return {}


def save_vectors(path: Path, known: dict[str, NDArray[np.float32]], encoder: EncoderName = SENTENCES) -> None:
    """Write `known` vectors, half precision, atomically."""
    keys = sorted(known)
    stacked = np.asarray([known[k] for k in keys], dtype=np.float16).reshape(-1, DIMENSIONS)
    part = path.with_name(f"{path.name}.{os.getpid()}.part.npz")
    np.savez_compressed(part, keys=np.asarray(keys), vectors=stacked, encoder=np.asarray(encoder_version(encoder)))
    part.replace(path)


def example_vectors(texts: Sequence[str], encoder: EncoderName = SENTENCES) -> NDArray[np.float32]:
    """The vectors of `texts`, shape ``(len(texts), 384)``, from what ships, the cache, or worked out."""
    keys = [_key(text) for text in texts]
    known = _load(_SHIPPED, encoder)
    missing = [i for i, key in enumerate(keys) if key not in known]
    if missing:
        cache = cache_folder() / ("example-vectors.npz" if encoder == SENTENCES else f"{encoder}-vectors.npz")
        known = _load(cache, encoder) | known
        missing = [i for i, key in enumerate(keys) if key not in known]
        if missing:
            # Through half precision, as they will be read back, so that a second run gives the same weights.
            fresh = encode([texts[i] for i in missing], encoder).astype(np.float16).astype(np.float32)
            known |= {keys[i]: vector for i, vector in zip(missing, fresh, strict=True)}
            save_vectors(cache, known, encoder)
    return np.asarray([known[key] for key in keys], dtype=np.float32).reshape(-1, DIMENSIONS)
