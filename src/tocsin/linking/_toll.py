"""How many: from every speaker's figures to one range with a best value, nobody's figure lost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import inf

from tocsin.codebook import TollPolicy
from tocsin.linking._corrections import COUNTS
from tocsin.linking._profile import ARMED, figure, fold
from tocsin.linking._voices import Voice, votes
from tocsin.records import Claim, Count, MergedField

__all__ = ["toll"]

FORMAL = frozenset({"party", "official", "security", "monitor"})
"""Speakers that are one and the same in every report, so that a later figure of theirs replaces the earlier one even
where another outlet carried it. "Residents" are others in every report."""

PARTIAL = "part"
"""A count whose rule begins with this is a share of the incident's toll, to be added to its like."""


def toll(name: str, voices: Sequence[Voice], policy: TollPolicy) -> tuple[Count | None, MergedField | None]:
    """Merge the counts called `name` ("deaths", "injured", …).

    The best value is chosen by `policy` from what each speaker of each lineage said last; an early "at least" that a
    later figure leaves behind only gives the lower bound. A party's figure for its enemy's dead, and denials, only
    widen the range. Nothing stated gives None, which is not zero.
    """
    # A total over a time and an area is compared with no incident, so it stands alone with its copies.
    spoken = [v for v in voices if v.claim.modality in ("asserted", "possible")]
    asserted = _latest(name, spoken or [v for v in voices if v.claim.modality == "aggregate"])
    denied = [v for v in voices if v.claim.modality == "denied" and _count(v.claim, name) is not None]
    if not asserted and not denied:
        return None, None
    if not asserted and all(v.claim.modality == "denied" for v in voices):
        return _as_denied(name, denied)
    own = [s for s in asserted if not (name in ("deaths", "injured") and of_enemy(s.voices[0].claim))]
    basis = _final(own or asserted)
    best, rule = _best(basis, policy)
    merged = Count(
        low=_least(s.low for s in asserted),
        best=best,
        high=_most(s.high_known for s in asserted),
        rule="only a party's figure for its enemy" if not own else rule if len(asserted) > 1 else "only figure",
    )
    if denied:
        merged = _widened(merged, [c for v in denied if (c := _count(v.claim, name))])
    dissent = _dissent(asserted, merged) | {v.claim.id for v in denied}
    telling = [s for s in basis if s.best == merged.best] or basis
    field = MergedField(
        name=name,
        claim_ids=tuple(sorted(v.claim.id for s in telling for v in s.voices)),
        rule=merged.rule,
        disputed=bool(dissent),
        disputed_by=tuple(sorted(dissent)),
    )
    return merged, field


def _final(said: Sequence[_Said]) -> list[_Said]:
    """`said` without what later news left behind: "at least 3" on the day, where 8 are told days after."""
    return [
        s
        for s in said
        if s.high is not None
        or s.low is None
        or not any(t.told > s.told and t.best is not None and t.best > s.low for t in said)
    ]


def _best(said: Sequence[_Said], policy: TollPolicy) -> tuple[int | None, str]:
    """The figure that stands for the incident, and the rule that chose it."""
    stated = [s for s in said if s.best is not None]
    if policy.best == "ucdp":
        backing = votes((v for s in stated for v in s.voices), lambda v: _figure_of(v, stated))
        most = min(backing, key=lambda figure: (-round(backing[figure], 9), figure), default=None)
        return most, "figure that most lineages give"
    if policy.best == "source-ranked" and stated:
        trusted = min(map(policy.rank_of, (s.voices[0].claim.speaker.kind for s in stated)))
        stated = [s for s in stated if policy.rank_of(s.voices[0].claim.speaker.kind) == trusted]
        latest = max(s.told for s in stated)
        return _least(s.best for s in stated if s.told == latest), "latest figure of the most trusted kind of speaker"
    return _least(s.best for s in stated), "lowest of the speakers' latest figures"


def _figure_of(voice: Voice, said: Iterable[_Said]) -> int | None:
    return next((s.best for s in said if voice in s.voices), None)


def of_enemy(claim: Claim) -> bool:
    """Whether a party speaks of those it says it killed itself."""
    target = next((p.actor for p in claim.participants if p.side == 2 and p.role == "target"), None)
    if target is None or (target.kind is not None and target.kind not in ARMED):
        return False
    return any(
        p.side == 1
        and p.role in ("initiator", "co-belligerent")
        and _is_speaker(claim, p.actor.canonical, p.actor.name)
        for p in claim.participants
    )


