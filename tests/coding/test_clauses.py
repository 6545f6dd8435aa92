"""Who does what in a clause, as the parse tells it."""

from __future__ import annotations

from typing import Any

import pytest

from tocsin.coding._grammar import is_passive, objects, subjects
from tocsin.coding._sentences import parse

from .conftest import article


def verb(text: str, lemma: str) -> Any:
    """The token of `text` with this lemma."""
    (parsed,) = parse([article(text)])
    return next(t for s in parsed.sentences for t in s.span if t.lemma_.lower() == lemma)


@pytest.mark.parametrize(
    ("text", "lemma", "doers", "done_to"),
    [
        ("Gunmen killed four traders.", "kill", ["Gunmen"], ["traders"]),
        ("Four traders were killed by gunmen.", "kill", ["gunmen"], ["traders"]),
        ("Four traders were killed.", "kill", [], ["traders"]),
        ("Gunmen and soldiers killed a trader and a driver.", "kill", ["Gunmen", "soldiers"], ["trader", "driver"]),
        ("Gunmen stormed the village and killed four traders.", "kill", ["Gunmen"], ["traders"]),
        ("A bomb hit a bus, killing four people.", "kill", ["bomb"], ["people"]),
        ("The traders killed by the gunmen were brothers.", "kill", ["gunmen"], ["traders"]),
    ],
)
def test_subjects_and_objects(text: str, lemma: str, doers: list[str], done_to: list[str]) -> None:
    token = verb(text, lemma)
    assert [t.text for t in subjects(token)] == doers
    assert [t.text for t in objects(token)] == done_to


def test_the_passive() -> None:
    assert is_passive(verb("Four traders were killed.", "kill"))
    assert not is_passive(verb("Gunmen killed four traders.", "kill"))


def test_a_long_chain_of_verbs_does_not_end_the_run() -> None:
    (parsed,) = parse([article("killed and " * 1200)])
    for sentence in parsed.sentences:
        for token in list(sentence.span)[-3:]:
            assert isinstance(subjects(token), list)
            assert isinstance(objects(token), list)
