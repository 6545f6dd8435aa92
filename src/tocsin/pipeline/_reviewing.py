"""What goes out to reviewers, on screen or as sheets, each doubt with the words it is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import msgspec

from tocsin import export, linking, review
from tocsin.codebook import Codebook
from tocsin.errors import UsageError
from tocsin.interfaces import Sheet
from tocsin.linking import Link
from tocsin.pipeline._fitting import weights_of
from tocsin.pipeline._judging import DOUBTFUL_PAIRS, as_judged, attached
from tocsin.pipeline._lookup import StoredDocuments, claim_text, claims_by_id
from tocsin.pipeline._readings import ClaimReading, FieldReading, read_claim
from tocsin.records import Claim, Event
from tocsin.review import Doubt, DoubtKind
from tocsin.store import Workspace

__all__ = ["ReviewItem", "ReviewSheet", "export_review", "review_queue"]

_KINDS: tuple[DoubtKind, ...] = get_args(DoubtKind)
_ASKED = {"pairs": "pair", "claims": "claim", "fields": "field", "lost": "lost"}


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """A doubt with the claims it is about: one, the two of a pair, or all of an event."""

    doubt: Doubt
    claims: tuple[ClaimReading, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewSheet:
    """What was written for reviewers: rows on each sheet, and how many doubts were left out."""

    path: str
    rows: Mapping[str, int]
    more: int


def _kinds_of(include: str) -> tuple[DoubtKind, ...]:
    """The kinds that words such as ``pairs,fields`` name; ``all`` names all.

    Raises
    ------
    UsageError
        If a word names none.
    """
    words = [word.strip().casefold() for word in include.split(",") if word.strip()]
    for word in words:
        if word != "all" and word not in _ASKED:
            raise UsageError(f"--include {word!r}: there are {', '.join(_ASKED)}, and all")
    if not words or "all" in words:
        return _KINDS
    return tuple(kind for kind in _KINDS if any(_ASKED[word] == kind for word in words))


@dataclass(frozen=True, slots=True)
class _State:
    """Claims and events as they are, and what is in doubt about them, most first."""

    claims: Mapping[str, Claim]
    events: Mapping[str, Event]
    doubts: Mapping[DoubtKind, tuple[Doubt, ...]]


def _state(workspace: Workspace, codebook: Codebook) -> _State:
    claims = claims_by_id(workspace.claims(), workspace.copies())
    events = {event.id: event for event in workspace.events()}
    home = {claim_id: event.id for event in events.values() for claim_id in event.claim_ids if claim_id in claims}
    found = attached(workspace, codebook, claims, events.keys())
    links = _links(workspace, claims, codebook)
    claims = as_judged(claims, (), found.judgements, codebook)
    done = review.decided(found.judgements)
    weights = weights_of(workspace)
    return _State(
        claims,
        events,
        {
            "pair": review.doubtful_pairs(links, home, done, weights.threshold),
            "claim": review.doubtful_claims(claims.values(), events, home, done),
            "field": review.doubtful_fields(claims.values(), events, home, done),
            "lost": review.lost_judgements(found.lost),
        },
    )


def _links(workspace: Workspace, claims: Mapping[str, Claim], codebook: Codebook) -> Sequence[Link]:
    """The doubtful pairs of the last linking; worked out anew where they were not kept."""
    kept = workspace.scratch(DOUBTFUL_PAIRS)
    if kept:
        return msgspec.json.decode(kept, type=tuple[Link, ...])
    judgements = attached(workspace, codebook, claims, ()).judgements
    documents = StoredDocuments(workspace)
    copies = workspace.copies()
    return linking.link(claims.values(), documents, copies, judgements, weights_of(workspace), codebook).doubtful


def review_queue(
    workspace: Workspace, codebook: Codebook, *, include: str = "all", most: int = 20
) -> tuple[tuple[ReviewItem, ...], int]:
    """What a person should see next: at most `most` doubts of each kind in `include`, and how many more there are.

    Raises
    ------
    UsageError
        If `include` names no kind: ``pairs``, ``claims``, ``fields``, ``lost`` or ``all``, with commas between them.
    """
    return _items(workspace, codebook, _kinds_of(include), most)


def _items(
    workspace: Workspace, codebook: Codebook, kinds: Sequence[DoubtKind], most: int
) -> tuple[tuple[ReviewItem, ...], int]:
    """At most `most` doubts of each of `kinds`, each with its claims; and how many more there are."""
    state = _state(workspace, codebook)
    reader = _Reader(workspace, state, codebook)
    chosen = [doubt for kind in kinds for doubt in state.doubts[kind][:most]]
    more = sum(max(0, len(state.doubts[kind]) - most) for kind in kinds)
    return tuple(reader.item(doubt) for doubt in chosen), more


class _Reader:
    """Reads the claims that a doubt is about."""

    def __init__(self, workspace: Workspace, state: _State, codebook: Codebook) -> None:
        self._workspace, self._state, self._codebook = workspace, state, codebook
        self._documents = StoredDocuments(workspace)

    def item(self, doubt: Doubt) -> ReviewItem:
        ids = [i for s in doubt.subjects for i in self._claims(s) if i in self._state.claims]
        return ReviewItem(doubt, tuple(map(self._read, ids)))

    def _claims(self, subject: str) -> Sequence[str]:
        event = self._state.events.get(subject)
        return event.claim_ids if event else (subject,)

    def _read(self, claim_id: str) -> ClaimReading:
        claim = self._state.claims[claim_id]
        document = claim_text(self._workspace, claim, self._documents[claim.document_id])
        receipt = self._workspace.first_receipts([claim.document_id]).get(claim.document_id)
        name, item = (receipt.name, receipt.item) if receipt else ("", "")
        return read_claim(claim, document, self._codebook, name, item)


def export_review(
    workspace: Workspace,
    codebook: Codebook,
    path: Path,
    *,
    include: str = "all",
    most: int = 50,
    overwrite: bool = False,
) -> ReviewSheet:
    """Write what is in doubt as a workbook for reviewers, at most `most` rows a sheet, most doubtful first.

    It holds words and names: only its owner may read it (0600). :func:`import_review` takes it back.

    Raises
    ------
    UsageError
        If `path` is no ``.xlsx``, or is there already and `overwrite` does not say otherwise; or `include` is wrong.
    """
    kinds = _kinds_of(include)
    if path.suffix.lower() != ".xlsx":
        raise UsageError(f"{path}: reviewers are sent an XLSX workbook; name it so, such as review.xlsx")
    if path.exists() and not overwrite:
        raise UsageError(f"{path} is there already and may hold answers; import it, or choose another name")
    items, more = _items(workspace, codebook, kinds, most)
    sheets = []
    for kind in kinds:
        rows = tuple(_ROWS[kind](item) for item in items if item.doubt.kind == kind)
        spare = review.SPARE if kind == "field" else 0
        if rows or spare:
            sheets.append(Sheet(review.TITLES[kind], review.COLUMNS[kind], rows, spare))
    workspace.record_output(path, datetime.now(UTC))
    export.write_sheets(sheets, review.about(codebook), path)
    return ReviewSheet(str(path), {sheet.name: len(sheet.rows) for sheet in sheets}, more)


# Rows

_Row = tuple[str | float, ...]


def _pair_row(item: ReviewItem) -> _Row:
    a, b = item.claims
    return (
        _score(item.doubt),
        "\n".join(item.doubt.why),
        _source(a),
        a.passage,
        b.passage,
        _source(b),
        _read(a),
        _read(b),
        *("", "", "", ""),
        *item.doubt.subjects,
        a.document_id,
        b.document_id,
    )


def _claim_row(item: ReviewItem) -> _Row:
    [claim] = item.claims
    return (
        _score(item.doubt),
        _source(claim),
        claim.passage,
        _read(claim),
        *("", "", "", "", ""),
        claim.id,
        claim.document_id,
    )


def _field_row(item: ReviewItem) -> _Row:
    doubt = item.doubt
    said = [(claim, field) for claim in item.claims for field in claim.fields if _named(field) == doubt.field]
    told = [(claim, field) for claim, field in said if field.value] or said
    return (
        _score(doubt),
        "\n".join(doubt.why),
        _lines(dict.fromkeys(_source(claim) for claim, _ in told)),
        "\n\n".join(dict.fromkeys(claim.passage for claim, _ in told)),
        _lines(field.value if len(told) < 2 else f"{field.value} ({_source(claim)})" for claim, field in told),
        _lines(dict.fromkeys(words for _, field in told for words in field.words)),
        *("", "", "", ""),
        doubt.field,
        *doubt.subjects,
        " ".join(dict.fromkeys(claim.document_id for claim in item.claims)),
    )


def _lost_row(item: ReviewItem) -> _Row:
    why = [review.shown_value(words) for words in item.doubt.why]
    return (" ".join(item.doubt.subjects), item.doubt.field, "; ".join(why))


_ROWS = {"pair": _pair_row, "claim": _claim_row, "field": _field_row, "lost": _lost_row}


def _named(field: FieldReading) -> str:
    return "code" if field.field == "type" else field.field


def _score(doubt: Doubt) -> str | float:
    return "" if doubt.score is None else round(doubt.score, 4)


def _source(claim: ClaimReading) -> str:
    name = f"{claim.document}#{claim.item}" if claim.item else claim.document
    return _lines((claim.source, f"{claim.published}" if claim.published else "", name))


def _read(claim: ClaimReading) -> str:
    """Every field that was read, with the words it was read from, or the rule that inferred it."""
    return _lines(_field(field) for field in claim.fields if field.value)


def _field(field: FieldReading) -> str:
    how = " … ".join(f"“{words}”" for words in field.words) or (f"by rule: {field.rule}" if field.rule else "")
    return f"{field.field}: {field.value}{f'  ← {how}' if how else ''}"


def _lines(parts: Iterable[str]) -> str:
    return "\n".join(part for part in parts if part)
