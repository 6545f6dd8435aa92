"""The linking weights of a workspace, and fitting them to its judgements."""

from __future__ import annotations

from pathlib import Path

from tocsin import linking
from tocsin.codebook import Codebook
from tocsin.errors import UsageError
from tocsin.linking import Fit, LinkWeights
from tocsin.pipeline._judging import as_judged, attached
from tocsin.pipeline._lookup import StoredDocuments, claims_by_id
from tocsin.store import Workspace

__all__ = ["fit_weights", "weights_of", "write_weights"]

_TABLE, _KEY = "link", "weights"


def weights_of(workspace: Workspace) -> LinkWeights:
    """The weights that ``[link] weights`` in ``tocsin.toml`` names, as seen from there; else those of Tocsin.

    Raises
    ------
    UsageError
        If they cannot be read.
    """
    table = workspace.settings.get(_TABLE, {})
    named = table.get(_KEY) if isinstance(table, dict) else None
    if named is None:
        return linking.load_weights()
    if not isinstance(named, str):
        raise UsageError(f"{workspace.path / 'tocsin.toml'}: {_TABLE}.{_KEY} must name a file, got {named!r}")
    return linking.load_weights(workspace.path / named)


def fit_weights(workspace: Workspace, codebook: Codebook) -> Fit:
    """Fit the weights of `workspace` to the judgements on pairs of its claims; it stays as it is.

    Raises
    ------
    UsageError
        If too few pairs were judged.
    """
    copies = workspace.copies()
    claims = claims_by_id(tuple(workspace.claims()), copies)
    judgements = attached(workspace, codebook, claims, workspace.ledger().keys()).judgements
    known = as_judged(claims, (), judgements, codebook)
    return linking.fit_weights(known, StoredDocuments(workspace), copies, judgements, weights_of(workspace), codebook)


def write_weights(fit: Fit, path: Path) -> None:
    """Write fitted weights as a file that linking reads; one that exists is left alone.

    Raises
    ------
    UsageError
        If there is such a file, or it cannot be written.
    """
    note = (
        f"Linking weights fitted to {fit.same:,} pairs judged the same and {fit.apart:,} judged not.\n"
        f"Mean loss of a held-out judgement {fit.loss_after}, with the weights before {fit.loss_before}.\n"
        "Frozen: linking uses them as they stand here, once [link] weights in tocsin.toml names this file."
    )
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(linking.weights_toml(fit.weights, note))
    except FileExistsError:
        raise UsageError(f"{path} exists; weights are frozen, so give the new ones a name of their own") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror})") from error
