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

__all__ = ["DIMENSIONS", "NOTES", "SENTENCES", "EncoderName", "encode", "encoder_version"]

EncoderName = Literal["encoder", "notes"]
SENTENCES: EncoderName = "encoder"
NOTES: EncoderName = "notes"

DIMENSIONS = 384
_MODELS = Path(__file__).parent / "models"
# Longer ones are cut: 99 % of news sentences, and of notes, have fewer word pieces, and time grows with the longest.
_MAX_PIECES: dict[EncoderName, int] = {"encoder": 96, "notes": 160}


@lru_cache(maxsize=2)
def _session(name: EncoderName) -> tuple[ort.InferenceSession, Tokenizer]:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    session = ort.InferenceSession(str(_MODELS / f"{name}.int8.onnx"), options, providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_file(str(_MODELS / "tokenizer.json"))
    tokenizer.enable_truncation(_MAX_PIECES[name])
    tokenizer.no_padding()
    return session, tokenizer


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
        out[index] = session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0][0]
    return out
