"""The built-in coder: documents to claims, sentence by sentence, then story by story."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from itertools import islice
from pathlib import Path

from tocsin.codebook import Codebook, load_codebook
from tocsin.coding._actors import ActorReader
from tocsin.coding._casing import Caser
from tocsin.coding._claims import build_claims
from tocsin.coding._cues import cued_codes
from tocsin.coding._dataset_rows import code_row, is_dataset_row
from tocsin.coding._encoder import encode, encoder_version
from tocsin.coding._event_dates import filed_on
from tocsin.coding._event_links import links_version
from tocsin.coding._event_places import Located
from tocsin.coding._mentions import Mention, corrected, read_mention
from tocsin.coding._segments import Segment, segments
from tocsin.coding._sentences import Parsed, parse, parser_version
from tocsin.coding._tables import Row, apply_row, claim_of_type, narrative_parts, read_row
from tocsin.coding._teaching import Likeness, likeness
from tocsin.coding._toponym_choice import choices_version
from tocsin.coding._toponyms import find_toponyms, named_places
from tocsin.coding._type_choice import TypeScores
from tocsin.coding._types import NONE, TypeModel, fit_types
from tocsin.interfaces import Gazetteer
from tocsin.records import Claim, Coding, Document, Toponym

__all__ = ["LANGUAGES", "DefaultCoder", "default_coder"]

LANGUAGES = frozenset({"en", "und"})
"""Languages this coder reads; documents in others are kept, and the coding says so."""

# Documents parsed together. spaCy gains nothing from more, and memory stays flat.
_BATCH = 32
# The place a report was filed from counts as much as this many mentions of its country.
_DATELINE = 3
# So does a group that is at home in one country, however often it is named. One of more countries than this is of none.
_AT_HOME, _FEW = 3, 4
_STATE_KINDS = ("State forces", "External/Other forces")


@lru_cache(maxsize=1)
def _rules_version() -> str:
    """A hash of this room's own code and words: any change of a rule may change a coding."""
    digest = hashlib.sha256()
    folder = Path(__file__).parent
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".py", ".toml"):
            digest.update(path.relative_to(folder).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


_BORDER = re.compile(r"\s+(?:border|frontier)\b")


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
        models = (encoder_version(), links_version(), parser_version(), choices_version())
        parts = (_rules_version(), codebook.version, gazetteer.version, *models)
        self.version = "default-" + hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]

    @cached_property
    def model(self) -> TypeModel:
        """The classifier of event types, as the codebook's examples teach it."""
        return fit_types(self.codebook)

    @cached_property
    def caser(self) -> Caser:
        """Puts texts in capitals, or without any, into the case that names are known by."""
        return Caser(self.codebook, self.gazetteer)

    def code(self, documents: Iterable[Document]) -> Iterator[Coding]:
        """Yield one coding a document, in order."""
        iterator = iter(documents)
        while batch := list(islice(iterator, _BATCH)):
            rows = {d.id for d in batch if is_dataset_row(d)}
            told = [d for d in batch if d.id not in rows and d.language in LANGUAGES and d.text.strip()]
            readable = [self.caser.document(d) for d in told]
            parsed = parse(readable, {d.id: narrative_parts(d) for d in readable})
            for document in batch:
                claims: tuple[Claim, ...] = ()
                notes: tuple[str, ...] = ()
                if document.id in rows:
                    claims = code_row(document, self.codebook, self.version)
                elif document.language not in LANGUAGES:
                    notes = (f"language {document.language}: kept, not coded yet",)
                elif document.text.strip():
                    reading = _Reading(self, next(parsed))
                    claims, notes = reading.claims(), reading.notes()
                yield Coding(document.id, document.text_hash, self.version, claims, notes)

    def locate(self, documents: Iterable[Document]) -> Iterator[tuple[Located, ...]]:
        """Yield the places that each document names, in order, whatever is said of them; none in another language."""
        iterator = iter(documents)
        while batch := list(islice(iterator, _BATCH)):
            readable = [self.caser.document(d) for d in batch if d.language in LANGUAGES and d.text.strip()]
            parsed = parse(readable, {d.id: narrative_parts(d) for d in readable})
            for document in batch:
                reads = document.language in LANGUAGES and document.text.strip()
                yield _Reading(self, next(parsed)).located() if reads else ()

    def explain_type(self, text: str, count: int = 3) -> tuple[Likeness, ...]:
        """The likeliest codes of a sentence by the classifier alone, each with the example most like it.

        Parameters
        ----------
        text : str
            One sentence.
        count : int
            How many codes to return; "no event" is one of them.
        """
        return likeness(self.codebook, self.model, text, count)

    def score(self, stretches: Sequence[Segment]) -> list[TypeScores]:
        """What the classifier says of each segment."""
        logs = self.model.log_probabilities(encode([s.text for s in stretches])).tolist()
        labels = self.model.labels
        scores = [dict(zip(labels, row, strict=True)) for row in logs]
        return [TypeScores({code: p for code, p in row.items() if code != NONE}, row[NONE]) for row in scores]


