"""The type of one event told in a note of a few sentences, as event tables have them, taken as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tocsin.codebook import Codebook
from tocsin.coding._cues import find_cues
from tocsin.coding._encoder import encode
from tocsin.coding._types import NONE, TypeModel, fit_types

__all__ = ["TypeTeller"]

# Log odds that a strong and a weak cue anywhere in the note add to what the classifier says; chosen on
# bench/snippets/dev.tsv, where anything from 1 to 2.5 and 0 to 0.5 does within half a point as well.
_STRONG, _WEAK = 1.5, 0.4


class TypeTeller:
    """Tells the code of notes, each of which is about one event of some code.

    Parameters
    ----------
    codebook : Codebook
        Its examples are what is learned from; codes that a layer adds are told by theirs.

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
        return fit_types(self._codebook)

    @property
    def labels(self) -> tuple[str, ...]:
        """The codes, in the order of the columns of :meth:`log_probabilities`."""
        return tuple(label for label in self._model.labels if label != NONE)

    def log_probabilities(self, notes: Sequence[str]) -> NDArray[np.float64]:
        """Log probability of each code for each note, given that it is about an event; shape ``(notes, codes)``."""
        columns = [i for i, label in enumerate(self._model.labels) if label != NONE]
        scores = self._model.log_probabilities(encode(notes))[:, columns].astype(np.float64)
        at = {label: i for i, label in enumerate(self.labels)}
        for row, note in enumerate(notes):
            strong = {c.code for c in find_cues(note) if c.strong}
            weak = {c.code for c in find_cues(note) if not c.strong} - strong
            for code in strong | weak:
                if code in at:
                    scores[row, at[code]] += _STRONG if code in strong else _WEAK
        return np.asarray(scores - np.logaddexp.reduce(scores, axis=1, keepdims=True))

    def codes(self, notes: Sequence[str]) -> list[str]:
        """The likeliest code of each note."""
        return [self.labels[i] for i in self.log_probabilities(notes).argmax(axis=1)] if notes else []
