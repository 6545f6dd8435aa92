"""How well a code is told from the others, by the codebook's own examples."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from tocsin.codebook import Codebook
from tocsin.coding import tell_held_out

__all__ = ["Trial", "try_codes"]


@dataclass(frozen=True, slots=True)
class Trial:
    """How well one code (None: no event) is told from the others, each example held out once.

    Of its `examples`, `right` were told as it; `mistaken` lists those that were not, with what they were told as.
    `taken` counts examples of other codes that were told as it, by their code.
    """

    code: str | None
    examples: int
    right: int
    mistaken: tuple[tuple[str, str | None], ...] = ()
    taken: tuple[tuple[str | None, int], ...] = ()

    @property
    def recall(self) -> float:
        """The share of its examples that were told as it; 0 where there are none."""
        return self.right / self.examples if self.examples else 0.0

    @property
    def precision(self) -> float:
        """The share of what was told as it that is it; 0 where nothing was."""
        told = self.right + sum(n for _, n in self.taken)
        return self.right / told if told else 0.0


def try_codes(codebook: Codebook, codes: Collection[str] = ()) -> tuple[Trial, ...]:
    """Hold out each fifth of the examples in turn and tell their codes by the others.

    Parameters
    ----------
    codebook : Codebook
    codes : collection of str
        Codes to report on; all, and no event, where it is empty.

    Raises
    ------
    CodebookError
        If there is no such code.
    """
    wanted: list[str | None] = [codebook.code(code).id for code in codes] or [*sorted(codebook.codes), None]
    mistaken: dict[str | None, list[tuple[str, str | None]]] = defaultdict(list)
    taken: dict[str | None, Counter[str | None]] = defaultdict(Counter)
    sizes: Counter[str | None] = Counter()
    for one in tell_held_out(codebook):
        sizes[one.code] += 1
        if one.told != one.code:
            mistaken[one.code].append((one.text, one.told))
            taken[one.told][one.code] += 1
    return tuple(
        Trial(
            code,
            sizes[code],
            sizes[code] - len(mistaken[code]),
            tuple(mistaken[code]),
            tuple(taken[code].most_common()),
        )
        for code in wanted
    )
