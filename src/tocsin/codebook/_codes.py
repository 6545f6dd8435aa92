"""The codes and rules, loaded."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from tocsin.errors import CodebookError
from tocsin.records import SpeakerKind

if TYPE_CHECKING:
    from tocsin.codebook._actors import ActorList
    from tocsin.records import ActorKind

__all__ = [
    "CivilianTargeting",
    "Code",
    "Codebook",
    "EventType",
    "NearMiss",
    "PrecedenceRule",
    "TollPolicy",
    "TollRule",
    "UcdpRule",
    "VagueCount",
]

CivilianTargeting = Literal["always", "never", "by target"]
UcdpRule = Literal["by actors", "none"]
TollRule = Literal["acled", "ucdp", "source-ranked"]


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A sentence that looks like one code and is another; `code` is the right one, None where it is no event."""

    text: str
    code: str | None


@dataclass(frozen=True, slots=True)
class EventType:
    """One of the event types, such as Battles; `id` is its key in the codebook, `label` what tables show."""

    id: str
    label: str
    definition: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """A sub-event type: what belongs to it, what does not, and sentences that show it.

    `label` and `disorder_type` are as the event table writes them. `ucdp` is ``by actors`` where UCDP's type of
    violence follows the actors, ``none`` where it has no counterpart there. `sensitive` codes are released no
    finer than the second-level division.
    """

    id: str
    label: str
    event_type: str
    disorder_type: str
    definition: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    relevance: str = ""
    plover: str = ""
    ucdp: UcdpRule = "none"
    sensitive: bool = False
    civilian_targeting: CivilianTargeting = "never"
    examples: tuple[str, ...] = ()
    near_misses: tuple[NearMiss, ...] = ()


@dataclass(frozen=True, slots=True)
class VagueCount:
    """What a vague figure such as "dozens" is worth; `high` is None where the word sets no upper bound."""

    words: str
    low: int
    best: int
    high: int | None = None


@dataclass(frozen=True, slots=True)
class PrecedenceRule:
    """Which of two codes is coded where one incident shows both, and when."""

    stronger: str
    weaker: str
    when: str


@dataclass(frozen=True, slots=True)
class TollPolicy:
    """Which of the sources' figures is an incident's best.

    ``acled``: the lowest. ``ucdp``: the one that most independent lineages give, the lower where they tie.
    ``source-ranked``: the latest of the kind of speaker that comes first in `rank`. Low and high hold all of them.
    """

    best: TollRule = "acled"
    rank: tuple[SpeakerKind, ...] = ()

    def rank_of(self, kind: SpeakerKind) -> int:
        """How much `kind` is trusted: 0 most; what the list leaves out comes last."""
        return self.rank.index(kind) if kind in self.rank else len(self.rank)


