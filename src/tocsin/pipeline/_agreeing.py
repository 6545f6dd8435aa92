"""How far reviewers agree, and what scores were worth where they judged."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from tocsin import review
from tocsin.errors import UsageError
from tocsin.review import Agreement, Calibration
from tocsin.sources import returned_sheets
from tocsin.store import Workspace

__all__ = ["agreement_of_reviewers", "agreement_of_tables", "calibration", "write_calibration"]


def agreement_of_reviewers(workspace: Workspace, as_of: datetime | None = None) -> tuple[Agreement, ...]:
    """How far those agree who judged the same pairs, claims and fields of `workspace`, until now or `as_of`."""
    return review.judged_agreement(workspace.judgements(as_of))


def agreement_of_tables(one: Path, other: Path) -> tuple[tuple[Agreement, ...], tuple[int, int]]:
    """How far two tables of claims agree, column by column; and how many claims are in only one of them.

    Raises
    ------
    UsageError
        If a table has no ``claim_id``, or they have no claim in common.
    UnreadableInput
        If one cannot be read.
    """
    names = (str(one), str(other)) if one.name == other.name else (one.name, other.name)
    found, alone = review.compare_tables(_claims(one), _claims(other), names)
    if not found:
        raise UsageError(f"{one} and {other} have no claim_id in common; compare two codings of the same reports")
    return found, alone


def _claims(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        raise UsageError(f"{path}: there is no such file")
    for _, rows in returned_sheets(path):
        header = [cell.strip() for cell in rows[0][1]] if rows else []
        if "claim_id" in header:
            return [dict(zip(header, (cell.strip() for cell in cells), strict=False)) for _, cells in rows[1:]]
    raise UsageError(f"{path}: has no column claim_id; give two claims.csv, as tocsin export writes them")


def calibration(workspace: Workspace, as_of: datetime | None = None) -> tuple[Calibration, ...]:
    """What the scores that reviewers were shown were worth, by what they decided until now or `as_of`."""
    return review.calibrate(workspace.judgements(as_of))


def write_calibration(found: tuple[Calibration, ...], path: Path, command: str) -> None:
    """Write a page with a reliability diagram of each kind; it names nobody and quotes nothing."""
    # Charts need libraries that not everybody has.
    try:
        from tocsin.analysis import write_page
        from tocsin.review._page import calibration_page

        page = calibration_page(found, command)
    except ImportError as error:
        raise UsageError(f"a page with charts needs {error.name}: pip install 'tocsin[analysis]'") from error
    write_page(page, path)
