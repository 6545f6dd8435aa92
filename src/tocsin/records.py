"""The frozen records that cross the rooms.

Only these cross a wall. Each is a frozen, slotted dataclass, survives a JSON round-trip
(:func:`to_json`, :func:`from_json`) and, where it has an ``id``, is identified by its content, so that
doing a step twice changes nothing. Unknown is a value: an absent count, date or place is ``None``, which
is not the same as zero.

Days are :class:`datetime.date`; moments are :class:`datetime.datetime` in UTC with a zone.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypeVar

import msgspec

__all__ = [
    "DATASET_FORMS",
    "DATASET_ROW",
    "WITHDRAWN_ROW",
    "Actor",
    "ActorKind",
    "Attribution",
    "Claim",
    "Coding",
    "Copy",
    "CopyKind",
    "Count",
    "Counts",
    "DatePrecision",
    "Document",
    "Event",
    "EventRow",
    "EventStatus",
    "Evidence",
    "Judgement",
    "Language",
    "MergedField",
    "Modality",
    "NamedPlace",
    "NotExported",
    "Outcome",
    "Part",
    "Participant",
    "Place",
    "PlacePrecision",
    "PlacedText",
    "PublicClaim",
    "PublicEvent",
    "PublicQuote",
    "Receipt",
    "Role",
    "Sensitivity",
    "Span",
    "Speaker",
    "SpeakerKind",
    "Toponym",
    "Verdict",
    "When",
    "content_id",
    "from_json",
    "priogrid_gid",
    "text_hash",
    "to_json",
]

Language = str
"""ISO 639-1 code; ``und`` where none could be told."""

Sensitivity = Literal["open", "restricted"]
PartKind = Literal["title", "heading", "paragraph", "item", "cell"]
DatePrecision = Literal["day", "week", "month", "year", "unknown"]
DateExtent = Literal["once within", "throughout"]
PlacePrecision = Literal["exact", "near", "settlement", "admin2", "admin1", "country"]
PlaceExtent = Literal["one of", "each of"]
ActorKind = Literal[
    "State forces",
    "Rebel group",
    "Political militia",
    "Identity militia",
    "Rioters",
    "Protesters",
    "Civilians",
    "External/Other forces",
]
Role = Literal["initiator", "target", "co-belligerent", "associated"]
Attribution = Literal["claimed", "alleged", "independent", "suspected", "none"]
Modality = Literal["asserted", "denied", "possible", "threatened", "planned", "generic", "aggregate"]
Outcome = Literal["accomplished", "attempted", "foiled", "unknown"]
SpeakerKind = Literal["party", "official", "security", "monitor", "media", "witness", "expert", "anonymous"]
CopyKind = Literal["text", "address", "link", "translation"]
EventStatus = Literal["draft", "confirmed", "rejected", "withdrawn"]
Verdict = Literal["same", "not_same", "part_of", "accept", "correct", "reject", "unsure"]


def priogrid_gid(latitude: float, longitude: float) -> int:
    """The PRIO-GRID cell (half a degree) of a point (WGS 84): 1 at 180° W 90° S, 720 a row, northwards.

    Raises
    ------
    ValueError
        If there is no such point.

    References
    ----------
    Tollefsen, Strand and Buhaug (2012), "PRIO-GRID: A unified spatial data structure".

    Examples
    --------
    >>> priogrid_gid(34.8, 36.7), priogrid_gid(-90, -180), priogrid_gid(90, 180)
    (179714, 1, 259200)
    """
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise ValueError(f"there is no point at latitude {latitude}, longitude {longitude}")
    # The northern and the eastern edge belong to the last row and column.
    row, column = min(math.floor((latitude + 90) * 2), 359), min(math.floor((longitude + 180) * 2), 719)
    return row * 720 + column + 1


def content_id(prefix: str, *parts: str) -> str:
    """Return a short id that depends on nothing but `parts`.

    Parameters
    ----------
    prefix : str
        One letter for the kind of record: ``d`` document, ``c`` claim, ``e`` event, ``r`` receipt, ``j`` judgement.
    *parts : str
        What identifies the record. They are length-prefixed, so ``("ab", "c")`` and ``("a", "bc")`` differ.

    Examples
    --------
    >>> content_id("d", "ab", "c") == content_id("d", "a", "bc")
    False
    """
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass")
        digest.update(f"{len(raw)}:".encode())
        digest.update(raw)
    return f"{prefix}-{digest.hexdigest()[:20]}"


def text_hash(text: str) -> str:
    """SHA-256 (hex) of `text` in UTF-8; what spans cite."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Span:
    """``text[start:end]`` of the text with this hash; offsets count characters, not bytes."""

    text_hash: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one field of a claim rests on.

    `basis` is ``read`` where the words say it, else the name of the rule that inferred it. `spans` may be
    empty only when it was inferred. `score` is a probability where the reader of the field has one.
    """

    field: str
    spans: tuple[Span, ...] = ()
    basis: str = "read"
    score: float | None = None


@dataclass(frozen=True, slots=True)
class When:
    """A day, or a range of days.

    `precision` says how finely the source dated it; ``overnight`` is two days with precision ``day``.
    `extent` tells doubt (``once within``) from duration (``throughout``). `anchor` says how it was worked
    out: ``stated``, ``document date``, ``metadata``, ``given``, ``weekday``, ``relative: two days earlier`` …
    """

    start: date | None = None
    end: date | None = None
    precision: DatePrecision = "unknown"
    extent: DateExtent = "once within"
    anchor: str = ""

    @property
    def time_precision(self) -> int | None:
        """ACLED's time precision: 1 day, 2 week or part of a month, 3 month; coarser or unknown: None."""
        if self.start is None:
            return None
        return {"day": 1, "week": 2, "month": 3}.get(self.precision)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something happened, as named and as found.

    `name` is as written; `label` the gazetteer's name (or the name as written where it has none).
    `latitude` and `longitude` are WGS 84 degrees, absent where the place could not be found. `country` is
    ISO 3166-1 alpha-3. `gazetteer` and `gazetteer_id` are empty where the place is in no gazetteer.
    `probability` is that of the choice being right.
    """

    name: str
    label: str = ""
    latitude: float | None = None
    longitude: float | None = None
    precision: PlacePrecision = "settlement"
    kind: str = ""
    country: str = ""
    country_name: str = ""
    admin1: str = ""
    admin2: str = ""
    admin3: str = ""
    pcodes: tuple[str, ...] = ()
    gazetteer: str = ""
    gazetteer_id: str = ""
    probability: float | None = None

    @property
    def geo_precision(self) -> int | None:
        """ACLED's geo precision: 1 exact or settlement, 2 near or second-level, 3 first-level; coarser: None."""
        return {"exact": 1, "settlement": 1, "near": 2, "admin2": 2, "admin1": 3}.get(self.precision)

    @property
    def where_prec(self) -> int:
        """UCDP's precision of one place: 1 exact or settlement, 2 near, 3 second-level, 4 first-level, 6 country."""
        return {"exact": 1, "settlement": 1, "near": 2, "admin2": 3, "admin1": 4}.get(self.precision, 6)

    @property
    def priogrid_gid(self) -> int | None:
        """The PRIO-GRID cell of the point; None where the point only stands for an area, or there is none."""
        if self.latitude is None or self.longitude is None or self.precision not in ("exact", "settlement", "near"):
            return None
        return priogrid_gid(self.latitude, self.longitude)


