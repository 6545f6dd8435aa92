"""What a careful codebook author would want to be told."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tocsin.codebook._codes import Codebook

__all__ = ["Finding", "lint"]

FEWEST_EXAMPLES = 10
"""Fewer sentences than this leave a held-out fifth with a single one or none."""

LONGEST_EXAMPLE = 60
"""Words. Examples are sentences; the longest in news runs to about this, beyond it two were glued together."""

NEAR_DUPLICATE = 92.0
"""Similarity of normalised sentences (0–100). At 92 two twenty-word sentences differ by one or two words, which
teaches nothing within a code and contradicts itself across codes."""

_PLACEHOLDER = re.compile(
    r"\b(?:todo|fixme|tbd|xxx+|lorem ipsum)\b|\[[a-z ]+\]|\{[a-z_ ]*\}|<[a-z_ ]+>|_{3,}", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to mend. An `error` makes the codebook teach wrongly; a `warning` makes it teach less."""

    rule: str
    severity: Literal["error", "warning"]
    where: str
    message: str


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence and what it teaches: a code's id, or an empty string for no event."""

    text: str
    teaches: str
    where: str


def lint(codebook: Codebook) -> tuple[Finding, ...]:
    """Return everything in `codebook` that should be mended, errors first; empty where all is well."""
    findings = [*_codes(codebook), *_labels(codebook), *_near_miss_codes(codebook), *_sentences(codebook)]
    return tuple(sorted(findings, key=lambda f: (f.severity, f.rule, f.where, f.message)))


def _codes(codebook: Codebook) -> Iterator[Finding]:
    for code in codebook.codes.values():
        where = f"codes.{code.id}"
        if not code.definition.strip():
            yield Finding("missing definition", "error", where, "say in a sentence what belongs here")
        if len(code.examples) < FEWEST_EXAMPLES:
            message = f"{len(code.examples)} examples; {FEWEST_EXAMPLES} is the least a code can be taught with"
            yield Finding("too few examples", "warning", where, message)
        if code.event_type in codebook.event_types and code.id not in codebook.precedence:
            yield Finding(
                "no precedence", "warning", where, "add it to [precedence] order, or it loses to every other code"
            )


def _labels(codebook: Codebook) -> Iterator[Finding]:
    bearers = defaultdict(list)
    for code in codebook.codes.values():
        bearers[code.label.casefold()].append(code.id)
    for event_type in codebook.event_types.values():
        bearers[event_type.label.casefold()].append(event_type.id)
    for label, ids in bearers.items():
        if len(ids) > 1:
            yield Finding("duplicate label", "error", ", ".join(ids), f"share the label {label!r}")


def _near_miss_codes(codebook: Codebook) -> Iterator[Finding]:
    for code in codebook.codes.values():
        for number, miss in enumerate(code.near_misses, start=1):
            where = f"codes.{code.id}.near_misses #{number}"
            if miss.code == code.id:
                yield Finding("near miss of itself", "error", where, "belongs among the examples")
            elif miss.code is not None and miss.code not in codebook.codes:
                yield Finding("unknown code", "error", where, f"points at {miss.code!r}, which is no code")


def _sentences(codebook: Codebook) -> Iterator[Finding]:
    sentences = list(_all_sentences(codebook))
    for sentence in sentences:
        words = len(sentence.text.split())
        if words > LONGEST_EXAMPLE:
            message = f"{words} words; cut it to one sentence of at most {LONGEST_EXAMPLE}"
            yield Finding("too long", "warning", sentence.where, message)
        if found := _PLACEHOLDER.search(sentence.text):
            yield Finding("placeholder", "error", sentence.where, f"holds {found.group()!r}")
    yield from _duplicates(sentences)


def _all_sentences(codebook: Codebook) -> Iterator[_Sentence]:
    for code in codebook.codes.values():
        for number, text in enumerate(code.examples, start=1):
            yield _Sentence(text, code.id, f"codes.{code.id}.examples #{number}")
        for number, miss in enumerate(code.near_misses, start=1):
            yield _Sentence(miss.text, miss.code or "", f"codes.{code.id}.near_misses #{number}")
    for number, text in enumerate(codebook.none_examples, start=1):
        yield _Sentence(text, "", f"none.examples #{number}")


def _duplicates(sentences: list[_Sentence]) -> Iterator[Finding]:
    """Sentences that are the same, or nearly; worst where they teach different codes."""
    # Imported here because every command loads the codebook and only this check needs them.
    import numpy as np
    from rapidfuzz import fuzz, process

    normalised = [" ".join(re.findall(r"\w+", sentence.text.casefold())) for sentence in sentences]
    scores = process.cdist(normalised, normalised, scorer=fuzz.ratio, score_cutoff=NEAR_DUPLICATE, dtype=np.uint8)
    for one, other in np.argwhere(np.triu(scores, k=1) > 0):
        first, second = sentences[one], sentences[other]
        same = normalised[one] == normalised[other]
        rule = "duplicate" if same else "near-duplicate"
        if first.teaches != second.teaches:
            message = f"teaches {first.teaches or 'none'!r} here and {second.teaches or 'none'!r} at {second.where}"
            yield Finding(f"{rule} across codes", "error", first.where, message)
        else:
            yield Finding(rule, "warning", first.where, f"says what {second.where} says; remove one")
