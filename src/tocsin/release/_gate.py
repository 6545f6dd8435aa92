"""The last gate: what was masked is looked through once more before it is written.

It trusts nothing that came before it. Every word of a public event is looked at, field by field, whatever fields there
will be; only ids, which are hashes, are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import lru_cache
from urllib.parse import unquote

from tocsin.records import PublicEvent
from tocsin.release._masking import ReleaseError, gate
from tocsin.release._places import SETTLEMENT_DECIMALS, is_pcode

__all__ = ["address_leaks", "gate_event"]

_IDS = frozenset({"id", "claim_ids", "disputed_by", "event_id_cnty", "incident_ids", "part_of"})
_ADDRESS = "url"
_PCODES = ("admin1_pcode", "admin2_pcode")
_ODD = re.compile(r"[\s<>\"]")


def gate_event(event: PublicEvent) -> None:
    """Let `event` pass only if no secret with a shape, and no point finer than a settlement, is left anywhere in it.

    Raises
    ------
    ReleaseError
        Naming the kinds of what is left, the fields and the event, never the words.
    """
    for field, value in _values(event, ""):
        if isinstance(value, float):
            if round(value, SETTLEMENT_DECIMALS) != value:
                raise ReleaseError(f"coordinates left in {field} of {event.id}: finer than a settlement")
        elif field.rpartition(".")[2] == _ADDRESS:
            if _ODD.search(value) or address_leaks(value) or address_leaks(unquote(value)):
                raise ReleaseError(f"link left in {field} of {event.id}: it holds more than an address")
        elif field in _PCODES:
            # Letters and figures in a row look like a person's number; here they must look like a division's.
            if value and not is_pcode(value):
                raise ReleaseError(f"text left in {field} of {event.id}: it is no P-code")
        elif not _clean(value):
            gate(value, f"{field} of {event.id}")


def _values(record: object, name: str) -> Iterator[tuple[str, str | float]]:
    """Every text and figure with decimals in `record`, with the name of the field it stands in."""
    if isinstance(record, str | float):
        yield name, record
    elif isinstance(record, tuple):
        for part in record:
            yield from _values(part, name)
    elif is_dataclass(record):
        for field in fields(record):
            if field.name not in _IDS:
                yield from _values(getattr(record, field.name), f"{name}.{field.name}".lstrip("."))


# Labels, places and sources recur in thousands of events.
@lru_cache(maxsize=4096)
def _clean(text: str) -> bool:
    try:
        gate(text)
    except ReleaseError:
        return False
    return True


def address_leaks(part: str) -> bool:
    """Whether a part of an address holds a mail, a handle, a point, or a telephone number with its plus."""
    return "@" in part or "%40" in part or re.search(r"(?:\+|%2B|00)\d{8,}|-?\d{1,3}\.\d{4,}", part) is not None