@dataclass(frozen=True, slots=True)
class Toponym:
    """A place name in a text, as the coder hands it to a gazetteer.

    `relation` is how the text places things by it: ``in``, ``near`` (also "20 km east of", "outside"), or
    ``line`` (a road, river or border). `kind` is the word beside the name, such as ``village`` or
    ``province``; empty where there is none. `within` are names that the text itself puts around it. Not `literal`
    is a name that is only part of another or stands for people ("the Ohio Department of Health", "Moscow says"): it
    tells what a text is about, not where things were.
    """

    text: str
    start: int
    end: int
    relation: Literal["in", "near", "line"] = "in"
    kind: str = ""
    within: tuple[str, ...] = ()
    distance_km: float | None = None
    bearing: str = ""
    literal: bool = True


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A place where a text names it: ``text[start:end]``, with `relation` and `literal` as in :class:`Toponym`."""

    start: int
    end: int
    place: Place
    relation: Literal["in", "near", "line"] = "in"
    literal: bool = True

    @property
    def where_prec(self) -> int:
        """UCDP's precision of place; a road, river or border is 5 where its points are no better known."""
        return 5 if self.relation == "line" and self.place.where_prec < 5 else self.place.where_prec


@dataclass(frozen=True, slots=True)
class PlacedText:
    """A text with the places it names, in order. `name` and `item` say which input it was; `notes` what to know."""

    name: str
    text: str
    places: tuple[NamedPlace, ...] = ()
    item: str = ""
    title: str = ""
    language: Language = "und"
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Count:
    """How many people: `low`, `best`, `high`, each None where not stated; zero means stated as none.

    "At least 3" is 3, 3, None; "up to 40" is None, 40, 40. `words` is what was read, `rule` what gave the range.
    """

    low: int | None = None
    best: int | None = None
    high: int | None = None
    words: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """Separate ranges; None where the text says nothing of it."""

    deaths: Count | None = None
    injured: Count | None = None
    detained: Count | None = None
    abducted: Count | None = None
    displaced: Count | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """An organised actor, a crowd, or civilians; never a private person.

    `name` is as written. `canonical` is the id in the actor list, None where it is not in it; `label` is the
    neutral name to show. `country` is ISO 3166-1 alpha-3 where the actor belongs to one.
    """

    name: str
    canonical: str | None = None
    label: str = ""
    kind: ActorKind | None = None
    country: str = ""


