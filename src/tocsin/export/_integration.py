"""What datasets have in common, as tables and as a page: the full record, which only its owner may read."""

from __future__ import annotations

import base64
import csv
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined

from tocsin.export._files import replacing
from tocsin.export._tables import neutral

__all__ = ["write_integration_page", "write_internal_table"]


def write_internal_table(path: Path, columns: Sequence[str], lines: Iterable[Sequence[Any]]) -> int:
    """Write a table that only its owner may read (CSV, UTF-8, RFC 4180) and return how many lines it has.

    A text cell that a spreadsheet would run as a formula gets an apostrophe in front; numbers stay numbers.
    """
    written = 0
    with replacing(path, private=True) as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([neutral(column) for column in columns])
        for line in lines:
            writer.writerow([neutral(cell) for cell in line])
            written += 1
    return written


def write_integration_page(page: Mapping[str, Any], path: Path) -> None:
    """Write overlaps and agreement as one page that needs no network and runs no script; only the owner may read it.

    Parameters
    ----------
    page : mapping
        ``method``, ``rows``, ``events``, ``matches``, ``datasets`` (name, rows, matched, unique, doubtful),
        ``overlaps`` (a bool for each dataset, and events) and ``agreements`` (pair, lines of field, measure, value,
        of).
    path : Path
    """
    style = _read("static/integration.css")
    widest = max((events for _, events in page["overlaps"]), default=1)
    text = _template().render(
        **page,
        widest=widest,
        style=style,
        style_hash="sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii"),
    )
    with replacing(path, private=True) as file:
        file.write(text)


def _template() -> Any:
    environment = Environment(
        loader=FunctionLoader(lambda name: _read(f"templates/{name}")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["grouped"] = "{:,}".format
    return environment.get_template("integration.html")


def _read(name: str) -> str:
    return resources.files("tocsin.export").joinpath(name).read_text("utf-8")
