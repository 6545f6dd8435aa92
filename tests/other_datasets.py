"""Rows of other people's event datasets in the layouts that they have; every one is invented."""

from __future__ import annotations

import csv
import io
from pathlib import Path


def named(columns: str) -> list[str]:
    return columns.split()


GED49 = named(
    "id relid year active_year code_status type_of_violence conflict_dset_id conflict_new_id conflict_name "
    "dyad_dset_id dyad_new_id dyad_name side_a_dset_id side_a_new_id side_a side_b_dset_id side_b_new_id side_b "
    "number_of_sources source_article source_office source_date source_headline source_original where_prec "
    "where_coordinates where_description adm_1 adm_2 latitude longitude geom_wkt priogrid_gid country country_id "
    "region event_clarity date_prec date_start date_end deaths_a deaths_b deaths_civilians deaths_unknown best "
    "high low gwnoa gwnob"
)
GED41 = named(
    "id year active_year type_of_violence conflict_new_id conflict_name dyad_new_id dyad_name side_a_new_id "
    "side_a side_b_new_id gwnob side_b number_of_sources source_article source_office source_date source_headline "
    "source_original where_prec where_coordinates adm_1 adm_2 latitude longitude geom_wkt priogrid_gid country "
    "country_id region event_clarity date_prec date_start date_end deaths_a deaths_b deaths_civilians "
    "deaths_unknown low best high"
)
ACLED31 = named(
    "event_id_cnty event_date year time_precision disorder_type event_type sub_event_type actor1 assoc_actor_1 "
    "inter1 actor2 assoc_actor_2 inter2 interaction civilian_targeting iso region country admin1 admin2 admin3 "
    "location latitude longitude geo_precision source source_scale notes fatalities tags timestamp"
)
OLD_ACLED = named(
    "ISO EVENT_ID_CNTY EVENT_ID_NO_CNTY EVENT_DATE YEAR TIME_PRECISION EVENT_TYPE ACTOR1 ALLY_ACTOR_1 INTER1 "
    "ACTOR2 ALLY_ACTOR_2 INTER2 INTERACTION REGION COUNTRY ADMIN1 ADMIN2 ADMIN3 LOCATION LATITUDE LONGITUDE "
    "GEO_PRECISION SOURCE SOURCE_SCALE NOTES FATALITIES TIMESTAMP ISO3"
)
GTD = named(
    "eventid iyear imonth iday country_txt provstate city latitude longitude specificity summary attacktype1_txt "
    "targtype1_txt gname weapsubtype1_txt nkill nwound scite1"
)


def ged(**cells: object) -> dict[str, object]:
    return {
        "id": 501, "year": 2031, "type_of_violence": 1, "side_a": "Government of Chad", "side_b": "Front of the Dunes",
        "number_of_sources": 2, "source_office": "Dune Radio;Oasis Post", "source_headline": "Six killed at the well",
        "where_prec": 1, "where_coordinates": "Bir Tamra village", "adm_1": "Ennedi", "latitude": 16.5,
        "longitude": 21.25, "country": "Chad", "event_clarity": 1, "date_prec": 1, "date_start": "2019-03-04",
        "date_end": "2019-03-04", "best": 6, "high": 8, "low": 6, **cells,
    }  # fmt: skip


def acled(**cells: object) -> dict[str, object]:
    return {
        "event_id_cnty": "CHA77", "event_date": "2019-03-04", "year": 2019, "time_precision": 1,
        "disorder_type": "Political violence", "event_type": "Battles", "sub_event_type": "Armed clash",
        "actor1": "Military Forces of Chad (1990-2021)", "inter1": "State forces", "actor2": "Front of the Dunes",
        "inter2": "Rebel group", "assoc_actor_2": "Herders (Chad)", "interaction": "", "iso": 148,
        "country": "Chad", "admin1": "Ennedi", "location": "Bir Tamra", "latitude": 16.5, "longitude": 21.25,
        "geo_precision": 2, "source": "Dune Radio; Oasis Post", "notes": "Six were killed, it was said.",
        "fatalities": 6, **cells,
    }  # fmt: skip


def lines(columns: list[str], rows: list[dict[str, object]], delimiter: str = ",", header: bool = True) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    if header:
        writer.writerow(columns)
    writer.writerows([row.get(c, "") for c in columns] for row in rows)
    return out.getvalue()


def written(folder: Path, text: str, name: str = "events.csv") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path
