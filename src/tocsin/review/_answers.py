"""What reviewers filled in, row by row: read, and checked as far as a row can be checked by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from tocsin.errors import InvalidRow, UsageError
from tocsin.records import Verdict
from tocsin.review._queue import FIELDS, DoubtKind
from tocsin.review._sheets import VERDICTS

__all__ = ["Answer", "read_answers"]

_VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
_HEADERS_WITHIN = 6
"""Rows at the top of a sheet among which its header is looked for: above it stand a banner or a title."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A row that was filled in. `reports` are the ids of the documents it says it was read from, where it says so."""

    row: str
    kind: DoubtKind
    subjects: tuple[str, ...]
    verdict: Verdict
    field: str
    value: str
    reason: str
    reviewer: str
    score: float | None
    reports: tuple[str, ...] = ()


def read_answers(
    sheets: Iterable[tuple[str, Sequence[tuple[int, list[str]]]]], name: str, reviewer: str = ""
) -> Iterator[Answer | InvalidRow]:
    """Yield each row that was filled in, and an error for each that cannot be taken.

    Parameters
    ----------
    sheets : iterable of (str, rows)
        The title of each sheet and its numbered rows, from :func:`tocsin.sources.returned_sheets`.
    name : str
        How errors name the file.
    reviewer : str
        Whose word it is where the row does not say.

    Raises
    ------
    UsageError
        If no sheet has the columns of one that goes out for review.
    """
    known = 0
    for title, rows in sheets:
        found = _layout(rows)
        if found is None:
            continue
        known += 1
        kind, columns, start = found
        for number, cells in rows[start:]:
            row = {column: cells[at].strip() if at < len(cells) else "" for column, at in columns.items()}
            where = f"{title} row {number}" if title else f"row {number}"
            try:
                answer = _answer(kind, row, where, reviewer)
            except ValueError as error:
                yield InvalidRow(name, str(error), item=where)
            else:
                if answer is not None:
                    yield answer
    if not known:
        raise UsageError(
            f"{name}: no sheet of it has a column verdict beside claim_a and claim_b, claim, or subject; "
            "send back the file that tocsin review export wrote"
        )


def _layout(rows: Sequence[tuple[int, list[str]]]) -> tuple[DoubtKind, Mapping[str, int], int] | None:
    """What kind of sheet it is, where each column stands, and where its rows begin; None where it is none."""
    for at, (_, cells) in enumerate(rows[:_HEADERS_WITHIN]):
        columns = {cell.strip().casefold().replace(" ", "_"): place for place, cell in enumerate(cells) if cell.strip()}
        if "verdict" not in columns:
            continue
        if {"claim_a", "claim_b"} <= columns.keys():
            return "pair", columns, at + 1
        if "subject" in columns:
            return "field", columns, at + 1
        if "claim" in columns:
            return "claim", columns, at + 1
    return None


def _answer(kind: DoubtKind, row: Mapping[str, str], where: str, reviewer: str) -> Answer | None:
    written = row.get("verdict", "")
    value, reason = row.get("value", ""), row.get("reason", "")
    if not written:
        if value or reason:
            raise ValueError("has a value or a reason and no verdict; choose one, or empty the row")
        return None
    verdict = _verdict(written, kind)
    subjects = tuple(row.get(c, "") for c in (("claim_a", "claim_b") if kind == "pair" else (_SUBJECT[kind],)))
    if not all(subjects):
        raise ValueError("names no claim or event; put its id back, or leave the row out")
    if kind == "pair" and subjects[0] == subjects[1]:
        raise ValueError("names one claim twice; a pair is of two")
    who = row.get("reviewer", "") or reviewer
    if not who:
        raise ValueError("does not say who judged; fill in reviewer, or give --reviewer NAME")
    if kind == "pair" and verdict == "part_of" and value:
        subjects, value = _parts(subjects, value), ""
    field = _field(kind, verdict, row.get("field", ""))
    if verdict == "correct" and not value:
        raise ValueError(f"says that {field} is wrong and not what is right; write it under value, or unknown")
    if verdict != "correct" and value:
        raise ValueError(f"has the value {value!r}, which goes with correct only; choose that, or empty the value")
    reports = tuple(v for c in ("report", "report_a", "report_b") for v in row.get(c, "").split() if v)
    return Answer(where, kind, subjects, verdict, field, value, reason, who, _score(row.get("score", "")), reports)


_SUBJECT: Mapping[DoubtKind, str] = {"claim": "claim", "field": "subject"}


def _verdict(written: str, kind: DoubtKind) -> Verdict:
    wanted = written.casefold().replace(" ", "_").replace("-", "_")
    for verdict in _VERDICTS:
        if verdict == wanted and verdict in VERDICTS[kind]:
            return verdict
    raise ValueError(f"the verdict {written!r} is none of: {', '.join(VERDICTS[kind])}")


def _field(kind: DoubtKind, verdict: Verdict, written: str) -> str:
    if kind == "pair" or (kind == "claim" and verdict != "correct"):
        return ""
    field = {"type": "code"}.get(written.casefold(), written.casefold())
    if not field and kind == "field" and verdict != "correct":
        # An event or a claim as a whole, in one of the open rows.
        return ""
    if field not in FIELDS:
        said = f"the field {written!r} is none" if written else "names no field; it is one"
        raise ValueError(f"{said} of: {', '.join(FIELDS)}")
    return field


def _parts(subjects: tuple[str, ...], value: str) -> tuple[str, ...]:
    if value.casefold() in ("a", subjects[0].casefold()):
        return subjects
    if value.casefold() in ("b", subjects[1].casefold()):
        return subjects[::-1]
    raise ValueError(f"the value {value!r} does not say which is the part; write a or b")


def _score(written: str) -> float | None:
    try:
        return float(written.replace(",", "."))
    except ValueError:
        return None
