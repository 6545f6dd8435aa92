"""The sheets that go out to reviewers: which columns there are, and what the first page says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from tocsin.codebook import Codebook
from tocsin.interfaces import SheetColumn
from tocsin.records import ActorKind, Modality, Verdict
from tocsin.review._queue import FIELDS, DoubtKind

__all__ = ["COLUMNS", "SPARE", "TITLES", "VERDICTS", "about"]

TITLES: Mapping[DoubtKind, str] = {"pair": "Pairs", "claim": "Claims", "field": "Fields", "lost": "Lost"}
"""The name of the sheet of each kind."""

VERDICTS: Mapping[DoubtKind, tuple[Verdict, ...]] = {
    "pair": ("same", "not_same", "part_of", "unsure"),
    "claim": ("accept", "correct", "reject", "unsure"),
    "field": ("accept", "correct", "reject", "unsure"),
    "lost": (),
}
"""What can be said of each kind."""

SPARE = 100
"""Open rows below the fields, for corrections that nobody asked about. A page or two on the screen."""

_PASSAGE, _READ = 48, 42
_REASON = (SheetColumn("reason", 26, fill=True), SheetColumn("reviewer", 14, fill=True))

COLUMNS: Mapping[DoubtKind, tuple[SheetColumn, ...]] = {
    "pair": (
        SheetColumn("score", 7),
        SheetColumn("why", 26),
        SheetColumn("source_a", 18),
        SheetColumn("passage_a", _PASSAGE),
        SheetColumn("passage_b", _PASSAGE),
        SheetColumn("source_b", 18),
        SheetColumn("read_a", _READ),
        SheetColumn("read_b", _READ),
        SheetColumn("verdict", 11, fill=True, choices=VERDICTS["pair"]),
        SheetColumn("value", 10, fill=True),
        *_REASON,
        SheetColumn("claim_a", 24),
        SheetColumn("claim_b", 24),
        SheetColumn("report_a", 24),
        SheetColumn("report_b", 24),
    ),
    "claim": (
        SheetColumn("score", 7),
        SheetColumn("source", 18),
        SheetColumn("passage", 60),
        SheetColumn("read", 56),
        SheetColumn("verdict", 11, fill=True, choices=VERDICTS["claim"]),
        SheetColumn("field", 12, fill=True, choices=FIELDS),
        SheetColumn("value", 22, fill=True),
        *_REASON,
        SheetColumn("claim", 24),
        SheetColumn("report", 24),
    ),
    "field": (
        SheetColumn("score", 7),
        SheetColumn("why", 26),
        SheetColumn("source", 18),
        SheetColumn("passage", 60),
        SheetColumn("coded", 34),
        SheetColumn("words", 26),
        SheetColumn("verdict", 11, fill=True, choices=VERDICTS["field"]),
        SheetColumn("value", 22, fill=True),
        *_REASON,
        SheetColumn("field", 12, choices=FIELDS),
        SheetColumn("subject", 24),
        SheetColumn("report", 24),
    ),
    "lost": (
        SheetColumn("subject", 26),
        SheetColumn("field", 12),
        SheetColumn("judgement", 60),
    ),
}


def about(codebook: Codebook) -> tuple[tuple[str, str], ...]:
    """What the first sheet says: how to fill in the others, what each verdict does, how values are written."""
    return (
        ("Do not forward", "This workbook quotes reports and names people in them. It is for reviewers only."),
        ("How", "Fill in the yellow columns; everything else is locked. Leave a row empty to leave it open. Then:"),
        ("", "tocsin review import THIS-FILE.xlsx --reviewer NAME"),
        (
            "",
            "Import it as often as you like: what is unchanged changes nothing, what is edited replaces your word.",
        ),
        ("score", "What the machine gives it, 0 to 1. Rows it is least sure of come first."),
        ("Pairs", "Are both passages about one incident?"),
        ("  same", "One incident. They are put together whatever the score says."),
        ("  not_same", "Two incidents. They are kept apart, also where others would join them."),
        ("  part_of", "A is a part of B: an attack in a campaign. Write b under value where B is the part of A."),
        ("Claims", "Did this happen as it is coded here, by the words of the passage?"),
        ("  accept", "Yes. Its event is confirmed."),
        ("  correct", "Yes, but for one field: choose it and write what is right under value. For more, use Fields."),
        ("  reject", "No event, or not one to record. It is left out of the table."),
        (
            "Fields",
            "Is this field right? The empty rows at the end take corrections of any claim or event, by its id.",
        ),
        ("  accept", "Yes; of a field that sources dispute: it stands as it is."),
        ("  correct", "No: write what is right under value."),
        ("  reject", "No, and nothing can be said: the field is emptied."),
        ("unsure", "Everywhere: it stays open, and takes back what was said before."),
        ("Values", "deaths, injured, detained, abducted, displaced: 3, 1-3, at least 3, up to 40"),
        ("", "when: 2024-03-12, 2024-03-12/2024-03-14, 2024-03"),
        ("", "where: a place as a gazetteer has it, with what it lies in where several have the name: Gao, Mali"),
        ("", f"actor1, actor2: a name; behind it, in brackets, what it is: {', '.join(get_args(ActorKind))}"),
        ("", f"modality: {', '.join(get_args(Modality))}"),
        ("", "Every field: unknown, where nothing can be said."),
        ("code", "; ".join(code.label for code in codebook.codes.values())),
    )
