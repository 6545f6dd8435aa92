"""Where a sentence about numbers is about, in the spelling of the data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from tocsin.analysis._statement_numbers import Stretch, meets
from tocsin.codebook import Codebook
from tocsin.places import name_similarity, open_gazetteer

__all__ = ["called_alike", "read_areas"]

SAME_NAME = 0.93
"""From this similarity on two names are spellings of one: Deir ez-Zor and Dayr az-Zawr reach 1.00, Quneitra and
Al Qunaytirah 0.96; different governorates of Syria stay below 0.60."""

_CAPITAL = r"[A-Z\u00c0-\u00de][\w'’\-]*"
_CAPITALS = re.compile(rf"{_CAPITAL}(?:[ -](?:(?:ez|al|el|as|ar|ash|the|of|and|de|du)[ -])?{_CAPITAL})*")
_GENERIC = re.compile(
    r"\b(?:governorate|province|region|district|state|county|department|prefecture|oblast|sub-?district|city|town|"
    r"village|area|neighbou?rhood|rural|countryside|the)\b",
    re.I,
)
_RURAL = re.compile(r"\brural\b|\bcountryside\b|\bRif\b", re.I)
_PLACED = re.compile(
    r"(?i:\b(?:in|at|near|around|inside|across|within|throughout)(?: and around)?(?: the)?"
    r"(?: (?:town|city|village|province|governorate|district|region|countryside|area)s?(?: of)?)? )"
    rf"(?P<place>{_CAPITALS.pattern})"
)
_MONTH = re.compile(r"(?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec)[a-z]*|q[1-4]|ramadan", re.I)


def read_areas(text: str, names: Sequence[str], taken: Sequence[Stretch], codebook: Codebook) -> Iterator[str]:
    """Areas named, each once: as the data spell their divisions, else as written.

    Parameters
    ----------
    text : str
    names : sequence of str
        Countries and divisions that the data have, the largest first.
    taken : sequence of (int, int)
        Stretches that are actors and times.
    codebook : Codebook
        Its list of states knows countries that the data do not.
    """
    found: list[tuple[int, str]] = []
    used = list(taken)
    countries = [state.iso3 for state in codebook.actors.states if state.iso3 in names or state.name in names]
    for start, end in _proper_names(text):
        if meets((start, end), used) or len(_core(text[start:end])) < 3:
            continue
        if name := _division(text, (start, end), names, countries):
            used.append((start, end))
            found.append((start, name))
    for state in codebook.actors.states:
        for alias in (state.name, *state.aliases):
            m = re.search(rf"(?<!\w){re.escape(alias)}(?!\w)", text)
            if m and not meets(m.span(), used):
                used.append(m.span())
                found.append((m.start(), state.name))
    peoples = {adjective for state in codebook.actors.states for adjective in state.adjectives}
    for m in _PLACED.finditer(text):
        # A place that is no division of the data: a town, or somewhere that they know nothing of.
        first = m["place"].split()[0]
        if not meets(m.span("place"), used) and not _MONTH.fullmatch(first) and first not in peoples:
            found.append((m.start("place"), m["place"]))
    yield from dict.fromkeys(name for _, name in sorted(found))


def called_alike(area: str, names: Sequence[str]) -> list[str]:
    """Those places of `names` that are spellings of `area`, or of what the gazetteer calls it; a country is none."""
    known = open_gazetteer().find(area, limit=3)
    if any(place.precision == "country" for place in known):
        return []
    wanted = {_core(area), *(_core(place.label) for place in known if place.label)}
    return [name for name in names if any(_alike(one, _core(name)) for one in wanted)]


def _division(text: str, stretch: Stretch, names: Sequence[str], countries: Sequence[str]) -> str:
    """The division of the data that a stretch names; empty where it names none."""
    said = text[slice(*stretch)]
    around = text[max(0, stretch[0] - len("rural ")) : stretch[1] + len(" countryside")]
    rural = _RURAL.search(around) is not None and not said.lower().startswith("rif")
    if rural and (name := _countryside(_core(said), names, countries)):
        return name
    alike = [(name_similarity(_core(said), _core(name)), name) for name in names]
    best = max((score for score, _ in alike), default=0.0)
    if best < SAME_NAME:
        return ""
    return _meant([name for score, name in alike if score == best], text[stretch[0] : stretch[1] + len(" governorate")])


def _countryside(core: str, names: Sequence[str], countries: Sequence[str]) -> str:
    """The division around a city that is called after it and is not its own: Rural Damascus is Rif Dimashq."""
    found = [place for country in countries for place in open_gazetteer().find(f"Rural {core}", country)]
    around = [_core(place.label) for place in found if place.precision == "admin1"]
    others = [label for label in around if label and not _alike(core, label)]
    return next((name for name in names if any(_alike(label, _core(name)) for label in others)), "")


@lru_cache(maxsize=100_000)
def _alike(one: str, other: str) -> bool:
    return name_similarity(one, other) >= SAME_NAME


def _core(name: str) -> str:
    return _GENERIC.sub("", name).strip() or name


def _proper_names(text: str) -> Iterator[Stretch]:
    """Stretches of capitalised words, the longest first in each run of them."""
    for m in _CAPITALS.finditer(text):
        words = [(m.start() + w.start(), m.start() + w.end()) for w in re.finditer(r"\S+", m[0])]
        parts = {(first[0], last[1]) for i, first in enumerate(words) for last in words[i:]}
        yield from sorted(parts, key=lambda part: (part[0] - part[1], part[0]))


def _meant(names: Sequence[str], said: str) -> str:
    """Of divisions that are called alike, the one whose level is said ("Hama district"), else the largest."""
    levels = said.casefold().split()[-1:]
    return next((name for name in names if name.casefold().split()[-1:] == levels), names[0])
