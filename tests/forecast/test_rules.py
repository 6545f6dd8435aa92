"""Early-warning rules are read, and what no rule can be is refused with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from tocsin.errors import UsageError
from tocsin.forecast import Rule, read_rules


def test_the_rules_that_come_with_it() -> None:
    rules = read_rules()
    assert [rule.kind for rule in rules] == ["threshold", "change", "surprise"]
    assert all(rule.about and rule.then for rule in rules)


def test_a_file_of_one_s_own(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text('[[rule]]\nname = "ten"\nkind = "threshold"\nat_least = 10\n')
    assert read_rules(file) == (Rule("ten", "threshold", at_least=10, then=10),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[rule]]\nkind = "threshold"', r"mine.toml: rule 1: has no name"),
        ('[[rule]]\nname = "a"\nkind = "trend"', r"rule 1 \(a\): kind is 'trend'; it is one of threshold, change"),
        ('[[rule]]\nname = "a"\nkind = "threshold"', "has no at_least; write at_least = 25"),
        ('[[rule]]\nname = "a"\nkind = "threshold"\nat_least = "many"', "at_least is 'many', which is not a number"),
        ('[[rule]]\nname = "a"\nkind = "threshold"\nat_least = nan', "not a number"),
        ('[[rule]]\nname = "a"\nkind = "threshold"\nat_least = -1', "cannot be below zero"),
        ('[[rule]]\nname = "a"\nkind = "threshold"\nat_lest = 5', "there is no 'at_lest' .* do you mean at_least"),
        ('[[rule]]\nname = "a"\nkind = "change"\ntimes = 2\nmonths = 40', "whole number of months, at most 12"),
        ('[[rule]]\nname = "a"\nkind = "surprise"\nlevel = 95', r"it is a share, such as 0\.95"),
        ('[[rule]]\nname = "a"\nkind = "surprise"\nmodel = "oracle"', "model is 'oracle'; there are: .*recency"),
        ('[[rule]]\nname = "a"\nkind = "surprise"\n' * 2, "two rules are called 'a'"),
        ("at_least = 25", r"has no rules; each begins with a line \[\[rule\]\]"),
        ("[[rule]\n", "is no TOML"),
    ],
)
def test_what_is_no_rule_is_refused(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text)
    with pytest.raises(UsageError, match=said):
        read_rules(file)


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(UsageError, match=r"none\.toml: cannot be read"):
        read_rules(Path("none.toml"))
