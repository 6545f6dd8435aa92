"""Broken inputs of every form: a short turn of ``bench/fuzz.py``."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import pytest

from tocsin.sources._walking import _sources

BENCH = Path(__file__).parents[2] / "bench"
sys.path.insert(0, str(BENCH))
fuzz: Any = importlib.import_module("fuzz")
sys.path.remove(str(BENCH))


@pytest.mark.parametrize("reader", sorted(fuzz.SAMPLES))
def test_nothing_breaks_a_reader(reader: str) -> None:
    tried, broken = fuzz.fuzz(reader, seconds=60, seed=1, most=25)
    assert tried
    assert [why for _, why in broken] == []


@pytest.mark.parametrize("reader", sorted(fuzz.SAMPLES))
def test_samples_are_sound(tmp_path: Path, reader: str) -> None:
    """A mutation of what cannot be read tests nothing."""
    for number, sample in enumerate(fuzz.SAMPLES[reader]()):
        assert fuzz.check(tmp_path, reader, sample) == ""
        (tmp_path / f"{number}.{reader}").write_bytes(sample)
        assert any(not isinstance(found, Exception) for found in fuzz.read([tmp_path / f"{number}.{reader}"]))
        (tmp_path / f"{number}.{reader}").unlink()


def test_the_fuzzer_sees_what_breaks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object) -> None:
        raise ValueError("broken")

    monkeypatch.setattr(_sources()[".txt"][0], "read", breaks, raising=False)
    assert "report this" in fuzz.check(tmp_path, "txt", b"Some words of a report.")
