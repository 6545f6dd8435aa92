"""Writers of every form. This room has no policy of its own: it writes what it is given.

What may be handed on comes as :class:`~tocsin.records.PublicEvent`; the internal forms are named so, mark the folder
they stand in, and keep it to its owner.
"""

from tocsin.export._files import INTERNAL_NOTICE, prepare_internal
from tocsin.export._lines import ClaimLine, write_claims_jsonl, write_events_jsonl, write_internal_events_jsonl
from tocsin.export._report import DEFAULT_LIMIT, ReportSummary, map_box, write_report
from tocsin.export._schemas import schemas, write_schemas
from tocsin.export._tables import (
    CLAIM_COLUMNS,
    EVENT_COLUMNS,
    ClaimInContext,
    ClaimRow,
    write_claims_csv,
    write_events_csv,
)

__all__ = [
    "CLAIM_COLUMNS",
    "DEFAULT_LIMIT",
    "EVENT_COLUMNS",
    "INTERNAL_NOTICE",
    "ClaimInContext",
    "ClaimLine",
    "ClaimRow",
    "ReportSummary",
    "map_box",
    "prepare_internal",
    "schemas",
    "write_claims_csv",
    "write_claims_jsonl",
    "write_events_csv",
    "write_events_jsonl",
    "write_internal_events_jsonl",
    "write_report",
    "write_schemas",
]
