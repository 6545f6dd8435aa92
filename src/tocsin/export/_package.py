"""A folder that a data site can take as it is: every form, what it means, how it was made, how to cite it."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import UTC
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from tocsin.codebook import load_codebook
from tocsin.errors import UsageError
from tocsin.export._columns import columns
from tocsin.export._files import replacing
from tocsin.export._ged import GED_COLUMNS, GED_REASONS, GedRow, ged_rows
from tocsin.export._hapi import HAPI_COLUMNS, HapiRow
from tocsin.interfaces import Edition, load_plugin
from tocsin.records import PublicEvent

__all__ = ["PackageExporter"]

_FORMS = ("csv", "jsonl", "geojson", "xlsx", "ged", "hapi")
_MEDIA = {
    ".csv": ("csv", "text/csv"),
    ".jsonl": ("jsonl", "application/x-ndjson"),
    ".geojson": ("geojson", "application/geo+json"),
    ".xlsx": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
_TYPES = {"text": "string", "date": "date", "integer": "integer", "number": "number"}
_RANGES: dict[str, dict[str, Any]] = {
    "latitude": {"minimum": -90, "maximum": 90},
    "longitude": {"minimum": -180, "maximum": 180},
    "priogrid_gid": {"minimum": 1, "maximum": 259_200},
    "time_precision": {"enum": [1, 2, 3]},
    "geo_precision": {"enum": [1, 2, 3]},
    "type_of_violence": {"enum": [1, 2, 3]},
    "where_prec": {"minimum": 1, "maximum": 7},
    "date_prec": {"minimum": 1, "maximum": 5},
    "event_clarity": {"enum": [1, 2]},
    "active_year": {"enum": [0, 1]},
    "admin_level": {"enum": [0, 1, 2]},
    "event_type": {"enum": ["civilian_targeting", "demonstration", "political_violence"]},
}
_COUNTS = re.compile(r"deaths_\w+|best|high|low|fatalities|events|number_of_sources")
_SUMS = "SHA256SUMS"


class PackageExporter:
    """A Frictionless data package: ``datapackage.json``, the forms in ``data/``, methods, citation and checksums."""

    file = "package"

    def write(self, events: Sequence[PublicEvent], path: Path, edition: Edition) -> int:
        """Write the folder, replacing an older package whole, and return how many events it holds.

        The same events and edition give the same bytes in every file.

        Raises
        ------
        UsageError
            If something stands at `path` that is no package of ours, or holds files that are not the package's.
        """
        _may_be_replaced(path)
        part, old = path.with_name(f".{path.name}.part"), path.with_name(f".{path.name}.old")
        _remove(part)
        try:
            _fill(part, events, edition)
            # A folder cannot be put over another in one step; the old one goes only when the new one stands.
            _remove(old)
            if path.exists():
                path.rename(old)
            try:
                part.rename(path)
            except OSError:
                if old.exists():
                    old.rename(path)
                raise
        finally:
            _remove(part)
        _remove(old)
        return len(events)


def _may_be_replaced(path: Path) -> None:
    if not path.exists() and not path.is_symlink():
        return
    if path.is_symlink() or not path.is_dir():
        raise UsageError(f"{path} is no folder; name another, or remove it")
    there = {p.relative_to(path).as_posix() for p in path.rglob("*") if not p.is_dir()}
    sums = path / _SUMS
    ours = {_SUMS}
    if sums.is_file():
        ours |= {line[66:] for line in sums.read_text(encoding="utf-8", errors="replace").splitlines()}
    foreign = sorted(there - ours)
    if foreign:
        raise UsageError(f"{path} holds what is not the package's ({', '.join(foreign[:3])}); move it, or name another")


def _remove(path: Path) -> None:
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)


def _fill(folder: Path, events: Sequence[PublicEvent], edition: Edition) -> None:
    written, notes = _write_forms(folder / "data", events, edition)
    about = _about(events, edition, written, notes)
    _write(folder / "methods.md", _rendered("methods", about))
    _write(folder / "README.md", _rendered("readme", about))
    _write(folder / "CITATION.cff", _citation(about, edition))
    resources_ = [_resource(folder, form, name) for form, (name, _) in written.items()]
    _write(folder / "datapackage.json", _json(_descriptor(about, edition, resources_)))
    files = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    _write(folder / _SUMS, "".join(f"{_sha256(folder / name)}  {name}\n" for name in files))


def _write_forms(
    folder: Path, events: Sequence[PublicEvent], edition: Edition
) -> tuple[dict[str, tuple[str, int]], tuple[str, ...]]:
    """File and number of entries of each form, and what is to be said of forms that are not there."""
    folder.mkdir(parents=True)
    written, notes = {}, []
    for form in _FORMS:
        exporter = load_plugin("tocsin.exporters", form)()
        try:
            written[form] = (exporter.file, exporter.write(events, folder / exporter.file, edition))
        except UsageError as error:
            # A sheet has an end; the other forms do not.
            if form != "xlsx":
                raise
            notes.append(f"{exporter.file} is not here: {_line(str(error)).replace(str(folder.parent), '')}")
    return written, tuple(notes)


# Words


def _about(
    events: Sequence[PublicEvent], edition: Edition, written: dict[str, tuple[str, int]], notes: tuple[str, ...]
) -> dict[str, Any]:
    """What the texts say, every value on one line."""
    codebook = load_codebook()
    reasons = {**codebook.not_exported, **edition.reasons}
    days = sorted(e.date_start for e in events if e.date_start)
    moment = edition.as_of.astimezone(UTC)
    basis = [
        ("reports", edition.documents), ("of these, copies of another", edition.copies), ("claims", edition.claims),
        ("reports without a date", edition.undated_documents),
    ]  # fmt: skip
    rule = [
        codebook.counting[k] for k in ("row", "needs", "splitting", "spreading", "aggregates") if k in codebook.counting
    ]
    return {
        "title": _line(edition.title) or "Conflict events",
        "events": len(events),
        "documents": "reports" if edition.documents is None else f"{edition.documents} reports",
        "as_of": f"{moment:%Y-%m-%d %H:%M} UTC",
        "day": f"{moment:%Y-%m-%d}",
        "span": (days[0].isoformat(), days[-1].isoformat()) if days else None,
        "where": _code(edition.where) if edition.where else "",
        "made_with": [(_cell(name), _cell(version)) for name, version in edition.made_with],
        "basis": [(name, "unknown" if number is None else number) for name, number in basis],
        "files": [(f"`data/{name}`", _words()["files"][form], number) for form, (name, number) in written.items()],
        "rule": " ".join(rule),
        "fatalities": codebook.counting.get("fatalities", ""),
        "reasons": _counted((e.not_exported for e in events if not e.rows and e.not_exported), reasons),
        "ged": _counted((n.reason for n in ged_rows(events)[1]), GED_REASONS),
        "masked": [(_cell(kind), n) for kind, n in sorted(Counter(k for e in events for k in e.masked).items())],
        "confirmed": sum(e.status == "confirmed" for e in events),
        "notes": [_line(note) for note in (*edition.notes, *notes)],
    }


def _counted(codes: Iterable[str], sentences: Any) -> list[tuple[str, int]]:
    counts = Counter(codes)
    return [(_cell(sentences.get(code, code)), n) for code, n in sorted(counts.items(), key=lambda i: (-i[1], i[0]))]


def _rendered(name: str, about: dict[str, Any]) -> str:
    import jinja2

    # Not a page: Markdown is made here, and what could break a table is taken out of every value before.
    engine = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False, keep_trailing_newline=True)
    # A name of a dataset is words, never the start of a tag on the page that a data site makes of this.
    shown = about | {"title": _plain(about["title"]), "notes": [_plain(note) for note in about["notes"]]}
    return engine.from_string(_words()["text"][name].lstrip()).render(shown)


def _citation(about: dict[str, Any], edition: Edition) -> str:
    """Citation File Format 1.2. A text in JSON is one in YAML too."""
    version = dict(edition.made_with).get("tocsin", "")
    lines = [
        "cff-version: 1.2.0",
        'message: "Name who publishes this dataset as its author, and state a licence, before it is handed on."',
        "type: dataset",
        f"title: {_quoted(about['title'])}",
        'authors:\n  - name: "Unspecified"',
        f"version: {_quoted(edition.as_of.astimezone(UTC).strftime('%Y-%m-%dT%H:%M:%SZ'))}",
        f"date-released: {about['day']}",
        f"abstract: {_quoted(_summary(about))}",
        'keywords:\n  - "armed conflict"\n  - "conflict events"',
        'references:\n  - type: software\n    title: "Tocsin"\n    authors:\n      - name: "The Tocsin authors"',
    ]
    if version:
        lines.append(f"    version: {_quoted(version)}")
    return "\n".join(lines) + "\n"


def _summary(about: dict[str, Any]) -> str:
    chosen = f" Only events for which this holds: {about['where']}." if about["where"] else ""
    return f"{about['events']} conflict events from {about['documents']}, as known at {about['as_of']}.{chosen}"


# Descriptor


def _descriptor(about: dict[str, Any], edition: Edition, resources_: list[dict[str, Any]]) -> dict[str, Any]:
    name = re.sub(r"[^a-z0-9]+", "-", _ascii(about["title"]).lower()).strip("-") or "conflict-events"
    return {
        "profile": "data-package",
        "name": name,
        "title": about["title"],
        "description": f"{_summary(about)} How it was made is in methods.md. Licence: unspecified; whoever publishes "
        "this adds `licenses`.",
        "version": about["day"],
        "created": edition.as_of.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "keywords": ["armed conflict", "conflict events"],
        "resources": resources_,
    }


def _resource(folder: Path, form: str, name: str) -> dict[str, Any]:
    path = folder / "data" / name
    format_, media = _MEDIA[path.suffix]
    made = {
        "name": name.replace(".", "-"),
        "path": f"data/{name}",
        "description": _words()["files"][form],
        "format": format_,
        "mediatype": media,
        "bytes": path.stat().st_size,
        "hash": f"sha256:{_sha256(path)}",
    }
    if format_ != "csv":
        return made | {"profile": "data-resource", "type": "file"}
    return made | {
        "profile": "tabular-data-resource",
        "type": "table",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "quoteChar": '"', "doubleQuote": True, "header": True},
        "schema": _schema(form),
    }


def _schema(form: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"missingValues": [""]}
    if form == "csv":
        described = [(c.name, _TYPES[c.type], _joined(c.meaning, c.values)) for c in columns()]
        key = "event_id_cnty"
    else:
        record, names = (GedRow, GED_COLUMNS) if form == "ged" else (HapiRow, HAPI_COLUMNS)
        kinds = {f.name: str(f.type) for f in fields(record)}
        described = [(n, _kind(n, kinds[n]), _words()[form][n]) for n in names]
        key = "id" if form == "ged" else ""
    schema["fields"] = [_field(form, *column, is_key=column[0] == key) for column in described]
    return schema | ({"primaryKey": [key]} if key else {})


def _kind(name: str, annotation: str) -> str:
    if name.startswith(("date_start", "date_end", "reference_period")):
        return "date"
    return {"int": "integer", "float": "number"}.get(annotation.split(" ")[0], "string")


def _field(form: str, name: str, kind: str, meaning: str, *, is_key: bool) -> dict[str, Any]:
    constraints: dict[str, Any] = {"required": True, "unique": True} if is_key else {}
    if not (form == "csv" and name == "event_type"):
        constraints |= _RANGES.get(name, {})
    if kind == "integer" and _COUNTS.fullmatch(name):
        constraints["minimum"] = 0
    made: dict[str, Any] = {"name": name, "type": kind, "description": meaning}
    if kind == "date":
        made["format"] = "default"
    return made | ({"constraints": constraints} if constraints else {})


def _joined(meaning: str, values: str) -> str:
    return f"{meaning} Values: {values}." if values else meaning


# Texts


@cache
def _words() -> dict[str, dict[str, str]]:
    text = resources.files("tocsin.export").joinpath("package.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _line(text: str) -> str:
    """`text` on one line, without control characters and halves of letters."""
    kept = "".join(c if unicodedata.category(c) not in ("Cc", "Cs", "Cn") else " " for c in text)
    return " ".join(kept.replace("\ufeff", "").split())


def _cell(text: str) -> str:
    return _line(text).replace("|", "\\|")


def _plain(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", text)


def _code(text: str) -> str:
    """`text` as code, whatever backticks are in it."""
    line = _line(text)
    longest = max((len(run) for run in re.findall("`+", line)), default=0)
    mark = "`" * (longest + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{mark}{pad}{line}{pad}{mark}"


def _quoted(text: str) -> str:
    return json.dumps(_line(text), ensure_ascii=False)


def _ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _write(path: Path, text: str) -> None:
    with replacing(path) as file:
        file.write(text)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
