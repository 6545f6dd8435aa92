"""What linking looks at in a claim, worked out once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tocsin.codebook import Codebook
from tocsin.errors import CodebookError
from tocsin.records import DATASET_ROW, Actor, Claim, Count, DatePrecision, Document, Modality, Place

__all__ = ["ARMED", "INCIDENT", "SETTLED", "Profile", "Spot", "family", "figure", "fold", "kin", "profiles"]

INCIDENT: frozenset[Modality] = frozenset({"asserted", "denied", "possible"})
"""Modalities that speak of something that happened, or did not; claims of all others stand alone."""

ARMED = frozenset({"State forces", "Rebel group", "Political militia", "Identity militia", "External/Other forces"})

SETTLED = frozenset({"exact", "near", "settlement"})

_SENTENCE_END = re.compile(r"(?<=[.!?؟。])[\"'”’)\]]*\s+|\n+")
_WORD = re.compile(r"[^\W_]+")
_ARTICLE = re.compile(r"\b(?:al|el|ad|an|ar|as|ash|at|az|the)[-\s]")


@dataclass(frozen=True, slots=True)
class Spot:
    """A place as linking compares it; `names` are normalised."""

    key: str
    names: frozenset[str]
    words: frozenset[str]
    latitude: float | None
    longitude: float | None
    precision: str
    country: str
    admin1: str


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """A claim as linking compares it. Days are ordinals (``date.toordinal``), None where unknown."""

    id: str
    document: str
    lineage: str
    start: int
    sentence: int
    words: frozenset[str]
    code: str | None
    event_type: str
    modality: Modality
    background: bool
    first_day: int | None
    last_day: int | None
    precision: DatePrecision
    published: int | None
    spots: tuple[Spot, ...]
    initiators: frozenset[str]
    targets: frozenset[str]
    unarmed: bool
    described: frozenset[str]
    counts: tuple[tuple[str, int], ...]
    weapon: frozenset[str]
    speaker: str
    dataset: str = ""
    """The event dataset that the claim is a row of; empty where it is of a report."""

    @property
    def incident(self) -> bool:
        """Whether the claim speaks of an incident at all."""
        return self.modality in INCIDENT


def profiles(
    claims: Iterable[Claim], documents: Mapping[str, Document], lineage: Mapping[str, str], codebook: Codebook
) -> tuple[Profile, ...]:
    """Return a profile a claim, in the order of document and place in its text.

    Each document is looked up once, so that `documents` may read from a store.
    """
    ordered = sorted(claims, key=lambda c: (c.document_id, c.trigger.start, c.trigger.end, c.id))
    found = []
    document: Document | None = None
    bounds: list[tuple[int, int]] = []
    for claim in ordered:
        if document is None or document.id != claim.document_id:
            document = documents.get(claim.document_id)
            bounds = list(_sentences(document.text)) if document and document.text else []
        readable = document is not None and document.text_hash == claim.text_hash
        sentence = _position(bounds, claim.trigger.start) if readable else -1
        text = document.text[slice(*bounds[sentence])] if document and sentence >= 0 else ""
        published = document.published.start if document and document.published else None
        found.append(
            Profile(
                id=claim.id,
                document=claim.document_id,
                lineage=lineage.get(claim.document_id, claim.document_id),
                start=claim.trigger.start,
                sentence=sentence,
                words=_content_words(text),
                code=claim.code,
                event_type=codebook.codes[claim.code].event_type if claim.code and claim.code in codebook.codes else "",
                modality=claim.modality,
                background=claim.background,
                first_day=claim.when.start.toordinal() if claim.when.start else None,
                last_day=_last_day(claim),
                precision=claim.when.precision,
                published=published.toordinal() if published else None,
                spots=tuple(_spot(place) for place in claim.where),
                initiators=_named(claim, codebook, side=1),
                targets=_named(claim, codebook, side=2),
                unarmed=any(p.actor.kind not in ARMED and p.actor.kind is not None for p in claim.participants),
                described=_described(claim),
                counts=_figures(claim),
                weapon=frozenset(_WORD.findall(fold(claim.weapon))),
                speaker=fold(claim.speaker.canonical or claim.speaker.name),
                dataset=document.source if document is not None and document.form == DATASET_ROW else "",
            )
        )
    return tuple(found)


def fold(name: str) -> str:
    """`name` without accents, case, articles and punctuation, so that spellings compare.

    Examples
    --------
    >>> fold("Al-Ḥasakah") == fold("al Hasakah")
    True
    """
    bare = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    bare = _ARTICLE.sub("", bare.replace("’", "'"))
    return " ".join(_WORD.findall(bare.replace("'", "")))


def _sound(name: str) -> str:
    """`name` with the vowels and doublings levelled that transliterations disagree on ("Tadef", "Tadif")."""
    return re.sub(r"([^\W\d_])\1", r"\1", fold(name).replace("e", "i").replace("o", "u"))


def figure(count: Count | None) -> int | None:
    """The one number that stands for `count`: best, else low, else high; None where nothing is stated."""
    if count is None:
        return None
    return next((value for value in (count.best, count.low, count.high) if value is not None), None)


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _SENTENCE_END.finditer(text):
        yield start, match.start()
        start = match.end()
    yield start, len(text)


def _position(bounds: list[tuple[int, int]], offset: int) -> int:
    low, high = 0, len(bounds)
    while low < high:
        middle = (low + high) // 2
        if bounds[middle][0] <= offset:
            low = middle + 1
        else:
            high = middle
    return low - 1


def _content_words(sentence: str) -> frozenset[str]:
    return frozenset(word for word in _WORD.findall(sentence.casefold()) if len(word) > 3 or word.isdigit())


def _last_day(claim: Claim) -> int | None:
    last = claim.when.end or claim.when.start
    return last.toordinal() if last else None


def _spot(place: Place) -> Spot:
    names = frozenset(name for name in (_sound(place.name), _sound(place.label)) if name)
    return Spot(
        key=f"{place.gazetteer}:{place.gazetteer_id}" if place.gazetteer_id else "",
        names=names,
        words=frozenset(word for name in names for word in name.split()),
        latitude=place.latitude,
        longitude=place.longitude,
        precision=place.precision,
        country=place.country,
        admin1=fold(place.admin1),
    )


def _named(claim: Claim, codebook: Codebook, side: int) -> frozenset[str]:
    """Ids of the listed actors on a side, each with those it belongs to."""
    found: set[str] = set()
    for participant in claim.participants:
        if participant.side == side and participant.role != "associated" and participant.actor.canonical:
            found.add(family(participant.actor, codebook))
    return frozenset(found)


def family(actor: Actor, codebook: Codebook) -> str:
    """``parent/child/…/id``: two actors are the same for linking where one path begins the other.

    An army and the police of one state are told apart by few reports, so a state's forces share its path.
    """
    path = [actor.canonical or ""]
    if path[0].startswith("state:"):
        return ":".join(path[0].split(":")[:2])
    while len(path) < 5:
        try:
            parent = codebook.actors.entry(path[-1]).parent
        except CodebookError:
            break
        if not parent or parent in path:
            break
        path.append(parent)
    return "/".join(reversed(path))


def kin(one: str, other: str) -> bool:
    """Whether two paths of :func:`family` are one actor, or one a branch of the other."""
    return one == other or one.startswith(f"{other}/") or other.startswith(f"{one}/")


def _described(claim: Claim) -> frozenset[str]:
    words: set[str] = set()
    for participant in claim.participants:
        if participant.actor.canonical is None:
            words.update(w for w in fold(participant.actor.name).split() if len(w) > 3)
    return frozenset(words)


def _figures(claim: Claim) -> tuple[tuple[str, int], ...]:
    counts = claim.counts
    stated = (
        ("deaths", counts.deaths),
        ("injured", counts.injured),
        # One report's abducted are another's detained.
        ("taken", counts.abducted or counts.detained),
        ("displaced", counts.displaced),
    )
    return tuple((name, value) for name, count in stated if (value := figure(count)) is not None)
