"""The actor list: states and their forces, armed groups, and the general words for who did it.

Names are looked up in running text (:meth:`ActorList.scan`) and in table cells (:meth:`ActorList.match`).
A match quotes its text exactly, matches never overlap, and a word that names nobody ("gunmen") never
becomes a named group.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, get_args

from tocsin.errors import CodebookError
from tocsin.records import Actor, ActorKind

__all__ = ["ActorEntry", "ActorList", "ActorMatch", "Force", "Regime", "State", "lint_actors", "load_actors"]

KINDS: tuple[ActorKind, ...] = get_args(ActorKind)
STATE_LABELS = {"military": "Military Forces", "police": "Police Forces", "government": "Government"}
# Acronyms of up to four letters look like words ("IS", "MIT"), longer ones ("MINUSMA") do not.
ACRONYM = 4
REGIONS = frozenset(
    (
        *("Antarctica", "Caribbean", "Caucasus and Central Asia", "Central America", "East Asia", "Eastern Africa"),
        *("Europe", "Middle Africa", "Middle East", "North America", "Northern Africa", "Oceania", "South America"),
        *("South Asia", "Southeast Asia", "Southern Africa", "Western Africa"),
    )
)

# Letters and digits with their combining marks; a mark left outside would cut a vowelled word in two.
_MARKS = "\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u093a-\u094d\u0981-\u0983\u09bc-\u09cd\u102b-\u103e"
_APOSTROPHES = "'’‘ʼʻʿʾ`´"
_TOKEN = re.compile(rf"[^\W_][^\W_{_MARKS}]*(?:[{_MARKS}]+[^\W_]*)*(?:[{_APOSTROPHES}][^\W_]+)*")
_POSSESSIVE = re.compile(rf"[{_APOSTROPHES}]s$", re.IGNORECASE)
_POSSESSIVE_GAP = re.compile(rf"^[{_APOSTROPHES}]s?(?=\s)")
NEXT_TO = ("term", "beside", "act")
_NOT_PLAIN = re.compile(rf"[^\x00-\x7f]|[{_APOSTROPHES}]")
# What may stand between two words of one name. A line may wrap inside a name, a paragraph may not.
_GAP = re.compile(
    rf"\)?(?:[ \t\u00a0]*\r?\n?[ \t\u00a0]*|[ \u00a0]?[-‐‑–/&(][ \u00a0]?|[{_APOSTROPHES}][ \u00a0]?|\.[-‐‑]?)\Z"
)
# "rebel-held", "Turkish-backed", "army-run": the word before the hyphen did nothing.
_OTHER_THAN = re.compile(
    r"\.?[-‐‑–](?:held|controlled|occupied|run|governed|ruled|backed|supported|funded|financed|armed|trained|led|allied|"
    r"aligned|inspired|dominated|majority|made|built|designed|style|era|born|based|speaking|sponsored|brokered|"
    r"mediated|supplied|besieged|affiliated|linked|free|friendly|issued|imposed|appointed|operated|owned)\b",
    re.IGNORECASE,
)
# "IS-linked militants", "army-backed militia": nobody's name, but the words are worth keeping together.
_NEAR_TO = frozenset({"affiliated", "aligned", "allied", "armed", "backed", "funded", "inspired", "led", "linked"})
# "and", "so", "with", "to", "like" are written into the next word in Arabic.
_CLITICS = frozenset("وفبلك")
_AGAINST = re.compile(r"\b(?:anti|pro|non|ex|counter|un)[-‐‑–]$", re.IGNORECASE)
_PARENTHESIS = re.compile(
    r"\s?\(\s?(?:the |or |also known as |known as |formerly )?([^()\n]{2,40}?)\s?\)", re.IGNORECASE
)
# Words with a capital, and the small words that names join them with.
_PROPER = re.compile(
    r"[A-Z][\w'’]+(?:-[\w'’]+)*"
    r"(?:[ \u00a0](?:(?:of|for|the|and|de|du|des|la|el)[ \u00a0]){0,3}[A-Z][\w'’]+(?:-[\w'’]+)*){1,7}"
)
_ACRONYM_AFTER = re.compile(r"\s?\(([A-Z][A-Z/-]{1,9})\)")
_CELL_TAIL = re.compile(r"\s*\((?:\d{4}-(?:\d{4})?|[^()]*)\)\s*$")
_CELL_HEAD = re.compile(r"^(?:the|an?|unidentified|unknown|unnamed|suspected|alleged|presumed)\s+", re.IGNORECASE)
# "an-Nusra" and "al-Nusra" are one spelling; only with the hyphen, since "an" and "as" are words.
_ARTICLES = frozenset({"ad", "an", "ar", "as", "ash", "at", "az", "edh", "en", "er", "es", "et", "ez"})
_FROM = frozenset({"of", "from"})


_FORCE_NOUN = re.compile(r"army|police|air force|navy|forces|military|troops|soldiers|government|gendarmerie|guard")
# What forces fire says nothing of who they are.
_WEAPON = re.compile(
    r"\b(?:artillery|drones?|missiles?|rockets?|shell(?:s|ing)?|(?:air)?strikes?|bomb(?:s|ing)?|fire)$", re.IGNORECASE
)
# Names of so many words are better known by their short form.
_LONG_NAME = 3
# Members of an army, which are not its name.
_MEN = re.compile(r"\b(?:troops|soldiers?)\b")
_AIRCRAFT = re.compile(r"\b(?:air force|aircraft|jets?|war-?planes?|planes?|helicopters?|bombers?)\b")


@dataclass(frozen=True, slots=True)
class Regime:
    """A government's time in power: from `start`, up to but not including `end` (None: still)."""

    start: date
    end: date | None = None

    @property
    def years(self) -> str:
        """As event tables write it: ``(2014-)``, ``(2000-2024)``."""
        return f"({self.start.year}-{self.end.year if self.end else ''})"


