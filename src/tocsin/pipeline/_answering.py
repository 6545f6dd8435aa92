"""What reviewers send back becomes judgements; rows that cannot be taken are named, and the rest goes in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from tocsin import linking, review
from tocsin.codebook import Codebook
from tocsin.errors import InvalidRow, NothingUsable, UsageError
from tocsin.interfaces import Gazetteer, Progress
from tocsin.pipeline._account import Linked, Problem
from tocsin.pipeline._coding import open_places
from tocsin.pipeline._linking import link_claims
from tocsin.pipeline._lookup import claims_by_id
from tocsin.pipeline._progress import Silent
from tocsin.records import Claim, Event, Judgement
from tocsin.review import Answer, Entry
from tocsin.sources import returned_sheets
from tocsin.store import Workspace

__all__ = ["Answered", "import_review", "judgement_log"]


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a file that was sent back.

    `filled` rows had a verdict; `new` of them became judgements, of which `changed` replace an earlier word of the same
    reviewer; `known` said what that reviewer had said before. `linked` is what linking again did, None where nothing
    was new.
    """

    filled: int = 0
    new: int = 0
    changed: int = 0
    known: int = 0
    problems: tuple[Problem, ...] = ()
    linked: Linked | None = None


def import_review(
    workspace: Workspace,
    codebook: Codebook,
    path: Path,
    *,
    reviewer: str = "",
    relink: bool = True,
    progress: Progress | None = None,
) -> Answered:
    """Take what reviewers filled in (XLSX, ODS or CSV) as judgements, and link again where any is new.

    Rows that cannot be taken are named and left out. A file taken twice changes nothing; a row that was edited since
    supersedes what the same reviewer said before.

    Raises
    ------
    NothingUsable
        If rows were filled in and none could be taken.
    UsageError
        If no sheet is one that went out for review.
    UnreadableInput
        If the file cannot be read.
    """
    now = datetime.now(UTC)
    answered = _take(workspace, path, reviewer, codebook, lambda: open_places(progress), now)
    if answered.new and relink:
        return replace(answered, linked=link_claims(workspace, codebook, progress or Silent(), now))
    return answered


def judgement_log(workspace: Workspace, as_of: datetime | None = None) -> tuple[Entry, ...]:
    """Every judgement, or those recorded until `as_of`, oldest first, each with the one that superseded it."""
    return review.history(workspace.judgements(as_of))


def _take(
    workspace: Workspace,
    path: Path,
    reviewer: str,
    codebook: Codebook,
    places: Callable[[], Gazetteer],
    at: datetime,
) -> Answered:
    if not path.is_file():
        raise UsageError(f"{path}: there is no such file")
    workspace.lock()
    taker = _Taker(workspace, codebook, places, at)
    problems: list[Problem] = []
    filled = 0
    for answer in review.read_answers(returned_sheets(path), path.name, reviewer):
        filled += 1
        try:
            if isinstance(answer, InvalidRow):
                raise answer
            taker.take(answer)
        except InvalidRow as error:
            problems.append(Problem.of(error))
        except (ValueError, UsageError) as error:
            assert isinstance(answer, Answer)
            problems.append(Problem(path.name, str(error), answer.row))
    if problems and len(problems) == filled:
        raise NothingUsable("no row could be taken:\n" + "\n".join(f"  {problem}" for problem in problems))
    new = workspace.add_judgements(taker.new, at)
    return Answered(filled, new, taker.changed, taker.known, tuple(problems))


def _score(answer: Answer, claim: Claim) -> float | None:
    """The score of what was judged: on the sheet of claims it is the claim's, which is not that of one field."""
    if answer.kind != "claim" or not answer.field:
        return answer.score
    evidence = claim.evidence_for("type" if answer.field == "code" else answer.field)
    return evidence.score if evidence else None


class _Taker:
    """Turns answers into judgements, one after the other, each seeing those before it."""

    def __init__(self, workspace: Workspace, codebook: Codebook, places: Callable[[], Gazetteer], at: datetime) -> None:
        self._workspace, self._codebook, self._places, self._at = workspace, codebook, cache(places), at
        self._claims = claims_by_id(workspace.claims(), workspace.copies())
        self._events = {event.id: event for event in workspace.events()}
        self._log: dict[tuple[frozenset[str], str], list[Judgement]] = defaultdict(list)
        for judgement in workspace.judgements():
            self._log[frozenset(judgement.subjects), judgement.field].append(judgement)
        self.new: list[Judgement] = []
        self.changed = 0
        self.known = 0

    def take(self, answer: Answer) -> None:
        """Take one row.

        Raises
        ------
        ValueError, UsageError
            If it is about nothing that is here, or its value cannot be read.
        """
        claims = [self._about(subject, answer) for subject in answer.subjects]
        value = self._value(answer, claims[0]) if answer.verdict == "correct" else ""
        before = self._log[frozenset(answer.subjects), answer.field]
        made = review.new_judgement(
            before,
            answer.subjects,
            answer.verdict,
            answer.reviewer,
            self._at,
            field=answer.field,
            value=value,
            reason=answer.reason,
            score_shown=_score(answer, claims[0]),
        )
        if made is None:
            self.known += 1
            return
        if made.verdict == "correct":
            linking.corrected(claims[0], [replace(made, id=answer.row)], self._codebook)
        self.changed += any(j.reviewer == made.reviewer for j in before)
        before.append(made)
        self.new.append(made)

    def _about(self, subject: str, answer: Answer) -> Claim:
        """The claim that `subject` is, or one of the event that it is."""
        if subject in self._claims:
            return self._claims[subject]
        if answer.kind != "field" or subject not in self._events:
            raise ValueError(self._missing(subject, answer))
        return self._of(self._events[subject])

    def _of(self, event: Event) -> Claim:
        for claim_id in event.claim_ids:
            if claim_id in self._claims:
                return self._claims[claim_id]
        raise ValueError(f"the claims of event {event.id} were coded anew; run tocsin link and export the review again")

    def _missing(self, subject: str, answer: Answer) -> str:
        """Why there is nothing with this id."""
        forgotten = [report for report in answer.reports if self._workspace.is_forgotten(report)]
        if forgotten:
            return f"{subject} was read from {forgotten[0]}, which was forgotten since; nothing of it is kept"
        moved = self._workspace.redirects().get(subject)
        if moved:
            return f"event {subject} was joined into {moved} since; look at that one"
        if subject in self._workspace.withdrawals():
            return f"event {subject} was withdrawn since"
        if self._workspace.former_claims([subject]):
            return f"{subject} was coded anew since; what it says now comes with the next tocsin review export"
        return f"{subject!r} is no claim or event of this workspace; ids must come back as they went out"

    def _value(self, answer: Answer, claim: Claim) -> str:
        return review.kept_value(answer.field, answer.value, claim, self._codebook, self._places)
