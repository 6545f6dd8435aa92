"""Documents to claims, a batch at a time, so that a run that was killed goes on where it was."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from multiprocessing import get_context
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
# Batches a process that wait for it: enough that none stands idle while another batch is long.
_AHEAD = 2


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


@dataclass(frozen=True, slots=True)
class _Batch:
    """The codings of some documents; `refused` are ids of those that could not be coded, each with the reason."""

    codings: tuple[Coding, ...]
    refused: tuple[tuple[str, str], ...]
    size: int


def code_documents(
    workspace: Workspace, coder: Coder, progress: Progress, at: datetime, *, jobs: int = 1, codebook: Path | None = None
) -> Coded:
    """Code what `coder` has not coded yet; see :func:`tocsin.pipeline.code`."""
    documents = claims = 0
    problems: list[Problem] = []
    progress.start("Coding", workspace.count_documents())
    with _batches(workspace, coder, jobs, codebook) as batches:
        for batch in batches:
            if batch.codings:
                workspace.save_codings(batch.codings, at)
            for document_id, why in batch.refused:
                receipt = workspace.receipts(document_id)[0]
                reason = f"could not be coded ({why}); it is kept, and will be tried again"
                problems.append(Problem(receipt.name, reason, receipt.item))
            documents += len(batch.codings)
            claims += sum(len(coding.claims) for coding in batch.codings)
            progress.advance(batch.size)
    progress.finish()
    return Coded(documents, claims, tuple(problems))


@contextmanager
def _batches(workspace: Workspace, coder: Coder, jobs: int, codebook: Path | None) -> Iterator[Iterator[_Batch]]:
    """What `coder` has not coded yet, coded: here, or by `jobs` processes that each open a coder like it."""
    waiting = workspace.uncoded(coder.version)
    documents: Iterator[list[Document]] = iter(lambda: list(islice(waiting, _BATCH)), [])
    if jobs == 1:
        yield map(partial(_code, coder), documents)
        return
    # Not forked: a copy of a process in which the runtime of the models has begun threads may hang.
    pool = ProcessPoolExecutor(jobs, get_context("spawn"), _open_worker, (codebook,))
    try:
        yield _in_order(pool, coder.version, documents, jobs)
    finally:
        pool.shutdown(cancel_futures=True)


def _in_order(
    pool: ProcessPoolExecutor, version: str, documents: Iterator[list[Document]], jobs: int
) -> Iterator[_Batch]:
    """The batches as they were sent, whoever is done first, so that a workspace does not tell how many there were."""
    sent: deque[Future[_Batch]] = deque()
    try:
        for batch in documents:
            sent.append(pool.submit(_code_in_worker, version, batch))
            if len(sent) > _AHEAD * jobs:
                yield sent.popleft().result()
        while sent:
            yield sent.popleft().result()
    except BrokenProcessPool as error:
        raise CodingError("a coding process ended of itself, probably for want of memory; try fewer --jobs") from error


# What each process of a pool codes with.
_worker: list[Coder] = []


def _open_worker(codebook: Path | None) -> None:
    # Ctrl-C is for the process that saves; it ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _worker[:] = [open_coder(open_codebook(codebook), open_places())]


def _code_in_worker(version: str, documents: list[Document]) -> _Batch:
    if _worker[0].version != version:
        raise CodingError(
            "the processes that --jobs asks for would code by another codebook or gazetteer; run it again"
        )
    return _code(_worker[0], documents)


def _code(coder: Coder, documents: list[Document]) -> _Batch:
    try:
        return _Batch(tuple(coder.code(documents)), (), len(documents))
    except Exception:  # One odd document must not end a batch of thousands: it is found, named and left out.
        return _one_by_one(coder, documents)


def _one_by_one(coder: Coder, documents: Sequence[Document]) -> _Batch:
    codings: list[Coding] = []
    refused: list[tuple[str, str]] = []
    for document in documents:
        try:
            codings += coder.code([document])
        except Exception as error:
            why = str(error) if isinstance(error, CodingError) else f"{type(error).__name__}: {error}"
            refused.append((document.id, why))
    return _Batch(tuple(codings), tuple(refused), len(documents))