@dataclass(frozen=True, slots=True)
class Force:
    """A service that a state has under a name of its own; `force` is military, police or government."""

    force: str
    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """A state or territory. `capitals` are those that stand for its government ("Ankara said")."""

    iso3: str
    iso_numeric: str
    name: str
    name_ar: str
    region: str
    aliases: tuple[str, ...] = ()
    adjectives: tuple[str, ...] = ()
    capitals: tuple[str, ...] = ()
    regimes: tuple[Regime, ...] = ()
    forces: tuple[Force, ...] = ()

    def regime(self, on: date | None = None) -> Regime | None:
        """The regime in power on that day (None: the latest), None where the list does not know."""
        if on is None:
            return self.regimes[-1] if self.regimes else None
        for regime in self.regimes:
            if regime.start <= on and (regime.end is None or on < regime.end):
                return regime
        return None


@dataclass(frozen=True, slots=True)
class ActorEntry:
    """An organised actor.

    `countries` are ISO 3166-1 alpha-3 codes of where it is active, home first. `branches` are (country,
    label) pairs. From `state_from` on its forces are those of `state`, as when a rebellion takes power.
    """

    id: str
    label: str
    kind: ActorKind
    parent: str = ""
    countries: tuple[str, ...] = ()
    active_from: int | None = None
    active_to: int | None = None
    aliases: tuple[str, ...] = ()
    branches: tuple[tuple[str, str], ...] = ()
    state: str = ""
    state_from: date | None = None


@dataclass(frozen=True, slots=True)
class ActorMatch:
    """An actor named in a text: ``text == source[start:end]``.

    `entry_id` is None for general words. `force` is military, police or government for what belongs to a
    state, empty otherwise. `country` is ISO alpha-3, empty where the words do not tell it.
    """

    start: int
    end: int
    text: str
    entry_id: str | None
    label: str
    kind: ActorKind
    country: str = ""
    generic: bool = False
    force: str = ""


@dataclass(frozen=True, slots=True)
class Generic:
    """Words that say what kind of actor, not which.

    `terms` stand by themselves, `beside` only after a nationality or a name, `tails` only after a name. `acts`
    after a nationality ("Turkish shelling") tell whose forces it was, and stay out of the actor's words.
    """

    label: str
    kind: ActorKind
    force: str = ""
    armed: bool = False
    initiator: ActorKind | None = None
    terms: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    tails: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unlisted:
    """How the names of groups that no list has are built.

    A word of `united` with one of `cause` ("Liberation Front of the Hills"), or a last word of `band` ("Red
    Valley Cartel"), and none of `never`. `leading` words start sentences, not names; `rebel` causes are rebels'.
    """

    united: frozenset[str] = frozenset()
    cause: frozenset[str] = frozenset()
    rebel: frozenset[str] = frozenset()
    band: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()
    leading: frozenset[str] = frozenset()

    def names(self, keys: Sequence[str]) -> bool:
        """Whether a name of these words (as looked up) says that it is an armed group's."""
        said = set(keys)
        if len(keys) < 2 or said & self.never:
            return False
        return keys[-1] in self.band or (len(keys) > 2 and bool(said & self.united and said & self.cause))

    def kind(self, keys: Sequence[str]) -> ActorKind:
        """Rebel group where the cause says so, else political militia."""
        return "Political militia" if self.rebel.isdisjoint(keys) else "Rebel group"


@dataclass(frozen=True, slots=True)
class _Alias:
    """One way to write one thing. `owner` says what: an entry, a force, general words, a state, or nobody.

    `case` is what the capitals must be: as written (exact), all (upper), the first (capital), any (empty).
    `bound` spellings count only in a text about a country of their owner.
    """

    words: str
    owner: ActorEntry | Generic | State | _StateForce | None
    case: str = ""
    role: str = "term"
    bound: bool = False


@dataclass(frozen=True, slots=True)
class _StateForce:
    state: State
    force: Force


@lru_cache(maxsize=65536)
def _fold(word: str) -> tuple[str, int]:
    """The spelling to look up, and how many characters of `word` it stands for (a possessive is left off)."""
    kept = len(word)
    if _NOT_PLAIN.search(word) is None:
        key = word.lower()
    else:
        bare = _POSSESSIVE.sub("", word)
        kept = len(bare)
        marks = (c for c in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(c) and c != "\u0640")
        key = "".join(c for c in marks if c not in _APOSTROPHES).casefold()
        key = key.replace("ı", "i").replace("ى", "ي").replace("ٱ", "ا").replace("ة", "ه")
    return ("al" if key in ("el", "ul") else key), kept


def _tokens(text: str) -> tuple[list[int], list[int], list[str]]:
    """Starts, ends and look-up spellings of the words of `text`. Lists, since this runs over every word there is."""
    starts, ends, keys = [], [], []
    for match in _TOKEN.finditer(text):
        start = match.start()
        key, kept = _fold(match.group())
        if key in _ARTICLES and text[start + kept : start + kept + 1] in ("-", "‐", "‑"):
            key = "al"
        starts.append(start)
        ends.append(start + kept)
        keys.append(key)
    return starts, ends, keys


def _keys(words: str) -> tuple[str, ...]:
    return tuple(_tokens(words)[2])


def _marked(alias: str) -> tuple[str, str]:
    """The marks of an alias that say when it counts, and its words."""
    words = alias.lstrip("=?")
    return alias[: len(alias) - len(words)], words


def _plurals(term: str) -> tuple[str, ...]:
    """Both numbers of a term that ends with ``*``; any other term as it is."""
    if not term.endswith("*"):
        return (term,)
    term = term[:-1]
    if term.endswith("y") and term[-2] not in "aeou":
        return term, term[:-1] + "ies"
    return term, term + ("es" if term.endswith(("s", "x", "ch", "sh")) else "s")


