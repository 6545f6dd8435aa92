"""The frozen weights that linking runs on."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from tocsin.errors import UsageError

__all__ = ["LinkWeights", "load_weights", "weights_toml"]

_GROUPS = ("date", "place", "type", "actors", "counts", "other")


@dataclass(frozen=True, slots=True, eq=False)
class LinkWeights:
    """What each reason for or against one incident weighs, in natural log odds.

    `of` maps ``group.name`` to its figure; `compatible` maps pairs of codes, in alphabetical order, to the reason
    why one incident is coded as either.
    """

    version: str
    prior: float
    threshold: float
    of: Mapping[str, float]
    compatible: Mapping[tuple[str, str], str]

    def fit(self, one: str, other: str) -> bool:
        """Whether two different codes are both used for one incident."""
        return ((one, other) if one <= other else (other, one)) in self.compatible


def load_weights(path: Path | None = None) -> LinkWeights:
    """Return the weights of the file at `path`, or those that come with Tocsin.

    Raises
    ------
    UsageError
        If the file cannot be read or lacks a figure; the message names file, table and field.
    """
    if path is None:
        return _own_weights()
    try:
        return _parse(path.read_text("utf-8"), str(path), needed=_own_weights().of)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read as linking weights: {error}") from error


@cache
def _own_weights() -> LinkWeights:
    return _parse((files("tocsin.linking") / "weights.toml").read_text("utf-8"), "weights.toml", needed={})


def weights_toml(weights: LinkWeights, note: str = "") -> str:
    """`weights` as a file that :func:`load_weights` reads; `note` stands above them as a comment."""
    lines = [f"# {line}" for line in note.splitlines()]
    lines += [
        f"version = {json.dumps(weights.version)}",
        f"prior = {weights.prior}",
        f"threshold = {weights.threshold}",
    ]
    for group in _GROUPS:
        lines += ["", f"[{group}]"]
        lines += [f"{n.removeprefix(f'{group}.')} = {v}" for n, v in weights.of.items() if n.startswith(f"{group}.")]
    for codes, reason in weights.compatible.items():
        quoted = json.dumps(reason, ensure_ascii=False)
        lines += ["", "[[compatible]]", f"codes = {json.dumps(list(codes))}", f"reason = {quoted}"]
    return "\n".join(lines) + "\n"


def _parse(text: str, name: str, needed: Mapping[str, float]) -> LinkWeights:
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{name}: not TOML: {error}") from error
    of: dict[str, float] = {}
    for group in _GROUPS:
        for key, value in raw.get(group, {}).items():
            of[f"{group}.{key}"] = _figure(value, f"{name}: [{group}] {key}")
    for key in needed:
        if key not in of:
            raise UsageError(f"{name}: {key} is missing; copy it from the weights that come with Tocsin")
    compatible = {}
    for pair in raw.get("compatible", ()):
        codes = sorted(pair.get("codes", ()))
        if len(codes) != 2:
            raise UsageError(f"{name}: [[compatible]] needs two codes, got {codes}")
        compatible[codes[0], codes[1]] = str(pair.get("reason", ""))
    return LinkWeights(
        version=str(raw.get("version", "")),
        prior=_figure(raw.get("prior"), f"{name}: prior"),
        threshold=_figure(raw.get("threshold"), f"{name}: threshold"),
        of=of,
        compatible=compatible,
    )


def _figure(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UsageError(f"{where} must be a number, got {value!r}")
    return float(value)
