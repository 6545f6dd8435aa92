"""The notes of a row: sentences built from fields, in neutral words of our own, never copied from a report."""

from __future__ import annotations

from datetime import date

from tocsin.linking._labels import Sides
from tocsin.records import Count, Event, Place

__all__ = ["notes"]

UNKNOWN_DEATHS = "deaths not stated"

# What happened, by sub-event type, where both sides are known and where only the first is; the date goes before.
_BOTH = {
    "armed_clash": "{one} and {two} fought {place}",
    "government_regains_territory": "{one} took back territory from {two} {place}",
    "non_state_actor_overtakes_territory": "{one} took territory from {two} {place}",
    "air_drone_strike": "{one} struck {two} from the air {place}",
    "suicide_bomb": "a suicide bomb by {one} hit {two} {place}",
    "shelling_artillery_missile_attack": "{one} shelled {two} {place}",
    "remote_explosive_landmine_ied": "an explosive device hit {two} {place}; attributed to: {one}",
    "grenade": "a grenade was thrown at {two} {place}; attributed to: {one}",
    "chemical_weapon": "{one} used a chemical weapon against {two} {place}",
    "attack": "{one} attacked {two} {place}",
    "abduction_forced_disappearance": "{one} abducted {two} {place}",
    "sexual_violence": "{one} committed sexual violence against {two} {place}",
    "peaceful_protest": "{one} demonstrated {place}; also involved: {two}",
    "protest_with_intervention": "{one} demonstrated {place}; {two} intervened",
    "excessive_force_against_protesters": "{one} demonstrated {place}; {two} used force against them",
    "violent_demonstration": "{one} demonstrated with violence {place}; also involved: {two}",
    "mob_violence": "{one} used violence against {two} {place}",
    "agreement": "{one} and {two} reached an agreement {place}",
    "arrests": "{one} made arrests {place}; arrested: {two}",
    "disrupted_weapons_use": "{one} foiled the use of weapons by {two} {place}",
    "looting_property_destruction": "{one} looted or destroyed property of {two} {place}",
    "non_violent_transfer_of_territory": "territory passed without fighting between {one} and {two} {place}",
}
_ALONE = {
    "armed_clash": "{one} took part in fighting {place}",
    "government_regains_territory": "{one} took back territory {place}",
    "non_state_actor_overtakes_territory": "{one} took territory {place}",
    "air_drone_strike": "{one} carried out a strike from the air {place}",
    "suicide_bomb": "a suicide bomb by {one} exploded {place}",
    "shelling_artillery_missile_attack": "{one} shelled targets {place}",
    "remote_explosive_landmine_ied": "an explosive device went off {place}; attributed to: {one}",
    "grenade": "a grenade was thrown {place}; attributed to: {one}",
    "chemical_weapon": "{one} used a chemical weapon {place}",
    "peaceful_protest": "{one} demonstrated {place}",
    "protest_with_intervention": "{one} demonstrated {place} and met intervention",
    "excessive_force_against_protesters": "{one} demonstrated {place} and met excessive force",
    "violent_demonstration": "{one} demonstrated with violence {place}",
    "mob_violence": "{one} used violence {place}",
    "agreement": "{one} reached an agreement {place}",
    "arrests": "{one} made arrests {place}",
    "change_to_group_activity": "{one} changed its activity or deployment {place}",
    "disrupted_weapons_use": "{one} foiled the use of weapons {place}",
    "headquarters_or_base_established": "{one} set up a base {place}",
    "looting_property_destruction": "{one} looted or destroyed property {place}",
    "non_violent_transfer_of_territory": "territory passed without fighting {place}; involved: {one}",
}

