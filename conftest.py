"""What every test run says and enforces: nothing is skipped silently, and in strict mode nothing is skipped at all."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator

import pytest

STRICT = "TOCSIN_TEST_STRICT"

# Alembic runs this file itself, inside a migration; it cannot be imported.
collect_ignore = ["src/tocsin/store/migrations/env.py"]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """In strict mode a skipped test has failed, except where measuring data, which is not ours to give, is missing."""
    outcome = yield
    report = outcome.get_result()
    if not report.skipped or hasattr(report, "wasxfail") or os.environ.get(STRICT) != "1":
        return
    if item.get_closest_marker("bench_data") is None:
        report.outcome = "failed"
        report.longrepr = f"{STRICT}=1 lets nothing be skipped: {_reason(report.longrepr)}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests were not run, reason by reason."""
    reasons = Counter(_reason(report.longrepr) for report in terminalreporter.stats.get("skipped", ()))
    if reasons:
        terminalreporter.section("tests that were not run, and why")
        for reason, tests in reasons.most_common():
            terminalreporter.line(f"{tests:5d}  {reason}")


def _reason(longrepr: object) -> str:
    words = longrepr[2] if isinstance(longrepr, tuple) else str(longrepr)
    return str(words).removeprefix("Skipped: ")
