"""The files: what may be handed on, and beside it, apart, the full record."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tocsin import export, linking, release
from tocsin.codebook import Codebook
from tocsin.errors import UsageError
from tocsin.interfaces import Edition, Exporter, Gazetteer, Progress, load_plugin, plugin_names
from tocsin.pipeline import _linking
from tocsin.pipeline._account import EventsOfType, Exported, Eye, Problem
from tocsin.pipeline._adding import INTERNAL
from tocsin.pipeline._internal import FullRecord
from tocsin.pipeline._judging import as_judged, attached
from tocsin.pipeline._lookup import StoredDocuments, claim_text, claims_by_id, shells
from tocsin.records import DATASET_FORMS, Claim, Document, Event, EventRow, Place, PublicEvent, Receipt
from tocsin.store import Workspace

__all__ = [
    "PROBLEMS",
    "Gathered",
    "check_forms",
    "edition_of",
    "export_files",
    "export_forms",
    "form_names",
    "gathered",
    "passed",
    "seen_names",
    "write_problems",
]

PROBLEMS = f"{INTERNAL}/problems.txt"

# Below this a place is more likely wrong than right.
_LIKELY = 0.5
_EXPORTERS = "tocsin.exporters"
# What release saw in the documents, so that it need not look at them again each time.
_SEEN = "seen-names"
# Documents fetched together while claims are written.
_PAGE = 64


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything the files are made of, texts apart."""

    workspace: Workspace
    codebook: Codebook
    claims: Mapping[str, Claim]
    claims_of: Mapping[str, Sequence[Claim]]
    not_coded: Mapping[str, int]
    events: Sequence[Event]
    event_of: Mapping[str, str]
    shells: Mapping[str, Document]
    receipts: Mapping[str, Receipt]
    lineage: Mapping[str, str]
    copies: int
    recorded: Mapping[str, datetime]
    """When each event became what it is now."""
    as_of: datetime | None = None
    """The moment it is as it was known at, where somebody asked for one."""

    @property
    def vintage(self) -> datetime | None:
        """The moment that was asked for, else when the latest of it was recorded."""
        if self.as_of is not None:
            return self.as_of
        return max((*self.recorded.values(), *(r.received_at for r in self.receipts.values())), default=None)

    def stamped(self, row: EventRow) -> EventRow:
        """`row` with the moment its incidents became what they are."""
        moments = [self.recorded[i] for i in row.incident_ids if i in self.recorded]
        return replace(row, timestamp=int(max(moments).timestamp())) if moments else row


def export_files(
    workspace: Workspace,
    out: Path,
    codebook: Codebook,
    gazetteer: Gazetteer,
    progress: Progress,
    at: datetime,
    as_of: datetime | None = None,
) -> Exported:
    """Write every file; see :func:`tocsin.pipeline.export`.

    What the last gate holds back is in none of the files that may be handed on.
    """
    # From here on nobody forgets a document, and nothing that is written can hold one that was forgotten meanwhile.
    workspace.lock()
    progress.start("Writing", 5)
    data = gathered(workspace, codebook, as_of)
    progress.advance()
    documents = StoredDocuments(workspace, as_of)
    public, held_back = _published(data, documents, gazetteer)
    progress.advance()
    files = _Files(workspace, out, at)
    outline = _outline(gazetteer, public)
    edition = edition_of(data, public, gazetteer)
    written = {}
    for name in ("csv", "jsonl"):
        exporter = _exporter(name)
        written[exporter.file] = exporter.write(public, files.path(exporter.file), edition)
    export.write_report(public, outline, files.path("report.html"), edition)
    progress.advance()
    _write_internal(data, documents, outline, edition, files)
    progress.advance()
    progress.finish()
    return replace(_account(data, public, tuple(files.written)), written=written, problems=held_back)