@dataclass(frozen=True, slots=True)
class Codebook:
    """Everything that was loaded, layer upon layer.

    `version` is a hash of the content of all layers, whatever their comments and layout; it changes whenever a
    coding may change. `edition` is the version that the codebook's author gave it. `files` are the names of the
    layers in the order in which they were laid.
    """

    name: str
    edition: str
    language: str
    version: str
    files: tuple[str, ...]
    event_types: Mapping[str, EventType]
    codes: Mapping[str, Code]
    none_examples: tuple[str, ...]
    vague_counts: Mapping[str, VagueCount]
    counting: Mapping[str, str]
    merging: Mapping[str, str]
    tolls: TollPolicy
    not_exported: Mapping[str, str]
    precedence: tuple[str, ...]
    precedence_rules: tuple[PrecedenceRule, ...]
    interaction_order: tuple[str, ...]
    interaction_last: tuple[str, ...]
    interaction_separator: str
    interaction_alone: str
    source_scales: tuple[str, ...]
    ucdp_types: Mapping[str, str]
    ucdp_by_kinds: Mapping[str, Mapping[str, int]]

    def __hash__(self) -> int:
        return hash(self.version)

    @property
    def actors(self) -> ActorList:
        """The actor list: states and their forces, armed groups, generic actors."""
        return _actors()

    def code(self, code_id: str) -> Code:
        """The code with this id.

        Raises
        ------
        CodebookError
            If there is none; the message suggests ids that look like it.
        """
        if code_id in self.codes:
            return self.codes[code_id]
        raise CodebookError(f"no code {code_id!r} in the codebook; {_suggest(code_id, self.codes)}")

    def by_label(self, label: str) -> Code:
        """The code whose sub-event label is `label`, whatever its case.

        Raises
        ------
        CodebookError
            If there is none; the message suggests labels that look like it.
        """
        wanted = label.strip().casefold()
        for code in self.codes.values():
            if code.label.casefold() == wanted:
                return code
        labels = [code.label for code in self.codes.values()]
        raise CodebookError(f"no sub-event type labelled {label!r} in the codebook; {_suggest(label, labels)}")

    def event_type_of(self, code_id: str) -> EventType:
        """The event type that the code with this id belongs to.

        Raises
        ------
        CodebookError
            If there is no such code.
        """
        return self.event_types[self.code(code_id).event_type]

    def rank(self, code_id: str) -> int:
        """Where the code stands in the order of precedence, 0 first; codes outside the order stand after it.

        Raises
        ------
        CodebookError
            If there is no such code.
        """
        self.code(code_id)
        return self.precedence.index(code_id) if code_id in self.precedence else len(self.precedence)

    def strongest(self, code_ids: Iterable[str]) -> str:
        """The code that is coded where one incident shows all of these; ties go to the first id in the alphabet.

        Raises
        ------
        CodebookError
            If there is no such code.
        ValueError
            If `code_ids` is empty.
        """
        return min(code_ids, key=lambda code_id: (self.rank(code_id), code_id))

    def interaction(self, kind1: ActorKind, kind2: ActorKind | None = None) -> str:
        """The label of the interaction of two kinds of actor, in either order; of one alone where `kind2` is None."""
        if kind2 is None:
            return self.interaction_alone.format(kind=kind1)
        first, second = sorted(
            (kind1, kind2), key=lambda kind: (kind in self.interaction_last, self.interaction_order.index(kind))
        )
        return f"{first}{self.interaction_separator}{second}"

    def interaction_code(self, kind1: ActorKind, kind2: ActorKind | None = None) -> int:
        """The older numeric code of an interaction: 10 for state forces only, 12 for state forces with rebels."""
        first = self.interaction_order.index(kind1) + 1
        second = 0 if kind2 is None else self.interaction_order.index(kind2) + 1
        low, high = (first, second) if second == 0 else sorted((first, second))
        return low * 10 + high

    def ucdp_type(self, kind1: ActorKind, kind2: ActorKind) -> int | None:
        """UCDP's type of violence between two kinds of actor, in either order.

        1 is state-based, 2 non-state, 3 one-sided; None where UCDP has no such event.
        """
        found = self.ucdp_by_kinds.get(kind1, {}).get(kind2)
        return found if found is not None else self.ucdp_by_kinds.get(kind2, {}).get(kind1)

    def source_scale(self, scales: Iterable[str]) -> str:
        """The label of the scales of an event's sources, nearest first, at most the nearest and the farthest.

        Raises
        ------
        CodebookError
            If one of them is not in the list.
        """
        known = self.source_scales
        wanted = set(scales)
        for scale in sorted(wanted - set(known)):
            raise CodebookError(f"no source scale {scale!r} in the codebook; {_suggest(scale, known)}")
        ordered = [scale for scale in known if scale in wanted]
        return "-".join(dict.fromkeys((ordered[0], ordered[-1]))) if ordered else ""


@cache
def _actors() -> ActorList:
    # Loaded on first use: most commands need the codes and not the thousand names.
    from tocsin.codebook._actors import load_actors

    return load_actors()


def _suggest(wanted: str, known: Iterable[str]) -> str:
    names = list(known)
    close = difflib.get_close_matches(wanted, names, n=3, cutoff=0.5)
    if close:
        return f"did you mean {' or '.join(repr(name) for name in close)}?"
    return f"there are: {', '.join(names)}"
