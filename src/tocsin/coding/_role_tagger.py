"""Who did what to whom with what, by a small model that was taught on whole reports (see ``train/roles.py``).

The model reads a report in windows, lower-cased, and says for each word piece whether a filler of one of five roles
begins or goes on there, and what types of incident that filler belongs to; and for each window which types it tells.
"""

from __future__ import annotations

import hashlib
import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from tokenizers import Tokenizer

__all__ = ["INCIDENT_TYPES", "ROLES", "IncidentType", "Role", "Tagged", "Tagging", "tag_roles", "tagger_version"]

Role = Literal["PerpInd", "PerpOrg", "Target", "Victim", "Weapon"]
"""Perpetrators, their organisation, what was attacked, who was, and with what."""

IncidentType = Literal["attack", "bombing", "kidnapping", "arson", "robbery", "forced work stoppage"]

ROLES: tuple[Role, ...] = get_args(Role)
INCIDENT_TYPES: tuple[IncidentType, ...] = get_args(IncidentType)

_MODELS = Path(__file__).parent / "models"
# As the model was trained: what it can take at once, and what windows share.
_LONGEST, _OVERLAP = 510, 64
_FIRST, _LAST = 101, 102  # the pieces around every window
# Added to the log odds of being in a filler: what is offered is sorted out by its score later.
_FAVOUR = 1.0
_WORD = re.compile(r"['’]s\b|\w+|[^\w\s]")
# What no name begins or ends with.
_LOOSE = re.compile(
    r"['’]s|[^\w\s\"“”]|an?|and|as|at|by|for|from|in|near|of|on|or|that|the|to|who|with|which", re.IGNORECASE
)
_QUOTES = frozenset('"“”')
_BRACKETS = frozenset("()[]")

_Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Tagged:
    """Words that may fill a role, at `start` to `end` of the text.

    `score` is how likely, from 0 to 1; `types` how likely the filler belongs to each of `INCIDENT_TYPES`.
    """

    role: Role
    start: int
    end: int
    score: float
    types: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Tagging:
    """What the model says of a text: how likely it tells each of `INCIDENT_TYPES`; what may fill roles, in order."""

    told: tuple[float, ...]
    fillers: tuple[Tagged, ...]