class ActorList:
    """States, armed groups and general words, indexed by their first word.

    Parameters
    ----------
    states, entries, generics
        What the list holds.
    ignored : iterable of str
        Phrases with an actor's word in them that name no actor ("local government area").
    common_words : iterable of str
        Lower-case spellings that are also ordinary words; they are not read as acronyms where the text's
        case cannot tell.
    unlisted : Unlisted
        How the names of groups that are not in the list are built.
    """

    def __init__(
        self,
        states: Iterable[State],
        entries: Iterable[ActorEntry],
        generics: Iterable[Generic],
        ignored: Iterable[str] = (),
        common_words: Iterable[str] = (),
        unlisted: Unlisted = Unlisted(),
    ) -> None:
        self.states: tuple[State, ...] = tuple(states)
        self.entries: tuple[ActorEntry, ...] = tuple(entries)
        self.generics: tuple[Generic, ...] = tuple(generics)
        self._common = frozenset(common_words)
        self._unlisted = unlisted
        self._by_id = {entry.id: entry for entry in self.entries}
        self._by_iso3 = {state.iso3: state for state in self.states}
        self._state_names: dict[tuple[str, ...], State] = {}
        self._labels = {generic.label: generic for generic in self.generics}
        self._index: dict[str, dict[tuple[str, ...], list[_Alias]]] = {}
        self._longest: dict[str, tuple[int, ...]] = {}
        self._followers: dict[str, frozenset[str]] = {}
        self._fill(ignored)

    def _fill(self, ignored: Iterable[str]) -> None:
        for entry in self.entries:
            names = (*entry.aliases, *(label for _, label in entry.branches))
            restricted = entry.label in (_marked(name)[1] for name in entry.aliases)
            for words in names if restricted else (entry.label, *names):
                self._add(words, entry)
        for state in self.states:
            for words in (state.name, state.name_ar, *state.aliases, *state.adjectives):
                self._add(words, state)
                self._state_names.setdefault(_keys(_marked(words)[1]), state)
            for words in state.capitals:
                self._add(words, state, "capital")
            for force in state.forces:
                owner = _StateForce(state, force)
                for words in (force.name, *force.aliases):
                    self._add(words, owner)
        for generic in self.generics:
            for role, terms in (
                ("term", generic.terms),
                ("beside", generic.beside),
                ("tail", generic.tails),
                ("act", generic.acts),
            ):
                for term in terms:
                    for words in _plurals(term):
                        self._add(words, generic, role)
        for words in ignored:
            self._add(words, None)
        for first, keyed in self._index.items():
            self._longest[first] = tuple(sorted({len(keys) for keys in keyed}, reverse=True))
            self._followers[first] = frozenset(keys[1] if len(keys) > 1 else "" for keys in keyed)

    def _add(self, words: str, owner: ActorEntry | Generic | State | _StateForce | None, role: str = "term") -> None:
        marks, words = _marked(words)
        keys = _keys(words)
        if not keys:
            return
        case = ""
        if "=" in marks:
            case = "exact"
        elif isinstance(owner, State):
            case = "upper" if words.isupper() else "capital" if words[0].isupper() else ""
        elif words.isupper() and words.isascii() and sum(c.isalpha() for c in words) <= ACRONYM:
            case = "upper"
        elif words.isascii() and len(words) <= ACRONYM and not words[1:].islower() and not words.isdigit():
            case = "exact"  # "LeT", "JeM"
        alias = _Alias(words, owner, case, role, bound="?" in marks)
        aliases = self._index.setdefault(keys[0], {}).setdefault(keys, [])
        if alias not in aliases:
            aliases.append(alias)

    # Looking things up

    def entry(self, id: str) -> ActorEntry:
        """The entry with this id; ids like ``state:IRQ:military`` give a state's forces.

        Raises
        ------
        CodebookError
            If the list has no such id.
        """
        if id in self._by_id:
            return self._by_id[id]
        parts = id.split(":")
        if len(parts) == 3 and parts[0] == "state" and parts[1] in self._by_iso3 and parts[2] in STATE_LABELS:
            label = f"{STATE_LABELS[parts[2]]} of {self._by_iso3[parts[1]].name}"
            return ActorEntry(id, label, "State forces", countries=(parts[1],))
        raise CodebookError(f"the actor list has no {id!r}; add it to actors.toml or correct the id")

    def state(self, name: str) -> State | None:
        """The state with this ISO alpha-3 code, name, alias or adjective; None where there is none."""
        return self._by_iso3.get(name) or self._state_names.get(_keys(name))

    def aliases(self, id: str) -> tuple[str, ...]:
        """Every spelling the list has for an entry, its label first.

        Raises
        ------
        CodebookError
            If the list has no such id.
        """
        entry = self.entry(id)
        return (entry.label, *(alias for _, alias in map(_marked, entry.aliases) if alias != entry.label))

    def branch(self, id: str, country: str) -> str:
        """The name of the entry's branch in `country`, or its label where it has none there.

        Raises
        ------
        CodebookError
            If the list has no such id.
        """
        entry = self.entry(id)
        return dict(entry.branches).get(country, entry.label)

    # Reading text

    def scan(self, text: str, countries: Sequence[str] = ()) -> tuple[ActorMatch, ...]:
        """Every actor named in `text`, in order, longest first, none overlapping.

        Parameters
        ----------
        text : str
            Text in any script.
        countries : sequence of str
            ISO alpha-3 codes of what the text is about, most likely first; they settle names that several
            actors share. Where they do not, the states that the text names do.
        """
        found = list(_Reader(self, text, countries).read())
        return tuple(_with_unlisted(found, list(_unlisted(text, self._unlisted))))

    def scan_states(self, text: str) -> tuple[ActorMatch, ...]:
        """Every state named in `text` by name, adjective or capital, in order; ``entry_id`` is ``state:ISO3``."""
        return tuple(_Reader(self, text, ()).states())

    def match(self, name: str, country: str = "") -> ActorMatch | None:
        """The actor that a table's cell names, None where it names none ("unknown").

        `country` is the ISO alpha-3 code of the row; it settles names that several actors share.
        """
        hints = (country,) if country else ()
        found = self.scan(name, hints)
        if found:
            return min(found, key=lambda m: (m.generic, m.start))
        head = _CELL_HEAD.match(name)
        core_start = head.end() if head else 0
        core = _CELL_TAIL.sub("", name)[core_start:].strip(" .")
        start = name.find(core) if core else -1
        if start < 0:
            return None
        whole = _keys(core)
        named = self._index.get(whole[0], {}).get(whole, []) if whole else []
        for alias in _preferred(named, hints):
            if alias.role == "term" and alias.owner is not None:
                return self._bare(alias.owner, start, start + len(core), core)
        return None

    def _bare(self, owner: ActorEntry | Generic | State | _StateForce, start: int, end: int, text: str) -> ActorMatch:
        """What the words of one alias mean by themselves."""
        if isinstance(owner, ActorEntry):
            country = owner.countries[0] if len(owner.countries) == 1 else ""
            force = "military" if owner.kind == "State forces" else ""
            return ActorMatch(start, end, text, owner.id, owner.label, owner.kind, country, False, force)
        if isinstance(owner, _StateForce):
            return self._of_state(owner.state, owner.force.force, start, end, text)
        if isinstance(owner, State):
            label = f"Government of {owner.name}"
            return ActorMatch(
                start, end, text, f"state:{owner.iso3}", label, "State forces", owner.iso3, False, "state"
            )
        return ActorMatch(start, end, text, None, owner.label, owner.kind, "", True, owner.force)

    def _of_state(self, state: State, force: str, start: int, end: int, text: str) -> ActorMatch:
        label = f"{STATE_LABELS[force]} of {state.name}"
        return ActorMatch(
            start, end, text, f"state:{state.iso3}:{force}", label, "State forces", state.iso3, False, force
        )

    # Kinds and labels

    def kind(
        self, actor: ActorEntry | ActorMatch | Actor, event_country: str, on: date | None = None
    ) -> ActorKind | None:
        """The kind of `actor` in a country on a day.

        State forces outside their own country are external forces. A group that has taken power is its
        state's forces from that day on. None only where a record's own kind is None.
        """
        country = actor.countries[0] if isinstance(actor, ActorEntry) and actor.countries else ""
        if not isinstance(actor, ActorEntry):
            country = actor.country
        kind: ActorKind | None = actor.kind
        entry = self._entry_of(actor)
        if entry is not None and entry.state_from is not None and (on is None or on >= entry.state_from):
            kind, country = "State forces", entry.state
        if kind == "State forces" and country and event_country and country != event_country:
            return "External/Other forces"
        return kind

    def initiator_kind(self, match: ActorMatch) -> ActorKind:
        """The kind of those words for people who use force: herders fight as an identity militia, residents riot."""
        generic = self._labels.get(match.label) if match.generic else None
        return generic.initiator if generic and generic.initiator else match.kind

    def actor(self, match: ActorMatch, country: str = "") -> Actor:
        """The record for a match.

        `country` (ISO alpha-3) says whose army "the army" is; without it general words keep no canonical id.
        """
        if match.generic and match.force and country and not match.country and country in self._by_iso3:
            match = self._of_state(self._by_iso3[country], match.force, match.start, match.end, match.text)
        return Actor(match.text, match.entry_id, match.label, match.kind, match.country)

    def table_label(self, actor: Actor, event_country: str, on: date | None = None) -> str:
        """The name that an event table in ACLED's manner gives `actor`; never empty.

        Forces of states carry country and regime years, groups their branch, general words the country.
        """
        where = self._by_iso3.get(event_country)
        suffix = f" ({where.name})" if where else ""
        entry = self._entry_of(actor)
        if entry is not None:
            if entry.state_from is not None and (on is None or on >= entry.state_from):
                return self._state_label(self._by_iso3[entry.state], "military", on)
            if entry.kind == "Identity militia":
                return dict(entry.branches).get(event_country, entry.label + suffix)
            return self.branch(entry.id, event_country)
        if actor.kind in ("Civilians", "Protesters", "Rioters"):
            return f"{actor.kind}{suffix}"
        if actor.canonical and actor.canonical.startswith("state:"):
            parts = actor.canonical.split(":")
            return self._state_label(self._by_iso3[parts[1]], parts[2] if len(parts) > 2 else "government", on)
        generic = self._labels.get(actor.label)
        if generic is not None and generic.force and actor.kind == "State forces":
            state = self._by_iso3.get(actor.country) or where
            return self._state_label(state, generic.force, on) if state else "Unidentified Military Forces"
        if generic is None and actor.label:
            return actor.label
        if actor.kind in ("State forces", "External/Other forces"):
            return "Unidentified Military Forces"
        return (actor.label if generic and actor.kind == "Identity militia" else "Unidentified Armed Group") + suffix

    def plain_name(self, actor: Actor) -> str:
        """The name of `actor` as a reader would say it: "Iraqi army (soldiers)", "March 23 Movement (M23)", "farmers".

        Listed groups show their label, forces whose country is known say it, others stand as written.
        """
        name = re.sub(r"^(?:the|an?|its|their)\s+", "", actor.name.strip(), flags=re.IGNORECASE)
        if actor.canonical and actor.canonical.startswith("state:"):
            state = self._by_iso3.get(actor.canonical.split(":")[1])
            if state is None:
                return name or actor.label
            adjective = state.adjectives[0] if state.adjectives else state.name
            low = name.lower()
            of_state = any(word.lower() in low for word in (*state.adjectives, state.name))
            if of_state and _FORCE_NOUN.search(low) and not _MEN.search(low):
                return name
            force = actor.canonical.split(":")[2] if actor.canonical.count(":") == 2 else "government"
            noun = {"police": "police", "government": "government"}.get(force, "army")
            if force == "military" and (m := _FORCE_NOUN.search(low)) and m[0] in ("air force", "navy"):
                noun = m[0]
            elif force == "military" and _AIRCRAFT.search(low):
                noun = "air force"
            elif force == "military" and not re.search(r"soldier|troop|army|military", low):
                noun = "forces"
            plain = f"{adjective} {noun}"
            for word in (*state.adjectives, state.name):  # "Iraqi soldiers" are "Iraqi army (soldiers)"
                name = re.sub(rf"^{re.escape(word)}(?:['’]s)?(?:\s+|$)", "", name, flags=re.IGNORECASE)
            return plain if name.lower() in plain.lower() or _WEAPON.search(name) else f"{plain} ({name})"
        if actor.canonical:
            label = actor.label or name
            short = self._acronym(actor) if len(label.split()) >= _LONG_NAME else ""
            if not name or name.lower() in label.lower() or label.lower() in name.lower():
                return f"{label} ({short})" if short and short not in label else label
            return f"{label} ({name})"
        if actor.kind in ("Protesters", "Rioters") and actor.kind.lower()[:-1] not in name.lower():
            return f"{actor.kind.lower()} ({name})"
        if actor.kind == "Civilians" and re.fullmatch(r"people|persons?|others?|ones?|civilians?", name.lower()):
            return "civilians"
        return name or actor.label

    def _acronym(self, actor: Actor) -> str:
        """The first short form of capitals that a listed actor is known by."""
        entry = self._entry_of(actor)
        names = () if entry is None else (_marked(alias)[1] for alias in entry.aliases)
        return next((name for name in names if re.fullmatch(r"[A-Z][A-Z0-9-]{2,7}", name)), "")

    def associated_label(self, actor: Actor, event_country: str) -> str:
        """The name of `actor` as an associated actor: professions and communities, with the country."""
        where = self._by_iso3.get(event_country)
        return f"{actor.label or actor.name} ({where.name})" if where else actor.label or actor.name

    def _state_label(self, state: State, force: str, on: date | None) -> str:
        regime = state.regime(on)
        return f"{STATE_LABELS[force]} of {state.name}" + (f" {regime.years}" if regime else "")

    def _entry_of(self, actor: ActorEntry | ActorMatch | Actor) -> ActorEntry | None:
        if isinstance(actor, ActorEntry):
            return actor
        id = actor.entry_id if isinstance(actor, ActorMatch) else actor.canonical
        return self._by_id.get(id) if id else None


