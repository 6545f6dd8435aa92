"""The ledger of events, their versions, and what people decided about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, or_, select

from tocsin.errors import NotFound, WorkspaceError
from tocsin.records import Event, Judgement, from_json, to_json
from tocsin.store._database import moment_for, next_number
from tocsin.store._documents import MANY, batches, fingerprint
from tocsin.store._schema import event_claims, events, judgements, ledger, redirects, visible, withdrawals


def save(
    connection: Connection,
    new: Sequence[Event],
    moved: Mapping[str, str],
    withdrawn: Sequence[str],
    at: datetime,
) -> int:
    """Make `new` the current events in the transaction of `connection`; return how many versions that opened."""
    _check(new, moved)
    moment = moment_for(connection, at)
    current = {
        row.id: (row.n, row.content)
        for row in connection.execute(select(events.c.id, events.c.n, events.c.content).where(visible(events, None)))
    }
    wanted = {event.id: event for event in new}
    _enter(connection, [*wanted, *moved.values(), *moved, *withdrawn], moment)
    closed: list[int] = [n for identity, (n, _) in current.items() if identity not in wanted]
    n = next_number(connection, events.c.n)
    rows: list[dict[str, Any]] = []
    claim_rows: list[dict[str, Any]] = []
    for event in wanted.values():
        record = to_json(event)
        content = fingerprint(record)
        before = current.get(event.id)
        if before is not None:
            if before[1] == content:
                continue
            closed.append(before[0])
        row = {"n": n + len(rows), "id": event.id, "content": content, "record": record, "recorded_from": moment}
        rows.append(row)
        claim_rows.extend({"event_n": row["n"], "claim_id": c} for c in dict.fromkeys(event.claim_ids))
    for numbers in batches(closed, MANY):
        connection.execute(events.update().where(events.c.n.in_(numbers)).values(recorded_to=moment))
    if rows:
        connection.execute(events.insert(), rows)
    if claim_rows:
        connection.execute(event_claims.insert(), claim_rows)
    _redirect(connection, moved, wanted, moment)
    # An id that leads on to another event is not lost, even when none of its claims is left.
    gone = (set(current) | set(withdrawn)) - set(wanted) - set(read_redirects(connection, None))
    _withdraw(connection, gone, wanted, moment)
    return len(rows)


def _check(new: Sequence[Event], moved: Mapping[str, str]) -> None:
    times = Counter(event.id for event in new)
    twice = [identity for identity, count in times.items() if count > 1]
    if twice:
        raise ValueError(f"an event id was given to more than one event: {', '.join(twice)}")
    both = sorted(times.keys() & moved.keys())
    if both:
        raise ValueError(f"an event cannot be current and redirected: {', '.join(both)}")


def _enter(connection: Connection, ids: Iterable[str], moment: datetime) -> None:
    known = set(connection.execute(select(ledger.c.id)).scalars())
    n = next_number(connection, ledger.c.n)
    rows = [
        {"n": n + i, "id": identity, "recorded_from": moment}
        for i, identity in enumerate(i for i in dict.fromkeys(ids) if i not in known)
    ]
    if rows:
        connection.execute(ledger.insert(), rows)


def _redirect(connection: Connection, moved: Mapping[str, str], wanted: Mapping[str, Event], moment: datetime) -> None:
    current = {row.old: row for row in connection.execute(select(redirects).where(visible(redirects, None)))}
    # An id that came back to life no longer leads elsewhere.
    stale = [row.n for old, row in current.items() if old in wanted or moved.get(old, row.new) != row.new]
    for numbers in batches(stale, MANY):
        connection.execute(redirects.update().where(redirects.c.n.in_(numbers)).values(recorded_to=moment))
    n = next_number(connection, redirects.c.n)
    fresh = [(old, new) for old, new in moved.items() if old not in current or current[old].new != new]
    if fresh:
        rows = [{"n": n + i, "old": old, "new": new, "recorded_from": moment} for i, (old, new) in enumerate(fresh)]
        connection.execute(redirects.insert(), rows)


def _withdraw(connection: Connection, gone: Iterable[str], wanted: Iterable[str], moment: datetime) -> None:
    current = {row.id: row.n for row in connection.execute(select(withdrawals).where(visible(withdrawals, None)))}
    back = [current[identity] for identity in wanted if identity in current]
    for numbers in batches(back, MANY):
        connection.execute(withdrawals.update().where(withdrawals.c.n.in_(numbers)).values(recorded_to=moment))
    n = next_number(connection, withdrawals.c.n)
    fresh = [identity for identity in sorted(gone) if identity not in current]
    if fresh:
        rows = [{"n": n + i, "id": identity, "recorded_from": moment} for i, identity in enumerate(fresh)]
        connection.execute(withdrawals.insert(), rows)


def read_ledger(connection: Connection) -> dict[str, frozenset[str]]:
    """Every event id ever given, oldest first, with the claims it last stood for."""
    last = select(func.max(events.c.n)).group_by(events.c.id)
    found = connection.execute(
        select(events.c.id, event_claims.c.claim_id)
        .join(event_claims, event_claims.c.event_n == events.c.n)
        .where(events.c.n.in_(last))
    )
    members: dict[str, set[str]] = {
        identity: set() for identity in connection.execute(select(ledger.c.id).order_by(ledger.c.n)).scalars()
    }
    for row in found:
        members[row.id].add(row.claim_id)
    return {identity: frozenset(claim_ids) for identity, claim_ids in members.items()}


def read_redirects(connection: Connection, as_of: datetime | None) -> dict[str, str]:
    """Ids given up, and where each leads in the end."""
    steps = {
        row.old: row.new
        for row in connection.execute(select(redirects).where(visible(redirects, as_of)).order_by(redirects.c.n))
    }
    return {old: _follow(old, steps) for old in steps}


def _follow(identity: str, steps: Mapping[str, str]) -> str:
    seen = {identity}
    while identity in steps and steps[identity] not in seen:
        identity = steps[identity]
        seen.add(identity)
    return identity


def read_withdrawals(connection: Connection, as_of: datetime | None) -> dict[str, datetime]:
    """Events that are withdrawn, and since when."""
    found = select(withdrawals).where(visible(withdrawals, as_of)).order_by(withdrawals.c.n)
    return {row.id: row.recorded_from for row in connection.execute(found)}


def find_event(connection: Connection, reference: str, as_of: datetime | None) -> Event:
    """The event that `reference` names: an id, an id that was given up, or the beginning of one.

    Raises
    ------
    NotFound
        If it names none, one that was withdrawn, or several.
    """
    identity = read_redirects(connection, as_of).get(reference) or reference
    row = connection.execute(select(events.c.record).where(events.c.id == identity, visible(events, as_of))).first()
    if row is None:
        identity = read_redirects(connection, as_of).get(found := _complete(connection, reference, as_of)) or found
        row = connection.execute(select(events.c.record).where(events.c.id == identity, visible(events, as_of))).first()
    if row is None:
        since = read_withdrawals(connection, as_of).get(identity)
        if since is not None:
            raise NotFound(f"event {identity} was withdrawn on {since:%Y-%m-%d}; an earlier as-of date still has it")
        raise NotFound(f"event {identity} did not exist then; leave out the as-of date, or choose a later one")
    return from_json(row.record, Event)


def _complete(connection: Connection, prefix: str, as_of: datetime | None) -> str:
    """The one event id that begins with `prefix`, with or without its leading letter; rather one given by `as_of`."""
    begins = or_(
        ledger.c.id.startswith(prefix, autoescape=True), ledger.c.id.startswith("e-" + prefix, autoescape=True)
    )
    known = select(ledger.c.id).where(begins).order_by(ledger.c.n).limit(6)
    found = list(connection.execute(known).scalars())
    if as_of is not None:
        found = list(connection.execute(known.where(ledger.c.recorded_from <= as_of)).scalars()) or found
    if prefix in found:
        return prefix
    if not prefix or not found:
        raise NotFound(f"no event {prefix!r} in this workspace; the ids are in events.csv and events.jsonl")
    if len(found) > 1:
        raise NotFound(f"{prefix!r} could be any of {', '.join(found)}; give more of the id")
    return str(found[0])


def add_judgements(connection: Connection, new: Iterable[Judgement], at: datetime) -> int:
    """Append the judgements that are not there yet; return how many.

    Raises
    ------
    WorkspaceError
        If one has the id of another that says something else.
    """
    moment = moment_for(connection, at)
    n = next_number(connection, judgements.c.n)
    added = 0
    for batch in batches(new, MANY):
        ids = [judgement.id for judgement in batch]
        known = {r.id: r.record for r in connection.execute(select(judgements).where(judgements.c.id.in_(ids)))}
        rows: list[dict[str, Any]] = []
        for judgement in batch:
            record = to_json(judgement)
            before = known.setdefault(judgement.id, record)
            if before is record:
                rows.append({"n": n + added + len(rows), "id": judgement.id, "record": record, "recorded_from": moment})
            elif before != record:
                raise WorkspaceError(
                    f"judgement {judgement.id} is there already and says something else; "
                    "judgements are never changed, add a new one with its own id"
                )
        if rows:
            connection.execute(judgements.insert(), rows)
        added += len(rows)
    return added
