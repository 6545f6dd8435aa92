"""The analyst's report of a workspace, or of an event table of others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tocsin import linking, release, report, sources
from tocsin.codebook import Codebook
from tocsin.coding import code_row
from tocsin.errors import InputError, NothingUsable, UsageError
from tocsin.interfaces import Gazetteer, Item, Progress
from tocsin.pipeline._account import Problem
from tocsin.pipeline._adding import INTERNAL
from tocsin.pipeline._as_of import AsOf, moment_of, within
from tocsin.pipeline._exporting import Gathered, edition_of, gathered, passed, seen_names
from tocsin.pipeline._internal import FullRecord
from tocsin.pipeline._lookup import StoredDocuments
from tocsin.pipeline._progress import Silent
from tocsin.pipeline._tables import home_of
from tocsin.records import Claim, Document, Event, EventRow, PublicEvent
from tocsin.report import Aside, Ground
from tocsin.store import Workspace

if TYPE_CHECKING:
    from tocsin.analysis import EventTable

__all__ = ["ReportWanted", "Reported", "write_reports"]


@dataclass(frozen=True, slots=True)
class ReportWanted:
    """What report is asked for.

    Attributes
    ----------
    data : Path
        A workspace, a folder that holds one, or an event table of others.
    files : tuple of Path
        Where it goes; the ending of each tells the form.
    unit : str
        ``week`` or ``month``.
    until : date, optional
        The last day of the period; of the week or month of the last event without it.
    as_of : str, date or datetime, optional
        A workspace is read as it was known then.
    mapping : Path, optional
        What the columns of a table hold, where it is none of those known.
    internal : bool
        Whether names and exact places are told; then it goes into a folder ``internal`` beside `files`.
    """

    data: Path
    files: tuple[Path, ...]
    unit: report.Unit = "month"
    until: date | None = None
    as_of: AsOf = None
    mapping: Path | None = None
    internal: bool = False

    @property
    def query(self) -> str:
        """The command, without paths: they tell whose machine it was."""
        parts = ["tocsin report", f"--period {self.unit}", f"--until {self.until}" if self.until else ""]
        parts += [f"--as-of {self.as_of}" if self.as_of else "", "--internal" if self.internal else ""]
        return " ".join(filter(None, parts))


@dataclass(frozen=True, slots=True)
class Reported:
    """What was written: the period, how many events it tells of, and what was left out."""

    title: str
    first: date
    last: date
    events: int
    disputed: int
    says: tuple[str, ...]
    files: tuple[str, ...]
    problems: tuple[Problem, ...] = ()


def write_reports(
    wanted: ReportWanted, codebook: Codebook, gazetteer: Gazetteer, progress: Progress | None = None
) -> Reported:
    """Write the report of a week or a month in every form that is asked for.

    All that it tells of events has passed `release`, unless it is internal.

    Raises
    ------
    UsageError
        If a file's ending is no form, there is no such data, or it cannot be read as of a day.
    NothingUsable
        If no event of the data has a date.
    """
    for path in wanted.files:
        report.check_form(path)
    shown = progress or Silent()
    if wanted.data.is_dir():
        return _of_workspace(wanted, codebook, gazetteer, shown)
    if not wanted.data.exists():
        raise UsageError(f"{wanted.data}: there is no such file or workspace; tocsin run makes one from reports")
    if wanted.as_of is not None:
        raise UsageError(f"{wanted.data}: a file is of one vintage; --as-of reads a workspace as it was known on a day")
    found = _table(wanted, codebook, shown)
    if _whole_month(wanted.unit, found.last):
        from tocsin.analysis import event_table

        events = event_table(wanted.data, wanted.mapping)
        found = replace(found, ground=replace(found.ground, warnings=_warnings(events, found.last)))
    return _written(wanted, found, codebook, gazetteer, shown)


@dataclass(frozen=True, slots=True)
class _Found:
    """Events of the periods that a report is of, and what it rests on."""

    last: date
    events: Sequence[Event]
    claims: Mapping[str, Claim]
    documents: Mapping[str, Document]
    lineage: Mapping[str, str]
    ground: Ground
    asides: Mapping[str, Aside] = field(default_factory=dict)
    seen: release.SeenNames | None = None
    problems: tuple[Problem, ...] = ()


# Workspaces


def _of_workspace(wanted: ReportWanted, codebook: Codebook, gazetteer: Gazetteer, progress: Progress) -> Reported:
    with Workspace.open(home_of(wanted.data), create=False) as kept:
        kept.finish_forgetting()
        # From here on nobody forgets a document that is about to be written.
        kept.lock()
        now = datetime.now(UTC)
        moment = within(kept, moment_of(wanted.as_of), now)
        progress.start("Reading", None)
        data = gathered(kept, codebook, moment)
        found = _in_workspace(wanted, data, gazetteer, now)
        if _whole_month(wanted.unit, found.last):
            from tocsin.analysis import snapshot_table

            vintage = data.vintage or now
            events = snapshot_table(kept.snapshot(vintage), "", vintage, codebook)
            found = replace(found, ground=replace(found.ground, warnings=_warnings(events, found.last)))
        for path in _paths(wanted):
            kept.record_output(path, now)
        return _written(wanted, found, codebook, gazetteer, progress)


def _in_workspace(wanted: ReportWanted, data: Gathered, gazetteer: Gazetteer, now: datetime) -> _Found:
    counted = [e for e in data.events if e.modality == "asserted" and e.status not in ("rejected", "withdrawn")]
    first, last = _span(event.when.start for event in counted)
    vintage = data.vintage or now
    until = _until(wanted, last, vintage.date())
    edition = edition_of(data, (), gazetteer)
    return _Found(
        last=until,
        events=[event for event in data.events if _near(event.when.start, wanted.unit, until)],
        claims=data.claims,
        documents=StoredDocuments(data.workspace, data.as_of),
        lineage=data.lineage,
        ground=Ground(
            data=_size(data),
            as_of=vintage,
            first=first,
            last=last,
            made_with=edition.made_with,
            notes=edition.notes,
        ),
        seen=seen_names(data.workspace),
    )


def _size(data: Gathered) -> str:
    return f"{len(data.shells):,} reports, {data.copies:,} of them copies of another; {len(data.events):,} events"


# Tables of others


def _table(wanted: ReportWanted, codebook: Codebook, progress: Progress) -> _Found:
    progress.start("Reading", None)
    table, errors = sources.dataset_table(wanted.data, wanted.mapping)
    if not table.num_rows:
        listed = "\n".join(f"  {error}" for error in errors[:5]) or "  it has no rows"
        raise NothingUsable(f"{wanted.data.name}: no event could be read\n{listed}")
    first, last = _span(table.column("date_start").to_pylist())
    until = _until(wanted, last, None)
    found = list(_rows(wanted, until, codebook))
    claims = {claim.id: claim for _, claim, _ in found}
    documents = {document.id: document for document, _, _ in found}
    events = [
        linking.merge(name, [claim], {document.id: document}, {}, (), codebook) for document, claim, name in found
    ]
    open_ones = all(document.sensitivity == "open" for document in documents.values())
    name = str(table.column("dataset")[0].as_py() or "") if open_ones else ""
    return _Found(
        last=until,
        events=events,
        claims=claims,
        documents=documents,
        lineage={},
        ground=Ground(
            data=f"{name or 'an event table'}, {table.num_rows:,} rows",
            first=first,
            last=last,
            made_with=(("tocsin", version("tocsin")), ("codebook", f"{codebook.name} {codebook.edition}".strip())),
        ),
        asides={name: _aside(document, claim) for document, claim, name in found},
        problems=tuple(Problem.of(error) for error in errors),
    )


def _rows(wanted: ReportWanted, until: date, codebook: Codebook) -> Iterator[tuple[Document, Claim, str]]:
    """Rows near the period, each with its claim and the id to tell it by: its own, if the dataset is published."""
    for item in sources.dataset_documents(wanted.data, wanted.mapping):
        if isinstance(item, InputError):
            continue
        document = item.document if isinstance(item, Item) else item
        for claim in code_row(document, codebook, ""):
            if _near(claim.when.start, wanted.unit, until):
                own = _cells(document).get("id", "") if document.sensitivity == "open" else ""
                yield document, claim, own or document.id


def _aside(document: Document, claim: Claim) -> Aside:
    cells = _cells(document)
    named = [name for name in cells.get("sources", "").split(";") if name.strip()]
    many = int(cells["source_count"]) if cells.get("source_count") else len(named) or None
    kind = cells.get("event_type", "") if claim.code is None and document.sensitivity == "open" else ""
    return Aside(kind, many)


def _cells(document: Document) -> dict[str, str]:
    return {part.name: document.text[part.start : part.end] for part in document.parts if part.kind == "cell"}


# Early warning


def _whole_month(unit: report.Unit, last: date) -> bool:
    """Whether the report is of a calendar month: rules of early warning are tried on those."""
    return unit == "month" and (last + timedelta(days=1)).day == 1


def _warnings(events: EventTable, last: date) -> tuple[str, ...] | None:
    """Which rules fired in that month, by country, a sentence each; None where the data are too short to try them."""
    from tocsin.forecast import dataset_of_events, find_alerts, read_rules

    try:
        known = dataset_of_events(events, "country", "deaths").until(last.replace(day=1))
        found = find_alerts(known.history, read_rules(None))
    except UsageError:
        return None
    if found.months[-1] != last.replace(day=1):
        return None
    # What stands for a country in a table of others may be anything; what leaves is a country's code.
    return tuple(f"{a.unit}: {a.rule}. {a.why}." for a in found.alerts if re.fullmatch("[A-Z]{3}", a.unit))


# Both


def _span(days: Iterable[date | None]) -> tuple[date, date]:
    known = [day for day in days if day is not None]
    if not known:
        raise NothingUsable("no event has a date, and a report is of a week or a month")
    return min(known), max(known)


def _until(wanted: ReportWanted, last: date, vintage: date | None) -> date:
    """The last day of the report: as asked, else that of the week or month of the last event, unless it lies ahead."""
    if wanted.until is not None:
        return wanted.until
    if wanted.unit == "week":
        end = last + timedelta(days=6 - last.weekday())
    else:
        end = (last.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return end if vintage is None or end <= vintage else max(last, vintage)


def _near(day: date | None, unit: report.Unit, until: date) -> bool:
    spans = report.windows(unit, until)
    return day is not None and spans[-1].first <= day <= spans[0].last


def _paths(wanted: ReportWanted) -> tuple[Path, ...]:
    if not wanted.internal:
        return wanted.files
    return tuple(path.parent / INTERNAL / path.name for path in wanted.files)


def _written(
    wanted: ReportWanted, found: _Found, codebook: Codebook, gazetteer: Gazetteer, progress: Progress
) -> Reported:
    progress.start("Looking over", None)
    events, held_back = _told(wanted, found, codebook, gazetteer)
    facts = report.gather(events, wanted.unit, found.last, found.asides)
    progress.start("Writing", len(wanted.files))
    wanted = replace(wanted, until=found.last)
    ground = replace(
        found.ground, outline=_outline(gazetteer, facts.events), query=wanted.query, internal=wanted.internal
    )
    made = report.compose(facts, ground)
    paths = _paths(wanted)
    for path in paths:
        report.write(made, path)
        progress.advance()
    progress.finish()
    return Reported(
        title=made.title,
        first=facts.window.first,
        last=facts.window.last,
        events=len(facts.events),
        disputed=len(facts.disputed),
        says=made.short.says,
        files=tuple(map(str, paths)),
        problems=(*found.problems, *held_back),
    )


def _outline(gazetteer: Gazetteer, events: Sequence[PublicEvent]) -> Mapping[str, Any]:
    # A gazetteer need not have boundaries: then the map shows points on plain ground.
    outline, box = getattr(gazetteer, "outline", None), report.map_box(events)
    return {} if outline is None or box is None else dict(outline(box))


def _told(
    wanted: ReportWanted, found: _Found, codebook: Codebook, gazetteer: Gazetteer
) -> tuple[list[PublicEvent], tuple[Problem, ...]]:
    """The events as they may be told, and a problem for each that the last gate holds back."""
    if wanted.internal:
        rows, _ = linking.project(found.events, found.claims, found.documents, found.lineage, codebook, 0)
        rows_of: dict[str, list[EventRow]] = {}
        for row in rows:
            for event_id in row.incident_ids:
                rows_of.setdefault(event_id, []).append(row)
        view = FullRecord(found.claims, found.documents, codebook)
        return [view.event(event, rows_of.get(event.id, ()), "") for event in found.events], ()
    public = release.publish(
        found.events,
        found.claims,
        found.documents,
        found.lineage,
        codebook,
        gazetteer,
        timestamp=0,
        # A report quotes nothing.
        policy=release.Policy(passage_limit=0),
        seen=found.seen,
    )
    return passed(public)
