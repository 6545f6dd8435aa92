"""Coding by several processes: the same claims, however many there are."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tocsin import pipeline
from tocsin.errors import CodingError
from tocsin.pipeline import _coding
from tocsin.records import Claim

REPORTS = Path(__file__).parents[1] / "examples" / "reports"


def coded(folder: Path, jobs: int) -> tuple[pipeline.Coded, list[Claim]]:
    codes, places = pipeline.open_codebook(None), pipeline.open_places(None)
    with pipeline.open_workspace(folder) as workspace:
        pipeline.add(workspace, [REPORTS])
        done = pipeline.code(workspace, pipeline.open_coder(codes, places), jobs=jobs)
        return done, list(workspace.claims())


def test_two_processes_give_what_one_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Small batches, so that both have several; a batch's size does not cross to the processes.
    monkeypatch.setattr(_coding, "_BATCH", 3)
    one, alone = coded(tmp_path / "one", 1)
    two, together = coded(tmp_path / "two", 2)
    assert (one.documents, one.claims) == (two.documents, two.claims)
    assert alone
    assert together == alone


def test_processes_that_would_code_otherwise_are_refused(tmp_path: Path) -> None:
    with pipeline.open_workspace(tmp_path / "workspace") as workspace:
        pipeline.add(workspace, [REPORTS])
        coder = pipeline.open_coder(pipeline.open_codebook(None), pipeline.open_places(None))
        layer = Path(__file__).parent / "data" / "more-codes.toml"
        with pytest.raises(CodingError, match="jobs"):
            pipeline.code(workspace, coder, jobs=2, codebook=layer)
        assert pipeline.code(workspace, coder).documents == workspace.count_documents()
        assert workspace.runs("read")[0].started_at < datetime.now(UTC)
