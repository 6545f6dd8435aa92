from __future__ import annotations

from pathlib import Path

from tocsin.export import CLAIM_COLUMNS, EVENT_COLUMNS, schemas, write_schemas

DOCS = Path(__file__).parents[2] / "docs" / "schemas"


def test_the_written_schemas_are_current(tmp_path: Path) -> None:
    """If this fails, run ``write_schemas(Path("docs/schemas"))`` and look at what changed."""
    write_schemas(tmp_path)
    made = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    kept = {path.name: path.read_text(encoding="utf-8") for path in DOCS.glob("*.schema.json")}
    assert made == kept


def test_tables_are_described_by_their_columns() -> None:
    found = schemas()
    assert tuple(found["events.csv"]["$defs"]["EventRow"]["properties"]) == EVENT_COLUMNS
    assert tuple(found["internal-claims.csv"]["$defs"]["ClaimRow"]["properties"]) == CLAIM_COLUMNS
