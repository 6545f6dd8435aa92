"""Outlets that tell of events by themselves: copies speak for their origin, local sources are not told apart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.store.material import coding, document, event, moment

from tocsin.pipeline import workspace_sources
from tocsin.records import Copy
from tocsin.store import Workspace


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("TOCSIN_DATABASE_URL", raising=False)
    first = replace(document(1), source="Radio")
    copy = replace(document(2), source="Gazette")
    log = replace(document(3), source="a name", sensitivity="restricted")
    told = [coding(report, claims=1) for report in (first, copy, log)]
    one, two, three = (found.claims[0] for found in told)
    incident = replace(event(1, one), claim_ids=(one.id, two.id, three.id))
    with Workspace.open(tmp_path / "workspace") as kept:
        for report in (first, copy, log):
            kept.add(report, name=f"{report.source}.txt", at=moment(0))
        kept.save_codings(told, moment(1))
        kept.save_copies([Copy(copy.id, first.id, 0.9)], moment(2))
        kept.save_events([incident], {}, (), moment(3))
    return tmp_path


def test_a_copy_speaks_for_its_origin_and_a_local_source_is_not_named(home: Path) -> None:
    sources, name, _ = workspace_sources(home)
    assert sources == (frozenset({"Radio", "local source"}),)
    assert name == str(home / "workspace")
