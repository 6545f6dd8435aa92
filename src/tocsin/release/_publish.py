"""Events as they may leave the room: built field by field from an allow-list, nothing copied wholesale."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import get_args
from urllib.parse import unquote_plus, urlsplit

from tocsin.codebook import Codebook
from tocsin.coding import is_word
from tocsin.errors import CodebookError
from tocsin.linking import project
from tocsin.records import (
    Actor,
    Claim,
    Count,
    Counts,
    Document,
    Event,
    EventRow,
    MergedField,
    Participant,
    Place,
    PublicClaim,
    PublicEvent,
    PublicQuote,
    SpeakerKind,
    When,
)
from tocsin.release._gate import address_leaks
from tocsin.release._masking import ELLIPSIS, Masker, accuses
from tocsin.release._names import Known, NameFinder, PlaceNames, SeenNames, has_given_name, word_key
from tocsin.release._patterns import find_patterns
from tocsin.release._places import PublicPlaces, names_of
from tocsin.release._policy import LOCAL_SOURCE, Policy, is_sensitive, role

__all__ = ["publish"]

QUOTE_LIMIT = 160
"""Characters. The words that a field was read from are a phrase; what is longer is a passage."""

_AHEAD = 32
"""Events whose documents are read together."""

_STATE = re.compile(r"state:[A-Z]{3}(?::(?:military|police|government|state))?")
_RULE = re.compile(r"[a-z ,:;()'-]{0,80}")
_MARK = re.compile(r"\[[a-z-]+\]")
# Pages of persons rather than of outlets.
_PERSONAL_HOSTS = re.compile(
    r"(?:^|\.)(?:t\.me|telegram\.(?:me|org)|telegra\.ph|wa\.me|whatsapp\.com|facebook\.com|fb\.(?:com|me)|x\.com|twitter\.com|"
    r"instagram\.com|tiktok\.com|vk\.com|ok\.ru|signal\.(?:me|group)|discord\.(?:gg|com)|reddit\.com|snapchat\.com|"
    r"localhost|local|internal|lan|home|onion)$",
    re.IGNORECASE,
)


def publish(
    events: Iterable[Event],
    claims: Mapping[str, Claim],
    documents: Mapping[str, Document],
    lineage: Mapping[str, str],
    codebook: Codebook,
    gazetteer: PlaceNames | None,
    *,
    timestamp: int,
    policy: Policy = Policy(),  # noqa: B008
    seen: SeenNames | None = None,
) -> Iterator[PublicEvent]:
    """Yield the events as they may leave, in order.

    Rows are projected from what is left of an event after masking, never masked afterwards, so that no cell of a row
    can hold what the event does not.

    Parameters
    ----------
    events : iterable of Event
    claims : mapping of str to Claim
        By id. Claims that are missing are left out.
    documents : mapping of str to Document
        By id; may fetch them one at a time. What a missing one would have told is treated as restricted.
    lineage : mapping of str to str
        Document id to lineage, from :func:`tocsin.linking.lineages`.
    codebook : Codebook
    gazetteer : PlaceNames or None
        Names that it knows are not taken for persons'. ``division_point`` and ``resolve`` are used where it has them;
        without them, what is placed coarsely has no point.
    timestamp : int
        Seconds since 1970 (UTC), written into every row.
    policy : Policy, optional
    seen : SeenNames, optional
        What an earlier release saw, and what this one sees.
    """
    finder = NameFinder(codebook, gazetteer, seen)
    release = _Release(claims, documents, lineage, codebook, gazetteer, policy, finder)
    drafts = list(release.drafts(events))
    shells = {s.id: s for d in drafts for s in d.shells}
    by_id = {c.id: c for d in drafts for c in d.claims}
    rows, left_out = project((d.event for d in drafts), by_id, shells, lineage, codebook, timestamp)
    reasons = {n.event_id: n.reason for n in left_out}
    by_event: dict[str, list[EventRow]] = defaultdict(list)
    for row in rows:
        clean = release.row(row)
        for event_id in row.incident_ids:
            by_event[event_id].append(clean)
    for draft in drafts:
        yield release.public(draft, tuple(by_event[draft.event.id]), reasons.get(draft.event.id, ""))


@dataclass(frozen=True, slots=True)
class _Draft:
    """An event whose every field may leave, with what its rows need: bare claims, documents without text."""

    event: Event
    claims: tuple[Claim, ...]
    shells: tuple[Document, ...]
    known: Known
    masked: frozenset[str]


class _Release:
    """What one release knows."""

    def __init__(
        self,
        claims: Mapping[str, Claim],
        documents: Mapping[str, Document],
        lineage: Mapping[str, str],
        codebook: Codebook,
        gazetteer: PlaceNames | None,
        policy: Policy,
        finder: NameFinder,
    ) -> None:
        self.claims, self.documents, self.lineage = claims, documents, lineage
        self.codebook, self.policy = codebook, policy
        self.masker = Masker(finder)
        self.places = PublicPlaces(gazetteer, self._is_person)
        self._places_of: dict[str, set[str]] = defaultdict(set)
        for claim in claims.values():
            self._places_of[claim.document_id] |= names_of(claim.where)

    def _is_person(self, label: str, known: Known) -> bool:
        if has_given_name(label) or all(word_key(word) in known.persons for word in label.split()):
            return True
        # "in X" is how the text names a place; what still looks like a person's name then is one.
        return bool(self.masker.words(f"They were in {label}.", known)[1])

    # Drafts

    def drafts(self, events: Iterable[Event]) -> Iterator[_Draft]:
        """A draft of each event, in order."""
        waiting = iter(events)
        while some := list(islice(waiting, _AHEAD)):
            ids = dict.fromkeys(c.document_id for e in some for i in e.claim_ids if (c := self.claims.get(i)))
            self.masker.look_ahead(d for i in ids if (d := self.documents.get(i)) is not None)
            yield from map(self.draft, some)

    def draft(self, event: Event) -> _Draft:
        pairs = [
            (c, self.documents.get(c.document_id)) for i in event.claim_ids if (c := self.claims.get(i)) is not None
        ]
        coarse = is_sensitive(event, pairs, self.codebook, self.policy)
        known = self._known(event, pairs, coarse)
        masked: set[str] = {"source"} if any(_restricted(d) for _, d in pairs) else set()
        where = self._where(event.where, known, masked)
        shown = _cleaned(self, event, where, known, masked)
        claims = tuple(
            Claim(
                id=c.id,
                document_id=c.document_id,
                text_hash="",
                trigger=c.trigger,
                code=None,
                where=self._where(c.where, known, masked),
            )
            for c, _ in pairs
        )
        ids = {c.document_id for c, _ in pairs}
        ids |= {self.lineage[i] for i in ids if i in self.lineage}
        shells = tuple(self._shell(d) for i in sorted(ids) if (d := self.documents.get(i)) is not None)
        return _Draft(shown, claims, shells, known, frozenset(masked))

    def _known(self, event: Event, pairs: Sequence[tuple[Claim, Document | None]], coarse: bool) -> Known:
        areas = self.places.areas_of((*event.where, *(p for c, _ in pairs for p in c.where)))
        known = Known(names_of(event.where), frozenset(), frozenset(), coarse, areas)
        persons: frozenset[str] = frozenset()
        for document in {d.id: d for _, d in pairs if d is not None}.values():
            persons |= self.masker.document(document, self._known_of(document, known))[1]
        return replace(known, persons=persons)

    def _known_of(self, document: Document, known: Known) -> Known:
        outlets = {word_key(n) for n in (document.source, document.origin) if n} if not _restricted(document) else set()
        author = self.masker.persons_in(document.author, Known()) if document.author else frozenset()
        return Known(
            places=frozenset(self._places_of[document.id]) - {word_key(document.author)},
            outlets=frozenset(outlets - {word_key(document.author)}),
            persons=author - outlets,
            coarse=known.coarse,
            areas=known.areas,
        )

    def _where(self, places: Sequence[Place], known: Known, masked: set[str]) -> tuple[Place, ...]:
        shown: dict[tuple[str, str, str], Place] = {}
        for place in places:
            public, held_back = self.places.public(place, known, known.coarse)
            if held_back:
                masked.add("place")
            shown.setdefault((public.country, public.admin1, public.label), public)
        return tuple(shown.values())

    def _shell(self, document: Document) -> Document:
        """What rows need of a document: whose it is and how near. No text, no title."""
        return Document(
            id=document.id,
            form=document.form if document.form.replace(" ", "").isalpha() else "",
            text="",
            text_hash="",
            source=self.source(document),
            url=self.url(document),
            sensitivity="restricted" if _restricted(document) else "open",
        )

    # Single fields

    def text(self, words: str, known: Known, masked: set[str]) -> str:
        """A short text as it may leave."""
        shown, kinds = self.masker.words(words, known)
        masked |= kinds
        return shown

    def actor(self, actor: Actor, known: Known, masked: set[str]) -> Actor:
        """Names of the actor list and its general words stay; anything else is masked, and then only its kind shown."""
        canonical = actor.canonical
        if canonical is not None:
            try:
                label = self.codebook.actors.entry(canonical).label
            except (CodebookError, KeyError):
                label = ""
                canonical = canonical if _STATE.fullmatch(canonical) else None
            if label:
                return Actor(label, canonical, label, actor.kind, _country(actor.country))
        words = actor.label or actor.name
        match = self.codebook.actors.match(words) if words else None
        if match is not None and words in (match.label, match.text):
            label = match.label if words == match.label else words
        else:
            label = self.text(words, known, masked)
            if label != " ".join(words.split()) or has_given_name(words):
                masked.add("name")
                label = ""
        return Actor(label, canonical, label, actor.kind, _country(actor.country))

    def counts(self, counts: Counts) -> Counts:
        """The figures. The words they were read from are quoted, if at all, with the claim."""
        return Counts(*(_count(getattr(counts, name)) for name in Counts.__dataclass_fields__))

    def weapon(self, words: str, known: Known, masked: set[str]) -> str:
        shown = self.text(words, known, masked)
        return "" if _MARK.search(shown) or len(shown) > 60 else shown

    def source(self, document: Document | None) -> str:
        """The outlet of an open document; a person's page or channel is a local source too."""
        if document is None or _restricted(document):
            return LOCAL_SOURCE
        name = document.origin or document.source
        personal = name == document.author or (has_given_name(name) and self._names_a_person(name))
        return LOCAL_SOURCE if not name or personal or find_patterns(name) else " ".join(name.split())

    def _names_a_person(self, name: str) -> bool:
        _, kinds = self.masker.words(name, Known())
        return "name" in kinds

    def url(self, document: Document | None) -> str:
        """The address of an open document on an outlet's site, without credentials, fragment and mails in it."""
        if document is None or _restricted(document) or self.source(document) == LOCAL_SOURCE:
            return ""
        try:
            parts = urlsplit(document.url.strip())
            host, port = parts.hostname or "", parts.port
        except ValueError:
            return ""
        if parts.scheme not in ("http", "https") or "." not in host or _PERSONAL_HOSTS.search(host):
            return ""
        if not re.fullmatch(r"[a-z0-9.-]+\.[a-z][a-z0-9-]+", host, re.IGNORECASE):
            return ""
        path = parts.path if not address_leaks(parts.path) else ""
        asked = unquote_plus(parts.query)
        leaks = address_leaks(asked) or any(f.kind != "id" for f in find_patterns(asked))
        query = f"?{parts.query}" if asked and not leaks else ""
        return f"{parts.scheme}://{host}{f':{port}' if port else ''}{path}{query if path else ''}"

    def speaker(self, claim: Claim, document: Document | None, known: Known, masked: set[str]) -> str:
        """Who says so: an organisation or a role, never a person."""
        kind: SpeakerKind = claim.speaker.kind if claim.speaker.kind in get_args(SpeakerKind) else "anonymous"
        if document is None or _restricted(document):
            return role(kind)
        name = claim.speaker.name
        if not name or name in (document.source, document.origin, document.title):
            return self.source(document)
        if claim.speaker.canonical:
            return self.actor(Actor(name, claim.speaker.canonical), known, masked).label or role(kind)
        if accuses(name):
            return role(kind)
        # Here an office-holder's name goes too: what matters is for whom he speaks.
        found, kinds = self.masker.words(name, replace(known, offices=False))
        masked |= kinds
        left = " ".join(_MARK.sub(" ", found).split()).strip(" ,;:()-'’\"“”")
        left = re.sub(r"^(?:the|and|of|by|named|called)\s+|(?:,| named| called| and| of| by)+$", "", left).strip(" ,")
        return left if len(left) > 2 and len(left) <= 90 else role(kind)

    def fields(self, event: Event) -> tuple[MergedField, ...]:
        return tuple(
            MergedField(
                name=f.name if re.fullmatch(r"\w{1,30}", f.name) else "",
                claim_ids=f.claim_ids,
                rule=f.rule if _RULE.fullmatch(f.rule) and all(map(is_word, re.findall(r"[a-z]+", f.rule))) else "",
                disputed=f.disputed,
                disputed_by=f.disputed_by,
            )
            for f in event.fields
        )

    def row(self, row: EventRow) -> EventRow:
        """The row, its sources named as everywhere; shapes are looked for once more where sentences were built."""
        return replace(
            row,
            source="; ".join(dict.fromkeys(self._row_source(name) for name in row.source.split("; ") if name)),
            notes=self.masker.shapes(row.notes)[0],
        )

    def _row_source(self, name: str) -> str:
        return LOCAL_SOURCE if name.casefold() == LOCAL_SOURCE else name

    # Public records

    def public(self, draft: _Draft, rows: tuple[EventRow, ...], not_exported: str) -> PublicEvent:
        event, masked = draft.event, set(draft.masked)
        code = self.codebook.codes.get(event.code or "")
        claims = tuple(
            self.claim(c, self.documents.get(c.document_id), draft.known, masked)
            for i in event.claim_ids
            if (c := self.claims.get(i)) is not None
        )
        first = event.where[0] if event.where else None
        side1, side2 = event.side(1), event.side(2)
        return PublicEvent(
            id=event.id,
            modality=event.modality,
            background=event.background,
            status=event.status,
            event_type=self.codebook.event_types[code.event_type].label if code else "",
            sub_event_type=code.label if code else "",
            disorder_type=code.disorder_type if code else "",
            actor1=_label(side1),
            actor1_kind=side1.kind if side1 else None,
            actor2=_label(side2),
            actor2_kind=side2.kind if side2 else None,
            associated=tuple(
                dict.fromkeys(
                    label
                    for p in event.participants
                    if p.role in ("associated", "co-belligerent") and (label := _label(p.actor))
                )
            ),
            attribution=event.attribution,
            date_start=event.when.start,
            date_end=event.when.end,
            time_precision=event.when.time_precision,
            location="; ".join(dict.fromkeys(p.label for p in event.where if p.label)),
            country=first.country_name if first else "",
            iso3=first.country if first else "",
            admin1=first.admin1 if first else "",
            admin2=first.admin2 if first else "",
            latitude=first.latitude if first else None,
            longitude=first.longitude if first else None,
            geo_precision=first.geo_precision if first else None,
            counts=event.counts,
            weapon=event.weapon,
            notes=self.masker.shapes(rows[0].notes if rows else _sentence(event, code.label if code else ""))[0],
            documents=event.documents,
            lineages=event.lineages,
            disputed=tuple(f.name for f in event.fields if f.disputed and f.name),
            fields=event.fields,
            claims=claims,
            rows=rows,
            not_exported=not_exported,
            part_of=event.part_of,
            masked=tuple(sorted(masked)),
            place_precision=first.precision if first else None,
            admin1_pcode=first.pcodes[0] if first and first.pcodes else "",
            admin2_pcode=first.pcodes[1] if first and len(first.pcodes) > 1 else "",
        )

    def claim(self, claim: Claim, document: Document | None, known: Known, masked: set[str]) -> PublicClaim:
        code = self.codebook.codes.get(claim.code or "")
        passage, quotes = self.quoted(claim, document, known, masked)
        where = self._where(claim.where, known, masked)
        sides = [self.actor(actor, known, masked) if (actor := claim.side(n)) else None for n in (1, 2)]
        return PublicClaim(
            id=claim.id,
            source=self.source(document),
            url=self.url(document),
            published=document.published.start if document is not None and document.published else None,
            modality=claim.modality,
            background=claim.background,
            attribution=claim.attribution,
            event_type=self.codebook.event_types[code.event_type].label if code else "",
            sub_event_type=code.label if code else "",
            actor1=_label(sides[0]),
            actor2=_label(sides[1]),
            speaker=self.speaker(claim, document, known, masked),
            speaker_kind=claim.speaker.kind,
            date_start=claim.when.start,
            date_end=claim.when.end,
            location="; ".join(dict.fromkeys(p.label for p in where if p.label)),
            counts=self.counts(claim.counts),
            passage=passage,
            quotes=quotes,
        )

    def quoted(
        self, claim: Claim, document: Document | None, known: Known, masked: set[str]
    ) -> tuple[str, tuple[PublicQuote, ...]]:
        """A passage of an open document around the claim, and the words in it that fields were read from."""
        if document is None or _restricted(document) or not self.policy.passage_limit:
            return "", ()
        spans = [s for s in (claim.trigger, *(s for e in claim.evidence for s in e.spans)) if _fits(s, document)]
        if not spans or not _fits(claim.trigger, document):
            return "", ()
        text, _ = self.masker.document(document, self._known_of(document, known))
        start, end = text.passage(spans, self.policy.passage_limit)
        around = text.sentence(claim.trigger.start, claim.trigger.end)
        if accuses(document.text[min(start, around[0]) : max(end, around[1])]):
            masked.add("allegation")
            return "", ()
        passage, kinds = text.cut(start, end)
        if sum(map(len, _MARK.findall(passage))) > len(passage) / 2:
            # Little but masks: a language whose names cannot be told from its words.
            return "", ()
        masked |= kinds
        quotes: dict[tuple[str, str], PublicQuote] = {}
        for evidence in claim.evidence:
            for span in evidence.spans:
                if not _fits(span, document):
                    continue
                left, right = text.widened(span.start, span.end)
                words, found = text.cut(left, right)
                outside = not (start <= left and right <= end)
                if outside and accuses(document.text[slice(*text.sentence(left, right))]):
                    continue
                if words and len(words) <= QUOTE_LIMIT and _MARK.sub("", words).strip(" ,.;:'’-"):
                    masked |= found
                    field = evidence.field if re.fullmatch(r"[\w.]{1,40}", evidence.field) else ""
                    quotes.setdefault((field, words), PublicQuote(field, words))
        before = ELLIPSIS if start > 0 and not _begins(document.text, start) else ""
        after = ELLIPSIS if end < len(document.text) and document.text[end - 1] not in ".!?؟\"”'’|" else ""
        return f"{before}{passage}{after}", tuple(quotes.values())


