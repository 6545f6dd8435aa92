"""The type of an event: what the classifier believes, with what the cues and the actors say added."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.coding._cues import cued_codes
from tocsin.coding._grammar import lemma
from tocsin.coding._patterns import vocabulary
from tocsin.coding._segments import Segment

__all__ = ["Chosen", "TypeScores", "choose_type"]

_WORDS = vocabulary("mentions").words
_PATTERNS = vocabulary("mentions").patterns

# Log odds that a strong and a weak cue add to what the classifier says; chosen on development reports.
_STRONG, _WEAK = 3.0, 0.8
# A code without a cue of its own needs this log posterior, nearly all of the classifier's belief.
_ALONE = -0.2
# A code known by its examples alone needs this log posterior, a better chance than any other has.
_TAUGHT = -0.9
# A code that has no belief at all; far below what any cue could lift.
_UNTHOUGHT = -9.0
# What decides between codes that the same words name, in log odds: the kind of actors, that people were also
# killed, and that weapons were found or people taken; chosen on development reports.
_ACTORS_DECIDE, _KILLING_DECIDES, _FINDING_DECIDES = 1.0, 0.5, 2.0
_EXPLOSIONS = ("remote_explosive_landmine_ied", "grenade", "shelling_artillery_missile_attack", "suicide_bomb")


@dataclass(frozen=True, slots=True)
class TypeScores:
    """Log probability of each code for a segment, and of none."""

    codes: dict[str, float]
    none: float

    @property
    def best(self) -> float:
        """Log probability of the likeliest code."""
        return max(self.codes.values(), default=_UNTHOUGHT)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A code with its score, in log odds. `specific` words name the type rather than a mere outcome."""

    code: str | None
    score: float
    specific: bool


def choose_type(
    segment: Segment,
    scores: TypeScores,
    *,
    armed_target: bool | None,
    state_initiator: bool | None,
    takes_people: bool,
) -> Chosen:
    """Choose the code of a segment.

    Parameters
    ----------
    segment : Segment
    scores : TypeScores
        What the classifier says of it.
    armed_target, state_initiator : bool or None
        Whether those it was done to carry arms, and whether a state did it; None where nobody is named.
    takes_people : bool
        Whether somebody takes civilians.
    """
    strong = {c.code for c in segment.cues if c.strong}
    best = _with_cues(segment, scores, strong)
    _by_words(best, segment, strong)
    _by_actors(best, segment, strong, armed_target, state_initiator)
    if "looting_property_destruction" in best and _PATTERNS["killing"].search(segment.text):
        # Whoever also kills is not only after property.
        best["armed_clash" if armed_target else "attack"] = best["looting_property_destruction"] + _KILLING_DECIDES
    if takes_people and "abduction_forced_disappearance" in best:
        best["abduction_forced_disappearance"] += _FINDING_DECIDES
    if not best:
        return Chosen(None, scores.none, False)
    code = max(best, key=lambda c: (best[c], c))
    specific = code in strong or bool(strong and code not in ("attack", "armed_clash"))
    return Chosen(code, best[code], specific)


def _with_cues(segment: Segment, scores: TypeScores, strong: set[str]) -> dict[str, float]:
    """The codes worth considering, with what their cues add."""
    weak = {c.code for c in segment.cues if not c.strong} - strong
    # A code that an analyst added has no cues: its examples speak for it as strongly.
    strong |= {code for code, p in scores.codes.items() if code not in cued_codes() and p > _TAUGHT}
    best = {}
    for code, belief in scores.codes.items():
        bonus = _STRONG if code in strong else _WEAK if code in weak else 0.0
        if bonus or belief >= _ALONE:
            best[code] = max(belief, -_STRONG) + bonus
    return best


def _by_words(best: dict[str, float], segment: Segment, strong: set[str]) -> None:
    """A bomb that was found and harmed nobody is a find, not an explosion."""
    if "disrupted_weapons_use" not in best or "disrupted_weapons_use" not in strong:
        return
    if not _PATTERNS["went_off"].search(segment.text):
        best["disrupted_weapons_use"] += _FINDING_DECIDES
        for code in _EXPLOSIONS:
            best.pop(code, None)


def _by_actors(
    best: dict[str, float],
    segment: Segment,
    strong: set[str],
    armed_target: bool | None,
    state_initiator: bool | None,
) -> None:
    """Who did it, and to whom, decides between codes that the same words name."""

    def lift(code: str, above: str, by: float = _ACTORS_DECIDE) -> None:
        best[code] = max(best.get(code, _UNTHOUGHT), best[above]) + by

    if state_initiator and "remote_explosive_landmine_ied" in best and _bombs(segment):
        lift("air_drone_strike", "remote_explosive_landmine_ied")
    if armed_target is True and "attack" in best:
        lift("armed_clash", "attack")
    if armed_target is False and "armed_clash" in best and "armed_clash" not in strong:
        lift("attack", "armed_clash")
    if state_initiator is True:
        best.pop("non_state_actor_overtakes_territory", None)
    if state_initiator is False and "government_regains_territory" in best:
        lift("non_state_actor_overtakes_territory", "government_regains_territory", 0.0)
        del best["government_regains_territory"]


def _bombs(segment: Segment) -> bool:
    return any(t.pos_ == "VERB" and lemma(t) in _WORDS["bombing"] for t in segment.tokens)
