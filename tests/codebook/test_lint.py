from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tocsin.codebook import Codebook, Finding, lint, load_codebook

CORE = load_codebook()


def few(codebook: Codebook) -> Codebook:
    """Without most codes: comparing every pair of sentences of the core takes too long to do in each test."""
    kept = ("attack", "grenade", "cattle_raid")
    return replace(codebook, codes={key: codebook.codes[key] for key in kept if key in codebook.codes})


FEW_FINDINGS = lint(few(CORE))

NEW_CODE = """
[codes.cattle_raid]
label = "Cattle raid"
event_type = "violence_against_civilians"
disorder_type = "Political violence"
definition = "Armed herders drive off another community's cattle."
"""


def findings(tmp_path: Path, text: str) -> list[Finding]:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return [finding for finding in lint(few(load_codebook(path))) if finding not in FEW_FINDINGS]


def test_the_core_has_nothing_to_mend() -> None:
    assert lint(CORE) == ()


@pytest.mark.parametrize(
    ("text", "rule", "where"),
    [
        ("[codes.attack]\ndefinition = ' '", "missing definition", "codes.attack"),
        (NEW_CODE, "too few examples", "codes.cattle_raid"),
        (NEW_CODE, "no precedence", "codes.cattle_raid"),
        (NEW_CODE.replace("Cattle raid", "Attack"), "duplicate label", "attack, cattle_raid"),
        ("[codes.attack]\nnear_misses = [{ text = 'Quite new.', code = 'atack' }]", "unknown code", "codes.attack"),
        ("[codes.attack]\nnear_misses = [{ text = 'New.', code = 'attack' }]", "near miss of itself", "codes.attack"),
        (f"[codes.attack]\nexamples = ['{'killed again and ' * 30}']", "too long", "codes.attack"),
        ("[codes.attack]\nexamples = ['Gunmen shot TODO in the market.']", "placeholder", "codes.attack"),
        ("[codes.attack]\nexamples = ['Gunmen killed {actor} in [place].']", "placeholder", "codes.attack"),
    ],
)
def test_each_rule_finds_its_fault(tmp_path: Path, text: str, rule: str, where: str) -> None:
    assert any(f.rule == rule and f.where.startswith(where) for f in findings(tmp_path, text))


def test_the_same_sentence_under_two_codes_is_an_error(tmp_path: Path) -> None:
    sentence = CORE.code("grenade").examples[0]
    found = findings(tmp_path, f"[codes.attack]\nexamples = ['''{sentence}''']")
    assert [(f.rule, f.severity) for f in found] == [("duplicate across codes", "error")]


def test_nearly_the_same_sentence_under_two_codes_is_an_error(tmp_path: Path) -> None:
    sentence = CORE.code("grenade").examples[0].replace(" a ", " one ", 1)
    found = findings(tmp_path, f"[codes.attack]\nexamples = ['''{sentence}''']")
    assert [(f.rule, f.severity) for f in found] == [("near-duplicate across codes", "error")]


def test_nearly_the_same_sentence_under_one_code_is_a_warning(tmp_path: Path) -> None:
    sentence = CORE.code("grenade").examples[0].upper()
    found = findings(tmp_path, f"[codes.grenade]\nexamples = ['''{sentence}''']")
    assert [(f.rule, f.severity) for f in found] == [("duplicate", "warning")]


def test_a_near_miss_may_repeat_an_example_of_the_code_it_points_at(tmp_path: Path) -> None:
    sentence = CORE.code("grenade").examples[0]
    found = findings(tmp_path, f"[codes.attack]\nnear_misses = [{{ text = '''{sentence}''', code = 'grenade' }}]")
    assert all(f.severity == "warning" for f in found)


def test_errors_come_first(tmp_path: Path) -> None:
    found = findings(tmp_path, NEW_CODE + "\n[codes.attack]\ndefinition = ''")
    assert [f.severity for f in found] == sorted(f.severity for f in found)