def _cleaned(release: _Release, event: Event, where: tuple[Place, ...], known: Known, masked: set[str]) -> Event:
    """`event` with only what may leave, built field by field."""
    return Event(
        id=event.id,
        claim_ids=event.claim_ids,
        code=event.code,
        modality=event.modality,
        background=event.background,
        participants=tuple(
            Participant(p.role, release.actor(p.actor, known, masked), p.side) for p in event.participants
        ),
        attribution=event.attribution,
        when=When(event.when.start, event.when.end, event.when.precision, event.when.extent),
        where=where,
        where_extent=event.where_extent,
        counts=release.counts(event.counts),
        weapon=release.weapon(event.weapon, known, masked),
        status=event.status,
        fields=release.fields(event),
        documents=event.documents,
        lineages=event.lineages,
        part_of=event.part_of,
    )


def _restricted(document: Document | None) -> bool:
    return document is None or document.sensitivity != "open"


def _country(code: str) -> str:
    return code if re.fullmatch(r"[A-Z]{3}", code) else ""


def _count(count: Count | None) -> Count | None:
    return None if count is None else Count(count.low, count.best, count.high)


def _label(actor: Actor | None) -> str:
    if actor is None:
        return ""
    return actor.label or (actor.kind or "")


def _fits(span: object, document: Document) -> bool:
    start, end = getattr(span, "start", -1), getattr(span, "end", -1)
    return getattr(span, "text_hash", None) == document.text_hash and 0 <= start < end <= len(document.text)


