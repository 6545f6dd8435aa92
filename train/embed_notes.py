"""Keep what the core codebook's examples and the notes teach beside the encoder of notes.

usage: python train/embed_notes.py

Notes are ``train/snippets/*.tsv``: text and label (of CASE 2021, task 2). Labels of what is no event teach "none of
these"; ``ATTRIB``, which retells events, is left out.
"""

from __future__ import annotations

from pathlib import Path

from tocsin.codebook import load_codebook
from tocsin.coding._encoder import NOTES, encode
from tocsin.coding._type_teller import save_taught
from tocsin.coding._types import NONE, Moments, training_examples

SNIPPETS = Path(__file__).parent / "snippets"


def taught_notes() -> list[tuple[str, str]]:
    """Every note with its code; of a text that occurs twice the first."""
    from sub_event_types import LABELS

    codes = {label: code for code, label in LABELS.items()}
    pairs: dict[str, str] = {}
    for path in sorted(SNIPPETS.glob("*.tsv")):
        for line in path.read_text("utf-8").splitlines():
            text, _, label = line.rpartition("\t")
            if label != "ATTRIB":
                pairs.setdefault(" ".join(text.split()), codes.get(label, NONE))
    return sorted(pairs.items())


def main() -> None:
    examples, notes = training_examples(load_codebook()), taught_notes()
    pairs = [*examples, *notes]
    save_taught(Moments.of(encode([text for text, _ in pairs], NOTES), [label for _, label in pairs]), examples)
    print(f"{len(examples)} examples and {len(notes)} notes")


if __name__ == "__main__":
    main()