@lru_cache(maxsize=1)
def _session() -> tuple[ort.InferenceSession, Tokenizer]:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    session = ort.InferenceSession(str(_MODELS / "roles.int8.onnx"), options, providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_file(str(_MODELS / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return session, tokenizer


@lru_cache(maxsize=1)
def tagger_version() -> str:
    """A hash of the weights and the tokenizer."""
    digest = hashlib.sha256()
    for name in ("roles.int8.onnx", "tokenizer.json"):
        digest.update((_MODELS / name).read_bytes())
    return digest.hexdigest()[:12]


def tag_roles(text: str) -> Tagging:
    """Return what may fill a role in `text`, and the types of incident it tells.

    Windows are run one at a time, so that a text's tags do not depend on others (see ``_encoder``).
    """
    said = _read(text)
    fillers = sorted(_fillers(text, said), key=lambda f: (f.start, f.end, f.role))
    return Tagging(tuple(said.told.tolist()), tuple(fillers))


@dataclass(frozen=True, slots=True)
class _Said:
    """What the model says of each of `n` pieces: `offsets`, `roles` (n, 5, 3), `types` (n, 6); and `told` (6)."""

    offsets: list[tuple[int, int]]
    roles: _Floats
    types: _Floats
    told: _Floats


def _read(text: str) -> _Said:
    session, tokenizer = _session()
    encoded = tokenizer.encode(text, add_special_tokens=False)
    count = len(encoded.ids)
    roles = np.zeros((count, len(ROLES), 3), dtype=np.float32)
    types = np.zeros((count, len(INCIDENT_TYPES)), dtype=np.float32)
    told = np.zeros(len(INCIDENT_TYPES), dtype=np.float32)
    for begin, end, first, last in _windows(count):
        ids = np.asarray([[_FIRST, *encoded.ids[begin:end], _LAST]], dtype=np.int64)
        by_role, by_type, by_window = session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        roles[first:last] = by_role[0, 1 + first - begin : 1 + last - begin]
        types[first:last] = by_type[0, 1 + first - begin : 1 + last - begin]
        told = np.maximum(told, by_window[0])
    return _Said(encoded.offsets, roles, types, told)


def _windows(count: int) -> Iterator[tuple[int, int, int, int]]:
    """Begin and end of each window, and of the pieces that it has the last word on: those it sees most around."""
    if count <= _LONGEST:
        if count:
            yield 0, count, 0, count
        return
    begins = sorted({max(0, min(b, count - _LONGEST)) for b in range(0, count - _OVERLAP, _LONGEST - _OVERLAP)})
    for number, begin in enumerate(begins):
        end = begin + _LONGEST
        first = 0 if number == 0 else (begin + begins[number - 1] + _LONGEST) // 2
        last = count if number == len(begins) - 1 else (begins[number + 1] + end) // 2
        yield begin, end, first, last


def _fillers(text: str, said: _Said) -> Iterator[Tagged]:
    words = [m.span() for m in _WORD.finditer(text)]
    for number, role in enumerate(ROLES):
        within = 1.0 - said.roles[:, number, 0]
        for begin, end in _runs(said.roles[:, number]):
            kinds = tuple(said.types[begin:end].mean(axis=0).tolist())
            for span in _names(text, words, said.offsets[begin][0], said.offsets[end - 1][1]):
                yield Tagged(role, *span, float(within[begin:end].mean()), kinds)


def _names(text: str, words: list[tuple[int, int]], start: int, end: int) -> Iterator[tuple[int, int]]:
    """The names between `start` and `end`, as whole words: a short form in brackets is one of its own."""
    first, last = bisect_right(words, start, key=lambda w: w[1]), bisect_left(words, end, key=lambda w: w[0])
    kept: list[tuple[int, int]] = []
    for word in [*words[first:last], None]:
        if word is not None and text[slice(*word)] not in _BRACKETS:
            kept.append(word)
            continue
        if span := _trimmed(text, kept):
            yield span
        kept = []


def _trimmed(text: str, words: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """Where `words` stand, without the small words and marks that no name begins or ends with."""
    quoted = sum(text[a] in _QUOTES for a, _ in words) == 2
    first, last = 0, len(words)
    while last > first and _is_loose(text[slice(*words[last - 1])], quoted):
        last -= 1
    while first < last and _is_loose(text[slice(*words[first])], quoted):
        first += 1
    return (words[first][0], words[last - 1][1]) if first < last else None


def _is_loose(word: str, quoted: bool) -> bool:
    return _LOOSE.fullmatch(word) is not None or (word in _QUOTES and not quoted)


def _runs(labels: _Floats) -> Iterator[tuple[int, int]]:
    """Begin and end of each filler on the likeliest way through the labels (Viterbi), being in one a little favoured.

    That a filler goes on where none has begun cannot be; all else is as likely as the model says.
    """
    scores: list[list[float]] = (np.log(labels + 1e-6) + np.asarray([0.0, _FAVOUR, _FAVOUR])).tolist()
    best, ways = [0.0, -math.inf, -math.inf], []
    for out, first, on in scores:
        likeliest = max(range(3), key=best.__getitem__)
        within = 1 if best[1] >= best[2] else 2
        ways.append((likeliest, likeliest, within))
        best = [best[likeliest] + out, best[likeliest] + first, best[within] + on]
    state, path = max(range(3), key=best.__getitem__), [0]
    for way in reversed(ways):
        path.append(state)
        state = way[state]
    path.reverse()
    begin = -1
    for i, label in enumerate(path):
        if begin >= 0 and label != 2:
            yield begin, i
            begin = -1
        if label == 1:
            begin = i
