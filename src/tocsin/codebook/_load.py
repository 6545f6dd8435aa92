"""From TOML layers to one codebook."""

from __future__ import annotations

import difflib
import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import msgspec

from tocsin.codebook._codes import (
    CivilianTargeting,
    Code,
    Codebook,
    EventType,
    NearMiss,
    PrecedenceRule,
    TollPolicy,
    TollRule,
    UcdpRule,
    VagueCount,
)
from tocsin.errors import CodebookError
from tocsin.records import SpeakerKind

__all__ = ["CODEBOOKS", "load_codebook"]

CODEBOOKS = Path(__file__).resolve().parent.parent / "codebooks"

_SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")

Plover = Literal[
    "AGREE",
    "CONSULT",
    "SUPPORT",
    "COOPERATE",
    "AID",
    "CONCEDE",
    "RETREAT",
    "REQUEST",
    "ACCUSE",
    "REJECT",
    "THREATEN",
    "PROTEST",
    "SANCTION",
    "MOBILIZE",
    "COERCE",
    "ASSAULT",
]
Disorder = Literal[
    "Political violence", "Demonstrations", "Political violence; Demonstrations", "Strategic developments"
]
Text = Annotated[str, msgspec.Meta(min_length=1)]
Texts = tuple[Text, ...]
Number = Annotated[int, msgspec.Meta(ge=0)]