def _countries_of(owner: ActorEntry | Generic | State | _StateForce | None) -> tuple[str, ...]:
    if isinstance(owner, ActorEntry):
        return owner.countries
    if isinstance(owner, _StateForce):
        return (owner.state.iso3,)
    return (owner.iso3,) if isinstance(owner, State) else ()


def _preferred(aliases: Sequence[_Alias], countries: Sequence[str]) -> list[_Alias]:
    """`aliases` with those at home in the likeliest country first; the list's own order otherwise."""

    def rank(alias: _Alias) -> int:
        ranks = [countries.index(c) for c in _countries_of(alias.owner) if c in countries]
        return min(ranks, default=len(countries))

    return sorted(aliases, key=rank)


class _Reader:
    """Reads one text. Holds its tokens, so that the methods need not pass them round."""

    def __init__(self, actors: ActorList, text: str, countries: Sequence[str]) -> None:
        self.actors = actors
        self.text = text
        self.starts, self.ends, self.keys = _tokens(text)
        self.countries = tuple(countries)
        self.uniform = text.islower() or text.isupper()
        self._named: tuple[str, ...] | None = None

    def read(self) -> Iterable[ActorMatch]:
        past = 0
        for position in self._openings():
            if position >= past:
                match, past = self._at(position)
                if match is not None:
                    yield match

    def states(self) -> Iterable[ActorMatch]:
        past = 0
        for position in self._openings():
            surfaces = self._surfaces(position) if position >= past else []
            if surfaces:
                aliases, past = surfaces[0]
                owner = self._choose(aliases).owner
                if isinstance(owner, State):
                    start, end = self._bounds(position, past)
                    yield self.actors._bare(owner, start, end, self.text[start:end])

    def _openings(self) -> list[int]:
        """Positions where some spelling starts with this word and, where it needs one, goes on with the next."""
        followers, keys = self.actors._followers, self.keys
        found = []
        for position, (key, following) in enumerate(zip(keys, [*keys[1:], ""], strict=False)):
            if key not in followers:
                if key[:1] not in _CLITICS or not self._without_clitic(position):
                    continue
                key = keys[position]
            if following in followers[key] or "" in followers[key]:
                found.append(position)
        return found

    def _without_clitic(self, position: int) -> bool:
        """Whether a name starts after an Arabic word's first letter; if so, the token begins there from now on."""
        key = self.keys[position][1:]
        if key not in self.actors._followers:
            return False
        self.starts[position] += 1
        self.keys[position] = key
        return True

    # One position

    def _at(self, position: int) -> tuple[ActorMatch | None, int]:
        """The longest actor that starts at `position`, and the position to go on from."""
        best: ActorMatch | None = None
        past = position + 1
        for aliases, after in self._surfaces(position):
            alias = self._choose(aliases)
            match, end = self._extend(alias, position, after)
            if match is not None and (best is None or match.end > best.end):
                best, past = match, end
            elif best is None and alias.owner is None:
                return None, after
        if best is not None and _AGAINST.search(self.text[max(0, best.start - 8) : best.start]):
            return None, past
        return best, past

    def _surfaces(self, position: int) -> list[tuple[list[_Alias], int]]:
        """The spellings that match from `position`, longest first, with the position after each."""
        keys = self.keys
        names = self.actors._index.get(keys[position])
        if names is None:
            return []
        lengths: Sequence[int] = (1,)
        if position + 1 < len(keys) and keys[position + 1] in self.actors._followers[keys[position]]:
            lengths = self.actors._longest[keys[position]]
        found = []
        for length in lengths:
            after = position + length
            aliases = names.get(tuple(keys[position:after]))
            if aliases is None or after > len(keys) or not all(self._joined(i) for i in range(position, after - 1)):
                continue
            kept = [alias for alias in aliases if self._fits(alias, position, after)]
            if kept:
                found.append((kept, after))
        return found

    def _joined(self, position: int) -> bool:
        """Whether the token at `position` and the next may belong to one name."""
        gap = self.text[self.ends[position] : self.starts[position + 1]]
        if gap == " ":
            return True
        # "U.S. troops": the full stop of an initial ends no sentence.
        if gap == ". ":
            return self.ends[position] - self.starts[position] == 1
        return len(gap) <= 6 and _GAP.match(_POSSESSIVE_GAP.sub("", gap)) is not None

    def _fits(self, alias: _Alias, position: int, after: int) -> bool:
        """Whether capitals and context allow this reading of the words."""
        return self._case_fits(alias, position, after) and (not alias.bound or self._about(alias))

    def _case_fits(self, alias: _Alias, position: int, after: int) -> bool:
        if not alias.case:
            return True
        words = self.text[self.starts[position] : self.ends[after - 1]]
        if self.uniform or (alias.case == "upper" and words.isupper() and self._shouting(position, after)):
            common = after == position + 1 and self.keys[position] in self.actors._common
            return alias.case != "exact" and not common
        if alias.case == "exact":
            return words == alias.words or words.replace("’", "'") == alias.words
        if alias.case == "upper":
            return words.isupper()
        return not words[0].islower()

    def _about(self, alias: _Alias) -> bool:
        about = {*self.countries, *self._named_countries()}
        return not about.isdisjoint(_countries_of(alias.owner))

    def _shouting(self, position: int, after: int) -> bool:
        """Whether the words on both sides are in capitals too, so that capitals tell nothing."""
        beside = [*range(max(0, position - 2), position), *range(after, min(after + 2, len(self.keys)))]
        words = [self.text[self.starts[i] : self.ends[i]] for i in beside]
        return len(words) > 1 and all(word.isupper() for word in words if len(word) > 1)

    def _choose(self, aliases: list[_Alias]) -> _Alias:
        if len(aliases) == 1:
            return aliases[0]
        ranked = _preferred(aliases, self.countries or self._named_countries())
        return min(ranked, key=lambda alias: alias.role != "term")

    def _named_countries(self) -> tuple[str, ...]:
        """Countries of this text, most named first, told by names that only one actor or state has."""
        if self._named is None:
            self._named = ()
            counts: Counter[str] = Counter()
            for position in self._openings():
                for aliases, _ in self._surfaces(position):
                    owners = _countries_of(aliases[0].owner)
                    if len(aliases) == 1 and owners:
                        counts[owners[0]] += 1
                    break
            self._named = tuple(country for country, _ in counts.most_common())
        return self._named

    # Putting words together

    def _extend(self, alias: _Alias, position: int, after: int) -> tuple[ActorMatch | None, int]:
        owner = alias.owner
        if owner is None:
            return None, after
        if self._describes(after):
            return self._near_to(position, after)
        if isinstance(owner, State):
            return self._nationality(alias, owner, position, after)
        if isinstance(owner, Generic):
            return self._general(alias, owner, position, after)
        after = self._with_acronym(owner, after)
        tail, after = self._with_tail(after)
        if isinstance(owner, _StateForce) and owner.force.force == "government" and tail and tail.force:
            start, end = self._bounds(position, after)
            return self.actors._of_state(owner.state, tail.force, start, end, self.text[start:end]), after
        return self._made(owner, position, after), after

    def _near_to(self, position: int, after: int) -> tuple[ActorMatch | None, int]:
        """ "IS-linked militants": general words with whom they are said to be close to."""
        if after < len(self.keys) and self.keys[after] in _NEAR_TO:
            found = self._general_at(after + 1, ("term",))
            if found is not None and found[1].armed:
                return self._made(found[1], position, found[2]), found[2]
        return None, after

    def _made(self, owner: ActorEntry | Generic | _StateForce, position: int, after: int) -> ActorMatch:
        start, end = self._bounds(position, after)
        return self.actors._bare(owner, start, end, self.text[start:end])

    def _bounds(self, position: int, after: int) -> tuple[int, int]:
        start, end = self.starts[position], self.ends[after - 1]
        opened = self.text.count("(", start, end) > self.text.count(")", start, end)
        return start, end + 1 if opened and self.text[end : end + 1] == ")" else end

    def _describes(self, after: int) -> bool:
        return _OTHER_THAN.match(self.text, self.ends[after - 1]) is not None

    def _general_at(self, position: int, roles: Sequence[str]) -> tuple[_Alias, Generic, int] | None:
        """General words in one of `roles` that start at `position` and follow on from the token before."""
        if position >= len(self.keys) or not self._joined(position - 1):
            return None
        if "(" in self.text[self.ends[position - 1] : self.starts[position]]:
            return None
        for aliases, after in self._surfaces(position):
            for role in roles:
                for alias in aliases:
                    if isinstance(alias.owner, Generic) and alias.role == role and not self._describes(after):
                        return alias, alias.owner, after
        return None

    def _nationality(self, named: _Alias, state: State, position: int, after: int) -> tuple[ActorMatch | None, int]:
        """ "Somali soldiers", "Russia's navy", "Turkish shelling": a state and the general words after it."""
        found = self._general_at(after, NEXT_TO)
        if found is None:
            return None, after
        alias, generic, past = found
        # The police of a capital are its own, and its people are not all of the country's.
        if named.role == "capital" and generic.force not in ("military", "government"):
            return None, after
        if alias.role == "act":
            past = after
        start, end = self._bounds(position, past)
        words = self.text[start:end]
        if generic.force:
            return self.actors._of_state(state, generic.force, start, end, words), past
        return replace(self.actors._bare(generic, start, end, words), country=state.iso3), past

    def _general(self, alias: _Alias, generic: Generic, position: int, after: int) -> tuple[ActorMatch | None, int]:
        """ "soldiers from Chad", "members of the Islamic State": general words and whose they are."""
        owner, past = self._whose(after) if generic.force or generic.armed else (None, after)
        if isinstance(owner, State) and generic.force and alias.role == "term":
            start, end = self._bounds(position, past)
            return self.actors._of_state(owner, generic.force, start, end, self.text[start:end]), past
        if isinstance(owner, ActorEntry | _StateForce) and alias.role != "act":
            past = self._with_acronym(owner, past)
            return self._made(owner, position, past), past
        return (self._made(generic, position, after) if alias.role == "term" else None), after

    def _whose(self, after: int) -> tuple[ActorEntry | _StateForce | State | None, int]:
        if after >= len(self.keys) or self.keys[after] not in _FROM:
            return None, after
        position = after + 1
        if position < len(self.keys) and self.keys[position] == "the":
            position += 1
        if position >= len(self.keys) or not all(self._joined(i) for i in range(after - 1, position)):
            return None, after
        for aliases, past in self._surfaces(position):
            owner = self._choose(aliases).owner
            if isinstance(owner, ActorEntry | _StateForce) and not self._describes(past):
                return owner, past
            if isinstance(owner, State) and self._general_at(past, NEXT_TO) is None and not self._describes(past):
                return owner, past
            break
        return None, after

    def _with_acronym(self, owner: ActorEntry | _StateForce, after: int) -> int:
        """Take in "(ISWAP)" after a name, when what is inside is the same actor's or nobody's."""
        found = _PARENTHESIS.match(self.text, self.ends[after - 1])
        if found is None:
            return after
        inside = after
        while inside < len(self.keys) and self.starts[inside] < found.start(1):
            inside += 1
        past = inside
        while past < len(self.keys) and self.ends[past] <= found.end(1):
            past += 1
        if past == inside:
            return after
        keys = tuple(self.keys[inside:past])
        owners = [alias.owner for alias in self.actors._index.get(keys[0], {}).get(keys, [])]
        unheard = not owners and found[1].isupper() and found[1].isalpha()
        return past if unheard or any(other is owner or other == owner for other in owners) else after

    def _with_tail(self, after: int) -> tuple[Generic | None, int]:
        """Take in "fighters", "group" or "rockets" after a name: still the same actor."""
        found = self._general_at(after, ("term", "beside", "tail"))
        if found is None or not (found[1].armed or found[1].force):
            return None, after
        return found[1], found[2]


