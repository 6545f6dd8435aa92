"""Panels of many events: time and memory beside the bare query on the same machine.

    python bench/panel.py [--events 10000000] [--predictions FILE.parquet]

As many invented events are spread over 33 years and a strip of land; they are counted by PRIO-GRID cell and month, and
the panel is computed to an Arrow table. The bare query is the same panel as one SQL statement written by hand for
DuckDB. Each is run in turns, and the quickest of its runs counts. The last line printed is one line of JSON: ``ratio``
of the two times, ``seconds``, ``rows``, ``equal`` (whether both gave the same numbers) and ``peak_mb`` of the process.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow.compute as pc  # type: ignore[import-untyped]

from tocsin.analysis import panel

INVENTED = """
COPY (
    SELECT i AS id, DATE '1990-01-01' + (hash(i) % 12000)::INT AS date_start, 'day' AS date_precision,
        'settlement' AS place_precision, 20 + (hash(i, 1) % 200000) / 10000.0 AS latitude,
        10 + (hash(i, 2) % 400000) / 10000.0 AS longitude, (hash(i, 3) % 3)::BIGINT AS deaths_low,
        (hash(i, 3) % 10)::BIGINT AS deaths_best, (hash(i, 3) % 20)::BIGINT AS deaths_high
    FROM range({events}) AS t(i)
) TO '{path}'
"""
BARE = """
WITH placed AS (
    SELECT (LEAST(FLOOR((latitude + 90) * 2), 359) * 720 + LEAST(FLOOR((longitude + 180) * 2), 719) + 1)::INT AS cell,
        DATE_TRUNC('month', date_start)::DATE AS month, deaths_low, deaths_best, deaths_high
    FROM '{path}'
), counts AS (
    SELECT cell, month, COUNT(*) AS events, SUM(deaths_low) AS low, SUM(deaths_best) AS best, SUM(deaths_high) AS high,
        COUNT_IF(deaths_best IS NULL AND deaths_low IS NULL) AS unknown
    FROM placed GROUP BY ALL
)
SELECT cell, month, COALESCE(events, 0) AS events, COALESCE(low, 0)::BIGINT AS low, COALESCE(best, 0)::BIGINT AS best,
    COALESCE(high, 0)::BIGINT AS high, COALESCE(unknown, 0)::BIGINT AS unknown
FROM (SELECT DISTINCT cell FROM counts)
CROSS JOIN (SELECT DISTINCT month FROM counts) LEFT JOIN counts USING (cell, month)
"""
RUNS = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--predictions", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.parquet"
        duckdb.sql(INVENTED.format(events=given.events, path=path))
        connection = ibis.duckdb.connect()
        ours, bare = [], []
        for _ in range(RUNS):
            counts, seconds = _timed(lambda: panel(connection.read_parquet(path), ["priogrid"]).table.to_pyarrow())
            ours.append(seconds)
            raw, seconds = _timed(lambda: connection.raw_sql(BARE.format(path=path)).fetch_arrow_table())
            bare.append(seconds)
    if given.predictions:
        from pyarrow import parquet

        parquet.write_table(counts, given.predictions)
    result = {
        "events": given.events,
        "rows": counts.num_rows,
        "seconds": round(min(ours), 2),
        "bare_seconds": round(min(bare), 2),
        "ratio": round(min(ours) / min(bare), 3),
        "equal": _sums(counts) == _sums(raw),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    print(json.dumps(result))


def _timed(compute: Callable[[], Any]) -> tuple[Any, float]:
    begun = time.perf_counter()
    result = compute()
    return result, time.perf_counter() - begun


def _sums(table: Any) -> list[int]:
    """Rows, and the sums of the counts and of their squares by position: different panels have others."""
    columns = [table.column(n) for n in range(2, 7)]
    return [
        table.num_rows,
        *(pc.sum(c).as_py() for c in columns),
        *(pc.sum(pc.multiply(c, c)).as_py() for c in columns),
    ]


if __name__ == "__main__":
    main()