@dataclass(frozen=True, slots=True)
class Participant:
    """An actor in a role. `side` is 1 or 2, as in the two columns of an event table."""

    role: Role
    actor: Actor
    side: int = 1


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who says so. `name` is the words of the report, or the outlet where nobody else is named."""

    name: str
    kind: SpeakerKind = "media"
    canonical: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a document's text with a function: title, heading, paragraph, list item, or a table's cell.

    `name` is the column's name for a cell, otherwise empty.
    """

    kind: PartKind
    start: int
    end: int
    name: str = ""


DATASET_ROW = "dataset row"
"""The form of a document that is a row of an event dataset of others: its cells are called as in
:data:`tocsin.interfaces.DATASET_COLUMNS`, and its `source` is the dataset."""

WITHDRAWN_ROW = "withdrawn dataset row"
"""The form of such a document once a release of the dataset no longer has the row: it claims nothing any more."""

DATASET_FORMS = frozenset({DATASET_ROW, WITHDRAWN_ROW})


@dataclass(frozen=True, slots=True)
class Document:
    """One text from one source.

    `id` is a hash of the item's canonical raw content and its native id, not of the file it came in.
    `source` is the outlet or channel that published it, `origin` the outlet it was taken from where that is
    told. `parts` cover the text in order; a table's row is its cells joined by `` | ``.
    """

    id: str
    form: str
    text: str
    text_hash: str
    source: str = ""
    origin: str = ""
    author: str = ""
    title: str = ""
    url: str = ""
    published: When | None = None
    language: Language = "und"
    sensitivity: Sensitivity = "open"
    parts: tuple[Part, ...] = ()

    def span(self, start: int, end: int) -> Span:
        """The span of this text from `start` to `end`."""
        if not 0 <= start < end <= len(self.text):
            raise ValueError(f"span {start}:{end} is outside a text of {len(self.text)} characters")
        return Span(self.text_hash, start, end)

    def quote(self, span: Span) -> str:
        """The words of `span`.

        Raises
        ------
        ValueError
            If the span cites another text.
        """
        if span.text_hash != self.text_hash:
            raise ValueError("the span cites another text")
        return self.text[span.start : span.end]


