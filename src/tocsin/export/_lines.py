"""Records as lines of JSON: the whole of each, nothing flattened."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from tocsin.export._files import prepare_internal, replacing
from tocsin.export._tables import ClaimInContext, quotes_of
from tocsin.records import Claim, Event, PublicEvent, to_json

__all__ = ["ClaimLine", "write_claims_jsonl", "write_events_jsonl", "write_internal_events_jsonl"]


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One line of ``claims.jsonl``: a claim, where it was read, and the words of its evidence by field."""

    document: str
    item: str
    event_id: str
    source: str
    claim: Claim
    quotes: dict[str, str]


def write_events_jsonl(events: Iterable[PublicEvent], path: Path) -> int:
    """Write one public event a line; return how many."""
    return _write(events, path)


def write_internal_events_jsonl(events: Iterable[Event], path: Path) -> int:
    """Write one full event a line, original names and all; return how many. The folder is marked internal."""
    prepare_internal(path.parent)
    return _write(events, path, private=True)


def write_claims_jsonl(claims: Iterable[ClaimInContext], path: Path) -> int:
    """Write one full claim a line, with its quoted words; return how many. The folder is marked internal."""
    prepare_internal(path.parent)
    lines = (
        ClaimLine(c.name, c.item, c.event_id, c.document.source, c.claim, quotes_of(c.claim, c.document))
        for c in claims
    )
    return _write(lines, path, private=True)


def _write(records: Iterable[object], path: Path, *, private: bool = False) -> int:
    written = 0
    with replacing(path, private=private) as file:
        for record in records:
            file.write(_line(record))
            file.write("\n")
            written += 1
    return written


def _line(record: object) -> str:
    try:
        return to_json(record)
    except UnicodeEncodeError:
        # Half a letter from a broken page: the file replaces it; every other record stays readable.
        return json.dumps(msgspec.to_builtins(record), ensure_ascii=False, separators=(",", ":"))
