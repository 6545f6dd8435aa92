"""The example sentences, as the data they are: well formed, all different, and of codes that exist."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest

CODEBOOKS = files("tocsin") / "codebooks"
EXAMPLES = sorted((p for p in (CODEBOOKS / "examples").iterdir() if p.name.endswith(".toml")), key=lambda p: p.name)
CODES = frozenset(tomllib.loads((CODEBOOKS / "core.toml").read_text(encoding="utf-8"))["codes"])

# Shorter is no sentence, longer is a paragraph: the classifier is trained on one sentence at a time.
FEWEST_WORDS, MOST_WORDS = 4, 60
# A held-out fifth must still hold several sentences of every code.
FEWEST_EXAMPLES = 40


def load(name: str) -> dict[str, Any]:
    return tomllib.loads((CODEBOOKS / "examples" / name).read_text(encoding="utf-8"))


def tables(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (code id, its table) of one file; sentences that are no event have the empty code."""
    data = load(name)
    yield from data.get("codes", {}).items()
    if "none" in data:
        yield "", data["none"]


def sentences() -> Iterator[tuple[str, str]]:
    """Yield (file and code, sentence) of all files, near misses included."""
    for path in EXAMPLES:
        for code, table in tables(path.name):
            where = f"{path.name}: {code or 'none'}"
            for text in table["examples"]:
                yield where, text
            for near in table.get("near_misses", []):
                yield where, near["text"]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.name)
def test_a_file_holds_code_tables_and_nothing_else(path: Any) -> None:
    assert set(load(path.name)) <= {"codes", "none"}
    for code, table in tables(path.name):
        assert set(table) <= {"examples", "near_misses"}, code
        assert all(isinstance(text, str) for text in table["examples"]), code
        assert all(set(near) == {"text", "code"} for near in table.get("near_misses", [])), code


def test_no_sentence_occurs_twice() -> None:
    counts = Counter(" ".join(text.casefold().split()) for _, text in sentences())
    assert [text for text, n in counts.items() if n > 1] == []


def test_sentences_are_clean_and_of_a_length_that_occurs() -> None:
    wrong = [
        (where, text)
        for where, text in sentences()
        if not FEWEST_WORDS <= len(text.split()) <= MOST_WORDS or text != " ".join(text.split())
    ]
    assert wrong == []


def test_codes_with_examples_are_codes_of_the_codebook() -> None:
    unknown = {code for path in EXAMPLES for code, _ in tables(path.name)} - CODES - {""}
    assert unknown == set()


def test_a_near_miss_names_another_code_or_none() -> None:
    wrong = [
        (code, near["text"], near["code"])
        for path in EXAMPLES
        for code, table in tables(path.name)
        for near in table.get("near_misses", [])
        if near["code"] == code or (near["code"] and near["code"] not in CODES)
    ]
    assert wrong == []


def test_every_code_has_its_examples_in_one_file() -> None:
    places = Counter(code for path in EXAMPLES for code, _ in tables(path.name) if code)
    assert {code: n for code, n in places.items() if n > 1} == {}
    assert CODES - set(places) == set()


def test_every_code_has_examples_enough() -> None:
    few = {
        code: len(table["examples"])
        for path in EXAMPLES
        for code, table in tables(path.name)
        if len(table["examples"]) < FEWEST_EXAMPLES
    }
    assert few == {}
