"""Document → claims. Pure: the same document always gives the same claims, whatever else is coded beside it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path

import numpy as np

from tocsin.codebook import Codebook, load_codebook
from tocsin.coding._actors import ActorReader
from tocsin.coding._dates import TimeExpression, find_times, parse_cell_date
from tocsin.coding._encoder import encode, encoder_version
from tocsin.coding._mentions import Mention, Segment, TypeScores, read_mention, segments
from tocsin.coding._sentences import Parsed, parse, parser_version
from tocsin.coding._story import Located, build_claims
from tocsin.coding._tables import apply_row, narrative_parts, read_row
from tocsin.coding._toponyms import find_toponyms
from tocsin.coding._types import NONE, TypeModel, fit_types
from tocsin.interfaces import Gazetteer
from tocsin.records import Claim, Coding, Document, Place, Toponym

__all__ = ["DefaultCoder", "TimeExpression", "default_coder", "find_times", "parse_cell_date"]

LANGUAGES = frozenset({"en", "und"})
"""Languages this coder reads; documents in others are kept, and the coding says so."""

# Documents parsed together. spaCy gains nothing from more, and memory stays flat.
_BATCH = 32


@lru_cache(maxsize=1)
def _rules_version() -> str:
    """A hash of this room's own code and cues: any change of a rule may change a coding."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*")):
        if path.suffix in (".py", ".toml"):
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


class DefaultCoder:
    """Rules over a parse for who, when, where and how many; a small encoder taught by the codebook for what.

    Parameters
    ----------
    codebook : Codebook
        Codes, examples, vague counts and actors.
    gazetteer : Gazetteer
        Finds places by name.
    """

    def __init__(self, codebook: Codebook, gazetteer: Gazetteer) -> None:
        self.codebook = codebook
        self.gazetteer = gazetteer
        parts = (_rules_version(), codebook.version, gazetteer.version, encoder_version(), parser_version())
        self.version = "default-" + hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]
        self._model: TypeModel | None = None

    @property
    def model(self) -> TypeModel:
        if self._model is None:
            self._model = fit_types(self.codebook)
        return self._model

    def code(self, documents: Iterable[Document]) -> Iterator[Coding]:
        """Yield one coding a document, in order."""
        iterator = iter(documents)
        while batch := list(islice(iterator, _BATCH)):
            readable = [d for d in batch if d.language in LANGUAGES and d.text.strip()]
            narrative = {d.id: narrative_parts(d) for d in readable if any(p.kind == "cell" for p in d.parts)}
            parsed = parse(readable, narrative)
            for document in batch:
                if document.language not in LANGUAGES:
                    note = f"language {document.language}: kept, not coded yet"
                    yield Coding(document.id, document.text_hash, self.version, (), (note,))
                elif not document.text.strip():
                    yield Coding(document.id, document.text_hash, self.version)
                else:
                    claims, notes = self._read(next(parsed))
                    yield Coding(document.id, document.text_hash, self.version, claims, notes)

    def _read(self, parsed: Parsed) -> tuple[tuple[Claim, ...], tuple[str, ...]]:
        document = parsed.document
        anchor = document.published.start if document.published else None
        notes: list[str] = []
        if anchor is None:
            notes.append("undated: relative dates stay unknown")
        stretches = [s for sentence in parsed.sentences for s in segments(sentence)]
        if not stretches:
            return (), tuple(notes)
        scores = self._scores(stretches)
        countries = self._countries(parsed)
        actors = ActorReader(document.text, self.codebook.actors, countries)
        mentions: list[Mention] = []
        reference = anchor
        for stretch, score in zip(stretches, scores, strict=True):
            mention = read_mention(stretch, score, actors, self.codebook, anchor, reference)
            if mention is None:
                continue
            mentions.append(mention)
            when = mention.time.when if mention.time else None
            if when is not None and when.precision == "day" and when.start is not None and not mention.background:
                reference = when.start
        if not mentions:
            return (), tuple(notes)
        row = read_row(document) if any(p.kind == "cell" for p in document.parts) else None
        toponyms = find_toponyms(parsed, actors, self.gazetteer)
        if row is not None and row.toponym is not None:
            toponyms = [t for t in toponyms if t.end <= row.toponym.start or t.start >= row.toponym.end]
            toponyms = sorted([*toponyms, row.toponym], key=lambda t: t.start)
        located = self._locate(toponyms, countries)
        claims = build_claims(parsed, mentions, actors, located, self.codebook, anchor, self.version)
        if row is not None:
            place = next((x.place for x in located if x.toponym is row.toponym), None)
            country = place.country if place is not None else ""
            claims = apply_row(
                document, row, claims, place, self.codebook, country or (countries[0] if countries else ""), anchor
            )
        return claims, tuple(notes)

    def _scores(self, stretches: Sequence[Segment]) -> list[TypeScores]:
        logs = self.model.log_probabilities(encode([s.text for s in stretches]))
        labels = self.model.labels
        none = labels.index(NONE)
        return [
            TypeScores({label: float(row[k]) for k, label in enumerate(labels) if k != none}, float(row[none]))
            for row in np.asarray(logs)
        ]

    def _locate(self, toponyms: Sequence[Toponym], countries: Sequence[str]) -> list[Located]:
        places: tuple[Place, ...] = self.gazetteer.resolve(toponyms, countries)
        return [Located(t, p) for t, p in zip(toponyms, places, strict=True)]

    def _countries(self, parsed: Parsed) -> tuple[str, ...]:
        """Countries the document is likely about: those it names, the dateline's counted thrice."""
        document = parsed.document
        counts: Counter[str] = Counter()
        first: dict[str, int] = {}
        for match in self.codebook.actors.scan_states(document.text):
            country = match.country
            if country:
                dateline = parsed.dateline is not None and parsed.dateline.start <= match.start < parsed.dateline.end
                counts[country] += 3 if dateline else 1
                first.setdefault(country, match.start)
        return tuple(sorted(counts, key=lambda c: (-counts[c], first[c])))


def default_coder(codebook: Codebook | None = None, gazetteer: Gazetteer | None = None) -> DefaultCoder:
    """Return the built-in coder, with the core codebook where none is given.

    Raises
    ------
    TypeError
        If no gazetteer is given: rooms beside each other do not open one another.
    """
    if gazetteer is None:
        raise TypeError("default_coder needs a gazetteer")
    return DefaultCoder(codebook or load_codebook(), gazetteer)
