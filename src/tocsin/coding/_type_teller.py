"""The type of one event told in a note of a few sentences, as event tables have them, taken as a whole."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tocsin.codebook import Codebook
from tocsin.coding._encoder import NOTES, encode, encoder_version
from tocsin.coding._types import NONE, Moments, TypeModel, example_vectors, training_examples

__all__ = ["TypeTeller", "save_taught"]

_TAUGHT = Path(__file__).parent / "models" / "notes.npz"
# Divides log odds, so that what is told with a probability of .86 is right as often on bench/snippets/dev.tsv. Words
# that name a type (the coder's cues) add nothing here: the encoder was taught them.
_TEMPERATURE = 17.0


class TypeTeller:
    """Tells the code of notes, each of which is about one event of some code.

    Parameters
    ----------
    codebook : Codebook
        Its examples are what is learned from, beside some thousand notes that ship as what they teach
        (``train/snippets``). Codes that a layer adds are told by their examples.

    Examples
    --------
    >>> from tocsin.codebook import load_codebook
    >>> TypeTeller(load_codebook()).codes(["On 4 May, a suicide bomber blew himself up at a checkpoint. 3 died."])
    ['suicide_bomb']
    """

    def __init__(self, codebook: Codebook) -> None:
        self._codebook = codebook

    @cached_property
    def _model(self) -> TypeModel:
        pairs = training_examples(self._codebook)
        known, taught = _load_taught()
        fresh = [(text, label) for text, label in pairs if _key(text, label) not in known]
        if taught is None or known - {_key(text, label) for text, label in pairs}:
            # Another encoder, or a codebook in which examples of the core one are missing: all are looked at anew.
            fresh, taught = pairs, None
        moments = Moments.of(example_vectors([t for t, _ in fresh], NOTES), [c for _, c in fresh]) if fresh else None
        if taught is None or moments is None:
            moments = taught or moments or Moments((NONE,), np.ones(1), np.zeros((1, 384)), np.eye(384))
        else:
            moments = taught + moments
        return moments.fit(self._codebook.version, _TEMPERATURE)

    @property
    def labels(self) -> tuple[str, ...]:
        """The codes, in the order of the columns of :meth:`log_probabilities`."""
        return tuple(label for label in self._model.labels if label != NONE)

    def log_probabilities(self, notes: Sequence[str]) -> NDArray[np.float64]:
        """Log probability of each code for each note, given that it is about an event; shape ``(notes, codes)``."""
        columns = [i for i, label in enumerate(self._model.labels) if label != NONE]
        scores = self._model.log_probabilities(encode(notes, NOTES))[:, columns].astype(np.float64)
        return np.asarray(scores - np.logaddexp.reduce(scores, axis=1, keepdims=True))

    def codes(self, notes: Sequence[str]) -> list[str]:
        """The likeliest code of each note."""
        return [self.labels[i] for i in self.log_probabilities(notes).argmax(axis=1)] if notes else []


def _key(text: str, label: str) -> str:
    return hashlib.sha256(f"{label}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()[:12]


def save_taught(moments: Moments, examples: Iterable[tuple[str, str]]) -> None:
    """Ship what the `examples` of the core codebook and the notes, whose moments are given, teach."""
    np.savez_compressed(
        _TAUGHT,
        labels=np.asarray(moments.labels),
        counts=moments.counts,
        sums=moments.sums.astype(np.float32),
        products=moments.products.astype(np.float32),
        examples=np.asarray(sorted(_key(text, label) for text, label in examples)),
        encoder=np.asarray(encoder_version(NOTES)),
    )


def _load_taught() -> tuple[frozenset[str], Moments | None]:
    """The examples that what ships was taught by, and what they and the notes teach."""
    with np.load(_TAUGHT) as stored:
        if str(stored["encoder"]) != encoder_version(NOTES):
            return frozenset(), None
        labels = tuple(map(str, stored["labels"].tolist()))
        parts = (stored[name].astype(np.float64) for name in ("counts", "sums", "products"))
        return frozenset(map(str, stored["examples"].tolist())), Moments(labels, *parts)
