"""Linking a workspace again: ids stay, merged events lead on, lost ones leave a tombstone, both roads agree."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copytree

import pytest
from tests.linking.making import CODEBOOK, DAY, claim, document, judged, on, town

from tocsin import pipeline
from tocsin.cli import main
from tocsin.errors import NotFound
from tocsin.pipeline import Linked
from tocsin.records import Claim, Coding, Event
from tocsin.store import Workspace

AT = datetime(2024, 4, 2, tzinfo=UTC)
FAR = (town("Kafr Zita", 35.37, 36.60, admin1="Hama"),)


class Desk:
    """A workspace whose documents have just the claims that a test gives them."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.minute = 0

    def code(self, document_id: str, *claims: Claim) -> None:
        """Code a document, or code it anew."""
        told = document(document_id, f"The text of {document_id}, word for word.")
        self.workspace.add(told, name=f"in/{document_id}", at=AT)
        fitted = tuple(
            replace(c, text_hash=told.text_hash, trigger=replace(c.trigger, text_hash=told.text_hash)) for c in claims
        )
        key = f"{document_id}-{self.minute}"
        self.minute += 1
        self.workspace.save_codings([Coding(document_id, told.text_hash, key, fitted)], AT)

    def link(self, *, anew: bool = False) -> Linked:
        return pipeline.link(self.workspace, CODEBOOK, anew=anew)

    def events(self) -> dict[str, Event]:
        return {event.id: event for event in self.workspace.events()}

    def event_of(self, wanted: Claim) -> str:
        (found,) = (event.id for event in self.workspace.events() if wanted.id in event.claim_ids)
        return found


@pytest.fixture
def desk(workspace: Workspace) -> Desk:
    return Desk(workspace)


def told(*documents: str) -> list[Claim]:
    return [claim(document_id, deaths=2) for document_id in documents]


def fill(desk: Desk, claims: Iterable[Claim]) -> None:
    for one in claims:
        desk.code(one.document_id, one)


def test_one_more_report_touches_only_its_neighbourhood_and_ids_stay(desk: Desk) -> None:
    near, far = told("d-1", "d-2"), [claim("e-1", where=FAR, code="arrests"), claim("e-2", where=(), code="grenade")]
    fill(desk, [*near, *far])
    assert desk.link().relinked == 4
    before = desk.events()
    assert desk.link().relinked == 0
    fill(desk, told("d-3"))
    linked = desk.link()
    assert (linked.relinked, linked.changed) == (3, 1)
    after = desk.events()
    assert after.keys() == before.keys()
    assert after[desk.event_of(near[0])].documents == 3
    assert {i for i in before if before[i] != after[i]} == {desk.event_of(near[0])}


def test_split_and_merged_events_keep_and_lead_on_ids(desk: Desk) -> None:
    one, other = told("d-1", "d-2")
    fill(desk, [one, other])
    desk.link()
    whole = desk.event_of(one)
    desk.workspace.add_judgements([judged("not_same", one.id, other.id)], AT)
    desk.link()
    assert len(desk.events()) == 2
    assert whole in desk.events()
    (broken,) = desk.events().keys() - {whole}
    desk.workspace.add_judgements([judged("same", one.id, other.id, minute=5)], AT)
    desk.link()
    assert desk.events().keys() == {whole}
    assert desk.workspace.redirects() == {broken: whole}
    assert desk.workspace.event(broken).id == whole


def test_an_event_without_claims_leaves_a_tombstone_until_they_are_back(desk: Desk) -> None:
    (one,) = told("d-1")
    fill(desk, [one, claim("e-1", where=FAR, code="arrests")])
    desk.link()
    gone = desk.event_of(one)
    desk.code("d-1")
    desk.link()
    assert gone not in desk.events()
    assert gone in desk.workspace.withdrawals()
    with pytest.raises(NotFound, match="was withdrawn"):
        desk.workspace.event(gone)
    desk.code("d-1", one)
    desk.link()
    assert desk.event_of(one) == gone
    assert gone not in desk.workspace.withdrawals()


