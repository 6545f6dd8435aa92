"""Writers of every form. This room has no policy of its own: it writes what it is given.

What may be handed on comes as :class:`~tocsin.records.PublicEvent`; the internal forms are named so, mark the folder
they stand in, and keep it to its owner.
"""

from tocsin.export._columns import EventColumn, columns, has_point
from tocsin.export._files import INTERNAL_NOTICE, prepare_internal, replacing, replacing_file
from tocsin.export._ged import (
    GED_COLUMNS,
    GED_REASONS,
    GedExporter,
    GedRow,
    ged_rows,
    write_events_ged,
)
from tocsin.export._geo import GeoJsonExporter, GeoParquetExporter
from tocsin.export._hapi import (
    HAPI_COLUMNS,
    HAPI_HXL,
    HapiExporter,
    HapiHxlExporter,
    HapiRow,
    hapi_rows,
    write_events_hapi,
)
from tocsin.export._integration import write_integration_page, write_internal_table
from tocsin.export._kml import KmlExporter
from tocsin.export._lines import ClaimLine, write_claims_jsonl, write_events_jsonl, write_internal_events_jsonl
from tocsin.export._package import PackageExporter
from tocsin.export._places import place_properties, places_box, write_places_geojson, write_places_page
from tocsin.export._plain import CsvExporter, JsonLinesExporter
from tocsin.export._report import DEFAULT_LIMIT, map_box, write_report
from tocsin.export._schemas import schemas, write_schemas
from tocsin.export._tables import (
    CLAIM_COLUMNS,
    EVENT_COLUMNS,
    ClaimInContext,
    ClaimRow,
    neutral,
    table_rows,
    write_claims_csv,
    write_events_csv,
)
from tocsin.export._to_fill import write_sheets
from tocsin.export._where import CONDITION_COLUMNS, Condition
from tocsin.export._xlsx import XlsxExporter
from tocsin.records import priogrid_gid

__all__ = [
    "CLAIM_COLUMNS",
    "CONDITION_COLUMNS",
    "DEFAULT_LIMIT",
    "EVENT_COLUMNS",
    "GED_COLUMNS",
    "GED_REASONS",
    "HAPI_COLUMNS",
    "HAPI_HXL",
    "INTERNAL_NOTICE",
    "ClaimInContext",
    "ClaimLine",
    "ClaimRow",
    "Condition",
    "CsvExporter",
    "EventColumn",
    "GedExporter",
    "GedRow",
    "GeoJsonExporter",
    "GeoParquetExporter",
    "HapiExporter",
    "HapiHxlExporter",
    "HapiRow",
    "JsonLinesExporter",
    "KmlExporter",
    "PackageExporter",
    "XlsxExporter",
    "columns",
    "ged_rows",
    "hapi_rows",
    "has_point",
    "map_box",
    "neutral",
    "place_properties",
    "places_box",
    "prepare_internal",
    "priogrid_gid",
    "replacing",
    "replacing_file",
    "schemas",
    "table_rows",
    "write_claims_csv",
    "write_claims_jsonl",
    "write_events_csv",
    "write_events_ged",
    "write_events_hapi",
    "write_events_jsonl",
    "write_integration_page",
    "write_internal_events_jsonl",
    "write_internal_table",
    "write_places_geojson",
    "write_places_page",
    "write_report",
    "write_schemas",
    "write_sheets",
]
