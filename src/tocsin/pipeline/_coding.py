"""Documents to claims, a batch at a time, so that a run that was killed goes on where it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path

from tocsin.codebook import Codebook, load_codebook
from tocsin.errors import CodingError
from tocsin.interfaces import Coder, Gazetteer, Progress, load_plugin
from tocsin.pipeline._account import Coded, Problem
from tocsin.records import Coding, Document
from tocsin.store import Workspace

__all__ = ["code_documents", "open_codebook", "open_coder", "open_places"]

# Documents coded and saved at once: what a kill makes us code again.
_BATCH = 32


def open_codebook(path: Path | None) -> Codebook:
    """The core codebook, with the layer at `path` on it."""
    return load_codebook(path)


def open_places(progress: Progress | None = None) -> Gazetteer:
    """The default gazetteer."""
    gazetteer: Gazetteer = load_plugin("tocsin.gazetteers", "default")(progress=progress)
    return gazetteer


def open_coder(codebook: Codebook, gazetteer: Gazetteer) -> Coder:
    """The default coder."""
    coder: Coder = load_plugin("tocsin.coders", "default")(codebook, gazetteer)
    return coder


def code_documents(workspace: Workspace, coder: Coder, progress: Progress, at: datetime) -> Coded:
    """Code what `coder` has not coded yet; see :func:`tocsin.pipeline.code`."""
    documents = claims = 0
    problems: list[Problem] = []
    progress.start("Coding", workspace.count_documents())
    waiting = workspace.uncoded(coder.version)
    while batch := list(islice(waiting, _BATCH)):
        codings = list(_coded(coder, batch, workspace, problems))
        _save(workspace, codings, at)
        documents += len(codings)
        claims += sum(len(coding.claims) for coding in codings)
        progress.advance(len(batch))
    progress.finish()
    return Coded(documents, claims, tuple(problems))


def _coded(coder: Coder, batch: list[Document], workspace: Workspace, problems: list[Problem]) -> Iterable[Coding]:
    try:
        return list(coder.code(batch))
    except Exception:  # One odd document must not end a batch of thousands: it is found, named and left out.
        return list(_one_by_one(coder, batch, workspace, problems))


def _one_by_one(coder: Coder, batch: list[Document], workspace: Workspace, problems: list[Problem]) -> Iterator[Coding]:
    for document in batch:
        try:
            yield from coder.code([document])
        except Exception as error:
            receipt = workspace.receipts(document.id)[0]
            why = str(error) if isinstance(error, CodingError) else f"{type(error).__name__}: {error}"
            reason = f"could not be coded ({why}); it is kept, and will be tried again"
            problems.append(Problem(receipt.name, reason, receipt.item))


def _save(workspace: Workspace, codings: list[Coding], at: datetime) -> None:
    if codings:
        workspace.save_codings(codings, at)