def test_both_roads_lead_to_the_same_events(tmp_path: Path, new_workspace: Path) -> None:
    copytree(new_workspace, tmp_path / "one")
    steps: list[Callable[[Desk], None]] = [
        lambda desk: fill(desk, [*told("d-1", "d-2"), claim("e-1", where=FAR), claim("e-2", 9, where=FAR, deaths=1)]),
        lambda desk: fill(desk, told("d-3", "d-4")),
        lambda desk: _judge(desk, judged("not_same", claim("d-1").id, claim("d-4").id)),
        lambda desk: _judge(desk, judged("same", claim("d-1").id, claim("e-1").id, minute=1)),
        lambda desk: _judge(desk, judged("correct", claim("d-3").id, minute=2, field="deaths", value="9")),
        lambda desk: desk.code("d-2"),
        lambda desk: desk.code("d-2", claim("d-2", deaths=4), claim("d-2", 60, where=FAR)),
    ]
    with Workspace.open(tmp_path / "one") as workspace:
        desk = Desk(workspace)
        for number, step in enumerate(steps):
            step(desk)
            copytree(tmp_path / "one", tmp_path / f"other-{number}")
            desk.link()
            with Workspace.open(tmp_path / f"other-{number}") as other:
                pipeline.link(other, CODEBOOK, anew=True)
                assert {e.id: e for e in other.events()} == desk.events()
                assert other.redirects() == desk.workspace.redirects()


def _judge(desk: Desk, judgement: object) -> None:
    desk.workspace.add_judgements([judgement], AT + timedelta(minutes=1))  # type: ignore[list-item]


def test_what_was_kept_is_destroyed_with_a_document_and_holds_no_words(desk: Desk) -> None:
    fill(desk, told("d-1", "d-2"))
    desk.link()
    kept = desk.workspace.scratch("linkage").decode()
    assert "Tadef" not in kept
    assert "word for word" not in kept
    pipeline.forget(desk.workspace, "d-1", "request")
    assert desk.workspace.scratch("linkage") == b""
    assert desk.link().relinked == 1


def test_weights_are_fitted_written_and_used_once_named(
    tmp_path: Path, new_workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, file = tmp_path / "workspace", tmp_path / "fitted.toml"
    copytree(new_workspace, home)
    with Workspace.open(home) as workspace:
        desk = Desk(workspace)
        for n in range(25):
            later = {"when": on(DAY + timedelta(20 * n))}
            same = [claim(f"s-{n}-{i}", **later) for i in range(2)]
            apart = [claim(f"a-{n}-{i}", where=FAR, when=on(DAY + timedelta(20 * n + i))) for i in range(2)]
            fill(desk, [*same, *apart])
            for verdict, pair in (("same", same), ("not_same", apart)):
                _judge(desk, judged(verdict, *(c.id for c in pair), minute=n))  # type: ignore[arg-type]
        assert desk.link().relinked == 100
    assert main(["weights", "fit", "--workspace", str(home), "--out-file", str(file)]) == 0
    shown = capsys.readouterr().out
    assert "25 pairs judged the same and 25 judged not" in shown
    assert "date.next_day" in shown
    assert main(["weights", "fit", "--workspace", str(home), "--out-file", str(file)]) == 2
    assert "exists" in capsys.readouterr().err
    with (home / "tocsin.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[link]\nweights = "../fitted.toml"\n')
    with Workspace.open(home) as workspace:
        # Other weights begin from nothing; the same weights again touch nothing.
        assert pipeline.link(workspace, CODEBOOK).relinked == 100
        assert pipeline.link(workspace, CODEBOOK).relinked == 0
    file.unlink()
    assert main(["link", "--workspace", str(home), "--quiet"]) == 2
    assert "fitted.toml" in capsys.readouterr().err
