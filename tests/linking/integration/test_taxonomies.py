"""Taxonomies as they are on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from tocsin.errors import UsageError
from tocsin.linking.integration import read_taxonomy

GOOD = "data.source,base.categories,fine,broad\nours,shelling,artillery,remote\ntheirs,7,artillery,remote\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "kind.csv"


def test_the_same_category_has_the_same_number_in_every_dataset(file: Path) -> None:
    file.write_text(GOOD, encoding="utf-8")
    taxonomy = read_taxonomy(file, "kind")
    ours, lacking = taxonomy.codes("ours", ["shelling", "shelling ", "raid"])
    theirs, _ = taxonomy.codes("theirs", ["7"])
    assert ours[0].tolist() == ours[1].tolist() == theirs[0].tolist()
    assert ours[2].tolist() == [-1, -1]
    assert lacking == ("raid",)
    assert taxonomy.sources() == {"ours", "theirs"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "a taxonomy begins with"),
        ("a,b,c\n1,2,3\n", "a taxonomy begins with"),
        ("data.source,base.categories\nours,shelling\n", "a taxonomy begins with"),
        (GOOD + "ours,raid\n", "row 3 has 2 cells"),
        (GOOD + "ours,shelling,ground,direct\n", "row 3 says of 'shelling' of ours something else"),
    ],
)
def test_what_is_wrong_is_said(file: Path, text: str, says: str) -> None:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=says):
        read_taxonomy(file, "kind")


def test_a_file_that_is_not_there_is_named(file: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_taxonomy(file, "kind")
