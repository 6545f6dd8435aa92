"""What one claim says, and whom it speaks for, when claims about one incident are merged."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from tocsin.linking._profile import fold
from tocsin.records import Claim

__all__ = ["Voice", "ids", "votes"]

V = TypeVar("V", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Voice:
    """A claim with the lineage it belongs to and the day its document was published (the last day, if unknown).

    `own` says that the speaker is the outlet itself, which `outlet` names: in every copy those are the words of the
    origin.
    """

    claim: Claim
    lineage: str
    published: date
    own: bool = False
    outlet: str = ""

    @property
    def speaker(self) -> str:
        """Who says so, as far as it can be told apart."""
        said = self.claim.speaker
        return "" if self.own else fold(said.canonical or said.name)

    @property
    def moment(self) -> tuple[date, bool, int, str]:
        """Orders what was said: by publication, a day's copies before their origin, then by place in the text."""
        origin = self.claim.document_id == self.lineage
        return (self.published, origin, self.claim.trigger.start, self.claim.id)


def votes(voices: Iterable[Voice], value: Callable[[Voice], V | None]) -> Counter[V]:
    """Votes for each value: one a lineage, shared out evenly among what its claims say."""
    said: dict[str, set[V]] = defaultdict(set)
    for voice in voices:
        if (found := value(voice)) is not None:
            said[voice.lineage].add(found)
    counted: Counter[V] = Counter()
    for values in said.values():
        for found in values:
            counted[found] += 1 / len(values)  # type: ignore[assignment]
    return counted


def ids(voices: Iterable[Voice]) -> tuple[str, ...]:
    return tuple(sorted({v.claim.id for v in voices}))