_COUNT_WORDS = {
    "injured": ("person injured", "people injured"),
    "detained": ("person detained", "people detained"),
    "abducted": ("person abducted", "people abducted"),
    "displaced": ("person displaced", "people displaced"),
}
_PRECISION_WORDS = {2: "date known to the week or part of a month", 3: "date known to the month"}
_GRADES = {
    "claimed": "Responsibility claimed by the actor.",
    "alleged": "Responsibility alleged by a party.",
    "suspected": "Responsibility suspected.",
    "independent": "Responsibility stated by independent sources.",
    "none": "",
}
_FIELD_WORDS = {"actor1": "Actor 1", "actor2": "Actor 2", "code": "Type", "when": "Date", "where": "Place"}


def notes(event: Event, code: str, label: str, day: date, place: Place, shown: Sides, split: int) -> str:
    """Say in sentences what the row's fields hold; `split` is the number of rows of the incident."""
    said = [
        f"{_when(event, day)}, {_what(code, label, place, shown)}.",
        _deaths(event.counts.deaths),
        *(_others(event)),
        f"Weapon: {event.weapon}." if event.weapon else "",
        _GRADES[event.attribution] if event.side(1) else "",
        *_disputes(event),
        f"One of {split} rows of one incident, whose toll is spread over them." if split > 1 else "",
        _reports(event),
    ]
    return " ".join(sentence for sentence in said if sentence)


def _when(event: Event, day: date) -> str:
    words = _PRECISION_WORDS.get(event.when.time_precision or 1)
    written = f"{day.day} {day:%B %Y}"
    return f"Around {written} ({words})" if words else f"On {written}"


def _what(code: str, label: str, place: Place, shown: Sides) -> str:
    template = (_BOTH if shown.actor2 else _ALONE).get(code)
    if template is None:
        actors = " and ".join(actor for actor in (shown.actor1, shown.actor2) if actor)
        template = f"an event of the type {label!r} took place {{place}}; involved: {actors}"
    sentence = template.format(one=shown.actor1, two=shown.actor2, place=_place(place))
    return (
        sentence if sentence[:2].isupper() or sentence.startswith(shown.actor1) else sentence[0].lower() + sentence[1:]
    )


def _place(place: Place) -> str:
    name = place.label or place.name
    areas = [area for area in (place.admin2, place.admin1, place.country_name) if area and area != name]
    inside = f" ({', '.join(dict.fromkeys(areas))})" if areas else ""
    near = place.precision == "near" and not name.casefold().startswith("near ")
    return f"{'near' if near else 'in'} {name}{inside}"


def _deaths(count: Count | None) -> str:
    if count is None or (count.low is None and count.best is None and count.high is None):
        return f"{UNKNOWN_DEATHS.capitalize()}."
    if count.best is None:
        words = f"at least {count.low}" if count.low is not None else f"at most {count.high}"
        return f"Deaths: {words}, no exact figure."
    if count.best == 0 and count.high in (0, None):
        return "No deaths reported."
    return f"{count.best} {'death' if count.best == 1 else 'deaths'} reported."


def _others(event: Event) -> list[str]:
    said = []
    for name, (one, many) in _COUNT_WORDS.items():
        count: Count | None = getattr(event.counts, name)
        value = None if count is None else count.best if count.best is not None else count.low
        if value:
            said.append(f"{value} {one if value == 1 else many}.")
    return said


def _disputes(event: Event) -> list[str]:
    said = []
    for name in event.disputed:
        if name == "modality":
            said.append("Denied by another source.")
        elif hasattr(event.counts, name):
            count: Count | None = getattr(event.counts, name)
            if count is not None and count.low is not None and count.high is not None and count.low != count.high:
                said.append(f"{name.capitalize()} disputed: {count.low} to {count.high}.")
            else:
                said.append(f"{name.capitalize()} disputed.")
        else:
            said.append(f"{_FIELD_WORDS.get(name, name.capitalize())} disputed.")
    return said


def _reports(event: Event) -> str:
    reports = "1 report" if event.documents == 1 else f"{event.documents} reports"
    return f"{reports}, {event.lineages} independent." if event.documents > 1 else f"{reports}."