def _is_speaker(claim: Claim, canonical: str | None, name: str) -> bool:
    said = claim.speaker
    if said.canonical and canonical:
        return said.canonical == canonical or (
            canonical.startswith("state:") and said.canonical.split(":")[:2] == canonical.split(":")[:2]
        )
    return said.kind in ("party", "official", "security") and bool(fold(name)) and fold(name) == fold(said.name)


@dataclass(frozen=True, slots=True)
class _Said:
    """A speaker's last word on the toll, in one lineage."""

    voices: tuple[Voice, ...]
    low: int | None
    best: int | None
    high: int | None

    @property
    def told(self) -> date:
        """The day it was published."""
        return max(voice.published for voice in self.voices)

    @property
    def high_known(self) -> int | None:
        return next((v for v in (self.high, self.best, self.low) if v is not None), None)

    @property
    def interval(self) -> tuple[float, float]:
        low = self.low if self.low is not None else self.best
        return (0 if low is None else low, inf if self.high is None else self.high)


def _count(claim: Claim, name: str) -> Count | None:
    assert name in COUNTS, name
    found: Count | None = getattr(claim.counts, name)
    return found if figure(found) is not None else None


def _latest(name: str, voices: Iterable[Voice]) -> list[_Said]:
    """What each speaker said last in each lineage; a formal speaker's later word replaces the earlier everywhere."""
    stated: dict[tuple[str, str], list[Voice]] = defaultdict(list)
    last_word: dict[str, date] = {}
    for voice in sorted(voices, key=lambda v: v.moment):
        if _count(voice.claim, name) is not None:
            stated[voice.lineage, voice.speaker].append(voice)
            if name_of := _everywhere(voice):
                last_word[name_of] = max(voice.published, last_word.get(name_of, voice.published))
    return [
        _last_said(name, told)
        for told in stated.values()
        if told[-1].published >= last_word.get(_everywhere(told[-1]), told[-1].published)
    ]


def _everywhere(voice: Voice) -> str:
    """The name of a speaker that is one and the same in every report, as an outlet is in its own; else empty."""
    if voice.own:
        return f"outlet {voice.outlet}" if voice.outlet else ""
    return voice.speaker if voice.claim.speaker.kind in FORMAL else ""


def _last_said(name: str, told: Sequence[Voice]) -> _Said:
    """The last figure for the whole; the sum of the last document's parts where only parts were given."""
    whole = [v for v in told if not _is_part(v.claim, name)]
    if whole:
        count = _count(whole[-1].claim, name) or Count()
        return _Said((whole[-1],), count.low if count.low is not None else count.best, count.best, count.high)
    parts = [v for v in told if v.claim.document_id == told[-1].claim.document_id]
    counts = [c for v in parts if (c := _count(v.claim, name))]
    return _Said(
        tuple(parts),
        sum(c.low if c.low is not None else c.best or 0 for c in counts),
        sum(figure(c) or 0 for c in counts),
        None if any(c.high is None for c in counts) else sum(c.high or 0 for c in counts),
    )


def _is_part(claim: Claim, name: str) -> bool:
    count = _count(claim, name)
    return count is not None and count.rule.startswith(PARTIAL)


def _least(values: Iterable[int | None]) -> int | None:
    return min((v for v in values if v is not None), default=None)


def _most(values: Iterable[int | None]) -> int | None:
    return max((v for v in values if v is not None), default=None)


def _widened(merged: Count, denied: Iterable[Count]) -> Count:
    low, high = merged.low, merged.high
    for count in denied:
        if count.best is None and count.low == 1:
            low = 0  # It is denied that anybody was killed at all.
        else:
            high = _most((high, figure(count)))
    if merged.best is None and merged.low is None:
        low = 0
    return Count(low, merged.best, high, merged.words, merged.rule or "only a denied figure")


def _as_denied(name: str, denied: Sequence[Voice]) -> tuple[Count, MergedField]:
    counts = [c for v in denied if (c := _count(v.claim, name))]
    rule = "as denied"
    merged = Count(
        _least(c.low for c in counts), _least(c.best for c in counts), _most(c.high for c in counts), "", rule
    )
    return merged, MergedField(name, tuple(sorted(v.claim.id for v in denied)), rule)


def _dissent(asserted: Sequence[_Said], merged: Count) -> set[str]:
    """Claims whose figures cannot be true together with the best value, where any two exclude each other."""
    intervals = [s.interval for s in asserted]
    if all(max(a[0], b[0]) <= min(a[1], b[1]) for a in intervals for b in intervals):
        return set()
    best = merged.best if merged.best is not None else merged.low or 0
    return {v.claim.id for s in asserted if not s.interval[0] <= best <= s.interval[1] for v in s.voices}
