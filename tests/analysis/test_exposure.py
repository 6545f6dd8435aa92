"""People near events: each counted once, whatever the strips of the raster, and no data counts nobody."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tocsin.analysis import _exposure, exposure, exposure_page
from tocsin.cli import main
from tocsin.errors import UnreadableInput, UsageError

from .invented import write_events


def _raster(path: Path, values: Any, *, crs: str = "EPSG:4326", cell: float = 0.01) -> Path:
    """A raster whose north-western corner is at 19 north, 1 west."""
    import rasterio
    from rasterio.transform import Affine

    high, wide = values.shape
    profile = {"driver": "GTiff", "height": high, "width": wide, "count": 1, "dtype": "float32", "nodata": -99999.0}
    with rasterio.open(path, "w", crs=crs, transform=Affine(cell, 0, -1, 0, -cell, 19), **profile) as file:
        file.write(values.astype("float32"), 1)
    return path


def _by_hand(values: Any, north: Any, east: Any, km: float) -> float:
    rows, columns = np.indices(values.shape)
    b, a = np.radians(19 - (rows + 0.5) / 100), np.radians(-1 + (columns + 0.5) / 100)
    near = np.zeros(values.shape, bool)
    for latitude, longitude in zip(np.radians(north), np.radians(east), strict=True):
        half = np.sin((b - latitude) / 2) ** 2 + np.cos(b) * np.cos(latitude) * np.sin((a - longitude) / 2) ** 2
        near |= 2 * 6371 * np.arcsin(np.sqrt(half)) < km
    return float(values[near & (values >= 0)].sum())


def test_everybody_is_counted_once_however_the_raster_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(1)
    values = generator.uniform(0, 20, (300, 400))
    values[generator.random(values.shape) < 0.1] = -99999
    raster = _raster(tmp_path / "people.tif", values)
    north, east = generator.uniform(16.2, 18.8, 25), generator.uniform(-0.8, 2.8, 25)
    north, east = np.r_[north, north[:5] + 0.01], np.r_[east, east[:5]]
    whole = exposure(raster, north, east, (1, 2, 5))
    assert whole.people == pytest.approx([_by_hand(values, north, east, km) for km in (1, 2, 5)], rel=1e-5)
    assert whole.unknown[2] > 0
    monkeypatch.setattr(_exposure, "_ROWS", 7)
    assert exposure(raster, north, east, (5, 2, 1)).people == pytest.approx(whole.people)
    twice = exposure(raster, np.r_[north, north], np.r_[east, east])
    assert twice.people == pytest.approx(whole.people)


def test_a_coarse_raster_and_events_beyond_it_are_said(tmp_path: Path) -> None:
    raster = _raster(tmp_path / "people.tif", np.ones((50, 50)))
    found = exposure(raster, np.array([18.8, 40.0]), np.array([-0.8, 0.0]))
    assert found.outside == 1
    assert found.cell_km == pytest.approx(1.1, abs=0.01)
    assert any("for 1, 2 km that is coarse" in caveat for caveat in found.caveats)
    page = exposure_page(found)
    assert page.tables[0].rows[2][0] == "5 km"
    # A circle of 5 km, all of it on the raster, in people per square kilometre.
    assert found.people[2] == pytest.approx(np.pi * 25 / (1.112 * 1.112 * np.cos(np.radians(18.8))), rel=0.1)


def test_what_is_no_raster_in_degrees_is_refused(tmp_path: Path) -> None:
    point = np.array([18.8]), np.array([-0.8])
    metres = _raster(tmp_path / "metres.tif", np.ones((5, 5)), crs="EPSG:32631")
    with pytest.raises(UsageError, match="must be in degrees"):
        exposure(metres, *point)
    raster = _raster(tmp_path / "people.tif", np.ones((5, 5)))
    with pytest.raises(UsageError, match="none of the 1 events is on it"):
        exposure(raster, np.array([50.0]), np.array([50.0]))
    with pytest.raises(UsageError, match="above 0"):
        exposure(raster, *point, (0, 1))
    (tmp_path / "text.tif").write_text("no raster")
    with pytest.raises(UnreadableInput, match="no raster"):
        exposure(tmp_path / "text.tif", *point)


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events, page = write_events(tmp_path / "acled.csv", 60), tmp_path / "page.html"
    raster = _raster(tmp_path / "people.tif", np.ones((400, 500)))
    asked = ["exposure", str(events), "--population", str(raster), "--html", str(page)]
    assert main(asked) == 0
    assert "People near events" in capsys.readouterr().out
    assert "<svg" in page.read_text("utf-8")
    assert main([*asked, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["people"] == sorted(found["people"])
    assert found["events"] == 80