def _begins(text: str, start: int) -> bool:
    return re.search(r"(?:[.!?؟]['\"”’)]*\s+|\n\s*|\|\s)$", text[max(0, start - 6) : start]) is not None


def _sentence(event: Event, label: str) -> str:
    """What is known of an event that is no row, in neutral words."""
    modality = {
        "asserted": "reported", "denied": "denied", "possible": "reported as possible", "threatened": "threatened",
        "planned": "planned", "generic": "described as usual", "aggregate": "a total over a time and an area",
    }[event.modality]  # fmt: skip
    actors = [_label(a) for a in (event.side(1), event.side(2)) if a is not None and _label(a)]
    place = next((p for p in event.where if p.label), None)
    start, end = event.when.start, event.when.end
    parts = [f"{label or 'Event'}, {modality}"]
    if event.background:
        parts.append("told as background")
    if actors:
        parts.append(f"involving {' and '.join(actors)}")
    if place is not None:
        areas = [a for a in (place.admin1, place.country_name) if a and a != place.label]
        inside = f" ({', '.join(areas)})" if areas else ""
        parts.append(f"{'near' if place.precision == 'near' else 'in'} {place.label}{inside}")
    if start is not None:
        parts.append(f"{start.isoformat()}{f' to {end.isoformat()}' if end and end != start else ''}")
    reports = "1 report" if event.documents == 1 else f"{event.documents} reports"
    return f"{'; '.join(parts)}. {reports}."
