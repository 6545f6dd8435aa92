"""The whole road: reports → documents → claims → events → files.

Every step may be done twice, and changes nothing the second time; one that was interrupted goes on where it was.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from tocsin.codebook import Codebook
from tocsin.coding import Neighbour
from tocsin.errors import NotFound, NothingUsable
from tocsin.interfaces import Coder, Gazetteer, Progress
from tocsin.pipeline._account import (
    Account,
    Coded,
    EventsOfType,
    Exported,
    Eye,
    Imported,
    Linked,
    Problem,
    Read,
)
from tocsin.pipeline._adding import add_inputs
from tocsin.pipeline._agreeing import (
    agreement_of_reviewers,
    agreement_of_tables,
    calibration,
    write_calibration,
)
from tocsin.pipeline._answering import Answered, import_review, judgement_log
from tocsin.pipeline._as_of import AsOf, moment_of, within
from tocsin.pipeline._checking import ReportedStatement, check_reports, check_said
from tocsin.pipeline._coding import code_documents, open_codebook, open_coder, open_places
from tocsin.pipeline._copies import CopyReading, Telling, Told, read_lineages
from tocsin.pipeline._dataset import Dataset
from tocsin.pipeline._diffing import Diffed, diff_datasets, write_diff
from tocsin.pipeline._elsewhere import Network, StandardInput, check_given
from tocsin.pipeline._expectations import Expectation, list_expectations
from tocsin.pipeline._explaining import Explained, Explanation, explain_text
from tocsin.pipeline._exporting import check_forms, export_files, export_forms, form_names, write_problems
from tocsin.pipeline._fitting import fit_weights, write_weights
from tocsin.pipeline._geoparsing import Geoparser
from tocsin.pipeline._importing import DatasetTold, import_files
from tocsin.pipeline._integrating import (
    ByWindows,
    DatasetRead,
    Integrated,
    Likely,
    Overlap,
    Whole,
    dataset_files,
    integrate_datasets,
    taxonomy_files,
)
from tocsin.pipeline._integration_files import said, write_integration
from tocsin.pipeline._linking import link_claims
from tocsin.pipeline._previewing import Preview, PreviewedColumn, PreviewedDocument, PreviewedPart, preview
from tocsin.pipeline._progress import Silent
from tocsin.pipeline._readings import (
    ClaimReading,
    EventReading,
    FieldReading,
    LinkReading,
    Mark,
    find_events,
    read_event,
)
from tocsin.pipeline._reviewing import ReviewItem, ReviewSheet, export_review, review_queue
from tocsin.pipeline._tables import open_events, workspace_sources
from tocsin.pipeline._teaching import Trial, try_codes
from tocsin.pipeline._watching import Round, Watch
from tocsin.records import NamedPlace, PlacedText
from tocsin.review import Entry
from tocsin.sources import ColumnMaps, map_from
from tocsin.store import Forgotten, Workspace

__all__ = [
    "Account",
    "Answered",
    "AsOf",
    "ByWindows",
    "ClaimReading",
    "Coded",
    "ColumnMaps",
    "CopyReading",
    "Dataset",
    "DatasetRead",
    "Diffed",
    "Entry",
    "EventReading",
    "EventsOfType",
    "Expectation",
    "Explained",
    "Explanation",
    "Exported",
    "Eye",
    "FieldReading",
    "Geoparser",
    "Imported",
    "Integrated",
    "Likely",
    "LinkReading",
    "Linked",
    "Mark",
    "NamedPlace",
    "Neighbour",
    "Network",
    "Overlap",
    "PlacedText",
    "Preview",
    "PreviewedColumn",
    "PreviewedDocument",
    "PreviewedPart",
    "Problem",
    "Read",
    "ReportedStatement",
    "ReviewItem",
    "ReviewSheet",
    "Round",
    "StandardInput",
    "Telling",
    "Told",
    "Trial",
    "Watch",
    "Whole",
    "add",
    "agreement_of_reviewers",
    "agreement_of_tables",
    "calibration",
    "check_forms",
    "check_given",
    "check_reports",
    "check_said",
    "code",
    "dataset_files",
    "diff_datasets",
    "explain_text",
    "export",
    "export_review",
    "find_document",
    "find_events",
    "fit_weights",
    "forget",
    "form_names",
    "import_datasets",
    "import_review",
    "integrate_datasets",
    "judgement_log",
    "link",
    "list_expectations",
    "map_from",
    "moment_as_of",
    "open_codebook",
    "open_coder",
    "open_events",
    "open_places",
    "open_workspace",
    "preview",
    "read_event",
    "read_lineages",
    "review_queue",
    "run",
    "said",
    "taxonomy_files",
    "try_codes",
    "workspace_sources",
    "write_calibration",
    "write_diff",
    "write_integration",
    "write_weights",
]

MOST_PROBLEMS = 20
"""How many problems a message lists; the rest are counted."""


def run(
    paths: Sequence[Path | str],
    out: Path,
    *,
    workspace: Path | None = None,
    published: date | None = None,
    codebook: Path | None = None,
    maps: ColumnMaps | None = None,
    network: Network | None = None,
    stdin: StandardInput | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Account:
    """Turn the reports under `paths` into an event dataset in `out`.

    Parameters
    ----------
    paths : sequence of Path or str
        Files and folders of reports; as str also web addresses, and ``-`` for standard input.
    out : Path
        Where the files go. What stands there is safe to hand on, but for ``internal/``.
    workspace : Path, optional
        What is kept; ``out/workspace`` by default. One that exists is extended, and `out` then covers all of it.
    published : date, optional
        The day of publication of documents that do not tell theirs.
    codebook : Path, optional
        A layer on the core codebook.
    maps : ColumnMaps, optional
        What columns hold, where their names do not say it.
    network : Network, optional
        What may be fetched; nothing without it.
    stdin : StandardInput, optional
        What ``-`` stands for.
    jobs : int, optional
        Processes that code side by side; one a core is as quick as it gets.
    progress : Progress, optional

    Raises
    ------
    NothingUsable
        If none of the inputs could be read.
    UsageError
        If a setting or the codebook is wrong.
    WorkspaceError
        If the workspace cannot be opened, or another process is writing to it.
    """
    check_given(paths, network, stdin)
    codes = open_codebook(codebook)
    with open_workspace(workspace or out / "workspace") as kept:
        read = add(kept, paths, published=published, maps=maps, network=network, stdin=stdin, progress=progress)
        if not read.usable:
            raise NothingUsable(_nothing(read.problems))
        places = open_places(progress)
        coded = code(kept, open_coder(codes, places), jobs=jobs, codebook=codebook, progress=progress)
        linked = link(kept, codes, progress=progress)
        exported = export(kept, out, codes, places, progress=progress)
        account = Account(str(kept.path), str(out), datetime.now(UTC), read, coded, linked, exported)
        write_problems(kept, account.problems, out, account.finished_at)
    return account


def open_workspace(path: Path, *, create: bool = True) -> Workspace:
    """Open the workspace at `path`, and finish whatever a killed ``forget`` left undone there."""
    workspace = Workspace.open(path, create=create)
    try:
        workspace.finish_forgetting()
    except BaseException:
        workspace.close()
        raise
    return workspace


def add(
    workspace: Workspace,
    paths: Sequence[Path | str],
    *,
    published: date | None = None,
    maps: ColumnMaps | None = None,
    network: Network | None = None,
    stdin: StandardInput | None = None,
    progress: Progress | None = None,
) -> Read:
    """Read the files, folders, web addresses and standard input that `paths` name into `workspace`.

    Inputs that were read to their end before are passed over, unless `maps` now says otherwise what their columns
    hold: then their documents are revised. `published` fills gaps only.
    """
    check_given(paths, network, stdin)
    begun = time.monotonic()
    read = add_inputs(workspace, paths, published, progress or Silent(), datetime.now(UTC), maps, network, stdin)
    return replace(read, seconds=_since(begun))


def import_datasets(
    workspace: Workspace,
    out: Path,
    paths: Sequence[Path],
    *,
    mapping: Path | None = None,
    dataset: str = "",
    whole: bool = False,
    progress: Progress | None = None,
) -> Imported:
    """Read event datasets of others into `workspace`: a document a row, for :func:`code` and :func:`link` to take.

    A row is known again by its dataset and its id there: a newer release revises it, the same one changes nothing, and
    an import that was interrupted is gone on with by importing again.

    Parameters
    ----------
    workspace : Workspace
    out : Path
        Where the list of rows that were left out goes, as ``internal/rejects.csv``.
    paths : sequence of Path
        As :func:`tocsin.sources.read_dataset` takes them.
    mapping : Path, optional
        A mapping file (TOML), for tables that are none of those known.
    dataset : str, optional
        What to call the dataset instead of what it is known as.
    whole : bool, optional
        Whether these files are all of their datasets: rows that they no longer have are withdrawn, and every row is as
        they have it, also where a release that came before was newer.
    progress : Progress, optional

    Raises
    ------
    UsageError
        If the mapping file cannot be read.
    """
    return import_files(workspace, out, paths, DatasetTold(mapping, dataset, whole), progress or Silent())


def code(
    workspace: Workspace,
    coder: Coder,
    *,
    jobs: int = 1,
    codebook: Path | None = None,
    progress: Progress | None = None,
) -> Coded:
    """Code every document that `coder`, as it is now, has not coded.

    More than one of `jobs` are processes, each with the default coder and the layer `codebook`, which must be what
    `coder` is. However many there are, what is kept is the same.
    """
    begun = time.monotonic()
    now = datetime.now(UTC)
    coded = code_documents(workspace, coder, progress or Silent(), now, jobs=jobs, codebook=codebook)
    return replace(coded, seconds=_since(begun))


def link(workspace: Workspace, codebook: Codebook, *, anew: bool = False, progress: Progress | None = None) -> Linked:
    """Rebuild all events from claims and judgements. Ids stay with their incidents.

    Only what is new or other than last time, and its neighbourhood, is compared again; the outcome is that of comparing
    everything, which `anew` does.
    """
    begun = time.monotonic()
    linked = link_claims(workspace, codebook, progress or Silent(), datetime.now(UTC), anew=anew)
    return replace(linked, seconds=_since(begun))


def export(
    workspace: Workspace,
    out: Path,
    codebook: Codebook,
    gazetteer: Gazetteer,
    *,
    forms: Sequence[str] = (),
    where: str = "",
    as_of: AsOf = None,
    progress: Progress | None = None,
) -> Exported:
    """Write what may be handed on into `out`, and the full record into ``out/internal``.

    With `forms`, names of exporters (:func:`form_names`), only those are written; `where`, a condition as
    :class:`tocsin.export.Condition` takes it, then chooses the events. With `as_of`, a day (its end, UTC) or a moment,
    everything is as it was known then: the versions stored then, not what today's linker would make of them.

    Raises
    ------
    UsageError
        If a form or the condition is wrong, there is a condition and no form, or nothing can be said as of then.
    """
    check_forms(forms, where)
    begun = time.monotonic()
    shown, now = progress or Silent(), datetime.now(UTC)
    moment = within(workspace, moment_of(as_of), now)
    if forms:
        exported = export_forms(workspace, out, codebook, gazetteer, forms, where, shown, now, moment)
    else:
        exported = export_files(workspace, out, codebook, gazetteer, shown, now, moment)
    return replace(exported, seconds=_since(begun))


def moment_as_of(workspace: Workspace, as_of: AsOf) -> datetime | None:
    """The moment that `as_of` names, which reading functions take; a day means its end in UTC.

    Raises
    ------
    UsageError
        If it is no day or moment, lies in the future, or before anything was recorded in `workspace`.
    """
    return within(workspace, moment_of(as_of), datetime.now(UTC))


def forget(workspace: Workspace, document_id: str, reason: str) -> Forgotten:
    """Destroy a document and all that rests on it alone; `reason` is a short code.

    Files written from the workspace are not touched: what is returned names those that are still there.
    """
    forgotten = workspace.forget(document_id, datetime.now(UTC), reason)
    return replace(forgotten, outputs=tuple(path for path in forgotten.outputs if path.exists()))


def find_document(workspace: Workspace, reference: str) -> str:
    """The id of the document that `reference` names: an id, or a name on arrival, with ``#item`` where it has one.

    Raises
    ------
    NotFound
        If it names none, or several.
    """
    if workspace.is_forgotten(reference) or reference in workspace.document_ids():
        return reference
    name, _, item = reference.rpartition("#")
    found = workspace.document_ids(reference) if reference else ()
    if not found and name:
        ids = workspace.document_ids(name)
        found = tuple(i for i in ids if any(r.name == name and r.item == item for r in workspace.receipts(i)))
    if not found:
        raise NotFound(f"no document {reference!r} in {workspace.path}; names are in the column document of claims.csv")
    if len(found) > 1:
        raise NotFound(f"{reference!r} holds {len(found)} documents; name one of them as {reference}#ITEM")
    return found[0]


def _since(begun: float) -> float:
    return round(time.monotonic() - begun, 2)


def _nothing(problems: Sequence[Problem]) -> str:
    if not problems:
        return "there is nothing to read in what was given; name files or folders of reports"
    listed = "\n".join(f"  {problem}" for problem in problems[:MOST_PROBLEMS])
    more = f"\n  and {len(problems) - MOST_PROBLEMS} more" if len(problems) > MOST_PROBLEMS else ""
    return f"none of the inputs could be used:\n{listed}{more}"
