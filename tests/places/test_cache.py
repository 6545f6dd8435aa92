"""What leaves the cache, and what stays."""

from __future__ import annotations

import os
import time
from pathlib import Path

from tocsin.places._cache import UNUSED_DAYS, clean, mark_used


def test_only_what_nobody_opened_for_long_goes(tmp_path: Path) -> None:
    long_ago = time.time() - (UNUSED_DAYS + 1) * 86_400
    old = ["gazetteer-aa.sqlite", "extra/bb-cc.sqlite", ".gazetteer-x.part", "gazetteers/.gazetteer-y.part"]
    kept = ["gazetteer-new.sqlite", "gazetteers/mine.sqlite", "boundaries/mine.sqlite", "notes-vectors.npz"]
    for name in [*old, *kept, "gazetteer-used.sqlite"]:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
        os.utime(path, (long_ago, long_ago))
    mark_used(tmp_path / "gazetteer-used.sqlite")
    removed = clean(tmp_path, tmp_path / "gazetteer-new.sqlite")
    assert {p.relative_to(tmp_path).as_posix() for p in removed} == set(old)
    left = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()}
    assert left == {*kept, "gazetteer-used.sqlite"}
    assert clean(tmp_path, tmp_path / "gazetteer-new.sqlite") == ()
    mark_used(tmp_path / "missing.sqlite")
