"""Claims and events with what each field rests on, for a person to check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import msgspec

from tocsin import linking
from tocsin.codebook import Codebook
from tocsin.errors import NotFound
from tocsin.linking import Reason
from tocsin.pipeline._fitting import weights_of
from tocsin.pipeline._judging import as_judged, attached
from tocsin.pipeline._lookup import claim_text
from tocsin.records import Actor, Claim, Count, Document, Event, Judgement, Place, Span, When
from tocsin.store import Workspace

__all__ = [
    "ClaimReading",
    "EventReading",
    "FieldReading",
    "LinkReading",
    "Mark",
    "find_events",
    "passage_around",
    "read_claim",
    "read_event",
]

COUNTS = ("deaths", "injured", "detained", "abducted", "displaced")

# Characters of a report shown around what a claim was read from.
_AROUND = 60
# Evidence farther than this from the trigger is quoted by its field and not shown in the passage.
_FAR = 280


@dataclass(frozen=True, slots=True)
class FieldReading:
    """One field: its value, the words it was read from, by which rule, and how sure that is (0 to 1)."""

    field: str
    value: str
    words: tuple[str, ...] = ()
    rule: str = ""
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """``passage[start:end]`` is what `field` was read from."""

    start: int
    end: int
    field: str


@dataclass(frozen=True, slots=True)
class ClaimReading:
    """A claim, where it was read, and the passage it was read from with its `marks`.

    `also_in` are the names of documents with the very same text. `verdict` is what a reviewer said of the claim as a
    whole, empty where nobody did; fields that were corrected have the judgement as their rule.
    """

    id: str
    document_id: str
    document: str
    item: str
    source: str
    published: date | None
    modality: str
    background: bool
    passage: str
    marks: tuple[Mark, ...]
    fields: tuple[FieldReading, ...]
    also_in: tuple[str, ...] = ()
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class LinkReading:
    """Why claims `a` and `b` are taken to be about one incident: a probability, and reasons in log odds."""

    a: str
    b: str
    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class EventReading:
    """An event, its merged fields (`rule` says how they were merged), its claims, and the `links` that join them.

    `as_of` is the moment it was known so, None where that is now.
    """

    id: str
    modality: str
    status: str
    background: bool
    documents: int
    lineages: int
    part_of: str | None
    fields: tuple[FieldReading, ...]
    disputed: tuple[tuple[str, tuple[str, ...]], ...]
    claims: tuple[ClaimReading, ...]
    links: tuple[LinkReading, ...] = ()
    as_of: datetime | None = None


def find_events(workspace: Workspace, reference: str, out: Path, as_of: datetime | None = None) -> tuple[Event, ...]:
    """The event that `reference` names: its id, the beginning of it, or the id of a row of the table in `out`.

    Raises
    ------
    NotFound
        If there is none.
    """
    try:
        return (workspace.event(reference, as_of),)
    except NotFound:
        ids = _incidents(out / "events.jsonl", reference)
        if not ids:
            raise
        return tuple(workspace.event(event_id, as_of) for event_id in ids)


def _incidents(path: Path, row_id: str) -> tuple[str, ...]:
    """The incidents of a row, as the last export wrote them."""
    if not path.is_file() or not row_id:
        return ()
    wanted = f'"event_id_cnty":"{row_id}"'
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if wanted in line:
                for row in msgspec.json.decode(line)["rows"]:
                    if row["event_id_cnty"] == row_id:
                        return tuple(row["incident_ids"])
    return ()


def read_event(workspace: Workspace, event: Event, codebook: Codebook, as_of: datetime | None = None) -> EventReading:
    """Everything that is known of `event`, or was `as_of` a moment."""
    claims: list[tuple[int, ClaimReading]] = []
    stories = _stories(workspace, as_of)
    judged = _Judged.of(workspace, codebook, event, as_of)
    for claim_id in event.claim_ids:
        claim = _claim_or_none(workspace, claim_id, as_of)
        if claim is None:
            continue
        story = stories.get(claim.document_id, (claim.document_id,))
        same = [c for d in story for c in workspace.claims(as_of, d) if c.id == claim_id]
        receipts = [workspace.receipts(c.document_id)[0] for c in same]
        document = claim_text(workspace, same[0], workspace.document(same[0].document_id, as_of))
        corrected = as_judged({claim_id: same[0]}, (), judged.log, codebook)[claim_id]
        reading = read_claim(corrected, document, codebook, receipts[0].name, receipts[0].item)
        also = tuple(f"{r.name}#{r.item}" if r.item else r.name for r in receipts[1:])
        verdict = judged.verdicts.get(claim_id, "")
        claims.append((claim.trigger.start, replace(reading, also_in=also, verdict=verdict)))
    rules = {f.name: f.rule for f in event.fields}
    values = _values(event, codebook)
    return EventReading(
        id=event.id,
        modality=event.modality,
        status=event.status,
        background=event.background,
        documents=event.documents,
        lineages=event.lineages,
        part_of=event.part_of,
        fields=tuple(
            FieldReading(name, value, rule=rules.get("code" if name == "type" else name, ""))
            for name, value in values.items()
        ),
        disputed=tuple(("type" if f.name == "code" else f.name, f.disputed_by) for f in event.fields if f.disputed),
        claims=tuple(reading for _, reading in sorted(claims, key=_in_order)),
        # Another day's links may have been made with other weights.
        links=() if as_of else _links(workspace, event, codebook),
        as_of=as_of,
    )


def _links(workspace: Workspace, event: Event, codebook: Codebook) -> tuple[LinkReading, ...]:
    """The links that hold the event together, strongest first: weights are frozen, so they are what joined it."""
    wanted = set(event.claim_ids)
    found = [c for i in event.claim_ids if (c := _claim_or_none(workspace, i, None)) is not None]
    copies = workspace.copies()
    judgements = [j for j in workspace.judgements() if wanted.issuperset(j.subjects)]
    documents = {d.id: d for d in workspace.documents(sorted({c.document_id for c in found}))}
    partition = linking.link(found, documents, copies, judgements, weights_of(workspace), codebook)
    ranked = sorted(partition.links, key=lambda link: (-link.score, link.a, link.b))
    return tuple(LinkReading(link.a, link.b, link.score, link.reasons) for link in ranked)


def _claim_or_none(workspace: Workspace, claim_id: str, as_of: datetime | None) -> Claim | None:
    """The claim, None where it was coded anew since events were last linked."""
    try:
        return workspace.claim(claim_id, as_of)
    except NotFound:
        return None


@dataclass(frozen=True, slots=True)
class _Judged:
    """The judgements on the claims of an event, and the latest verdict on each of them as a whole."""

    log: tuple[Judgement, ...]
    verdicts: Mapping[str, str]

    @classmethod
    def of(cls, workspace: Workspace, codebook: Codebook, event: Event, as_of: datetime | None) -> _Judged:
        wanted = set(event.claim_ids)
        claims = {i: c for i in event.claim_ids if (c := _claim_or_none(workspace, i, as_of)) is not None}
        log = tuple(
            j for j in attached(workspace, codebook, claims, (), as_of).judgements if wanted.issuperset(j.subjects)
        )
        latest = linking.current_judgements(j for j in log if len(j.subjects) == 1 and not j.field)
        return cls(log, {j.subjects[0]: j.verdict for j in latest})


def _stories(workspace: Workspace, as_of: datetime | None) -> dict[str, tuple[str, ...]]:
    """For every document that has copies or is one, all documents of its story, the original first."""
    copies = workspace.copies(as_of)
    began = linking.lineages(sorted({i for c in copies for i in (c.document_id, c.origin_id)}), copies)
    stories: dict[str, list[str]] = {}
    for document_id, origin_id in began.items():
        story = stories.setdefault(origin_id, [origin_id])
        story += [document_id] if document_id != origin_id else []
    return {document: tuple(story) for story in stories.values() for document in story}


def _in_order(found: tuple[int, ClaimReading]) -> tuple[date, str, str, int, str]:
    """The earliest report first, and its claims as they follow each other."""
    start, claim = found
    return claim.published or date.max, claim.document, claim.item, start, claim.id


def read_claim(claim: Claim, document: Document, codebook: Codebook, name: str = "", item: str = "") -> ClaimReading:
    """`claim` with the words each field was read from in `document`, whose text it cites."""
    start, end = passage_around(claim, document)
    fields = []
    values = _values(claim, codebook)
    values["speaker"] = _kind(claim.speaker.name or "the report itself", claim.speaker.kind)
    for field, value in values.items():
        evidence = claim.evidence_for(field)
        words = tuple(document.quote(s) for s in evidence.spans) if evidence else ()
        rule = evidence.basis if evidence else ""
        fields.append(FieldReading(field, value, words, rule, evidence.score if evidence else None))
    marks = [
        Mark(s.start - start, s.end - start, e.field) for e in claim.evidence for s in e.spans if _in(s, start, end)
    ]
    return ClaimReading(
        id=claim.id,
        document_id=document.id,
        document=name,
        item=item,
        source=document.origin or document.source or document.title,
        published=document.published.start if document.published else None,
        modality=claim.modality,
        background=claim.background,
        passage=document.text[start:end],
        marks=tuple(sorted(marks, key=lambda m: (m.start, m.end, m.field))),
        fields=tuple(fields),
    )


def passage_around(claim: Claim, document: Document) -> tuple[int, int]:
    """Bounds of the words around `claim`, from word to word, within the paragraph."""
    near = [s for e in claim.evidence for s in e.spans if abs(s.start - claim.trigger.start) <= _FAR]
    first = min(s.start for s in (claim.trigger, *near))
    last = max(s.end for s in (claim.trigger, *near))
    before = document.text.rfind("\n", 0, first) + 1
    after = document.text.find("\n", last)
    start, end = max(before, first - _AROUND), min(after if after >= 0 else len(document.text), last + _AROUND)
    while start > before and not document.text[start - 1].isspace():
        start -= 1
    while end < len(document.text) and not document.text[end].isspace():
        end += 1
    return start, end


def _in(span: Span, start: int, end: int) -> bool:
    return start <= span.start < span.end <= end


def _values(record: Claim | Event, codebook: Codebook) -> dict[str, str]:
    """The fields of a claim or an event in words; what is not stated is an empty string, or left out."""
    values = {
        "type": _type(record.code, codebook),
        "actor1": _actor(record.side(1)),
        "actor2": _actor(record.side(2)),
        "when": _when(record.when),
        "where": _where(record.where, record.where_extent),
    }
    for name in COUNTS:
        count: Count | None = getattr(record.counts, name)
        if count is not None:
            values[name] = _count(count)
    if record.weapon:
        values["weapon"] = record.weapon
    if record.attribution != "none":
        values["attribution"] = record.attribution
    values["modality"] = record.modality + (", told as background" if record.background else "")
    if isinstance(record, Claim) and record.outcome != "accomplished":
        values["outcome"] = record.outcome
    return values


def _type(code_id: str | None, codebook: Codebook) -> str:
    if code_id is None:
        return ""
    code = codebook.codes.get(code_id)
    return f"{codebook.event_types[code.event_type].label}: {code.label}" if code else code_id


def _actor(actor: Actor | None) -> str:
    return _kind(actor.label or actor.name, actor.kind or "") if actor else ""


def _kind(name: str, kind: str) -> str:
    return f"{name} ({kind})" if kind and kind != name else name


def _when(when: When) -> str:
    if when.start is None:
        return ""
    last = when.end if when.end and when.end != when.start else None
    days = f"{when.start} to {last}" if last else f"{when.start}"
    how = when.precision if when.extent == "once within" else f"{when.precision}, throughout"
    return f"{days} ({how}{f'; {when.anchor}' if when.anchor else ''})"


def _where(places: Iterable[Place], extent: str) -> str:
    named = []
    for place in places:
        parts = dict.fromkeys(p for p in (place.label or place.name, place.admin1, place.country_name) if p)
        named.append(f"{', '.join(parts)} ({place.precision})")
    prefix = f"{extent} " if len(named) > 1 else ""
    return prefix + "; ".join(named)


def _count(count: Count) -> str:
    low, best, high = count.low, count.best, count.high
    if low is not None and high is not None and low != high:
        return f"{low:,}–{high:,}"
    if best is not None and (high is not None or low != best):
        return f"{best:,}"
    if low is not None:
        return f"at least {low:,}"
    return "" if high is None else f"up to {high:,}"
