"""Alerts as a page and as an Atom feed."""

from __future__ import annotations

import os
import tempfile
from datetime import date
from pathlib import Path
from uuid import UUID, uuid5
from xml.etree import ElementTree

import numpy as np

from tocsin.analysis import Chart, Colours, Page, PageTable, draw, drawing, page_table
from tocsin.forecast._alerts import AFTER, Alert, Alerts, TrackRecord
from tocsin.forecast._data import Dataset
from tocsin.forecast._history import History, add_months

__all__ = ["alerts_page", "atom_feed", "write_atom"]

_ATOM = "http://www.w3.org/2005/Atom"
_SPACE = UUID("8d1f5a52-6a4c-5c0e-9a52-0b1b6a1d7c11")
"""A name space of our own for ids of feeds and entries (RFC 9562, version 5); any number would do, but always this."""
_MOST_SENTENCES = 12
_MOST_LINES = 4
_PAST = 36
# Fewer alerts than this say nothing of a rule's worth.
_FEW = 10


def alerts_page(found: Alerts, data: Dataset, query: str = "") -> Page:
    """The page of alerts: what fired and why, and what each rule was worth before."""
    months = _span(found)
    charts = [_lines(found, data.history)] if found.alerts else []
    tables = [_records(found)]
    if found.alerts:
        rows = [(a.unit, f"{a.month:%Y-%m}", a.rule, a.count, a.why) for a in found.alerts]
        tables.insert(0, page_table("What fired", ("unit", "month", "rule", found.measure, "why"), rows))
    return Page(
        f"Alerts, {months}: {found.measure} by {found.unit}",
        tuple(_answer(found)),
        tuple(charts),
        (*_caveats(found), *data.caveats),
        tuple(tables),
        (("Rules", "; ".join(f"{rule.name} ({rule.kind})" for rule in found.rules)), *data.computed()),
        query,
    )


def _span(found: Alerts) -> str:
    first, last = found.months[0], found.months[-1]
    return f"{last:%Y-%m}" if first == last else f"{first:%Y-%m} to {last:%Y-%m}"


def _answer(found: Alerts) -> list[str]:
    if not found.alerts:
        return [f"No rule fired in {_span(found)}. That is no all-clear: see below what the rules missed before."]
    said = [f"{alert.unit}: {alert.rule}. {alert.why}." for alert in found.alerts[:_MOST_SENTENCES]]
    more = len(found.alerts) - _MOST_SENTENCES
    return [*said, f"And {more:,} more, in the table."] if more > 0 else said


def _caveats(found: Alerts) -> list[str]:
    said = ["An alert says that what was recorded is unusual, not why, and not what will come."]
    for record in found.records:
        if record.fired < _FEW:
            said.append(f"{record.rule} fired {record.fired} times before: too few to tell what it is worth.")
        elif record.fired_quiet and record.hits_quiet / record.fired_quiet <= record.base_rate_quiet:
            said.append(f"{record.rule} was right no more often than chance where it had been quiet before.")
    said.append("Past alerts rest on figures as they are known now, which are fuller than those known then.")
    return said


def _records(found: Alerts) -> PageTable:
    header = ("rule", "fired", "hits", "false alarms", "missed", "right", "anyway", "right, new", "anyway, new")
    rows = [
        (
            record.rule,
            record.fired,
            record.hits,
            record.false_alarms,
            record.missed,
            _share(record.hits, record.fired),
            _percent(record.base_rate),
            _share(record.hits_quiet, record.fired_quiet),
            _percent(record.base_rate_quiet),
        )
        for record in found.records
    ]
    note = (
        f"{'; '.join(f'{record.rule} warns of {record.warns_of}' for record in found.records)}. "
        f"Tried on every past month with a year before and {AFTER} months after it. right: share of alerts that were "
        "followed by what the rule warns of; anyway: share of all unit-months that were. new: the same where the three "
        "months before had less than that, because where a war goes on any alarm is right."
    )
    return page_table("What the rules were worth before", header, rows, note)


def _share(part: int, whole: int) -> str:
    return _percent(part / whole) if whole else ""


def _percent(share: float) -> str:
    return "" if share != share else f"{share * 100:.1f} %" if share < 0.1 else f"{share * 100:.0f} %"


