"""What a run did, in figures and ids; never in words of a report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tocsin.errors import InputError

__all__ = ["Account", "Coded", "EventsOfType", "Exported", "Eye", "Imported", "Linked", "Problem", "Read"]


@dataclass(frozen=True, slots=True)
class Problem:
    """An input, or a part of one, that was left out, and why."""

    path: str
    reason: str
    item: str = ""

    def __post_init__(self) -> None:
        # A file's name may be no Unicode; what is printed and handed on as JSON is.
        for name in ("path", "reason", "item"):
            written = getattr(self, name).encode("utf-8", "backslashreplace").decode("utf-8")
            object.__setattr__(self, name, written)

    @classmethod
    def of(cls, error: InputError) -> Problem:
        """The problem that `error` tells of."""
        return cls(error.path, error.reason, error.item)

    def __str__(self) -> str:
        return f"{self.path}{'#' + self.item if self.item else ''}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Read:
    """What :func:`tocsin.pipeline.add` did.

    `inputs` files were found, of which `read_before` were taken in whole by an earlier run and are passed over.
    `received` documents came out of the others: `new` ones, `revised` ones (known, with a new text or date), `known`
    ones, `identical` ones (the same content a second time in this run), and `forgotten` ones, which are not taken.
    `resumed` inputs are long ones that an earlier run had begun: what it had read of them is passed over.
    """

    inputs: int = 0
    read_before: int = 0
    received: int = 0
    new: int = 0
    revised: int = 0
    known: int = 0
    identical: int = 0
    forgotten: int = 0
    resumed: int = 0
    problems: tuple[Problem, ...] = ()
    seconds: float = 0.0

    @property
    def usable(self) -> bool:
        """Whether anything at all could be read, now or before."""
        return bool(self.received or self.read_before or self.resumed)


@dataclass(frozen=True, slots=True)
class Imported:
    """What :func:`tocsin.pipeline.import_datasets` read.

    `datasets` counts the rows of each dataset. Of `rows` read, `new` ones had never been seen, `revised` ones say
    something else than in an earlier release, `known` ones do not, `forgotten` ones are not taken; `withdrawn` ones are
    in the files no longer, where these were said to be whole. `rejected` rows and
    files are listed in the file `rejects` (empty where there are none); `problems` are the first thousand.
    """

    files: int = 0
    rows: int = 0
    new: int = 0
    revised: int = 0
    known: int = 0
    forgotten: int = 0
    withdrawn: int = 0
    rejected: int = 0
    datasets: Mapping[str, int] = field(default_factory=dict)
    rejects: str = ""
    problems: tuple[Problem, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Coded:
    """What :func:`tocsin.pipeline.code` did: documents coded now, claims in them, documents left out."""

    documents: int = 0
    claims: int = 0
    problems: tuple[Problem, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Linked:
    """What :func:`tocsin.pipeline.link` did.

    `doubtful` pairs of claims may or may not be about one incident; `changed` events are new or other than before;
    `relinked` claims were put together anew, the rest stay where they were.
    """

    copies: int = 0
    claims: int = 0
    events: int = 0
    changed: int = 0
    doubtful: int = 0
    seconds: float = 0.0
    relinked: int = 0


@dataclass(frozen=True, slots=True)
class EventsOfType:
    """Events of one type, and how many rows of the event table they make."""

    event_type: str
    events: int
    rows: int


@dataclass(frozen=True, slots=True)
class Eye:
    """What needs a person's eye.

    `disputed` are ids of events in the table that sources contradict each other on, `places` of those whose place is
    more likely wrong than right; `doubtful` counts pairs of claims that may be one incident; `undated` are documents
    without a date that is missed in them, as they were named on arrival.
    """

    disputed: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    doubtful: int = 0
    undated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exported:
    """What :func:`tocsin.pipeline.export` wrote, over the whole workspace.

    `not_coded` counts documents in languages that cannot be coded yet, by language. `claims` counts claims by
    modality, `not_exported` events that are no row by reason; `reasons` puts those reasons in words. `problems` name
    the events that the last gate held back, by id: they are in ``internal/`` only.

    `written` tells how many entries each file of a form holds, by the file's name. `where` is the condition that chose
    the events, empty where all were written: figures of events and rows are then of the chosen ones. `as_of` is the
    moment that was asked for, None where everything is as it is known now.
    """

    documents: int = 0
    copies: int = 0
    not_coded: Mapping[str, int] = field(default_factory=dict)
    claims: Mapping[str, int] = field(default_factory=dict)
    events: tuple[EventsOfType, ...] = ()
    all_events: int = 0
    rows: int = 0
    not_exported: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    eye: Eye = Eye()
    files: tuple[str, ...] = ()
    written: Mapping[str, int] = field(default_factory=dict)
    where: str = ""
    as_of: datetime | None = None
    problems: tuple[Problem, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Account:
    """What :func:`tocsin.pipeline.run` did, step by step.

    `workspace` and `out` are folders; `finished_at` is in UTC.
    """

    workspace: str
    out: str
    finished_at: datetime
    read: Read
    coded: Coded
    linked: Linked
    exported: Exported

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that was left out, in order."""
        return self.read.problems + self.coded.problems + self.exported.problems
