"""Event tables that nobody recorded, in ACLED's columns."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import numpy as np

HEADER = [
    *("event_id_cnty", "event_date", "year", "time_precision", "event_type", "sub_event_type"),
    *("actor1", "inter1", "actor2", "country", "admin1", "location"),
    *("latitude", "longitude", "geo_precision", "source", "fatalities"),
]


def write_events(path: Path, events: int = 240, seed: int = 1) -> Path:
    """Events around three towns over a year; a third are followed by one nearby two days later."""
    generator = np.random.default_rng(seed)
    towns = [("Gao", 16.27, -0.04), ("Kidal", 18.44, 1.41), ("Ménaka", 15.92, 2.40)]
    rows = []
    for n in range(events):
        name, north, east = towns[n % 3]
        latitude, longitude = north + generator.normal(0, 0.2), east + generator.normal(0, 0.2)
        when = date(2021, 1, 1) + timedelta(days=int(generator.integers(0, 360)))
        rows.append((n, when, name, latitude, longitude))
        if n % 3 == 0:
            rows.append((n + 10_000, when + timedelta(days=2), name, latitude + 0.005, longitude))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for n, when, name, latitude, longitude in rows:
            kind = ("Battles", "Armed clash") if n % 2 else ("Violence against civilians", "Attack")
            source = "; ".join(
                outlet
                for outlet, chance in (("Radio", 0.6), ("Gazette", 0.5), ("Monitor", 0.4))
                if generator.random() < chance
            )
            who = ("Band A", "Rebel group", "Band B", "Mali", name, name)
            point = (f"{latitude:.4f}", f"{longitude:.4f}", 1)
            writer.writerow([f"MLI{n}", when, when.year, 1 if n % 20 else 3, *kind, *who, *point, source, n % 4])
    return path
