"""Vintages as Parquet."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
from pyarrow import parquet

from tocsin.records import Claim, Coding, Event, from_json
from tocsin.store import Arrival, Workspace

from .material import coding, document, event, moment


def test_a_vintage_holds_what_was_known_then(workspace: Workspace) -> None:
    one, two = document(1), document(2)
    workspace.add_many([Arrival(one, "a"), Arrival(two, "b")], moment(0))
    first: Coding = coding(one)
    workspace.save_codings([first], moment(1))
    mine = event("a", *first.claims)
    workspace.save_events([mine], {}, (), moment(1))
    workspace.save_codings([coding(two)], moment(2))
    workspace.save_events([], {}, (), moment(2))

    folder = workspace.snapshot(moment(1))
    assert folder == workspace.path / "snapshots" / "20240501T130000.000000Z"
    events, claims = (parquet.read_table(folder / f"{name}.parquet") for name in ("events", "claims"))
    assert [from_json(line, Event) for line in events["record"].to_pylist()] == [mine]
    assert [from_json(line, Claim) for line in claims["record"].to_pylist()] == list(first.claims)
    assert events.schema.field("recorded_at").type == pa.timestamp("us", tz="UTC")
    (row,) = events.to_pylist()
    assert (row["date_start"], row["injured_low"], row["deaths_low"]) == (date(2024, 4, 30), 2, None)
    assert (row["latitude"], row["recorded_at"], row["claim_ids"]) == (1.5, moment(1), [c.id for c in first.claims])

    assert workspace.snapshot(moment(1)) == folder
    now = workspace.snapshot(moment(2))
    assert parquet.read_table(now / "events.parquet").num_rows == 0
    assert parquet.read_table(now / "claims.parquet").num_rows == 4
    assert sorted(p.name for p in folder.parent.iterdir()) == [folder.name, now.name]
