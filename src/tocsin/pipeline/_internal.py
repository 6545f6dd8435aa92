"""The full record in the form that a page takes: nothing masked, for ``internal/`` only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tocsin.codebook import Codebook
from tocsin.records import (
    Actor,
    Claim,
    Document,
    Event,
    EventRow,
    PublicClaim,
    PublicEvent,
    PublicQuote,
    Span,
)

__all__ = ["FullRecord"]

# Characters either side of the words a claim was read from: enough to judge them, not the whole report.
_AROUND = 240


@dataclass(frozen=True, slots=True)
class FullRecord:
    """Views of events with every name and word; `documents` may fetch them one at a time."""

    claims: Mapping[str, Claim]
    documents: Mapping[str, Document]
    codebook: Codebook

    def event(self, event: Event, rows: Sequence[EventRow], not_exported: str) -> PublicEvent:
        """`event` as a page shows it."""
        event_type, sub_event_type = self._labels(event.code)
        place = event.where[0] if event.where else None
        actor1, actor2 = event.side(1), event.side(2)
        return PublicEvent(
            id=event.id,
            modality=event.modality,
            background=event.background,
            status=event.status,
            event_type=event_type,
            sub_event_type=sub_event_type,
            disorder_type=code.disorder_type if (code := self.codebook.codes.get(event.code or "")) else "",
            actor1=_label(actor1),
            actor1_kind=actor1.kind if actor1 else None,
            actor2=_label(actor2),
            actor2_kind=actor2.kind if actor2 else None,
            associated=tuple(
                dict.fromkeys(_label(p.actor) for p in event.participants if p.role not in ("initiator", "target"))
            ),
            attribution=event.attribution,
            date_start=event.when.start,
            date_end=event.when.end,
            time_precision=event.when.time_precision,
            location="; ".join(dict.fromkeys(p.label or p.name for p in event.where)),
            country=place.country_name if place else "",
            iso3=place.country if place else "",
            admin1=place.admin1 if place else "",
            admin2=place.admin2 if place else "",
            latitude=place.latitude if place else None,
            longitude=place.longitude if place else None,
            geo_precision=place.geo_precision if place else None,
            counts=event.counts,
            weapon=event.weapon,
            notes=rows[0].notes if rows else "",
            documents=event.documents,
            lineages=event.lineages,
            disputed=event.disputed,
            fields=event.fields,
            claims=tuple(self._claim(self.claims[c]) for c in event.claim_ids if c in self.claims),
            rows=tuple(rows),
            not_exported=not_exported,
            part_of=event.part_of,
            place_precision=place.precision if place else None,
        )

    def _claim(self, claim: Claim) -> PublicClaim:
        event_type, sub_event_type = self._labels(claim.code)
        document = self.documents.get(claim.document_id)
        passage, quotes = _passage(claim, document)
        return PublicClaim(
            id=claim.id,
            source=(document.origin or document.source or document.title) if document else "",
            url=document.url if document else "",
            published=document.published.start if document and document.published else None,
            modality=claim.modality,
            background=claim.background,
            attribution=claim.attribution,
            event_type=event_type,
            sub_event_type=sub_event_type,
            actor1=_label(claim.side(1)),
            actor2=_label(claim.side(2)),
            speaker=claim.speaker.name,
            speaker_kind=claim.speaker.kind,
            date_start=claim.when.start,
            date_end=claim.when.end,
            location="; ".join(dict.fromkeys(p.label or p.name for p in claim.where)),
            counts=claim.counts,
            passage=passage,
            quotes=quotes,
        )

    def _labels(self, code: str | None) -> tuple[str, str]:
        if code is None:
            return "", ""
        known = self.codebook.codes.get(code)
        return (self.codebook.event_types[known.event_type].label, known.label) if known else ("", code)


def _label(actor: Actor | None) -> str:
    return (actor.label or actor.name) if actor else ""


def _passage(claim: Claim, document: Document | None) -> tuple[str, tuple[PublicQuote, ...]]:
    """The words around the claim, and those that each field was read from."""
    if document is None or document.text_hash != claim.text_hash:
        return "", ()
    near: list[Span] = [claim.trigger]
    for evidence in claim.evidence:
        near += [s for s in evidence.spans if abs(s.start - claim.trigger.start) <= _AROUND]
    start = _word_start(document.text, max(0, min(s.start for s in near) - _AROUND // 4))
    end = _word_end(document.text, min(len(document.text), max(s.end for s in near) + _AROUND // 4))
    quotes = [PublicQuote(e.field, document.quote(span)) for e in claim.evidence for span in e.spans]
    passage = document.text[start:end]
    return ("…" if start else "") + passage + ("…" if end < len(document.text) else ""), tuple(dict.fromkeys(quotes))


def _word_start(text: str, at: int) -> int:
    while at > 0 and not text[at - 1].isspace():
        at -= 1
    return at


def _word_end(text: str, at: int) -> int:
    while at < len(text) and not text[at].isspace():
        at += 1
    return at
