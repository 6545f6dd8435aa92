"""All models by their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tocsin.errors import UsageError
from tocsin.forecast._boosted import Boosted
from tocsin.forecast._croston import Croston
from tocsin.forecast._models import Conflictology, LastObservation, Model, NegativeBinomial, Recency
from tocsin.forecast._stacked import Stacked

__all__ = ["MODELS", "SLOW", "model_named"]

_QUICK: tuple[Model, ...] = (Conflictology(), LastObservation(), NegativeBinomial(), Recency())
_LEARNING: tuple[Model, ...] = (Boosted(), Croston(), Stacked())

MODELS: Mapping[str, Model] = {model.name: model for model in (*_QUICK, *_LEARNING)}
SLOW = frozenset(model.name for model in _LEARNING)
"""Models that take a second and more for each origin, because they are learned there."""


def model_named(name: str, neighbours: Mapping[str, Sequence[str]] | None = None) -> Model:
    """The model of a name; where it can learn from neighbours, with these.

    Raises
    ------
    UsageError
        If there is none; the message has all names.
    """
    if name not in MODELS:
        raise UsageError(f"no model {name!r}; there are: {', '.join(sorted(MODELS))}")
    model = MODELS[name]
    if not neighbours:
        return model
    if isinstance(model, Boosted):
        return replace(model, neighbours=neighbours)
    if isinstance(model, Stacked):
        members = (replace(one, neighbours=neighbours) if isinstance(one, Boosted) else one for one in model.members)
        return replace(model, members=tuple(members))
    return model
