"""GeoNames' own files: dumps of a country or of the world, and alternateNames."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tocsin.errors import InvalidRow
from tocsin.places._entries import LEFT_OUT, BadRow, Entry, Level, OtherName, degrees, is_broken, problem

__all__ = ["is_dump", "is_other_names", "read_dump", "read_other_names"]

_GEONAMES = (
    "geonameid", "name", "asciiname", "alternatenames", "latitude", "longitude", "fclass", "fcode", "countrycode",
    "cc2", "a1", "a2", "a3", "a4", "population", "elevation", "dem", "timezone", "modified",
)  # fmt: skip
# Features that reports place events at, beside towns and administrations.
_GEONAMES_KEPT = re.compile(
    r"^(?:P\.|A\.ADM[123]$|L\.(?:MILB|CMP|RESN|OILF|INDS)|S\.(?:AIR[BPF]|CMP|MIL|FT|DAM|PSTB|CTRR))"
)
_GEONAMES_LEVEL: dict[str, Level] = {"ADM1": "admin1", "ADM2": "admin2", "ADM3": "admin3"}


# GeoNames' alternateNames: id, geonameid, language, name, then marks and (since version 2) years.
_OTHER_NAMES = re.compile(r"^\ufeff?\d+\t\d+\t[^\t]*\t[^\t]+(?:\t[^\t]*){4,6}$")
_GEONAMEID = re.compile(r"^[0-9]{1,12}$")
# What stands there as a language and is no name: links, codes, phonetic writing.
_NO_NAMES = frozenset({
    "link", "wkdt", "post", "iata", "icao", "faac", "tcid", "unlc", "phon", "abbr", "uicn", "fr_1793", "rlinks",
})  # fmt: skip


def read_other_names(path: Path, first: str, rest: Iterator[str]) -> Iterator[OtherName | InvalidRow]:
    """What places are called in other languages and scripts."""
    number = 0
    for lines in ([first], rest):
        for line in lines:
            number += 1
            cells = line.split("\t", 4)
            if len(cells) < 4 or not _GEONAMEID.match(cells[1]):
                yield problem(path, number, "is no row of alternateNames (id, geonameid, language, name …)")
            elif cells[2] not in _NO_NAMES:
                name = cells[3].strip()
                if is_broken(name):
                    yield problem(path, number, "broken UTF-8 (bytes that are no text); this name is left out")
                elif _spelling(name):
                    yield OtherName(number, cells[1], name)


def is_dump(first: str) -> bool:
    """Whether a file that begins with this line is a dump."""
    return first.count("\t") == len(_GEONAMES) - 1 and first.split("\t", 1)[0].strip("\ufeff").isdigit()


def is_other_names(first: str) -> bool:
    """Whether a file that begins with this line is one of alternateNames."""
    return _OTHER_NAMES.match(first.rstrip("\r\n")) is not None


def read_dump(path: Path, first: str, rest: Iterator[str]) -> Iterator[Entry | InvalidRow]:
    """The populated places, divisions, bases, camps and airfields of a dump."""

    def every() -> Iterator[str]:
        yield first
        yield from rest

    for number, line in enumerate(every(), 1):
        cells = line.rstrip("\r\n").split("\t")
        if len(cells) != len(_GEONAMES):
            yield problem(path, number, f"{len(cells)} columns instead of {len(_GEONAMES)}")
            continue
        kind = f"{cells[6]}.{cells[7]}"
        if not _GEONAMES_KEPT.match(kind):
            continue
        if is_broken(line):
            bad = next(c for c, v in zip(_GEONAMES, cells, strict=True) if is_broken(v))
            if bad != "alternatenames":
                yield problem(path, number, f"column {bad!r}: broken UTF-8 (bytes that are no text)")
                continue
            cells[3] = ""
            yield problem(path, number, f"column {bad!r}: {LEFT_OUT}")
        row = dict(zip(_GEONAMES, cells, strict=True))
        try:
            if not _GEONAMEID.match(cells[0]):
                raise BadRow("geonameid", f"{cells[0][:40]!r} is no id; are the columns in their order?")
            latitude, longitude = degrees(row, "latitude", -90, 90), degrees(row, "longitude", -180, 180)
            if latitude == 0 and longitude == 0:
                raise BadRow("latitude", "the point is 0, 0: no coordinates were known")
        except BadRow as bad_row:
            yield problem(path, number, str(bad_row))
            continue
        names = (cells[1], cells[2], *(n.strip() for n in cells[3].split(",")))
        usable = tuple(dict.fromkeys(n for i, n in enumerate(names) if n and (i < 2 or _spelling(n))))
        if not usable:
            yield problem(path, number, "column 'name': no name")
            continue
        yield Entry(
            line=number,
            name=cells[1] or usable[0],
            names=usable,
            level=_GEONAMES_LEVEL.get(cells[7], "settlement") if cells[6] == "A" else "settlement",
            latitude=latitude,
            longitude=longitude,
            kind=_GEONAMES_KINDS.get(cells[7][:3], "populated place"),
            country=cells[8],
            native_id=cells[0],
            geonameid=cells[0],
            population=int(cells[14]) if re.fullmatch(r"[0-9]{1,10}", cells[14]) else 0,
            seat={"PPLC": 1, "PPLA": 1, "PPLA2": 2, "PPLA3": 3}.get(cells[7], 0),
        )


_GEONAMES_KINDS = {
    "ADM": "administration", "MIL": "base", "CMP": "camp", "AIR": "airfield", "DAM": "dam", "FT": "fort",
    "PST": "border post", "OIL": "oil field",
}  # fmt: skip


def _spelling(name: str) -> bool:
    """Not an airport's code, nor a romanisation that nobody writes."""
    return not name.isascii() or (name != name.lower() and not (len(name) <= 4 and name.isupper()))