def export_forms(
    workspace: Workspace,
    out: Path,
    codebook: Codebook,
    gazetteer: Gazetteer,
    forms: Sequence[str],
    where: str,
    progress: Progress,
    at: datetime,
    as_of: datetime | None = None,
) -> Exported:
    """Write `forms` only, of the events that meet the condition `where`; see :func:`tocsin.pipeline.export`."""
    exporters = [_exporter(name) for name in dict.fromkeys(forms)]
    condition = _condition(where)
    workspace.lock()
    progress.start("Writing", 2 + len(exporters))
    data = gathered(workspace, codebook, as_of)
    progress.advance()
    public, held_back = _published(data, StoredDocuments(workspace, as_of), gazetteer)
    if condition is not None:
        public = condition.select(public)
    progress.advance()
    edition = replace(edition_of(data, public, gazetteer), where=condition.text if condition else "")
    files = _Files(workspace, out, at)
    written = {}
    for exporter in exporters:
        written[exporter.file] = exporter.write(public, files.path(exporter.file), edition)
        progress.advance()
    progress.finish()
    account = _account(data, public, tuple(files.written))
    return replace(account, where=edition.where, written=written, problems=held_back)


def check_forms(forms: Sequence[str], where: str = "") -> None:
    """See that every one of `forms` is known and that the condition `where` can be asked, before anything is read.

    Raises
    ------
    UsageError
        If a form or the condition is wrong, or there is a condition and no form. The message names what is close.
    """
    if where.strip() and not forms:
        raise UsageError("--where chooses events for forms; name one as well, such as --form csv")
    for name in forms:
        _exporter(name)
    if forms:
        _condition(where)


def form_names() -> tuple[str, ...]:
    """What exporters are called, in alphabetical order; none of them is loaded."""
    return plugin_names(_EXPORTERS)


def _exporter(name: str) -> Exporter:
    exporter: Exporter = load_plugin(_EXPORTERS, name)()
    return exporter


def _condition(where: str) -> export.Condition | None:
    return export.Condition(where) if where.strip() else None


def _published(
    data: Gathered, documents: Mapping[str, Document], gazetteer: Gazetteer
) -> tuple[list[PublicEvent], tuple[Problem, ...]]:
    """The events as they may leave, by id, and a problem for each that the last gate holds back."""
    seen = seen_names(data.workspace)
    published = release.publish(
        data.events, data.claims, documents, data.lineage, data.codebook, gazetteer, timestamp=0, seen=seen
    )
    found = passed(_in_id_order(_stamped(event, data) for event in published))
    data.workspace.keep_scratch(_SEEN, seen.packed())
    return found


def seen_names(workspace: Workspace) -> release.SeenNames:
    """What release saw in the documents of `workspace` before."""
    return release.SeenNames(workspace.scratch(_SEEN))


def write_problems(workspace: Workspace, problems: Sequence[Problem], out: Path, at: datetime) -> None:
    """Write the whole list of what was left out; where nothing was, take away the list of an earlier run."""
    path = out / PROBLEMS
    if not problems:
        path.unlink(missing_ok=True)
        return
    workspace.record_output(path, at)
    export.prepare_internal(path.parent)
    part = path.with_name(f".{path.name}.part")
    part.write_text("".join(f"{problem}\n" for problem in problems), encoding="utf-8", errors="backslashreplace")
    part.chmod(0o600)
    part.replace(path)


class _Files:
    """Paths of the files, each made known to the workspace before it is written, so that ``forget`` can name it."""

    def __init__(self, workspace: Workspace, out: Path, at: datetime) -> None:
        self._workspace, self._out, self._at = workspace, out, at
        self.written: list[str] = []

    def path(self, name: str) -> Path:
        path = self._out / name
        self._workspace.record_output(path, self._at)
        self.written.append(name)
        return path


# Gathering


def gathered(workspace: Workspace, codebook: Codebook, as_of: datetime | None) -> Gathered:
    """All that files are made of, as it was known then."""
    known = shells(workspace, as_of)
    claims_of: dict[str, list[Claim]] = defaultdict(list)
    not_coded: Counter[str] = Counter()
    for coding in workspace.codings(as_of):
        if any(note.startswith("language ") for note in coding.notes) and coding.document_id in known:
            not_coded[known[coding.document_id].language] += 1
        if coding.claims:
            claims_of[coding.document_id].extend(coding.claims)
    copies = workspace.copies(as_of)
    by_id = claims_by_id((c for found in claims_of.values() for c in found), copies)
    # Events of one report after one another: its text is then fetched once for all of them.
    dated = sorted(
        workspace.dated_events(as_of),
        key=lambda d: min((by_id[c].document_id for c in d[0].claim_ids if c in by_id), default=""),
    )
    events = [event for event, _ in dated]
    judgements = attached(workspace, codebook, by_id, {event.id for event in events}, as_of).judgements
    return Gathered(
        workspace=workspace,
        codebook=codebook,
        claims=as_judged(by_id, events, judgements, codebook),
        claims_of=dict(claims_of),
        not_coded=dict(sorted(not_coded.items())),
        events=events,
        event_of={claim_id: event.id for event in events for claim_id in event.claim_ids},
        shells=known,
        receipts=workspace.first_receipts(as_of=as_of),
        lineage=linking.lineages(known, copies),
        copies=len(copies),
        recorded={event.id: moment for event, moment in dated},
        as_of=as_of,
    )


