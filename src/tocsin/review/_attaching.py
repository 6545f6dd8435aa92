"""What a judgement is about now: the claim it names, else the claim that a new coding put in its place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tocsin.codebook import Codebook
from tocsin.errors import UsageError
from tocsin.linking import corrected, current_judgements
from tocsin.records import Claim, Judgement, Span

__all__ = ["Attached", "attach"]


@dataclass(frozen=True, slots=True)
class Attached:
    """`judgements` whose subjects are there, first to last, and the `lost` ones: for a person to look at again.

    Judgements that moved to another claim name that one; the log itself stays as it is. `lost` holds only those that
    nothing later on the same subjects supersedes.
    """

    judgements: tuple[Judgement, ...]
    lost: tuple[Judgement, ...] = ()


def attach(
    judgements: Iterable[Judgement],
    claims: Mapping[str, Claim],
    former: Mapping[str, Claim],
    events: Collection[str],
    codebook: Codebook,
) -> Attached:
    """Attach the whole log to what there is now. Pure.

    A subject is the claim or event with its id; else, for a claim that was coded anew, the one claim that was read
    from overlapping words of the same text. Where there is none, or two fit equally well, the judgement is lost; so is
    a correction whose value the codebook cannot read any more.

    Parameters
    ----------
    judgements : iterable of Judgement
        The log, in the order it was recorded in.
    claims : mapping of str to Claim
        The current claims by id.
    former : mapping of str to Claim
        Claims by id that are current no more, where they are still known.
    events : collection of str
        Ids of current events.
    codebook : Codebook
    """
    heirs = _Heirs(claims.values())
    everything = list(judgements)
    latest = {j.id for j in current_judgements(everything)}
    kept, lost = [], []
    for judgement in everything:
        subjects = tuple(_subject(s, claims, former, events, heirs) for s in judgement.subjects)
        if all(subjects) and _readable(judgement, codebook):
            kept.append((judgement, replace(judgement, subjects=subjects)))
        elif judgement.id in latest and judgement.verdict != "unsure":
            lost.append(judgement)
    # An earlier word does not come back because the last one is lost.
    gone = {_matter(judgement) for judgement in lost}
    return Attached(tuple(now for was, now in kept if _matter(was) not in gone), tuple(lost))


def _matter(judgement: Judgement) -> tuple[frozenset[str], str]:
    return frozenset(judgement.subjects), judgement.field


def _readable(judgement: Judgement, codebook: Codebook) -> bool:
    try:
        corrected(_BLANK, [judgement], codebook)
    except UsageError:
        return False
    return True


_BLANK = Claim("", "", "", Span("", 0, 1), None)


def _subject(
    subject: str, claims: Mapping[str, Claim], former: Mapping[str, Claim], events: Collection[str], heirs: _Heirs
) -> str:
    if subject in claims or subject in events:
        return subject
    return heirs.of(former[subject]) if subject in former else ""


class _Heirs:
    """Current claims by the text they were read from."""

    def __init__(self, claims: Iterable[Claim]) -> None:
        self._by_text: dict[str, list[Claim]] = defaultdict(list)
        for claim in claims:
            self._by_text[claim.text_hash].append(claim)

    def of(self, gone: Claim) -> str:
        """The id of the claim that says now what `gone` said; empty where there is none, or no telling which."""
        ranked = sorted((_fit(gone, c), c.id) for c in self._by_text.get(gone.text_hash, ()) if _overlap(gone, c))
        if not ranked or (len(ranked) > 1 and ranked[-1][0] == ranked[-2][0]):
            return ""
        return ranked[-1][1]


def _overlap(one: Claim, other: Claim) -> int:
    """Characters that the words which triggered both have in common."""
    return max(0, min(one.trigger.end, other.trigger.end) - max(one.trigger.start, other.trigger.start))


def _fit(gone: Claim, claim: Claim) -> Sequence[float]:
    """How well `claim` stands in for `gone`: by its words first, then by who says it, and what."""
    either = max(gone.trigger.end, claim.trigger.end) - min(gone.trigger.start, claim.trigger.start)
    return (
        _overlap(gone, claim) / either,
        gone.speaker.name == claim.speaker.name,
        gone.modality == claim.modality,
        gone.code == claim.code,
        gone.when == claim.when,
    )