def _lines(found: Alerts, history: History) -> Chart:
    units = list(dict.fromkeys(alert.unit for alert in found.alerts))[:_MOST_LINES]
    months = np.array(history.months[-_PAST:], "datetime64[D]")
    across = 1 if len(units) == 1 else 2
    down = -(-len(units) // across)
    with drawing(8.0, 1.0 + 2.2 * down) as figure:
        grid = figure.subplots(down, across, squeeze=False).ravel()
        for axes, unit in zip(grid, units, strict=False):
            values = history.values[:, history.units.index(unit)]
            axes.plot(months, values[-_PAST:], color=Colours.INK, linewidth=1.3)
            fired = sorted({alert.month for alert in found.alerts if alert.unit == unit})
            at = [values[history.months.index(month)] for month in fired]
            axes.scatter(np.array(fired, "datetime64[D]"), at, color=Colours.MARK, s=46, zorder=3)
            axes.set_title(unit)
            axes.set_ylim(bottom=0)
            axes.tick_params(axis="x", labelrotation=30)
        for axes in grid[len(units) :]:
            axes.set_axis_off()
        says = f"{found.measure.capitalize()} a month in {', '.join(units)}; red dots are months in which a rule fired."
        return draw(figure, says)


def atom_feed(found: Alerts, name: str) -> str:
    """Alerts as an Atom feed (RFC 4287).

    Parameters
    ----------
    found : Alerts
    name : str
        What the data are called. Ids are made from it, from the rule, the unit and the month, so that an alert that is
        told again has the id it had; the name itself is not written, because it may be a path.

    Returns
    -------
    str
        XML. An entry's time is the end of its month, in UTC: the same alert is the same text.
    """
    ElementTree.register_namespace("", _ATOM)
    feed = ElementTree.Element(f"{{{_ATOM}}}feed")
    key = f"{name}\n{found.measure}\n{found.unit}"
    _text(feed, "id", uuid5(_SPACE, key).urn)
    _text(feed, "title", f"Alerts: {found.measure} by {found.unit}")
    _text(feed, "updated", _end(found.months[-1]))
    _text(ElementTree.SubElement(feed, f"{{{_ATOM}}}author"), "name", "Tocsin")
    worth = {record.rule: record for record in found.records}
    about = {rule.name: rule.about for rule in found.rules}
    for alert in found.alerts:
        entry = ElementTree.SubElement(feed, f"{{{_ATOM}}}entry")
        identity = f"{key}\n{alert.rule}\n{alert.unit}\n{alert.month:%Y-%m}"
        _text(entry, "id", uuid5(_SPACE, identity).urn)
        _text(entry, "title", f"{alert.unit}, {alert.month:%Y-%m}: {alert.rule}")
        _text(entry, "updated", _end(alert.month))
        ElementTree.SubElement(entry, f"{{{_ATOM}}}category", term=alert.rule)
        _text(entry, "content", _content(alert, about[alert.rule], worth[alert.rule])).set("type", "text")
    ElementTree.indent(feed)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(feed, "unicode")}\n'


def _content(alert: Alert, about: str, record: TrackRecord) -> str:
    worth = f"Before, this rule fired {record.fired:,} times and was right {record.hits:,} times ({record.warns_of})"
    chance = f"; that came in {_percent(record.base_rate)} of all unit-months" if record.unit_months else ""
    return " ".join(part for part in (f"{alert.why}.", about, f"{worth}{chance}.") if part)


def _text(parent: ElementTree.Element, name: str, text: str) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, f"{{{_ATOM}}}{name}")
    # XML has no word for control characters, however a unit is called.
    element.text = "".join(c for c in text if c >= " " or c in "\t\n")
    return element


def _end(month: date) -> str:
    return f"{add_months(month, 1).isoformat()}T00:00:00Z"


def write_atom(found: Alerts, name: str, path: Path) -> None:
    """Write the feed, whole or not at all."""
    text = atom_feed(found, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    number, written = tempfile.mkstemp(prefix=".writing-", dir=path.parent)
    with os.fdopen(number, "w", encoding="utf-8") as file:
        file.write(text)
    usual = os.umask(0)
    os.umask(usual)
    os.chmod(written, 0o666 & ~usual)
    os.replace(written, path)