def _in_id_order(events: Iterable[PublicEvent]) -> list[PublicEvent]:
    return sorted(events, key=lambda event: event.id)


def passed(events: Iterable[PublicEvent]) -> tuple[list[PublicEvent], tuple[Problem, ...]]:
    """The events that the last gate lets pass, and a problem for each it holds back: its id, never its words."""
    public: list[PublicEvent] = []
    problems: list[Problem] = []
    for event in events:
        try:
            release.gate_event(event)
        except release.ReleaseError as error:
            reason = f"held back, in {INTERNAL}/ only ({error})"
            problems.append(Problem("events.jsonl", reason, event.id))
        else:
            public.append(event)
    return public, tuple(problems)


def _stamped(event: PublicEvent, data: Gathered) -> PublicEvent:
    return replace(event, rows=tuple(data.stamped(row) for row in event.rows))


# Writing


def _write_internal(
    data: Gathered,
    documents: Mapping[str, Document],
    outline: Mapping[str, Any],
    edition: Edition,
    files: _Files,
) -> None:
    rows, left_out = linking.project(data.events, data.claims, data.shells, data.lineage, data.codebook, 0)
    rows_of: dict[str, list[EventRow]] = defaultdict(list)
    for row in map(data.stamped, rows):
        for event_id in row.incident_ids:
            rows_of[event_id].append(row)
    reasons = {n.event_id: n.reason for n in left_out}
    view = FullRecord(data.claims, documents, data.codebook)
    full = _in_id_order(view.event(event, rows_of[event.id], reasons.get(event.id, "")) for event in data.events)
    export.write_claims_csv(_in_context(data), files.path(f"{INTERNAL}/claims.csv"), data.codebook)
    export.write_claims_jsonl(_in_context(data), files.path(f"{INTERNAL}/claims.jsonl"))
    export.write_internal_events_jsonl(sorted(data.events, key=lambda e: e.id), files.path(f"{INTERNAL}/events.jsonl"))
    titled = replace(edition, title=_title(full))
    export.write_report(full, outline, files.path(f"{INTERNAL}/report.html"), titled, internal=True)


def _in_context(data: Gathered) -> Iterator[export.ClaimInContext]:
    """Every claim with its document, in the order in which documents were named, a page of texts at a time."""
    ids = sorted((i for i in data.claims_of if i in data.receipts), key=lambda i: _reading_order(data.receipts[i]))
    for start in range(0, len(ids), _PAGE):
        page = {d.id: d for d in data.workspace.documents(ids[start : start + _PAGE], data.as_of)}
        for document_id in ids[start : start + _PAGE]:
            receipt = data.receipts[document_id]
            for claim in data.claims_of[document_id]:
                document = claim_text(data.workspace, claim, page[document_id])
                event_id = data.event_of.get(claim.id, "")
                yield export.ClaimInContext(claim, document, receipt.name, receipt.item, event_id)


def _reading_order(receipt: Receipt) -> tuple[str, int, str, str]:
    number = int(receipt.item) if receipt.item.isdecimal() else 0
    return receipt.name, number, receipt.item, receipt.document_id


def _outline(gazetteer: Gazetteer, events: Sequence[PublicEvent]) -> Mapping[str, Any]:
    # A gazetteer need not have boundaries: then the map shows points on plain ground.
    outline = getattr(gazetteer, "outline", None)
    box = export.map_box(events)
    empty: dict[str, Any] = {"type": "FeatureCollection", "features": []}
    return empty if outline is None or box is None else dict(outline(box))


