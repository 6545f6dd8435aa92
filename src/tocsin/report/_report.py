"""A report as it is written in any form: headings, sentences, charts and tables."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.analysis import Chart, PageTable

__all__ = ["Group", "Report", "Section"]


@dataclass(frozen=True, slots=True)
class Group:
    """Sentences under a heading of their own."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report; what is empty is not there."""

    heading: str
    says: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[PageTable, ...] = ()
    groups: tuple[Group, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What a report says, in order.

    Attributes
    ----------
    title, period : str
    short : Section
        What somebody reads who reads no more.
    sections : tuple of Section
    caveats : Group
    computed : tuple of (str, str)
        Names and values: the period, the data and as of when, how it was counted.
    computed_heading, again, footer : str
    query : str
        The command that makes the same again.
    banner : str
        What stands across every page of one that may not be handed on; empty where it may.
    """

    title: str
    period: str
    short: Section
    sections: tuple[Section, ...]
    caveats: Group
    computed: tuple[tuple[str, str], ...]
    computed_heading: str
    again: str
    footer: str
    query: str = ""
    banner: str = ""
