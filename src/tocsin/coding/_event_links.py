"""Which of the places that a sentence names is where something happened.

Each name is weighed by how the sentence is built around it and the verb (``_event_evidence.py``), and by what both mean
where they stand, as the encoder of sentences has it; against all of them stands that the sentence does not say. The
logits of a linear model of the evidence and of a small network over all of it are added up; both were taught by
``train/event_links.py``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc, Span, Token

from tocsin.coding._encoder import encode_words
from tocsin.coding._event_evidence import evidence, evidence_for_none
from tocsin.coding._event_names import Candidate, Stretch, candidates_in
from tocsin.coding._sentences import parse_texts

__all__ = [
    "EventPlace",
    "Links",
    "Network",
    "is_taught",
    "learnt",
    "likelihoods",
    "links_version",
    "meanings",
    "place_of_event",
    "ranked_places",
    "sentence_key",
]

_MODELS = Path(__file__).parent / "models"
# The weights of the linear model, by name; and the networks, with the keys of the sentences that taught them all.
_LINEAR, _NETWORKS = _MODELS / "event_links.json", _MODELS / "event_links.npz"

Evidence = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Network:
    """One hidden layer, of H units, over the evidence for a choice and what the words concerned mean.

    Attributes
    ----------
    names : mapping of str to int
        The row of each piece of evidence in `evidence`, shape ``(names, H)``.
    none, place : array
        Shapes ``(384, H)``, for the verb where the sentence does not say; and ``(768, H)``, for a place and the verb.
    bias : array
        Shape ``(2, H)``, for either kind of choice.
    out : array
        Shape ``(H,)``.
    """

    names: Mapping[str, int]
    evidence: NDArray[np.float32]
    none: NDArray[np.float32]
    place: NDArray[np.float32]
    bias: NDArray[np.float32]
    out: NDArray[np.float32]

    def logits(
        self, choices: Sequence[Evidence], verb: NDArray[np.float32], places: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Of each choice, the first of which is that the sentence does not say."""
        both = np.concatenate([places, np.repeat(verb[None], len(places), 0)], axis=1)
        hidden = np.concatenate([(verb @ self.none + self.bias[0])[None], both @ self.place + self.bias[1]])
        for row, choice in zip(hidden, choices, strict=True):
            row += self.evidence[[self.names[n] for n in choice if n in self.names]].sum(axis=0)
        sums: NDArray[np.float32] = np.maximum(hidden, 0.0) @ self.out
        return sums


@dataclass(frozen=True, slots=True)
class Links:
    """What links events to places: weights of the evidence by name, and a network beside them."""

    weights: Mapping[str, float]
    network: Network


@lru_cache(maxsize=1)
def learnt() -> tuple[Links, Links, Links]:
    """What all sentences taught, and what the first and the second half of them taught by themselves."""
    table: dict[str, list[float]] = json.loads(_LINEAR.read_text("utf-8"))
    with np.load(_NETWORKS) as kept:
        names = {str(name): row for row, name in enumerate(kept["names"])}
        parts = ("evidence", "none", "place", "bias", "out")
        networks = [Network(names, *(kept[f"{part}_{n}"].astype(np.float32) for part in parts)) for n in range(3)]
    everything, first, second = (
        Links({name: row[n] for name, row in table.items()}, network) for n, network in enumerate(networks)
    )
    return everything, first, second


@lru_cache(maxsize=1)
def _taught() -> frozenset[int]:
    with np.load(_NETWORKS) as kept:
        return frozenset(kept["taught"].tolist())


def sentence_key(text: str) -> int:
    """A number for a sentence, whatever its spaces; the models know by it what they were taught on."""
    return int.from_bytes(hashlib.blake2b(" ".join(text.split()).encode(), digest_size=8).digest())


def is_taught(text: str) -> bool:
    """Whether this sentence is one that the models were taught on."""
    return sentence_key(text) in _taught()


@lru_cache(maxsize=1)
def links_version() -> str:
    """A hash of the models, for a coding's key."""
    return hashlib.sha256(_LINEAR.read_bytes() + _NETWORKS.read_bytes()).hexdigest()[:12]


def meanings(
    parsed: Doc | Span, verb: Token, places: Sequence[Candidate]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What `verb` and each of `places` mean where they stand: shapes ``(384,)`` and ``(places, 384)``."""
    start = parsed.start_char if isinstance(parsed, Span) else 0
    spans = [(int(verb.idx), int(verb.idx) + len(verb)), *(place.span for place in places)]
    vectors = encode_words(parsed.text, [(a - start, b - start) for a, b in spans])
    return vectors[0], vectors[1:]


def likelihoods(
    parsed: Doc | Span, verb: Token, places: Sequence[Candidate], links: Links | None = None
) -> list[float]:
    """How likely each of `places` is where `verb` happened; what is left to 1 is that the sentence does not say."""
    if not places:
        return []
    links = learnt()[0] if links is None else links
    choices = [evidence_for_none(verb, places), *evidence(verb, places)]
    linear = np.asarray([sum(links.weights.get(name, 0.0) for name in choice) for choice in choices])
    sums = linear + links.network.logits(choices, *meanings(parsed, verb, places))
    powers = np.exp(sums - sums.max())
    found: list[float] = (powers[1:] / powers.sum()).tolist()
    return found


@dataclass(frozen=True, slots=True)
class EventPlace:
    """A name in a text, from `start` to `end`, and how `likely` it is where something happened, from 0 to 1."""

    start: int
    end: int
    likely: float


def place_of_event(text: str, span: Stretch, places: Sequence[Stretch] = ()) -> EventPlace | None:
    """Return which name of `text` is where the event told at `span` happened.

    Parameters
    ----------
    text : str
        A sentence, or a few.
    span : tuple of int
        Start and end, in characters, of the verb or noun that tells the event.
    places : sequence of tuple of int, optional
        Start and end of the names known to be places. Other proper nouns are weighed too, if less readily.

    Returns
    -------
    EventPlace or None
        None where it is likeliest that the text does not say.

    Raises
    ------
    ValueError
        If `span` or one of `places` is empty, or reaches beyond the text.

    Examples
    --------
    >>> text = "Men from Arlit shot two herders in Tessit."
    >>> found = place_of_event(text, (15, 19), [(9, 14), (35, 41)])
    >>> text[found.start : found.end]
    'Tessit'
    """
    for start, end in (span, *places):
        if not 0 <= start < end <= len(text):
            raise ValueError(f"{start} to {end} is no stretch of a text of {len(text)} characters")
    (_, sentences), *_ = parse_texts([text])
    ranked = ranked_places(sentences[0].doc, span, places)
    none = 1.0 - sum(place.likely for place in ranked)
    return ranked[0] if ranked and ranked[0].likely > none else None


def ranked_places(
    parsed: Doc | Span, span: Stretch, places: Sequence[Stretch], links: Links | None = None
) -> list[EventPlace]:
    """The names of a parsed text as places of what is told at `span`, the likeliest first.

    `span` and `places` are in characters of the whole document, also where one sentence of it is given. What is left
    to 1 is that the text does not say.
    """
    doc = parsed.doc if isinstance(parsed, Span) else parsed
    words = doc.char_span(*span, alignment_mode="expand")
    if words is None or not len(words):
        return []
    candidates = candidates_in(parsed, places)
    ranked = zip(candidates, likelihoods(parsed, words.root, candidates, links), strict=True)
    return [EventPlace(*c.span, likely) for c, likely in sorted(ranked, key=lambda r: (-r[1], r[0].first.i))]