def edition_of(data: Gathered, events: Sequence[PublicEvent], gazetteer: Gazetteer) -> Edition:
    """What a file of `events` is an edition of."""
    coders = sorted({claim.coder for found in data.claims_of.values() for claim in found if claim.coder})
    return Edition(
        title=_title(events),
        as_of=data.vintage or datetime.now(UTC),
        documents=len(data.shells),
        copies=data.copies,
        claims=sum(map(len, data.claims_of.values())),
        undated_documents=sum(d.published is None and d.form not in DATASET_FORMS for d in data.shells.values()),
        reasons=data.codebook.not_exported,
        notes=_notes(data),
        made_with=(
            ("tocsin", version("tocsin")),
            ("codebook", f"{data.codebook.name} {data.codebook.edition}".strip()),
            *(("coder", coder) for coder in coders),
            ("gazetteer", gazetteer.version),
        ),
    )


def _notes(data: Gathered) -> tuple[str, ...]:
    notes = []
    if data.as_of is not None:
        notes.append(
            f"This is the dataset as it was known at {data.as_of:%Y-%m-%d %H:%M} UTC; what was learnt, corrected or "
            "withdrawn later is not in it. What was forgotten since is not in it either."
        )
    if data.not_coded:
        languages = ", ".join(f"{language} ({n:,})" for language, n in data.not_coded.items())
        notes.append(f"Reports in languages that cannot be coded yet are kept and not counted here: {languages}.")
    return tuple(notes)


def _title(events: Iterable[PublicEvent]) -> str:
    countries = [name for name, _ in Counter(e.country for e in events if e.rows and e.country).most_common(3)]
    if not countries:
        return "Conflict events"
    joined = countries[0] if len(countries) == 1 else f"{', '.join(countries[:-1])} and {countries[-1]}"
    return f"Conflict events in {joined}"


# The account


def _account(data: Gathered, public: Sequence[PublicEvent], files: tuple[str, ...]) -> Exported:
    rows = export.table_rows(public)
    claims = Counter(claim.modality for found in data.claims_of.values() for claim in found)
    exported = [event for event in public if event.rows]
    in_table = {event.id for event in exported}
    return Exported(
        documents=len(data.shells),
        copies=data.copies,
        not_coded=data.not_coded,
        claims=dict(claims.most_common()),
        events=_by_type(exported, rows),
        all_events=len(public),
        rows=len(rows),
        not_exported=dict(Counter(e.not_exported for e in public if not e.rows).most_common()),
        reasons={
            r: data.codebook.not_exported.get(r, r) for r in sorted({e.not_exported for e in public if not e.rows})
        },
        eye=Eye(
            disputed=tuple(sorted(e.id for e in data.events if e.disputed and e.id in in_table)),
            places=tuple(sorted(e.id for e in data.events if e.id in in_table and any(map(_unlikely, e.where)))),
            doubtful=_doubtful(data.workspace, data.as_of),
            undated=tuple(_name(r) for r in sorted(_undated(data), key=_reading_order)),
        ),
        files=files,
        as_of=data.as_of,
    )


def _by_type(exported: Iterable[PublicEvent], rows: Iterable[EventRow]) -> tuple[EventsOfType, ...]:
    events = Counter(event.event_type for event in exported)
    in_rows = Counter(row.event_type for row in rows)
    return tuple(EventsOfType(name, n, in_rows[name]) for name, n in events.most_common())


def _unlikely(place: Place) -> bool:
    return place.probability is not None and place.probability < _LIKELY


def _undated(data: Gathered) -> Iterator[Receipt]:
    """Documents without a date that is missed: a row of a log tells the day of each event in a cell of its own."""
    for document_id, document in data.shells.items():
        if document.published is None:
            claims = data.claims_of.get(document_id, ())
            row = any(part.kind == "cell" for part in document.parts)
            if not (row or claims) or any(claim.when.start is None for claim in claims):
                yield data.receipts[document_id]


def _doubtful(workspace: Workspace, as_of: datetime | None) -> int:
    runs = [run for run in workspace.runs(_linking.STEP) if as_of is None or run.started_at <= as_of]
    last = runs[-1] if runs else None
    return int(last.marker.removeprefix("doubtful=")) if last else 0


def _name(receipt: Receipt) -> str:
    return f"{receipt.name}#{receipt.item}" if receipt.item else receipt.name