@dataclass(frozen=True, slots=True)
class Receipt:
    """Links what was received to a document, many to one.

    `name` is the path relative to the parent of the path that was given; `item` is the row number, message or
    entry id, empty where the file is one document. `original` is the SHA-256 of the file as received.
    """

    id: str
    document_id: str
    name: str
    item: str
    original: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """One source's assertion that something happened, is denied, threatened, planned or usual.

    `code` is a sub-event code of the codebook, None where the type cannot be told. `initiator` is known only
    where the text says so: an unknown perpetrator has no participant in that role. `where` holds more than
    one place only where the text names several; `where_extent` then says whether it was in one of them or in
    each. Every field that is filled has an entry in `evidence`.
    """

    id: str
    document_id: str
    text_hash: str
    trigger: Span
    code: str | None
    modality: Modality = "asserted"
    outcome: Outcome = "accomplished"
    background: bool = False
    participants: tuple[Participant, ...] = ()
    attribution: Attribution = "none"
    when: When = When()
    where: tuple[Place, ...] = ()
    where_extent: PlaceExtent = "one of"
    counts: Counts = Counts()
    weapon: str = ""
    speaker: Speaker = Speaker("", "media")
    evidence: tuple[Evidence, ...] = ()
    coder: str = ""
    score: float = 0.0

    def side(self, side: int) -> Actor | None:
        """The first main actor on `side` (1 or 2), None where unknown."""
        for participant in self.participants:
            if participant.side == side and participant.role in ("initiator", "target"):
                return participant.actor
        return None

    def evidence_for(self, field: str) -> Evidence | None:
        """The evidence of `field`, None where the field is empty."""
        return next((e for e in self.evidence if e.field == field), None)


