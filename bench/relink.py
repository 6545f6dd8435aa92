"""What it costs to link a workspace again after one more report, and whether the outcome is the same.

    python bench/relink.py [--documents 2000] [--claims 20000] [--folder DIR]

Writes invented documents and claims to a workspace in a temporary folder, links it, adds one document with its claims,
and links again, once as ``tocsin link`` does after that and once from nothing. The last line printed is one line of
JSON: ``first_s``, ``again_s`` (one more report), ``full_s`` (the same, everything anew), ``nothing_s`` (nothing new at
all), ``ratio`` (again to full), ``relinked`` (claims that were compared again), and ``same``: whether every event, id
and field is the same by both roads.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from tocsin.codebook import load_codebook
from tocsin.pipeline import Linked, link
from tocsin.records import (
    Actor,
    Claim,
    Coding,
    Count,
    Counts,
    Document,
    Part,
    Participant,
    Place,
    Span,
    Speaker,
    When,
    content_id,
    text_hash,
)
from tocsin.store import Workspace

FIRST = date(2020, 1, 1)
DAYS, TOWNS, WORDS, SENTENCE = 700, 400, 4000, 14
AT = datetime(2024, 1, 1, tzinfo=UTC)
CODES = ("attack", "armed_clash", "air_drone_strike", "shelling_artillery_missile_attack", "arrests", "grenade")
ACTORS = (("Islamic State", "islamic-state"), ("Boko Haram", "boko-haram"), ("gunmen", None), ("an army", None))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--claims", type=int, default=20_000)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        print(json.dumps(measure(Path(folder), given.documents, given.claims)))


def measure(folder: Path, documents: int, claims: int) -> dict[str, object]:
    """Build, link, add one, link again by both roads."""
    codebook = load_codebook()
    each = claims // documents
    told = list(invented(documents + 1, each))
    with Workspace.open(folder / "workspace") as workspace:
        fill(workspace, told[:-1])
        first = _timed(lambda: link(workspace, codebook))[0]
        nothing = _timed(lambda: link(workspace, codebook))[0]
        fill(workspace, told[-1:])
    shutil.copytree(folder / "workspace", folder / "other")
    with Workspace.open(folder / "workspace") as workspace:
        again, account = _timed(lambda: link(workspace, codebook))
        one = {event.id: event for event in workspace.events()}
    with Workspace.open(folder / "other") as workspace:
        full = _timed(lambda: link(workspace, codebook, anew=True))[0]
        other = {event.id: event for event in workspace.events()}
    return {
        "documents": documents,
        "claims": documents * each,
        "events": len(one),
        "first_s": round(first, 2),
        "nothing_s": round(nothing, 2),
        "again_s": round(again, 2),
        "full_s": round(full, 2),
        "ratio": round(again / full, 3),
        "relinked": account.relinked,
        "same": one == other,
    }


def _timed(step: Callable[[], Linked]) -> tuple[float, Linked]:
    begun = time.perf_counter()
    linked = step()
    return time.perf_counter() - begun, linked


def fill(workspace: Workspace, told: list[tuple[Document, Coding]]) -> None:
    """Put documents and codings into `workspace`."""
    for document, _ in told:
        workspace.add(document, name=f"in/{document.title}", at=AT)
    workspace.save_codings([coding for _, coding in told], AT)


def invented(documents: int, claims: int) -> Iterator[tuple[Document, Coding]]:
    """Documents of `claims` sentences, each with a claim; several documents tell of the same incidents."""
    chance = random.Random(7)
    words = ["".join(chance.choice("abcdefghiklmnoprstu") for _ in range(chance.randint(4, 9))) for _ in range(WORDS)]
    towns = [(f"Town{n}", chance.uniform(10, 20), chance.uniform(0, 20)) for n in range(TOWNS)]
    incidents = [
        (
            chance.randrange(DAYS),
            chance.choice(towns),
            chance.choice(CODES),
            chance.randrange(12),
            chance.choice(ACTORS),
        )
        for _ in range(max(1, documents * claims // 3))
    ]
    incidents.sort(key=lambda i: i[0])
    for number in range(documents):
        start = chance.randrange(len(incidents))
        near = incidents[max(0, start - 2 * claims) : start + 2 * claims]
        chosen = chance.sample(near, min(claims, len(near)))
        sentences = [
            " ".join([towns_name.capitalize(), *(chance.choice(words) for _ in range(SENTENCE))]) + "."
            for towns_name in (i[1][0] for i in chosen)
        ]
        text = "\n".join(sentences)
        day = FIRST + timedelta(chosen[0][0] + 1)
        document = Document(
            id=content_id("d", str(number), text),
            form="text",
            text=text,
            text_hash=text_hash(text),
            source=f"Outlet {number % 40}",
            title=f"{number}.txt",
            published=When(day, day, "day"),
            language="en",
            parts=(Part("paragraph", 0, len(text)),),
        )
        yield document, Coding(document.id, document.text_hash, "bench", tuple(_claims(document, sentences, chosen)))


def _claims(document: Document, sentences: list[str], chosen: list[Any]) -> Iterator[Claim]:
    at = 0
    for sentence, (day, (name, latitude, longitude), code, deaths, (actor, canonical)) in zip(
        sentences, chosen, strict=True
    ):
        on = FIRST + timedelta(day)
        place = Place(name, name, latitude, longitude, "settlement", country="NER", gazetteer="x", gazetteer_id=name)
        yield Claim(
            id=content_id("c", document.text_hash, str(at)),
            document_id=document.id,
            text_hash=document.text_hash,
            trigger=Span(document.text_hash, at, at + 4),
            code=code,
            participants=(Participant("initiator", Actor(actor, canonical, actor), 1),),
            when=When(on, on, "day"),
            where=(place,),
            counts=Counts(deaths=Count(deaths, deaths, deaths)),
            speaker=Speaker("police", "security"),
        )
        at += len(sentence) + 1


if __name__ == "__main__":
    main()