@dataclass(frozen=True, slots=True)
class _Reading:
    """One document, read by a coder."""

    coder: DefaultCoder
    parsed: Parsed

    @property
    def document(self) -> Document:
        return self.parsed.document

    @property
    def anchor(self) -> date | None:
        """The day it was written: that of its dateline, where that is not long before it was published."""
        published = self.document.published.start if self.document.published else None
        return filed_on(self.parsed.dateline.date, published) if self.parsed.dateline else published

    def notes(self) -> tuple[str, ...]:
        """What a person should know of the coding."""
        return () if self.anchor is not None else ("undated: relative dates stay unknown",)

    def claims(self) -> tuple[Claim, ...]:
        """What it claims, in the order a reader meets it."""
        taught = bool(self.coder.codebook.codes.keys() - cued_codes())
        stretches = [s for sentence in self.parsed.sentences for s in segments(sentence, without_cues=taught)]
        countries = self._countries() if stretches else ()
        actors = ActorReader(self.document.text, self.coder.codebook.actors, countries)
        mentions = self._mentions(stretches, actors) if stretches else []
        row = read_row(self.document)
        named = claim_of_type(row, self.coder.codebook, self.coder.version) if row is not None and not mentions else ()
        if not mentions and not named:
            return ()
        toponyms = _with_row(find_toponyms(self.parsed, actors, self.coder.gazetteer), row)
        # Names that are no place of the story still tell which of its places are meant.
        located = [x for x in self._locate(toponyms, countries) if x.toponym.literal]
        claims = build_claims(
            self.parsed, mentions, actors, located, self.coder.codebook, self.anchor, self.coder.version
        )
        if row is None:
            return claims
        place = next((x.place for x in located if x.toponym is row.toponym), None)
        country = (place.country if place is not None else "") or (countries[0] if countries else "")
        return apply_row(row, claims or named, place, self.coder.codebook, country, self.anchor)

    def located(self) -> tuple[Located, ...]:
        """Every place it names."""
        countries = self._countries()
        actors = ActorReader(self.document.text, self.coder.codebook.actors, countries)
        toponyms = named_places(self.parsed, actors, self.coder.gazetteer)
        return tuple(self._locate(_with_row(toponyms, read_row(self.document)), countries))

    def _mentions(self, stretches: Sequence[Segment], actors: ActorReader) -> list[Mention]:
        """What its segments say of events; "two days later" leans on the last day that news was dated to."""
        mentions = []
        reference = self.anchor
        for stretch, scores in zip(stretches, self.coder.score(stretches), strict=True):
            mention = read_mention(stretch, scores, actors, self.coder.codebook, self.anchor, reference)
            if mention is None:
                continue
            mentions.append(mention)
            if (denial := corrected(mention)) is not None:
                mentions.append(denial)
            if mention.time is not None and mention.time.names_day and not mention.background:
                reference = mention.time.when.start
        return mentions

    def _locate(self, toponyms: Sequence[Toponym], countries: Sequence[str]) -> list[Located]:
        places = self.coder.gazetteer.resolve(toponyms, countries)
        return [Located(t, p) for t, p in zip(toponyms, places, strict=True)]

    def _countries(self) -> tuple[str, ...]:
        """Countries the document is likely about: those it names, the dateline's counted thrice."""
        counts: defaultdict[str, float] = defaultdict(float)  # keeps the order of first mention
        dateline = self.parsed.dateline
        for match in self.coder.codebook.actors.scan_states(self.document.text):
            # "On the Iraqi border" is as well on this side of it.
            if match.country and not _BORDER.match(self.document.text, match.end):
                filed = dateline is not None and dateline.start <= match.start < dateline.end
                counts[match.country] += _DATELINE if filed else 1
        for countries in self._at_home():
            # "Al-Shabaab": Somalia above all, and the countries beside it.
            for rank, country in enumerate(countries):
                counts[country] += _AT_HOME * (1 if rank else 2) / (len(countries) + 1)
        return tuple(sorted(counts, key=lambda country: -counts[country]))

    def _at_home(self) -> list[tuple[str, ...]]:
        """Where the groups that it names are active, home first: they say more than states, which act abroad."""
        actors = self.coder.codebook.actors
        named = {m.entry_id for m in actors.scan(self.document.text) if m.entry_id and not m.generic and not m.force}
        found = [actors.entry(id) for id in sorted(named) if not id.startswith("state:")]
        return [e.countries for e in found if e.kind not in _STATE_KINDS and 0 < len(e.countries) <= _FEW]


def _with_row(toponyms: list[Toponym], row: Row | None) -> list[Toponym]:
    """`toponyms` with a row's own place in its cell, in order."""
    if row is None or row.toponym is None:
        return toponyms
    own = row.toponym
    others = [t for t in toponyms if t.end <= own.start or t.start >= own.end]
    return sorted([*others, own], key=lambda t: t.start)


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
