"""Sentences and notes to vectors, each with a small encoder that ships in the package.

``encoder`` is for single sentences of reports (``train/export_encoder.py``); ``notes`` was taught to tell apart what
notes of a few sentences are about (``train/finetune_encoder.py``), and is worse at telling that a sentence is about no
event.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from tokenizers import Tokenizer

__all__ = ["DIMENSIONS", "NOTES", "SENTENCES", "EncoderName", "encode", "encode_words", "encoder_version"]

EncoderName = Literal["encoder", "notes"]
SENTENCES: EncoderName = "encoder"
NOTES: EncoderName = "notes"

DIMENSIONS = 384
_MODELS = Path(__file__).parent / "models"
# Longer ones are cut: 99 % of news sentences, and of notes, have fewer word pieces, and time grows with the longest.
_MAX_PIECES: dict[EncoderName, int] = {"encoder": 96, "notes": 160}
# Where single words are asked for, few sentences may be cut.
_MOST_PIECES_OF_WORDS = 256


@lru_cache(maxsize=2)
def _session(name: EncoderName) -> tuple[ort.InferenceSession, Tokenizer]:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    session = ort.InferenceSession(str(_MODELS / f"{name}.int8.onnx"), options, providers=["CPUExecutionProvider"])
    return session, _tokenizer(_MAX_PIECES[name])


@lru_cache(maxsize=3)
def _tokenizer(most_pieces: int) -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(_MODELS / "tokenizer.json"))
    tokenizer.enable_truncation(most_pieces)
    tokenizer.no_padding()
    return tokenizer


@lru_cache(maxsize=2)
def encoder_version(name: EncoderName = SENTENCES) -> str:
    """A hash of the weights and the tokenizer."""
    digest = hashlib.sha256()
    for file in (f"{name}.int8.onnx", "tokenizer.json"):
        digest.update((_MODELS / file).read_bytes())
    return digest.hexdigest()[:12]


def encode(sentences: Sequence[str], name: EncoderName = SENTENCES) -> NDArray[np.float32]:
    """Return one unit vector a sentence, shape ``(len(sentences), 384)``.

    Sentences are run one at a time: dynamic int8 quantisation takes its scale from the whole batch, so in a
    batch each vector would depend on its neighbours, and a document's claims on the order of documents. On one
    core this costs a third of what parsing the same sentence does.
    """
    out = np.zeros((len(sentences), DIMENSIONS), dtype=np.float32)
    if not sentences:
        return out
    session, tokenizer = _session(name)
    encoded = tokenizer.encode_batch(list(sentences))
    for index, item in enumerate(encoded):
        ids = np.asarray([item.ids], dtype=np.int64)
        out[index] = session.run(["embedding"], {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0][0]
    return out


def encode_words(text: str, stretches: Sequence[tuple[int, int]]) -> NDArray[np.float32]:
    """Return what the words of each stretch of `text` mean where they stand, shape ``(len(stretches), 384)``.

    It is the mean of the word pieces' states after four of the six layers of the sentences' encoder, so it costs two
    thirds of a sentence's vector. Stretches are in characters; those beyond what the encoder reads are zero.

    Examples
    --------
    >>> here, there = encode_words("The bank by the river, and the bank in town.", [(4, 8), (31, 35)])
    >>> bool((here != there).any())
    True
    """
    offsets, states = _states(text)
    out = np.zeros((len(stretches), DIMENSIONS), dtype=np.float32)
    for row, (start, end) in zip(out, stretches, strict=True):
        pieces = [i for i, (a, b) in enumerate(offsets) if a < end and b > start and b > a]
        if pieces:
            row[:] = states[pieces].mean(axis=0)
    return out


@lru_cache(maxsize=16)
def _states(text: str) -> tuple[list[tuple[int, int]], NDArray[np.float32]]:
    """Where the word pieces of `text` stand, and their states, shape ``(pieces, 384)``."""
    session, _ = _session(SENTENCES)
    item = _tokenizer(_MOST_PIECES_OF_WORDS).encode(text)
    ids = np.asarray([item.ids], dtype=np.int64)
    (states,) = session.run(["words"], {"input_ids": ids, "attention_mask": np.ones_like(ids)})
    return list(item.offsets), states[0]
