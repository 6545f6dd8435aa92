"""Texts with the places they name: as GeoJSON, and as a page with the texts and a map. Both are the full record."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined

from tocsin.export._files import replacing
from tocsin.export._outline import Box, box_of, outline_features
from tocsin.export._text import whole
from tocsin.records import NamedPlace, Place, PlacedText

__all__ = ["place_properties", "places_box", "write_places_geojson", "write_places_page"]

# The page is for reading; a browser stays quick with this many texts, and it says how many more there are.
MOST_TEXTS = 300
# Units across the map; it scales to the page. Its height follows the places within these bounds.
_WIDE, _LOWEST, _HIGHEST = 1000.0, 420.0, 760.0
# A letter of a label is about this wide and a line this high, in units of the map.
_LETTER, _LINE = 7.2, 15.0
# On a phone, where the map is a third as wide, letters are larger in its units by so much (as the style sheet has it).
_PHONE = 34 / 13
# A map shows this much more than its places span, and as many degrees besides: one village with its province around it.
_SHARE_AROUND, _DEGREES_AROUND = 0.25, 3.0
_MOST_LABELS = 60


def write_places_geojson(texts: Sequence[PlacedText], path: Path) -> int:
    """Write a feature for each mention of a place and return how many; only the owner may read the file.

    RFC 7946. Properties are those of :func:`place_properties`; a place without a point has no geometry.
    """
    written = 0
    with replacing(path, private=True) as file:
        file.write('{"type": "FeatureCollection", "name": "places", "features": [')
        for text in texts:
            for named in text.places:
                place = named.place
                point = (
                    None
                    if place.latitude is None or place.longitude is None
                    else {"type": "Point", "coordinates": [round(place.longitude, 6), round(place.latitude, 6)]}
                )
                properties = {"document": text.name, "item": text.item, **place_properties(named, text.text)}
                feature = {"type": "Feature", "geometry": point, "properties": properties}
                file.write(",\n" if written else "\n")
                file.write(whole(json.dumps(feature, ensure_ascii=False, allow_nan=False)))
                written += 1
        file.write("\n]}\n")
    return written


def place_properties(named: NamedPlace, text: str) -> dict[str, Any]:
    """A mention as plain values.

    ``geo_precision`` is ACLED's (1 to 3, null where coarser), ``where_prec`` UCDP's (1 to 6), ``priogrid_gid`` the
    PRIO-GRID cell of a point that is no area's middle.
    """
    place = named.place
    return {
        "words": text[named.start : named.end],
        "start": named.start,
        "end": named.end,
        "relation": named.relation,
        "literal": named.literal,
        "place": place.label or place.name,
        "kind": place.kind,
        "precision": place.precision,
        "geo_precision": place.geo_precision,
        "where_prec": named.where_prec,
        "latitude": None if place.latitude is None else round(place.latitude, 6),
        "longitude": None if place.longitude is None else round(place.longitude, 6),
        "country": place.country,
        "country_name": place.country_name,
        "admin1": place.admin1,
        "admin2": place.admin2,
        "admin3": place.admin3,
        "pcodes": list(place.pcodes),
        "priogrid_gid": place.priogrid_gid,
        "gazetteer": place.gazetteer,
        "gazetteer_id": place.gazetteer_id,
        "probability": place.probability,
    }


def places_box(texts: Sequence[PlacedText]) -> tuple[float, float, float, float] | None:
    """What a map of the places shows: west, south, east, north in degrees; None where none has a point."""
    focus = box_of(point for text in texts for named in text.places if (point := _point(named.place)) is not None)
    return None if focus is None else _with_margin(focus)


def _with_margin(focus: Box) -> tuple[float, float, float, float]:
    """The box of a map as high and as wide as it may be drawn, the places in its middle."""
    middle = max(0.2, math.cos(math.radians((focus.south + focus.north) / 2)))
    wide = ((focus.east - focus.west) * (1 + _SHARE_AROUND) + _DEGREES_AROUND) * middle
    high = (focus.north - focus.south) * (1 + _SHARE_AROUND) + _DEGREES_AROUND * middle
    wide, high = max(wide, high * _WIDE / _HIGHEST), max(high, wide * _LOWEST / _WIDE)
    across, up = wide / middle / 2, high / 2
    x, y = (focus.west + focus.east) / 2, (focus.south + focus.north) / 2
    return max(-180.0, x - across), max(-85.0, y - up), min(180.0, x + across), min(85.0, y + up)


def write_places_page(texts: Sequence[PlacedText], outline: Mapping[str, Any], path: Path) -> None:
    """Write texts, map and table as one page that needs no network and runs no script; only the owner may read it.

    Parameters
    ----------
    texts : sequence of PlacedText
        The first of them are shown; the page says how many more there are.
    outline : mapping
        Countries and first-level divisions as :func:`write_report` takes them, cut to :func:`places_box`; without
        features the map shows points on plain ground.
    path : Path
        The file to write; it is replaced only once the new one is whole.
    """
    shown = texts[:MOST_TEXTS]
    sites = _sites(shown)
    box = places_box(shown)
    style = _read("static/places.css")
    page = _template().render(
        style=style,
        style_hash="sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii"),
        articles=[_article(text, sites) for text in shown],
        sites=list(sites.values()),
        map=None if box is None else _drawn(Box(*box), list(sites.values()), outline),
        mentions=sum(len(text.places) for text in shown),
        more=len(texts) - len(shown),
    )
    with replacing(path, private=True) as file:
        file.write(page)


@dataclass(slots=True)
class _Site:
    """A place as the page numbers it, with the words that name it."""

    number: int
    place: Place
    where_prec: int
    words: dict[str, None]
    mentions: int = 0


_Key = tuple[str, str, float | None, float | None, str, int]


def _key(named: NamedPlace) -> _Key:
    place = named.place
    return place.label or place.name, place.country, place.latitude, place.longitude, place.precision, named.where_prec


def _sites(texts: Sequence[PlacedText]) -> dict[_Key, _Site]:
    sites: dict[_Key, _Site] = {}
    for text in texts:
        for named in text.places:
            site = sites.setdefault(_key(named), _Site(len(sites) + 1, named.place, named.where_prec, {}))
            site.words[text.text[named.start : named.end]] = None
            site.mentions += 1
    return sites


def _article(text: PlacedText, sites: Mapping[_Key, _Site]) -> dict[str, Any]:
    """A text in paragraphs of pieces, each plain or the name of a place."""
    pieces: list[tuple[str, _Site | None]] = []
    at = 0
    for named in text.places:
        if named.start < at:
            continue
        pieces += [(text.text[at : named.start], None), (text.text[named.start : named.end], sites[_key(named)])]
        at = named.end
    pieces.append((text.text[at:], None))
    paragraphs: list[list[tuple[str, _Site | None]]] = [[]]
    for words, site in pieces:
        for number, line in enumerate([words] if site else re.split(r"\n+", words)):
            if number:
                paragraphs.append([])
            if line:
                paragraphs[-1].append((line, site))
    name = f"{text.name}#{text.item}" if text.item else text.name
    return {
        "name": name,
        "language": text.language if text.language != "und" else "",
        "notes": text.notes,
        "paragraphs": [p for p in paragraphs if any(words.strip() for words, _ in p)],
        "places": len(text.places),
    }


# The map


class _Flat:
    """Degrees to units of the map: plate carrée, a degree of longitude shortened as in the middle of the box."""

    def __init__(self, box: Box) -> None:
        self._box = box
        middle = max(0.2, math.cos(math.radians((box.south + box.north) / 2)))
        wide, high = (box.east - box.west) * middle, box.north - box.south
        self.height = min(_HIGHEST, max(_LOWEST, _WIDE * high / wide))
        self._scale = max(_WIDE / wide, self.height / high)
        self._shorter = middle

    def at(self, longitude: float, latitude: float) -> tuple[float, float]:
        """x and y; the middle of the box is that of the map."""
        x = (longitude - (self._box.west + self._box.east) / 2) * self._shorter * self._scale + _WIDE / 2
        y = ((self._box.south + self._box.north) / 2 - latitude) * self._scale + self.height / 2
        return round(x, 1), round(y, 1)


def _drawn(box: Box, sites: Sequence[_Site], outline: Mapping[str, Any]) -> dict[str, Any]:
    flat = _Flat(box)
    lines = {
        level: ["".join(_path(ring, flat) for ring in _rings(f["geometry"])) for f in outline_features(outline, level)]
        for level in ("countries", "admin1")
    }
    dots = []
    grouped: dict[tuple[float, float], list[_Site]] = defaultdict(list)
    for site in sites:
        if (point := _point(site.place)) is not None:
            grouped[flat.at(*point)].append(site)
    on_desk, on_phone = _Labels(1.0), _Labels(_PHONE)
    for (x, y), here in sorted(grouped.items(), key=lambda item: -sum(s.mentions for s in item[1])):
        radius = round(min(14.0, 4.0 + 1.6 * math.sqrt(sum(s.mentions for s in here))), 1)
        label = here[0].place.label or here[0].place.name
        if not on_desk.has_room(x, y, radius, label):
            label = ""
        wide_only = bool(label) and not on_phone.has_room(x, y, radius, label)
        dots.append(
            {"x": x, "y": y, "r": radius, "sites": here, "label": label, "wide_only": wide_only,
             "precision": here[0].place.precision}
        )  # fmt: skip
    return {"width": int(_WIDE), "height": round(flat.height), "lines": lines, "dots": dots}


class _Labels:
    """Where labels stand on a map whose letters are `scale` times as large; no two stand on one another."""

    def __init__(self, scale: float) -> None:
        self._scale = scale
        self._taken: list[tuple[float, float, float, float]] = []

    def has_room(self, x: float, y: float, radius: float, label: str) -> bool:
        """Whether a label fits beside a dot; it is taken to stand there from then on."""
        half = self._scale * _LINE / 2
        spot = (x + radius, y - half, x + radius + self._scale * (6 + _LETTER * len(label)), y + half)
        free = spot[2] <= _WIDE and all(
            spot[2] < a or c < spot[0] or spot[3] < b or d < spot[1] for a, b, c, d in self._taken
        )
        if not free or len(self._taken) == _MOST_LABELS:
            return False
        self._taken.append(spot)
        return True


def _rings(geometry: Mapping[str, Any]) -> Iterator[Sequence[Sequence[float]]]:
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    for polygon in polygons:
        yield from polygon


def _path(ring: Sequence[Sequence[float]], flat: _Flat) -> str:
    points = [flat.at(point[0], point[1]) for point in ring]
    return "M" + "L".join(f"{x:g},{y:g}" for x, y in points) + "Z"


def _point(place: Place) -> tuple[float, float] | None:
    """Longitude and latitude."""
    return None if place.latitude is None or place.longitude is None else (place.longitude, place.latitude)


def _read(name: str) -> str:
    return (resources.files("tocsin.export") / name).read_text(encoding="utf-8")


def _template() -> Any:
    environment = Environment(
        loader=FunctionLoader(lambda name: _read(f"templates/{name}")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percent"] = lambda share: "" if share is None else f"{share:.0%}"
    return environment.get_template("places.html")
