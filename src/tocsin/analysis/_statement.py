"""A sentence about numbers of incidents, as it is understood: every part may be put right by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tocsin.analysis._statement_actors import (
    read_actors,
    read_joined,
    read_role,
    unnamed_actor,
    without_speaker,
)
from tocsin.analysis._statement_areas import read_areas
from tocsin.analysis._statement_parts import (
    Comparison,
    Kind,
    Measure,
    PeriodName,
    Role,
    Statistic,
    read_about_data,
    read_figure,
    read_kind,
    read_measure,
    read_one_side,
    read_statistic,
    speaks_of_violence,
    turned,
)
from tocsin.analysis._statement_times import read_window, time_spans
from tocsin.codebook import Codebook

__all__ = ["Statement", "read_statement"]


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement about numbers, as understood.

    Attributes
    ----------
    text : str
    said : date
        The day that it was made on, which "the last six months" are counted back from.
    comparison : str
        How the figure compares: strictly, where it says "more than".
    threshold, upper : float
        The figure; `upper` only for ``between``.
    measure : str
        ``events``, ``deaths`` or ``civilian deaths``.
    statistic : str
        ``total`` of a window, ``mean`` or ``median`` of its periods, in ``every`` or in ``any`` of them.
    per : str
        The period that the figure is for; of a total it is none.
    actors : tuple of str
        Who it is about, as written; with two actors, incidents between them.
    role : str
        ``by``, ``against`` or ``involving`` them.
    joined : bool
        Whether several actors may each have a part of their own ("IS and HTS were involved in …").
    unnamed : str
        Whom it is about, where it says so by a general word only ("rebels").
    areas : tuple of str
        Where: divisions as the data spell them, other places as written; nowhere named means wherever the data are of.
    one_side : bool
        Whether it counts the dead of one side, or some of the dead, whom data do not tell from the others.
    kind : Kind, optional
        What kind of events; None means any violence.
    violent : bool
        Whether it speaks of violence; otherwise everything recorded may be meant.
    about_data : bool
        Whether it speaks of what is recorded or of deadly events only, so that a dataset of deadly events is all of it.
    first, last : date, optional
        The days it is about; None where it does not say.
    notes : tuple of str
        What was assumed.
    """

    text: str
    said: date
    comparison: Comparison
    threshold: float
    upper: float | None = None
    measure: Measure = "events"
    statistic: Statistic = "total"
    per: PeriodName | None = None
    actors: tuple[str, ...] = ()
    role: Role = "involving"
    joined: bool = False
    unnamed: str = ""
    areas: tuple[str, ...] = ()
    one_side: bool = False
    kind: Kind | None = None
    violent: bool = True
    about_data: bool = False
    first: date | None = None
    last: date | None = None
    notes: tuple[str, ...] = ()

    def holds(self, value: float) -> bool:
        """Whether `value` is as the statement says; "about" is within a tenth.

        Examples
        --------
        >>> said = Statement("more than 60", date(2020, 1, 1), "more than", 60)
        >>> said.holds(60), said.holds(61)
        (False, True)
        """
        t = self.threshold
        return {
            "more than": value > t,
            "at least": value >= t,
            "fewer than": value < t,
            "at most": value <= t,
            "exactly": value == t if self.statistic not in ("mean", "median") else round(value) == round(t),
            "about": abs(value - t) <= 0.1 * t,
            "between": t <= value <= (self.upper if self.upper is not None else t),
        }[self.comparison]


def read_statement(
    text: str,
    codebook: Codebook,
    names: Sequence[str] = (),
    actors: Sequence[str] = (),
    said: date | None = None,
    threshold: float | None = None,
) -> Statement:
    """Read a statement.

    Parameters
    ----------
    text : str
        One sentence.
    codebook : Codebook
        Its actor list tells who is named.
    names : sequence of str
        Areas that the data know, in their spelling.
    actors : sequence of str
        Actors that the data know, for those that are not in the list.
    said : date, optional
        When it was said; today where nobody tells.
    threshold : float, optional
        The figure of a sentence that has none.

    Raises
    ------
    UsageError
        If it names no figure to check; the message says how to put one.
    """
    said = said or date.today()  # noqa: DTZ011 - a day without a zone is what people mean by today
    plain = " ".join(text.split())
    times = list(time_spans(plain, said))
    figure = read_figure(plain, times, codebook, threshold)
    first, last, notes = read_window(plain, said)
    within_a_month = first is not None and last is not None and (first.year, first.month) == (last.year, last.month)
    statistic, per = read_statistic(plain, within_a_month)
    told = without_speaker(plain)
    named = read_actors(told, codebook, actors)
    measure = read_measure(plain, figure)
    return Statement(
        text=text,
        said=said,
        comparison=turned(plain, figure),
        threshold=figure.threshold,
        upper=figure.upper,
        measure=measure,
        statistic=statistic,
        per=per,
        actors=tuple(dict.fromkeys(m.text for m in named)),
        role=read_role(told, named),
        joined=read_joined(told, named),
        unnamed="" if named else unnamed_actor(told, codebook),
        areas=tuple(read_areas(told, names, [*((m.start, m.end) for m in named), *times], codebook)),
        one_side=measure == "deaths" and read_one_side(plain, figure),
        kind=read_kind(plain, measure),
        violent=speaks_of_violence(plain),
        about_data=measure != "events" or read_about_data(plain),
        first=first,
        last=last,
        notes=notes,
    )
