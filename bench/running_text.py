"""Villages named in running text: found, cut out rightly, and given the right P-code.

    python bench/running_text.py --gold FOLDER [--predictions FILE] [--seed N] [--sample N]

FOLDER holds OCHA-COD-like GeoJSON (``*.geojson``, ``*.geojson.gz``), all of which are loaded as one gazetteer, as
``bench/pcodes.py`` does. A seeded sample of its settlements is written into invented sentences of many shapes
(`FRAMES`), each by its name as it stands, with an article before it, or written otherwise (``bench/spellings.py``);
the text says the governorate, only the country, or nothing of where it is. FILE is an output: JSON lines with text,
name, gold and answer. The last line printed is one line of JSON, in percent:

- ``found``: some place's words overlap the name; ``span``: they are the name's, but for an article or a word for its
  kind; ``coded``: of texts that tell an event (all but those about residents), those in which some claim of the coder
  is placed by these words;
- ``pcode_governorate``, ``pcode_country``, ``pcode_alone``: the place's own P-code is the settlement's;
- ``found_as_it_stands``, ``found_article``, ``found_otherwise``: by how the name is written;
- ``frames``: the share found in each shape of sentence.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.pcodes import added, share
from bench.spellings import SUN, perturbed
from tocsin.codebook import load_codebook
from tocsin.coding import DefaultCoder
from tocsin.pipeline import Geoparser
from tocsin.places import SqliteGazetteer
from tocsin.places._entries import Entry
from tocsin.places._files import read_entries
from tocsin.records import Document, NamedPlace, Part, content_id, text_hash

FRAMES = (
    "Two civilians were killed near {name} on Monday.",
    "A landmine exploded in the town of {name}, injuring three children.",
    "{name} residents protested against the shelling on Tuesday.",
    "Gunmen attacked a checkpoint on the {name}–{other} road.",
    "Gunmen ambushed a convoy on the road between {name} and {other}.",
    "Three fighters were killed in {name}.",
    "Artillery shelled {name} overnight.",
    "Shelling hit {other} and {name} on Friday, killing a woman.",
    "In {name}, unidentified gunmen shot dead a farmer.",
    "An explosive device went off at the entrance of {name}, killing two soldiers.",
    "Clashes broke out at {name} between two armed groups.",
    "A drone struck a house in the village of {name}.",
    "Protests were held in {other}, {name} and nearby villages.",
    "Warplanes bombed a market in {name}, medics said.",
    "A man was abducted from his home in {name} by masked men.",
    "The bodies of four men were found 5 km east of {name}.",
    "Soldiers raided {name} at dawn and detained six people.",
    "{name}: gunmen opened fire on a patrol, killing one soldier.",
    "A car bomb exploded outside the {name} police station.",
    "Rebels captured {name} after heavy clashes on Sunday.",
)
# Where the text is about, said after the sentence.
AROUND = {
    "governorate": " Shelling was also reported elsewhere in {around} governorate.",
    "country": " It was the third such incident in {country} this week.",
    "alone": "",
}
WRITINGS = ("as_it_stands", "article", "otherwise")
_ARTICLE = re.compile(r"^(?:(?:al|el|a[dlnrstz]|e[dlnrstz]|ash|esh)[- ]|the )", re.IGNORECASE)
_KINDS = re.compile(r"^(?:(?:village|town) of )|(?: (?:village|town))$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Task:
    """A text that names a settlement at ``[start, end)``."""

    text: str
    start: int
    end: int
    pcode: str
    frame: str
    context: str
    writing: str

    @property
    def name(self) -> str:
        return self.text[self.start : self.end]


def with_article(name: str, chance: random.Random) -> str:
    """A name with an article before it, which takes on a letter of the sun."""
    if " " in name or _ARTICLE.match(name) or len(name) < 3:
        return name
    first = name[0].lower()
    forms = ["al-", "Al-", "el-", "Al "] + ([f"a{first}-", f"A{first}-", f"e{first}-"] if first in SUN else [])
    return chance.choice(forms) + name


def tasks_of(settlements: Sequence[Entry], country: str, seed: int, sample: int) -> list[Task]:
    """What is read: every shape of sentence, writing and context in turn."""
    chance = random.Random(seed)
    frames, writings, contexts = cycle(FRAMES), cycle(WRITINGS), cycle([c for c in AROUND for _ in WRITINGS])
    tasks = []
    for entry in chance.sample(list(settlements), min(sample, len(settlements))):
        frame, writing, context = next(frames), next(writings), next(contexts)
        around = {p.level: p for p in entry.parents}
        beside = [e for e in settlements if e.parents and around[2] in e.parents and e is not entry]
        name, other = entry.name, (chance.choice(beside).name if beside else "the border")
        if writing == "article":
            name = with_article(name, chance)
        elif writing == "otherwise":
            name = perturbed(name, chance)[0] or name
        before, after = frame.replace("{other}", other).split("{name}")
        end = AROUND[context].format(around=around[1].name, country=country)
        start = len(before)
        text = before + name + after + end
        tasks.append(Task(text, start, start + len(name), entry.pcode, frame, context, writing))
    return tasks


def same_words(found: str, name: str) -> bool:
    """Whether two stretches are the same but for an article and words for the kind."""

    def bare(words: str) -> str:
        return _ARTICLE.sub("", _KINDS.sub("", words)).casefold()

    return bare(found) == bare(name)


def overlapping(places: Iterable[NamedPlace], task: Task) -> list[NamedPlace]:
    return [p for p in places if p.start < task.end and task.start < p.end]


def document_of(text: str) -> Document:
    return Document(
        id=content_id("d", text),
        form="text",
        text=text,
        text_hash=text_hash(text),
        language="en",
        parts=(Part("paragraph", 0, len(text)),),
    )


def is_placed(coder: DefaultCoder, task: Task) -> bool:
    """Whether some claim that the coder reads is placed by the words of the name."""
    (coding,) = coder.code([document_of(task.text)])
    spans = [s for c in coding.claims if (e := c.evidence_for("where")) is not None for s in e.spans]
    return any(s.start < task.end and task.start < s.end for s in spans)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--predictions", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sample", type=int, default=900)
    given = parser.parse_args()
    files = sorted(p for p in given.gold.iterdir() if p.name.endswith((".geojson", ".geojson.gz")))
    with added(files) as (gazetteer, _):
        figures, lines = measured(gazetteer, files, given.seed, given.sample)
    if given.predictions:
        given.predictions.write_text("".join(json.dumps(x, ensure_ascii=False) + "\n" for x in lines), "utf-8")
    print(json.dumps(figures, ensure_ascii=False))


def measured(
    gazetteer: SqliteGazetteer, files: Sequence[Path], seed: int, sample: int
) -> tuple[dict[str, object], list[dict[str, object]]]:
    """The figures, and what was read of each text."""
    entries = [e for file in files for e in read_entries(file) if isinstance(e, Entry)]
    settlements = [e for e in entries if e.level == "settlement" and {p.level for p in e.parents} >= {1, 2}]
    _, country, _ = gazetteer.division(settlements[0].latitude, settlements[0].longitude)
    tasks = tasks_of(settlements, country, seed, sample)
    codebook = load_codebook()
    geoparser, coder = Geoparser(codebook, gazetteer), DefaultCoder(codebook, gazetteer)
    outcomes = []
    for task in tasks:
        placed = geoparser.text(task.text)
        found = overlapping(placed.places, task)
        outcomes.append(
            {
                "found": bool(found),
                "span": any(same_words(placed.text[p.start : p.end], task.name) for p in found),
                "pcode": any(p.place.pcodes[-1:] == (task.pcode,) for p in found),
                "coded": "residents" in task.frame or is_placed(coder, task),
                "read": [(placed.text[p.start : p.end], p.place.label, p.place.pcodes[-1:]) for p in found],
            }
        )
    told = [o for o, t in zip(outcomes, tasks, strict=True) if "residents" not in t.frame]
    figures: dict[str, object] = {"texts": len(tasks)}
    for key in ("found", "span"):
        figures[key] = share(bool(o[key]) for o in outcomes)
    figures["coded"] = share(bool(o["coded"]) for o in told)
    for context in AROUND:
        of = [bool(o["pcode"]) for o, t in zip(outcomes, tasks, strict=True) if t.context == context]
        figures[f"pcode_{context}"] = share(of)
    for writing in WRITINGS:
        of = [bool(o["found"]) for o, t in zip(outcomes, tasks, strict=True) if t.writing == writing]
        figures[f"found_{writing}"] = share(of)
    figures["frames"] = {
        frame: share(bool(o["found"]) for o, t in zip(outcomes, tasks, strict=True) if t.frame == frame)
        for frame in FRAMES
    }
    lines = [
        {"text": t.text, "name": t.name, "pcode": t.pcode, "context": t.context, "writing": t.writing, **o}
        for t, o in zip(tasks, outcomes, strict=True)
    ]
    return figures, lines


if __name__ == "__main__":
    main()
