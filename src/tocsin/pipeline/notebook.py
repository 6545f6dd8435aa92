"""The road in a few calls, with paths and days as people type them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tocsin import pipeline
from tocsin.errors import UsageError
from tocsin.pipeline import Account, AsOf, Dataset, Explanation, Geoparser, PlacedText

if TYPE_CHECKING:
    from tocsin.analysis import Checked, EventTable
    from tocsin.codebook import Codebook
    from tocsin.interfaces import Coder, Progress

__all__ = ["check", "events", "explain", "geoparse", "open", "run"]

Pathlike = str | os.PathLike[str]


def run(
    paths: Pathlike | Sequence[Pathlike],
    out: Pathlike = "tocsin-out",
    *,
    workspace: Pathlike | None = None,
    published: date | str | None = None,
    codebook: Pathlike | None = None,
    progress: Progress | None = None,
) -> Account:
    """Turn reports into an event dataset; as ``tocsin run``.

    Parameters
    ----------
    paths : path or sequence of paths
        Files and folders of reports.
    out : path
        Where the files go. What stands there is safe to hand on, but for ``internal/``.
    workspace : path, optional
        What is kept; ``out/workspace`` by default. One that exists is extended.
    published : date or str, optional
        The day of publication of reports that do not tell theirs, such as ``2019-03-06``.
    codebook : path, optional
        A layer on the core codebook.
    progress : Progress, optional

    Returns
    -------
    Account
        What was done, in figures; ``account.problems`` lists what was left out.

    Raises
    ------
    NothingUsable
        If none of the inputs could be read.
    UsageError
        If a setting or the codebook is wrong.
    WorkspaceError
        If the workspace cannot be opened.
    """
    given = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    return pipeline.run(
        [Path(path) for path in given],
        Path(out),
        workspace=None if workspace is None else Path(workspace),
        published=_day(published),
        codebook=None if codebook is None else Path(codebook),
        progress=progress,
    )


def open(workspace: Pathlike, *, as_of: AsOf = None) -> Dataset:
    """Open the dataset that a workspace holds.

    Parameters
    ----------
    workspace : path
        The folder.
    as_of : str, date or datetime, optional
        Read what was known then: a day, such as ``2024-05-01``, means its end in UTC.

    Raises
    ------
    WorkspaceError
        If there is none.
    UsageError
        If `as_of` cannot be read, lies in the future, or before anything was recorded.
    """
    kept = pipeline.open_workspace(Path(workspace), create=False)
    try:
        return Dataset(kept, as_of)
    except BaseException:
        kept.close()
        raise


def check(
    text: str,
    *,
    data: Pathlike = "tocsin-out",
    said: date | str | None = None,
    as_of: AsOf = None,
    **parts: Any,
) -> Checked:
    """Check a sentence about numbers against recorded events, under every reading that can be defended.

    As ``tocsin check``. ``verdict`` is "supported", "contradicted" or "cannot be told"; ``readings``
    are what was tried, ``flips`` what changes the answer, and ``statement`` how the sentence was understood.

    Parameters
    ----------
    text : str
    data : path
        A workspace, the folder of a run, or an event table (UCDP, ACLED, GTD).
    said : date or str, optional
        The day that it was said on; today by default. A workspace is read as it was known then, too.
    as_of : str, date or datetime, optional
        Read a workspace only as it was known then.
    **parts
        What was understood wrongly, put right: any field of :class:`tocsin.analysis.Statement`.

    Raises
    ------
    UsageError
        If the sentence has no figure, or there are no such data.
    NothingUsable
        If there are no events in them.
    """
    codes = pipeline.open_codebook(None)
    return pipeline.check_said(text, Path(data), codes, said=_day(said), parts=parts, as_of=as_of)


def events(data: Pathlike, *, as_of: AsOf = None, columns: Pathlike | None = None) -> EventTable:
    """Events to measure, of whatever the commands that measure take; every call of ``tocsin.analysis`` goes on from it.

    Parameters
    ----------
    data : path
        A workspace, the folder of a run, or an event table (UCDP, ACLED, GTD, CSV, Parquet).
    as_of : str, date or datetime, optional
        A workspace is read as it was known then.
    columns : path, optional
        What the columns of another table hold (TOML; see ``docs/datasets.md``).

    Raises
    ------
    UsageError
        If there is no such data, or a file is to be read as of a day.
    NothingUsable
        If there are no events in it.
    """
    mapping = None if columns is None else Path(columns)
    return pipeline.open_events(Path(data), pipeline.open_codebook(None), as_of=as_of, mapping=mapping)


def explain(text: str, *, published: date | str | None = None, codebook: Pathlike | None = None) -> Explanation:
    """Code a sentence, and show what every field was read from and by which rule; as ``tocsin explain``.

    Raises
    ------
    UsageError
        If there is no text.
    """
    codes, coder = _coder(None if codebook is None else Path(codebook))
    return pipeline.explain_text(text, coder, codes, _day(published))


def geoparse(text: str) -> PlacedText:
    """Find the places that a text names; as ``tocsin places``.

    ``places`` of what is returned has each mention in order: ``text[start:end]`` is the name, ``place`` what it names,
    with point, precision, divisions, P-codes, PRIO-GRID cell and probability.

    Raises
    ------
    UsageError
        If there is no text.
    """
    return _geoparser().text(text)


@lru_cache(maxsize=1)
def _geoparser() -> Geoparser:
    return Geoparser(pipeline.open_codebook(None), pipeline.open_places())


@lru_cache(maxsize=2)
def _coder(codebook: Path | None) -> tuple[Codebook, Coder]:
    # Kept: a notebook explains many sentences, and a coder takes seconds to load.
    codes = pipeline.open_codebook(codebook)
    return codes, pipeline.open_coder(codes, pipeline.open_places())


def _day(day: date | str | None) -> date | None:
    if day is None or isinstance(day, date):
        return day
    try:
        return date.fromisoformat(day)
    except ValueError:
        raise UsageError(f"published: {day!r} is not a day; write it as 2019-03-06") from None
