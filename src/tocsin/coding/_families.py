"""Families of codes: which event types are told in each other's words, and which need no day or place to be news."""

from __future__ import annotations

__all__ = ["DEMONSTRATIONS", "GENERAL", "TERRITORY", "VIOLENT", "compatible"]

DEMONSTRATIONS = frozenset(
    {"peaceful_protest", "protest_with_intervention", "excessive_force_against_protesters", "violent_demonstration"}
)
GENERAL = frozenset({"attack", "armed_clash"})
"""What a text calls violence of any type once it has told which."""

TERRITORY = frozenset({"government_regains_territory", "non_state_actor_overtakes_territory"})

# Types that are attacks by their own means; any of them may be called an attack.
_ATTACKS = frozenset(
    {
        "suicide_bomb", "remote_explosive_landmine_ied", "grenade", "shelling_artillery_missile_attack",
        "air_drone_strike", "sexual_violence", "mob_violence", "chemical_weapon",
    }
)  # fmt: skip
VIOLENT = (
    GENERAL
    | TERRITORY
    | _ATTACKS
    | {
        "abduction_forced_disappearance",
        "looting_property_destruction",
        "excessive_force_against_protesters",
        "violent_demonstration",
    }
)

# Types between which one incident is often told: the second names it loosely, or names another side of it.
_TOLD_AS: tuple[frozenset[str], ...] = (
    GENERAL | TERRITORY,
    DEMONSTRATIONS,
    frozenset({"attack", "abduction_forced_disappearance", "looting_property_destruction"}),
    frozenset({"armed_clash", "abduction_forced_disappearance"}),
    frozenset({"remote_explosive_landmine_ied", "suicide_bomb"}),
    frozenset({"shelling_artillery_missile_attack", "air_drone_strike"}),
    frozenset({"mob_violence", "violent_demonstration", "looting_property_destruction"}),
    frozenset({"non_violent_transfer_of_territory", "change_to_group_activity"}),
    frozenset({"arrests", "disrupted_weapons_use"}),
    *(frozenset({"attack", code}) for code in sorted(_ATTACKS)),
)


def compatible(a: str | None, b: str | None) -> bool:
    """Whether two types may be one incident told twice; an unknown type may be any.

    Examples
    --------
    >>> compatible("attack", "suicide_bomb"), compatible("arrests", "suicide_bomb"), compatible(None, "arrests")
    (True, False, True)
    """
    return a is None or b is None or a == b or any(a in family and b in family for family in _TOLD_AS)
