"""What may leave, as settings, and which incidents are placed coarsely."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from tocsin.codebook import Codebook
from tocsin.records import Claim, Document, Event, SpeakerKind
from tocsin.release._masking import MaskedText
from tocsin.release._vocabulary import vocabulary

__all__ = ["LOCAL_SOURCE", "Policy", "is_sensitive", "role"]

LOCAL_SOURCE = "local source"


@dataclass(frozen=True, slots=True)
class Policy:
    """Settings of a release; every one can only hold back more than the default.

    `passage_limit` is the length in characters of what is quoted around a claim; 0 quotes nothing.
    `also_sensitive` are codes placed coarsely beside those that the codebook marks.
    """

    passage_limit: int = 300
    also_sensitive: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not 0 <= self.passage_limit <= 300:
            raise ValueError(f"passage_limit must be between 0 and 300 characters, not {self.passage_limit}")


def role(kind: SpeakerKind) -> str:
    """How a speaker of a restricted document is shown."""
    return str(vocabulary()["roles"].get(kind, LOCAL_SOURCE))


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    words = vocabulary()["sensitive"]
    return tuple(  # type: ignore[return-value]
        re.compile(rf"(?<!\w)(?:{'|'.join(words[name])})(?!\w)", re.IGNORECASE) for name in ("words", "aside")
    )


def is_sensitive(
    event: Event, claims: Iterable[tuple[Claim, Document | None]], codebook: Codebook, policy: Policy
) -> bool:
    """Whether an incident is placed no finer than the second-level division.

    So is what the codebook marks (detention, sexual violence …), under whichever code any of its claims has it, and
    what was done to people or places that give aid or medical care, told by the words of its claims.
    """

    def marked(code: str | None) -> bool:
        known = codebook.codes.get(code or "")
        return (known is not None and known.sensitive) or code in policy.also_sensitive

    if marked(event.code):
        return True
    targets, aside = _patterns()
    for claim, document in claims:
        actors = " | ".join(f"{p.actor.name} | {p.actor.label}" for p in claim.participants)
        if marked(claim.code) or targets.search(aside.sub(" ", actors)):
            return True
        if document is not None and claim.text_hash == document.text_hash:
            start, end = MaskedText(document.text, ()).sentence(claim.trigger.start, claim.trigger.end)
            if targets.search(aside.sub(" ", document.text[start:end])):
                return True
    return False