# Names that are in no list


def _with_unlisted(found: list[ActorMatch], unlisted: list[ActorMatch]) -> list[ActorMatch]:
    """`found` with groups that no list has but whose names say what they are.

    They take the place of general words inside them ("army" in "Hill People's Liberation Army" is no state's) and
    give way to everything else.
    """
    if not unlisted:
        return found
    starts = [match.start for match in found]
    dropped: set[int] = set()
    kept: list[ActorMatch] = []
    end = 0
    for name in sorted(unlisted, key=lambda match: match.start):
        first = bisect_right(starts, name.start)
        first -= first > 0 and found[first - 1].end > name.start
        over = range(first, bisect_left(starts, name.end))
        if name.start >= end and all(_gives_way(found[i], name) for i in over):
            dropped.update(over)
            kept.append(name)
            end = name.end
    return sorted([*kept, *(m for i, m in enumerate(found) if i not in dropped)], key=lambda match: match.start)


def _gives_way(match: ActorMatch, name: ActorMatch) -> bool:
    return match.generic and name.start <= match.start and match.end <= name.end


def _unlisted(text: str, rule: Unlisted) -> Iterable[ActorMatch]:
    acronyms: dict[str, ActorMatch] = {}
    for proper in _PROPER.finditer(text):
        starts, _, keys = _tokens(proper.group())
        first = next((i for i, key in enumerate(keys) if key not in rule.leading), len(keys))
        if not rule.names(keys[first:]):
            continue
        start, end = proper.start() + starts[first], proper.end()
        label = text[start:end]
        acronym = _ACRONYM_AFTER.match(text, end)
        end = acronym.end() if acronym else end
        match = ActorMatch(start, end, text[start:end], None, label, rule.kind(keys))
        if acronym:
            acronyms.setdefault(acronym[1], match)
        yield match
    for short, match in acronyms.items():
        for again in re.finditer(rf"(?<![\w(/-]){re.escape(short)}(?![\w)/])", text):
            yield replace(match, start=again.start(), end=again.end(), text=again.group())