@dataclass(frozen=True, slots=True)
class Coding:
    """What a coder says of one document. `key` names text, coder, codebook, gazetteer and models by hash.

    `notes` say what a person should know, such as a language that cannot be coded yet.
    """

    document_id: str
    text_hash: str
    key: str
    claims: tuple[Claim, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Copy:
    """`document_id` tells the story of `origin_id` again; `kind` says how that was found.

    ``text``: word for word or re-edited, and `changed` are (before, after) wordings. ``address``: both were published
    at one address, as a feed's entry and its page. ``link``: a message that links the article and says no more.
    ``translation``: the same in another language.
    """

    document_id: str
    origin_id: str
    similarity: float
    changed: tuple[tuple[str, str], ...] = ()
    kind: CopyKind = "text"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a person decided. Never deleted, only superseded by a later one on the same subject and field."""

    id: str
    subjects: tuple[str, ...]
    verdict: Verdict
    reviewer: str
    made_at: datetime
    field: str = ""
    value: str = ""
    reason: str = ""
    score_shown: float | None = None


@dataclass(frozen=True, slots=True)
class MergedField:
    """The basis of one field of an event: which claims it rests on, by which rule, and whether it is disputed.

    `disputed_by` lists the claims that say otherwise.
    """

    name: str
    claim_ids: tuple[str, ...]
    rule: str
    disputed: bool = False
    disputed_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """An incident: what a set of claims is about.

    `documents` counts every report, `lineages` counts a story and its copies once. `modality` is the
    strongest of its claims' (asserted, then denied, possible, threatened, planned, generic, aggregate).
    """

    id: str
    claim_ids: tuple[str, ...]
    code: str | None
    modality: Modality
    background: bool = False
    participants: tuple[Participant, ...] = ()
    attribution: Attribution = "none"
    when: When = When()
    where: tuple[Place, ...] = ()
    where_extent: PlaceExtent = "one of"
    counts: Counts = Counts()
    weapon: str = ""
    status: EventStatus = "draft"
    fields: tuple[MergedField, ...] = ()
    documents: int = 0
    lineages: int = 0
    part_of: str | None = None

    def side(self, side: int) -> Actor | None:
        """The first main actor on `side` (1 or 2), None where unknown."""
        for participant in self.participants:
            if participant.side == side and participant.role in ("initiator", "target"):
                return participant.actor
        return None

    @property
    def disputed(self) -> tuple[str, ...]:
        """Names of the fields that sources contradict each other on."""
        return tuple(f.name for f in self.fields if f.disputed)


@dataclass(frozen=True, slots=True)
class EventRow:
    """One row of ACLED's table, its 31 columns in order, then the incidents it projects.

    Empty is an empty string; `latitude`, `longitude` and the numbers are as they are written.
    """

    event_id_cnty: str
    event_date: str
    year: int
    time_precision: int
    disorder_type: str
    event_type: str
    sub_event_type: str
    actor1: str
    assoc_actor_1: str
    inter1: str
    actor2: str
    assoc_actor_2: str
    inter2: str
    interaction: str
    civilian_targeting: str
    iso: str
    region: str
    country: str
    admin1: str
    admin2: str
    admin3: str
    location: str
    latitude: float
    longitude: float
    geo_precision: int
    source: str
    source_scale: str
    notes: str
    fatalities: int
    tags: str
    timestamp: int
    incident_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotExported:
    """An event that is no row, and why; `reason` is a code that the codebook's counting rule explains."""

    event_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class PublicQuote:
    """Words of an open document, private names masked. Restricted documents are never quoted."""

    field: str
    words: str


@dataclass(frozen=True, slots=True)
class PublicClaim:
    """A claim as it may leave the room."""

    id: str
    source: str
    url: str
    published: date | None
    modality: Modality
    background: bool
    attribution: Attribution
    event_type: str
    sub_event_type: str
    actor1: str
    actor2: str
    speaker: str
    speaker_kind: SpeakerKind
    date_start: date | None
    date_end: date | None
    location: str
    counts: Counts
    passage: str
    quotes: tuple[PublicQuote, ...] = ()


@dataclass(frozen=True, slots=True)
class PublicEvent:
    """An event as it may leave the room; built by `release` from an allow-list, the only type export is handed.

    `rows` are its projections into ACLED's table, empty with a reason in `not_exported` otherwise. `place_precision`
    says how finely its place is shown, None where it has none; `admin1_pcode` and `admin2_pcode` are the P-codes of
    the divisions named in `admin1` and `admin2`, empty where they are not known.
    """

    id: str
    modality: Modality
    background: bool
    status: EventStatus
    event_type: str
    sub_event_type: str
    disorder_type: str
    actor1: str
    actor1_kind: ActorKind | None
    actor2: str
    actor2_kind: ActorKind | None
    associated: tuple[str, ...]
    attribution: Attribution
    date_start: date | None
    date_end: date | None
    time_precision: int | None
    location: str
    country: str
    iso3: str
    admin1: str
    admin2: str
    latitude: float | None
    longitude: float | None
    geo_precision: int | None
    counts: Counts
    weapon: str
    notes: str
    documents: int
    lineages: int
    disputed: tuple[str, ...]
    fields: tuple[MergedField, ...]
    claims: tuple[PublicClaim, ...]
    rows: tuple[EventRow, ...] = ()
    not_exported: str = ""
    part_of: str | None = None
    masked: tuple[str, ...] = ()
    place_precision: PlacePrecision | None = None
    admin1_pcode: str = ""
    admin2_pcode: str = ""


R = TypeVar("R")


def to_json(record: object) -> str:
    """Return `record` as one line of JSON.

    Examples
    --------
    >>> to_json(Span("ab", 0, 2))
    '{"text_hash":"ab","start":0,"end":2}'
    """
    return msgspec.json.encode(record).decode("utf-8")


def from_json(line: str | bytes, kind: type[R]) -> R:
    """Read back what :func:`to_json` wrote.

    Raises
    ------
    ValueError
        If the JSON does not describe a record of this kind; the message names the field.

    Examples
    --------
    >>> from_json('{"text_hash":"ab","start":0,"end":2}', Span)
    Span(text_hash='ab', start=0, end=2)
    """
    try:
        return msgspec.json.decode(line, type=kind)
    except msgspec.MsgspecError as error:
        raise ValueError(f"not a {kind.__name__}: {error}") from error
