"""Whether an incident was accomplished, or only threatened, planned, attempted or prevented.

One line through two kinds of evidence, both from the sentences that name the incident's fillers: words that say it
(``words/outcomes.toml``), and what the first of those sentences means to the encoder. The weights are learnt by
``train/outcomes.py``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tocsin.coding._encoder import encode
from tocsin.coding._patterns import lower, vocabulary

__all__ = ["Telling", "evidence_of", "unaccomplished"]

_MODELS = Path(__file__).parent / "models"
_PATTERNS = vocabulary("outcomes").patterns
_CUES = (
    "threatened", "plotted", "to_come", "tried", "failed", "made_safe", "hurt", "happened", "conditional",
)  # fmt: skip
_TYPES = ("attack", "bombing", "kidnapping", "arson", "robbery", "forced work stoppage")
# How much a sentence that names a filler is about the incident: a victim is rarely in two, a town often.
_WORTH = {
    "PerpInd": 1.0, "PerpOrg": 0.7, "Target": 2.0, "Victim": 2.0, "Weapon": 1.5, "date": 0.7, "location": 0.4,
}  # fmt: skip
# Sentences that are looked at most closely; of the first, so many characters are encoded.
_NEAREST, _ENCODED = 3, 600


@dataclass(frozen=True, slots=True)
class Telling:
    """An incident in a report.

    Attributes
    ----------
    sentences : sequence of str
        Those of the whole report, in order.
    incident_type : str
        One of the six types of ``_role_tagger.INCIDENT_TYPES``.
    fillers : mapping of str to sequence of str
        What is known of it, in the report's words: its roles, ``date`` and ``location``.
    incidents : int
        How many incidents the report tells.
    """

    sentences: Sequence[str]
    incident_type: str
    fillers: Mapping[str, Sequence[str]]
    incidents: int = 1


def unaccomplished(telling: Telling) -> bool:
    """Return whether the incident was threatened, planned, attempted or prevented rather than accomplished."""
    weights, bias = _weights()
    return float(evidence_of(telling) @ weights) + bias > 0.0


def evidence_of(telling: Telling) -> NDArray[np.float32]:
    """What the weights are for, shape ``(425,)``: words, what is known, and the nearest sentence's vector."""
    sentences = [lower(s) for s in telling.sentences] or [""]
    nearest = [sentences[i] for i in _by_nearness(sentences, telling)[:_NEAREST]]
    row: list[float] = []
    for cue in _CUES:
        said = [float(_PATTERNS[cue].search(s) is not None) for s in sentences]
        near = [float(_PATTERNS[cue].search(s) is not None) for s in nearest]
        row += [near[0], sum(near) / _NEAREST, sum(said) / len(sentences)]
    row += [float(telling.incident_type.endswith(kind)) for kind in _TYPES]
    row += [float(bool(telling.fillers.get(slot))) for slot in _WORTH]
    row.append(min(telling.incidents, 4) / 4)
    vector = encode([nearest[0][:_ENCODED]])[0]
    return np.concatenate([np.asarray(row, dtype=np.float32), 3 * vector])


def _by_nearness(sentences: Sequence[str], telling: Telling) -> list[int]:
    """Numbers of the sentences, those that tell most of the incident first."""
    kind = next((t for t in reversed(_TYPES) if telling.incident_type.endswith(t)), "attack")
    names = _PATTERNS[kind.replace(" ", "_")]
    scores = []
    for number, sentence in enumerate(sentences):
        score = float(names.search(sentence) is not None) - 0.01 * number
        for slot, worth in _WORTH.items():
            score += worth * sum(_named(lower(f), sentence, slot) for f in telling.fillers.get(slot, ()))
        scores.append(score)
    return sorted(range(len(sentences)), key=lambda i: -scores[i])


def _named(filler: str, sentence: str, slot: str) -> float:
    """1 where `sentence` has the filler's words, a half where only the last word of what was hit."""
    if filler in sentence:
        return 1.0
    words = filler.split()
    if slot in ("Target", "Victim") and words and re.search(rf"\b{re.escape(words[-1])}\b", sentence):
        return 0.5
    return 0.0


@lru_cache(maxsize=1)
def _weights() -> tuple[NDArray[np.float32], float]:
    with np.load(_MODELS / "outcomes.npz") as kept:
        return kept["weights"].astype(np.float32), float(kept["bias"])