class _Table(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One table of a layer. A field left out is None and changes nothing in the layers below."""


class _About(_Table):
    name: Text | None = None
    version: Text | None = None
    language: Text | None = None
    include: Texts = ()


class _EventType(_Table):
    label: Text | None = None
    definition: str | None = None


class _NearMiss(_Table):
    text: Text
    code: str


class _Code(_Table):
    label: Text | None = None
    event_type: Text | None = None
    disorder_type: Disorder | None = None
    definition: str | None = None
    include: Texts | None = None
    exclude: Texts | None = None
    relevance: str | None = None
    plover: Plover | None = None
    ucdp: UcdpRule | None = None
    sensitive: bool | None = None
    civilian_targeting: CivilianTargeting | None = None
    examples: Texts = ()
    near_misses: tuple[_NearMiss, ...] = ()


class _Examples(_Table):
    examples: Texts = ()


class _VagueCount(_Table):
    low: Number
    best: Number
    high: Number | None = None


class _PrecedenceRule(_Table):
    stronger: Text
    weaker: Text
    when: Text


class _Precedence(_Table):
    order: Texts | None = None
    rules: tuple[_PrecedenceRule, ...] = ()


class _Tolls(_Table):
    best: TollRule | None = None
    rank: tuple[SpeakerKind, ...] | None = None


class _Counting(_Table):
    row: Text | None = None
    splitting: Text | None = None
    spreading: Text | None = None
    areas: Text | None = None
    needs: Text | None = None
    event_date: Text | None = None
    fatalities: Text | None = None
    unknown_actor: Text | None = None
    sides: Text | None = None
    aggregates: Text | None = None
    merging: dict[str, Text] = {}
    tolls: _Tolls = msgspec.field(default_factory=_Tolls)
    not_exported: dict[str, Text] = {}


class _Interaction(_Table):
    order: Texts | None = None
    last: Texts | None = None
    separator: str | None = None
    alone: Text | None = None


class _Scales(_Table):
    order: Texts | None = None


class _Ucdp(_Table):
    state_based: Text | None = None
    non_state: Text | None = None
    one_sided: Text | None = None
    by_kinds: dict[str, dict[str, Literal[1, 2, 3]]] = {}


@dataclass(slots=True)
class _Draft:
    """The layers laid so far, as plain values."""

    about: dict[str, Any] = field(default_factory=dict)
    event_types: dict[str, dict[str, Any]] = field(default_factory=dict)
    codes: dict[str, dict[str, Any]] = field(default_factory=dict)
    none: list[str] = field(default_factory=list)
    vague_counts: dict[str, VagueCount] = field(default_factory=dict)
    counting: dict[str, str] = field(default_factory=dict)
    merging: dict[str, str] = field(default_factory=dict)
    tolls: TollPolicy = field(default_factory=TollPolicy)
    not_exported: dict[str, str] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    rules: list[PrecedenceRule] = field(default_factory=list)
    interaction: dict[str, Any] = field(default_factory=dict)
    scales: tuple[str, ...] = ()
    ucdp: dict[str, str] = field(default_factory=dict)
    by_kinds: dict[str, dict[str, int]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    named_in: dict[str, str] = field(default_factory=dict)
    """For messages: the file that first named each code and event type, and that last set what can be checked only
    when all layers are laid."""


def load_codebook(path: Path | None = None) -> Codebook:
    """Load the core codebook and, where `path` is given, that file on top of it.

    A layer may add codes and event types, add examples and near misses to codes that exist, and override any
    other field; what it leaves out stays as it was. Files that a layer includes are laid under it.

    Parameters
    ----------
    path : Path, optional
        A codebook file in TOML, in the format of ``codebooks/core.toml``.

    Raises
    ------
    CodebookError
        If a file cannot be read, is no TOML, or has a key or value that the format does not know; the message
        names file, table and field.
    """
    draft = _Draft()
    _lay(draft, CODEBOOKS / "core.toml", "core.toml", ())
    if path is not None:
        _lay(draft, path, str(path), ())
    return _finish(draft)


def _lay(draft: _Draft, path: Path, name: str, inside: tuple[Path, ...]) -> None:
    resolved = path.resolve()
    if resolved in inside:
        raise CodebookError(f"{name}: [codebook] include: the file includes itself; remove it from the list")
    tables = _read(path, name)
    about = _about(tables, name)
    for included in about.include:
        shown = (Path(name).parent / included).as_posix()
        _lay(draft, path.parent / included, shown, (*inside, resolved))
    draft.files.append(name)
    draft.about.update(_given(about, leave_out=("include",)))
    for key, table in tables.items():
        if key != "codebook":
            _LAYERS[key](draft, table, name)


def _read(path: Path, name: str) -> dict[str, Any]:
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CodebookError(f"{name}: there is no such file; check the path") from None
    except OSError as error:
        raise CodebookError(f"{name}: cannot be read ({error.strerror}); check the path and its permissions") from None
    except UnicodeDecodeError as error:
        raise CodebookError(f"{name}: not UTF-8 at byte {error.start}; save the file as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise CodebookError(f"{name}: not valid TOML: {error}") from None
    for key, value in tables.items():
        _known(key, ("codebook", *_LAYERS), f"{name}: table [{key}]")
        if not isinstance(value, dict):
            raise CodebookError(f"{name}: {key!r} must be a table, written [{key}]")
    return tables


T = TypeVar("T", bound=_Table)


def _table(raw: object, kind: type[T], name: str, table: str) -> T:
    """Read one table strictly; messages name file, table and field."""
    if not isinstance(raw, dict):
        raise CodebookError(f"{name}: [{table}] must be a table, not {type(raw).__name__}")
    for key in raw:
        _known(key, kind.__struct_fields__, f"{name}: [{table}] field {key!r}")
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        raise CodebookError(f"{name}: [{table}] {_plain(str(error))}") from None


def _plain(message: str) -> str:
    """msgspec's message with the field first: ``sensitive: expected `bool`, got `str```."""
    what, _, where = message.replace(" | null", "").partition(" - at ")
    return f"{where.strip('`').removeprefix('$.')}: {what[0].lower()}{what[1:]}" if where else what


def _known(key: str, known: tuple[str, ...], what: str) -> None:
    if key in known:
        return
    close = difflib.get_close_matches(key, known, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"known are: {', '.join(known)}"
    raise CodebookError(f"{what} is unknown; {hint}")


def _given(table: _Table, leave_out: tuple[str, ...] = ()) -> dict[str, Any]:
    """The fields that a table sets."""
    fields = {name: getattr(table, name) for name in table.__struct_fields__ if name not in leave_out}
    return {name: value for name, value in fields.items() if value is not None}


def _about(tables: Mapping[str, Any], name: str) -> _About:
    return _table(tables.get("codebook", {}), _About, name, "codebook")


def _named(raw: Mapping[str, Any], kind: type[T], name: str, parent: str) -> Iterator[tuple[str, T]]:
    """The tables under `parent`, each with an id in snake_case."""
    for key, table in raw.items():
        if not _SNAKE_CASE.fullmatch(key):
            raise CodebookError(f"{name}: [{parent}.{key}] the id must be lower-case words joined by _")
        yield key, _table(table, kind, name, f"{parent}.{key}")


def _lay_event_types(draft: _Draft, raw: Mapping[str, Any], name: str) -> None:
    for key, table in _named(raw, _EventType, name, "event_types"):
        draft.named_in.setdefault(f"event_types.{key}", name)
        draft.event_types.setdefault(key, {}).update(_given(table))


def _lay_codes(draft: _Draft, raw: Mapping[str, Any], name: str) -> None:
    for key, table in _named(raw, _Code, name, "codes"):
        draft.named_in.setdefault(f"codes.{key}", name)
        code = draft.codes.setdefault(key, {"examples": (), "near_misses": ()})
        if table.event_type is not None:
            draft.named_in[f"codes.{key}.event_type"] = name
        code["examples"] += table.examples
        code["near_misses"] += tuple(NearMiss(miss.text, miss.code or None) for miss in table.near_misses)
        code.update(_given(table, leave_out=("examples", "near_misses")))


def _lay_none(draft: _Draft, raw: Mapping[str, Any], name: str) -> None:
    draft.none.extend(_table(raw, _Examples, name, "none").examples)


def _lay_vague_counts(draft: _Draft, raw: Mapping[str, Any], name: str) -> None:
    for words, value in raw.items():
        count = _table(value, _VagueCount, name, f"vague_counts.{words!r}")
        if not count.low <= count.best <= (count.best if count.high is None else count.high):
            raise CodebookError(f"{name}: [vague_counts] {words!r}: low, best and high must not decrease")
        draft.vague_counts[words.casefold()] = VagueCount(words.casefold(), count.low, count.best, count.high)


def _lay_counting(draft: _Draft, raw: Mapping[str, Any], name: str) -> None:
    table = _table(raw, _Counting, name, "counting")
    draft.counting.update(_given(table, leave_out=("merging", "tolls", "not_exported")))
    draft.merging.update(table.merging)
    draft.tolls = replace(draft.tolls, **_given(table.tolls))
    draft.not_exported.update(table.not_exported)


def _lay_precedence(draft: _Draft, raw: Mapping[str, Any], name: str) -> None:
    table = _table(raw, _Precedence, name, "precedence")
    draft.named_in["precedence"] = name
    draft.order = table.order or draft.order
    draft.rules.extend(PrecedenceRule(rule.stronger, rule.weaker, rule.when) for rule in table.rules)


def _lay_interaction(draft: _Draft, raw: Mapping[str, Any], name: str) -> None:
    draft.interaction.update(_given(_table(raw, _Interaction, name, "interaction")))


def _lay_source_scales(draft: _Draft, raw: Mapping[str, Any], name: str) -> None:
    draft.scales = _table(raw, _Scales, name, "source_scales").order or draft.scales


def _lay_crosswalk(draft: _Draft, raw: Mapping[str, Any], name: str) -> None:
    for key in raw:
        _known(key, ("ucdp",), f"{name}: [crosswalk] table {key!r}")
    table = _table(raw.get("ucdp", {}), _Ucdp, name, "crosswalk.ucdp")
    draft.ucdp.update(_given(table, leave_out=("by_kinds",)))
    for kind, others in table.by_kinds.items():
        draft.by_kinds.setdefault(kind, {}).update(others)


_LAYERS = {
    "event_types": _lay_event_types,
    "codes": _lay_codes,
    "none": _lay_none,
    "vague_counts": _lay_vague_counts,
    "counting": _lay_counting,
    "precedence": _lay_precedence,
    "interaction": _lay_interaction,
    "source_scales": _lay_source_scales,
    "crosswalk": _lay_crosswalk,
}


def _finish(draft: _Draft) -> Codebook:
    """Check what only the whole can show, and freeze it."""
    event_types = {key: _event_type(draft, key, fields) for key, fields in draft.event_types.items()}
    codes = {key: _code(draft, key, fields) for key, fields in draft.codes.items()}
    for code_id in (*draft.order, *(part for rule in draft.rules for part in (rule.stronger, rule.weaker))):
        _known(code_id, tuple(codes), f"{draft.named_in['precedence']}: [precedence] code {code_id!r}")
    unversioned = Codebook(
        name=draft.about.get("name", ""),
        edition=draft.about.get("version", ""),
        language=draft.about.get("language", "en"),
        version="",
        files=tuple(draft.files),
        event_types=event_types,
        codes=codes,
        none_examples=_once(draft.none),
        vague_counts=draft.vague_counts,
        counting=draft.counting,
        merging=draft.merging,
        tolls=draft.tolls,
        not_exported=draft.not_exported,
        precedence=draft.order,
        precedence_rules=tuple(draft.rules),
        interaction_order=draft.interaction.get("order", ()),
        interaction_last=draft.interaction.get("last", ()),
        interaction_separator=draft.interaction.get("separator", "-"),
        interaction_alone=draft.interaction.get("alone", "{kind} only"),
        source_scales=draft.scales,
        ucdp_types=draft.ucdp,
        ucdp_by_kinds=draft.by_kinds,
    )
    return replace(unversioned, version=_version(unversioned))


def _event_type(draft: _Draft, key: str, fields: Mapping[str, Any]) -> EventType:
    if "label" not in fields:
        raise CodebookError(f"{draft.named_in[f'event_types.{key}']}: [event_types.{key}] field 'label' is missing")
    return EventType(id=key, **fields)


def _code(draft: _Draft, key: str, fields: Mapping[str, Any]) -> Code:
    file = draft.named_in[f"codes.{key}"]
    missing = [name for name in ("label", "event_type", "disorder_type") if name not in fields]
    if missing:
        known = [other for other, values in draft.codes.items() if "label" in values]
        close = difflib.get_close_matches(key, known, n=1)
        hint = f"; did you mean [codes.{close[0]}]?" if close else "; a new code needs it"
        raise CodebookError(f"{file}: [codes.{key}] field {missing[0]!r} is missing{hint}")
    file, event_type = draft.named_in[f"codes.{key}.event_type"], fields["event_type"]
    _known(event_type, tuple(draft.event_types), f"{file}: [codes.{key}] event_type {event_type!r}")
    return Code(
        id=key, **{**fields, "examples": _once(fields["examples"]), "near_misses": _once(fields["near_misses"])}
    )


V = TypeVar("V")


def _once(values: Any) -> tuple[Any, ...]:
    """`values` in order, each once: a layer that repeats an example of the layer below adds nothing."""
    return tuple(dict.fromkeys(values))


def _version(codebook: Codebook) -> str:
    """SHA-256 (first 16 hex digits) of the content; names of files and the version itself stay out of it."""
    content = msgspec.to_builtins(codebook)
    del content["files"], content["version"]
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()[:16]
