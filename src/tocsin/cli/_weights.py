"""``tocsin weights``: the figures that linking runs on, and fitting them to what reviewers decided."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from tocsin.cli._options import AsJson, Home, Layer, Out
from tocsin.cli._screen import answer, answering, print_json
from tocsin.cli._settings import settle

if TYPE_CHECKING:
    from tocsin.linking import Fit

__all__ = ["commands"]

commands = typer.Typer(
    name="weights",
    help="The weights that linking runs on: frozen, with a version, and changed by nothing but these commands.",
    epilog="Example: tocsin weights fit --out-file weights-2024.toml",
    no_args_is_help=True,
)


@commands.callback()
def _weights() -> None:
    """The weights that linking runs on: frozen, with a version, and changed by nothing but these commands."""


@commands.command("fit", epilog="Example: tocsin weights fit --workspace dataset/workspace --out-file weights.toml")
def fit(
    file: Annotated[
        Path | None, typer.Option("--out-file", metavar="FILE", help="Write the fitted weights to this new file.")
    ] = None,
    out_dir: Out = None,
    workspace: Home = None,
    codebook: Layer = None,
    as_json: AsJson = False,
) -> None:
    """Fit the weights to the pairs of claims that reviewers judged the same or not, and say whether that is worth it.

    Fitted weights hold on to what they were, and the rules stay. Nothing changes until tocsin.toml names the file, as
    "weights" in its table "link".
    """
    with answering(as_json=as_json):
        settings = settle(out_dir, workspace, codebook=codebook)
        from tocsin import pipeline

        with pipeline.open_workspace(settings.workspace, create=False) as kept:
            fitted = pipeline.fit_weights(kept, pipeline.open_codebook(settings.codebook))
        if file is not None:
            pipeline.write_weights(fitted, file)
        if as_json:
            print_json(
                {
                    "version": fitted.weights.version,
                    "same": fitted.same,
                    "apart": fitted.apart,
                    "loss_before": fitted.loss_before,
                    "loss_after": fitted.loss_after,
                    "moved": fitted.moved,
                    "file": file,
                }
            )
        else:
            answer(_shown(fitted, file))


def _shown(fitted: Fit, file: Path | None) -> RenderableType:
    table = Table("weight", "before", "after", box=None, padding=(0, 2, 0, 0))
    for name, (before, after) in sorted(fitted.moved.items(), key=lambda m: -abs(m[1][1] - m[1][0])):
        table.add_row(name, f"{before:+.2f}", f"{after:+.2f}")
    better = fitted.loss_after < fitted.loss_before
    verdict = "better than before" if better else "no better than before: keep the weights that you have"
    parts: list[RenderableType] = [
        Text(f"Fitted to {fitted.same:,} pairs judged the same and {fitted.apart:,} judged not."),
        Text(f"Loss of a held-out judgement {fitted.loss_after:.3f}, before {fitted.loss_before:.3f}: {verdict}."),
    ]
    parts += [Text(), table] if fitted.moved else []
    if file is not None:
        parts += [Text(), Text(f'Written to {file}. To link with it: [link] weights = "{file}" in tocsin.toml.')]
    return Group(*parts)