# Loading


@cache
def load_actors() -> ActorList:
    """The actor list that comes with Tocsin; read once.

    Raises
    ------
    CodebookError
        If a file of the list cannot be read; the message names file, table and field.
    """
    states = _read("states.toml")
    actors = _read("actors.toml")
    return ActorList(
        [_state(table) for table in states.get("state", [])],
        [_entry(table) for table in actors.get("actor", [])],
        [_generic(table) for table in actors.get("generic", [])],
        actors.get("ignored", ()),
        actors.get("common_words", ()),
        Unlisted(**{field: frozenset(words) for field, words in actors.get("unlisted", {}).items()}),
    )


def _read(name: str) -> dict[str, Any]:
    try:
        return tomllib.loads((files("tocsin") / "codebooks" / name).read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise CodebookError(f"codebooks/{name}: {error}") from error


def _field(table: dict[str, Any], name: str, where: str) -> Any:
    if name not in table:
        raise CodebookError(
            f"codebooks/{where}: an entry lacks {name!r}; it has {', '.join(sorted(table)) or 'nothing'}"
        )
    return table[name]


def _state(table: dict[str, Any]) -> State:
    where = f"states.toml: {table.get('iso3', '?')}"
    return State(
        _field(table, "iso3", where),
        _field(table, "iso_numeric", where),
        _field(table, "name", where),
        table.get("name_ar", ""),
        _field(table, "region", where),
        tuple(table.get("aliases", ())),
        tuple(table.get("adjectives", ())),
        tuple(table.get("capitals", ())),
        tuple(
            Regime(_day(r.get("start"), where), _day(r["end"], where) if "end" in r else None)
            for r in table.get("regimes", ())
        ),
        tuple(Force(force[0], force[1], tuple(force[2:])) for force in table.get("forces", ())),
    )


def _entry(table: dict[str, Any]) -> ActorEntry:
    where = f"actors.toml: {table.get('id', '?')}"
    return ActorEntry(
        _field(table, "id", where),
        _field(table, "label", where),
        _field(table, "kind", where),
        table.get("parent", ""),
        tuple(table.get("countries", ())),
        table.get("active_from"),
        table.get("active_to"),
        tuple(table.get("aliases", ())),
        tuple(table.get("branches", {}).items()),
        table.get("state", ""),
        _day(table["state_from"], where) if "state_from" in table else None,
    )


def _generic(table: dict[str, Any]) -> Generic:
    where = f"actors.toml: generic {table.get('label', '?')}"
    return Generic(
        _field(table, "label", where),
        _field(table, "kind", where),
        table.get("force", ""),
        table.get("armed", False),
        table.get("initiator"),
        tuple(table.get("terms", ())),
        tuple(table.get("beside", ())),
        tuple(table.get("tails", ())),
        tuple(table.get("acts", ())),
    )


def _day(value: object, where: str) -> date:
    if not isinstance(value, date):
        raise CodebookError(f"codebooks/{where}: {value!r} is not a day; write it as 2014-09-08, without quotes")
    return value


# Checking


def lint_actors(actors: ActorList) -> tuple[str, ...]:
    """What is wrong with a list: kinds, parents, countries and regions it cannot have, names two actors share.

    Actors may share a name when they are active in different countries, since the country then tells them apart.
    """
    return (*_lint_entries(actors), *_lint_states(actors), *_lint_names(actors))


def _lint_entries(actors: ActorList) -> Iterable[str]:
    ids = Counter(entry.id for entry in actors.entries)
    for id, times in ids.items():
        if times > 1:
            yield f"actor {id}: the id is used {times} times"
    for entry in actors.entries:
        if entry.kind not in KINDS:
            yield f"actor {entry.id}: kind {entry.kind!r} is none of {', '.join(KINDS)}"
        if entry.parent and entry.parent not in ids:
            yield f"actor {entry.id}: parent {entry.parent!r} is not in the list"
        for country in (*entry.countries, *(c for c, _ in entry.branches), *([entry.state] if entry.state else [])):
            if country not in actors._by_iso3:
                yield f"actor {entry.id}: country {country!r} is not in states.toml"
        if entry.active_from and entry.active_to and entry.active_to < entry.active_from:
            yield f"actor {entry.id}: active_to is before active_from"
    for generic in actors.generics:
        if generic.kind not in KINDS or generic.initiator not in (None, *KINDS):
            yield f"generic {generic.label}: a kind is none of {', '.join(KINDS)}"
        if generic.force and generic.force not in STATE_LABELS:
            yield f"generic {generic.label}: force {generic.force!r} is none of {', '.join(STATE_LABELS)}"


def _lint_states(actors: ActorList) -> Iterable[str]:
    for state in actors.states:
        if state.region not in REGIONS:
            yield f"state {state.iso3}: region {state.region!r} is not one of the regions"
        if not re.fullmatch(r"\d{3}", state.iso_numeric):
            yield f"state {state.iso3}: iso_numeric {state.iso_numeric!r} is not three digits"
        for earlier, later in zip(state.regimes, state.regimes[1:], strict=False):
            if earlier.end is None or earlier.end > later.start:
                yield f"state {state.iso3}: the regime from {earlier.start} overlaps the next"
        for force in state.forces:
            if force.force not in STATE_LABELS:
                yield f"state {state.iso3}: force {force.force!r} is none of {', '.join(STATE_LABELS)}"


def _lint_names(actors: ActorList) -> Iterable[str]:
    for names in actors._index.values():
        for aliases in names.values():
            for position, one in enumerate(aliases):
                for other in aliases[position + 1 :]:
                    if one.owner is other.owner or one.role != other.role or one.bound or other.bound:
                        continue
                    ones, others = set(_countries_of(one.owner)), set(_countries_of(other.owner))
                    if not ones or not others or ones & others:
                        yield f"{one.words!r} names both {_owner_name(one)} and {_owner_name(other)}"


def _owner_name(alias: _Alias) -> str:
    owner = alias.owner
    if isinstance(owner, ActorEntry):
        return owner.id
    if isinstance(owner, _StateForce):
        return f"{owner.state.iso3} {owner.force.name}"
    if isinstance(owner, State):
        return owner.iso3
    return owner.label if owner is not None else "nobody (ignored)"
